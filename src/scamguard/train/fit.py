"""Fit: from labelled messages to a model folder, the same to the byte every time.

Out-of-fold logits (folds by writer) serve everything that must be judged on unseen messages: calibration,
thresholds, decisive rules, cutoffs of the heads, and the figures of the card. The shipped weights are then fitted on all.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from scamguard.lexicon import KINDS, SECRETS, Lexicon
from scamguard.match import compile_terms
from scamguard.model import Model, Settings, Weights
from scamguard.rules import compile_rules

from .augment import augmented
from .corpus import Ballast, Message, groups
from .design import Blocks, Scales, Trust, blocks, scales
from .evaluate import Judged, reliability, tables, threshold_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SEED = 0
_HEADS = SECRETS + KINDS
_LEAST_HITS = 25  # a decisive rule has at least as many
_LEAST_PRECISION = 0.97  # Wilson lower bound, 95 %


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a training run may vary."""

    settings: Settings = field(default_factory=Settings)
    trust: Trust = field(default_factory=Trust)
    penalty: float = 2.0  # C of the classifier: larger trusts the data more
    head_penalty: float = 2.0
    folds: int = 5
    augment: float = 0.25  # share of messages with a changed copy
    augment_weight: float = 0.5
    ballast_weight: float = 0.01
    warn_rate: float = 0.01  # false alarms on unseen benign messages
    block_rate: float = 0.001


@dataclass(frozen=True, slots=True)
class Material:
    """Rows ready for fitting: own messages, their changed copies, ballast."""

    messages: Sequence[Message]
    fold: NDArray[np.int64]  # (n,)
    own: Blocks
    copies: Blocks
    copy_of: NDArray[np.int64]  # (c,), index of the message a copy was made from
    ballast: Blocks | None

    @property
    def scam(self) -> NDArray[np.bool_]:
        """Labels of the messages, (n,)."""
        return np.array([m.scam for m in self.messages])


def material(messages: Sequence[Message], sets: Sequence[Ballast], lexicon: Lexicon, recipe: Recipe) -> Material:
    """Compute the features of all rows."""
    terms, rules = compile_terms(lexicon), compile_rules(lexicon)
    copies = augmented(messages, recipe.augment, _SEED)
    at = {m.id: i for i, m in enumerate(messages)}
    texts = [text for one in sets for text in one.texts]

    def made(rows: Sequence[str]) -> Blocks:
        return blocks(rows, terms, rules, recipe.settings)

    return Material(
        messages, np.array(groups(messages, recipe.folds)), made([m.text for m in messages]), made([m.text for m in copies]).firsts(),
        np.array([at[m.id.removesuffix("+")] for m in copies], np.int64), made(texts).firsts() if texts else None,
    )  # fmt: skip


def _fit(x: sparse.csr_matrix, y: NDArray[np.bool_], weight: NDArray[np.float64] | None, c: float) -> tuple[NDArray[np.float64], float]:
    """Fit one logistic regression: ``(coefficients, intercept)``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter passes, and still deterministic
        fitted = LogisticRegression(C=c, solver="liblinear", dual=True, max_iter=200, random_state=_SEED).fit(x, y, sample_weight=weight)
    return fitted.coef_.ravel(), float(fitted.intercept_[0])


def classifier(m: Material, recipe: Recipe, train: NDArray[np.bool_]) -> tuple[Scales, NDArray[np.float64], float]:
    """Fit the classifier on the messages under ``train``, their copies and the ballast."""
    own = m.own.firsts().rows(np.flatnonzero(train))
    copied = np.flatnonzero(train[m.copy_of])
    scale = scales(own, recipe.trust)
    x, y = [scale.apply(own), scale.apply(m.copies.rows(copied))], [m.scam[train], m.scam[m.copy_of[copied]]]
    weight = [np.ones(int(train.sum())), np.full(len(copied), recipe.augment_weight)]
    if m.ballast is not None:
        x.append(scale.apply(m.ballast))
        y.append(np.zeros(x[-1].shape[0], np.bool_))
        weight.append(np.full(x[-1].shape[0], recipe.ballast_weight))
    coefficients, bias = _fit(sparse.vstack(x).tocsr(), np.concatenate(y), np.concatenate(weight), recipe.penalty)
    return scale, coefficients, bias


def worst(logits: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Take the largest logit of each message's passages."""
    out: NDArray[np.float64] = np.maximum.reduceat(logits, starts[:-1])
    return out


