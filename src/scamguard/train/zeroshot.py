"""Zero-shot: what each language scores when none of its own messages were trained on.

What carries over is what languages share: concept n-grams, rules, frames, shape, and borrowed words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import roc_auc_score

from . import fit
from .evaluate import recall_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .fit import Material, Recipe


def run(m: Material, recipe: Recipe, logits: NDArray[np.float64], progress: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """Leave each language out and score it, beside what it scores out of fold with the other writers of its language.

    Parameters
    ----------
    m
        All messages.
    recipe
        How to fit.
    logits
        (n,), out of fold.
    progress
        Told of each language.

    Returns
    -------
    By language: messages, auc and recall at 2 % false alarms without its own messages, and with them.
    """
    langs = np.array([message.lang.split("-")[0] for message in m.messages])
    names = sorted({lang for lang in set(langs.tolist()) if 0 < m.scam[langs == lang].sum() < (langs == lang).sum()})
    scored = Parallel(n_jobs=fit.JOBS)(delayed(_without)(m, recipe, langs == lang) for lang in names)
    out = {}
    for lang, without in zip(names, scored, strict=True):
        mask = langs == lang
        figures = _figures(m.scam[mask], without, "without") | _figures(m.scam[mask], logits[mask], "with")
        out[lang] = {"messages": int(mask.sum()), **figures}
        progress(f"zero-shot: {lang} {out[lang]}")
    return out


def _without(m: Material, recipe: Recipe, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    held: NDArray[np.float64] = fit.classifier(m, recipe, ~mask).worst(m.own)[mask]
    return held


def _figures(scam: NDArray[np.bool_], logits: NDArray[np.float64], name: str) -> dict[str, Any]:
    return {
        f"auc_{name}": round(float(roc_auc_score(scam, logits)), 4),
        f"recall_at_2_{name}": round(recall_at(scam, logits, 0.02), 3),
    }
