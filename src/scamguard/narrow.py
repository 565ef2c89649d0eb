"""Narrow: the fewest words on which a rule fires, for readers.

A rule that looks at a whole message fires on the first words that fulfil it, and these may lie a whole chat apart. What is shown is the
shortest run of words on which it fires as well.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .glance import Glance
    from .rules import Rules

_MOST: Final = 400  # hits that are looked at after the last one on which a rule fires first; before it twice as many


class Hits(NamedTuple):
    """The hits of one message, a list for each column of ``match.Hits``."""

    concept: list[int]
    unit: list[int]
    clause: list[int]
    sentence: list[int]


class Rule(NamedTuple):
    """What a rule needs and excludes."""

    need: list[int]  # a set of concepts each, as bits
    within: int
    ordered: bool
    unless: list[int]  # in the clauses, in the sentences


def narrowed(seen: Glance, firing: int, rules: Rules, size: int) -> tuple[int, int]:
    """Give the bytes of the fewest words on which a rule fires.

    Parameters
    ----------
    seen
        A glance at a message, before its thread glances at another.
    firing
        Which of its firings.
    rules
        Those of the model.
    size
        Bytes of the message.
    """
    room, found = seen.room, seen.found
    first, last = int(room.first[firing]), int(room.last[firing])
    if found.sentence[first] == found.sentence[last]:
        return seen.spans[firing]
    since, until = max(0, last - 2 * _MOST), min(int(found.starts[1]), last + _MOST)
    hits = Hits(*(column[since:until].tolist() for column in (found.concept, found.unit, found.clause, found.sentence)))
    near = shortest(hits, _rule(rules, seen.rules[firing]), max(first - since, 0), int(found.unit[last] - found.unit[first]))
    if near is None:
        return seen.spans[firing]
    begin, end = near[0] + since, near[1] + since
    stop = int(found.end[begin : end + 1].max())
    return int(room.origin[found.at[begin]]), int(room.origin[stop]) if stop < int(room.folded[1]) else size


def _rule(rules: Rules, i: int) -> Rule:
    def bits(words: list[int]) -> int:
        return words[0] | words[1] << 64

    need = [bits(words) for words in rules.need[i, : rules.needs[i]].tolist()]
    return Rule(need, int(rules.within[i]), bool(rules.ordered[i]), [bits(words) for words in rules.unless[i, :2].tolist()])


def shortest(hits: Hits, rule: Rule, since: int, least: int) -> tuple[int, int] | None:
    """Find the shortest window of hits from ``since`` on, shorter than ``least`` units, on which ``rule`` fires."""
    best = None
    opening = rule.need[0] if rule.ordered else functools.reduce(operator.or_, rule.need)
    for begin in range(since, len(hits.unit)):
        if not opening >> hits.concept[begin] & 1:
            continue
        end = _end(hits, rule, begin, min(rule.within, least - 1))
        if end >= 0 and not _excluded(hits, rule, begin, end):
            best, least = (begin, end), hits.unit[end] - hits.unit[begin]
    return best


def _end(hits: Hits, rule: Rule, begin: int, within: int) -> int:
    """Find where all that the rule needs has been met from ``begin`` on; -1 if it does not begin there, or not all is met within that."""
    missing, until = list(rule.need), hits.unit[begin] + within
    for at in range(begin, len(hits.unit)):
        if hits.unit[at] > until:
            return -1
        met = 1 << hits.concept[at]
        if not rule.ordered:
            missing = [need for need in missing if not need & met]
        elif missing[0] & met:
            del missing[0]
        if not missing:
            return at
        if len(missing) == len(rule.need):
            return -1  # the window must begin with a concept of the rule
    return -1


def _excluded(hits: Hits, rule: Rule, begin: int, end: int) -> bool:
    """Say whether the clauses or sentences that a window touches hold a concept that the rule excludes."""
    for part, unless in zip((hits.clause, hits.sentence), rule.unless, strict=True):
        first, last = begin, end
        while unless and first and part[first - 1] == part[first]:
            first -= 1
        while unless and last + 1 < len(part) and part[last + 1] == part[last]:
            last += 1
        if any(unless >> concept & 1 for concept in hits.concept[first : last + 1]):
            return True
    return False
