"""A column of values: all are screened in one compiled pass, and the judge reads once each what is left."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..columns import TextBatch, batches
from ..errors import InputError
from .judge import lookalike
from .screen import suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .finding import LookAlike

_SCHEMA = pa.schema([("brand", pa.string()), ("kind", pa.string()), ("official", pa.string())])


def lookalikes(column: Any) -> pa.Table:  # noqa: ANN401 - whatever Arrow reads as strings
    """Say of each link, domain, e-mail address, handle or display name what it imitates.

    Parameters
    ----------
    column
        (n,) a column of texts as ``Guard.score`` takes it; what is missing imitates nothing.

    Returns
    -------
    pyarrow.Table
        ``n`` rows in order: brand, kind, official; null where there is no finding.

    Raises
    ------
    InputError
        ``column`` is not a column of texts.
    """
    judge = cache(lookalike)  # a value may come again in a later batch
    return pa.concat_tables([_SCHEMA.empty_table(), *(_judged(batch, judge) for batch in _batches(column))]).combine_chunks()


def _batches(column: object) -> Iterator[TextBatch]:
    """Read the column."""
    if isinstance(column, str | bytes):
        raise InputError("one text where a column is needed; use scamguard.lookalike(value) for one")
    try:
        yield from batches(column)
    except InputError as problem:
        raise InputError(str(problem).replace("messages", "column", 1)) from None  # what it is called here


def _judged(batch: TextBatch, judge: Callable[[str], LookAlike | None]) -> pa.Table:
    """Say what each value of a batch imitates."""
    data, offsets = batch.data, batch.offsets
    starts, stops = suspects(data, offsets)
    rows = np.flatnonzero(stops > starts)
    texts = parts(data, starts[rows], stops[rows]).dictionary_encode()
    found = [*map(judge, _texts(texts.dictionary))]
    place = np.full(len(batch), -1, np.int64)
    place[rows] = texts.indices
    # Most hosts are let go by themselves. Of one that is not, the whole value has the last word: alone it may be read as a name.
    accused = np.array([one is not None for one in found], np.bool_)[place[rows]]
    cut = rows[accused & (stops - starts < np.diff(offsets))[rows]]
    whole = parts(data, offsets[cut], offsets[cut + 1]).dictionary_encode()
    place[cut] = len(found) + whole.indices.to_numpy()
    found += map(judge, _texts(whole.dictionary))
    where = pa.array(place, mask=place < 0)
    return pa.table([_column(found, name).take(where) for name in _SCHEMA.names], schema=_SCHEMA)


def parts(data: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> pa.LargeStringArray:
    """Copy ``data[starts[i]:stops[i]]`` out as a column."""
    lengths = stops - starts
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    return pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data[places])))


def _column(found: list[LookAlike | None], name: str) -> pa.StringArray:
    return pa.array([getattr(one, name) if one else None for one in found], pa.string())


def _texts(values: pa.LargeStringArray) -> Iterator[str]:
    """Give the values as Python has them: they may hold what Arrow would not decode."""
    return (text for batch in batches(values) for text in batch.texts())
