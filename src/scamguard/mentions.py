"""Mentions: the names of brands in a text, as they are written and as they are bent, glued, torn apart and declined."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import regex

from .brands import registry
from .imitation.honest import honest
from .imitation.labels import match
from .imitation.names import LEAST_INSIDE, LEAST_TYPO, names
from .imitation.skeleton import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .brands import Brand

    _Word = re.Match[str] | regex.Match[str]

_LETTER: Final = r"[^\W_\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"
_WORD: Final = regex.compile(rf"{_LETTER}+(?:[&.'’+-]{_LETTER}+)*")
_ASCII_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[&.'+-][A-Za-z0-9]+)*")  # the same in a text of nothing else, four times as fast
_INSIDE: Final = re.compile(r"[^\s.!?…¿¡\"'«„“(*_-][\s\"'«„“(*_-]*$")  # a sentence goes on
_SPACED: Final = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Arabic}\p{Devanagari}\p{Greek}]")
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_DECLINED: Final = re.compile(r"(?<=\w{4})(?:ами|ах|ам|ом|ой|ей|ью|а|у|е|ы|и|ю|я)$")  # what Russian and Ukrainian put behind a name
_LETTERS: Final = regex.compile(r"\X")  # each with its marks
_PLACES: Final = frozenset(("messenger",))  # where things are done: a "Telegram-Bot" is not Telegram's
# After a name: it is the speaker's, or the one spoken for ("Kraken Support", "币安用户", "Kraken:").
SPEAKS: Final = regex.compile(
    r"(?i)[\s'’s]{0,3}(?:(?:\p{L}+\s){0,2}?(?:support|alerts?\b|bank\b|online\b|card\b|mobile\b|notice\b|"
    r"help ?desk|customer|security|team|agent|admin|official|desk|service|fraud|users?\b|"
    r"soporte|suporte|equipo|equipe|équipe|assistance|sicherheit|kundendienst|kundenservice|servicio|atendimento|destek|güvenlik|kullanıcı|"
    r"layanan|cs\b|hỗ trợ|cskh)|(?:\p{Cyrillic}+\s)?(?:поддержк|безопасност)"
    r"|\s?(?:官方|客服|客户|客戶|用户|用戶|会员|會員|安全|风控|風控|サポート|セキュリティ|公式|事務局|カスタマー|お客様"
    r"|고객|보안|공식|지원|सपोर्ट|सहायता|ग्राहक)|\s{0,2}[】\]］」』]|\s{0,2}[:：])"
)
# Before a name: the speaker comes from there, or speaks to its customers ("I am from", "support team of", "Dear", "【").
_ROLE: Final = (
    r"support|team|service|agent|department|desk|officer|soporte|equipo|suporte|atendimento|equipe|assistance|équipe|kundendienst|sicherheit|"
    r"поддержк[аи]|служб[аы]|destek|layanan|hỗ trợ|دعم|فريق|خدمة عملاء"
)
BEFORE: Final = regex.compile(
    r"(?i)(?:[【\[［「『]\s?|\b(?:here is|this is|calling from|i am from|i'm from|je suis de|soy de|sou da?|ich bin von"
    r"|я из|это|ini dari|tôi bên)\s"
    rf"|(?:{_ROLE})\s(?:(?:of|from|at|for|de|da|do|von|bei|dari|từ|của|من)\s)?(?:the\s)?"
    r"|\b(?:dear|customer|client|cliente|usuario|utilisateur|pengguna|nasabah|khách hàng|عميل|عزيزي)\s"
    r"|(?:我是|这里是|這裡是|本人是|来自|來自|这边是|這邊是|尊敬的|亲爱的|親愛的)\s?)$"
)
_LEAST_TORN: Final = 4  # letters of a name that a space may tear apart
REACH: Final = 80  # characters behind a name that may say whose it is
_LONGEST: Final = 48  # letters of a word that is looked at


class Mention(NamedTuple):
    """A brand's name in a text."""

    brand: Brand
    start: int
    stop: int


def mentions(text: str, *, meant: bool = False) -> Iterator[Mention]:
    """Find the names of brands in a text, in their own writing too.

    Parameters
    ----------
    meant
        Leave out names that are ordinary words as well and merely begin a sentence ("Claro, te llamo"): in a message that nothing
        accuses yet they are mostly words.

    >>> [(m.brand.id, m.start) for m in mentions("Kraken Support and 币安客服")]
    [('kraken', 0), ('binance', 19)]
    >>> [m.brand.id for m in mentions("Amaz0n, PayPal's, USP S: and Wells-Fargo")]
    ['amazon', 'paypal', 'usps', 'wellsfargo']
    """
    composed, places = _composed(text)
    found = [*_of_words(composed, meant=meant), *_searched(composed)]
    return (Mention(m.brand, places[m.start], places[m.stop]) for m in sorted(found, key=lambda m: (m.start, -m.stop)))


