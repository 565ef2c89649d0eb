"""iMessage as text: what imessage-exporter writes (exporters/txt.rs of ReagentX/imessage-exporter); iMazing writes CSV.

    Apr 17, 2022  6:12:41 PM (Read by them after 5 seconds)
    +15550100
    Are you there?

    Apr 17, 2022  6:13:02 PM You named the conversation Friends

An empty line stands between messages, unless a file has none: a time elsewhere begins none. Somebody wrote it, or it is that of
the first version of a text that was edited, with the later ones below. What a chat is renamed to is read as a message of nobody. A
reply stands again, indented, below what it answers; it is read where it stands first, at the margin, and the copy, which an
indented time begins, is passed over. Reactions and effects are no messages. Whatever else is indented somebody wrote.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from . import times
from .block import Message
from .source import LONGEST_LINE, without_columns
from .spoken import is_spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_WHEN: Final = r"([A-Z][a-z]{2} \d{2}, \d{4}\s{1,2}\d{1,2}:\d{2}:\d{2}\s[AP]M)"
_TIME = re.compile(rf"{_WHEN}(?: \(.*\))?$")
_TOLD = re.compile(rf"{_WHEN} (?!\()(\S.*)$")  # what happened to the chat, or a text that was edited, on the line of its time
_HAPPENED = re.compile(
    r" (?:(?:re)?named the conversation |(?:left|joined) the conversation\.?$|(?:added|removed) .{1,200} (?:to|from) the conversation\.?$"
    r"|(?:changed|removed) the (?:group photo|chat background)\.?$|kept an audio message\.?$|unsent a message[.!]?$"
    r"|performed unknown action )"
)
_EDITED = re.compile(r"^Edited(?:,? \d+ (?:day|hour|minute|second)s?){1,4} later: ")
_FORM: Final = "%b %d, %Y %I:%M:%S %p"
_INDENT: Final = "    "
_ASIDE: Final = ("Tapbacks:", "Reactions:")
_REACTION = re.compile(r"\s*(?:Loved|Liked|Disliked|Laughed(?: at)?|Emphasized|Questioned|Sticker|[^\w\s]\S{0,9}) (?:by|from) .{1,80}$")
_REPLY: Final = "This message responded to an earlier message."


def looks(head: Head) -> bool:
    """Say whether the first line is a time as imessage-exporter writes it; one with words behind it could be any log's."""
    if not head.lines:
        return False
    return _TIME.match(head.lines[0]) is not None or (_TOLD.match(head.lines[0]) is not None and any(map(_TIME.match, head.lines)))


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one conversation."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    channel = PurePath(source.name.rpartition(":")[2]).stem or None
    record: list[str] = []
    start = length = 0
    is_between = True  # messages
    spaced = is_spaced(source.start())
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n")
            if is_between and _begins(line, is_first=not record):
                yield from _message(source, start, record, channel)
                record, start, length = [line], number, 0
            elif record and length < LONGEST_LINE:
                record.append(line)
                length = min(length + len(line) + 1, LONGEST_LINE)
            elif record and line.strip() and length == LONGEST_LINE:  # told once
                length += 1
                source.notes.skip(f"{source.name}, line {start}", f"a message longer than {LONGEST_LINE:,} characters; its end is not read")
            elif not record and line.strip():
                source.notes.skip(f"{source.name}, line {number}", "no time begins this line, and no message stands before it")
            is_between = not spaced or not line.strip()
    yield from _message(source, start, record, channel)


def _begins(line: str, *, is_first: bool) -> bool:
    """Say whether a line begins a message; where it is not the first, only what is known to happen to a chat stands behind a time."""
    told = _TOLD.match(line)
    return _TIME.match(line) is not None if told is None else is_first or _HAPPENED.search(told[2]) is not None


def _message(source: Source, start: int, record: list[str], channel: str | None) -> Iterator[Message]:
    if not record:
        return
    if told := _TOLD.match(record[0]):
        yield Message(start, "\n".join([told[2], *_body(record[1:])]), None, _moment(told[1]), None, channel)
        return
    if len(record) < 2 or not record[1].strip():
        found = _TIME.match(record[0])
        if found and "(" not in record[0]:
            source.notes.skip(f"{source.name}, line {start}", "a time without a sender")
        return
    found = _TIME.match(record[0])
    yield Message(start, "\n".join(_body(record[2:])), None, _moment(found[1]) if found else None, record[1].strip(), channel)


def _moment(text: str) -> int | None:
    return times.written(re.sub(r"\s+", " ", text), _FORM)


def _body(lines: list[str]) -> list[str]:
    """Leave out reactions, the copies of replies and what the program says."""
    body: list[str] = []
    aside = copy = False
    for line, following in pairwise([*lines, ""]):
        indented = line.startswith(_INDENT)
        copy = indented and (copy or _TIME.match(line.strip()) is not None)
        aside = (aside and _REACTION.match(line) is not None) or (line.strip() in _ASIDE and _REACTION.match(following) is not None)
        if not (copy or aside or line == _REPLY):
            body.append(line)
    while body and not body[-1].strip():
        body.pop()
    return _unmarked(body)


def _unmarked(body: list[str]) -> list[str]:
    """Leave out when each version of an edited text was written."""
    last = max((at for at, line in enumerate(body) if _EDITED.match(line)), default=0)
    return [told[2] if at < last and (told := _TOLD.match(line)) else _EDITED.sub("", line) for at, line in enumerate(body)]
