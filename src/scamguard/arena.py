"""Arena: the tables of a model in one block of memory, each at the start of a cache line.

Looking a word up in megabytes of tables costs the processor a look at which page they are on, too; a block of more than 4 MB is
laid out by NumPy in pages of 2 MB where the system has them, and then it knows all of them by heart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LINE: Final = 64  # bytes


def block(size: int, make: Callable[[int, Any], NDArray[Any]] = np.empty) -> NDArray[np.uint8]:
    """Make room that begins a cache line; with ``np.zeros``, of zeros, which take no memory until they are touched."""
    room = make(size + LINE, np.uint8)
    first = -room.ctypes.data % LINE
    return room[first : first + size]


def gathered(*groups: Any) -> tuple[Any, ...]:  # noqa: ANN401 - named tuples of arrays
    """Copy the arrays of some named tuples into one block; give the same tuples of the copies."""
    arrays = [np.ascontiguousarray(array) for group in groups for array in group]
    starts = np.cumsum([0, *(-(-array.nbytes // LINE) * LINE for array in arrays)]).tolist()
    room = block(starts.pop())
    copies = []
    for array, first in zip(arrays, starts, strict=True):
        copy = room[first : first + array.nbytes].view(array.dtype).reshape(array.shape)
        copy[...] = array
        copies.append(copy)
    left = iter(copies)
    return tuple(type(group)(*(next(left) for _ in group)) for group in groups)