def names_any(text: str, *, meant: bool = False) -> bool:
    """Say whether ``mentions`` finds anything; the first name is enough.

    >>> names_any("Kraken Support"), names_any("a kraken of the seas")
    (True, False)
    """
    text = unicodedata.normalize("NFC", text)
    return any(True for found in (_of_words(text, meant=meant), _searched(text)) for _ in found)


def _composed(text: str) -> tuple[str, range | list[int]]:
    """Compose what some systems store letter by mark, and say where each character, and the end, stands in ``text``.

    >>> _composed("Cre\u0301dit")
    ('Crédit', [0, 1, 2, 4, 5, 6, 7])
    """
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text) + 1)
    found = [(piece.start(), unicodedata.normalize("NFC", piece[0])) for piece in _LETTERS.finditer(text)]
    return "".join(piece for _, piece in found), [*(start for start, piece in found for _ in piece), len(text)]


def _of_words(text: str, *, meant: bool) -> Iterator[Mention]:
    """Find the names that are words, from the longest on."""
    index = _index()
    words: tuple[_Word, ...] = tuple(_ASCII_WORD.finditer(text) if text.isascii() else _WORD.finditer(text))
    for i, word in enumerate(words):
        written = word[0]
        if (written not in index.written and _is_plain(written)) or len(written) > _LONGEST or (seen := _seen(written)) is _NOTHING:
            continue
        for size in range(min(index.longest if seen.first else 1, len(words) - i), 0, -1):
            start, stop = word.start(), words[i + size - 1].end()
            brand, stop = _looked_up(text, start, stop, index, seen.alone if size == 1 else None)
            if brand is not None and (not brand.word or _is_name(text, start, stop, meant=meant)):
                yield Mention(brand, start, stop)
                break
        else:
            if seen.torn and i + 1 < len(words) and (brand := _torn(text, word, words[i + 1], index)) is not None:
                yield Mention(brand, word.start(), words[i + 1].end())


def _looked_up(text: str, start: int, stop: int, index: _Index, alone: Brand | None) -> tuple[Brand | None, int]:
    """Look a name up as it stands, and with the plus sign behind it; say where it ends. ``alone`` is what it names as one word."""
    name = text[start:stop].casefold()
    if text[stop : stop + 1] == "+" and (brand := index.spaced.get(f"{name}+")) is not None:
        return brand, stop + 1
    return alone or index.spaced.get(name), stop


class _Seen(NamedTuple):
    """What a word may be of names."""

    first: bool  # the first word of some
    torn: bool  # the beginning of one that a space tears apart
    alone: Brand | None  # what it names by itself, as it is written or bent


_NOTHING: Final = _Seen(first=False, torn=False, alone=None)


def _is_plain(word: str) -> bool:
    """Say whether a word is written as most are, in small letters of ASCII and nothing else: it bends no name."""
    return word.isalpha() and word.islower() and word.isascii()


@lru_cache(1 << 12)
def _seen(word: str) -> _Seen:
    """Look at one word; most are none of this, and most come again."""
    index, name = _index(), _read(word)
    alone = index.spaced.get(name) or _bent(word)
    found = _Seen(name in index.firsts, name in index.torn, alone)
    return found if any(found) else _NOTHING


def _bent(word: str) -> Brand | None:
    """Find the brand that a word names in another form, or imitates as the label of a domain would."""
    spaced, n, name = _index().spaced, names(), word.casefold()
    head, hyphen, tail = word.partition("-")
    forms = [name.removesuffix("'s").removesuffix("’s"), name.replace("-", " ")]
    if word[:1].isupper():
        forms += [_DECLINED.sub("", name)] if not word.isascii() else []
        forms += [head.casefold()] if hyphen and tail[:1].isupper() else []
    for form in forms:
        if form != name and (brand := spaced.get(form)) is not None and not brand.word and brand.kind not in _PLACES:
            return brand
    if len(word) < LEAST_TYPO or _is_plain(word):  # small letters are a slip
        return None
    found = match(name, n) if n.begun(skeleton(word)) else None
    if found is None or not found.sure or not found.name.distinct or len(found.name.skeleton) < LEAST_TYPO:
        return None
    slip = found.kind == "typo" and (len(found.name.skeleton) < LEAST_INSIDE or honest(name, found.name.label))
    glued = found.kind == "combosquat" and found.name.brand.kind in _PLACES
    return None if slip or glued else found.name.brand


