"""Sought: whether the messages before ask for a one-time code.

A question for a code holds until somebody asks for another number ("how many guests?"); and a zip code, a door code and code that is
compiled are no codes to sign in with.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import regex

from .asked import RECENT, asked
from .other import named, turns
from .words import pattern, source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plain import Plain

_LATELY: Final = 3  # messages in which a code that is only mentioned makes a bare number doubtful
_LONGEST: Final = 1_000  # code points of a message that asks for a code
_TOLD: Final = 40  # and of one that says which
_ARRIVED: Final = regex.compile(
    r"(?i)\b(?:get|got|gotten|receive\w*|sent|text\w*|sms|digits?|arrived)\b|短信|收到|发给|發給|lleg|recib|cheg|reçu|erhalten|bekommen|пришел|пришёл|смс"
    r"|届い|문자|받은|nhận|gelen|terima|dapat|आया|وصل",
)
_ASKS: Final = regex.compile(
    rf"(?i:{source('request')})[^.!?\n]{{0,40}}(?i:{source('code')})|^\W*(?i:{source('code')})\W*$|(?i:{source('code')})\s?[?？؟]|(?i:{source('code')})[^.!?\n]{{0,12}}(?i:{source('request')})"
)
_JARGON: Final = regex.compile(
    r"(?i)\b(?:error|status|source|exit|http|review|repo|branch|commit|function|snippet|block of|line|run|compile|debug|sample|example)\b",
)
_TO_ME: Final = regex.compile(r"(?i)(?<!\p{L})(?:an?|une?|uma?|eine?n?)\s$")  # "send me an sms"
_SMS: Final = regex.compile(r"(?i)sms|смс")


class Sought(Enum):
    """What the messages before say of a code."""

    NO = auto()
    MENTIONED = auto()  # lately, and nobody asked for it
    TURNED = auto()  # asked for, and then another number was
    ASKED = auto()


def sought(thread: Sequence[Plain]) -> Sought:
    """Say whether one of the last messages asks for a code.

    >>> from .plain import plain
    >>> [sought([plain(text)]).name for text in ("Which code did you get?", "What's your zip code?", "the code came")]
    ['ASKED', 'NO', 'MENTIONED']
    """
    turned = False
    for part in reversed(thread[-RECENT:]):
        if _asks(part):
            return Sought.TURNED if turned else Sought.ASKED
        turned = turned or turns(part.text[:_LONGEST]) or _told_which(part.text)
    lately = not turned and any(_mentions(part.text) for part in thread[-_LATELY:])
    return Sought.MENTIONED if lately else Sought.NO


def _asks(part: Plain) -> bool:
    names = asked([part])
    if "code_question" in names or ("otp" in names and _called(part.text, "otp")):
        return True
    return _asks_for_code(part.text)


def _asks_for_code(text: str) -> bool:
    """Tell a question for a code from talk of code."""
    if len(text) > _LONGEST or not _called(text, "code") or pattern("forbid").search(text):
        return False
    return _ARRIVED.search(text) is not None or (_ASKS.search(text) is not None and not _JARGON.search(text))


def _told_which(text: str) -> bool:
    """Tell whether a message says which code is meant, and that it is another thing's: "the flight code"."""
    names = [*pattern("code").finditer(text)] if len(text) <= _TOLD else []
    return bool(names) and all(named(text, *found.span()) for found in names)


def _mentions(text: str) -> bool:
    return len(text) <= _LONGEST and not _JARGON.search(text) and (_called(text, "otp") or _called(text, "code"))


def _called(text: str, concept: str) -> bool:
    """Tell whether a text names a code that is not another thing's."""
    return any(
        not named(text, *found.span()) and not (_SMS.fullmatch(found[0]) and _TO_ME.search(text, max(0, found.start() - 8), found.start()))
        for found in pattern(concept).finditer(text, 0, _LONGEST)
    )
