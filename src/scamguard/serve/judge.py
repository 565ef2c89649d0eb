"""Judge: the guard behind the routes. It loads in a thread, is warm before it says so, and answers within a budget."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from .brief import brief
from .logs import LOG
from .problem import Problem, unavailable
from .together import SHORT, Together, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from scamguard.guard import Guard
    from scamguard.sender import Sender
    from scamguard.verdict import Verdict

    from .counts import Counts
    from .settings import Settings

# One of each path that a request can take, so that no request is the first to take it: what a link is judged by takes a second to load.
_WARM: Final = (
    "see you at 7", "Kraken will never ask for your password", "客服：请把验证码发给我",
    "Kraken Support: send us your 12-word seed phrase now. " * 3, "verify at https://kraken.verify-desk.top now",
    "see you at krakenn-login.com/x, @kraken_desk, help@kraken-desk.org or +1 555 010 0199",
    "[kraken.com](http://kraken-1.io/a@b) asks for your 12-word seed phrase",
)  # fmt: skip


class Judge:
    """Judges brief messages on the event loop, and the others off it."""

    def __init__(self, load: Callable[[], Guard], settings: Settings, counts: Counts) -> None:
        self._load, self._settings, self._counts = load, settings, counts
        self._pool = ThreadPoolExecutor(settings.threads, "scamguard-score")
        self._lane = ThreadPoolExecutor(1, "scamguard-check")
        self._together = Together(self._settle, self._lane, settings.limits.waiting)
        self._waiting = 0
        self._guard: Guard | None = None
        self.failure: Exception | None = None

    @property
    def status(self) -> str:
        """Tell "ready", "loading" or "failed"."""
        return "failed" if self.failure else "loading" if self._guard is None else "ready"

    @property
    def guard(self) -> Guard:
        """The loaded guard.

        Raises
        ------
        Problem
            503: it is not there yet.
        """
        if self._guard is None:
            raise unavailable("loading", "the model is being loaded; /healthz says when it is ready", 5)
        return self._guard

    async def start(self) -> None:
        """Load and warm the guard; a failure is kept for whoever runs the service."""
        try:
            guard = await asyncio.get_running_loop().run_in_executor(self._lane, self._warmed)
            guard.check(_WARM[0])  # the loop's own thread is warm, too
            self._guard = guard
        except Exception as error:
            self.failure = error
            LOG.exception("the model cannot be loaded")
            raise
        self._counts.ready.set(1)
        LOG.info("ready")

    def stop(self) -> None:
        """Let what is being read end, and drop what waits."""
        self._lane.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _warmed(self) -> Guard:
        guard = self._load()
        for text in _WARM:
            for lang in ("en", "zh"):
                guard.check(text).advice(lang)
        guard.scan([*_WARM, None])
        guard.check("it's 482913", direction="outgoing", thread=["send me the code"])
        guard.scan(["it's 482913"], direction="outgoing")
        gc.collect()
        gc.freeze()  # what is loaded stays: a collection that walks through it all would stop every request for its time
        return guard

    async def check(self, text: str, direction: str = "inbound", thread: Sequence[str] = (), sender: Sender | None = None) -> Verdict:
        """Judge one message within the budget.

        Raises
        ------
        Problem
            503: not loaded, too busy, or out of time.
        """
        guard = self.guard
        verdict: Verdict
        if self._settings.batching and direction == "inbound" and sender is None and len(text) <= SHORT:
            verdict = guard.check(text) if brief(text) else await self._timely(self._together.put(text))
        else:
            verdict = await self.run(lambda: guard.check(text, sender=sender, direction=direction, thread=thread))
        self._counts.judged[verdict.action].inc()
        return verdict

    async def scan(self, texts: Sequence[str | None], direction: str = "inbound") -> pa.Table:
        """Judge many messages within the budget; see ``check``."""
        guard = self.guard
        table = await self.run(lambda: guard.scan(list(texts), direction=direction))
        for counted in table["action"].value_counts().to_pylist():
            self._counts.messages.labels(counted["values"]).inc(counted["counts"])
        return table

    async def run(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever ``work`` gives
        """Run ``work`` in a thread, within the budget; see ``check``."""
        if self._waiting >= self._settings.limits.waiting:
            raise unavailable("busy", "too many messages are waiting; try again in a second")
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        running.add_done_callback(self._ran)
        return await self._timely(running)

    def _ran(self, running: asyncio.Future[Any]) -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # whoever waited for it has gone, or has it

    async def _timely(self, verdict: asyncio.Future[Any]) -> Any:  # noqa: ANN401
        try:
            async with asyncio.timeout(self._settings.limits.budget):
                return await verdict
        except TimeoutError:
            detail = f"no verdict within {self._settings.limits.budget:g} seconds; send shorter or fewer messages, or try again"
            raise Problem(503, "out_of_time", detail, {"retry-after": "1"}) from None

    def _settle(self, texts: Sequence[str]) -> list[Verdict]:
        self._counts.together.observe(len(texts))
        return settle(self.guard, texts)
