"""Codes: one-time codes given in an answer, and the backup codes that stand in for them.

Six digits alone mean nothing. They are a code when the message calls them one, when the message before asked for one, or when they are said
as an answer ("it's 482913"), which is worth a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .asked import RECENT
from .finding import Finding, Secret, block, warn
from .postal import is_postal
from .said import said
from .words import mentions, pattern, source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .plain import Plain

_MEASURE: Final = (
    r"usd|eur|btc|eth|元|円|원|руб|₽|k\b|km|kg|am\b|pm\b"
    r"|m?s\b|secs?\b|seconds?|minutes?|mins?\b|bytes?\b|[kmg]b\b|rows?\b|lines?\b|users?\b|px\b"
)
_DIGITS: Final = (  # a price, a date, a phone number, a part of a longer number is none
    r"(?<![A-Za-z\d/#$€£¥₹+])(?<!\d[-.,:/])((?:[A-Z]{1,3}-)?(?:\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|\d{2}[ -]\d{2}[ -]\d{2}|(?:\d ){5}\d))"
    rf"(?![\d%€£¥₹$]|[-/.:,]\d|\s?(?:{_MEASURE}))"
)
_JOIN: Final = r"[^\d\n.!?。！？]{0,24}?[:：]?\s{0,3}[\"'`*“「『(]{0,2}"
_OTP: Final = regex.compile(rf"(?i:{source('otp')}){_JOIN}(?:{_DIGITS})")
_OTP_AFTER: Final = regex.compile(
    rf"(?:{_DIGITS})[\"'`*”」』)]{{0,2}}\s{{0,2}}(?i:{source('copula')}|,|-|–)?[^\d\n.!?。！？]{{0,24}}?(?i:{source('otp')})",
)
_CODE: Final = regex.compile(
    rf"(?i:{source('code')})(?:\s(?i:{source('own')}|{source('mine')}))?(?:\s?(?:(?i:{source('copula')})\s?[:：]?|[:：=])\s{{0,2}}|\s)[\"'`*“「『(]{{0,2}}(?:{_DIGITS})",
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
_SOME: Final = regex.compile(
    r"\d(?:[ -]?\d){3}|[A-Z0-9]{3}-[A-Z0-9]{3}|[A-Za-z0-9]{4}[- ][A-Za-z0-9]{4}|[A-Za-z0-9]{8}|(?<![A-Za-z0-9])[A-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_SIX: Final = regex.compile(r"\d{6}|\d{3}[ -]\d{3}|(?:\d ){5}\d|\d{2}[ -]\d{2}[ -]\d{2}")
_MIXED: Final = regex.compile(
    rf"\s*(?:(?i:{source('answer')})[\s,:：，、.!…-]{{0,3}}){{0,3}}([A-Z0-9]{{3,4}}-[A-Z0-9]{{3,4}}|[A-Z0-9]{{6}}|[2-9BCDFGHJKMNPQRTVWXY]{{5}})[\s.!]*"
)
_AMID: Final = regex.compile(rf"{_DIGITS}(?!\s?-)")
_ANSWER_LENGTH: Final = 240
_QUESTION_LENGTH: Final = 1_000
_ARRIVED: Final = regex.compile(
    r"(?i)\b(?:get|got|gotten|receive\w*|sent|text\w*|sms|digits?|arrived)\b|短信|收到|发给|發給|lleg|recib|cheg|reçu|erhalten|bekommen|пришел|пришёл|смс"
    r"|届い|문자|받은|nhận|gelen|terima|dapat|आया|وصل",
)
_ASKS: Final = regex.compile(
    rf"(?i:{source('request')})[^.!?\n]{{0,40}}(?i:{source('code')})|^\W*(?i:{source('code')})\W*$|(?i:{source('code')})\s?[?？؟]|(?i:{source('code')})[^.!?\n]{{0,12}}(?i:{source('request')})"
)
_NO_CODE_AMID: Final = regex.compile(
    r"(?i)\b(?:error|status|zip|postal|area|country|promo|coupon|discount|referral|source|exit|http|dress|qr|bar|product|review|repo|branch|commit|function"
    r"|snippet|block of|line|run|compile|debug|sample|example)\b",
)
_DAY: Final = regex.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_BACKUP: Final = regex.compile(
    r"(?<![\p{L}\d\-])(?:[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,7}|\d{4} \d{4}|\d{6,12}|[a-z0-9]{8,12}|[A-Z0-9]{8,32}"
    r"|[a-z0-9]{4,5} [a-z0-9]{4,5})(?![\p{L}\d\-])",
)
_BACKUP_NEAR: Final = 400
_BACKUP_LONGEST: Final = 64
_BITLOCKER: Final = regex.compile(r"(?<![\d-])\d{6}(?:-\d{6}){7}(?![\d-])")
_NO_CODE: Final = regex.compile(
    r"(?i)\b(?:pin|build|pr|issue|room|account|error|status|zip|postal|area|postcode|country|promo|coupon|discount|referral|invite|source|exit|http|dress|qr|bar|product|item"
    r"|order|ticket|invoice|tracking|booking|shop|voucher|gift|model|part|serial|article|dial|sort|swift|iban|door|gate|pick\W?up|collection|locker)(?:\s(?:no|nr|number|id))?\W{0,2}$|(?:邮政编码|邮编|邀请|优惠|取件|取货|提货|取餐|取票|编|条|邮)$",
)


def codes(message: Plain, thread: Sequence[Plain] = (), asked: Collection[str] = ()) -> Iterator[Finding]:
    """Find one-time and backup codes; ``asked`` names the concepts that were asked for."""
    for_code = bool({"otp", "code_question"} & set(asked)) or any(_asks_for_code(part.text) for part in thread[-RECENT:])
    yield from said(message, asked=for_code)
    if not _SOME.search(message.text):
        return
    yield from _backup(message)
    yield from _called(message, asked=for_code)
    yield from _answered(message, thread, asked=for_code)


def _called(message: Plain, *, asked: bool) -> Iterator[Finding]:
    """Find codes that the message names."""
    text = message.text
    for shape in (_OTP, _OTP_AFTER) if mentions("otp", text) else ():
        for found in shape.finditer(text):
            if not _YEAR.fullmatch(found[1]):
                yield block(Secret.OTP, message.span(*found.span(1)), "a one-time code: whoever has it signs in as you")
    named = (found for shape in (_CODE, _CODE_AFTER) for found in shape.finditer(text)) if mentions("code", text) else ()
    for found in named:
        before = text[max(0, found.start() - 24) : found.start()]
        other = _NO_CODE.search(before) or is_postal(text, *found.span(1))
        if not other and _SIX.fullmatch(found[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")):
            say = block if asked else warn
            yield say(Secret.OTP, message.span(*found.span(1)), "six digits called a code: it may be a one-time code")


def _asks_for_code(text: str) -> bool:
    """Tell a question for a code from talk of code."""
    if len(text) > _QUESTION_LENGTH or not pattern("code").search(text) or pattern("forbid").search(text):
        return False
    return bool(_ARRIVED.search(text)) or (_ASKS.search(text) is not None and not _NO_CODE_AMID.search(text))


def _answered(message: Plain, thread: Sequence[Plain], *, asked: bool) -> Iterator[Finding]:
    """Find codes given as an answer."""
    text = message.text
    named = asked or any(pattern("otp").search(part.text) or pattern("code").search(part.text) for part in thread[-3:])
    whole = _ANSWER.fullmatch(text) if len(text) <= 120 else None
    mixed = _MIXED.fullmatch(text) if asked and len(text) <= 120 else None
    if whole and named:
        yield block(Secret.OTP, message.span(*whole.span(1)), "a one-time code, given to somebody who asked for it")
        return
    if mixed and any(char.isdigit() for char in mixed[1]) and any(char.isalpha() for char in mixed[1]):
        yield block(Secret.OTP, message.span(*mixed.span(1)), "a one-time code, given to somebody who asked for it")
        return
    amid = _amid(text) if asked and len(text) <= _ANSWER_LENGTH else []
    if len(amid) == 1:
        yield block(Secret.OTP, message.span(*amid[0].span(1)), "six digits in the answer to somebody who asked for a code")
        return
    for found in _ITS.finditer(text) if _SIX.search(text) else ():
        group = 1 if found[1] else 2
        if _SIX.fullmatch(found[group]) and (named or not found[group].endswith("000")):
            say = block if named else warn
            yield say(Secret.OTP, message.span(*found.span(group)), "six digits given as an answer: it may be a one-time code")


def _amid(text: str) -> list[regex.Match[str]]:
    """Give the numbers of six digits in an answer, without those of links, orders and the like."""
    six = [found for found in _AMID.finditer(text) if _SIX.fullmatch(found[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"))]
    return [
        found
        for found in six
        if not _NO_CODE.search(text[max(0, found.start() - 24) : found.start()]) and text[found.start() - 1] not in "=&_"
    ]


def _backup(message: Plain) -> Iterator[Finding]:
    """Find backup codes after their name, and BitLocker keys anywhere."""
    text = message.text
    for found in _BITLOCKER.finditer(text):
        if all(int(group) % 11 == 0 and int(group) < 720896 for group in found[0].split("-")):
            yield block(Secret.BACKUP_CODE, message.span(*found.span()), "a recovery key of a disk")
    at = 0  # what stands after one name is not read again after the next
    for name in pattern("backup_code").finditer(text) if mentions("backup_code", text) else ():
        at, stop = max(at, name.end()), name.end() + _BACKUP_NEAR
        for found in _BACKUP.finditer(text, at, stop):
            at = found.end()
            if any(char.isdigit() for char in found[0]) and len(set(found[0])) > 3 and not _DAY.fullmatch(found[0]):
                yield block(Secret.BACKUP_CODE, message.span(*found.span()), "a backup code: it signs in without your second factor")
        at = max(at, stop - _BACKUP_LONGEST)
