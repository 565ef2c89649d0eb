"""Codes: one-time codes given in an answer, and the backup codes that stand in for them.

Six digits alone mean nothing. They are a code when the message calls them one, when the message before asked for one, or when they are said
as an answer ("it's 482913"), which is worth a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .other import belongs, between, invites, named, thing
from .postal import is_postal
from .said import in_parts, said
from .sought import Sought, sought
from .words import mentions, pattern, source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from .plain import Plain

_MEASURE: Final = (
    r"usd|eur|(?:dollars?|euros?|bucks|times|people|installs?|downloads?|requests?|hours?|days?|weeks?|months?|years?|per)\b|btc|eth|元|円|원|руб|₽|k\b|km|kg|am\b|pm\b"
    r"|m?s\b|secs?\b|seconds?|minutes?|mins?\b|bytes?\b|[kmg]b\b|rows?\b|lines?\b|users?\b|px\b"
)
_DIGITS: Final = (  # a price, a date, a phone number, a part of a longer number is none
    r"(?<![A-Za-z\d/#$€£¥₹+])(?<!\d[-.,:/ ])(?P<code>(?:[A-Z]{1,3}-)?"
    r"(?:\d{4,8}|\d{3}[ -]\d{3}(?! \d{3})|\d{4}[ -]\d{4}(?! \d)|\d{2}[ -]\d{2}[ -]\d{2}|(?:\d ){5}\d))"
    rf"(?![\d%€£¥₹$]|[-/.:,]\d|\s?(?:{_MEASURE}))"
)
_JOIN: Final = r"[^\d\n.!?。！？]{0,24}?[:：]?\s{0,3}[\"'`*“「『(]{0,2}"
_OTP: Final = regex.compile(rf"(?P<name>(?i:{source('otp')})){_JOIN}(?:{_DIGITS})")
_OTP_AFTER: Final = regex.compile(
    rf"(?:{_DIGITS})[\"'`*”」』)]{{0,2}}\s{{0,2}}(?i:{source('copula')}|,|-|–)?[^\d\n.!?。！？]{{0,24}}?(?P<name>(?i:{source('otp')}))",
)
_FROM: Final = r"(?:\s(?i:de|de la|del|do|da|от|von|vom|dari|của|from|for)\s[\p{L}\d]{2,20})"  # "el código de bbva es …"
_CODE: Final = regex.compile(
    rf"(?P<name>(?i:{source('code')}))(?:\s(?i:{source('own')}|{source('mine')}))?(?:{_FROM}?\s?(?:(?i:{source('copula')})\s?[:：]?|[:：=])\s{{0,2}}|\s)[\"'`*“「『(]{{0,2}}(?:{_DIGITS})",
)
_CODE_AFTER: Final = regex.compile(
    rf"^\s*(?:{_DIGITS})\s(?i:{source('copula')})\s(?:(?i:{source('mine')})\s)?(?P<name>(?i:{source('code')}))"
)
_ANSWER: Final = regex.compile(
    rf"\s*(?:(?i:{source('answer')})[\s,:：，、。.!…-]{{0,3}}){{0,3}}[\"'`*“「『]{{0,2}}(?:{_DIGITS})"
    r"[\"'`*”」』]{0,2}[^\d\n]{0,14}\s*",
)
_COPULA: Final = regex.compile(rf"[\"'`*”」』)]{{0,2}}\s{{0,2}}(?i:{source('copula')}|as\b|als\b|comme\b|como\b|,|-|–)")
_ENDING: Final = r"(?:です|예요|이에요|입니다|है)"
_ITS: Final = regex.compile(
    rf"(?:^|[\n.!。;])[^\S\n]*+(?:(?:(?i:{source('answer')})[\s,:：，、!！]{{0,3}}){{1,3}}(?:{_DIGITS})\s?{_ENDING}?"
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
_BRIEF: Final = 120  # code points of an answer that is a code and little else
_PASSCODE: Final = regex.compile(rf"(?i:{source('otp')}|{source('password')})\W{{0,4}}(?i:{source('copula')})?\W{{0,4}}$")
_NAME: Final = 40  # code points in which the name of a passcode stands before it
_DAY: Final = regex.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_BACKUP: Final = regex.compile(
    r"(?<![\p{L}\d\-])(?:[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,7}|\d{4} \d{4}|\d{6,12}|[a-z0-9]{8,12}|[A-Z0-9]{8,32}"
    r"|[a-z0-9]{4,5} [a-z0-9]{4,5})(?![\p{L}\d\-])",
)
_BACKUP_NEAR: Final = 400
_BACKUP_LONGEST: Final = 64
_BITLOCKER: Final = regex.compile(r"(?<![\d-])\d{6}(?:-\d{6}){7}(?![\d-])")
_ADDRESS: Final = regex.compile(r"(?i)(?:(?<!\p{L})pin\s|[?&=_])$")  # "pin code 560001", "?code=482913"
_LINK: Final = regex.compile(  # stands between a name and its code
    rf"(?:\s|[:：=–—,\"'`*“「『【(-]|(?i:{source('copula')}|{source('own')}|{source('mine')}|{source('answer')}))*"
)
_STATES: Final = regex.compile(rf"(?i:{source('copula')}|[:：=])\s?[\"'`*“「『(]{{0,2}}$")
_COUNTED: Final = regex.compile(  # "100000 installs"
    r"\s(?!(?:this|thanks|expires|works|was|has|plus|pls|always|yes|bless)\b)\p{Ll}{3,}s\b"
)
_CLAUSE: Final = regex.compile(r"[,;，；]")
_PREFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"  # of G-482913
_CLOSERS: Final = " \n)】」"
_WHY: Final = "a one-time code: whoever has it signs in as you"
_GIVEN: Final = "a one-time code, given to somebody who asked for it"
_CALLED: Final = "six digits called a code: it may be a one-time code"
_MAYBE: Final = "six digits given as an answer: it may be a one-time code"


def codes(message: Plain, thread: Sequence[Plain] = ()) -> Iterator[Finding]:
    """Find one-time and backup codes."""
    state = sought(thread)
    yield from said(message, asked=state is Sought.ASKED)
    if state is Sought.ASKED:
        yield from in_parts(message, thread)
    if not _SOME.search(message.text):
        return
    yield from _backup(message)
    names = [found for shape in (_OTP, _OTP_AFTER) for found in shape.finditer(message.text)] if mentions("otp", message.text) else []
    yield from _named(message, names)
    judged = {found.start("code") for found in names}  # a better name than "code" stands beside these
    yield from _called(message, judged, asked=state in {Sought.ASKED, Sought.TURNED})
    yield from _answered(message, state)


def _named(message: Plain, names: Sequence[regex.Match[str]]) -> Iterator[Finding]:
    """Find codes beside the name of a one-time code."""
    text = message.text
    for found in names:
        at = found.start("name")
        if _YEAR.fullmatch(found["code"]) or thing(text, at) or invites(text, at):
            continue
        say = _beside(text, found) if at < found.start("code") else _behind(text, found)
        if say:
            yield say(Secret.OTP, message.span(*found.span("code")), _WHY)


def _beside(text: str, found: regex.Match[str]) -> Callable[..., Finding] | None:
    """Judge a number that follows the name of a code; of what stands apart from it, six digits are a code for certain."""
    start, stop = found.end("name"), found.start("code")
    if _LINK.fullmatch(text, start, stop):
        return block
    if between(text, start, stop) or _COUNTED.match(text, found.end("code")):
        return None
    if _STATES.search(text, start, stop):
        return block
    apart = _CLAUSE.search(text, start, stop) is not None and not found["code"].isdigit()  # "decline it in pushTAN, then call 116 116"
    return warn if apart else _alone(found)


def _behind(text: str, found: regex.Match[str]) -> Callable[..., Finding] | None:
    """Judge a number that stands before the name of a code."""
    start, stop = found.span("code")
    joint = text[stop : found.start("name")]
    touches = not joint.strip(_CLOSERS)
    plural = touches and "\n" not in joint and found["name"].casefold().endswith("s")  # "12000 OTPs"
    if plural or (belongs(text, start) and text[start - 2 : start - 1] not in {":", "："}):
        return None
    return block if touches or _COPULA.match(joint) else _alone(found)


def _alone(found: regex.Match[str]) -> Callable[..., Finding] | None:
    if found["code"].endswith("000"):
        return None
    return block if _six(found["code"]) else warn


def _called(message: Plain, judged: Collection[int], *, asked: bool) -> Iterator[Finding]:
    """Find six digits that are called a code."""
    text = message.text
    for found in (found for shape in (_CODE, _CODE_AFTER) for found in shape.finditer(text)) if mentions("code", text) else ():
        other = named(text, *found.span("name")) or invites(text, found.start("name")) or is_postal(text, *found.span("code"))
        if found.start("code") in judged or other:
            continue
        if _six(found["code"]) and not _ADDRESS.search(text, max(0, found.start("name") - 4), found.start("name")):
            yield (block if asked else warn)(Secret.OTP, message.span(*found.span("code")), _CALLED)


def _answered(message: Plain, state: Sought) -> Iterator[Finding]:
    """Find codes given as an answer."""
    text = message.text
    asked = state is Sought.ASKED
    brief = len(text) <= _BRIEF and state is not Sought.NO
    whole = _ANSWER.fullmatch(text) if brief else None
    mixed = _MIXED.fullmatch(text) if asked and brief else None
    if whole and (asked or (_six(whole["code"]) and not whole["code"].endswith("000"))):
        yield (block if asked else warn)(Secret.OTP, message.span(*whole.span("code")), _GIVEN if asked else _MAYBE)
        return
    if mixed and any(char.isdigit() for char in mixed[1]) and any(char.isalpha() for char in mixed[1]):
        yield block(Secret.OTP, message.span(*mixed.span(1)), _GIVEN)
        return
    amid = _amid(text) if asked and len(text) <= _ANSWER_LENGTH else []
    if len(amid) == 1:
        yield block(Secret.OTP, message.span(*amid[0].span("code")), "six digits in the answer to somebody who asked for a code")
        return
    for found in _ITS.finditer(text) if _SIX.search(text) else ():
        if _SIX.fullmatch(found["code"]) and (asked or not found["code"].endswith("000")):
            yield (block if asked else warn)(Secret.OTP, message.span(*found.span("code")), _MAYBE)


def _six(code: str) -> bool:
    return _SIX.fullmatch(code.lstrip(_PREFIX)) is not None


def _amid(text: str) -> list[regex.Match[str]]:
    """Give the numbers of six digits in an answer, without those of links, orders and the like."""
    bare = not (pattern("code").search(text) or pattern("otp").search(text))  # nothing but the number may be "my order number"
    return [
        found
        for found in _AMID.finditer(text)
        if _six(found["code"])
        and not found["code"].endswith("000")
        and not belongs(text, found.start(), stated=bare)
        and not _invited(text, found.start())
        and text[found.start() - 1] not in "=&_"
    ]


def _invited(text: str, at: int) -> bool:
    """Tell whether the number at ``at`` is called the passcode of a meeting."""
    name = _PASSCODE.search(text, max(0, at - _NAME), at)
    return name is not None and invites(text, name.start())


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
