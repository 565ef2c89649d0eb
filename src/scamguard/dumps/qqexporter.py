"""QQChatExporter (shuakami/qq-chat-exporter): a document, its chunks in one document or as JSON lines beside a manifest, or text.

The text of a message has a sign alone where a card, a forwarded chat or the words of a bot are shown, such as `[JSON消息]`; what they
say is in its elements. In the text form a message begins with its sender behind an empty line, and the next line is its time:

    小美:
    时间: 2024-05-01 10:00:00
    内容: 你好
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

from . import guarded, jsonl, jsonstream, qqelements, times
from .block import Message
from .spoken import Heard, Spoken, is_spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .detect import Head
    from .source import Source

_MESSAGES: Final = ("messages", "chunks", "chunked")  # where a document has messages, or says where they are
_MANIFEST: Final = ("chunked", "chunks")
_ACCOUNT: Final = ("uin", "uid")
_WALK: Final = {(), ("messages",), ("chunks",), ("chunks", None), ("chunks", None, "messages"), ("chunked",), _MANIFEST}
_SIGNED: Final = re.compile(r'\s*\{\s*"metadata":\s*\{[^{}]*"QQChatExporter')
_CHAT: Final = re.compile(r'\s*\{.*"chatInfo":\s*\{', re.DOTALL)
_TEXT: Final = "[QQChatExporter"
_NAMED: Final = re.compile(r"聊天名称: (.*)$")
_TIME: Final = re.compile(r"时间: (\d{4}[-/.年]\d\d?[-/.月]\d\d?日?[ T]\s?(?:[上下]午)?\s?\d\d?:\d\d(?::\d\d)?(?:\.\d{1,9})?Z?)\s*$")
_TYPE: Final = re.compile(r"(?:类型: .*\n)?(?:内容: )?")
_ANSWERED: Final = "\n回复: "
_BELOW: Final = re.compile(r"\n(?:资源|提及|回复): ")  # what the exporter puts below the words of a message
_END: Final = re.compile(r"\n={20,}\n\s*导出完成\n={20,}\n总计导出[^\n]*\n导出时间[^\n]*\Z")


def looks(head: Head) -> bool:
    """Say whether this is one of them."""
    start, record = head.text[:20_000], head.record
    if _SIGNED.match(start):  # of a large group more is said of it than is seen of the document
        return record is None or not record.keys().isdisjoint(_MESSAGES)
    if _CHAT.match(start) and head.may_hold("messages") and ('"content":' in head.text or "QQChatExporter" in head.text):
        return True
    return start.startswith(_TEXT) or _is_message(head.first)


def messages(source: Source) -> Iterator[Message] | None:
    """Give every message; None if this is none of them."""
    start = source.start()
    if start.startswith(_TEXT):
        return _of_text(source, is_spaced=is_spaced(start))
    if not start.lstrip().startswith("{"):
        return None
    return _of_lines(source) if _is_message(_first(start)) else _of_document(source)


def _first(start: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(start.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return None


def _is_message(found: object) -> bool:
    """Say whether this is a message in a line of its own."""
    sender, content = (found.get("sender"), found.get("content")) if isinstance(found, dict) and "timestamp" in found else (None, None)
    if not isinstance(sender, dict) or sender.keys().isdisjoint(_ACCOUNT):
        return False
    return isinstance(content, dict) and isinstance(content.get("text"), str) and isinstance(content.get("elements"), list)


def _of_lines(source: Source) -> Iterator[Message]:
    for row, found in jsonl.records(source):
        yield from guarded.messages(source, "line", row, found, _message, None)


def _of_document(source: Source) -> Iterator[Message]:
    """Read the messages of a document; a manifest has none, and the files that it lists lie beside it.

    Raises
    ------
    DumpError
        It is a manifest, and alone.
    """
    channel: str | None = None
    for path, number, value in jsonstream.values(source, _WALK, aside={("chunks",)}):
        if path[-1:] == ("chatInfo",) and isinstance(value, dict):
            channel = jsonstream.first_of(value, "name", "peerUid", "uid")
        elif path[:-1] == _MANIFEST:
            if source.member is None:
                raise DumpError(f"{source.name}: a list of the files that hold the messages; give the folder it lies in")
        elif path[-1:] == (None,) and value is not jsonstream.OPENED:
            yield from guarded.messages(source, "message", number, value, _message, channel)


def _message(number: int, found: dict[str, Any], channel: str | None) -> Iterator[Message]:
    content, sender = found.get("content"), found.get("sender")
    text = qqelements.said(content) if isinstance(content, dict) else guarded.words(found, "content")
    reply = qqelements.answered(content) if isinstance(content, dict) else None
    who = jsonstream.first_of(sender, "groupCard", "remark", "name", "nickname", "uin", "uid") if isinstance(sender, dict) else None
    time = times.any_of(found.get("timestamp")) or times.any_of(found.get("time"))
    yield Message(number, text, jsonstream.first_of(found, "id", "messageId"), time, who, channel, reply)


def _of_text(source: Source, *, is_spaced: bool) -> Iterator[Message]:
    spoken, heard, channel = Spoken(source), Heard(), None
    sender: tuple[int, str] | None = None  # a line that may be one, if a time is in the next
    is_between = True  # messages
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n")
            if channel is None and (named := _NAMED.match(line)):
                channel = named[1] or None
            if sender is not None and (found := _TIME.match(line)):
                yield from _ended(spoken, heard)
                spoken.begin(Message(sender[0], "", None, times.any_of(found[1]), sender[1].removesuffix(":") or None, channel))
                sender = None
                continue
            if sender is not None:
                spoken.take(sender[1])
            sender = (number, line) if is_between and line.endswith(":") else None
            if sender is None:
                spoken.take(line)
            is_between = not is_spaced or not line.strip()
    if sender is not None:
        spoken.take(sender[1])
    yield from _ended(spoken, heard)


def _ended(spoken: Spoken, heard: Heard) -> Iterator[Message]:
    r"""Give the message under way without the signs around it, the end of the file, and what it answers, if somebody else said that."""
    if (said := spoken.whole()) is not None:
        text = _END.sub("", said.text.strip("\n")).strip("\n")
        before, answers, answered = f"\n{text}".rpartition(_ANSWERED)
        if answers and heard.has(answered.partition(" - ")[2]):
            text = before.removeprefix("\n")
        text = text[_TYPE.match(text).end() :]  # type: ignore[union-attr] # it may match nothing
        heard.add(text, _BELOW.split(text, maxsplit=1)[0])
        yield said._replace(text=text)
