"""Fit: from labelled messages to a model folder, the same to the byte every time.

Out-of-fold logits (folds by writer) serve everything that must be judged on unseen messages: calibration,
thresholds, decisive rules, cutoffs of the heads, and the figures of the card. The shipped weights are then fitted on all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

from scamguard.language import language
from scamguard.model import Model, Settings, Weights
from scamguard.steps import rounded

from . import heads, linked, naming, quoting, sieving
from .augment import augmented
from .calibrate import cautious, platt
from .corpus import Ballast, Message, groups
from .design import Blocks, Scales, Trust, blocks, scales
from .evaluate import Judged, reliability, tables
from .regression import logistic
from .thresholds import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scamguard.sieve import Sieve

    from .vocabulary import Vocabulary

_SEED = 0
JOBS = 2
_ABOVE = 1e-3  # nats above the warning threshold, so that no rounding drops a floor below it
_LEAST_HITS = 25  # a decisive rule has at least as many
_LEAST_PRECISION = 0.94  # Wilson lower bound, 95 %
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
    augment: float = 0.25  # share of messages with a changed copy; twice as many have one that is wrapped
    augment_weight: float = 0.3
    ballast_weight: float = 0.03
    ballast_length: int = 150  # characters; a longer row weighs so much less, or mails would outweigh chats by all they say
    quoted: float = 0.5  # of hard benign messages where links are weighed: they quote look-alikes, which few others do
    worst_weight: float = 0.3  # of the passage by which a message is judged, where that is not its first
    ballast_worst_weight: float = 0.03  # the same of a row of ballast, however long it is: mails sound like a scam in one window of many
    warn_rate: float = 0.0025  # of ordinary traffic may be flagged
    block_rate: float = 0.0005
    block_rate_hard: float = 0.005  # nor may blocking touch more of the unseen benign messages written to be hard
    sifting: sieving.Sifting = field(default_factory=sieving.Sifting)


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
    marks: NDArray[np.bool_]  # (n, linked.MARKS), what the messages' links show
    ordinary: NDArray[np.bool_]  # (b + t, the same), what those of ballast and traffic show
    seen: sieving.Seen  # the messages, their copies and ballast as the sieve sees them
    usual: Sequence[str]  # (t,), the texts of traffic
    quotations: quoting.Beside  # what messages say beside their quotations
    beside: Blocks  # (q,), the same as features
    beside_marks: NDArray[np.bool_]  # (q, linked.MARKS), what its links show

    @property
    def scam(self) -> NDArray[np.bool_]:
        """Labels of the messages, (n,)."""
        return np.array([m.scam for m in self.messages])


def material(
    messages: Sequence[Message], sets: Sequence[Ballast], vocabulary: Vocabulary, recipe: Recipe, traffic: Sequence[Ballast] = ()
) -> Material:
    """Compute the features of all rows."""
    quotations = quoting.beside([m.text for m in messages], vocabulary)
    copies = [*augmented(messages, recipe.augment, _SEED), *quoting.copies(messages, quotations)]
    at = {m.id: i for i, m in enumerate(messages)}

    def made(rows: Sequence[str]) -> Blocks:
        return blocks(rows, vocabulary.terms, vocabulary.rules, vocabulary.asking, recipe.settings)

    lent, ordinary = ([text for one in group for text in one.texts] for group in (sets, traffic))
    fold, copy_of = np.array(groups(messages, recipe.folds)), np.array([at[m.id.removesuffix("+")] for m in copies], np.int64)
    texts = [m.text for m in messages], [m.text for m in copies], lent
    mine, theirs, others = (sieving.rows(those, recipe.sifting.bits) for those in texts)
    names = naming.named(messages, vocabulary, others.grams)
    return Material(
        messages,
        fold,
        made([m.text for m in messages]),
        made([m.text for m in copies]).firsts(),
        copy_of,
        made(lent) if lent else None,
        lightened(lent, recipe),
        made(ordinary) if ordinary else None,
        linked.marks([m.text for m in messages]),
        linked.marks([*lent, *ordinary]),
        sieving.Seen(mine, theirs, copy_of, others, np.array([m.scam for m in messages]), fold, names),
        ordinary,
        quotations,
        made(quotations.texts),
        linked.marks(quotations.texts),
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

    def judged(self, b: Blocks) -> NDArray[np.int64]:
        """Find each message's worst passage, (n,), the first of those that are equally bad."""
        return _worst_at(self.passages(b), b.starts)


