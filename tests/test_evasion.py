"""A disguise changes little: scams stay scams, honest messages stay honest."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.columns import pack
from scamguard.fold import fold
from scamguard.train import evasion, labelled

from . import alphabets

if TYPE_CHECKING:
    from scamguard.guard import Guard
    from scamguard.train.corpus import Message

MESSAGES = Path(__file__).parents[1] / "data" / "messages"
# where most words are mistyped, the fold undoes four in five; and innocent words around a scam still dilute it
WEAK = {"misspelled": -0.18, "diluted": -0.18}
UNDONE = ("homoglyph", "leet", "full width", "mathematical", "boxed", "zero width", "combining", "spaced", "dotted")


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """One in thirty English and Chinese messages, the same ones whatever is written beside them."""
    return [m for m in labelled.read([MESSAGES]) if zlib.crc32(m.text.encode()) % 30 == 0 and m.lang.startswith(("en", "zh"))]


@pytest.fixture(scope="module")
def outcomes(guard: Guard, messages: list[Message]) -> dict[tuple[str, float], evasion.Outcome]:
    """What every transform does."""
    return {(o.transform, o.strength): o for o in evasion.measure(guard, messages)}


@pytest.mark.parametrize("name", [*evasion.WORDS, *evasion.HAN, *evasion.WHOLE])
def test_recall_holds_and_honest_messages_stay_unharmed(outcomes: dict[tuple[str, float], evasion.Outcome], name: str) -> None:
    for (transform, _), outcome in outcomes.items():
        if transform == name:
            assert outcome.recall_change > WEAK.get(name, -0.05), outcome
            assert outcome.false_alarms_change < 0.02, outcome


@pytest.mark.parametrize("name", UNDONE)
def test_the_fold_sees_through_it(name: str) -> None:
    text = "send the code to us"
    plain, changed = (fold(pack([one])) for one in (text, evasion.disguised(text, name, 1.0)))
    assert "".join(map(chr, changed.codes)) == "".join(map(chr, plain.codes))


def test_it_is_the_same_every_time() -> None:
    text = "please send the recovery phrase to our support desk"
    assert evasion.disguised(text, "misspelled", 0.5) == evasion.disguised(text, "misspelled", 0.5) != text


def test_half_a_pair_is_disguised_as_well() -> None:
    assert evasion.disguised("phrase \ud800 please", "misspelled", 1.0).split()[1] == "\ud800"


@given(alphabets.messages, st.sampled_from([*evasion.WORDS, *evasion.HAN, *evasion.WHOLE]), st.floats(0, 1))
def test_any_text_can_be_disguised(text: str, name: str, strength: float) -> None:
    assert isinstance(evasion.disguised(text, name, strength), str)
