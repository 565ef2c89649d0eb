"""A column of values: all are screened in one compiled pass, and the judge reads once each what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from .judge import lookalike
from .screen import suspects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .finding import LookAlike

_SCHEMA = pa.schema([("brand", pa.string()), ("kind", pa.string()), ("official", pa.string())])


def lookalikes(column: Any) -> pa.Table:  # noqa: ANN401 - whatever Arrow reads as strings
    """Say of each link, domain, e-mail address, handle or display name what it imitates.

    Parameters
    ----------
    column
        (n,) an Arrow, pandas or Polars column of strings, or a sequence of ``str``; a null imitates nothing.

    Returns
    -------
    ``n`` rows in order: brand, kind, official; null where there is no finding.

    Raises
    ------
    InputError
        What is not a column of strings.
    """
    values = _strings(column)
    data, offsets = _buffers(values)
    starts, stops = suspects(data, offsets)
    rows = np.flatnonzero(stops > starts)
    texts = parts(data, starts[rows], stops[rows]).dictionary_encode()
    found = [lookalike(text) for text in texts.dictionary.to_pylist()]
    place = np.full(len(values), -1, np.int64)
    place[rows] = texts.indices
    # Most hosts are let go by themselves. Of one that is not, the whole value has the last word: alone it may be read as a name.
    accused = np.array([one is not None for one in found], np.bool_)[place[rows]]
    cut = rows[accused & (stops - starts < np.diff(offsets))[rows]]
    whole = values.take(pa.array(cut)).dictionary_encode()
    place[cut] = len(found) + whole.indices.to_numpy()
    found += [lookalike(text) for text in whole.dictionary.to_pylist()]
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


def _strings(column: Any) -> pa.LargeStringArray:  # noqa: ANN401
    if isinstance(column, str | bytes):
        raise InputError("one text where a column is needed; use scamguard.lookalike(value) for one")
    try:
        column = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, from_pandas=True)  # NaN is null
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_null(column.type)):
            raise InputError(f"a column of {column.type}; give one of strings")
        return pc.cast(column, pa.large_string())
    except (pa.ArrowException, TypeError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"not a column of strings: {problem}") from None


def _buffers(values: pa.LargeStringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give the bytes and the (n + 1,) offsets of an array."""
    _, offsets, data = values.buffers()
    if not len(values) or not offsets:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    starts = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
    return np.frombuffer(data, np.uint8) if data and data.size else np.zeros(0, np.uint8), starts
