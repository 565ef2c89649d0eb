"""What one would build with scikit-learn for this task: words 1-2 and characters 2-5 within words, united, and SGD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline, make_union

from .reference import load, save

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.corpus import Row

__all__ = ["load", "train"]


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit the pipeline."""
    words = HashingVectorizer(ngram_range=(1, 2), n_features=2**20)
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=2**20)
    save(folder, make_pipeline(make_union(words, characters), SGDClassifier(loss="log_loss", random_state=0)), rows)
