"""Rows: what scikit-learn hands to an estimator, as messages.

A row is one message. A column of texts is taken as it is; of several columns (subject and body, say) a row's cells are
joined by line ends. Missing cells say nothing, numbers are written out, so that a frame need not be cleaned first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import validate_data

from scamguard.columns import is_missing, unmasked
from scamguard.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator


def table(X: Any) -> Any:  # noqa: ANN401, N803 - scikit-learn's name for anything a user has
    """Stand a column of texts upright, (n,) → (n, 1) of object; all else is left to scikit-learn's own checks.

    Raises
    ------
    InputError
        Among texts is something that is neither text nor missing: NumPy would write it out, and scikit-learn ask for two dimensions.
    """
    X = unmasked(X)  # noqa: N806 - scikit-learn's name
    if isinstance(X, list | tuple) and X and isinstance(X[0], list | tuple):
        return np.array(X, object)  # else NumPy would write "nan" for a missing cell beside text
    column = cells(X)
    if column is None:
        return X
    stray = next((i for i, cell in enumerate(column) if not isinstance(cell, str) and not is_missing(cell)), None)
    if stray is not None:
        if any(isinstance(cell, str) for cell in column):
            raise InputError(f"X[{stray}] is {type(column[stray]).__name__}, not str; convert it, or use None for an empty message")
        return X
    upright = np.empty((len(column), 1), object)
    upright[:, 0] = column
    return upright


def messages(estimator: BaseEstimator, X: Any, *, reset: bool = False) -> list[str]:  # noqa: ANN401, N803
    """Read the rows of ``X`` as messages.

    Parameters
    ----------
    estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set if ``reset``, else compared.

    Raises
    ------
    ValueError, TypeError
        Whatever scikit-learn asks for: no rows, no columns, sparse or complex, another number of columns than in ``fit``.
    InputError
        A cell is ``bytes``, or a column of texts holds something else.
    """
    return joined(validate_data(estimator, table(X), reset=reset, dtype=None, ensure_all_finite="allow-nan"))


def joined(rows: NDArray[Any]) -> list[str]:
    r"""Join the cells of each row, (n, columns) → n messages.

    >>> joined(np.array([["Re: wallet", "send it"], [None, 0.5]], object))
    ['Re: wallet\nsend it', '0.5']
    """
    return ["\n".join(part for part in map(_text, row) if part) for row in rows.tolist()]


def cells(X: Any) -> list[Any] | None:  # noqa: ANN401, N803
    """List the cells of one column; None if it is no column."""
    if isinstance(X, list | tuple):
        return [_unboxed(cell) for cell in X]
    if hasattr(X, "to_pylist") and not hasattr(X, "columns"):  # Arrow
        listed: list[Any] = X.to_pylist()
        return listed
    if len(getattr(X, "shape", ())) == 1:  # NumPy, pandas, Polars
        return list(X.to_list() if hasattr(X, "to_list") else X.tolist())
    return None


def _unboxed(cell: Any) -> Any:  # noqa: ANN401 - whatever stands in a row
    """Take a value out of Arrow's scalar."""
    return cell.as_py() if hasattr(cell, "as_py") else cell


def _text(cell: object) -> str:
    cell = _unboxed(cell)
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        raise InputError("a cell of X is bytes, not str; decode it first")
    return "" if is_missing(cell) else str(cell)
