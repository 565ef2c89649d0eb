"""A file for one scan alone, until its process ends, however it ends; Windows and some file systems know no such claims."""

from __future__ import annotations

import os
import stat
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

KNOWN: Final = find_spec("fcntl") is not None
_BYTES: Final = getattr(os, "O_BINARY", 0)


def claimed(path: Path) -> int:
    """Open a file that is there, or is made for its owner alone, to be read and written.

    Raises
    ------
    BlockingIOError
        Another scan has it.
    """
    while True:
        number = os.open(path, os.O_RDWR | os.O_CREAT | _BYTES, 0o600)
        if _is_held(path, number):
            return number


def created(path: Path, mode: int) -> int:
    """Make a file to be written, in the place of one that a scan left which was killed; a link there is not followed.

    Raises
    ------
    BlockingIOError
        Another scan has it.
    """
    while True:
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BYTES, mode)
        except FileExistsError:
            _clear(path)
            continue
        if _is_held(path, number):
            return number


def hold(number: int) -> None:
    """Claim an open file for as long as it is open.

    Raises
    ------
    BlockingIOError
        Another scan has it.
    """
    if not KNOWN:
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # not on this file system
        return


def _is_held(path: Path, number: int) -> bool:
    """Claim an open file; close it where, meanwhile, the scan that had it moved it away or removed it."""
    try:
        hold(number)
        if os.path.samestat(os.fstat(number), path.stat()):
            return True
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(number)
        raise
    os.close(number)
    return False


def _clear(path: Path) -> None:
    """Remove what stands at ``path``, unless another scan is writing it."""
    try:
        number = os.open(path, os.O_RDONLY | _BYTES) if KNOWN and stat.S_ISREG(path.lstat().st_mode) else None
    except OSError:  # gone, or of somebody else
        number = None
    try:
        if number is not None:
            hold(number)
        path.unlink(missing_ok=True)
    finally:
        if number is not None:
            os.close(number)
