"""alt-profanity-check: a linear model over words, trained by its makers on abuse; it keeps its own idea of what is bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profanity_check import predict_prob

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.corpus import Row

RUDE = ("you are a fucking asshole", "shut up you stupid bitch", "go fuck yourself")  # what it must flag, or it did not work
CIVIL = ("see you at seven", "thanks a lot, that helped", "the meeting is moved to noon")


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Nothing to fit: it brings its model. See that it works."""
    del folder, rows
    assert min(predict_prob(list(RUDE))) > 0.9, "alt-profanity-check lets abuse pass"
    assert max(predict_prob(list(CIVIL))) < 0.2, "alt-profanity-check flags small talk"


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Its model was loaded on import."""
    del folder
    return {"list": lambda: predict_prob(texts)}
