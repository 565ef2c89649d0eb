"""Augment: further copies of messages that keep their label, so that the model leans on none of what changes.

Every change is made to scams AND benign messages alike: other brands, other casing, less punctuation, the
disguises that the fold undoes (a disguise alone must never decide), and what mail and chat programs put around words.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from .evasion import misspelled
from .wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .corpus import Message

_BRANDS = (
    ("Kraken", "Coinbase", "Binance", "OKX", "Bybit", "KuCoin", "Gemini", "Bitstamp", "Crypto.com", "Bitfinex"),
    ("MetaMask", "Trust Wallet", "Ledger", "Trezor", "Phantom", "Exodus", "Rabby", "Electrum", "imToken", "SafePal"),
    ("PayPal", "Venmo", "Zelle", "Revolut", "Wise", "Cash App", "Chase", "HSBC", "Wells Fargo", "Barclays"),
    ("USPS", "DHL", "FedEx", "UPS", "Royal Mail", "Evri"),
    ("币安", "欧易", "火币", "库币", "芝麻开门"),
    ("工商银行", "建设银行", "农业银行", "招商银行", "交通银行", "邮储银行"),
    ("顺丰", "中通", "圆通", "韵达", "申通", "极兔"),
    ("淘宝", "京东", "拼多多", "抖音", "美团"),
)
_HOMOGLYPHS = str.maketrans("aeopcxyiABEHKMOPCTX", "аеорсхуіАВЕНКМОРСТХ")
_LEET = str.maketrans("aeiost", "431057")


def augmented(messages: Iterable[Message], share: float, seed: int = 0) -> list[Message]:
    """Make a changed copy of about ``share`` of the messages and a wrapped one of twice as many, the same ones every time."""
    copies = []
    for message in messages:
        rng = random.Random(f"{seed}:{message.id}")  # noqa: S311 - repeatable, not secret
        if rng.random() < share:
            text = rng.choice(_CHANGES)(message.text, rng)
            if text != message.text:
                copies.append(replace(message, id=f"{message.id}+", text=text))
        rng = random.Random(f"{seed}:{message.id}:wrapped")  # noqa: S311 - repeatable, not secret
        if rng.random() < 2 * share:
            copies.append(replace(message, id=f"{message.id}+", text=wrapped(message, rng)))
    return copies


def _brands(text: str, rng: random.Random) -> str:
    for family in _BRANDS:
        for brand in family:
            if brand in text:
                return text.replace(brand, rng.choice([b for b in family if b != brand]))
    return text


def _casing(text: str, rng: random.Random) -> str:
    return rng.choice([str.lower, str.upper, str.capitalize])(text)


def _punctuation(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return re.sub(r"[.,!?;，。！？；、]", " " if rng.random() < 0.5 else "", text)
    return text.translate(str.maketrans("，。！？：；（）", ",.!?:;()")) if re.search("[，。！？]", text) else text.rstrip(".!") + "!!"


def _some_words(text: str, rng: random.Random, change: Callable[[str], str], share: float = 0.35) -> str:
    """Change a third of the words of four letters and more, or another ``share`` of them."""
    return re.sub(r"[A-Za-z]{4,}", lambda m: change(m[0]) if rng.random() < share else m[0], text)


def _homoglyph(text: str, rng: random.Random) -> str:
    return _some_words(text, rng, lambda w: w[0] + w[1:-1].translate(_HOMOGLYPHS) + w[-1])


def _leet(text: str, rng: random.Random) -> str:
    return _some_words(text, rng, lambda w: w[0] + w[1:-1].translate(_LEET) + w[-1])


def _zero_width(text: str, rng: random.Random) -> str:
    if re.search(r"[\u4e00-\u9fff]{2}", text):
        return re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", lambda _: "\u200b" if rng.random() < 0.2 else "", text)
    return _some_words(text, rng, lambda w: w[:2] + "\u200b" + w[2:])


def _spaced(text: str, rng: random.Random) -> str:
    if re.search(r"[\u4e00-\u9fff]{4}", text):
        return re.sub(r"[\u4e00-\u9fff]{3,5}", lambda m: " ".join(m[0]) if rng.random() < 0.2 else m[0], text)
    return _some_words(text, rng, lambda w: rng.choice(" .-").join(w), rng.choice((0.35, 1.0)))


def _fullwidth(text: str, rng: random.Random) -> str:
    return _some_words(text, rng, lambda w: "".join(chr(ord(c) + 0xFEE0) for c in w))


def _mistyped(text: str, rng: random.Random) -> str:
    """Swap, drop or double one letter inside a third of the words of alphabets, or inside most."""
    share = rng.choice((0.35, 0.35, 0.8))
    return regex.sub(r"[\p{Latin}\p{Cyrillic}\p{Arabic}]{4,}", lambda m: misspelled(m[0], rng) if rng.random() < share else m[0], text)


def _drawn_out(text: str, rng: random.Random) -> str:
    return _some_words(text, rng, lambda w: re.sub("[aeiou]", lambda m: m[0] * rng.randint(3, 6), w, count=1))


_DISGUISES = (_homoglyph, _leet, _zero_width, _spaced, _fullwidth, _mistyped, _mistyped, _drawn_out)
_CHANGES = (_brands, _brands, _casing, _casing, _punctuation, _punctuation, *_DISGUISES)
