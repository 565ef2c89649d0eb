"""MIME: a mail taken apart into headers and parts (RFC 5322, RFC 2045, RFC 2046), whatever is broken about it.

Parts are places in the bytes of the mail, so that nesting copies nothing. What a strict parser would stop at goes on here: a line
among the headers that is none, a boundary that is not said, not found or never closed. Of very many or very deep parts the rest
is one text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from email.message import Message as Fields
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Final

from . import transfer
from .headers import decoded, in_utf8, is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST: Final = 60  # parts within parts
_MOST_MARKS: Final = 20_000  # lines of one mail that begin like a boundary
_LONGEST: Final = 4000  # characters of a field that are looked at for its parameters
_LONGEST_NAME: Final = 600  # characters of that of a file, which has 255 bytes at most, written as RFC 2047 has it
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")  # of a header (RFC 5322, 3.6.8)
_KIND = re.compile(r"[\s\"']*([\w.+-]+/[\w.+-]+)")
_BOUNDARY = re.compile(r"boundary\s*=\s*\"?([^\"\s;]+)", re.IGNORECASE)
_SEEN: Final = re.compile(rb"\s*--([^\s]{1,200})[ \t]*\n")  # a body that begins with a boundary


@dataclass(slots=True)
class _Budget:
    """What is left to be looked at in a mail."""

    marks: int = _MOST_MARKS


@dataclass(frozen=True, slots=True)
class _Level:
    """How deep a part lies in its mail."""

    depth: int = 0
    budget: _Budget = field(default_factory=_Budget)

    def below(self) -> _Level:
        return _Level(self.depth + 1, self.budget)


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or a part of one."""

    raw: bytes
    start: int  # where its body begins in ``raw``
    stop: int  # where it ends
    fields: dict[str, bytes]  # by small letters; of several headers of a name the first that says anything
    loose: bytes  # lines among the headers that are none, and all after them
    usual: str = "text/plain"  # what it is if it does not say
    level: _Level = field(default_factory=_Level)

    def header(self, name: str) -> str:
        """Give a header decoded (RFC 2047) and on one line."""
        return decoded(self.fields.get(name, b""))

    @property
    def kind(self) -> str:
        """Its media type, small letters."""
        found = _KIND.match(self._field("content-type"))
        return found[1].lower() if found else self.usual

    @property
    def charset(self) -> str:
        """What it says of its charset, small letters."""
        return (self._parameters().get_content_charset() or "").strip()

    def parameter(self, name: str) -> str:
        """What it says of how its text is written, small letters."""
        return collapse_rfc2231_value(self._parameters().get_param(name, "")).strip().lower()

    @property
    def title(self) -> str:
        """The name of the file it is, as programs show it; empty if it is none."""
        name = self._called()
        return decoded(name.encode("utf-8", "surrogateescape")) if "=?" in name else name  # many programs write it so (RFC 2047)

    def _called(self) -> str:
        return str(self._parameters().get_filename() or "").strip()[:_LONGEST_NAME]

    @property
    def file_name(self) -> str:
        """The same in small letters."""
        return self.title.lower()

    @property
    def attached(self) -> bool:
        """Whether it stands below the mail, as a file."""
        return self._is_put_below() or bool(self._called())

    @property
    def within(self) -> bool:
        """Whether it is a picture that stands in the text, where nobody sees its name."""
        return self.kind.startswith("image/") and "content-id" in self.fields and not self._is_put_below()

    def _is_put_below(self) -> bool:
        return self._field("content-disposition").strip().lower().startswith("attachment")

    def body(self, most: int | None = None) -> bytes:
        """Give its bytes, decoded; of very many the first."""
        way = self._field("content-transfer-encoding")
        stop = self.stop if most is None else min(self.stop, self.start + most)
        return transfer.decoded(self.raw[self.start : stop], way)

    def parts(self) -> list[Part]:
        """Give the parts within; none if it has none, or lies too deep."""
        if self.level.depth >= _DEEPEST:
            return []
        if self.kind.startswith("multipart/"):
            return self._cut(self) or self._cut(self._unpacked())
        if self.kind in {"message/rfc822", "message/global"}:
            inner = self._unpacked()
            return [parsed(inner.raw, inner.start, inner.stop, "text/plain", self.level.below())]
        return []

    def _unpacked(self) -> Part:
        """Give the same with its encoding taken off, which the standard forbids here and programs understand."""
        body = self.body()
        return Part(body, 0, len(body), self.fields, b"", self.usual, self.level)

    def _cut(self, of: Part) -> list[Part]:
        usual = "message/rfc822" if self.kind == "multipart/digest" else "text/plain"
        for boundary in self._boundaries(of):
            found = [parsed(of.raw, start, stop, usual, self.level.below()) for start, stop in _between(of, boundary)]
            if found:
                return found
        return []

    def _boundaries(self, of: Part) -> Iterator[bytes]:
        """Give what may stand between the parts: what is said, else what the body begins with."""
        said = self._parameters().get_boundary() or ""
        loosely = _BOUNDARY.search(self._field("content-type"))
        for text in (said, loosely[1] if loosely else ""):
            if text.strip():
                yield text.rstrip().encode("utf-8", "surrogateescape")
        if seen := _SEEN.match(of.raw, of.start, of.stop):
            yield seen[1]

    def _field(self, name: str) -> str:
        return self.fields.get(name, b"")[:_LONGEST].decode("utf-8", "surrogateescape").replace("\n", " ")

    def _parameters(self) -> Fields:
        """Give what the standard library takes parameters from (RFC 2231)."""
        found = Fields()
        for name in ("content-type", "content-disposition"):
            if value := self._field(name):
                found[name] = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return found


