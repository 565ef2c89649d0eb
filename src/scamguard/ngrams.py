"""N-grams: words, characters, framed words and concepts of a passage, hashed.

Words, frames and concepts are sets (present or not), characters count up to ``char_times``; the model scales each sort by
``1 / sqrt(how many + smoothing)``, close to the L2 norm (Manning et al., IIR 6.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from .kernels import PRIME, compiled, finished, inlined
from .kinds import DIGIT, HARD, KIND, OTHER, SOFT
from .passages import OVERLAP
from .seen import SEEN, cleared, counted, counters, is_new

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .match import Hits
    from .passages import Passages
    from .tokens import Tokens

LONGEST: Final = 4  # characters: as many as a 64-bit word holds at 16 bits each
MOST_FRAMES: Final = 8  # of one clause; a ninth frame adds nothing
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FRAME = np.uint64(0x9E3779B97F4A7C15)
_SKIP = np.uint64(0x5BD1E995)
_ORDER = np.uint64(0xD6E8FEB86659FD93)


def _none() -> NDArray[np.int32]:
    return np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of each passage, hashed, in reading order."""

    ids: NDArray[np.uint32]  # (g,), below 2**bits
    starts: NDArray[np.int64]  # (p + 1,)
    first: NDArray[np.int32] = field(default_factory=_none)  # (g,) position in Folded.codes where it begins, or (0,) if not asked for
    size: NDArray[np.int32] = field(default_factory=_none)  # (g,) its length in code points, or (0,)

    def of(self, p: int) -> NDArray[np.uint32]:
        """Give the ids of passage ``p``."""
        return self.ids[self.starts[p] : self.starts[p + 1]]


def word_grams(cut: Tokens, where: Passages, bits: int, *, placed: bool = False) -> Grams:
    """Hash words and pairs of neighbouring words.

    A character of a script without spaces is a word, and so are links and what ends a clause or sentence: a word right
    after a full stop is often an imperative.

    Parameters
    ----------
    bits
        Ids are below ``2**bits``.
    placed
        Also say where each is, for explanations.
    """
    return words_of(cut.key, cut.start, cut.stop, cut.sort, where.first, where.last, bits, _seen(), placed=placed)


def words_of(
    key: NDArray[np.uint64],
    begin: NDArray[np.int32],
    after: NDArray[np.int32],
    sort: NDArray[np.uint8],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    bits: int,
    seen: NDArray[np.uint32],
    *,
    placed: bool = True,
) -> Grams:
    """Hash the words of passages whose tokens are ``first:last``, (p,); see ``word_grams``."""
    ids, starts, at, size = _columns(len(first), 2 * int((last - first).sum()), placed=placed)
    g = of_words(key, begin, after, sort, first, last, bits, seen, ids, starts, at, size)
    return Grams(ids[:g], starts, at[:g], size[:g])


def char_grams(folded: Folded, where: Passages, bits: int, orders: tuple[int, int], most: int, *, placed: bool = False) -> Grams:
    """Hash runs of ``orders[0]`` to ``orders[1]`` (at most ``LONGEST``) code points, each up to ``most`` times; see ``word_grams``."""
    room = (orders[1] - orders[0] + 1) * int((where.stop - where.start).sum())
    ids, starts, first, size = _columns(len(where.start), room, placed=placed)
    g = of_chars(folded.codes, folded.kinds, where.start, where.stop, bits, *orders, most, _seen(), ids, starts, first, size)
    return Grams(ids[:g], starts, first[:g], size[:g])


