"""Sieving: the small model that says which messages need not be read, fitted to let nearly nothing through that the whole one flags.

It is fitted on plain messages alone (what is odd is always read), on scams that the whole model flags far more than on those it misses
anyway, and on ordinary messages more than the whole model is: what it passes over wrongly is a scam missed, what it need not have
sent on costs only time. From which logit a message is read is chosen out of fold, as all thresholds are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

from scamguard import sieve as sieves
from scamguard.columns import pack
from scamguard.fold import tables
from scamguard.sieve import BLOCK, NONE, SMOOTH, TABLES, Sieve, shingles
from scamguard.steps import narrowed, rounded

from .design import telling, times
from .regression import logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

JOBS: Final = 2
_BYTES: Final = 8 * BLOCK  # of a message that are learned from
_MOST_GRAMS: Final = TABLES + 1  # that end at one byte
_LEAST_MISSES: Final = 5  # a share of misses is chosen where it means so many messages
_MARGIN: Final = 1.0  # nats below the warning threshold, at least


@dataclass(frozen=True, slots=True)
class Sifting:
    """How the sieve is fitted."""

    bits: int = 18
    penalty: float = 0.25  # C
    flagged: float = 3.0  # weight of a scam that the whole model flags
    missed: float = 0.2  # of one that it does not
    copies: float = 0.3  # of changed copies
    ballast: float = 0.3
    crowd: float = 0.5  # nats taken off for each e-fold of windows
    misses: float = 0.003  # of the scams that the whole model flags may be passed over, out of fold
    named: float = 2.0  # nats by which it is read sooner if it names a secret


class Rows(NamedTuple):
    """Texts as the sieve sees them."""

    texts: Sequence[str]
    grams: sparse.csr_matrix  # (n, TABLES * 2**bits)
    odd: NDArray[np.bool_]  # (n,), always read


def rows(texts: Sequence[str], bits: int) -> Rows:
    """Write down what the sieve weighs of the beginning of each text."""
    ids, starts = shingled(texts, bits)
    sizes = np.diff(starts)
    values = np.repeat(1 / np.sqrt(sizes + SMOOTH), sizes).astype(np.float32)
    grams = sparse.csr_matrix((values, ids.astype(np.int32), starts), shape=(len(texts), TABLES << bits))
    grams.sum_duplicates()
    return Rows(texts, grams, sifted(texts, NONE._replace(numbers=_weighing(0.0, 0.0, 0.0)))[1])


def shingled(texts: Sequence[str], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the grams of the beginning of each text, in reading order: their places in all tables laid end to end, and (n + 1,) starts."""
    batch = pack(texts)
    start = batch.offsets[:-1]
    stop = np.minimum(batch.offsets[1:], start + _BYTES)
    ids, starts = np.empty(_MOST_GRAMS * int((stop - start).sum() + len(texts) + 1), np.int64), np.zeros(len(texts) + 1, np.int64)
    many = shingles(batch.data, start, stop, tables(), bits, *sieves.space(start, stop), ids, starts)
    return ids[:many], starts


