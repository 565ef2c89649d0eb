"""Postal codes of India: six digits that everybody there calls a PIN code, and no secret.

They are told from the PIN of a card by what stands around: an address, or nothing of cards and accounts.
"""

from __future__ import annotations

from typing import Final

import regex

_NUMBER: Final = regex.compile(r"[1-9]\d{2} ?\d{3}")
_NAME: Final = regex.compile(r"(?i)(?:(?<!\p{L})pin[\s_-]?(?:code)?|पिन\s?(?:कोड)?)\W{0,3}(?:no\.?|number|is|hai|है|का)?\W{0,3}$")
_CODE: Final = regex.compile(r"(?i)pin[\s_-]?code|पिन\s?कोड")
_MONEY: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:cards?|atm|accounts?|bank\w*|debit|credit|upi|wallet|sim|phone|mobile|log ?in|unlock|door|gate|safe|locker|alarm|app"
    r"|visa|mastercard|rupay|paytm|gpay|password|otp|खात[ेा]|बैंक|कार्ड|एटीएम|फोन|फ़ोन)(?![\p{L}\p{M}])"
)
_OWNED: Final = regex.compile(rf"{_MONEY.pattern}[\s'’]{{1,3}}(?:s\s|ka\s|ki\s|का\s|की\s)?$")
_PLACE: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:address|roads?|rd|streets?|st|lane|nagar|colony|sector|dist(?:rict)?|tehsil|taluk|village|town|city|state|house|flat"
    r"|floor|plot|block|building|society|apartments?|near|opp(?:osite)?|marg|chowk|gali|layout|post(?:al)?|area|locality|landmark|pata"
    r"|deliver\w*|courier|shipp\w*|ship|pick ?up|india|delhi|mumbai|kolkata|chennai|bengaluru|bangalore|hyderabad|pune"
    r"|पता|नगर|जिला|गांव|रोड|गली|डाक)(?![\p{L}\p{M}])"
)
_AROUND: Final = 120  # code points on either side


def is_postal(text: str, start: int, stop: int, *, asked: bool = False) -> bool:
    """Tell whether ``text[start:stop]``, which something like a PIN names, is the postal code of a place in India.

    Where somebody ``asked`` for a password, only an address beside it says so.

    >>> [is_postal(text, len(text) - 6, len(text)) for text in ("PIN code: 700016", "my card's PIN code: 700016", "my PIN: 700016")]
    [True, False, False]
    """
    before = text[max(0, start - _AROUND) : start]
    named = _NAME.search(before)
    if not _NUMBER.fullmatch(text, start, stop) or not named or _OWNED.search(before, 0, named.start()):
        return False
    around = f"{before} {text[stop : stop + _AROUND]}"
    alone = not asked and _CODE.match(before, named.start()) is not None and not _MONEY.search(around)
    return alone or _PLACE.search(around) is not None
