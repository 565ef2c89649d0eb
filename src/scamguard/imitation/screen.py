"""The screen: drop, in one compiled pass over the bytes, every value that no name of the registry resembles.

It may let through too much, never too little: whatever it drops, the judge would have dropped. Most links lead to a
brand's own domain or a host seen before, so the host comes first: its hash is looked up, and its verdict is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ..kernels import compiled, inlined
from .shape import named, path
from .tables import BASE, SLOTS, has, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME: Final = 64  # characters: as ``links.LONGEST_NAME``
_MOST: Final = 2048  # characters of a link: as ``value`` and ``links`` have it


def suspects(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Mark what of each value the judge must read.

    Parameters
    ----------
    data
        (bytes,) UTF-8
    offsets
        (n + 1,)

    Returns
    -------
    (n,) and (n,): where that begins and ends in ``data``: nothing, the host alone, or the whole value.
    """
    starts, stops = np.zeros((2, len(offsets) - 1), np.int64)
    _mark(data, offsets, tables(), starts, stops)
    return starts, stops


@compiled
def _mark(data, offsets, t, starts, stops):
    for i in range(len(starts)):
        a, b = offsets[i], offsets[i + 1]
        if is_message(data, a, b):
            if message(data, a, b, t):
                starts[i], stops[i] = a, b
            continue
        if _harmless(data, a, b, t):
            continue
        begin, end = _host(data, a, b)
        found = _ALL if end < 0 or not _lettered(data, begin, end) else _value(data, begin, end, b, t)
        if found == _ALL:
            starts[i], stops[i] = a, b
        elif found == _HOST:
            starts[i], stops[i] = begin, end


_NOTHING: Final = 0
_HOST: Final = 1
_ALL: Final = 2


@compiled
def is_message(data, a, b):
    """Say whether a value is longer than a display name and holds a blank."""
    blank, characters = 0, 0
    for i in range(a, b):
        blank += data[i] == 32 or data[i] == 10 or data[i] == 9
        characters += data[i] & 0xC0 != 0x80
        if blank and characters > _NAME:
            return True
    return False


@compiled
def _harmless(data, a, b, t):
    """Say whether a value is plain words, none of them a role: names alone accuse nobody."""
    h, blank = np.uint64(0), False
    while a < b and data[a] == 32:
        a += 1
    while b > a and data[b - 1] == 32:  # one word between blanks is a handle
        b -= 1
    for i in range(a, b):
        c = data[i]
        if c == 32:
            blank = True
        elif c >= 128 or c < 32 or c in (46, 64, 47, 58, 91, 40, 60, 92):
            return False
        if 97 <= c | 32 <= 122:
            h = h * BASE + np.uint64(c | 32)
        elif 48 <= c <= 57:
            h = h * BASE + np.uint64(c)
        else:
            if has(t.roles, h):
                return False
            h = np.uint64(0)
    return blank and not has(t.roles, h)


@compiled
def message(data, a, b, t):
    """Say whether the judge must read a message: some link in it resembles a name, is not plain, or may show another than it leads to."""
    start = a
    while start < b:
        stop, linked, plain = start, False, True
        while stop < b and not _parts(data[stop]):
            c, next_ = data[stop], data[stop + 1] if stop + 1 < b else np.uint8(32)
            if (c == 46 and (97 <= next_ | 32 <= 122 or next_ >= 128 or next_ in (93, 41))) or (c == 58 and next_ == 47):
                linked = True
            if c >= 128:
                plain = False
            stop += 1
        if linked:
            before, behind = data[start - 1] if start > a else np.uint8(32), data[stop] if stop < b else np.uint8(32)
            if not plain or not _quiet(before) or not _quiet(behind) or _link(data, start, stop, t):
                return True
        if stop + 2 < b and _anchors(data[stop], data[stop + 1], data[stop + 2]):
            return True
        start = stop + 1
    return False


@inlined
def _anchors(c, next_, third):
    """Say whether signs may stand in a link that shows one thing and leads to another: ``](``, ``]:``, ``[/u`` or ``<a``."""
    if c == 93:
        return next_ == 40 or next_ == 58
    if c == 91:
        return next_ == 47 and third | 32 == 117
    return c == 60 and next_ | 32 == 97 and (third <= 32 or third >= 128 or third == 47 or third == 62)


@inlined
def _parts(c):
    """Say whether ASCII ``c`` ends a run that may be a link: a blank or one of ``<>"'()[]{}|,;``."""
    return c <= 32 or c in (60, 62, 34, 39, 40, 41, 91, 93, 123, 125, 124, 44, 59)


@inlined
def _quiet(c):
    """Say whether ``c`` beside a link has no part in it: none of ``<>"'()[]``, which mark HTML, Markdown and ``[.]``."""
    return c not in (60, 62, 34, 39, 40, 41, 91, 93)


@compiled
def _link(data, a, b, t):
    """Say whether a run of a message must be judged as a link."""
    while a < b and _loose_end(data[a]):
        a += 1
    while b > a and _loose_end(data[b - 1]):
        b -= 1
    for i in range(a + 6, b - 2):
        if data[i] == 58 and data[i + 1] == 47 and data[i + 2] == 47:
            return True
    if a == b:
        return False
    begin, end = _host(data, a, b)
    if end >= 0 and not _lettered(data, begin, end):
        return begin > a  # behind a scheme it may be an address; else it is no link
    return end < 0 or _value(data, begin, end, b, t) != _NOTHING


