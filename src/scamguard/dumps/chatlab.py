"""ChatLab's exchange format, into which exporters of QQ, WeChat, LINE and others write: JSON, or JSON lines with `_type`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import guarded, jsonl, jsonstream, times
from .block import Message
from .columns import label
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_WALK: Final = {(), ("messages",)}
_START = re.compile(r'^\s*\{\s*(?:"_type":\s*"header",\s*)?"chatlab":\s*\{')


def looks(head: Head) -> bool:
    """Say whether the document begins with ChatLab's header."""
    return _START.match(head.text) is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one conversation."""
    without_columns(source, column)
    in_lines = '"_type"' in source.start().lstrip().partition("\n")[0]
    return source.blocks(_of_lines(source) if in_lines else _of_document(source))


def _of_document(source: Source) -> Iterator[Message]:
    channel: str | None = None
    for path, number, value in jsonstream.values(source, _WALK):
        if path == ("meta",) and isinstance(value, dict):
            channel = label(value.get("name"))
        elif path[-1:] == (None,):
            yield from guarded.messages(source, "message", number, value, _message, channel)


def _of_lines(source: Source) -> Iterator[Message]:
    channel: str | None = None
    for row, found in jsonl.records(source):
        if found.get("_type") == "header" and isinstance(meta := found.get("meta"), dict):
            channel = label(meta.get("name"))
        elif found.get("_type") == "message":
            yield from guarded.messages(source, "line", row, found, _message, channel)


def _message(row: int, found: dict[str, Any], channel: str | None) -> Iterator[Message]:
    sender = jsonstream.first_of(found, "groupNickname", "accountName", "sender")
    id_, time = label(found.get("platformMessageId")), times.since(found.get("timestamp"), 1)
    yield Message(row, guarded.words(found, "content"), id_, time, sender, channel, label(found.get("replyToMessageId")))
