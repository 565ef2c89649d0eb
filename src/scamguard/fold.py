"""Fold: undo the ways a word can be written, and remember where each letter came from.

Every code point is replaced by table look-up (NFKC, case, accents, Traditional Chinese, punctuation;
see :mod:`scamguard.train.foldtable` for the sources), then six passes tidy a message in place:

1. links, e-mail addresses and handles become one stand-in code point each, so that no later stage
   can lean on a host name;
2. inside a word that mixes scripts, look-alikes (UTS #39) become the letters they pass for; inside a word
   with letters on both sides, leet digits become letters;
3. letters spaced or dotted out one by one are joined, word by word;
4. Chinese words for a secret that are spelled by sound get their characters back;
5. marks of quotation around all of it are left out, white space, hyphens, apostrophes and long repeats (sooo, !!!!) are evened out,
   and each punctuation mark is told to end a clause, a sentence, or nothing;
6. a mistyped word is read as the common word that it is one slip away from.

Nothing is undone in ordinary text: passes 2 to 4 act only where the text shows intent, and mark what they touched; everybody mistypes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from safetensors.numpy import load

from .addresses import replace_addresses
from .composing import KEYS, is_jamo, syllable, with_mark
from .disguises import MIDDLE_DOT, join_spaced, undo_in_words
from .homophones import undo_homophones
from .kernels import compiled, inlined, is_wordlike, row_of
from .kinds import (
    BLANK,
    CAPITAL,
    DIGIT,
    DRESSED,
    DROP,
    HANGUL,
    HIDDEN,
    IDEO,
    KIND,
    LETTER,
    LONG,
    OTHER,
    SPACE,
    UNDONE,
    UPPER,
)  # fmt: skip
from .tidy import between_marks, tidy
from .typos import FEWEST, mend_typos

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import TextBatch

_DROPPED, _BLANKED = 0x3FFFFF, 0x3FFFFE  # DROP and BLANK, in the 23 bits there are
_HIDES = 0x100
_MARKS: Final = np.uint8(0xFF ^ KIND)
PAD: Final = 8  # code points of room past the last one: a survey looks ahead


class Tables(NamedTuple):
    """What each code point becomes: two-level tables, a page of 256 code points shared by all that agree."""

    page: NDArray[np.uint16]  # (4352,)
    row: NDArray[np.int32]  # (p * 256,), what to add (or LONG + index, _DROPPED, _BLANKED) << 9 | hidden << 8 | kind and marks
    script: NDArray[np.uint8]  # (p * 256,)
    twin: NDArray[np.int32]  # (p * 256,), the ASCII letter it looks like, or 0
    long: NDArray[np.int32]  # (e,)
    long_start: NDArray[np.int32]  # (x + 1,)
    tops: NDArray[np.uint64]  # (t,), top-level domains, packed
    reading: NDArray[np.uint16]  # (p * 256,), the syllable of a Han character, or 0; see homophones.py for the rest
    heard_start: NDArray[np.int32]
    heard: NDArray[np.int32]
    real: NDArray[np.uint64]
    costs: NDArray[np.uint64]  # (2**k,), a table of slots: what each known word costs; see breaks.py
    typos: NDArray[np.uint64]  # (2**k,), a table of slots: what undoes the slips of common words; see typos.py


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
    style = raw["style"].astype(np.int64)
    marks = np.where(style & UPPER, CAPITAL, 0) | np.where(style & DRESSED, UNDONE, 0)
    kind = np.where(raw["delta"] == BLANK, SPACE, raw["kind"] | marks)
    value = np.select([raw["delta"] == DROP, raw["delta"] == BLANK], [_DROPPED, _BLANKED], raw["delta"].astype(np.int64))
    row = value << 9 | np.where(style & HIDDEN, _HIDES, 0) | kind
    words = load((resources.files("scamguard") / "words.safetensors").read_bytes())
    made: dict[str, NDArray[Any]] = {"row": row.astype(np.int32), **words}
    return Tables(**made, **{name: raw[name] for name in Tables._fields if name not in made})


def places(size: int) -> int:
    """Say how many places a column must have for messages of ``size`` bytes: a mistyped word may get a letter more."""
    return size + size // FEWEST + PAD


def bytes_held(many: int) -> int:
    """Say for messages of how many bytes there are as many ``places``."""
    return FEWEST * (many - PAD + 1) // (FEWEST + 1)


held_by = inlined(bytes_held)  # the same for kernels; to call it from elsewhere would compile it at each start


def fold(batch: TextBatch, t: Tables | None = None) -> Folded:
    """Fold every message of ``batch``, by the tables of the package or others."""
    size = places(int(batch.offsets[-1] - batch.offsets[0]))
    codes, kinds = np.empty(size, np.uint32), np.empty(size, np.uint8)
    origin, starts = np.empty(size, np.int32), np.zeros(len(batch) + 1, np.int64)
    m = fold_into(batch.data, batch.offsets, t or tables(), codes, kinds, origin, starts)
    return Folded(codes[:m], kinds[:m], origin[:m], starts)


@compiled
def fold_into(data, offsets, t, codes, kind, origin, starts):
    """Fill the columns, which have ``places``; return how many code points there are."""
    end = 0
    for i in range(len(offsets) - 1):
        begin = end
        end = spell(data, offsets[i], offsets[i + 1], t.page, t.row, t.long, t.long_start, codes, kind, origin, begin)
        addressed, disguised, spaced, han = _survey(codes, kind, begin, end)
        if addressed:
            end = replace_addresses(codes, kind, origin, begin, end, t.tops)
        if disguised:
            undo_in_words(codes, kind, begin, end, t)
        if spaced:
            end = join_spaced(codes, kind, origin, begin, end, t.costs)
        if han:
            undo_homophones(codes, kind, begin, end, t.page, t.reading, t.heard_start, t.heard, t.real)
        first, last = between_marks(codes, kind, begin, end)
        end = tidy(codes, kind, origin, begin, first, last)
        end = mend_typos(codes, kind, origin, begin, end, t.typos)
        starts[i + 1] = end
    return end


@inlined
def _survey(codes, kind, begin, end):
    """Say which passes have something to look at: addresses; look-alikes or leet; letters one by one; Han characters.

    Never "no" where there is something to undo. Written without branches, so that it is compiled to vector code.
    """
    codes[end : end + PAD] = 0
    kind[end : end + PAD] = OTHER
    addressed = disguised = spaced = ideographs = np.uint32(0)
    for i in range(begin, end):
        c, after = codes[i], codes[i + 1]
        plain = (after - np.uint32(97) < np.uint32(26)) | (after - np.uint32(48) < np.uint32(10)) | (after == 45) | (after == 95)
        addressed |= np.uint32((c == 64) | (c == 91) | (c == 60) | ((c == 58) & (after == 47)) | ((c == 46) & plain))
        addressed |= np.uint32((c == 117) & (after == 114) & (codes[i + 2] == 108))
        disguised |= np.uint32((c == 36) | (c == 64))
    for i in range(begin, end):
        one, two = kind[i] & KIND, kind[i + 1] & KIND
        letters, numbers = (one == LETTER) & (two == LETTER), ((one == LETTER) & (two == DIGIT)) | ((one == DIGIT) & (two == LETTER))
        disguised |= np.uint32(numbers | (letters & ((codes[i] < 128) != (codes[i + 1] < 128))))
    for i in range(begin, end):
        ideographs |= np.uint32(kind[i] & KIND == IDEO)
        han = (kind[i] & KIND == IDEO) & (kind[i + 2] & KIND == IDEO)
        apart = is_wordlike(kind[i]) & ~is_wordlike(kind[i + 1]) & is_wordlike(kind[i + 2]) & ~is_wordlike(kind[i + 3])
        more = is_wordlike(kind[i + 4]) & ~is_wordlike(kind[i + 5]) & is_wordlike(kind[i + 6])
        spaced |= np.uint32(apart & ((han & (kind[i + 4] & KIND == IDEO)) | more))
        spaced |= np.uint32((codes[i + 1] == MIDDLE_DOT) & (codes[i + 3] == MIDDLE_DOT))
        hider = (codes[i + 1] == 42) | (codes[i + 1] == 43) | (codes[i + 1] == 39) | (codes[i + 1] - np.uint32(94) < np.uint32(2))
        spaced |= np.uint32(han & (hider | (codes[i + 1] == 124) | (codes[i + 1] == 126)))
    return addressed, disguised, spaced, ideographs


@inlined
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


@inlined
def spell(data, at, stop, page, rows, long, long_start, codes, kind, origin, end):
    """Decode and replace each code point by its table row; return the new end."""
    first, begin = at, end
    ascii_page = np.int64(page[0]) << 8
    hidden = False
    while at < stop:
        code, many = np.int64(data[at]), 1
        if code < 0x80:
            row = np.int64(rows[ascii_page | code])
        else:
            code, many = _decode(data, at, stop)
            row = np.int64(rows[row_of(page, code)])
        delta, mark = row >> 9, np.uint8(row & 0xFF)
        if code == 10 and at > first and data[at - 1] == 13:
            at += 1  # CR LF is one line end
            continue
        if delta == _DROPPED:
            both = with_mark(code, codes[end - 1]) if end > begin else np.uint32(0)
            if both:
                codes[end - 1] = both
            hidden |= row & _HIDES != 0 and end > begin and _disguisable(codes[end - 1], kind[end - 1])
            at += many
            continue
        if hidden:
            mark |= np.uint8(UNDONE) if mark & KIND == LETTER or mark & KIND == IDEO else np.uint8(0)
            hidden = False
        if LONG <= delta < _BLANKED:
            for k in range(long_start[delta - LONG], long_start[delta - LONG + 1]):
                code = np.int64(long[k])
                row = np.int64(rows[row_of(page, code)])
                codes[end], kind[end], origin[end] = code, row & KIND | mark & _MARKS, at - first
                end += 1
        elif 0x3099 <= code + delta <= 0x309A and end > begin and with_mark(code + delta, codes[end - 1]):
            codes[end - 1] = with_mark(code + delta, codes[end - 1])
        elif is_jamo(code + delta):
            end = _write_jamo(code, code + delta, mark, at - first, codes, kind, origin, begin, end)
        else:
            codes[end], kind[end], origin[end] = 32 if delta == _BLANKED else code + delta, mark, at - first
            end += 1
        at += many
    return end


@compiled
def _write_jamo(source, code, mark, place, codes, kind, origin, begin, end):
    """Write a letter of Hangul, or the syllable that it makes with what stands before it; return the new end."""
    before, sort = (np.int64(codes[end - 1]), kind[end - 1]) if end > begin else (np.int64(0), np.uint8(0))
    now, begun = syllable(source, code, before, sort)
    if now:
        codes[end - 1] = now
        kind[end - 1] = sort & _MARKS | HANGUL | (UNDONE if source >= KEYS else 0)
    if begun:
        codes[end], kind[end], origin[end] = begun, HANGUL | UNDONE, origin[end - 1]
    elif not now:
        codes[end], kind[end], origin[end] = code, mark, place
    return end + (begun > 0 or not now)


@inlined
def _disguisable(code, kind):
    """Say whether a hidden character after this one is suspicious: Latin, Cyrillic, Greek, Han; not Persian, Hindi, emoji."""
    sort = kind & KIND
    return (sort == LETTER and code < 0x590) or (sort == IDEO and code >= 0x3040)
