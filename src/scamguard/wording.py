"""Wording: which of our languages a reader gets, and the sentences of that language.

The sentences are data, one file a language: ``advice/<lang>.toml`` and ``tickets/<lang>.toml``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

import tomli

from .brands import registry

LANGUAGES: Final = ("en", "zh", "zh-Hant", "es", "pt", "fr", "de", "ru", "ja", "ko", "vi", "tr", "id", "hi", "ar")
RIGHT_TO_LEFT: Final = frozenset(("ar",))
_TRADITIONAL: Final = frozenset(("hant", "tw", "hk", "mo"))
_OLD: Final = {"in": "id"}  # ISO 639 before 1989, which Java and Android still send


def tag(lang: str) -> str:
    """Choose one of ``LANGUAGES`` for a BCP-47 tag or POSIX locale; English for what we do not speak.

    Cantonese is written in Traditional characters, unless its tag says otherwise.

    >>> [tag(lang) for lang in ("zh-TW", "zh_CN.UTF-8", "pt-BR", "C.UTF-8", "yue", "yue-Hans-CN", "")]
    ['zh-Hant', 'zh', 'pt', 'en', 'zh-Hant', 'zh', 'en']
    """
    first, *rest = lang.split(".", maxsplit=1)[0].split("@", maxsplit=1)[0].replace("_", "-").lower().split("-")
    first = _OLD.get(first, first)
    if first in ("zh", "yue", "cmn"):
        return "zh-Hant" if (first == "yue" or _TRADITIONAL & {*rest}) and "hans" not in rest else "zh"
    return first if first in LANGUAGES else "en"


def called(brand: str | None, name: str, lang: str) -> str:
    """Call a brand as readers of ``lang`` do: in their own writing, where it has a name in it, with its usual name beside it.

    >>> called("binance", "Binance", "zh-Hant"), called("kraken", "Kraken", "de")
    ('幣安（Binance）', 'Kraken')
    """
    own = next((one.name_in(lang) for one in registry() if one.id == brand), "")
    if own.casefold() in ("", name.casefold()):
        return name
    return f"{own}（{name}）" if lang in ("zh", "zh-Hant", "ja") else f"{own} ({name})"


def filled(sentence: str, brand: str, lang: str, **others: str) -> str:
    """Put a brand, as it is ``called``, into a sentence; in Chinese a space stands between Latin letters and characters.

    >>> filled("冒充{brand}：{what}", "PayPal", "zh", what="钓鱼链接"), filled("冒充{brand}的消息", "币安（Binance）", "zh")
    ('冒充 PayPal：钓鱼链接', '冒充币安（Binance）的消息')
    """
    if lang in ("zh", "zh-Hant"):
        before, after = sentence.split("{brand}")
        left, right = (" " if _touch(*sides) else "" for sides in ((before[-1:], brand[:1]), (after[:1], brand[-1:])))
        sentence = f"{before}{left}{{brand}}{right}{after}"
    return sentence.format(brand=isolated(brand, lang), **others)


def _touch(ours: str, theirs: str) -> bool:
    return ours.isalpha() and theirs.isascii() and theirs.isalnum()


def isolated(value: str, lang: str) -> str:
    """Keep a name or address from being torn apart by text that runs from right to left (UAX #9, isolates)."""
    return f"\u2068{value}\u2069" if lang in RIGHT_TO_LEFT else value


@cache
def sentences(lang: str) -> dict[str, Any]:
    """Read the advice of one of ``LANGUAGES``."""
    return _read("advice", lang)


@cache
def tickets(lang: str) -> dict[str, Any]:
    """Read the words of a ticket in one of ``LANGUAGES``."""
    return _read("tickets", lang)


def _read(folder: str, lang: str) -> dict[str, Any]:
    return tomli.loads((resources.files(__package__) / folder / f"{lang}.toml").read_text("utf-8"))
