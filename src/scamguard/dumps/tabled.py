"""Blocks from tables: whole columns at Arrow's speed, value by value only where a column holds what Arrow cannot cast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import times
from .block import ABOUT, Block, cleaned, texts
from .columns import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .block import Notes

_TIME: Final = ABOUT.get_field_index("time")
_CLOCK: Final = re.compile(r"\s*\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*$")  # a time of any day
_MIDNIGHT: Final = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")  # of a day that a program took for a time


def block(found: Sequence[str], rows: Sequence[int], about: Sequence[Sequence[Any] | None], notes: Notes) -> Block:
    """Pack messages and the columns of ``ABOUT``, each a sequence of whatever the table holds, or None; a sixth may hold the days."""
    about = _dated(about)
    arrays = [
        pa.nulls(len(rows), kind) if values is None else moments(values) if pa.types.is_timestamp(kind) else labels(values)
        for values, kind in zip(about, ABOUT.types, strict=True)
    ]
    notes.timeless += timeless(about[_TIME], arrays[_TIME])
    return Block(texts(found, notes), np.array(rows, np.int64), pa.record_batch(arrays, schema=ABOUT))


def of_arrays(
    texts_: pa.Array, rows: NDArray[np.int64], about: Sequence[pa.Array | None], lines: NDArray[np.int64], notes: Notes
) -> Block:
    """Pack messages and the columns of ``ABOUT`` as Arrow read them: each of strings or of whole numbers; a sixth may hold the days."""
    about = _dated(about)
    arrays = [
        pa.nulls(len(rows), kind) if array is None else _moments_of(array) if pa.types.is_timestamp(kind) else _labels_of(array)
        for array, kind in zip(about, ABOUT.types, strict=True)
    ]
    notes.timeless += timeless(about[_TIME], arrays[_TIME])
    return Block(texts_, rows, pa.record_batch(arrays, schema=ABOUT), lines=lines)


def _dated(about: Sequence[Any]) -> list[Any]:
    """Give the columns of ``ABOUT``: where the days stand in a sixth, the times are of these days."""
    found, days = list(about[: len(ABOUT)]), about[len(ABOUT) :]
    clocks = found[_TIME]
    if clocks is None or not days or days[0] is None:
        return found
    if isinstance(clocks, pa.Array):
        spelled = (part.cast(pa.string()).to_pylist() for part in (clocks, days[0]))
        found[_TIME] = pa.array(dated(*spelled), pa.string())
    else:
        found[_TIME] = dated(clocks, days[0])
    return found


def dated(clocks: Sequence[Any], days: Sequence[Any]) -> list[Any]:
    """Put the day before each time of day; where no time stands, the day alone is known.

    >>> dated(["10:05", "2024-05-02T09:00:00Z", ""], ["2024-05-01", "2024-05-02", "2024-05-03 00:00:00"])
    ['2024-05-01 10:05', '2024-05-02T09:00:00Z', '2024-05-03 00:00:00']
    """
    return [_on(day, clock) for day, clock in zip(days, clocks, strict=True)]


def _on(day: object, clock: object) -> object:
    if clock is None or clock == "":
        return day
    if isinstance(clock, str) and isinstance(day, str) and day.strip() and _CLOCK.match(clock):
        return f"{_MIDNIGHT.sub('', day.strip())} {clock.strip()}"
    return clock


def _labels_of(array: pa.Array) -> pa.Array:
    """Give ids, senders or channels; nothing is null."""
    if pa.types.is_integer(array.type):
        return array.cast(pa.string())
    nothing = pc.equal(array, "")
    return pc.if_else(nothing, pa.scalar(None, array.type), array) if pc.any(nothing).as_py() else array


def _moments_of(array: pa.Array) -> pa.Array:
    """Give times, whatever their form."""
    if not pa.types.is_integer(array.type):
        return moments(array)
    found, there = times.counted(array.fill_null(0).to_numpy().astype(np.int64))
    return pa.array(found, mask=~there).cast(ABOUT.field("time").type)


def timeless(values: Sequence[Any] | pa.Array | None, found: pa.Array) -> int:
    """Count the times that stand there and cannot be told."""
    if values is None or not found.null_count:
        return 0
    plain = values.to_pylist() if isinstance(values, pa.Array) else values
    told = len(found) - int(found.null_count)
    return sum(value not in (None, "") for value in plain) - told


def labels(values: Sequence[Any]) -> pa.StringArray:
    """Pack ids, senders or channels; nothing is null. What a value becomes never depends on its neighbours: an id of 0 is one."""
    kinds = {*map(type, values)} - {type(None)}
    try:
        if kinds == {int}:
            return pa.array(values, pa.int64()).cast(pa.string())
        if kinds <= {str, bytes}:
            return pa.array([value or None for value in values], pa.string())
    except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
        pass  # beyond 64 bits, lone surrogates, bytes that are no UTF-8
    return pa.array([None if (text := label(value)) is None else cleaned(text) for value in values], pa.string())


def moments(values: Sequence[Any] | pa.Array) -> pa.TimestampArray:
    """Pack times, whatever their form; one that cannot be told is null."""
    kind = ABOUT.field("time").type
    try:
        written = pa.array(values, pa.string())
        first = written[0].as_py() if len(written) else None
        if first is not None and first[4:5] == "-":
            zoned = first.endswith("Z") or first[-6:-5] in {"+", "-"}
            found = (written.cast(pa.timestamp("ms", "UTC")) if zoned else written).cast(kind)
            if times.shown(found):
                return found
    except (pa.ArrowInvalid, TypeError, OverflowError, UnicodeEncodeError):
        pass  # several forms in one column, finer than milliseconds, numbers, or no times at all
    plain = values.to_pylist() if isinstance(values, pa.Array) else values
    return pa.array([times.any_of(value) for value in plain], kind)
