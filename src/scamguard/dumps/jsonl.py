"""JSON lines: one object a line. A line that is none is counted with its number; the rest is read.

Which column holds the messages is decided on the first block, because exports mix records of several shapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .source import BLOCK_CHARS, BLOCK_ROWS, pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Block, Source


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message from each object; a missing or null text is an empty message."""
    name = None
    for rows, records in _records(source):
        if name is None:
            name = pick(source.name, dict.fromkeys(key for record in records for key in record), column)
        kept = [(row, record.get(name)) for row, record in zip(rows, records, strict=True)]
        for row, value in kept:
            if value is not None and not isinstance(value, str):
                source.notes.skip(f"{source.name}, line {row}", f"{name!r} is {type(value).__name__}, not a string")
        texts = [(row, value or "") for row, value in kept if value is None or isinstance(value, str)]
        if texts:
            yield source.block([text for _, text in texts], [row for row, _ in texts])


def _records(source: Source) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
    """Parse lines and group the objects with their line numbers, a block at a time."""
    rows: list[int] = []
    records: list[dict[str, Any]] = []
    chars = 0
    with source.lines() as lines:
        for row, line in enumerate(lines, 1):
            record = _parsed(source, row, line)
            if record is None:
                continue
            rows.append(row)
            records.append(record)
            chars += len(line)
            if len(rows) == BLOCK_ROWS or chars > BLOCK_CHARS:
                yield rows, records
                rows, records, chars = [], [], 0
    if rows:
        yield rows, records


def _parsed(source: Source, row: int, line: str) -> dict[str, Any] | None:
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
