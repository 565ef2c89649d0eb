"""What few rows say is not taken at its word: no slope turns a model round, and no threshold lies where predict sees nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scamguard
from scamguard import pack
from scamguard.sklearn import ScamClassifier
from scamguard.train import fit
from scamguard.train.calibrate import cautious, platt
from scamguard.train.thresholds import Thresholds, choose

ROOT = Path(__file__).parents[1]
TINY = Path(__file__).parent / "artifacts" / "format-2"
APART = "ignore:the rows do not tell the classes apart"
SCAM = np.array([True] * 4 + [False] * 4)
CALM = ["send me your seed phrase", "send us your password now", "kindly give me the code"]
FINE = ["never share your seed phrase", "lunch at seven?", "the build is green again"]


def risk(logit: float, slope: float, offset: float) -> float:
    return float(1 / (1 + np.exp(-(slope * logit + offset))))


def test_logits_that_rank_the_wrong_way_are_left_as_they_are() -> None:
    with pytest.warns(UserWarning, match="the rows do not tell the classes apart"):
        assert platt(np.array([-1.0, -2.0, -0.5, 0.1, 1.0, 2.0, 0.5, -0.1]), SCAM) == (1.0, 0.0)


def test_logits_that_are_all_alike_are_left_as_they_are() -> None:
    assert platt(np.zeros(8), SCAM) == (1.0, 0.0)


def test_logits_that_rank_rightly_are_calibrated() -> None:
    slope, offset = platt(np.array([1.0, 2.0, 0.5, -0.1, -1.0, -2.0, -0.5, 0.1]), SCAM)
    assert slope > 0
    assert offset == pytest.approx(0, abs=1e-3)


FAR = Thresholds(-5.0, -5.0, {"en": -5.0}, -5.0)  # the worst of a few honest messages is far from any scam


def test_few_honest_rows_put_no_threshold_where_nothing_is_predicted() -> None:
    at = cautious(FAR, 12, fit.Recipe(), (2.0, 1.0))
    assert [risk(value, 2.0, 1.0) for value in (at.warn, at.languages["en"])] == pytest.approx([0.5, 0.5])
    assert [risk(value, 2.0, 1.0) for value in (at.block, at.other)] == pytest.approx([0.9, 0.9])


def test_the_worst_of_few_honest_rows_still_counts() -> None:
    high = Thresholds(4.0, 4.0, {"en": 4.0, "de": 4.5}, 4.0)
    assert cautious(high, 12, fit.Recipe(), (2.0, 1.0)) == high


@pytest.mark.parametrize("usual", [2000, 11_000])
def test_thresholds_that_enough_rows_bear_out_stay_to_the_bit(usual: int) -> None:
    """As those of the bundled model, which are chosen on some 11,000 rows of traffic."""
    assert cautious(FAR, usual, fit.Recipe(), (2.0, 1.0)) == FAR
    drawn = choose(np.random.default_rng(0).normal(-9, size=usual), ["en"] * usual, None, fit.Recipe())
    assert cautious(drawn, usual, fit.Recipe(), (0.8, 0.1)) == drawn


def test_a_rate_that_is_borne_out_stands_beside_one_that_is_not() -> None:
    at = cautious(replace(FAR, block=-4.0, other=-4.05), 400, fit.Recipe(), (2.0, 1.0))  # one in 400 is warned of, none is blocked
    assert (at.warn, at.languages) == (-5.0, {"en": -5.0})
    assert risk(at.block, 2.0, 1.0) == pytest.approx(0.9)
    assert at.other == pytest.approx(at.block - 0.05), "as far below as it was"


def drawn(seed: int) -> tuple[list[str], list[int]]:
    """Draw eight messages of each class from the corpus."""
    lines = (ROOT / "data" / "messages" / "en9a.jsonl").read_text("utf-8").splitlines()
    texts: dict[bool, list[str]] = {True: [], False: []}
    for row in map(json.loads, lines):
        texts[row["label"] == "scam"].append(row["text"])
    draw = np.random.default_rng(seed)
    return [*draw.choice(texts[True], 8, replace=False), *draw.choice(texts[False], 8, replace=False)], [1] * 8 + [0] * 8


@pytest.mark.filterwarnings(APART)
@pytest.mark.parametrize("seed", range(4))
def test_no_fit_is_turned_round(seed: int) -> None:
    rows, labels = drawn(seed)
    mine = ScamClassifier(bits=16, augment=0).fit(rows, labels)
    assert mine.model_.card["calibration"][0] > 0
    assert mine.score(rows, labels) > 0.9


@pytest.mark.filterwarnings(APART)
def test_a_floor_lifts_in_a_model_of_few_rows(tmp_path: Path) -> None:
    pack.start(tmp_path / "club")
    ScamClassifier(bits=16, augment=0).fit(*drawn(0)).export(tmp_path / "model")
    text = "poke me and we trade directly"
    assert scamguard.load(tmp_path / "model", rules=tmp_path / "club").check(text).action != "allow"
    assert scamguard.load(tmp_path / "model", rules=tmp_path / "club").score([text]) >= scamguard.load(tmp_path / "model").score([text])


def test_an_exported_model_of_few_clean_rows_does_not_block_everything(tmp_path: Path) -> None:
    """The rows of docs/columns.md."""
    mine: Any = ScamClassifier(bits=16).fit(CALM * 4 + FINE * 4, ["scam"] * 12 + ["benign"] * 12)
    mine.export(tmp_path / "mine")
    guard = scamguard.load(tmp_path / "mine")
    assert guard.policy.warn >= 0.5
    assert guard.policy.block >= 0.89
    chat = [json.loads(line)["text"] for line in (ROOT / "data" / "samples" / "group.jsonl").read_text("utf-8").splitlines()]
    actions = guard.scan(chat)["action"].to_pylist()
    assert actions.count("block") < 0.1 * len(chat)
    assert actions.count("allow") > 0.8 * len(chat)
    assert [guard.check(text).action for text in CALM] == ["block"] * 3
    assert [guard.check(text).action for text in FINE] == ["allow"] * 3
