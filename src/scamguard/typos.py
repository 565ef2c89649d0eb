"""Typos: a word that nobody knows, one slip of the finger away from a common one, is read as that word.

Slips after Damerau (1964), "A technique for computer detection and correction of spelling errors": two neighbours swapped, a letter
doubled, a letter dropped; never the first or the last, which people get right and inflection changes. Every slip of the common words is in
one table, which also says what undoes it; a slip that is a word itself is not (see train/slips.py).
"""

from __future__ import annotations

import numpy as np

from .kernels import BASIS, PRIME, compiled
from .kinds import KIND, LETTER
from .slots import lookup

SWAPPED, DOUBLED, DROPPED = 0, 1, 2
FEWEST, MOST = 4, 16  # letters of a mistyped word


def remedy(slip: int, at: int, letter: int) -> int:
    """Say in one number what undoes a slip: swap the letter ``at`` with the next, leave it out, or put ``letter`` before it."""
    return letter << 6 | at << 2 | slip


@compiled
def mend_typos(codes, kind, origin, begin, end, typos):
    """Undo slips in the words of a message, in place; return the new end, by a fifth farther at most.

    A letter that was dropped gets the kind and the origin of the one before which it is put.

    Parameters
    ----------
    typos
        Table of slots (slots.py): the hash of a mistyped word → what undoes the slip.
    """
    out, i, dropped = begin, begin, 0
    while i < end:
        start = i
        i, cure = _read(codes, kind, i, end, typos)
        left_out = -1
        if cure >= 0:
            slip, at = cure & 3, start + (cure >> 2 & 15)
            if slip == SWAPPED:
                codes[at], codes[at + 1] = codes[at + 1], codes[at]
            elif slip == DOUBLED:
                left_out = at
            else:
                dropped += 1
        if left_out < 0 and out == start:
            out = i
            continue
        for k in range(start, i):
            if k != left_out:
                codes[out], kind[out], origin[out] = codes[k], kind[k], origin[k]
                out += 1
    if dropped:
        _put_back(codes, kind, origin, begin, out, dropped, typos)
    return out + dropped


@compiled
def _read(codes, kind, i, end, typos):
    """Read the word at ``i``, or the one character that is no letter: ``(where it ends, what undoes its slip or -1)``."""
    j, h = i, BASIS
    while j < end and kind[j] & KIND == LETTER:
        h = (h ^ np.uint64(codes[j])) * PRIME
        j += 1
    if j == i:
        return i + 1, -1
    return j, lookup(typos, h) if FEWEST <= j - i <= MOST else -1


@compiled
def _put_back(codes, kind, origin, begin, end, dropped, typos):
    """Put ``dropped`` letters back, from the last one to the first, so that nothing is moved twice. No word has another slip any more."""
    j = end
    while dropped:
        i = j - 1
        while i > begin and kind[i] & KIND == LETTER and kind[i - 1] & KIND == LETTER:
            i -= 1
        _, cure = _read(codes, kind, i, j, typos)
        at, letter = (i + (cure >> 2 & 15), cure >> 6) if cure >= 0 else (i, -1)
        for k in range(j - 1, at - 1, -1):
            codes[k + dropped], kind[k + dropped], origin[k + dropped] = codes[k], kind[k], origin[k]
        if letter >= 0:
            dropped -= 1
            codes[at + dropped], kind[at + dropped], origin[at + dropped] = letter, kind[at + dropped + 1], origin[at + dropped + 1]
            for k in range(at - 1, i - 1, -1):
                codes[k + dropped], kind[k + dropped], origin[k + dropped] = codes[k], kind[k], origin[k]
        j = i
