"""Bech32: the checksum of words such as ``bc1…`` and ``suiprivkey1…`` (BIP-173, BIP-350)."""

from __future__ import annotations

from typing import Final

_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # by their worth
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def checksum(part: str, data: str) -> int:
    """Add up a word of a human-readable ``part`` and of ``data``, both in small letters: 1 where it is Bech32, another sum if Bech32m."""
    total = 1
    for value in (*(ord(char) >> 5 for char in part), 0, *(ord(char) & 31 for char in part), *map(_LETTERS.index, data)):
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ value
        for place, step in enumerate(_GENERATOR):
            total ^= step if top >> place & 1 else 0
    return total
