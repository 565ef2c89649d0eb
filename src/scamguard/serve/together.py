"""Together: messages that arrive while others are being read make the next batch; none is held back to wait for company.

These are the messages that are not brief. One thread reads them: two would only fight for the interpreter. What a batch saves is
the way there and back, a wait for the interpreter each; it is small, because the first of it is answered when the last has been read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from .problem import stopping, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from scamguard.guard import Guard
    from scamguard.verdict import Verdict

    Batch = list[tuple[str, asyncio.Future[Verdict]]]

MOST: Final = 8  # messages read in one go
SHORT: Final = 2000  # code points; a longer message is read alone, so that nobody waits for it


def settle(guard: Guard, texts: Sequence[str]) -> list[Verdict]:
    """Judge incoming messages together: the verdicts that ``guard.check`` gives one by one."""
    return [guard.check(text) for text in texts]


class Together:
    """A queue in front of ``read``, which runs in ``pool``, one batch at a time."""

    def __init__(self, read: Callable[[Sequence[str]], list[Verdict]], pool: Executor, waiting: int, most: int = MOST) -> None:
        self._read, self._pool, self._limit, self._most = read, pool, waiting, most
        self._waiting: deque[tuple[str, asyncio.Future[Verdict]]] = deque()
        self._busy = False

    def put(self, text: str) -> asyncio.Future[Verdict]:
        """Queue a message; one that the service ends before ends with a 503.

        Raises
        ------
        Problem
            503: too many are waiting already.
        """
        if len(self._waiting) >= self._limit:
            self._waiting = deque(entry for entry in self._waiting if not entry[1].done())  # nobody waits for one whose time is up
        if len(self._waiting) >= self._limit:
            raise unavailable("busy", "too many messages are waiting; try again in a second")
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if not self._busy:
            self._next()
        return future

    def _next(self) -> None:
        batch: Batch = []
        while self._waiting and len(batch) < self._most:
            text, future = self._waiting.popleft()
            if not future.done():  # its time was not up while it waited
                batch.append((text, future))
        self._busy = bool(batch)
        if not batch:
            return
        try:
            reading = asyncio.get_running_loop().run_in_executor(self._pool, self._read, [text for text, _ in batch])
        except RuntimeError:  # the pool was shut down, and reads nothing more
            self._stop(batch)
        else:
            reading.add_done_callback(lambda done: self._done(batch, done))

    def _stop(self, batch: Batch) -> None:
        """Tell all who wait that the service ends."""
        for _, future in (*batch, *self._waiting):
            if not future.done():
                future.set_exception(stopping())
        self._waiting.clear()
        self._busy = False

    def _done(self, batch: Batch, reading: asyncio.Future[list[Verdict]]) -> None:
        if reading.cancelled():  # the pool was shut down before it came to it
            self._stop(batch)
            return
        error = reading.exception()
        for at, (_, future) in enumerate(batch):
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(reading.result()[at])
        self._next()
