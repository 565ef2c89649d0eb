"""Chains: the addresses and transactions of cryptocurrencies in a text, each proved by its checksum or size.

Base58Check (Bitcoin, Tron, Litecoin, Dogecoin, XRP), Bech32 and Bech32m (BIP-173, BIP-350), CRC-16 (TON), 32 and 64 bytes of Base58
(Solana), 20 bytes of hex (Ethereum and its kin; the letter-case checksum of EIP-55 is not asked for).
Sixty-four hex digits may be a private key as well: only where the words call them a transaction are they one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import base58
import regex

from .secrets.bech32 import checksum
from .secrets.bytes58 import decode
from .secrets.words import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEX64: Final = regex.compile(r"(?<![0-9A-Za-z])(?:0[xX])?[0-9a-fA-F]{64}(?![0-9A-Za-z])")
_HEX40: Final = regex.compile(r"(?<![0-9A-Za-z])0[xX][0-9a-fA-F]{40}(?![0-9A-Za-z])")
_B58: Final = regex.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{25,90}(?![0-9A-Za-z])")
_BECH: Final = regex.compile(r"(?ai)(?<![0-9A-Za-z])(bc|ltc|addr|cosmos|bnb)1([02-9ac-hj-np-z]{38,110})(?![0-9A-Za-z])")
_TON: Final = regex.compile(r"(?<![0-9A-Za-z_-])[EU]Q[0-9A-Za-z_-]{46}(?![0-9A-Za-z_-])")
_VERSIONS: Final = {0x00: "BTC", 0x05: "BTC", 0x41: "TRX", 0x30: "LTC", 0x32: "LTC", 0x1E: "DOGE", 0x16: "DOGE"}
_PARTS: Final = {"bc": "BTC", "ltc": "LTC", "addr": "ADA", "cosmos": "ATOM", "bnb": "BNB"}
_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_SUMS: Final = {1, 0x2BC830A3}  # Bech32, Bech32m
_NEAR: Final = 60  # code points before 64 digits in which their name stands
_TX_LINK: Final = regex.compile(r"(?i)(?:/(?:tx|transaction|hash)s?/|[?&](?:tx|txid|hash)=)$")


@dataclass(frozen=True, slots=True)
class Trace:
    """Where money went."""

    chain: str  # BTC, ETH (and all that write addresses as it does), TRX, SOL, TON, XRP, LTC, DOGE, ADA, ATOM, BNB; or "" where many fit
    kind: str  # address or transaction
    value: str


def traces(text: str) -> tuple[Trace, ...]:
    """Find addresses and transactions, in reading order, each once.

    >>> traces("sent to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, not to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")
    (Trace(chain='BTC', kind='address', value='1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'),)
    """
    found = sorted(_all(text), key=lambda pair: pair[0])
    return tuple(dict.fromkeys(trace for _, trace in found))


def unexplained(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of 64 hex digits that no word calls a transaction: they may be private keys."""
    for found in _HEX64.finditer(text):
        if not _called_transaction(text, found.start()):
            yield found.span()


def _all(text: str) -> Iterator[tuple[int, Trace]]:
    for found in _HEX64.finditer(text):
        if _called_transaction(text, found.start()):
            yield found.start(), Trace("ETH" if found[0][1:2] in "xX" else "", "transaction", found[0])
    for found in _HEX40.finditer(text):
        yield found.start(), Trace("ETH", "address", found[0])
    for found in _B58.finditer(text):
        if trace := _base58(found[0]):
            yield found.start(), trace
    for found in _BECH.finditer(text):
        if found[0] in (found[0].lower(), found[0].upper()) and checksum(found[1].lower(), found[2].lower()) in _SUMS:
            yield found.start(), Trace(_PARTS[found[1].lower()], "address", found[0])
    for found in _TON.finditer(text):
        raw = base64.urlsafe_b64decode(found[0])
        if binascii.crc_hqx(raw[:34], 0) == int.from_bytes(raw[34:]):
            yield found.start(), Trace("TON", "address", found[0])


def _called_transaction(text: str, start: int) -> bool:
    """Tell whether the nearest name for 64 hex digits is a public one, or they stand in a link to a transaction."""
    before = text[max(0, start - _NEAR) : start]
    private, public = (max((m.end() for m in pattern(name).finditer(before)), default=-1) for name in ("private_key", "public_value"))
    return public > private or bool(_TX_LINK.search(before))


def _base58(word: str) -> Trace | None:
    raw = decode(word) or b""
    if len(raw) == 64 and len(word) >= 86:
        return Trace("SOL", "transaction", word)
    if len(raw) == 25:
        return _checked(word)
    mixed = any(c.isdigit() for c in word) and any(c.islower() for c in word) and any(c.isupper() for c in word)
    return Trace("SOL", "address", word) if len(raw) == 32 and mixed else None


def _checked(word: str) -> Trace | None:
    """Read 25 bytes: a version, 20 bytes of a hash and four of a checksum."""
    for alphabet, chains in ((base58.BITCOIN_ALPHABET, _VERSIONS), (base58.RIPPLE_ALPHABET, {0: "XRP"})):
        try:
            payload = base58.b58decode_check(word, alphabet=alphabet)
        except ValueError:
            continue
        if chain := chains.get(payload[0]):
            return Trace(chain, "address", word)
    return None
