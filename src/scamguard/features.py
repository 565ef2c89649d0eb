"""Features: each passage of a message becomes a row of n-grams, concept n-grams, fired rules and shape.

A message is as bad as its worst passage, so the row is the passage: one for an ordinary message, overlapping
windows for a long one, so that a scam cannot be diluted by innocent words around it. Text features are sets
(present or not) scaled by ``1 / sqrt(size)``, which is the L2 norm of a binary vector (Manning et al., IIR 6.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

from .kinds import CAPITAL, DIGIT, EMAIL, HANDLE, HANGUL, HARD, IDEO, KIND, LETTER, LINK, SOFT, SPACE, TOKEN, UNDONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .match import Hits
    from .rules import Fired

_compiled = njit(cache=True, nogil=True, error_model="numpy")
STRIDE: Final = 600  # mass of half a passage; a code point weighs 1, a character of a script without spaces 3
SHAPE: Final = (
    "link", "links", "email", "handle", "phone", "code", "amount", "disguised", "disguised_much", "shouted_word",
    "shouted", "exclaims", "asks", "lines", "digit_share", "length",
)  # fmt: skip
_PRIME = np.uint64(0x100000001B3)  # FNV-1a, 64 bit
_BASIS = np.uint64(0xCBF29CE484222325)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FRAME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Passages:
    """``p`` windows over the ``m`` code points of ``n`` messages."""

    start: NDArray[np.int64]  # (p,)
    stop: NDArray[np.int64]  # (p,)
    starts: NDArray[np.int64]  # (n + 1,), the passages of message i: starts[i]:starts[i + 1]


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of each passage, hashed."""

    ids: NDArray[np.uint32]  # (g,), below 2**bits
    starts: NDArray[np.int64]  # (p + 1,)
    first: NDArray[np.int32]  # (g,) position in Folded.codes of the first occurrence, or (0,) if not asked for
    size: NDArray[np.int32]  # (g,) its length in code points, or (0,)


def passages(folded: Folded) -> Passages:
    """Cut long messages into overlapping passages at spaces; leave ordinary ones whole."""
    room = len(folded) + len(folded.codes) * 3 // STRIDE + 1
    start, stop = np.empty(room, np.int64), np.empty(room, np.int64)
    starts = np.zeros(len(folded) + 1, np.int64)
    p = _passages(folded.kinds, folded.starts, start, stop, starts)
    return Passages(start[:p], stop[:p], starts)


@_compiled
def _passages(kinds, message, start, stop, starts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    p = 0
    for n in range(len(message) - 1):
        mass, half, begin = 0, message[n], message[n]
        cuts = 0
        for i in range(message[n], message[n + 1]):
            sort = kinds[i] & KIND
            mass += 3 if sort == IDEO else 1
            breaks = sort in (SPACE, SOFT, HARD, IDEO) or mass > STRIDE + 200
            if mass >= STRIDE and breaks:
                cuts += 1
                if cuts > 1:
                    start[p], stop[p] = begin, i + 1
                    p += 1
                    begin = half
                half, mass = i + 1, 0
        if cuts < 2 or message[n + 1] > half:
            start[p], stop[p] = begin, message[n + 1]
            p += 1
        starts[n + 1] = p
    return p


def word_grams(folded: Folded, where: Passages, bits: int, *, placed: bool = False) -> Grams:
    """Hash words and pairs of neighbouring words.

    A character of a script without spaces is a word, and so are links and what ends a clause or sentence: a word right
    after a full stop is often an imperative.

    Parameters
    ----------
    bits
        Ids are below ``2**bits``.
    placed
        Also say where each first occurs, for explanations.
    """
    ids, starts, seen, first, size = _columns(where, 2, placed)
    g = _word_grams(folded.codes, folded.kinds, where.start, where.stop, bits, seen, ids, starts, first, size)
    return Grams(ids[:g], starts, first[:g], size[:g])


def char_grams(folded: Folded, where: Passages, bits: int, orders: tuple[int, int], *, placed: bool = False) -> Grams:
    """Hash runs of ``orders[0]`` to ``orders[1]`` code points; see ``word_grams``."""
    ids, starts, seen, first, size = _columns(where, orders[1] - orders[0] + 1, placed)
    g = _char_grams(folded.codes, folded.kinds, where.start, where.stop, bits, orders[0], orders[1], seen, ids, starts, first, size)
    return Grams(ids[:g], starts, first[:g], size[:g])


def _columns(where: Passages, per: int, placed: bool) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32]]:  # noqa: FBT001
    """Make room for ``per`` n-grams a code point, and for the set of those a passage has."""
    length = where.stop - where.start
    room = int(length.sum()) * per + 1
    first, size = (np.empty(room if placed else 0, np.int32) for _ in range(2))
    seen = np.empty(_room(int(length.max(initial=0)) * per), np.uint32)
    return np.empty(room, np.uint32), np.zeros(len(length) + 1, np.int64), seen, first, size


