"""What stands around the words of a message, the head of a forwarded mail or a signature, takes nothing from what they ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.body import bodies, is_wrapped
from scamguard.columns import pack

if TYPE_CHECKING:
    from scamguard.guard import Guard

SCAM = "Kraken support: send us your seed phrase now to keep your wallet."
HEADS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Jo Tan <jo@kraken.example>\nDate: Mon, 3 Mar\nSubject: your wallet\nTo: me\n\n",
    "Outlook": "-----Original Message-----\r\nFrom: Jo Tan\r\nSent: Monday\r\nSubject: your wallet\r\n\r\n",
    "Apple": "Begin forwarded message:\n\nFrom: Jo Tan\nSubject: your wallet\n\n",
    "German": "Von: Jo Tan\nGesendet: Montag\nBetreff: Ihre Wallet\n\n",
    "Chinese": "发件人：陈小姐\n主题：钱包\n\n",
    "Russian": "-------- Пересылаемое сообщение --------\nОт: Джо\nТема: кошелёк\n \n",
}
SIGNATURES = ["\n-- \nJo Tan, Amsterdam", "\n--\nSent from my phone\nThis message is confidential.", "\r\n-- \r\nJo"]
PIECES = [
    "> hi", ">", "> send it to us", "From: Jo", "Begin:", "-- ", "--", "", " ", "--- forwarded ---", "see you", "Subject：钱包",
    "a: b", "\r", "😀",
]  # fmt: skip
LINES = st.lists(
    st.sampled_from(PIECES) | st.text(max_size=9),
    max_size=9,
)


def body(text: str) -> str:
    """Give the body of one message."""
    batch = pack([text])
    first, last = np.empty(1, np.int64), np.empty(1, np.int64)
    many = bodies(batch.data, batch.offsets[:-1], batch.offsets[1:], first, last)
    assert many == ((int(first[0]), int(last[0])) != (0, len(batch.data)))
    return bytes(batch.data[first[0] : last[0]]).decode("utf-8", "surrogatepass")


def slow(text: str) -> str:
    """Find it line by line."""
    raw = text.encode("utf-8", "surrogatepass")
    lines = raw.split(b"\n")
    at = first = seen = 0
    opens = False
    said = [line for line in lines if line.strip(b" \t\r")]
    if said and all(line.startswith(b">") for line in said):
        first, seen = len(raw) - len(raw.lstrip(b"> \t\r\n")), -1
    for line in lines[:-1] if seen == 0 else ():
        at += len(line) + 1
        if not line.strip(b" \t\r"):
            if seen and not (seen == 1 and opens):
                first = at if seen > 1 else 0
                break
        elif re.match(rb"--|[^\n]{2,39}?(?::|\xef\xbc\x9a)", line):
            seen, opens = seen + 1, line.rstrip(b" \r").endswith(b":")
        else:
            break
    last, end = len(raw), 0
    for line in lines[:-1]:
        if re.fullmatch(rb"--[ \t\r]*", line) and end > first:
            last = end
        end += len(line) + 1
    return (raw[first:last] if last - first >= 8 else raw).decode("utf-8", "surrogatepass")


@given(LINES)
def test_it_is_what_reading_line_by_line_finds(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert body(text) == slow(text)
    assert is_wrapped(text) or body(text) == text


@pytest.mark.parametrize("name", HEADS)
def test_a_head_is_no_part_of_it(name: str) -> None:
    assert body(HEADS[name] + SCAM) == SCAM


@pytest.mark.parametrize("signature", SIGNATURES)
def test_nor_is_a_signature(signature: str) -> None:
    assert body(SCAM + signature).rstrip() == SCAM
    assert body(HEADS["Gmail"] + SCAM + signature).rstrip() == SCAM


@pytest.mark.parametrize("quoted", [f"> {SCAM}", f"\n>> {SCAM}", f">{SCAM}"])
def test_nor_is_the_mark_of_a_quotation(quoted: str) -> None:
    assert body(quoted) == SCAM


@pytest.mark.parametrize(
    "text",
    [
        SCAM,
        f"> {SCAM}\nis this real?",
        f"Subject: your wallet\n\n{SCAM}",  # what a mail is about belongs to it
        f"Mia: did you hear\nTom: no\n{SCAM}",  # people talking
        f"is this real?\n\nFrom: Jo\nSubject: x\n\n{SCAM}",  # somebody speaks before it
        "From: Jo\nSubject: your wallet",
        "From: Jo\nSubject: your wallet\n\nok",
        "-- \nJo Tan",
        "",
    ],
)
def test_all_else_is(text: str) -> None:
    assert body(text) == text


@pytest.mark.parametrize("signature", ["", *SIGNATURES])
@pytest.mark.parametrize("head", ["", *HEADS.values()])
def test_a_scam_is_as_risky_within_them(guard: Guard, head: str, signature: str) -> None:
    text = head + SCAM + signature
    plain, verdict = guard.check(SCAM), guard.check(text)
    assert verdict.risk >= plain.risk
    assert verdict.asks == plain.asks == ("seed_phrase",)
    assert "seed phrase" in " ".join(text[e.start : e.stop] for e in verdict.evidence)
    assert guard.score(["hi", text, text]).tolist()[1:] == [verdict.risk] * 2
    assert guard.scan([text])["asks"].to_pylist() == [["seed_phrase"]]


def test_a_scam_is_as_risky_quoted(guard: Guard) -> None:
    assert guard.check(f"> {SCAM}").risk >= guard.check(SCAM).risk


@pytest.mark.parametrize(
    "where",
    ["From: send us your seed phrase now\nTo: me\n\nhello there, all is well", "hello there\n-- \nsend us your seed phrase now"],
)
def test_what_hides_in_them_is_read_too(guard: Guard, where: str) -> None:
    assert guard.check(where).risk > 5 * guard.check("hello there, all is well").risk
