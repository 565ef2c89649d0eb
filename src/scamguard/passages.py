"""Passages: a message is as bad as its worst passage.

An ordinary message is one passage; a long one is cut into overlapping windows at spaces, so that a scam cannot be
diluted by innocent words around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

from .kinds import HARD, IDEO, KIND, SOFT, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded

_compiled = njit(cache=True, nogil=True, error_model="numpy")
STRIDE: Final = 600  # mass of half a passage; a code point weighs 1, a character of a script without spaces 3


@dataclass(frozen=True, slots=True)
class Passages:
    """``p`` windows over the ``m`` code points of ``n`` messages."""

    start: NDArray[np.int64]  # (p,)
    stop: NDArray[np.int64]  # (p,)
    starts: NDArray[np.int64]  # (n + 1,), the passages of message i: starts[i]:starts[i + 1]


def passages(folded: Folded) -> Passages:
    """Cut long messages into overlapping passages at spaces; leave ordinary ones whole."""
    room = len(folded) + len(folded.codes) * 3 // STRIDE + 1
    start, stop = np.empty(room, np.int64), np.empty(room, np.int64)
    starts = np.zeros(len(folded) + 1, np.int64)
    p = _passages(folded.kinds, folded.starts, start, stop, starts)
    return Passages(start[:p], stop[:p], starts)


@_compiled
def _passages(kinds, message, start, stop, starts):
    p = 0
    for n in range(len(message) - 1):
        mass, half, begin = 0, message[n], message[n]
        cuts = 0
        for i in range(message[n], message[n + 1]):
            sort = kinds[i] & KIND
            mass += 3 if sort == IDEO else 1
            breaks = sort in (SPACE, SOFT, HARD, IDEO) or mass > STRIDE + 200
            if mass >= STRIDE and breaks:
                cuts += 1
                if cuts > 1:
                    start[p], stop[p] = begin, i + 1
                    p += 1
                    begin = half
                half, mass = i + 1, 0
        if cuts < 2 or message[n + 1] > half:
            start[p], stop[p] = begin, message[n + 1]
            p += 1
        starts[n + 1] = p
    return p
