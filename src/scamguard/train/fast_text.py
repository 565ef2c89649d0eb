"""fastText, supervised: words 1-2 and character n-grams 2-5. Needs the package ``fasttext``, whose wheels are ``fasttext-wheel``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# one thread, so that every run gives the same model
SETTINGS: Final = {"wordNgrams": 2, "minn": 2, "maxn": 5, "dim": 16, "epoch": 10, "lr": 0.3, "bucket": 2**20, "thread": 1, "verbose": 0}
_SCAM: Final = "__label__scam"
_BENIGN: Final = "__label__benign"


def line(text: str) -> str:
    """Put a message on one line, which is what a message is for fastText."""
    return " ".join(text.split())


def fitted(lines: Iterable[str], scam: Iterable[bool]) -> Any:  # noqa: ANN401 - the package has no types
    """Fit a model; it reads its rows from a file."""
    import fasttext  # noqa: PLC0415 - an extra

    with TemporaryDirectory() as folder:
        file = Path(folder, "rows.txt")
        rows = (f"{_SCAM if is_scam else _BENIGN} {text}\n" for text, is_scam in zip(lines, scam, strict=True))
        file.write_text("".join(rows), "utf-8", newline="\n")
        return fasttext.train_supervised(str(file), **SETTINGS)


def log_odds(model: Any, lines: list[str]) -> NDArray[np.float64]:  # noqa: ANN401
    """Score by what fastText's softmax sees, (n,): its chances are 1 to the last bit for many a message, and rank none of these."""
    scam, benign = (model.get_output_matrix()[model.labels.index(label)] for label in (_SCAM, _BENIGN))
    vectors = np.stack([model.get_sentence_vector(line) for line in lines])
    out: NDArray[np.float64] = (vectors @ (scam - benign)).astype(np.float64)
    return out
