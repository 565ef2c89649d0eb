"""Word costs: how common each word of the messages is, by which spaced-out letters are cut into words (:mod:`scamguard.breaks`).

``python -m scamguard.train.wordcosts data/messages src/scamguard/words.safetensors`` writes the tables of the package, this one and
that of :mod:`scamguard.train.slips`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from safetensors.numpy import save_file

from scamguard import kinds, lexicon
from scamguard.breaks import LONGEST, NAT
from scamguard.columns import pack
from scamguard.fold import fold, tables
from scamguard.slots import laid
from scamguard.terms import word_keys

from . import corpus, slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from scamguard.fold import Folded
    from scamguard.lexicon import Lexicon

_LEAST: Final = 3  # times a word must be seen: others are slips and names
_COMMON: Final = 1 / 2000  # of all words, for a word of one letter
_SHORT: Final = 2.0  # nats that a word of one letter costs more, as most letters alone are none


def counted(texts: Iterable[str], *, disguised: bool = False) -> Counter[str]:
    """Count the words of letters in messages, folded but as they are spelled, with those that somebody ``disguised`` or without them."""
    seen: Counter[str] = Counter()
    spelled = tables()._replace(typos=_laid({}))
    for _, part in pack(list(texts)).chunks():
        seen.update(word for word in _words(fold(part, spelled), disguised=disguised) if len(word) <= LONGEST)
    return seen


def _words(folded: Folded, *, disguised: bool) -> list[str]:
    letters = (folded.kinds & kinds.KIND == kinds.LETTER) | (folded.kinds & kinds.KIND == kinds.HANGUL)
    marked = np.where(letters & (folded.kinds & kinds.UNDONE != 0) & (not disguised), 1, folded.codes)
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


def table(priced: dict[str, int]) -> NDArray[np.uint64]:
    """Lay words out by their letters from the last one back, as ``breaks.find_breaks`` reads them."""
    return _laid({word[::-1]: cost for word, cost in priced.items()})


def _laid(values: dict[str, int]) -> NDArray[np.uint64]:
    """Lay words out with their values, as a kernel looks them up."""
    return laid(np.array(word_keys([*values]), np.uint64), np.array([*values.values()], np.int64))


def _main(messages: Path, target: Path) -> None:
    seen = counted(message.text for message in corpus.read(messages))
    known = counted(_spoken(lexicon.load()), disguised=True).keys() | {word for word, many in seen.items() if many >= _LEAST}
    save_file({"costs": table(costs(seen)), "typos": _laid(slips.remedies(seen, known))}, target)


def _spoken(words: Lexicon) -> Iterator[str]:
    """Give all that the lexicons say: terms and examples."""
    for concept in words.entries:
        yield from (form.removesuffix("*") for form in concept.forms())
        yield from (*concept.hit, *concept.spare)
    for rule in words.rules:
        yield from (*rule.hit, *rule.spare)


if __name__ == "__main__":
    _main(*map(Path, sys.argv[1:3]))
