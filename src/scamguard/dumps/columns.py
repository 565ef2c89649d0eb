"""Which column of a table holds what: known exporters by their headers, everything else by the usual names."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scamguard.errors import DumpError

from . import mended
from .names import told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

TITLED: Final = "selftext"  # of Reddit's posts, whose title is part of what they say
TEXT_COLUMNS: Final = ("text", "message", "body", "content", TITLED)  # where a message is, unless the user says otherwise
_USUAL: Final = (  # for each column of ABOUT, in lower case, the surest first
    ("id", "message_id", "messageid", "msg_id", "msgid", "guid"),
    ("time", "date", "timestamp", "datetime", "created_at", "createdat", "sent_at", "date_sent", "ts", "created_utc"),
    ("sender", "from", "author", "user", "username", "sender_name", "from_name", "nickname"),
    (
        "channel", "chat", "room", "group", "conversation", "channel_id", "chat_id", "room_id", "group_id", "conversation_id", "thread_id",
        "subreddit",
    ),
    ("reply_to", "reply_to_id", "reply_to_message_id", "in_reply_to", "replyto", "parent_id"),
)  # fmt: skip
_NAME: Final = re.compile(r"\w+(?:[-_.]\w+){0,3}")
_NAMES: Final = ("name", "username", "login", "display_name", "title", "id")  # what to call a sender that is an object


class Fields(NamedTuple):
    """The names of the columns that hold a message and what is said about it; None where there is no such column."""

    text: str
    id: str | None = None
    time: str | None = None
    sender: str | None = None
    channel: str | None = None
    reply_to: str | None = None
    cut: bool = False  # whether records may hold more fields than the header names
    day: str | None = None  # where `time` may be a time of day alone
    chosen: bool = False  # whether the user named the column of messages, for which no other then stands in
    mend: Callable[[dict[str, str]], None] | None = None  # brings a record of a table into these columns, if it is not there already
    files: str | None = None  # where the addresses of files stand whose names are read below the message

    @property
    def about(self) -> tuple[str | None, ...]:
        """The columns of ``ABOUT``, and behind them that of the days."""
        return self.id, self.time, self.sender, self.channel, self.reply_to, self.day

    @property
    def used(self) -> frozenset[str]:
        """The names of all these columns, as they are compared."""
        return frozenset(name.strip().lower() for name in (self.text, *self.about) if name is not None)


_KNOWN: Final = (
    Fields("Content", None, "Date", "Author", files="Attachments"),  # DiscordChatExporter
    Fields("Contents", "ID", "Timestamp"),  # what Discord itself gives of one's own messages
    Fields("Text", "Message ID", "Message Date", "Sender Name", "Chat Session", mend=mended.imazing),  # iMazing: iMessage, SMS, WhatsApp
    Fields("Text", None, "Message Date", "Sender Name", "Chat Session", mend=mended.imazing),  # its earlier versions
    Fields("内容", "消息ID", "时间", "发送人"),  # MemoTrace (WeChatMsg): one conversation
    Fields("StrContent", "localId", "CreateTime", "NickName", "TalkerId", cut=True),  # the same: all of them
    Fields("StrContent", "localId", "CreateTime", None, "TalkerId", cut=True),  # its first versions, whose header lacks the last column
    Fields("Content", None, "Time", "SenderName", "TalkerName"),  # chatlog: WeChat
    Fields("content", "MsgSvrID", "CreateTime", "talker", "room_name", mend=mended.pywxdump),  # PyWxDump: WeChat
    Fields("msg", "MsgSvrID", "CreateTime", "talker", "room_name"),  # the same, later
    Fields("msg", "MsgSvrID", "CreateTime", "talker"),  # WeFlow: one conversation
)


def known(columns: Collection[str]) -> Fields | None:
    """Give the fields of the exporter that writes this header, if it is a known one."""
    there = set(columns)
    return next((fields for fields in _KNOWN if {name for name in fields[:6] if isinstance(name, str)} <= there), None)


def tells(columns: Collection[str]) -> bool:
    """Say whether these are the names of columns, one of them of messages, and not a line of text with signs in it.

    >>> tells(["id", "text"]), tells(["text", "", "text"]), tells(["See you at nine", "text"])
    (True, False, False)
    """
    lowered = [column.lower() for column in columns]
    return len({*lowered}) == len(lowered) and all(map(_NAME.fullmatch, lowered)) and any(usual in lowered for usual in TEXT_COLUMNS)


def is_usual(column: str) -> bool:
    """Say whether a column is called as usual for what is said about a message.

    >>> is_usual("Date"), is_usual("Thanks")
    (True, False)
    """
    return any(column.lower() in names for names in _USUAL)


def find(name: str, columns: Collection[str], wanted: str | None) -> Fields:
    """Find the columns of messages and of what is said about them.

    Raises
    ------
    DumpError
        ``wanted``, or every usual name, is not among ``columns``, or is there twice.
    """
    fields = known(columns)
    if fields is None or wanted is not None:
        text = _text(name, columns, wanted)
        if (alike := list(columns).count(text)) > 1:
            raise DumpError(f"{name}: {alike} columns are called {text!r}; rename all but the one that holds the messages")
        fields = (Fields(text) if fields is None else fields)._replace(text=text, chosen=wanted is not None)  # the rest is where it was
    return fields if fields.cut else _filled(fields, columns)


def _filled(fields: Fields, columns: Collection[str]) -> Fields:
    """Find what is not known by the usual names: a table may have the header of an exporter and more."""
    lowered = _by_name(column for column in columns if column not in fields[:6])
    about = [
        there or next((lowered[usual] for usual in names if usual in lowered), None)
        for there, names in zip(fields[1:6], _USUAL, strict=True)
    ]
    day = fields.day or (lowered.get("date") if _is_clock(about[1]) else None)
    return fields._replace(id=about[0], time=about[1], sender=about[2], channel=about[3], reply_to=about[4], day=day)


def _is_clock(time: str | None) -> bool:
    """Say whether a column of times may hold times of day alone, and the days stand in another."""
    return time is not None and time.strip().lower() == "time"


@functools.lru_cache(64)
def awaited(fields: Fields) -> frozenset[str]:
    """Name, as they are compared, the columns that would be read if a later record had them.

    >>> sorted(awaited(Fields("text", "id", "time", "sender", "channel", chosen=True)))
    ['date', 'in_reply_to', 'parent_id', 'reply_to', 'reply_to_id', 'reply_to_message_id', 'replyto']
    """
    names = {usual for there, alike in zip(fields[1:6], _USUAL, strict=True) if there is None for usual in alike}
    if fields.day is None and _is_clock(fields.time):
        names.add("date")
    return frozenset(names | stand_ins(fields)) - fields.used


def stand_ins(fields: Fields) -> frozenset[str]:
    """Name, as they are compared, the columns of messages that stand in where the one of ``fields`` says nothing."""
    return frozenset() if fields.chosen else frozenset(TEXT_COLUMNS) - fields.used


def more(fields: Fields, records: Iterable[Mapping[str, object]]) -> Fields:
    """Find in later records what is not known yet; what is found once stays.

    >>> more(Fields("text"), [{"text": "a", "user": None}, {"from": "mia"}, {"sender": "tom"}]).sender
    'from'
    """
    for record in records:
        wanted = awaited(fields)
        if any(name.strip().lower() in wanted for name in record):
            fields = _filled(fields, [name for name, value in record.items() if value is not None])
    return fields


def _by_name(columns: Iterable[str]) -> dict[str, str]:
    """Index columns by their names as they are compared; of several alike, the first."""
    return {column.strip().lower(): column for column in reversed(list(columns))}


def _text(name: str, columns: Collection[str], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in columns:
            raise DumpError(f"{name}: unknown column {wanted!r}; known: {told(columns)}")
        return wanted
    lowered = _by_name(columns)
    for usual in TEXT_COLUMNS:
        if usual in columns:
            return usual
    for usual in TEXT_COLUMNS:
        if usual in lowered:
            return lowered[usual]
    raise DumpError(f"{name}: no column is called {', '.join(TEXT_COLUMNS)}; choose with --column among: {told(columns)}")


def label(value: object) -> str | None:
    """Name whatever stands for an id, a sender or a channel; None for nothing.

    >>> label(12), label(""), label({"id": 5, "username": "mia"})
    ('12', None, 'mia')
    """
    if isinstance(value, dict):  # one whose name is again an object has none
        value = next((value[name] for name in _NAMES if isinstance(value.get(name), str | int | float) and value[name] != ""), None)
    if isinstance(value, str):
        return value or None
    return None if value is None or isinstance(value, list | dict) else str(value)
