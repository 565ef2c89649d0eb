"""Parts: a message longer than ``LIMIT`` bytes is read in parts, a forwarded or signed one also without what stands around it.

The worst part counts.

So what a message takes does not grow with its length. Each part begins some way before the end of the one before: whatever
fits into a passage stands whole in one of them. Cuts fall after a line, else after a sentence, else after a space, and never
within a character or between a letter and the marks on it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .body import bodies
from .columns import TextBatch
from .fold import fold
from .passages import WIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LIMIT: Final = 1 << 16  # bytes of UTF-8; see docs/adr/0012
OVERLAP: Final = 1 << 12  # bytes that two parts share, at least; more where they hold less than a wide window of folded text
WIDEST: Final = LIMIT >> 1  # and at most: what is folded away over more bytes than these does part a sentence
NEAR: Final = 1 << 10  # bytes before the limit in which a good place for a cut is looked for
_LINE, _SPACE = re.compile(rb"\n"), re.compile(rb"\s")
_SENTENCE: Final = re.compile(rb"(?:[.!?;]|\xd8\x9f)\s|\xe3\x80\x82|\xef\xbc[\x81\x9f]|\xe0\xa5\xa4")  # also ؟ 。 ！ ？ ।
_LONGEST: Final = 4  # bytes of a character
_JOINER: Final = "\u200d"


class Excerpt(NamedTuple):
    """A part of one message, and where it begins."""

    text: str
    at: int  # code points before it
    units: int  # UTF-16 units before it


@dataclass(frozen=True, slots=True)
class Parts:
    """``p`` parts of ``n`` messages, in their order; most messages are one part."""

    data: NDArray[np.uint8]  # (b,), UTF-8
    start: NDArray[np.int64]  # (p,), part i is data[start[i]:stop[i]]
    stop: NDArray[np.int64]  # (p,)
    starts: NDArray[np.int64]  # (n + 1,), the parts of message i: starts[i]:starts[i + 1]

    def __len__(self) -> int:
        return len(self.start)

    def worst(self, logits: NDArray[np.float64]) -> NDArray[np.int64]:
        """Find the part of each message whose logit (p,) is highest, the first of equals: (n,)."""
        which = self.starts[:-1].copy()
        for i in np.flatnonzero(np.diff(self.starts) > 1).tolist():
            which[i] += int(logits[self.starts[i] : self.starts[i + 1]].argmax())
        return which

    def pieces(self, which: NDArray[np.int64]) -> Iterator[TextBatch]:
        """Copy some parts out, as messages of their own, few enough at a time for ``Model.read``."""
        sizes = (self.stop - self.start)[which]
        for first, stop in TextBatch(self.data, np.concatenate([[0], np.cumsum(sizes)])).groups():
            copies = [self.data[self.start[p] : self.stop[p]] for p in which[first:stop].tolist()]
            yield TextBatch(np.concatenate(copies), np.concatenate([[0], np.cumsum(sizes[first:stop])]))

    def excerpt(self, part: int) -> Excerpt:
        """Give one part as Python has it; the data must be one message that Python encoded."""
        at = units = 0
        for a, b in pairwise([*self.start[:part].tolist(), int(self.start[part])]):
            lead = int(np.count_nonzero((self.data[a:b] & 0xC0) != 0x80))
            at, units = at + lead, units + lead + int(np.count_nonzero(self.data[a:b] >= 0xF0))
        return Excerpt(self.data[self.start[part] : self.stop[part]].tobytes().decode("utf-8", "surrogatepass"), at, units)


def parts(batch: TextBatch) -> Parts:
    """Cut the long messages of ``batch``; a short one is one part, and so is its body, if there is something around it."""
    start, stop = batch.offsets[:-1], batch.offsets[1:]
    first, last = np.empty_like(start), np.empty_like(stop)
    wrapped = bodies(batch.data, start, stop, first, last)
    long = stop - start > LIMIT
    if not wrapped and not long.any():
        return Parts(batch.data, start, stop, np.arange(len(batch) + 1))
    cut = {int(i): [*spans(batch.data, int(start[i]), int(stop[i]))] for i in np.flatnonzero(long)}
    for i in np.flatnonzero(~long & ((first > start) | (last < stop))).tolist():
        cut[i] = [(int(start[i]), int(stop[i])), (int(first[i]), int(last[i]))]
    many = np.ones(len(batch), np.int64)
    many[list(cut)] = [len(found) for found in cut.values()]
    starts = np.concatenate([[0], np.cumsum(many)])
    start, stop = np.repeat(start, many), np.repeat(stop, many)
    for i, found in cut.items():
        start[starts[i] : starts[i + 1]], stop[starts[i] : starts[i + 1]] = zip(*found, strict=True)
    return Parts(batch.data, start, stop, starts)


def spans(data: NDArray[np.uint8], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut one message into overlapping spans of at most ``LIMIT`` bytes."""
    while stop - start > LIMIT:
        end = _cut(data, start + LIMIT)
        yield start, end
        start = _cut(data, end - _shared(data, end))
    yield start, stop


def _shared(data: NDArray[np.uint8], end: int) -> int:
    """Say how many bytes before ``end`` the next part must hold too: a wide window, after what is invisible or repeated is folded away."""
    size = OVERLAP
    while size < WIDEST and len(fold(TextBatch(data, np.array([end - size, end]))).codes) < 2 * WIDE:
        size *= 2
    return size


def _cut(data: NDArray[np.uint8], limit: int) -> int:
    """Find the best place for a cut in the last ``NEAR`` bytes before ``limit``, else the last that parts no character."""
    first = limit - NEAR
    window = data[first : limit + _LONGEST].tobytes()
    places = [found.end() for good in (_LINE, _SENTENCE, _SPACE) for found in reversed([*good.finditer(window, 0, NEAR)])]
    whole = [at for at in range(NEAR, NEAR - _LONGEST, -1) if not _is_within(window, at)]
    free = (at for at in (*places, *range(NEAR, 0, -1)) if not _is_within(window, at) and not _joined(window, at))
    return first + next(free, whole[0] if whole else NEAR)


def _is_within(window: bytes, at: int) -> bool:
    """Say whether ``at`` is inside a character."""
    return at < len(window) and window[at] & 0xC0 == 0x80


def _joined(window: bytes, at: int) -> bool:
    """Say whether the character at ``at`` belongs to the one before it: a mark, a selector, CR LF, or what a joiner joins."""
    around = window[max(at - _LONGEST, 0) : at], window[at : at + _LONGEST]
    before, after = around[0].decode("utf-8", "replace")[-1:], around[1].decode("utf-8", "replace")[:1]
    return _JOINER in {before, after} or before + after == "\r\n" or unicodedata.category(after or " ").startswith("M")
