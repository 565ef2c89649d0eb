"""Outgoing messages by the column: which of them give away a secret of the writer's own, and the texts with these masked.

A masked text is what outputs, tables and terminals show. Nothing of a secret is left in it, not even its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from .outgoing import judged
from .secrets import Secret, repeated
from .table import SCHEMA
from .verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MASK: Final = "••••••••"
PLACES: Final = ("id", "sender", "channel", "file")  # of a row, beside its text
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


def mask(table: pa.Table, given: pa.ChunkedArray) -> pa.Table:
    """Mask rows of messages: the secrets of those that give one away, and what repeats them beside their words."""
    columns = {name: table[name].to_pylist() for name in ("text", *PLACES)}
    for i, gives in enumerate(given.to_pylist()):
        if gives:
            row = {name: values[i] for name, values in columns.items()}
            for name, value in cleared(row, [(e.start, e.stop) for e in judged(row["text"], (), ()).evidence]).items():
                columns[name][i] = value
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
    return table


def cleared(row: Mapping[str, Any], spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Give the text of a row with these places masked, and without what stands there all that is said of the message.

    >>> cleared({"text": "it's 482913", "id": "7", "sender": "482913", "channel": None, "file": "a.csv"}, [(5, 11)])["sender"]
    '••••••••'
    """
    text = row["text"]
    values = list(dict.fromkeys(text[start:stop] for start, stop in spans))
    beside = {name: hidden(row[name], repeated(row[name], values)) if row[name] else row[name] for name in PLACES}
    return {"text": hidden(text, spans), **beside}


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
