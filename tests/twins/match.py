"""Matching, written out: try every term at every place of the folded string, with ``str.startswith`` and a regular expression.

A term is as in a lexicon file (``seed phrase``, ``pass*``, ``# words``, ``<code>``), but already spelled as the fold spells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scamguard import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

_SPACED: Final = {kinds.LETTER, kinds.HANGUL, kinds.DIGIT}  # scripts in which a word begins after something else
_STAND_INS: Final = {"<link>": kinds.LINK, "<email>": kinds.EMAIL, "<handle>": kinds.HANDLE}
_RUNS: Final = {"#": (1, 10**9), "<code>": (4, 8), "<phone>": (9, 10**9)}


@dataclass(frozen=True, order=True)
class Hit:
    """One concept found."""

    start: int
    concept: str
    stop: int
    unit: int
    clause: int
    sentence: int


def match(codes: Sequence[int], marked: Sequence[int], lexicon: Mapping[str, Sequence[str]]) -> list[Hit]:
    """Find the terms of each concept in one folded message, in reading order."""
    text = "".join(map(chr, codes)).replace("\n", " ")
    sorts = [kind & kinds.KIND for kind in marked]
    spelled = {term for terms in lexicon.values() for term in terms}
    hits: list[Hit] = []
    covered = 0
    for at in range(len(text)):
        if not begins(sorts, at):
            continue
        tried = ((_end(term, text, sorts, at, spelled), concept) for concept, terms in lexicon.items() for term in terms)
        found = [(end, concept) for end, concept in tried if end]
        best = max((end for end, _ in found), default=(0,))
        if best[0] <= covered:
            continue
        covered = best[0]
        concepts = {concept for end, concept in found if end == best}
        hits += [
            Hit(at, concept, covered, _units(sorts, at), _ended(sorts[:at]), sorts[:at].count(kinds.HARD)) for concept in sorted(concepts)
        ]
    return hits


def begins(sorts: Sequence[int], at: int) -> bool:
    """A term may begin anywhere but inside a word of a script with spaces."""
    return not (at and sorts[at] in _SPACED and sorts[at - 1] in _SPACED)


def _units(sorts: Sequence[int], at: int) -> int:
    """Half words before ``at``: one for a character of a script without spaces, two for a word or an address."""
    words = sum(begins(sorts, i) for i in range(at) if sorts[i] in _SPACED or sorts[i] == kinds.TOKEN)
    return list(sorts[:at]).count(kinds.IDEO) + 2 * words


def _ended(sorts: Sequence[int]) -> int:
    return sum(sort in (kinds.SOFT, kinds.HARD) for sort in sorts)


def _end(term: str, text: str, sorts: Sequence[int], at: int, spelled: AbstractSet[str]) -> tuple[int, int, bool, tuple[int, ...]] | None:
    """Say where ``term`` ends if it stands at ``at``, with what ranks it among others that end there.

    A longer stem goes before a shorter one, and a term of whole words, ``#`` among them, before a stem, unless the stem is one of these
    ``spelled`` as well; then a term that spells its digits out goes before one that takes any number.
    """
    body = term.removesuffix("*")
    stop, number = at, -1
    vague: list[int] = []
    for part in re.split(r"(#|<\w+>)", body):
        if part in _RUNS:
            run = stop
            while run < len(text) and sorts[run] == kinds.DIGIT:
                run += 1
            if not _RUNS[part][0] <= run - stop <= _RUNS[part][1]:
                return None
            stop = number = run
            vague.append(2 if part == "#" else 1)
        else:
            letters = chr(_STAND_INS[part]) if part in _STAND_INS else part
            if not text.startswith(letters, stop):
                return None
            stop += len(letters)
            vague += [0 for char in part if char.isdigit()]
    end, whole = stop, sorts[stop - 1] != kinds.HANGUL  # which takes endings anyway
    numbered = 0 <= number and {*sorts[number:stop]} <= {kinds.LETTER, kinds.DIGIT}  # the last word is
    if term.endswith("*") and sorts[stop - 1] in _SPACED and not numbered:
        whole = whole and body in spelled
        while end < len(text) and sorts[end] in (kinds.LETTER, kinds.HANGUL):
            end += 1
    elif not may_end(sorts, stop):
        return None
    return end, stop, whole, tuple(-rank for rank in vague)


def may_end(sorts: Sequence[int], stop: int) -> bool:
    """A word of letters or digits ends before anything but letters and digits; Hangul (which takes endings) and Han end anywhere."""
    if stop == len(sorts) or sorts[stop - 1] not in (kinds.LETTER, kinds.DIGIT):
        return True
    return sorts[stop] not in (kinds.LETTER, kinds.DIGIT)
