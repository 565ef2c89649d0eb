"""What is fitted stays as it was fitted, and rows of any library are rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from scamguard.features import SHAPE
from scamguard.sklearn import ScamClassifier, ScamFeatures

from . import tiny

TINY = Path(__file__).parent / "artifacts" / "format-2"
TEXTS = [message.text for message in tiny.messages()]
LABELS = np.array(["scam" if message.scam else "benign" for message in tiny.messages()])


@pytest.fixture
def fitted() -> ScamClassifier:
    return ScamClassifier(bits=8, base=TINY).fit(TEXTS, LABELS)


@pytest.mark.parametrize("label", ["nope", "benign", None])
def test_another_parameter_changes_nothing_that_is_fitted(fitted: ScamClassifier, label: str | None) -> None:
    wanted, odds, labels = fitted.predict_proba(TEXTS), fitted.decision_function(TEXTS), fitted.predict(TEXTS)
    fitted.set_params(scam=label)
    assert np.array_equal(fitted.predict_proba(TEXTS), wanted)
    assert np.array_equal(fitted.decision_function(TEXTS), odds)
    assert np.array_equal(fitted.predict(TEXTS), labels)


def test_a_fit_takes_up_another_parameter(fitted: ScamClassifier) -> None:
    wanted = fitted.predict_proba(TEXTS)
    other = fitted.set_params(scam="benign").fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert not np.array_equal(other, wanted)
    assert fitted.score(TEXTS, LABELS) > 0.8


NONE = {"list": [], "tuple": (), "NumPy": np.array([]), "pandas": pd.Series([], dtype=object), "Polars": pl.Series([], dtype=pl.String)}


@pytest.mark.parametrize("rows", NONE.values(), ids=NONE)
def test_no_rows_are_told_as_no_rows(fitted: ScamClassifier, rows: Any) -> None:
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        fitted.predict(rows)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.parametrize("rows", [["send me your seed phrase"], ["hi", None, "the build is green"]], ids=len)
def test_scalars_of_arrow_are_texts(fitted: ScamClassifier, kind: pa.DataType, rows: list[str | None]) -> None:
    scalars = [*pa.array(rows, kind)]
    assert np.array_equal(fitted.predict_proba(scalars), fitted.predict_proba(rows))


def test_rows_of_several_scalars_are_joined() -> None:
    features = ScamFeatures(bits=8, base=TINY)
    pairs = [*zip(pa.array(["Re: wallet", None]), pa.array(["send it", "hi"]), strict=True)]
    plain = [("Re: wallet", "send it"), (None, "hi")]
    assert (features.fit_transform(pairs) != features.fit_transform(plain)).nnz == 0


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_dense_rows_go_into_a_table(library: str) -> None:
    parts = ("rules", "shape")
    dense = ScamFeatures(parts=parts, base=TINY, sparse_output=False)
    found = dense.set_output(transform=library).fit_transform(TEXTS)
    assert [*found.columns] == dense.get_feature_names_out().tolist()
    assert len(found.columns) > len(SHAPE)
    assert np.array_equal(found.to_numpy(), ScamFeatures(parts=parts, base=TINY).fit_transform(TEXTS).toarray())


def test_what_was_pickled_before_it_knew_where_scams_stand(fitted: ScamClassifier) -> None:
    old = ScamClassifier.__new__(ScamClassifier)
    old.__setstate__({name: value for name, value in vars(fitted).items() if name != "_scam_at"})
    assert (old.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()
