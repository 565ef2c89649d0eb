"""Message dumps: one small reader a format, each a generator of blocks of Arrow strings with their places.

A reader is a function ``read(source, column) -> Iterator[Block]`` in a module of its own. To add a format, write the
module and add its row to ``FORMATS``. No reader holds more than one block of a few thousand messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from scamguard.errors import DumpError, unknown

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
            yield from reader(self.format)(self.source, self.column)
        except OSError as error:
            raise DumpError(f"{self.name}: {error.strerror or error}") from error


def reader(format: str) -> Reader:  # noqa: A002
    """Load the reader of a format."""
    found = FORMATS.get(format) or FOLDERS[format]
    read: Reader = getattr(import_module(f".{found.module}", __name__), found.function)
    return read


def open(  # noqa: A001 - dumps.open(f, format=…)
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    column: str | None = None,
    encoding: str | None = None,
) -> Dump:
    """Find a dump and its format. Only the first bytes are read before it is iterated.

    Parameters
    ----------
    path
        A file, a folder of mails (Maildir) or of a Slack export, or ``-`` for standard input.
    format
        One of ``FORMATS``; by default what the content says, then the file's suffix, and txt for standard input.
    column
        The column of messages; by default the first of text, message, body, content.
    encoding
        What the bytes mean; by default what the first ones speak for.

    Raises
    ------
    DumpError
        There is no such file, or its format is unknown.
    """
    name = str(path)
    if format is not None and format not in FORMATS:
        raise DumpError(f"{name}: {unknown('format', format, FORMATS)}")
    if name == "-":
        source = Source("standard input", None, encoding=encoding)
        return Dump("standard input", format or detect(source, column), column, source)
    file = Path(path)
    try:
        found = file.exists()
    except (OSError, ValueError) as error:  # a name too long, or with NUL in it
        raise DumpError(f"{name}: {error}") from error
    if not found:
        raise DumpError(f"{name}: no such file")
    source = Source(name, file, encoding=encoding)
    if file.is_dir():
        return Dump(name, _of_folder(file), column, source)
    try:
        return Dump(name, format or detect(source, column), column, source)
    except OSError as error:
        raise DumpError(f"{name}: {error.strerror or error}") from error


def _of_folder(folder: Path) -> str:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        return "maildir"
    if (folder / "users.json").is_file() and any((folder / name).is_file() for name in ("channels.json", "groups.json", "dms.json")):
        return "slack folder"
    raise DumpError(f"{folder}: a folder, and neither a Maildir nor a Slack export; name the files in it")
