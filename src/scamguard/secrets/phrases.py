"""Seed phrases (BIP-39): 12 to 24 words of one official list whose last bits are a checksum of the others.

A word list and a checksum are proof enough in languages that write spaces: ordinary prose has no twelve list words in a row. Chinese lists
hold the commonest characters, and prose is made of those; so there, characters must stand apart, or somebody speaks of a seed phrase
and the characters are as rare as chance makes them (the lists run from common to rare).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .proof import example, in_order, steady, valid
from .words import mentions, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

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
_GAP: Final = 24  # code points between two words of a phrase, at most: numbering, commas, line ends
_PARTS: Final = 24  # earlier messages that may hold parts of a phrase, whatever stands between them
_AGAIN: Final = 4  # times that no part of a phrase is said
_IDLE: Final = 2  # messages between two parts, further back: "ok, next"
_RARE: Final = 500  # mean place in a Chinese list; of 12 random ones 1,024 ± 171, of prose about 300
_RAREST: Final = 900  # where nothing parts the phrase from the words before it
_WORD: Final = regex.compile(
    r"(?V1)\p{Han}|[\p{Hiragana}\p{Katakana}ー\u3099\u309a]+|\p{Hangul}+"
    r"|(?:[\p{L}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]\p{M}*)+",
)
_STRONG: Final = regex.compile(r"[\n:;=.!?\"'`“”‘’«»「」()\[\]{}<>。！？：；—–]")
_LABEL: Final = regex.compile(  # "word 7:", 第七个词 …: numbering, not words
    r"(?i)(?:\b(?:word|words|palabra|mot|wort|palavra|parola|slovo|слово|kata|kelime|शब्द|كلمة)|từ|単語|단어|第)"
    r"[ \t]*(?:#|no\.?|n°|№)?[ \t]*\d{1,2}"
    r"[ \t]*(?:(?:番目)?の?単語|번째 ?단어|[个個]?[词詞字]|[个個])?",
)
_JOINING: Final = frozenset({"and", "then", "und", "et", "y", "e", "ed", "a", "и", "và", "ve", "dan", "그리고"})
_LEADING: Final = frozenset({"seed", "phrase", "secret", "word", "wallet", "key", "recover", "private"})
_FILLER: Final = frozenset({"next", "ready", "okay", "more", "good", "wait", "now", "here", "send", "finish"})
_GLUED: Final = ("japanese", "korean")  # endings are written on to the last word, particles before the first
_HAN: Final = ("chinese_simplified", "chinese_traditional")
EXAMPLE: Final = "a seed phrase known from documentation: anybody can take what is sent to it"
WHY: Final = "a seed phrase with a valid checksum: whoever reads it owns the wallet"


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A word at ``text[start:stop]``, and whether a line, sentence or bracket ended just before it."""

    key: str
    start: int
    stop: int
    parted: bool  # a strong boundary stands before
    apart: bool  # anything stands before
    far: bool  # too much stands before


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """Words of one list in a row."""

    tokens: list[Token]
    places: list[int]  # of each word in its list

    def __len__(self) -> int:
        return len(self.places)


def phrases(message: Plain, thread: Sequence[Plain] = ()) -> Iterator[Finding]:
    """Find seed phrases, also when their first words were sent before."""
    for unnumbered in (False, True):
        tokens = tokens_of(message.text, unnumbered=unnumbered)
        found = list(_read(message, tokens, thread))
        yield from found
        if found or not _LABEL.search(message.text):
            return


def _read(message: Plain, tokens: list[Token], thread: Sequence[Plain]) -> Iterator[Finding]:
    for language in languages(tokens, 1 if thread else min(SIZES) - 2):
        runs = list(_runs(tokens, language))
        spoken = language in _HAN and any(_spoken(part.text) for part in (message, *thread[-4:]))
        whole = [_finding(message, run, first, size) for run in runs for first, size in _windows(run, language, spoken=spoken)]
        yield from whole
        if thread and not whole:
            yield from _continued(message, tokens, thread, language)


def _spoken(text: str) -> bool:
    return any(mentions(name, text) and pattern(name).search(text) is not None for name in ("seed_phrase", "seed_hint"))


