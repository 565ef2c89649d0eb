"""A secret stands in a message twice, and beside it in the row: where one is masked, so are all."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from scamguard import Sender
from scamguard.cli import app
from scamguard.giveaways import MASK, cleared, hidden
from scamguard.masking import masked
from scamguard.report_page import masking as page
from scamguard.secrets import find, repeated
from scamguard.sinks import FORMATS
from scamguard.ticket import incident

from .pace import slower

if TYPE_CHECKING:
    from pathlib import Path

    from scamguard.guard import Guard

PASSWORD = "Tr0ub4dor-Mango!9"  # noqa: S105 - made up


def shown(text: str) -> str:
    return hidden(text, [(found.start, found.stop) for found in find(text)])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"my password is: {PASSWORD} - did you get it? {PASSWORD}", f"my password is: {MASK} - did you get it? {MASK}"),
        (f"{PASSWORD}? yes, my password is: {PASSWORD}", f"{MASK}? yes, my password is: {MASK}"),
        (f"my password is: {PASSWORD}. IN CAPITALS {PASSWORD.upper()}", f"my password is: {MASK}. IN CAPITALS {MASK}"),
        ("the code is 482913. 482913!", f"the code is {MASK}. {MASK}!"),
        ("code: 959006 and again 959-006", f"code: {MASK} and again {MASK}"),
        ("postgres://ann:Zx9!kkQ2@db.example.com/x and Zx9!kkQ2", f"postgres://ann:{MASK}@db.example.com/x and {MASK}"),
        ("my password is Tr0ub4dor!9, log in: https://x.com/?p=Tr0ub4dor%219", f"my password is {MASK}, log in: https://x.com/?p={MASK}"),
        ("my password is hunter2!! yes, hunter2", f"my password is {MASK} yes, {MASK}"),
        ("card 4539 1488 0343 6467 exp 03/2029 cvv 123 or 4539148803436467", f"card {MASK} or {MASK}"),
        ("my password is: sunshine. Sunshine it is", f"my password is: {MASK}. {MASK} it is"),
        ("my password is: hunter2xx then ｈｕｎｔｅｒ２ｘｘ", f"my password is: {MASK} then {MASK}"),
        ("my pin is 4821. 4821?", f"my pin is {MASK}. {MASK}?"),
        ("密码是sunshine77。再说一遍：sunshine77吧", f"密码是{MASK}。再说一遍：{MASK}吧"),
    ],
)
def test_what_is_masked_once_is_masked_again(text: str, left: str) -> None:
    assert shown(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my pin is 4821. 14821, 48210 and 48.21", f"my pin is {MASK}. 14821, 48210 and 48.21"),
        ("code: 959006, order 1959006", f"code: {MASK}, order 1959006"),
        ("my password is: sunshine. sunshines and moonsunshine", f"my password is: {MASK}. sunshines and moonsunshine"),
        ("wifi password is: rose. Rose said so", f"wifi password is: {MASK}. Rose said so"),
        ("card 4539 1488 0343 6467 cvv 123, 123 Main Street", f"card {MASK}, 123 Main Street"),
        ("my code is 100000 ok, price 100 000 EUR", f"my code is {MASK} ok, price 100 000 EUR"),
    ],
)
def test_other_words_and_numbers_stay(text: str, left: str) -> None:
    assert shown(text) == left


def test_a_short_word_is_not_blanked_all_over() -> None:
    text = "my password is dog. my dog is nice, a dog it is"
    assert repeated(text, ["dog"]) == []
    assert "my dog is nice" in shown(text)


def test_it_makes_no_verdict_graver() -> None:
    once, twice = find("the code is 482913"), find("the code is 482913. 482913!")
    assert {(f.kind, f.certainty) for f in once} == {(f.kind, f.certainty) for f in twice}
    assert (len(once), len(twice)) == (1, 2)


def test_a_ticket_shows_it_nowhere() -> None:
    assert PASSWORD not in masked(f"my password is: {PASSWORD} - got it? {PASSWORD}", lambda secret: f"[{secret}]")


def test_a_row_shows_it_nowhere() -> None:
    about = {"id": f"7-{PASSWORD}", "sender": PASSWORD.lower(), "channel": None, "file": "a.csv", "row": 1}
    row = {"text": f"my password is: {PASSWORD}", **about}
    assert cleared(row, [(16, 33)]) == {
        "text": f"my password is: {MASK}", "id": f"7-{MASK}", "sender": MASK, "channel": None, "file": "a.csv"
    }  # fmt: skip


@pytest.mark.parametrize("option", ["--direction=outgoing", "--by-conversation"])
def test_a_scan_writes_it_nowhere(option: str, tmp_path: Path) -> None:
    said = f"my password is: {PASSWORD} - did you get it? {PASSWORD}"
    asked = "Kraken Support here: your account is locked. Send me your password now to unlock it."
    told = [("desk", asked, "1"), ("ann", said, f"2-{PASSWORD}")]
    dump = [{"sender": sender, "text": text, "channel": "dm", "id": number} for sender, text, number in told]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, dump)), "utf-8")
    outs = [tmp_path / f"o{form.suffixes[0]}" for form in FORMATS.values()]
    done = CliRunner().invoke(app, ["scan", str(tmp_path / "d.jsonl"), option, *(part for out in outs for part in ("--out", str(out)))])
    assert done.exit_code == 1, done.output
    assert PASSWORD not in done.output
    for out in outs:
        assert PASSWORD not in out.read_bytes().decode("utf-8", "replace"), out
    written = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text("utf-8").splitlines()]
    assert written[-1]["id"] == f"2-{MASK}"
    assert written[-1]["text"] == f"my password is: {MASK} - did you get it? {MASK}"
    assert PASSWORD not in str(pq.read_table(tmp_path / "o.parquet").to_pylist())


def test_many_secrets_many_times_take_their_time_once() -> None:
    find("my code is 482913")
    text = "".join(f"code {100_001 + n}, " for n in range(2_000)) + "482913 " * 2_000
    began = time.process_time()
    find("my code is 482913. " + text)
    assert time.process_time() - began < 3 * slower()


def test_a_report_page_shows_it_nowhere() -> None:
    shown = page.parts(f"my password is: {PASSWORD} - did you get it? {PASSWORD}")
    assert [(part.text, part.kind) for part in shown] == [
        ("my password is: ", ""), ("password", "secret"), (" - did you get it? ", ""), ("password", "secret"),
    ]  # fmt: skip


def test_a_ticket_shows_it_in_no_other_line(guard: Guard) -> None:
    text = f"Kraken Support: send us your seed phrase. Is your password is: {PASSWORD} still right?"
    who, done = Sender(name=f"desk {PASSWORD}", handle="@desk"), [f"I logged in with {PASSWORD}"]
    made = incident(text, guard.check(text), sender=who, when=f"at nine, {PASSWORD}", channel=PASSWORD.upper(), done=done).text()
    assert PASSWORD.casefold() not in made.casefold()
    assert "I logged in with [removed: password]" in made
