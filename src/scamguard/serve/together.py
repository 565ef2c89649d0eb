"""Together: messages that arrive while others are being read make the next batch; none is held back to wait for company.

Reading 64 chat messages in one go costs about as much as three one by one. Most are ordinary: allowed, and without a rule worth showing.
The others are read again, closer, so that a verdict is the same as ``Guard.check`` gives.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from scamguard import columns
from scamguard.language import language
from scamguard.verdict import Action, Verdict

from .problem import unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from scamguard.guard import Guard

    Batch = list[tuple[str, asyncio.Future[Verdict]]]

MOST: Final = 64  # messages read in one go
SHORT: Final = 2000  # code points; a longer message is read alone, so that nobody waits for it
_MARGIN: Final = 1e-4  # of risk: near a threshold look closer, and leave the rounding to one place


def settle(guard: Guard, texts: Sequence[str]) -> list[Verdict]:
    """Judge incoming messages together: the verdicts that ``guard.check`` gives one by one."""
    if len(texts) == 1:
        return [guard.check(texts[0])]
    reading = guard.model.read(columns.pack(texts))
    risks = guard.model.risk(reading.logit).tolist()
    calm = min(guard.model.card["thresholds"]["asks"], guard.policy.warn) - _MARGIN
    speaks = (guard.model.weights.rules[reading.fired.rule] < 0).tolist()  # for an allowed message
    starts = reading.fired.starts.tolist()
    quiet = [risk < calm and not any(speaks[a:b]) for risk, a, b in zip(risks, starts[:-1], starts[1:], strict=True)]
    return [
        Verdict(risk, Action.ALLOW, "", (), (), language=language(text)) if passes else guard.check(text)
        for text, risk, passes in zip(texts, risks, quiet, strict=True)
    ]


class Together:
    """A queue in front of ``read``, which runs in ``pool``, one batch at a time."""

    def __init__(self, read: Callable[[Sequence[str]], list[Verdict]], pool: Executor, waiting: int, most: int = MOST) -> None:
        self._read, self._pool, self._limit, self._most = read, pool, waiting, most
        self._waiting: deque[tuple[str, asyncio.Future[Verdict]]] = deque()
        self._busy = False

    def put(self, text: str) -> asyncio.Future[Verdict]:
        """Queue a message.

        Raises
        ------
        Problem
            503: too many are waiting already.
        """
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
        if batch:
            reading = asyncio.get_running_loop().run_in_executor(self._pool, self._read, [text for text, _ in batch])
            reading.add_done_callback(lambda done: self._done(batch, done))

    def _done(self, batch: Batch, reading: asyncio.Future[list[Verdict]]) -> None:
        error = None if reading.cancelled() else reading.exception()
        for at, (_, future) in enumerate(batch):
            if future.done():
                continue
            if reading.cancelled():
                future.cancel()
            elif error is not None:
                future.set_exception(error)
            else:
                future.set_result(reading.result()[at])
        self._next()
