"""Rules, written out: a rule fires where some window of hits has all it needs and touches nothing it excludes.

A window is a run of neighbouring hits that begins with a concept of the rule, whose first and last hit lie at
most ``within`` words apart (a unit is half a word).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scamguard.lexicon import Rule


@dataclass(frozen=True)
class Hit:
    """One concept found."""

    concept: str
    unit: int
    clause: int
    sentence: int


def fire(hits: Sequence[Hit], rule: Rule) -> list[tuple[int, int]]:
    """Give the first window in each clause (sentence, message) that ``rule`` fires in: ``(first hit, last hit)``."""
    if {hit.concept for hit in hits} & set(rule.unless_message):
        return []
    fired = []
    for _, group in groupby(range(len(hits)), lambda h: _scope(hits[h], rule)):
        part = list(group)
        windows = [(x, y) for x in part for y in part if x <= y and _holds(hits[x : y + 1], rule) and not _excluded(hits, x, y, rule)]
        fired += windows[:1]
    return fired


def _scope(hit: Hit, rule: Rule) -> int:
    return {"clause": hit.clause, "sentence": hit.sentence, "message": 0}[rule.scope]


def _holds(window: Sequence[Hit], rule: Rule) -> bool:
    """Say whether the window is near enough together, begins with the rule's own, and has all it needs."""
    if window[-1].unit - window[0].unit > 2 * rule.within:
        return False
    if rule.ordered:
        return window[0].concept in rule.need[0] and _in_order([hit.concept for hit in window], rule.need)
    own = {name for names in rule.need for name in names}
    return window[0].concept in own and all(any(hit.concept in names for hit in window) for names in rule.need)


def _in_order(concepts: Sequence[str], need: Sequence[Sequence[str]]) -> bool:
    """Say whether one of each of ``need`` stands in ``concepts``, in that order."""
    rest: Iterator[str] = iter(concepts)
    return all(any(concept in names for concept in rest) for names in need)


def _excluded(hits: Sequence[Hit], x: int, y: int, rule: Rule) -> bool:
    """Say whether the clauses (sentences) from the first to the last hit of the window hold what the rule excludes."""
    clauses = {hit.concept for hit in hits if hits[x].clause <= hit.clause <= hits[y].clause}
    sentences = {hit.concept for hit in hits if hits[x].sentence <= hit.sentence <= hits[y].sentence}
    return bool(clauses & set(rule.unless) or sentences & set(rule.unless_sentence))
