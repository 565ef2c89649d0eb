"""Whose name a message uses: the brand that is imitated, and where the real one is found.

The surest sign first: a link or handle that looks like the brand's, then the sender's name, then a brand named where the
speaker says who they are ("Kraken Support: …", "【币安】…") or in the clause of a rule that recognises such a claim.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import regex

from .brands import registry
from .contacts import contacts, points
from .imitation.judge import remembered
from .imitation.links import handles, links
from .verdict import Action, Official

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .brands import Brand
    from .verdict import Evidence

MOST: Final = 1 << 14  # characters of a message in which links and names are looked for
_LETTER: Final = r"[^\W_\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"
_WORD: Final = regex.compile(rf"{_LETTER}+(?:[&.'’+-]{_LETTER}+)*")
_INSIDE: Final = re.compile(r"[^\s.!?…¿¡\"'«„“(*_-][\s\"'«„“(*_-]*$")  # a sentence goes on
_INITIALS: Final = re.compile(r"\b\w\.\w\b")
_ASCII_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[&.'+-][A-Za-z0-9]+)*")  # the same, of ASCII
_SPACED: Final = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Arabic}\p{Devanagari}\p{Greek}]")
# After a name: it is the speaker's, or the one spoken for ("Kraken Support", "币安用户", "Kraken:").
_SPEAKS: Final = regex.compile(
    r"(?i)[\s'’s]{0,3}(?:(?:\p{L}+\s){0,2}?(?:support|alerts?\b|bank\b|online\b|card\b|mobile\b|notice\b|"
    r"help ?desk|customer|security|team|agent|admin|official|desk|service|fraud|users?\b|"
    r"soporte|suporte|equipo|equipe|équipe|assistance|sicherheit|kundendienst|kundenservice|servicio|atendimento|destek|güvenlik|kullanıcı|"
    r"layanan|cs\b|hỗ trợ|cskh)|(?:\p{Cyrillic}+\s)?(?:поддержк|безопасност)"
    r"|\s?(?:官方|客服|客户|客戶|用户|用戶|会员|會員|安全|风控|風控|サポート|セキュリティ|公式|事務局|カスタマー|お客様"
    r"|고객|보안|공식|지원|सपोर्ट|सहायता|ग्राहक)|\s{0,2}[】\]］」』]|\s{0,2}[:：])"
)
# After or before a name: it is what is to be bought, not who speaks ("Apple gift cards", "tarjetas de regalo de Apple", "Steam 充值卡").
_SOLD: Final = regex.compile(
    r"(?i)[\s'’-]{0,3}(?:\p{L}+[\s-])?(?:e-?gift|gift|cards\b|vouchers?\b|prepaid|geschenk|guthaben|gutschein|подарочн|сертификат|hediye|voucer"
    r"|गिफ्ट|उपहार)|\s?(?:礼品卡|禮品卡|充值卡|点卡|點數|礼物卡|购物卡|ギフト|プリペイド|기프트|상품권)"
)
_GOODS: Final = regex.compile(
    r"(?i)(?:gift cards?|tarjetas? (?:de )?regalo|cartes?[ -]cadeaux?|cart(?:ão|ões)[ -](?:de )?presente|vales?[ -]presente|geschenkkarten?"
    r"|thẻ (?:cào|nạp|quà(?: tặng)?)|kartu hadiah|подарочн\w+ карт\w+|بطاقات?(?: هدايا)?)"
    r"\s(?:(?:from|for|of|de|da|do|von|di|dari)\s|d['’])?$"
)
# Before a name: the speaker comes from there, or speaks to its customers ("I am from", "support team of", "Dear", "【").
_ROLE: Final = (
    r"support|team|service|agent|department|desk|officer|soporte|equipo|suporte|atendimento|equipe|assistance|équipe|kundendienst|sicherheit|"
    r"поддержк[аи]|служб[аы]|destek|layanan|hỗ trợ|دعم|فريق|خدمة عملاء"
)
_BEFORE: Final = regex.compile(
    r"(?i)(?:[【\[［「『]\s?|\b(?:here is|this is|calling from|i am from|i'm from|je suis de|soy de|sou da?|ich bin von"
    r"|я из|это|ini dari|tôi bên)\s"
    rf"|(?:{_ROLE})\s(?:(?:of|from|at|for|de|da|do|von|bei|dari|từ|của|من)\s)?(?:the\s)?"
    r"|\b(?:dear|customer|client|cliente|usuario|utilisateur|pengguna|nasabah|khách hàng|عميل|عزيزي)\s"
    r"|(?:我是|这里是|這裡是|本人是|来自|來自|这边是|這邊是|尊敬的|亲爱的|親愛的)\s?)$"
)
_SIGNED: Final = regex.compile(r"(?:^|[\n.!?。！—–-])\s*$")  # a name that ends a message and stands alone there signs it
_OPENS: Final = regex.compile(  # a name that opens a message or its subject
    r"(?i)^\W*$|^(?:subject|betreff|asunto|assunto|objet|tiêu đề|konu|subjek|perihal|主题|主題|件名|제목|тема|विषय|الموضوع)\s*[:：]\W*$"
)
_MEANS: Final = frozenset(("messenger", "payment"))  # where to write or how to pay, more often than who writes


class Mention(NamedTuple):
    """A brand's name in a text."""

    brand: Brand
    start: int
    stop: int


def official(brand: Brand) -> Official:
    """Say where the real one is."""
    return Official(brand.name, brand.official, brand.help or None, dict(brand.contact))


