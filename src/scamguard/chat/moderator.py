"""Moderator: judges messages by an operator's rules, within a time budget. The same for every platform.

A thread cannot be stopped, so a message that takes too long is answered for by the rules and goes on in the background. Few workers
wait in one line: under more load than they can carry, messages run out of their budget while waiting and are taken off the line,
and a message that finds the line full is answered for at once.

Of a long message the beginning and the end are read, so that nobody holds a worker up, or runs out a budget, by filler.
No chat sends messages that long; a mail may be. What stands between them is not judged, and the decision says so.
What is shown in several ways may be as long in each of two; where it is longer the short views stay whole, so that none hides another.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from scamguard import guard as guards
from scamguard.errors import ChatError

from .policy import Decision, Rules, Why, is_exempt

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from scamguard.guard import Guard
    from scamguard.sender import Sender
    from scamguard.verdict import Verdict

log: Final = logging.getLogger("scamguard.chat")
MOST: Final = 100_000  # code points that are read of one view: half of them at its beginning, half at its end
ALL: Final = 2 * MOST  # of all views of a message
TRIES: Final = 3  # of a deletion for which a platform asks to wait
LONGEST: Final = 30.0  # seconds that are waited before one of them, whatever is asked
_WARM: Final = "Support: send us your seed phrase"


class Moderator:
    """A guard and the rules of one operator. Threads and event loops may share it.

    The first message of a process compiles or loads the kernels; that is done here, so that no chat waits for it.

    Raises
    ------
    ChatError
        ``rules`` are no ``Rules``.
    """

    def __init__(self, guard: Guard, rules: Rules | None = None, *, workers: int = 2, waiting: int = 256) -> None:
        if not isinstance(rules, Rules | None):
            raise ChatError(f"rules is {type(rules).__name__}; give Rules(…), or Rules.of(…) of what a configuration file holds")
        self.guard = guard
        self.rules = rules or Rules()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="scamguard")
        self._places = threading.BoundedSemaphore(workers + waiting)
        guard.check(_WARM).advice()

    @classmethod
    def load(cls, rules: Rules | None = None, *, model: str | Path | None = None, pack: str | Path | None = None) -> Moderator:
        """Load the bundled model, or the one in the folder ``model``.

        Parameters
        ----------
        pack
            A rule pack: the folder that ``scamguard.load`` is given as ``rules``.

        Raises
        ------
        ChatError
            ``rules`` are no ``Rules``.
        ModelError
            The folder is missing, damaged, or of another format.
        LexiconError
            The rule pack breaks its contract.
        """
        return cls(guards.load(model, rules=pack), rules)

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
        return self.worst([text], who, sender)

    def worst(self, views: Sequence[str], who: Collection[object] = (), sender: Sender | None = None) -> Decision:
        """Decide about a message that programs show in different ways, by the worst of them; see ``decide``.

        They are judged one by one: a warning that one program shows must not excuse what another one does.
        """
        future: Future[Verdict] | None = None
        try:
            if (early := self._early(views, who)) is not None:
                return early
            future = self._begun(views, sender)
            return self._decided(future.result(self.rules.budget), views)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the operator has chosen what happens then
            return self._failed(future, error)

    async def adecide(self, text: str, who: Collection[object] = (), sender: Sender | None = None) -> Decision:
        """Decide without holding up the event loop of asyncio; see ``decide``."""
        return await self.aworst([text], who, sender)

    async def aworst(self, views: Sequence[str], who: Collection[object] = (), sender: Sender | None = None) -> Decision:
        """Decide by the worst view without holding up the event loop; see ``worst``."""
        future: Future[Verdict] | None = None
        try:
            if (early := self._early(views, who)) is not None:
                return early
            future = self._begun(views, sender)
            return self._decided(await asyncio.wait_for(asyncio.wrap_future(future), self.rules.budget), views)
        except Exception as error:  # noqa: BLE001 - see above
            return self._failed(future, error)

    def close(self) -> None:
        """Let the workers end; what is still in line is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begun(self, views: Sequence[str], sender: Sender | None = None) -> Future[Verdict]:
        """Put a message in line, if there is a place."""
        if not self._places.acquire(blocking=False):
            raise _FullError
        try:
            future = self._pool.submit(self._judged, views, sender)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _judged(self, views: Sequence[str], sender: Sender | None) -> Verdict:
        most = share(views)
        check = self.guard.check if sender is None else partial(self.guard.check, sender=sender)
        verdicts = [check(excerpt(view, most)) for view in dict.fromkeys(views)]
        return max(verdicts, key=lambda verdict: (verdict.action, verdict.risk))

    def _decided(self, verdict: Verdict, views: Sequence[str]) -> Decision:
        return self.rules.decision(verdict, cut=max(map(len, views)) > share(views))

    def _early(self, views: Sequence[str], who: Collection[object]) -> Decision | None:
        if is_exempt(self.rules, who):
            return self.rules.passes(Why.EXEMPT)
        return None if any(view.strip() for view in views) else self.rules.passes(Why.EMPTY)

    def _failed(self, future: Future[Any] | None, error: Exception) -> Decision:
        """Log a failure by its kind alone: an exception may hold the message."""
        if future is not None:
            future.cancel()
        late, full = isinstance(error, TimeoutError), isinstance(error, _FullError)
        what = "too many are waiting" if full else f"error of type {type(error).__name__}"
        what = f"budget of {self.rules.budget:g} s" if late else what
        log.warning("message not judged: %s; fail-%s", what, "open" if self.rules.fail_open else "closed")
        return self.rules.unjudged(Why.TIMEOUT if late else Why.BUSY if full else Why.ERROR)


class _FullError(Exception):
    """No place in line."""


def share(views: Sequence[str], most: int = MOST, total: int = ALL) -> int:
    """Give how much is read of each view: as much as leaves the short ones whole, and all of them together within ``total``.

    >>> share(["a long message", "hi", "hi", "ok"], most=20, total=16), share(["a long message", "as long a one"], most=20, total=16)
    (12, 8)
    """
    sizes = sorted(map(len, set(views)))
    for at, size in enumerate(sizes):
        each = total // (len(sizes) - at)
        if size > each:
            return min(most, each)
        total -= size
    return most


def excerpt(text: str, most: int = MOST) -> str:
    r"""Give all of a message, or its beginning and its end.

    >>> excerpt("a long message", 6), excerpt("short", 6)
    ('a l\nage', 'short')
    """
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n{text[len(text) - half :]}"
