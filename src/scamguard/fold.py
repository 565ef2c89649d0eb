"""Fold: undo the ways a word can be written, and remember where each letter came from.

Every code point is replaced by table look-up (NFKC, case, accents, Traditional Chinese, punctuation;
see :mod:`scamguard.train.foldtable` for the sources), then four passes tidy a message in place:

1. links, e-mail addresses and handles become one stand-in code point each, so that no later stage
   can lean on a host name;
2. inside a word that mixes scripts, look-alikes (UTS #39) become the letters they pass for; inside a word
   with letters on both sides, leet digits become letters;
3. letters spaced or dotted out one by one are joined;
4. white space, hyphens, apostrophes and long repeats are evened out, and each punctuation mark is told
   to end a clause, a sentence, or nothing.

Nothing is undone in ordinary text: passes 2 and 3 act only where the text shows intent, and mark what they touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from safetensors.numpy import load

from .addresses import replace_addresses
from .disguises import join_spaced, undo_in_words
from .kinds import (
    BLANK,
    CAPITAL,
    DIGIT,
    DRESSED,
    DROP,
    HANDLE,
    HARD,
    HIDDEN,
    IDEO,
    KIND,
    LETTER,
    LONG,
    OTHER,
    SOFT,
    SPACE,
    TOKEN,
    UNDONE,
    UPPER,
)  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import TextBatch

_compiled = njit(cache=True, nogil=True, error_model="numpy")


class Tables(NamedTuple):
    """What each code point becomes: two-level tables, a page of 256 code points shared by all that agree."""

    page: NDArray[np.uint16]  # (4352,)
    delta: NDArray[np.int32]  # (p * 256,), what to add; or LONG + index, DROP, BLANK
    kind: NDArray[np.uint8]  # (p * 256,)
    script: NDArray[np.uint8]  # (p * 256,)
    style: NDArray[np.uint8]  # (p * 256,)
    twin: NDArray[np.int32]  # (p * 256,), the ASCII letter it looks like, or 0
    long: NDArray[np.int32]  # (e,)
    long_start: NDArray[np.int32]  # (x + 1,)
    tops: NDArray[np.uint64]  # (t,), top-level domains, packed


@dataclass(frozen=True, slots=True)
class Folded:
    """``n`` messages as ``m`` folded code points."""

    codes: NDArray[np.uint32]  # (m,)
    kinds: NDArray[np.uint8]  # (m,), see kinds.py
    origin: NDArray[np.int32]  # (m,), byte in the message where the original character starts
    starts: NDArray[np.int64]  # (n + 1,)

    def __len__(self) -> int:
        return len(self.starts) - 1


@cache
def tables() -> Tables:
    """Load the fold tables."""
    raw = load((resources.files("scamguard") / "fold.safetensors").read_bytes())
    return Tables(**{name: raw[name] for name in Tables._fields})


def fold(batch: TextBatch) -> Folded:
    """Fold every message of ``batch``."""
    size = int(batch.offsets[-1] - batch.offsets[0])
    codes, kind = np.empty(size, np.uint32), np.empty(size, np.uint8)
    origin, starts = np.empty(size, np.int32), np.zeros(len(batch) + 1, np.int64)
    m = _fold(batch.data, batch.offsets, tables(), codes, kind, origin, starts)
    return Folded(codes[:m], kind[:m], origin[:m], starts)


@_compiled
def _fold(data, offsets, t, codes, kind, origin, starts):
    end = 0
    for i in range(len(offsets) - 1):
        begin = end
        end = _spell(data, offsets[i], offsets[i + 1], t, codes, kind, origin, begin)
        end = replace_addresses(codes, kind, origin, begin, end, t.tops)
        undo_in_words(codes, kind, begin, end, t)
        end = join_spaced(codes, kind, origin, begin, end)
        end = _tidy(codes, kind, origin, begin, end)
        starts[i + 1] = end
    return end


@_compiled
def _decode(data, at, stop):
    """Read one code point of UTF-8 (surrogates allowed): ``(code, bytes)``; a stray byte is U+FFFD."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    if 0xC2 <= first < 0xE0:
        many, code = 2, first & 0x1F
    elif 0xE0 <= first < 0xF0:
        many, code = 3, first & 0x0F
    elif 0xF0 <= first < 0xF5:
        many, code = 4, first & 0x07
    else:
        return 0xFFFD, 1
    if at + many > stop:
        return 0xFFFD, 1
    for k in range(1, many):
        byte = np.int64(data[at + k])
        if byte & 0xC0 != 0x80:
            return 0xFFFD, 1
        code = code << 6 | (byte & 0x3F)
    if code > 0x10FFFF or (many == 3 and code < 0x800) or (many == 4 and code < 0x10000):
        return 0xFFFD, 1
    return code, many


