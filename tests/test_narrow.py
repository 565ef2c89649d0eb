"""What is shown of a rule is the shortest run of words on which it fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.glance import glance
from scamguard.narrow import Hits, Rule, narrowed, shortest
from scamguard.verdict import Action

from . import alphabets

if TYPE_CHECKING:
    from scamguard.guard import Guard

CHAT = (
    "The Kraken team was great on TV last night, we ate pizza with the neighbours.\nThe support desk of the hotel answered.\n"
    "Weather is nice here.\nHello, this is Kraken support. Your account is suspended, send me your seed phrase now.\nSee you, Anna"
)


def fires(hits: Hits, rule: Rule, begin: int, end: int) -> bool:
    """Say the slow way whether a rule fires on the hits from ``begin`` to ``end``, both of which it needs."""
    left = list(range(len(rule.need)))
    for at in range(begin, end + 1):
        asked = left[:1] if rule.ordered else left
        met = {k for k in asked if rule.need[k] & (1 << hits.concept[at])}
        if at == begin and not met:
            return False
        if not left:
            return False  # it fired before the end
        left = [k for k in left if k not in met]
    touched = [
        {c for at, c in enumerate(hits.concept) if part[at] in part[begin : end + 1]} for part in (hits.clause, hits.sentence)
    ]
    excluded = any(unless & (1 << c) for unless, concepts in zip(rule.unless, touched, strict=True) for c in concepts)
    return not left and not excluded and hits.unit[end] - hits.unit[begin] <= rule.within


rows = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.booleans(), st.booleans()), min_size=1, max_size=9)
needs, unless = st.lists(st.integers(1, 31), min_size=1, max_size=3), st.lists(st.integers(0, 15), min_size=2, max_size=2)
rules = st.builds(Rule, needs, st.integers(0, 12), st.booleans(), unless)


@given(rows, rules)
def test_no_shorter_window_fires(found: list[tuple[int, int, bool, bool]], rule: Rule) -> None:
    unit: list[int] = []
    clause: list[int] = []
    sentence: list[int] = []
    for _, step, ends_clause, ends_sentence in found:
        unit.append((unit[-1] if unit else 0) + step)
        sentence.append((sentence[-1] if sentence else 0) + ends_sentence)
        clause.append((clause[-1] if clause else 0) + (ends_clause or ends_sentence))
    hits = Hits([concept for concept, *_ in found], unit, clause, sentence)
    windows = [(b, e) for b in range(len(found)) for e in range(b, len(found)) if fires(hits, rule, b, e)]
    if windows:
        first, last = windows[0]
        best = shortest(hits, rule, first, unit[last] - unit[first]) or windows[0]
        assert best in windows
        assert unit[best[1]] - unit[best[0]] == min(unit[e] - unit[b] for b, e in windows)


def test_words_far_apart_are_not_shown(guard: Guard) -> None:
    verdict = guard.check(CHAT)
    shown = {e.rule: CHAT[e.start : e.stop] for e in verdict.evidence}
    assert "Kraken support" in shown["claim.support"]
    assert all(len(words) < 80 for words in shown.values())


FILLERS = ["客服" * 2000 + ". ", "Thank you for reading the newsletter. " * 1000, "your money and account, " * 2500]


@pytest.mark.parametrize("filler", FILLERS)
def test_thousands_of_hits_before_what_fires(guard: Guard, filler: str) -> None:
    ask = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
    verdict = guard.check(filler + ask)
    assert verdict.action is Action.BLOCK
    shown = [(filler + ask)[e.start : e.stop] for e in verdict.evidence if e.rule.startswith("ask.")]
    assert shown
    assert all(words in ask for words in shown), "the request itself, not what stands before it"


PIECES = ["send us your seed phrase. ", "Kraken support\n", "发给我验证码。", "your account is frozen, "]


@given(st.lists(alphabets.pieces | st.sampled_from(PIECES)).map("".join))
def test_what_is_shown_lies_within_what_fired(guard: Guard, text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    seen = glance(raw, guard.model.reader)
    for firing, (start, _) in enumerate(seen.spans):
        first, last = narrowed(seen, firing, guard.model.reader.speech.rules, len(raw))
        assert start <= first < last <= len(raw)
