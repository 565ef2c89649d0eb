"""One-time codes that are not written in figures, or not in one piece: "four eight two …", 四八二九一三, 4️⃣8️⃣2️⃣, "482 and then 913".

Number words in a row tell of a code only where one was asked for or is named.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block
from .words import mentions, pattern, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

_LONGEST: Final = 240  # code points of an answer
_DIGIT: Final = rf"(?:(?i:{source('digit_word')})|(?<!\d)\d(?!\d))"
_BETWEEN: Final = r"[\s,،、.…·;\-–—]{0,4}(?:(?i:and|then|dann|und|y|e|et|luego|puis|и|ثم|و)\s){0,2}"
_WORDS: Final = regex.compile(rf"(?<!\d[\s,]{{1,2}}){_DIGIT}(?:{_BETWEEN}{_DIGIT}){{5,7}}(?!{_BETWEEN}(?:{_DIGIT}|\d))")
_KEYS: Final = regex.compile(r"(?:\d\u20e3\s?){3,7}\d\u20e3")  # keycaps
_PARTED: Final = regex.compile(r"(?<![\d.,/:-])(?:\d[.·,;/_-]\s?){5}\d(?![\d.,/:-]\d)")
_HALVES: Final = regex.compile(
    r"(?<![\p{L}\d.,/:$€£¥₹+-])\d{3}(?:\s?[,.;…]{1,3}\s|\s(?=\p{L}))(?:(?i:and|then|dann|und|y|e|et|luego|después|puis|и|потом|затем|然后|再)\s?){0,2}"
    r"\d{3}(?![\p{L}\d%€£¥₹$]|[-/.:,]\d)"
)
_GUARD: Final = regex.compile(  # Steam Guard: five of these letters and figures
    r"(?i:\bsteam(?:\s?guard\b|\b[^\n.!?]{0,20}?\bcode\b))[^\n.!?]{0,24}?(?<![\p{L}\d-])(?=\d*[A-Z])([2-9BCDFGHJKMNPQRTVWXY]{5})(?![\p{L}\d-])"
)
_PIECE: Final = regex.compile(r"\W{0,3}(\d(?:[ -]?\d){0,4})\W{0,3}")
_PIECES: Final = 12  # messages before the last piece of a code
_WHOLE: Final = range(4, 9)  # digits of a code


def said(message: Plain, *, asked: bool) -> Iterator[Finding]:
    """Find codes that are said in another way, where one was ``asked`` for or is named."""
    text = message.text
    for found in _GUARD.finditer(text):
        yield block(Secret.OTP, message.span(*found.span(1)), "a code of Steam Guard: whoever has it signs in as you")
    if len(text) > _LONGEST or not (asked or (mentions("otp", text) and pattern("otp").search(text))):
        return
    shapes = (_WORDS, _KEYS, _PARTED, _HALVES) if asked else (_WORDS, _KEYS)
    for found in chain.from_iterable(shape.finditer(text) for shape in shapes):
        yield block(Secret.OTP, message.span(*found.span()), "a one-time code, said in another way than in figures alone")


def in_parts(message: Plain, thread: Sequence[Plain]) -> Iterator[Finding]:
    """Find the last digits of a code that was asked for and whose first digits were sent before: "482", then "913"."""
    last = _PIECE.fullmatch(message.text)
    if not last:
        return
    pieces = [found[1] for part in thread[-_PIECES:] if (found := _PIECE.fullmatch(part.text))]
    digits = sum(char.isdigit() for piece in pieces for char in piece)
    if pieces and digits + sum(map(str.isdigit, last[1])) in _WHOLE:
        yield block(Secret.OTP, message.span(*last.span(1)), "the last digits of a code whose first digits were sent before")
