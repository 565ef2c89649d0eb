"""Regression: the one way a linear model is fitted here."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse

_SEED: Final = 0


def logistic(x: sparse.csr_matrix, y: NDArray[np.bool_], weight: NDArray[np.float64] | None, c: float) -> tuple[NDArray[np.float64], float]:
    """Fit one logistic regression: ``(coefficients, intercept)``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter passes, and still deterministic
        fitted = LogisticRegression(C=c, solver="liblinear", dual=True, max_iter=200, random_state=_SEED).fit(x, y, sample_weight=weight)
    return fitted.coef_.ravel(), float(fitted.intercept_[0])
