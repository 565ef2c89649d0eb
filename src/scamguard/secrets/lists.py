"""The official word lists of BIP-39: which words they hold, at which place, and by which first letters a word is known.

No two words of the English list begin with the same four letters, so four are enough to write a word down.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

OFFICIAL: Final = (
    "chinese_simplified",
    "chinese_traditional",
    "czech",
    "english",
    "french",
    "italian",
    "japanese",
    "korean",
    "portuguese",
    "spanish",
)
SIZES: Final = (24, 21, 18, 15, 12)
HAN: Final = ("chinese_simplified", "chinese_traditional")
GLUED: Final = ("japanese", "korean")  # endings are written on to the last word, particles before the first
STEM: Final = 4  # letters that tell a word from all others of its list


@cache
def lists() -> dict[str, dict[str, int]]:
    """Read every official list: language → word → place. Accents may be left out where that leaves one word.

    The library has Russian and Turkish ones besides, which BIP-39 does not know; a word of the Russian one is damaged.
    """
    from mnemonic import Mnemonic  # noqa: PLC0415 - reads ten files; most programs never ask

    lists = {}
    for language in OFFICIAL:
        words = [folded(word) for word in Mnemonic(language).wordlist]
        table = dict(zip(words, range(2048), strict=True))
        if language not in GLUED:
            bare = [_bare(word) for word in words]
            table = {word: n for n, word in enumerate(bare) if bare.count(word) == 1} | table if bare != words else table
        lists[language] = table
    return lists


@cache
def stems(language: str) -> dict[str, int]:
    """Give the places of a list's words by their first four letters; of the English list alone, in which people write them so."""
    words = {word: place for word, place in lists()[language].items() if len(word) > STEM} if language == "english" else {}
    return {word[:STEM]: place for word, place in words.items()}


@cache
def _slips(language: str) -> frozenset[str]:
    """Give the words of a list, and what is left of each without one of its letters."""
    words = lists()[language]
    return frozenset(words) | {word[:n] + word[n + 1 :] for word in words if len(word) > 2 for n in range(len(word))}


def slipped(key: str, language: str) -> bool:
    """Tell whether one letter left out, put in, changed or swapped makes a list word of ``key``.

    >>> [slipped(word, "english") for word in ("entre", "damq", "wlof", "cupp", "telephone")]
    [True, True, True, True, False]
    """
    known = _slips(language)
    return len(key) <= 12 and (key in known or any(key[:n] + key[n + 1 :] in known for n in range(len(key))))


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Say of every word which lists hold it."""
    known: dict[str, tuple[str, ...]] = {}
    for language, table in lists().items():
        for word in table:
            known[word] = (*known.get(word, ()), language)
    return known


@cache
def _written() -> dict[str, tuple[str, ...]]:
    """Say of every word, and of the first letters that tell a word, which lists hold it."""
    known, table = _known(), lists()["english"]
    return known | {stem: (*known.get(stem, ()), "english") for stem in stems("english") if stem not in table}


def languages(keys: Iterable[str], least: int) -> list[str]:
    """Name the lists that hold at least ``least`` of the words."""
    return _holding(_known(), keys, least)


def likely(keys: Iterable[str], least: int) -> list[str]:
    """Name the lists that hold at least ``least`` of the words or have one that begins so."""
    return _holding(_written(), keys, least)


def _holding(known: dict[str, tuple[str, ...]], keys: Iterable[str], least: int) -> list[str]:
    counts = Counter(language for key in keys for language in known.get(key, ()))
    return sorted(language for language, count in counts.items() if count >= least)


def folded(word: str) -> str:
    """Give a word as the lists hold it: decomposed, without case."""
    return unicodedata.normalize("NFKD", word).casefold()


def _bare(word: str) -> str:
    return "".join(char for char in word if not unicodedata.combining(char))
