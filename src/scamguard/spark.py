"""Spark: the same verdicts on a DataFrame of any size, through ``mapInArrow``.

The guard is broadcast: it travels once to each executor and is unpacked once by each of its Python workers. A task reads Arrow
batches, scores them and hands on all columns with the verdict's beside them. One task fills one core; no row is shuffled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from . import guard as guards
from .errors import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql import DataFrame

    from .guard import Guard

VERDICT: Final = "risk float, action string, kind string, asks array<string>, rules array<string>"  # a column each, as in Guard.scan
_NAMES: Final = tuple(field.split()[0] for field in VERDICT.split(", "))


def scan(frame: DataFrame, column: str = "text", *, guard: Guard | None = None) -> DataFrame:
    """Judge every row of a DataFrame.

    Parameters
    ----------
    frame
        Any DataFrame with a string column; null is an empty message.
    column
        Which one holds the messages.
    guard
        Another guard than that of the bundled model.

    Returns
    -------
    DataFrame
        The same rows with the columns risk, action, kind, asks and rules, as ``Guard.scan`` gives them, to the last bit.

    Raises
    ------
    InputError
        ``frame`` is none of Spark's, or ``column`` no name; there is no such column or more than one, it is not of strings, or a column
        of a verdict's name is there already.
    """
    from pyspark.sql.types import StructField, StructType  # noqa: PLC0415 - pyspark is an extra

    if not hasattr(frame, "mapInArrow"):
        raise InputError(f"frame is {type(frame).__name__}, not a DataFrame of Spark; of other columns use Guard.scan")
    if not isinstance(column, str):
        raise InputError(f"column is {type(column).__name__}; give the name of a column, such as 'text'")
    place, names = _named(column, frame.columns), frame.columns
    if (kind := frame.dtypes[place][1]) != "string":
        raise InputError(f"column {column!r} is of {kind}, not of strings; cast it first")
    if taken := [name for name in _NAMES if name in {known.lower() for known in names}]:  # Spark's names know no case
        raise InputError(f"column {taken[0]!r} is there already; rename it before the scan")
    sent = frame.sparkSession.sparkContext.broadcast(guard or guards.load())
    plain = [f"_{i}" for i in range(len(names))]  # Spark resolves by name here, where dots and marks have a meaning and two may be alike

    def judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield beside(sent.value, batch, plain[place])

    fields = [StructField(name, of.dataType, of.nullable, of.metadata) for name, of in zip(plain, frame.schema.fields, strict=True)]
    found = frame.toDF(*plain).mapInArrow(judged, StructType([*fields, *StructType.fromDDL(VERDICT).fields]))
    return found.toDF(*names, *_NAMES)


def beside(guard: Guard, batch: pa.RecordBatch, column: str) -> pa.RecordBatch:
    """Put the verdicts of a batch beside its columns; what one task does, for other engines that hand out Arrow batches too.

    Raises
    ------
    InputError
        There is no such column, or more than one.
    """
    verdicts = guard.scan(batch.column(_named(column, batch.schema.names))).combine_chunks()
    found = [verdicts.column(name).combine_chunks() for name in verdicts.schema.names]
    return pa.RecordBatch.from_arrays([*batch.columns, *found], [*batch.schema.names, *verdicts.schema.names])


def _named(column: str, names: Sequence[str]) -> int:
    """Give the place of a column that is there once."""
    if column not in names:
        raise InputError(unknown("column", column, names))
    if names.count(column) > 1:
        raise InputError(f"column {column!r} is there {names.count(column)} times; rename all but one before the scan")
    return names.index(column)
