"""Misspellings: how a long word for a secret is mistyped, by hand or on purpose (pharse, mnemonik).

Slips of one letter after Damerau (1964): two neighbours swapped, a vowel or one of two alike dropped; and letters that sound alike.
A consonant is never dropped, nor a letter put for any other: that makes real words of them (phase, sting).
"""

from __future__ import annotations

from typing import Final

from .kinds import ALPHABETIC

LONG: Final = 6  # letters from which a word is taken for misspelled; shorter ones are too near to others
_VOWELS: Final = frozenset("aeiouyаеиоуыэюя")
_SOUNDS: Final = (("ph", "f"), ("f", "ph"), ("c", "k"), ("k", "c"), ("qu", "kw"), ("z", "s"), ("i", "y"), ("y", "i"))


def misspelled(word: str) -> frozenset[str]:
    """Spell a folded word in every slightly wrong way; a short one, or one in another kind of script, in none.

    >>> sorted(misspelled("phrase")), misspelled("seed")
    (['frase', 'pharse', 'phraes', 'phrsae', 'phrse', 'prhase'], frozenset())
    """
    if len(word) < LONG or not word.isalpha() or ord(max(word)) >= ALPHABETIC:
        return frozenset()
    inner = range(1, len(word) - 1)
    found = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in inner}
    found |= {word[:i] + word[i + 1 :] for i in inner if word[i] in _VOWELS or word[i] == word[i - 1]}
    found |= {word.replace(*pair, 1) for pair in _SOUNDS}
    return frozenset(found - {word})
