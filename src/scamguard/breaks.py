"""Breaks: where one word ends and the next begins in letters that were spaced out one by one.

"s e n d m e" says "send me" only to those who know the words. The likeliest words are found by how common each is by itself
(Norvig 2009, "Natural Language Corpus Data", in *Beautiful Data*); a word that nobody knows costs by its letters.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .kernels import BASIS, PRIME, compiled
from .kinds import SPACE
from .slots import lookup

LONGEST: Final = 16  # letters of a word
NAT: Final = 16  # costs are sixteenths of a nat
UNKNOWN, EACH, ALONE = 8 * NAT, 2 * NAT, 14 * NAT  # what an unknown word costs, and each of its letters; what one of one letter costs


@compiled
def find_breaks(codes, kind, i, many, costs):
    """Write a blank where a word ends and 0 elsewhere, into the separators of the ``many`` letters that stand at i, i + 2, …

    What the words up to each letter cost, and how long the last of them is, is noted in these separators meanwhile.

    Parameters
    ----------
    costs
        Table of slots (slots.py): the hash of a word, from its last letter back → what it costs.
    """
    last = 0
    for end in range(1, many + 1):
        least, size_of_least, h = np.int64(1) << 60, 1, BASIS
        for size in range(1, min(end, LONGEST) + 1):
            h = (h ^ np.uint64(codes[i + 2 * (end - size)])) * PRIME
            cost = lookup(costs, h)
            if cost < 0:
                cost = UNKNOWN + EACH * size if size > 1 else ALONE
            if size < end:
                cost += np.int64(codes[i + 2 * (end - size) - 1])
            if cost < least:
                least, size_of_least = cost, size
        if end < many:
            codes[i + 2 * end - 1], kind[i + 2 * end - 1] = least, size_of_least
        last = size_of_least
    at = many
    while at > 0:
        for k in range(at - last + 1, at):
            codes[i + 2 * k - 1] = 0
        at -= last
        if at > 0:
            last = int(kind[i + 2 * at - 1])
            codes[i + 2 * at - 1], kind[i + 2 * at - 1] = 32, SPACE
