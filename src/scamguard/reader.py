"""Reader: what scores a batch of any size. The sieve looks at a slice of it; what that does not pass over, the engine reads.

Messages to be read are copied side by side, so that the engine always has chunks as full as its room. A score depends on its own
message alone, whatever is passed over around it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from .engine import CHUNK_BYTES, CHUNK_MESSAGES, FULL, Speech, Sums, run
from .kernels import compiled
from .quoted import UNKNOWN
from .rooms import Rooms
from .sieve import Sieve, sift, space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .parts import Parts

SLICE_BYTES: Final = 1 << 20  # sifted at a time
_rooms: Final = Rooms(size=CHUNK_BYTES, firings=1024, left=[])


class Read(NamedTuple):
    """What is made of ``p`` parts of messages."""

    logit: NDArray[np.float64]  # (p,), of each one's worst passage, or the floor of a decisive rule; of what is passed over, the sieve's
    clear: NDArray[np.int8]  # (p,), how clearly each speaks of a quotation (``quoted.clearness``); not known of what is passed over


class Reader(NamedTuple):
    """All that a model reads with."""

    speech: Speech
    sieve: Sieve
    lifts: Speech | None  # the floors of a rule pack and nothing else: they hold whatever the sieve passes over


def silent(sums: Sums, floor: NDArray[Any]) -> Sums:
    """Give sums that add up to nothing, so that only the floors (r,) of rules are heard."""
    tables = {name: np.zeros(2, getattr(sums, name).dtype) for name in ("words", "chars", "framed", "concepts")}
    others = {name: np.zeros_like(getattr(sums, name)) for name in ("rules", "shape")}
    return sums._replace(**tables, **others, floor=floor.astype(np.float32), bits=np.ones(4, np.int64), bias=np.array([-np.inf, 0.0]))


def read(parts: Parts, reader: Reader, threads: int = 1) -> Read:
    """Read the parts of messages, each by itself."""
    before = np.concatenate([[0], np.cumsum(parts.stop - parts.start)])  # bytes before each part
    if threads <= 1 or (len(parts) < 2 * CHUNK_MESSAGES and before[-1] < 2 * threads * CHUNK_BYTES):
        return _sifted(parts, 0, len(parts), reader)
    shares = before[-1] * np.arange(1, threads) // threads
    cuts = [0, *np.searchsorted(before, shares).tolist(), len(parts)]
    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(lambda a, b: _sifted(parts, a, b, reader), cuts[:-1], cuts[1:]))
    return Read(*map(np.concatenate, zip(*made, strict=True)))


def _sifted(parts: Parts, first: int, last: int, reader: Reader) -> Read:
    """Read the parts ``first:last``: sift a slice of them, then read what is left of it."""
    out = Read(np.empty(last - first), np.full(last - first, UNKNOWN, np.int8))
    room_to_sift = space(parts.start[first:last], parts.stop[first:last])
    for a, b in _slices(parts.stop[first:last] - parts.start[first:last]):
        start, stop, found = parts.start[first + a : first + b], parts.stop[first + a : first + b], Read(out.logit[a:b], out.clear[a:b])
        left = np.empty(b - a, np.bool_)
        sift(parts.data, start, stop, reader.speech.tables, reader.sieve, *room_to_sift, found.logit, left)
        _read(parts.data, start, stop, np.flatnonzero(left), reader.speech, found)
        if reader.lifts is not None and not left.all():
            lifted = Read(np.empty(b - a), np.empty(b - a, np.int8))
            _read(parts.data, start, stop, np.flatnonzero(~left), reader.lifts, lifted)
            found.logit[~left] = np.maximum(found.logit[~left], lifted.logit[~left])
    return out


def _slices(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Cut rows of so many bytes into runs of SLICE_BYTES, or of one row."""
    read, at = np.cumsum(sizes), 0
    while at < len(sizes):
        before = int(read[at - 1]) if at else 0
        stop = max(at + 1, int(np.searchsorted(read, before + SLICE_BYTES, "right")))
        yield at, stop
        at = stop


def _read(
    data: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    rows: NDArray[np.int64],
    speech: Speech,
    out: Read,
) -> None:
    """Read the messages ``data[start[rows]:stop[rows]]``; fill ``out[rows]``."""
    sizes = (stop - start)[rows]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    copied = np.empty(int(offsets[-1]), np.uint8)
    gather(data, start, rows, offsets, copied)
    found, at, least = Read(np.empty(len(rows)), np.empty(len(rows), np.int8)), 0, CHUNK_BYTES
    try:
        while at < len(rows):
            at, why = run(copied, offsets, at, *speech, _rooms.to_read(least, speech), *found)
            if why == FULL:
                least = int(sizes.max())
            elif why:
                _rooms.crowded()
    finally:
        _rooms.leave()
    out.logit[rows], out.clear[rows] = found


@compiled
def gather(data, start, rows, offsets, out):
    """Copy the messages that begin at ``start[rows]`` side by side."""
    for k in range(len(rows)):
        at = start[rows[k]] - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            out[i] = data[at + i]
