"""Rules: which speech acts are in a message, from the concepts that stand together in it.

A rule names one to four sets of concepts. It fires where one of each set stands within ``within`` half words,
in one clause (or sentence, or message), and nothing it excludes stands in the clauses it touches.
A rule is only looked at where its rarest concept occurs, and is refused by two bit masks before any search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .errors import LexiconError
from .kernels import compiled, inlined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from .lexicon import Lexicon
    from .match import Hits

_CLAUSE, _SENTENCE, _MESSAGE = 0, 1, 2
_SCOPE = {"clause": _CLAUSE, "sentence": _SENTENCE, "message": _MESSAGE}
_MOST_NEEDS = 4
_MOST_CONCEPTS = 128  # two 64-bit words
_MOST_RULES = 1 << 15  # they are numbered in 16 bits, with a sign


class Rules(NamedTuple):
    """All rules, compiled. A set of concepts is two words of bits."""

    need: NDArray[np.uint64]  # (r, 4, 2)
    needs: NDArray[np.int64]  # (r,), how many of the four are used
    within: NDArray[np.int32]  # (r,), half words
    ordered: NDArray[np.bool_]  # (r,)
    unless: NDArray[np.uint64]  # (r, 3, 2), in the clauses, sentences, message
    anchor_start: NDArray[np.int32]  # (3 * 128 + 1,), by scope and concept: the rules to look at
    anchored: NDArray[np.int16]  # (a,)
    frame: NDArray[np.bool_]  # (128,), by concept: it colours the words of its clause (see ngrams.framed_words)


@dataclass(frozen=True, slots=True)
class Fired:
    """Which rules fired and on what: columns, one row a firing, in the order found."""

    rule: NDArray[np.int16]  # (f,)
    first: NDArray[np.int32]  # (f,), index in Hits of the first concept
    last: NDArray[np.int32]  # (f,)
    starts: NDArray[np.int64]  # (n + 1,)


def compile_rules(lexicon: Lexicon) -> Rules:
    """Turn rules into bit masks, indexed by the concept that makes them worth a look.

    Raises
    ------
    LexiconError
        There are more concepts than bits, or more rules than numbers.
    """
    if len(lexicon.concepts) > _MOST_CONCEPTS:
        raise LexiconError("concepts.toml", f"{len(lexicon.concepts)} concepts", f"only {_MOST_CONCEPTS} fit")
    _check_count(len(lexicon.rules))
    ids = {name: i for i, name in enumerate(lexicon.concepts)}
    r = len(lexicon.rules)
    need, unless = np.zeros((r, _MOST_NEEDS, 2), np.uint64), np.zeros((r, 3, 2), np.uint64)
    anchors: list[list[int]] = [[] for _ in range(3 * _MOST_CONCEPTS)]

    def bits(names: tuple[str, ...]) -> NDArray[np.uint64]:
        out = np.zeros(2, np.uint64)
        for i in (ids[name] for name in names):
            out[i // 64] |= np.uint64(1 << (i % 64))
        return out

    for i, rule in enumerate(lexicon.rules):
        for k, names in enumerate(rule.need):
            need[i, k] = bits(names)
        for k, names in enumerate((rule.unless, rule.unless_sentence, rule.unless_message)):
            unless[i, k] = bits(names)
        for name in min(rule.need, key=lambda names: len(set(names))):
            anchors[_SCOPE[rule.scope] * _MOST_CONCEPTS + ids[name]].append(i)
    starts = np.zeros(len(anchors) + 1, np.int32)
    np.cumsum([len(a) for a in anchors], out=starts[1:])
    return Rules(
        need,
        np.array([len(rule.need) for rule in lexicon.rules], np.int64),
        np.array([2 * rule.within for rule in lexicon.rules], np.int32),
        np.array([rule.ordered for rule in lexicon.rules], np.bool_),
        unless,
        starts,
        np.array([i for a in anchors for i in a], np.int16),
        np.isin(np.arange(_MOST_CONCEPTS), [ids[name] for name in lexicon.frames]),
    )


def _check_count(many: int) -> None:
    if many > _MOST_RULES:
        raise LexiconError("rules", f"{many:,} rules", f"only {_MOST_RULES:,} fit, those of the model included")


def asking(listed: Iterable[Mapping[str, Any]]) -> NDArray[np.bool_]:
    """Tell the rules that say that a secret is asked for, (r,), by what a card lists of each."""
    return np.array([bool(row.get("asks")) for row in listed], np.bool_)


def joined(first: Rules, second: Rules) -> Rules:
    """Put the rules of ``second`` behind those of ``first``, which keep their places; the frames are those of ``first``.

    Raises
    ------
    LexiconError
        There are more rules than numbers.
    """
    many = len(first.needs)
    _check_count(many + len(second.needs))
    anchored, starts = [], np.zeros_like(first.anchor_start)
    for k in range(len(starts) - 1):
        mine = first.anchored[first.anchor_start[k] : first.anchor_start[k + 1]]
        anchored += [mine, second.anchored[second.anchor_start[k] : second.anchor_start[k + 1]] + many]
        starts[k + 1] = starts[k] + len(anchored[-2]) + len(anchored[-1])
    columns = {
        name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("need", "needs", "within", "ordered", "unless")
    }
    return Rules(**columns, anchor_start=starts, anchored=np.concatenate(anchored).astype(np.int16), frame=first.frame)


def fire(hits: Hits, rules: Rules) -> Fired:
    """Find every rule that fires, once for each clause, sentence or message it fires in."""
    room = 2 * len(hits.concept) + 64
    while True:
        rule, first, last = np.empty(room, np.int16), np.empty(room, np.int32), np.empty(room, np.int32)
        starts = np.zeros(len(hits.starts), np.int64)
        tried = np.empty(len(rules.needs), np.int64)
        f = fired(hits.concept, hits.unit, hits.clause, hits.sentence, hits.starts, rules, tried, rule, first, last, starts)
        if f <= room:
            return Fired(rule[:f], first[:f], last[:f], starts)
        room = f


@compiled
def fired(concept, unit, clause, sentence, message, r, tried, rule, first, last, starts):
    """Fill the columns; return how many rows there are, which may be more than fitted. ``tried`` (rules,) is room to work in."""
    f = 0
    tried[:] = -1
    group = 0
    for n in range(len(message) - 1):
        a, b = message[n], message[n + 1]
        whole_low, whole_high = _mask(concept, a, b)
        for scope in range(3):
            p = a
            while p < b:
                q = p + 1
                if scope == _MESSAGE:
                    q = b
                else:
                    within = clause if scope == _CLAUSE else sentence
                    while q < b and within[q] == within[p]:
                        q += 1
                low, high = _mask(concept, p, q)
                group += 1
                for h in range(p, q):
                    at = scope * _MOST_CONCEPTS + concept[h]
                    for k in range(r.anchor_start[at], r.anchor_start[at + 1]):
                        i = r.anchored[k]
                        if tried[i] == group:
                            continue
                        tried[i] = group
                        if r.unless[i, 2, 0] & whole_low or r.unless[i, 2, 1] & whole_high or not _could(r, i, low, high):
                            continue
                        x, y = _search(concept, unit, clause, sentence, a, b, p, q, r, i)
                        if x >= 0:
                            if f < len(rule):
                                rule[f], first[f], last[f] = i, x, y
                            f += 1
                p = q
        starts[n + 1] = f
    return f


@inlined
def _mask(concept, p, q):
    """Collect the concepts of hits ``p:q`` as two words of bits."""
    low = high = np.uint64(0)
    for h in range(p, q):
        c = concept[h]
        if c < 64:
            low |= np.uint64(1) << np.uint64(c)
        else:
            high |= np.uint64(1) << np.uint64(c - 64)
    return low, high


@inlined
def _could(r, i, low, high):
    """Say whether every needed set has a concept among those present."""
    for k in range(r.needs[i]):
        if not (r.need[i, k, 0] & low or r.need[i, k, 1] & high):
            return False
    return True


@inlined
def _holds(r, i, k, c):
    """Say whether concept ``c`` is in the ``k``-th needed set of rule ``i``."""
    if c < 64:
        return r.need[i, k, 0] >> np.uint64(c) & np.uint64(1) != 0
    return r.need[i, k, 1] >> np.uint64(c - 64) & np.uint64(1) != 0


@inlined
def _search(concept, unit, clause, sentence, a, b, p, q, r, i):
    """Find the first window of hits in ``p:q`` that has all of rule ``i`` and nothing it excludes; (-1, -1) if none."""
    full = (1 << r.needs[i]) - 1
    for x in range(p, q):
        seen = 0
        for y in range(x, q):
            if unit[y] - unit[x] > r.within[i]:
                break
            if r.ordered[i]:
                k = 0
                while seen >> k & 1:
                    k += 1
                if _holds(r, i, k, concept[y]):
                    seen |= 1 << k
            else:
                for k in range(r.needs[i]):
                    if _holds(r, i, k, concept[y]):
                        seen |= 1 << k
            if seen == 0:
                break  # the window must begin with a concept of the rule
            if seen == full:
                if not _excluded(concept, clause, a, b, x, y, r, i, 0) and not _excluded(concept, sentence, a, b, x, y, r, i, 1):
                    return x, y
                break
    return -1, -1


@inlined
def _excluded(concept, part, a, b, x, y, r, i, level):
    """Say whether the clauses (or sentences) that ``x`` to ``y`` touch hold a concept that rule ``i`` excludes."""
    if not (r.unless[i, level, 0] or r.unless[i, level, 1]):
        return False
    while x > a and part[x - 1] == part[x]:
        x -= 1
    while y + 1 < b and part[y + 1] == part[y]:
        y += 1
    low, high = _mask(concept, x, y + 1)
    return r.unless[i, level, 0] & low != 0 or r.unless[i, level, 1] & high != 0
