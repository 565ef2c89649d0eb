"""Seed phrases written otherwise: in columns by number as wallets' backup screens show them, glued together, or in escapes of JSON.

Read in the right order, cut and unescaped, they must have the checksum that every phrase has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .lists import SIZES, languages, lists
from .phrases import phrases
from .plain import unescaped
from .proof import EXAMPLE, WHY, example, in_order, valid
from .tokens import tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

_NUMBER: Final = regex.compile(r"(?<![\p{L}\d])(\d{1,2})[^\p{L}\p{N}\n]{0,6}$")
_NUMBERED: Final = regex.compile(r"(?:(?<![\p{L}\d])\d{1,2}[^\p{L}\p{N}\n]{1,6}\p{L}[^\d]{1,40}){11}")
_CAMEL: Final = regex.compile(r"(?<!\p{L})(?:\p{Lu}\p{Ll}{2,7}){12,24}(?!\p{L})")
_GLUED: Final = regex.compile(r"(?<![\p{L}\d])[a-z]{36,192}+(?![\p{L}\d])")
_LONGEST: Final = 8  # letters of an English list word
_WAYS: Final = 16  # ways to cut a glued phrase that are tried at each letter


def spelled(message: Plain) -> Iterator[Finding]:
    """Find phrases in columns, glued together, and in escapes."""
    text = message.text
    if "\\u" in text:
        yield from phrases(unescaped(message))
    if _NUMBERED.search(text):
        yield from _columns(message)
    for found in _CAMEL.finditer(text):
        words = regex.findall(r"\p{Lu}\p{Ll}+", found[0])
        yield from _proved(message, found.span(), [word.lower() for word in words])
    for found in _GLUED.finditer(text):
        for words in _cuts(found[0]):
            yield from _proved(message, found.span(), words)


def _columns(message: Plain) -> Iterator[Finding]:
    """Put numbered words in the order of their numbers."""
    tokens = tokens_of(message.text)
    for language in languages((token.key for token in tokens), min(SIZES)):
        table = lists()[language]
        numbered = []
        for token in tokens:
            number = _NUMBER.search(message.text, max(0, token.start - 10), token.start)
            if number and token.key in table:
                numbered.append((int(number[1]), token))
        numbers = [number for number, _ in numbered]
        if len(numbers) in SIZES and sorted(numbers) == list(range(1, len(numbers) + 1)):
            span = numbered[0][1].start, numbered[-1][1].stop
            yield from _proved(message, span, [token.key for _, token in sorted(numbered, key=lambda pair: pair[0])], language)


def _proved(message: Plain, span: tuple[int, int], words: Sequence[str], language: str = "english") -> Iterator[Finding]:
    table = lists()[language]
    places = [table.get(word, -1) for word in words]
    if len(places) in SIZES and min(places) >= 0 and valid(places) and not in_order(places):
        shown = example(places)
        yield (warn if shown else block)(Secret.SEED_PHRASE, message.span(*span), EXAMPLE if shown else WHY)


def _cuts(letters: str) -> list[list[str]]:
    """Cut letters into English list words, in every way that leaves none over; few phrases have more than one."""
    table = lists()["english"]
    ways: list[list[list[str]]] = [[[]]]
    for stop in range(1, len(letters) + 1):
        words = ((start, letters[start:stop]) for start in range(max(0, stop - _LONGEST), stop - 2))
        ways.append([[*way, word] for start, word in words if word in table for way in ways[start]][:_WAYS])
    return [way for way in ways[-1] if len(way) in SIZES]
