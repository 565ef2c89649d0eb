"""Message dumps: one small reader a format, each a generator of blocks of Arrow strings with their places.

A reader is a function ``read(source, column) -> Iterator[Block]`` in a module of its own. To add a format, write the
module and add its row to ``FORMATS``. No reader holds more than one block of a few thousand messages.
"""

from __future__ import annotations

import os
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
    from collections.abc import Callable, Iterable, Iterator

    Reader = Callable[[Source, str | None], Iterator[Block]]

__all__ = ["ABOUT", "FORMATS", "Block", "Dump", "Format", "Message", "Notes", "open", "several"]


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that is there and whose format is known; iterate it once to read it, ``Block`` by ``Block``.

    Attributes
    ----------
    name
        The path as it was given; "standard input" for ``-``.
    format
        The format it was told to be.
    column
        The column of messages that was asked for, or None.
    source
        Where its bytes come from; internal.
    problem
        Why it cannot be read, of one among several; iterating raises it.
    """

    name: str
    format: str
    column: str | None
    source: Source
    problem: DumpError | None = None

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
        if self.problem is not None:
            raise self.problem
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
        Of an archive or a folder: the format of the files inside.
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
    return _opened(_source(path, format, column, encoding), format, column)


def several(
    paths: Iterable[str | PathLike[str]],
    *,
    format: str | None = None,  # noqa: A002
    column: str | None = None,
    encoding: str | None = None,
) -> list[Dump]:
    """Find several dumps as ``open`` does. One that cannot be read says so when it is iterated, unless none can.

    Raises
    ------
    InputError, DumpError
        As ``open`` says; what is there and cannot be read is refused only if there is nothing else.
    """
    found = []
    for source in [_source(path, format, column, encoding) for path in paths]:
        try:
            found.append(_opened(source, format, column))
        except DumpError as error:
            found.append(Dump(source.name, "", column, source, error))
    problems = [dump.problem for dump in found if dump.problem is not None]
    if problems and len(problems) == len(found):
        raise problems[0]
    return found


def _source(path: str | PathLike[str], wanted: str | None, column: str | None, encoding: str | None) -> Source:
    """Find what is at a path, and refuse what is a slip: a format or a name that there is not."""
    if not isinstance(path, str | PathLike):
        raise InputError(f"path is {type(path).__name__}; give the path of a dump, or -")
    for said, value in (("column", column), ("encoding", encoding)):
        text_or_none(said, value)
    name = str(path)
    if not name:  # as a shell makes one of a variable that is not set; Path takes it for the folder one is in
        raise DumpError("'': no such file")
    if wanted is not None and wanted not in FORMATS:
        raise DumpError(f"{name}: {unknown('format', wanted, FORMATS)}")
    if name == "-":
        return Source("standard input", None, encoding=encoding)
    file = Path(path)
    try:
        found = file.exists()
    except (OSError, ValueError) as error:  # a name too long, or with NUL in it
        raise DumpError(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    if not found:
        raise DumpError(f"{name}: no such file")
    is_pipe = not (file.is_file() or file.is_dir())  # as a shell makes one of <(zcat x.gz)
    return Source(name, None if is_pipe else file, encoding=encoding, pipe=file if is_pipe else None)


def _opened(source: Source, wanted: str | None, column: str | None) -> Dump:
    """Tell the format of what is there."""
    is_folder = source.path is not None and source.path.is_dir()
    try:
        return Dump(source.name, _of_folder(source, wanted) if is_folder else _format(source, wanted, column), column, source)
    except OSError as error:
        raise DumpError(f"{source.name}: {error.strerror or error}") from error


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
    os.scandir(folder).close()  # it may be looked into
    if (folder / "cur").is_dir() and (folder / "new").is_dir() and wanted in {None, "eml"}:
        return "maildir"
    lists = ("channels.json", "groups.json", "dms.json")
    if (folder / "users.json").is_file() and any((folder / name).is_file() for name in lists) and wanted in {None, "slack"}:
        return "slack folder"
    if not _holds_any(folder):
        raise DumpError(f"{folder}: a folder without a file, and neither a Maildir nor a Slack export; name the files to read")
    source.format = wanted
    return "folder"


def _holds_any(folder: Path) -> bool:
    """Say whether there is a file in a folder, or may be one where nobody may look."""
    closed: list[OSError] = []
    return any(files for _, _, files in os.walk(folder, onerror=closed.append)) or bool(closed)