@inlined
def _loose_end(c):
    """Say whether ``c`` is stripped from the ends of a link: one of ``value.LOOSE``."""
    return c in (46, 58, 33, 63, 42, 95, 126, 96, 45, 61)


@compiled
def _host(data, a, b):
    """Find the host: ``(start, end)``; ``(0, -1)`` for what is no plain ASCII link or domain, which the judge reads itself."""
    begin, slash = a, b
    for i in range(a, min(b, a + 9)):  # behind a scheme in its usual form, and nothing else
        if data[i] == 58 and i + 3 < b and data[i + 1] == 47 and data[i + 2] == 47:
            if not _scheme(data, a, i):
                return 0, -1
            begin = i + 3
            break
    if b - a > _MOST or (begin < b and data[begin] == 47):
        return 0, -1
    for i in range(begin, b):
        c = data[i]
        if c >= 128 or c <= 32 or c == 37 or c == 91 or c == 92 or c == 40 or c == 60:  # %[\(<
            return 0, -1
        if slash == b:
            if c == 47 or c == 63 or c == 35:
                slash = i
            elif c == 64 or (c == 45 and i >= begin + 3 and data[i - 1] == 45 and data[i - 2] | 32 == 110 and data[i - 3] | 32 == 120):
                return 0, -1  # an @, or punycode
        elif c == 61 and i + 2 < b and ((data[i + 1] == 47 and data[i + 2] == 47) or (data[i + 1] | 32 == 104 and data[i + 2] | 32 == 116)):
            return 0, -1  # a link within the link
        elif slash < b and c == 58 and i + 1 < b and data[i + 1] == 47:
            return 0, -1  # the same, as gateways write it
    end = slash
    for i in range(begin, slash):
        if data[i] == 58:
            end = i
            for k in range(i + 1, slash):
                if not 48 <= data[k] <= 57:
                    return 0, -1
            break
    while end > begin and data[end - 1] == 46:
        end -= 1
    dots = 0
    for i in range(begin, end):
        dots += data[i] == 46
        if data[i] in (44, 59, 34, 39, 41, 62):
            return 0, -1
    if dots == 0 or data[begin] == 46:
        return 0, -1
    return begin, end


@inlined
def _scheme(data, a, b):
    """Say whether ``a:b`` is a scheme that the judge knows: ``http``, ``https``, ``hxxp``, ``hxxps`` or ``ftp``."""
    if b - a == 3:
        return data[a] | 32 == 102 and data[a + 1] | 32 == 116 and data[a + 2] | 32 == 112
    if b - a < 4 or b - a > 5 or (b - a == 5 and data[a + 4] | 32 != 115):
        return False
    middle = data[a + 1] | 32
    return data[a] | 32 == 104 and (middle == 116 or middle == 120) and data[a + 2] | 32 == middle and data[a + 3] | 32 == 112


@inlined
def _lettered(data, begin, end):
    """Say whether the last label of a host is of letters: else it may be a number, and without a scheme a handle."""
    for i in range(end - 1, begin - 1, -1):
        if data[i] == 46:
            break
        if not 97 <= data[i] | 32 <= 122:
            return False
    return True


@compiled
def _value(data, begin, end, b, t):
    """Say what resembles a name: nothing, the host alone, or the path as well."""
    h, home, is_open, wraps, dots, behind = np.uint64(0), False, False, False, 0, False
    for i in range(end - 1, begin - 1, -1):
        c = data[i]
        if c == 46:
            dots += 1
            home |= has(t.homes, h)
            is_open |= has(t.open_hosts, h)
            wraps |= has(t.gateways, h)
        elif c == 45:  # ``validate-collab.land``
            behind |= has(t.homes, h)
        h = h * BASE + np.uint64(c + 32 if 65 <= c <= 90 else c)
    home |= has(t.homes, h)
    is_open |= has(t.open_hosts, h)
    if wraps or has(t.gateways, h):
        return _ALL
    if home and not is_open:
        return _NOTHING
    start = end
    while start < b and data[start] != 47 and data[start] != 63 and data[start] != 35:  # the port
        start += 1
    if b - start >= 3 and path(data, start, b, t):
        return _ALL
    return _HOST if behind or _remembered(data, begin, end, h, t) or (dots > 2 and _home_in_front(data, begin, end, t)) else _NOTHING


@compiled
def _home_in_front(data, a, b, t):
    """Say whether two to four labels before the last are an official domain."""
    for stop in range(a, b):
        if data[stop] == 46:
            h, dots = np.uint64(0), 0
            for i in range(stop - 1, a - 1, -1):
                c = data[i]
                if c == 46:
                    if has(t.homes, h):
                        return True
                    dots += 1
                    if dots > 3:
                        break
                h = h * BASE + np.uint64(c + 32 if 65 <= c <= 90 else c)
            if dots <= 3 and has(t.homes, h):
                return True
    return False


@compiled
def _remembered(data, begin, end, h, t):
    """Judge a host once; compare its bytes, for hashes may be made to collide."""
    seen = t.seen[np.int64(h >> np.uint64(40)) & (SLOTS - 1)]
    if seen[1] - seen[0] == end - begin:
        i = 0
        while i < end - begin and data[seen[0] + i] == data[begin + i]:
            i += 1
        if i == end - begin:
            return seen[2] == 1
    found = named(data, begin, end, t)
    seen[0], seen[1], seen[2] = begin, end, found
    return found
