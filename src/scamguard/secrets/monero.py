"""Phrases in words of another list than BIP-39's, as Monero's 25: where one is named, a dozen words in a row that no prose is made of.

The list itself is not needed: prose has little words in it, and signs. The last of Monero's words repeats one of the others, chosen by a
sum over the first three letters of each; that proves a phrase wherever it stands in a message that names one.
"""

from __future__ import annotations

import zlib
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .lists import folded
from .nearly import named
from .words import terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .plain import Plain

_FEWEST: Final = 12
_MOST: Final = 33  # SLIP-39
_ROW: Final = regex.compile(
    r"(?<![\p{L}\p{M}\d'’-])[a-z]{3,12}(?:(?:,?[ \t]{1,3}|,?[ \t]?\r?\n[> \t]{0,3})[a-z]{3,12}){11,48}(?![\p{L}\p{M}\d'’-])"
)
_WORD: Final = regex.compile("[a-z]+")
_BEFORE: Final = 120  # code points between a name and the words
_AFTER: Final = 40
_SIZES: Final = (25, 13)  # words of Monero's phrases and of MyMonero's, the last of them the sum
_WHY: Final = "a Monero phrase whose last word adds up: whoever reads it owns the wallet"
_MAYBE: Final = "words in a row that the message calls a phrase, or that one was asked for"
_PREFIX: Final = 3  # letters that tell a word of Monero's English list


def monero(message: Plain, asked: Collection[str] = ()) -> Iterator[Finding]:
    """Find rows of words that are called a phrase, or were ``asked`` for as one."""
    rows = [*_ROW.finditer(message.text)]
    sought = "seed_phrase" in asked
    names = named(message.text) if rows and not sought else ()
    for found in rows:
        if sought or any(start <= found.end() + _AFTER and stop >= found.start() - _BEFORE for start, stop in names):
            yield from _judged(message, found)


def _judged(message: Plain, found: regex.Match[str]) -> Iterator[Finding]:
    """Find the phrase in a row: words that add up, else all of it that is no prose."""
    words = [*_WORD.finditer(message.text, *found.span())]
    for size in _SIZES:
        for first in range(len(words) - size + 1):
            phrase = words[first : first + size]
            if adds_up([word[0] for word in phrase]):
                yield block(Secret.SEED_PHRASE, message.span(phrase[0].start(), phrase[-1].end()), _WHY)
                return
    for is_prose, row in groupby(words, key=lambda word: word[0] in _prose()):
        phrase = [] if is_prose else [*row]
        page = [word[0] for word in phrase] == sorted(word[0] for word in phrase)
        if _FEWEST <= len(phrase) <= _MOST and not page:
            yield warn(Secret.SEED_PHRASE, message.span(phrase[0].start(), phrase[-1].end()), _MAYBE)


def adds_up(words: Sequence[str]) -> bool:
    """Tell whether the last word is the one of the others that their sum names.

    >>> words = "sequence atlas unveil summon pebbles tuesday beer rudely snake rockets different fuselage woven tagged bested dented"
    >>> adds_up([*words.split(), *"vegan hover rapid fawns obvious muppet randomly seasons randomly".split()])
    True
    """
    first = words[:-1]
    return len(words) in _SIZES and words[-1] == first[zlib.crc32("".join(word[:_PREFIX] for word in first).encode()) % len(first)]


@cache
def _prose() -> frozenset[str]:
    """Give the words that phrases hold none of, or hardly any: of every language, for a message may be in any."""
    concepts = ("little", "copula", "answer", "mine", "request", "forbid")
    return frozenset(folded(term) for concept in concepts for term in terms(concept) if " " not in term)
