"""ScamClassifier: scamguard's own training on anybody's rows, as a scikit-learn estimator.

What is fitted is what would be loaded: the weights are rounded as a model folder stores them, so that an exported model gives
the probabilities of the estimator to the last bit.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from scamguard import model as models
from scamguard.columns import batches, is_missing
from scamguard.errors import TrainingError
from scamguard.guard import Guard
from scamguard.train import build, corpus, fit, vocabulary
from scamguard.verdict import Policy

from .base import base, sized
from .rows import cells, joined, messages, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sklearn.utils import Tags

    from scamguard.model import Model
    from scamguard.train.fit import Recipe

_FOLDS = 5
_MOST_TRUST = 1e9  # far beyond it weights are no longer finite


class ScamClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is not typed
    """Tell two classes of messages apart with scamguard's features, calibrated.

    What a message asks for and of which kind it is, both only told by the exported model, is judged as in the base model.

    Parameters
    ----------
    scam
        The label that means scam; by default the later one in sorted order ("scam" after "benign", 1 after 0).
    penalty
        C of the logistic regression: larger trusts the rows more.
    augment
        Share of the rows of which a changed copy (other casing, look-alikes …) is learned from too, and of twice as many one with a
        signature or header around it.
    warn_rate
        Share of the honest rows that may be flagged, judged out of fold; it chooses from which risk the exported model warns.
    block_rate
        Share of them that may be blocked; it chooses from which risk that model blocks.
    bits
        Tables of n-grams have ``2**bits`` places; by default as in the base model.
    base
        A model folder whose lexicon, rules and heads are used; the bundled one by default.

    Attributes
    ----------
    classes_
        The two labels, sorted.
    model_
        The fitted ``scamguard.model.Model``.
    n_features_in_
        Columns of ``X``; 1 for a column of texts.
    """

    def __init__(  # noqa: PLR0913 - what a fit may be told
        self,
        *,
        scam: object = None,
        penalty: float = 2.0,
        augment: float = 0.25,
        warn_rate: float = 0.01,
        block_rate: float = 0.001,
        bits: int | None = None,
        base: str | Path | None = None,
    ) -> None:
        self.scam = scam
        self.penalty = penalty
        self.augment = augment
        self.warn_rate = warn_rate
        self.block_rate = block_rate
        self.bits = bits
        self.base = base

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:  # noqa: ANN401, N803 - scikit-learn's names
        """Fit on rows of texts and their labels, the same to the byte every time.

        Parameters
        ----------
        groups
            Who wrote each row, (n,). A writer's rows are kept together when a row must be judged unseen; by default each stands alone.

        Raises
        ------
        TrainingError
            There are not two classes, or not two rows of each, a row has no label, one class comes from one group, or a parameter
            is out of range.
        InputError, ValueError, TypeError
            ``X`` holds no rows of texts, or ``y`` does not fit it.
        """
        self._check_numbers()
        _check_labels(y)
        rows, labels = validate_data(self, table(X), y, dtype=None, ensure_all_finite="allow-nan")
        scams = self._labelled(labels)
        own = _messages(joined(rows), scams, groups)
        origin = base(self.base)
        spoken = vocabulary.carried(origin)
        recipe = self._recipe(origin, scams, own)
        about = {
            "trained_on": {
                "messages": {}, "count": {"scam": int(scams.sum()), "benign": int((~scams).sum())}, "ballast": {},
                "thresholds_chosen_on": {},
            },
            "recipe": asdict(recipe),
        }  # fmt: skip
        with joblib.parallel_config(backend="sequential"):  # whoever searches a grid already keeps all cores busy
            material = fit.material(own, [], spoken, recipe)
            _foldable(material, recipe.folds)
            trained = fit.train(material, spoken, recipe, about)
        self.model_ = build.stored(_with_heads(trained, origin)).model
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float32]:  # noqa: ANN401, N803
        """Give the probability of each class, (n, 2); that of the scams is what ``scamguard.load(folder).score`` gives."""
        check_is_fitted(self)
        risk = self._guard.score(messages(self, X))
        pair = (1 - risk, risk) if self._scam_at else (risk, 1 - risk)
        return np.stack(pair, 1)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take back what was pickled; earlier versions did not write down which class the scams are."""
        super().__setstate__(state)
        if "classes_" in state and "_scam_at" not in state:
            self._scam_at = self._place_of_scams()

    def _place_of_scams(self) -> int:
        return 1 if self.scam is None else int(np.flatnonzero(self.classes_ == self.scam)[0])

    def decision_function(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401, N803
        """Give the calibrated log-odds of the second class, (n,)."""
        check_is_fitted(self)
        odds = np.concatenate([self._guard.risks(batch).odds for batch in batches(messages(self, X))])
        return odds if self._scam_at else -odds

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401, N803
        """Give the likelier label of each row, (n,)."""
        check_is_fitted(self)
        likelier: NDArray[Any] = self.classes_[np.argmax(self.predict_proba(X), axis=1)]
        return likelier

    def export(self, folder: str | Path) -> None:
        """Write a model folder for ``scamguard.load``.

        Raises
        ------
        OSError
            The folder cannot be written.
        """
        check_is_fitted(self)
        models.save(self.model_, Path(folder))

    def __sklearn_tags__(self) -> Tags:
        """Say that texts, missing cells and several columns are welcome, and two classes only."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True  # on points in the plane, which say nothing when written out
        return tags

    @property
    def _guard(self) -> Guard:
        return Guard(self.model_, Policy.read(self.model_.card["thresholds"]))

    def _check_numbers(self) -> None:
        """Refuse what would spoil a fit that takes minutes, or the thresholds at its end."""
        shares = {"augment": self.augment, "warn_rate": self.warn_rate, "block_rate": self.block_rate}
        for name, share in shares.items():
            if not _is_number(share) or not 0 <= share <= 1:
                raise TrainingError(f"{name} is {share!r}; give a share from 0 to 1")
        if self.block_rate > self.warn_rate:
            above = f"block_rate is {self.block_rate!r}, above warn_rate, which is {self.warn_rate!r}"
            raise TrainingError(f"{above}; what is blocked is flagged too, so it can be no more")
        if not _is_number(self.penalty) or not 0 < self.penalty <= _MOST_TRUST:
            raise TrainingError(f"penalty is {self.penalty!r}; give a number above 0, and no more than {_MOST_TRUST:g}")

    def _labelled(self, labels: NDArray[Any]) -> NDArray[np.bool_]:
        """Say which rows are scams, and set ``classes_`` and where in it the scams stand."""
        check_classification_targets(labels)
        if (kind := type_of_target(labels, input_name="y", raise_unknown=True)) != "binary":
            raise TrainingError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, codes = np.unique(labels, return_inverse=True)
        counts = np.bincount(codes)
        if len(counts) < 2:
            raise TrainingError(f"y holds one class, {self.classes_[0]!r}; rows of two classes are needed to tell them apart")
        if counts.min() < 2:
            raise TrainingError(f"y holds a single {self.classes_[counts.argmin()]!r}; at least two rows of each class are needed")
        if self.scam is not None and self.scam not in self.classes_.tolist():
            raise TrainingError(f"scam is {self.scam!r}, which no row is labelled; y holds {', '.join(map(repr, self.classes_.tolist()))}")
        self._scam_at = self._place_of_scams()
        scams: NDArray[np.bool_] = codes == self._scam_at
        return scams

    def _recipe(self, origin: Model, scams: NDArray[np.bool_], own: Sequence[corpus.Message]) -> Recipe:
        most = min(_FOLDS, int(scams.sum()), int((~scams).sum()), len({message.writer for message in own}))
        return fit.Recipe(
            settings=sized(origin.settings, self.bits),
            penalty=float(self.penalty),  # a grid may hold NumPy's, which the card could not
            augment=float(self.augment),
            folds=most,
            warn_rate=float(self.warn_rate),
            block_rate=float(self.block_rate),
        )


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _check_labels(y: Any) -> None:  # noqa: ANN401
    """Refuse missing labels, on which scikit-learn stumbles where they are pandas' own."""
    for i, label in enumerate(cells(y) or ()):
        if is_missing(label):
            raise TrainingError(f"Input y contains NaN: row {i} has no label; leave it out")


def _messages(texts: Sequence[str], scams: NDArray[np.bool_], groups: Any) -> list[corpus.Message]:  # noqa: ANN401
    """Make labelled messages. Where no groups are given, names in the order of classes spread each class evenly over the folds."""
    writers = [f"{scam:d}{i:09}" for i, scam in enumerate(scams.tolist())] if groups is None else [str(group) for group in groups]
    if len(writers) != len(texts):
        raise TrainingError(f"groups has {len(writers)} entries for {len(texts)} rows")
    return [
        corpus.Message(f"{i:09}", "und", text, scam, "trust_trick" if scam else "chat", (), writer)
        for i, (text, scam, writer) in enumerate(zip(texts, scams.tolist(), writers, strict=True))
    ]


def _foldable(material: fit.Material, folds: int) -> None:
    """Refuse groups of which one holds all of a class: nothing would be left to learn it from."""
    for fold in range(folds):
        rest = material.scam[material.fold != fold]
        if folds < 2 or rest.all() or not rest.any():
            raise TrainingError("groups: one group holds all rows of a class, or there is but one group; nothing could be judged unseen")


def _with_heads(trained: Model, origin: Model) -> Model:
    """Let the base model name what is asked for: rows with two labels do not say it."""
    heads = {f.name: getattr(origin.weights, f.name) for f in fields(origin.weights) if f.name.startswith("head_")}
    thresholds = trained.card["thresholds"]
    thresholds = thresholds | {"asks": thresholds["warn"], "heads": origin.card["thresholds"]["heads"]}
    return replace(trained, weights=replace(trained.weights, **heads), card=trained.card | {"thresholds": thresholds})
