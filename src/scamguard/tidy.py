"""Tidy: what a folded message is written in evened out: white space, hyphens, apostrophes, long repeats, and what punctuation ends."""

from __future__ import annotations

import numpy as np

from .kernels import inlined, is_wordlike
from .kinds import ALPHABETIC, DIGIT, HANDLE, HARD, IDEO, KIND, LETTER, OTHER, SOFT, SPACE, TOKEN


@inlined
def _is_white(code, kind):
    return (kind & KIND == SPACE) | (code == 10)


@inlined
def _addressee(codes, i, begin, end):
    """Say whether ``i`` is part of the handles that a message begins with."""
    if codes[i] == HANDLE:
        return True
    return (codes[i] == 60 and i + 1 < end and codes[i + 1] == HANDLE) or (codes[i] == 62 and i > begin and codes[i - 1] == HANDLE)


@inlined
def between_marks(codes, kind, begin, end):
    """Find what stands between marks of quotation that all of a message stands between: nobody but its sender says it."""
    first, last = begin, end
    while True:
        i, j = first, last - 1
        while i < j and _is_white(codes[i], kind[i]):
            i += 1
        while i < j and _is_white(codes[j], kind[j]):
            j -= 1
        if i >= j or codes[i] != codes[j] or codes[i] not in (34, 39):
            return first, last
        first, last = i + 1, j


@inlined
def tidy(codes, kind, origin, begin, i, end):
    """Even out white space, hyphens, apostrophes, repeats from ``i`` on; settle what punctuation ends. Return the new end."""
    out, last = begin, np.uint32(0)
    while True:
        while i < end and codes[i] != last and is_wordlike(kind[i]):  # nearly all
            last = codes[i]
            codes[out], kind[out], origin[out] = last, kind[i], origin[i]
            out += 1
            i += 1
        if i >= end:
            return out
        c, sort = codes[i], kind[i] & KIND
        last = c
        if c == 32 and out > begin and i + 1 < end and is_wordlike(kind[i + 1]):
            codes[out], kind[out], origin[out] = c, SPACE, origin[i]
            out += 1
            i += 1
            continue
        if out == begin and _addressee(codes, i, begin, end):
            i += 1  # "@name, …" and "<@name> …" say whom a reply is for, not where to go
            continue
        before = kind[out - 1] if out > begin else np.uint8(SPACE)
        after = kind[i + 1] if i + 1 < end else np.uint8(SPACE)
        if sort == SPACE or c == 10:
            lines, at = 0, i
            while i < end and _is_white(codes[i], kind[i]):
                lines += codes[i] == 10
                i += 1
            if out > begin and i < end:
                codes[out], origin[out] = 10 if lines else 32, origin[at]
                kind[out] = HARD if lines > 1 else SOFT if lines else SPACE
                out += 1
            continue
        if c == 39 and before & KIND == LETTER and after & KIND == LETTER:
            last = codes[out - 1]  # as if it had not been there: "see'ed" repeats a letter
            i += 1
            continue
        repeat = out - begin >= 2 and codes[out - 1] == c and (codes[out - 2] == c or c == 46) and sort != DIGIT and sort != TOKEN
        if repeat:
            stop = i + 1
            while stop < end and codes[stop] == c:
                stop += 1
            beside = (out - begin > 2 and kind[out - 3] & KIND == LETTER) or (stop < end and kind[stop] & KIND == LETTER)
            out -= beside and sort == LETTER and c < ALPHABETIC  # three alike in a word of more are one drawn out
            i = stop
            continue
        mark = kind[i]
        digits = before & KIND == DIGIT and after & KIND == DIGIT
        if digits and c in (46, 44, 58, 47, 45):
            mark = np.uint8(OTHER)
        elif c == 47 and before & KIND == IDEO and 0x3041 <= codes[out - 1] <= 0x309F:
            mark = np.uint8(SOFT)  # 、 after hiragana is a comma; in a Chinese list it ends nothing
        elif c in (45, 95):
            joins = is_wordlike(before) and is_wordlike(after)
            c, mark = (32, np.uint8(SPACE)) if joins else (c, np.uint8(SOFT))
        codes[out], kind[out], origin[out] = c, mark, origin[i]
        out += 1
        i += 1
