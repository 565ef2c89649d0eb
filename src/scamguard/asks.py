"""Asks: which secrets a scam is after, and what kind of scam it is.

One linear head for each secret and each kind, read only on messages that the classifier suspects. A head sees
the concepts and fired rules of the worst passage and, for wording that no rule knows, its n-grams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .engine import worst
from .kernels import compiled
from .lexicon import KINDS, SECRETS
from .lowering import Bare
from .ngrams import LONGEST, MOST_FRAMES, of_chars, of_concepts, of_framed, of_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .engine import Room
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
    words, chars, framed, totals = reading.words, reading.chars, reading.framed, np.empty(out.shape[1])
    _add(words.ids, words.starts, p, w.head_words, s.word_bits - s.head_bits, s.word_smooth, totals, out)
    _add(chars.ids, chars.starts, p, w.head_chars, s.char_bits - s.head_bits, s.char_smooth, totals, out)
    _add(framed.ids, framed.starts, p, w.head_framed, s.framed_bits - s.head_bits, s.framed_smooth, totals, out)
    _add(reading.concepts.ids, reading.concepts.starts, p, w.head_concepts, 0, s.concept_smooth, totals, out)
    _add_whole(reading.rules.ids, reading.rules.starts, p, w.head_rules, out)
    return out


def heads_of(model: Model, room: Room) -> NDArray[np.float64]:
    """Score every head on the worst passage of the one message that has just been read in ``room``; the same bits as ``heads``.

    Returns
    -------
    (1, 14) float64
    """
    s, w = model.settings, model.weights
    out = w.head_bias.astype(np.float64)[None, :]
    tables = w.head_words, w.head_chars, w.head_framed, w.head_concepts, w.head_rules
    shifts = np.array([s.word_bits - s.head_bits, s.char_bits - s.head_bits, s.framed_bits - s.head_bits, 0])
    most = max(MOST_FRAMES * int(room.tokens[1]), LONGEST * int(room.folded[1]), 4 * int(room.own.starts[1]), 1)
    speech = model.reader.speech
    columns = np.empty(most, np.uint32), np.zeros(2, np.int64), _NONE, _ONE
    _heard(speech.terms, room, model.rules.frame, speech.sums, shifts, *tables, *columns, np.empty(out.shape[1]), out)
    return out


_NONE, _ONE = np.empty(0, np.int32), np.array([0, 1])


@compiled
def _hear(r, frame, w, shifts, words, chars, framed, concepts, rules, ids, starts, none, one, totals, out):
    _, p = worst(r.logits, r.rule_ids, r.rule_starts, w.floor, 0, r.passages[1])
    start, stop, first, last = r.start[p : p + 1], r.stop[p : p + 1], r.head[p : p + 1], r.tail[p : p + 1]
    hits, row = r.own.starts[:2], one[:1]
    of_words(r.key, r.begin, r.after, r.sort, first, last, w.bits[0], r.seen, ids, starts, none, none)
    _add(ids, starts, row, words, shifts[0], w.smooth[0], totals, out)
    of_chars(r.codes, r.kinds, start, stop, w.bits[1], w.orders[0], w.orders[1], w.orders[2], r.seen, ids, starts, none, none)
    _add(ids, starts, row, chars, shifts[1], w.smooth[1], totals, out)
    among = (hits, start, stop)
    clauses = (frame, w.bits[2], r.framing, r.seen, ids, starts)
    of_framed(r.key, r.begin, r.sort, r.own.concept, r.own.at, *among, first, last, one, *clauses)
    _add(ids, starts, row, framed, shifts[2], w.smooth[2], totals, out)
    of_concepts(r.own.concept, r.own.at, r.own.sentence, *among, one, w.bits[3], r.seen, ids, starts)
    _add(ids, starts, row, concepts, shifts[3], w.smooth[3], totals, out)
    for g in range(r.rule_starts[p], r.rule_starts[p + 1]):
        for head in range(rules.shape[1]):
            out[0, head] += np.float64(rules[r.rule_ids[g], head])


_heard = Bare(_hear)


@compiled
def _add(ids, starts, passages, weights, shift, smooth, totals, out):
    """Add what the n-grams of ``passages`` weigh for each head, which lie side by side. ``totals`` (14,) is to work in."""
    for k in range(len(passages)):
        p = passages[k]
        totals[:] = 0.0
        for g in range(starts[p], starts[p + 1]):
            row = ids[g] >> np.uint32(shift)
            for head in range(weights.shape[1]):
                totals[head] += np.float64(weights[row, head])
        scale = 1 / np.sqrt(starts[p + 1] - starts[p] + smooth)
        for head in range(weights.shape[1]):
            out[k, head] += totals[head] * scale


@compiled
def _add_whole(ids, starts, passages, weights, out):
    for k in range(len(passages)):
        for g in range(starts[passages[k]], starts[passages[k] + 1]):
            for head in range(weights.shape[1]):
                out[k, head] += np.float64(weights[ids[g], head])


def secrets_asked(scores: NDArray[np.float64], cutoffs: Sequence[float]) -> list[tuple[str, ...]]:
    """Name the secrets whose head reaches its cutoff, for each row of ``scores`` (k, 14)."""
    rows = scores[:, : len(SECRETS)].tolist()
    return [tuple(name for name, one, cut in zip(SECRETS, row, cutoffs, strict=True) if one > cut) for row in rows]


def kinds_of(scores: NDArray[np.float64]) -> list[str]:
    """Name the likeliest kind of scam for each row of ``scores`` (k, 14)."""
    return [KINDS[i] for i in scores[:, len(SECRETS) :].argmax(1).tolist()] if len(scores) else []
