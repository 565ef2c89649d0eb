"""What the page shows of a stranger's words stays in its place, and of a time all its digits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from scamguard.report_page import masking, tables, words
from scamguard.report_page.timeline import Column
from scamguard.verdict import Evidence

from .talking import scam
from .test_report_page import ASK, CHROMIUM, _browse, page

if TYPE_CHECKING:
    from pathlib import Path

    from scamguard.guard import Guard

ACUTE = "\u0301"


def piled(text: str, marks: int) -> str:
    return "".join(letter + ACUTE * marks for letter in text)


def test_a_name_is_shown_whole_whatever_is_piled_on_its_letters() -> None:
    assert masking.name(piled("administrator", 30)) == piled("administrator", 8)
    assert masking.name("W" * 81) == "W" * 80 + "…"
    assert masking.name("W" * 80) == "W" * 80
    assert masking.name("Nguye\u0302\u0303n Thi\u0323 Ha\u0300") == "Nguye\u0302\u0303n Thi\u0323 Ha\u0300"


def test_a_pile_does_not_push_the_evidence_out() -> None:
    text = f"Z{ACUTE * 5000} support: send me your password"
    proof = Evidence("r", "why", text.index("send"), len(text), 0, 0)
    assert masking.parts(text, [proof]) == [(f"Z{ACUTE * 8} support: ", ""), ("send me your password", "mark")]
    whole = Evidence("r", "why", 0, len(text), 0, 0)
    assert masking.parts(text, [whole]) == [(f"Z{ACUTE * 8} support: send me your password", "mark")]


def test_a_secret_is_masked_whatever_is_piled_before_it_and_on_it() -> None:
    text = f"Z{ACUTE * 5000} my card is 4111 1111 1111 1111"
    assert [part.kind for part in masking.parts(text)] == ["", "secret"]
    assert "4111" not in masking.name(text)
    for marks in (1, 30):
        shown = "".join(part.text for part in masking.parts(f"my password is {piled('Tr0ub4dor', marks)}&3x, ok"))
        assert "dor" not in shown.replace(ACUTE, "")


def test_no_pile_is_in_the_page(guard: Guard) -> None:
    name = piled("admin", 30)
    text = page(guard, [scam(f"{ASK} {piled('now', 99)}", sender=name, channel=name, file=name)])
    assert ACUTE * 8 in text
    assert ACUTE * 9 not in text
    far = page(guard, [scam(f"Z{ACUTE * 5000} {ASK}")])
    assert "12-word seed phrase" in far


@pytest.mark.parametrize("at", [*range(3960, 4003, 7), 7900, 7960, 7990])
def test_no_half_of_a_secret_is_shown_where_a_long_text_is_cut(guard: Guard, at: int) -> None:
    phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    before = f"\n{ASK} My phrase: "
    text = page(guard, [scam(f"{'see you tomorrow. ' * 500}"[: at - len(before)] + f"{before}{phrase} ok, bye")])
    assert [word for word in phrase.split() if f"{word} " in text and word != "year"] == []


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_nothing_paints_over_what_stands_beside_it(guard: Guard, tmp_path: Path) -> None:
    text = page(guard, [scam(f"{ASK} at https://kraken-help.example/a", sender="mia", channel="room")] * 2)
    loose = (
        "[...document.querySelectorAll('bdi, blockquote, .meta')].filter(box => { "
        "while (box && getComputedStyle(box).overflowY !== 'clip') box = box.parentElement; return !box || box.matches('.card, section') })"
    )
    free = re.sub(r"<meta http-equiv[^>]*>", "", text)  # the page's own policy lets no script measure it
    (tmp_path / "r.html").write_text(f"{free}<script>document.title = {loose}.length + ' loose'</script>", "utf-8")
    assert "<title>0 loose</title>" in _browse(tmp_path / "r.html", tmp_path).stdout


@pytest.mark.parametrize(("hours", "label"), [(1, "0001-01-02 03:00"), (24, "0001-01-02"), (24 * 365, "0001-01-02")])
def test_a_year_has_four_digits(hours: int, label: str) -> None:
    start = datetime(1, 1, 2, 3, tzinfo=UTC)
    assert words.labels([Column(start, 1, 0, 0)], hours) == [label]
    assert tables.when(start) == tables.when(start.replace(tzinfo=None)) == "0001-01-02 03:00"
    assert words.labels([Column(start.replace(year=2026), 1, 0, 0)], hours) == [label.replace("0001", "2026")]
    assert tables.when(datetime(2026, 5, 1, 10, 2, 59, 7, tzinfo=UTC)) == "2026-05-01 10:02"
