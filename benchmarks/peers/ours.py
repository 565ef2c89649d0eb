"""scamguard with its bundled model, called in each of the ways its users call it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

import scamguard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Nothing to fit: the bundled model is used, so that compiling its kernels is all that is done here."""
    del folder
    guard = scamguard.load()
    guard.scan([row.text for row in rows[:500]])
    guard.check(rows[0].text)


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float32]]]:
    """Load the bundled model."""
    del folder
    import pyarrow as pa  # noqa: PLC0415 - its own start is part of what is measured

    guard = scamguard.load()
    column = pa.array(texts, pa.large_string())
    return {
        "list": partial(guard.score, texts),
        "Arrow column": partial(guard.score, column),
        "Arrow column, 2 threads": partial(guard.score, column, threads=2),
        "scan": lambda: np.asarray(guard.scan(column)["risk"]),
    }
