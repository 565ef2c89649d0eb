"""Heads: one linear model for each secret and each kind of scam, fitted on the scams alone; from which of their scores asks are named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from scamguard.asks import secrets_asked
from scamguard.lexicon import KINDS, SECRETS

from .design import Blocks, Scales, scales
from .evaluate import Judged, f1, threshold_at
from .regression import logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scamguard.model import Settings

    from .fit import Material, Recipe

_HEADS: Final = SECRETS + KINDS
_AS_GOOD: Final = 0.002  # of F1: what lies between is chance


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head: one secret or kind, told from the others."""

    scales: Scales
    coefficients: NDArray[np.float64]  # (d,)
    bias: float

    def scores(self, narrow: Blocks) -> NDArray[np.float64]:
        """Score each row of what ``_narrow`` gave."""
        out: NDArray[np.float64] = self.scales.apply(narrow) @ self.coefficients + self.bias
        return out


def fitted(m: Material, recipe: Recipe, train: NDArray[np.bool_], judged: NDArray[np.int64]) -> list[Head]:
    """Fit one head for each of ``_HEADS`` on the scams under ``train``, on the passage (n,) by which each message is ``judged``."""
    rows = np.flatnonzero(train & m.scam)
    part = _narrow(m.own.rows(judged[rows]), recipe.settings)
    return [
        _head(part, np.array([head in m.messages[i].asks or head == m.messages[i].kind for i in rows.tolist()]), recipe) for head in _HEADS
    ]


def _head(part: Blocks, y: NDArray[np.bool_], recipe: Recipe) -> Head:
    scale = scales(part, recipe.head_trust, y)
    if y.all() or not y.any():  # nothing to tell apart
        return Head(scale, np.zeros(sum(len(getattr(scale, name)) for name in Scales.__slots__)), 9.0 if y.any() else -9.0)
    return Head(scale, *logistic(scale.apply(part), y, None, recipe.head_penalty))


def _narrow(b: Blocks, s: Settings) -> Blocks:
    """Hash the n-grams down to the heads' smaller tables (an id's high bits), without the shape."""

    def narrowed(block: sparse.csr_matrix, bits: int) -> sparse.csr_matrix:
        narrow = sparse.csr_matrix(
            (block.data.copy(), block.indices >> (bits - s.head_bits), block.indptr.copy()), shape=(block.shape[0], 1 << s.head_bits)
        )
        narrow.sum_duplicates()
        return narrow

    none = sparse.csr_matrix((b.shape.shape[0], 0), dtype=np.float32)
    texts = (narrowed(b.words, s.word_bits), narrowed(b.chars, s.char_bits), narrowed(b.framed, s.framed_bits))
    return Blocks(*texts, b.concepts, b.rules, none, b.among, b.starts)


def scored(m: Material, recipe: Recipe, judged: NDArray[np.int64]) -> NDArray[np.float64]:
    """Score every head on every message out of fold, (n, 14)."""
    out = np.zeros((len(m.messages), len(_HEADS)))
    narrow = _narrow(m.own.rows(judged), recipe.settings)
    for k in range(recipe.folds):
        held = np.flatnonzero(m.fold == k)
        rows = narrow.rows(held)
        out[held] = np.stack([head.scores(rows) for head in fitted(m, recipe, m.fold != k, judged)], 1)
    return out


def cutoffs(m: Material, scores: NDArray[np.float64], suspected: NDArray[np.bool_]) -> list[float]:
    """Choose for each secret the cutoff with the best F1 among the suspected messages: the middle of those that are as good."""
    best = []
    for k, secret in enumerate(SECRETS):
        want = np.array([secret in message.asks for message in m.messages])
        grid = np.round(np.arange(-4.0, 2.01, 0.1), 1)
        f1 = [2 * (want & got).sum() / max(1, want.sum() + got.sum()) for got in (suspected & (scores[:, k] > cut) for cut in grid)]
        best.append(middle(grid, np.array(f1)))
    return best


def middle(grid: NDArray[np.float64], f1: NDArray[np.float64]) -> float:
    """Find the middle of the cutoffs beside the best one that are as good.

    >>> middle(np.arange(6.0), np.array([0.7, 0.5, 0.699, 0.7, 0.701, 0.6]))
    3.0
    """
    first = last = int(f1.argmax())
    least = f1[first] - _AS_GOOD
    while first and f1[first - 1] >= least:
        first -= 1
    while last + 1 < len(f1) and f1[last + 1] >= least:
        last += 1
    return round(float(grid[first : last + 1].mean()), 2)


def gate(m: Material, logits: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[float, list[float]]:
    """Choose the logit from which asks are named, and the heads' cutoffs, for the best F1 out of fold."""
    best = (-1.0, 0.0, [0.0])
    for rate in (0.01, 0.02, 0.03, 0.05, 0.08, 0.12):
        least = threshold_at(logits[~m.scam], rate)
        cuts = cutoffs(m, scores, logits >= least)
        asked = named(logits, scores, least, cuts)
        judged = Judged(m.messages, logits, logits >= least, asked)
        best = max(best, (f1(judged, np.ones(len(logits), np.bool_), SECRETS), least, cuts))
    return best[1], best[2]


def named(logits: NDArray[np.float64], scores: NDArray[np.float64], least: float, cuts: Sequence[float]) -> list[tuple[str, ...]]:
    """Name the secrets that each message asks for: nothing below the gate, then what the heads say."""
    return [asked if value >= least else () for asked, value in zip(secrets_asked(scores, cuts), logits.tolist(), strict=True)]