@_compiled
def _room(many):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Slots for a set of ``many`` keys: a power of two, at most half full."""
    room = 64
    while room < 2 * many:
        room *= 2
    return room


@_compiled
def _letter(code, kind):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Give the symbol that n-grams see: every digit is 0, every line end a space."""
    if kind & KIND == DIGIT:
        return np.uint64(48)
    return np.uint64(32) if code == 10 else np.uint64(code)


@_compiled
def _mixed(h, bits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Finish a hash: the high bits of FNV alone are poor (half of Murmur3's 64-bit finaliser)."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    return np.uint32(h >> np.uint64(64 - bits))


@_compiled
def _add(seen, mask, ids, g, key):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Append ``key`` to ``ids`` unless the passage has it; return the new count."""
    slot = np.int64(key) & mask
    while seen[slot]:
        if seen[slot] == key + 1:
            return g
        slot = (slot + 1) & mask
    seen[slot] = key + 1
    ids[g] = key
    return g + 1


@_compiled
def _char_grams(codes, kinds, start, stop, bits, low, high, seen, ids, starts, first, size):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    g = 0
    for p in range(len(start)):
        a, b = start[p], stop[p]
        room = _room((b - a) * (high - low + 1))
        seen[:room] = 0
        for i in range(a, b):
            h = _BASIS
            for k in range(min(high, b - i)):
                h = (h ^ _letter(codes[i + k], kinds[i + k])) * _PRIME
                if k + 1 >= low:
                    before = g
                    g = _add(seen, room - 1, ids, g, _mixed(h ^ np.uint64(k), bits))
                    if g > before and len(first):
                        first[before], size[before] = i, k + 1
        starts[p + 1] = g
    return g


@_compiled
def _word(codes, kinds, i, b):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Hash the word at ``i``: ``(hash, end)``; 0 if there is none."""
    sort, h, j = kinds[i] & KIND, _BASIS, i
    if sort in (LETTER, HANGUL, DIGIT):
        while j < b and kinds[j] & KIND in (LETTER, HANGUL, DIGIT):
            h = (h ^ _letter(codes[j], kinds[j])) * _PRIME
            j += 1
        return h, j
    if sort in (IDEO, TOKEN, HARD, SOFT) or codes[i] == 33:
        return (h ^ np.uint64(codes[i])) * _PRIME, i + 1
    return np.uint64(0), i + 1


@_compiled
def _word_grams(codes, kinds, start, stop, bits, seen, ids, starts, first, size):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    g = 0
    for p in range(len(start)):
        a, b = start[p], stop[p]
        room = _room(2 * (b - a))
        seen[:room] = 0
        last, last_at, i = np.uint64(0), a, a
        while i < b:
            h, j = _word(codes, kinds, i, b)
            if h:
                before = g
                g = _add(seen, room - 1, ids, g, _mixed(h, bits))
                if g > before and len(first):
                    first[before], size[before] = i, j - i
                before = g
                if last:
                    g = _add(seen, room - 1, ids, g, _mixed(last * _PAIR ^ h, bits))
                if g > before and len(first):
                    first[before], size[before] = last_at, j - last_at
                last, last_at = h, i
            i = j
        starts[p + 1] = g
    return g


def framed_words(folded: Folded, hits: Hits, where: Passages, frame: NDArray[np.bool_], bits: int) -> Grams:
    """Hash each word of a clause together with each frame of that clause (negation marking, Das & Chen 2001, made general).

    "share" in "never share it" and in "share it now" become different features.

    Parameters
    ----------
    frame
        (128,) by concept: whether it colours the words of its clause.
    """
    most = int(frame.sum())
    length = where.stop - where.start
    room = int(length.sum()) * most + 1
    ids, starts = np.empty(room, np.uint32), np.zeros(len(length) + 1, np.int64)
    seen = np.empty(_room(int(length.max(initial=0)) * 8), np.uint32)
    g = _framed_words(
        folded.codes, folded.kinds, hits.concept, hits.start, hits.starts, where.start, where.stop, where.starts, frame, bits, seen, ids, starts
    )
    none = np.empty(0, np.int32)
    return Grams(ids[:g], starts, none, none)


@_compiled
def _framed_words(codes, kinds, concept, at, hit_start, start, stop, passage, frame, bits, seen, ids, starts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    g = 0
    framing = np.empty(len(frame), np.int64)
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            a, b, h = start[p], stop[p], hit_start[n]
            room = _room((b - a) * 8)
            seen[:room] = 0
            begin = g
            while a < b:
                end = a
                while end < b and kinds[end] & KIND not in (SOFT, HARD):
                    end += 1
                while h < hit_start[n + 1] and at[h] < a:
                    h += 1
                many = 0
                while h < hit_start[n + 1] and at[h] <= end:
                    if frame[concept[h]] and concept[h] not in framing[:many]:
                        framing[many] = concept[h]
                        many += 1
                    h += 1
                while a < end:
                    word, after = _word(codes, kinds, a, end)
                    for k in range(many if word else 0):
                        if g - begin < room // 2:
                            g = _add(seen, room - 1, ids, g, _mixed(word ^ np.uint64(framing[k] + 1) * _FRAME, bits))
                    a = after
                a = end + 1
            starts[p + 1] = g
    return g


def concept_grams(hits: Hits, where: Passages, bits: int) -> Grams:
    """Hash the sequences of one to three concepts (and pairs that skip one) within each sentence of each passage.

    Languages share them: what ``give > seed_phrase`` weighs is learned once.
    """
    room = 4 * int(np.diff(hits.starts).sum()) * 2 + 1
    ids, starts = np.empty(room, np.uint32), np.zeros(len(where.start) + 1, np.int64)
    seen = np.empty(_room(4 * int(np.diff(hits.starts).max(initial=0))), np.uint32)
    g = _concept_grams(hits.concept, hits.start, hits.sentence, hits.starts, where.start, where.stop, where.starts, bits, seen, ids, starts)
    none = np.empty(0, np.int32)
    return Grams(ids[:g], starts, none, none)


@_compiled
def _concept_grams(concept, at, sentence, hit_start, start, stop, passage, bits, seen, ids, starts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
    g = 0
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            x = hit_start[n]
            while x < hit_start[n + 1] and at[x] < start[p]:
                x += 1
            y = x
            while y < hit_start[n + 1] and at[y] < stop[p]:
                y += 1
            room = _room(4 * (y - x))
            seen[:room] = 0
            mask = room - 1
            for h in range(x, y):
                one = np.uint64(concept[h] + 1)
                g = _add(seen, mask, ids, g, _mixed(one * _PRIME, bits))
                key = one
                for k in range(1, 3):
                    if h + k >= y or sentence[h + k] != sentence[h]:
                        break
                    other = np.uint64(concept[h + k] + 1)
                    key = key * np.uint64(256) + other
                    g = _add(seen, mask, ids, g, _mixed(key * _PRIME, bits))
                    if k == 2:
                        g = _add(seen, mask, ids, g, _mixed((one * np.uint64(256) + other) * _PRIME ^ np.uint64(0x5BD1E995), bits))
            starts[p + 1] = g
    return g


def rule_columns(hits: Hits, fired: Fired, where: Passages, r: int) -> NDArray[np.bool_]:
    """Say which of ``r`` rules fired wholly within each passage, (p, r)."""
    out = np.zeros((len(where.start), r), np.bool_)
    _rule_columns(hits.start, fired.rule, fired.first, fired.last, fired.starts, where.start, where.stop, where.starts, out)
    return out


@_compiled
def _rule_columns(at, rule, first, last, fired, start, stop, passage, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0913
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
def _shape(codes, kinds, start, stop, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
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
