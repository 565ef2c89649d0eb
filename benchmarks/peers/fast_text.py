"""fastText, supervised: words 1-2 and character n-grams 2-5, one call for all messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fasttext
import numpy as np

from scamguard.train.fast_text import SETTINGS, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit on one thread, so that every run gives the same model."""
    file = folder / "rows.txt"
    file.write_text("".join(f"__label__{'scam' if row.scam else 'benign'} {line(row.text)}\n" for row in rows), "utf-8")
    fasttext.train_supervised(str(file), **SETTINGS).save_model(str(folder / "model.bin"))


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Read the model; a message must be one line for fastText."""
    fasttext.FastText.eprint = lambda *_: None  # a warning about its own past
    model = fasttext.load_model(str(folder / "model.bin"))
    lines = [line(text) for text in texts]

    def judged() -> NDArray[np.float64]:
        labels, chances = model.predict(lines)
        return np.array([p[0] if label[0] == "__label__scam" else 1 - p[0] for label, p in zip(labels, chances, strict=True)])

    return {"list": judged}
