"""A long message is read in parts: they cover it, cut nothing in two, and its verdict is that of the worst of them."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scamguard import parts
from scamguard.columns import TextBatch, pack
from scamguard.fold import fold
from scamguard.parts import LIMIT, NEAR, OVERLAP, WIDEST
from scamguard.passages import WIDE
from scamguard.sender import Sender

from . import alphabets

if TYPE_CHECKING:
    from scamguard.guard import Guard

SCAM = "Kraken support: send us your seed phrase now to keep your wallet. "
ROOT = Path(__file__).parents[1]
PLAIN = "we walked along the harbour 😀, and it rained; 早上我们沿着海边散步。 "


def filled(unit: str, size: int) -> str:
    """Repeat a text until it has so many bytes, or a few less."""
    raw = unit.encode("utf-8", "surrogatepass")
    return unit * (size // len(raw)) if raw else ""


def spans(text: str) -> list[tuple[int, int]]:
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    return [*parts.spans(data, 0, len(data))]


def texts(text: str) -> list[str]:
    """Give the parts of a message as texts."""
    raw = text.encode("utf-8", "surrogatepass")
    return [raw[a:b].decode("utf-8", "surrogatepass") for a, b in spans(text)]


def hidden(where: int, scam: str = SCAM) -> str:
    """Put a scam behind so many bytes of ordinary text, and three parts' worth after it."""
    return PLAIN.join([filled("and then? ", where), scam, filled(PLAIN, 3 * LIMIT - where)])


