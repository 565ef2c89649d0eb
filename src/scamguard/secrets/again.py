"""Again: a secret that was found, wherever it stands once more. Masked where it is named, it must not be read where it is repeated.

There it may have other blanks or dashes in it, stand in another case, or be written as in an address (``%21``). What might be an
ordinary word counts as a word of its own alone, and nothing counts that is shorter than four characters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import regex

from .finding import Secret
from .passwords import unlike_words
from .plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .finding import Finding
    from .plain import Plain

_LEAST: Final = 4  # code points
_SURE: Final = 8  # of what no other word holds by chance
_ANY_CASE: Final = 6  # letters of a word that is the same in capitals: "rose" is no Rose
_APART: Final = 6  # digits that are often parted: 482 913
_MOST: Final = 256  # different values; each is looked for in the whole message
_TAIL: Final = "!?.,;:…)]}\"'"  # as likely the sentence's
_WHY: Final = "the same secret, once more"
_GAPS: Final = regex.compile(r"[\s-]+")
_DIGITS: Final = regex.compile(r"\d(?:[ -]?\d)*")
_CARD: Final = regex.compile(r"\d(?:[ -]?\d){11,18}")  # amid its dates
_PRICED: Final = r"(?i:\s?(?:[$€£¥₹₽%]|usd|eur|gbp|inr|rub|btc|eth|usdt|元|円|원|руб))"  # a price of as many
_IDEOGRAM: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"  # which need no spaces
_BEFORE: Final = rf"(?<=^|[^\p{{L}}\p{{N}}]|{_IDEOGRAM})"
_BEHIND: Final = rf"(?=$|[^\p{{L}}\p{{N}}]|{_IDEOGRAM})"


def again(message: Plain, found: Sequence[Finding]) -> Iterator[Finding]:
    """Find once more what was found; what overlaps a finding is masked with that."""
    text, squeezed = message.text, _squeezed(message.text)
    places = [(bisect_left(message.origin, one.start), bisect_left(message.origin, one.stop)) for one in found]  # in reading order
    starts, stops = zip(*places, strict=True)
    values: dict[str, Finding] = {}
    for one, (start, stop) in zip(found, places, strict=True):
        values.setdefault(_value(text[start:stop], one.kind), one)
    for value, one in islice(values.items(), _MOST):
        for start, stop in _places(value, text, squeezed, 1):
            if bisect_right(stops, start) == bisect_left(starts, stop):
                first, last = message.span(start, stop)
                yield replace(one, start=first, stop=last, why=_WHY)


def repeated(text: str, values: Iterable[str]) -> list[tuple[int, int]]:
    """Give the places of a text at which one of these secrets stands.

    >>> repeated("log in at https://a.example/?p=Tr0ub4dor%219", ["Tr0ub4dor!9"]), repeated("a dog", ["dog"])
    ([(31, 44)], [])
    """
    message = plain(text)
    squeezed = _squeezed(message.text)
    wanted = dict.fromkeys(part for value in islice(values, _MOST) for part in (value, _value(value, Secret.CARD)))
    return [message.span(*place) for value in wanted for place in _places(plain(value).text, message.text, squeezed, 0)]


def _value(said: str, kind: Secret) -> str:
    """Give the secret alone of what is masked."""
    number = _CARD.search(said) if kind is Secret.CARD else None
    return number[0] if number else said


def _places(value: str, text: str, squeezed: str, known: int) -> Iterator[tuple[int, int]]:
    """Give the places of a value, if it stands there more often than is known."""
    bare = value.rstrip(_TAIL)
    core = bare if unlike_words(bare) else value
    escaped = quote(core, safe="", errors="replace")
    if len(core) < _LEAST or not (squeezed.count(_squeezed(core)) > known or (escaped != core and _squeezed(escaped) in squeezed)):
        return
    for found in _pattern(core, escaped, value[len(core) :]).finditer(text):
        yield found.span()


def _pattern(core: str, escaped: str, tail: str) -> regex.Pattern[str]:
    if _DIGITS.fullmatch(core):
        digits = _GAPS.sub("", core)
        return regex.compile(rf"(?<![\d$€£¥₹₽]){('[ -]?' if len(digits) >= _APART else '').join(digits)}(?!\d|{_PRICED})")
    is_mixed = unlike_words(core)
    before, behind = ("", "") if is_mixed and len(core) >= _SURE else (_BEFORE, _BEHIND)
    written = r"\s{1,3}".join(map(regex.escape, core.split()))
    case = "(?i)" if is_mixed or len(core) >= _ANY_CASE else ""
    shape = rf"{before if core[0].isalnum() else ''}(?:{written}|{regex.escape(escaped)}){behind if core[-1].isalnum() else ''}"
    return regex.compile(f"{case}{shape}(?:{regex.escape(tail)})?")


def _squeezed(text: str) -> str:
    return _GAPS.sub("", text).casefold()
