"""Rooms: each thread keeps the one it reads in, as making one anew costs more than reading a batch of short messages in it.

Threads that are begun for one batch would make theirs for it alone. So rooms may be left where the next thread takes them.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from . import engine
from .fold import bytes_held

if TYPE_CHECKING:
    from .automaton import Terms
    from .engine import Room, Speech

_MOST_LEFT: Final = os.cpu_count() or 1  # rooms: more threads than that do not read at once


class Rooms(threading.local):
    """The room of a thread.

    Nothing may read with another model between ``to_read`` and the run it is for, as a signal handler could.

    Parameters
    ----------
    size
        Bytes that a room has place for at least.
    firings
        How many a new room has place for; it doubles where they are too few.
    left
        Where rooms are left for any thread, with the terms whose words they remember. None: each thread keeps its own.
    """

    def __init__(self, size: int, firings: int, left: list[tuple[Room, Terms | None]] | None = None) -> None:
        self._size, self._fewest, self._firings, self._left = size, firings, firings, left
        self._room: Room | None = None
        self._terms: Terms | None = None  # of the model whose words it remembers; None while it is as new

    def give(self, size: int, rules: int) -> Room:
        """Give this thread's room, a larger one if need be."""
        if self._room is None and self._firings == self._fewest:
            self._take()
        held = self._room
        if held is None or size > _place(held) or rules > len(held.tried):
            size, rules = max(size, self._size, _place(held)), max(rules, 0 if held is None else len(held.tried))
            held, self._terms = engine.room(size, self._firings, rules), None  # it may fail, and then the old one is as it was
            self._room = held
        return held

    def to_read(self, size: int, speech: Speech) -> Room:
        """Give this thread's room, in which no word is remembered as another model knows it: that leads anywhere in this one's tables."""
        room = self.give(size, len(speech.rules.needs))
        if self._terms is not None and self._terms is not speech.terms:
            for work in (room.work, room.more_work):
                work.memo[:] = 0
        self._terms = speech.terms
        return room

    def _take(self) -> None:
        """Take a room that was left, if there is one."""
        try:
            self._room, self._terms = self._left.pop() if self._left else (None, None)
        except IndexError:  # another thread was quicker
            return

    def crowded(self) -> None:
        """Make the next room one with place for twice as many firings."""
        self._room, self._firings = None, 2 * self._firings

    def leave(self) -> None:
        """Keep no room that a long message, or one of many firings, needed; leave any other where the next thread may take it."""
        if _place(self._room) > self._size or self._firings > self._fewest:
            self._room, self._firings = None, self._fewest
        elif self._room is not None and self._left is not None and len(self._left) < _MOST_LEFT:
            self._left.append((self._room, self._terms))
            self._room = None


def _place(room: Room | None) -> int:
    return 0 if room is None else bytes_held(len(room.codes))
