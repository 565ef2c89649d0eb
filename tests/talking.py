"""Tables as a scan hands them on, made by hand or judged by a guard, for the tests of reports and conversations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from scamguard.output import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scamguard.guard import Guard

START = datetime(2026, 5, 1, 9)  # noqa: DTZ001 - the exports' own clock


def table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Fill in what a row does not say: an allowed message of an unknown sender, a minute after the one before."""
    whole = [
        {
            "file": "chat.jsonl", "row": n + 1, "id": str(n), "time": START + timedelta(minutes=n), "sender": None, "channel": None,
            "reply_to": None, "text": "hi", "risk": 0.01, "action": "allow", "kind": "", "asks": [], "rules": [], **row,
        }
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(whole, COLUMNS)


def judged(guard: Guard, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Judge rows message by message, as a scan does before it looks at conversations."""
    made = table(rows)
    verdicts = guard.scan(made["text"])
    for name in verdicts.column_names:
        at = COLUMNS.get_field_index(name)
        made = made.set_column(at, COLUMNS.field(at), verdicts[name].combine_chunks())
    return made


def scam(text: str, **more: Any) -> dict[str, Any]:
    """Make a blocked row without asking a model."""
    return {
        "text": text,
        "risk": 0.999,
        "action": "block",
        "kind": "credential_request",
        "asks": ["seed_phrase"],
        "rules": ["ask.secret.to-me"],
        **more,
    }