@given(st.lists(alphabets.pieces, min_size=1, max_size=12).map("".join), st.integers(0, 3 * LIMIT))
def test_parts_cover_the_message_and_overlap(unit: str, size: int) -> None:
    text = filled(unit, size)
    raw = text.encode("utf-8", "surrogatepass")
    found = spans(text)
    event(f"{len(found)} parts")
    assert (found[0][0], found[-1][1]) == (0, len(raw))
    assert all(0 <= stop - start <= LIMIT for start, stop in found)
    for (start, stop), (after, end) in pairwise(found):
        assert start < after < stop < end
        assert OVERLAP <= stop - after <= WIDEST + NEAR
        shared = fold(TextBatch(np.frombuffer(raw, np.uint8), np.array([after, stop])))
        assert len(shared.codes) >= 2 * WIDE or stop - after >= WIDEST
    cuts = [0, *(stop for _, stop in found)]
    assert "".join(raw[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(cuts)) == text


@pytest.mark.parametrize(
    "unit",
    ["e\u0301\u0323", "가\u0301", "👩\u200d🚀", "\r\n", "👍🏽\ufe0f", "a", "密", "\ud800", "क्‍ष", "é" * 600 + "\u0301" * 500],
    ids=ascii,
)
@pytest.mark.parametrize("lead", ["", "x", "xx", "xxx"])
def test_a_cut_parts_no_character_and_no_mark_from_its_letter(unit: str, lead: str) -> None:
    found = texts(lead + filled(unit, 2 * LIMIT))
    assert len(found) > 2
    for before, after in pairwise(found):
        assert not unicodedata.category(after[0]).startswith("M")
        assert after[0] != "\u200d"
        assert not before.endswith(("\u200d", "\r"))


def test_nothing_but_marks_is_cut_between_them() -> None:
    assert {*texts("\u0301" * LIMIT)[1]} == {"\u0301"}


@pytest.mark.parametrize("byte", [0x80, 0xFF, 0xE3])
def test_what_is_no_utf8_is_cut_all_the_same(guard: Guard, byte: int) -> None:
    """Arrow checks no column that comes over its C interface."""
    data = np.full(2 * LIMIT + 1, byte, np.uint8)
    found = [*parts.spans(data, 0, len(data))]
    assert found[0][0] == 0
    assert found[-1][1] == len(data)
    assert all(0 < stop - start <= LIMIT for start, stop in found)
    assert np.isfinite(guard.model.logits(TextBatch(data, np.array([0, len(data)])))).all()


@pytest.mark.parametrize(
    ("unit", "ends"),
    [
        ("word, word. word\n", "\n"),
        ("one, two. ", ". "),
        ("一，二三四。", "。"),
        ("how, are you？", "？"),
        ("क्या, है।", "।"),
        ("لماذا لا؟ ", "؟ "),
        ("one1two3 ", " "),
    ],
)
def test_it_is_cut_at_the_best_place_there_is(unit: str, ends: str) -> None:
    found = texts("x" + filled(unit, 3 * LIMIT))
    assert len(found) > 3
    for before, after in pairwise(found):
        assert before.endswith(ends)
        assert after.startswith(unit)


def test_a_message_is_cut_only_above_the_limit() -> None:
    assert [len(spans(filled("a", size))) for size in (0, 1, LIMIT, LIMIT + 1)] == [1, 1, 1, 2]


@given(
    st.lists(st.sampled_from([PLAIN, SCAM, "send us ", "your seed phrase. ", "never ", "\n"]) | alphabets.pieces, min_size=1, max_size=30)
)
def test_a_message_is_as_bad_as_its_worst_part(guard: Guard, pieces: list[str]) -> None:
    text = "".join(filled(piece, 2 * LIMIT // len(pieces)) for piece in pieces)
    alone = guard.model.logits(pack(texts(text)))
    event(f"{len(alone)} parts")
    logit, which, _ = guard.model.worst(parts.parts(pack(["before", text, "after"])))
    assert logit[1] == alone.max() == guard.model.logits(pack([text]))[0]
    assert which.tolist() == [0, 1 + alone.argmax(), 1 + len(alone)]
    assert logit[[0, 2]].tolist() == guard.model.logits(pack(["before", "after"])).tolist()


END = spans(hidden(0))[0][1]  # where the first part ends, about; a scam moves it by less than NEAR
PLACES = {
    "start": 0,
    "overlap": END - OVERLAP // 2,
    "before the cut": END - NEAR,
    "at the next part's start": END - OVERLAP,
    "end": 3 * LIMIT,
}
PLACES |= {f"at the cut, {back} bytes before": END - back for back in (600, 300, 60, 40, 20, 10)}


@pytest.mark.parametrize("where", PLACES.values(), ids=PLACES)
def test_a_scam_is_found_wherever_it_is_hidden(guard: Guard, where: int) -> None:
    text = hidden(where)
    verdict = guard.check(text)
    assert verdict.action != "allow"
    assert "seed_phrase" in verdict.asks
    [row] = guard.scan([text]).to_pylist()
    [risk] = guard.score([text]).tolist()
    assert risk == row["risk"] == verdict.risk
    assert (row["action"], row["kind"], tuple(row["asks"])) == (verdict.action, verdict.kind, verdict.asks)
    assert row["rules"] == [e.rule for e in verdict.evidence]
    first, last = text.index(SCAM), text.index(SCAM) + len(SCAM)
    assert any(first <= e.start and e.stop <= last and "seed phrase" in text[e.start : e.stop] for e in verdict.evidence)
    for e in verdict.evidence:
        assert e.start < last
        assert first < e.stop
        assert e.start_utf16 == len(text[: e.start].encode("utf-16-le")) // 2
        assert e.stop_utf16 == len(text[: e.stop].encode("utf-16-le")) // 2
    for share in guard.explain(text, top=10_000):
        assert share.part not in {"word", "char"} or share.name == text[share.start : share.stop]


@pytest.mark.parametrize("gap", ["\u200b", " ", "\u00ad", "\n"])
@pytest.mark.parametrize("size", [OVERLAP, 3 * OVERLAP])
def test_a_gap_that_is_folded_away_hides_nothing(guard: Guard, gap: str, size: int) -> None:
    """Whatever stands across the cut is whole in the part after it, however much that nobody sees is put between its words."""
    text = hidden(END - size // 2, SCAM.replace("your seed", "your " + filled(gap, size) + "seed"))
    assert "seed_phrase" in guard.check(text).asks


def test_the_senders_evidence_stands_nowhere_in_a_long_message_either(guard: Guard) -> None:
    verdict = guard.check(hidden(2 * LIMIT), sender=Sender(name="Kraken Support"))
    said = [e for e in verdict.evidence if e.rule.startswith("sender.")]
    assert said
    assert all((e.start, e.stop, e.start_utf16, e.stop_utf16) == (0, 0, 0, 0) for e in said)


def test_long_messages_between_short_ones(guard: Guard) -> None:
    column = [SCAM, hidden(LIMIT), "", hidden(0), PLAIN, *[PLAIN] * 600, hidden(3 * LIMIT), SCAM]
    alone = [guard.check(text).risk for text in column[:5]]
    want = [*alone, *alone[-1:] * 600, guard.check(column[-2]).risk, alone[0]]
    for threads in (1, 2, 3):
        assert guard.score(column, threads=threads).tolist() == want
        assert guard.score(pa.array(column)[1:], threads=threads).tolist() == want[1:]
    assert guard.scan(column)["risk"].to_pylist() == want


_MEMORY = """
import gc
import pyarrow as pa
import scamguard
from benchmarks import process

guard, unit = scamguard.load(), {unit!r}
long = unit * ({size} // len(unit.encode()))
short, column = pa.array([unit[:50]] * 600), pa.array([long, *["see you"] * 600])
steps = [lambda: guard.scan(short), lambda: guard.check(unit)]
steps += [lambda: guard.score(column), lambda: guard.scan(column), lambda: guard.check(long)]
for step in steps:
    gc.collect()
    process.forget()
    before = process.resident()
    step()
    print(process.highest() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells, and forgets, the highest memory of a program")
def test_memory_does_not_grow_with_a_message() -> None:
    """Four megabytes in one message, which whole would take well over 100 MB, take less than 64; of a `str` its UTF-8 included."""
    program = _MEMORY.format(unit=SCAM * 1500 + PLAIN * 1000, size=4_000_000)
    done = subprocess.run([sys.executable, "-"], input=program, cwd=ROOT, capture_output=True, text=True, check=True)
    _, _, *taken = [int(line) for line in done.stdout.split()]
    assert len(taken) == 3
    assert max(taken) < 64 << 20
