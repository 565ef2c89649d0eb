"""ChatLab's exchange format, into which exporters of QQ, WeChat, LINE and others write: JSON, or JSON lines with `_type`.

Of JSON lines those that begin with # are remarks. Members come before messages, and say who a message without a name is of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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

_REMARK: Final = "#"
_WALK: Final = {(), ("members",), ("messages",)}
_REMARKS: Final = re.compile(rf"\s*(?:{_REMARK}[^\n]*\n\s*)*")
_START: Final = re.compile(r'\{\s*(?:"_type":\s*"header",\s*)?(?:"meta":\s*\{[^{}]*\},\s*)?"chatlab":\s*\{')


@dataclass(slots=True)
class _Chat:
    """What the document so far says of a conversation."""

    name: str | None = None
    members: dict[str, str] = field(default_factory=dict)

    def joins(self, member: dict[str, Any]) -> None:
        """Remember what a member is called."""
        account, name = label(member.get("platformId")), jsonstream.first_of(member, "groupNickname", "accountName")
        if account is not None and name is not None:
            self.members[account] = name


def looks(head: Head) -> bool:
    """Say whether the document begins with ChatLab's header."""
    text = _behind_remarks(head.text)
    return _START.match(text) is not None and (_is_lines(text) or not head.text.lstrip().startswith(_REMARK))


def _is_lines(text: str) -> bool:
    return '"_type"' in text.partition("\n")[0]


def _behind_remarks(text: str) -> str:
    found = _REMARKS.match(text)
    return text[found.end() :] if found else text


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one conversation."""
    without_columns(source, column)
    return source.blocks(_of_lines(source) if _is_lines(_behind_remarks(source.start())) else _of_document(source))


def _of_document(source: Source) -> Iterator[Message]:
    chat = _Chat()
    for path, number, value in jsonstream.values(source, _WALK, aside={("members",)}):
        if path == ("meta",) and isinstance(value, dict):
            chat.name = label(value.get("name"))
        elif path == ("members", None) and isinstance(value, dict):
            chat.joins(value)
        elif path[-1:] == (None,):
            yield from guarded.messages(source, "message", number, value, _message, chat)


def _of_lines(source: Source) -> Iterator[Message]:
    chat = _Chat()
    for row, found in jsonl.records(source, _REMARK):
        if found.get("_type") == "header" and isinstance(meta := found.get("meta"), dict):
            chat.name = label(meta.get("name"))
        elif found.get("_type") == "member":
            chat.joins(found)
        elif found.get("_type") == "message":
            yield from guarded.messages(source, "line", row, found, _message, chat)


def _message(row: int, found: dict[str, Any], chat: _Chat) -> Iterator[Message]:
    account = label(found.get("sender"))
    sender = jsonstream.first_of(found, "groupNickname", "accountName") or chat.members.get(account or "", account)
    id_, time = label(found.get("platformMessageId")), times.since(found.get("timestamp"), 1)
    yield Message(row, guarded.words(found, "content"), id_, time, sender, chat.name, label(found.get("replyToMessageId")))
