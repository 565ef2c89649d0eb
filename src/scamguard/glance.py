"""Glance: one message, read by the engine in a room that each thread keeps for it.

What is said of an ordinary message is its risk and the rules that fired; its n-grams are written down only where more is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from . import engine
from .lowering import Bare
from .quoted import UNKNOWN
from .rooms import Rooms
from .sieve import sift

if TYPE_CHECKING:
    from .engine import Found, Room, Speech
    from .reader import Reader


class Glance(NamedTuple):
    """What the engine makes of one message."""

    logit: float  # that of the sieve if it passes the message over; the rest is said all the same
    rules: list[int]  # that fired, in the order found
    spans: list[tuple[int, int]]  # the bytes of the message on which each one fired
    room: Room  # what the stages wrote, until this thread reads another message
    found: Found  # the hits on which rules fire, in that room
    clear: int  # how clearly it speaks of a quotation (``quoted.clearness``); not known if the sieve passes it over


_sift, _run = Bare(sift), Bare(engine.run)
_rooms: Final = Rooms(size=1 << 12, firings=256)  # for one message
_aside: Final = Rooms(size=1 << 12, firings=256)  # for what one says beside its quotation


def glance(text: bytes, reader: Reader) -> Glance:
    """Read one message of UTF-8, at most ``parts.LIMIT`` bytes."""
    logit, room, clear, read = _heard(text, reader, _rooms)
    found = room.both if len(reader.speech.pack.ends) else room.own
    many = int(room.fired[1])
    rules, first, last = (column[:many].tolist() for column in (room.rule, room.first, room.last))
    begins, ends = (column[: max(last, default=-1) + 1].tolist() for column in (found.at, found.end))
    origin, end = room.origin, int(room.folded[1])
    spans = [(begins[a], max(ends[a : b + 1])) for a, b in zip(first, last, strict=True)]
    places = [(int(origin[a]), int(origin[b]) if b < end else len(text)) for a, b in spans]
    return Glance(logit, rules, places, room, found, clear if read else UNKNOWN)


def aside(text: bytes, reader: Reader) -> tuple[float, int]:
    """Read in another room, so that what was made of the message before stays: the logit, and how clearly it speaks of a quotation."""
    logit, _, clear, _ = _heard(text, reader, _aside)
    return logit, clear


def floor(text: bytes, lifts: Speech) -> float:
    """Give the highest floor of the rules that fire in a message, as ``lifts`` hears them; minus infinity if none has one."""
    return _read(text, lifts, _aside)[0]


def _heard(text: bytes, reader: Reader, rooms: Rooms) -> tuple[float, Room, int, bool]:
    """Read a message: its logit, the room in which the rest is said, how clearly it speaks of a quotation, and whether the sieve left it.

    The logit is that of the sieve if it passes the message over.
    """
    sieved, left = _sifted(text, reader, rooms)
    if not left and reader.lifts is not None:
        sieved = max(sieved, _read(text, reader.lifts, rooms)[0])
    logit, room, clear = _read(text, reader.speech, rooms)
    return (logit if left else sieved), room, clear, left


def _sifted(text: bytes, reader: Reader, rooms: Rooms) -> tuple[float, bool]:
    """Give the logit of the sieve, and whether the message is to be read."""
    out, read, room = np.empty(1), np.empty(1, np.bool_), rooms.give(len(text), len(reader.speech.rules.needs))
    place = np.frombuffer(text, np.uint8), np.zeros(1, np.int64), np.array([len(text)])
    message = *place, reader.speech.tables, reader.sieve, room.codes, room.kinds, room.origin, out, read
    _sift(reader.speech.terms, *message)
    return float(out[0]), bool(read[0])


def _read(text: bytes, speech: Speech, rooms: Rooms) -> tuple[float, Room, int]:
    """Run all stages on a message: its logit, the room they wrote in, and how clearly it speaks of a quotation."""
    message, out = (np.frombuffer(text, np.uint8), np.array([0, len(text)]), 0, *speech), (np.empty(1), np.empty(1, np.int8))
    while True:
        room = rooms.to_read(len(text), speech)
        read, _ = _run(speech.terms, *message, room, *out)
        if read:
            return float(out[0][0]), room, int(out[1][0])
        rooms.crowded()
