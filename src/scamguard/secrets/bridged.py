"""Phrases said rather than listed: "… and then …", "1 is …, 2 is …", "(I think)": little words stand between those of the phrase.

Some of what joins is in the lists itself ("then", "half"), so it may be a word of the phrase as well: each reading is tried, and only one
whose checksum is right counts. Prose has such rows, too, but of common words, and it is joined at other places.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from .lists import GLUED, HAN, SIZES, lists
from .nearly import after_leading, ordinary
from .proof import in_order, valid

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from .tokens import Token

_JOINS: Final = frozenset(  # in no list
    {
        "and", "is", "are", "the", "an", "it", "its", "uh", "uhm", "um", "umm", "er", "erm", "ehm", "hm", "hmm", "oops", "oh", "no",
        "actually", "maybe", "probably", "last", "lastly", "finally", "rest", "remaining", "after", "comes", "think", "believe", "with",
        "followed", "by", "plus", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
        "two", "three", "four", "five", "seven", "eight", "nine", "ten", "eleven", "st", "nd", "rd", "th", "und", "dann", "danach",
        "ist", "zuletzt", "et", "puis", "ensuite", "est", "y", "luego", "después", "e", "poi", "è", "então", "depois", "и", "потом",
        "затем", "то", "это",
    }
)  # fmt: skip
_MAY_JOIN: Final = frozenset(  # in a list
    {
        "then", "sorry", "one", "first", "second", "half", "six", "next", "that", "come", "wait", "final", "other", "guess", "also",
        "now", "okay", "twelve", "number", "word", "follow", "part",
    }
)  # fmt: skip
_LONGEST: Final = 4 * max(SIZES)  # words of a phrase and all that joins them
_KINDS: Final = 3  # different joints, each of which may be words of the phrase
_JOINTS: Final = 3  # places at which a phrase is joined, if not nearly everywhere
_SPARED: Final = 3
_BESIDE: Final = 4  # words of the sentence before or after the phrase, off its line or its part of one


def bridged(tokens: Sequence[Token], language: str, is_named: Callable[[], bool]) -> Iterator[tuple[int, int, list[int]]]:
    """Give first and last token of each phrase, and the places of its words; one that somebody named may be of common words."""
    if language in HAN or language in GLUED:
        return
    table = lists()[language]
    for start, stop in _stretches(tokens, table):
        first = after_leading(tokens, start, stop)
        way = next((way for way in _ways(tokens, first, stop, table) if _proved(tokens, way, table, is_named)), None)
        if way:
            yield way[0], way[-1] + 1, [table[tokens[n].key] for n in way]


def _joins(token: Token) -> bool:
    return token.key in _JOINS or len(token.key) == 1


def _stretches(tokens: Sequence[Token], table: Container[str]) -> Iterator[tuple[int, int]]:
    """Give the rows that hold list words, and what joins them, and are as long as a phrase."""
    start = words = joints = 0
    for n, token in enumerate(tokens):
        word, joint = token.key in table, _joins(token) or token.key in _MAY_JOIN
        if token.far or not (word or joint):
            if joints and words >= min(SIZES) and n - start <= _LONGEST:
                yield start, n
            start, words, joints = n if word else n + 1, 0, 0
        words, joints = words + word, joints + joint
    if joints and words >= min(SIZES) and len(tokens) - start <= _LONGEST:
        yield start, len(tokens)


def _ways(tokens: Sequence[Token], first: int, stop: int, table: Container[str]) -> Iterator[list[int]]:
    """Give the tokens that may be the phrase: those of each kind of joint are words of it, or none is."""
    rows: dict[str, list[int]] = {}
    keys: dict[str, list[int]] = {}
    at = first
    while at < stop:
        end = at
        while end < stop and (_joins(tokens[end]) or tokens[end].key in _MAY_JOIN):
            end += 1
        may = [n for n in range(at, end) if tokens[n].key in table]
        if may:
            rows.setdefault(" ".join(token.key for token in tokens[at:end]), []).extend(may)
        for n in may:
            keys.setdefault(tokens[n].key, []).append(n)
        at = end + 1
    heads = [first, *(n for n in range(first + 1, min(first + _BESIDE, stop)) if tokens[n].parted)]
    tails = [stop, *(n for n in range(max(first, stop - _BESIDE), stop) if tokens[n].parted)]
    for kinds in (rows, keys):  # "and then", and "and then" before a word of the phrase that may join as well
        for out in _chosen([*kinds.values()]):
            words = [n for n in range(first, stop) if n not in out and tokens[n].key in table]
            yield from ([n for n in words if head <= n < tail] for head in heads for tail in tails)


def _chosen(kinds: Sequence[list[int]]) -> Iterator[set[int]]:
    sizes = range(len(kinds), -1, -1) if len(kinds) <= _KINDS else (len(kinds), 0)
    for size in sizes:
        yield from ({n for kind in chosen for n in kind} for chosen in combinations(kinds, size))


def _proved(tokens: Sequence[Token], way: Sequence[int], table: dict[str, int], is_named: Callable[[], bool]) -> bool:
    """Tell whether the words add up; where no phrase is named, they must be joined and drawn as those of one are."""
    if len(way) not in SIZES or way[-1] - way[0] < len(way):
        return False  # nothing joins them
    places = [table[tokens[n].key] for n in way]
    if in_order(places) or not valid(places):
        return False
    joints = sum(after - before > 1 for before, after in pairwise(way))
    told = joints <= _JOINTS or joints >= len(way) - _SPARED
    return (told and not ordinary([tokens[n].key for n in way])) or is_named()
