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

from . import kinds
from .kinds import (
    ALIEN, BLANK, CAPITAL, CYRILLIC, DIGIT, DRESSED, DROP, EMAIL, HANDLE, HANGUL, HARD, HIDDEN, IDEO, KIND, LATIN,
    LETTER, LINK, LONG, NO_SCRIPT, OTHER, SOFT, SPACE, TOKEN, UNDONE, UPPER,
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
def _fold(data, offsets, t, codes, kind, origin, starts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    end = 0
    for i in range(len(offsets) - 1):
        begin = end
        end = _spell(data, offsets[i], offsets[i + 1], t, codes, kind, origin, begin)
        end = _links(codes, kind, origin, begin, end, t.tops)
        _words(codes, kind, begin, end, t)
        end = _join(codes, kind, origin, begin, end)
        end = _tidy(codes, kind, origin, begin, end)
        starts[i + 1] = end
    return end


@_compiled
def _decode(data, at, stop):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
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
def _spell(data, at, stop, t, codes, kind, origin, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    """Decode and replace each code point by its table row; return the new end."""
    first, begin = at, end
    hidden = False
    while at < stop:
        code, many = _decode(data, at, stop)
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
def _disguisable(code, kind):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say whether a hidden character after this one is suspicious: Latin, Cyrillic, Greek, Han; not Persian, Hindi, emoji."""
    sort = kind & KIND
    return (sort == LETTER and code < 0x590) or (sort == IDEO and code >= 0x3040)


@_compiled
def _in_address(c):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say whether ASCII ``c`` may stand in a link, address or handle (after folding)."""
    return (
        (97 <= c <= 122) or (48 <= c <= 57)
        or c in (46, 45, 95, 64, 47, 63, 61, 38, 37, 35, 126, 43, 58)
    )  # fmt: skip


@_compiled
def _links(codes, kind, origin, begin, end, tops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    """Replace each link, e-mail address and handle by its stand-in; return the new end."""
    out, i = begin, begin
    while i < end:
        c = codes[i]
        token, stop = 0, i + 1
        if c == 91 or c == 60:  # [link] <url> [链接]: how dumps mask a link
            token, stop = _masked(codes, i, end)
        elif _in_address(c) and (i == begin or not _in_address(codes[i - 1])):
            stop = i
            while stop < end and _in_address(codes[stop]):
                stop += 1
            a, b = i, stop
            while a < b and codes[a] in (46, 45, 58, 47, 63, 61, 38, 37, 35, 126, 43, 95):
                a += 1
            while b > a and codes[b - 1] in (46, 45, 58, 63, 95, 126):
                b -= 1
            token, a = _address(codes, kind, a, b, tops)
            if token:
                while i < a:
                    codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
                    out += 1
                    i += 1
                codes[out], kind[out], origin[out] = token, TOKEN, origin[a]
                out += 1
                i = b
                continue
        if token:
            codes[out], kind[out], origin[out] = token, TOKEN, origin[i]
            out += 1
            i = stop
            continue
        stop = max(stop, i + 1)
        while i < stop:
            codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
            out += 1
            i += 1
    return out


@_compiled
def _masked(codes, i, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Recognise ``[link]``, ``<url>``, ``[链接]``, ``[网址]`` at ``i``: ``(token, end)``."""
    j = i + 1
    h = np.int64(0)
    while j < end and j < i + 10 and codes[j] not in (93, 62):
        h = (h * 31 + np.int64(codes[j])) & 0xFFFFFFFF
        j += 1
    if j < end and codes[j] in (93, 62):
        for known in _MASKS:
            if h == known:
                return LINK, j + 1
    return 0, i + 1


def _mask_key(word: str) -> int:
    key = 0
    for char in word:
        key = (key * 31 + ord(char)) & 0xFFFFFFFF
    return key


_MASKS = tuple(_mask_key(w) for w in ("link", "url", "links", "website", "链接", "网址", "网站", "连结"))


@_compiled
def _address(codes, kind, a, b, tops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say what the run ``a:b`` of address characters is: ``(token or 0, where it starts)``."""
    if b - a < 3:
        return 0, a
    at = scheme = dot = -1
    for i in range(a, b):
        c = codes[i]
        if c == 64 and at < 0:
            at = i
        elif c == 46 and dot < 0:
            dot = i
        elif c == 58 and scheme < 0 and i + 2 < b and codes[i + 1] == 47 and codes[i + 2] == 47:
            scheme = i
    if scheme > a:
        while scheme > a and 97 <= codes[scheme - 1] <= 122:
            scheme -= 1
        return LINK, scheme
    if at == a:
        return (HANDLE, a) if b - a > 3 else (0, a)
    if at > a:
        for i in range(at + 1, b - 1):
            if codes[i] == 46:
                return EMAIL, a
        return 0, a
    if dot < 0:
        upper = b - a == 3 and codes[a] == 117 and codes[a + 1] == 114 and codes[a + 2] == 108
        return (LINK, a) if upper and kind[a] & CAPITAL and kind[a + 2] & CAPITAL else (0, a)
    return (LINK, _host_start(codes, a, b)) if _is_host(codes, _host_start(codes, a, b), b, tops) else (0, a)


@_compiled
def _host_start(codes, a, b):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Skip a lead such as ``site:`` or ``=`` before the host."""
    start = a
    for i in range(a, b):
        if codes[i] == 46:
            break
        if codes[i] in (58, 61, 38, 35, 43, 126, 37):
            start = i + 1
    return start


@_compiled
def _is_host(codes, a, b, tops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say whether ``a:b`` begins with a host: dotted labels and a known top level, or any with a path, or an IPv4 address."""
    labels, digits_only, top, length, i = 0, True, np.uint64(0), 0, a
    alphabetic = True
    while i < b:
        c = codes[i]
        if 97 <= c <= 122 or c == 45 or c == 95 or 48 <= c <= 57:
            digits_only &= 48 <= c <= 57
            alphabetic &= 97 <= c <= 122
            top = top << np.uint64(8) | np.uint64(c)
            length += 1
        elif c == 46:
            if length == 0:
                return False
            labels += 1
            top, length, alphabetic = np.uint64(0), 0, True
        else:
            break
        i += 1
    if digits_only:
        return labels == 3 and length > 0
    if labels == 0 or length < 2 or not alphabetic or length > 24:
        return False
    if i < b and codes[i] == 47:
        return True
    if length > 8:
        return False
    at = np.searchsorted(tops, top)
    return at < len(tops) and tops[at] == top


@_compiled
def _script(t, code):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return t.script[np.int64(t.page[code >> 8]) << 8 | (np.int64(code) & 255)]


@_compiled
def _twin(t, code):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return t.twin[np.int64(t.page[code >> 8]) << 8 | (np.int64(code) & 255)]


@_compiled
def _ascii_letter(code):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return 97 <= code <= 122


@_compiled
def _words(codes, kind, begin, end, t):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Undo look-alikes and leet, word by word, in place."""
    i = begin
    while i < end:
        if kind[i] & KIND not in (LETTER, DIGIT):
            i += 1
            continue
        j = i
        latin = foreign = other = 0
        while j < end:
            sort = kind[j] & KIND
            if sort == LETTER:
                script = _script(t, codes[j])
                latin += script == LATIN
                foreign += script >= CYRILLIC
                other += script == NO_SCRIPT
            elif sort == DIGIT or (codes[j] in (36, 64) and j > i and j + 1 < end and _ascii_letter(codes[j - 1]) and _ascii_letter(codes[j + 1])):
                pass
            else:
                break
            j += 1
        if latin and foreign and not other:
            _unmix(codes, kind, i, j, t)
        if latin >= 2 and latin + foreign + other < j - i <= 20:
            _unleet(codes, kind, i, j)
        i = j
    return


@_compiled
def _unmix(codes, kind, i, j, t):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Turn a word of mixed scripts into one script, if every odd letter has a twin there."""
    to_latin = to_cyrillic = True
    for k in range(i, j):
        if kind[k] & KIND == LETTER:
            script = _script(t, codes[k])
            if script >= CYRILLIC and not _twin(t, codes[k]):
                to_latin = False
            if script == ALIEN or (script == LATIN and not _cyrillic_twin(codes[k])):
                to_cyrillic = False
    for k in range(i, j):
        if kind[k] & KIND != LETTER:
            continue
        script = _script(t, codes[k])
        if to_latin and script >= CYRILLIC:
            codes[k] = _twin(t, codes[k])
            kind[k] |= UNDONE
        elif not to_latin and to_cyrillic and script == LATIN:
            codes[k] = _cyrillic_twin(codes[k])
            kind[k] |= UNDONE


_CYRILLIC_TWIN = np.zeros(128, np.uint32)
for _a, _b in zip("abcehkmoptxy", "авсенкмортху", strict=True):
    _CYRILLIC_TWIN[ord(_a)] = ord(_b)


@_compiled
def _cyrillic_twin(code):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return _CYRILLIC_TWIN[code] if code < 128 else np.uint32(0)


_LEET = np.zeros(128, np.uint32)
for _a, _b in zip("013457@$", "oieastas", strict=True):
    _LEET[ord(_a)] = ord(_b)


@_compiled
def _unleet(codes, kind, i, j):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Turn digits into letters where at most two stand between letters and all digits inside the word could be leet."""
    last = j
    while last > i and kind[last - 1] & KIND == DIGIT:
        last -= 1  # digits at the end are a number: passw0rd1
    if kind[i] & KIND == DIGIT:
        return
    run = inner = 0
    for k in range(i, last):
        if _ascii_letter(codes[k]):
            run = 0
            continue
        run += 1
        inner += 1
        if run > 2 or codes[k] > 127 or not _LEET[codes[k]]:
            return
    if inner and j - last == 1 and codes[last] in (48, 51, 52):
        last = j  # phr4s3: after leet inside, one 0, 3 or 4 at the end is a vowel
    for k in range(i, last):
        if not _ascii_letter(codes[k]):
            codes[k] = _one(codes, k, last) if codes[k] == 49 else _LEET[codes[k]]
            kind[k] = LETTER | UNDONE


@_compiled
def _one(codes, k, last):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Read a 1 inside a word: ``l`` beside another or before a vowel (p1ease, wa11et, rep1y), else ``i`` (s1gn)."""
    following = codes[k + 1] if k + 1 < last else 0
    return 108 if following in (49, 97, 101, 105, 111, 117, 121) or codes[k - 1] == 108 else 105


@_compiled
def _single(codes, kind, i, begin, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say which sort of letter stands alone at ``i`` (0: none)."""
    sort = kind[i] & KIND
    if sort not in (LETTER, HANGUL, IDEO) or (sort == IDEO and codes[i] < 0x3040):
        return 0
    if i > begin and kind[i - 1] & KIND in (LETTER, HANGUL, IDEO, DIGIT):
        return 0
    if i + 1 < end and kind[i + 1] & KIND in (LETTER, HANGUL, IDEO, DIGIT):
        return 0
    return sort


@_compiled
def _join(codes, kind, origin, begin, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Join letters that stand one by one between equal separators; return the new end."""
    out, i = begin, begin
    while i < end:
        many, mark = 0, np.uint8(0)
        sort = _single(codes, kind, i, begin, end)
        if sort:
            many, mark = _spaced(codes, kind, i, begin, end, sort)
        if not many and kind[i] & KIND == IDEO and i + 2 < end and codes[i] >= 0x3040 and codes[i + 1] in (42, 124, 95, 126, 94, 43, 39):
            many = 2 if kind[i + 2] & KIND == IDEO and codes[i + 2] >= 0x3040 else 0
        if many:
            for k in range(many):
                codes[out], kind[out], origin[out] = codes[i + 2 * k], kind[i + 2 * k] | mark, origin[i + 2 * k]
                out += 1
            # a pair may go on (密*码*是): its last letter is looked at again
            if mark == 0:
                out -= 1
                i += 2
            else:
                i += 2 * many - 1
            continue
        codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
        out += 1
        i += 1
    return out


@_compiled
def _spaced(codes, kind, i, begin, end, sort):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    """Count the letters spaced out from ``i`` on: ``(how many or 0, mark)``."""
    if i + 1 >= end or codes[i + 1] not in (32, 10, 46, 45, 95, 42, 124, 47, 0xB7, 44, 126, 43):
        return 0, np.uint8(0)
    many, k = 1, i + 2
    while k < end and codes[k - 1] == codes[i + 1] and _single(codes, kind, k, begin, end) == sort:
        many += 1
        k += 2
    return (many, np.uint8(UNDONE)) if many >= (3 if sort == IDEO else 4) else (0, np.uint8(0))


@_compiled
def _addressee(codes, i, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Say whether ``i`` is part of the handles that a message begins with."""
    if codes[i] == HANDLE:
        return True
    return (codes[i] == 60 and i + 1 < end and codes[i + 1] == HANDLE) or (codes[i] == 62 and i > 0 and codes[i - 1] == HANDLE)


@_compiled
def _wordlike(kind):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return LETTER <= kind & KIND <= DIGIT


@_compiled
def _tidy(codes, kind, origin, begin, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Even out white space, hyphens, apostrophes, repeats; settle what punctuation ends. Return the new end."""
    out, i = begin, begin
    while i < end:
        c, sort = codes[i], kind[i] & KIND
        if out == begin and _addressee(codes, i, end):
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
