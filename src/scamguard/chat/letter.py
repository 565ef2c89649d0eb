"""Letter: what a mail server's filters share. What a mail shows, which headers say the verdict, and that nobody forges them."""

from __future__ import annotations

import re
from email.header import Header
from typing import TYPE_CHECKING, Final, NamedTuple

from scamguard.dumps.block import cleaned
from scamguard.dumps.letters import sender_of, text_of
from scamguard.dumps.mail import UNREADABLE
from scamguard.dumps.mime import opened
from scamguard.sender import Sender

from .policy import Response

if TYPE_CHECKING:
    from .policy import Decision

REFUSED: Final = "This message looks like a scam and was refused"  # what a sender's mail server is told; ASCII (RFC 5321)
LATER: Final = "This message could not be checked, try again later"
VERDICT: Final = "X-Scamguard"
ADVICE: Final = "X-Scamguard-Advice"
_LINE: Final = rb"(?:\r\n|\r|\n)"  # some programs take a CR by itself for the end of a line
_FORGED: Final = rb"x-scamguard[^:\r\n]*:[^\r\n]*(?:" + _LINE + rb"[ \t][^\r\n]*)*"
_OURS: Final = re.compile(rb"\r" + _FORGED + rb"|(?:\A|(?<=[\r\n]))" + _FORGED + _LINE + rb"?", re.IGNORECASE)
_END_OF_HEADERS: Final = re.compile(rb"\r?\n\r?\n")


class Letter(NamedTuple):
    """What a filter reads of a mail."""

    text: str
    lang: str | None = None  # the language it says it is in (RFC 3282)
    sender: Sender | None = None  # as readers see it; a mail can say whatever it likes of it


def read(raw: bytes) -> Letter:
    """Give what a mail shows.

    A mail that the parser cannot read is judged as the text that it is.
    """
    try:
        found = opened(raw)
        name, address = sender_of(found)
        sender = Sender(cleaned(name) or None, cleaned(address) or None)
        return Letter(cleaned(text_of(found)), found.header("content-language").split(",")[0].strip() or None, sender)
    except UNREADABLE:
        return Letter(raw.decode("utf-8", "replace"))


def headers(decision: Decision, lang: str | None) -> list[tuple[str, str]]:
    """Give the headers that say what was decided; advice is folded and encoded (RFC 2047)."""
    found = [(VERDICT, decision.summary())]
    if decision.response is not Response.PASS and (notice := decision.notice(lang)):
        found.append((ADVICE, Header(notice, "utf-8", header_name=ADVICE).encode() if not notice.isascii() else notice))
    return found


def stamped(raw: bytes, found: list[tuple[str, str]]) -> bytes:
    r"""Put headers on top of a mail and take off those of the same names that came with it.

    >>> stamped(b"X-Scamguard: pass\r\nSubject: hi\r\n\r\nX-Scamguard: text", [("X-Scamguard", "flag: scam")])
    b'X-Scamguard: flag: scam\r\nSubject: hi\r\n\r\nX-Scamguard: text'
    """
    end = _END_OF_HEADERS.search(raw)
    head, rest = (raw[: end.start()], raw[end.start() :]) if end else (raw, b"")
    newline = b"\r\n" if b"\r\n" in raw or not raw else b"\n"
    ours = b"".join(f"{name}: {value}".encode().replace(b"\r\n", b"\n").replace(b"\n", newline) + newline for name, value in found)
    head = head.lstrip(b" \t")  # a first line that continues no header would continue ours
    return ours + _OURS.sub(b"", head + newline).removesuffix(newline) + rest
