"""Told: of which messages people have been told, and how gravely, so that nobody is told again when nothing changed.

Platforms send a message again when a preview was loaded, a reply counted, a pin set. Ids are remembered and no words, the latest
alone, and in this process alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from .policy import Response

_MOST: Final = 10_000  # messages that were acted on


class Told:
    """What was done about messages. Threads and event loops may share it."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._done: OrderedDict[Hashable, set[Response]] = OrderedDict()

    @contextmanager
    def once(self, place: Hashable, response: Response) -> Iterator[bool]:
        """Say whether less was done before about the message in ``place``, so that people should be told.

        What is broken off is forgotten: it is to be tried again when the platform sends the message again. What was done before is not.

        >>> from scamguard.chat import Response
        >>> told = Told()
        >>> for response in (Response.WARN, Response.WARN, Response.FLAG, Response.DELETE):
        ...     with told.once(5, response) as first:
        ...         print(first)
        True
        False
        False
        True
        """
        first = self._noted(place, response)
        try:
            yield first
        except BaseException:
            if first:
                self._forgotten(place, response)
            raise

    def _noted(self, place: Hashable, response: Response) -> bool:
        with self._lock:
            done = self._done.setdefault(place, set())
            if any(before >= response for before in done):
                return False
            done.add(response)
            self._done.move_to_end(place)
            if len(self._done) > self._most:
                self._done.popitem(last=False)
            return True

    def _forgotten(self, place: Hashable, response: Response) -> None:
        with self._lock:
            done = self._done.get(place, set())
            done.discard(response)
            if not done:
                self._done.pop(place, None)
