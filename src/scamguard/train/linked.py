"""What the links of a message are worth, fitted on out-of-fold log-odds: the classifier's own columns come first, these correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from scamguard import identity
from scamguard.identity import NAMES, described, is_spoken_of, leads_home, parted, rows

from .evaluate import recall_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MARKS: Final = 2 * len(NAMES) + 1
_MOST: Final = 1.5  # nats of one finding


def marks(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Describe the links of every message, (n, MARKS): what they show, see ``identity.parted``, and whether all lead home."""
    found = parted(rows([described(text) for text in texts]), [is_spoken_of(text) for text in texts])
    home = [not any(shown) and leads_home(text) for shown, text in zip(found.tolist(), texts, strict=True)]
    return np.hstack([found, np.array(home, np.bool_)[:, None]])


def added(found: NDArray[np.bool_], nats: NDArray[np.float64], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what ``marks`` add to the log-odds of messages (n,), which no home takes below even odds: (n,) nats."""
    back: NDArray[np.float64] = identity.led_home(odds, float(nats[-1]))
    return identity.added(found[:, :-1], nats[:-1]) + found[:, -1] * back


def fitted(
    odds: NDArray[np.float64], found: NDArray[np.bool_], scam: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit what each finding adds to the log-odds of unseen messages.

    A logistic regression with ``odds`` as its offset: a penalty as of a normal prior with a deviation of one nat, and none below 0 but
    that of leading home, so that no link can buy a message off that leads anywhere else. None is worth more than what gives a sender away:
    scams that we wrote link as we think they do.

    Returns
    -------
    (MARKS,) nats
    """
    told = found.any(1)
    x, base, y, w = found[told].astype(np.float64), odds[told], scam[told].astype(np.float64), weight[told]

    def loss(nats: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = base + x @ nats
        risk = 1 / (1 + np.exp(-z))
        return float(w @ (np.logaddexp(0, z) - y * z) + nats @ nats / 2), x.T @ (w * (risk - y)) + nats

    best = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=[*[(0, _MOST)] * (MARKS - 1), (-_MOST, 0)])
    out: NDArray[np.float64] = np.round(best.x, 2)
    return out


def gain(odds: NDArray[np.float64], found: NDArray[np.bool_], nats: NDArray[np.float64], scam: NDArray[np.bool_]) -> dict[str, Any]:
    """Compare the log-odds without and with the findings, on all messages and on those that have one."""
    out: dict[str, dict[str, float]] = {}
    for name, those in (("all", np.ones(len(scam), np.bool_)), ("with a finding", found[:, :-1].any(1))):
        if 0 < scam[those].sum() < those.sum():
            out[name] = {"messages": int(those.sum()), "scams": int(scam[those].sum())}
            for when, of in (("without", odds), ("with", odds + added(found, nats, odds))):
                out[name] |= {
                    f"auc {when}": round(float(roc_auc_score(scam[those], of[those])), 4),
                    f"recall_at_1 {when}": round(recall_at(scam[those], of[those], 0.01), 3),
                }
    return out


def card(odds: NDArray[np.float64], found: NDArray[np.bool_], nats: NDArray[np.float64], scam: NDArray[np.bool_]) -> dict[str, Any]:
    """Write down what was learned and what it brings."""
    seen = [{"scam": int((column & scam).sum()), "benign": int((column & ~scam).sum())} for column in found.T]
    here = {"": slice(0, len(NAMES)), "_spoken_of": slice(len(NAMES), 2 * len(NAMES))}
    learned = {f"nats{which}": dict(zip(NAMES, nats[half].tolist(), strict=True)) for which, half in here.items()}
    counted = {f"messages{which}": dict(zip(NAMES, seen[half], strict=True)) for which, half in here.items()}
    home = {"nats": float(nats[-1]), "messages": seen[-1]}
    return learned | counted | {"home": home, "gain": gain(odds, found, nats, scam)}