def classifier(m: Material, recipe: Recipe, train: NDArray[np.bool_]) -> Fitted:
    """Fit the classifier on the messages under ``train``, their copies and what is lent.

    Twice: a message is judged by its worst passage, and only a classifier says which that is. So the first sees the first passage of each
    message, which for all but long ones is the whole, and the second also the passages by which the first would judge.
    """
    own = m.own.firsts().rows(np.flatnonzero(train))
    copied = np.flatnonzero(train[m.copy_of])
    scale = scales(own, recipe.trust, m.scam[train])
    x: list[sparse.csr_matrix] = []
    y: list[NDArray[np.bool_]] = []
    weight: list[NDArray[np.float64]] = []

    def add(rows: Blocks, scam: NDArray[np.bool_], worth: NDArray[np.float64] | float) -> None:
        x.append(scale.apply(rows))
        y.append(scam)
        weight.append(np.broadcast_to(worth, len(scam)))

    def fitted() -> Fitted:
        found = logistic(sparse.vstack(x).tocsr(), np.concatenate(y), np.concatenate(weight), recipe.penalty)
        return Fitted(scale, *found, recipe.settings.crowd)

    add(own, m.scam[train], 1.0)
    add(m.copies.rows(copied), m.scam[m.copy_of[copied]], recipe.augment_weight)
    if m.ballast is not None:
        add(m.ballast.firsts(), np.zeros(len(m.lent), np.bool_), recipe.ballast_weight * m.lent)
    first, whole = fitted(), len(x)
    message, passage = _behind(first, m.own, train)
    add(m.own.rows(passage), m.scam[message], recipe.worst_weight)
    if m.ballast is not None:
        row, passage = _behind(first, m.ballast, np.ones(len(m.lent), np.bool_))
        add(m.ballast.rows(passage), np.zeros(len(row), np.bool_), recipe.ballast_worst_weight)
    return fitted() if any(map(len, y[whole:])) else first


