"""Standard input or a pipe with a name, whose beginning is kept: it is looked at, as often as need be, and then read from its
first byte on.

A pipe may give a few bytes and the rest much later, so the beginning is filled before anything is told from it.
"""

from __future__ import annotations

import io
import sys
from typing import IO, TYPE_CHECKING, Any

from scamguard.errors import DumpError

if TYPE_CHECKING:
    from pathlib import Path


class Beginning:
    """A pipe before it is read."""

    def __init__(self, size: int, pipe: Path | None = None) -> None:
        """Wait for the first ``size`` bytes, or the end; without ``pipe``, of standard input."""
        self._rest: Any = _standard_input() if pipe is None else io.FileIO(pipe)
        self.bytes = b""
        while len(self.bytes) < size and (more := self._rest.read(size - len(self.bytes))):
            self.bytes += more
        self._unread = self.bytes
        self._owned = pipe is not None
        if self._owned and len(self.bytes) < size:
            self._taken().close()

    def look(self) -> IO[bytes]:
        """Give the beginning alone."""
        return io.BufferedReader(io.BytesIO(self.bytes))

    def open(self) -> IO[bytes]:
        """Give all of it that was not given before; closing that closes the pipe, and nothing of the process."""
        unread, self._unread = self._unread, b""
        return io.BufferedReader(_Joined(unread, self._taken(), owned=self._owned))

    def _taken(self) -> Any:  # noqa: ANN401 - whatever a pipe is
        """Give the rest; that of a pipe once, for whoever closes it."""
        rest = self._rest
        self._rest = io.BytesIO() if self._owned else rest
        return rest


def _standard_input() -> Any:  # noqa: ANN401 - whatever it is
    """Open it with a buffer of our own: at its end Python waits for that of sys.stdin, which a thread may be reading."""
    if sys.stdin is None:
        raise DumpError("standard input: it is closed")
    stdin = sys.stdin.buffer
    file = getattr(stdin, "raw", None)
    return io.FileIO(file.fileno(), closefd=False) if isinstance(file, io.FileIO) else stdin


class _Joined(io.RawIOBase):
    """The beginning, then the rest."""

    def __init__(self, first: bytes, rest: Any, *, owned: bool) -> None:  # noqa: ANN401 - whatever standard input is
        self._first, self._rest, self._owned = first, rest, owned

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as the base class has it
        size = len(buffer)
        data, self._first = self._first[:size], self._first[size:]
        data = data or self._rest.read(size) or b""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close what is our own."""
        if self._owned:
            self._rest.close()
        super().close()
