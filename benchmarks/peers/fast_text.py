"""fastText, supervised: words 1-2 and character n-grams 2-5, one call for all messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fasttext
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit on one thread, so that every run gives the same model."""
    lines = folder / "rows.txt"
    lines.write_text("".join(f"__label__{'scam' if row.scam else 'benign'} {_line(row.text)}\n" for row in rows), "utf-8")
    settings = {"wordNgrams": 2, "minn": 2, "maxn": 5, "dim": 16, "epoch": 10, "lr": 0.3, "bucket": 2**20, "thread": 1, "verbose": 0}
    fasttext.train_supervised(str(lines), **settings).save_model(str(folder / "model.bin"))


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Read the model; a message must be one line for fastText."""
    fasttext.FastText.eprint = lambda *_: None  # a warning about its own past
    model = fasttext.load_model(str(folder / "model.bin"))
    lines = [_line(text) for text in texts]

    def judged() -> NDArray[np.float64]:
        labels, chances = model.predict(lines)
        return np.array([p[0] if label[0] == "__label__scam" else 1 - p[0] for label, p in zip(labels, chances, strict=True)])

    return {"list": judged}


def _line(text: str) -> str:
    return " ".join(text.split())
