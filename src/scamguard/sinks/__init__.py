"""Sinks: what verdicts are written to, one small module a format, chosen by the suffix.

A sink takes tables of ``COLUMNS`` in reading order and keeps nothing of them; what it writes does not depend on how the
rows were cut into tables, so that a scan that was killed and resumed gives the same bytes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from scamguard.errors import DumpError

from .shape import COLUMNS, Sink

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import IO

__all__ = ["COLUMNS", "FORMATS", "Form", "Sink", "named", "opened"]


class Form(NamedTuple):
    """Where a format's sink is, and what it can do."""

    module: str
    name: str
    suffixes: tuple[str, ...]
    streams: bool = True  # written from front to back, so that it can go to a pipe
    text: bool = True  # may be shown on a terminal


FORMATS: Final = {
    "jsonl": Form("jsonl", "JsonLines", (".jsonl", ".ndjson")),
    "csv": Form("delimited", "Csv", (".csv",)),
    "parquet": Form("parquet", "Parquet", (".parquet",), text=False),
    "sqlite": Form("databases", "Sqlite", (".sqlite", ".sqlite3", ".db"), streams=False, text=False),
    "duckdb": Form("databases", "DuckDb", (".duckdb",), streams=False, text=False),
    "sarif": Form("sarif", "Sarif", (".sarif", ".sarif.json")),
}


def named(target: str) -> str:
    """Name the format of a file by its suffix; standard output (``-``) gets JSON lines.

    Raises
    ------
    DumpError
        The suffix is of none.

    >>> named("verdicts.sarif.json"), named("-")
    ('sarif', 'jsonl')
    """
    if target == "-":
        return "jsonl"
    found = [name for name, form in FORMATS.items() if target.lower().endswith(form.suffixes)]
    if not found:
        suffixes = ", ".join(form.suffixes[0] for form in FORMATS.values())
        raise DumpError(f"{target}: --out takes its format from the suffix: {suffixes}; - is standard output")
    return found[0]


def opened(format_: str, file: IO[bytes], path: Path | None, reasons: Mapping[str, str]) -> Sink:
    """Begin to write.

    Parameters
    ----------
    format_
        One of ``FORMATS``.
    file, path
        Where to: a sink that streams writes to ``file``, a database to the empty file at ``path``.
    reasons
        What each rule means, for formats that tell it.
    """
    form = FORMATS[format_]
    make = getattr(import_module(f".{form.module}", __name__), form.name)
    sink: Sink = make(file, reasons) if format_ == "sarif" else make(file) if form.streams else make(path)
    return sink
