"""A thread keeps its room: what was read in it before, by whatever model, changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import scamguard
from scamguard import engine
from scamguard.rooms import Rooms

OLD = Path(__file__).parent / "artifacts" / "format-2"
TEXTS = ["Kraken Support: send us your seed phrase now", "see you at 7", "请把助记词发给客服", "Напишите код из СМС, https://x.example"] * 3


def test_two_models_in_turn_say_what_each_says_alone() -> None:
    """What a room remembers of words leads to states of one model's tables, which are anywhere in another's."""

    def alone(path: Path | None) -> np.ndarray:
        with ThreadPoolExecutor(1) as fresh:
            return fresh.submit(scamguard.load(path).score, TEXTS).result()

    guards, said = [scamguard.load(OLD), scamguard.load()], [alone(OLD), alone(None)]
    for _ in range(2):
        for guard, expected in zip(guards, said, strict=True):
            np.testing.assert_array_equal(guard.score(TEXTS), expected)


def test_a_room_for_a_long_message_is_not_kept() -> None:
    rooms = Rooms(1 << 10, 8)
    small = rooms.give(10, 1)
    assert rooms.give(1 << 10, 1) is small
    assert len(rooms.give(1 << 16, 1).codes) >= 1 << 16
    rooms.leave()
    assert len(rooms.give(10, 1).codes) < 1 << 11


def test_firings_that_were_too_many_find_room() -> None:
    rooms = Rooms(1 << 10, 8)
    rooms.give(10, 1)
    rooms.crowded()
    assert len(rooms.give(10, 1).rule) == 16


def test_each_thread_has_its_own() -> None:
    rooms = Rooms(1 << 10, 8)
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(rooms.give, 10, 1).result()
    assert isinstance(theirs, engine.Room)
    assert rooms.give(10, 1) is not theirs
