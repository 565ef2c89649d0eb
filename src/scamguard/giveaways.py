"""Outgoing messages by the column: which of them give away a secret of the writer's own, and the texts with these masked.

A masked text is what outputs, tables and terminals show. Nothing of a secret is left in it, not even its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from .outgoing import judged
from .secrets import Secret
from .table import SCHEMA
from .verdict import Action, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MASK: Final = "••••••••"
REASONS: Final = {f"outgoing.{kind}": f"It gives away the writer's own {kind.replace('_', ' ')}." for kind in Secret}


def scan(texts: Iterable[str]) -> pa.Table:
    """Judge outgoing messages, each by itself: a table of ``table.SCHEMA``."""
    found = [judged(text, (), ()) for text in texts]
    columns = [
        [verdict.risk for verdict in found],
        [str(verdict.action) for verdict in found],
        [verdict.kind for verdict in found],
        [list(verdict.asks) for verdict in found],
        [list(dict.fromkeys(e.rule for e in verdict.evidence)) for verdict in found],
    ]
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


def mask(texts: pa.Array, actions: pa.Array) -> list[str]:
    """Mask texts whose verdicts are known: only those that are flagged hold anything."""
    pairs = zip(texts.to_pylist(), actions.to_pylist(), strict=True)
    return [text if action == Action.ALLOW else masked(text, judged(text, (), ()).evidence)[0] for text, action in pairs]


def masked(text: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[Evidence, ...]]:
    """Replace the words that evidence stands on, and move the evidence to where their masks are.

    >>> masked("it's 482913, ok", [Evidence("outgoing.otp", "why", 5, 11, 5, 11)])[0]
    "it's ••••••••, ok"
    """
    parts: list[str] = []
    moved: list[Evidence] = []
    at = length = units = 0
    for e in sorted(evidence, key=lambda one: one.start):
        between = text[at : e.start]
        length, units = length + len(between), units + len(between.encode("utf-16-le", "surrogatepass")) // 2
        parts += [between, MASK]
        moved.append(Evidence(e.rule, e.why, length, length + len(MASK), units, units + len(MASK)))
        length, units, at = length + len(MASK), units + len(MASK), e.stop
    return "".join([*parts, text[at:]]), tuple(moved)


def hidden(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Mask these places of a text, whether they overlap or not.

    >>> hidden("it's 482913, ok", [(5, 11), (7, 9)])
    "it's ••••••••, ok"
    """
    parts: list[str] = []
    at = 0
    for start, stop in sorted(spans):
        if start >= at:
            parts += [text[at:start], MASK]
        at = max(at, stop)
    return "".join([*parts, text[at:]])
