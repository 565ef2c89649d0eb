"""Moderator: judges messages by an operator's rules, within a time budget. The same for every platform.

A thread cannot be stopped, so a message that takes too long is answered for by the rules and goes on in the background. Few workers
wait in one line: under more load than they can carry, messages run out of their budget while waiting and are taken off the line.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from scamguard import guard as guards

from .policy import Decision, Rules, Why, is_exempt

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Future
    from pathlib import Path

    from scamguard.guard import Guard
    from scamguard.sender import Sender

log: Final = logging.getLogger("scamguard.chat")
_WARM: Final = "Support: send us your seed phrase"


class Moderator:
    """A guard and the rules of one operator. Threads and event loops may share it.

    The first message of a process compiles or loads the kernels; that is done here, so that no chat waits for it.
    """

    def __init__(self, guard: Guard, rules: Rules | None = None, *, workers: int = 2) -> None:
        self.guard = guard
        self.rules = rules or Rules()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="scamguard")
        guard.check(_WARM).advice()

    @classmethod
    def load(cls, rules: Rules | None = None, *, model: str | Path | None = None) -> Moderator:
        """Load the bundled model, or the one in the folder ``model``.

        Raises
        ------
        ModelError
            The folder is missing, damaged, or of another format.
        """
        return cls(guards.load(model), rules)

    def decide(self, text: str, who: Collection[object] = (), sender: Sender | None = None) -> Decision:
        """Decide about a message; waits for the answer, for as long as the budget allows. Never raises.

        Parameters
        ----------
        text
            What readers see.
        who
            The identities of its sender, as the platform writes them: account id, role ids.
        sender
            How its sender looks to readers; an identity that can be forged, so it exempts nobody.
        """
        if (early := self._early(text, who)) is not None:
            return early
        future = self._pool.submit(self.guard.check, text, sender=sender)
        try:
            return self.rules.decision(future.result(self.rules.budget))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the operator has chosen what happens then
            return self._failed(future, error)

    async def adecide(self, text: str, who: Collection[object] = (), sender: Sender | None = None) -> Decision:
        """Decide without holding up the event loop of asyncio; see ``decide``."""
        if (early := self._early(text, who)) is not None:
            return early
        future = self._pool.submit(self.guard.check, text, sender=sender)
        try:
            return self.rules.decision(await asyncio.wait_for(asyncio.wrap_future(future), self.rules.budget))
        except Exception as error:  # noqa: BLE001 - see above
            return self._failed(future, error)

    def close(self) -> None:
        """Let the workers end; what is still in line is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _early(self, text: str, who: Collection[object]) -> Decision | None:
        if is_exempt(self.rules, who):
            return self.rules.passes(Why.EXEMPT)
        return None if text.strip() else self.rules.passes(Why.EMPTY)

    def _failed(self, future: Future[Any], error: Exception) -> Decision:
        """Log a failure by its kind alone: an exception may hold the message."""
        future.cancel()
        late = isinstance(error, TimeoutError)
        what = f"budget of {self.rules.budget:g} s" if late else f"error of type {type(error).__name__}"
        log.warning("message not judged: %s; fail-%s", what, "open" if self.rules.fail_open else "closed")
        return self.rules.unjudged(Why.TIMEOUT if late else Why.ERROR)
