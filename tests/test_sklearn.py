"""scamguard's estimators keep scikit-learn's contract, and an exported model gives the estimator's probabilities to the bit."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import scamguard
from scamguard import model as models
from scamguard.columns import pack
from scamguard.errors import InputError, ModelError, TrainingError
from scamguard.features import SHAPE
from scamguard.sklearn import ScamClassifier, ScamFeatures
from scamguard.sklearn.base import base
from scamguard.sklearn.features import pooled
from scamguard.train import design

from . import tiny

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).parent / "artifacts" / "format-2"  # small tables: no other contract, and a fit takes a third of the time
TEXTS = [message.text for message in tiny.messages()]
LABELS = np.array(["scam" if message.scam else "benign" for message in tiny.messages()])
LONG = "We walked along the harbour and had coffee. " * 60 + "Kraken support: send us your seed phrase. " + "Then it rained. " * 200


# No check is expected to fail. Points in the plane are rows of two numbers: written out, joined, read like any message.
@pytest.mark.filterwarnings("ignore:the rows do not tell the classes apart")  # labels are drawn by chance in some
@parametrize_with_checks([ScamFeatures(bits=8, base=TINY), ScamClassifier(bits=8, base=TINY)])  # type: ignore[untyped-decorator] # scikit-learn is not typed
def test_scikit_learns_own_checks(estimator: Any, check: Callable[[Any], object]) -> None:
    assert check(estimator) is None


@pytest.fixture(scope="module")
def fitted() -> ScamClassifier:
    return ScamClassifier().fit(TEXTS, LABELS)


# ---- the classifier


def test_an_exported_model_gives_the_same_probabilities_to_the_bit(fitted: ScamClassifier, tmp_path: Path) -> None:
    fitted.export(tmp_path / "mine")
    guard = scamguard.load(tmp_path / "mine")
    texts = [*TEXTS, "", "lunch?", LONG, "请把助记词发给我", "\ud800"]
    told = fitted.predict_proba(texts)
    assert told.dtype == np.float32
    assert np.array_equal(told[:, 1].view(np.int32), guard.score(texts).view(np.int32))
    assert guard.policy.warn == fitted.model_.card["thresholds"]["warn"]
    assert np.array_equal(guard.model.logits(pack(texts)), fitted.model_.logits(pack(texts)))


def test_it_learns(fitted: ScamClassifier) -> None:
    assert fitted.score(TEXTS, LABELS) > 0.95
    assert fitted.classes_.tolist() == ["benign", "scam"]


def test_an_exported_model_names_what_is_asked_for_as_its_base_does(fitted: ScamClassifier, guard: scamguard.Guard, tmp_path: Path) -> None:
    fitted.export(tmp_path)
    mine, text = scamguard.load(tmp_path), "Kraken support here, kindly send your seed phrase to verify your wallet"
    assert mine.check(text).asks == guard.check(text).asks == ("seed_phrase",)
    assert mine.check(text).kind == guard.check(text).kind


def test_fitting_is_the_same_to_the_byte(fitted: ScamClassifier, tmp_path: Path) -> None:
    fitted.export(tmp_path / "one")
    ScamClassifier().fit(TEXTS, LABELS).export(tmp_path / "two")
    one, two = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two"))
    assert one == two


def test_pickled_and_back(fitted: ScamClassifier) -> None:
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    assert np.array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))


def test_the_label_that_means_scam_may_be_the_first() -> None:
    labels = np.where(LABELS == "scam", "fraud", "honest")
    plain, named = ScamClassifier(bits=8, base=TINY).fit(TEXTS, LABELS), ScamClassifier(scam="fraud", bits=8, base=TINY).fit(TEXTS, labels)
    assert named.classes_.tolist() == ["fraud", "honest"]
    assert np.array_equal(named.predict_proba(TEXTS)[:, 0], plain.predict_proba(TEXTS)[:, 1])
    assert np.array_equal(named.decision_function(TEXTS), -plain.decision_function(TEXTS))
    assert (named.predict(TEXTS) == "fraud").tolist() == (plain.predict(TEXTS) == "scam").tolist()


def test_the_odds_are_those_of_the_probability(fitted: ScamClassifier) -> None:
    shown = [*TEXTS, *(f'is this real? "{text}"' for text in TEXTS)]
    assert np.allclose(1 / (1 + np.exp(-fitted.decision_function(shown))), fitted.predict_proba(shown)[:, 1], atol=1e-6)


def test_groups_keep_a_writers_rows_together() -> None:
    writers = np.array([message.writer for message in tiny.messages()])
    ScamClassifier(bits=8, base=TINY).fit(TEXTS, LABELS, groups=writers)
    scores = cross_val_score(ScamClassifier(bits=8, base=TINY), np.array(TEXTS, object), LABELS, groups=writers, cv=GroupKFold(2))
    assert scores.mean() > 0.8


FAULTS: dict[str, tuple[dict[str, Any], Any, Any, Any, str]] = {
    "one class": ({}, TEXTS, ["scam"] * 60, None, "y holds one class, .*'scam'"),
    "a single row of a class": ({}, TEXTS[:5], ["scam"] + ["benign"] * 4, None, "y holds a single .*'scam'.*at least two"),
    "three classes": ({}, TEXTS[:6], list("aabbcc"), None, "Only binary classification is supported. The type of the target is multiclass"),
    "no such label": ({"scam": "spam"}, TEXTS, LABELS, None, "scam is 'spam', which no row is labelled; y holds .*'benign', .*'scam'"),
    "groups too short": ({}, TEXTS, LABELS, ["a"], "groups has 1 entries for 60 rows"),
    "one group": ({}, TEXTS, LABELS, ["a"] * 60, "there is but one group"),
    "a class in one group": ({}, TEXTS, LABELS, LABELS, "one group holds all rows of a class"),
    "tables too small": ({"bits": 8}, TEXTS, LABELS, None, "bits is 8; give a whole number from 16 to 24"),
    "tables of half a bit": ({"bits": 16.5}, TEXTS, LABELS, None, "bits is 16.5"),
    "more blocked than flagged": ({"warn_rate": 0.001, "block_rate": 0.5}, TEXTS, LABELS, None, "block_rate is 0.5, above warn_rate"),
    "a rate that is none": ({"warn_rate": float("nan")}, TEXTS, LABELS, None, "warn_rate is nan; give a share from 0 to 1"),
    "more than all": ({"block_rate": 2}, TEXTS, LABELS, None, "block_rate is 2; give a share"),
    "too many copies": ({"augment": 2.0}, TEXTS, LABELS, None, "augment is 2.0; give a share"),
    "fewer than none": ({"augment": -1}, TEXTS, LABELS, None, "augment is -1; give a share"),
    "a rate in words": ({"augment": "half"}, TEXTS, LABELS, None, "augment is 'half'; give a share"),
    "more trust than there is": ({"penalty": 10**400}, TEXTS, LABELS, None, "penalty is 1000.*; give a number above 0"),
    "more trust than weights bear": ({"penalty": 1e300}, TEXTS, LABELS, None, "penalty is 1e.300; .*, and no more than 1e.09"),
    "more copies than there are": ({"augment": 10**400}, TEXTS, LABELS, None, "augment is 1000.*; give a share"),
    "no trust": ({"penalty": 0}, TEXTS, LABELS, None, "penalty is 0; give a number above 0"),
    "a base that is no path": ({"base": 3}, TEXTS, LABELS, None, "base is 3; give the folder of a model"),
    "pandas' missing label": ({}, TEXTS[:4], ["scam", pd.NA, "benign", "scam"], None, "Input y contains NaN: row 1 has no label"),
    "pandas' missing label of a column": ({}, TEXTS[:2], pd.Series(["scam", pd.NA], dtype="string"), None, "row 1 has no label"),
    "a missing label": ({}, TEXTS[:2], ["scam", None], None, "Input y contains NaN: row 1 has no label"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_learned_is_told(fault: str) -> None:
    options, rows, labels, groups, match = FAULTS[fault]
    with pytest.raises(TrainingError, match=match) as caught:
        ScamClassifier(**{"bits": 16, **options}).fit(rows, labels, groups=groups)
    assert "\n" not in str(caught.value)


def test_what_is_out_of_range_is_told_before_training() -> None:
    with mock.patch("scamguard.train.fit.material", side_effect=AssertionError("it trains")):
        refused: list[dict[str, Any]] = [{"warn_rate": 0.001, "block_rate": 0.5}, {"augment": 2.0}, {"block_rate": -1}, {"base": 3}]
        for options in refused:
            with pytest.raises(TrainingError):
                ScamClassifier(**options).fit(TEXTS, LABELS)


def test_numbers_may_be_numpys_as_in_a_grid(tmp_path: Path) -> None:
    options: dict[str, Any] = {"penalty": np.float32(2), "augment": np.float32(0.25), "warn_rate": np.float64(0.01), "bits": np.int64(8)}
    mine, same = ScamClassifier(base=TINY, **options).fit(TEXTS, LABELS), ScamClassifier(base=TINY, bits=8).fit(TEXTS, LABELS)
    assert np.array_equal(mine.predict_proba(TEXTS), same.predict_proba(TEXTS))
    mine.export(tmp_path / "mine")


def test_a_base_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no scamguard model here"):
        ScamClassifier(base=tmp_path).fit(TEXTS, LABELS)


def test_a_base_is_read_again_when_it_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TINY, "m")
    first = base("m")
    assert base("m") is base(Path("m")) is base(tmp_path / "m") is first
    models.save(replace(first, card=first.card | {"bias": 7.0}), Path("m"))
    assert base("m").card["bias"] == 7.0
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    with pytest.raises(ModelError, match="no scamguard model here"):
        base("m")
    shutil.rmtree(tmp_path / "m")
    with pytest.raises(ModelError, match="no scamguard model here"):
        base(tmp_path / "m")


def test_nothing_before_fit(tmp_path: Path) -> None:
    fresh = ScamClassifier()
    for call in (lambda: fresh.predict(TEXTS), lambda: fresh.export(tmp_path), lambda: ScamFeatures().transform(TEXTS)):
        with pytest.raises(NotFittedError):
            call()


# ---- rows of every kind


COLUMNS: dict[str, Any] = {
    "tuple": tuple(TEXTS),
    "NumPy objects": np.array(TEXTS, object),
    "NumPy strings": np.array(TEXTS),
    "upright": np.array(TEXTS, object)[:, None],
    "pandas": pd.Series(TEXTS),
    "pandas frame": pd.DataFrame({"text": TEXTS}),
    "Arrow": pa.array(TEXTS),
    "chunked Arrow": pa.chunked_array([TEXTS[:20], TEXTS[20:]]),
    "Polars": pl.Series(TEXTS),
    "Polars frame": pl.DataFrame({"text": TEXTS}),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_any_library_gives_the_same_rows(kind: str) -> None:
    want = ScamFeatures(bits=16).fit_transform(TEXTS)
    got = ScamFeatures(bits=16).fit_transform(COLUMNS[kind])
    assert (want != got).nnz == 0


def test_several_columns_are_one_message_and_gaps_say_nothing() -> None:
    frame = pd.DataFrame({"subject": ["Ledger support", None], "body": ["send your words", "lunch at 7?"], "amount": [np.nan, 3.5]})
    rules = ScamFeatures(bits=16).fit(frame)
    assert rules.n_features_in_ == 3
    assert rules.feature_names_in_.tolist() == ["subject", "body", "amount"]
    same = ScamFeatures(bits=16).fit(["Ledger support\nsend your words", "lunch at 7?\n3.5"])
    assert (rules.transform(frame) != same.transform(["Ledger support\nsend your words", "lunch at 7?\n3.5"])).nnz == 0
    assert (ScamFeatures(bits=16).fit_transform([["a", np.nan], [None, "b"]]) != ScamFeatures(bits=16).fit_transform(["a", "b"])).nnz == 0


def test_missing_texts_are_empty_messages() -> None:
    gaps = [["a word"], [None], [pd.NA], [float("nan")], [pd.NaT]]
    assert (ScamFeatures(bits=16).fit_transform(gaps) != ScamFeatures(bits=16).fit_transform(["a word", "", "", "", ""])).nnz == 0


@pytest.mark.parametrize("rows", [[b"bytes", b"more"], [[b"bytes"], [b"more"]]])
def test_bytes_are_not_text(rows: list[Any]) -> None:
    with pytest.raises((InputError, ValueError), match=r"bytes|Expected 2D array"):
        ScamFeatures().fit(rows)


@pytest.mark.parametrize("rows", [["a", float("inf")], ["a", 3.5], np.array(["a", 3], object), pd.Series(["a", float("inf")])], ids=repr)
def test_a_number_among_texts_is_named_by_its_place(rows: Any) -> None:
    for estimator in (ScamFeatures(bits=8, base=TINY), ScamClassifier(bits=8, base=TINY)):
        with pytest.raises(InputError, match=r"^X\[1\] is (float|int), not str; convert it, or use None for an empty message$"):
            estimator.fit(rows, ["scam", "benign"])


def test_what_is_masked_is_an_empty_message() -> None:
    column, want = np.ma.array(["a", "b"], mask=[True, False]), ScamFeatures(bits=16).fit_transform([None, "b"])
    assert (ScamFeatures(bits=16).fit_transform(column) != want).nnz == 0
    assert (ScamFeatures(bits=16).fit_transform(column[:, None]) != want).nnz == 0


# ---- the transformer


def test_the_features_are_those_that_train_and_score(guard: scamguard.Guard) -> None:
    features = ScamFeatures().fit(TEXTS)
    blocks = design.blocks(TEXTS, guard.model.terms, guard.model.rules, guard.model.asking, guard.model.settings)
    want = design.scales(blocks, design.Trust(1, 1, 1, 1, 1, 1)).apply(blocks)
    assert abs(features.transform(TEXTS) - want).max() < 1e-6


def test_columns_have_names(guard: scamguard.Guard) -> None:
    features = ScamFeatures(parts=["rules", "shape"]).fit(TEXTS)
    names = features.get_feature_names_out().tolist()
    assert names == [f"rules__{row['id']}" for row in guard.model.card["rules"]] + [f"shape__{name}" for name in SHAPE]
    row = features.transform(["Kraken support: send us your seed phrase"]).toarray()[0]
    assert row[names.index("rules__ask.seed-phrase")] > 0
    assert ScamFeatures(bits=16).fit(TEXTS).get_feature_names_out().shape == (ScamFeatures(bits=16).fit_transform(TEXTS).shape[1],)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"parts": ["word"]}, r"parts: unknown part 'word'; known: .*words"),
        ({"parts": [3, "words"]}, r"parts: unknown part 3; known: .*words"),
        ({"parts": ["rules", "shape", "rules"]}, r"parts names 'rules' twice"),
        ({"parts": np.array(["rules", "rules"])}, r"parts names 'rules' twice"),
        ({"parts": ()}, r"parts is \(\); give a list of some of words, "),
        ({"parts": "rules"}, r"parts is 'rules'; give a list of some of words, "),
        ({"parts": {"rules"}}, r"parts is {'rules'}; give a list"),
        ({"base": 3}, r"base is 3; give the folder of a model, or None"),
    ],
)
def test_a_part_or_base_that_is_none_is_told(options: dict[str, Any], match: str) -> None:
    with pytest.raises(TrainingError, match=match):
        ScamFeatures(**options).fit(TEXTS)


def test_a_long_message_holds_what_its_passages_hold() -> None:
    features = ScamFeatures(parts=["rules"]).fit(TEXTS)
    long, short = features.transform([LONG, "Kraken support: send us your seed phrase."]).toarray()
    assert ((short > 0) <= (long > 0)).all()
    assert short.any()


def test_pooling_by_hand() -> None:
    rows = sparse.csr_matrix(np.array([[1, 0, 2], [3, 0, 1], [0, 5, 0], [0, 0, 0]], np.float32))
    assert pooled(rows, np.array([0, 2, 4])).toarray().tolist() == [[3, 0, 2], [0, 5, 0]]
    assert pooled(rows, np.array([0, 1, 2, 3, 4])) is rows
    assert pooled(sparse.csr_matrix((2, 3), dtype=np.float32), np.array([0, 2])).toarray().tolist() == [[0, 0, 0]]


def test_in_anybodys_pipeline() -> None:
    piped = make_pipeline(ScamFeatures(bits=16), LogisticRegression(solver="liblinear"))
    assert cross_val_score(piped, np.array(TEXTS, object), LABELS, cv=3).mean() > 0.8
    frame = pd.DataFrame({"text": TEXTS, "length": [float(len(text)) for text in TEXTS]})
    beside = ColumnTransformer([("scam", ScamFeatures(bits=16), "text"), ("rest", "passthrough", ["length"])])
    assert make_pipeline(beside, LogisticRegression(solver="liblinear")).fit(frame, LABELS).score(frame, LABELS) > 0.95