def _behind(first: Fitted, b: Blocks, train: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the messages under ``train`` whose worst passage is not their first: these, and the passages."""
    at = first.judged(b)
    message = np.flatnonzero(train & (at > b.starts[:-1]))
    return message, at[message]


def _worst_at(logits: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    message = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    places = np.flatnonzero(logits == worst(logits, starts)[message])
    at: NDArray[np.int64] = places[np.unique(message[places], return_index=True)[1]]
    return at


def worst(logits: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Take the largest logit of each message's passages."""
    out: NDArray[np.float64] = np.maximum.reduceat(logits, starts[:-1])
    return out


class Held(NamedTuple):
    """Logits by models that saw nothing of a message's writer."""

    own: NDArray[np.float64]  # (n,), of messages
    beside: NDArray[np.float64]  # (q,), of what they say beside their quotations


def out_of_fold(m: Material, recipe: Recipe) -> Held:
    """Score every message by a model that saw nothing of its writer."""
    held, of = Held(np.zeros(len(m.messages)), np.zeros(len(m.quotations.of))), m.fold[m.quotations.of]
    for k, scored in enumerate(Parallel(n_jobs=JOBS)(delayed(_held_out)(m, recipe, k) for k in range(recipe.folds))):
        held.own[m.fold == k], held.beside[of == k] = scored
    return held


def _held_out(m: Material, recipe: Recipe, k: int) -> Held:
    fitted = classifier(m, recipe, m.fold != k)
    return Held(fitted.worst(m.own)[m.fold == k], fitted.worst(m.beside)[m.fold[m.quotations.of] == k])


def decisive(m: Material) -> NDArray[np.bool_]:
    """Find the rules that are all but never wrong on the corpus and all but silent on the ballast, (r,).

    Messages that speak of a quotation do not count: what is quoted fires, and is bounded by what is said beside it.
    """
    fired = m.own.firsts().rules.toarray() > 0
    fired[m.quotations.of] = False
    hits, right = fired.sum(0), fired[m.scam].sum(0)
    n, z = np.maximum(hits, 1), 1.96
    share = right / n
    low = (share + z * z / (2 * n) - z * np.sqrt((share * (1 - share) + z * z / (4 * n)) / n)) / (1 + z * z / n)
    quiet = np.ones(len(hits), np.bool_) if m.ballast is None else np.asarray(m.ballast.firsts().rules.mean(0)).ravel() <= _MOST_ON_BALLAST
    out: NDArray[np.bool_] = (hits >= _LEAST_HITS) & (low >= _LEAST_PRECISION) & quiet
    return out


def train(m: Material, vocabulary: Vocabulary, recipe: Recipe, about: dict[str, Any], held: Held | None = None) -> Model:
    """Fit everything and write the figures into the card; ``held`` is what ``out_of_fold`` gave, if it is known."""
    return measured(m, vocabulary, recipe, about, held)[0]


def measured(
    m: Material, vocabulary: Vocabulary, recipe: Recipe, about: dict[str, Any], held: Held | None = None
) -> tuple[Model, NDArray[np.float64]]:
    """``train``, and give the logits (n,) from which the card's figures are taken: out of fold, with all that a verdict weighs."""
    held = out_of_fold(m, recipe) if held is None else held
    logits = held.own
    fitted = classifier(m, recipe, np.ones(len(m.messages), np.bool_))
    lent, ordinary = (None if part is None else fitted.worst(part) for part in (m.ballast, m.traffic))
    spoken = [language(message.text).split("-")[0] for message in m.messages]
    benign = np.flatnonzero(~m.scam)
    hardly = [spoken[i] for i in benign]
    at = choose(logits[benign], hardly, ordinary, recipe)
    flagged = at.flagged(logits, spoken)
    sieve = sieving.found(m.seen, recipe.sifting, logits, flagged, at.warn)
    logits = sieve.over(logits)
    lent = None if lent is None else sieve.beside(m.seen.ballast.texts, lent)
    ordinary = None if ordinary is None else sieve.beside(m.usual, ordinary)
    slope, offset = platt(logits, m.scam)
    odds = slope * logits + offset
    nats = _worth(m, [slope * usual + offset for usual in (lent, ordinary) if usual is not None], recipe, odds)
    more = np.maximum(linked.added(m.beside_marks, nats, slope * held.beside + offset), 0.0)  # there nothing speaks for a message
    beside = held.beside + more / slope + m.quotations.more / slope
    logits = quoting.bounded(logits + linked.added(m.marks, nats, odds) / slope, m.quotations, beside)
    if ordinary is not None:
        ordinary = ordinary + linked.added(m.ordinary[len(m.lent) :], nats, slope * ordinary + offset) / slope
    at = cautious(choose(logits[benign], hardly, ordinary, recipe), len(benign if ordinary is None else ordinary), recipe, (slope, offset))
    floor = np.where(decisive(m), np.float32(at.surest + _ABOVE), np.float32(-np.inf)).astype(np.float32)
    judging = fitted.judged(m.own)
    raised = quoting.bounded(np.where(sieve.read, lifted(m, logits, floor), logits), m.quotations, beside)
    scores = heads.scored(m, recipe, judging)
    suspect, cuts = heads.gate(m, raised, scores)
    judged = Judged(m.messages, raised, at.flagged(raised, spoken), heads.named(raised, scores, suspect, cuts))

    def risk(value: float) -> float:
        return float(np.float32(1 / (1 + np.exp(-(slope * value + offset)))))

    card = about | {
        "bias": fitted.bias,
        "calibration": [slope, offset],
        "identity": linked.card(odds, m.marks, nats, m.scam),
        **sieve.card(flagged, m.scam, m.usual),
        "concepts": list(vocabulary.concepts),
        "rules": [row | {"decisive": bool(d)} for row, d in zip(vocabulary.listed, floor > -np.inf, strict=True)],
        "thresholds": at.card(risk) | {"asks": risk(suspect), "heads": cuts},
        "out_of_fold": tables(judged) | {"reliability": reliability(m.scam, 1 / (1 + np.exp(-(slope * raised + offset))))},
    }
    every = np.ones(len(m.messages), np.bool_)
    return _final(vocabulary, recipe.settings, fitted, heads.fitted(m, recipe, every, judging), floor, sieve.sieve, card), raised


def _worth(m: Material, usual: Sequence[NDArray[np.float64]], recipe: Recipe, odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit what links are worth beside the words: on scams, a few of the hard benign messages, and ``usual`` ones; all by log-odds."""
    every = np.concatenate([odds, *usual])
    scam = np.concatenate([m.scam, np.zeros(len(m.ordinary), np.bool_)])
    weight = np.where(scam, 1.0, recipe.quoted)
    weight[len(odds) :] = 1.0
    return linked.fitted(every, np.concatenate([m.marks, m.ordinary]), scam, weight)


def lifted(m: Material, logits: NDArray[np.float64], floor: NDArray[np.float32]) -> NDArray[np.float64]:
    """Apply the floors of decisive rules to the logits of messages."""
    fired = m.own.rules.toarray() > 0
    least = np.where(fired, floor.astype(np.float64), -np.inf).max(1, initial=-np.inf)
    return np.maximum(logits, worst(least, m.own.starts))


def _final(  # noqa: PLR0913, PLR0917 - all that a model is made of
    vocabulary: Vocabulary,
    settings: Settings,
    fitted: Fitted,
    fitted_heads: Sequence[heads.Head],
    floor: NDArray[np.float32],
    sieve: Sieve,
    card: dict[str, Any],
) -> Model:
    """Assemble the model from weights fitted on everything."""
    main = fitted.scales.split(fitted.coefficients)
    main |= {name: rounded(main[name]) for name in ("words", "chars", "framed", "concepts")}
    split = [head.scales.split(head.coefficients) for head in fitted_heads]
    weights = Weights(
        **main,
        floor=floor,
        **{f"head_{part}": np.stack([head[part] for head in split], 1) for part in ("words", "chars", "framed", "concepts", "rules")},
        head_bias=np.array([head.bias for head in fitted_heads], np.float32),
    )
    return Model(vocabulary.terms, vocabulary.rules, weights, settings, card, sieve=sieve)
