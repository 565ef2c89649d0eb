"""Calibrate: from logits to probabilities, and thresholds that few rows do not bear out.

Both are judged on unseen rows, and a handful of them may say anything: that scams score lower than honest messages, or that no honest one
comes near a scam. What so few say is not taken at its word.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .fit import Recipe
    from .thresholds import Thresholds

_EVEN, _SURE = 0.5, 0.9  # risks from which to warn and to block at the least, where no rate can be kept
_UNTOLD: Final = "the rows do not tell the classes apart: unseen scams score lower than honest messages; risks stay uncalibrated"


def platt(logits: NDArray[np.float64], scam: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit what turns logits of unseen messages into log-odds (Platt 1999): ``(slope, offset)``.

    The slope is above 0: one below would turn round whatever was learned, so there the logits stay what they are.

    Warns
    -----
    UserWarning
        Scams among the unseen messages score lower than honest ones.
    """
    fitted = LogisticRegression(C=1e6, solver="lbfgs").fit(logits[:, None], scam)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope < 0:
        warnings.warn(_UNTOLD, UserWarning, stacklevel=4)
    return (slope, offset) if slope > 0 else (1.0, 0.0)  # 0: all logits alike, nothing to calibrate


def cautious(at: Thresholds, usual: int, recipe: Recipe, calibration: tuple[float, float]) -> Thresholds:
    """Raise thresholds that ``usual`` benign messages are too few for: of those not one may be let through, so the worst alone decides.

    It may be as far from any scam as they come, and both thresholds may be the same.
    """
    slope, offset = calibration

    def least(value: float, rate: float, risk: float) -> float:
        return value if rate * usual >= 1 else max(value, float((np.log(risk / (1 - risk)) - offset) / slope))

    warn = least(at.warn, recipe.warn_rate, _EVEN)
    block = max(warn, least(at.block, recipe.block_rate, _SURE))
    other = max(warn, block - (at.block - at.other))
    return replace(at, warn=warn, block=block, languages={lang: max(warn, value) for lang, value in at.languages.items()}, other=other)
