"""Targets: what a scan writes must be none of what it reads, by whatever name or link, and no two of them the same.

An output is moved into place when it is complete, so one that is also an input would take the dump's place. In a folder that
is read no file may be written either: it would be read as one more dump, as would the unfinished output and the checkpoint beside it.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .dumps import Dump


def check(targets: Iterable[tuple[str, Path]], dumps: Sequence[Dump]) -> None:
    """Refuse a target that is a dump, lies in the folder that is one, or is another target.

    Parameters
    ----------
    targets
        The files that will be written, each with what names it.
    dumps
        What is read.

    Raises
    ------
    DumpError
        A file would be written over, or read while it is written.
    """
    taken: dict[Path, str] = {}
    for what, path in targets:
        if (real := _real(path)) in taken:
            raise DumpError(f"{what} {path}: it is {taken[real]} too, and would be written twice; name another file")
        taken[real] = what
        for dump in dumps:
            if _is_of(path, dump):
                raise DumpError(f"{what} {path}: it is read as {dump.name}, and would be written over; name another file")
            if _lies_in(path, dump):
                raise DumpError(f"{what} {path}: it lies in {dump.name}, which is read; write it elsewhere")


def check_stream(dumps: Sequence[Dump]) -> None:
    """Refuse to write to standard output where a shell led it into a file that is read.

    Raises
    ------
    DumpError
        What is written would be read.
    """
    out = _opened(sys.stdout)
    if out is None or not stat.S_ISREG(out.st_mode):
        return
    for dump in dumps:
        place = dump.source.path
        files = place.rglob("*") if place is not None and place.is_dir() else [place] if place is not None else []
        if any(_is_behind(file, out) for file in files):
            raise DumpError(f"--out -: standard output leads to a file of {dump.name}, which is read; write it elsewhere")


def _is_behind(file: Path, out: os.stat_result) -> bool:
    """Say whether a stream leads to a file; one that may not be looked at is not read."""
    try:
        return os.path.samestat(file.stat(), out)
    except OSError:
        return False


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_of(path: Path, dump: Dump) -> bool:
    """Say whether a file that is there is a dump."""
    if not path.exists():
        return False
    place = dump.source.path
    if place is None:
        found = _opened(sys.stdin)
        return found is not None and os.path.samestat(path.stat(), found)
    return path.samefile(place)


def _lies_in(path: Path, dump: Dump) -> bool:
    """Say whether a file is, or will be, in the folder that is a dump, or is named by a link there, beside which its checkpoint stands."""
    folder = dump.source.path
    if folder is None or not folder.is_dir():
        return False
    return any(parent.samefile(folder) for place in (_real(path), _real(path.parent) / path.name) for parent in place.parents)


def _opened(stream: IO[str] | None) -> os.stat_result | None:
    """Look at the file behind a stream; None if there is none."""
    try:
        return os.fstat(stream.fileno()) if stream is not None else None
    except (OSError, ValueError):
        return None
