"""Answers: what somebody sends who was asked for a password, a card or a seed of codes: often the bare thing and nothing else.

What stands alone must look like the thing; "it's" and its like, in every language, may come first, and a word or two after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .passwords import LETTER, LINK, VARIED, kinds, one_word, unlike_words
from .placeholders import hollow
from .wording import MONTH
from .words import pattern, source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .plain import Plain

_LONGEST: Final = 300  # code points of a message that is an answer and little else
_OPENS: Final = (
    rf"(?:(?i:{source('answer')}|{source('copula')}|{source('mine')}|{source('own')})[\s,:：，、.!…-]{{0,3}}){{0,4}}[\"'`*“「『]{{0,2}}"
)
_CLOSES: Final = r"[\"'`*”」』]{0,2}\s?(?:です|예요|이에요|입니다|이야|है|hai|thanks|thx|please|pls|谢谢)?[\s.!。,]{0,3}"
_VALUE: Final = regex.compile(rf"\s*(?P<opener>{_OPENS})(?P<value>{LETTER}{{3,200}}?){_CLOSES}(?:\s+\p{{L}}+){{0,3}}[.!]?\s*")
_CVV: Final = regex.compile(rf"\s*{_OPENS}(?P<value>\d{{3,4}}){_CLOSES}(?P<more>(?:\s+\p{{L}}+){{0,3}})[\s.!]*")
_CVV_CALLED: Final = regex.compile(rf"(?i:{source('cvv')})[^\d\n.!?。]{{0,24}}(?<![\d.,/-])(?P<value>\d{{3,4}})(?![\d%]|[-/.:,]\d)")
_HEDGE: Final = regex.compile(r"(?i)\s*(?:i (?:think|guess|believe)|right|ok|sir|mate|bro)?")
_SEED: Final = regex.compile(
    rf"\s*{_OPENS}(?P<value>[A-Z2-7]{{16,64}}=*|[a-z2-7]{{16,64}}|(?:[A-Za-z2-7]{{4}}[ -]){{3,15}}[A-Za-z2-7]{{4}}){_CLOSES}\s*"
)
_BACKUP: Final = regex.compile(
    rf"\s*{_OPENS}(?P<value>[A-Za-z0-9]{{4,6}}(?:[ -][A-Za-z0-9]{{4,6}}){{1,7}}|[a-z0-9]{{8,12}}|[A-Z0-9]{{8,16}}){_CLOSES}\s*"
)
_SPACED: Final = regex.compile(rf"\s*{_OPENS}(?P<value>\p{{Lu}}\p{{Ll}}{{2,15}}[ ]\d{{2,4}}[!#$*@]{{1,3}})\s*")  # "Sommer 2024!"
_OPENING: Final = "([{<"
_MARKS: Final = ".,;:!?…)]}^\"'~*"
_SURE: Final = 6  # characters of a made-up word that is no typing error
_PLAIN: Final = regex.compile(  # a version, a time, a size, an ordinal number
    r"(?i)v?\d+(?:\.\d+)+\w{0,4}|\d{1,5}(?:st|nd|rd|th|am|pm|h|hrs?|min|mins|sec|s|k|m|x|gb|mb|kg|km|usd|eur|btc|eth|€|\$)"
    r"|\d{1,2}h\d\d|(?:19|20)\d\d-?\d\d-?\d\d|[@#]\S+|\S+@\S+|gr8|l8r|b4|m8|2day|2moro\w*|c0v1d\d*|covid-?19|h[1i]+|win(?:dows)?\d+|ip(?:hone|ad)\d+\w*"
)


def answers(message: Plain, wanted: Collection[str]) -> Iterator[Finding]:
    """Find what is given to somebody who asked for it; ``wanted`` names concepts, as ``asked`` gives them."""
    if not wanted or len(message.text) > _LONGEST:
        return
    if "password" in wanted:
        yield from _password(message)
    if "cvv" in wanted:
        yield from _security_code(message)
    if "totp" in wanted and (found := _SEED.fullmatch(message.text)) and _made(found["value"]):
        why = "the seed of your two-factor codes, given to somebody who asked for it"
        yield block(Secret.TOTP_SEED, message.span(*found.span("value")), why)
    if "backup_code" in wanted and (found := _BACKUP.fullmatch(message.text)) and _made(found["value"]):
        yield block(Secret.BACKUP_CODE, message.span(*found.span("value")), "a backup code, given to somebody who asked for it")


def _security_code(message: Plain) -> Iterator[Finding]:
    why = "the security code of a card, given to somebody who asked for it"
    if found := _CVV.fullmatch(message.text):
        say = block if _HEDGE.fullmatch(found["more"]) else warn  # "123 of them" may count something
        yield say(Secret.CARD, message.span(*found.span("value")), why)
    for found in _CVV_CALLED.finditer(message.text):
        yield block(Secret.CARD, message.span(*found.span("value")), why)


def _password(message: Plain) -> Iterator[Finding]:
    if (found := _SPACED.fullmatch(message.text)) and not MONTH.match(found["value"]):
        why = "what looks like a password, given to somebody who asked for one"
        yield block(Secret.PASSWORD, message.span(*found.span("value")), why)
    found = _VALUE.fullmatch(message.text)
    if not found:
        return
    whole, alone = found["value"], found.end("value") >= len(message.text.rstrip()) - 2
    value = whole.rstrip(_MARKS)
    stop = found.end("value")
    while message.text[stop : stop + 1] == "!":  # as likely its last sign as the sentence's
        stop += 1
    span = message.span(found.start("value"), stop)
    if LINK.search(value) or hollow(value) or _PLAIN.fullmatch(value.lstrip(_OPENING)):
        return
    digits = any(char.isdigit() for char in value)
    if unlike_words(value) and (digits or kinds(value) >= VARIED):
        say = block if digits and (len(value) >= _SURE or (value.isdigit() and alone)) else warn
        yield say(Secret.PASSWORD, span, "what looks like a password, given to somebody who asked for one")
    elif pattern("copula").search(found["opener"]) and alone and len(value) >= _SURE and one_word(value):
        yield warn(Secret.PASSWORD, span, "a word given to somebody who asked for a password")


def _made(value: str) -> bool:
    """Tell what a machine made from words: it holds a digit, or is all capitals of many kinds."""
    return any(char.isdigit() for char in value) or (value.isupper() and len(set(value)) >= 9)
