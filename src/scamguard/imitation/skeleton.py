"""Skeletons: two strings that look alike have the same one (UTS #39, section 4).

First each character becomes the ASCII letter it passes for (accents off, then the look-alike table of the fold); then
what ASCII itself confuses is made equal: ``1 i l``, ``0 o``, ``vv w``, ``rn m`` and the usual digits for letters.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from ..fold import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

# Small letters without a decomposition, which the look-alike table leaves to the fold.
_LATIN: Final = str.maketrans("ıłŀđðøħŧɛɑɩɡʟʙɢɪɴʀʏƙɱƅɓƈɗŋƞƶɨƭʋɾʂʍᴡᴠᴏßþ", "illddohteaiglbginrykmbbcdnnzitvrsmwvobp")
LEET: Final = {"1": "l", "i": "l", "0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
PAIRS: Final = {"vv": "w", "rn": "m"}
LOOSE: Final = {"nn": "m", "cl": "d"}  # too often honest to be made equal everywhere
_SAME: Final = str.maketrans(LEET)


@cache
def _twins() -> Mapping[int, str]:
    """Read the fold's table: a character of another script → the ASCII letter it looks like."""
    t = tables()
    letters = t.twin.reshape(-1, 256)[t.page].ravel()  # by code point
    codes = np.flatnonzero(letters)
    return {code: chr(letter) for code, letter in zip(codes.tolist(), letters[codes].tolist(), strict=True) if code > 127}


def plain(text: str) -> str:
    """Write ``text`` with the ASCII letters it passes for, in small letters.

    >>> plain("КRΑKEN"), plain("bŀockchaıṇ"), plain("𝐊raken")
    ('kraken', 'blockchain', 'kraken')
    """
    if text.isascii():
        return text.lower()
    small = text.lower().translate(_LATIN)
    apart = unicodedata.normalize("NFKD", small).lower()  # ``𝐊`` has no small letter, but the K that it is has
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return bare.translate(_LATIN).translate(_twins())


def skeleton(text: str) -> str:
    """Give what ``text`` and all its look-alikes have in common.

    >>> skeleton("stearncornmunity") == skeleton("steamcommun1ty")
    True
    """
    text = plain(text)
    for pair, letter in PAIRS.items():
        text = text.replace(pair, letter)
    return text.translate(_SAME)


def loosened(text: str) -> str:
    """Read the looser pairs of a skeleton as the letter they pass for.

    >>> loosened("electrunn")
    'electrum'
    """
    for pair, letter in LOOSE.items():
        text = text.replace(pair, letter)
    return text
