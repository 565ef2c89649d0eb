"""What every reader shares: a decoded stream, a column of messages with their places, and notes of what went wrong.

Bytes that are not UTF-8 ride through the reader as lone surrogates (PEP 383) and become U+FFFD only when a block is
made, so that whole blocks of clean text are packed at Arrow's speed and only the others are looked at one by one.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from scamguard.errors import DumpError, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK_ROWS: Final = 4096
BLOCK_CHARS: Final = 1 << 22  # a block of very long messages is cut earlier, so that memory stays bounded
TEXT_COLUMNS: Final = ("text", "message", "body", "content")  # where a message is, unless the user says otherwise
_MOST_PLACES = 5
_LONE = re.compile("[\ud800-\udfff]")  # an undecodable byte, or half a pair in a JSON escape


@dataclass(frozen=True, slots=True)
class Block:
    """Some messages in reading order."""

    texts: pa.LargeStringArray  # (n,), valid UTF-8, no nulls
    rows: NDArray[np.int64]  # (n,), from 1: the line in txt and JSON lines, the record in CSV and Parquet

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Notes:
    """What a reader could not take as it was."""

    broken: int = 0  # records skipped
    places: list[str] = field(default_factory=list)  # the first few of them
    undecodable: int = 0  # messages in which bytes were replaced by U+FFFD

    def skip(self, place: str, problem: str) -> None:
        """Count one broken record."""
        self.broken += 1
        if len(self.places) < _MOST_PLACES:
            self.places.append(f"{place}: {problem}")

    def add(self, other: Notes) -> None:
        """Count in what another dump noted."""
        self.broken += other.broken
        self.undecodable += other.undecodable
        self.places += other.places[: _MOST_PLACES - len(self.places)]


@dataclass(slots=True)
class Source:
    """Where a reader gets its bytes, and whom it tells about trouble."""

    name: str
    path: Path | None  # None: standard input
    notes: Notes = field(default_factory=Notes)
    share: float = 0.0  # of the file, read so far

    @contextlib.contextmanager
    def lines(self, newline: str = "\n") -> Iterator[Iterator[str]]:
        r"""Open as UTF-8 and give its lines with their ends; a byte order mark is dropped.

        ``newline="\n"`` ends lines there only; ``newline=""`` is what the csv module wants.
        """
        raw = self.path.open("rb") if self.path is not None else sys.stdin.buffer
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline=newline)
        try:
            yield self._counted(text, raw)
        finally:
            # detached, not closed: standard input is not ours to close
            text.detach()
            if self.path is not None:
                raw.close()

    def _counted(self, text: io.TextIOWrapper, raw: IO[bytes]) -> Iterator[str]:
        size = self.path.stat().st_size if self.path is not None else 0
        for number, line in enumerate(text):
            if size and not number % BLOCK_ROWS:
                self.share = raw.tell() / size
            yield line

    def block(self, texts: Sequence[str], rows: Sequence[int]) -> Block:
        """Pack messages; what is not Unicode text is replaced and counted."""
        try:
            packed = pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            clean = [_LONE.sub("\ufffd", text) for text in texts]
            self.notes.undecodable += sum(new != old for new, old in zip(clean, texts, strict=True))
            packed = pa.array(clean, pa.large_string())
        return Block(packed, np.array(rows, np.int64))


def pick(name: str, columns: Collection[str], wanted: str | None) -> str:
    """Choose the column of messages.

    Raises
    ------
    DumpError
        ``wanted``, or every usual name, is not among ``columns``.
    """
    if wanted is not None:
        if wanted not in columns:
            raise DumpError(f"{name}: {unknown('column', wanted, columns)}")
        return wanted
    for column in TEXT_COLUMNS:
        if column in columns:
            return column
    there = ", ".join(sorted(columns)) or "(none)"
    raise DumpError(f"{name}: no column is called {', '.join(TEXT_COLUMNS)}; choose with --column among: {there}")
