"""ScamFeatures: what scamguard sees in a message, as sparse columns for any estimator.

The columns are those of the bundled model (words, characters, words marked by the frame of their clause, concept n-grams, fired
rules, shape), computed by the very functions that score. A long message holds what any of its passages holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from scamguard.errors import TrainingError, unknown
from scamguard.features import SHAPE
from scamguard.train import design, vocabulary

from .base import base, sized
from .rows import messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sklearn.utils import Tags

PARTS = ("words", "chars", "framed", "concepts", "rules", "shape")


class ScamFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is not typed
    """Turn messages into sparse rows, scaled by inverse document frequency.

    Parameters
    ----------
    parts
        Which blocks of columns, in this order; all by default. ``("rules", "shape")`` are few and have names.
    bits
        Words, characters and framed words get ``2**bits`` columns each; by default as many as in the base model.
    base
        A model folder whose lexicon and rules are used; the bundled one by default.
    sparse_output
        False for dense rows, as tables of pandas and Polars want them (``set_output``); only a few columns fit in memory so.

    Attributes
    ----------
    scales_
        What each column is multiplied by, learned by ``fit``.
    n_features_in_
        Columns of ``X``; 1 for a column of texts.
    """

    sparse_output: bool = True  # of estimators pickled before there was a choice

    def __init__(
        self, parts: Sequence[str] | None = None, bits: int | None = None, base: str | Path | None = None, *, sparse_output: bool = True
    ) -> None:
        self.parts = parts
        self.bits = bits
        self.base = base
        self.sparse_output = sparse_output

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ANN401, ARG002, N803 - scikit-learn's names
        """Learn how common each column is.

        Raises
        ------
        TrainingError
            ``parts`` is no list of known parts, or names one twice, ``bits`` is out of range, or ``base`` is no path.
        InputError, ValueError, TypeError
            ``X`` holds no rows of texts.
        """
        self._check_parts()
        self.scales_ = design.scales(self._blocks(messages(self, X, reset=True)).firsts(), design.Trust(1, 1, 1, 1, 1, 1))
        return self

    def transform(self, X: Any) -> Any:  # noqa: ANN401, N803
        """Compute the columns, (n, d) float32: a sparse matrix, or an array if ``sparse_output`` is false."""
        check_is_fitted(self)
        blocks = self._blocks(messages(self, X))
        scaled = [design.times(getattr(blocks, part), getattr(self.scales_, part)) for part in self._parts]
        rows = pooled(sparse.hstack(scaled).tocsr().astype(np.float32), blocks.starts)
        return rows if self.sparse_output else rows.toarray()

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:  # noqa: ARG002 - scikit-learn's signature
        """Name the columns: rules by id, shape by what it counts, hashed ones by number."""
        check_is_fitted(self)
        named = {"rules": [row["id"] for row in base(self.base).card["rules"]], "shape": SHAPE}
        return np.array(
            [f"{part}__{name}" for part in self._parts for name in named.get(part, range(len(getattr(self.scales_, part))))], object
        )

    def __sklearn_tags__(self) -> Tags:
        """Say that texts, missing cells and several columns are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _check_parts(self) -> None:
        if self.parts is None:
            return
        if not isinstance(self.parts, list | tuple | np.ndarray) or not len(self.parts):  # the columns of a set would have no order
            raise TrainingError(f"parts is {self.parts!r}; give a list of some of {', '.join(PARTS)}, or None for all")
        for part in self._parts:
            if part not in PARTS:
                raise TrainingError(f"parts: {unknown('part', part, PARTS)}")
        if twice := [part for place, part in enumerate(self._parts) if part in self._parts[:place]]:
            raise TrainingError(f"parts names {str(twice[0])!r} twice; its columns can stand there once")

    @property
    def _parts(self) -> tuple[str, ...]:
        return PARTS if self.parts is None else tuple(self.parts)

    def _blocks(self, texts: list[str]) -> design.Blocks:
        model = base(self.base)
        spoken = vocabulary.carried(model)
        return design.blocks(texts, spoken.terms, spoken.rules, spoken.asking, sized(model.settings, self.bits))


def pooled(rows: sparse.csr_matrix, starts: NDArray[np.int64]) -> sparse.csr_matrix:
    """Take the largest value of each column over the passages of a message: (p, d) → (n, d), for values of 0 and above."""
    if rows.shape[0] == len(starts) - 1:
        return rows
    entries = rows.tocoo()
    message = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[entries.row]
    order = np.lexsort((entries.data, entries.col, message))  # the largest of equal places comes last
    row, col = message[order], entries.col[order]
    last = np.append((row[1:] != row[:-1]) | (col[1:] != col[:-1]), True)[: len(row)]
    return sparse.csr_matrix((entries.data[order][last], (row[last], col[last])), shape=(len(starts) - 1, rows.shape[1]))
