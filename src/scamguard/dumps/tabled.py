"""Blocks from tables: whole columns at Arrow's speed, value by value only where a column holds what Arrow cannot cast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from . import times
from .block import ABOUT, Block, cleaned, texts
from .columns import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .block import Notes


def block(found: Sequence[str], rows: Sequence[int], about: Sequence[Sequence[Any] | None], notes: Notes) -> Block:
    """Pack messages and the columns of ``ABOUT``, each a sequence of whatever the table holds, or None."""
    arrays = [
        pa.nulls(len(rows), kind) if values is None else moments(values) if pa.types.is_timestamp(kind) else labels(values)
        for values, kind in zip(about, ABOUT.types, strict=True)
    ]
    return Block(texts(found, notes), np.array(rows, np.int64), pa.record_batch(arrays, schema=ABOUT))


def labels(values: Sequence[Any]) -> pa.StringArray:
    """Pack ids, senders or channels; nothing is null."""
    try:
        if values and isinstance(values[0], int):
            return pa.array(values, pa.int64()).cast(pa.string())
        return pa.array([value or None for value in values], pa.string())
    except (pa.ArrowInvalid, TypeError, UnicodeEncodeError):
        return pa.array([None if (text := label(value)) is None else cleaned(text) for value in values], pa.string())


def moments(values: Sequence[Any]) -> pa.TimestampArray:
    """Pack times, whatever their form; one that cannot be told is null."""
    kind = ABOUT.field("time").type
    try:
        written = pa.array(values, pa.string())
        if len(values) and isinstance(values[0], str) and values[0][4:5] == "-":
            zoned = values[0].endswith("Z") or values[0][-6:-5] in {"+", "-"}
            return (written.cast(pa.timestamp("ms", "UTC")) if zoned else written).cast(kind)
    except (pa.ArrowInvalid, TypeError, UnicodeEncodeError):
        pass  # several forms in one column, finer than milliseconds, numbers, or no times at all
    return pa.array([times.any_of(value) for value in values], kind)
