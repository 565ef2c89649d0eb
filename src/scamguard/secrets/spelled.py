"""Seed phrases written otherwise: in columns by number as wallets' backup screens show them, glued together, in escapes of JSON, by four
letters a word, in sentences ("the first word is …"), or by the places of the words in their list, as hardware wallets' square codes are.

Read in the right order, cut and unescaped, they must have the checksum that every phrase has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .lists import SIZES, STEM, languages, lists, stems
from .nearly import named
from .phrases import phrases
from .plain import unescaped
from .proof import EXAMPLE, WHY, example, in_order, valid
from .tokens import COUNT, ORDINAL, tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .plain import Plain
    from .tokens import Token

_NUMBER: Final = regex.compile(r"(?<![\p{L}\d])(\d{1,2})[^\p{L}\p{N}\n]{0,6}$")
_NUMBERED: Final = regex.compile(r"(?:(?<![\p{L}\d])\d{1,2}[^\p{L}\p{N}\n]{1,6}\p{L}[^\d]{1,40}){11}")
_CAMEL: Final = regex.compile(r"(?<!\p{L})(?:\p{Lu}\p{Ll}{2,7}){12,24}(?!\p{L})")
_GLUED: Final = regex.compile(r"(?<![\p{L}\d])[a-z]{36,192}+(?![\p{L}\d])")
_LONGEST: Final = 8  # letters of an English list word
_WAYS: Final = 16  # ways to cut a glued phrase that are tried at each letter
_EACH: Final = regex.compile(  # "the first word is cup, the second is wolf", "one cup two wolf"
    rf"(?i)(?<!\p{{L}})(?:{ORDINAL}|{COUNT})(?:\s(?:seed\s|secret\s|recovery\s)?(?:word|one))?(?:\s?(?:is|was|[:=])(?!\p{{L}}))?\s{{1,2}}[\"'“‘]?"
    rf"(?P<word>(?!(?:word|is|one)\b)[a-z]{{3,8}}+)(?=[\s,.;:!\"'”’]|$)"
)
_SHORT: Final = regex.compile(r"(?:(?<!\p{L})\p{L}{3,4}+[^\p{L}]{1,24}+){11}\p{L}{3,4}(?!\p{L})")
_DIGITS: Final = regex.compile(r"(?<!\d)(?:\d{48}|\d{96})(?!\d)")  # SeedQR: four for each word
_PLACES: Final = regex.compile(r"(?<![\d.,/-])\d{1,4}(?:[\s,;|]{1,3}\d{1,4}){11,23}+(?![\d.,/-]*\d)")
_WORDS: Final = 2048


def spelled(message: Plain, wanted: Collection[str] = ()) -> Iterator[Finding]:
    """Find phrases in columns, in sentences, glued together, cut, in escapes and in numbers; ``wanted`` is what ``asked`` gives."""
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
    each = list(_EACH.finditer(text))
    if len(each) in SIZES:
        yield from _proved(message, (each[0].start("word"), each[-1].end("word")), [found["word"].lower() for found in each])
    yield from _cut(message)
    yield from _numbers(message, told="seed_phrase" in wanted)


def _cut(message: Plain) -> Iterator[Finding]:
    """Find phrases of which four letters a word are written: they tell it from all others, and most of them are no words."""
    if not _SHORT.search(message.text):
        return
    row: list[Token] = []
    for token in [*tokens_of(message.text), None]:
        if token and _place(token.key) >= 0 and not (row and token.far):
            row.append(token)
            continue
        places = [_place(one.key) for one in row]
        if len(row) in SIZES and sum(one.key not in lists()["english"] for one in row) * 3 >= len(row) and valid(places):
            yield block(Secret.SEED_PHRASE, message.span(row[0].start, row[-1].stop), WHY)
        row = [token] if token and _place(token.key) >= 0 else []


def _place(key: str) -> int:
    """Give the place of a word of up to four letters, or of the one that it begins; -1 for others."""
    return lists()["english"].get(key, stems("english").get(key, -1)) if len(key) <= STEM else -1


def _numbers(message: Plain, *, told: bool) -> Iterator[Finding]:
    """Find phrases in places of the English list, counted from 0 or, by people, from 1; those that stand apart must be named."""
    for found in _DIGITS.finditer(message.text):
        places = [int(found[0][at : at + 4]) for at in range(0, len(found[0]), 4)]
        if max(places) < _WORDS and valid(places) and not example(places):
            yield block(Secret.SEED_PHRASE, message.span(*found.span()), WHY)
    rows = list(_PLACES.finditer(message.text))
    for found in rows if rows and (told or named(message.text)) else ():
        numbers = [int(number) for number in regex.findall(r"\d+", found[0])]
        for first in (0, 1):
            places = [number - first for number in numbers]
            if len(places) in SIZES and min(places) >= 0 and max(places) < _WORDS and valid(places) and not in_order(places):
                yield block(Secret.SEED_PHRASE, message.span(*found.span()), WHY)


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
