"""Codes: one-time codes given in an answer, and the backup codes that stand in for them.

Six digits alone mean nothing. They are a code when the message calls them one, when the message before asked for one, or when they are said
as an answer ("it's 482913"), which is worth a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import mentions, pattern, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

_MEASURE: Final = r"usd|eur|btc|eth|元|円|원|руб|₽|k\b|km|kg|am\b|pm\b"
_DIGITS: Final = (  # a price, a date, a phone number, a part of a longer number is none
    r"(?<![A-Za-z\d/#$€£¥₹+])(?<!\d[-.,:/])((?:[A-Z]{1,3}-)?(?:\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|\d{2} \d{2} \d{2}|(?:\d ){5}\d))"
    rf"(?![\d%€£¥₹$]|[-/.:,]\d|\s?(?:{_MEASURE}))"
)
_JOIN: Final = r"[^\d\n.!?。！？]{0,24}?[:：]?\s{0,3}[\"'`*“「『(]{0,2}"
_OTP: Final = regex.compile(rf"(?i:{source('otp')}){_JOIN}(?:{_DIGITS})")
_OTP_AFTER: Final = regex.compile(
    rf"(?:{_DIGITS})[\"'`*”」』)]{{0,2}}\s{{0,2}}(?i:{source('copula')}|,|-|–)?[^\d\n.!?。！？]{{0,12}}?(?i:{source('otp')})",
)
_CODE: Final = regex.compile(
    rf"(?i:{source('code')})(?:\s?(?:(?i:{source('copula')})|[:：=])\s{{0,2}}|\s)[\"'`*“「『(]{{0,2}}(?:{_DIGITS})",
)
_CODE_AFTER: Final = regex.compile(rf"^\s*(?:{_DIGITS})\s(?i:{source('copula')})\s(?:(?i:{source('mine')})\s)?(?i:{source('code')})")
_ANSWER: Final = regex.compile(
    rf"\s*(?:(?i:{source('answer')})[\s,:：，、。.!…-]{{0,3}}){{0,3}}[\"'`*“「『]{{0,2}}(?:{_DIGITS})"
    r"[\"'`*”」』]{0,2}[^\d\n]{0,14}\s*",
)
_ENDING: Final = r"(?:です|예요|이에요|입니다|है)"
_ITS: Final = regex.compile(
    rf"(?:^|[\n.!。;])\s*(?:(?:(?i:{source('answer')})[\s,:：，、!！]{{0,3}}){{1,3}}(?:{_DIGITS})\s?{_ENDING}?"
    rf"|(?:{_DIGITS})\s?{_ENDING})\s*(?:$|[\n.!,，。;])",
)
_YEAR: Final = regex.compile(r"(?:19|20)\d\d")
_SOME: Final = regex.compile(r"\d(?: ?\d){3}|[A-Za-z0-9]{4}[- ][A-Za-z0-9]{4}|[A-Za-z0-9]{8}")
_SIX: Final = regex.compile(r"\d{6}|\d{3}[ -]\d{3}|(?:\d ){5}\d|\d{2} \d{2} \d{2}")
_BACKUP: Final = regex.compile(
    r"(?<![\p{L}\d\-])(?:[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,7}|\d{4} \d{4}|\d{6,12}|[a-z0-9]{8,12}|[A-Z0-9]{8,32}"
    r"|[a-z0-9]{4,5} [a-z0-9]{4,5})(?![\p{L}\d\-])",
)
_BACKUP_NEAR: Final = 400
_BITLOCKER: Final = regex.compile(r"(?<![\d-])\d{6}(?:-\d{6}){7}(?![\d-])")
_NO_CODE: Final = regex.compile(
    r"(?i)\b(?:error|status|zip|postal|area|postcode|country|promo|coupon|discount|referral|invite|source|exit|http|dress|qr|bar|product|item"
    r"|sort|swift|iban|door|gate)\W{0,2}$|(?:邮政编码|邮编|邀请|优惠|编|条|邮)$",
)


def codes(message: Plain, thread: Sequence[Plain] = ()) -> Iterator[Finding]:
    """Find one-time and backup codes."""
    if not _SOME.search(message.text):
        return
    yield from _backup(message)
    yield from _called(message)
    yield from _answered(message, thread)


def _called(message: Plain) -> Iterator[Finding]:
    """Find codes that the message names."""
    text = message.text
    for shape in (_OTP, _OTP_AFTER) if mentions("otp", text) else ():
        for found in shape.finditer(text):
            if not _YEAR.fullmatch(found[1]):
                yield block(Secret.OTP, message.span(*found.span(1)), "a one-time code: whoever has it signs in as you")
    named = (found for shape in (_CODE, _CODE_AFTER) for found in shape.finditer(text)) if mentions("code", text) else ()
    for found in named:
        before = text[max(0, found.start() - 24) : found.start()]
        if not _NO_CODE.search(before) and _SIX.fullmatch(found[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")):
            yield warn(Secret.OTP, message.span(*found.span(1)), "six digits called a code: it may be a one-time code")


def _answered(message: Plain, thread: Sequence[Plain]) -> Iterator[Finding]:
    """Find codes given as an answer."""
    asked = any(pattern("otp").search(part.text) or pattern("code").search(part.text) for part in thread[-3:])
    whole = _ANSWER.fullmatch(message.text) if len(message.text) <= 120 else None
    if whole and asked:
        yield block(Secret.OTP, message.span(*whole.span(1)), "a one-time code, given to somebody who asked for it")
        return
    for found in _ITS.finditer(message.text) if _SIX.search(message.text) else ():
        group = 1 if found[1] else 2
        if _SIX.fullmatch(found[group]) and (asked or not found[group].endswith("000")):
            say = block if asked else warn
            yield say(Secret.OTP, message.span(*found.span(group)), "six digits given as an answer: it may be a one-time code")


def _backup(message: Plain) -> Iterator[Finding]:
    """Find backup codes after their name, and BitLocker keys anywhere."""
    text = message.text
    for found in _BITLOCKER.finditer(text):
        if all(int(group) % 11 == 0 and int(group) < 720896 for group in found[0].split("-")):
            yield block(Secret.BACKUP_CODE, message.span(*found.span()), "a recovery key of a disk")
    for name in pattern("backup_code").finditer(text) if mentions("backup_code", text) else ():
        for found in _BACKUP.finditer(text, name.end(), name.end() + _BACKUP_NEAR):
            if any(char.isdigit() for char in found[0]) and len(set(found[0])) > 3:
                yield block(Secret.BACKUP_CODE, message.span(*found.span()), "a backup code: it signs in without your second factor")
