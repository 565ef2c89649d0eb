"""Columns of senders in which nothing is said, or which are laid out as few are, are read as what they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from scamguard import senders
from scamguard.errors import InputError

NAN = [np.nan, np.nan]
NAMES = pa.array(["Kraken Support", "Anna"])
VIEWS = pa.DictionaryArray.from_arrays(pa.array([0, None], pa.int32()), pa.array(["Kraken Support"], pa.string_view()))


@pytest.mark.parametrize("field", ["handle", "platform", "official", "verified", "first_contact", "account_age_days"])
@pytest.mark.parametrize(
    "nothing",
    [pa.array(NAN), pa.nulls(2, pa.int64()), pa.nulls(2, pa.bool_()), pa.nulls(2), pd.Series(NAN), NAN, [None, None]],
    ids=["NaN", "numbers", "truths", "no type", "pandas", "list of NaN", "list of None"],
)
def test_a_column_of_which_all_is_missing_says_nothing(field: str, nothing: object) -> None:
    found = senders.read({"name": NAMES, field: nothing})
    assert [found.identities[who].rules for who in found.who.tolist()] == [("sender.claims_brand",), ()]


@pytest.mark.parametrize("field", ["official", "verified", "first_contact"])
def test_numbers_are_no_truths(field: str) -> None:
    with pytest.raises(InputError, match=f"{field} is a column of double; give one of bool"):
        senders.read({"name": NAMES, field: pa.array([np.nan, 1.0])})


@pytest.mark.parametrize("column", [VIEWS, {"name": VIEWS}, pa.chunked_array([VIEWS])], ids=["column", "mapping", "chunked"])
def test_names_by_codes_of_views(column: object) -> None:
    found = senders.read(column)
    assert [found.identities[who].rules for who in found.who.tolist()] == [("sender.claims_brand",), ()]
