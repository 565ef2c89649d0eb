"""Passages: a message is as bad as its worst passage.

An ordinary message is one passage; a long one is cut into overlapping windows between tokens, so that a scam cannot be
diluted by innocent words around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .kernels import compiled
from .kinds import IDEO, KIND
from .tokens import SPACED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .tokens import Tokens

STRIDE: Final = 600  # mass of half a passage; a code point weighs 1, a character of a script without spaces 3


@dataclass(frozen=True, slots=True)
class Passages:
    """``p`` windows over the code points and tokens of ``n`` messages."""

    start: NDArray[np.int64]  # (p,), in Folded.codes
    stop: NDArray[np.int64]  # (p,)
    first: NDArray[np.int64]  # (p,), in Tokens
    last: NDArray[np.int64]  # (p,), one past its last token
    starts: NDArray[np.int64]  # (n + 1,), the passages of message i: starts[i]:starts[i + 1]

    def rows(self, which: NDArray[np.int64]) -> Passages:
        """Take some passages, each as a message of its own."""
        return Passages(self.start[which], self.stop[which], self.first[which], self.last[which], np.arange(len(which) + 1))


def passages(folded: Folded, cut: Tokens) -> Passages:
    """Cut long messages into overlapping passages between tokens; leave ordinary ones whole."""
    room = most(len(folded), len(folded.codes))
    start, stop, first, last = (np.empty(room, np.int64) for _ in range(4))
    starts = np.zeros(len(folded) + 1, np.int64)
    p = window(folded.starts, cut.start, cut.stop, cut.sort, cut.starts, start, stop, first, last, starts)
    return Passages(start[:p], stop[:p], first[:p], last[:p], starts)


def most(n: int, m: int) -> int:
    """Bound the passages of ``n`` messages of ``m`` code points."""
    return n + m * 3 // STRIDE + 1


@compiled
def window(message, begin, after, sort, token, start, stop, first, last, starts):
    """Fill the columns; return how many passages there are."""
    p = 0
    for n in range(len(message) - 1):
        a, b = token[n], token[n + 1]
        at, here = a, message[n]  # where the passage begins: token, code point
        middle, there = a, here  # where the next one will
        mass, cuts = 0, 0
        k = b if 3 * (message[n + 1] - message[n]) < 2 * STRIDE else a  # a short message is one passage for sure
        while k < b:
            mass += 3 if sort[k] & KIND == IDEO else after[k] - begin[k]
            mass += sort[k] & SPACED != 0
            k += 1
            if mass >= STRIDE:
                cuts += 1
                end = np.int64(begin[k]) if k < b else message[n + 1]
                if cuts > 1:
                    start[p], stop[p], first[p], last[p] = here, end, at, k
                    p += 1
                    at, here = middle, there
                middle, there, mass = k, end, 0
        if cuts < 2 or middle < b:
            start[p], stop[p], first[p], last[p] = here, message[n + 1], at, b
            p += 1
        starts[n + 1] = p
    return p
