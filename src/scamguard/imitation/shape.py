"""The shape of a label in compiled code: its skeleton, letter by letter, and whether that is, holds or misspells a name."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..kernels import compiled, inlined
from .near import near
from .tables import BASE, LONGEST, has, part

_SEGMENT: Final = 64  # characters of a path's segment from which the judge does not read it
_JOINED: Final = 7  # letters of a name that is read across dots
MOST_GLUED: Final = 12  # as ``labels.MOST_GLUED``
START_LETTERS: Final = 4  # as ``names.START``, which compiled code must not read from a file that holds no kernel


@compiled
def named(data, a, b, t):
    """Say whether any label, or any run of labels, of the host ``a:b`` resembles a name."""
    r = t.label
    start = a
    while start < b:
        m, pieces, stop, k = 0, 0, b, start
        joined = False
        while k <= b:
            if k == b or data[k] == 46:
                m, pieces = _close(r, m, pieces)
                if not joined:
                    stop = k
                if m >= 2 and _resembles(m, pieces, r, t, joined):
                    return True
                if not joined and _loosened(pieces, t, False):
                    return True
                if k == b or (m == 3 and r.text[0] == r.text[1] == r.text[2] == 119):  # www
                    break
                joined = True
            elif t.letters[data[k]] == 0:
                m, pieces = _close(r, m, pieces)
            elif m >= LONGEST - 1:
                return True
            else:
                m = _letter(data[k], m, pieces, r, t)
            k += 1
        start = stop + 1
    return False


@compiled
def path(data, a, b, t):
    """Say whether a segment of the path holds a name or is an official domain."""
    r = t.label
    start = a
    while start < b:
        m, pieces, dot, k = 0, 0, False, start
        while k < b and not _breaks(data[k]):
            dot |= data[k] == 46
            k += 1
        if dot and _official(data, start, k, t):
            return True
        part = start
        while part < k:
            m, pieces, stop = 0, 0, part
            while stop < k and data[stop] != 46:
                stop += 1
            if stop - part < _SEGMENT:
                for i in range(part, stop):
                    if t.letters[data[i]] == 0:
                        m, pieces = _close(r, m, pieces)
                    else:
                        m = _letter(data[i], m, pieces, r, t)
                m, pieces = _close(r, m, pieces)
                if (m >= 2 and _holds(m, pieces, r, t)) or _loosened(pieces, t, True):
                    return True
            part = stop + 1
        start = k + 1
    return False


@inlined
def _breaks(c):
    """Say whether ``c`` ends a segment: ``/ ? # = & @``."""
    return c == 47 or c == 63 or c == 35 or c == 61 or c == 38 or c == 64


@compiled
def _official(data, a, b, t):
    """Say whether ``a:b`` is an official domain, with or without ``www.``."""
    h = np.uint64(0)
    for i in range(b - 1, a - 1, -1):
        c = data[i]
        if i == a + 3 and c == 46 and has(t.homes, h):
            return True
        h = h * BASE + np.uint64(c + 32 if 65 <= c <= 90 else c)
    return has(t.homes, h)


@inlined
def _close(r, m, pieces):
    """End a word at ``m``, unless nothing has come since the last."""
    if m and (pieces == 0 or r.piece[pieces - 1] != m):
        r.piece[pieces] = m
        pieces += 1
    return m, pieces


@inlined
def _letter(c, m, pieces, r, t):
    """Add a letter to the label at hand; two that pass for one become it."""
    letter, low = t.letters[c], c | 32
    if m > (0 if pieces == 0 else r.piece[pieces - 1]):
        for k in range(len(t.pairs)):
            if low == t.pairs[k, 1] and r.text[m - 1] == t.pairs[k, 0]:
                m, letter = m - 1, t.pairs[k, 2]
                break
    r.text[m] = letter
    r.prefix[m + 1] = r.prefix[m] * BASE + np.uint64(letter)
    return m + 1


@compiled
def _loosened(pieces, t, only_held):
    """Say whether the label resembles a name once its looser pairs are read as one letter."""
    r, loose = t.label, t.other
    n, count, begin, changed = 0, 0, 0, False
    for p in range(pieces):
        first = n
        for i in range(begin, r.piece[p]):
            letter = r.text[i]
            for k in range(len(t.loose)):
                if n > first and letter == t.loose[k, 1] and loose.text[n - 1] == t.loose[k, 0]:
                    n, letter, changed = n - 1, t.loose[k, 2], True
                    break
            loose.text[n] = letter
            loose.prefix[n + 1] = loose.prefix[n] * BASE + np.uint64(letter)
            n += 1
        begin = r.piece[p]
        loose.piece[count] = n
        count += 1
    if not changed:
        return False
    return _holds(n, count, loose, t) if only_held else _resembles(n, count, loose, t, False)


@compiled
def _holds(m, pieces, r, t):
    """Say whether the letters hold a name, or are a short one, or have it for a word."""
    if has(t.short, r.prefix[m]):
        return True
    code = np.int64(0)
    for i in range(m):
        code = (code << 5 | (np.int64(r.text[i]) & 31)) & 0xFFFFF
        if i >= START_LETTERS - 1 and t.starts[code]:
            at = i - START_LETTERS + 1
            for length in t.lengths:
                if at + length <= m and has(t.inside, part(r.prefix, at, at + length, t.powers)):
                    return True
    begin = 0
    for p in range(pieces):
        end = r.piece[p]
        if pieces > 1 and has(t.short, part(r.prefix, begin, end, t.powers)):
            return True
        for size in range(3, min(end - begin, 6)):  # a short name with a few signs glued to it
            if end - begin - size <= MOST_GLUED and has(t.short, part(r.prefix, begin, begin + size, t.powers)):
                return True
        begin = end
    for size in range(3, min(m, 6)):  # or a lure
        if has(t.short, r.prefix[size]) and has(t.lures, part(r.prefix, size, m, t.powers)):
            return True
        if has(t.lures, r.prefix[m - size]) and has(t.short, part(r.prefix, m - size, m, t.powers)):
            return True
    return False


@compiled
def _resembles(m, pieces, r, t, joined):
    """Say whether the letters of a label are, hold or misspell a name."""
    if joined:  # across dots only whole, long names are looked for, and one slip
        return m >= _JOINED and near(r.text, 0, m, 1, t.bent)
    if _holds(m, pieces, r, t) or near(r.text, 0, m, 9, t.bent):
        return True
    for size in range(2, min(m - 4, 13)):
        if has(t.lures, r.prefix[size]) and near(r.text, size, m, 9, t.bent):
            return True
        if has(t.lures, part(r.prefix, m - size, m, t.powers)) and near(r.text, 0, m - size, 9, t.bent):
            return True
    begin = 0
    for p in range(pieces if pieces > 1 else 0):
        if near(r.text, begin, r.piece[p], 9, t.bent):
            return True
        begin = r.piece[p]
    return False
