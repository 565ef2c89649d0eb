"""Fit: from labelled messages to a model folder, the same to the byte every time.

Out-of-fold logits (folds by writer) serve everything that must be judged on unseen messages: calibration,
thresholds, decisive rules, cutoffs of the heads, and the figures of the card. The shipped weights are then fitted on all.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from scamguard.asks import secrets_asked
from scamguard.identity import added
from scamguard.language import language
from scamguard.lexicon import KINDS, SECRETS
from scamguard.model import Model, Settings, Weights
from scamguard.steps import rounded

from . import linked
from .augment import augmented
from .corpus import Ballast, Message, groups
from .design import Blocks, Scales, Trust, blocks, scales
from .evaluate import Judged, f1, reliability, tables, threshold_at
from .thresholds import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .vocabulary import Vocabulary

_SEED = 0
JOBS = 2
_ABOVE = 1e-3  # nats above the warning threshold, so that no rounding drops a floor below it
_HEADS = SECRETS + KINDS
_LEAST_HITS = 25  # a decisive rule has at least as many
_LEAST_PRECISION = 0.95  # Wilson lower bound, 95 %
_MOST_ON_BALLAST = 0.001  # share of the public benign rows it may fire on


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a training run may vary."""

    settings: Settings = field(default_factory=Settings)
    trust: Trust = field(default_factory=Trust)
    head_trust: Trust = field(default_factory=lambda: Trust(framed=0.5, chars=1.5, rules=1.0))
    penalty: float = 0.25  # C of the classifier: larger trusts the data more
    head_penalty: float = 0.5
    folds: int = 5
    augment: float = 0.25  # share of messages with a changed copy
    augment_weight: float = 0.3
    ballast_weight: float = 0.03
    ballast_length: int = 300  # characters; a longer row weighs so much less, or mails would outweigh chats by all they say
    quoted: float = 0.3  # of hard benign messages where links are weighed: they quote look-alikes, which few others do
    worst_weight: float = 0.5  # of the passage by which a message is judged, where that is not its first
    warn_rate: float = 0.005  # of ordinary traffic may be flagged
    block_rate: float = 0.0005
    block_rate_hard: float = 0.01  # nor may blocking touch more of the unseen benign messages written to be hard


@dataclass(frozen=True, slots=True)
class Material:
    """Rows ready for fitting: own messages, their changed copies, ballast."""

    messages: Sequence[Message]
    fold: NDArray[np.int64]  # (n,)
    own: Blocks
    copies: Blocks
    copy_of: NDArray[np.int64]  # (c,), index of the message a copy was made from
    ballast: Blocks | None
    lent: NDArray[np.float64]  # (b,), what a row of ballast weighs beside one of ordinary length
    traffic: Blocks | None  # ordinary benign messages, never fitted on: thresholds are chosen on them
    marks: NDArray[np.bool_]  # (n, len(identity.NAMES)), what the messages' links show
    ordinary: NDArray[np.bool_]  # (b + t, the same), what those of ballast and traffic show

    @property
    def scam(self) -> NDArray[np.bool_]:
        """Labels of the messages, (n,)."""
        return np.array([m.scam for m in self.messages])


def material(
    messages: Sequence[Message], sets: Sequence[Ballast], vocabulary: Vocabulary, recipe: Recipe, traffic: Sequence[Ballast] = ()
) -> Material:
    """Compute the features of all rows."""
    copies = augmented(messages, recipe.augment, _SEED)
    at = {m.id: i for i, m in enumerate(messages)}

    def made(rows: Sequence[str]) -> Blocks:
        return blocks(rows, vocabulary.terms, vocabulary.rules, recipe.settings)

    lent, ordinary = ([text for one in group for text in one.texts] for group in (sets, traffic))
    return Material(
        messages,
        np.array(groups(messages, recipe.folds)),
        made([m.text for m in messages]),
        made([m.text for m in copies]).firsts(),
        np.array([at[m.id.removesuffix("+")] for m in copies], np.int64),
        made(lent).firsts() if lent else None,
        lightened(lent, recipe),
        made(ordinary) if ordinary else None,
        linked.marks([m.text for m in messages]),
        linked.marks([*lent, *ordinary]),
    )


