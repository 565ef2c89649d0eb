"""What a report is made of, gathered block by block: exact counters, bounded tables of names, sketches of texts.

Whoever gives a secret away is no suspect: such rows (kind own_secret) are kept apart from the scams. A scan by conversation finds
them beside scams, and counts them as given away and as nothing else; one of outgoing messages looks for nothing else, so there
they are what is to block or to warn of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scamguard.imitation.column import lookalikes
from scamguard.verdict import GIVEN_AWAY, Action

from . import imitated
from .bounded import Bounded
from .campaigns import Campaigns
from .languages import language
from .timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scamguard.guard import Guard

BINS: Final = 20  # of the risks
_NAMES: Final = 100_000  # senders, channels and domains that are told apart at a time
_EVERY: Final = 10_000  # messages whose language is read one by one; after them one of STRIDE
STRIDE: Final = 64
_MOST_GIVEN: Final = 200  # rows listed
_LINK: Final = r"\w(?:\.|\[\.\])[A-Za-z]{2}"
_LENT: Final = {"path", "userinfo", "open_redirect", "free_host", "shortener"}  # kinds in which the host is not the imitator
_ACTIONS: Final = pa.array([str(action) for action in Action])


@dataclass(slots=True)
class Party:
    """A sender or a channel, and what came from it."""

    messages: int = 0
    warned: int = 0
    blocked: int = 0
    worst: float = 0.0
    asks: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def flagged(self) -> int:
        """Messages that were not allowed."""
        return self.warned + self.blocked

    @property
    def worth(self) -> tuple[int, int, float, int]:
        """What comes first in a list by risk."""
        return self.blocked, self.warned, self.worst, self.messages


@dataclass(slots=True)
class Domain:
    """A domain that messages lead to."""

    messages: int = 0
    flagged: int = 0
    brand: str | None = None  # whom it imitates
    kind: str | None = None  # how, of imitation.judge.KINDS
    official: str | None = None

    @property
    def worth(self) -> tuple[bool, int, int]:
        """What comes first: imitations, then what flagged messages lead to."""
        return self.kind is not None, self.flagged, self.messages


@dataclass(slots=True)
class Imitated:
    """How often a brand is passed off for."""

    said: int = 0  # flagged messages that name it
    domains: int = 0  # messages with a look-alike link
    senders: int = 0  # flagged messages whose sender bears its name

    @property
    def worth(self) -> int:
        """What comes first."""
        return self.said + self.domains + self.senders


@dataclass(slots=True)
class Gathered:
    """All that is kept of a scan. ``add`` each block of ``output.COLUMNS`` in reading order."""

    guard: Guard  # judges the examples again, for the words that prove it
    messages: int = 0
    weighed: bool = False  # a model has judged some message
    actions: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    asks: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    risks: list[int] = field(default_factory=lambda: [0] * BINS)  # those that are probabilities: of what gives no secret away
    languages: Counter[str] = field(default_factory=Counter)  # of the messages looked at
    flagged_languages: Counter[str] = field(default_factory=Counter)
    sampled: bool = False  # not every message's language was looked at
    timeline: Timeline = field(default_factory=Timeline)
    senders: Bounded[Party] = field(default_factory=lambda: Bounded(_NAMES, Party, lambda p: p.worth))
    channels: Bounded[Party] = field(default_factory=lambda: Bounded(_NAMES, Party, lambda p: p.worth))
    domains: Bounded[Domain] = field(default_factory=lambda: Bounded(_NAMES, Domain, lambda d: d.worth))
    imitated: dict[str, Imitated] = field(default_factory=dict)  # by brand; no longer than the registry
    campaigns: Campaigns = field(default_factory=Campaigns)
    given: list[dict[str, Any]] = field(default_factory=list)  # the first rows that give a secret away, without their text
    given_kinds: Counter[str] = field(default_factory=Counter)
    gave: int = 0  # how many such rows

    @property
    def outgoing(self) -> bool:
        """Whether the messages were searched for the writers' own secrets alone."""
        return self.messages > 0 and not self.weighed

    def add(self, table: pa.Table) -> None:
        """Take in one block."""
        if not len(table):
            return
        actions = pc.index_in(table["action"], _ACTIONS).to_numpy().astype(np.int8)
        own = pc.equal(table["kind"], GIVEN_AWAY).to_numpy()
        self.weighed |= bool((table["risk"].to_numpy()[~own] > 0).any())  # where no secret is, only a model sees a risk
        suspect = np.where(own, 0, actions)
        flagged = suspect if self.weighed else actions
        self._count(table, flagged, own)
        self._parties(table, suspect)
        self._when(table, flagged)
        self._languages(table["text"], flagged)
        self._scams(table.take(pa.array(np.flatnonzero(suspect))).to_pylist())
        self._links(table, suspect)
        if own.any():
            self._own(table.filter(pa.array(own)).drop_columns(["text"]).to_pylist())

    def _count(self, table: pa.Table, actions: np.ndarray[Any, np.dtype[np.int8]], own: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self.messages += len(table)
        counted = actions[~own] if self.weighed else actions
        for action, many in zip(Action, np.bincount(counted, minlength=len(Action)).tolist(), strict=True):
            self.actions[str(action)] += many
        bins = np.minimum((table["risk"].to_numpy()[~own] * BINS).astype(np.int64), BINS - 1)
        self.risks = [a + b for a, b in zip(self.risks, np.bincount(bins, minlength=BINS).tolist(), strict=True)]

    def _parties(self, table: pa.Table, actions: np.ndarray[Any, np.dtype[np.int8]]) -> None:
        """Count by sender and by channel, name by name of the block."""
        codes = table.select(["risk"]).append_column("warned", pa.array((actions == 1).astype(np.int64)))
        codes = codes.append_column("blocked", pa.array((actions == 2).astype(np.int64)))
        for column, parties in (("sender", self.senders), ("channel", self.channels)):
            named = codes.append_column("name", table[column]).filter(pc.is_valid(table[column]))
            found = named.group_by("name").aggregate([("warned", "count"), ("warned", "sum"), ("blocked", "sum"), ("risk", "max")])
            for row in found.select(["name", "warned_count", "warned_sum", "blocked_sum", "risk_max"]).to_pylist():
                party = parties[row["name"]]
                party.messages += row["warned_count"]
                party.warned += row["warned_sum"]
                party.blocked += row["blocked_sum"]
                party.worst = max(party.worst, row["risk_max"])

    def _when(self, table: pa.Table, actions: np.ndarray[Any, np.dtype[np.int8]]) -> None:
        known = pc.is_valid(table["time"]).to_numpy()
        times = table["time"].cast(pa.int64()).drop_null().to_numpy()
        self.timeline.add(times, actions[known], len(table) - len(times))

    def _languages(self, texts: pa.ChunkedArray, actions: np.ndarray[Any, np.dtype[np.int8]]) -> None:
        places = np.arange(self.messages - len(texts), self.messages)  # those of the block are counted already
        looked_at = np.flatnonzero((places < _EVERY) | (places % STRIDE == 0))
        self.sampled |= len(looked_at) < len(texts)
        self.languages.update(map(language, texts.take(pa.array(looked_at)).to_pylist()))
        self.flagged_languages.update(map(language, texts.take(pa.array(np.flatnonzero(actions))).to_pylist()))

    def _scams(self, rows: list[dict[str, Any]]) -> None:
        self.campaigns.add(rows)
        for row in rows:
            self.kinds[row["kind"]] += 1
            self.asks.update(row["asks"])
            self.rules.update(row["rules"])
            for brand in imitated.brands_said(row["text"]):
                self._brand(brand).said += 1
            for parties, name in ((self.senders, row["sender"]), (self.channels, row["channel"])):
                if name is not None:
                    parties[name].asks.update(row["asks"])
                    parties[name].kinds[row["kind"]] += 1
        self._names([row["sender"] for row in rows if row["sender"]])

    def _names(self, senders: list[str]) -> None:
        for brand in lookalikes(senders)["brand"].to_pylist() if senders else ():
            if brand:
                self._brand(brand).senders += 1

    def _links(self, table: pa.Table, actions: np.ndarray[Any, np.dtype[np.int8]]) -> None:
        """Look at the links of every message, allowed ones too: an imitation there is worth knowing."""
        rows = np.flatnonzero(pc.match_substring_regex(table["text"], _LINK).to_numpy())
        if not len(rows):
            return
        texts = table["text"].take(pa.array(rows)).to_pylist()
        found = [(link, int(actions[row]) > 0) for row, text in zip(rows.tolist(), texts, strict=True) for link in _once(text)]
        judged = lookalikes(pa.array([link for link, _ in found], pa.large_string())).to_pylist() if found else []
        for (link, flagged), what in zip(found, judged, strict=True):
            domain = self.domains[imitated.place(link) if what["kind"] in _LENT else imitated.host(link)]
            domain.messages += 1
            domain.flagged += flagged
            if what["kind"]:
                domain.brand, domain.kind, domain.official = what["brand"], what["kind"], what["official"]
            if what["brand"]:
                self._brand(what["brand"]).domains += 1

    def _own(self, rows: list[dict[str, Any]]) -> None:
        self.gave += len(rows)
        self.given += rows[: _MOST_GIVEN - len(self.given)]
        for row in rows:
            self.given_kinds.update(row["asks"] or ["another secret"])
            self.rules.update(row["rules"])

    def _brand(self, name: str) -> Imitated:
        return self.imitated.setdefault(name, Imitated())


def _once(text: str) -> Iterable[str]:
    """Give the links of a message, one a host."""
    return {imitated.host(link): link for link in reversed(imitated.links(text))}.values()
