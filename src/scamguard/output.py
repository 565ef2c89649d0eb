"""Output files appear only when they are complete: rows go to a file beside the target, moved into place at the end."""

from __future__ import annotations

import contextlib
import csv
import json
import os
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from .dumps import ABOUT
from .errors import DumpError
from .table import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

COLUMNS: Final = pa.schema([("file", pa.string()), ("row", pa.int64()), *ABOUT, ("text", pa.large_string()), *SCHEMA])
_GROUP_ROWS = 1 << 16  # of a Parquet row group


class _Sink(Protocol):
    def add(self, table: pa.Table) -> None: ...
    def close(self) -> None: ...


class Output:
    """A table being written; a context manager.

    Leaving the context moves the finished file into place. An exception, Ctrl-C among them, removes it instead,
    and what stood at ``path`` before is untouched.

    Raises
    ------
    DumpError
        The suffix of ``path`` is none of .jsonl, .csv and .parquet, or its folder cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in _SINKS:
            raise DumpError(f"{path}: --out takes its format from the suffix: {', '.join(_SINKS)}")
        if path.is_dir():
            raise DumpError(f"{path}: a folder; name the file to write")
        self._path, self._part = path, path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            self._file = self._part.open("xb")  # not tempfile: the result gets the permissions of any new file
        except OSError as error:
            raise DumpError(f"{path}: cannot be written: {error.strerror}") from error
        self._sink = _SINKS[path.suffix.lower()](self._file)

    def add(self, table: pa.Table) -> None:
        """Write rows of ``COLUMNS``."""
        self._sink.add(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._sink.close()
                self._file.close()
                self._part.replace(self._path)
            else:
                with contextlib.suppress(OSError, pa.ArrowException):  # the error under way says more
                    self._sink.close()
        except OSError as failed:
            raise DumpError(f"{self._path}: cannot be written: {failed.strerror or failed}") from failed
        finally:
            self._file.close()
            self._part.unlink(missing_ok=True)


class _JsonLines:
    """One object a row."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, table: pa.Table) -> None:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(table)]
        self._file.write("".join(lines).encode())

    def close(self) -> None:
        """Nothing is held back."""


class _Csv:
    """A header and one record a row; lists are joined by a space."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._writer = file, csv.writer(_Encoded(file))
        self._writer.writerow(COLUMNS.names)

    def add(self, table: pa.Table) -> None:
        for row in _rows(table):
            self._writer.writerow([" ".join(value) if isinstance(value, list) else value for value in row.values()])

    def close(self) -> None:
        """Nothing is held back."""


class _Encoded:
    """Give the csv module a text file without a second buffer to flush."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        self._file.write(text.encode())


class _Parquet:
    """The columns as they are, in row groups large enough to read fast."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pq.ParquetWriter(file, COLUMNS, compression="zstd")
        self._waiting: list[pa.Table] = []

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        if sum(map(len, self._waiting)) >= _GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting = []

    def close(self) -> None:
        self._flush()
        self._writer.close()


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """Give plain rows; a risk shows six digits, which is all a float32 holds, and a time is ISO 8601."""
    return [{**row, "time": row["time"] and row["time"].isoformat(), "risk": round(row["risk"], 6)} for row in table.to_pylist()]


_SINKS: Final[dict[str, Callable[[IO[bytes]], _Sink]]] = {".jsonl": _JsonLines, ".csv": _Csv, ".parquet": _Parquet}
