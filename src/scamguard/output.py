"""Output files appear only when they are complete: rows go to a file beside the target, moved into place at the end.

Only a file can be replaced so: a link is followed to its file and stays, a device, FIFO or socket is refused. Standard output is
the exception: it is written as the rows come, for the next command in a pipe.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import pyarrow as pa

from . import sinks
from .errors import DumpError, unknown
from .sinks import COLUMNS, alone
from .visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import IO

__all__ = ["COLUMNS", "Output", "checked"]

STDOUT: Final = Path("-")
_LONGEST: Final = 235  # bytes of a name; file systems take 255, of which a part needs sixteen more, and DuckDB four for its log
_KEPT: Final = 200  # of one that is longer
_NO_FILES: Final = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def checked(path: Path, format_: str | None = None) -> str:
    """Name the format of an output, told early whether it can be written.

    Raises
    ------
    DumpError
        The format is unknown or needs a file, something other than a file is there, or there is no such folder.
    """
    if path != STDOUT:
        writable(path, "name a file, or --out - to write to standard output")
    if format_ is not None and format_ not in sinks.FORMATS:
        raise DumpError(f"--out-format: {unknown('format', format_, sinks.FORMATS)}")
    found = format_ or sinks.named(str(path))
    form = sinks.FORMATS[found]
    if path == STDOUT:
        if not form.streams:
            raise DumpError(f"--out -: {found} cannot be written to a pipe; name a file")
        if not form.text and sys.stdout.isatty():
            raise DumpError(f"--out -: {found} is not for a terminal; name a file or pipe it on")
    return found


def writable(path: Path, instead: str = "name a file") -> None:
    """See early that a file can be where it is to be.

    Parameters
    ----------
    path
        Where a file is to be, or is and will be replaced.
    instead
        What to do where there is a device or the like.

    Raises
    ------
    DumpError
        It is a folder, device, FIFO or socket, or there is no such folder.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except OSError as error:
        raise DumpError(f"{path}: cannot be written: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise DumpError(f"{path}: a folder; name the file to write")
    if not stat.S_ISREG(mode):
        raise DumpError(f"{path}: {_NO_FILES.get(stat.S_IFMT(mode), 'something else')}, not a file; {instead}")
    if not target(path).parent.is_dir():
        raise DumpError(f"{path}: cannot be written: No such file or directory")


def target(path: Path) -> Path:
    """Name the file that an output is moved to: where ``path`` is a link, what it leads to."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def part(path: Path) -> Path:
    """Name the file in which an output grows, in the folder of its target."""
    path = target(path)
    return path.with_name(f".{_short(path.name)}.scamguard.part")  # a name that is of nobody else


def _short(name: str) -> str:
    """Give a name that leaves room for more; of a long one the beginning, and what tells it from others.

    >>> _short("verdicts.jsonl"), len(_short("n" * 240)), _short("n" * 240) == _short("n" * 241)
    ('verdicts.jsonl', 217, False)
    """
    raw = os.fsencode(name)
    if len(raw) <= _LONGEST:
        return name
    return f"{raw[:_KEPT].decode('utf-8', 'ignore')}-{hashlib.sha256(raw).hexdigest()[:16]}"


def _permissions(path: Path) -> int | None:
    """Give the permissions of a file; None if there is none."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return None


class Growing:
    """A file that is moved into place when it is complete; a context manager.

    It grows beside its target, in the folder of that, and takes over the permissions of what it replaces. An exception, Ctrl-C among them,
    removes it instead, and what stood at ``path`` before is untouched.

    Parameters
    ----------
    path
        Where it is to be.
    how
        As ``open`` has it: encoding, errors, newline; without them, it is a file of bytes.

    Raises
    ------
    DumpError
        It cannot be written, or another scan is writing it.
    """

    def __init__(self, path: Path, **how: str) -> None:
        self._path, self._target, self._part = path, target(path), part(path)
        self._in_place = False
        self._mode = _permissions(self._target)
        with _telling(path):
            try:
                number = alone.created(self._part, 0o666 if self._mode is None else 0o600)  # without one before: as any new file
            except BlockingIOError as held:
                raise DumpError(f"{path}: another scan is writing to it; wait for it, or name another file") from held
            self.file: IO[Any] = os.fdopen(number, "w" if how else "wb", **how)  # type: ignore[call-overload]

    def write(self, data: str | bytes) -> None:
        """Write on.

        Raises
        ------
        DumpError
            The disk is full, or the like.
        """
        with _telling(self._path):
            self.file.write(data)

    def leave(self) -> None:
        """Let go of it; remove what is not in place."""
        if not alone.KNOWN:
            self._close()  # Windows removes no file that is open; elsewhere the next scan may take it once it is closed
        if not self._in_place:
            self._part.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk what is buffered cannot be written even now
            self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                with _telling(self._path):
                    self.file.flush() if alone.KNOWN else self.file.close()
                    if self._mode is not None:
                        self._part.chmod(self._mode)
                    self._part.replace(self._target)
                    self._in_place = True
        finally:
            self.leave()


class Output:
    """A table being written; a context manager.

    Leaving the context moves the finished file into place, see ``Growing``.

    Parameters
    ----------
    path
        Where to write; ``-`` is standard output.
    format
        One of ``sinks.FORMATS``; by default what the suffix says.
    reasons
        What each rule means, for formats that tell it.

    Raises
    ------
    DumpError
        The format cannot be told, or the file cannot be written.
    """

    def __init__(self, path: Path, format: str | None = None, reasons: Mapping[str, str] | None = None) -> None:  # noqa: A002
        self._path, self._format = path, checked(path, format)
        with contextlib.ExitStack() as stack:
            self._file: IO[bytes] = _standard_output() if path == STDOUT else stack.enter_context(Growing(path)).file
            with _telling(path):
                self._sink = sinks.opened(self._format, self._file, part(path), reasons or {})
            stack.push(self._finish)
            self._open = stack.pop_all()

    def add(self, table: pa.Table) -> None:
        """Write rows of ``COLUMNS``.

        Raises
        ------
        DumpError
            The disk is full, or the like.
        """
        with _telling(self._path):
            self._sink.add(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)

    def _finish(self, kind: type[BaseException] | None, *_: object) -> None:
        """Have the sink write what it holds back."""
        if kind is None:
            with _telling(self._path):
                self._sink.close()
                self._file.flush()
        else:
            with contextlib.suppress(OSError, pa.ArrowException):  # the error under way says more
                self._sink.close()


class Lines:
    """A file of lines, one a record that could not be read; a context manager, and in place at the end like any output."""

    def __init__(self, path: Path) -> None:
        writable(path)
        self._file = Growing(path, encoding="utf-8", errors="backslashreplace", newline="\n")

    def add(self, line: str) -> None:
        """Write a line; characters that act are shown by name.

        Raises
        ------
        DumpError
            The disk is full, or the like.
        """
        self._file.write(visible(line) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.__exit__(kind, error, trace)


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Say of an error of the system which file it is about; a reader that left is none."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as failed:
        raise DumpError(f"{path}: cannot be written: {failed.strerror or failed}") from failed


def _standard_output() -> IO[bytes]:
    """Open standard output for bytes; on a terminal, characters that act are shown by name."""
    return cast("IO[bytes]", _Shown()) if sys.stdout.isatty() else sys.stdout.buffer


class _Shown(io.RawIOBase):
    """A terminal: what a message holds must not drive it."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        sys.stdout.write(visible(bytes(data).decode("utf-8", "replace"), keep="\n"))
        return len(data)

    def flush(self) -> None:
        sys.stdout.flush()
