"""Marks piled on a letter are shown as far as any language piles them, and names as far as they can be read at a glance."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from scamguard import render
from scamguard.dumps import Notes
from scamguard.scanning import Summary
from scamguard.visible import shortened, visible

ACUTE = "\u0301"
LONG = "x" * 20_000


def highest(text: str) -> int:
    """Count the marks of the highest pile, one letter after another."""
    best = height = 0
    for char in text:
        height = height + 1 if unicodedata.category(char) in {"Mn", "Me"} else height if char in "\u200c\u200d" else 0
        best = max(best, height)
    return best


@pytest.mark.parametrize(
    "text",
    [
        f"Z{ACUTE * 5000} support", "".join(letter + ACUTE * 30 for letter in "admin"), "Z" + (ACUTE * 3 + "\u200d") * 50,
        "Z" + "\u20dd\u0489" * 40, "\u0e01" + "\u0e47" * 60,
    ],
)  # fmt: skip
def test_a_pile_of_marks_is_flattened(text: str) -> None:
    shown = visible(text)
    assert highest(text) > 8
    assert highest(shown) == 8
    letters = [char for char in text if unicodedata.category(char)[0] != "M" and char != "\u200d"]
    assert [char for char in shown if unicodedata.category(char)[0] != "M" and char != "\u200d"] == letters


@pytest.mark.parametrize(
    "text",
    [
        "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05b4\u05c1\u0596\u05d9\u05ea",  # the first word of the Bible
        "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fb2\u0fb1\u0f7e",  # the highest pile there is in Tibetan
        "A\u0302\u0301\u0323", "\u0e01\u0e35\u0e48 \u0e17\u0e35\u0e48", "\U0001f468\u200d\U0001f469\u200d\U0001f467 1\ufe0f\u20e3",
        "\u064f\u0651", "!" * 40, "，。" * 40, "…" * 40, "\u0939\u093f\u0928\u094d\u0926\u0940", "",
    ],
)  # fmt: skip
def test_what_a_language_piles_stays(text: str) -> None:
    assert visible(text) == text


@given(st.text(st.sampled_from("ab\u0301\u0323\u20dd\u200d 。")), st.integers(1, 9))
def test_no_pile_is_too_high_and_no_cut_takes_a_mark_from_its_letter(text: str, most: int) -> None:
    shown = visible(text)
    assert highest(shown) <= 8
    assert visible(shown) == shown
    cut = shortened(shown, most)
    letters = [char for char in shown if not unicodedata.category(char).startswith("M")]
    assert cut == shown or (cut.endswith("…") and shown.startswith(cut[:-1]))
    assert (cut == shown) == (len(letters) <= most)
    assert cut == shown or unicodedata.category(shown[len(cut) - 1])[0] != "M"  # what comes next is a letter of its own


def test_a_name_is_not_cut_short_by_its_marks() -> None:
    name = visible("".join(letter + ACUTE * 30 for letter in "administrator"))
    assert shortened(name, 20) == name
    assert shortened(name, 4) == "".join(letter + ACUTE * 8 for letter in "admi") + "…"
    assert len(shortened("a" + ACUTE * 10_000, 4)) < 60  # nor does what has not been flattened stay whole


def lines(shown: object) -> list[str]:
    console = Console(width=160, markup=False)
    with console.capture() as capture:
        console.print(shown)
    return capture.get().splitlines()


def test_names_of_any_length_are_listed_in_a_few_lines() -> None:
    columns = {"risk": [0.9], "channel": [LONG], "file": ["d.jsonl"], "messages": [3], "who": [f"{LONG} of support"], "asks": [["card"]]}
    turned = pa.array([datetime(1, 1, 2, 3, 4, tzinfo=UTC).replace(tzinfo=None)], pa.timestamp("ms"))
    ranking = pa.table({**columns, "given": [[]], "turned": turned, "turned_row": [7], "flagged": [1]})
    shown = lines(render.conversations(ranking))
    assert len(shown) < 12
    assert "0001-01-02 03:04" in "\n".join(shown)
    row = {"file": f"{LONG}/a.eml", "row": 1, "risk": 0.5, "action": "warn", "asks": [], "text": LONG, "kind": "", "rules": []}
    shown = lines(render.rows([row], {}, files=True))
    assert len(shown) < 12
    assert "/a.eml" in "".join(line[:30].strip() for line in shown)
    assert len(lines(render.listed(["file", "text"], [(LONG, LONG)]))) < 12


def test_a_name_that_is_not_long_is_listed_whole() -> None:
    name = "Mia van der Berg, Customer Care of the Northern Provinces and the Isles (out until Monday, ask Tom)"
    row = {"file": name, "row": 1, "risk": 0.5, "action": "warn", "asks": [], "text": "hi", "kind": "", "rules": []}
    assert "…" not in "".join(lines(render.rows([row], {}, files=True)))


def test_a_place_of_any_length_is_told_with_what_is_wrong_there() -> None:
    notes = Notes(broken=1, places=[f"{LONG}.eml, line 3: no message"], empty=1, blank=[LONG])
    told = render.summary(Summary(notes=notes)).plain
    assert len(told) < 1500
    assert "…" in told
    assert ".eml, line 3: no message\n" in told