def lightened(texts: Sequence[str], recipe: Recipe) -> NDArray[np.float64]:
    """Say what rows of ballast weigh beside one of ordinary length, (b,)."""
    return np.array([min(1.0, recipe.ballast_length / max(1, len(text))) for text in texts])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted classifier, before its weights are split into blocks."""

    scales: Scales
    coefficients: NDArray[np.float64]  # (d,)
    bias: float
    crowd: float  # see Settings

    def passages(self, b: Blocks) -> NDArray[np.float64]:
        """Give the logit of each passage."""
        logits: NDArray[np.float64] = self.scales.apply(b) @ self.coefficients + self.bias - self.crowd * np.log(b.among)
        return logits

    def worst(self, b: Blocks) -> NDArray[np.float64]:
        """Give the logit of each message's worst passage."""
        return worst(self.passages(b), b.starts)


def _fit(x: sparse.csr_matrix, y: NDArray[np.bool_], weight: NDArray[np.float64] | None, c: float) -> tuple[NDArray[np.float64], float]:
    """Fit one logistic regression: ``(coefficients, intercept)``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter passes, and still deterministic
        fitted = LogisticRegression(C=c, solver="liblinear", dual=True, max_iter=200, random_state=_SEED).fit(x, y, sample_weight=weight)
    return fitted.coef_.ravel(), float(fitted.intercept_[0])


def classifier(m: Material, recipe: Recipe, train: NDArray[np.bool_]) -> Fitted:
    """Fit the classifier on the messages under ``train``, their copies and what is lent.

    Twice: a message is judged by its worst passage, and only a classifier says which that is. So the first sees the first passage of each
    message, which for all but long ones is the whole, and the second also the passages by which the first would judge.
    """
    own = m.own.firsts().rows(np.flatnonzero(train))
    copied = np.flatnonzero(train[m.copy_of])
    scale = scales(own, recipe.trust, m.scam[train])
    x, y = [scale.apply(own), scale.apply(m.copies.rows(copied))], [m.scam[train], m.scam[m.copy_of[copied]]]
    weight = [np.ones(int(train.sum())), np.full(len(copied), recipe.augment_weight)]
    if m.ballast is not None:
        x.append(scale.apply(m.ballast))
        y.append(np.zeros(x[-1].shape[0], np.bool_))
        weight.append(recipe.ballast_weight * m.lent)

    def fitted() -> Fitted:
        found = _fit(sparse.vstack(x).tocsr(), np.concatenate(y), np.concatenate(weight), recipe.penalty)
        return Fitted(scale, *found, recipe.settings.crowd)

    first = fitted()
    message, passage = _behind(first.passages(m.own), m.own.starts, train)
    if not len(message):
        return first
    x.append(scale.apply(m.own.rows(passage)))
    y.append(m.scam[message])
    weight.append(np.full(len(message), recipe.worst_weight))
    return fitted()


def _behind(
    logits: NDArray[np.float64], starts: NDArray[np.int64], train: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the messages under ``train`` whose worst passage is not their first: these, and the passages."""
    message = np.repeat(np.arange(len(train)), np.diff(starts))
    places = np.flatnonzero(logits == worst(logits, starts)[message])
    message, at = np.unique(message[places], return_index=True)
    later = train[message] & (places[at] > starts[message])
    return message[later], places[at][later]


