"""REF, the yardstick: scikit-learn's HashingVectorizer (words 1-2, 2^20) and SGD, ``predict_proba``, one thread."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit the pipeline."""
    words = HashingVectorizer(ngram_range=(1, 2), n_features=2**20)
    save(folder, make_pipeline(words, SGDClassifier(loss="log_loss", random_state=0)), rows)


def save(folder: Path, pipeline: Pipeline, rows: Sequence[Row]) -> None:
    """Fit any pipeline and keep it."""
    pipeline.fit([row.text for row in rows], [row.scam for row in rows])
    (folder / "model.pickle").write_bytes(pickle.dumps(pipeline))


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Read the pipeline back; it takes a list."""
    pipeline = pickle.loads((folder / "model.pickle").read_bytes())  # noqa: S301 - written by train() a moment ago
    return {"list": lambda: pipeline.predict_proba(texts)[:, 1]}
