"""Glance: one message, read by the engine in a room that each thread keeps for it.

What is said of an ordinary message is its risk and the rules that fired; its n-grams are written down only where more is asked.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import engine
from .lowering import bare

if TYPE_CHECKING:
    from .engine import Room, Speech

_SIZE, _FIRINGS = 1 << 12, 256  # bytes of the message and firings that a new room has place for


class Glance(NamedTuple):
    """What the engine makes of one message."""

    logit: float
    rules: list[int]  # that fired, in the order found
    spans: list[tuple[int, int]]  # the bytes of the message on which each one fired
    room: Room  # what the stages wrote, until this thread reads another message


class _Kept(threading.local):
    """The room of a thread, and what it has place for; the engine's code for a model."""

    room: Room | None = None
    rules: int = 0
    size: int = 0
    firings: int = _FIRINGS
    speech: Speech | None = None
    run: Any = None


_kept = _Kept()


def glance(text: bytes, speech: Speech) -> Glance:
    """Read one message.

    Parameters
    ----------
    text
        UTF-8, at most ``parts.LIMIT`` bytes.
    """
    data, out = np.frombuffer(text, np.uint8), np.empty(1)
    message = data, np.array([0, len(text)]), 0, *speech
    while True:
        room = _room(len(text), len(speech.rules.needs))
        if _kept.speech is not speech:
            for work in (room.work, room.more_work):
                work.memo[:] = 0  # words as another model knows them: its states lead anywhere in this one's tables
            _kept.speech, _kept.run = speech, bare(engine.run, *message, room, out)
        read, _ = _kept.run(*message, room, out)
        if read:
            break
        _kept.room, _kept.firings = None, 2 * _kept.firings
    found = room.both if len(speech.pack.ends) else room.own
    many = int(room.fired[1])
    rules, first, last = (column[:many].tolist() for column in (room.rule, room.first, room.last))
    begins, ends = (column[: max(last, default=-1) + 1].tolist() for column in (found.at, found.end))
    origin, end = room.origin, int(room.folded[1])
    spans = [(begins[a], max(ends[a : b + 1])) for a, b in zip(first, last, strict=True)]
    places = [(int(origin[a]), int(origin[b]) if b < end else len(text)) for a, b in spans]
    return Glance(float(out[0]), rules, places, room)


def _room(size: int, rules: int) -> Room:
    """Give this thread's room, a larger one if need be."""
    if _kept.room is None or size > _kept.size or rules > _kept.rules:
        _kept.size, _kept.rules = max(size, _kept.size, _SIZE), max(rules, _kept.rules)
        _kept.room = engine.room(_kept.size, _kept.firings, _kept.rules)
    return _kept.room
