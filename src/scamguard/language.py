"""Which language a text is in, by its letters and, among those who share Latin ones, by their commonest words.

Cheap, and as exact as ``docs/identity.md`` says: for choosing the reader's language, not for linguistics.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

import regex

_MOST: Final = 1500  # characters that are looked at
_LINK: Final = regex.compile(r"[!-~]*[@/][!-~]*|[!-~]+\.[!-~]{2,}")
_KANA: Final = regex.compile(r"[ぁ-ゖァ-ヺー]")
_HAN: Final = regex.compile(r"\p{Han}")
_HANGUL: Final = regex.compile(r"\p{Hangul}")
_LATIN: Final = regex.compile(r"\p{Latin}")
_WORD: Final = regex.compile(r"[\p{Latin}\p{M}']+")
# Letters that one of our languages has and those who share its alphabet have not.
_ONLY: Final = {"ru": ("uk", regex.compile("[іїєґІЇЄҐ]")), "ar": ("fa", regex.compile("[پچژگیک]"))}
_OTHERS: Final = (("hi", r"\p{Devanagari}"), ("ar", r"\p{Arabic}"), ("ru", r"\p{Cyrillic}"), ("th", r"\p{Thai}"))
_SCRIPTS: Final = tuple((lang, regex.compile(script)) for lang, script in _OTHERS)
_MARKS: Final = {
    "vi": regex.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]"),
    "tr": regex.compile("[ğşı]"),
    "de": regex.compile("[ßäö]"),
    "es": regex.compile("[ñ¿¡]"),
    "pt": regex.compile("[ãõ]"),
    "fr": regex.compile("[èêëîïûœùâ]"),
}


def language(text: str) -> str:
    """Name the language of a text as a BCP-47 tag; empty where nothing tells.

    >>> language("您好，请把验证码发给我"), language("請把驗證碼傳給我"), language("bitte senden Sie uns den Code"), language("12:30")
    ('zh', 'zh-Hant', 'de', '')
    """
    text = _LINK.sub(" ", text[:_MOST])
    if text.isascii():
        return _latin(text.lower())
    latin = len(_LATIN.findall(text))
    han, kana, hangul = (len(shape.findall(text)) for shape in (_HAN, _KANA, _HANGUL))
    if 4 * (han + kana + hangul) > latin:  # a character says as much as some letters
        if hangul > han + kana:
            return "ko"
        return "ja" if 8 * kana > han else _chinese(text) if han else ""
    most, lang = max((len(shape.findall(text)), lang) for lang, shape in _SCRIPTS)
    if most > latin:
        return _nearest(lang, text)
    return _latin(text.lower()) if latin else ""


def _nearest(lang: str, text: str) -> str:
    """Tell apart those who share an alphabet, by letters that only one of them has."""
    other, letters = _ONLY.get(lang, (lang, _KANA))
    return other if len(letters.findall(text)) > 1 else lang


def _chinese(text: str) -> str:
    """Tell the two ways of writing Chinese apart by the characters that only one of them has."""
    table = _table()
    traditional, simplified = (sum(char in table[of] for char in text) for of in ("traditional", "simplified"))
    return "zh-Hant" if traditional > simplified else "zh"


def _latin(text: str) -> str:
    votes = dict.fromkeys(_table()["words"], 0.0)
    words = _WORD.findall(text)
    for lang, known in _table()["words"].items():
        votes[lang] = float(sum(word in known for word in words))
    for lang, mark in _MARKS.items():
        votes[lang] += 0.5 * len(mark.findall(text))
    best = max(votes, key=lambda lang: votes[lang])
    return best if votes[best] > 0 else ""


@cache
def _table() -> dict[str, Any]:
    table = tomllib.loads((resources.files(__package__) / "languages.toml").read_text("utf-8"))
    return {
        "words": {lang: frozenset(words.split()) for lang, words in table["words"].items()},
        "traditional": frozenset(table["han"]["traditional"]),
        "simplified": frozenset(table["han"]["simplified"]),
    }
