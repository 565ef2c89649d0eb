"""Body: what stands below the head of a forwarded mail and above a signature.

A head is of a line of dashes and lines of a name and a value (RFC 5322: "From: …"), and a blank line ends it; a signature begins
behind a line of two dashes (RFC 3676). Neither says what a message is after, and both would speak for or against it; so where there is
one, the body is read by itself, too, and so is what is quoted where nothing else is said. Nothing is left out: the whole is read as well,
and the worse of both counts.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from .kernels import compiled, inlined

_NEWLINE, _RETURN, _SPACE, _TAB, _DASH, _COLON, _QUOTES = 10, 13, 32, 9, 45, 58, 62
_NAME: Final = 40  # bytes before the colon of a line of a head, at most: "Begin forwarded message:", in any writing
_LINES: Final = 2  # of a head, at least: one line alone may be what a mail is about
_LEAST: Final = 8  # bytes of a body
_AROUND: Final = re.compile(r"\n--[ \t\r]*\n|\A\s*(?:--|[^\n]{1,40}?[:：])[^\n]*\n|\A[ \t\r\n]*>")


def is_wrapped(text: str) -> bool:
    r"""Say whether something may stand around the body of a message: too often, never too seldom.

    >>> is_wrapped("see you at nine\nor later"), is_wrapped("see you at nine\n--\nJo")
    (False, True)
    """
    return _AROUND.search(text) is not None


@compiled
def bodies(data, start, stop, first, last):
    """Fill where the bodies of the messages ``data[start:stop]`` (n,) begin and end: (n,) each, of a message that is all body what it is.

    Returns
    -------
    how many messages are more than their body
    """
    many = 0
    for n in range(len(start)):
        first[n] = _unmarked(data, start[n], stop[n]) if _all_quoted(data, start[n], stop[n]) else _below(data, start[n], stop[n])
        last[n] = _above(data, first[n], stop[n])
        if last[n] - first[n] < _LEAST:
            first[n], last[n] = start[n], stop[n]
        many += first[n] > start[n] or last[n] < stop[n]
    return many


@inlined
def _all_quoted(data, start, stop):
    """Say whether each line that is not blank begins with ``>`` (RFC 3676, 4.5): nobody says anything of what is quoted."""
    at, found = start, False
    while at < stop:
        end = _line_end(data, at, stop)
        if not _is_blank(data, at, end):
            if data[at] != _QUOTES:
                return False
            found = True
        at = end + 1
    return found


@inlined
def _unmarked(data, start, stop):
    """Find where the first quoted line says something."""
    at = start
    while at < stop and (data[at] == _QUOTES or data[at] == _SPACE or data[at] == _TAB or data[at] == _RETURN or data[at] == _NEWLINE):
        at += 1
    return at


@inlined
def _below(data, start, stop):
    """Find the end of a head, or ``start``."""
    at, lines, opens = start, 0, False
    while at < stop:
        end = _line_end(data, at, stop)
        if end == stop:
            return start
        if _is_blank(data, at, end):
            if lines >= _LINES:
                return end + 1
            if lines and not opens:
                return start
        elif _is_of_head(data, at, end):
            lines += 1
            opens = _ends_in_colon(data, at, end)
        else:
            return start
        at = end + 1
    return start


@inlined
def _line_end(data, at, stop):
    end = at
    while end < stop and data[end] != _NEWLINE:
        end += 1
    return end


@inlined
def _is_of_head(data, at, end):
    if end - at >= 2 and data[at] == _DASH and data[at + 1] == _DASH:
        return True
    for i in range(at + 2, min(end, at + _NAME)):
        if data[i] == _COLON or (data[i] == 0xEF and i + 2 < end and data[i + 1] == 0xBC and data[i + 2] == 0x9A):  # ：
            return True
    return False


@inlined
def _ends_in_colon(data, at, end):
    """Say whether a line says what follows ("Begin forwarded message:")."""
    colon = False
    for i in range(at, end):
        if data[i] != _RETURN and data[i] != _SPACE:
            colon = data[i] == _COLON
    return colon


@inlined
def _is_blank(data, at, end):
    for i in range(at, end):
        if data[i] != _SPACE and data[i] != _TAB and data[i] != _RETURN:
            return False
    return True


@inlined
def _above(data, start, stop):
    """Find the beginning of a signature, or ``stop``."""
    found = stop
    for i in range(start + 1, stop - 2):
        if data[i - 1] == _NEWLINE and data[i] == _DASH and data[i + 1] == _DASH:
            end = _line_end(data, i + 2, stop)
            if end < stop and _is_blank(data, i + 2, end):
                found = np.int64(i)
    return found
