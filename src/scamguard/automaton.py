"""Automaton: what the terms of all lexicons are compiled into, and how a walk takes it word by word.

Its edges are words, not letters: the hash of a word leads to its id, and a state and an id lead to the next state, both by one probe
of a hash table. Stems (``pass*``, and every term that ends in Hangul) are edges too; a word is only asked for its stems if one of its
beginnings is in a bitmap of all stems (Bloom 1970).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .kernels import BASIS, PRIME, compiled, finished, inlined
from .kinds import DIGIT, HANGUL, KIND, LETTER
from .slots import lookup
from .tokens import NUMBERED, SPACED

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUN: Final = 0xE010
CODE: Final = 0xE011
PHONE: Final = 0xE012  # these stand for #, <code> and <phone> in a term, and are hashed in their place
MOST_CONCEPTS: Final = 4  # of one term
ANY_ENDING, GLUED = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)  # make a stem's key: stem*, Hangul
ROOT = -1
NO_WORD = 0x7FFFFFF0
LEADS: Final = 1  # a state leads to others
STEMS: Final = 2  # some of them by stems
NUMBERS: Final = 4  # some of them by sorts of numbers


class Terms(NamedTuple):
    """All terms, compiled; ``words`` and ``edges`` are tables of slots.py."""

    words: NDArray[np.uint64]  # (2**k,), word → id
    edges: NDArray[np.uint64]  # (2**k,), state and id → state
    stems: NDArray[np.uint64]  # (2**k,), bitmap of stems
    first: NDArray[np.int32]  # (f,), the state that each of the words leads to which begin a term; they have the lowest ids
    ends: NDArray[np.int32]  # (s,), what the term means that ends in a state plus one, times eight; and what the state leads to
    follow: NDArray[np.uint64]  # (s,), one bit of 64 for each edge: most words that do not go on need no probe
    concept_start: NDArray[np.int32]  # (t + 1,)
    concept: NDArray[np.int16]  # (c,), the concepts of meaning i: concept_start[i]:concept_start[i + 1]


@inlined
def stem_bit(key, bitmap):
    return np.int64(finished(key) >> np.uint64(20)) & (64 * len(bitmap) - 1)


@inlined
def begun(word, first):
    """Give the state that a word leads to from the root; -1 if it begins no term."""
    return np.int64(first[word]) if 0 <= word < len(first) else np.int64(-1)


@inlined
def exact(codes, i, j):
    """Hash a word, digits as they are."""
    h = BASIS
    for x in range(i, j):
        h = (h ^ np.uint64(codes[x])) * PRIME
    return h


@inlined
def is_stem(h, stems):
    at = stem_bit(h, stems)
    return stems[at >> 6] >> np.uint64(at & 63) & np.uint64(1) != 0


@inlined
def longest(codes, kinds, begin, after, sort, word, k, b, words, edges, stems, first, ends, follows, waiting):
    """Follow the automaton from token ``k``: ``(end, term)`` of the longest term, or -1.

    A number may stand for itself, for ``<code>`` or ``<phone>``, or for ``#``: the ways not taken wait in ``waiting``, as
    state and token, and the longest term of all ways counts; of two that end alike whole words go before a stem, and then the one
    that spells more out, as :mod:`scamguard.lexicon` says.
    """
    state, many = np.int64(ROOT), 0
    end, spelled, best = np.int64(-1), np.int64(-1), np.int64(-1)
    while True:
        if k >= 0:
            spaced = 0 if state == ROOT else (sort[k] & SPACED) != 0
            if word[k] < 0 and (state == ROOT or ends[state] & STEMS):
                stem_end, stem_spelled, stem = longest_stem(
                    codes, kinds, begin[k], after[k], after[b - 1], state, spaced, words, edges, stems, first, ends, follows
                )
                if stem >= 0 and (stem_end > end or (stem_end == end and stem_spelled > spelled)):
                    end, spelled, best = stem_end, stem_spelled, stem
            if sort[k] & NUMBERED:
                number = (codes, kinds, begin[k], after[k], sort[k] & KIND)
                many = _put_off(*number, state, spaced, k, words, edges, first, follows, waiting, many)
            follow = follows[state] if state >= 0 else np.uint64(0)
            state = step(state, follow, word[k] if word[k] >= 0 else -2 - word[k], spaced, edges, first)
        else:
            state = np.int64(ROOT)
        if state < 0:
            if not many:
                return end, best
            many -= 1
            state, k = waiting[many, 0], waiting[many, 1]
        leads = ends[state]
        if leads >> 3 and (after[k] > end or (after[k] == end and 2 * after[k] >= spelled)):
            end, spelled, best = np.int64(after[k]), np.int64(2 * after[k] + 1), np.int64((leads >> 3) - 1)
        k = next_token(codes, begin, k, b)
        if not leads & LEADS or k >= b:
            k = -1


@inlined
def next_token(codes, begin, k, b):
    """Go to the next token; a term may go on in the next line."""
    k += 1
    while k < b and codes[begin[k]] == 10:
        k += 1
    return k


@inlined
def step(state, follow, word, spaced, edges, first):
    """Take one edge; -1 if there is none. ``follow`` is read only if the state is not the root."""
    if word == NO_WORD:
        return np.int64(-1)
    if state == ROOT:
        return np.int64(first[word]) if word < len(first) else np.int64(-1)
    if not follow >> follow_bit(word, spaced) & np.uint64(1):
        return np.int64(-1)
    return lookup(edges, edge(state, word, spaced))


@inlined
def follow_bit(word, spaced):
    return (np.uint64(word) << np.uint64(1) | np.uint64(spaced)) * ANY_ENDING >> np.uint64(58)


@inlined
def edge(state, word, spaced):
    """Make the key of an edge; multiplied, as ids alone are poor keys."""
    return (np.uint64(state) << np.uint64(32) | np.uint64(word) << np.uint64(1) | np.uint64(spaced)) * ANY_ENDING


@inlined
def _put_off(codes, kinds, i, j, kind, state, spaced, k, words, edges, first, follows, waiting, many):
    """Note the ways the numbers of token ``k`` can be taken, likeliest last; return how many ways wait."""
    h, last = BASIS, False
    for x in range(i, j):
        digit = kinds[x] & KIND == DIGIT
        if not digit or not last:
            h = (h ^ np.uint64(RUN if digit else codes[x])) * PRIME
        last = digit
    for way in range(2):
        if way == 1:
            if kind != DIGIT or j - i < 4:
                break
            h = (BASIS ^ np.uint64(PHONE if j - i >= 9 else CODE)) * PRIME
        word = lookup(words, h)
        if word >= 0 and many < len(waiting):
            branch = step(state, follows[state] if state >= 0 else np.uint64(0), word, spaced, edges, first)
            if branch >= 0:
                waiting[many, 0], waiting[many, 1] = branch, k
                many += 1
    return many


@compiled
def longest_stem(codes, kinds, i, j, limit, state, spaced, words, edges, stems, first, ends, follows):
    """Find the longest stem that the word ``i:j`` begins with: ``(end, twice where the stem ends, term)``, or -1.

    A word of letters may go on in Hangul, or the other way round, but not beyond ``limit``.
    """
    h, end, spelled, best = BASIS, np.int64(-1), np.int64(-1), np.int64(-1)
    for x in range(i, j):
        h = (h ^ np.uint64(codes[x])) * PRIME
        if not is_stem(h, stems):
            continue
        for way in range(2 if kinds[x] & KIND == HANGUL else 1):
            ending = GLUED if way else ANY_ENDING
            word = lookup(words, h ^ ending)
            branch = step(state, follows[state] if state >= 0 else np.uint64(0), word, spaced, edges, first) if word >= 0 else np.int64(-1)
            if branch >= 0:
                reach = np.int64(x + 1)
                if ending == ANY_ENDING:
                    while reach < limit and kinds[reach] & KIND in (LETTER, HANGUL):
                        reach += 1
                if reach >= end:
                    end, spelled, best = reach, np.int64(2 * (x + 1)), np.int64((ends[branch] >> 3) - 1)
    return end, spelled, best
