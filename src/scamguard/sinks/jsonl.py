"""JSON lines: one object a row, put together column by column, because a Python object for each row is what costs."""

from __future__ import annotations

import json
from typing import IO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .shape import COLUMNS, rounded, when

_CONTROL: Final = "[\\x00-\\x1f]"
_USUAL: Final = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


class JsonLines:
    """A file of JSON lines being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, table: pa.Table) -> None:
        """Write rows."""
        if not len(table):
            return
        cells: list[pa.Array | str] = []
        for at, name in enumerate(COLUMNS.names):
            cells += [f'{", " if at else "{"}"{name}": ', _json(table.column(name).combine_chunks(), name)]
        lines = pc.binary_join_element_wise(*(_text(cell) for cell in [*cells, "}\n"]), pa.scalar("", pa.large_string()))
        _, offsets, data = lines.buffers()
        ends = np.frombuffer(offsets, np.int64)[lines.offset : lines.offset + len(lines) + 1]
        self._file.write(memoryview(data)[ends[0] : ends[-1]])

    def close(self) -> None:
        """Nothing is held back."""


def _text(cell: pa.Array | str) -> pa.Array | pa.Scalar:
    return pa.scalar(cell, pa.large_string()) if isinstance(cell, str) else cell.cast(pa.large_string())


def _json(column: pa.Array, name: str) -> pa.Array:
    """Write each value of a column as JSON."""
    if name == "time":
        return quoted(when(column))
    if name == "risk":
        return rounded(column).cast(pa.string())
    if pa.types.is_list(column.type):
        return _listed(column)
    return quoted(column) if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) else column.cast(pa.string())


def _listed(column: pa.Array) -> pa.Array:
    lengths = pc.list_value_length(column).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    inside = pc.binary_join(pa.ListArray.from_arrays(offsets, quoted(column.flatten())), ", ")
    return pc.binary_join_element_wise("[", inside, "]", "")


def quoted(column: pa.Array) -> pa.Array:
    r"""Write strings as JSON; null becomes ``null``.

    >>> quoted(pa.array(['a "b"', "two\nlines", None, "\x1b"])).to_pylist()
    ['"a \\"b\\""', '"two\\nlines"', 'null', '"\\u001b"']
    """
    escaped = column
    for plain, shown in _USUAL:
        escaped = pc.replace_substring(escaped, plain, shown)
    rare = pc.fill_null(pc.match_substring_regex(escaped, _CONTROL), False)  # noqa: FBT003 - the value to fill with
    kind = column.type
    if pc.any(rare).as_py():
        mended = [json.dumps(text, ensure_ascii=False)[1:-1] for text in column.filter(rare).to_pylist()]
        escaped = pc.replace_with_mask(escaped, rare, pa.array(mended, kind))
    mark = pa.scalar('"', kind)
    return pc.fill_null(pc.binary_join_element_wise(mark, escaped, mark, pa.scalar("", kind)), pa.scalar("null", kind))
