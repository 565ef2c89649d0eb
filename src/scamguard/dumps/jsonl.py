"""JSON lines: one object a line. A line that is none is counted with its number; the rest is read.

Which column holds the messages is decided on the first few thousand, because exports mix records of several shapes. Where a
later record lacks it, another usual one stands in; what is said about messages is found wherever it first appears.
"""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import columns, encodings, jsonfast, pieces, tabled
from .block import BLOCK_CHARS, BLOCK_ROWS
from .jsonstream import flaw
from .source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa

    from .block import Block
    from .columns import Fields
    from .detect import Head
    from .source import Source

Record = dict[str, Any]
Found = Record | str  # or why a line is none
_LOOKED_AT = 50  # lines
_PROBED = 4096  # lines that tell what the columns hold


def looks(head: Head) -> bool:
    """Say whether the first line is a JSON object."""
    return isinstance(head.first, dict)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message from each object; a missing or null text is an empty message."""
    from . import jsondoc  # noqa: PLC0415 - it is made of this module

    if not in_lines(source.start(), functools.partial(jsondoc.is_page, column=column)):
        yield from jsondoc.read(source, column)
        return
    if not encodings.is_utf8(source.codec()):
        for block in blocks(source, sized(source), column, "line"):
            yield replace(block, lines=block.rows)
        return
    with source.opened() as raw:
        reader = _Reader(source, column)
        for row, piece in pieces.pieces(source, raw):
            yield from pieces.regrouped([*reader.read(row, piece)])


def in_lines(start: str, whole: Callable[[Record], bool] = lambda _: False) -> bool:
    """Say whether a file is JSON lines, by its first characters; else it is one document, over several lines or in one.

    Parameters
    ----------
    whole
        Says of a first line that is an object whether it is the whole document.
    """
    lines = [line for line in start.lstrip().split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]
    if not lines or not lines[0].startswith(("[", "{")):
        return True
    later = any(line.startswith("{") and isinstance(_value(line), dict) for line in lines[1:])
    first = _value(lines[0])
    if first is None:  # cut, broken, or the first of several lines of a document
        return later if len(lines) > 1 else lines[0].startswith("{") and lines[0].strip() != "{"
    return not whole(first) if isinstance(first, dict) else later


def _value(line: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


class _Reader:
    """Reads pieces at Arrow's speed once the first one has told which columns matter and what they hold."""

    def __init__(self, source: Source, column: str | None) -> None:
        self._source, self._column = source, column
        self._fields: Fields | None = None
        self._schema: pa.Schema | None = None

    def read(self, row: int, piece: bytes) -> Iterator[Block]:
        """Read one message from each line."""
        while self._fields is None:  # the first lines, one by one
            end = _end_of_line(piece, _PROBED)
            yield from filter(None, [self._slow(row, piece[:end])])
            row, piece = row + piece.count(b"\n", 0, end), piece[end:]
            if not piece:
                return
        yield from pieces.halved(row, piece, self._fast, self._slow)

    def _slow(self, row: int, piece: bytes) -> Block | None:
        group = [*_records_of(row, piece)]
        if not group:
            return None
        there = [record for _, record in group if isinstance(record, dict)]
        known, self._fields = self._fields, _fields(self._source, there, self._fields, self._column)
        if self._fields is not None and self._fields != known:
            self._schema = jsonfast.schema(self._fields, there, None if known is None else self._schema)
        return _block(self._source, group, self._fields, "line")

    def _fast(self, row: int, piece: bytes) -> Block | None:
        if self._schema is None or self._fields is None:
            return None
        return jsonfast.block(row, piece, self._fields, self._schema, self._source.notes)


def _fields(source: Source, records: Sequence[Record], known: Fields | None, column: str | None) -> Fields | None:
    """Find the columns, or what is not known of them yet; None as long as there is no record."""
    if known is not None:
        return columns.more(known, records)
    return columns.find(source.name, dict.fromkeys(key for record in records for key in record), column) if records else None


def _end_of_line(piece: bytes, line: int) -> int:
    """Find where a line ends; the end of the piece if it has fewer."""
    end = 0
    for _ in range(line):
        end = piece.find(b"\n", end) + 1
        if end in {0, len(piece)}:
            return len(piece)
    return end


