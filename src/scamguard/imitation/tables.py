"""Tables of the screen: sets of hashes of what the registry knows, and room to work in.

A string's hash is a polynomial, so that the hash of any part follows from those of the starts in a few operations.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..kernels import inlined
from .carried import GATEWAYS
from .names import START, names, words
from .near import Bent, bent
from .profiles import SITES
from .skeleton import LEET, LOOSE, PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_MASK: Final = (1 << 64) - 1
LONGEST: Final = 96  # letters of a label that are looked at; a host with a longer one is let through
SLOTS: Final = 1 << 14  # hosts that are remembered


class Label(NamedTuple):
    """Room for the skeleton of the label at hand."""

    text: NDArray[np.uint8]  # (LONGEST,) its letters
    prefix: NDArray[np.uint64]  # (LONGEST + 1,) hashes of its starts
    piece: NDArray[np.int64]  # (LONGEST,) where its words end


class Tables(NamedTuple):
    """Hash sets (open addressing, 0 is empty) and room to work in."""

    inside: NDArray[np.uint64]  # names that are seen within a label
    starts: NDArray[np.bool_]  # (1 << 20,) their first four letters, five bits each
    lengths: NDArray[np.int64]  # their lengths
    short: NDArray[np.uint64]  # names that are seen only as words of their own
    homes: NDArray[np.uint64]  # official and unrelated domains, read backwards
    open_hosts: NDArray[np.uint64]  # where anyone has a page or profile, and shorteners; backwards
    gateways: NDArray[np.uint64]  # of mail, whose links hold the one that counts; backwards
    lures: NDArray[np.uint64]
    roles: NDArray[np.uint64]  # as they are written
    powers: NDArray[np.uint64]  # (LONGEST + 1,)
    letters: NDArray[np.uint8]  # (256,), a byte → its letter in a skeleton, or 0
    pairs: NDArray[np.uint8]  # (k, 3) two letters and the one they pass for
    loose: NDArray[np.uint8]  # (k, 3) the same, tried last
    bent: Bent
    label: Label
    other: Label  # the same label with its looser pairs read as one letter
    seen: NDArray[np.int64]  # (SLOTS, 3) start, end and verdict of hosts met before


def tables() -> Tables:
    """Give the names, hashed once, and room of one's own: threads must not share it."""
    t = _hashed()
    return t._replace(
        bent=t.bent._replace(rows=np.zeros_like(t.bent.rows)),
        label=_room(),
        other=_room(),
        seen=np.zeros((SLOTS, 3), np.int64),
    )


@cache
def _hashed() -> Tables:
    n = names()
    inside = [name.skeleton for of in n.starts.values() for name in of]
    letters = np.zeros(256, np.uint8)
    for code in (*range(48, 58), *range(97, 123)):
        letters[code] = ord(LEET.get(chr(code), chr(code)))
    letters[65:91] = letters[97:123]
    starts = np.zeros(1 << 20, np.bool_)
    starts[[_four(text) for text in inside]] = True
    slips = {text: name.edits for text, name in n.exact.items() if name.edits}
    for joined in n.domains:
        slips[joined] = max(slips.get(joined, 0), 1)
    return Tables(
        _set(inside),
        starts,
        np.unique([len(text) for text in inside]),
        _set(name for name in n.exact if len(name) < 6),
        _set(domain[::-1] for domain in (*n.homes, *n.unrelated) if "." in domain),
        _set(host[::-1] for host in words("open_hosts") | words("shorteners") | SITES.keys()),
        _set(host[::-1] for host in GATEWAYS),
        _set(n.lures),
        _set(words("roles") | {"customer", "desk", "dot"}),
        np.array([pow(int(BASE), i, 1 << 64) for i in range(LONGEST + 1)], np.uint64),
        letters,
        _pairs(PAIRS),
        _pairs(LOOSE),
        bent(slips),
        _room(),
        _room(),
        np.zeros((0, 3), np.int64),
    )


def _pairs(pairs: dict[str, str]) -> NDArray[np.uint8]:
    return np.array([[*map(ord, pair), ord(letter)] for pair, letter in pairs.items()], np.uint8)


def _room() -> Label:
    return Label(np.zeros(LONGEST, np.uint8), np.zeros(LONGEST + 1, np.uint64), np.zeros(LONGEST, np.int64))


def _four(text: str) -> int:
    code = 0
    for char in text[:START]:
        code = code << 5 | (ord(char) & 31)
    return code


def _set(texts: Iterable[str]) -> NDArray[np.uint64]:
    keys = {hashed(text) for text in texts}
    table = np.zeros(1 << max(4, (4 * len(keys)).bit_length()), np.uint64)
    for key in sorted(keys):
        at = (key >> 20) % len(table)
        while table[at]:
            at = (at + 1) % len(table)
        table[at] = key
    return table


def hashed(text: str) -> int:
    value = 0
    for char in text:
        value = (value * int(BASE) + ord(char)) & _MASK
    return value


@inlined
def part(prefix, i, j, powers):
    """Hash the letters ``i:j``."""
    return prefix[j] - prefix[i] * powers[j - i]


@inlined
def has(table, key):
    size = np.uint64(len(table) - 1)
    at = (key >> np.uint64(20)) & size
    while table[at] != 0:
        if table[at] == key:
            return True
        at = (at + np.uint64(1)) & size
    return False
