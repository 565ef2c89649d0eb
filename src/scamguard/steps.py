"""Steps: a table of weights as bytes.

A table of a byte a weight is a quarter of one of 32-bit numbers, and what bounds a score is how much of the tables a core has at
hand. A trained table is rounded to steps of a power of two, which 16-bit and 32-bit numbers hold exactly: so a model folder needs
no other layout, and whoever adds up its weights, as bytes or as numbers, comes to the same sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST: Final = 127  # steps of one weight
_SHARE: Final = 0.9995  # of the weights are within the steps; those beyond are cut to the last one
_FINEST: Final = 10  # binary places


def rounded(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round to the finest steps of which 127 reach nearly every weight.

    >>> rounded(np.array([0.0, 0.1, -2.0], np.float32))
    array([ 0.     ,  0.09375, -2.     ], dtype=float32)
    """
    reach = max(float(np.quantile(np.abs(table[table != 0]), _SHARE, method="higher")) if table.any() else 0.0, 2.0**-_FINEST)
    size = np.float32(2.0 ** -min(int(np.floor(np.log2(_MOST / reach))), _FINEST))
    steps: NDArray[np.float32] = np.clip(np.rint(table / size), -_MOST, _MOST).astype(np.float32)
    return steps * size


def narrowed(table: NDArray[np.float32]) -> tuple[NDArray[Any], float]:
    """Give a table as bytes and what one step is worth; as it is, and 1, if it is not in steps."""
    for places in range(_FINEST + 1):
        steps = table * np.float32(2**places)
        if (np.abs(steps) <= _MOST).all() and (steps == np.rint(steps)).all():
            return steps.astype(np.int8), 0.5**places
    return table, 1.0
