"""Hints: whether a message can hold a link, an address or a handle at all, seen in one compiled look at its bytes.

It may let through too much, never too little: where it sees nothing, no link, handle or shown domain is there to be judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from ..kernels import among, compiled, inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..columns import TextBatch

# Endings that are no words, so that one may stand apart from its host; those that are words as well need a path behind them.
ENDINGS: Final = ("com", "net", "org", "xyz", "icu", "cc", "ru", "cn", "biz")
WORDS: Final = ("info", "io", "vip", "top", "shop", "online", "site", "store", "app", "click", "club", "link", "live", "life", "pro", "us")


def _any_case(words: tuple[str, ...]) -> str:
    """Write a pattern for words in any case: much faster than to ignore it, and of plain letters alone."""
    return "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in words)


ENDING: Final = rf"(?:(?:{_any_case(ENDINGS)})(?![A-Za-z0-9_-])|(?:{_any_case(WORDS)})(?=/))"
_BEHIND: Final = rf"[\0-\x20]{{0,3}}(?:[\])}}>]|{ENDING})"
# The same as ``_look``: what every plain link has, then the signs and words that stand for a dot (``links.broken``).
_LEADS: Final = re.compile(r"[@<]|\.(?:[^\x00-\x200-9.]|(?<=[0-9]\.)[0-9]{1,3}\.[0-9]{1,3}\.[0-9])|:/|\]\(")
_SIGNS: Final = re.compile(rf"[.,•·。．｡点點](?:(?<=[．｡])|(?<=。)[A-Za-z\uff40-\uff7f]|{_BEHIND})")
_SPELLED: Final = re.compile(rf"(?:[dD][oO][tT]|точка){_BEHIND}")
_DOT, _COLON, _SLASH, _SHUT, _ROUND = (np.uint8(ord(sign)) for sign in ".:/](")
_AT, _TAG = (np.uint8(ord(sign)) for sign in "@<")
_SPACE: Final = np.uint8(ord(" "))  # and below it tabs and ends of lines
_MOST_SPACES: Final = 3  # between a dot and an ending


def _packed(words: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.sort(np.array([int.from_bytes(word.encode(), "big") for word in words], np.uint64))


_ENDINGS, _WORDS = _packed(ENDINGS), _packed(WORDS)
_LONGEST: Final = max(map(len, (*ENDINGS, *WORDS)))
_TELLING: Final = np.zeros(256, np.bool_)  # bytes with which a sign or word that tells something ends
_TELLING[[*b"@<.:],tT", *(char.encode()[-1] for char in "•·。．｡点點а")]] = True
_POINT: Final = np.frombuffer("точка".encode()[:-2], np.uint8)


def leads(text: str) -> bool:
    """Say whether one message may lead somewhere; see ``leading``."""
    return bool(_LEADS.search(text) or _SIGNS.search(text) or _SPELLED.search(text))


def leading(batch: TextBatch, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give those of ``rows`` whose messages may lead somewhere.

    >>> from scamguard.columns import pack
    >>> leading(pack(["See you. At 7?", "see kraken.example", "ask @desk", "kraken dot com"]), np.arange(4))
    array([1, 2, 3])
    """
    found = np.zeros(len(rows), np.bool_)
    _look(batch.data, batch.offsets, rows, found)
    return rows[found]


@compiled
def _look(data, offsets, rows, found):
    for i in range(len(rows)):
        begin, end = offsets[rows[i]], offsets[rows[i] + 1]
        for at in range(begin, end):
            if _TELLING[data[at]] and _leads_on(data, begin, at, end):
                found[i] = True
                break


@compiled
def _leads_on(data, begin, at, end):
    """Say whether a link may have its dot, or an address its sign, at ``at``; the last byte of one that has several."""
    char, next_ = data[at], data[at + 1] if at + 1 < end else _SPACE
    if char == _AT or char == _TAG or (char == _DOT and next_ > _SPACE and next_ != _DOT and not _is_digit(next_)):
        return True
    if char == _DOT and _is_digit(next_):
        return at > begin and _is_digit(data[at - 1]) and _numbers(data, at + 1, end)
    if char == _COLON:
        return next_ == _SLASH
    if char == _SHUT:
        return next_ == _ROUND
    if _wide(data, begin, at, end):
        return True
    if not _is_dot(data, begin, at):
        return False
    stop = at + 1
    while stop < end and stop <= at + _MOST_SPACES and data[stop] <= _SPACE:
        stop += 1
    return stop < end and (_shuts(data[stop]) or _ends(data, stop, end))


@inlined
def _is_digit(c):
    return 48 <= c <= 57


@compiled
def _numbers(data, at, end):
    """Say whether what begins behind the first dot of 203.0.113.5 begins at ``at``: elsewhere a dot between digits is one of an amount."""
    for _ in range(2):
        stop = at
        while stop < end and stop < at + 3 and _is_digit(data[stop]):
            stop += 1
        if stop == at or stop >= end or data[stop] != _DOT:
            return False
        at = stop + 1
    return at < end and _is_digit(data[at])


@inlined
def _shuts(c):
    """Say whether ``c`` is one of ``])}>``."""
    return c == 93 or c == 41 or c == 125 or c == 62


@compiled
def _ends(data, at, end):
    """Say whether an ending that may stand apart from its host begins at ``at``."""
    word, stop = np.uint64(0), at
    while stop < end and stop < at + _LONGEST and 97 <= data[stop] | 32 <= 122:
        word = word << np.uint64(8) | np.uint64(data[stop] | 32)
        stop += 1
    next_ = data[stop] if stop < end else _SPACE
    if among(_WORDS, word):
        return next_ == _SLASH
    return among(_ENDINGS, word) and not (97 <= next_ | 32 <= 122 or 48 <= next_ <= 57 or next_ == 95 or next_ == 45)


@inlined
def _is_dot(data, begin, at):
    """Say whether a sign or word that may stand for a dot has its last byte at ``at``: one of ``.,•·。点點``, ``dot``, ``точка``."""
    c = data[at]
    if c == 46 or c == 44:
        return True
    if at < begin + 1:
        return False
    b = data[at - 1]
    if c == 0xB7 and b == 0xC2:
        return True
    if at < begin + 2:
        return False
    a = data[at - 2]
    if c | 32 == 116:
        return b | 32 == 111 and a | 32 == 100
    if (c == 0xA2 and b == 0x80 and a == 0xE2) or (c == 0x82 and b == 0x80 and a == 0xE3):
        return True
    if (c == 0xB9 and b == 0x82 and a == 0xE7) or (c == 0x9E and b == 0xBB and a == 0xE9):
        return True
    return c == 0xB0 and b == 0xD0 and at >= begin + 9 and _is_point(data, at - 9)


@inlined
def _is_point(data, at):
    """Say whether ``точка`` without its last letter stands at ``at``."""
    for k in range(len(_POINT)):
        if data[at + k] != _POINT[k]:
            return False
    return True


@inlined
def _wide(data, begin, at, end):
    """Say whether ``at`` is the last byte of ``．`` or ``｡``, or of ``。`` right before a letter."""
    c = data[at]
    if at < begin + 2:
        return False
    if data[at - 2] == 0xEF:
        return (c == 0x8E and data[at - 1] == 0xBC) or (c == 0xA1 and data[at - 1] == 0xBD)
    if c != 0x82 or data[at - 1] != 0x80 or data[at - 2] != 0xE3 or at + 1 >= end:
        return False
    return 97 <= data[at + 1] | 32 <= 122 or (data[at + 1] == 0xEF and at + 2 < end and data[at + 2] == 0xBD)
