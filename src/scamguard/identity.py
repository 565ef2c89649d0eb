"""Identity: what the links and handles of a message show about who speaks, weighed beside what its words say.

Further columns of the linear classifier; their weights are learned together with the calibration. Links prove nothing by
themselves, so they are read only where the words come so near to a suspicion that a finding could matter. They are worth less in a message
that asks or quotes, for honest ones that show an impostor's link mostly speak of it. None of them speaks for a message, for a brand's own
link is a common decoy; but all that a short message points to being a brand's own does (``imitation.home``).
"""

from __future__ import annotations

import math
import re
from itertools import compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from .imitation.facts import facts
from .imitation.hints import leading, leads
from .imitation.home import home, is_home
from .imitation.judge import lookalike, remembered
from .imitation.links import ANCHOR_SIGNS, anchors, broken, handles, links
from .imitation.value import read
from .language import language
from .mentions import named_by_domain, names_any
from .whom import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from .columns import TextBatch
    from .imitation.facts import Facts

WHY: Final = {
    "link.lookalike": "A link or address that passes itself off as a brand's own.",
    "handle.lookalike": "A handle that passes itself off as a brand's own.",
    "link.text_mismatch": "A link that shows a brand's domain and leads somewhere else.",
    "link.userinfo": "What stands before the @ of a link is not where it leads.",
    "link.number": "A number in place of a domain; no brand sends its customers there.",
    "link.open_beside_brand": "A page or form that anyone can make, or a shortened link, in a message that names a brand.",
    "link.foreign_beside_brand": "A short message names a brand, and its link is not one of any brand's own.",
    "link.throwaway": "A short message, and a link with an ending that costs next to nothing, left behind in days.",
}
NAMES: Final = tuple(WHY)
MOST_NATS: Final = 2.5  # all findings together, as of a sender: the words still have to say something
# where the number of a host may stand; or behind a percent sign or 0x
_NUMBERED: Final = re.compile(r"://[^\s/?#]*[\d\[]"), re.compile(r"\.(?<=\d\.)\d")
_SHORT: Final = 459  # characters, three SMS: a letter names many a brand and links anywhere
_ADDRESSED: Final = re.compile(r"\s*(?:@\w+[\s,:]+)+")  # whom a reply is for is not whom it speaks for
# what opens a quotation, and a question mark outside a link; the quotes of HTML stand behind an equals sign
_SPOKEN_OF: Final = re.compile(r"""[“„«‹‘「『？؟]|(?<![A-Za-z0-9=/])(?<!=\s)"(?=[^\s>])|(?<!/)\?(?![\w/=&%#$@{-])""")
_MARKS: Final = re.compile('[“„«‹‘「『？؟"?]')  # one of them stands in whatever it finds, and is looked for in a tenth of the time
# before its mark, a question to the reader, as honest and false notices ask it: a look-alike beside one is not spoken of
_TO_READER: Final = re.compile(
    r"(?i)\b(?:was(?:n['’]t)? (?:this|it|that)(?: you)?|not you|wasn['’]?t you|did(?:n['’]t)? you [^?.!\n]{2,60}"
    r"|don['’]t recogni[sz]e [^?.!\n]{2,40}|(?:no|não) (?:has sido|fuiste|eres|foi|é) (?:tú|usted|você)|no fue usted"
    r"|não reconhece[^?.!\n]{0,40}|no reconoces[^?.!\n]{0,40}|ce n['’](?:est|était) pas vous|pas vous|est-ce (?:bien )?vous"
    r"|waren sie das(?: nicht)?|nicht sie|warst du das(?: nicht)?|это (?:не |были |были не )?вы|не вы"
    r"|bu siz (?:değil )?mi(?:siniz|ydiniz)|siz değil misiniz|bukan (?:anda|kamu)|apakah ini anda"
    r"|không phải (?:bạn|quý khách|anh/chị)|(?:ليس|لست|هل هذا) أنت)\s?\Z|(?:心当たり|お心当たり|身に覚え)[^？?。\n]{0,12}\Z"
    r"|(?:非|不是)(?:您|你)?本人(?:操作)?\Z|是(?:否|不是)?(?:您|你)(?:本人)?(?:操作|登录|登入)?(?:的)?(?:吗|嗎)?\Z"
    r"|본인(?:이)? (?:아니|맞)[^?\n]{0,6}\Z"
)
_ASKED: Final = 80  # characters before a mark in which the question is looked for
_HARDLY: Final = frozenset(("th", "fa"))  # languages of whose brands too few domains are registered to call one foreign


class Worth(NamedTuple):
    """What the findings of a model are worth."""

    nats: NDArray[np.float64]  # (2 * len(NAMES),), see ``parted``: added to the calibrated log-odds, MOST_NATS at most
    least: float  # the log-odds from which links are read
    suspect: float  # those of a suspicion
    home: float  # what a message that leads home is worth, 0 at most; it is never led below even odds


