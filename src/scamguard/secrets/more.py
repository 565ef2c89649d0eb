"""More of the same: what stands beside a secret that was found, and is as much of one: "482913 or 119922", "… and the PIN 4821".

By itself it might be anything, so it never makes a verdict graver; but nobody should read it where the secret itself is masked.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, warn
from .passwords import LINK
from .placeholders import hollow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

_OR: Final = (
    r"(?:(?:and|or|maybe|perhaps|und|oder|vielleicht|y|o|e|ou|et|и|или|atau|dan|ve|veya|và|hoặc|second|then|also|another|the|other|old|new|one|was"
    r"|is|it['’]?s|not|either|first|last)(?!\p{L})|或者|或|和|以及|还有|還有|跟|、|また(?:は)?|또는)"
)
_CLOSES: Final = r"[\"'`*”’»」』)]{0,2}"
_CODE: Final = regex.compile(
    rf"(?i){_CLOSES}[,;/|+&]?\s{{0,2}}(?:{_OR}[\s,]{{0,2}}){{0,4}}(?<![\p{{L}}\d])"
    r"(?P<value>\d{3}[ -]\d{3}|[A-Za-z\d]{4,5}-[A-Za-z\d]{4,5}|\d{4,12})(?![\p{L}\d%€£¥₹$]|[-/.:,]\d)"
)
_PASSWORD: Final = regex.compile(  # "… and for the bank Herbst2022!", "… guest meadow88"
    rf"(?i){_CLOSES}[,;/|]?\s{{0,2}}(?:{_OR}\s{{0,2}}){{0,3}}(?:[\p{{L}}'’]{{1,16}}\s){{0,4}}(?<![!-~])[\"'`]?(?P<value>[!-~]{{5,64}}+)"
)
_NAMED: Final = regex.compile(
    r"(?i)(?:(?<!\p{L})(?:pins?|puk|tan|otp|codes?|cvv|c[óo]digo|код|пин|2fa|backup(?:\scodes?)?)|密码|密碼|验证码|驗證碼|暗証番号|비밀번호)"
    r"(?:\W{1,3}|\s?(?:is|ist|es|é|est|是)\s|(?<=\p{Han}))"
    r"(?P<value>\d{3,4}-\d{3,4}|\d{4,8})(?![\p{L}\d%€£¥₹$]|[-/.:,]\d)"
)
_WORD: Final = regex.compile(
    r"(?i)(?:(?:13th|25th|extra|13\.|25\.)\s?(?:word|wort)|pass ?phrase|passwort|password)\W{1,3}(?:(?:is|ist)\s)?"
    r"(?P<value>[!-~\p{L}]{3,64}+)"
)
_KEY: Final = regex.compile(r"(?i)(?<!\p{L})(?:api|access)[\s_-]?key(?:[\s_-]?id)?\W{1,4}(?P<value>[A-Za-z\d_\-]{16,128}+)")
_NUMBERS: Final = frozenset({Secret.OTP, Secret.BACKUP_CODE, Secret.PASSWORD})
_NEAR: Final = 60  # code points on either side
_TAIL: Final = 20  # of a phrase, which ends in what names the word after it
_LEAST: Final = 2  # letters of a password, and digits: "2nd" and "10am" are none
_MIXED: Final = 6  # of both
_YEAR: Final = regex.compile(r"(?:19|20)\d\d")
_WHY: Final = "beside a secret, and likely another one"


def more(message: Plain, found: Sequence[Finding]) -> Iterator[Finding]:
    """Find what goes with the secrets that were found."""
    origin = message.origin
    places = [(finding.kind, bisect_left(origin, finding.start), bisect_left(origin, finding.stop)) for finding in found]
    named = [(kind, *value) for of, start, stop in places for kind, value in _beside(message.text, start, stop, of)]
    for kind, start, stop in named:
        yield warn(kind, message.span(start, stop), _WHY)
    seen = {start for _, start, _ in (*places, *named)}
    for kind, start, stop in (*places, *named):
        for value in _onward(message.text, start, stop, kind, seen):
            yield warn(kind, message.span(*value), _WHY)


def _beside(text: str, start: int, stop: int, kind: Secret) -> Iterator[tuple[Secret, tuple[int, int]]]:
    """Give what has a name of its own that means little elsewhere."""
    if kind in _NUMBERS:
        named = (found for found in _NAMED.finditer(text, max(0, start - _NEAR), stop + _NEAR) if not _YEAR.fullmatch(found["value"]))
        yield from ((Secret.PASSWORD, found.span("value")) for found in named)
    elif kind is Secret.SEED_PHRASE and (word := _WORD.search(text, max(start, stop - _TAIL), stop + _NEAR)):
        yield Secret.PASSWORD, word.span("value")
    elif kind is Secret.API_SECRET and (key := _KEY.search(text, max(0, start - 3 * _NEAR), start)):
        yield Secret.API_SECRET, key.span("value")


def _onward(text: str, start: int, stop: int, kind: Secret, seen: set[int]) -> Iterator[tuple[int, int]]:
    """Give the codes of the same length, or the passwords, that follow one another."""
    if kind not in _NUMBERS:
        return
    digits = _digits(text[start:stop])
    numeric = digits > 0 and not any(map(str.isalpha, text[start:stop]))
    while found := (_CODE if numeric else _PASSWORD).match(text, stop, stop + 2 * _NEAR):
        value, first = found["value"], found.start("value")
        same = _digits(value) == digits and not _YEAR.fullmatch(value)
        if first in seen or not (same if numeric else _mixed(value)):
            return
        stop = first + len(value.rstrip(".,;:\"'`)"))
        seen.add(first)
        yield first, stop


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value))


def _mixed(value: str) -> bool:
    letters, digits = sum(map(str.isalpha, value)), _digits(value)
    if LINK.search(value) or hollow(value) or "@" in value:
        return False
    return letters >= _LEAST and digits >= _LEAST and letters + digits >= _MIXED
