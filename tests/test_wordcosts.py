"""What words cost is counted in messages that nobody disguised, and where the letters of several words are cut follows from it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from scamguard.breaks import find_breaks
from scamguard.train.wordcosts import costs, counted, table


def cut(letters: str, seen: dict[str, int]) -> str:
    """Space the letters out and cut them into words."""
    codes = np.array([*map(ord, " ".join(letters)), 0], np.uint32)
    find_breaks(codes, np.zeros(len(codes), np.uint8), 0, len(letters), table(costs(Counter(seen))))
    return "".join(map(chr, codes[codes > 0].tolist()))


def test_words_are_counted_as_they_are_folded() -> None:
    seen = counted(["Send the Séed", "the phrase, THE c0de", "pаsswоrd s e e d", "12 字"])
    assert seen == Counter({"the": 3, "send": 1, "seed": 1, "phrase": 1}), "no disguised word, none across messages"


def test_letters_are_cut_into_the_likeliest_words() -> None:
    seen = {"send": 9, "me": 9, "the": 9, "code": 9, "sendmet": 3, "thecodes": 3}
    assert cut("sendmethecode", seen) == "send me the code"
    assert cut("sendmet", seen) == "sendmet"
    assert cut("wallet", seen) == "wallet", "a word that nobody knows stays whole"
    assert cut("a", seen) == "a"
