"""Answers: a time counts only for a peer that did its task, and each task has a number that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from . import corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .corpus import Row
    from .peers import Peer

LEAST_AUC: Final = 0.85


def check(peer: Peer, rows: Sequence[Row], scores: NDArray[np.float64]) -> dict[str, Any]:
    """Check what a peer said of the first ``len(scores)`` messages.

    Raises
    ------
    AssertionError
        Not one finite score a message, a worse AUC than the floor, or a term missed or made up.
    """
    assert len(scores) == min(peer.many, len(rows)), f"{peer.title}: {len(scores)} scores"
    rows = rows[: len(scores)]
    assert np.isfinite(scores).all(), f"{peer.title}: a score is not a number"
    if peer.task == "terms":
        truth = holders(rows)
        assert np.array_equal(scores != 0, truth), f"{peer.title}: differs from a plain search in {np.sum((scores != 0) != truth)} messages"
        return {"messages_with_a_term": int(truth.sum())}
    if peer.task == "own":
        assert 0 < scores.min() < scores.max() < 1, f"{peer.title}: scores from {scores.min()} to {scores.max()}"
        return {"flagged": int(np.sum(scores >= 0.5))}
    value = auc(scores, np.array([row.scam for row in rows]))
    assert value >= LEAST_AUC, f"{peer.title}: AUC {value:.3f} is below {LEAST_AUC}; it did not learn its task"
    return {"auc": round(value, 4), "floor": LEAST_AUC}


def auc(scores: NDArray[np.float64], scam: NDArray[np.bool_]) -> float:
    """Tell how often a scam scores above a benign message, ties counting half (Mann-Whitney).

    >>> auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    benign = np.sort(scores[~scam])
    below = np.searchsorted(benign, scores[scam], "left") + np.searchsorted(benign, scores[scam], "right")
    return float(below.mean() / (2 * len(benign)))


def holders(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """Find the messages that hold one of the 1,000 terms, slowly and surely; those with a code word are among them, (n,)."""
    terms = corpus.terms(1000)
    found = np.array([any(term in row.text for term in terms) for row in rows])
    assert found[[bool(row.planted) for row in rows]].all()
    return found
