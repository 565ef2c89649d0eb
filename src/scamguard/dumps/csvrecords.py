"""Records of a table, one by one, with a way back: a quotation mark that is never closed costs its own record alone.

The csv module reads on to the next quotation mark, wherever that is. Where this ends in an error, or nowhere, the lines behind
the first one are read again, from the next on that begins a record of the right width.
"""

from __future__ import annotations

import csv
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from .source import LONGEST_LINE, OMITTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source

_AHEAD: Final = 100  # lines that are tried for one record


class Shape(NamedTuple):
    """What a record of a table looks like."""

    delimiter: str
    width: int  # fields
    cut: bool  # whether there may be more of them
    padded: bool = False  # whether spaces stand around the delimiter

    def fits(self, record: list[str]) -> bool:
        """Say whether a record has as many fields as it should."""
        return len(record) == self.width or (self.cut and len(record) > self.width)


class _Lines:
    """Lines that may be read again, from where the record at hand begins."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._again = lines, deque[str]()
        self.held: list[str] = []  # of the record at hand
        self._length = self.number = 0  # characters held; lines before the record at hand
        self.cut = False  # a line of it was too long, and is missing

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if self.held and self._length + len(line) > LONGEST_LINE:
            self._again.appendleft(line)
            raise csv.Error(f"a quotation mark is not closed within {LONGEST_LINE:,} characters")
        self.held.append(line)
        self._length += len(line)
        self.cut = self.cut or line is OMITTED
        return line

    def begin(self) -> None:
        """Begin a record."""
        self.number += len(self.held)
        self.held.clear()
        self._length, self.cut = 0, False

    def recover(self, shape: Shape) -> None:
        """Go back to the line behind the first one held that begins a record; behind them all if none does."""
        count = len(self.held)
        self.held += [self._again.popleft() for _ in range(min(_AHEAD, len(self._again)))]
        self.held += islice(self._lines, max(0, count + _AHEAD - len(self.held)))  # the record that begins in the last one may go on
        first = next((at for at in range(1, count) if _begins(self.held, at, shape)), count)
        self._again.extendleft(reversed(self.held[first:]))
        del self.held[first:]


def checked(source: Source, lines: Iterator[str], shape: Shape, row: int, before: int) -> Iterator[tuple[int, int, list[str]]]:
    """Number the records behind ``row`` records and ``before`` lines, and skip the broken ones; a blank line is no record.

    Yields
    ------
    the number of a record, the line it begins in, both from 1, and its fields
    """
    kept = _Lines(lines)
    records = _reader(kept, shape)
    while True:
        kept.begin()
        line = before + kept.number + 1
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            row += 1
            if not kept.cut:  # else it is told
                source.notes.skip(f"{source.name}, line {line}", str(error))
            kept.recover(shape)
            records = _reader(kept, shape)
            continue
        if not record and not kept.cut:
            continue
        row += 1
        if kept.cut:  # where a quotation mark closes may be what is missing
            kept.recover(shape)
            records = _reader(kept, shape)
        elif shape.fits(record):
            yield row, line, record
        else:
            source.notes.skip(f"{source.name}, line {line}", f"{len(record)} fields where the header names {shape.width}")


def _reader(lines: Iterator[str], shape: Shape) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=shape.delimiter, skipinitialspace=shape.padded, strict=True)


def _begins(lines: list[str], at: int, shape: Shape) -> bool:
    try:
        return shape.fits(next(_reader(islice(lines, at, at + _AHEAD), shape), []))
    except csv.Error:
        return False
