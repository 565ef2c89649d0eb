"""WeChat, which has no export of its own, as the known programs write it.

EchoTrace and WeFlow: an object with `session` and `messages`; in WeFlow's shortest form a message has the number of its sender, and
`senders` names him. chatlog: an array of objects with `talker` and `isSelf`. Their texts: `wechattext`. The CSV of all of these and of
PyWxDump is read as any table. The content of a card is XML, of which title and address are read, for that leads away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from . import filenames, guarded, jsonstream, times, wechattext
from .block import Message
from .columns import label
from .inline import linked
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_WALK: Final = {(), ("senders",), ("messages",)}
_ECHOTRACE: Final = re.compile(r'^\s*\{.*"session":\s*\{.*"(?:wxid|localType)":', re.DOTALL)
_WEFLOW: Final = re.compile(r'^\s*\{\s*"weflow":\s*\{.*"session":\s*\{', re.DOTALL)
_CHATLOG: Final = re.compile(r'^\s*\[\s*\{(?=.*"talker":)(?=.*"isSelf":)', re.DOTALL)
_ELEMENTS: Final = ("title", "des", "url")
_FILE: Final = "<type>6</type>"  # of a card that is a file, whose title is its name
_CARDS: Final = (  # what WeFlow says of a card beside its content
    "appMsgDesc", "linkTitle", "finderTitle", "finderDesc", "musicTitle", "contactCardNickname", "contactCardSignature",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chat:
    """What the document so far says of a conversation."""

    session: dict[str, Any] = field(default_factory=dict)
    senders: dict[str, str] = field(default_factory=dict)  # names by the numbers that messages have

    @property
    def name(self) -> str | None:
        return jsonstream.first_of(self.session, "displayName", "nickname", "wxid", "accountId", "username")

    def is_with(self, account: str | None) -> bool:
        """Say whether this is a chat with one person, who has this account."""
        return account is not None and account in {label(self.session.get(name)) for name in ("wxid", "accountId", "username")}


def looks(head: Head) -> bool:
    """Say whether this is JSON of one of them, or text of chatlog or WeFlow; MemoTrace's text could be any log's."""
    start = head.text[:20_000]
    if _WEFLOW.match(start) and head.is_cut:
        return True  # there may be more senders than are seen of it
    if (_ECHOTRACE.match(start) or _WEFLOW.match(start)) and head.may_hold("messages"):
        return True
    return _CHATLOG.match(start) is not None or wechattext.looks(head)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one conversation."""
    without_columns(source, column)
    is_json = source.start().lstrip().startswith(("{", "["))
    return source.blocks(_messages(source) if is_json else wechattext.messages(source))


def _messages(source: Source) -> Iterator[Message]:
    chat = _Chat()
    for path, number, value in jsonstream.values(source, _WALK, aside={("senders",)}):
        if path == ("session",) and isinstance(value, dict):
            chat.session.update(value)
        elif path == ("senders", None) and isinstance(value, dict):
            number_, name = label(value.get("senderID")), jsonstream.first_of(value, "displayName", "nickname", "accountId", "wxid")
            chat.senders.update({number_: name} if number_ and name else {})
        elif path[-1:] == (None,):
            yield from guarded.messages(source, "message", number, value, _message, chat)


def _message(number: int, found: dict[str, Any], chat: _Chat) -> Iterator[Message]:
    yield _echotrace(number, found, chat) if "senderUsername" in found or chat.session else _chatlog(number, found)


def _echotrace(number: int, found: dict[str, Any], chat: _Chat) -> Message:
    id_, reply = jsonstream.first_of(found, "platformMessageId", "localId"), label(found.get("replyToMessageId"))
    words = [worded(_own(found))]
    if found.get("appMsgKind") != "quote":
        words += [more for name in _CARDS if (more := guarded.words(found, name)) not in words[0]]
    time = times.since(found.get("createTime"), 1)
    return Message(number, "\n".join(filter(None, words)), id_, time, _sender(found, chat), chat.name, reply)


def _own(found: dict[str, Any]) -> str:
    """Give the content without what it quotes at its end, which somebody else said."""
    text = guarded.words(found, "content")
    quoted = f"[引用 {found.get('quotedSender')}：{found.get('quotedContent')}]"
    return text.removesuffix(quoted) or text


def _sender(found: dict[str, Any], chat: _Chat) -> str | None:
    """Name who sent a message: as it does, else by his number, else by the chat if that is with him."""
    name = jsonstream.first_of(found, "senderDisplayName") or chat.senders.get(label(found.get("senderID")) or "")
    if name is not None:
        return name
    if found.get("isSend") == 1:
        return "me"
    account = jsonstream.first_of(found, "senderUsername")
    return chat.name if chat.is_with(account) else account


def _chatlog(number: int, found: dict[str, Any]) -> Message:
    contents = found.get("contents")
    refer = contents.get("refer") if isinstance(contents, dict) else None
    words = [worded(guarded.words(found, "content"))]
    if isinstance(contents, dict):
        words += _card(contents, is_file=found.get("subType") == 6)
    who = jsonstream.first_of(found, "senderName", "sender")
    sender = "me" if found.get("isSelf") is True else None if who == wechattext.SYSTEM else who
    reply = jsonstream.first_of(refer, "seq") if isinstance(refer, dict) else None
    id_, channel = jsonstream.first_of(found, "seq"), jsonstream.first_of(found, "talkerName", "talker")
    said = "\n".join(filter(None, words))
    return Message(number, said, id_, times.any_of(found.get("time")), sender, channel, None if reply == "0" else reply)


def _card(contents: dict[str, Any], *, is_file: bool) -> Iterator[str]:
    """Give title and description of a card, or the messages that it forwards, of which its description is the beginning."""
    forwarded = [*_forwarded(record)] if isinstance(record := contents.get("recordInfo"), dict) else []
    title, description = guarded.words(contents, "title"), guarded.words(contents, "desc")
    title = filenames.shown(title) if is_file else title
    yield linked("\n".join(filter(None, (title, "" if any(forwarded) else description))), guarded.words(contents, "url"))
    yield from forwarded


def _forwarded(record: dict[str, Any]) -> Iterator[str]:
    """Give the messages of a record of chats; one of them may be such a record again."""
    found = record.get("DataList")
    for item in guarded.objects(found, "DataItems") if isinstance(found, dict) else ():
        yield guarded.words(item, "DataTitle")
        inner = item.get("RecordXML")
        if isinstance(inner, dict) and isinstance(inner.get("RecordInfo"), dict):
            yield from _forwarded(inner["RecordInfo"])
        else:
            yield guarded.words(item, "DataDesc")


def worded(text: str) -> str:
    """Give the words of a content: itself, or of a card in XML its title, description and address.

    >>> worded("<msg><appmsg><title>领取补贴</title><url>https://a.example/</url></appmsg></msg>")
    '领取补贴 (https://a.example/)'
    """
    if not text.lstrip().startswith(("<msg", "<?xml", "<sysmsg")):
        return text
    title, describes, address = (_element(text, name) for name in _ELEMENTS)
    title = filenames.shown(title) if _FILE in text else title
    return linked("\n".join(filter(None, (title, describes))), address.replace("&amp;", "&"))


def _element(text: str, name: str) -> str:
    """Give what stands in the first element of a name.

    >>> _element("<title> <![CDATA[领取]]> </title>", "title"), _element("<title>x", "title")
    ('领取', '')
    """
    inner, closed, _ = text.partition(f"<{name}>")[2].partition(f"</{name}>")
    return inner.strip().removeprefix("<![CDATA[").removesuffix("]]>") if closed else ""
