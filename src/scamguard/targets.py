"""Targets: what a scan writes must be none of what it reads, by whatever name or link, and no two of them the same.

An output is moved into place when it is complete, so one that is also an input would take the dump's place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
        A file would be written over.
    """
    taken: dict[Path, str] = {}
    for what, path in targets:
        if (real := _real(path)) in taken:
            raise DumpError(f"{what} {path}: it is {taken[real]} too, and would be written twice; name another file")
        taken[real] = what
        if (read := next((dump.name for dump in dumps if _is_of(path, dump)), None)) is not None:
            raise DumpError(f"{what} {path}: it is read as {read}, and would be written over; name another file")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_of(path: Path, dump: Dump) -> bool:
    """Say whether a file that is there is a dump, or one of the files of a folder."""
    if not path.exists():
        return False
    place = dump.source.path
    if place is None:
        return _is_standard_input(path)
    return path.samefile(place) or (place.is_dir() and _real(place) in _real(path).parents)


def _is_standard_input(path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(sys.stdin.fileno()))
    except (OSError, ValueError):  # it is no file
        return False
