"""Seen: sets of hashed n-grams, in room that is kept from passage to passage.

Words are few enough to keep whole. Runs of characters, three at each place, are counted by the longest of them, up to three times: a row
of numbers or of laughter may not say a hundred times what it says.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .kernels import inlined

EVERY: Final = 4  # times: more than two bits can count to, so that none is left out
SEEN: Final = 1 << 17  # slots of the set of n-grams a passage has; more than any passage fills


@inlined
def cleared(seen, many):
    """Make room for a set of ``many`` ids: a power of two, at most half full. Return the mask of its slots."""
    room = 64
    while room < 2 * many and room < len(seen):
        room *= 2
    for slot in range(room):
        seen[slot] = 0
    return room - 1


@inlined
def is_new(seen, mask, key):
    """Note ``key``; say whether the set did not have it."""
    slot = np.int64(key * np.uint32(0x9E3779B1) >> np.uint32(15)) & mask
    while seen[slot]:
        if seen[slot] == key + 1:
            return False
        slot = (slot + 1) & mask
    seen[slot] = key + 1
    return True


@inlined
def counters(seen, many):
    """Make room to count about ``many`` ids, two bits each, sixteen counters or more for each id. Return the mask of their words."""
    return cleared(seen, (many + 1) // 2)


@inlined
def counted(seen, mask, key, most):
    """Count ``key``; give 1 the first ``most`` times, then 0. Ids that share a counter, one in thirty, share what it counts."""
    word, at = np.int64(key >> np.uint32(4)) & mask, (key & np.uint32(15)) << np.uint32(1)
    before = seen[word]
    times = before >> at & np.uint32(3)
    seen[word] = before + (np.uint32(times != np.uint32(3)) << at)
    return np.int64(times < np.uint32(most))
