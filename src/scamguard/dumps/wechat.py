"""WeChat, which has no export of its own, as the known programs write it.

EchoTrace: an object with `session` and `messages`. chatlog: an array of objects with `talker` and `isSelf`, or text whose
messages begin with `小红(wxid_1) 05-01 18:00:00`; MemoTrace (留痕): with `2026-05-01 18:00:00 小红`. The CSV of both and of
PyWxDump is read as any table. The content of a card is XML, of which title and address are read, for that leads away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import guarded, jsonstream, times
from .block import Message
from .inline import linked
from .source import without_columns
from .spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_WALK: Final = {(), ("messages",)}
_ECHOTRACE = re.compile(r'^\s*\{.*"session":\s*\{.*"wxid":', re.DOTALL)
_CHATLOG = re.compile(r'^\s*\[\s*\{(?=.*"talker":)(?=.*"isSelf":)', re.DOTALL)
_CHATLOG_LINE = re.compile(
    r"(?:(?P<name>\S.{0,99}?)\((?P<id>[\w@.-]{1,64}|我)\)|(?P<alone>我|[a-zA-Z0-9_@.-]{1,64})) (?:\[(?P<room>.*?)(?:\([^()]*\))?\] )?"
    r"(?P<time>(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d)$"
)
_MEMOTRACE_LINE = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<name>\S.*?)(?P<id>)(?P<alone>)(?P<room>(?!))?$")
_ELEMENTS: Final = [re.compile(rf"<{name}>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</{name}>", re.DOTALL) for name in ("title", "des", "url")]


def looks(head: Head) -> bool:
    """Say whether this is JSON of one of the two, or chatlog's text; MemoTrace's text could be any log's."""
    start = head.text[:20_000]
    if (_ECHOTRACE.match(start) and head.may_hold("messages")) or _CHATLOG.match(start):
        return True
    found = _CHATLOG_LINE.match(head.lines[0]) if head.lines else None
    return found is not None and found["id"] is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one conversation."""
    without_columns(source, column)
    is_json = source.start().lstrip().startswith(("{", "["))
    return source.blocks(_messages(source) if is_json else _of_text(source))


def _messages(source: Source) -> Iterator[Message]:
    session: dict[str, Any] = {}
    for path, number, value in jsonstream.values(source, _WALK):
        if path == ("session",) and isinstance(value, dict):
            session = value
        elif path[-1:] == (None,):
            yield from guarded.messages(source, "message", number, value, _message, session)


def _of_text(source: Source) -> Iterator[Message]:
    """Read messages that begin with a line of who and when, and go on to the next such line, of the form of the first."""
    spoken = Spoken()
    forms = [_CHATLOG_LINE, _MEMOTRACE_LINE]
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n").removeprefix("\ufeff")
            found = next((match for form in forms if (match := form.match(line))), None)
            if found:
                if (said := spoken.whole()) is not None:
                    yield said._replace(text=said.text.strip("\n"))
                forms = [found.re]
                spoken.begin(_begun(number, found))
            elif not spoken.take(line) and line.strip():
                source.notes.skip(f"{source.name}, line {number}", "nobody and no time begins this line, and no message stands before it")
    if (said := spoken.whole()) is not None:
        yield said._replace(text=said.text.strip("\n"))


def _begun(number: int, found: re.Match[str]) -> Message:
    name = found["name"] or found["alone"]
    sender = "me" if "我" in {name, found["id"]} else name
    return Message(number, "", None, times.iso(found["time"]), sender, found["room"])


def _message(number: int, found: dict[str, Any], session: dict[str, Any]) -> Iterator[Message]:
    if "senderUsername" in found or session:
        yield _echotrace(number, found, jsonstream.first_of(session, "displayName", "nickname", "wxid"))
    else:
        yield _chatlog(number, found)


def _echotrace(number: int, found: dict[str, Any], channel: str | None) -> Message:
    sender = jsonstream.first_of(found, "senderDisplayName", "senderUsername")
    time = times.since(found.get("createTime"), 1)
    return Message(number, worded(guarded.words(found, "content")), jsonstream.first_of(found, "localId"), time, sender, channel)


def _chatlog(number: int, found: dict[str, Any]) -> Message:
    contents = found.get("contents")
    refer = contents.get("refer") if isinstance(contents, dict) else None
    text = worded(guarded.words(found, "content"))
    if isinstance(contents, dict):
        text = "\n".join(filter(None, (text, linked(guarded.words(contents, "title"), guarded.words(contents, "url")))))
    sender = "me" if found.get("isSelf") is True else jsonstream.first_of(found, "senderName", "sender")
    reply = jsonstream.first_of(refer, "seq") if isinstance(refer, dict) else None
    channel = jsonstream.first_of(found, "talkerName", "talker")
    return Message(number, text, jsonstream.first_of(found, "seq"), times.any_of(found.get("time")), sender, channel, reply)


def worded(text: str) -> str:
    """Give the words of a content: itself, or of a card in XML its title, description and address.

    >>> worded("<msg><appmsg><title>领取补贴</title><url>https://a.example/</url></appmsg></msg>")
    '领取补贴 (https://a.example/)'
    """
    if not text.lstrip().startswith(("<msg", "<?xml", "<sysmsg")):
        return text
    title, describes, address = ((found[1] if (found := element.search(text)) else "") for element in _ELEMENTS)
    return linked("\n".join(filter(None, (title, describes))), address.replace("&amp;", "&"))
