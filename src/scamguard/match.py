"""Match: find every term of every lexicon in one walk over the folded text.

All terms stand in one double-array trie (Aoe 1989): from a state, the next code point leads to
``base[state] + symbol`` if ``check`` agrees. A walk begins wherever a word may begin (each character in scripts
without spaces), and most walks die on their first step. Of the terms that begin at one place the longest counts,
and a term that lies wholly inside one already found is not seen: "never send" hides "send".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from .columns import pack
from .errors import LexiconError
from .fold import Folded, fold
from .kinds import DIGIT, EMAIL, HANDLE, HANGUL, HARD, IDEO, KIND, LETTER, LINK, PLANES, SOFT, SPACE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from .lexicon import Lexicon

_compiled = njit(cache=True, nogil=True, error_model="numpy")
_RUN, _CODE, _PHONE = 0xE010, 0xE011, 0xE012  # what stands for #, <code>, <phone> in a folded term
_SYMBOLS = {"#": _RUN, "<code>": _CODE, "<phone>": _PHONE, "<link>": LINK, "<email>": EMAIL, "<handle>": HANDLE}
_GUARD = "一"  # a word may start and end beside it, and it takes part in no undoing
_STAR = 0xE014  # what stands for * at the end of a folded term
_MOST_CONCEPTS = 4  # of one term


class Terms(NamedTuple):
    """All terms, compiled."""

    symbol: NDArray[np.uint16]  # (0x20000,), code point → symbol, 0 if no term uses it
    base: NDArray[np.int32]  # (s,)
    check: NDArray[np.int32]  # (s,)
    term: NDArray[np.int32]  # (s,), the term that ends here with its word, or -1
    stem: NDArray[np.int32]  # (s,), the term that ends here whatever letters follow, or -1
    concept_start: NDArray[np.int32]  # (t + 1,)
    concept: NDArray[np.int16]  # (c,), the concepts of term i: concept_start[i]:concept_start[i + 1]


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


def compile_terms(lexicon: Lexicon) -> Terms:
    """Build the trie from every form of every term.

    Raises
    ------
    LexiconError
        A term folds to nothing, uses a character beyond the alphabet, or means more than four things.
    """
    meaning: dict[tuple[int, ...], set[int]] = {}
    ids = {name: i for i, name in enumerate(lexicon.concepts)}
    for entry in lexicon.entries:
        for form, codes in zip(forms := entry.forms(), _folded_forms(forms), strict=True):
            if not set(codes) - {32, _STAR} or max(codes) >= PLANES:
                raise LexiconError(f"{entry.lang}.toml", f"concept {entry.name!r}", f"term {form!r} cannot be matched")
            meaning.setdefault(codes, set()).add(ids[entry.name])
            if len(meaning[codes]) > _MOST_CONCEPTS:
                raise LexiconError(f"{entry.lang}.toml", f"term {form!r}", f"stands for over {_MOST_CONCEPTS} concepts")
    for codes in [codes for codes in meaning if (*codes, _STAR) in meaning]:
        meaning[codes] |= meaning[*codes, _STAR]  # the word itself is among the words that "stem*" means
    ordered = sorted(meaning)
    starts = np.zeros(len(ordered) + 1, np.int32)
    np.cumsum([len(meaning[codes]) for codes in ordered], out=starts[1:])
    concepts = np.array([c for codes in ordered for c in sorted(meaning[codes])], np.int16)
    return _trie(ordered, starts, concepts)


def _folded_forms(forms: Iterable[str]) -> list[tuple[int, ...]]:
    """Fold terms as messages are folded; ``*``, ``#`` and ``<…>`` become code points of their own."""
    marked, stars = [], []
    for form in forms:
        stars.append(form.endswith("*"))
        text = form.removesuffix("*")
        for name, code in _SYMBOLS.items():
            text = text.replace(name, f"\x00{code}\x00")
        marked.append(text.split("\x00"))
    plain = [part for pieces in marked for part in pieces[::2]]
    folded = fold(pack([f"{_GUARD}{part}{_GUARD}" if part.strip() else part for part in plain]))
    spelled = [folded.codes[a:b] for a, b in zip(folded.starts[:-1], folded.starts[1:], strict=True)]
    out, at = [], 0
    for pieces, star in zip(marked, stars, strict=True):
        codes: list[int] = []
        for k, piece in enumerate(pieces):
            if k % 2:
                codes.append(int(piece))
            else:
                codes += _inner(plain[at], spelled[at])
                at += 1
        out.append((*codes, _STAR) if star and codes else tuple(codes))
    return out


