"""CSV and TSV with a header line (RFC 4180), read by the csv module in strict mode.

Strict, because a quote that is never closed would otherwise swallow the rest of the file into one message and say
nothing. A record with more or fewer fields than the header is broken too: its text may be cut.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from scamguard.errors import DumpError

from .source import BLOCK_CHARS, BLOCK_ROWS, pick

if TYPE_CHECKING:
    from _csv import Reader  # csv names it only from Python 3.13
    from collections.abc import Iterator

    from .source import Block, Source

_LONGEST_FIELD = 1 << 24  # characters; the csv module's own limit of 131,072 would refuse honest messages


def read_csv(source: Source, column: str | None) -> Iterator[Block]:
    """Read comma-separated values."""
    return _read(source, column, ",")


def read_tsv(source: Source, column: str | None) -> Iterator[Block]:
    """Read tab-separated values."""
    return _read(source, column, "\t")


def _read(source: Source, column: str | None, delimiter: str) -> Iterator[Block]:
    csv.field_size_limit(max(_LONGEST_FIELD, csv.field_size_limit()))  # one setting for the process: only ever raised
    texts: list[str] = []
    rows: list[int] = []
    chars = 0
    with source.lines(newline="") as lines:
        records = csv.reader(lines, delimiter=delimiter, strict=True)
        header = _header(source, records)
        at = header.index(pick(source.name, header, column)) if header else 0
        for row, fields in _checked(source, records, len(header)):
            texts.append(fields[at])
            rows.append(row)
            chars += len(fields[at])
            if len(texts) == BLOCK_ROWS or chars > BLOCK_CHARS:
                yield source.block(texts, rows)
                texts, rows, chars = [], [], 0
    if texts:
        yield source.block(texts, rows)


def _header(source: Source, records: Iterator[list[str]]) -> list[str]:
    try:
        return next(records, [])
    except csv.Error as error:
        raise DumpError(f"{source.name}: the header line cannot be read: {error}") from error


def _checked(source: Source, records: Reader, width: int) -> Iterator[tuple[int, list[str]]]:
    """Number the records from 1 and skip the broken ones; a blank line is no record."""
    row = 0
    while True:
        line = records.line_num + 1
        try:
            fields = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            row += 1
            source.notes.skip(f"{source.name}, line {line}", str(error))
            continue
        if not fields:
            continue
        row += 1
        if len(fields) != width:
            source.notes.skip(f"{source.name}, line {line}", f"{len(fields)} fields where the header names {width}")
            continue
        yield row, fields
