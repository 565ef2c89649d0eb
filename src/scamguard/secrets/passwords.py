"""Passwords in prose: what follows "my password is", in fourteen languages.

A value with a digit or a sign in it is no word of a sentence. A plain word might be one ("my password is wrong"), so it must end its
clause and is worth a question only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import mentions, source, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_NAME: Final = rf"(?i:{source('password')})"
_IS: Final = rf"(?:\s{{0,3}}(?:(?i:{source('copula')})|:=|[:：=]|->|→|(?<=\s)[-–—](?=\s))){{1,3}}\s{{0,3}}"
_LETTER: Final = r"(?:[!-~]|(?![\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])[\p{L}\p{M}])"
_VALUE: Final = rf"(?:[\"'`“‘«「『]([^\"'`”’»」』\n]{{3,64}})[\"'`”’»」』]|({_LETTER}{{3,64}}))"
_OWN: Final = rf"(?:[ \t]{{1,2}}(?i:{source('own')}))?"
_FOR: Final = r"(?:\s(?:for|to|on|de|para|pour|für|от|для|del|do|da|du|của|untuk)(?:\s[\p{L}\d.@']{1,20}){1,4}?)?"
_STATED: Final = regex.compile(rf"{_NAME}{_OWN}{_FOR}{_IS}{_VALUE}")
_BARE: Final = regex.compile(rf"{_NAME}{_OWN}[ \t]{{1,2}}([!-~]{{4,64}})")
_UNSPACED: Final = regex.compile(
    rf"{_NAME}[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Hangul}} :=「『\"'“]{{0,12}}?(?<![!-~])([!-~]{{4,64}})",
)
_AFTER: Final = regex.compile(rf"(?<!\S)([!-~]{{4,64}})\s?(?i:{source('copula')}|,|-|–)\s(?:(?i:{source('mine')})\s)?{_NAME}")
_ENDS: Final = regex.compile(r"\s*(?:$|[\n.!,;。！，、)(]|(?:और|and|y|e|und|et|и|है|です|입니다|이야|예요|يا)(?!\p{L}))")
_LINK: Final = regex.compile(r"(?i)^(?:https?:|www\.)|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|html?|php|cn|ru|py|js|txt|pdf)(?:/\S*)?$")
_HOLLOW: Final = regex.compile(  # what stands for a password in manuals and logs
    r"(?i)&lt;|censored|redacted|^[:(][a-z]|^[<\[{$%(]|^[*•xX.·_?\-#]+$|^your"
    r"|^(?:password|passwd|secret|example|placeholder|null|none|true|false|undefined|string|required)\d{0,3}$|\(\)|^\d[.)]?$|[<>{}]",
)
_SHORT: Final = regex.compile(r"(?i)(?:pass|pin|pw|pwd|psw|mk|mdp)\b")  # names that mean other things too
_UNSPACED_SCRIPT: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_TAIL: Final = "-.,;:!?)]}\"'`”’»」』。，"


def passwords(message: Plain) -> Iterator[Finding]:
    """Find passwords and PINs that the message calls so."""
    text = message.text
    if not mentions("password", text):
        return
    for found in _STATED.finditer(text):
        group = 1 if found[1] else 2
        yield from _judged(message, found, group, stated=True)
    for shape in (_BARE, _UNSPACED, _AFTER):
        for found in shape.finditer(text):
            yield from _judged(message, found, 1, stated=False)


def _judged(message: Plain, found: regex.Match[str], group: int, *, stated: bool) -> Iterator[Finding]:
    """Say how much a value looks like a password."""
    start = found.start(group) + len(found[group]) - len(found[group].lstrip("\"'`"))
    value = found[group].lstrip("\"'`").rstrip(_TAIL)
    if not value:
        return
    span = message.span(start, start + len(value))
    if _LINK.search(value) or _HOLLOW.search(value) or not _own(message.text[: found.start()]):
        return
    if not stated and _SHORT.match(found[0]) and not any(char.isdigit() for char in value):
        return
    if _unlike_words(value) and (stated or len(value) > 4 or value.isdigit()):
        yield block(Secret.PASSWORD, span, "a password, called so in the message")
    elif stated and not _SHORT.match(found[0]) and _one_word(value) and _ENDS.match(message.text, start + len(value)):
        yield warn(Secret.PASSWORD, span, "a word that the message calls a password")


def _one_word(value: str) -> bool:
    """Tell a word that might be a password from what is said of one."""
    return len(value) >= 4 and value.isalpha() and value.casefold() not in terms("prose") and not _UNSPACED_SCRIPT.search(value)


def _own(before: str) -> bool:
    """Tell whether the name of a password is one, and not half of another (an e-mail subject, an option)."""
    return not before.endswith(("--", "/", "$", "@", "_", "."))


def _unlike_words(value: str) -> bool:
    """Tell a made-up value from a word or a date.

    >>> [_unlike_words(value) for value in ("Tr0ub4dor", "hunter2", "p@ssw0rd", "4821", "wrong", "e-mail", "8-16")]
    [True, True, True, True, False, False, False]
    """
    digits, letters = sum(char.isdigit() for char in value), sum(char.isalpha() for char in value)
    if digits == len(value):
        return 4 <= digits <= 12 and not regex.fullmatch(r"(?:19|20)\d\d", value)
    if digits and letters:
        return len(value) >= 4
    signs = sum(not char.isalnum() and char not in "-'’.,/…~" for char in value)
    return letters > 2 and signs > 0 and len(value) >= 6
