"""Message dumps: one small reader a format, each a generator of blocks of Arrow strings with their places.

A reader is a function ``read(source, column) -> Iterator[Block]`` in a module of its own. To add a format, write the
module and add its row to ``FORMATS``. No reader holds more than one block of a few thousand messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from scamguard.errors import DumpError, InputError, text_or_none, unknown

from .block import ABOUT, Block, Message, Notes
from .detect import detect
from .registry import FOLDERS, FORMATS, Format
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reader = Callable[[Source, str | None], Iterator[Block]]

__all__ = ["ABOUT", "FORMATS", "Block", "Dump", "Format", "Message", "Notes", "open"]


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
        try:
            yield from blocks(self.source, self.format, self.column)
        except OSError as error:
            raise DumpError(f"{self.name}: {error.strerror or error}") from error


def blocks(source: Source, format: str, column: str | None) -> Iterator[Block]:  # noqa: A002
    """Read a source of a known format; one that holds nothing is noted, whatever its format."""
    if source.is_empty:
        source.notes.nothing(source.name)
        return
    yield from reader(format)(source, column)


def reader(format: str) -> Reader:  # noqa: A002
    """Load the reader of a format."""
    found = FORMATS.get(format) or FOLDERS[format]
    read: Reader = getattr(import_module(f".{found.module}", __name__), found.function)
    return read


def open(  # noqa: A001 - dumps.open(f, format=…)
    path: str | PathLike[str],
    *,
    format: str | None = None,  # noqa: A002
    column: str | None = None,
    encoding: str | None = None,
) -> Dump:
    """Find a dump and its format. Only the first bytes are read before it is iterated.

    Parameters
    ----------
    path
        A file, a pipe, a folder (a Maildir, a Slack export or one of exports), or ``-`` for standard input.
    format
        One of ``FORMATS``; by default what the content says, then the file's suffix, and txt for standard input.
        Of an archive or a folder: what its members are.
    column
        The column of messages; by default the first of text, message, body, content.
    encoding
        What the bytes mean; by default what the first ones speak for.

    Raises
    ------
    InputError
        ``path`` is no path, or ``column`` or ``encoding`` no str.
    DumpError
        There is no such file, or its format is unknown.
    """
    if not isinstance(path, str | PathLike):
        raise InputError(f"path is {type(path).__name__}; give the path of a dump, or -")
    for said, value in (("column", column), ("encoding", encoding)):
        text_or_none(said, value)
    name = str(path)
    if format is not None and format not in FORMATS:
        raise DumpError(f"{name}: {unknown('format', format, FORMATS)}")
    if name == "-":
        source = Source("standard input", None, encoding=encoding)
        return Dump("standard input", _format(source, format, column), column, source)
    file = Path(path)
    try:
        found = file.exists()
    except (OSError, ValueError) as error:  # a name too long, or with NUL in it
        raise DumpError(f"{name}: {error}") from error
    if not found:
        raise DumpError(f"{name}: no such file")
    is_pipe = not (file.is_file() or file.is_dir())  # as a shell makes one of <(zcat x.gz)
    source = Source(name, None if is_pipe else file, encoding=encoding, pipe=file if is_pipe else None)
    try:
        return Dump(name, _of_folder(source, format) if file.is_dir() else _format(source, format, column), column, source)
    except OSError as error:
        raise DumpError(f"{name}: {error.strerror or error}") from error


def _format(source: Source, wanted: str | None, column: str | None) -> str:
    """Name the format of a file; what is said of an archive is said of its members."""
    if wanted is None:
        return detect(source, column)
    if wanted == "zip" or not source.head().startswith(FORMATS["zip"].magic):
        return wanted
    source.format = wanted
    return "zip"


def _of_folder(source: Source, wanted: str | None) -> str:
    """Name the format of a folder; any other than a Maildir and a Slack export is read file by file."""
    folder = source.path or Path()
    if (folder / "cur").is_dir() and (folder / "new").is_dir() and wanted in {None, "eml"}:
        return "maildir"
    lists = ("channels.json", "groups.json", "dms.json")
    if (folder / "users.json").is_file() and any((folder / name).is_file() for name in lists) and wanted in {None, "slack"}:
        return "slack folder"
    if not any(file.is_file() for file in folder.rglob("*")):
        raise DumpError(f"{folder}: a folder without a file, and neither a Maildir nor a Slack export; name the files to read")
    source.format = wanted
    return "folder"