def worth(card: Mapping[str, Any]) -> Worth | None:
    """Read a model's weights; None if it has none, as models of before they were learned. Older ones are worth the same in any message."""
    learned = card.get("identity", {})
    halves = learned.get("nats", {}), learned.get("nats_spoken_of", learned.get("nats", {}))
    nats = np.array([max(half.get(name, 0.0), 0.0) for half in halves for name in NAMES], np.float64)
    back = min(learned.get("home", {}).get("nats", 0.0), 0.0)
    if not nats.any() and not back:
        return None
    suspect = min(card["thresholds"]["asks"], card["thresholds"]["warn"])
    odds = math.log(suspect / (1 - suspect)) if 0 < suspect < 1 else math.copysign(math.inf, suspect - 0.5)
    return Worth(nats, odds - min(float(_halves(nats).sum(1).max()), MOST_NATS), odds, back)


def weighed(learned: Worth | None, odds: NDArray[np.float64], batch: TextBatch) -> tuple[NDArray[np.float64], dict[int, dict[str, str]]]:
    """Weigh the links of the messages in which they could matter.

    Parameters
    ----------
    learned
        What the findings of the model are worth.
    odds
        (n,) calibrated log-odds of messages, what is known of their senders included.
    batch
        The n messages.

    Returns
    -------
    (n,) nats to add, and what the links of a message show (see ``described``), by row. What leads home takes from the log-odds.
    """
    nats = np.zeros(len(odds))
    if learned is None:
        return nats, {}
    near = leading(batch, np.flatnonzero(odds >= learned.least))
    if shown := dict(_shown(learned, odds, batch, near)):
        spoken_of = [is_spoken_of(batch.text(row)) for row in shown]
        nats[list(shown)] = added(parted(rows(list(shown.values())), spoken_of), learned.nats)
    if learned.home:
        near = near[odds[near] > max(learned.suspect, 0.0)]
        texts = {row: batch.text(row) for row in near.tolist() if row not in shown}
        homeward = {text for text in {*texts.values()} if leads_home(text)}
        for row in (row for row, text in texts.items() if text in homeward):
            nats[row] = led_home(odds[row], learned.home)
    return nats, shown


