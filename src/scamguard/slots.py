"""Slots: open-addressed hash tables of one word a slot, 40 bits of a hash and, below them, 24 bits of what it leads to, plus one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernels import compiled, finished, inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray


@inlined
def lookup(slots, key):
    """Give what ``key`` leads to; -1 if nothing."""
    return lookup_finished(slots, finished(key))


@inlined
def place(h, slots):
    """Say where in a table to look for a finished hash."""
    return np.int64(h >> np.uint64(40)) & (len(slots) - 1)


@inlined
def lookup_finished(slots, h):
    """Give what the key with this finished hash leads to; -1 if nothing."""
    mask = len(slots) - 1
    tag = h << np.uint64(24)
    at = place(h, slots)
    while True:
        slot = slots[at]
        if (slot ^ tag) < np.uint64(1 << 24):
            return np.int64(slot & np.uint64(0xFFFFFF)) - 1
        if not slot:
            return np.int64(-1)
        at = (at + 1) & mask


def room(many: int) -> int:
    """Choose the slots of a table, at most seven tenths full."""
    return 1 << max(6, int(many / 0.7).bit_length())


def laid(keys: NDArray[np.uint64], to: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Lay keys out in an open-addressed table."""
    slots = np.zeros(room(len(keys)), np.uint64)
    _insert(keys, to, slots)
    return slots


@compiled
def _insert(keys, to, slots):
    mask = len(slots) - 1
    for i in range(len(keys)):
        h = finished(keys[i])
        at = place(h, slots)
        while slots[at]:
            at = (at + 1) & mask
        slots[at] = h << np.uint64(24) | np.uint64(to[i] + 1)
