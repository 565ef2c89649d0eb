"""Archives and folders: members by name, read where they lie. Nothing is ever unpacked to disk, so a name cannot lead
anywhere; what it says is only shown. An archive within an archive is held in memory, up to a bound.

A zip bomb costs time, not memory, and this bounds the time: members may not share bytes (overlapping ones are how a small
file unpacks to petabytes) and no large one may unpack to hundreds of times its size.
"""

from __future__ import annotations

import functools
import zipfile
from pathlib import PurePath
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
    packed: int  # bytes that it takes on disk
    open: Callable[[], IO[bytes]]


class Tree:
    """The files of a zip archive or a folder, in the order of their names."""

    def __init__(self, source: Source, archive: IO[bytes] | None = None, between: str = ":") -> None:
        """Find the members.

        Parameters
        ----------
        source
            The folder or archive.
        archive
            The archive's bytes, open for as long as members are read.
        between
            What stands between the names of the source and of a member.

        Raises
        ------
        DumpError
            The archive cannot be read, or is a bomb.
        """
        self.source, self._between = source, between
        found = _folder(source) if archive is None else _archive(source, archive)
        self.members = dict(sorted(found))

    def sources(self, names: list[str]) -> Iterator[tuple[str, Source]]:
        """Give each of these members as a source of its own, which notes what is broken in the common notes."""
        total = sum(self.members[name].size for name in names) or 1
        done = 0
        for name in names:
            size = self.members[name].size
            one = self.one(name)
            one.within = functools.partial(self._reads, done, size, total)
            yield name, one
            done += size
            self.source.share = done / total

    def _reads(self, done: int, size: int, total: int, share: float) -> None:
        self.source.share = (done + share * size) / total

    def one(self, name: str) -> Source:
        """Give one member as a source."""
        around, member = self.source, self.members[name]
        return Source(
            _within(around.name, self._between, name), None, around.notes, encoding=around.encoding, member=member.open, size=member.size,
            packed=member.packed, depth=around.depth + 1,
        )  # fmt: skip


def _within(around: str, between: str, name: str) -> str:
    """Name a member; a folder may be given with a / at its end."""
    return f"{around.removesuffix('/') if between == '/' else around}{between}{name}"


def is_hidden(name: str) -> bool:
    """Say whether a member is what a Mac or a program adds, and no export."""
    parts = PurePath(name).parts
    return "__MACOSX" in parts or "".join(parts[-1:]).startswith(".")


def _archive(source: Source, file: IO[bytes]) -> Iterator[tuple[str, Member]]:
    name = source.name
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DumpError(f"{name}: not a zip archive that can be read: {error}") from error
    members = [info for info in archive.infolist() if not info.is_dir()]
    size = file.seek(0, 2)
    if len(members) > _MOST_MEMBERS:
        raise DumpError(f"{name}: more than {_MOST_MEMBERS:,} files in one archive; unpack it and name those to read")
    if sum(info.compress_size for info in members) > size:
        raise DumpError(f"{name}: its members overlap, as in a zip bomb; nothing is read")
    if source.packed and sum(info.file_size for info in members) > max(_LARGE, _MOST_TIMES * source.packed):
        raise DumpError(f"{name}: {source.packed:,} bytes that would unpack to more than {_MOST_TIMES} times as many, as in a zip bomb")
    for info in members:
        if info.file_size > max(_LARGE, _MOST_TIMES * info.compress_size):
            raise DumpError(f"{name}: {info.filename!r} would unpack to {info.file_size:,} bytes, as in a zip bomb; nothing is read")
        packed = min(info.compress_size, source.packed or info.compress_size)
        yield info.filename, Member(info.filename, info.file_size, packed, functools.partial(_opened, name, archive, info))


def _opened(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:  # noqa: ANN401 - it has peek and read1
    if info.flag_bits & _ENCRYPTED:
        raise DumpError(f"{name}:{info.filename}: encrypted; unpack it with its password first")
    try:
        return archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DumpError(f"{name}:{info.filename}: cannot be unpacked: {error}") from error


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _folder(source: Source) -> Iterator[tuple[str, Member]]:
    path = source.path
    if path is None:
        raise DumpError(f"{source.name}: no folder; give its path")
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        if file.is_symlink():
            if not is_hidden(name):
                source.notes.skip(_within(source.name, "/", name), "a symbolic link, which is not followed; name the file it leads to")
        elif file.is_file():
            size = file.stat().st_size
            yield name, Member(str(file), size, size, functools.partial(_open, file))
