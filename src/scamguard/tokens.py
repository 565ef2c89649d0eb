"""Tokens: the words and signs of folded text. What matching, n-grams and passages count in.

A run of letters and digits is a word; so is a run of Hangul. Everything else but white space (a Han or kana
character, a stand-in, a mark, an emoji) is a token of its own. Adapted from UAX #29, coarser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .kernels import BASIS, PRIME, compiled
from .kinds import DIGIT, HANGUL, KIND, LETTER, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded

# marks on a token's sort, above the kind
SPACED: Final = 0x10  # white space or a line end comes before it
INSIDE: Final = 0x20  # glued to the word before it (otp님): no term begins here
NUMBERED: Final = 0x40  # has digits


@dataclass(frozen=True, slots=True)
class Tokens:
    """The ``t`` tokens of ``n`` messages: columns, in reading order."""

    key: NDArray[np.uint64]  # (t,), hash of its code points, every digit a 0
    start: NDArray[np.int32]  # (t,), position in Folded.codes
    stop: NDArray[np.int32]  # (t,)
    sort: NDArray[np.uint8]  # (t,), kind (see kinds.py; a word with a letter is LETTER) and marks
    starts: NDArray[np.int64]  # (n + 1,), the tokens of message i: starts[i]:starts[i + 1]


def tokens(folded: Folded) -> Tokens:
    """Cut folded text into tokens."""
    m = len(folded.codes)
    key, sort = np.empty(m, np.uint64), np.empty(m, np.uint8)
    start, stop, starts = np.empty(m, np.int32), np.empty(m, np.int32), np.zeros(len(folded) + 1, np.int64)
    t = cut(folded.codes, folded.kinds, folded.starts, key, start, stop, sort, starts)
    return Tokens(key[:t], start[:t], stop[:t], sort[:t], starts)


@compiled
def cut(codes, kinds, message, key, start, stop, sort, starts):
    """Fill the columns; return how many tokens there are."""
    t = 0
    for n in range(len(message) - 1):
        i, end = message[n], message[n + 1]
        spaced, inside = 0, 0
        while i < end:
            kind = kinds[i] & KIND
            if kind == SPACE:
                spaced, inside = SPACED, 0
                i += 1
                continue
            h, j, mark = BASIS, i, spaced
            if kind == LETTER or kind == DIGIT:
                mark |= DIGIT | inside
                while j < end:
                    kind = kinds[j] & KIND
                    if kind == LETTER:
                        h = (h ^ np.uint64(codes[j])) * PRIME
                        mark &= ~DIGIT
                        mark |= LETTER
                    elif kind == DIGIT:
                        h = (h ^ np.uint64(48)) * PRIME
                        mark |= NUMBERED
                    else:
                        break
                    j += 1
                inside = INSIDE
            elif kind == HANGUL:
                mark |= HANGUL | inside
                while j < end and kinds[j] & KIND == HANGUL:
                    h = (h ^ np.uint64(codes[j])) * PRIME
                    j += 1
                inside = INSIDE
            else:
                mark |= kind
                h = (h ^ np.uint64(codes[i])) * PRIME
                j += 1
                inside = 0
            key[t], start[t], stop[t], sort[t] = h, i, j, mark
            t += 1
            spaced = SPACED if codes[i] == 10 else 0
            i = j
        starts[n + 1] = t
    return t
