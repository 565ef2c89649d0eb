"""Addresses: links, e-mail addresses and handles in folded text become one stand-in code point each.

So that no later stage can lean on a host name. A link has a scheme, a known top-level domain, a path after a dotted
host, or is an IPv4 address; dumps that mask links write ``[link]``, ``<url>``, ``[链接]`` or ``URL``.
"""

from __future__ import annotations

import numpy as np

from .kernels import among, compiled, inlined
from .kinds import CAPITAL, EMAIL, HANDLE, LINK, TOKEN


@inlined
def _in_address(c):
    """Say whether ASCII ``c`` may stand in a link, address or handle (after folding)."""
    return (
        (97 <= c <= 122) or (48 <= c <= 57)
        or c in (46, 45, 95, 64, 47, 63, 61, 38, 37, 35, 126, 43, 58)
    )  # fmt: skip


@compiled
def replace_addresses(codes, kind, origin, begin, end, tops):
    """Replace each link, e-mail address and handle by its stand-in; return the new end."""
    out, i = begin, begin
    while i < end:
        c = codes[i]
        token, stop = 0, i + 1
        if c == 91 or c == 60:  # [link] <url> [链接]: how dumps mask a link
            token, stop = _masked(codes, i, end)
        elif _in_address(c) and (i == begin or not _in_address(codes[i - 1])):
            stop = i
            while stop < end and _in_address(codes[stop]):
                stop += 1
            a, b = i, stop
            while a < b and codes[a] in (46, 45, 58, 47, 63, 61, 38, 37, 35, 126, 43, 95):
                a += 1
            while b > a and codes[b - 1] in (46, 45, 58, 63, 95, 126):
                b -= 1
            token, a = _address(codes, kind, a, b, tops)
            if token:
                while i < a:
                    codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
                    out += 1
                    i += 1
                codes[out], kind[out], origin[out] = token, TOKEN, origin[a]
                out += 1
                i = b
                continue
        if token:
            codes[out], kind[out], origin[out] = token, TOKEN, origin[i]
            out += 1
            i = stop
            continue
        stop = max(stop, i + 1)
        while i < stop:
            codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
            out += 1
            i += 1
    return out


@compiled
def _masked(codes, i, end):
    """Recognise ``[link]``, ``<url>``, ``[链接]``, ``[网址]`` at ``i``: ``(token, end)``."""
    j = i + 1
    while j < end and j < i + 10 and codes[j] not in (93, 62):
        j += 1
    if j < end and codes[j] in (93, 62):
        for row in range(len(_MASKS)):
            k = 0
            while k < _MASKS.shape[1] and i + 1 + k < j and _MASKS[row, k] == codes[i + 1 + k]:
                k += 1
            if i + 1 + k == j and _MASKS[row, k] == 0:
                return LINK, j + 1
    return 0, i + 1


_MASK_WORDS = ("link", "url", "links", "website", "链接", "网址", "网站", "连结")
_MASKS = np.array([[ord(char) for char in word.ljust(9, "\0")] for word in _MASK_WORDS], np.uint32)


@compiled
def _address(codes, kind, a, b, tops):
    """Say what the run ``a:b`` of address characters is: ``(token or 0, where it starts)``."""
    if b - a < 3:
        return 0, a
    at = scheme = dot = -1
    for i in range(a, b):
        c = codes[i]
        if c == 64 and at < 0:
            at = i
        elif c == 46 and dot < 0:
            dot = i
        elif c == 58 and scheme < 0 and i + 2 < b and codes[i + 1] == 47 and codes[i + 2] == 47:
            scheme = i
    if scheme > a:
        while scheme > a and 97 <= codes[scheme - 1] <= 122:
            scheme -= 1
        return LINK, scheme
    if at == a:
        return (HANDLE, a) if b - a > 3 else (0, a)
    if at > a:
        for i in range(at + 1, b - 1):
            if codes[i] == 46:
                return EMAIL, a
        return 0, a
    if dot < 0:
        upper = b - a == 3 and codes[a] == 117 and codes[a + 1] == 114 and codes[a + 2] == 108
        return (LINK, a) if upper and kind[a] & CAPITAL and kind[a + 2] & CAPITAL else (0, a)
    return (LINK, _host_start(codes, a, b)) if _is_host(codes, _host_start(codes, a, b), b, tops) else (0, a)


@compiled
def _host_start(codes, a, b):
    """Skip a lead such as ``site:`` or ``=`` before the host."""
    start = a
    for i in range(a, b):
        if codes[i] == 46:
            break
        if codes[i] in (58, 61, 38, 35, 43, 126, 37):
            start = i + 1
    return start


@compiled
def _is_host(codes, a, b, tops):
    """Say whether ``a:b`` begins with a host: dotted labels and a known top level, or any with a path, or an IPv4 address."""
    labels, digits_only, top, length, i = 0, True, np.uint64(0), 0, a
    alphabetic = True
    while i < b:
        c = codes[i]
        if 97 <= c <= 122 or c == 45 or c == 95 or 48 <= c <= 57:
            digits_only &= 48 <= c <= 57
            alphabetic &= 97 <= c <= 122
            top = top << np.uint64(8) | np.uint64(c)
            length += 1
        elif c == 46:
            if length == 0:
                return False
            labels += 1
            top, length, alphabetic = np.uint64(0), 0, True
        else:
            break
        i += 1
    if digits_only:
        return labels == 3 and length > 0
    if labels == 0 or length < 2 or not alphabetic or length > 24:
        return False
    if i < b and codes[i] == 47:
        return True
    if length > 8:
        return False
    return among(tops, top)
