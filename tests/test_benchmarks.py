"""The benchmarks tell the truth about themselves: the same corpus each time, results of one shape, pages that show them."""

from __future__ import annotations

import doctest
import re
from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks import answers, charts, corpus, cost, report, results
from benchmarks.peers import PEERS, REFERENCE, Peer

if TYPE_CHECKING:
    from pathlib import Path

MANY = 3000
NAMES = sorted(results.SCHEMAS)


@pytest.fixture(scope="module")
def rows() -> list[corpus.Row]:
    """Build a small corpus once."""
    return corpus.messages(MANY)


def test_the_corpus_is_the_same_each_time(rows: list[corpus.Row]) -> None:
    assert corpus.messages(MANY) == rows
    assert corpus.digest(corpus.messages(MANY, seed=1)) != corpus.digest(rows)


def test_the_corpus_is_what_it_says(rows: list[corpus.Row]) -> None:
    langs = Counter(row.lang for row in rows)
    assert len(langs) == 14
    assert all(abs(langs[lang] / MANY - share) < 0.03 for lang, share in corpus.SHARES.items())
    assert sum(row.scam for row in rows) == round(0.03 * MANY)
    assert sum(bool(row.planted) for row in rows) == round(0.01 * MANY)
    assert all(row.text.endswith(row.planted) for row in rows)
    assert 85 < fmean(len(row.text) for row in rows) < 115


def test_what_is_timed_was_not_trained_on(rows: list[corpus.Row]) -> None:
    trained = {row.text for row in corpus.training() if row.scam}
    timed = [row.text.removesuffix(f" {row.planted}") for row in rows if row.scam]
    assert timed
    assert sum(text in trained for text in timed) < 0.02 * len(timed)  # the same short words, written twice


def test_terms_are_distinct_and_hold_the_code_words() -> None:
    terms = corpus.terms(200)
    assert len({*terms}) == 200
    assert {*corpus.CODEWORDS} < {*terms}


def test_the_corpus_of_the_results_is_named_by_its_digest() -> None:
    """It is built from data/messages: with other messages it is another corpus, and `make bench` says so by another digest."""
    about = results.read("race")["corpus"]
    assert re.fullmatch("[0-9a-f]{64}", about["sha256"])
    built = [corpus.digest(corpus.messages(2000, about["seed"])) for _ in range(2)]
    assert built[0] == built[1]


@pytest.mark.parametrize("name", NAMES)
def test_results_have_their_shape(name: str) -> None:
    assert results.read(name)["machine"]["cores"] >= 1


def test_every_peer_raced_or_says_why_not() -> None:
    race = results.read("race")
    raced = {row["title"] for row in race["rows"]}
    assert raced | race["absent"].keys() == {peer.title for peer in PEERS}
    assert all(row["ratio"]["median"] == 1 for row in race["rows"] if row["peer"] == REFERENCE)


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.parent.name + "/" + page.name)
def test_pages_show_the_results(page: Path) -> None:
    assert report.filled(page) == page.read_text("utf-8"), "run python -m benchmarks.report"


def test_the_page_asks_for_every_block() -> None:
    page = report.PAGES[0].read_text("utf-8")
    assert all(f"<!-- bench:{name} -->" in page for name in [*NAMES, "cost"])


def test_an_unknown_block_is_named() -> None:
    with pytest.raises(ValueError, match=r"bench:speed: no such block; known: cost, limits"):
        report.block("speed")


def test_results_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"results/stages.json: \.stages\.fold\.ratio: 'fast' is not int or float"):
        results.write("stages", {"stages": {"fold": {"microseconds_per_message": 1.0, "ratio": "fast"}}}, tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "stages.json").write_text('{"stages": {}}')
    with pytest.raises(ValueError, match=r"results/stages.json: \.: has \['stages'\]"):
        results.read("stages", tmp_path)


def test_results_survive_the_disk(tmp_path: Path) -> None:
    results.write("stages", {"stages": {"fold": {"microseconds_per_message": 1.5, "ratio": 0.25}}}, tmp_path)
    assert results.read("stages", tmp_path)["stages"] == {"fold": {"microseconds_per_message": 1.5, "ratio": 0.25}}


def test_spread_is_the_median_and_the_quartiles() -> None:
    assert results.spread([5, 1, 2, 3, 4]) == {"median": 3, "low": 2, "high": 4, "runs": 5}


@pytest.mark.parametrize("module", [answers, charts, cost, report, results], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


class TestAnswers:
    """A peer that does not do its task is caught."""

    peer = Peer("somebody", "Somebody", "scam", MANY)

    def test_a_good_scorer_passes(self, rows: list[corpus.Row]) -> None:
        scores = np.array([float(row.scam) for row in rows])
        assert answers.check(self.peer, rows, scores) == {"auc": 1, "floor": answers.LEAST_AUC}

    def test_a_guesser_is_caught(self, rows: list[corpus.Row]) -> None:
        with pytest.raises(AssertionError, match=r"Somebody: AUC 0\.\d+ is below 0\.85"):
            answers.check(self.peer, rows, np.random.default_rng(0).random(MANY))

    def test_missing_and_broken_scores_are_caught(self, rows: list[corpus.Row]) -> None:
        with pytest.raises(AssertionError, match="7 scores"):
            answers.check(self.peer, rows, np.zeros(7))
        with pytest.raises(AssertionError, match="not a number"):
            answers.check(self.peer, rows, np.full(MANY, np.nan))

    def test_a_missed_term_is_caught(self, rows: list[corpus.Row]) -> None:
        finder = Peer("finder", "Finder", "terms", 300)
        truth = answers.holders(rows[:300])
        assert answers.check(finder, rows, truth.astype(np.float64)) == {"messages_with_a_term": int(truth.sum())}
        wrong = truth.astype(np.float64)
        wrong[np.flatnonzero(truth)[0]] = 0
        with pytest.raises(AssertionError, match="differs from a plain search in 1 messages"):
            answers.check(finder, rows, wrong)


def test_the_sum_of_a_billion_adds_up() -> None:
    race: dict[str, Any] = {
        "corpus": {"mean_characters": 95.0}, "machine": {"processor": "A", "cores": 2},
        "rows": [
            {"peer": "ours", "way": "Arrow column", "messages_per_second": {"median": 250_000.0}},
            {"peer": "ours", "way": "Arrow column, 2 threads", "messages_per_second": {"median": 450_000.0}},
        ],
    }  # fmt: skip
    text = cost.arithmetic(race)
    assert "8 cores: 10⁹ ÷ (250,000/s × 8) = 500 s ≈ 0.14 h" in text
    assert "gave 1.80 times the rate" in text
