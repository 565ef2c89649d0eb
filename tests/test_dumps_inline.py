"""Words that are cut up by links or marks are read as they are seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.dumps import slackblocks, telegram
from scamguard.dumps.html import words
from scamguard.dumps.inline import Address, joined, linked
from scamguard.dumps.markdown import LARGEST, MOST, github_views, shown, views
from scamguard.verdict import Action

from . import alphabets

if TYPE_CHECKING:
    from scamguard.guard import Guard

TO: str = "https://a.example/"
READ: str = f"read me the SMS code ({TO}) ({TO})"


def test_html_is_read_as_it_is_seen() -> None:
    assert words(f'<a href="{TO}">rea</a>d me the SMS <b>c<a href="{TO}">od</a></b>e') == READ
    assert words(f'go <a href="{TO}">here </a>now, or <a href="{TO}">there</a>.<p>x') == f"go here now, or there ({TO}) ({TO}).\nx"
    assert words(f'see<a href="{TO}"> </a>d <a href="{TO}"><img alt="pay"></a>') == f"see d pay ({TO})"


def test_slack_is_read_as_it_is_seen() -> None:
    assert slackblocks.unescaped(f"<{TO}|rea>d me the SMS <{TO}|cod>e", {}) == READ
    pieces = [("link", "rea"), ("text", "d me the SMS "), ("link", "cod"), ("text", "e")]
    elements = [{"type": kind, "text": text} | ({"url": TO} if kind == "link" else {}) for kind, text in pieces]
    line = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    assert slackblocks.text_of({"blocks": [line]}, {}) == READ


def test_telegram_is_read_as_it_is_seen() -> None:
    parts = [{"type": "text_link", "text": "rea", "href": TO}, "d me the SMS ", {"type": "text_link", "text": "cod", "href": TO}, "e"]
    assert telegram.text_of({"text": parts}) == READ


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (f"[rea]({TO})d me the SMS [cod]({TO})e", READ),
        ("**rea**d me the SMS c~~od~~e", "read me the SMS code"),
        ("s||ee||d p__hra__se, s<b>ee</b>d p`hra`se", "seed phrase, seed phrase"),
        ("**read** me `the` code, 2 * 3 = a * b, [here](https://a.example) > quoted", ""),
        ("> is this real?\n> *send* your [seed](https://a.example)", ""),
        ("snake_case of file_name.py", ""),
    ],
)
def test_markdown_is_read_as_it_is_shown_where_marks_stand_in_words(text: str, want: str) -> None:
    assert shown(text) == (want or text)
    assert views(text) == ([text, want] if want else [text])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("your s&#101;ed&nbsp;phrase", ["your seed\xa0phrase"]),
        ("your se<!-- x -->ed phr<!-- -->ase<!-- never", ["your seed phrase"]),
        ("s<!-- x -->**ee**<!-- -->d", ["s**ee**d", "seed"]),
        (f"[Kraken Support][1]\n\n[1]: {TO}", [f"Kraken Support ({TO})"]),
        ("> *send* your seed\n\n2 * 3 = a * b, [x], &c.", []),
    ],
)
def test_github_undoes_entities_comments_and_references(text: str, want: list[str]) -> None:
    assert github_views(text) == [text, *want]


@given(alphabets.messages, st.sampled_from(["**", "[", "](b)", "`", "<b>", "||", "> ", "\n"]))
def test_any_text_is_shown(text: str, mark: str) -> None:
    assert isinstance(shown(f"a{mark}b {mark.join(text)} c**d"), str)


@pytest.mark.parametrize("piece", ["[", "*a", "a*b", "`a", "![a](", "a**b", "<b>a", "> ", "[a](b)c", "a_b__c", "](x)a"])
def test_no_text_is_slow_to_show(piece: str) -> None:
    began = time.process_time()
    shown(("a*b " + piece * MOST)[:MOST])
    assert time.process_time() - began < 2  # of processor time; the slowest takes .15 s


@pytest.mark.parametrize("piece", ["[a][", "- - a\n"])
def test_no_comment_is_slow_to_show(piece: str) -> None:
    began = time.process_time()
    github_views(("[z]: y\n\n" + piece * LARGEST)[: LARGEST // 4])
    assert time.process_time() - began < 4  # of processor time; the slowest takes .4 s


@given(st.lists(st.text("ab 。", max_size=4) | st.sampled_from(["x", "yz"]).map(Address), max_size=8))
def test_all_pieces_are_kept(pieces: list[str]) -> None:
    text = joined(pieces)
    addresses = [piece for piece in pieces if isinstance(piece, Address)]
    for address in addresses:
        assert f" ({address})" in text
    for address in set(addresses):
        text = text.replace(f" ({address})", "")
    assert text == "".join(piece for piece in pieces if not isinstance(piece, Address))


def test_an_address_that_is_said_is_not_said_again() -> None:
    assert linked("https://a.example", TO) == "https://a.example"
    assert linked("here", None) == "here"


def test_a_scam_cut_up_by_links_is_found(guard: Guard) -> None:
    html = f'Kraken admin here: <a href="{TO}">rea</a>d me the SMS <a href="{TO}">cod</a>e you just got'
    assert guard.check(words(html)).action is not Action.ALLOW