def _columns(
    passages: int, room: int, *, placed: bool
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    first, size = (np.empty(room, np.int32) if placed else _none() for _ in range(2))
    return np.empty(room, np.uint32), np.zeros(passages + 1, np.int64), first, size


def framed_words(cut: Tokens, hits: Hits, where: Passages, frame: NDArray[np.bool_], bits: int) -> Grams:
    """Hash each word of a clause together with each frame of that clause (negation marking, Das & Chen 2001, made general).

    "share" in "never share it" and in "share it now" become different features.

    Parameters
    ----------
    frame
        (128,) by concept: whether it colours the words of its clause.
    """
    ids, starts, *_ = _columns(len(where.start), MOST_FRAMES * int((where.last - where.first).sum()), placed=False)
    g = of_framed(
        *(cut.key, cut.start, cut.sort, hits.concept, hits.start, hits.starts),
        *(
            where.start,
            where.stop,
            where.first,
            where.last,
            where.starts,
            frame,
            bits,
            np.empty(MOST_FRAMES, np.int64),
            _seen(),
            ids,
            starts,
        ),
    )
    return Grams(ids[:g], starts)


def concept_grams(hits: Hits, where: Passages, bits: int) -> Grams:
    """Hash the sequences of one to three concepts (and pairs that skip one) within each sentence of each passage.

    Languages share them: what ``give > seed_phrase`` weighs is learned once.
    """
    ids, starts = np.empty(4 * OVERLAP * len(hits.concept), np.uint32), np.zeros(len(where.start) + 1, np.int64)
    g = of_concepts(hits.concept, hits.start, hits.sentence, hits.starts, where.start, where.stop, where.starts, bits, _seen(), ids, starts)
    return Grams(ids[:g], starts)


def _seen() -> NDArray[np.uint32]:
    return np.empty(SEEN, np.uint32)


@inlined
def _id(h, bits):
    return np.uint32(finished(h) >> np.uint64(64 - bits))


@inlined
def word_id(key, bits):
    return _id(key, bits)


@inlined
def pair_id(before, key, bits):
    return _id(before * _PAIR ^ key, bits)


@inlined
def framed_id(key, frame, bits):
    return _id(key ^ np.uint64(frame + 1) * _FRAME, bits)


@inlined
def concept_id(run, bits):
    """Hash a run of concepts, eight bits each, counted from 1."""
    return _id(run * PRIME, bits)


@inlined
def skip_id(first, third, bits):
    return _id((np.uint64(first + 1) << np.uint64(8) | np.uint64(third + 1)) * PRIME ^ _SKIP, bits)


@inlined
def grown(last, code, kind):
    """Put a character behind the last ones, 16 bits each; every digit is a 0, a line end a space."""
    c = np.uint64(48) if kind & KIND == DIGIT else np.uint64(code)
    return last << np.uint64(16) | (c if c != 10 else np.uint64(32)) & np.uint64(0xFFFF)


@inlined
def char_id(last, size, shift):
    """Hash the last ``size`` characters."""
    return np.uint32((last << np.uint64(64 - 16 * size) | np.uint64(size)) * _ORDER >> shift)


@inlined
def runs_count(seen, mask, last, high, shift, most):
    """Count the longest run that ends at a place: give 1 the first ``most`` times, when all that end there count, then 0."""
    return counted(seen, mask, char_id(last, high, shift), most)


@inlined
def hits_within(at, first, last, start, stop):
    """Find which of the hits ``first:last`` begin within the code points ``start:stop``."""
    x = first
    while x < last and at[x] < start:
        x += 1
    y = x
    while y < last and at[y] < stop:
        y += 1
    return x, y


@inlined
def clause_end(sort, k, last):
    """Find the token that ends the clause of ``k``, or ``last``."""
    while k < last and sort[k] & KIND != SOFT and sort[k] & KIND != HARD:
        k += 1
    return k


@inlined
def is_word(kind):
    """Say whether n-grams see a token: not lone symbols, quotation marks and emoji."""
    return kind != OTHER


@compiled
def of_words(key, begin, after, sort, first, last, bits, seen, ids, starts, at, size):
    """Fill ``ids`` and ``starts``, and ``at`` and ``size`` if they have room; return how many n-grams there are.

    ``seen`` (SEEN,) is room to work in.
    """
    g = 0
    for p in range(len(first)):
        before, mask = -1, cleared(seen, 2 * (last[p] - first[p]))
        for k in range(first[p], last[p]):
            if not is_word(sort[k] & KIND):
                continue
            ids[g] = word_id(key[k], bits)
            if is_new(seen, mask, ids[g]):
                if len(at):
                    at[g], size[g] = begin[k], after[k] - begin[k]
                g += 1
            if before >= 0:
                ids[g] = pair_id(key[before], key[k], bits)
                if is_new(seen, mask, ids[g]):
                    if len(at):
                        at[g], size[g] = begin[before], after[k] - begin[before]
                    g += 1
            before = k
        starts[p + 1] = g
    return g


@compiled
def of_chars(codes, kinds, start, stop, bits, low, high, most, seen, ids, starts, at, size):
    """Fill the columns; see ``of_words``. The last characters are kept in a window of 16 bits each."""
    g = 0
    shift = np.uint64(64 - bits)
    for p in range(len(start)):
        last, mask = np.uint64(0), counters(seen, stop[p] - start[p])
        for i in range(start[p], stop[p]):
            last = grown(last, codes[i], kinds[i])
            if not runs_count(seen, mask, last, high, shift, most):
                continue
            for k in range(low, min(high, i + 1 - start[p]) + 1):
                ids[g] = char_id(last, k, shift)
                if len(at):
                    at[g], size[g] = i + 1 - k, k
                g += 1
        starts[p + 1] = g
    return g


@compiled
def of_framed(key, begin, sort, concept, at, hit_start, start, stop, first, last, passage, frame, bits, framing, seen, ids, starts):
    """Fill ``ids`` and ``starts``; ``framing`` (MOST_FRAMES,) and ``seen`` (SEEN,) are room to work in."""
    g = 0
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            h, hits = hits_within(at, hit_start[n], hit_start[n + 1], start[p], stop[p])
            k, mask = first[p], np.int64(-1)
            while k < last[p]:
                end = clause_end(sort, k, last[p])
                many = 0
                while h < hits and at[h] < (begin[end] + 1 if end < last[p] else stop[p]):
                    many = framed_by(concept[h], frame, framing, many)
                    h += 1
                if many and mask < 0:
                    mask = cleared(seen, MOST_FRAMES * (last[p] - first[p]))
                for x in range(k, end if many else k):
                    if is_word(sort[x] & KIND):
                        for f in range(many):
                            ids[g] = framed_id(key[x], framing[f], bits)
                            g += is_new(seen, mask, ids[g])
                k = end + 1
            starts[p + 1] = g
    return g


@inlined
def framed_by(concept, frame, framing, many):
    """Add a frame to those of a clause unless it is among them; return how many there are."""
    if not frame[concept] or many == MOST_FRAMES:
        return many
    for f in range(many):
        if framing[f] == concept:
            return many
    framing[many] = concept
    return many + 1


@compiled
def of_concepts(concept, at, sentence, hit_start, start, stop, passage, bits, seen, ids, starts):
    """Fill ``ids`` and ``starts``; return how many n-grams there are. ``seen`` (SEEN,) is room to work in."""
    g = 0
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            x, y = hits_within(at, hit_start[n], hit_start[n + 1], start[p], stop[p])
            mask = cleared(seen, 4 * (y - x))
            for h in range(x, y):
                run = np.uint64(concept[h] + 1)
                ids[g] = concept_id(run, bits)
                g += is_new(seen, mask, ids[g])
                for k in range(h + 1, min(h + 3, y)):
                    if sentence[k] != sentence[h]:
                        break
                    run = run << np.uint64(8) | np.uint64(concept[k] + 1)
                    ids[g] = concept_id(run, bits)
                    g += is_new(seen, mask, ids[g])
                    if k == h + 2:
                        ids[g] = skip_id(concept[h], concept[k], bits)
                        g += is_new(seen, mask, ids[g])
            starts[p + 1] = g
    return g