def _inner(part: str, spelled: NDArray[np.uint32]) -> list[int]:
    """Take the guards off again, which kept the spaces at both ends."""
    if part.strip():
        return [int(c) for c in spelled[1:-1]]
    return [32] if part else []


def _trie(words: list[tuple[int, ...]], starts: NDArray[np.int32], concepts: NDArray[np.int16]) -> Terms:
    """Lay the words out as a double array."""
    used = sorted({code for word in words for code in word} - {_STAR})
    symbol = np.zeros(PLANES, np.uint16)
    symbol[used] = np.arange(1, len(used) + 1)
    nodes: list[dict[int, int]] = [{}]
    ends, stems = [-1], [-1]
    for i, word in enumerate(words):
        at = 0
        for code in word[:-1] if word[-1] == _STAR else word:
            at = nodes[at].setdefault(int(symbol[code]), len(nodes))
            if at == len(nodes):
                nodes.append({})
                ends.append(-1)
                stems.append(-1)
        (stems if word[-1] == _STAR else ends)[at] = i
    edge_start = np.zeros(len(nodes) + 1, np.int64)
    np.cumsum([len(node) for node in nodes], out=edge_start[1:])
    edge_symbol = np.array([s for node in nodes for s in sorted(node)], np.int64)
    edge_node = np.array([node[s] for node in nodes for s in sorted(node)], np.int64)
    size = len(nodes) * 4 + len(used) * 2 + 1024
    base, check, home = np.zeros(size, np.int32), np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    last = _place(edge_start, edge_symbol, edge_node, base, check, home)
    size = last + len(used) + 2
    home = home[:size]
    term, stem = (np.where(home >= 0, np.array(of, np.int32)[home], np.int32(-1)) for of in (ends, stems))
    return Terms(symbol, base[:size].copy(), check[:size].copy(), term, stem, starts, concepts)


@_compiled
def _place(edge_start, edge_symbol, edge_node, base, check, home):
    """First fit, breadth first; note which node lives in each state, and return the highest state in use."""
    n = len(edge_start) - 1
    state = np.zeros(n, np.int64)
    queue, head, tail, top, free = np.zeros(n, np.int64), 0, 1, 0, 1
    check[0] = 0
    home[0] = 0
    while head < tail:
        node = queue[head]
        head += 1
        a, b = edge_start[node], edge_start[node + 1]
        if a == b:
            continue
        first, at, crowded, tried = edge_symbol[a], max(free, edge_symbol[a] + 1), 0, 0
        while True:
            tried += 1
            if check[at] < 0:
                fits = True
                for e in range(a + 1, b):
                    if check[at - first + edge_symbol[e]] >= 0:
                        fits = False
                        break
                if fits:
                    break
            crowded += check[at] >= 0
            at += 1
        if crowded > 0.95 * tried:
            free = at  # what lies below is all but full (Darts' next_check_pos)
        at -= first
        base[state[node]] = at
        for e in range(a, b):
            child = at + edge_symbol[e]
            check[child] = state[node]
            home[child] = edge_node[e]
            state[edge_node[e]] = child
            top = max(top, child)
            queue[tail] = edge_node[e]
            tail += 1
    return top


def match(folded: Folded, terms: Terms) -> Hits:
    """Find all terms of ``terms`` in ``folded``."""
    room = _MOST_CONCEPTS * len(folded.codes) + 1
    concept = np.empty(room, np.int16)
    start, stop, unit, clause, sentence = (np.empty(room, np.int32) for _ in range(5))
    starts = np.zeros(len(folded) + 1, np.int64)
    h = _match(folded.codes, folded.kinds, folded.starts, terms, concept, start, stop, unit, clause, sentence, starts)
    return Hits(concept[:h], start[:h], stop[:h], unit[:h], clause[:h], sentence[:h], starts)


