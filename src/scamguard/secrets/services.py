"""Keys of services: exchange API secrets, access tokens with a known shape, seeds of two-factor codes.

A name and a separator stand before most of them ("API secret: …"); a value counts when it looks made by a machine.
"""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import mentions, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_SAYS: Final = (
    r"[\"'`*_)\]]{0,3}\s{0,3}(?:[:=：|]|=>|->|is|是|为|es|é|est|ist|это|は|는|은|là|adalah|है|هو|هي)?\s{0,3}[\"'`*_(\[:]{0,3}\s{0,2}"
)
_PUBLIC: Final = regex.compile(
    r"(?i)(?:(?<![\p{L}])(?:(?:api|access|apikey|consumer)[\s_-]?(?:key|ключ\w*|キー|키|anahtar\p{L}*|密钥|密鑰)?(?:[\s_-]?id)?"
    r"|key|ключ|anahtar\p{L}*)"
    rf"|アクセスキー|キー|액세스 ?키|키){_SAYS}([A-Za-z0-9+/_\-]{{16,}}+)",
)
_TWO: Final = regex.compile(  # "API: key / secret", "my binance keys: key and secret"
    r"(?i)(?<![\p{L}])(?:api|keys?|apis)(?:[\s_-]?keys?)?\s{0,3}(?:[:=：|]|are|is|是)\s{0,3}[\"'`(]{0,2}([A-Za-z0-9_\-]{16,}+)"
    r"[\"'`]{0,2}\s{0,3}(?:[/|,;:&+]|and|und|y|et|и|和|e|ve|dan|và)?\s{1,3}[\"'`]{0,2}([A-Za-z0-9+/_\-]{24,}+={0,2})",
)
_ROW: Final = regex.compile(r"\|\s{0,4}`?([A-Za-z0-9_\-]{16,}+)`?\s{0,4}\|\s{0,4}`?([A-Za-z0-9+/_\-]{24,}+={0,2})`?\s{0,4}\|")
_ROW_NAMED: Final = regex.compile(r"(?i)\|[^|\n]{0,20}key[^|\n]{0,20}\|[^|\n]{0,20}(?:secret|private)[^|\n]{0,20}\|")
_PRIVATE_64: Final = regex.compile(  # Kraken's private keys are 64 bytes
    r"(?i)(?:private|secret)[\s_-]?key[\"'`*_)\]]{0,3}\s{0,3}(?:[:=：|]|is|are)?\s{0,3}[\"'`*_(\[:]{0,3}([A-Za-z0-9+/]{86}==)",
)
_SECRET: Final = regex.compile(
    r"(?i)(?:(?<![\p{L}])(?:(?:api|client|consumer|access|app|aws|bot)[\s_-]?(?:secret|private)(?:[\s_-]?(?:key|access[\s_-]?key))?"
    r"|secret(?:[\s_-]?(?:access[\s_-]?)?key)?|секрет(?:ный ключ)?|clave secreta|chave secreta|clé secrète|geheimer schlüssel"
    r"|khóa bí mật|gizli anahtar|kunci rahasia|गुप्त कुंजी|المفتاح السري)"
    rf"|密钥|密鑰|秘钥|シークレットキー|シークレット|시크릿 ?키|시크릿|비밀 ?키){_SAYS}([A-Za-z0-9+/_\-]{{24,}}+={{0,2}})",
)
_TOKEN: Final = regex.compile(
    r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}|glpat-[A-Za-z0-9_\-]{20,}|xox[abprs]-[0-9A-Za-z\-]{20,}"
    r"|sk_live_[0-9A-Za-z]{20,}|rk_live_[0-9A-Za-z]{20,}|sk-(?:proj-|ant-)?[A-Za-z0-9_\-]{40,}|AIza[0-9A-Za-z_\-]{35}|npm_[A-Za-z0-9]{36}"
    r"|pypi-[A-Za-z0-9_\-]{60,}|\d{8,10}:AA[A-Za-z0-9_\-]{33}|hf_[A-Za-z0-9]{30,}|dckr_pat_[A-Za-z0-9_\-]{20,}|shpat_[0-9a-f]{32}"
    r"|ya29\.[A-Za-z0-9_\-]{40,}|SG\.[A-Za-z0-9_\-]{20,24}\.[A-Za-z0-9_\-]{40,46})(?![A-Za-z0-9_])",
)
_BOT: Final = regex.compile(
    r"(?<![A-Za-z0-9_.\-])([A-Za-z0-9_\-]{23,24}|[A-Za-z0-9_\-]{26,27})\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}(?![A-Za-z0-9_.\-])"
)
_SIGNED: Final = regex.compile(  # JSON Web Tokens, RFC 7519: header and claims are objects, so each begins with {" in Base64
    r"(?<![A-Za-z0-9_])eyJ[A-Za-z0-9_\-]{10,}+\.eyJ[A-Za-z0-9_\-]{10,}+\.[A-Za-z0-9_\-]{40,}+(?![A-Za-z0-9_])"
)
_URI: Final = regex.compile(
    r"(?i)otpauth://(?:totp|hotp)/\S{0,400}?[?&]secret=[A-Z2-7]{8,}[^\s<>\"]*+"
    r"|otpauth-migration://offline\?data=[A-Za-z0-9%+/=_\-]{16,}"
)
_SEED_NAMED: Final = regex.compile(  # "2fa: …", "密钥 …": names that need a seed right after them
    r"(?:(?i:(?<![\p{L}\d])(?:2fa|mfa|otp)(?:[ _-]?(?:secret|seed|key|code))?)\s?[:=：]\s{0,2}"
    r"|(?:密钥|密鑰|秘钥)\s?(?:[:：]|是|为)?\s{0,2})"
    r"(?:([A-Z2-7]{16,128}+)|([a-z2-7]{16,64}+)|((?:[A-Za-z2-7]{4}[ -]){3,15}[A-Za-z2-7]{4}))(?![\p{L}\p{N}_])",
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
    yield from _tokens(message)
    for found in _URI.finditer(text):
        yield block(Secret.TOTP_SEED, message.span(*found.span()), "the seed of your two-factor codes: it makes every code to come")
    for found in _SEED_NAMED.finditer(text):
        group = 1 if found[1] else 2 if found[2] else 3
        if len(set(found[group])) >= 6 and any(char.isdigit() for char in found[group]):
            why = "the seed of your two-factor codes: it makes every code to come"
            yield block(Secret.TOTP_SEED, message.span(*found.span(group)), why)
    for shape in (_SEED, _SEED_BELOW, _SEED_LATER) if mentions("totp", text) else ():
        for found in shape.finditer(text):
            if _seed(found[1], near=found[0]):
                why = "the seed of your two-factor codes: it makes every code to come"
                yield block(Secret.TOTP_SEED, message.span(*found.span(1)), why)


def _tokens(message: Plain) -> Iterator[Finding]:
    """Find what signs in as its owner by itself."""
    for found in _TOKEN.finditer(message.text):
        if _random(found[0]):
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span()), "an access token: it signs in as you")
    for found in _BOT.finditer(message.text):
        if regex.fullmatch(rb"\d{17,20}", base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))):
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span()), "a token of a Discord bot, with the bot's number in it")
    for found in _SIGNED.finditer(message.text):
        why = "a signed token: until it expires, whoever has it may be let in as you"
        yield warn(Secret.ACCESS_TOKEN, message.span(*found.span()), why)


