"""Honest neighbours: a label near a brand's name that is whole words of its own (``openseal``, ``metatask``).

Companies are named by joining two common words, and so are brands; where both words are in everybody's vocabulary, the
neighbour is as likely a name as a slip. It is only believed where a domain costs money and nothing else leans on it.
"""

from __future__ import annotations

import gzip
import re
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from .names import words
from .skeleton import skeleton

LEAST_WORD: Final = 3  # letters
LEAST_SHARED: Final = 4  # letters
_OFTEN: Final = 400  # times in a corpus of some ten million words; rarer ones hardly name a company
_COUNTED: Final = re.compile(rf'"([^"\\]{{{LEAST_WORD},}})": ?(\d{{3,}})')  # an entry of a long enough word, of three figures or more
LONGEST: Final = 9  # letters of a name: two who choose a longer one by chance are rare


@cache
def _known() -> frozenset[str]:
    """Read the English words that pyspellchecker carries, with how often its corpus has them."""
    file = resources.files("spellchecker") / "resources/en.json.gz"  # read alone: its class takes a third of a second
    counts = _COUNTED.finditer(gzip.decompress(file.read_bytes()).decode())  # as JSON they would take four times the memory
    return frozenset(found[1] for found in counts if int(found[2]) >= _OFTEN)


def is_word(text: str) -> bool:
    """Say whether ``text``, a skeleton, is that of a common English word."""
    return text in _skeletons()


def begins_word(text: str) -> bool:
    """Say whether a common English word begins with ``text``, a skeleton of three to five letters."""
    return text in _heads()


@cache
def _skeletons() -> frozenset[str]:
    return frozenset(map(skeleton, _known() | words("honest_words")))


@cache
def _heads() -> frozenset[str]:
    return frozenset(word[:size] for word in _skeletons() for size in range(LEAST_WORD, 6))


@lru_cache(1 << 12)
def honest(label: str, name: str) -> bool:
    """Say whether ``label``, a slip away from the two-word ``name``, is rather a name of its own.

    Either it is two words as well, or the letter that differs is one that no slip explains.

    >>> honest("metatask", "metamask"), honest("metamaks", "metamask"), honest("metamasj", "metamask")
    (True, False, False)
    """
    seams = _seams(name) if len(name) <= LONGEST and name not in _known() else ()
    for i in seams:
        first, last = name[:i], name[i:]
        if len(first) >= LEAST_SHARED and label.startswith(first) and label[i:] in _known():
            return True
        if len(last) >= LEAST_SHARED and label.endswith(last) and label[: -len(last)] in _known():
            return True
    differing = [(a, b) for a, b in zip(name, label, strict=False) if a != b]
    return bool(seams) and len(name) == len(label) and len(differing) == 1 and not _slip(*differing[0])


def _seams(name: str) -> list[int]:
    """Give where ``name`` falls into two words."""
    return [i for i in range(LEAST_WORD, len(name) - LEAST_WORD + 1) if name[:i] in _known() and name[i:] in _known()]


def _slip(meant: str, typed: str) -> bool:
    """Say whether a finger, an ear, an eye or one flipped bit takes one letter for the other."""
    if not (meant.isalpha() and typed.isalpha()) or (ord(meant) ^ ord(typed)).bit_count() == 1:
        return True
    return typed in _BESIDE.get(meant, "") or any(meant in group and typed in group for group in _CONFUSED)


_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_CONFUSED: Final = ("aeiouy", "ckqx", "szxc", "fvw", "bpd", "td", "mnr", "jgi", "il", "uvn", "eco", "gq")


def _beside() -> dict[str, str]:
    """Give each letter's neighbours on a QWERTY keyboard: in its row, and half a key to either side in the next."""
    found = {}
    for y, row in enumerate(_ROWS):
        for x, key in enumerate(row):
            above = _ROWS[y - 1][x : x + 2] if y else ""
            below = _ROWS[y + 1][max(x - 1, 0) : x + 1] if y + 1 < len(_ROWS) else ""
            found[key] = row[max(x - 1, 0) : x + 2] + above + below
    return found


_BESIDE: Final = _beside()
