"""Whole lines as bytes, two megabytes at a time: what Arrow's own readers are given, one piece after another.

Arrow reads a piece an order of magnitude faster than Python reads its lines, but all or nothing. So a piece it refuses is
halved until only a few lines around the flaw are left, and those are read one by one.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from .block import BLOCK_ROWS, Block
from .source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .source import Source

PIECE: Final = 1 << 21  # bytes
_FEW = 64  # lines: fewer are not halved again
_MOST: Final = 4 * LONGEST_LINE  # bytes: a line beyond is longer than LONGEST_LINE characters in any script
_MARK: Final = b"\xef\xbb\xbf"


def pieces(source: Source, raw: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give whole lines with the number of the first, from 1; the last one ends with a line end too.

    A byte order mark is dropped. A line too long to hold is noted and given as an empty one.
    """
    row, rest = 1, b""
    first = raw.read(PIECE).removeprefix(_MARK)
    for data in _chained(first, raw):
        cut = data.rfind(b"\n") + 1
        if cut:
            whole = rest + data[:cut]
            yield row, whole
            row, rest = row + ends(whole), data[cut:]
            continue
        rest += data
        if len(rest) > _MOST:
            number = row + rest.count(b"\n")
            source.notes.skip(f"{source.name}, line {number}", f"longer than {LONGEST_LINE:,} characters")
            rest = rest[: rest.rfind(b"\n") + 1] + b"\n" + _behind_line(raw)
    if rest:
        yield row, rest if rest.endswith(b"\n") else rest + b"\n"


def ends(piece: bytes) -> int:
    """Count the line ends of a piece; ``bytes.count`` takes seven times as long."""
    return int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord("\n")))


def _chained(first: bytes, raw: IO[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    while data := raw.read(PIECE):
        yield data


def _behind_line(raw: IO[bytes]) -> bytes:
    """Read on behind the line that is under way."""
    while data := raw.read(PIECE):
        end = data.find(b"\n")
        if end >= 0:
            return data[end + 1 :]
    return b""


def halved(
    row: int, piece: bytes, fast: Callable[[int, bytes], Block | None], slow: Callable[[int, bytes], Block | None]
) -> Iterator[Block]:
    """Read a piece fast where that can be, and slowly the few lines where it cannot."""
    found = fast(row, piece)
    if found is not None:
        yield found
        return
    middle = piece.find(b"\n", len(piece) // 2) + 1
    if piece.count(b"\n", 0, middle) <= _FEW or middle == len(piece):
        found = slow(row, piece)
        if found is not None:
            yield found
        return
    yield from halved(row, piece[:middle], fast, slow)
    yield from halved(row + piece.count(b"\n", 0, middle), piece[middle:], fast, slow)


def regrouped(parts: Sequence[Block]) -> Iterator[Block]:
    """Put the parts of a piece together again, and give them in blocks of the usual size."""
    if not parts:
        return
    texts = pa.concat_arrays([part.texts for part in parts])
    about = pa.Table.from_batches([part.about for part in parts]).combine_chunks().to_batches()[0]
    rows = np.concatenate([part.rows for part in parts])
    lines = np.concatenate([part.rows if part.lines is None else part.lines for part in parts])
    for at in range(0, len(rows), BLOCK_ROWS):
        end = at + BLOCK_ROWS
        yield Block(texts.slice(at, BLOCK_ROWS), rows[at:end], about.slice(at, BLOCK_ROWS), lines=lines[at:end])
