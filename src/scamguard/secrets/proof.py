"""What proves a seed phrase: the checksum of BIP-39; and what shows that one was made for show: it is printed in manuals, or sorted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WHY: Final = "a seed phrase with a valid checksum: whoever reads it owns the wallet"
EXAMPLE: Final = "a seed phrase known from documentation: anybody can take what is sent to it"
_PUBLISHED: Final = frozenset(
    {  # entropy of BIP-39's test vectors (trezor/python-mnemonic) and of the phrases in Truffle's manuals
        "9e885d952ad362caeb4efe34a8e91bd2",
        "6610b25967cdcca9d59875f5cb50b0ea75433311869e930b",
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "c0ba5a8e914111210f2bd131f3d5e08d",
        "6d9be1ee6ebd27a258115aad99b7317b9c8d28b6d76431c3",
        "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
        "23db8160a31d3e0dca3688ed941adbf3",
        "8197a4a47f0425faeaa69deebc05ca29c0a5b5cc76ceacc0",
        "066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad",
        "f30f8c1da665478f49b001d94c5fc452",
        "c10ec20dc3cd9f652c7fac2f1230f7a3c828389a14392f05",
        "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
        "2150f0816c6ad265db4dcacce69b6ef3",
        "92903465e029df56cab416a53b015396",
    }
)
_STEADY: Final = frozenset(tuple(int.from_bytes(bytes([byte] * 11), "big") >> 11 * (7 - n) & 2047 for n in range(8)) for byte in range(256))


def valid(places: Sequence[int]) -> bool:
    """Tell whether words at ``places`` of their list end in the right checksum (BIP-39).

    >>> valid([0] * 11 + [3]), valid([0] * 12)
    (True, False)
    """
    entropy, check = _bits(places)
    return hashlib.sha256(entropy).digest()[0] >> (8 - len(places) // 3) == check


def _bits(places: Sequence[int]) -> tuple[bytes, int]:
    """Part 11 bits a word into entropy and checksum."""
    number = 0
    for place in places:
        number = number << 11 | place
    extra = len(places) // 3
    return (number >> extra).to_bytes(extra * 4, "big"), number & ((1 << extra) - 1)


def example(places: Sequence[int]) -> bool:
    """Tell phrases made to be shown: one byte over and over, one word over and over, or printed in manuals."""
    return steady(places) or _bits(places)[0].hex() in _PUBLISHED


def steady(places: Sequence[int]) -> bool:
    """Tell one byte or one word over and over; asked of every place in a long text, so most are told by eight words (11 bytes)."""
    if len(set(places)) <= 2:
        return True
    return tuple(places[:8]) in _STEADY and len(set(_bits(places)[0])) == 1


def in_order(places: Sequence[int]) -> bool:
    """Tell a page of the word list from a phrase: chance puts 12 words in order once in 479 million times."""
    return len(set(places)) > 2 and list(places) == sorted(places)
