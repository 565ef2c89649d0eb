"""What one task of an engine does with a batch: the column that is named is judged, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from scamguard.errors import InputError
from scamguard.spark import beside

from .chatting import SCAM

if TYPE_CHECKING:
    from scamguard.guard import Guard


def batch(**columns: list[str]) -> pa.RecordBatch:
    """Make a batch; what follows two underscores is left out of a name."""
    return pa.RecordBatch.from_arrays([pa.array(values) for values in columns.values()], [name.split("__")[0] for name in columns])


def test_the_column_that_is_named_is_judged(guard: Guard) -> None:
    found = batch(text=["hi"], note=[SCAM], note__2=["hi"])
    assert beside(guard, found, "text").column("action").to_pylist() == ["allow"]
    assert beside(guard, batch(note=["hi"], text=[SCAM]), "text").column("action").to_pylist() == ["block"]
    assert beside(guard, found, "text").schema.names == ["text", "note", "note", "risk", "action", "kind", "asks", "rules"]


@pytest.mark.parametrize(
    ("column", "match"), [("txet", "unknown column 'txet'.*text"), ("", "unknown column ''"), ("note", "column 'note' is there 2 times")]
)
def test_no_other_column_is_judged_in_its_place(guard: Guard, column: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        beside(guard, batch(text=["hi"], note=["hi"], note__2=[SCAM]), column)