def opened(raw: bytes) -> Part:
    """Take a mail apart; its lines end in LF from here on."""
    raw = raw.replace(b"\r\n", b"\n") if b"\n" in raw else raw.replace(b"\r", b"\n")
    return _in_utf8(parsed(raw, 0, len(raw), "text/plain", _Level()))


def _in_utf8(mail: Part) -> Part:
    """Give a mail whose headers are UTF-8, where they were of the charset that the mail, or its first part that says one, is in."""
    if not any(map(is_foreign, mail.fields.values())):
        return mail
    charset = mail.charset or next(filter(None, (part.charset for part in mail.parts())), "")
    return replace(mail, fields={name: in_utf8(value, charset) for name, value in mail.fields.items()})


def parsed(raw: bytes, start: int, stop: int, usual: str, level: _Level) -> Part:
    """Read the headers of a part."""
    at = raw.find(b"\n\n", start, stop)
    end, after = (at, at + 2) if at >= 0 else (stop, stop)
    if raw.startswith(b"\n", start, stop):
        end, after = start, start + 1
    fields, loose = _fields(raw[start:end].replace(b"\r", b"\n"))
    if not fields and loose:
        return Part(raw, start, stop, fields, b"", usual, level)
    return Part(raw, after, stop, fields, loose, usual, level)


def _fields(head: bytes) -> tuple[dict[str, bytes], bytes]:
    """Read headers, with the lines that are none."""
    found: dict[str, list[bytes]] = {}
    lines = head.split(b"\n")
    if lines[0].startswith((b"From ", b">From ")):
        lines[0] = b""  # the separator of a mailbox
    last: list[bytes] | None = None
    broken = len(lines)
    for number, line in enumerate(lines):
        if line[:1] in {b" ", b"\t"} and last is not None:
            last.append(line)
        elif match := _NAME.match(line):
            name = match[1].decode("ascii").lower()
            last = [line[match.end() :]]
            if name not in found or not b"".join(found[name]).strip():
                found[name] = last
        elif line.strip():
            broken = min(broken, number)
    return {name: b"\n".join(held) for name, held in found.items()}, b"\n".join(lines[broken:])


def _between(of: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Find where the parts between boundaries begin and end."""
    mark = b"--" + boundary
    raw, stop = of.raw, of.stop
    at = of.start if raw.startswith(mark, of.start, stop) else raw.find(b"\n" + mark, of.start, stop) + 1
    begun = 0  # where the part began that is open; none begins at 0, for a boundary stands before it
    while (at or raw.startswith(mark, at, stop)) and of.level.budget.marks > 0:
        of.level.budget.marks -= 1
        end = raw.find(b"\n", at, stop)
        end = stop if end < 0 else end
        tail = raw[at + len(mark) : min(end, at + len(mark) + 80)].strip()
        if tail in {b"", b"--"}:
            if begun:
                yield begun, max(at - 1, begun)
            begun = 0 if tail else min(end + 1, stop)
        at = raw.find(b"\n" + mark, end, stop) + 1
        if not at:
            break
    if begun:
        yield begun, stop
