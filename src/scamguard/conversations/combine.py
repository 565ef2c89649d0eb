"""How context and message are combined: half-way between what a message says alone and what it says with its context.

Let ``l`` be the log-odds of a message read alone and ``j`` those of the same message read together with what its sender said just
before. A split scam ("bank security here", "a text will come", "read it to me") says in ``j`` what no part of it says alone.
The two readings are pooled with equal weight (a logarithmic opinion pool: Genest and Zidek 1986), and only ever upwards:

    L = l + min((j - l) / 2, 2 (j - e))     where j > l and j > e, else L = l

where ``e`` is the most that the earlier words say without this message: each alone, or all together.

- Only the sender's own words count, so a scam raises nobody else, and a warning or a real supporter lowers nothing.
- It never lowers: kind words before a demand cost a scammer nothing.
- ``j`` must exceed ``e``, and what it exceeds bounds what it raises: "ok" after a scam says nothing new, be the scam in one
  message or in several, and stays as harmless as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHT: Final = 0.5
_NEW: Final = 2.0  # times what a message adds to the words before it: so far it may rise
_EDGE: Final = 1e-6  # a float32 risk holds no more


def log_odds(risk: NDArray[np.float32]) -> NDArray[np.float64]:
    """Turn risks (n,) into log-odds."""
    inside = np.clip(risk.astype(np.float64), _EDGE, 1 - _EDGE)
    return np.log(inside / (1 - inside))


def pooled(alone: NDArray[np.float64], joined: NDArray[np.float64], earlier: NDArray[np.float64]) -> NDArray[np.float64]:
    """Combine log-odds, all (n,).

    Parameters
    ----------
    alone
        Of each message by itself.
    joined
        Of each message with the sender's words before it.
    earlier
        Of these words without the message: of the worst of them, or of all together if that is more.

    >>> pooled(np.array([0.0, 0.0, 2.0, 0.0]), np.array([3.0, 3.0, 1.0, 3.0]), np.array([1.0, 4.0, -2.0, 2.75])).tolist()
    [1.5, 0.0, 2.0, 0.5]
    """
    rise = np.minimum(WEIGHT * (joined - alone), _NEW * (joined - earlier))
    return alone + np.maximum(rise, 0.0)


def risk(odds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Turn log-odds (n,) back into risks."""
    found: NDArray[np.float32] = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return found
