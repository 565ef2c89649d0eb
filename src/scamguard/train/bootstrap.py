"""Bootstrap: how far a figure would move had other people written the messages.

Messages of one writer are alike, so writers are drawn, not messages, each with all that it wrote (the cluster bootstrap: Field and
Welsh, "Bootstrapping clustered data", JRSS B 69, 2007). A drawing is one count a message, and figures are taken from counted messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RESAMPLES: Final = 1000
SEED: Final = 0
RATES: Final = (0.01, 0.02)  # of false alarms, at which recall is measured
NAMES: Final = ("auc", "recall_at_1", "recall_at_2")
_DIGITS: Final = (4, 3, 3)  # as on the model card
_MIDDLE: Final = (2.5, 97.5)  # percentiles


@dataclass(frozen=True, slots=True)
class Ranked:
    """Messages in falling order of their score; those of one score form a level."""

    order: NDArray[np.int64]  # (n,)
    starts: NDArray[np.int64]  # (levels,), into order
    scam: NDArray[np.bool_]  # (n,), in that order

    def figures(self, counts: NDArray[np.int64]) -> tuple[float, ...] | None:
        """Give AUC and recall at each rate, each message taken ``counts`` times, (n,); None without both scams and benign messages."""
        taken = counts[self.order]
        scams, benign = (np.add.reduceat(np.where(chosen, taken, 0), self.starts) for chosen in (self.scam, ~self.scam))
        found, alarms = np.cumsum(scams), np.cumsum(benign)
        if not found[-1] or not alarms[-1]:
            return None
        above = alarms[-1] - alarms + benign / 2  # benign messages that a scam of this level is ranked above; equals count half
        auc = float((scams * above).sum() / (found[-1] * alarms[-1]))
        # the level of the first benign message beyond what the rate allows; scams of that level are not found
        stop = [int(np.searchsorted(alarms, min(int(np.floor(rate * alarms[-1])), alarms[-1] - 1), "right")) for rate in RATES]
        return auc, *(float((found[at] - scams[at]) / found[-1]) for at in stop)


def ranked(scam: NDArray[np.bool_], score: NDArray[np.float64]) -> Ranked:
    """Rank messages once for all drawings."""
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    return Ranked(order, np.flatnonzero(np.concatenate([[True], falling[1:] != falling[:-1]])), scam[order])


def measured(
    scam: NDArray[np.bool_], score: NDArray[np.float64], writer: NDArray[np.int64], resamples: int = RESAMPLES
) -> dict[str, tuple[float, float, float]]:
    """Measure ``score``, (n,): each figure with the 95 % interval of its drawings.

    The same writers give the same drawings, whatever the scores, so that systems are compared on the same ones.

    Returns
    -------
    By figure (``NAMES``): its value, the lower and the upper end. Empty without both scams and benign messages.
    """
    rows = ranked(scam, score)
    value = rows.figures(np.ones(len(scam), np.int64))
    if value is None:
        return {}
    drawn = [figures for counts in _drawings(writer, resamples) if (figures := rows.figures(counts)) is not None]
    low, high = np.percentile(drawn or [value], _MIDDLE, axis=0).tolist()
    cells = zip(NAMES, _DIGITS, value, low, high, strict=True)
    return {name: (round(v, digits), round(a, digits), round(b, digits)) for name, digits, v, a, b in cells}


def _drawings(writer: NDArray[np.int64], many: int) -> Iterator[NDArray[np.int64]]:
    """Draw as many writers as there are, with replacement; give how often each message is taken, (n,)."""
    rng = np.random.default_rng(SEED)
    names, place = np.unique(writer, return_inverse=True)
    for _ in range(many):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[place]
