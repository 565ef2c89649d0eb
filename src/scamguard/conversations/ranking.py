"""The ranking: one row a conversation."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .memory import Chat

SCHEMA: Final = pa.schema(
    [
        ("file", pa.string()),  # or the dump, where a chat may lie in several of its files
        ("channel", pa.string()),  # null where the export names none: then a file is one chat
        ("messages", pa.int64()),
        ("flagged", pa.int64()),
        ("risk", pa.float32()),  # of the worst message in its context
        ("who", pa.string()),  # sent that message
        ("kind", pa.string()),
        ("asks", pa.list_(pa.string())),  # of all flagged messages
        ("given", pa.list_(pa.string())),  # secrets that were sent after an ask
        ("turned", pa.timestamp("ms")),  # when the first message was flagged
        ("turned_file", pa.string()),  # and where it stands
        ("turned_row", pa.int64()),
    ]
)


def ranked(chats: Iterable[Chat], most: int) -> pa.Table:
    """Lay out the ``most`` riskiest conversations; of equals, the one seen first."""
    best = heapq.nlargest(most, chats, key=lambda chat: chat.worth)
    rows = [{name: getattr(chat, name) for name in SCHEMA.names} for chat in best]
    return pa.Table.from_pylist([{**row, "asks": list(row["asks"]), "given": list(row["given"])} for row in rows], SCHEMA)
