"""N-grams: words, characters, framed words and concepts of a passage, hashed.

Features are sets (present or not); the model scales them by ``1 / sqrt(size + smoothing)``, close to the L2 norm of a
binary vector (Manning et al., IIR 6.3). Hashes are FNV-1a with half of Murmur3's finaliser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from .kinds import DIGIT, HANGUL, HARD, IDEO, KIND, LETTER, SOFT, TOKEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .match import Hits
    from .passages import Passages

_compiled = njit(cache=True, nogil=True, error_model="numpy")
_PRIME = np.uint64(0x100000001B3)  # FNV-1a, 64 bit
_BASIS = np.uint64(0xCBF29CE484222325)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FRAME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of each passage, hashed."""

    ids: NDArray[np.uint32]  # (g,), below 2**bits
    starts: NDArray[np.int64]  # (p + 1,)
    first: NDArray[np.int32]  # (g,) position in Folded.codes of the first occurrence, or (0,) if not asked for
    size: NDArray[np.int32]  # (g,) its length in code points, or (0,)


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
    ids, starts, seen, first, size = _columns(where, 2, placed=placed)
    g = _word_grams(folded.codes, folded.kinds, where.start, where.stop, bits, seen, ids, starts, first, size)
    return Grams(ids[:g], starts, first[:g], size[:g])


def char_grams(folded: Folded, where: Passages, bits: int, orders: tuple[int, int], *, placed: bool = False) -> Grams:
    """Hash runs of ``orders[0]`` to ``orders[1]`` code points; see ``word_grams``."""
    ids, starts, seen, first, size = _columns(where, orders[1] - orders[0] + 1, placed=placed)
    g = _char_grams(folded.codes, folded.kinds, where.start, where.stop, bits, orders[0], orders[1], seen, ids, starts, first, size)
    return Grams(ids[:g], starts, first[:g], size[:g])


def _columns(
    where: Passages, per: int, *, placed: bool
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32]]:
    """Make room for ``per`` n-grams a code point, and for the set of those a passage has."""
    length = where.stop - where.start
    room = int(length.sum()) * per + 1
    first, size = (np.empty(room if placed else 0, np.int32) for _ in range(2))
    seen = np.empty(_room(int(length.max(initial=0)) * per), np.uint32)
    return np.empty(room, np.uint32), np.zeros(len(length) + 1, np.int64), seen, first, size


@_compiled
def _room(many):
    """Slots for a set of ``many`` keys: a power of two, at most half full."""
    room = 64
    while room < 2 * many:
        room *= 2
    return room


@_compiled
def _letter(code, kind):
    """Give the symbol that n-grams see: every digit is 0, every line end a space."""
    if kind & KIND == DIGIT:
        return np.uint64(48)
    return np.uint64(32) if code == 10 else np.uint64(code)


@_compiled
def _mixed(h, bits):
    """Finish a hash: the high bits of FNV alone are poor (half of Murmur3's 64-bit finaliser)."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    return np.uint32(h >> np.uint64(64 - bits))


@_compiled
def _add(seen, mask, ids, g, key):
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
def _char_grams(codes, kinds, start, stop, bits, low, high, seen, ids, starts, first, size):
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
def _word(codes, kinds, i, b):
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
def _word_grams(codes, kinds, start, stop, bits, seen, ids, starts, first, size):
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
        folded.codes,
        folded.kinds,
        hits.concept,
        hits.start,
        hits.starts,
        where.start,
        where.stop,
        where.starts,
        frame,
        bits,
        seen,
        ids,
        starts,
    )
    none = np.empty(0, np.int32)
    return Grams(ids[:g], starts, none, none)


@_compiled
def _framed_words(codes, kinds, concept, at, hit_start, start, stop, passage, frame, bits, seen, ids, starts):
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
def _concept_grams(concept, at, sentence, hit_start, start, stop, passage, bits, seen, ids, starts):
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
