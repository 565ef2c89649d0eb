"""CSV: a header and one record a row; every text in quotes (RFC 4180), lists joined by a space."""

from __future__ import annotations

from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from .shape import COLUMNS, rounded, when

_SCHEMA: Final = pa.schema([(field.name, field.type if field.name in {"row", "text"} else pa.string()) for field in COLUMNS])
_WRITTEN: Final = _SCHEMA.set(_SCHEMA.get_field_index("risk"), pa.field("risk", pa.float64()))


class Csv:
    """A CSV file being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pacsv.CSVWriter(file, _WRITTEN)

    def add(self, table: pa.Table) -> None:
        """Write rows."""
        columns = [_plain(table.column(name).combine_chunks(), name) for name in COLUMNS.names]
        self._writer.write_table(pa.table(columns, schema=_WRITTEN))

    def close(self) -> None:
        """Write what Arrow held back."""
        self._writer.close()


def _plain(column: pa.Array, name: str) -> pa.Array:
    if name == "time":
        return when(column)
    if name == "risk":
        return rounded(column)
    return pc.binary_join(column, " ") if pa.types.is_list(column.type) else column
