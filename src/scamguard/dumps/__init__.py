"""Message dumps: one small reader a format, each a generator of blocks of Arrow strings with their places.

A reader is a function ``read(source, column) -> Iterator[Block]`` in a module of its own. To add a format, write the
module and add its row to ``FORMATS``. No reader holds more than one block of a few thousand messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from scamguard.errors import DumpError, unknown

from .source import Block, Notes, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORMATS", "Block", "Dump", "Format", "Notes", "open"]


class Format(NamedTuple):
    """Where a format's reader is, and which files it takes by their names."""

    module: str
    function: str
    suffixes: tuple[str, ...]


FORMATS: Final = {
    "csv": Format("delimited", "read_csv", (".csv",)),
    "jsonl": Format("jsonl", "read", (".jsonl", ".ndjson")),
    "parquet": Format("parquet", "read", (".parquet",)),
    "tsv": Format("delimited", "read_tsv", (".tsv",)),
    "txt": Format("lines", "read", (".txt", ".log")),
}


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that is there and whose format is known; iterate it once to read it."""

    name: str
    format: str
    column: str | None
    source: Source

    @property
    def notes(self) -> Notes:
        """What could not be taken as it was, so far."""
        return self.source.notes

    @property
    def share(self) -> float:
        """How much of the file is read, 0 to 1; stays 0 for standard input."""
        return self.source.share

    def __iter__(self) -> Iterator[Block]:
        """Read block by block.

        Raises
        ------
        DumpError
            The column is unknown, the file is not of its format, or it cannot be read.
        """
        format_ = FORMATS[self.format]
        read = getattr(import_module(f".{format_.module}", __name__), format_.function)
        try:
            yield from read(self.source, self.column)
        except OSError as error:
            raise DumpError(f"{self.name}: {error.strerror or error}") from error


def open(path: str | Path, *, format: str | None = None, column: str | None = None) -> Dump:  # noqa: A001, A002 - dumps.open(f, format=…)
    """Find a dump and its format. Nothing is read before it is iterated.

    Parameters
    ----------
    path
        A file, or ``-`` for standard input.
    format
        One of ``FORMATS``; by default what the file's suffix says, and txt for standard input.
    column
        The column of messages; by default the first of text, message, body, content.

    Raises
    ------
    DumpError
        There is no such file, or its format is unknown.
    """
    name = str(path)
    if format is not None and format not in FORMATS:
        raise DumpError(f"{name}: {unknown('format', format, FORMATS)}")
    if name == "-":
        return Dump("standard input", format or "txt", column, Source("standard input", None))
    file = Path(path)
    try:
        found = file.exists()
    except (OSError, ValueError) as error:  # a name too long, or with NUL in it
        raise DumpError(f"{name}: {error}") from error
    if not found:
        raise DumpError(f"{name}: no such file")
    if file.is_dir():
        raise DumpError(f"{name}: a folder, not a file; name the files in it")
    return Dump(name, format or _by_suffix(file), column, Source(name, file))


def _by_suffix(file: Path) -> str:
    for name, format_ in FORMATS.items():
        if file.suffix.lower() in format_.suffixes:
            return name
    suffixes = ", ".join(suffix for format_ in FORMATS.values() for suffix in format_.suffixes)
    raise DumpError(f"{file}: its format cannot be told from its name ({suffixes}); say --format {'|'.join(FORMATS)}")
