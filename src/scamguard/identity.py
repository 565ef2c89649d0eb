"""Identity: what the links and handles of a message show about who speaks, weighed beside what its words say.

Further columns of the linear classifier; their weights are learned together with the calibration. Links prove nothing by
themselves, so they are read only where the words come so near to a suspicion that a finding could matter. They are worth less in a message
that asks or quotes, for honest ones that show an impostor's link mostly speak of it. None of them speaks for a message: a brand's own
link is a common decoy.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from .imitation.carried import unwrapped
from .imitation.hints import leading
from .imitation.judge import home_of, known_to_all, lookalike, opened_by_anyone, remembered, shortens
from .imitation.links import ANCHOR_SIGNS, anchors, handles, links
from .imitation.value import read
from .language import language
from .whom import MOST, mentions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from .columns import TextBatch

WHY: Final = {
    "link.lookalike": "A link or address that passes itself off as a brand's own.",
    "handle.lookalike": "A handle that passes itself off as a brand's own.",
    "link.text_mismatch": "A link that shows a brand's domain and leads somewhere else.",
    "link.userinfo": "What stands before the @ of a link is not where it leads.",
    "link.number": "A number in place of a domain; no brand sends its customers there.",
    "link.open_beside_brand": "A page or form that anyone can make, or a shortened link, in a message that names a brand.",
    "link.foreign_beside_brand": "A short message names a brand, and its link is not one of any brand's own.",
}
NAMES: Final = tuple(WHY)
MOST_NATS: Final = 2.5  # all findings together, as of a sender: the words still have to say something
_DOT: Final = re.compile(r"\.[^\s.]")  # every link has one, or "://"; a full stop behind a sentence is none
_NUMBERED: Final = re.compile(r"://[^\s/?#]*[\d\[]|\d\.\d")  # where the number of a host may stand; or behind a percent sign or 0x
_SHORT: Final = 459  # characters, three SMS: a letter names many a brand and links anywhere
_ADDRESSED: Final = re.compile(r"\s*(?:@\w+[\s,:]+)+")  # whom a reply is for is not whom it speaks for
# what opens a quotation, and a question mark outside a link; the quotes of HTML stand behind an equals sign
_SPOKEN_OF: Final = re.compile(r"""[“„«‹‘「『？؟]|(?<![A-Za-z0-9=/])(?<!=\s)"(?=[^\s>])|(?<!/)\?(?![\w/=&%#$@{-])""")
_HARDLY: Final = frozenset(("th", "fa"))  # languages of whose brands too few domains are registered to call one foreign


class Worth(NamedTuple):
    """What the findings of a model are worth."""

    nats: NDArray[np.float64]  # (2 * len(NAMES),), see ``parted``: added to the calibrated log-odds, MOST_NATS at most
    least: float  # the log-odds from which links are read
    suspect: float  # those of a suspicion


def worth(card: Mapping[str, Any]) -> Worth | None:
    """Read a model's weights; None if it has none, as models of before they were learned. Older ones are worth the same in any message."""
    learned = card.get("identity", {})
    halves = learned.get("nats", {}), learned.get("nats_spoken_of", learned.get("nats", {}))
    nats = np.array([half.get(name, 0.0) for half in halves for name in NAMES], np.float64)
    if not nats.any():
        return None
    suspect = min(card["thresholds"]["asks"], card["thresholds"]["warn"])
    odds = math.log(suspect / (1 - suspect)) if 0 < suspect < 1 else math.copysign(math.inf, suspect - 0.5)
    return Worth(nats, odds - min(float(_halves(nats).sum(1).max()), MOST_NATS), odds)


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
    (n,) nats to add, and what the links of a message show (see ``described``), by row.
    """
    nats = np.zeros(len(odds))
    if learned is None:
        return nats, {}
    if shown := dict(_shown(learned, odds, batch)):
        spoken_of = [is_spoken_of(batch.text(row)) for row in shown]
        nats[list(shown)] = added(parted(rows(list(shown.values())), spoken_of), learned.nats)
    return nats, shown


def _shown(learned: Worth, odds: NDArray[np.float64], batch: TextBatch) -> Iterator[tuple[int, dict[str, str]]]:
    """Describe the links of the messages in which they could matter, by row; what a campaign sends to many is read once."""
    told: dict[str, dict[str, str]] = {}
    for row in leading(batch, np.flatnonzero(odds >= learned.least)).tolist():
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
        "link.number": leading_on or "%" in text or "0x" in text or _NUMBERED.search(text) is not None,
        "link.open_beside_brand": True,
        "link.foreign_beside_brand": len(text) <= _SHORT,
    }
    most: float = sum(worth for name, worth in zip(NAMES, nats.tolist(), strict=True) if could[name])
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
    """
    return _SPOKEN_OF.search(text, 0, MOST) is not None


def added(found: NDArray[np.bool_], nats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up what findings (n, 2 * len(NAMES)) are worth, (n,) nats."""
    return np.minimum(found @ nats, MOST_NATS)


def described(text: str) -> dict[str, str]:
    """Name what the links and handles of a message show, each with the first that shows it.

    >>> described("Kraken: log in at https://kraken-login.example/a")
    {'link.lookalike': 'https://kraken-login.example/a', 'link.foreign_beside_brand': 'https://kraken-login.example/a'}
    """
    text = text[:MOST]
    there = list(_all_links(text)) if _DOT.search(text) or "://" in text else []
    shown = {name: link for link in reversed(there) for name in _facts(link).alone}
    if "@" in text and (posing := [handle for handle in handles(text) if remembered(handle)]):
        shown["handle.lookalike"] = posing[0]
    sites = [link for link in there if _facts(link).site]
    hidden = [to for said, to in anchors(text) if (bent := lookalike(f"[{said}]({to})")) and bent.kind == "text_mismatch"]
    if hidden:
        shown["link.text_mismatch"] = hidden[0]
    anyones = [link for link in sites if _facts(link).open]
    strangers = len(text) <= _SHORT and not any(_facts(link).own for link in sites)
    foreign = [link for link in sites if not _facts(link).common] if strangers else []
    to = _ADDRESSED.match(text)
    if (anyones or foreign) and any(True for _ in mentions(text[to.end() if to else 0 :], meant=True)):
        if anyones:
            shown["link.open_beside_brand"] = anyones[0]
        if foreign and language(text) not in _HARDLY:
            shown["link.foreign_beside_brand"] = foreign[0]
    return {name: shown[name] for name in NAMES if name in shown}


class Facts(NamedTuple):
    """What one link is, whatever message it stands in."""

    alone: tuple[str, ...]  # findings that need no brand beside them
    site: bool  # it leads to a site, and is no mailbox
    own: bool  # a brand's own
    common: bool  # known to all: brands are talked of there
    open: bool  # anyone may put up a page or form there, or have it lead anywhere


@lru_cache(1 << 14)
def _facts(link: str) -> Facts:
    value, found = read(unwrapped(link)), remembered(link)
    anyones = value.free or opened_by_anyone(value.host) or shortens(value.host)
    alone = {
        "link.lookalike": found is not None and found.kind not in ("bare_ip", "open_redirect"),
        "link.userinfo": value.kind == "url" and bool(value.user),
        "link.number": bool(value.ip),
    }
    own = home_of(value.host) is not None and not anyones
    names = tuple(name for name, is_so in alone.items() if is_so)
    return Facts(names, value.kind in ("url", "domain"), own, known_to_all(value.host), anyones)


def _all_links(text: str) -> Iterator[str]:
    yield from links(text)
    for _, target in anchors(text):
        yield target
