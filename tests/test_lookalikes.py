"""Columns of values: `lookalikes` takes what `score` takes, of any library, and refuses the rest in one clear line."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import scamguard
from scamguard import columns, lookalikes

VALUES = ["kraken-support.com", None, "lunch"]


def test_a_column_keeps_its_order_and_its_nulls() -> None:
    table = lookalikes(["kraken.com", None, "kraken-support.com", float("nan"), "kraken-support.com"])  # NaN as pandas has it
    assert table.column("brand").to_pylist() == [None, None, "Kraken", None, "Kraken"]
    assert table.column("official").to_pylist() == [None, None, "kraken.com", None, "kraken.com"]


@pytest.mark.parametrize(
    "column",
    [[], [None], pa.array([], pa.string()), pa.chunked_array([["a.com"], ["b.com"]]), pa.array(["x", "a.com"]).slice(1), pa.nulls(2)],
)
def test_any_column_of_strings_will_do(column: list[str] | pa.Array) -> None:
    assert lookalikes(column).num_rows == len(column)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(VALUES, pa.string_view()),
        pa.array(VALUES).dictionary_encode(),
        pa.chunked_array([VALUES[:1], VALUES[1:]]),
        pd.Series(VALUES, dtype="category"),
        pd.Series(VALUES, index=[9, 9, 3]),
        pl.Series(VALUES),
        np.array(VALUES, object),
        np.ma.array(["kraken-support.com", "kraken-support.com", "lunch"], mask=[False, True, False]),
        (value for value in VALUES),
    ],
    ids=lambda column: type(column).__name__,
)
def test_a_column_of_any_library_is_judged_alike(column: object) -> None:
    assert lookalikes(column)["brand"].to_pylist() == ["Kraken", None, None]


@pytest.mark.parametrize(
    "column", [np.array([]), pd.Series([], dtype=float), pd.Series([float("nan")] * 2), pa.chunked_array([], pa.string())], ids=type
)
def test_where_nothing_is_said_nothing_is_found(column: Any) -> None:
    found = lookalikes(column)
    assert found.num_rows == found["brand"].null_count == len(column)
    assert found.schema == lookalikes(["lunch"]).schema


def test_values_of_later_batches_are_judged_too() -> None:
    values = ["kraken-support.com/\ud800", "lunch", "\ud800", "kraken-support.com/\ud800", "https://kraken-support.com/a"]
    with mock.patch.multiple(columns, ROWS=2):
        assert lookalikes(values)["brand"].to_pylist() == ["Kraken", None, None, "Kraken", "Kraken"]


@pytest.mark.parametrize(
    "column",
    [
        *("kraken.com", b"x", [1, 2], 7, None, ["a", 1], [b"a"], {"a.com"}, {"text": "a.com"}),
        *(pd.DataFrame({"text": ["a.com"]}), pa.table({"text": ["a.com"]}), pa.array([1.5]), np.array([["a.com"]])),
    ],
    ids=lambda column: type(column).__name__,
)
def test_what_is_no_column_gets_one_clear_line(column: object) -> None:
    with pytest.raises(scamguard.InputError, match=r"^(column|one text)[^\n]+$"):
        lookalikes(column)
    with pytest.raises(scamguard.InputError):  # nor has it a score
        [*columns.batches(column)]
