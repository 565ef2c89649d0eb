"""What is not seen but acts: escape sequences, direction overrides, line separators. Shown by name, they act no more."""

from __future__ import annotations

import re
from typing import Final

# Controls (C0, DEL, C1), line and paragraph separators, marks of direction, invisible operators, lone surrogates,
# tags. ZWJ and ZWNJ stay: emoji, Persian and Hindi need them.
ACTING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str, keep: str = "") -> str:
    r"""Show characters that act instead of sending them; those in ``keep`` stay.

    >>> visible("red \x1b[31m, back \u202e, next\nline", keep="\n")
    'red ␛[31m, back <U+202E>, next\nline'
    """
    return ACTING.sub(lambda found: found[0] if found[0] in keep else _name(found[0]), text)


def _name(char: str) -> str:
    point = ord(char)
    if point < 0x20:
        return chr(0x2400 + point)  # the picture Unicode has of it
    return "␡" if point == 0x7F else f"<U+{point:04X}>"
