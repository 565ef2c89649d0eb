"""Rooms: each thread keeps the one it reads in, for to make a room anew costs more than to read a batch of short messages in it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from . import engine

if TYPE_CHECKING:
    from .automaton import Terms
    from .engine import Room, Speech


class Rooms(threading.local):
    """The room of a thread, and what it has place for.

    Parameters
    ----------
    size
        Bytes that a room has place for at least.
    firings
        How many a new room has place for; it doubles where they are too few.
    """

    def __init__(self, size: int, firings: int) -> None:
        self._size = self._least = size
        self._firings, self._rules = firings, 0
        self._room: Room | None = None
        self._terms: Terms | None = None

    def give(self, size: int, rules: int) -> Room:
        """Give this thread's room, a larger one if need be."""
        if self._room is None or size > self._size or rules > self._rules:
            self._size, self._rules = max(size, self._size), max(rules, self._rules)
            self._room, self._terms = engine.room(self._size, self._firings, self._rules), None
        return self._room

    def to_read(self, size: int, speech: Speech) -> Room:
        """Give this thread's room, in which no words are remembered as another model knows them: its states lead anywhere in this one's."""
        room = self.give(size, len(speech.rules.needs))
        if self._terms is not speech.terms:
            for work in (room.work, room.more_work):
                work.memo[:] = 0
            self._terms = speech.terms
        return room

    def crowded(self) -> None:
        """Make the next room one with place for twice as many firings."""
        self._room, self._firings = None, 2 * self._firings

    def leave(self) -> None:
        """Keep no room that a long message needed, nor what was known of its firings."""
        if self._size > self._least:
            self._room, self._size = None, self._least
