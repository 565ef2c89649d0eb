"""The sieve is fitted to pass over next to nothing that the whole model flags, and says by itself how much that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from scamguard import lexicon
from scamguard.sieve import NONE
from scamguard.train import naming, sieving, vocabulary
from scamguard.train.corpus import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOW: Final = sieving.Sifting(bits=12, misses=0.02)
FOLDS: Final = 3


def texts(many: int) -> tuple[list[str], NDArray[np.bool_]]:
    """Write requests and small talk by turns; every fiftieth request is hard to tell."""
    rng = np.random.default_rng(1)
    secrets, days, people = ("password", "code", "key"), ("today", "monday", "friday"), ("anna", "grandma", "tom")
    scam = [f"please send the {rng.choice(secrets)} to us {rng.choice(days)} {rng.integers(99)}" for _ in range(many)]
    scam[::50] = ["lunch with grandma"] * len(scam[::50])
    plain = [f"lunch with {rng.choice(people)} on {rng.choice(days)} {rng.integers(99)}" for _ in range(many)]
    return [*scam, *plain], np.arange(2 * many) < many


def seen(many: int) -> sieving.Seen:
    """Give a corpus as the sieve sees it."""
    own, scam = texts(many)
    rows = sieving.rows(own, HOW.bits)
    usual, none = sieving.rows(["nice weather"] * 5, HOW.bits), np.zeros(1 << HOW.bits, np.uint8)
    return sieving.Seen(rows, rows, np.arange(len(own)), usual, scam, np.arange(len(own)) % FOLDS, none)


@pytest.fixture(scope="module")
def corpus() -> sieving.Seen:
    """Take enough messages that a share of misses can be chosen."""
    return seen(600)


@pytest.fixture(scope="module")
def logits(corpus: sieving.Seen) -> NDArray[np.float64]:
    """Say what a whole model makes of them."""
    return np.where(corpus.scam, 3.0, -3.0)


@pytest.fixture(scope="module")
def found(corpus: sieving.Seen, logits: NDArray[np.float64]) -> sieving.Found:
    """Fit a sieve."""
    return sieving.found(corpus, HOW, logits, corpus.scam, 1.0)


def test_it_misses_the_share_it_may(corpus: sieving.Seen, found: sieving.Found) -> None:
    missed = float(np.mean(~found.read[corpus.scam]))
    assert 0 < missed <= HOW.misses + 1 / 600
    assert np.mean(found.read[~corpus.scam]) < 0.5


def test_what_is_read_keeps_its_logit(corpus: sieving.Seen, found: sieving.Found, logits: NDArray[np.float64]) -> None:
    after = found.over(logits)
    assert after[found.read].tolist() == logits[found.read].tolist()
    assert (after[~found.read] < 0.0).all(), "a warning threshold of 1, less the margin"
    passed, odd = found.beside(["lunch with anna", "see https://a.example"], np.array([5.0, 5.0])).tolist()
    assert passed < 0.0
    assert odd == 5.0


def test_the_card_says_what_is_passed_over(corpus: sieving.Seen, found: sieving.Found) -> None:
    said = found.card(corpus.scam, corpus.scam, ["lunch with anna", "see https://a.example"])["sieve"]
    assert said["passed_over"]["flagged scams"] == said["passed_over"]["scams"] == round(float(np.mean(~found.read[corpus.scam])), 4)
    assert said["passed_over"]["ordinary traffic"] == 0.5


def test_of_too_few_scams_nothing_is_passed_over() -> None:
    few = seen(40)
    found = sieving.found(few, HOW, np.where(few.scam, 3.0, -3.0), few.scam, 1.0)
    assert found.sieve is NONE
    assert found.card(few.scam, few.scam, []) == {}
    assert found.read.all()


def test_it_is_the_same_every_time(corpus: sieving.Seen, found: sieving.Found, logits: NDArray[np.float64]) -> None:
    again = sieving.found(corpus, HOW, logits, corpus.scam, 1.0)
    assert np.array_equal(again.sieve.weights, found.sieve.weights)
    assert again.sieve.numbers.tolist() == found.sieve.numbers.tolist()


def test_what_names_a_secret_is_marked_as_the_messages_have_it() -> None:
    asking = [f"{i} please send the seed phrase" for i in range(9)] + [f"{i} 请发助记词" for i in range(9)]
    asked = [Message(str(i), "", text, scam=True, kind="", asks=("seed_phrase",), writer=str(i)) for i, text in enumerate(asking)]
    words = vocabulary.compiled(lexicon.load())
    marks = naming.named(asked, words, sieving.rows(["a phrase or two", "the seed grew"], 12).grams)
    named = ["my seed phrase", "可不可以把助记词给我", "seed phrases", "phrase seed", "我的单词"]
    assert sieving.names(sieving.rows(named, 12).grams, marks).tolist() == [True, True, False, False, False]
    often = sieving.rows(["a seed phrase"] * 5, 12).grams
    assert not sieving.names(sieving.rows(named[:1], 12).grams, naming.named(asked, words, often))[0], "what is often said names nothing"
