"""Keys of services: exchange API secrets, access tokens with a known shape, seeds of two-factor codes.

A name and a separator stand before most of them ("API secret: …"); a value counts when it looks made by a machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import mentions, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_SAYS: Final = (
    r"[\"'`*_)\]]{0,3}\s{0,3}(?:[:=：]|=>|->|is|是|为|es|é|est|ist|это|は|는|은|là|adalah|है|هو|هي)?\s{0,3}[\"'`*_(\[:]{0,3}\s{0,2}"
)
_PUBLIC: Final = regex.compile(rf"(?i)\b(?:api|access|apikey|consumer)(?:[\s_-]?key)?(?:[\s_-]?id)?{_SAYS}([A-Za-z0-9_\-]{{16,}}+)")
_SECRET: Final = regex.compile(
    r"(?i)(?:(?<![\p{L}])(?:(?:api|client|consumer|access|app|aws|bot)[\s_-]?(?:secret|private)(?:[\s_-]?(?:key|access[\s_-]?key))?"
    r"|secret(?:[\s_-]?(?:access[\s_-]?)?key)?|секрет(?:ный ключ)?|clave secreta|chave secreta|clé secrète|geheimer schlüssel"
    r"|khóa bí mật|gizli anahtar|kunci rahasia|गुप्त कुंजी|المفتاح السري)"
    rf"|密钥|密鑰|秘钥|シークレットキー|シークレット|시크릿 ?키|시크릿|비밀 ?키){_SAYS}([A-Za-z0-9+/_\-]{{24,}}+={{0,2}})",
)
_TOKEN: Final = regex.compile(
    r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}|glpat-[A-Za-z0-9_\-]{20,}|xox[abprs]-[0-9A-Za-z\-]{20,}"
    r"|sk_live_[0-9A-Za-z]{20,}|rk_live_[0-9A-Za-z]{20,}|sk-(?:proj-|ant-)?[A-Za-z0-9_\-]{40,}|AIza[0-9A-Za-z_\-]{35}|npm_[A-Za-z0-9]{36}"
    r"|pypi-[A-Za-z0-9_\-]{60,}|\d{8,10}:AA[A-Za-z0-9_\-]{33})(?![A-Za-z0-9_])",
)
_URI: Final = regex.compile(
    r"(?i)otpauth://(?:totp|hotp)/\S{0,400}?[?&]secret=[A-Z2-7]{8,}[^\s<>\"]*+"
    r"|otpauth-migration://offline\?data=[A-Za-z0-9%+/=_\-]{16,}"
)
_BASE32: Final = (
    r"([A-Z2-7]{16,128}+=*|[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){3,31}|[a-z2-7]{4}(?:[ -][a-z2-7]{4}){3,31}|[a-z2-7]{16,128}+)"
    r"(?![\p{L}\p{N}])"
)
_SEED_BELOW: Final = regex.compile(rf"(?i:{source('totp')})[^\n]{{0,60}}\n\s*{_BASE32}")
_SEED: Final = regex.compile(rf"(?i:{source('totp')})[^\n.!?。]{{0,60}}?(?<![A-Za-z0-9]){_BASE32}")
_SEED_LATER: Final = regex.compile(rf"(?<![A-Za-z0-9]){_BASE32}[^\n.!?。]{{0,30}}?(?i:{source('totp')})")
_LONG: Final = regex.compile(r"[A-Za-z0-9+/_\-]{16}|[A-Za-z2-7]{4}[ -][A-Za-z2-7]{4}[ -][A-Za-z2-7]{4}[ -]")
_TOGETHER: Final = 300  # code points between a key and its secret


def services(message: Plain) -> Iterator[Finding]:
    """Find API secrets, tokens and the seeds of two-factor codes."""
    text = message.text
    if not _LONG.search(text):
        return
    yield from _pairs(message)
    for found in _TOKEN.finditer(text):
        if _random(found[0]):
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span()), "an access token: it signs in as you")
    for found in _URI.finditer(text):
        yield block(Secret.TOTP_SEED, message.span(*found.span()), "the seed of your two-factor codes: it makes every code to come")
    for shape in (_SEED, _SEED_BELOW, _SEED_LATER) if mentions("totp", text) else ():
        for found in shape.finditer(text):
            if _seed(found[1], near=found[0]):
                why = "the seed of your two-factor codes: it makes every code to come"
                yield block(Secret.TOTP_SEED, message.span(*found.span(1)), why)


def _pairs(message: Plain) -> Iterator[Finding]:
    """Find a secret by its name; with the key beside it, it is certain."""
    publics = [found for found in _PUBLIC.finditer(message.text) if _random(found[1])]
    for found in _SECRET.finditer(message.text):
        if not _random(found[1]):
            continue
        near = any(0 < abs(key.start(1) - found.start(1)) <= _TOGETHER + len(key[1]) for key in publics)
        named = regex.match(r"(?i)(?:api|client|consumer|access|app|aws)", found[0])
        if near or named:
            yield block(Secret.API_SECRET, message.span(*found.span(1)), "an API secret: with its key it trades and withdraws as you")
        elif not regex.fullmatch(r"[0-9a-fA-F]{32,}", found[1]):
            yield warn(Secret.API_SECRET, message.span(*found.span(1)), "a value that the message calls secret")


def _random(value: str) -> bool:
    """Tell a value made by a machine from a placeholder, a path or a name.

    >>> _random("9f86d081884c7d659a2feaa0c55ad015"), _random("YOUR_API_SECRET_GOES_HERE_1")
    (True, False)
    """
    digits, letters = sum(char.isdigit() for char in value), sum(char.isalpha() for char in value)
    mixed = digits >= 3 or (digits >= 1 and any(c.islower() for c in value) and any(c.isupper() for c in value))
    return mixed and letters >= 2 and len(set(value)) >= 9


def _seed(value: str, near: str) -> bool:
    """Tell a Base32 seed from capitals and from words of four letters."""
    digits = any(char.isdigit() for char in value)
    bare = value.replace(" ", "").replace("-", "").rstrip("=")
    if len(set(bare)) < 6:
        return False
    labelled = regex.search(r"[:=：]\s{0,2}$", near[: near.index(value)]) is not None
    return digits or labelled or (value.isupper() and " " not in value and "-" not in value and len(set(bare)) >= 9)
