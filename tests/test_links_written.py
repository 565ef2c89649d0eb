"""Links as people write them so that no program sees one: beside signs, with odd letters, broken schemes and broken dots."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import explain, lookalike, lookalikes
from scamguard.columns import pack
from scamguard.identity import WHY, described
from scamguard.imitation.hints import leading, leads
from scamguard.imitation.links import broken, links
from scamguard.imitation.value import folded, meant, read

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGE = "USPS: We tried to deliver your parcel today. Reschedule: "
BOTH = {"link.lookalike", "link.foreign_beside_brand"}

BESIDE = {  # what is written → the link in it
    "👉usps-help.com/i": "usps-help.com/i",
    "➡️usps-help.com👈": "usps-help.com",
    "→usps-help.com": "usps-help.com",
    "usps-help.com✅": "usps-help.com",
    "https://usps-help.com✅": "https://usps-help.com",
    "link:usps-help.com": "usps-help.com",
    "#usps-help.com": "usps-help.com",
    "$usps-help.com": "usps-help.com",
    "+usps-help.com": "usps-help.com",
    "usps-help.com—open": "usps-help.com",
    "usps-help.com–open": "usps-help.com",
    "usps-help.com، then": "usps-help.com",
    "usps-help.com-": "usps-help.com",
    "+first.last@usps-help.com": "+first.last@usps-help.com",  # a mailbox may begin with it
}
LETTERS = {
    "usps\u200b-help.com": "",  # as it is written
    "usps-\u00adhelp.com": "",
    "us\u2060ps-help.com/i": "",
    "\u202eusps-help.com": "usps-help.com",
    "https://usps\u200b-help.com/x": "",
    "usps‐help.com": "",
    "usps‑help.com": "",
    "usps–help.com": "",
    "ⓤⓢⓟⓢ-ⓗⓔⓛⓟ.ⓒⓞⓜ": "",
    "𝐮𝐬𝐩𝐬-𝐡𝐞𝐥𝐩.𝐜𝐨𝐦": "",
}
SCHEMES = (
    *("https:/usps-help.com/x", "https//usps-help.com/x", "https;//usps-help.com/x", "https: //usps-help.com/x"),
    *("https.//usps-help.com/x", "https:\\\\usps-help.com/x", "https[:]//usps-help.com/x", "hxxps:/usps-help.com/x"),
    *("http:usps-help.com/x", "👉HTTPS//usps-help.com/x"),
)
DOTS = (
    *("usps-help(dot)com", "usps-help[dot]com/x", "usps-help (DOT) com", "usps-help{.}com", "usps-help<.>com", "usps-help[ . ]com"),
    *("usps-help [.] com", "usps-help(点)com", "usps-help . com", "usps-help. com", "usps-help .com", "usps-help . COM"),
    "usps-help. top/x",
    *("usps-help,com", "usps-help•com", "usps-help dot com", "usps-help точка com", "usps-help点com", "usps-help点 com/x"),
    *("usps.com-parcel . top/i", "uspsverify dot com"),  # a hyphen anywhere in the host, or a lure
    *("usps-help．com", "usps-help｡com", "usps-help。com/x", "ｕｓｐｓ－ｈｅｌｐ．ｃｏｍ", "ｕｓｐｓ-help。ｃｏｍ"),
    *("usps-\nhelp.com", "usps-\r\nhelp.com/x", "usps-help.\ncom", "usps-help\n.com"),
)
NUMBERS = "185.213.44.9/usps", "185.213.44.9:8080/usps", "http://[2a01:4f8::1]/", "https://[2a01:4f8::1]:8443/usps"
HONEST = (
    *("WhatsApp. Info about it", "see you. Me too", "Netflix. Come and see", "I paid with PayPal. Net of fees", "USPS,com", "USPS . com"),
    *("usps-help. Comes today", "usps-help, come by", "ask usps-help. Top of the list", "usps-help dot comes", "usps-help (com)"),
    *("parcel-point . com", "my-notes dot com", "see-you点com", "x,com", "a dot com boom", "the . com bubble", "(dot)com"),
    *("failed。Open", "登录失败。Open", "usps-help。 Open", "好的。OK", "３．１４", "Ｔ．Ｏ．Ｐ", "ｕｓｐｓ"),
    *("usps-\nhelp", "- usps\n- help", "usps-\nhelp desk. Come", "parcel-\npoint.com", "usps\n-help. And so on"),
)
WORDS = "AT&T.Then", "a/b.Then", "#include", "done→Then", "v1.2→v1.3", "saved:done.Then", "x=1.5+y", "https//", "//", "👉", "…👉."
WHOLE = (  # a host behind a scheme, with letters and stops that end a link elsewhere
    *("https://ｋｒａｋｅｎ-support.com/a", "https://kraken-support。com/", "https://www.kraken-support｡com?a=1", "https://kraken-support．com:8080/a"),
    *("hxxps://kraken。com.evil.top/x", "https://x9ｈｅｌｐ．ｔｏｐ/a", "https://币安.com/a", "https://币安.中国/", "https://한국.com", "http://カード.jp"),
)
SPLIT = {  # a link that ends where its host does
    "请登录https://kraken.com。Open the app": "https://kraken.com",
    "https://kraken.com。app下载": "https://kraken.com",
    "请打开https://kraken.com/a查看更多.Then": "https://kraken.com/a",
    "https://币安.com/a查看": "https://币安.com/a",
    "https://币安.com。谢谢": "https://币安.com",
    "见https://kraken.com，谢谢": "https://kraken.com",
    "请认准https://开头的kraken.com": "kraken.com",
    "地址以https://开头。然后打开kraken.com": "kraken.com",
    "只信https://开头。cn域名见kraken.com": "kraken.com",
}
PRIVATE = "192.168.1.1/admin", "10.0.0.1/setup"
NO_NUMBERS = "8.8.8.8/24", "8.8.8.8", "v8.8.8.8/x", "1.8.8.8.8/x", "999.8.8.8/x", "app/8.8.8.8/x", "3.5/x"


@pytest.mark.parametrize(("written", "link"), [*BESIDE.items(), *LETTERS.items(), *((scheme, "usps-help.com/x") for scheme in SCHEMES)])
def test_a_link_is_read_whatever_stands_at_it(written: str, link: str) -> None:
    shown = described(MESSAGE + written)
    assert shown.keys() == (BOTH if "@" not in written else {"link.lookalike"})
    assert set(shown.values()) == {link or written}


@pytest.mark.parametrize("written", DOTS)
def test_a_broken_dot_is_mended_in_a_lookalike(written: str) -> None:
    text = f"{MESSAGE}{written} today"
    assert list(broken(text)) == [written]
    found = lookalike(written)
    assert found is not None
    assert found.brand == "USPS"
    assert leads(text)


@pytest.mark.parametrize("written", WHOLE)
@pytest.mark.parametrize("around", ["Kraken: log in at {} now", "{}", "Kraken：请登录{}，谢谢", "Kraken「{}」"])
def test_a_link_with_a_scheme_is_read_to_the_end_of_its_host(written: str, around: str) -> None:
    text = around.format(written)
    assert list(links(text)) == [written]
    assert leads(text)


@pytest.mark.parametrize(("text", "link"), SPLIT.items())
def test_a_link_ends_with_its_host_or_path(text: str, link: str) -> None:
    assert list(links(text)) == [link]


@pytest.mark.parametrize("written", ["kraken-login(dot)com/a", "kraken-login . com", "www.kraken-login[dot]com", "kraken-login。com/a"])
def test_a_cut_link_is_not_shown_beside_the_whole(written: str) -> None:
    shown = described(f"Kraken: log in at https://{written} now")
    assert shown.keys() == BOTH
    assert {link.removeprefix("https://") for link in shown.values()} == {written}


def test_the_brackets_of_ipv6_are_part_of_the_link() -> None:
    assert set(described("Kraken: https://[::1]/kraken").values()) == {"https://[::1]/kraken"}


@pytest.mark.parametrize("written", NUMBERS)
def test_a_number_with_a_path_or_brackets_is_a_link(written: str) -> None:
    assert list(broken(f"{MESSAGE}{written} today")) == [written]
    assert read(written).ip in ("185.213.44.9", "2a01:4f8::1")


@pytest.mark.parametrize("text", [*HONEST, *PRIVATE, *NO_NUMBERS, *WORDS])
def test_words_and_numbers_are_no_links(text: str) -> None:
    assert list(broken(f"{MESSAGE}{text}")) == []


@pytest.mark.parametrize("text", [*PRIVATE, *NO_NUMBERS[:5], *WORDS])
def test_signs_make_no_links_of_words(text: str) -> None:
    assert list(links(f"so {text} and")) == []


@pytest.mark.parametrize("written", [*BESIDE, *LETTERS, *SCHEMES, *DOTS, *NUMBERS])
def test_what_is_found_can_be_pointed_out(written: str) -> None:
    text = f"{MESSAGE}{written}"
    for link in (*links(text), *broken(text)):
        (shown,) = explain.of_links(text, {next(iter(WHY)): link})
        assert text[shown.start : shown.stop] == link


@pytest.mark.parametrize("written", [*BESIDE, *SCHEMES, *(key for key, link in LETTERS.items() if not link)])
def test_a_column_reads_messages_as_one_is_read(written: str) -> None:
    text = f"{MESSAGE}{written}"
    found = lookalike(text)
    assert found is not None
    assert lookalikes([text]).column("kind").to_pylist() == [found.kind]


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("usps-help[ . ]com", "usps-help.com"),
        ("usps-help . com/a b", "usps-help . com/a b"),  # a path has no blank
        ("Kraken. Come", "Kraken. Come"),
        ("kraken。com", "kraken.com"),
        ("币。安", "币。安"),
        ("http：／／ｋｒａｋｅｎ．com", "http://ｋｒａｋｅｎ.com"),
        ("kraken (dot) com", "kraken.com"),
    ],
)
def test_a_value_is_written_as_it_is_meant(written: str, link: str) -> None:
    assert meant(written) == link


def test_names_and_handles_stay_as_they_are() -> None:
    for name in ("ＫＲＡＫＥＮ Support", "@ｋｒａｋｅｎ", "Kraken\u200b Desk", "Kraken (dot)"):
        assert read(name).text == name


PIECES = [
    *("usps-help", "com", "COM", "top", "info/", "/", "net", "x", "-", "_", "1", "é", " ", "\n", "\t", "\u3000", "\xa0", "\u200b"),
    *(*".,。．｡•·点點()[]{}<>", "точка", "точк", "К", "dot", "DOT", "dOt", "ｃｏｍ", "ｕ", "Ｃ", "8.8.8.8/a"),
]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=8))
def test_the_look_at_the_bytes_and_the_patterns_agree_and_miss_nothing(texts: list[str]) -> None:
    seen = set(leading(pack(texts), np.arange(len(texts))).tolist())
    for row, text in enumerate(texts):
        assert leads(text) == (row in seen)
        there = [*links(text), *broken(text)]
        assert row in seen or not there
        assert all(link in text for link in broken(text))


@given(st.text(st.sampled_from("usp-help.comⓤ𝐜ａ\u200b–👉 。．"), max_size=30))
def test_what_is_cut_out_stands_in_the_text(text: str) -> None:
    assert all(link in text for link in links(text))
    assert unicodedata.is_normalized("NFKC", folded(text))


HOSTILE = [
    *("a.", "a-", "dot ", "(dot)", "[dot]com ", "a-b,com ", ". com", "a . com ", "点com", "точка com ", "-\na", "-\na.b", "1."),
    "1.1.1.1/a ",
    *("://[", "https://[1::", "//", "👉a.", "👉a.b ", "\u200ba.", "–", "ⓤ.", "。a", "．", "ａ．", "https:", "a@a.", ":=#", "\\"),
]


def _seconds(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_message_takes_no_time(unit: str) -> None:
    text = (unit * 16_384)[:16_384]
    assert min(_seconds(lambda text: [*links(text), *broken(text)], text) for _ in range(3)) < 0.1  # seconds: ten times what it takes


@pytest.mark.parametrize(
    ("text", "led"),
    [
        ("61.77 EUR, 3,306.44 and v2.10.3, 28.11.2026", False),
        ("see 203.0.113.5 or not", True),
        ("8.8.8.8/in", True),
        ("a.8.8.8", False),
        ("1.2.3.", False),
        ("1.2345.3.4", False),
        ("99.a-b.example", True),
    ],
)
def test_a_dot_in_an_amount_leads_nowhere(text: str, *, led: bool) -> None:
    assert leads(text) is led
    assert (leading(pack([text]), np.arange(1)).tolist() == [0]) is led
