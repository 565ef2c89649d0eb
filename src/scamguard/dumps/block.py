"""A block: some messages in reading order, each with its place and what the export says about it.

Readers of chats give ``Message`` after ``Message``; ``blocks`` packs them column by column. Bytes that could not be
decoded ride along as lone surrogates (PEP 383) and become U+FFFD only here, so that clean text is packed at Arrow's
speed and only the others are looked at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa

from . import times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_ROWS: Final = 1 << 13
BLOCK_CHARS: Final = 1 << 22  # a block of very long messages is cut earlier, so that memory stays bounded
# What an export says about a message; null where it says nothing. `time` is UTC where the export names a zone or counts
# from 1970, else the clock of whoever made the export.
ABOUT: Final = pa.schema(
    [("id", pa.string()), ("time", pa.timestamp("ms")), ("sender", pa.string()), ("channel", pa.string()), ("reply_to", pa.string())]
)
_MOST_PLACES = 5
_LONE = re.compile("[\ud800-\udfff]")  # an undecodable byte, or half a pair in an escape
_UNSAID: Final = pa.RecordBatch.from_arrays([pa.nulls(BLOCK_ROWS, kind) for kind in ABOUT.types], schema=ABOUT)


class Message(NamedTuple):
    """One message as a reader found it."""

    row: int  # its place in the file, from 1
    text: str
    id: str | None = None
    time: int | None = None  # milliseconds since 1970, or `times.UNTOLD`
    sender: str | None = None
    channel: str | None = None
    reply_to: str | None = None  # the id of the message it answers


@dataclass(frozen=True, slots=True)
class Block:
    """Some messages in reading order.

    Attributes
    ----------
    texts
        (n,), the messages: valid UTF-8, no nulls.
    rows
        (n,), from 1: the line in txt and JSON lines, the record or message elsewhere.
    about
        (n,), what the export says of each: id, time, sender, channel, reply_to; null where it says nothing.
    file
        The file in an archive or folder; None: the dump itself.
    lines
        (n,), from 1: the line on which each begins; None where the reader does not know.
    chat
        The file that is one chat, where the export names no channel; None: the whole dump is.
    """

    texts: pa.LargeStringArray
    rows: NDArray[np.int64]
    about: pa.RecordBatch  # the columns of ABOUT
    file: str | None = None
    lines: NDArray[np.int64] | None = None
    chat: str | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Notes:
    """What a reader could not take as it was.

    Attributes
    ----------
    broken
        How many records could not be read and were skipped.
    places
        Where the first few of them stand, and what is wrong with each.
    undecodable
        Messages in which bytes that are no text were replaced by U+FFFD.
    timeless
        Messages whose time does not say which time it is (05/01/2024).
    empty
        Files that hold nothing.
    blank
        Names of the first few of them.
    on_skip
        Called with each broken record's place, if it is set.
    """

    broken: int = 0
    places: list[str] = field(default_factory=list)
    undecodable: int = 0
    timeless: int = 0
    empty: int = 0
    blank: list[str] = field(default_factory=list)
    on_skip: Callable[[str], None] | None = None

    def skip(self, place: str, problem: str) -> None:
        """Count one broken record."""
        self.broken += 1
        told = cleaned(f"{place}: {problem}")  # names of files too may be of bytes that are no text
        if len(self.places) < _MOST_PLACES:
            self.places.append(told)
        if self.on_skip is not None:
            self.on_skip(told)

    def nothing(self, name: str) -> None:
        """Count a file that holds nothing, which is no error."""
        self.empty += 1
        if len(self.blank) < _MOST_PLACES:
            self.blank.append(cleaned(name))

    def add(self, other: Notes) -> None:
        """Count in what another dump noted."""
        self.broken += other.broken
        self.undecodable += other.undecodable
        self.timeless += other.timeless
        self.empty += other.empty
        self.places += other.places[: _MOST_PLACES - len(self.places)]
        self.blank += other.blank[: _MOST_PLACES - len(self.blank)]


def blocks(messages: Iterable[Message], notes: Notes) -> Iterator[Block]:
    """Pack messages, a few thousand at a time."""
    waiting: list[Message] = []
    chars = 0
    for message in messages:
        waiting.append(message)
        chars += len(message.text)
        if len(waiting) == BLOCK_ROWS or chars > BLOCK_CHARS:
            yield _packed(waiting, notes)
            waiting, chars = [], 0
    if waiting:
        yield _packed(waiting, notes)


def _packed(messages: Sequence[Message], notes: Notes) -> Block:
    rows, found, ids, moments, *others = zip(*messages, strict=True)
    notes.timeless += sum(moment is times.UNTOLD for moment in moments)
    return Block(texts(found, notes), np.array(rows, np.int64), said([ids, [*map(times.known, moments)], *others]))


def texts(found: Sequence[str], notes: Notes) -> pa.LargeStringArray:
    """Pack messages; what is not Unicode text is replaced and counted."""
    try:
        return pa.array(found, pa.large_string())
    except UnicodeEncodeError:
        clean = [_LONE.sub("\ufffd", text) for text in found]
        notes.undecodable += sum(new != old for new, old in zip(clean, found, strict=True))
        return pa.array(clean, pa.large_string())


def said(about: Sequence[Sequence[str | int | None]]) -> pa.RecordBatch:
    """Pack the columns of ``ABOUT``; what is not Unicode text is replaced."""
    return pa.record_batch([_column(values, kind) for values, kind in zip(about, ABOUT.types, strict=True)], schema=ABOUT)


def unsaid(count: int) -> pa.RecordBatch:
    """Say nothing about ``count`` messages."""
    if count <= BLOCK_ROWS:
        return _UNSAID.slice(0, count)
    return pa.record_batch([pa.nulls(count, kind) for kind in ABOUT.types], schema=ABOUT)


def cleaned(text: str) -> str:
    """Replace what is not Unicode text by U+FFFD."""
    return _LONE.sub("\ufffd", text)


def _column(values: Sequence[str | int | None], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([cleaned(value) if isinstance(value, str) else value for value in values], kind)
