"""Payment cards: a number that adds up (Luhn, ISO/IEC 7812-1) with what is needed to spend: a security code or an expiry date.

What stands beside the number is a part of the finding: an expiry date and a security code left in a masked text are as good as the card.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import pattern, source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .plain import Plain

_BETWEEN: Final = r"(?:[ ]{0,2}[-–—.][ ]{0,2}|[ ]{1,2}|[ ]?\n[> ]{0,3})?"
_NUMBER: Final = regex.compile(
    rf"(?<![A-Za-z\d.+/#_\-])(?:\d{{4}}{_BETWEEN}\d{{4}}{_BETWEEN}\d{{4}}{_BETWEEN}\d{{1,7}}(?P<tail>{_BETWEEN}\d{{3}}(?!\d))?"
    rf"|\d{{4}}{_BETWEEN}\d{{6}}{_BETWEEN}\d{{4,5}})(?![A-Za-z\d]|[.,/_-]\d)",
)
_ISSUED: Final = regex.compile(  # prefix and length of the great brands
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|220[0-4]\d{12}|9792\d{12}|(?:50|5[6-9]|6[0-9])\d{10,17}",
)
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR: Final = r"(?:20)?[23]\d(?!\d)"
_EXPIRY: Final = regex.compile(
    r"(?i)(?<!\d)(?:0[1-9]|1[0-2])\s?[/\-.|:]\s?(?:20)?(?:2\d|3\d)(?![\d/])"
    r"|\b(?:exp(?:\.|iry|ires|iration|ire[ds]?)?|valid(?:[ ](?:thru|through|until|till|to))?|good[ ]thru)\b(?:[ ](?:date|on|in|is))?"
    rf"\W{{0,3}}(?:(?:{_MONTH}|0?[1-9]|1[0-2])(?:\s?[/\-.|:,’']\s?|\s))?{_YEAR}(?!/)"
)
_BESIDE: Final = regex.compile(  # dates that tell of no card, but are an expiry date beside its number and code
    rf"(?i)\b{_MONTH}[\s,/’'-]{{0,2}}{_YEAR}|(?<!\d)0?[1-9]\s?[/.-]\s?{_YEAR}(?!/)|(?<!\d)20[23]\d\s?[年/.-]\s?(?:1[0-2]|0?[1-9])(?![\d/.-])月?"
)
_CVV: Final = regex.compile(
    rf"(?i:{source('cvv')})\D{{0,14}}(?<!\d)\d{{3,4}}(?!\d)"
    rf"|(?<!(?i:area|country|dial|promo|sort|zip)\s)(?i:{source('code')})\D{{0,6}}(?<!\d)\d{{3}}(?!\d)"
)
_CVV_ALONE: Final = regex.compile(  # named beyond doubt, though no card is near
    rf"(?i)(?<![\p{{L}}\p{{N}}])(?:cvv2?|cvc2?)(?:\s(?:code|number))?(?:\s(?:{source('copula')})|\s?[:：=])?\s?(\d{{3,4}})(?![\d%]|[-/.:,]\d|\s(?:digits?|of)\b)"
)
_CVV_BEHIND: Final = regex.compile(rf"(?<!\d)\d{{3,4}}(?!\d)\D{{0,6}}(?i:{source('cvv')})")
_TRIPLE: Final = regex.compile(r"\W{0,4}(?:0[1-9]|1[0-2])\s?[/\-.|:]?\s?(?:20)?(?:2\d|3\d)\W{1,4}\d{3,4}(?!\d)|\W{1,4}\d{3}(?!\d)")
_OTHER: Final = regex.compile(  # numbers as long as a card's
    r"(?i)(?:\b(?:order|tracking|invoice|shipment|parcel|package|ref|reference|consignment|awb|imei|isbn|pedido|commande|bestellung|sendung\w*)"
    r"|заказ\w*|订单号?|運單號?|运单号?|快递单号|注文番号|주문번호|송장번호)(?:\s?(?:no|number|nr|id|is|was))*[\s:：#.]{0,4}$",
)
_NEAR: Final = 120
_SHOWN: Final = frozenset({  # made for testing, and printed in every manual
    "4242424242424242", "4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005",
    "371449635398431", "6011111111111117", "6011000990139424", "4000056655665556", "3530111333300000", "30569309025904",
})  # fmt: skip


def cards(message: Plain, asked: Collection[str] = ()) -> Iterator[Finding]:
    """Find card numbers, and say whether what is needed to spend stands beside them."""
    text = message.text
    numbers = [(found.start(), stop, digits) for found in _NUMBER.finditer(text) for stop, digits in _adds_up(found)]
    if not numbers:
        for found in () if _NUMBER.search(text) else _CVV_ALONE.finditer(text):
            yield warn(Secret.CARD, message.span(*found.span(1)), "the security code of a card")
        return
    rest = _Around(text, numbers)
    for start, stop, digits in numbers:
        spent = rest.near(rest.codes, start, stop)
        dated = rest.near(rest.dates, start, stop)
        named = rest.near(rest.names, start, stop)
        if not (spent or named or "card" in asked) and _OTHER.search(text[max(0, start - 40) : start]):
            continue
        triple = _TRIPLE.match(text, stop, stop + 24)
        ends = [*spent, *dated, *([triple.span()] if triple else [])]
        span = message.span(*rest.whole([*ends, *(rest.near(rest.beside, start, stop) if ends else [])], start, stop))
        if digits in _SHOWN:
            yield warn(Secret.CARD, span, "a card number made for testing")
        elif ends:
            yield block(Secret.CARD, span, "a card number with its security code or expiry date: enough to spend")
        elif "card" in asked:
            yield block(Secret.CARD, span, "a card number, given to somebody who asked for it")
        elif named:
            yield warn(Secret.CARD, span, "a card number")


class _Around:
    """Where security codes, dates and names of cards stand, apart from the numbers themselves: read once for all of them."""

    def __init__(self, text: str, numbers: list[tuple[int, int, str]]) -> None:
        """Blank out the numbers, so that their last group is no security code; then the dates, so that their year is none."""
        self.starts = [start for start, _, _ in numbers]
        rest = _without(text, [(start, stop) for start, stop, _ in numbers])
        self.dates = [found.span() for found in _EXPIRY.finditer(rest)]
        self.names = [found.span() for found in pattern("card").finditer(rest)]
        rest = _without(rest, self.dates)
        self.beside = [found.span() for found in _BESIDE.finditer(rest)]
        rest = _without(rest, self.beside)
        codes = [found.span() for found in _CVV.finditer(rest)]  # a name in front of a number wins over one behind it
        behind = [found.span() for found in _CVV_BEHIND.finditer(_without(rest, codes))]
        self.codes = sorted([*codes, *behind])

    def near(self, spans: list[tuple[int, int]], start: int, stop: int) -> list[tuple[int, int]]:
        """Give the spans that begin near a number."""
        return spans[bisect_left(spans, (start - _NEAR, 0)) : bisect_left(spans, (stop + _NEAR, 0))]

    def whole(self, beside: list[tuple[int, int]], start: int, stop: int) -> tuple[int, int]:
        """Give the span of a number and what stands beside it; what stands between two numbers goes with the first."""
        which = bisect_left(self.starts, start)
        first = start if which else 0
        last = self.starts[which + 1] if which + 1 < len(self.starts) else stop + 2 * _NEAR
        mine = [(at, to) for at, to in beside if first <= at and to <= last]
        return min([start, *(at for at, _ in mine)]), max([stop, *(to for _, to in mine)])


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Blank out places of a text; others stay where they are."""
    at, parts = 0, []
    for start, stop in spans:
        parts += [text[at:start], "\n" * (stop - start)]
        at = stop
    return "".join([*parts, text[at:]])


def _adds_up(found: regex.Match[str]) -> Iterator[tuple[int, str]]:
    """Give where a number that is a card's ends, and its digits: three more digits belong to it, or are its security code."""
    whole = regex.sub(r"\D", "", found[0])
    shorter = whole[:-3] if found["tail"] else ""
    apart = not (found["tail"] or "0")[0].isdigit() and not whole.startswith("62")  # of UnionPay's numbers, many have 19 digits
    for stop, digits in sorted([(found.end(), whole), (found.start("tail"), shorter)], reverse=not apart):
        if _ISSUED.fullmatch(digits) and luhn(digits):
            yield stop, digits
            return


def luhn(digits: str) -> bool:
    """Tell whether the last of ``digits`` is the check digit of the others.

    >>> luhn("79927398713"), luhn("79927398710")
    (True, False)
    """
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0 and len(set(digits)) > 1
