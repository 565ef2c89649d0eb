"""Campaigns: flagged messages that are the same but for names, numbers and links, grouped as they come.

Each is a set of character 4-grams, sketched by MinHash (Broder 1997; the library is rensa) and looked up by locality-sensitive
hashing. One that resembles nothing yet opens a group of its own; past the room for groups, the smaller and older half is forgotten.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scamguard.imitation.links import links, unmasked
from scamguard.visible import flattened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rensa import RMinHash

ALIKE: Final = 0.5  # the share of 4-grams (Jaccard) from which two messages are one campaign
_PERMUTATIONS, _BANDS = 96, 32
_GRAM: Final = 4
_LOOKED_AT: Final = 1200  # characters
SHOWN: Final = 4000  # characters in which evidence is shown
_KEPT: Final = 2 * SHOWN  # what stands behind is looked at too: of a secret that is cut, half would be shown
_NAMES: Final = 64  # senders and channels kept a group
_LABELS: Final = 4  # of a host; a bare name of more may be words with dots for spaces
_VARIABLE: Final = re.compile(r"[@#][a-z0-9_.]+|0x[0-9a-f]{6,}")  # ASCII, for not all write spaces behind them
_PUNCTUATION: Final = re.compile(r"[\W_]+")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class Campaign:
    """Near-duplicates, told by the riskiest of them."""

    sketch: RMinHash | None  # of the first
    row: dict[str, Any]  # the riskiest: its text, where it stood, who sent it, its verdict
    messages: int = 0
    wordings: set[int] = field(default_factory=set)
    senders: set[str] = field(default_factory=set)
    channels: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    first: Any = None  # datetime
    last: Any = None

    def count(self, row: dict[str, Any], wording: int) -> None:
        """Count in one message."""
        self.messages += 1
        self.kinds[row["kind"]] += 1
        if row["risk"] > self.row["risk"]:
            self.row = _kept(row)
        if len(self.wordings) < _NAMES:
            self.wordings.add(wording)
        for seen, one in ((self.senders, row["sender"]), (self.channels, row["channel"])):
            if one is not None and len(seen) < _NAMES:
                seen.add(one)
        if when := row["time"]:
            self.first = min(self.first or when, when)
            self.last = max(self.last or when, when)


class Campaigns:
    """Groups of flagged messages, at most ``room``."""

    def __init__(self, room: int = 10_000) -> None:
        self._room = room
        self._groups: dict[int, Campaign] = {}
        self._known: dict[int, int] = {}  # the hash of a normalized text, or of one without letters as it stands → its group
        self._next = self.forgotten = 0
        self._index = _index()

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Take in flagged rows of ``output.COLUMNS``."""
        plain = [normalized(row["text"]) for row in rows]
        keys = [hash(text or row["text"]) for text, row in zip(plain, rows, strict=True)]
        fresh = {key: text for key, text in zip(keys, plain, strict=True) if key not in self._known}
        sketches = dict(zip(fresh, _sketches(list(fresh.values())), strict=True))
        for row, key in zip(rows, keys, strict=True):
            if key not in self._known:
                self._known[key] = self._place(row, sketches.get(key))
            self._groups[self._known[key]].count(row, key)
        if len(self._known) > 8 * self._room:  # wordings are only a short cut
            self._known = {}
        if len(self._groups) > self._room:
            self._halve()

    def best(self, count: int, least: int = 2) -> list[Campaign]:
        """Give the largest groups of at least ``least`` messages."""
        groups = sorted(self._groups.values(), key=lambda c: (-c.messages, -c.row["risk"]))
        return [group for group in groups[:count] if group.messages >= least]

    def examples(self, each: int) -> dict[str, list[Campaign]]:
        """Give, for each kind of scam, the riskiest groups."""
        out: dict[str, list[Campaign]] = {}
        for group in sorted(self._groups.values(), key=lambda c: -c.row["risk"]):
            if len(mine := out.setdefault(group.row["kind"], [])) < each:
                mine.append(group)
        return out

    @property
    def grouped(self) -> tuple[int, int]:
        """How many groups have more than one message, and how many messages these are."""
        sizes = [group.messages for group in self._groups.values() if group.messages > 1]
        return len(sizes), sum(sizes)

    def _place(self, row: dict[str, Any], sketch: RMinHash | None) -> int:
        """Find the group of a new wording, or open one."""
        near = self._index.query(sketch) if sketch is not None else []
        alike = [(sketch.jaccard(self._groups[one].sketch), -one) for one in near if one in self._groups] if sketch is not None else []
        if alike and (best := max(alike))[0] >= ALIKE:
            return -int(best[1])
        self._groups[self._next] = Campaign(sketch, _kept(row))
        if sketch is not None:
            self._index.insert(self._next, sketch)
        self._next += 1
        return self._next - 1

    def _halve(self) -> None:
        ranked = sorted(self._groups, key=lambda one: (-self._groups[one].messages, -one))
        kept = sorted(ranked[: self._room // 2])
        self.forgotten += len(self._groups) - len(kept)
        self._groups = {one: self._groups[one] for one in kept}
        self._known, self._index = {}, _index()
        for one, group in self._groups.items():
            if group.sketch is not None:
                self._index.insert(one, group.sketch)


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """Keep of a text what may be shown; what is piled on its letters uses none of that up."""
    return {**row, "text": flattened(row["text"])[0][:_KEPT]}


def normalized(text: str) -> str:
    """Leave what a template keeps: no links, handles, numbers or punctuation; all words of a text that has nothing else.

    >>> normalized("Pay $250 at https://a.example/x, Mia!"), normalized("send.your.code.to@a.example")
    ('pay 0 at mia', 'send your code to a example')
    """
    text = text[:_LOOKED_AT].lower()
    return _words(_VARIABLE.sub(" ", _without_links(text))) or _words(text)


def _without_links(text: str) -> str:
    text = unmasked(text)
    for link in sorted(set(links(text)), key=len, reverse=True):  # one may be a part of another
        if "/" in link or "@" in link or link.count(".") < _LABELS:
            text = text.replace(link, " ")
    return text


def _words(text: str) -> str:
    return _DIGITS.sub("0", _PUNCTUATION.sub(" ", text)).strip()


def _sketches(texts: list[str]) -> list[RMinHash | None]:
    """Sketch each text; None for one without letters, which resembles nothing."""
    from rensa import RMinHash  # noqa: PLC0415 - only a report needs it

    grams = [[text[i : i + _GRAM] for i in range(max(1, len(text) - _GRAM + 1))] for text in texts if text]
    made = iter(RMinHash.from_token_sets(grams, num_perm=_PERMUTATIONS, seed=1) if grams else ())
    return [next(made) if text else None for text in texts]


def _index() -> Any:  # noqa: ANN401 - rensa ships no types
    from rensa import RMinHashLSH  # noqa: PLC0415

    return RMinHashLSH(ALIKE, _PERMUTATIONS, _BANDS)
