"""Mail: one message (.eml, RFC 5322), a mailbox of them (mbox, RFC 4155) or a folder of files (Maildir).

What is judged is what a mail program shows (``letters``); bytes and parts are read as forgivingly as such programs do
(``mime``, ``transfer``).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from . import times
from .block import Message
from .letters import text_of
from .mime import opened
from .source import without_columns
from .tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

UNREADABLE: Final = (ValueError, LookupError, RecursionError, AttributeError, TypeError)  # the parser's own, on hostile mail

_LARGEST: Final = 1 << 26  # bytes of one mail
_MARK: Final = codecs.BOM_UTF8
_FROM = re.compile(rb"From \S.*\d\d?:\d\d")  # the line before each mail in an mbox: sender and date
# … as nearly all programs write it (RFC 4155): an address, a day of the week, a month and a day, a time, a year
_USUAL = re.compile(
    rb"From +(?:\S+|\"[^\"\n]{1,200}\"\S*) +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})"
    rb"(?= .{0,40}\d{1,2}:\d\d)(?= .{0,40}\d{4})"
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)  # what mboxrd does to such lines within
_FOLLOWS = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):(\s+\S|\s*$)")  # and whether it says anything
_MAIL_HEADERS: Final = {
    "from", "to", "subject", "date", "message-id", "received", "return-path", "delivered-to", "mime-version", "content-type", "reply-to",
}  # fmt: skip


def looks_mbox(head: Head) -> bool:
    """Say whether a line «From somebody date» stands before mail headers."""
    if not _FROM.match(head.raw.removeprefix(_MARK)):
        return False
    first, second = ([_HEADER.match(line) for line in head.lines[1:3]] + [None, None])[:2]
    return first is not None and (bool(first[2].strip()) or second is not None)  # «Agenda:» alone is no header


def looks_eml(head: Head) -> bool:
    """Say whether this begins with mail headers."""
    top = head.text.replace("\r\n", "\n").split("\n\n", 1)[0]
    found = {match[1].lower() for line in top.split("\n") if (match := _HEADER.match(line))}
    return bool(head.lines) and _HEADER.match(head.lines[0]) is not None and len(found & _MAIL_HEADERS) >= 3


def read_eml(source: Source, column: str | None) -> Iterator[Block]:
    """Read one mail."""
    without_columns(source, column)
    return source.blocks(_eml(source, 1, None))


def read_maildir(source: Source, column: str | None) -> Iterator[Block]:
    """Read every mail of a Maildir and its folders; what is being delivered (tmp) is not there yet."""
    without_columns(source, column)
    tree = Tree(source, between="/")
    names = [name for name in tree.members if re.search(r"(?:^|/)(?:cur|new)/[^/]+$", name)]
    for row, (name, member) in enumerate(tree.sources(names), 1):
        folder = name.rpartition("/")[0].rpartition("/")[0]
        for block in member.blocks(_eml(member, row, folder or None)):
            yield replace(block, file=member.name)


def read_mbox(source: Source, column: str | None) -> Iterator[Block]:
    """Read every mail of a mailbox."""
    without_columns(source, column)
    return source.blocks(_mbox(source))


def _eml(source: Source, row: int, channel: str | None) -> Iterator[Message]:
    with source.opened() as file:
        raw = file.read(_LARGEST + 1)
    yield from _message(source, row, raw, channel)


def _mbox(source: Source) -> Iterator[Message]:
    for row, raw in enumerate(_cut(source), 1):
        yield from _message(source, row, _QUOTED.sub(rb"\1", raw), None)


def _cut(source: Source) -> Iterator[bytes]:
    """Cut a mailbox into mails: one begins behind a line «From …» at the beginning or after an empty line.

    Where the first of these lines is written as usual, so must the others be: «From today, 10:00, …» is text. There one behind
    any line begins a mail too if a header follows.
    """
    held: list[bytes] = []
    size, empty = 0, True
    begun = False
    with source.opened() as file:
        if (line := file.readline(_LARGEST)).startswith(_MARK):
            line = line.removeprefix(_MARK)
        between = _USUAL if _USUAL.match(line) else _FROM
        while line:
            following = file.readline(_LARGEST)
            is_after = empty or (between is _USUAL and _FOLLOWS.match(following))
            if is_after and line.startswith(b"From ") and between.match(line):
                if begun:
                    yield b"".join(held)
                held, size, begun = [], 0, True
            elif size <= _LARGEST:
                held.append(line)
                size += len(line)
            empty = line in {b"\n", b"\r\n"}
            line = following
    if begun or any(line.strip() for line in held):
        yield b"".join(held)


def _message(source: Source, row: int, raw: bytes, channel: str | None) -> Iterator[Message]:
    """Give a mail as a message; none if it is broken, which is noted."""
    place = f"{source.name}, message {row}"
    if len(raw) > _LARGEST:
        source.notes.skip(place, f"larger than {_LARGEST:,} bytes")
        return
    try:
        found = opened(raw.removeprefix(_MARK))
        text = text_of(found)
    except UNREADABLE as error:
        source.notes.skip(place, f"not a mail that can be read: {type(error).__name__}")
        return
    if not found.fields:
        source.notes.skip(place, "not a mail: it has no headers")
        return
    refers = found.header("in-reply-to").split() or found.header("references").split()
    yield Message(
        row,
        text,
        found.header("message-id") or None,
        times.mail(found.header("date")),
        found.header("from") or None,
        channel or found.header("list-id") or None,
        refers[-1] if refers else None,
    )
