"""Proof: every concept and rule does what its examples say, and every clause of a rule earns its place.

``failures`` runs all ``hit`` and ``spare`` examples; ``idle_clauses`` weakens each rule clause by clause and
reports what no ``spare`` notices; ``report`` counts what each rule does on a corpus (SpamAssassin's S/O table).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from .columns import pack
from .fold import fold
from .lexicon import Concept, Lexicon
from .match import Hits, match
from .merge import merged
from .rules import compile_rules, fire
from .terms import compile_terms
from .tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .automaton import Terms
    from .lexicon import Rule

_UNBOUNDED = 10_000  # words: as good as no limit


@dataclass(frozen=True, slots=True)
class Count:
    """What one rule does on a labelled corpus."""

    rule: str
    scam: int
    benign: int
    scam_share: float  # of all scams
    benign_share: float
    so: float  # S/O: share of scams among what it hits, were both classes equally many


def hits_of(lexicon: Lexicon, texts: Sequence[str], base: Terms | None = None) -> Hits:
    """Match all terms of ``lexicon`` in ``texts``, on top of those of ``base``, which are compiled already."""
    folded = fold(pack(texts))
    cut = tokens(folded)
    hits = match(folded, cut, _terms(lexicon.concepts, lexicon.entries))
    return merged(match(folded, cut, base), hits) if base else hits


@cache
def _terms(concepts: tuple[str, ...], entries: tuple[Concept, ...]) -> Terms:
    """Compile the terms once for all checks."""
    return compile_terms(Lexicon(concepts, entries, ()))


def fired_matrix(lexicon: Lexicon, hits: Hits) -> NDArray[np.bool_]:
    """Say which rule fires on which message, (n, r)."""
    fired = fire(hits, compile_rules(lexicon))
    out = np.zeros((len(hits.starts) - 1, len(lexicon.rules)), np.bool_)
    out[np.repeat(np.arange(len(out)), np.diff(fired.starts)), fired.rule] = True
    return out


def failures(lexicon: Lexicon, base: Terms | None = None) -> list[str]:
    """Name every example that does not do what it promises; empty when all hold.

    Parameters
    ----------
    base
        Compiled terms that are in force as well, where ``lexicon`` is a rule pack; also below.
    """
    return [*_concept_failures(lexicon, base), *_rule_failures(lexicon, base)]


def _concept_failures(lexicon: Lexicon, base: Terms | None) -> Iterator[str]:
    cases = [
        (entry, text, want) for entry in lexicon.entries for want, texts in ((True, entry.hit), (False, entry.spare)) for text in texts
    ]
    hits = hits_of(lexicon, [text for _, text, _ in cases], base)
    for i, (entry, text, want) in enumerate(cases):
        found = lexicon.concepts.index(entry.name) in hits.concept[hits.starts[i] : hits.starts[i + 1]]
        if found is not want:
            yield f"{entry.place}: concept {entry.name!r} {'misses' if want else 'is found in'} {text!r}"


def _rule_failures(lexicon: Lexicon, base: Terms | None) -> Iterator[str]:
    cases = [
        (i, text, want) for i, rule in enumerate(lexicon.rules) for want, texts in ((True, rule.hit), (False, rule.spare)) for text in texts
    ]
    fired = fired_matrix(lexicon, hits_of(lexicon, [text for _, text, _ in cases], base))
    for row, (i, text, want) in zip(fired, cases, strict=True):
        if row[i] != want:
            yield f"rule {lexicon.rules[i].id!r} {'misses' if want else 'fires on'} {text!r}"


def weaker(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Take away or widen each clause of ``rule`` in turn."""
    if rule.unless:
        yield "unless", replace(rule, unless=())
    if rule.unless_sentence:
        yield "unless_sentence", replace(rule, unless_sentence=())
    if rule.unless_message:
        yield "unless_message", replace(rule, unless_message=())
    if rule.ordered:
        yield "ordered", replace(rule, ordered=False)
    if len(rule.need) > 1 and rule.within < _UNBOUNDED:
        yield "within", replace(rule, within=_UNBOUNDED)
    if len(rule.need) > 1 and rule.scope != "message":
        yield rule.scope, replace(rule, scope="sentence" if rule.scope == "clause" else "message")
    for k, names in enumerate(rule.need):
        if len(rule.need) > 1:
            yield f"need {'|'.join(names)}", replace(rule, need=rule.need[:k] + rule.need[k + 1 :])


def idle_clauses(lexicon: Lexicon, base: Terms | None = None) -> list[str]:
    """Name every clause of a rule that could go without any ``spare`` noticing."""
    out = []
    for rule in lexicon.rules:
        hits = hits_of(lexicon, rule.spare, base)
        for clause, weak in weaker(rule):
            if not fired_matrix(replace(lexicon, rules=(weak,)), hits).any():
                out.append(f"rule {rule.id!r}: no 'spare' needs its {clause}; add one, or delete the clause")
    return out


def report(lexicon: Lexicon, texts: Sequence[str], scam: NDArray[np.bool_], base: Terms | None = None) -> list[Count]:
    """Count each rule's hits in scams and in benign messages, best S/O first."""
    fired = fired_matrix(lexicon, hits_of(lexicon, texts, base))
    in_scam, in_benign = fired[scam].sum(0), fired[~scam].sum(0)
    rows = []
    for rule, s, b in zip(lexicon.rules, in_scam.tolist(), in_benign.tolist(), strict=True):
        share, false = s / max(1, int(scam.sum())), b / max(1, int((~scam).sum()))
        rows.append(Count(rule.id, s, b, share, false, share / (share + false) if s + b else 0.5))
    return sorted(rows, key=lambda row: (-row.so, -row.scam))