def find(text: str, action: Action, evidence: Iterable[Evidence], posed: Brand | None) -> Brand | None:
    """Find the brand that a message poses as.

    Parameters
    ----------
    text
        The message.
    action
        What its words are worth. In a message that is allowed a name accuses nobody; only look-alikes and the sender do.
    evidence
        The fired rules; those of family ``claim`` say who the speaker pretends to be.
    posed
        The brand whose name the sender carries.
    """
    if (linked := pointed(text)) is not None:
        return linked
    if posed is not None or action is Action.ALLOW:
        return posed
    return _named(text[:MOST], [e for e in evidence if e.rule.startswith(("claim.", "lure.support"))])


def pointed(text: str) -> Brand | None:
    """Find the brand that a link, mailbox or handle in ``text`` imitates."""
    text = text[:MOST]
    if not points(text):
        return None
    there = list(links(text)) or contacts(text).links  # which read odd spellings, and take five times as long
    for value in itertools.chain(there, handles(text)):
        seen = remembered(value)
        if seen and seen.brand and seen.kind != "open_redirect":  # whose link it is says nothing of whom it leads to
            return _by_name()[seen.brand]
    return None


def _named(text: str, claims: list[Evidence]) -> Brand | None:
    """Choose among the brands that ``text`` names."""
    seen = list(mentions(text))
    best = max(seen, key=lambda m: (_weight(text, m, claims), -m.start), default=None)
    return best.brand if best and _weight(text, best, claims) > 0 else None


def _weight(text: str, m: Mention, claims: list[Evidence]) -> int:
    """Say how surely a name is the speaker's own: 0, no more than spoken of."""
    before = text[max(0, m.start - 40) : m.start]
    if _SOLD.match(text, m.stop) or _GOODS.search(before):
        return 0
    speaks = bool(_SPEAKS.match(text, m.stop)) or bool(_BEFORE.search(before))
    signs = _closes(text, m.stop) and bool(_SIGNED.search(before))
    opens = bool(claims) and bool(_OPENS.search(before)) and m.brand.kind not in _MEANS
    claimed = any(e.start <= m.start < e.stop for e in claims) and m.brand.kind not in _MEANS
    return 8 * speaks + 4 * signs + 2 * claimed + opens


def mentions(text: str, *, meant: bool = False) -> Iterator[Mention]:
    """Find the names of brands in a text, in their own writing too.

    Parameters
    ----------
    meant
        Leave out names that are ordinary words as well and merely begin a sentence ("Claro, te llamo"): in a message that nothing
        accuses yet they are mostly words.

    >>> [(m.brand.id, m.start) for m in mentions("Kraken Support and 币安客服")]
    [('kraken', 0), ('binance', 19)]
    """
    spaced, unspaced, firsts, others = _index()
    found = []
    read = _undotted if _INITIALS.search(text) else str.casefold
    words = () if firsts.isdisjoint(map(read, _words(text))) else tuple(_WORD.finditer(text))
    for i, word in enumerate(words):
        for size in (3, 2, 1) if read(word[0]) in firsts else ():
            if i + size > len(words):
                continue
            stop = words[i + size - 1].end()
            name = text[word.start() : stop]
            brand = spaced.get(read(name) if size == 1 else name.casefold())
            if brand and (not brand.word or (word[0][:1].isupper() and (not meant or _meant(text, word.start(), stop)))):
                found.append(Mention(brand, word.start(), stop))
                break
    for char in set(others.findall(text)):
        for alias, brand in unspaced[char]:
            if (at := text.find(alias)) >= 0:
                found.append(Mention(brand, at, at + len(alias)))
    return iter(sorted(found, key=lambda m: (m.start, -m.stop)))


def _meant(text: str, start: int, stop: int) -> bool:
    """Say whether a capital is more than the beginning of a sentence."""
    within = bool(_INSIDE.search(text[max(0, start - 8) : start])) or _closes(text, stop)
    return within or text[start:stop].isupper() or bool(_SPEAKS.match(text, stop))


def _closes(text: str, stop: int) -> bool:
    """Say whether nothing is said behind ``stop``."""
    return not text[stop:].strip(" .!。\n")


def _undotted(name: str) -> str:
    """Write a name in small letters, initials without their dots and what a hyphen hangs on them: ``U.S.P.S-The``."""
    name = name.casefold()
    initials = name.partition("-")[0]
    return initials.replace(".", "") if initials[1:2] == "." and set(initials[1::2]) == {"."} else name


def _words(text: str) -> list[str]:
    """Give the words of a text; most names none, which is soon seen."""
    found: list[str] = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
    return found


@cache
def _index() -> tuple[dict[str, Brand], dict[str, list[tuple[str, Brand]]], frozenset[str], re.Pattern[str]]:
    """Index names by whether their script parts words: names of words are looked up, others searched for by their first character.

    Also give the first words of names, and what finds the first characters of those that are searched for.
    """
    spaced: dict[str, Brand] = {}
    unspaced: dict[str, Brand] = {}
    for brand in registry():
        plain, _, short = brand.name.removesuffix(")").partition(" (")
        aliases = [alias for of in brand.aliases.values() for alias in of]
        for name in filter(None, (plain, short, *aliases, *(label for label in brand.labels if len(label) > 3))):
            apart = _SPACED.search(name)
            (spaced if apart else unspaced).setdefault(name.casefold() if apart else name, brand)
    by_first: dict[str, list[tuple[str, Brand]]] = {}
    for name, brand in unspaced.items():
        by_first.setdefault(name[0], []).append((name, brand))
    firsts = frozenset(word[0].casefold() for name in spaced if (word := _WORD.match(name)))
    return spaced, by_first, firsts, re.compile(f"[{''.join(map(re.escape, by_first))}]")


@cache
def _by_name() -> dict[str, Brand]:
    return {brand.name: brand for brand in registry()}
