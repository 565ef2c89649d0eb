"""Kinds of text in mail that are neither plain nor HTML, turned into the words that a program shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import transfer

if TYPE_CHECKING:
    from collections.abc import Callable

_UNFOLD = re.compile(r"\r?\n[ \t]")
_SAID = re.compile(r"^(?:SUMMARY|DESCRIPTION|LOCATION|COMMENT)(?:;[^:\r\n]*)?:(.*)$", re.IGNORECASE | re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)")
_COMMAND = re.compile(r"<(?!<)(?:/?[A-Za-z0-9-]{1,60})>|<<")  # text/enriched; "<<" is one "<"
_PARAM = re.compile(r"<param>[^<]{0,1000}</param>", re.IGNORECASE)
_BREAKS = re.compile(r"\n+")
# RTF: a control word with its number and the space behind it, bytes in hex, a control symbol, a brace, or text
_RTF = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|((?:\\'[0-9a-f]{2})+)|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_PAGE = re.compile(r"\\ansicpg(\d{3,5})")
_UNREAD: Final = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "themedata", "datastore", "generator", "listtable"}
_BREAKING: Final = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\n", "tab": "\t"}


def calendar(text: str) -> str:
    r"""Give the words of an invitation (RFC 5545): what it is, about what, where.

    >>> calendar("BEGIN:VEVENT\nSUMMARY:Send your se\n ed\nDESCRIPTION:now\\, please\nEND:VEVENT")
    'Send your seed\nnow, please'
    """
    found = _SAID.findall(_UNFOLD.sub("", text))
    return "\n".join(_ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], line.rstrip("\r")) for line in found)


def enriched(text: str) -> str:
    r"""Give the words of enriched text (RFC 1896): commands are dropped, a single line end is a space.

    >>> enriched("Send <bold>se</bold>ed\nnow\n\n1 << 2")
    'Send seed now\n1 < 2'
    """
    bare = _COMMAND.sub(lambda one: "<" if one[0] == "<<" else "", _PARAM.sub("", text.replace("\r\n", "\n")))
    return _BREAKS.sub(lambda run: " " if len(run[0]) == 1 else run[0][1:], bare)


def flowed(text: str, *, delsp: bool) -> str:
    r"""Join the lines of a flowing text (RFC 3676): one that ends in a space goes on; ``delsp``: without that space.

    >>> flowed("Send your se \ned now.\n From\n> a \n> b\n-- \nMia", delsp=True)
    'Send your seed now.\nFrom\n> ab\n-- \nMia'
    """
    found: list[str] = []
    flows: int | None = None  # how often the line that goes on is quoted
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = len(line) - len(line.lstrip(">"))
        bare = line[quoted:].removeprefix(" ")
        signs = bare == "-- "
        found.append(bare if flows == quoted and not signs else f"\n{'>' * quoted}{' ' * (quoted > 0)}{bare}")
        flows = quoted if bare.endswith(" ") and not signs else None
        if delsp and flows is not None:
            found[-1] = found[-1][:-1]
    return "".join(found)[1:]


def rtf(text: str) -> str:
    r"""Give the words of Rich Text Format; fonts, colours, pictures and what a program may pass over (``\*``) are none.

    >>> rtf(r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\b Send} your se\'65d\par \u21161?\'20now}")
    'Send your seed\n助 now'
    """
    page = _PAGE.search(text)
    charset = f"cp{page[1]}" if page else "cp1252"
    found: list[str] = []
    closed, depth, skip = 0, 0, 0  # the group that is passed over, how deep we are, characters that stand for the one before
    for one in _RTF.finditer(text):
        word, number, codes, symbol, brace, words = one.groups()
        if brace:
            depth += 1 if brace == "{" else -1
            closed = closed if depth >= closed else 0
        elif symbol == "*" or (word and word.lower() in _UNREAD):
            closed = closed or max(depth, 1)
        elif closed:
            continue
        elif word:
            skip = int(word == "u" and bool(number))
            found.append(chr(int(number) % 0x10000) if skip else _BREAKING.get(word.lower(), ""))
        elif codes or words:
            raw = bytes.fromhex(codes.replace("\\'", "")) if codes else b""
            found.append(transfer.text(raw[skip:], charset) if codes else words[skip:])
            skip = 0
        elif symbol:
            found.append({"~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}"}.get(symbol, ""))
    return _PAIR.sub(lambda two: two[0].encode("utf-16", "surrogatepass").decode("utf-16"), "".join(found)).strip()


READERS: Final[dict[str, Callable[[str], str]]] = {
    "text/calendar": calendar, "application/ics": calendar, "text/enriched": enriched, "text/richtext": enriched,
    "text/rtf": rtf, "application/rtf": rtf,
}  # fmt: skip
