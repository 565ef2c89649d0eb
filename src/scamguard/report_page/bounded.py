"""Counters by name that never outgrow their room.

While there are no more names than room, every figure is exact. After that the half that matters least is forgotten, and
how many were is told: a name that comes back begins again, so its figures are lower bounds.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Bounded(Generic[T]):
    """At most ``room`` names, each with what is counted of it.

    >>> seen = Bounded(2, list, len)
    >>> for name in "aab":
    ...     seen[name].append(1)
    >>> seen.best(1)
    [('a', [1, 1])]

    Parameters
    ----------
    room
        How many names are kept.
    make
        Gives a fresh counter.
    worth
        Says how much a counter matters; those of least worth are forgotten first.
    """

    def __init__(self, room: int, make: Callable[[], T], worth: Callable[[T], Any]) -> None:
        self._room, self._make, self._worth = room, make, worth
        self._kept: dict[str, T] = {}
        self.forgotten = 0  # names, counted anew when they come back

    def __getitem__(self, name: str) -> T:
        """Give the counter of ``name``, a fresh one at first sight."""
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= self._room:
                self._halve()
            found = self._kept[name] = self._make()
        return found

    def __len__(self) -> int:
        return len(self._kept)

    def best(self, count: int) -> list[tuple[str, T]]:
        """Give the ``count`` names that matter most; of equals, the one seen first."""
        return heapq.nlargest(count, self._kept.items(), key=lambda item: self._worth(item[1]))

    def _halve(self) -> None:
        kept = self.best(self._room // 2)
        self.forgotten += len(self._kept) - len(kept)
        self._kept = dict(kept)