def out_of_fold(m: Material, recipe: Recipe) -> NDArray[np.float64]:
    """Score every message by a model that saw nothing of its writer, (n,) logits."""
    logits = np.zeros(len(m.messages))
    for k in range(recipe.folds):
        scale, coefficients, bias = classifier(m, recipe, m.fold != k)
        held = np.flatnonzero(m.fold == k)
        logits[held] = worst(scale.apply(m.own) @ coefficients + bias, m.own.starts)[held]
    return logits


def _heads(m: Material, recipe: Recipe, train: NDArray[np.bool_]) -> tuple[Scales, NDArray[np.float64], NDArray[np.float64]]:
    """Fit one head for each secret and kind on the scams under ``train``: ``(scales, (d, 14), (14,))``."""
    rows = np.flatnonzero(train & m.scam)
    part = _head_blocks(m.own.firsts().rows(rows), recipe.settings)
    scale = scales(part, recipe.trust)
    x = scale.apply(part)
    fitted = []
    for head in _HEADS:
        y = np.array([head in m.messages[i].asks or head == m.messages[i].kind for i in rows])
        fitted.append(_fit(x, y, None, recipe.head_penalty) if 0 < y.sum() < len(y) else (np.zeros(x.shape[1]), -9.0 if not y.any() else 9.0))
    return scale, np.stack([c for c, _ in fitted], 1), np.array([b for _, b in fitted])


def _head_blocks(b: Blocks, s: Settings) -> Blocks:
    """Hash the n-grams down to the heads' smaller tables (an id's high bits), without the shape."""

    def narrowed(block: sparse.csr_matrix, bits: int) -> sparse.csr_matrix:
        narrow = sparse.csr_matrix((block.data.copy(), block.indices >> (bits - s.head_bits), block.indptr.copy()), shape=(block.shape[0], 1 << s.head_bits))
        narrow.sum_duplicates()
        return narrow

    none = sparse.csr_matrix((b.shape.shape[0], 0), dtype=np.float32)
    texts = (narrowed(b.words, s.word_bits), narrowed(b.chars, s.char_bits), narrowed(b.framed, s.framed_bits))
    return Blocks(*texts, b.concepts, b.rules, none, b.starts)


def head_scores(m: Material, recipe: Recipe) -> NDArray[np.float64]:
    """Score every head on every message out of fold, (n, 14)."""
    out = np.zeros((len(m.messages), len(_HEADS)))
    narrow = _head_blocks(m.own.firsts(), recipe.settings)
    for k in range(recipe.folds):
        scale, coefficients, bias = _heads(m, recipe, m.fold != k)
        held = np.flatnonzero(m.fold == k)
        out[held] = scale.apply(narrow.rows(held)) @ coefficients + bias
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
    """Find the rules that are all but never wrong on the corpus and silent on the ballast, (r,)."""
    fired = m.own.firsts().rules.toarray() > 0
    hits, right = fired.sum(0), fired[m.scam].sum(0)
    share, z = right / np.maximum(hits, 1), 1.96
    low = (share + z * z / (2 * np.maximum(hits, 1)) - z * np.sqrt((share * (1 - share) + z * z / (4 * np.maximum(hits, 1))) / np.maximum(hits, 1))) / (
        1 + z * z / np.maximum(hits, 1)
    )
    quiet = np.ones(len(hits), np.bool_) if m.ballast is None else np.asarray(m.ballast.rules.sum(0)).ravel() == 0
    out: NDArray[np.bool_] = (hits >= _LEAST_HITS) & (low >= _LEAST_PRECISION) & quiet
    return out


