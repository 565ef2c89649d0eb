"""QQ: the text that the program itself exports (消息管理器), and what QQChatExporter writes (`qqexporter`).

    消息对象:家庭群
    2024-05-01 15:04:05 小美(10001)
    你好

A message begins with such a line: time, name, and number or mail address; what follows up to the next is its text. Some
exports leave out the numbers: the first such line of a chat says whether the others have one, for a text may begin with a time too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from . import qqexporter, times
from .block import Message
from .source import without_columns
from .spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_HEADER = re.compile(r"(\d{4}-\d\d?-\d\d?\s+\d{1,2}:\d\d:\d\d)\s++(?:【[^】]*】)?(.*)$")
_ACCOUNT = re.compile(r"\((\d{4,12})\)|<([^<>\s@]+@[^<>\s]+)>")
_WITH = re.compile(r"消息对象[:：]\s*(.*)$")
_RULE = re.compile(r"={8,}$|消息(?:分组|记录)[:：（(]")


class _Header(NamedTuple):
    """The line that begins a message."""

    time: str
    name: str
    account: str | None  # a number or a mail address


def looks(head: Head) -> bool:
    """Say whether this is QQ's text or of QQChatExporter."""
    if qqexporter.looks(head):
        return True
    first = head.lines[0] if head.lines else ""
    return first.startswith("消息记录") or ((found := _header(first)) is not None and found.account is not None)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message."""
    without_columns(source, column)
    return source.blocks(qqexporter.messages(source) or _of_text(source))


def _of_text(source: Source) -> Iterator[Message]:
    channel: str | None = None
    numbered: bool | None = None  # None: no message so far
    spoken = Spoken(source)
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n").removeprefix("\ufeff")
            found, other = _header(line), _WITH.match(line)
            if found and numbered and not found.account:
                found = None
            if found or other or _RULE.match(line):
                if (said := spoken.whole()) is not None:
                    yield said._replace(text=said.text.strip("\n"))
                channel, numbered = (other[1] or None, None) if other else (channel, numbered)
                if found and numbered is None:
                    numbered = found.account is not None
                spoken.begin(_begun(number, found, channel) if found else None)
            elif not spoken.take(line) and line.strip() and channel:
                source.notes.skip(f"{source.name}, line {number}", "no time begins this line, and no message stands before it")
    if (said := spoken.whole()) is not None:
        yield said._replace(text=said.text.strip("\n"))


def _begun(number: int, found: _Header, channel: str | None) -> Message:
    return Message(number, "", None, times.any_of(found.time), found.name or found.account, channel)


def _header(line: str) -> _Header | None:
    """Read the line that begins a message; None if this is another.

    >>> _header("2024-05-01 15:04:05 【管理员】小美(10001)")
    _Header(time='2024-05-01 15:04:05', name='小美', account='10001')
    """
    if (found := _HEADER.match(line)) is None:
        return None
    who = found[2].rstrip()
    at = max(who.rfind("("), who.rfind("<"))
    account = _ACCOUNT.fullmatch(who, at) if at >= 0 else None
    if account is None:
        return _Header(found[1], who.strip(), None)
    return _Header(found[1], who[:at].strip(), account[1] or account[2])
