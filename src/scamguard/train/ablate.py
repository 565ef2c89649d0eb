"""Ablate: what each choice of the recipe is worth, by cross-validation grouped by writer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.metrics import roc_auc_score

from . import fit
from .evaluate import recall_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .corpus import Ballast, Message
    from .fit import Recipe
    from .vocabulary import Vocabulary

VARIANTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "as shipped": {},
    "penalty C = 0.06": {"recipe": {"penalty": 0.06}},
    "penalty C = 1": {"recipe": {"penalty": 1.0}},
    "character 3-4-grams": {"settings": {"char_low": 3, "char_high": 4}},
    "character 2-3-grams": {"settings": {"char_low": 2, "char_high": 3}},
    "character table 2^18": {"settings": {"char_bits": 18}},
    "word table 2^18": {"settings": {"word_bits": 18}},
    "no framed words": {"trust": {"framed": 0.0}},
    "no concept n-grams": {"trust": {"concepts": 0.0}},
    "no rules": {"trust": {"rules": 0.0}},
    "neither concepts, rules nor frames": {"trust": {"framed": 0.0, "concepts": 0.0, "rules": 0.0}},
    "no changed copies": {"recipe": {"augment_weight": 1e-9}},
    "first passages alone": {"recipe": {"worst_weight": 1e-9}},
    "no ballast": {"recipe": {"ballast_weight": 1e-9}},
}


def run(
    own: Sequence[Message], sets: Sequence[Ballast], vocabulary: Vocabulary, recipe: Recipe, progress: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Score each variant out of fold.

    Returns
    -------
    list of dict
        One row a variant: ``variant``, then ``auc``, ``recall_at_1`` and ``recall_at_2`` for all, en and zh.
    """
    rows = []
    cached: dict[Any, fit.Material] = {}
    for name, change in VARIANTS.items():
        varied = _varied(recipe, change)
        if varied.settings not in cached:
            cached = {varied.settings: fit.material(own, sets, vocabulary, varied)}
        rows.append({"variant": name, **_figures(own, fit.out_of_fold(cached[varied.settings], varied).own)})
        progress(f"ablation: {rows[-1]}")
    return rows


def _varied(recipe: Recipe, change: dict[str, dict[str, Any]]) -> Recipe:
    return replace(
        recipe,
        settings=replace(recipe.settings, **change.get("settings", {})),
        trust=replace(recipe.trust, **change.get("trust", {})),
        **change.get("recipe", {}),
    )


def _figures(own: Sequence[Message], logits: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:

    scam, langs = np.array([m.scam for m in own]), np.array([m.lang.split("-")[0] for m in own])
    out: dict[str, float] = {}
    for name, mask in (("all", np.ones(len(own), np.bool_)), ("en", langs == "en"), ("zh", langs == "zh")):
        out[f"{name}_auc"] = round(float(roc_auc_score(scam[mask], logits[mask])), 4)
        out[f"{name}_recall_at_1"] = round(recall_at(scam[mask], logits[mask], 0.01), 3)
        out[f"{name}_recall_at_2"] = round(recall_at(scam[mask], logits[mask], 0.02), 3)
    return out
