"""Archives and folders: members by name, read where they lie. Nothing is ever unpacked to disk, so a name cannot lead
anywhere; what it says is only shown.

A zip bomb costs time, not memory, and this bounds the time: members may not share bytes (overlapping ones are how a small
file unpacks to petabytes) and no large one may unpack to hundreds of times its size.
"""

from __future__ import annotations

import functools
import zipfile
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from scamguard.errors import DumpError

from .source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MOST_MEMBERS = 1_000_000
_LARGE: Final = 1 << 28  # bytes
_MOST_TIMES = 200  # its packed size
_ENCRYPTED = 1  # bit 0 of a member's flags (APPNOTE 4.4.4)


class Member(NamedTuple):
    """One file in an archive or folder."""

    name: str  # with / between folders
    size: int  # bytes, unpacked
    open: Callable[[], IO[bytes]]


class Tree:
    """The files of a zip archive or a folder, in the order of their names."""

    def __init__(self, source: Source) -> None:
        """Find the members.

        Raises
        ------
        DumpError
            The archive cannot be read, or is a bomb.
        """
        self.source = source
        if source.path is None:
            raise DumpError(f"{source.name}: a zip archive cannot be read from a stream: its index is at the end; give the file's path")
        self.members = dict(sorted(_folder(source.path) if source.path.is_dir() else _archive(source.name, source.path)))

    def sources(self, names: list[str]) -> Iterator[tuple[str, Source]]:
        """Give each of these members as a source of its own, which notes what is broken in the common notes."""
        total = sum(self.members[name].size for name in names) or 1
        done = 0
        for name in names:
            member = self.members[name]
            yield name, self.one(name)
            done += member.size
            self.source.share = done / total

    def one(self, name: str) -> Source:
        """Give one member as a source."""
        return Source(f"{self.source.name}:{name}", None, self.source.notes, encoding=self.source.encoding, member=self.members[name].open)


def _archive(name: str, path: Path) -> Iterator[tuple[str, Member]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DumpError(f"{name}: not a zip archive that can be read: {error}") from error
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > _MOST_MEMBERS:
        raise DumpError(f"{name}: more than {_MOST_MEMBERS:,} files in one archive; unpack it and name those to read")
    if sum(info.compress_size for info in members) > path.stat().st_size:
        raise DumpError(f"{name}: its members overlap, as in a zip bomb; nothing is read")
    for info in members:
        if info.file_size > max(_LARGE, _MOST_TIMES * info.compress_size):
            raise DumpError(f"{name}: {info.filename!r} would unpack to {info.file_size:,} bytes, as in a zip bomb; nothing is read")
        yield info.filename, Member(info.filename, info.file_size, functools.partial(_opened, name, archive, info))


def _opened(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:  # noqa: ANN401 - it has peek and read1
    if info.flag_bits & _ENCRYPTED:
        raise DumpError(f"{name}:{info.filename}: encrypted; unpack it with its password first")
    try:
        return archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DumpError(f"{name}:{info.filename}: cannot be unpacked: {error}") from error


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _folder(path: Path) -> Iterator[tuple[str, Member]]:
    for file in path.rglob("*"):
        if file.is_file() and not file.is_symlink():
            yield file.relative_to(path).as_posix(), Member(str(file), file.stat().st_size, functools.partial(_open, file))