@_compiled
def _spell(data, at, stop, t, codes, kind, origin, end):
    """Decode and replace each code point by its table row; return the new end."""
    first, begin = at, end
    hidden = False
    while at < stop:
        code, many = _decode(data, at, stop)
        if code == 10 and at > first and data[at - 1] == 13:
            at += 1  # CR LF is one line end
            continue
        row = np.int64(t.page[code >> 8]) << 8 | (code & 255)
        delta, style = t.delta[row], t.style[row]
        if delta == DROP:
            hidden |= style & HIDDEN != 0 and end > begin and _disguisable(codes[end - 1], kind[end - 1])
            at += many
            continue
        mark = np.uint8(0)
        if style & UPPER:
            mark |= np.uint8(CAPITAL)
        if style & DRESSED or (hidden and t.kind[row] in (LETTER, IDEO)):
            mark |= np.uint8(UNDONE)
        hidden = False
        if LONG <= delta < DROP:
            for k in range(t.long_start[delta - LONG], t.long_start[delta - LONG + 1]):
                code = np.int64(t.long[k])
                row = np.int64(t.page[code >> 8]) << 8 | (code & 255)
                codes[end], kind[end], origin[end] = code, t.kind[row] | mark, at - first
                end += 1
        else:
            code = 32 if delta == BLANK else code + delta
            codes[end] = code
            kind[end] = SPACE if delta == BLANK else t.kind[row] | mark
            origin[end] = at - first
            end += 1
        at += many
    return end


@_compiled
def _disguisable(code, kind):
    """Say whether a hidden character after this one is suspicious: Latin, Cyrillic, Greek, Han; not Persian, Hindi, emoji."""
    sort = kind & KIND
    return (sort == LETTER and code < 0x590) or (sort == IDEO and code >= 0x3040)


@_compiled
def _addressee(codes, i, begin, end):
    """Say whether ``i`` is part of the handles that a message begins with."""
    if codes[i] == HANDLE:
        return True
    return (codes[i] == 60 and i + 1 < end and codes[i + 1] == HANDLE) or (codes[i] == 62 and i > begin and codes[i - 1] == HANDLE)


@_compiled
def _wordlike(kind):
    return LETTER <= kind & KIND <= DIGIT


@_compiled
def _tidy(codes, kind, origin, begin, end):
    """Even out white space, hyphens, apostrophes, repeats; settle what punctuation ends. Return the new end."""
    out, i = begin, begin
    while i < end:
        c, sort = codes[i], kind[i] & KIND
        if out == begin and _addressee(codes, i, begin, end):
            i += 1  # "@name, …" and "<@name> …" say whom a reply is for, not where to go
            continue
        before = kind[out - 1] if out > begin else np.uint8(SPACE)
        after = kind[i + 1] if i + 1 < end else np.uint8(SPACE)
        if sort == SPACE or c == 10:
            lines, at = 0, i
            while i < end and (kind[i] & KIND == SPACE or codes[i] == 10):
                lines += codes[i] == 10
                i += 1
            if out > begin and i < end:
                codes[out], origin[out] = 10 if lines else 32, origin[at]
                kind[out] = HARD if lines > 1 else SOFT if lines else SPACE
                out += 1
            continue
        if c == 39 and before & KIND == LETTER and after & KIND == LETTER:
            i += 1
            continue
        repeat = out - begin >= 2 and codes[out - 1] == c and (codes[out - 2] == c or c == 46) and sort != DIGIT and sort != TOKEN
        if repeat:
            i += 1
            continue
        mark = kind[i]
        digits = before & KIND == DIGIT and after & KIND == DIGIT
        if digits and c in (46, 44, 58, 47, 45):
            mark = np.uint8(OTHER)
        elif c in (45, 95):
            joins = _wordlike(before) and _wordlike(after)
            c, mark = (32, np.uint8(SPACE)) if joins else (c, np.uint8(SOFT))
        codes[out], kind[out], origin[out] = c, mark, origin[i]
        out += 1
        i += 1
    return out
