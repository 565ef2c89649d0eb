"""Asks: which secrets a scam is after, and what kind of scam it is.

One linear head for each secret and each kind, read only on messages that the classifier suspects. A head sees
the concepts and fired rules of the worst passage and, for wording that no rule knows, its n-grams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernels import compiled
from .lexicon import KINDS, SECRETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .model import Model, Reading


def heads(model: Model, reading: Reading, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Score every head on the worst passage of each of ``rows``.

    Returns
    -------
    (k, 14) float64, logits: the secrets, then the kinds
    """
    s, w = model.settings, model.weights
    p = reading.worst[rows]
    out = np.tile(w.head_bias.astype(np.float64), (len(p), 1))
    words, chars, framed = reading.words, reading.chars, reading.framed
    _add(words.ids, words.starts, p, w.head_words, s.word_bits - s.head_bits, s.word_smooth, out)
    _add(chars.ids, chars.starts, p, w.head_chars, s.char_bits - s.head_bits, s.char_smooth, out)
    _add(framed.ids, framed.starts, p, w.head_framed, s.framed_bits - s.head_bits, s.framed_smooth, out)
    _add(reading.concepts.ids, reading.concepts.starts, p, w.head_concepts, 0, s.concept_smooth, out)
    for k in range(len(p)):
        for rule in reading.rules.of(p[k]):
            out[k] += w.head_rules[rule]
    return out


@compiled
def _add(ids, starts, passages, weights, shift, smooth, out):
    for k in range(len(passages)):
        p = passages[k]
        scale = 1 / np.sqrt(starts[p + 1] - starts[p] + smooth)
        for head in range(weights.shape[1]):
            total = 0.0
            for g in range(starts[p], starts[p + 1]):
                total += np.float64(weights[ids[g] >> np.uint32(shift), head])
            out[k, head] += total * scale


def secrets_asked(scores: NDArray[np.float64], cutoffs: NDArray[np.float64]) -> list[tuple[str, ...]]:
    """Name the secrets whose head reaches its cutoff, for each row of ``scores`` (k, 14)."""
    return [tuple(name for name, value, cut in zip(SECRETS, row, cutoffs, strict=False) if value > cut) for row in scores]


def kinds_of(scores: NDArray[np.float64]) -> list[str]:
    """Name the likeliest kind of scam for each row of ``scores`` (k, 14)."""
    return [KINDS[i] for i in scores[:, len(SECRETS) :].argmax(1)] if len(scores) else []
