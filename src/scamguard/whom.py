"""Whose name a message uses: the brand that is imitated, and where the real one is found.

The surest sign first: a link or handle that looks like the brand's, then the sender's name, then a brand named where the
speaker says who they are ("Kraken Support: …", "【币安】…") or in the clause of a rule that recognises such a claim, then a link that
is a misspelling of a brand's at best.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import regex

from .brands import by_name
from .contacts import contacts, points
from .imitation.judge import remembered
from .imitation.links import broken, handles, links
from .mentions import BEFORE, REACH, Mention, closes, mentions, speaks
from .verdict import Action, Official

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .brands import Brand
    from .verdict import Evidence

MOST: Final = 1 << 14  # characters of a message in which links and names are looked for
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
_SIGNED: Final = regex.compile(r"(?:^|[\n.!?。！—–-])\s*$")  # a name that ends a message and stands alone there signs it
_OPENS: Final = regex.compile(  # a name that opens a message or its subject
    r"(?i)^\W*$|^(?:subject|betreff|asunto|assunto|objet|tiêu đề|konu|subjek|perihal|主题|主題|件名|제목|тема|विषय|الموضوع)\s*[:：]\W*$"
)
_MEANS: Final = frozenset(("messenger", "payment"))  # where to write or how to pay, more often than who writes


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
    linked, sure = _pointed(text)
    if sure or action is Action.ALLOW:
        return linked or posed
    if linked is not None and any(m.brand is linked for m in mentions(text[:MOST])):  # the text says itself whom the link means
        return linked
    if posed is not None:
        return posed
    return _named(text[:MOST], [e for e in evidence if e.rule.startswith(("claim.", "lure.support"))]) or linked


def pointed(text: str) -> Brand | None:
    """Find the brand that a link, mailbox or handle in ``text`` imitates."""
    return _pointed(text)[0]


def _pointed(text: str) -> tuple[Brand | None, bool]:
    """Find that brand, and say whether it is surely meant: a misspelling of one may be the short form of another (``kb-bank``)."""
    text = text[:MOST]
    if not points(text):
        return None, False
    there = list(links(text)) or contacts(text).links  # which read odd spellings, and take five times as long
    guessed = None
    for value in itertools.chain(there, broken(text), handles(text)):
        seen = remembered(value)
        if seen and seen.brand and seen.kind != "open_redirect":  # whose link it is says nothing of whom it leads to
            if seen.kind != "typo":
                return by_name()[seen.brand], True
            guessed = guessed or by_name()[seen.brand]
    return guessed, False


def _named(text: str, claims: list[Evidence]) -> Brand | None:
    """Choose among the brands that ``text`` names."""
    seen = list(mentions(text))
    best = max(seen, key=lambda m: (_weight(text, m, claims), -m.start), default=None)
    return best.brand if best and _weight(text, best, claims) > 0 else None


def _weight(text: str, m: Mention, claims: list[Evidence]) -> int:
    """Say how surely a name is the speaker's own: 0, no more than spoken of."""
    before = text[max(0, m.start - 40) : m.start]
    if _SOLD.match(text, m.stop, m.stop + REACH) or _GOODS.search(before):
        return 0
    speaking = speaks(text, m.stop) or bool(BEFORE.search(before))
    signs = closes(text, m.stop) and bool(_SIGNED.search(before))
    opens = bool(claims) and bool(_OPENS.search(before)) and m.brand.kind not in _MEANS
    claimed = any(e.start <= m.start < e.stop for e in claims) and m.brand.kind not in _MEANS
    return 8 * speaking + 4 * signs + 2 * claimed + opens
