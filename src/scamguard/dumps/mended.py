"""Mended: records of known exporters that say in another column what is read, or in the one that is read more than that."""

from __future__ import annotations

import json
from typing import Final

_OUTGOING: Final = "Outgoing"  # what iMazing calls a message of one's own, for which it names no sender


def imazing(record: dict[str, str]) -> None:
    """Put the subject above the text; name a sender without a name by his number, and oneself."""
    record["Text"] = "\n".join(filter(None, (record.get("Subject"), record["Text"])))
    if not record["Sender Name"]:
        record["Sender Name"] = "me" if record.get("Type") == _OUTGOING else record.get("Sender ID", "")


def pywxdump(record: dict[str, str]) -> None:
    r"""Take the message out of the object around it.

    >>> record = {"content": '{"src": "", "msg": "您好\\n在吗"}'}
    >>> pywxdump(record)
    >>> record["content"]
    '您好\n在吗'
    """
    try:
        found = json.loads(record["content"])
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict) and isinstance(found.get("msg"), str):
        record["content"] = found["msg"]
