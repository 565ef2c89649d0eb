"""The screen: drop, in one compiled pass over the bytes, every value that no name of the registry resembles.

It may let through too much, never too little: whatever it drops, the judge would have dropped. A string's hash is a
polynomial, so that of any part, or of a string with letters left out, follows from prefix hashes in a few operations.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numba import njit

from .names import deletions, names
from .skeleton import LEET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_compiled = njit(cache=True, nogil=True, error_model="numpy")
_inlined = njit(inline="always", error_model="numpy")  # a call would count references to every array it is handed
_BASE: Final = 0x9E3779B97F4A7C15 | 1
_MASK: Final = (1 << 64) - 1
LONGEST: Final = 96  # letters of a segment that are looked at; a longer one is always let through
LEAST_JOINED: Final = 7
_START: Final = 4  # letters of a name's start that must be met before its length is tried


class Tables(NamedTuple):
    """Hash sets: open addressing, 0 is empty."""

    inside: NDArray[np.uint64]  # names that are seen within a label
    starts: NDArray[np.uint64]  # their first four letters
    lengths: NDArray[np.int64]  # their lengths
    short: NDArray[np.uint64]  # names that are seen only as words of their own
    near: NDArray[np.uint64]  # names and domains with letters left out
    edits: NDArray[np.int64]  # (k,) how many slips of each misspelt name are looked for
    masks: NDArray[np.uint64]  # (k,) which letters each misspelt name has, by length
    spans: NDArray[np.int64]  # (34,) where the names of each length begin in ``masks``
    lures: NDArray[np.uint64]
    powers: NDArray[np.uint64]  # (LONGEST + 1,)
    letters: NDArray[np.uint8]  # (128,), a byte → its letter in a skeleton, or 0


@cache
def tables() -> Tables:
    """Hash the names, once."""
    n = names()
    inside = [name.skeleton for name in n.inside]
    letters = np.zeros(128, np.uint8)
    for code in (*range(48, 58), *range(97, 123)):
        letters[code] = ord(LEET.get(chr(code), chr(code)))
    letters[65:91] = letters[97:123]
    slips = sorted({*(name.skeleton for name in n.exact.values() if name.edits), *(name.skeleton for name in n.domains.values())}, key=len)
    known = {name.skeleton: name.edits for name in n.exact.values()}
    near = {*n.near, *n.domains, *(form for name in n.domains.values() for form in deletions(name.skeleton, 1))}
    return Tables(
        _set(inside),
        _set(text[:_START] for text in inside),
        np.unique([len(text) for text in inside]),
        _set(name for name in n.exact if len(name) < 6),
        _set(near),
        np.array([max(known.get(name, 1), 1) for name in slips], np.int64),
        np.array([sum(1 << bit for bit in {ord(char) & 63 for char in name}) for name in slips], np.uint64),
        np.searchsorted([len(name) for name in slips], np.arange(34)),
        _set(n.lures),
        np.array([pow(_BASE, i, 1 << 64) for i in range(LONGEST + 1)], np.uint64),
        letters,
    )


def _set(texts: Iterable[str]) -> NDArray[np.uint64]:
    keys = {_hash(text) for text in texts}
    table = np.zeros(1 << max(4, (4 * len(keys)).bit_length()), np.uint64)
    for key in sorted(keys):
        at = (key >> 20) % len(table)
        while table[at]:
            at = (at + 1) % len(table)
        table[at] = key
    return table


def _hash(text: str) -> int:
    value = 0
    for char in text:
        value = (value * _BASE + ord(char)) & _MASK
    return value


@_compiled
def suspects(data, offsets, t):
    """Mark the values that the judge must read.

    Parameters
    ----------
    data
        (bytes,) uint8, UTF-8
    offsets
        (n + 1,) int64

    Returns
    -------
    (n,) bool
    """
    out = np.zeros(len(offsets) - 1, np.bool_)
    text = np.empty(LONGEST, np.uint8)
    prefix = np.zeros(LONGEST + 1, np.uint64)
    piece = np.empty(LONGEST, np.int64)
    for i in range(len(out)):
        out[i] = _odd(data, offsets[i], offsets[i + 1]) or _named(data, offsets[i], offsets[i + 1], t, text, prefix, piece)
    return out


@_compiled
def _odd(data, a, b):
    """Say whether a value is no plain ASCII link or domain: other letters, escapes, punycode, @, blanks, a redirect, a number as host."""
    digits, host, after = True, True, a
    for i in range(a, b):
        c = data[i]
        if c >= 128 or c <= 32 or c in (37, 64, 91, 92, 40):
            return True
        if c == 45 and i + 1 < b and data[i + 1] == 45 and i >= a + 2 and data[i - 1] | 32 == 110 and data[i - 2] | 32 == 120:
            return True
        if c == 61 and i + 1 < b and (data[i + 1] == 47 or data[i + 1] | 32 == 104):
            return True
        if c == 47 and i + 1 < b and data[i + 1] == 47 and i > a and data[i - 1] == 58:
            after, digits, host = i + 2, True, True
        elif c in (47, 63, 35, 58) and i >= after and not (i + 1 < b and data[i + 1] == 47):
            host = False
        elif host and i >= after and not (48 <= c <= 57 or c in (46, 47) or (c | 32 == 120 and data[i - 1] == 48)):
            digits = False
        if not host and digits:
            return True
    return digits


@_compiled
def _named(data, a, b, t, text, prefix, piece):
    """Say whether any segment, or any run of segments of the host, resembles a name."""
    start, host = a, True
    while start < b:
        # a run from this segment over the dots that follow it; elsewhere than in the host this only costs time
        m, pieces, stop, k = 0, 0, start, start
        joined = False
        while k <= b:
            end = k == b or _breaks(data[k])
            if end or t.letters[data[k]] == 0:
                if m and (pieces == 0 or piece[pieces - 1] != m):
                    piece[pieces] = m
                    pieces += 1
                if end:
                    if not joined:
                        stop = k
                    if m >= 2 and _resembles(prefix, text, m, piece, pieces, t, joined, host):
                        return True
                    if k == b or data[k] != 46 or not host or (m == 3 and text[0] == text[1] == text[2] == 119):  # www
                        break
                    joined = True
            else:
                if m >= LONGEST - 1:
                    return True
                c, low = t.letters[data[k]], data[k] | 32
                begin = 0 if pieces == 0 else piece[pieces - 1]
                if m > begin and low == 118 and text[m - 1] == 118:
                    m, c = m - 1, 119
                elif m > begin and low == 110 and text[m - 1] == 114:
                    m, c = m - 1, 109
                text[m] = c
                prefix[m + 1] = prefix[m] * np.uint64(_BASE) + np.uint64(c)
                m += 1
            k += 1
        start = stop + 1
        if stop < b and (data[stop] in (63, 35) or (data[stop] == 47 and stop > a and data[stop - 1] not in (58, 47))):
            host = False
    return False


@_inlined
def _breaks(c):
    """Say whether ``c`` ends a segment: ``. / ? # = & : @``."""
    return c in (46, 47, 63, 35, 61, 38, 58, 64)


