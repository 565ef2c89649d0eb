"""Each stage alone, timed by pytest-benchmark beside REF, so that a regression names its room.

python -m pytest benchmarks/micro --benchmark-json=FILE
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks import corpus
from benchmarks.stages import MANY, Stage, stages
from sklearn.feature_extraction.text import HashingVectorizer

import scamguard

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

NAMES = (
    "pack", "sieve", "fold", "tokens", "match", "rules", "passages", "word grams", "character grams", "framed words", "concept grams",
    "rules within", "shape", "all in one",
)  # fmt: skip


@pytest.fixture(scope="module")
def prepared() -> dict[str, Stage]:
    """Load the model and run all stages once."""
    return stages(scamguard.load())


def test_every_stage_is_timed(prepared: dict[str, Stage]) -> None:
    assert tuple(prepared) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_stage(name: str, prepared: dict[str, Stage], benchmark: BenchmarkFixture) -> None:
    stage = prepared[name]
    benchmark.extra_info["messages"] = MANY
    assert stage.right(benchmark(stage.run))


def test_reference(benchmark: BenchmarkFixture) -> None:
    """REF's first half, the yardstick: hashing words 1-2."""
    texts = [row.text for row in corpus.messages(MANY)]
    assert benchmark(HashingVectorizer(ngram_range=(1, 2), n_features=2**20).transform, texts).shape == (MANY, 2**20)
