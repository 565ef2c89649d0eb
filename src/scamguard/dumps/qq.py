"""QQ: the text that the program itself exports (消息管理器), and what QQChatExporter writes (`qqexporter`).

    消息对象:家庭群
    2024-05-01 15:04:05 小美(10001)
    你好

A message begins with such a line: time, name, and number or mail address; what follows up to the next is its text. Some
exports leave out the numbers: the first such line of a chat says whether the others have one, for a text may begin with a time too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import qqexporter, times
from .block import Message
from .source import without_columns
from .spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_HEADER = re.compile(r"(\d{4}-\d\d?-\d\d?\s+\d{1,2}:\d\d:\d\d)\s+(?:【[^】]*】)?(.*?)(?:\((\d{4,12})\)|<([^<>\s]+@[^<>\s]+)>)?\s*$")
_WITH = re.compile(r"消息对象[:：]\s*(.*)$")
_SURE = re.compile(r"\d{4}-\d\d?-\d\d?\s+\d{1,2}:\d\d:\d\d\s+.*(?:\(\d{4,12}\)|<[^<>\s]+@[^<>\s]+>)$")
_RULE = re.compile(r"={8,}$|消息(?:分组|记录)[:：（(]")


def looks(head: Head) -> bool:
    """Say whether this is QQ's text or of QQChatExporter."""
    if qqexporter.looks(head):
        return True
    return bool(head.lines) and (head.lines[0].startswith("消息记录") or _SURE.match(head.lines[0]) is not None)


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
            found, other = _HEADER.match(line), _WITH.match(line)
            if found and numbered and not (found[3] or found[4]):
                found = None
            if found or other or _RULE.match(line):
                if (said := spoken.whole()) is not None:
                    yield said._replace(text=said.text.strip("\n"))
                channel, numbered = (other[1] or None, None) if other else (channel, numbered)
                if found and numbered is None:
                    numbered = bool(found[3] or found[4])
                spoken.begin(_begun(number, found, channel) if found else None)
            elif not spoken.take(line) and line.strip() and channel:
                source.notes.skip(f"{source.name}, line {number}", "no time begins this line, and no message stands before it")
    if (said := spoken.whole()) is not None:
        yield said._replace(text=said.text.strip("\n"))


def _begun(number: int, found: re.Match[str], channel: str | None) -> Message:
    sender = found[2].strip() or found[3] or found[4]
    return Message(number, "", None, times.any_of(found[1]), sender or None, channel)
