"""Match: find every term of every lexicon in one walk over the tokens.

A walk through the automaton begins at each word (each character in scripts without spaces), and most walks die on their first
step. Of the terms that begin at one place the longest counts, and a term that lies wholly inside one already found is not seen:
"never send" hides "send".

The tables are larger than what a core has at hand, and a look-up waits for its line of memory. So the words of some messages are
looked up together, and their walks go on together, a step at a time: while one line comes, the others are asked for. Numbers can be
taken in several ways; a walk that meets one is taken by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from .arena import block
from .automaton import (
    LEADS,
    MOST_CONCEPTS,
    NO_WORD,
    NUMBERS,
    ROOT,
    STEMS,
    begun,
    edge,
    exact,
    follow_bit,
    is_stem,
    longest,
    longest_stem,
)
from .kernels import BASIS, PRIME, compiled, finished, inlined
from .kinds import DIGIT, HANGUL, HARD, IDEO, KIND, LETTER, SOFT, TOKEN
from .lowering import ahead
from .slots import lookup, lookup_finished, place
from .tokens import INSIDE, NUMBERED, SPACED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .automaton import Terms
    from .fold import Folded
    from .tokens import Tokens

TOGETHER: Final = 256  # tokens looked up at once
MEMO: Final = 1 << 13  # words remembered; text repeats itself, and a word met again costs one look at one cache line


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


def match(folded: Folded, cut: Tokens, terms: Terms) -> Hits:
    """Find all terms of ``terms`` in ``folded``, which is cut into the tokens ``cut``."""
    room = MOST_CONCEPTS * len(cut.key) + 1
    concept = np.empty(room, np.int16)
    start, stop, unit, clause, sentence = (np.empty(room, np.int32) for _ in range(5))
    starts = np.zeros(len(folded) + 1, np.int64)
    columns = (work(len(cut.key)), concept, start, stop, unit, clause, sentence, starts)
    h = find(folded.codes, folded.kinds, cut.key, cut.start, cut.stop, cut.sort, cut.starts, terms, *columns)
    return Hits(concept[:h], start[:h], stop[:h], unit[:h], clause[:h], sentence[:h], starts)


class Work(NamedTuple):
    """Room to work in."""

    memo: NDArray[np.uint64]  # (8 * m,), words remembered, a cache line each; see ``work``
    word: NDArray[np.int32]  # (tokens,), ids
    next: NDArray[np.int32]  # (tokens,), the token that a term may go on with, or -1
    stop: NDArray[np.int32]  # (tokens,), where the message ends
    end: NDArray[np.int32]  # (tokens,), of the longest term that begins there: where it ends,
    spelled: NDArray[np.int32]  # (tokens,), twice where its letters do,
    found: NDArray[np.int32]  # (tokens,), and its meaning
    from_: NDArray[np.int32]  # (tokens,), of the walks that go on: where each began,
    at: NDArray[np.int32]  # (tokens,), where it is,
    hash: NDArray[np.uint64]  # (tokens,), and the edge it takes, or the state it has come to
    walks: NDArray[np.int64]  # (1,), how many
    waiting: NDArray[np.int64]  # (32, 2), ways put off, as state and token


def work(tokens: int) -> Work:
    """Make room for a text of so many tokens.

    A word remembered is its hash; id; the state it begins, or -1; that state's ``ends`` and ``follow``; the meaning of its longest
    stem, or -1; where that stem ends and twice where its letters do, from the start of the word.
    """
    columns: list[NDArray[Any]] = [np.empty(tokens, np.int32) for _ in range(8)]
    memo = block(64 * min(MEMO, 1 << max(4, tokens.bit_length())), np.zeros).view(np.uint64)
    return Work(memo, *columns, np.empty(tokens, np.uint64), np.zeros(1, np.int64), np.empty((32, 2), np.int64))  # type: ignore[call-arg]


@compiled
def find(codes, kinds, key, begin, after, sort, message, t, room, concept, start, stop, unit, clause, sentence, starts):
    """Fill the columns; return how many hits there are. ``room`` is to work in."""
    h = n = 0
    while n < len(message) - 1:
        some = n + 1
        while some < len(message) - 1 and message[some + 1] - message[n] <= TOGETHER:
            some += 1
        _look_up(codes, kinds, key, begin, after, sort, message[n], message[some], t, room)
        for i in range(n, some):
            _set_out(codes, kinds, key, begin, after, sort, message[i], message[i + 1], t, room)
        _walk_on(codes, kinds, begin, after, sort, t, room)
        for i in range(n, some):
            h = _write(
                codes, kinds, begin, after, sort, message[i], message[i + 1], t, room, concept, start, stop, unit, clause, sentence, h
            )
            starts[i + 1] = h
        n = some
    return h


@inlined
def _look_up(codes, kinds, key, begin, after, sort, a, b, t, r):
    """Find the ids of the words ``a:b``: from memory, or else by the table, where all are looked for at once."""
    tables = (t.words, t.edges, t.stems, t.first, t.ends, t.follow)
    missed = 0
    for k in range(a, b):
        ahead(r.memo, _slot(key[k], r.memo) * 8)
    for k in range(a, b):
        row = _slot(key[k], r.memo) * 8
        r.word[k] = np.int32(r.memo[row + 1])
        r.at[missed] = k
        missed += (r.memo[row] != key[k]) | (sort[k] & NUMBERED != 0)
    for i in range(missed):
        k = r.at[i]
        r.hash[k] = exact(codes, begin[k], after[k]) if sort[k] & NUMBERED else key[k]
        ahead(t.words, place(finished(r.hash[k]), t.words))
    for i in range(missed):
        k = r.at[i]
        r.word[k] = lookup(t.words, r.hash[k])
        ahead(t.first, max(0, r.word[k]))
    for i in range(missed):
        state = begun(r.word[r.at[i]], t.first)
        ahead(t.ends, max(0, state))
        ahead(t.follow, max(0, state))
    for i in range(missed):
        k = r.at[i]
        row = _slot(r.hash[k], r.memo) * 8
        if r.memo[row] != r.hash[k]:
            _remember(codes, kinds, r.hash[k], r.word[k], begin[k], after[k], sort[k], *tables, r.memo[row : row + 8])
        r.word[k] = np.int32(r.memo[row + 1])


@inlined
def _set_out(codes, kinds, key, begin, after, sort, a, b, t, r):
    """Begin a walk at each word of a message that may begin a term; note those that go on, and those to be taken one by one."""
    tables = (t.words, t.edges, t.stems, t.first, t.ends, t.follow)
    following = -1
    for k in range(b - 1, a - 1, -1):
        r.next[k], r.stop[k] = following, after[b - 1]
        if codes[begin[k]] != 10:  # a term may go on in the next line
            following = k
    for k in range(a, b):
        r.found[k] = _NOTHING
        if sort[k] & INSIDE or not (r.word[k] < len(t.first) or sort[k] & NUMBERED):
            continue  # a word with a stem counts as one that may begin a term
        if sort[k] & NUMBERED:
            r.found[k] = _APART
            continue
        row = _slot(key[k], r.memo) * 8
        if r.memo[row] != key[k]:
            found = lookup(t.words, key[k])
            _remember(codes, kinds, key[k], found, begin[k], after[k], sort[k], *tables, r.memo[row : row + 8])
        r.end[k] = r.spelled[k] = -1
        if r.word[k] < 0:
            end, spelled, found = _stem(codes, kinds, begin[k], after[k], after[b - 1], *tables, r.memo[row : row + 8])
            r.end[k], r.spelled[k], r.found[k] = end, spelled, found
        if np.int64(r.memo[row + 2]) >= 0:
            state = np.int64(r.memo[row + 2])
            _arrive(k, k, state, np.int64(r.memo[row + 3]), r.memo[row + 4], codes, kinds, begin, after, sort, t, r)


@inlined
def _arrive(k, x, state, leads, follow, codes, kinds, begin, after, sort, t, r):
    """Come from word ``k`` by word ``x`` to ``state``: a term may end here, and the walk may go on."""
    end = after[x]
    if leads >> 3 and (end > r.end[k] or (end == r.end[k] and 2 * end >= r.spelled[k])):
        r.end[k], r.spelled[k], r.found[k] = end, 2 * end + 1, (leads >> 3) - 1
    y = r.next[x]
    if not leads & LEADS or y < 0:
        return
    if leads & NUMBERS and sort[y] & NUMBERED:
        r.found[k] = _APART
        return
    spaced = sort[y] & SPACED != 0
    if leads & STEMS and r.word[y] < 0:
        tables = (t.words, t.edges, t.stems, t.first, t.ends, t.follow)
        end, spelled, found = longest_stem(codes, kinds, begin[y], after[y], r.stop[y], state, spaced, *tables)
        if found >= 0 and (end > r.end[k] or (end == r.end[k] and spelled > r.spelled[k])):
            r.end[k], r.spelled[k], r.found[k] = end, spelled, found
    word = r.word[y] if r.word[y] >= 0 else -2 - r.word[y]
    if word != NO_WORD and follow >> follow_bit(word, spaced) & np.uint64(1):
        w = r.walks[0]
        h = finished(edge(state, word, spaced))
        ahead(t.edges, place(h, t.edges))
        r.from_[w], r.at[w], r.hash[w] = k, y, h
        r.walks[0] = w + 1


@inlined
def _walk_on(codes, kinds, begin, after, sort, t, r):
    """Take all walks on, a word at a time, until none goes on."""
    while r.walks[0]:
        many = 0
        for w in range(r.walks[0]):
            state = lookup_finished(t.edges, r.hash[w])
            if state >= 0:
                ahead(t.ends, state)
                ahead(t.follow, state)
                r.from_[many], r.at[many], r.hash[many] = r.from_[w], r.at[w], np.uint64(state)
                many += 1
        r.walks[0] = 0
        for w in range(many):
            state = np.int64(r.hash[w])
            _arrive(r.from_[w], r.at[w], state, np.int64(t.ends[state]), t.follow[state], codes, kinds, begin, after, sort, t, r)


@inlined
def _write(codes, kinds, begin, after, sort, a, b, t, r, concept, start, stop, unit, clause, sentence, h):
    """Write the hits of a message from ``h`` on, none of which lies wholly inside one before; return how many there are."""
    covered = np.int64(0)
    units = clauses = sentences = 0
    for k in range(a, b):
        kind = sort[k] & KIND
        if not sort[k] & INSIDE:
            found, end = np.int64(r.found[k]), np.int64(r.end[k])
            if found == _APART:
                tables = (t.words, t.edges, t.stems, t.first, t.ends, t.follow)
                end, found = longest(codes, kinds, begin, after, sort, r.word, k, b, *tables, r.waiting)
            if found >= 0 and end > covered:
                covered = end
                for c in range(t.concept_start[found], t.concept_start[found + 1]):
                    concept[h], start[h], stop[h] = t.concept[c], begin[k], end
                    unit[h], clause[h], sentence[h] = units, clauses, sentences
                    h += 1
            if kind == IDEO:
                units += 1
            elif kind == LETTER or kind == HANGUL or kind == DIGIT or kind == TOKEN:
                units += 2
        if kind == SOFT or kind == HARD:
            clauses += 1
            sentences += kind == HARD
    return h


_NOTHING, _APART = -1, -2  # instead of what was found: nothing; a number is met, so walks are taken one by one


@inlined
def _slot(h, memo):
    return np.int64((h ^ h >> np.uint64(29)) & np.uint64(len(memo) // 8 - 1))


@compiled
def _remember(codes, kinds, h, word, i, j, mark, words, edges, stems, first, ends, follows, row):
    """Note what is known of a word. Of words that may begin with a stem the id is -2 - id or, if there is none, -2 - ``NO_WORD``."""
    kind, stemmed = mark & KIND, False
    if kind == LETTER or kind == HANGUL or kind == DIGIT:
        part = BASIS
        for x in range(i, j):
            part = (part ^ np.uint64(codes[x])) * PRIME
            stemmed |= is_stem(part, stems)
    found = np.int64(NO_WORD) if word < 0 else np.int64(word)
    row[0], row[1] = h, np.uint64(np.int64(-2 - found if stemmed else found))
    state = begun(found, first)
    row[2] = np.uint64(state)
    if state >= 0:
        row[3], row[4] = np.uint64(ends[state]), follows[state]
    if stemmed:
        end, spelled, term = longest_stem(codes, kinds, i, j, j, np.int64(ROOT), 0, words, edges, stems, first, ends, follows)
        row[5], row[6], row[7] = np.uint64(term), np.uint64(end - i), np.uint64(spelled - 2 * i)


@inlined
def _stem(codes, kinds, i, j, limit, words, edges, stems, first, ends, follows, row):
    """Find the longest stem that begins a term and the word ``i:j``, as ``longest_stem`` does; mostly from memory."""
    if j < limit and (kinds[j] & KIND == LETTER or kinds[j] & KIND == HANGUL):
        return longest_stem(codes, kinds, i, j, limit, np.int64(ROOT), 0, words, edges, stems, first, ends, follows)
    term = np.int64(row[5])
    if term < 0:
        return np.int64(-1), np.int64(-1), np.int64(-1)
    return i + np.int64(row[6]), 2 * i + np.int64(row[7]), term
