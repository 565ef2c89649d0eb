"""Features beside n-grams: which rules fired in a passage, and what its text looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from .kernels import compiled
from .kinds import CAPITAL, DIGIT, EMAIL, HANDLE, IDEO, KIND, LETTER, LINK, UNDONE
from .ngrams import Grams
from .passages import OVERLAP
from .tokens import NUMBERED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .match import Hits
    from .passages import Passages
    from .rules import Fired
    from .tokens import Tokens

SHAPE: Final = (
    "link", "links", "email", "handle", "phone", "code", "amount", "disguised", "disguised_much", "shouted_word",
    "shouted", "exclaims", "asks", "lines", "digit_share", "length",
)  # fmt: skip


def rules_within(hits: Hits, fired: Fired, where: Passages) -> Grams:
    """List the rules that fired wholly within each passage, each once."""
    ids, starts = np.empty(OVERLAP * len(fired.rule), np.uint32), np.zeros(len(where.start) + 1, np.int64)
    g = of_rules(hits.start, fired.rule, fired.first, fired.last, fired.starts, where.start, where.stop, where.starts, ids, starts)
    return Grams(ids[:g], starts)


@compiled
def of_rules(at, rule, first, last, fired, start, stop, passage, ids, starts):
    """Fill ``ids`` and ``starts``; a firing is in ``OVERLAP`` passages at most."""
    g = 0
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            for f in range(fired[n], fired[n + 1]):
                if at[first[f]] >= start[p] and at[last[f]] < stop[p]:
                    known = False
                    for x in range(starts[p], g):
                        known |= ids[x] == rule[f]
                    if not known:
                        ids[g] = rule[f]
                        g += 1
            starts[p + 1] = g
    return g


def shape(folded: Folded, cut: Tokens, where: Passages) -> NDArray[np.float32]:
    """Measure what a passage looks like, (p, s); the columns are named in ``SHAPE``."""
    out = np.zeros((len(where.start), len(SHAPE)), np.float32)
    of_shape(folded.codes, folded.kinds, cut.start, cut.stop, cut.sort, where.start, where.stop, where.first, where.last, out)
    return out


@compiled
def of_shape(codes, kinds, begin, after, sort, start, stop, first, last, out):
    """Fill the rows of ``out``."""
    for p in range(len(start)):
        letters = capitals = undone = digits = wide = 0
        for i in range(start[p], stop[p]):
            kind = kinds[i]
            letters += kind & KIND == LETTER
            capitals += kind & (KIND | CAPITAL) == LETTER | CAPITAL
            digits += kind & KIND == DIGIT
            wide += kind & KIND == IDEO
            undone += kind >= UNDONE
        links = emails = handles = amounts = bangs = asks = lines = 0
        for i in range(start[p], stop[p]):
            code = codes[i]
            links += code == LINK
            emails += code == EMAIL
            handles += code == HANDLE
            amounts += (code == 36) | (code == 0x20AC) | (code == 0xA3) | (code == 0xA5) | (code == 0x20B9)
            bangs += code == 33
            asks += code == 63
            lines += code == 10
        phones = numbers = shouted = 0
        for k in range(first[p], last[p]):
            if sort[k] & NUMBERED or (sort[k] & KIND == LETTER and kinds[begin[k]] & CAPITAL):
                run = loud = 0
                for i in range(begin[k], after[k] + 1):
                    kind = kinds[i] if i < after[k] else 0
                    if kind & KIND == DIGIT:
                        run += 1
                    else:
                        phones += run >= 7
                        numbers += 4 <= run <= 8
                        run = 0
                    if kind & KIND == LETTER:
                        loud = loud + 1 if kind & CAPITAL else -(1 << 30)
                    else:
                        shouted += loud >= 4
                        loud = 0
        row = out[p]
        mass = stop[p] - start[p] + 2 * wide + 1
        row[0], row[1], row[2], row[3] = links > 0, links > 1, emails > 0, handles > 0
        row[4], row[5], row[6], row[7], row[8] = phones > 0, numbers > 0, amounts > 0, undone > 1, undone > 5
        row[9], row[10] = shouted > 0, letters >= 20 and 2 * capitals > letters
        row[11], row[12], row[13] = bangs > 1, asks > 0, lines > 1
        row[14], row[15] = digits / mass, np.log1p(np.float64(mass)) / 8