def _records_of(row: int, piece: bytes) -> Iterator[tuple[int, Found]]:
    for number, raw in enumerate(piece[:-1].split(b"\n"), row):
        line = raw.decode("utf-8", encodings.errors("utf-8"))
        if len(line) >= LONGEST_LINE:
            yield number, f"longer than {LONGEST_LINE:,} characters"
        elif (record := _parsed(line)) is not None:
            yield number, record


def blocks(source: Source, found: Iterable[tuple[int, Found, int]], column: str | None, what: str) -> Iterator[Block]:
    """Make blocks of records with their numbers and sizes; ``what`` names a record when one is broken."""
    fields = None
    for group in _grouped(found):
        fields = _fields(source, [record for _, record in group if isinstance(record, dict)], fields, column)
        block = _block(source, group, fields, what)
        if block is not None:
            yield block


def _block(source: Source, group: Sequence[tuple[int, Found]], fields: Fields | None, what: str) -> Block | None:
    """Make a block; a line that is broken and a record whose text is none are noted, in their order, and left out."""
    rows, texts, kept = [], [], []
    for row, record in group:
        if isinstance(record, str) or fields is None:
            source.notes.skip(f"{source.name}, line {row}", str(record))
            continue
        text = _said(record, fields)
        if text is None or isinstance(text, str):
            rows.append(row)
            texts.append(text or "")
            kept.append(record)
        else:
            source.notes.skip(f"{source.name}, {what} {row}", f"{fields.text!r} is {type(text).__name__}, not a string")
    if not rows or fields is None:
        return None
    about = [[record.get(name) for record in kept] if name is not None else None for name in fields.about]
    return tabled.block(texts, rows, about, source.notes)


def _said(record: Record, fields: Fields) -> object:
    """Give what a record says; where its column of messages says nothing, what another one does."""
    text = _text(record.get(fields.text))
    if text is None:
        others = columns.stand_ins(fields)
        named = {lowered: name for name in reversed(record) if (lowered := name.strip().lower()) in others}
        said = (_titled(record, named[usual]) for usual in columns.TEXT_COLUMNS if usual in named)
        return next((text for text in said if isinstance(text, str)), None)
    return _titled(record, fields.text)


def _titled(record: Record, name: str) -> object:
    """Give a text, below its title where this is part of what is said."""
    text, title = _text(record.get(name)), record.get("title")
    if name.strip().lower() != columns.TITLED or not isinstance(text, str) or not isinstance(title, str):
        return text
    return f"{title}\n\n{text}" if text else title


def _text(value: object) -> object:
    """Give what stands for a text; of a message that is an object, as webhooks send it, its own.

    >>> _text("hi"), _text({"mid": "m", "text": "hi"}), _text({"body": 5})
    ('hi', 'hi', {'body': 5})
    """
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in columns.TEXT_COLUMNS if isinstance(value.get(name), str)), value)


def _grouped(found: Iterable[tuple[int, Found, int]]) -> Iterator[list[tuple[int, Found]]]:
    group: list[tuple[int, Found]] = []
    chars = 0
    for row, record, size in found:
        group.append((row, record))
        chars += size
        if len(group) == BLOCK_ROWS or chars > BLOCK_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group


def records(source: Source, comment: str | None = None) -> Iterator[tuple[int, Record]]:
    """Parse lines; give the objects with their line numbers and note the other lines, unless they begin with ``comment``."""
    for row, record, _ in sized(source, comment):
        if isinstance(record, str):
            source.notes.skip(f"{source.name}, line {row}", record)
        else:
            yield row, record


def sized(source: Source, comment: str | None = None) -> Iterator[tuple[int, Found, int]]:
    """Parse lines, but for comments; give the characters of each too, and why one is no object."""
    with source.lines() as lines:
        for row, line in enumerate(lines, 1):
            record = None if comment is not None and line.lstrip().startswith(comment) else _parsed(line)
            if record is not None:
                yield row, record, len(line)


def _parsed(line: str) -> Found | None:
    """Parse one line, or say why it is no object; None if it is blank."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        if not line.strip():
            return None
        return f"not JSON: {flaw(error)} at column {error.colno}"
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
        return "not JSON that can be read: a number too long or nested too deep"
    return record if isinstance(record, dict) else f"a JSON object is expected, not {type(record).__name__}"
