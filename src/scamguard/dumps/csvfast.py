"""CSV at Arrow's speed, as long as every quotation mark is one that opens, closes or is doubled (RFC 4180).

Then their parity says which line ends end a record. Arrow forgives what is not so and would give another message than the
one that stands there, so a piece that holds anything else is left to the csv module in strict mode, with all behind it.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from . import mended, tabled
from .pieces import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .block import Block, Notes

_QUOTE, _CR, _LF = ord('"'), ord("\r"), ord("\n")
_MOST: Final = 4 * PIECE  # bytes without the end of a record: a quotation mark that was never closed, or a very long message


class Records(NamedTuple):
    """Whole records as they stand in the file."""

    data: bytes
    starts: NDArray[np.int64]  # (n + 1,), where each begins
    lines: NDArray[np.int64]  # (n,), the line each begins in, the first of the piece being 0

    def part(self, first: int, last: int) -> Records:
        """Give some of them."""
        at = self.starts[first]
        return Records(self.data[at : self.starts[last]], self.starts[first : last + 1] - at, self.lines[first:last])


class Splitter:
    """Cuts a stream of bytes into whole records until something is not plain CSV."""

    def __init__(self, raw: IO[bytes], start: bytes, delimiter: str) -> None:
        self._raw, self._delimiter = raw, ord(delimiter)
        self.rest = start  # bytes read and not given

    def __iter__(self) -> Iterator[Records]:
        """Give records; at the end of the file, or where they are no longer plain, the others are in ``rest``."""
        more = True
        while more and len(self.rest) < _MOST:
            data = self._raw.read(PIECE)
            more = bool(data)
            self.rest += data
            found = split(self.rest, self._delimiter)
            if found is None:
                return
            if len(found.lines):
                self.rest = self.rest[found.starts[-1] :]
                yield found


def split(data: bytes, delimiter: int) -> Records | None:
    """Find the records that are whole; None if a quotation mark, a line end or NUL stands where plain CSV has none."""
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == _LF)
    if not len(ends):
        return Records(data, np.zeros(1, np.int64), np.zeros(0, np.int64))
    quotes = np.flatnonzero(codes == _QUOTE)
    if b"\0" in data or not _paired(codes[: ends[-1] + 1], quotes):
        return None
    lines = np.arange(len(ends))
    if len(quotes):
        outside = np.searchsorted(quotes, ends) % 2 == 0
        if not _regular(codes, quotes, delimiter, int(ends[outside][-1]) if outside.any() else -1):
            return None
        lines = np.flatnonzero(outside)
        ends = ends[outside]
    if not len(ends):
        return Records(data, np.zeros(1, np.int64), np.zeros(0, np.int64))
    starts = np.concatenate([[0], ends + 1])
    lengths = np.diff(starts)
    if (lengths == 1).any() or ((lengths == 2) & (codes[starts[:-1]] == _CR)).any():
        return None  # a blank line is no record
    return Records(data, starts, np.concatenate([[0], lines[:-1] + 1]))


def _paired(codes: NDArray[np.uint8], quotes: NDArray[np.int64]) -> bool:
    """Say whether each carriage return outside of quotation marks belongs to a line end."""
    returns = np.flatnonzero(codes == _CR)
    returns = returns[np.searchsorted(quotes, returns) % 2 == 0]
    return bool((codes[returns + 1] == _LF).all())


def _regular(codes: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int, last: int) -> bool:
    """Say whether each quotation mark up to ``last`` opens a field at its beginning, closes it at its end, or is doubled."""
    quotes = quotes[: np.searchsorted(quotes, last)]
    opening, closing = quotes[::2], quotes[1::2]
    if not len(quotes):
        return True
    before = codes[opening - 1]  # of the first byte it is the last one, a line end
    first = (before == delimiter) | (before == _LF) | (opening == 0)
    doubled = np.concatenate([[False], opening[1:] == closing[: len(opening) - 1] + 1])
    after = codes[closing + 1]
    end = (after == delimiter) | (after == _LF) | (after == _CR)
    again = np.concatenate([closing[: len(opening) - 1] + 1 == opening[1:], [False]])
    return bool((first | doubled).all() and (end | again[: len(closing)]).all())


def block(  # noqa: PLR0913, PLR0917 - places and columns
    records: Records,
    row: int,
    line: int,
    names: Sequence[str],
    chosen: Sequence[int | None],
    files: int | None,
    delimiter: str,
    notes: Notes,
) -> Block | None:
    """Read whole records; None if Arrow will not have one of them.

    Parameters
    ----------
    row, line
        The number of the first record, and the line it begins in.
    names
        What the columns are called: anything, each once.
    chosen
        Which of them are the message and the columns of ``ABOUT``.
    files
        Which one holds the addresses of files.
    """
    wanted = [names[at] for at in dict.fromkeys([*chosen, files]) if at is not None]
    kinds = dict.fromkeys(names, pa.string()) | {names[chosen[0] or 0]: pa.large_string()}
    try:
        table = pacsv.read_csv(
            pa.BufferReader(records.data),
            pacsv.ReadOptions(use_threads=False, block_size=len(records.data) + 1, column_names=names),
            pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pacsv.ConvertOptions(column_types=kinds, include_columns=wanted),
        )
    except pa.ArrowException:
        return None
    if len(table) != len(records.lines):
        return None
    text, *about = [None if at is None else table[names[at]].combine_chunks() for at in chosen]
    text = text if files is None else mended.all_attached(text, table[names[files]])
    rows = np.arange(row, row + len(table))
    return tabled.of_arrays(text, rows, [part if part is None else part.cast(pa.string()) for part in about], line + records.lines, notes)