def names(grams: sparse.csr_matrix, marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which rows of grams (n, TABLES * 2**bits) name a secret, (n,)."""
    marked = np.concatenate([marks >> table & 1 for table in range(TABLES)]).astype(np.bool_)
    found: NDArray[np.bool_] = np.asarray(grams[:, np.flatnonzero(marked)].getnnz(1)) > 0
    return found


def sifted(texts: Sequence[str], sieve: Sieve) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Say what the sieve makes of each text; see ``scamguard.sieve.sifted``."""
    return sieves.sifted(pack(texts), sieve)


class Seen(NamedTuple):
    """All that a sieve is fitted on."""

    own: Rows
    copies: Rows
    copy_of: NDArray[np.int64]  # (c,), the own message that a copy was made from
    ballast: Rows
    scam: NDArray[np.bool_]  # (n,), of the own messages
    fold: NDArray[np.int64]  # (n,)
    named: NDArray[np.uint8]  # (2**bits,), see ``Sieve.named``


@dataclass(frozen=True, slots=True)
class Found:
    """A sieve, and what it made of the messages by one that saw nothing of their writers."""

    sieve: Sieve
    logits: NDArray[np.float64]  # (n,), out of fold
    read: NDArray[np.bool_]  # (n,)

    def over(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the logits (n,) of messages as they are when those passed over have that of the sieve."""
        return np.where(self.read, logits, self.logits)

    def beside(self, texts: Sequence[str], logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the logits of other texts when the sieve has had its say."""
        own, read = sifted(texts, self.sieve)
        return np.where(read, logits, own)

    def card(self, flagged: NDArray[np.bool_], scam: NDArray[np.bool_], ordinary: Sequence[str]) -> dict[str, Any]:
        """Say for the model's card what is passed over, out of fold; nothing where nothing is."""
        if self.sieve is NONE:
            return {}

        def share(of: NDArray[np.bool_]) -> float:
            return round(float(np.mean(~of)), 4) if len(of) else 0.0

        passed = {
            "flagged scams": share(self.read[flagged & scam]),
            "scams": share(self.read[scam]),
            "hard benign messages": share(self.read[~scam]),
            "ordinary traffic": share(sifted(ordinary, self.sieve)[1]) if ordinary else 0.0,
        }
        return {"sieve": {"reads_from": round(float(self.sieve.numbers[3]), 3), "passed_over": passed}}


def found(seen: Seen, how: Sifting, logits: NDArray[np.float64], flagged: NDArray[np.bool_], warn: float) -> Found:
    """Fit the sieve.

    Parameters
    ----------
    logits
        (n,) out-of-fold logits of the whole model.
    flagged
        (n,), which messages it warns of.
    warn
        The logit from which it warns.

    Returns
    -------
    Found
        A sieve that reads everything, where too few scams are flagged to tell how many are missed.
    """
    least = how.misses * int((flagged & seen.scam).sum())
    nothing = Found(NONE, np.full(len(logits), np.inf), np.ones(len(logits), np.bool_))
    if least < _LEAST_MISSES or seen.own.odd.all():
        return nothing
    weight = np.where(seen.scam, np.where(flagged, how.flagged, how.missed), 1.0)
    every = np.ones(len(logits), np.bool_)
    folds = [seen.fold != k for k in sorted(set(seen.fold.tolist()))]
    *held, whole = Parallel(n_jobs=JOBS)(delayed(_fitted)(seen, how, weight, train) for train in [*folds, every])
    raw = np.zeros(len(logits))
    for train, sieve in zip(folds, held, strict=True):
        raw[~train] = sifted([seen.own.texts[i] for i in np.flatnonzero(~train).tolist()], sieve)[0]
    plain = ~seen.own.odd
    slope, offset = np.polyfit(raw[plain], logits[plain], 1)
    if slope <= 0:  # it has learned nothing
        return nothing
    own = slope * raw + offset
    cut = min(float(np.quantile(own[flagged & seen.scam], how.misses)), warn - _MARGIN)
    step, bias, crowd = whole.numbers[:3].tolist()
    read = own >= cut - how.named * names(seen.own.grams, seen.named)
    numbers = np.array([slope * step, slope * bias + offset, slope * crowd, cut, how.named])
    return Found(Sieve(whole.weights, numbers, seen.named), own, read)


def _weighing(step: float, bias: float, crowd: float) -> NDArray[np.float64]:
    """Give the numbers of a sieve that reads only what is odd."""
    return np.array([step, bias, crowd, np.inf, 0.0])


def _fitted(seen: Seen, how: Sifting, weight: NDArray[np.float64], train: NDArray[np.bool_]) -> Sieve:
    """Fit on the plain messages under ``train``, their plain copies and the plain rows of ballast; read from no logit yet."""
    mine, copied, lent = train & ~seen.own.odd, train[seen.copy_of] & ~seen.copies.odd, ~seen.ballast.odd
    grams, scam = seen.own.grams[mine], seen.scam[mine]
    scale = telling(grams, scam)
    x = [times(rows, scale) for rows in (grams, seen.copies.grams[copied], seen.ballast.grams[lent])]
    y = [scam, seen.scam[seen.copy_of[copied]], np.zeros(int(lent.sum()), np.bool_)]
    weights = [weight[mine], np.full(int(copied.sum()), how.copies), np.full(int(lent.sum()), how.ballast)]
    coefficients, bias = logistic(sparse.vstack(x).tocsr(), np.concatenate(y), np.concatenate(weights), how.penalty)
    steps, step = narrowed(rounded((coefficients * scale).astype(np.float32)))
    return Sieve(steps.reshape(TABLES, -1), _weighing(step, bias, how.crowd), seen.named)

