"""Mail: one message (.eml, RFC 5322), a mailbox of them (mbox, RFC 4155) or a folder of files (Maildir).

What is judged is what a mail program shows: the subject, then the text, of several alternatives the richest one. A text in
HTML is turned into its visible words, and where a link leads stands behind it if its words say something else.
"""

from __future__ import annotations

import codecs
import contextlib
import email
import re
from dataclasses import replace
from email.header import Header, decode_header, make_header
from typing import TYPE_CHECKING, Any, Final

from . import encodings, times
from .block import Message
from .html import words
from .source import without_columns
from .tree import Tree

if TYPE_CHECKING:
    import email.message as mail
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

UNREADABLE: Final = (ValueError, LookupError, RecursionError, AttributeError, TypeError)  # the parser's own, on hostile mail

_LARGEST: Final = 1 << 26  # bytes of one mail
_MARK: Final = codecs.BOM_UTF8
_FROM = re.compile(rb"From \S+.*\d\d?:\d\d")  # the line before each mail in an mbox: sender and date
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)  # what mboxrd does to such lines within
_HARDLY: Final = 20  # characters without addresses
_ADDRESS = re.compile(r"https?://\S+")
_SPACES = re.compile(r"\s+")
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
    tree = Tree(source)
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
    """Cut a mailbox into mails: one begins behind a line «From …» at the beginning or after an empty line."""
    held: list[bytes] = []
    size, empty = 0, True
    begun = False
    with source.opened() as file:
        if (line := file.readline(_LARGEST)).startswith(_MARK):
            line = line.removeprefix(_MARK)
        while line:
            if empty and line.startswith(b"From ") and _FROM.match(line):
                if begun:
                    yield b"".join(held)
                held, size, begun = [], 0, True
            elif size <= _LARGEST:
                held.append(line)
                size += len(line)
            empty = line in {b"\n", b"\r\n"}
            line = file.readline(_LARGEST)
    if begun or any(line.strip() for line in held):
        yield b"".join(held)


def _message(source: Source, row: int, raw: bytes, channel: str | None) -> Iterator[Message]:
    """Give a mail as a message; none if it is broken, which is noted."""
    place = f"{source.name}, message {row}"
    if len(raw) > _LARGEST:
        source.notes.skip(place, f"larger than {_LARGEST:,} bytes")
        return
    try:
        found = email.message_from_bytes(raw.removeprefix(_MARK))  # not under policy.default, which takes ten times as long
        text = text_of(found)
    except UNREADABLE as error:
        source.notes.skip(place, f"not a mail that can be read: {type(error).__name__}")
        return
    if not found.keys():
        source.notes.skip(place, "not a mail: it has no headers")
        return
    refers = _header(found, "in-reply-to").split() or _header(found, "references").split()
    yield Message(
        row,
        text,
        _header(found, "message-id") or None,
        times.mail(_header(found, "date")),
        _header(found, "from") or None,
        channel or _header(found, "list-id") or None,
        refers[-1] if refers else None,
    )


def text_of(found: mail.Message) -> str:
    """Give what a mail program shows: the subject, then the text."""
    return "\n\n".join(filter(None, (_header(found, "subject"), _body(found))))


def _header(found: mail.Message, name: str) -> str:
    """Give a header decoded (RFC 2047) and on one line; one that is malformed as it stands."""
    value: Any = found.get(name)  # a Header where it holds bytes beyond ASCII
    if value is None:
        return ""
    decoded = _eight_bit(value) if isinstance(value, Header) else str(value)
    if "=?" in decoded:
        with contextlib.suppress(ValueError, LookupError):
            decoded = str(make_header(decode_header(decoded)))
    return _SPACES.sub(" ", decoded).strip()


def _eight_bit(value: Header) -> str:
    """Decode a header of raw bytes, which the parser takes as an unknown charset."""
    raw = b"".join(part if isinstance(part, bytes) else part.encode("ascii", "surrogateescape") for part, _ in decode_header(value))
    charset = encodings.guess(raw)
    return raw.decode(charset, encodings.errors(charset))


def _body(found: mail.Message) -> str:
    """Give the words that are shown: of alternatives the richest, of parts all that are text and no attachment."""
    kind = found.get_content_type()
    if kind == "multipart/alternative":
        return _richest([text for part in _parts(found) if (text := _body(part))])
    if kind == "message/rfc822":
        return "\n\n".join(filter(None, map(text_of, _parts(found))))
    if found.is_multipart():
        return "\n\n".join(filter(None, map(_body, _parts(found))))
    if kind not in {"text/plain", "text/html"} or found.get_content_disposition() == "attachment":
        return ""
    text = _decoded(found)
    return words(text) if kind == "text/html" else text.replace("\r\n", "\n").strip("\n")


def _richest(texts: list[str]) -> str:
    """Give the last of some alternatives, which a program shows that can; if that says hardly anything, the first one too."""
    if not texts or len(_ADDRESS.sub("", texts[-1])) >= _HARDLY:
        return "".join(texts[-1:])
    return texts[0] if texts[-1] in texts[0] else f"{texts[-1]}\n\n{texts[0]}"


def _parts(found: mail.Message) -> list[Any]:
    parts = found.get_payload()
    return parts if isinstance(parts, list) else []


def _decoded(part: mail.Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    named = part.get_content_charset() or ""
    for charset in (_SUPERSETS.get(named, named), encodings.guess(raw)):
        try:
            return raw.decode(charset, encodings.errors(charset))
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "surrogateescape")


# What mail calls a charset → what senders mean by it (WHATWG Encoding); ASCII that is not is told by its bytes
_SUPERSETS: Final = {
    "": "?", "us-ascii": "?", "ascii": "?", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "utf-7": "?",
}  # fmt: skip
