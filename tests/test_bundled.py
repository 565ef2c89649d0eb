"""The bundled model is the one that the files of this tree make, and its decisive rules decide."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scamguard import proof
from scamguard.rules import compile_rules
from scamguard.verdict import Action

if TYPE_CHECKING:
    from scamguard.guard import Guard
    from scamguard.lexicon import Lexicon

MESSAGES = Path(__file__).parents[1] / "data" / "messages"
FILLER = "we baked bread and walked the dog along the river and talked about the garden and the rain"


def test_it_was_trained_on_these_messages(guard: Guard) -> None:
    here = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in MESSAGES.glob("*.jsonl")}
    assert guard.model.card["trained_on"]["messages"] == here, "messages have changed since; run `scamguard train`"


def test_it_speaks_this_lexicon(guard: Guard, bundled: Lexicon) -> None:
    terms = proof._terms(bundled.concepts, bundled.entries)  # compiled once for all tests: that takes seconds
    stale = "lexicons or rules have changed since; run `scamguard train`"
    assert [row["id"] for row in guard.model.card["rules"]] == [rule.id for rule in bundled.rules], stale
    pairs: tuple[tuple[Any, Any], ...] = ((guard.model.terms, terms), (guard.model.rules, compile_rules(bundled)))
    for mine, tree in pairs:
        assert all(np.array_equal(a, b) for a, b in zip(mine, tree, strict=True)), stale


def test_it_knows_the_languages_it_speaks(guard: Guard, bundled: Lexicon) -> None:
    """What seldom is among the messages warns later, and no language of a lexicon may fall among that unseen."""
    assert {entry.lang for entry in bundled.entries} - {"und"} <= guard.model.card["thresholds"]["languages"].keys()


def test_some_rule_is_decisive(guard: Guard) -> None:
    assert any(row["decisive"] for row in guard.model.card["rules"])


@pytest.mark.parametrize("around", ["{}", f"{FILLER}. {{}}. {FILLER}"])
def test_a_decisive_rule_is_not_talked_down(guard: Guard, bundled: Lexicon, around: str) -> None:
    decisive = {row["id"] for row in guard.model.card["rules"] if row["decisive"]}
    texts = [around.format(text) for rule in bundled.rules if rule.id in decisive for text in rule.hit]
    assert all(guard.check(text).action is not Action.ALLOW for text in texts)
