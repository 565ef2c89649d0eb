"""Suspects: the few messages whose risk is near a warning are read again, word for word: what kind of scam each is, what it
asks for, and which rules say so. Pieces are read in several threads where these are given; each message says the same in any.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import asks, explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from .columns import TextBatch
    from .model import Model, Reading
    from .parts import Parts

_MANY = 256  # suspects for whom threads are begun


class Judged(NamedTuple):
    """What is known of ``n`` messages before any is read closer."""

    cut: Parts
    which: NDArray[np.int64]  # (n,), the worst part of each
    risk: NDArray[np.float32]  # (n,)
    actions: NDArray[np.int8]  # (n,), places in ``Action``
    links: Mapping[int, Mapping[str, str]]  # what the links of some show, by row


class Reasons(NamedTuple):
    """What is said of ``k`` suspects."""

    kinds: list[str]  # "" where allowed
    asks: list[tuple[str, ...]]
    rules: list[list[str]]  # ids


def reasons(model: Model, judged: Judged, rows: NDArray[np.int64], threads: int = 1) -> Reasons:
    """Read the messages ``rows`` (k,) closer."""
    if threads > 1 and len(rows) > _MANY:
        with ThreadPoolExecutor(threads) as pool:
            read = list(pool.map(lambda one: _read(model, judged, *one), _pieces(judged, rows)))
    else:
        read = [_read(model, judged, *one) for one in _pieces(judged, rows)]
    return Reasons(
        [kind for piece in read for kind in piece.kinds],
        [asked for piece in read for asked in piece.asks],
        [rules for piece in read for rules in piece.rules],
    )


def _pieces(judged: Judged, rows: NDArray[np.int64]) -> Iterator[tuple[TextBatch, NDArray[np.int64]]]:
    at = 0
    for piece in judged.cut.pieces(judged.which[rows]):
        yield piece, rows[at : at + len(piece)]
        at += len(piece)


def _read(model: Model, judged: Judged, piece: TextBatch, rows: NDArray[np.int64]) -> Reasons:
    reading, flagged = model.read(piece), judged.actions[rows] > 0
    scores = asks.heads(model, reading, np.arange(len(rows)))
    fired = explain.rules(model, reading, flagged)
    rules = [[*ids, *(judged.links.get(row, ()) if warned else ())] for row, ids, warned in zip(rows.tolist(), fired, flagged, strict=True)]
    asked, kinds = named(model, scores, judged.risk[rows], flagged)
    silent = ~flagged & _advises(model, reading)
    return Reasons(kinds, [() if quiet else secrets for secrets, quiet in zip(asked, silent, strict=True)], rules)


def _advises(model: Model, reading: Reading) -> NDArray[np.bool_]:
    """Say in which messages a rule fires that shows a warning, a refusal or a report."""
    fired, starts = reading.fired.rule, reading.fired.starts
    out = np.zeros(len(starts) - 1, np.bool_)
    out[np.repeat(np.arange(len(out)), np.diff(starts))[model.advising[fired]]] = True
    return out


def named(
    model: Model, scores: NDArray[np.float64], risk: NDArray[np.float32], flagged: NDArray[np.bool_]
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Name, by the scores of their heads (k, 14), the secrets that suspects ask for and the kind of those that are flagged."""
    thresholds = model.card["thresholds"]
    secrets = asks.secrets_asked(scores, thresholds["heads"])
    return (
        [those if suspect else () for those, suspect in zip(secrets, (risk >= thresholds["asks"]).tolist(), strict=True)],
        [kind if one else "" for kind, one in zip(asks.kinds_of(scores), flagged.tolist(), strict=True)],
    )
