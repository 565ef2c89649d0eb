"""What makes a string of letters a key: Base58Check sums, and an Ed25519 seed that yields the public key beside it."""

from __future__ import annotations

import hashlib
from typing import Final

import base58

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]
_X: Final = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_Y: Final = 46316835694926478169428394003475163141307993866256225615783033603165251855960
_BASE: Final[_Point] = (_X, _Y, 1, _X * _Y % _P)


def decode(text: str) -> bytes | None:
    """Read Base58 letters; None where they are none."""
    try:
        return base58.b58decode(text)
    except ValueError:
        return None


def decode_check(text: str) -> bytes | None:
    """Read Base58Check letters without their checksum; None where it does not fit."""
    try:
        return base58.b58decode_check(text)
    except ValueError:
        return None


def is_keypair(raw: bytes) -> bool:
    """Tell whether 64 bytes are an Ed25519 seed and its public key, as Solana's tools write them.

    A signature, which is 64 bytes as well and public, is not.
    """
    return len(raw) == 64 and public_key(raw[:32]) == raw[32:]


def public_key(seed: bytes) -> bytes:
    """Derive the Ed25519 public key of a 32-byte seed (RFC 8032, 5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    point: _Point = (0, 1, 1, 0)
    base = _BASE
    while scalar:
        if scalar & 1:
            point = _add(point, base)
        base = _add(base, base)
        scalar >>= 1
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _add(one: _Point, other: _Point) -> _Point:
    """Add two points in extended coordinates (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % _P, (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P
