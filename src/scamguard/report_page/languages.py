"""Which language a message is in, cheaply: by its script, and among Latin letters by the commonest words.

Good enough to count by, not to decide by: ``docs/report.md`` has the measured figures.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib import resources
from typing import Final

import tomli

NAMES: Final = {
    "en": "English", "zh": "Chinese", "es": "Spanish", "pt": "Portuguese", "fr": "French", "de": "German", "ru": "Russian",
    "uk": "Ukrainian", "ja": "Japanese", "ko": "Korean", "vi": "Vietnamese", "tr": "Turkish", "id": "Indonesian", "ms": "Malay",
    "hi": "Hindi", "hi-Latn": "Hindi in Latin letters", "ar": "Arabic", "fa": "Persian", "th": "Thai",
    "other": "another script", "und": "too short to tell",
}  # fmt: skip
_MOST: Final = 600  # characters looked at
_NO_WORDS: Final = re.compile(r"\b[a-z]{3,6}://\S+|[@#]\w+|\b\w+\.\w\S*")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SCRIPTS: Final = {  # how much one letter says: a Chinese character is about a word
    "latin": (re.compile("[a-zà-ɏḀ-ỿ]"), 1),
    "kana": (re.compile("[ぁ-ヿㇰ-ㇿ]"), 2),
    "han": (re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 3),
    "hangul": (re.compile("[가-힣ㄱ-ㆎ]"), 2),
    "cyrillic": (re.compile("[Ѐ-ӿ]"), 1),
    "arabic": (re.compile("[؀-ۿݐ-ݿ]"), 1),
    "devanagari": (re.compile("[ऀ-ॿ]"), 1),
    "thai": (re.compile("[฀-๿]"), 1),
}
_ONE_TONGUE: Final = {"hangul": "ko", "devanagari": "hi", "thai": "th", "kana": "ja"}
_UKRAINIAN: Final = re.compile("[іїєґ]")
_RUSSIAN: Final = re.compile("[ыэъё]")
_PERSIAN: Final = re.compile("[پچژگکی]")
_SIGNS: Final = {  # letters that one language alone uses much
    "vi": re.compile("[ăơưđạảấầẩậắằẳặẹẻẽếềểệỉịọỏốồổộớờởợụủứừửựỳỷỹ]"),
    "tr": re.compile("[ğışİ]"),
    "de": re.compile("[äöß]"),
    "es": re.compile("[ñ¿¡]"),
    "pt": re.compile("[ãõ]"),
    "fr": re.compile("[èêëœùû]|[cdjlmnst]['’](?=[aeéiouyh])"),
}


def language(text: str) -> str:
    """Name the language of ``text``.

    >>> language("客服说要验证码"), language("Bitte nicht öffnen"), language("ok")
    ('zh', 'de', 'und')

    Returns
    -------
    A key of ``NAMES``; und where there is too little to tell, other for a script not listed.
    """
    text = _NO_WORDS.sub(" ", text[:_MOST].lower())
    if text.isascii():
        return _latin(text)
    weights = {name: len(letters.findall(text)) * weight for name, (letters, weight) in _SCRIPTS.items()}
    script = max(weights, key=lambda name: weights[name])
    if not weights[script]:
        return "other" if _WORD.search(text) else "und"
    if script == "han":
        return "ja" if weights["kana"] * 6 > weights["han"] else "zh"
    if script == "cyrillic":
        return "uk" if _UKRAINIAN.search(text) and not _RUSSIAN.search(text) else "ru"
    if script == "arabic":
        return "fa" if len(_PERSIAN.findall(text)) * 20 > weights["arabic"] else "ar"
    return _ONE_TONGUE.get(script) or _latin(text)


def _latin(text: str) -> str:
    scores: defaultdict[str, float] = defaultdict(float)
    table = _words()
    for word in _WORD.findall(text):
        for lang, points in table.get(word, ()):
            scores[lang] += points
    for lang, sign in _SIGNS.items():
        scores[lang] += 2 * len(sign.findall(text))
    best = max(scores, key=lambda lang: scores[lang], default="und")
    return best if scores[best] >= 1 else "und"


@cache
def _words() -> dict[str, list[tuple[str, float]]]:
    """Read the words: each gives one point, shared by the languages that have it."""
    lists = tomli.loads((resources.files(__package__) / "languages.toml").read_text("utf-8"))
    homes: dict[str, list[str]] = {}
    for lang, words in lists.items():
        for word in words.split():
            homes.setdefault(word, []).append(lang)
    return {word: [(lang, 1 / len(langs)) for lang in langs] for word, langs in homes.items()}