@_compiled
def _match(codes, kinds, message, t, concept, start, stop, unit, clause, sentence, starts):
    h = 0
    waiting = np.empty((16, 2), np.int64)
    for n in range(len(message) - 1):
        units = clauses = sentences = 0
        covered = message[n]
        before = SPACE
        for i in range(message[n], message[n + 1]):
            sort = kinds[i] & KIND
            wordlike = LETTER <= sort <= DIGIT and sort != IDEO
            inside = wordlike and LETTER <= before <= DIGIT and before != IDEO
            if not inside:
                end, found = i, -1
                if sort == DIGIT or _begins(codes, i, message[n + 1], t):
                    end, found = _walk(codes, kinds, i, message[n + 1], t, waiting)
                if found >= 0 and end > covered:
                    covered = end
                    for k in range(t.concept_start[found], t.concept_start[found + 1]):
                        concept[h], start[h], stop[h] = t.concept[k], i, end
                        unit[h], clause[h], sentence[h] = units, clauses, sentences
                        h += 1
                if sort == IDEO:
                    units += 1
                elif wordlike or sort == TOKEN:
                    units += 2
            if sort == SOFT or sort == HARD:
                clauses += 1
                sentences += sort == HARD
            before = sort
        starts[n + 1] = h
    return h


@_compiled
def _begins(codes, i, stop, t):
    """Say whether a term begins with the first one or two code points at ``i``: most walks end here, without a call."""
    code = codes[i]
    if code >= PLANES or not t.symbol[code]:
        return False
    state = t.base[0] + t.symbol[code]
    if t.check[state] != 0:
        return False
    if t.term[state] >= 0 or t.stem[state] >= 0 or i + 1 >= stop:
        return True
    code = codes[i + 1] if codes[i + 1] != 10 else np.uint32(32)
    if code >= PLANES or not t.symbol[code]:
        return 48 <= code <= 57
    return t.check[t.base[state] + t.symbol[code]] == state or 48 <= code <= 57


@_compiled
def _walk(codes, kinds, i, stop, t, waiting):
    """Follow the trie from ``i``: ``(end, term)`` of the longest term that ends where a word may end.

    A number may stand for itself, for ``<code>`` or ``<phone>``, or for ``#``: the ways not taken wait in ``waiting``
    (16, 2), as state and place, and the longest term of all ways counts.
    """
    state, end, best, many = 0, i, np.int64(-1), 0
    while True:
        if t.stem[state] >= 0:
            j = i
            while j < stop and kinds[j] & KIND in (LETTER, HANGUL):
                j += 1
            if j >= end:
                end, best = j, np.int64(t.stem[state])
        if t.term[state] >= 0 and i >= end and _may_end(kinds, i, stop):
            end, best = i, np.int64(t.term[state])
        nxt = -1
        if i < stop:
            if kinds[i] & KIND == DIGIT:
                many = _put_off(kinds, i, stop, t, state, waiting, many)
            nxt = _step(t, state, codes[i] if codes[i] != 10 else np.uint32(32))
        if nxt >= 0:
            state, i = nxt, i + 1
        elif many:
            many -= 1
            state, i = waiting[many, 0], waiting[many, 1]
        else:
            return end, best


@_compiled
def _put_off(kinds, i, stop, t, state, waiting, many):
    """Note the ways a run of digits at ``i`` can be taken as a whole; return how many ways wait."""
    j = i + 1
    while j < stop and kinds[j] & KIND == DIGIT:
        j += 1
    long = _PHONE if j - i >= 9 else _CODE
    for sort in (_RUN, long):
        branch = _step(t, state, sort) if sort == _RUN or j - i >= 4 else -1
        if branch >= 0 and many < len(waiting):
            waiting[many, 0], waiting[many, 1] = branch, j
            many += 1
    return many


@_compiled
def _step(t, state, code):
    """Take one edge; -1 if there is none."""
    if code >= PLANES:
        return -1
    symbol = t.symbol[code]
    nxt = t.base[state] + symbol
    return nxt if symbol and t.check[nxt] == state else -1


@_compiled
def _may_end(kinds, i, stop):
    """Say whether a word may end before ``i``: not within letters or digits of a script with spaces."""
    if i >= stop:
        return True
    last, following = kinds[i - 1] & KIND, kinds[i] & KIND
    if last == LETTER:
        return following not in (LETTER, DIGIT)
    return not (last == DIGIT and following in (DIGIT, LETTER))
