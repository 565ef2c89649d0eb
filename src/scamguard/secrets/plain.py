"""Plain: a message as the finders read it, with the way back to what was written.

Full-width forms and the digits of other scripts become ASCII, letters are composed (NFC), and what cannot be seen is left out: a secret
is as lost in ``４８２９１３`` or with zero-width spaces in it as without.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_HIDDEN: Final = regex.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]")
_FOREIGN: Final = regex.compile(r"[\uff01-\uff5e\u3000\u00a0\u2000-\u200a\u202f]|(?![0-9])\p{Nd}")
_ESCAPE: Final = regex.compile(r"\\{1,2}u([0-9a-fA-F]{4})")
_CLUSTER: Final = regex.compile(r"\X")


@dataclass(frozen=True, slots=True, repr=False)
class Plain:
    """A readable text of ``m`` code points; ``origin[i]`` says where code point ``i`` began in the message."""

    text: str
    origin: Sequence[int]  # (m + 1,)

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Give the span in the message of ``text[start:stop]``."""
        return self.origin[start], max(self.origin[stop], self.origin[start] + 1)


def plain(message: str) -> Plain:
    r"""Read a message; most need nothing done.

    >>> plain("４８\u200b２").text
    '482'
    """
    text: str = message
    origin: Sequence[int] = range(len(message) + 1)
    if not unicodedata.is_normalized("NFC", text):
        text, origin = _composed(text)
    if _HIDDEN.search(text):
        seen = [i for i, char in enumerate(text) if not _HIDDEN.match(char)]
        text, origin = "".join(text[i] for i in seen), [*(origin[i] for i in seen), len(message)]
    return Plain(_FOREIGN.sub(lambda found: _ascii(found[0]), text), origin)


def unescaped(message: Plain) -> Plain:
    r"""Read what JSON and source code write as ``\u52a9``.

    >>> unescaped(plain(r"\u52a9\u8bb0")).text
    '助记'
    """
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(message.text):
        parts += [message.text[at : found.start()], chr(int(found[1], 16))]
        origin += message.origin[at : found.start() + 1]
        at = found.end()
    return Plain("".join([*parts, message.text[at:]]), [*origin, *message.origin[at:]])


def _composed(message: str) -> tuple[str, list[int]]:
    chars: list[str] = []
    origin: list[int] = []
    for cluster in _CLUSTER.finditer(message):
        composed = unicodedata.normalize("NFC", cluster[0])
        chars.append(composed)
        origin += [min(cluster.start() + k, cluster.end() - 1) for k in range(len(composed))]
    return "".join(chars), [*origin, len(message)]


def _ascii(char: str) -> str:
    """Give the ASCII form of one full-width character, space or digit: one for one, so that places stay."""
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return " " if char.isspace() else str(unicodedata.decimal(char))
