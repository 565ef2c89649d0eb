"""One field, line or part of a file that a stranger made very long: reading it takes time in proportion, and it is read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from scamguard.dumps import html, inline, mail, qq, slackblocks, times, transfer, wechat
from scamguard.serve.dialects.synapse import strings

from .dumping import read
from .pace import slower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANY = 100_000


def _lines_of_qq(run: str) -> list[str]:
    return [f"2024-01-01 10:00:00 {line}" for line in (f"{run}x", f"<{run}x", f"a{run}>")]

READERS: dict[str, Callable[[str], object]] = {
    "signs behind a link": lambda run: inline.joined(["hi", inline.Address("https://e.example/x"), run, "a"]),
    "signs behind a link of Slack": lambda run: slackblocks.unescaped(f"<https://e.example/x|hi>{run}a", {}),
    "a page": lambda run: html.words(f'<a href="https://e.example/x">hi</a>{run}a'),
    "blanks of many elements": lambda run: html.words("<b> </b>" * (len(run) // 8)),
    "a time": lambda run: (times.any_of(f"2024-05-01 10:00:00{run}x"), times.any_of(f"{run}x"), times.any_of(f"{run}1")),
    "words in base64": lambda run: transfer.decoded(run.encode(), "base64"),
    "the first line of a mailbox": lambda run: mail._FROM.match(f"From {run}".encode()),
    "broken JSON": lambda run: strings(f'{{"event":{run}'.encode()),
    "a card of WeChat": lambda run: (wechat.worded(f"<msg><title>{run}"), wechat.worded(f"<msg>{run}</title>")),
    "a line of QQ": lambda run: [qq._header(line) for line in _lines_of_qq(run)],
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("pump", ["!", " ", "a", "@", '\\"', "<title>", "\t", "1", "] "], ids=repr)
def test_a_run_without_end_takes_its_time_once(reader: str, pump: str) -> None:
    run = (pump * MANY)[:MANY]
    began = time.process_time()
    READERS[reader](run)
    assert time.process_time() - began < slower()  # what goes with the square takes minutes


@pytest.mark.parametrize(
    "cell", ["2024-05-01 10:00:00", " 2024-05-01 10:00:00 UTC ", "Wed May 01 2024 12:00:00 GMT+0200 (Central European Summer Time)"]
)
def test_a_time_with_room_around_it_is_one(cell: str) -> None:
    assert times.any_of(f"{' ' * 300}{cell}{' ' * 300}") == times.any_of("2024-05-01T10:00:00Z")


def test_a_run_of_signs_ends_a_sentence_as_one_sign_does() -> None:
    leads = inline.Address("https://a.example")
    assert inline.joined(["see", leads, " this!!! Now"]) == "see this (https://a.example)!!! Now"
    assert inline.joined(["see", leads, " v1.2 and …?! now"]) == "see v1.2 and  (https://a.example)…?! now"
    assert inline.joined(["see", leads, " this!!!a. Now"]) == "see this!!!a (https://a.example). Now"


def test_blanks_at_line_ends_go() -> None:
    assert html.words("<p>a <b> </b></p>\n\t <p> b</p>") == "a\nb"


def test_a_string_that_is_not_closed_hides_none_before_it() -> None:
    assert strings(b'{"body": "send it", "x": [[["now", "key": "half') == "send it\nnow"
    assert strings(b'{"body": "two\nlines", "k" : "v"}') == "two\nlines\nv"


def test_a_quote_that_is_missing_costs_one_message(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('[{"text": "one"}, {"text": bad "}, {"text": "two"}, {"text": "thr\\"ee"}]', "utf-8")
    assert read(tmp_path / "d.json").texts[0] == "one"
    (tmp_path / "e.json").write_text('[{"text": "one"}, {"text": bad}, {"text": "two"}]', "utf-8")
    assert read(tmp_path / "e.json").texts == ["one", "two"]
    (tmp_path / "f.json").write_text('[{"text": "one"}, {"text": bad "' + '\\"' * MANY, "utf-8")
    began = time.process_time()
    assert read(tmp_path / "f.json").texts == ["one"]
    assert time.process_time() - began < slower()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
@pytest.mark.parametrize("last", ["bye", "привет"])
def test_the_encoding_is_told_though_a_long_beginning_is_ascii(encoding: str, last: str, tmp_path: Path) -> None:
    lines = ["text,time", *["send me the code now please,"] * 12_000, f"{last},"]
    (tmp_path / "d.csv").write_bytes("\n".join(lines).encode(encoding))
    found = read(tmp_path / "d.csv").texts
    assert (len(found), found[0], found[-1]) == (12_001, "send me the code now please", last)


@pytest.mark.parametrize(
    ("line", "name", "account"),
    [
        ("2024-05-01 15:04:05 【管理员】小美(10001)", "小美", "10001"),
        ("2024-5-1  5:04:05 小(美)(10001) ", "小(美)", "10001"),
        ("2024-05-01 15:04:05 mia<mia@a.example>", "mia", "mia@a.example"),
        ("2024-05-01 15:04:05 (10001)", "", "10001"),
        ("2024-05-01 15:04:05 小美(12)", "小美(12)", None),
        ("2024-05-01 15:04:05 a <b> c", "a <b> c", None),
        ("2024-05-01 15:04:05 ", "", None),
    ],
)
def test_who_speaks_in_qq(line: str, name: str, account: str | None) -> None:
    assert qq._header(line) == ("2024-05-01 15:04:05" if line[5] == "0" else "2024-5-1  5:04:05", name, account)


@pytest.mark.parametrize("line", ["2024-05-01 15:04:05", "at 2024-05-01 15:04:05 x(10001)", "2024-05-01 小美(10001)"])
def test_no_one_speaks_in_qq(line: str) -> None:
    assert qq._header(line) is None


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        ("<msg><title><![CDATA[领取]]></title><url> https://a.example/?a=1&amp;b=2 </url></msg>", "领取 (https://a.example/?a=1&b=2)"),
        ("<msg><title>领取\n补贴</title><des>三天</des></msg>", "领取\n补贴\n三天"),
        ("<msg><title>领取</msg>", ""),
        ("<msgs are what I mean by <title>", ""),
        ("see <title>x</title>", "see <title>x</title>"),
    ],
)
def test_a_card_of_wechat_says_its_title_and_where_it_leads(card: str, shown: str) -> None:
    assert wechat.worded(card) == shown
