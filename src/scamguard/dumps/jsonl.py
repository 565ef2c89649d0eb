"""JSON lines: one object a line. A line that is none is counted with its number; the rest is read.

Which column holds the messages is decided on the first few thousand, because exports mix records of several shapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import columns, tabled
from .block import BLOCK_CHARS, BLOCK_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

Record = dict[str, Any]


def looks(head: Head) -> bool:
    """Say whether the first line is a JSON object."""
    return isinstance(head.first, dict)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message from each object; a missing or null text is an empty message."""
    return blocks(source, sized(source), column, "line")


def blocks(source: Source, found: Iterable[tuple[int, Record, int]], column: str | None, what: str) -> Iterator[Block]:
    """Make blocks of records with their numbers and sizes; ``what`` names a record when one is broken."""
    fields = None
    for group in _grouped(found):
        if fields is None:
            fields = columns.find(source.name, dict.fromkeys(key for _, record in group for key in record), column)
        rows, texts, kept = [], [], []
        for row, record in group:
            text = record.get(fields.text)
            if text is None or isinstance(text, str):
                rows.append(row)
                texts.append(text or "")
                kept.append(record)
            else:
                source.notes.skip(f"{source.name}, {what} {row}", f"{fields.text!r} is {type(text).__name__}, not a string")
        if rows:
            about = [[record.get(name) for record in kept] if isinstance(name, str) else None for name in fields[1:6]]
            yield tabled.block(texts, rows, about, source.notes)


def _grouped(found: Iterable[tuple[int, Record, int]]) -> Iterator[list[tuple[int, Record]]]:
    group: list[tuple[int, Record]] = []
    chars = 0
    for row, record, size in found:
        group.append((row, record))
        chars += size
        if len(group) == BLOCK_ROWS or chars > BLOCK_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group


def records(source: Source) -> Iterator[tuple[int, Record]]:
    """Parse lines; give the objects with their line numbers and note the other lines."""
    return ((row, record) for row, record, _ in sized(source))


def sized(source: Source) -> Iterator[tuple[int, Record, int]]:
    """Give the characters of each line too."""
    with source.lines() as lines:
        for row, line in enumerate(lines, 1):
            record = _parsed(source, row, line)
            if record is not None:
                yield row, record, len(line)


def _parsed(source: Source, row: int, line: str) -> Record | None:
    """Parse one line; None if it is blank, or broken and noted."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        if not line.strip():
            return None
        problem = f"not JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
        problem = "not JSON that can be read: a number too long or nested too deep"
    else:
        if isinstance(record, dict):
            return record
        problem = f"a JSON object is expected, not {type(record).__name__}"
    source.notes.skip(f"{source.name}, line {row}", problem)
    return None
