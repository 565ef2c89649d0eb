"""A small transformer on the CPU: all-MiniLM-L6-v2 with int8 weights in ONNX Runtime, and logistic regression on its vectors.

The encoder is the one that `scamguard evaluate --suite` uses.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from scamguard.train.minilm import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.corpus import Row

_TRAINED_ON, _TRIED_ON = 2400, 400  # few, as embedding takes as long as judging
_LEAST_AUC = 0.65  # it reads English alone, and half of the rows are hard twins


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit the classifier on the vectors of some rows; see on others that it learnt."""
    rows = rows[: _TRAINED_ON + _TRIED_ON]
    vectors, scam = Encoder().vectors([row.text for row in rows]), [row.scam for row in rows]
    classifier = LogisticRegression(max_iter=1000).fit(vectors[:_TRAINED_ON], scam[:_TRAINED_ON])
    value = roc_auc_score(scam[_TRAINED_ON:], classifier.predict_proba(vectors[_TRAINED_ON:])[:, 1])
    assert value > _LEAST_AUC, f"MiniLM: AUC {value:.3f} on {_TRIED_ON} other rows"
    (folder / "model.pickle").write_bytes(pickle.dumps(classifier))


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Read weights, tokenizer and classifier."""
    encoder, classifier = Encoder(), pickle.loads((folder / "model.pickle").read_bytes())  # noqa: S301 - written by train()
    return {"batches of 32": lambda: classifier.predict_proba(encoder.vectors(texts))[:, 1]}
