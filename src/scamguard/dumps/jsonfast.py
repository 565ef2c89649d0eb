"""JSON lines at Arrow's speed: only the columns that matter are built, and no Python object is made.

Arrow knows no lines, so a piece is taken only if every line begins and ends like an object and there are as many objects
as lines: then each line is one, for no object can go on with ``{`` after a line that ended with ``}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from . import tabled
from .source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .block import Block, Notes
    from .columns import Fields

_PLAIN: Final = {frozenset(): pa.string(), frozenset({str}): pa.string(), frozenset({int}): pa.int64()}


def schema(fields: Fields, records: Sequence[dict[str, Any]]) -> pa.Schema | None:
    """Say what the columns hold, by the first records; None if any holds more than strings or whole numbers, or a message is an object."""
    if any(isinstance(record.get(fields.text), dict) for record in records):
        return None
    held: dict[str, set[type]] = {name: set() for name in fields.about if name is not None}
    for record in records:
        for name, kinds in held.items():
            if (value := record.get(name)) is not None:
                kinds.add(type(value))
    types = {name: _PLAIN.get(frozenset(kinds)) for name, kinds in held.items()}
    return None if None in types.values() else pa.schema([(fields.text, pa.large_string()), *types.items()])


def block(row: int, piece: bytes, fields: Fields, columns: pa.Schema, notes: Notes) -> Block | None:
    """Read whole lines; None if any is not one plain object of these columns."""
    lines = piece.count(b"\n")
    if len(piece) > LONGEST_LINE or not _objects(np.frombuffer(piece, np.uint8)):
        return None
    try:
        table = pajson.read_json(
            pa.BufferReader(piece),
            pajson.ReadOptions(use_threads=False, block_size=len(piece)),
            pajson.ParseOptions(explicit_schema=columns, unexpected_field_behavior="ignore"),
        )
        if len(table) != lines:
            return None
        table.validate(full=True)  # strings are UTF-8
    except pa.ArrowException:
        return None
    found = {name: table[name].combine_chunks() for name in columns.names}
    about = [None if name is None else found[name] for name in fields.about]
    rows = np.arange(row, row + lines)
    return tabled.of_arrays(pc.fill_null(found[fields.text], ""), rows, about, rows, notes)


def _objects(data: NDArray[np.uint8]) -> bool:
    """Say whether each line begins with ``{`` and ends with ``}``."""
    if len(data) < len(b"{}\n"):
        return False
    ends = np.flatnonzero(data == ord("\n"))
    last = data[ends - 1]  # of a line that is empty it is the end of the line before, and no brace
    closed = (last == ord("}")) | ((last == ord("\r")) & (data[ends - 2] == ord("}")))
    return bool(closed.all() and data[0] == ord("{") and (data[ends[:-1] + 1] == ord("{")).all())
