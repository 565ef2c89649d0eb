"""Merge: the hits of a model's terms and of those of a rule pack.

To compile a pack's terms together with the bundled ones takes seconds, to compile them alone a millisecond; so both automata
read a message. All that the pack's finds remains: whoever wrote a term means it to be seen, and cannot know all bundled ones. Of the
bundled hits those remain that one automaton would have given: none that lies wholly inside a term of the pack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .automaton import Terms
from .kernels import compiled
from .match import Hits

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS, _PLACES = np.zeros(2, np.uint64), np.zeros(0, np.int32)
NONE: Final = Terms(_BITS, _BITS, _BITS, _PLACES, _PLACES, _BITS[:0], np.zeros(1, np.int32), np.zeros(0, np.int16))  # no terms at all


def merged(own: Hits, more: Hits) -> Hits:
    """Join what a model's terms and those of a rule pack, ``more``, found in the same messages."""
    room = len(own.concept) + len(more.concept)
    concept, starts = np.empty(room, np.int16), np.zeros(len(own.starts), np.int64)
    start, stop, unit, clause, sentence = (np.empty(room, np.int32) for _ in range(5))
    h = merge(_columns(own), own.starts, _columns(more), more.starts, (concept, start, stop, unit, clause, sentence), starts)
    return Hits(concept[:h], start[:h], stop[:h], unit[:h], clause[:h], sentence[:h], starts)


def _columns(hits: Hits) -> tuple[NDArray[Any], ...]:
    return hits.concept, hits.start, hits.stop, hits.unit, hits.clause, hits.sentence


@compiled
def merge(own, own_starts, more, more_starts, out, starts):
    """Fill the six columns ``out`` and ``starts``; return how many hits there are."""
    h = 0
    for n in range(len(starts) - 1):
        x, y, covered = own_starts[n], more_starts[n], np.int64(-1)
        while x < own_starts[n + 1] or y < more_starts[n + 1]:
            at = np.int64(1 << 31)
            if x < own_starts[n + 1]:
                at = np.int64(own[1][x])
            if y < more_starts[n + 1] and more[1][y] < at:
                at = np.int64(more[1][y])
            first, theirs = h, np.int64(-1)
            if y < more_starts[n + 1] and more[1][y] == at:
                theirs = np.int64(more[2][y])
            while x < own_starts[n + 1] and own[1][x] == at:
                if own[2][x] > covered and own[2][x] >= theirs:
                    h = _copy(own, x, out, first, h)
                x += 1
            while y < more_starts[n + 1] and more[1][y] == at:
                h = _copy(more, y, out, first, h)
                y += 1
            covered = max(covered, theirs)
        starts[n + 1] = h
    return h


@compiled
def _copy(given, i, out, first, h):
    """Copy hit ``i`` to ``h`` unless its concept stands among those from ``first`` on; return how many there are now."""
    for k in range(first, h):
        if out[0][k] == given[0][i]:
            return h
    out[0][h], out[1][h], out[2][h] = given[0][i], given[1][i], given[2][i]
    out[3][h], out[4][h], out[5][h] = given[3][i], given[4][i], given[5][i]
    return h + 1
