"""Word costs: how common each word of the messages is, by which spaced-out letters are cut into words (:mod:`scamguard.breaks`).

``python -m scamguard.train.wordcosts data/messages src/scamguard/words.safetensors`` writes the table of the package.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from safetensors.numpy import save_file

from scamguard import kinds
from scamguard.breaks import LONGEST, NAT
from scamguard.columns import pack
from scamguard.fold import fold
from scamguard.terms import word_keys

from . import corpus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from scamguard.fold import Folded

_LEAST: Final = 3  # times a word must be seen: others are slips and names
_COMMON: Final = 1 / 2000  # of all words, for a word of one letter
_SHORT: Final = 2.0  # nats that a word of one letter costs more, as most letters alone are none


def counted(texts: Iterable[str]) -> Counter[str]:
    """Count the words of letters in messages, folded; those that somebody disguised are left out."""
    seen: Counter[str] = Counter()
    for _, part in pack(list(texts)).chunks():
        seen.update(word for word in _words(fold(part)) if len(word) <= LONGEST)
    return seen


def _words(folded: Folded) -> list[str]:
    letters = folded.kinds & kinds.KIND == kinds.LETTER
    marked = np.where(letters & (folded.kinds & kinds.UNDONE != 0), 1, folded.codes)
    codes = np.insert(np.where(letters, marked, 32), folded.starts[1:-1], 32)  # a message ends a word
    return [word for word in codes.astype("<u4").tobytes().decode("utf-32-le").split() if "\x01" not in word]


def costs(seen: Counter[str]) -> dict[str, int]:
    """Give what each common word costs, in sixteenths of a nat: the logarithm of how rare it is.

    >>> costs(Counter({"seed": 6, "phrase": 3, "xyz": 1}))
    {'seed': 8, 'phrase': 19}
    """
    total = seen.total()
    out = {}
    for word, many in seen.items():
        if many >= _LEAST and (len(word) > 1 or many > total * _COMMON):
            out[word] = round(NAT * (np.log(total / many) + (_SHORT if len(word) == 1 else 0)))
    return out


def columns(priced: dict[str, int]) -> dict[str, NDArray[Any]]:
    """Write words and costs as they are stored: hashes, sorted, and what each costs."""
    keys = np.array(word_keys([word[::-1] for word in priced]), np.uint64)  # as letters are read there: from the last one back
    order = np.argsort(keys)
    return {"word": keys[order], "cost": np.array([*priced.values()], np.uint16)[order]}


if __name__ == "__main__":
    messages, target = map(Path, sys.argv[1:3])
    save_file(columns(costs(counted(message.text for message in corpus.read(messages)))), target)
