"""Which language a text is in, by its letters and, among those who share Latin ones, by their commonest words.

Cheap, and as exact as ``docs/identity.md`` says: for choosing the reader's language, not for linguistics.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from importlib import resources
from typing import Any, Final

import regex
import tomli

_MOST: Final = 1500  # characters that are looked at
_LINK: Final = re.compile(r"[!-~]*[@/][!-~]*|[!-~]+\.[!-~]{2,}")
_LINKED: Final = re.compile(r"[@/]|[!-~]\.[!-~]{2}")  # what every link has
_WORD: Final = regex.compile(r"[\p{Latin}\p{M}']+")
_ASCII_WORD: Final = re.compile(r"[a-z']+")
# Letters that one of our languages has and those who share its alphabet have not.
_ONLY: Final = {"ru": ("uk", frozenset("іїєґІЇЄҐ")), "ar": ("fa", frozenset("پچژگیک"))}
_SCRIPTS: Final = {
    "latin": r"\p{Latin}", "han": r"\p{Han}", "kana": "[ぁ-ゖァ-ヺー]", "hangul": r"\p{Hangul}",
    "hi": r"\p{Devanagari}", "ar": r"\p{Arabic}", "ru": r"\p{Cyrillic}", "th": r"\p{Thai}",
}  # fmt: skip
_OTHERS: Final = ("hi", "ar", "ru", "th")
_MARKS: Final = {
    "vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "tr": "ğşı",
    "de": "ßäö",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "fr": "èêëîïûœùâ",
}
_MARKED: Final = {mark: lang for lang, marks in _MARKS.items() for mark in marks}


class _Script(dict[str, str]):
    """The script of each character met so far, by its key in ``_SCRIPTS``; "" if it has none of those."""

    def __missing__(self, char: str) -> str:
        found = next((name for name, shape in _SCRIPTS.items() if regex.match(shape, char)), "")
        if len(self) < _KNOWN:
            self[char] = found
        return found


_KNOWN: Final = 20_000  # characters that are remembered
_script = _Script()


def language(text: str) -> str:
    """Name the language of a text as a BCP-47 tag; empty where nothing tells.

    >>> language("您好，请把验证码发给我"), language("請把驗證碼傳給我"), language("bitte senden Sie uns den Code"), language("12:30")
    ('zh', 'zh-Hant', 'de', '')
    """
    text = text[:_MOST]
    if _LINKED.search(text):
        text = _LINK.sub(" ", text)
    if text.isascii():
        return _latin(_ASCII_WORD.findall(text.lower()), "")
    text = unicodedata.normalize("NFC", text)  # what some systems store letter by mark: ắ
    count = Counter(map(_script.__getitem__, text))
    latin, han, kana, hangul = (count[script] for script in ("latin", "han", "kana", "hangul"))
    if 4 * (han + kana + hangul) > latin:  # a character says as much as some letters
        if hangul > han + kana:
            return "ko"
        return "ja" if 8 * kana > han else _chinese(text) if han else ""
    most, lang = max((count[lang], lang) for lang in _OTHERS)
    if most > latin:
        return _nearest(lang, text)
    return _latin(_WORD.findall(text.lower()), text.lower()) if latin else ""


def _nearest(lang: str, text: str) -> str:
    """Tell apart those who share an alphabet, by letters that only one of them has."""
    other, letters = _ONLY.get(lang, (lang, frozenset()))
    return other if sum(map(letters.__contains__, text)) > 1 else lang


def _chinese(text: str) -> str:
    """Tell the two ways of writing Chinese apart by the characters that only one of them has."""
    table = _table()
    traditional, simplified = (sum(map(table[of].__contains__, text)) for of in ("traditional", "simplified"))
    return "zh-Hant" if traditional > simplified else "zh"


def _latin(words: list[str], text: str) -> str:
    """Let common words, and letters beyond ASCII, vote."""
    table = _table()
    votes = dict.fromkeys(table["order"], 0.0)
    for word in words:
        for lang in table["words"].get(word, ()):
            votes[lang] += 1
    for mark in filter(_MARKED.__contains__, text):
        votes[_MARKED[mark]] += 0.5
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] > 0 else ""


@cache
def _table() -> dict[str, Any]:
    table = tomli.loads((resources.files(__package__) / "languages.toml").read_text("utf-8"))
    of = {lang: frozenset(common.split()) for lang, common in table["words"].items()}
    return {
        "order": tuple(of),
        "words": {word: tuple(lang for lang in of if word in of[lang]) for known in of.values() for word in known},
        "traditional": frozenset(table["han"]["traditional"]),
        "simplified": frozenset(table["han"]["simplified"]),
    }
