"""Features beside n-grams: which rules fired in a passage, and what its text looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

from .kinds import CAPITAL, DIGIT, EMAIL, HANDLE, IDEO, KIND, LETTER, LINK, SPACE, UNDONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .match import Hits
    from .passages import Passages
    from .rules import Fired

_compiled = njit(cache=True, nogil=True, error_model="numpy")
SHAPE: Final = (
    "link", "links", "email", "handle", "phone", "code", "amount", "disguised", "disguised_much", "shouted_word",
    "shouted", "exclaims", "asks", "lines", "digit_share", "length",
)  # fmt: skip


def rule_columns(hits: Hits, fired: Fired, where: Passages, r: int) -> NDArray[np.bool_]:
    """Say which of ``r`` rules fired wholly within each passage, (p, r)."""
    out = np.zeros((len(where.start), r), np.bool_)
    _rule_columns(hits.start, fired.rule, fired.first, fired.last, fired.starts, where.start, where.stop, where.starts, out)
    return out


@_compiled
def _rule_columns(at, rule, first, last, fired, start, stop, passage, out):
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            for f in range(fired[n], fired[n + 1]):
                if at[first[f]] >= start[p] and at[last[f]] < stop[p]:
                    out[p, rule[f]] = True


def shape(folded: Folded, where: Passages) -> NDArray[np.float32]:
    """Measure what a passage looks like, (p, s); the columns are named in ``SHAPE``."""
    out = np.zeros((len(where.start), len(SHAPE)), np.float32)
    _shape(folded.codes, folded.kinds, where.start, where.stop, out)
    return out


@_compiled
def _shape(codes, kinds, start, stop, out):
    for p in range(len(start)):
        links = emails = handles = phones = numbers = amounts = undone = shouted = letters = capitals = bangs = asks = lines = digits = 0
        run = loud = mass = 0
        for i in range(start[p], stop[p] + 1):
            kind = kinds[i] if i < stop[p] else np.uint8(SPACE)
            code = codes[i] if i < stop[p] else np.uint32(32)
            sort = kind & KIND
            if sort == DIGIT:
                run += 1
                digits += 1
            elif run:
                phones += run >= 7
                numbers += 4 <= run <= 8
                run = 0
            if code in (36, 0x20AC, 0xA3, 0xA5, 0x20B9):
                amounts += 1
            if sort == LETTER:
                letters += 1
                capital = kind & CAPITAL != 0
                capitals += capital
                loud = loud + 1 if capital else -1000
            else:
                shouted += loud >= 4
                loud = 0
            undone += kind & UNDONE != 0
            links += code == LINK
            emails += code == EMAIL
            handles += code == HANDLE
            bangs += code == 33
            asks += code == 63
            lines += code == 10
            mass += 3 if sort == IDEO else 1
        row = out[p]
        row[0], row[1], row[2], row[3] = links > 0, links > 1, emails > 0, handles > 0
        row[4], row[5], row[6], row[7], row[8] = phones > 0, numbers > 0, amounts > 0, undone > 1, undone > 5
        row[9], row[10] = shouted > 0, letters >= 20 and 2 * capitals > letters
        row[11], row[12], row[13] = bangs > 1, asks > 0, lines > 1
        row[14], row[15] = digits / mass, np.log1p(np.float64(mass)) / 8