def worst(logits: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Take the largest logit of each message's passages."""
    out: NDArray[np.float64] = np.maximum.reduceat(logits, starts[:-1])
    return out


def out_of_fold(m: Material, recipe: Recipe) -> NDArray[np.float64]:
    """Score every message by a model that saw nothing of its writer, (n,) logits."""
    logits = np.zeros(len(m.messages))
    for k, scored in enumerate(Parallel(n_jobs=JOBS)(delayed(_held_out)(m, recipe, k) for k in range(recipe.folds))):
        logits[m.fold == k] = scored
    return logits


def _held_out(m: Material, recipe: Recipe, k: int) -> NDArray[np.float64]:
    held: NDArray[np.float64] = classifier(m, recipe, m.fold != k).worst(m.own)[m.fold == k]
    return held


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head: one secret or kind, told from the others."""

    scales: Scales
    coefficients: NDArray[np.float64]  # (d,)
    bias: float

    def scores(self, narrow: Blocks) -> NDArray[np.float64]:
        """Score each row of what ``_head_blocks`` gave."""
        out: NDArray[np.float64] = self.scales.apply(narrow) @ self.coefficients + self.bias
        return out


def _heads(m: Material, recipe: Recipe, train: NDArray[np.bool_]) -> list[Head]:
    """Fit one head for each of ``_HEADS`` on the scams under ``train``."""
    rows = np.flatnonzero(train & m.scam)
    part = _head_blocks(m.own.firsts().rows(rows), recipe.settings)
    return [
        _head(part, np.array([head in m.messages[i].asks or head == m.messages[i].kind for i in rows.tolist()]), recipe) for head in _HEADS
    ]


def _head(part: Blocks, y: NDArray[np.bool_], recipe: Recipe) -> Head:
    scale = scales(part, recipe.head_trust, y)
    if y.all() or not y.any():  # nothing to tell apart
        return Head(scale, np.zeros(sum(len(getattr(scale, name)) for name in Scales.__slots__)), 9.0 if y.any() else -9.0)
    return Head(scale, *_fit(scale.apply(part), y, None, recipe.head_penalty))


def _head_blocks(b: Blocks, s: Settings) -> Blocks:
    """Hash the n-grams down to the heads' smaller tables (an id's high bits), without the shape."""

    def narrowed(block: sparse.csr_matrix, bits: int) -> sparse.csr_matrix:
        narrow = sparse.csr_matrix(
            (block.data.copy(), block.indices >> (bits - s.head_bits), block.indptr.copy()), shape=(block.shape[0], 1 << s.head_bits)
        )
        narrow.sum_duplicates()
        return narrow

    none = sparse.csr_matrix((b.shape.shape[0], 0), dtype=np.float32)
    texts = (narrowed(b.words, s.word_bits), narrowed(b.chars, s.char_bits), narrowed(b.framed, s.framed_bits))
    return Blocks(*texts, b.concepts, b.rules, none, b.among, b.starts)


def head_scores(m: Material, recipe: Recipe) -> NDArray[np.float64]:
    """Score every head on every message out of fold, (n, 14)."""
    out = np.zeros((len(m.messages), len(_HEADS)))
    narrow = _head_blocks(m.own.firsts(), recipe.settings)
    for k in range(recipe.folds):
        held = np.flatnonzero(m.fold == k)
        rows = narrow.rows(held)
        out[held] = np.stack([head.scores(rows) for head in _heads(m, recipe, m.fold != k)], 1)
    return out


def cutoffs(m: Material, scores: NDArray[np.float64], suspected: NDArray[np.bool_]) -> list[float]:
    """Choose for each secret the cutoff with the best F1 among the suspected messages."""
    best = []
    for k, secret in enumerate(SECRETS):
        want = np.array([secret in message.asks for message in m.messages])
        grid = np.round(np.arange(-4.0, 2.01, 0.1), 1)
        f1 = [2 * (want & got).sum() / max(1, want.sum() + got.sum()) for got in (suspected & (scores[:, k] > cut) for cut in grid)]
        best.append(float(grid[int(np.argmax(f1))]))
    return best


def decisive(m: Material) -> NDArray[np.bool_]:
    """Find the rules that are all but never wrong on the corpus and all but silent on the ballast, (r,)."""
    fired = m.own.firsts().rules.toarray() > 0
    hits, right = fired.sum(0), fired[m.scam].sum(0)
    n, z = np.maximum(hits, 1), 1.96
    share = right / n
    low = (share + z * z / (2 * n) - z * np.sqrt((share * (1 - share) + z * z / (4 * n)) / n)) / (1 + z * z / n)
    quiet = np.ones(len(hits), np.bool_) if m.ballast is None else np.asarray(m.ballast.rules.mean(0)).ravel() <= _MOST_ON_BALLAST
    out: NDArray[np.bool_] = (hits >= _LEAST_HITS) & (low >= _LEAST_PRECISION) & quiet
    return out


def gate(m: Material, logits: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[float, list[float]]:
    """Choose the logit from which asks are named, and the heads' cutoffs, for the best F1 out of fold."""
    best = (-1.0, 0.0, [0.0])
    for rate in (0.01, 0.02, 0.03, 0.05, 0.08, 0.12):
        least = threshold_at(logits[~m.scam], rate)
        cuts = cutoffs(m, scores, logits >= least)
        asked = named(logits, scores, least, cuts)
        judged = Judged(m.messages, logits, logits >= least, asked)
        best = max(best, (f1(judged, np.ones(len(logits), np.bool_), SECRETS), least, cuts))
    return best[1], best[2]


def named(logits: NDArray[np.float64], scores: NDArray[np.float64], least: float, cuts: Sequence[float]) -> list[tuple[str, ...]]:
    """Name the secrets that each message asks for: nothing below the gate, then what the heads say."""
    return [asked if value >= least else () for asked, value in zip(secrets_asked(scores, np.array(cuts)), logits.tolist(), strict=True)]


