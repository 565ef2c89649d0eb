"""Passages: a message is as bad as its worst passage.

A short message of one line is one passage. A longer one is also read from the start of each sentence on, to its end and to those of the
next few, and one of several lines from each line on; where no end comes, to one place and another. A long one is read in wide windows
instead of whole. So a scam cannot be diluted by the innocent words around it: chat before and after, a signature, the head of a mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .kernels import compiled, inlined
from .kinds import HARD, IDEO, KIND, SOFT
from .tokens import SPACED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .tokens import Tokens

WIDE: Final = 600  # mass of half a wide window; a code point weighs 1, a character of a script without spaces 3
SHORT: Final = 300  # a message of one line and less mass is one passage
FULL: Final = 150  # a small window ends with the first sentence that makes it so heavy,
MOST: Final = 300  # or at the first token that makes it so heavy
APART: Final = 50  # mass between the starts of two small windows, at least
LINE: Final = 24  # or this much, where a line begins
LATE: Final = 150  # and at most, where there is a comma
LEAST: Final = 24  # mass of the first of the windows that begin at one place and end with a sentence or line; each is half as heavy again
RUN: Final = 48  # or so much heavier, where none ends
_NEWLINE: Final = 10
_NESTED: Final = 7  # windows that begin at one place, at most
OVERLAP: Final = 2 + _NESTED * (MOST // LINE + 1)  # passages that a place may be in


@dataclass(frozen=True, slots=True)
class Passages:
    """``p`` windows over the code points and tokens of ``n`` messages."""

    start: NDArray[np.int64]  # (p,), in Folded.codes
    stop: NDArray[np.int64]  # (p,)
    first: NDArray[np.int64]  # (p,), in Tokens
    last: NDArray[np.int64]  # (p,), one past its last token
    among: NDArray[np.int32]  # (p,), at how many places the message's small windows begin, or see ``stand_out``; 1 for wide ones
    starts: NDArray[np.int64]  # (n + 1,), the passages of message i: starts[i]:starts[i + 1]

    def rows(self, which: NDArray[np.int64]) -> Passages:
        """Take some passages, each as a message of its own."""
        places = self.start[which], self.stop[which], self.first[which], self.last[which]
        return Passages(*places, self.among[which], np.arange(len(which) + 1))


def passages(folded: Folded, cut: Tokens) -> Passages:
    """Cut long messages into overlapping passages between tokens; leave short ones whole."""
    room = most(len(folded), len(folded.codes))
    start, stop, first, last = (np.empty(room, np.int64) for _ in range(4))
    among, starts = np.empty(room, np.int32), np.zeros(len(folded) + 1, np.int64)
    p = window(folded.codes, folded.starts, cut.start, cut.stop, cut.sort, cut.starts, start, stop, first, last, among, starts)
    return Passages(start[:p], stop[:p], first[:p], last[:p], among[:p], starts)


def most(n: int, m: int) -> int:
    """Bound the passages of ``n`` messages of ``m`` code points."""
    return n + 3 * m // WIDE + 3 * _NESTED * m // LINE + 2


@compiled
def window(codes, message, begin, after, sort, token, start, stop, first, last, among, starts):
    """Fill the columns, for each message the wide windows first; return how many passages there are."""
    p = 0
    for n in range(len(message) - 1):
        a, b = token[n], token[n + 1]
        heavy = 3 * (message[n + 1] - message[n]) >= SHORT and _mass(begin, after, sort, a, b) >= SHORT
        small = heavy or (_lined(codes, message[n], message[n + 1]) and _mass(begin, after, sort, a, b) >= 2 * LINE)
        wide = p
        p = _wide(message[n], message[n + 1], a, b, not heavy, begin, after, sort, start, stop, first, last, p)
        among[wide:p] = 1
        if small:
            wide = p
            p = _small(codes, message[n + 1], heavy, a, b, begin, after, sort, start, stop, first, last, p)
            among[wide:p] = _openings(start, wide, p)
        starts[n + 1] = p
    return p


@compiled
def stand_out(start, stop, passage, rules, starts, asking, among):
    """Let small windows in which a rule of ``asking`` (r,) fires pay for how many of them lie apart, not for all there are.

    Innocent windows are many, and the worst of them is high by chance; few of them ask for a secret.
    """
    for n in range(len(passage) - 1):
        many, until = 0, np.int64(-1)
        for p in range(passage[n], passage[n + 1]):
            if among[p] > 1 and start[p] >= until and _asks(rules, starts, asking, p):
                many += 1
                until = stop[p]
        if many:
            for p in range(passage[n], passage[n + 1]):
                if among[p] > 1 and _asks(rules, starts, asking, p):
                    among[p] = many


@inlined
def _openings(start, first, last):
    many = 0
    for p in range(first, last):
        many += p == first or start[p] != start[p - 1]
    return many


@inlined
def _asks(rules, starts, asking, p):
    for g in range(starts[p], starts[p + 1]):
        if asking[rules[g]]:
            return True
    return False


@inlined
def _weight(begin, after, sort, k):
    return (3 if sort[k] & KIND == IDEO else after[k] - begin[k]) + (sort[k] & SPACED != 0)


@inlined
def _mass(begin, after, sort, a, b):
    total = 0
    for k in range(a, b):
        total += _weight(begin, after, sort, k)
    return total


@inlined
def _lined(codes, start, stop):
    for i in range(start, stop):
        if codes[i] == _NEWLINE:
            return True
    return False


@inlined
def _wide(here, end, a, b, whole, begin, after, sort, start, stop, first, last, p):
    """Cut the tokens ``a:b``, code points ``here:end``, into windows of two strides, each a stride after the one before."""
    at = a  # where the window begins: token, code point
    middle, there = a, here  # where the next one will
    mass, cuts = 0, 0
    k = b if whole else a
    while k < b:
        mass += _weight(begin, after, sort, k)
        k += 1
        if mass >= WIDE:
            cuts += 1
            edge = np.int64(begin[k]) if k < b else end
            if cuts > 1:
                start[p], stop[p], first[p], last[p] = here, edge, at, k
                p += 1
                at, here = middle, there
            middle, there, mass = k, edge, 0
    if cuts < 2 or middle < b:
        start[p], stop[p], first[p], last[p] = here, end, at, b
        p += 1
    return p


@inlined
def _small(codes, end, heavy, a, b, begin, after, sort, start, stop, first, last, p):
    """Open windows at each sentence or line of the tokens ``a:b`` not too near the one before: at each from the lightest to the heaviest.

    Of a message that is not ``heavy`` only the first line ends a lighter one: a sentence of its own says too little of what is meant.
    """
    at = a
    while at < b:
        mass, k, following, ended, run, cut = 0, at, np.int64(-1), LEAST, RUN, at
        while k < b:
            mass += _weight(begin, after, sort, k)
            line = codes[begin[k]] == _NEWLINE
            ends = line or sort[k] & KIND == HARD
            k += 1
            if mass < FULL and k < b and ((mass >= ended and (line or (heavy and ends))) or (heavy and mass >= run)):
                upto = k - 1 if line else k
                if upto > cut:  # where a run ended, a line may
                    start[p], stop[p], first[p], last[p] = begin[at], np.int64(begin[upto]), at, upto
                    p, cut = p + 1, upto
                run = mass + RUN
                if ends:
                    ended = mass + mass // 2 if heavy else FULL
            near = LINE if line else APART
            if following < 0 and ((mass >= near and ends) or (mass >= LATE and sort[k - 1] & KIND == SOFT) or mass >= MOST - APART):
                following = k
            if mass >= MOST or (mass >= FULL and ends):
                break
        if k < b or (mass >= LINE and at > a):  # else it is the whole, which stands among the wide ones, or too little
            start[p], stop[p], first[p], last[p] = begin[at], np.int64(begin[k]) if k < b else end, at, k
            p += 1
        at = following if following >= 0 else b
    return p
