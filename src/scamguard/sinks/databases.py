"""SQLite and DuckDB: one table, ``verdicts``, with the columns of every output.

Nobody reads the file before it is complete and in place, so it is written in one transaction without a journal.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from . import alone
from .shape import COLUMNS, Regrouped, rounded, when

if TYPE_CHECKING:
    from pathlib import Path

TABLE: Final = "verdicts"
_GROUP_ROWS: Final = 122_880  # a row group of DuckDB


class Sqlite:
    """An SQLite database being written; times are ISO 8601, lists are JSON arrays (``json_each`` reads them)."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        columns = ", ".join(f"{field.name} {_sqlite_type(field.type)}" for field in COLUMNS)
        try:
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                self._base.execute(f"PRAGMA {setting}")
            self._base.execute(f"CREATE TABLE {TABLE} ({columns})")
            self._base.execute("BEGIN")
        except sqlite3.Error as error:
            self._base.close()
            raise _told(error) from error
        self._insert = f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names

    def add(self, table: pa.Table) -> None:
        """Insert rows."""
        columns = [_values(table.column(name).combine_chunks(), name) for name in COLUMNS.names]
        try:
            self._base.executemany(self._insert, zip(*columns, strict=True))
        except sqlite3.Error as error:
            raise _told(error) from error

    def close(self) -> None:
        """Commit."""
        try:
            if self._base.in_transaction:
                self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise _told(error) from error
        finally:
            self._base.close()


def _sqlite_type(kind: pa.DataType) -> str:
    return "INTEGER" if pa.types.is_integer(kind) else "REAL" if pa.types.is_floating(kind) else "TEXT"


def _values(column: pa.Array, name: str) -> list[Any]:
    if name == "time":
        column = when(column)
    if name == "risk":
        column = rounded(column)
    values: list[Any] = column.to_pylist()
    return [json.dumps(value) if value else "[]" for value in values] if pa.types.is_list(column.type) else values


class DuckDb:
    """A DuckDB database being written, a row group at a time."""

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(f"{path.name}.wal")
        self._log.unlink(missing_ok=True)  # of a scan that was killed
        try:
            import duckdb  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise OSError(0, "DuckDB needs the package duckdb: pip install 'scamguard[duckdb]'") from error
        if any("\ud800" <= char <= "\udfff" for char in str(path)):
            raise OSError(0, "DuckDB takes no name whose bytes are no UTF-8")
        mode = path.stat().st_mode & 0o777
        path.unlink()  # DuckDB takes no empty file
        self._failed = duckdb.Error
        try:
            self._base = duckdb.connect(str(path), config={"threads": 1, "preserve_insertion_order": True})
            self._file = path.open("rb")  # its own, not the one that was claimed
            alone.hold(self._file.fileno())
            path.chmod(mode)
            self._base.register("rows", COLUMNS.empty_table())
            self._base.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM rows")  # noqa: S608 - our own names
            self._base.unregister("rows")
            if self._log.exists():
                self._log.chmod(mode)
        except duckdb.Error as error:
            self._log.unlink(missing_ok=True)
            raise _told(error) from error
        self._groups = Regrouped(_GROUP_ROWS)

    def add(self, table: pa.Table) -> None:
        """Insert the groups that are full."""
        for group in self._groups.full(table.select(COLUMNS.names)):
            self._write(group)

    def _write(self, group: pa.Table) -> None:
        try:
            self._base.register("rows", group)
            self._base.execute(f"INSERT INTO {TABLE} SELECT * FROM rows")  # noqa: S608 - our own names
            self._base.unregister("rows")
        except self._failed as error:
            raise _told(error) from error

    def close(self) -> None:
        """Insert the last group and fold the log into the file."""
        try:
            for group in self._groups.rest():
                self._write(group)
            self._base.execute("CHECKPOINT")
        except self._failed as error:
            raise _told(error) from error
        finally:
            with contextlib.suppress(self._failed):  # what failed says more
                self._base.close()
            self._file.close()
            self._log.unlink(missing_ok=True)  # folded in, or of a file that is thrown away


def _told(error: Exception) -> OSError:
    return OSError(0, str(error).splitlines()[0])
