"""Base: where the estimators take their vocabulary from, and how large their tables are."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scamguard import model as models
from scamguard.errors import TrainingError

if TYPE_CHECKING:
    from scamguard.model import Model, Settings


def base(folder: str | Path | None) -> Model:
    """Load the model whose lexicon, rules and heads are reused; the bundled one by default.

    Raises
    ------
    ModelError
        The folder is missing, damaged, or of another format.
    TrainingError
        ``folder`` is no path.
    """
    if not isinstance(folder, str | PathLike | None):
        raise TrainingError(f"base is {folder!r}; give the folder of a model, or None for the bundled one")
    place = models.bundled() if folder is None else Path(folder)
    try:
        card = (place / models.CARD).stat()
    except OSError:
        return models.load(place)  # which says what is wrong
    return _loaded(place.resolve(), (card.st_ino, card.st_size, card.st_mtime_ns))


@lru_cache(maxsize=2)  # a grid search fits hundreds of times on one base
def _loaded(folder: Path, _: tuple[int, int, int]) -> Model:
    """Load a model; again when its card, which is written last, is another."""
    return models.load(folder)


def sized(settings: Settings, bits: object) -> Settings:
    """Make the tables of n-grams ``2**bits`` long, or leave them as they are.

    Raises
    ------
    TrainingError
        ``bits`` is not a whole number from the size of the heads' tables (they are taken over) to 24.
    """
    if bits is None:
        return settings
    if not isinstance(bits, int | np.integer) or not settings.head_bits <= bits <= 24:
        raise TrainingError(f"bits is {bits!r}; give a whole number from {settings.head_bits} to 24, or None for those of the base model")
    many = int(bits)  # a grid may hold NumPy's
    return replace(settings, word_bits=many, char_bits=many, framed_bits=many)
