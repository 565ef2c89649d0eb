"""Character n-grams are weighed to the same bit whatever their orders: three, as shipped, are added without a loop within the loop."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scamguard import sieve
from scamguard.columns import pack

from . import tiny as tiny_corpus

if TYPE_CHECKING:
    from scamguard.model import Model

TEXTS = [*tiny_corpus.PROBES, "a", "ab", "kraken " * 60, "send us your seed phrase, 助记词发给客服 " * 9]


@pytest.mark.parametrize(("low", "high"), [(2, 3), (3, 4), (1, 4)])
def test_other_orders_are_added_as_they_are_listed(tiny: Model, low: int, high: int) -> None:
    other = replace(tiny, settings=replace(tiny.settings, char_low=low, char_high=high), sieve=sieve.NONE)
    found = other.logits(pack(TEXTS)).tolist()
    assert found == [float(other.read(pack([text])).logit[0]) for text in TEXTS]
    assert found != replace(tiny, sieve=sieve.NONE).logits(pack(TEXTS)).tolist(), "the orders are not heeded"