def _finding(message: Plain, run: Run, first: int, size: int) -> Finding:
    span = message.span(run.tokens[max(first, 0)].start, run.tokens[first + size - 1].stop)
    if example(run.places[first : first + size]):
        return warn(Secret.SEED_PHRASE, span, EXAMPLE)
    return block(Secret.SEED_PHRASE, span, WHY)


@cache
def lists() -> dict[str, dict[str, int]]:
    """Read every official list: language → word → place. Accents may be left out where that leaves one word.

    The library has Russian and Turkish ones besides, which BIP-39 does not know; a word of the Russian one is damaged.
    """
    from mnemonic import Mnemonic  # noqa: PLC0415 - reads ten files; most programs never ask

    lists = {}
    for language in OFFICIAL:
        words = [_key(word) for word in Mnemonic(language).wordlist]
        table = dict(zip(words, range(2048), strict=True))
        if language not in _GLUED:
            bare = [_bare(word) for word in words]
            table = {word: n for n, word in enumerate(bare) if bare.count(word) == 1} | table if bare != words else table
        lists[language] = table
    return lists


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Say of every word which lists hold it."""
    known: dict[str, tuple[str, ...]] = {}
    for language, table in lists().items():
        for word in table:
            known[word] = (*known.get(word, ()), language)
    return known


def _key(word: str) -> str:
    return unicodedata.normalize("NFKD", word).casefold()


def _bare(word: str) -> str:
    return "".join(char for char in word if not unicodedata.combining(char))


def tokens_of(text: str, *, unnumbered: bool = False) -> list[Token]:
    """Cut a text into words, with or without what may be numbering: "word" and "第" are list words as well."""
    labels = bytearray(len(text))
    for label in _LABEL.finditer(text) if unnumbered else ():
        labels[label.start() : label.end()] = b"\1" * len(label[0])
    tokens: list[Token] = []
    last = 0
    for found in _WORD.finditer(text):
        if not labels[found.start()]:
            gap = text[last : found.start()]
            tokens.append(Token(_key(found[0]), found.start(), found.end(), bool(_STRONG.search(gap)), bool(gap), len(gap) > _GAP))
            last = found.end()
    return tokens


def languages(tokens: list[Token], least: int) -> list[str]:
    """Name the lists that hold at least ``least`` of the words."""
    known = _known()
    counts = Counter(language for token in tokens for language in known.get(token.key, ()))
    return sorted(language for language, count in counts.items() if count >= least)


def _runs(tokens: list[Token], language: str) -> Iterator[Run]:
    """Give the unbroken rows of list words; in Japanese and Korean, first and last may have something glued on."""
    table = lists()[language]
    run = Run([], [])
    for token in tokens:
        place = table.get(token.key)
        if place is None and token.key in _JOINING and run.tokens:
            continue
        if token.far and run.tokens:
            yield run
            run = Run([], [])
        if place is not None:
            run.tokens.append(token)
            run.places.append(place)
            continue
        edges = _glued(token, table) if language in _GLUED else []
        for edge, inner in edges:
            if edge == "last" and run.tokens:
                yield Run([*run.tokens, token], [*run.places, inner])
        if run.tokens:
            yield run
        run = Run([], [])
        starts = [inner for edge, inner in edges if edge == "first"]
        if starts:
            run = Run([token], [starts[0]])
    if run.tokens:
        yield run


def _glued(token: Token, table: dict[str, int]) -> list[tuple[str, int]]:
    """Give the list words that ``token`` ends in or begins with, longest first."""
    key = token.key
    cuts = range(1, min(len(key), 24))
    firsts = [("first", table[key[cut:]]) for cut in cuts if key[cut:] in table]
    lasts = [("last", table[key[:cut]]) for cut in reversed(cuts) if key[:cut] in table]
    return firsts + lasts


def _windows(run: Run, language: str, *, spoken: bool) -> Iterator[tuple[int, int]]:
    """Give first word and size of each phrase in a run, the longest first."""
    taken = bytearray(len(run))
    chinese = language in _HAN
    leading = next((n for n, token in enumerate(run.tokens) if token.key not in _LEADING), len(run))
    sums = [0, *accumulate(run.places)]
    aparts = [0, *accumulate(int(token.apart) for token in run.tokens)]
    for size in SIZES:
        for first in range(len(run) - size + 1):
            if taken[first] or taken[first + size - 1] or not _aligned(run, language, first, size, leading):
                continue
            rare = spoken and sums[first + size] - sums[first] >= _RARE * size
            if chinese and not (rare or aparts[first + size] - aparts[first + 1] == size - 1):
                continue  # prose, the quick way out
            places = run.places[first : first + size]
            if chinese and not _stands_out(run.tokens[first : first + size], places, spoken=spoken):
                continue
            if valid(places) and not in_order(places):
                taken[first : first + size] = b"\1" * size
                yield first, size


def _aligned(run: Run, language: str, first: int, size: int, leading: int) -> bool:
    """Tell whether a phrase may begin here; ``leading`` words open the run that speak of a phrase.

    A run as long as a phrase is one, right or wrong: else a mistyped phrase of 24 words would hold a dozen of 12, one of which is
    likely to fit. Other lengths have words of the sentence before or after them.
    """
    if len(run) not in SIZES or len(run) == size:
        return True
    tokens, stop = run.tokens, first + size
    starts = first <= leading or tokens[first].parted or (language in _HAN and not tokens[first - 1].apart)
    joined = language in _HAN and stop + 1 < len(run) and not tokens[stop + 1].apart  # prose goes on, without spaces
    return starts and (stop == len(run) or tokens[stop].parted or joined)


def _stands_out(tokens: Sequence[Token], places: Sequence[int], *, spoken: bool) -> bool:
    """Tell a Chinese phrase from Chinese prose and from characters laid out for show, which come again and again."""
    if len(set(places)) * 3 < len(places) * 2 and not steady(places):
        return False
    if all(token.apart for token in tokens[1:]):
        return True
    if not spoken or any(token.apart for token in tokens[1:]):
        return False
    return sum(places) >= (_RARE if tokens[0].apart or not tokens[0].start else _RAREST) * len(places)


def _continued(message: Plain, tokens: list[Token], thread: Sequence[Plain], language: str) -> Iterator[Finding]:
    """Find a phrase that ends in ``message`` and began in earlier messages.

    Only messages that are little else than list words count, and a phrase begins where a message's words do.
    """
    own = _part(tokens, language)
    if own is None:
        return
    parts = _parts(thread, language)
    telling = [part for part in parts if not all(token.key in _FILLER for token in part.tokens)]
    long = [part for part in parts if len(part) > 3] if len(own) > 3 else telling  # "thank you, then?" is made of list words, too
    said = Counter(tuple(part.places) for part in parts)  # "okay, next" comes again and again
    fresh = [part for part in parts if said[tuple(part.places)] < _AGAIN]
    for chosen in (long, telling, fresh, parts):
        tail: list[int] = list(own.places)
        for part in reversed(chosen):
            tail = part.places + tail
            if len(tail) in SIZES and valid(tail) and not in_order(tail):
                span = message.span(own.tokens[0].start, own.tokens[-1].stop)
                found = block(Secret.SEED_PHRASE, span, "the last words of a seed phrase whose first words were sent before")
                yield warn(Secret.SEED_PHRASE, span, EXAMPLE) if example(tail) else found
                return


def _parts(thread: Sequence[Plain], language: str) -> list[Run]:
    """Give the parts of a phrase among earlier messages, oldest first; further back, only those that follow one another."""
    parts: list[Run] = []
    last = 0
    for back, earlier in enumerate(reversed(thread)):
        if back >= _PARTS and back - last > _IDLE:
            break
        part = _part(tokens_of(earlier.text), language)
        if part:
            parts.append(part)
            last = back
    return parts[::-1]


def _part(tokens: list[Token], language: str) -> Run | None:
    """Give the words of a message that may be a part of a phrase: most of it, or all that follows a colon or line end."""
    run = max(_runs(tokens, language), key=len, default=None)
    if run is None or (language in _HAN and not all(token.apart for token in run.tokens[1:])):
        return None
    breaks = [n for n, token in enumerate(run.tokens) if n and token.parted]
    if len(breaks) == 1:  # "the other half now: …": words of the sentence are list words as well
        run = Run(run.tokens[breaks[0] :], run.places[breaks[0] :])
    most = len(run) * 10 >= len(tokens) * (8 if language in _HAN else 6)
    listed = len(run) >= 4 and run.tokens[0].parted and run.tokens[-1] is tokens[-1]
    return run if most or listed else None
