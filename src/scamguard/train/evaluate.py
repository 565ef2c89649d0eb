"""Evaluate: the figures of a classifier that must not cry wolf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score

from scamguard.lexicon import SECRETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .corpus import Message


@dataclass(frozen=True, slots=True)
class Judged:
    """Messages and what was said of them."""

    messages: Sequence[Message]
    risk: NDArray[np.float64]  # (n,), any rising score
    flagged: NDArray[np.bool_]  # (n,)
    asks: Sequence[tuple[str, ...]]


def threshold_at(score: NDArray[np.float64], rate: float) -> float:
    """Find the least threshold that at most ``rate`` of ``score`` (benign messages) reaches.

    >>> threshold_at(np.arange(100.0), 0.01)
    99.0
    """
    ranked = np.sort(score)[::-1]
    allowed = int(np.floor(rate * len(ranked)))
    if allowed >= len(ranked):
        return float(ranked[-1])
    if allowed and ranked[allowed - 1] > ranked[allowed]:
        return float(ranked[allowed - 1])
    return float(np.nextafter(ranked[allowed], np.inf))  # a tie: none of the equals may be let through


def recall_at(scam: NDArray[np.bool_], score: NDArray[np.float64], rate: float) -> float:
    """Share of scams above what ``rate`` of the benign messages exceed."""
    ranked = np.sort(score[~scam])[::-1]
    return float((score[scam] > ranked[min(int(np.floor(rate * len(ranked))), len(ranked) - 1)]).mean())


def summary(judged: Judged, mask: NDArray[np.bool_]) -> dict[str, float]:
    """Measure the messages under ``mask``: ranking, policy and asks."""
    scam = np.array([m.scam for m in judged.messages])[mask]
    risk, flagged = judged.risk[mask], judged.flagged[mask]
    rows: dict[str, float] = {"messages": int(mask.sum()), "scams": int(scam.sum())}
    if 0 < scam.sum() < len(scam):
        rows |= {
            "auc": round(float(roc_auc_score(scam, risk)), 4),
            "recall_at_1": round(recall_at(scam, risk, 0.01), 3),
            "recall_at_2": round(recall_at(scam, risk, 0.02), 3),
        }
    if scam.any():
        rows["recall"] = round(float(flagged[scam].mean()), 3)
        rows["recall_low"], rows["recall_high"] = interval(int(flagged[scam].sum()), int(scam.sum()))
    if not scam.all():
        rows["false_alarms"] = round(float(flagged[~scam].mean()), 4)
        rows["false_alarms_low"], rows["false_alarms_high"] = interval(int(flagged[~scam].sum()), int((~scam).sum()))
    if any(judged.messages[i].asks for i in np.flatnonzero(mask).tolist()):  # else nobody said what is asked for
        rows["asks_f1"] = round(f1(judged, mask, SECRETS[:4]), 3)
    return rows


def interval(hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % confidence interval of a share (Wilson 1927).

    >>> interval(0, 100)
    (0.0, 0.037)
    """
    z = 1.96
    share, scale = hits / n, 1 + z * z / n
    middle, half = (share + z * z / (2 * n)) / scale, z * np.sqrt((share * (1 - share) + z * z / (4 * n)) / n) / scale
    return round(max(0.0, float(middle - half)), 4), round(min(1.0, float(middle + half)), 4)


def f1(judged: Judged, mask: NDArray[np.bool_], secrets: Sequence[str]) -> float:
    """Micro-averaged F1 of the named secrets, over scam and benign messages alike."""
    right = wrong = missed = 0
    for i in np.flatnonzero(mask).tolist():
        want, got = set(judged.messages[i].asks) & set(secrets), set(judged.asks[i]) & set(secrets)
        right, wrong, missed = right + len(want & got), wrong + len(got - want), missed + len(want - got)
    return 2 * right / max(1, 2 * right + wrong + missed)


def tables(judged: Judged) -> dict[str, Any]:
    """Measure everything: all, by language, by kind, by secret."""
    langs = np.array([m.lang.split("-")[0] for m in judged.messages])
    kinds = np.array([m.kind for m in judged.messages])
    every, said = np.ones(len(langs), np.bool_), {secret for m in judged.messages for secret in m.asks}
    return {
        "all": summary(judged, every),
        "by_language": {lang: summary(judged, langs == lang) for lang in sorted(set(langs.tolist()))},
        "flagged_by_kind": {kind: round(float(judged.flagged[kinds == kind].mean()), 3) for kind in sorted(set(kinds.tolist()))},
        "asks_f1_by_secret": {secret: round(f1(judged, every, (secret,)), 3) for secret in SECRETS if secret in said},
    }


def reliability(scam: NDArray[np.bool_], risk: NDArray[np.float64], bins: int = 10) -> dict[str, Any]:
    """Compare predicted risk with what came true, in equal-width bins, and their expected calibration error."""
    which = np.minimum((risk * bins).astype(int), bins - 1)
    rows, error = [], 0.0
    for b in range(bins):
        inside = which == b
        if inside.any():
            said, true = float(risk[inside].mean()), float(scam[inside].mean())
            rows.append({"from": b / bins, "messages": int(inside.sum()), "said": round(said, 3), "true": round(true, 3)})
            error += inside.mean() * abs(said - true)
    return {"expected_calibration_error": round(float(error), 4), "bins": rows}