def _pairs(message: Plain) -> Iterator[Finding]:
    """Find a secret by its name; with the key beside it, it is certain."""
    why = "an API secret: with its key it trades and withdraws as you"
    for shape in (_TWO, _ROW):
        for found in shape.finditer(message.text):
            named = shape is _TWO or _ROW_NAMED.search(message.text, max(0, found.start() - _TOGETHER), found.start())
            if named and _random(found[1]) and _random(found[2]):
                yield block(Secret.API_SECRET, message.span(found.start(1), found.end(2)), why)
    for found in _PRIVATE_64.finditer(message.text):
        if _random(found[1]):
            yield block(Secret.API_SECRET, message.span(*found.span(1)), why)
    publics = [found for found in _PUBLIC.finditer(message.text) if _random(found[1])]
    places = [key.start(1) for key in publics]
    for found in _SECRET.finditer(message.text):
        if not _random(found[1]):
            continue
        near = _beside(places, found.start(1))
        named = regex.match(r"(?i)(?:api|client|consumer|access|app|aws)", found[0])
        if near or named:
            yield block(Secret.API_SECRET, message.span(*found.span(1)), why)
        elif not regex.fullmatch(r"[0-9a-fA-F]{32,}", found[1]):
            yield warn(Secret.API_SECRET, message.span(*found.span(1)), "a value that the message calls secret")


def _beside(places: list[int], at: int) -> bool:
    """Tell whether a key other than the value at ``at`` stands near it."""
    first, last = bisect_left(places, at - _TOGETHER), bisect_right(places, at + _TOGETHER)
    return last - first > (bisect_right(places, at) > bisect_left(places, at))


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
