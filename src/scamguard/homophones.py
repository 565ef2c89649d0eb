"""Homophones: Chinese words for a secret that are spelled by sound (助记词 as 住记词, 密码 as 蜜码) get their characters back.

Only a short list of words is heard (see :mod:`scamguard.train.sounds`): three characters or more by sound alone, two only
if one of them is the right one, and nothing that is a word of its own (私钥 sounds like 四月). What was undone is marked.
"""

from __future__ import annotations

import numpy as np

from .kernels import among, compiled, inlined, row_of
from .kinds import IDEO, KIND, UNDONE

LONGEST = 4  # characters of a word that is heard


@inlined
def _reading(page, reading, code):
    return np.int64(reading[row_of(page, code)])


@compiled
def undo_homophones(codes, kind, begin, end, page, reading, heard_start, heard, real):
    """Write the words that are heard as they should be, in place.

    Parameters
    ----------
    reading
        (p * 256,), which syllable a character is, without its tone; 0 for none.
    heard_start, heard
        (s + 1,) by first syllable, and (h, 9): length, syllables, code points of each word.
    real
        Words that sound like these but mean something else, packed at 16 bits a character; sorted.
    """
    for i in range(begin, end - 1):
        if kind[i] & KIND != IDEO:
            continue
        first = _reading(page, reading, codes[i])
        for h in range(heard_start[first], heard_start[first + 1]):
            size, right, packed = heard[h, 0], 0, np.uint64(0)
            if i + size > end:
                continue
            for k in range(size):
                code = codes[i + k]
                if kind[i + k] & KIND != IDEO or _reading(page, reading, code) != heard[h, 1 + k]:
                    size = 0
                    break
                right += code == heard[h, 1 + LONGEST + k]
                packed = packed << np.uint64(16) | np.uint64(code & 0xFFFF)
            if size == 0 or right == size or (size == 2 and right == 0) or among(real, packed):
                continue
            for k in range(size):
                codes[i + k] = heard[h, 1 + LONGEST + k]
                kind[i + k] |= UNDONE
