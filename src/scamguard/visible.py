"""What is not seen but acts: escape sequences, direction overrides, line separators. Shown by name, they act no more.

Marks piled on one letter paint over the lines above and below, so of a pile only as many are shown as any language has.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Controls (C0, DEL, C1), line and paragraph separators, marks of direction, invisible operators, lone surrogates,
# tags. ZWJ and ZWNJ stay: emoji, Persian and Hindi need them.
ACTING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_MARKS: Final = 8  # on one letter: a monogram of Tibetan has them, Hebrew of the Bible five
_PILE: Final = re.compile(rf"[^\w\s!-~]{{{_MARKS + 1},}}")  # what may be one: no mark is a letter to ``re``
_JOINERS: Final = "\u200c\u200d"


def visible(text: str, keep: str = "") -> str:
    r"""Show characters that act instead of sending them; those in ``keep`` stay.

    >>> visible("red \x1b[31m, back \u202e, next\nline", keep="\n")
    'red ␛[31m, back <U+202E>, next\nline'
    """
    shown = ACTING.sub(lambda found: found[0] if found[0] in keep else _name(found[0]), text)
    return flattened(shown)[0]


def flattened(text: str) -> tuple[str, Callable[[int], int]]:
    """Leave out the marks of a pile that are too many; say too where a place in the text has gone."""
    many = [at for pile in _PILE.finditer(text) for at in _too_high(pile[0], pile.start())]
    edges = [-1, *many, len(text)] if many else []
    flat = "".join(text[a + 1 : b] for a, b in pairwise(edges)) if many else text
    return flat, lambda at: at - bisect_left(many, at)


def shortened(text: str, most: int) -> str:
    r"""Cut what is shown to ``most`` characters; marks go with their letter, and take no room.

    >>> shortened("naive", 5), shortened("naive", 3), len(shortened("nai\u0308ve", 3))
    ('naive', 'nai…', 5)
    """
    if len(text) <= most:
        return text
    room = text[: (most + 1) * (_MARKS + 1)]
    places = [at for at, char in enumerate(room) if not _is_mark(char)]
    stop = places[most] if len(places) > most else len(room)
    return f"{text[:stop]}…" if stop < len(text) else text


def _too_high(pile: str, start: int) -> Iterator[int]:
    """Find the marks of a pile that are too many; what joins letters ends none."""
    height = 0
    for at, char in enumerate(pile, start):
        height = height + 1 if _is_mark(char) else height if char in _JOINERS else 0
        if height > _MARKS:
            yield at


def _is_mark(char: str) -> bool:
    """Say whether a character stands on, in or around the one before it."""
    return unicodedata.category(char) in {"Mn", "Me"}


def _name(char: str) -> str:
    point = ord(char)
    if point < 0x20:
        return chr(0x2400 + point)  # the picture Unicode has of it
    return "␡" if point == 0x7F else f"<U+{point:04X}>"