def train(m: Material, vocabulary: Vocabulary, recipe: Recipe, about: dict[str, Any], logits: NDArray[np.float64] | None = None) -> Model:
    """Fit everything and write the figures into the card; ``logits`` are those of ``out_of_fold``, if they are known."""
    logits = out_of_fold(m, recipe) if logits is None else logits
    fitted = classifier(m, recipe, np.ones(len(m.messages), np.bool_))
    slope, offset = (float(v) for v in _platt(logits, m.scam))
    odds = slope * logits + offset
    nats = _worth(m, fitted, recipe, odds, (slope, offset))
    logits = logits + added(m.marks, nats) / slope
    ordinary = None if m.traffic is None else fitted.worst(m.traffic) + added(m.ordinary[len(m.lent) :], nats) / slope
    spoken = [language(message.text).split("-")[0] for message in m.messages]
    benign = np.flatnonzero(~m.scam)
    at = choose(logits[benign], [spoken[i] for i in benign], ordinary, recipe)
    floor = np.where(decisive(m), np.float32(at.surest + _ABOVE), np.float32(-np.inf)).astype(np.float32)
    raised, scores = lifted(m, logits, floor), head_scores(m, recipe)
    suspect, cuts = gate(m, raised, scores)
    judged = Judged(m.messages, raised, at.flagged(raised, spoken), named(raised, scores, suspect, cuts))

    def risk(value: float) -> float:
        return float(np.float32(1 / (1 + np.exp(-(slope * value + offset)))))

    card = about | {
        "bias": fitted.bias,
        "calibration": [slope, offset],
        "identity": linked.card(odds, m.marks, nats, m.scam),
        "concepts": list(vocabulary.concepts),
        "rules": [row | {"decisive": bool(d)} for row, d in zip(vocabulary.listed, floor > -np.inf, strict=True)],
        "thresholds": at.card(risk) | {"asks": risk(suspect), "heads": cuts},
        "out_of_fold": tables(judged) | {"reliability": reliability(m.scam, 1 / (1 + np.exp(-(slope * raised + offset))))},
    }
    return _final(m, vocabulary, recipe, fitted, floor, card)


def _worth(
    m: Material, fitted: Fitted, recipe: Recipe, odds: NDArray[np.float64], calibration: tuple[float, float]
) -> NDArray[np.float64]:
    """Fit what links are worth beside the words: on scams, a few of the hard benign messages, and ordinary ones."""
    slope, offset = calibration
    usual = [fitted.worst(part) for part in (m.ballast, m.traffic) if part is not None]
    every = np.concatenate([odds, *(slope * logits + offset for logits in usual)])
    scam = np.concatenate([m.scam, np.zeros(len(m.ordinary), np.bool_)])
    weight = np.where(scam, 1.0, recipe.quoted)
    weight[len(odds) :] = 1.0
    return linked.fitted(every, np.concatenate([m.marks, m.ordinary]), scam, weight)


def lifted(m: Material, logits: NDArray[np.float64], floor: NDArray[np.float32]) -> NDArray[np.float64]:
    """Apply the floors of decisive rules to the logits of messages."""
    fired = m.own.rules.toarray() > 0
    least = np.where(fired, floor.astype(np.float64), -np.inf).max(1, initial=-np.inf)
    return np.maximum(logits, worst(least, m.own.starts))


def _platt(logits: NDArray[np.float64], scam: NDArray[np.bool_]) -> tuple[float, float]:
    fitted = LogisticRegression(C=1e6, solver="lbfgs").fit(logits[:, None], scam)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return (slope, offset) if slope else (1.0, 0.0)  # all logits alike: nothing to calibrate


def _final(  # noqa: PLR0913, PLR0917 - all that a model is made of
    m: Material, vocabulary: Vocabulary, recipe: Recipe, fitted: Fitted, floor: NDArray[np.float32], card: dict[str, Any]
) -> Model:
    """Assemble the model from weights fitted on everything."""
    fitted_heads = _heads(m, recipe, np.ones(len(m.messages), np.bool_))
    main = fitted.scales.split(fitted.coefficients)
    main |= {name: rounded(main[name]) for name in ("words", "chars", "framed", "concepts")}
    heads = [head.scales.split(head.coefficients) for head in fitted_heads]
    weights = Weights(
        **main,
        floor=floor,
        **{f"head_{part}": np.stack([head[part] for head in heads], 1) for part in ("words", "chars", "framed", "concepts", "rules")},
        head_bias=np.array([head.bias for head in fitted_heads], np.float32),
    )
    return Model(vocabulary.terms, vocabulary.rules, weights, recipe.settings, card)