def thresholds(m: Material, logits: NDArray[np.float64], rate: float) -> float:
    """Find the logit that at most ``rate`` of unseen benign messages reach, pooled and in each well-filled language."""
    langs = np.array([message.lang.split("-")[0] for message in m.messages])
    pools = [~m.scam] + [~m.scam & (langs == lang) for lang in ("en", "zh")]
    return max(threshold_at(logits[pool], rate) for pool in pools if pool.sum() * rate >= 1)


def train(m: Material, lexicon: Lexicon, recipe: Recipe, about: dict[str, Any]) -> Model:
    """Fit everything and write the figures into the card."""
    logits = out_of_fold(m, recipe)
    slope, offset = (float(v) for v in _platt(logits, m.scam))
    warn, block = thresholds(m, logits, recipe.warn_rate), thresholds(m, logits, recipe.block_rate)
    floor = np.where(decisive(m), np.float32(warn), np.float32(-np.inf)).astype(np.float32)
    lifted = _lifted(m, logits, floor)
    scores = head_scores(m, recipe)
    suspect = thresholds(m, logits, 3 * recipe.warn_rate)
    cuts = cutoffs(m, scores, lifted >= suspect)

    def risk(value: float) -> float:
        return float(np.float32(1 / (1 + np.exp(-(slope * value + offset)))))

    asked = [tuple(s for s, v, c in zip(SECRETS, row, cuts, strict=False) if v > c) if value >= suspect else () for row, value in zip(scores, lifted, strict=True)]
    judged = Judged(m.messages, lifted, lifted >= warn, asked)
    card = about | {
        "bias": 0.0,
        "calibration": [slope, offset],
        "concepts": list(lexicon.concepts),
        "rules": [{"id": r.id, "why": r.why, "asks": r.asks, "kind": r.kind, "decisive": bool(d)} for r, d in zip(lexicon.rules, floor > -np.inf, strict=True)],
        "thresholds": {"warn": risk(warn), "block": risk(block), "asks": risk(suspect), "heads": cuts},
        "out_of_fold": tables(judged) | {"reliability": reliability(m.scam, 1 / (1 + np.exp(-(slope * lifted + offset))))},
    }
    return _final(m, lexicon, recipe, floor, card)


def _lifted(m: Material, logits: NDArray[np.float64], floor: NDArray[np.float32]) -> NDArray[np.float64]:
    """Apply the floors of decisive rules to the logits of messages."""
    fired = m.own.rules.toarray() > 0
    least = np.where(fired, floor.astype(np.float64), -np.inf).max(1, initial=-np.inf)
    return np.maximum(logits, worst(least, m.own.starts))


def _platt(logits: NDArray[np.float64], scam: NDArray[np.bool_]) -> tuple[float, float]:
    fitted = LogisticRegression(C=1e6, solver="lbfgs").fit(logits[:, None], scam)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _final(m: Material, lexicon: Lexicon, recipe: Recipe, floor: NDArray[np.float32], card: dict[str, Any]) -> Model:
    """Fit on everything and assemble the model."""
    every = np.ones(len(m.messages), np.bool_)
    scale, coefficients, bias = classifier(m, recipe, every)
    head_scale, head_coefficients, head_bias = _heads(m, recipe, every)
    main = scale.split(coefficients)
    heads = [head_scale.split(column) for column in head_coefficients.T]
    weights = Weights(
        **main,
        floor=floor,
        **{f"head_{part}": np.stack([head[part] for head in heads], 1) for part in ("words", "chars", "framed", "concepts", "rules")},
        head_bias=head_bias.astype(np.float32),
    )
    return Model(compile_terms(lexicon), compile_rules(lexicon), weights, recipe.settings, card | {"bias": bias})
