"""Parquet: the columns as they are, in row groups large enough to read fast."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

import pyarrow.parquet as pq

from .shape import COLUMNS, Regrouped

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP_ROWS: Final = 1 << 16


class Parquet:
    """A Parquet file being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pq.ParquetWriter(file, COLUMNS, compression="zstd")
        self._groups = Regrouped(_GROUP_ROWS)

    def add(self, table: pa.Table) -> None:
        """Write the groups that are full."""
        for group in self._groups.full(table.select(COLUMNS.names)):
            self._writer.write_table(group.combine_chunks())

    def close(self) -> None:
        """Write the last group and the index."""
        for group in self._groups.rest():
            self._writer.write_table(group.combine_chunks())
        self._writer.close()
