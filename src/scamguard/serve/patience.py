"""Patience: wait for what a client sends, but not forever.

What has come already, as nearly every body has, is taken at once: to set a timer for it would cost a tenth of a request.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator

T = TypeVar("T")


async def within(seconds: float, awaited: Awaitable[T]) -> T:
    """Give what is awaited.

    Raises
    ------
    TimeoutError
        It did not come in time.
    """
    steps = awaited.__await__()
    try:
        first = next(steps)
    except StopIteration as there:
        found: T = there.value
        return found
    async with asyncio.timeout(seconds):
        rest: T = await _Rest(first, steps)
        return rest


class _Rest:
    """An awaitable that has begun to wait for its ``first`` future."""

    def __init__(self, first: object, steps: Generator[Any, None, Any]) -> None:
        self._first, self._steps = first, steps

    def __await__(self) -> Generator[Any, None, Any]:
        waits_for = self._first
        while True:  # ``yield from`` cannot begin in the middle
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - whatever it is, it is for whoever waits
                step = partial(self._steps.throw, thrown)
            else:
                step = partial(next, self._steps)
            try:
                waits_for = step()
            except StopIteration as done:
                return done.value
