"""Private keys of the XRP Ledger, Stellar, Sui and Tezos: each carries a checksum, so none needs anybody to call it a key."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

import base58
import regex

from .bech32 import checksum
from .bytes58 import decode_check
from .finding import Finding, Secret, block, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_XRP: Final = ((b"\x01\xe1\x4b", 19), (b"\x21", 17))  # prefix and bytes of an Ed25519 and a secp256k1 seed (XRPL, Base58 encodings)
_STELLAR: Final = 18 << 3  # the version byte of a secret seed (SEP-23)
_WHY: Final = "a private key with a valid checksum: whoever holds it owns the account"


def ledgers(message: Plain) -> Iterator[Finding]:
    """Find private keys by their shape and checksum."""
    for shape, adds_up in _SHAPES.items():
        for found in shape.finditer(message.text):
            if adds_up(found[0]):
                yield block(Secret.RAW_KEY, message.span(*found.span()), _WHY)
    for found in _LOCKED.finditer(message.text):
        if _is_tezos(found[0]):
            yield warn(Secret.RAW_KEY, message.span(*found.span()), "an encrypted private key: its passphrase is all that guards it")


def _is_xrp(word: str) -> bool:
    try:
        seed = base58.b58decode_check(word, alphabet=base58.RIPPLE_ALPHABET)
    except ValueError:
        return False
    return any(seed.startswith(prefix) and len(seed) == size for prefix, size in _XRP)


def _is_stellar(word: str) -> bool:
    seed = base64.b32decode(word)
    return seed[0] == _STELLAR and binascii.crc_hqx(seed[:-2], 0) == int.from_bytes(seed[-2:], "little")


def _is_tezos(word: str) -> bool:
    return decode_check(word) is not None


def _is_sui(word: str) -> bool:
    part, _, data = word.partition("1")
    return checksum(part, data) == 1


def _word(shape: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?<![0-9A-Za-z])(?:{shape})(?![0-9A-Za-z])")


_B58: Final = "[1-9A-HJ-NP-Za-km-z]"
_LOCKED: Final = _word(rf"(?:ed|sp|p2)esk{_B58}{{83}}")  # Tezos
_SHAPES: Final = {
    _word(rf"s{_B58}{{27,30}}"): _is_xrp,
    _word("S[A-Z2-7]{55}"): _is_stellar,
    _word(rf"(?:ed|sp|p2)sk{_B58}{{50}}|edsk{_B58}{{94}}"): _is_tezos,
    _word("suiprivkey1[02-9ac-hj-np-z]{59}"): _is_sui,
}
