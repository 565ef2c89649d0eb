"""CSV and TSV with a header line (RFC 4180), read by the csv module in strict mode.

Strict, because a quote that is never closed would otherwise swallow the rest of the file into one message and say
nothing. A record with more or fewer fields than the header is broken too: its text may be cut.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from scamguard.errors import DumpError

from . import columns, tabled
from .block import BLOCK_CHARS, BLOCK_ROWS
from .source import LONGEST_LINE

if TYPE_CHECKING:
    from _csv import Reader  # csv names it only from Python 3.13
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source


def looks(head: Head) -> bool:
    """Say whether the header is that of a known exporter; other tables are told by their suffix."""
    try:
        return columns.known(next(csv.reader(head.lines[:1]), [])) is not None
    except csv.Error:
        return False


def read_csv(source: Source, column: str | None) -> Iterator[Block]:
    """Read comma-separated values, or semicolon-separated ones, as spreadsheets write them where 1,5 is a number."""
    return _read(source, column, ",")


def read_tsv(source: Source, column: str | None) -> Iterator[Block]:
    """Read tab-separated values."""
    return _read(source, column, "\t")


def _read(source: Source, column: str | None, delimiter: str) -> Iterator[Block]:
    csv.field_size_limit(max(LONGEST_LINE, csv.field_size_limit()))  # one setting for the process: only ever raised
    with source.lines(newline="") as lines:
        first = next(lines, "")
        if delimiter == "," and "," not in first and ";" in first:
            delimiter = ";"
        records = csv.reader(_chained(first, lines), delimiter=delimiter, strict=True)
        header = _header(source, records)
        if not header:
            return
        fields = columns.find(source.name, header, column)
        text, *about = [header.index(name) if name else None for name in fields[:6]]
        for rows, found in _grouped(_checked(source, records, len(header), cut=fields.cut), text or 0):
            values = list(zip(*found, strict=False))  # a record may be longer than the header where the exporter errs
            yield tabled.block(values[text or 0], rows, [None if at is None else values[at] for at in about], source.notes)


def _grouped(records: Iterator[tuple[int, list[str]]], text: int) -> Iterator[tuple[list[int], list[list[str]]]]:
    rows: list[int] = []
    found: list[list[str]] = []
    chars = 0
    for row, record in records:
        rows.append(row)
        found.append(record)
        chars += len(record[text])
        if len(rows) == BLOCK_ROWS or chars > BLOCK_CHARS:
            yield rows, found
            rows, found, chars = [], [], 0
    if rows:
        yield rows, found


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _header(source: Source, records: Iterator[list[str]]) -> list[str]:
    try:
        return next(records, [])
    except csv.Error as error:
        raise DumpError(f"{source.name}: the header line cannot be read: {error}") from error


def _checked(source: Source, records: Reader, width: int, *, cut: bool) -> Iterator[tuple[int, list[str]]]:
    """Number the records from 1 and skip the broken ones; a blank line is no record."""
    row = 0
    while True:
        line = records.line_num + 1
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            row += 1
            source.notes.skip(f"{source.name}, line {line}", str(error))
            continue
        if not record:
            continue
        row += 1
        if len(record) != width and not (cut and len(record) > width):
            source.notes.skip(f"{source.name}, line {line}", f"{len(record)} fields where the header names {width}")
            continue
        yield row, record
