"""Thresholds: the logits from which to warn and to block, chosen for the rate of false alarms, by language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .evaluate import threshold_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from .fit import Recipe

_KNOWN: Final = 0.0175  # share of the benign messages from which a language counts as known
_SURELY: Final = 1250  # benign messages from which it does, whatever their share
_ENOUGH: Final = 400  # benign messages from which a language may have a threshold of its own
_PRIOR: Final = 1000  # how many benign messages the common threshold speaks for
_SHORT_OF: Final = 0.05  # nats: what is lifted so far that every language warns is not yet blocked


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Logits. No language warns below ``warn``."""

    warn: float
    block: float
    languages: Mapping[str, float]  # of every language that the model knows
    other: float  # of those it hardly knows

    @property
    def surest(self) -> float:
        """Give the logit from which every language warns."""
        return max(self.warn, self.other, *self.languages.values())

    def flagged(self, logits: NDArray[np.float64], spoken: Sequence[str]) -> NDArray[np.bool_]:
        """Say which messages are warned of, given the language that each seems to be in ("": nothing tells)."""
        least = [self.warn if not lang else self.languages.get(lang, self.other) for lang in spoken]
        out: NDArray[np.bool_] = logits >= np.array(least)
        return out

    def card(self, risk: Callable[[float], float]) -> dict[str, object]:
        """Write them down as risks."""
        languages = {lang: risk(value) for lang, value in sorted(self.languages.items())}
        return {"warn": risk(self.warn), "block": risk(self.block), "languages": languages, "other": risk(self.other)}


def choose(hard: NDArray[np.float64], spoken: Sequence[str], ordinary: NDArray[np.float64] | None, recipe: Recipe) -> Thresholds:
    """Choose the thresholds.

    The common ones are chosen on ordinary traffic that nothing was fitted on. Where there is none, the rates apply to the project's
    own messages, most of which were written to be hard to tell apart. A language whose hard messages are flagged more often than
    those of all languages together gets a higher one of its own, as far as its number of messages bears it out; there is too
    little ordinary traffic in most languages to lower one. A language of which there are too few to know warns where others all but block.

    Parameters
    ----------
    hard
        (n,) out-of-fold logits of the benign messages.
    spoken
        (n,) the language that each seems to be in.
    ordinary
        (t,) logits of ordinary benign messages, or None.
    """
    usual = hard if ordinary is None else ordinary
    warn, block = threshold_at(usual, recipe.warn_rate), threshold_at(usual, recipe.block_rate)
    if ordinary is not None:
        block = max(block, threshold_at(hard, recipe.block_rate_hard))
    latest = max(warn, block - _SHORT_OF)
    share = float((hard >= warn).mean())
    told = np.array(spoken)
    languages = {}
    for lang in sorted(set(spoken) - {""}):
        mine = hard[told == lang]
        if len(mine) >= min(_KNOWN * len(hard), _SURELY):
            own = threshold_at(mine, share) if len(mine) >= _ENOUGH else warn
            languages[lang] = min(latest, warn + max(0.0, own - warn) * len(mine) / (len(mine) + _PRIOR))
    return Thresholds(warn, block, languages, latest)
