"""Payment cards: a number that adds up (Luhn, ISO/IEC 7812-1) with what is needed to spend: a security code or an expiry date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import pattern, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_NUMBER: Final = regex.compile(
    r"(?<![A-Za-z\d.+/#=_\-])(?:\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}|\d{4}[ -]?\d{6}[ -]?\d{4,5})(?![A-Za-z\d]|[.,/_-]\d)",
)
_ISSUED: Final = regex.compile(  # prefix and length of the great brands
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|220[0-4]\d{12}|9792\d{12}|(?:50|5[6-9]|6[0-9])\d{10,17}",
)
_EXPIRY: Final = regex.compile(r"(?<!\d)(?:0[1-9]|1[0-2])\s?[/\-.|]\s?(?:20)?(?:2\d|3\d)(?![\d/])")
_CVV: Final = regex.compile(rf"(?i:{source('cvv')})\D{{0,14}}(?<!\d)\d{{3,4}}(?!\d)|(?<!\d)\d{{3,4}}(?!\d)\D{{0,6}}(?i:{source('cvv')})")
_TRIPLE: Final = regex.compile(r"(?:0[1-9]|1[0-2])\s?[/\-.]?\s?(?:20)?(?:2\d|3\d)\W{1,4}\d{3,4}(?!\d)|^\W{1,4}\d{3}(?!\d)")
_NEAR: Final = 120
_SHOWN: Final = frozenset({  # made for testing, and printed in every manual
    "4242424242424242", "4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005",
    "371449635398431", "6011111111111117", "6011000990139424", "4000056655665556", "3530111333300000", "30569309025904",
})  # fmt: skip


def cards(message: Plain) -> Iterator[Finding]:
    """Find card numbers, and say whether what is needed to spend stands beside them."""
    text = message.text
    for found in _NUMBER.finditer(text):
        digits = found[0].replace(" ", "").replace("-", "")
        if not (_ISSUED.fullmatch(digits) and luhn(digits)):
            continue
        around = text[max(0, found.start() - _NEAR) : found.start()] + "\n" + text[found.end() : found.end() + _NEAR]
        span = message.span(*found.span())
        spendable = _CVV.search(around) or _EXPIRY.search(around) or _TRIPLE.match(text[found.end() : found.end() + 24].lstrip())
        if digits in _SHOWN:
            yield warn(Secret.CARD, span, "a card number made for testing")
        elif spendable:
            yield block(Secret.CARD, span, "a card number with its security code or expiry date: enough to spend")
        elif pattern("card").search(around):
            yield warn(Secret.CARD, span, "a card number")


def luhn(digits: str) -> bool:
    """Tell whether the last of ``digits`` is the check digit of the others.

    >>> luhn("79927398713"), luhn("79927398710")
    (True, False)
    """
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0 and len(set(digits)) > 1