def _shown(
    learned: Worth, odds: NDArray[np.float64], batch: TextBatch, near: NDArray[np.int64]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Describe the links of the messages in which they could matter, by row; what a campaign sends to many is read once."""
    told: dict[str, dict[str, str]] = {}
    for row in near.tolist():
        text = batch.text(row)
        if odds[row] < learned.suspect and odds[row] + reach(text, learned.nats) < learned.suspect:
            continue
        if text not in told:
            told[text] = described(text)
        if told[text]:
            yield row, told[text]


def reach(text: str, nats: NDArray[np.float64]) -> float:
    """Give the most that links in ``text`` could be worth, at a glance: of ten messages with a link it leaves one to be read.

    >>> reach("ordinary https://kraken.example words " * 13, np.ones(2 * len(NAMES)))
    2.0
    """
    nats, text = _halves(nats)[int(is_spoken_of(text))], text[:MOST]
    leading_on = any(sign in text for sign in ANCHOR_SIGNS)
    could = {
        "link.lookalike": True,
        "handle.lookalike": "@" in text,
        "link.text_mismatch": leading_on,
        "link.userinfo": "@" in text or "%" in text,
        "link.number": leading_on or "%" in text or "0x" in text or any(place.search(text) for place in _NUMBERED),
        "link.open_beside_brand": True,
        "link.foreign_beside_brand": len(text) <= _SHORT,
        "link.throwaway": len(text) <= _SHORT,
    }
    most: float = sum(compress(nats.tolist(), map(could.__getitem__, NAMES)))
    return min(most, MOST_NATS)


def rows(shown: Sequence[Mapping[str, str]]) -> NDArray[np.bool_]:
    """Write down which findings the links of each message show, (n, len(NAMES)).

    >>> NAMES[rows([described("Log in at https://kraken-login.example/a")])[0].argmax()]
    'link.lookalike'
    """
    return np.array([[name in those for name in NAMES] for those in shown], np.bool_).reshape(len(shown), len(NAMES))


def parted(found: NDArray[np.bool_], spoken_of: Sequence[bool]) -> NDArray[np.bool_]:
    """Give the findings of ``rows`` columns of their own in messages that speak of them, (n, 2 * len(NAMES)): the second half."""
    spoken = np.array(spoken_of, np.bool_)[:, None]
    return np.hstack([found & ~spoken, found & spoken])


def _halves(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what lies side by side in ``parted`` one below the other, (2, len(NAMES))."""
    return columns.reshape(2, len(NAMES))


def is_spoken_of(text: str) -> bool:
    """Say whether ``text`` asks or quotes, as most honest messages do that show an impostor's link.

    >>> [is_spoken_of(text) for text in ("is kraken-in.example real?", "he sent “kraken-in.example”", "log in: kraken-in.example/?a")]
    [True, True, False]
    >>> is_spoken_of("New sign-in from Lagos. Was this you? kraken-in.example")
    False
    """
    if not _MARKS.search(text):
        return False
    marks = (mark.start() for mark in _SPOKEN_OF.finditer(text, 0, MOST))
    return any(text[at] not in "?？؟" or not _TO_READER.search(text, max(0, at - _ASKED), at) for at in marks)


def added(found: NDArray[np.bool_], nats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up what findings (n, 2 * len(NAMES)) are worth, (n,) nats."""
    return np.minimum(found @ nats, MOST_NATS)


def described(text: str) -> dict[str, str]:
    """Name what the links and handles of a message show, each with the first that shows it.

    >>> described("Kraken: log in at https://kraken-login.example/a")
    {'link.lookalike': 'https://kraken-login.example/a', 'link.foreign_beside_brand': 'https://kraken-login.example/a'}
    """
    text = text[:MOST]
    there = _there(text)
    shown = {name: link for link in reversed(there) for name in there[link].alone}
    if "@" in text and (posing := [handle for handle in handles(text) if remembered(handle)]):
        shown["handle.lookalike"] = posing[0]
    signed = {link for link, of in there.items() if of.own and _is_signature(link, text)}
    # nor is a merchant in an alert one to follow: "61.77 at AO.COM approved"
    sites = {link: of for link, of in there.items() if of.site and link not in signed and not (link.isupper() and "/" not in link)}
    hidden = [to for said, to in anchors(text) if (bent := lookalike(f"[{said}]({to})")) and bent.kind == "text_mismatch"]
    if hidden:
        shown["link.text_mismatch"] = hidden[0]
    anyones = [link for link, of in sites.items() if of.open]
    strangers = len(text) <= _SHORT and not any(of.own for of in sites.values())
    foreign = {link: of for link, of in sites.items() if not of.common} if strangers else {}
    if throwaway := [link for link, of in foreign.items() if of.throwaway]:
        shown["link.throwaway"] = throwaway[0]
    if (anyones or foreign) and (signed or _names_a_brand(text) or any(of.borrowed for of in foreign.values())):
        if anyones:
            shown["link.open_beside_brand"] = anyones[0]
        if foreign and language(text) not in _HARDLY:
            shown["link.foreign_beside_brand"] = next(iter(foreign))
    return {name: shown[name] for name in NAMES if name in shown}


def leads_home(text: str) -> bool:
    """Say whether all that a short message points to is a brand's own, and it asks to follow it: see ``imitation.home``.

    >>> leads_home("Netflix: we could not renew you. netflix.com/account"), leads_home("netflix.com/account or t.me/netflix_desk")
    (True, False)
    """
    if len(text) > _SHORT or not all(is_home(link, facts(link)) for link in links(text)):  # most scams' first link tells
        return False
    return bool(home(text, _there(text)))


def led_home(odds: Any, nats: float) -> Any:  # noqa: ANN401 - a number or an array
    """Give what leading home takes from log-odds: ``nats``, but no more than down to even odds."""
    return np.maximum(nats, -np.maximum(odds, 0.0))


def _names_a_brand(text: str) -> bool:
    to = _ADDRESSED.match(text)
    return names_any(text[to.end() if to else 0 :], meant=True)


def _is_signature(link: str, text: str) -> bool:
    """Say whether a brand's own link is a bare domain by which it speaks, and none to follow: ``PayPal.com: your refund …``."""
    if "/" in link:
        return False
    at = text.find(link)
    return link.casefold() in named_by_domain() or (not text[:at].strip() and text[at + len(link) :].lstrip()[:1] in (":", "："))


def _is_cut(link: str, whole: str) -> bool:
    """Say whether ``link`` is what a program makes of ``whole``, whose dot is broken: ``kraken-login`` of ``kraken-login(dot)com``."""
    host = link.partition("://")[2] or link
    return host != whole and whole.startswith(host) and not read(link).known


def _there(text: str) -> dict[str, Facts]:
    """Give what each link of a text is."""
    return {link: facts(link) for link in _all_links(text)} if leads(text) else {}


def _all_links(text: str) -> Iterator[str]:
    mended = tuple(broken(text))
    yield from (link for link in links(text) if not any(_is_cut(link, whole) for whole in mended))
    yield from mended
    for _, target in anchors(text):
        yield target
