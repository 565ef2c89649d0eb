"""Masking: text that goes to others keeps its words and loses its secrets, even those that are only likely ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import regex

from .chains import unexplained
from .secrets import find, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_READ: Final = 20_000  # characters that are searched for secrets; nothing after them is passed on
_KEPT: Final = 8_000
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
# A bare number after such a question is an answer; somebody who tells what they did gives answers.
_ASKED: Final = ("What is your seed phrase?", "What is your password?", "What is your private key?", "Which code did you get?")


# Four to eight digits, alone: no price, year, date, case number or part of a telephone number.
_LONE: Final = regex.compile(
    r"(?i)(?<![\p{L}\d/#$€£¥₹+.,:-])(?<![\d)][ -])(?<!\b(?:case|ticket|order|invoice|ref|no|nr|id)\W{1,2})(?!(?:19|20)\d\d\b)"
    r"(?:\d{4,8}|\d{3}[ -]\d{3})(?![\p{L}\d%€£¥₹$]|[-/.:,]\d|\s?(?:usd|eur|btc|eth|usdt|gbp|inr|rub|元|円|원|руб|₽)|[ -]\d)"
)


def masked(text: str, name: Callable[[str], str], *, told: bool = False, others: Mapping[str, str] = _NONE) -> str:
    """Replace every secret, certain or likely.

    Parameters
    ----------
    text
        What is to be passed on; cut to 8,000 characters.
    name
        Gives what to write for a secret of ``lexicon.SECRETS``.
    told
        It tells what somebody did: a lone number is the code they gave away.
    others
        Secrets that stand beside it, as ``held`` gives them.
    """
    text = text[:_READ]
    spans = _spans(text, told=told)
    spans += [(start, stop, secret) for value, secret in others.items() for start, stop in repeated(text, [value])]
    out: list[str] = []
    at = 0
    for start, stop, secret in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            out += [text[at:start], name(secret)]
        at = max(at, stop)
    whole = "".join([*out, text[at:]])
    return whole if len(whole) <= _KEPT and len(text) < _READ else whole[:_KEPT] + " […]"


def held(text: str, *, told: bool = False) -> dict[str, str]:
    """Give the secrets that a text holds, each with its name of ``lexicon.SECRETS``: what must not be read beside it either."""
    text = text[:_READ]
    return {text[start:stop]: secret for start, stop, secret in _spans(text, told=told)}


def _spans(text: str, *, told: bool) -> list[tuple[int, int, str]]:
    spans = [(found.start, found.stop, found.kind.asked) for found in find(text)]
    spans += [(*found.span(), "2fa_code") for found in _LONE.finditer(text)] if told else []  # what any question below takes for its answer
    for question in _ASKED if told else ():
        spans += [(found.start, found.stop, found.kind.asked) for found in find(text, [question])]
    return spans + [(start, stop, "private_key") for start, stop in unexplained(text)]
