"""Standard input, whose beginning is kept: it is looked at, as often as need be, and then read from its first byte on.

A pipe may give a few bytes and the rest much later, so the beginning is filled before anything is told from it.
"""

from __future__ import annotations

import io
import sys
from typing import IO, Any


class Beginning:
    """Standard input before it is read."""

    def __init__(self, size: int) -> None:
        """Wait for the first ``size`` bytes, or the end."""
        stdin = sys.stdin.buffer
        # a buffer of our own: at its end Python waits for that of sys.stdin, which a thread may be reading
        file = getattr(stdin, "raw", None)
        self._rest: Any = io.FileIO(file.fileno(), closefd=False) if isinstance(file, io.FileIO) else stdin
        self.bytes = b""
        while len(self.bytes) < size and (more := self._rest.read(size - len(self.bytes))):
            self.bytes += more
        self._unread = self.bytes

    def look(self) -> IO[bytes]:
        """Give the beginning alone."""
        return io.BufferedReader(io.BytesIO(self.bytes))

    def open(self) -> IO[bytes]:
        """Give all of it that was not given before; closing that closes nothing of the process."""
        unread, self._unread = self._unread, b""
        return io.BufferedReader(_Joined(unread, self._rest))


class _Joined(io.RawIOBase):
    """The beginning, then the rest."""

    def __init__(self, first: bytes, rest: Any) -> None:  # noqa: ANN401 - whatever standard input is
        self._first, self._rest = first, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as the base class has it
        size = len(buffer)
        data, self._first = self._first[:size], self._first[size:]
        data = data or self._rest.read(size) or b""
        buffer[: len(data)] = data
        return len(data)
