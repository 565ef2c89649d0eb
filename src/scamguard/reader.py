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
from .rooms import Rooms
from .sieve import Sieve, sift, space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .parts import Parts

SLICE_BYTES: Final = 1 << 20  # sifted at a time
_rooms: Final = Rooms(size=CHUNK_BYTES, firings=1024)


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


def logits(parts: Parts, reader: Reader, threads: int = 1) -> NDArray[np.float64]:
    """Score the parts of messages, each by itself.

    Returns
    -------
    (p,) float64, the logit of each part's worst passage, or the floor of a decisive rule; of what is passed over, that of the sieve
    """
    read = np.concatenate([[0], np.cumsum(parts.stop - parts.start)])  # bytes before each part
    if threads <= 1 or (len(parts) < 2 * CHUNK_MESSAGES and read[-1] < 2 * threads * CHUNK_BYTES):
        return _logits(parts, 0, len(parts), reader)
    shares = read[-1] * np.arange(1, threads) // threads
    cuts = [0, *np.searchsorted(read, shares).tolist(), len(parts)]
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(lambda a, b: _logits(parts, a, b, reader), cuts[:-1], cuts[1:])))


def _logits(parts: Parts, first: int, last: int, reader: Reader) -> NDArray[np.float64]:
    """Score the parts ``first:last``: sift a slice of them, then read what is left of it."""
    out = np.empty(last - first)
    room_to_sift = space(parts.start[first:last], parts.stop[first:last])
    for a, b in _slices(parts.stop[first:last] - parts.start[first:last]):
        start, stop, found = parts.start[first + a : first + b], parts.stop[first + a : first + b], out[a:b]
        read = np.empty(b - a, np.bool_)
        sift(parts.data, start, stop, reader.speech.tables, reader.sieve, *room_to_sift, found, read)
        _read(parts.data, start, stop, np.flatnonzero(read), reader.speech, found)
        if reader.lifts is not None and not read.all():
            lifted = np.empty(b - a)
            _read(parts.data, start, stop, np.flatnonzero(~read), reader.lifts, lifted)
            found[~read] = np.maximum(found[~read], lifted[~read])
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
    out: NDArray[np.float64],
) -> None:
    """Read the messages ``data[start[rows]:stop[rows]]``; fill ``out[rows]``."""
    sizes = (stop - start)[rows]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    copied = np.empty(int(offsets[-1]), np.uint8)
    gather(data, start, rows, offsets, copied)
    found, at, least = np.empty(len(rows)), 0, CHUNK_BYTES
    try:
        while at < len(rows):
            at, why = run(copied, offsets, at, *speech, _rooms.to_read(least, speech), found)
            if why == FULL:
                least = int(sizes.max())
            elif why:
                _rooms.crowded()
    finally:
        _rooms.leave()
    out[rows] = found


@compiled
def gather(data, start, rows, offsets, out):
    """Copy the messages that begin at ``start[rows]`` side by side."""
    for k in range(len(rows)):
        at = start[rows[k]] - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            out[i] = data[at + i]
