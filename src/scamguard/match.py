"""Match: find every term of every lexicon in one walk over the tokens.

All terms stand in one minimal automaton whose edges are words, not letters: the hash of a word leads to its id, and a
state and an id lead to the next state, both by one probe of a hash table. A walk begins at each word (each character in
scripts without spaces), and most walks die on their first probe. Of the terms that begin at one place the longest
counts, and a term that lies wholly inside one already found is not seen: "never send" hides "send".

Stems (``pass*``, and every term that ends in Hangul) are edges too; a word is only asked for its stems
if one of its beginnings is in a bitmap of all stems (Bloom 1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .kernels import BASIS, PRIME, compiled, finished, inlined
from .kinds import DIGIT, HANGUL, HARD, IDEO, KIND, LETTER, SOFT, TOKEN
from .tokens import INSIDE, NUMBERED, SPACED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fold import Folded
    from .tokens import Tokens

RUN: Final = 0xE010
CODE: Final = 0xE011
PHONE: Final = 0xE012  # these stand for #, <code> and <phone> in a term, and are hashed in their place
MOST_CONCEPTS: Final = 4  # of one term
WAITING: Final = (32, 2)  # ways put off, as state and token
MEMO: Final = 1 << 12  # words remembered; text repeats itself, and a word met again costs one look at one cache line
ANY_ENDING, GLUED = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)  # make a stem's key: stem*, Hangul
_ROOT = -1
LEADS: Final = 1  # a state leads to others
STEMS: Final = 2  # some of them by stems
NUMBERS: Final = 4  # some of them by sorts of numbers


class Terms(NamedTuple):
    """All terms, compiled. A slot of a table is 40 bits of a hash and, below them, 24 bits of what it leads to, plus one."""

    words: NDArray[np.uint64]  # (2**k,), word → id
    edges: NDArray[np.uint64]  # (2**k,), state and id → state
    stems: NDArray[np.uint64]  # (2**k,), bitmap of stems
    first: NDArray[np.int32]  # (f,), the state that each of the words leads to which begin a term; they have the lowest ids
    ends: NDArray[np.int32]  # (s,), what the term means that ends in a state plus one, times eight; and what the state leads to
    follow: NDArray[np.uint64]  # (s,), one bit of 64 for each edge: most words that do not go on need no probe
    concept_start: NDArray[np.int32]  # (t + 1,)
    concept: NDArray[np.int16]  # (c,), the concepts of meaning i: concept_start[i]:concept_start[i + 1]


@dataclass(frozen=True, slots=True)
class Hits:
    """Where concepts stand: columns, one row a hit, in reading order."""

    concept: NDArray[np.int16]  # (h,)
    start: NDArray[np.int32]  # (h,), position in Folded.codes
    stop: NDArray[np.int32]  # (h,)
    unit: NDArray[np.int32]  # (h,), half words since the message began
    clause: NDArray[np.int32]  # (h,), counted from the start of the message
    sentence: NDArray[np.int32]  # (h,)
    starts: NDArray[np.int64]  # (n + 1,), the hits of message i: starts[i]:starts[i + 1]


@inlined
def _find(slots, key):
    """Give what ``key`` leads to; -1 if nothing."""
    mask = len(slots) - 1
    h = finished(key)
    tag = h << np.uint64(24)
    at = np.int64(h >> np.uint64(40)) & mask
    while True:
        slot = slots[at]
        if (slot ^ tag) < np.uint64(1 << 24):
            return np.int64(slot & np.uint64(0xFFFFFF)) - 1
        if not slot:
            return np.int64(-1)
        at = (at + 1) & mask


@inlined
def stem_bit(key, bitmap):
    return np.int64(finished(key) >> np.uint64(20)) & (64 * len(bitmap) - 1)


def match(folded: Folded, cut: Tokens, terms: Terms) -> Hits:
    """Find all terms of ``terms`` in ``folded``, which is cut into the tokens ``cut``."""
    room = MOST_CONCEPTS * len(cut.key) + 1
    concept = np.empty(room, np.int16)
    start, stop, unit, clause, sentence = (np.empty(room, np.int32) for _ in range(5))
    starts, word = np.zeros(len(folded) + 1, np.int64), np.empty(len(cut.key), np.int32)
    columns = (memory(len(cut.key)), np.empty(WAITING, np.int64), concept, start, stop, unit, clause, sentence, starts)
    h = find(folded.codes, folded.kinds, cut.key, cut.start, cut.stop, cut.sort, cut.starts, terms, word, *columns)
    return Hits(concept[:h], start[:h], stop[:h], unit[:h], clause[:h], sentence[:h], starts)


def memory(tokens: int) -> NDArray[np.uint64]:
    """Make room to remember the words of a text of so many tokens, (m, 8), a cache line each.

    Hash; id; the state it begins, or -1; that state's ``ends`` and ``follow``; the meaning of its longest stem, or -1; where
    that stem ends and twice where its letters do, from the start of the word.
    """
    return np.zeros((min(MEMO, 1 << max(4, tokens.bit_length())), 8), np.uint64)


@compiled
def find(codes, kinds, key, begin, after, sort, message, t, word, memo, waiting, concept, start, stop, unit, clause, sentence, starts):
    """Fill the columns; return how many hits there are. ``word`` (tokens,), ``memo`` and ``waiting`` are room to work in."""
    h = 0
    tables = (t.words, t.edges, t.stems, t.first, t.ends, t.follow)
    edges, first, ends, follows = t.edges, t.first, t.ends, t.follow
    concept_start, concepts = t.concept_start, t.concept
    for n in range(len(message) - 1):
        covered = np.int64(0)
        units = clauses = sentences = 0
        a, b = message[n], message[n + 1]
        for k in range(a, b):
            spelling = exact(codes, begin[k], after[k]) if sort[k] & NUMBERED else key[k]
            row = _slot(spelling, memo)
            if memo[row, 0] != spelling:
                _remember(codes, kinds, spelling, begin[k], after[k], sort[k], *tables, memo[row])
            word[k] = np.int32(memo[row, 1])
        for k in range(a, b):
            mark, kind = sort[k], sort[k] & KIND
            if not mark & INSIDE:
                if word[k] < len(first) or mark & NUMBERED:  # a word with a stem counts as one that may begin a term
                    end = spelled = found = state = np.int64(-1)
                    x, plain = np.int64(k), not mark & NUMBERED
                    if plain:
                        row = _slot(key[k], memo)
                        if memo[row, 0] != key[k]:
                            _remember(codes, kinds, key[k], begin[k], after[k], mark, *tables, memo[row])
                        if word[k] < 0:
                            end, spelled, found = _stem(codes, kinds, begin[k], after[k], after[b - 1], *tables, memo[row])
                        state, leads, follow = np.int64(memo[row, 2]), np.int64(memo[row, 3]), memo[row, 4]
                    while state >= 0:  # nearly always each word can be taken in one way only
                        if leads >> 3 and (after[x] > end or (after[x] == end and 2 * after[x] >= spelled)):
                            end, spelled, found = np.int64(after[x]), 2 * np.int64(after[x]) + 1, (leads >> 3) - 1
                        x = _next(codes, begin, x, b)
                        if not leads & LEADS or x >= b:
                            break
                        plain = not (leads & STEMS and word[x] < 0) and not (leads & NUMBERS and sort[x] & NUMBERED)
                        if not plain:
                            break
                        state = _step(state, follow, word[x] if word[x] >= 0 else -2 - word[x], sort[x] & SPACED != 0, edges, first)
                        if state >= 0:
                            leads, follow = np.int64(ends[state]), follows[state]
                    if not plain:
                        end, found = _longest(codes, kinds, begin, after, sort, word, k, b, *tables, waiting)
                    if found >= 0 and end > covered:
                        covered = np.int64(end)
                        for c in range(concept_start[found], concept_start[found + 1]):
                            concept[h], start[h], stop[h] = concepts[c], begin[k], end
                            unit[h], clause[h], sentence[h] = units, clauses, sentences
                            h += 1
                if kind == IDEO:
                    units += 1
                elif kind == LETTER or kind == HANGUL or kind == DIGIT or kind == TOKEN:
                    units += 2
            if kind == SOFT or kind == HARD:
                clauses += 1
                sentences += kind == HARD
        starts[n + 1] = h
    return h


_NONE = 0x7FFFFFF0  # no such word


@inlined
def _slot(h, memo):
    return np.int64((h ^ h >> np.uint64(29)) & np.uint64(len(memo) - 1))


@inlined
def exact(codes, i, j):
    """Hash a word, digits as they are."""
    h = BASIS
    for x in range(i, j):
        h = (h ^ np.uint64(codes[x])) * PRIME
    return h


@compiled
def _remember(codes, kinds, h, i, j, mark, words, edges, stems, first, ends, follows, row):
    """Look a word up. Of words that may begin with a stem the id is -2 - id or, if there is none, -2 - ``_NONE``."""
    kind, stemmed = mark & KIND, False
    if kind == LETTER or kind == HANGUL or kind == DIGIT:
        part = BASIS
        for x in range(i, j):
            part = (part ^ np.uint64(codes[x])) * PRIME
            stemmed |= _is_stem(part, stems)
    found = _find(words, h)
    found = np.int64(_NONE) if found < 0 else found
    row[0], row[1] = h, np.uint64(np.int64(-2 - found if stemmed else found))
    state = np.int64(first[found]) if found < len(first) else np.int64(-1)
    row[2] = np.uint64(state)
    if state >= 0:
        row[3], row[4] = np.uint64(ends[state]), follows[state]
    if stemmed:
        end, spelled, term = _longest_stem(codes, kinds, i, j, j, np.int64(_ROOT), 0, words, edges, stems, first, ends, follows)
        row[5], row[6], row[7] = np.uint64(term), np.uint64(end - i), np.uint64(spelled - 2 * i)


@inlined
def _stem(codes, kinds, i, j, limit, words, edges, stems, first, ends, follows, row):
    """Find the longest stem that begins a term and the word ``i:j``, as ``_longest_stem`` does; mostly from memory."""
    if j < limit and (kinds[j] & KIND == LETTER or kinds[j] & KIND == HANGUL):
        return _longest_stem(codes, kinds, i, j, limit, np.int64(_ROOT), 0, words, edges, stems, first, ends, follows)
    term = np.int64(row[5])
    if term < 0:
        return np.int64(-1), np.int64(-1), np.int64(-1)
    return i + np.int64(row[6]), 2 * i + np.int64(row[7]), term


@inlined
def _is_stem(h, stems):
    at = stem_bit(h, stems)
    return stems[at >> 6] >> np.uint64(at & 63) & np.uint64(1) != 0


@inlined
def _longest(codes, kinds, begin, after, sort, word, k, b, words, edges, stems, first, ends, follows, waiting):
    """Follow the automaton from token ``k``: ``(end, term)`` of the longest term, or -1.

    A number may stand for itself, for ``<code>`` or ``<phone>``, or for ``#``: the ways not taken wait in ``waiting``, as
    state and token, and the longest term of all ways counts; of two that end alike the one that spells more out.
    """
    state, many = np.int64(_ROOT), 0
    end, spelled, best = np.int64(-1), np.int64(-1), np.int64(-1)
    while True:
        if k >= 0:
            spaced = 0 if state == _ROOT else (sort[k] & SPACED) != 0
            if word[k] < 0 and (state == _ROOT or ends[state] & STEMS):
                stem_end, stem_spelled, stem = _longest_stem(
                    codes, kinds, begin[k], after[k], after[b - 1], state, spaced, words, edges, stems, first, ends, follows
                )
                if stem >= 0 and (stem_end > end or (stem_end == end and stem_spelled > spelled)):
                    end, spelled, best = stem_end, stem_spelled, stem
            if sort[k] & NUMBERED:
                number = (codes, kinds, begin[k], after[k], sort[k] & KIND)
                many = _put_off(*number, state, spaced, k, words, edges, first, follows, waiting, many)
            follow = follows[state] if state >= 0 else np.uint64(0)
            state = _step(state, follow, word[k] if word[k] >= 0 else -2 - word[k], spaced, edges, first)
        else:
            state = np.int64(_ROOT)
        if state < 0:
            if not many:
                return end, best
            many -= 1
            state, k = waiting[many, 0], waiting[many, 1]
        leads = ends[state]
        if leads >> 3 and (after[k] > end or (after[k] == end and 2 * after[k] >= spelled)):
            end, spelled, best = np.int64(after[k]), np.int64(2 * after[k] + 1), np.int64((leads >> 3) - 1)
        k = _next(codes, begin, k, b)
        if not leads & LEADS or k >= b:
            k = -1


@inlined
def _next(codes, begin, k, b):
    """Go to the next token; a term may go on in the next line."""
    k += 1
    while k < b and codes[begin[k]] == 10:
        k += 1
    return k


@inlined
def _step(state, follow, word, spaced, edges, first):
    """Take one edge; -1 if there is none. ``follow`` is read only if the state is not the root."""
    if word == _NONE:
        return np.int64(-1)
    if state == _ROOT:
        return np.int64(first[word]) if word < len(first) else np.int64(-1)
    if not follow >> follow_bit(word, spaced) & np.uint64(1):
        return np.int64(-1)
    return _find(edges, edge(state, word, spaced))


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
        word = _find(words, h)
        if word >= 0 and many < len(waiting):
            branch = _step(state, follows[state] if state >= 0 else np.uint64(0), word, spaced, edges, first)
            if branch >= 0:
                waiting[many, 0], waiting[many, 1] = branch, k
                many += 1
    return many


@compiled
def _longest_stem(codes, kinds, i, j, limit, state, spaced, words, edges, stems, first, ends, follows):
    """Find the longest stem that the word ``i:j`` begins with: ``(end, twice where the stem ends, term)``, or -1.

    A word of letters may go on in Hangul, or the other way round, but not beyond ``limit``.
    """
    h, end, spelled, best = BASIS, np.int64(-1), np.int64(-1), np.int64(-1)
    for x in range(i, j):
        h = (h ^ np.uint64(codes[x])) * PRIME
        if not _is_stem(h, stems):
            continue
        for way in range(2 if kinds[x] & KIND == HANGUL else 1):
            ending = GLUED if way else ANY_ENDING
            word = _find(words, h ^ ending)
            branch = _step(state, follows[state] if state >= 0 else np.uint64(0), word, spaced, edges, first) if word >= 0 else np.int64(-1)
            if branch >= 0:
                reach = np.int64(x + 1)
                if ending == ANY_ENDING:
                    while reach < limit and kinds[reach] & KIND in (LETTER, HANGUL):
                        reach += 1
                if reach >= end:
                    end, spelled, best = reach, np.int64(2 * (x + 1)), np.int64((ends[branch] >> 3) - 1)
    return end, spelled, best
