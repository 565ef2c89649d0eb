"""Hints: whether a message can hold a link, an address or a handle at all, seen in one compiled look at its bytes.

It may let through too much, never too little: where it sees nothing, no link, handle or shown domain is there to be judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from ..kernels import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..columns import TextBatch

_DOT, _COLON, _SLASH, _SHUT, _ROUND = (np.uint8(ord(sign)) for sign in ".:/](")
_AT, _TAG = (np.uint8(ord(sign)) for sign in "@<")
_LEADS: Final = re.compile(r"[@<]|\.[^\x00-\x20.]|:/|\]\(")  # the same as ``_look``
_SPACE: Final = np.uint8(ord(" "))  # and below it tabs and ends of lines


def leads(text: str) -> bool:
    """Say whether one message may lead somewhere; see ``leading``."""
    return _LEADS.search(text) is not None


def leading(batch: TextBatch, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give those of ``rows`` whose messages may lead somewhere.

    >>> from scamguard.columns import pack
    >>> leading(pack(["See you. At 7?", "see kraken.example", "ask @desk"]), np.arange(3))
    array([1, 2])
    """
    found = np.zeros(len(rows), np.bool_)
    _look(batch.data, batch.offsets, rows, found)
    return rows[found]


@compiled
def _look(data, offsets, rows, found):
    for i in range(len(rows)):
        begin, end = offsets[rows[i]], offsets[rows[i] + 1]
        before = _SPACE
        for at in range(begin, end):
            char = data[at]
            if char == _AT or char == _TAG or (before == _DOT and char > _SPACE and char != _DOT):
                found[i] = True
                break
            if (before == _COLON and char == _SLASH) or (before == _SHUT and char == _ROUND):
                found[i] = True
                break
            before = char
