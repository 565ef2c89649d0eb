"""Weighing: from what the words of a message say to its risk, with what its sender and links show, and less what is only quoted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import columns, identity, quoted
from .glance import aside, floor
from .imitation.hints import leads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .model import Model


class Risks(NamedTuple):
    """What is known of ``n`` messages once their links and quotations are weighed."""

    risk: NDArray[np.float32]  # (n,), in [0, 1]
    odds: NDArray[np.float64]  # (n,), the same in log-odds
    links: dict[int, dict[str, str]]  # what the links of suspects show (``identity.described``), by row
    told: dict[int, quoted.Told]  # those that speak of what they quote, and are the better for it, by row


def joined(pieces: Sequence[Risks]) -> Risks:
    """Put what is known of pieces of a batch together."""
    firsts = np.cumsum([0, *(len(piece.risk) for piece in pieces)]).tolist()
    placed = [*zip(firsts, pieces, strict=False)]
    return Risks(
        np.concatenate([piece.risk for piece in pieces]),
        np.concatenate([piece.odds for piece in pieces]),
        {first + row: links for first, piece in placed for row, links in piece.links.items()},
        {first + row: told for first, piece in placed for row, told in piece.told.items()},
    )


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a model says of words, and all that is weighed beside them."""

    model: Model
    suspect: float  # the risk from which a message is read word for word
    links: identity.Worth | None  # what links are worth beside the words

    def risks(
        self,
        logit: NDArray[np.float64],
        batch: columns.TextBatch,
        clear: NDArray[np.int8],
        nats: float | NDArray[np.float64] = 0.0,
    ) -> Risks:
        """Turn logits into risks, with what senders and links add to the log-odds, and less what is only quoted.

        Parameters
        ----------
        logit
            (n,) of messages, as their words have it.
        batch
            The n messages; read only where their links or quotations could matter.
        clear
            (n,) how clearly each message speaks of a quotation (``quoted.clearness``).
        nats
            What the senders add, for all or (n,).
        """
        slope, offset = self.model.card["calibration"]
        more, shown = identity.weighed(self.links, slope * logit + offset + nats, batch)
        each = np.broadcast_to(nats, logit.shape)
        for row in np.flatnonzero(more < 0).tolist():
            more[row] = self._bounded(float(more[row]), float(each[row]), float(logit[row]), batch.text(row))
        logit = logit + (nats + more) / slope
        risk, odds, told = self.model.risk(logit), slope * logit + offset, {}
        for row in np.flatnonzero(risk.astype(np.float64) >= self.suspect).tolist():
            one = quoted.told(batch.text(row), float(odds[row]), partial(self._beside, nats=float(each[row])), int(clear[row]))
            if one is not None:
                told[row], odds[row] = one, one.odds
                risk[row] = self.model.risk(np.float64((one.odds - offset) / slope))
        return Risks(risk, odds, {row: links for row, links in shown.items() if float(risk[row]) >= self.suspect}, told)

    def _beside(self, text: str, least: int, bound: float, *, nats: float) -> float | None:
        """Judge what a message says beside its quotation: see ``quoted.Judge``. Its links can only raise the log-odds of its words."""
        logit, clear = aside(text.encode("utf-8", "surrogatepass"), self.model.reader)
        if clear < least:
            return None
        slope, offset = self.model.card["calibration"]
        odds = slope * logit + offset + nats
        if odds > bound:
            return None
        if not self._could_point(odds, text):
            return float(odds)
        return float(odds + max(identity.weighed(self.links, np.array([odds]), columns.pack([text]))[0][0], 0.0))

    def _bounded(self, less: float, nats: float, logit: float, text: str) -> float:
        """Bound what leading home takes: nothing from a sender who is found out, and none goes below where a rule lifts it."""
        if nats > 0:
            return 0.0
        slope: float = self.model.card["calibration"][0]
        least = slope * floor(text.encode("utf-8", "surrogatepass"), self.model.lifts)
        return max(less, min(least - slope * logit, 0.0))

    def risk(self, logit: float, text: str, nats: float, clear: int) -> tuple[float, dict[str, str], quoted.Told | None]:
        """Give ``risks`` of one message. Nearly all are so far from a suspicion that neither links nor quotations need be thought of."""
        slope, offset = self.model.card["calibration"]
        risk = float(self.model.risk(np.float64(logit + nats / slope)))
        if risk < self.suspect and not self._could_point(slope * logit + offset + nats, text):
            return risk, {}, None
        found = self.risks(np.array([logit]), columns.pack([text]), np.array([clear], np.int8), nats)
        return float(found.risk[0]), found.links.get(0, {}), found.told.get(0)

    def _could_point(self, odds: float, text: str) -> bool:
        """Say whether links of a message with these log-odds could matter: there are some, and it is near enough to a suspicion."""
        return self.links is not None and odds >= self.links.least and leads(text)