@_compiled
def _resembles(prefix, text, m, piece, pieces, t, joined, host):
    """Say whether the letters of a segment are, hold or misspell a name; outside the host a misspelling is no finding."""
    if joined:  # across dots only whole, long names are looked for
        return m >= LEAST_JOINED and _near(prefix, text, 0, m, t)
    if m >= 2 and _has(t.short, prefix[m]):
        return True
    for i in range(m - _START):
        if _has(t.starts, _part(prefix, i, i + _START, t.powers)):
            for length in t.lengths:
                if i + length <= m and _has(t.inside, _part(prefix, i, i + length, t.powers)):
                    return True
    if not host:
        begin = 0
        for p in range(pieces):
            if _has(t.short, _part(prefix, begin, piece[p], t.powers)):
                return True
            begin = piece[p]
        return False
    if _near(prefix, text, 0, m, t):
        return True
    for size in range(2, min(m - 4, 13)):
        if _has(t.lures, prefix[size]) and _near(prefix, text, size, m, t):
            return True
        if _has(t.lures, _part(prefix, m - size, m, t.powers)) and _near(prefix, text, 0, m - size, t):
            return True
    begin = 0
    for p in range(pieces if pieces > 1 else 0):
        if _has(t.short, _part(prefix, begin, piece[p], t.powers)) or _near(prefix, text, begin, piece[p], t):
            return True
        begin = piece[p]
    return False


@_inlined
def _part(prefix, i, j, powers):
    """Hash the letters ``i:j``."""
    return prefix[j] - prefix[i] * powers[j - i]


@_compiled
def _alike(text, a, b, t):
    """Give the edits worth trying, 0 to 2: a name needs about this length and these letters, for an edit changes one of either at most."""
    most, mask = 0, np.uint64(0)
    for i in range(a, b):
        mask |= np.uint64(1) << np.uint64(text[i] & 63)
    for k in range(t.spans[max(b - a - 2, 0)], t.spans[b - a + 3]):
        edits = t.edits[k]
        if edits > most and _few(mask & ~t.masks[k], edits) and _few(t.masks[k] & ~mask, edits):
            most = edits
            if most == 2:
                break
    return most


@_compiled
def _few(bits, most):
    """Say whether at most ``most`` bits are set."""
    for _ in range(most):
        bits &= bits - np.uint64(1)
    return bits == 0


@_compiled
def _near(prefix, text, a, b, t):
    """Say whether the letters ``a:b``, with up to two left out, are a name with up to two left out."""
    length = b - a
    edits = _alike(text, a, b, t) if 4 <= length <= 30 else 0
    if edits == 0:
        return False
    whole = _part(prefix, a, b, t.powers)
    if _has(t.near, whole):
        return True
    for i in range(a, b):
        tail = b - i - 1
        head = _part(prefix, a, i, t.powers)
        if _has(t.near, head * t.powers[tail] + _part(prefix, i + 1, b, t.powers)):
            return True
        if edits > 1 and length >= 7:
            for j in range(i + 1, b):
                middle = head * t.powers[j - i - 1] + _part(prefix, i + 1, j, t.powers)
                if _has(t.near, middle * t.powers[b - j - 1] + _part(prefix, j + 1, b, t.powers)):
                    return True
    return False


@_inlined
def _has(table, key):
    size = np.uint64(len(table) - 1)
    at = (key >> np.uint64(20)) & size
    while table[at] != 0:
        if table[at] == key:
            return True
        at = (at + np.uint64(1)) & size
    return False
