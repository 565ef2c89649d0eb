"""A thread keeps its room, or takes one that was left: what was read in it before, by whatever model, changes nothing."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING
from unittest import mock

import pytest

import scamguard
from scamguard import engine, pack, reader
from scamguard.rooms import Rooms

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.automaton import Terms
    from scamguard.guard import Guard

OLD = Path(__file__).parent / "artifacts" / "format-2"
DEAL = "pay me first and we skip the escrow"
TEXTS = 3 * ["Kraken Support: send us your seed phrase now", "see you at 7", "请把助记词发给客服", "Напишите код из СМС", DEAL]
WAYS: dict[str, Callable[[Guard], list[float]]] = {
    "score": lambda guard: guard.score(TEXTS).tolist(),
    "check": lambda guard: [guard.check(text).risk for text in TEXTS],
}


@pytest.fixture(scope="module")
def packed(guard: Guard, tmp_path_factory: pytest.TempPathFactory) -> list[Guard]:
    """Give the guard two rule packs, one after the other, of which only one knows an escrow."""
    found = []
    for word in ("escrow", "middleman"):
        folder = tmp_path_factory.mktemp("packs") / word
        pack.start(folder)
        for file in ("lexicons/club.toml", "rules/club.toml"):
            (folder / file).write_text((folder / file).read_text("utf-8").replace("escrow", word), "utf-8")
        found.append(replace(guard, model=pack.packed(guard.model, folder)))
    return found


def alone(guard: Guard, way: Callable[[Guard], list[float]]) -> list[float]:
    """Ask in a thread of its own, and in rooms that nobody has read in."""
    with mock.patch.object(reader, "_rooms", Rooms(engine.CHUNK_BYTES, 1024)), ThreadPoolExecutor(1) as fresh:
        return fresh.submit(way, guard).result()


def in_turn(guards: list[Guard], way: Callable[[Guard], list[float]]) -> None:
    """See that guards who take turns, in one thread or in threads of their own, say what each says alone."""
    said = [alone(guard, way) for guard in guards]
    for _ in range(2):
        for guard, expected in zip(guards, said, strict=True):
            assert way(guard) == expected
            with ThreadPoolExecutor(1) as fresh:
                assert fresh.submit(way, guard).result() == expected


@pytest.mark.parametrize("way", WAYS)
def test_two_models_in_turn_say_what_each_says_alone(way: str, guard: Guard) -> None:
    """What a room remembers of words leads to states of one model's tables, which are anywhere in another's."""
    in_turn([scamguard.load(OLD), guard], WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_so_do_two_rule_packs(way: str, guard: Guard, packed: list[Guard]) -> None:
    in_turn([*packed, guard], WAYS[way])
    assert packed[0].check(DEAL).risk > packed[1].check(DEAL).risk


def test_an_interrupt_while_a_room_is_made_leaves_the_old_one() -> None:
    rooms = Rooms(1 << 10, 8)
    rooms.give(10, 1)
    with mock.patch.object(engine, "room", side_effect=MemoryError), pytest.raises(MemoryError):
        rooms.give(1 << 16, 500)
    held = rooms.give(1 << 16, 500)
    assert len(held.codes) >= 1 << 16
    assert len(held.tried) >= 500


def test_a_room_for_a_long_message_is_not_kept() -> None:
    rooms = Rooms(1 << 10, 8)
    small = rooms.give(10, 1)
    assert rooms.give(1 << 10, 1) is small
    rooms.leave()
    assert rooms.give(10, 1) is small
    assert len(rooms.give(1 << 16, 1).codes) >= 1 << 16
    rooms.leave()
    assert len(rooms.give(10, 1).codes) < 1 << 11


def test_firings_that_were_too_many_find_room_until_they_are_read() -> None:
    rooms = Rooms(1 << 10, 8)
    rooms.give(10, 1)
    rooms.crowded()
    assert len(rooms.give(10, 1).rule) == 16
    rooms.leave()
    assert len(rooms.give(10, 1).rule) == 8


def test_each_thread_has_its_own() -> None:
    rooms = Rooms(1 << 10, 8)
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(rooms.give, 10, 1).result()
    assert isinstance(theirs, engine.Room)
    assert rooms.give(10, 1) is not theirs


def test_what_one_thread_leaves_the_next_takes() -> None:
    rooms = Rooms(1 << 10, 8, left=[])
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(rooms.give, 10, 1).result()
        assert rooms.give(10, 1) is not theirs, "it is not left yet"
        other.submit(rooms.leave).result()
    rooms.crowded()
    assert len(rooms.give(10, 1).rule) == 16, "and not one that is too small"
    rooms.leave()
    assert rooms.give(10, 1) is theirs


def test_no_more_rooms_are_left_than_threads_can_use() -> None:
    left: list[tuple[engine.Room, Terms | None]] = []
    rooms = Rooms(1 << 10, 8, left)
    threads = 3 * (os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as others:
        together = Barrier(threads)

        def read(_: int) -> engine.Room:
            room = rooms.give(10, 1)
            together.wait(10)
            rooms.leave()
            return room

        assert len({id(room) for room in others.map(read, range(threads))}) == threads
    assert len(left) == (os.cpu_count() or 1)
