"""CSV and TSV with a header line (RFC 4180), read by the csv module in strict mode, or as it would (``csvfast``).

Strict, because a quote that is never closed would otherwise swallow the rest of the file into one message and say
nothing (``csvrecords`` finds where the next record begins). A record with more or fewer fields than the header is broken
too: its text may be cut.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from scamguard.errors import DumpError

from . import columns, csvfast, encodings, mended, tabled
from .block import BLOCK_CHARS, BLOCK_ROWS
from .csvfast import Splitter
from .csvrecords import Shape, checked
from .pieces import PIECE, ends, regrouped
from .source import LONGEST_LINE, OMITTED

_FEW: Final = 64  # records: fewer are not halved again
_DELIMITERS: Final = ",;\t|"  # what tables called CSV are separated by, the likeliest first
_IN_QUOTES = re.compile(r'"(?:[^"]|"")*"')
_SAID = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*$', re.IGNORECASE)  # the first line as Excel writes it

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .block import Block
    from .csvfast import Records
    from .detect import Head
    from .source import Source


def looks(head: Head) -> bool:
    """Say whether the first line is a header: that of a known exporter, or short names of which one is usual for messages."""
    try:
        return any(_is_header(head.lines, sign) for sign in _DELIMITERS)
    except csv.Error:
        return False


def _is_header(lines: list[str], sign: str) -> bool:
    records = csv.reader(lines, delimiter=sign, skipinitialspace=True)
    header = [name.strip() for name in next(records, [])]
    if len(header) < 2 or not (columns.known(header) or columns.tells(header)):
        return False
    if not _is_padded(lines[0], sign):
        return True
    return any(map(columns.is_usual, header)) and len(next(records, header)) == len(header)  # «Thanks, message» is prose


def _is_padded(first: str, sign: str) -> bool:
    """Say whether spaces stand around what separates the names, as in prose."""
    bare = _IN_QUOTES.sub("", first)
    return f"{sign} " in bare or f" {sign}" in bare


def read_csv(source: Source, column: str | None) -> Iterator[Block]:
    """Read comma-separated values, or what else goes by that name: separated by what the header holds, or a line «sep=» says."""
    return _read(source, column, ",")


def read_tsv(source: Source, column: str | None) -> Iterator[Block]:
    """Read tab-separated values."""
    return _read(source, column, "\t")


def _read(source: Source, column: str | None, delimiter: str) -> Iterator[Block]:
    csv.field_size_limit(max(LONGEST_LINE, csv.field_size_limit()))  # one setting for the process: only ever raised
    encoding = source.codec()
    if not encodings.is_utf8(encoding):
        with source.lines(newline="") as lines:
            yield from _Table(source, column, delimiter).slow(lines)
        return
    with source.opened() as raw:
        start = raw.read(PIECE).removeprefix(codecs.BOM_UTF8)
        table = _Table(source, column, delimiter)
        end = start.find(b"\n") + 1
        if _is_plain(start[:end]):
            table.begin(start[:end].decode("utf-8", encodings.errors("utf-8")))
            splitter = Splitter(raw, start[end:], table.delimiter)
            yield from table.fast(splitter)
            start = splitter.rest
        text = io.TextIOWrapper(io.BufferedReader(_Joined(start, raw)), "utf-8", errors=encodings.errors("utf-8"), newline="")
        yield from table.slow(source.bounded(text, table.line))


def _is_plain(first: bytes) -> bool:
    """Say whether the first line is a header without quotation marks."""
    bare = first.removesuffix(b"\n").removesuffix(b"\r")
    return bool(first.strip()) and not first.lower().startswith(b"sep=") and not any(char in bare for char in b'"\r\0')


class _Table:
    """A table being read: fast as long as its records are plain, then by the csv module."""

    def __init__(self, source: Source, column: str | None, delimiter: str) -> None:
        self._source, self._column, self.delimiter = source, column, delimiter
        self._sure = delimiter != ","  # else the header tells
        self._header: list[str] = []
        self._chosen: list[int | None] = []
        self._cut = self._padded = False
        self._mend: Callable[[dict[str, str]], None] | None = None
        self._files: int | None = None
        self.row, self.line = 0, 0  # records and lines read so far

    def begin(self, first: str) -> None:
        """Read a header that is one line."""
        self._name(next(csv.reader([first], delimiter=self._delimited(first), strict=True), []))
        self.line = 1

    def _delimited(self, first: str) -> str:
        if not self._sure:
            bare = _IN_QUOTES.sub("", first)
            self.delimiter = max(_DELIMITERS, key=bare.count)  # the comma if there is none
            self._sure = True
        self._padded = _is_padded(first, self.delimiter)
        return self.delimiter

    def _name(self, header: list[str]) -> None:
        self._header = header = [name.strip() for name in header]
        if header:
            fields = columns.find(self._source.name, header, None if self._column is None else self._column.strip())
            self._chosen = [header.index(name) if name else None for name in (fields.text, *fields.about)]
            self._cut, self._mend = fields.cut, fields.mend
            self._files = header.index(fields.files) if fields.files in header and not fields.chosen else None

    def fast(self, splitter: Splitter) -> Iterator[Block]:
        """Read plain records; one that the header does not fit is left to the csv module, and so are its neighbours."""
        if not self._header or self._cut or self._padded or self._mend is not None:
            return
        for records in splitter:
            yield from regrouped([*self._halved(records)])
            self.row += len(records.lines)
            read = records.data[: records.starts[-1]]
            self.line += ends(read) + (read.count(b"\r") - read.count(b"\r\n") if b"\r" in read else 0)  # as the csv module counts

    def _halved(self, records: Records, first: int = 0) -> Iterator[Block]:
        names = [str(at) for at in range(len(self._header))]
        whole, row = records.part(0, len(records.lines)), self.row + first
        block = csvfast.block(whole, row + 1, self.line + 1, names, self._chosen, self._files, self.delimiter, self._source.notes)
        if block is not None:
            yield block
        elif len(records.lines) <= _FEW:
            lines = io.StringIO(whole.data.decode("utf-8", encodings.errors("utf-8")), newline="")
            yield from self._slow(lines, row, self.line + int(records.lines[0]))
        else:
            middle = len(records.lines) // 2
            yield from self._halved(records.part(0, middle), first)
            yield from self._halved(records.part(middle, len(records.lines)), first + middle)

    def slow(self, lines: Iterator[str]) -> Iterator[Block]:
        """Read the records that are left."""
        if self.line == 0:
            blank, first = self._before(lines)
            delimiter = self._delimited(first)
            lines = self._tidied(_chained(first, lines))
            records = csv.reader(lines, delimiter=delimiter, skipinitialspace=self._padded, strict=True)
            self._name(_header(self._source, records))
            self.line = blank + records.line_num
            if not self._header:
                return
        else:
            lines = self._tidied(lines)
        yield from self._slow(lines, self.row, self.line)

    def _tidied(self, lines: Iterator[str]) -> Iterator[str]:
        """Drop the spaces between a closing quotation mark and what separates fields, if that is how the header is written."""
        if not self._padded:
            return lines
        gap = re.compile(rf'" +(?={re.escape(self.delimiter)}|[\r\n]*$)')
        return (line if line is OMITTED else gap.sub('"', line) for line in lines)

    def _before(self, lines: Iterator[str]) -> tuple[int, str]:
        """Count the lines before the header, and give its first one."""
        count = 0
        while first := next(lines, ""):
            if said := _SAID.match(first):
                self.delimiter, self._sure = said[1], True
            elif first.strip("\r\n"):
                break
            count += 1
        return count, first

    def _slow(self, lines: Iterator[str], row: int, line: int) -> Iterator[Block]:
        text, *about = self._chosen
        numbered = checked(self._source, lines, Shape(self.delimiter, len(self._header), self._cut, self._padded), row, line)
        if self._padded:
            numbered = ((number, at, [field.strip() for field in record]) for number, at, record in numbered)
        if self._mend is not None or self._files is not None:
            numbered = ((number, at, self._mended(record)) for number, at, record in numbered)
        for rows, starts, found in _grouped(numbered, text or 0):
            values = list(zip(*found, strict=False))  # a record may be longer than the header where the exporter errs
            block = tabled.block(values[text or 0], rows, [None if at is None else values[at] for at in about], self._source.notes)
            yield replace(block, lines=np.array(starts, np.int64))

    def _mended(self, record: list[str]) -> list[str]:
        """Give a record as the columns that are read expect it."""
        if self._files is not None:
            text = self._chosen[0] or 0
            return [*record[:text], mended.attached(record[text], record[self._files]), *record[text + 1 :]]
        found = dict(zip(reversed(self._header), reversed(record), strict=True))  # of two columns of one name the first, as elsewhere
        if self._mend is not None:
            self._mend(found)
        return [found[name] for name in self._header]


class _Joined(io.RawIOBase):
    """Bytes that were read ahead, and the stream behind them."""

    def __init__(self, start: bytes, raw: IO[bytes]) -> None:
        self._start, self._raw = start, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as the base class has it
        data, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        data = data or self._raw.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _grouped(records: Iterator[tuple[int, int, list[str]]], text: int) -> Iterator[tuple[list[int], list[int], list[list[str]]]]:
    rows: list[int] = []
    lines: list[int] = []
    found: list[list[str]] = []
    chars = 0
    for row, line, record in records:
        rows.append(row)
        lines.append(line)
        found.append(record)
        chars += len(record[text])
        if len(rows) == BLOCK_ROWS or chars > BLOCK_CHARS:
            yield rows, lines, found
            rows, lines, found, chars = [], [], [], 0
    if rows:
        yield rows, lines, found


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _header(source: Source, records: Iterator[list[str]]) -> list[str]:
    try:
        return next(records, [])
    except csv.Error as error:
        raise DumpError(f"{source.name}: the header line cannot be read: {error}") from error
