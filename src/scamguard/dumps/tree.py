"""Archives and folders: members by name, read where they lie. Nothing is ever unpacked to disk, so a name cannot lead
anywhere; what it says is only shown. An archive within an archive is held in memory, up to a bound.

A zip bomb costs time, not memory, and this bounds the time: members may not share bytes (overlapping ones are how a small
file unpacks to petabytes) and no large one may unpack to hundreds of times its size.
"""

from __future__ import annotations

import functools
import os
import re
import stat
import zipfile
from collections import Counter
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from scamguard.errors import DumpError

from .source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_MEMBERS = 1_000_000
_LARGE: Final = 1 << 28  # bytes
_MOST_TIMES = 200  # its packed size
_SUFFIX: Final = re.compile(r"(?:\.\w+)?(?:\.(?:gz|zst))?$")
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
        self.members = _named(sorted(found, key=lambda member: member.name))

    def sources(self, names: list[str]) -> Iterator[tuple[str, Source]]:
        """Give each of these members as a source of its own, which notes what is broken in the common notes."""
        total = sum(self.members[name].size for name in names) or 1
        done = 0
        for name in names:
            size = self.members[name].size
            one = self.one(name)
            if self._opens(name, one):
                one.within = functools.partial(self._reads, done, size, total)
                yield name, one
            done += size
            self.source.share = done / total

    def _opens(self, name: str, one: Source) -> bool:
        """Say whether a member can be opened; else that is noted, and costs no other."""
        try:
            self.members[name].open().close()
        except DumpError as error:
            one.notes.skip(one.name, str(error).removeprefix(f"{one.name}: "))
            return False
        return True

    def _reads(self, done: int, size: int, total: int, share: float) -> None:
        self.source.share = (done + share * size) / total

    def one(self, name: str) -> Source:
        """Give one member as a source."""
        around, member = self.source, self.members[name]
        return Source(
            _within(around.name, self._between, name), None, around.notes, encoding=around.encoding, member=member.open, size=member.size,
            packed=member.packed, depth=around.depth + 1,
        )  # fmt: skip


def _named(members: list[Member]) -> dict[str, Member]:
    """Index members by their names; of several in an archive that are called alike, each later one by a number too."""
    found: dict[str, Member] = {}
    times: Counter[str] = Counter()
    for member in members:
        name = member.name
        while name in found:
            times[member.name] += 1
            name = _SUFFIX.sub(rf" ({times[member.name] + 1})\g<0>", member.name, count=1)
        found[name] = member
    return found


def _within(around: str, between: str, name: str) -> str:
    """Name a member; a folder may be given with a / at its end."""
    return f"{around.removesuffix('/') if between == '/' else around}{between}{name}"


def is_hidden(name: str) -> bool:
    """Say whether a member is what a Mac or a program adds, and no export."""
    parts = PurePath(name).parts
    return "__MACOSX" in parts or "".join(parts[-1:]).startswith(".")


def _archive(source: Source, file: IO[bytes]) -> Iterator[Member]:
    name = source.name
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DumpError(f"{name}: not a zip archive that can be read: {error}") from error
    members = [info for info in archive.infolist() if not info.filename.endswith("/")]  # one may be called "", on which is_dir fails
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
        yield Member(info.filename, info.file_size, packed, functools.partial(_opened, name, archive, info))


def _opened(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:  # noqa: ANN401 - it has peek and read1
    if info.flag_bits & _ENCRYPTED:
        raise DumpError(f"{name}:{info.filename}: encrypted; unpack it with its password first")
    try:
        return archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DumpError(f"{name}:{info.filename}: cannot be unpacked: {error}") from error


def _open(name: str, file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise DumpError(f"{name}: {error.strerror or error}") from error


def _folder(source: Source) -> Iterator[Member]:
    """Find the files; a folder within that may not be looked into is noted."""
    path = source.path
    if path is None:
        raise DumpError(f"{source.name}: no folder; give its path")

    def closed(error: OSError) -> None:
        name = Path(error.filename).relative_to(path).as_posix()
        source.notes.skip(_within(source.name, "/", name), f"{error.strerror}; nothing in it is read")

    for folder, folders, files in os.walk(path, onerror=closed):
        for file in (Path(folder, name) for name in [*folders, *files]):
            name = file.relative_to(path).as_posix()
            whole = _within(source.name, "/", name)
            try:
                if (found := _file(file, name, whole)) is not None:
                    yield found
            except DumpError as error:
                if not is_hidden(name):
                    source.notes.skip(whole, str(error))


def _file(file: Path, name: str, whole: str) -> Member | None:
    """Give a file; None for what is none.

    Raises
    ------
    DumpError
        It is not followed, or may not be looked at.
    """
    try:
        state = file.lstat()
    except OSError as error:
        raise DumpError(error.strerror) from error
    if stat.S_ISLNK(state.st_mode):
        raise DumpError("a symbolic link, which is not followed; name the file it leads to")
    if not stat.S_ISREG(state.st_mode):
        return None
    return Member(name, state.st_size, state.st_size, functools.partial(_open, whole, file))