def _torn(text: str, word: _Word, after: _Word, index: _Index) -> Brand | None:
    """Find a name that a space tears apart, where the speaker says who he is: ``USP S:``."""
    if after.start() != word.end() + 1:
        return None
    brand = index.spaced.get((word[0] + after[0]).casefold())
    return brand if brand is not None and not brand.word and speaks(text, after.end()) else None


def _is_name(text: str, start: int, stop: int, *, meant: bool) -> bool:
    """Say whether a name that is an ordinary word, too, is meant as a name. Scripts without capitals say so by what stands beside it."""
    if text[start].lower() == text[start].upper():
        return speaks(text, stop) or bool(BEFORE.search(text[max(0, start - 40) : start]))
    return text[start].isupper() and (not meant or _meant(text, start, stop))


def _meant(text: str, start: int, stop: int) -> bool:
    """Say whether a capital is more than the beginning of a sentence."""
    within = bool(_INSIDE.search(text[max(0, start - 8) : start])) or closes(text, stop)
    return within or text[start:stop].isupper() or speaks(text, stop)


def speaks(text: str, stop: int) -> bool:
    """Say whether what stands behind a name makes it the speaker's: a few words are read, not a text without blanks to its end."""
    return SPEAKS.match(text, stop, stop + REACH) is not None


def closes(text: str, stop: int) -> bool:
    """Say whether nothing is said behind ``stop``."""
    return not text[stop:].strip(" .!。\n")


def _read(name: str) -> str:
    """Write a name in small letters, initials without their dots and what a hyphen hangs on them: ``U.S.P.S-The``."""
    name = name.casefold()
    if name[1:2] != ".":
        return name
    initials = name.partition("-")[0]
    return initials.replace(".", "") if set(initials[1::2]) == {"."} else name


def _searched(text: str) -> Iterator[Mention]:
    """Find the names in scripts that do not part words."""
    index = _index()
    for char in set(index.others.findall(text)):
        for alias, brand in index.unspaced[char]:
            yield from (Mention(brand, at, at + len(alias)) for at in _places(alias, text))


def _places(alias: str, text: str) -> Iterator[int]:
    """Give every place of a name: the first may be spoken of, and a later one speak."""
    at = text.find(alias)
    while at >= 0:
        yield at
        at = text.find(alias, at + len(alias))


@cache
def named_by_domain() -> frozenset[str]:
    """Give the domains that are brands' names, in small letters: ``booking.com``."""
    return frozenset(name for name in _index().spaced if "." in name and name in names().homes)


class _Index(NamedTuple):
    """Names by whether their script parts words: names of words are looked up, others searched for."""

    spaced: dict[str, Brand]
    firsts: frozenset[str]  # their first words
    torn: frozenset[str]  # beginnings of those of one word
    written: frozenset[str]  # all that a word in small letters can be of them
    longest: int  # words of the longest
    unspaced: dict[str, list[tuple[str, Brand]]]  # by the first character of a script that does not part words
    others: re.Pattern[str]  # finds these characters


@cache
def _index() -> _Index:
    spaced: dict[str, Brand] = {}
    unspaced: dict[str, Brand] = {}
    for brand in registry():
        plain, _, short = brand.name.removesuffix(")").partition(" (")
        aliases = [alias for of in brand.aliases.values() for alias in of]
        for name in filter(None, (plain, short, *aliases, *(label for label in brand.labels if len(label) > 3))):
            apart = _SPACED.search(name) and not _UNSPACED.search(name)
            (spaced if apart else unspaced).setdefault(name.casefold() if apart else name, brand)
    by_char: dict[str, list[tuple[str, Brand]]] = {}
    for name, brand in unspaced.items():
        told = _UNSPACED.search(name)
        by_char.setdefault(told[0] if told else name[0], []).append((name, brand))
    parts = [_WORD.findall(name) for name in spaced]
    firsts = frozenset(words[0].casefold() for words in parts if words)
    torn = frozenset(name[:size] for name in spaced if len(name) >= _LEAST_TORN and name.isalpha() for size in range(1, len(name)))
    return _Index(
        spaced=spaced,
        firsts=firsts,
        torn=torn,
        written=firsts | torn | frozenset(spaced),
        longest=max(map(len, parts)),
        unspaced=by_char,
        others=re.compile(f"[{''.join(map(re.escape, by_char))}]"),
    )
