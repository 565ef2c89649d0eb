"""Slips: every way to mistype a common word by one slip of the finger, and what undoes it (:mod:`scamguard.typos`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scamguard.kinds import ALPHABETIC
from scamguard.typos import DOUBLED, DROPPED, FEWEST, MOST, SWAPPED, remedy

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

_COMMON: Final = 24  # times a word must be seen, or it is too rare to be what somebody meant
_SHORT: Final = 5  # letters of a word that may lack one: of rare words of four letters, one in seven is a letter short of a common one


def remedies(seen: Counter[str], known: AbstractSet[str]) -> dict[str, int]:
    """Say what undoes each slip of a common word that is no known word itself; of two words, the more common is meant.

    >>> from collections import Counter
    >>> found = remedies(Counter({"phrase": 30, "phase": 9}), {"phrase", "phase"})
    >>> found["phrse"] == remedy(DROPPED, 3, ord("a")), found["pharse"] == remedy(SWAPPED, 2, 0), "phase" in found, "hrase" in found
    (True, True, False, False)
    """
    found: dict[str, int] = {}
    for word, many in seen.most_common():
        if many < _COMMON:
            break
        if len(word) >= FEWEST - 1 and ord(max(word)) < ALPHABETIC:
            for wrong, cure in _slips(word):
                fewest = _SHORT if cure & 3 == DROPPED else FEWEST
                if fewest <= len(wrong) <= MOST and wrong not in known:
                    found.setdefault(wrong, cure)
    return found


def _slips(word: str) -> Iterator[tuple[str, int]]:
    for i in range(1, len(word) - 1):
        if i + 2 < len(word) and word[i] != word[i + 1]:
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :], remedy(SWAPPED, i, 0)
        yield word[:i] + word[i] + word[i:], remedy(DOUBLED, i, 0)
        yield word[:i] + word[i + 1 :], remedy(DROPPED, i, ord(word[i]))
