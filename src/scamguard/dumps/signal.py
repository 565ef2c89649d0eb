"""Signal: the plaintext export (main.jsonl: recipients, chats, then items), signal-export (data.json) and signal-cli
(--output=json, jsonRpc).

All three are JSON lines and differ by the fields of a line. In a plaintext export names come first, so that an item can
say who speaks; the names of an account fit in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from . import guarded, jsonl, signalwords, times
from .block import Message
from .columns import label
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .jsonl import Record
    from .source import Source

_FRAMES: Final = {"recipient", "chat", "chatItem", "account", "stickerPack", "adHocCall", "notificationProfile", "chatFolder"}
_RECEIVED: Final = {  # what only signal-cli's envelopes hold, with or without words
    "dataMessage", "syncMessage", "editMessage", "receiptMessage", "typingMessage", "callMessage", "storyMessage", "sourceUuid",
    "sourceDevice",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    """What the lines so far say of who is who."""

    recipients: dict[str, str] = field(default_factory=dict)
    chats: dict[str, str] = field(default_factory=dict)  # by that of its recipient
    numbers: dict[str, str] = field(default_factory=dict)  # of accounts by their UUID
    accounts: dict[str, str] = field(default_factory=dict)  # of recipients by that of the account


def looks(head: Head) -> bool:
    """Say whether the first line is one of the three."""
    first = head.first
    if not isinstance(first, dict):
        return False
    frame = _is_header(first) or _frame(first) in {"recipient", "chatItem"}
    return frame or _received(first) is not None or {"date", "sender", "body", "quote", "reactions"} <= first.keys()


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    names = _Names()
    folder = PurePath(source.name.rpartition(":")[2]).parent.name or None
    for row, found in jsonl.records(source):
        yield from guarded.messages(source, "line", row, found, _line, names, folder)


def _line(row: int, found: Record, names: _Names, folder: str | None) -> Iterator[Message]:
    """Read one line; ``folder`` is where signal-export puts a chat, and so its name.

    Raises
    ------
    WrongKindError
        It is none of Signal's.
    """
    if (kind := _frame(found)) is not None:
        yield from _framed(row, kind, found[kind], names)
    elif (received := _received(found)) is not None:
        yield from _envelope(row, received, names.numbers)
    elif isinstance(found.get("body"), str):
        yield Message(row, found["body"], None, times.iso(found.get("date")), label(found.get("sender")), folder)
    elif not _is_header(found) and "jsonrpc" not in found:  # what it answers to whoever calls it
        raise guarded.WrongKindError("no message of Signal, or one without a body")


def _frame(found: Record) -> str | None:
    """Name what a line of a plaintext export holds: one thing, and nothing beside it."""
    kind = next(iter(found), "")
    return kind if len(found) == 1 and kind in _FRAMES and isinstance(found[kind], dict) else None


def _is_header(found: Record) -> bool:
    return {"version", "backupTimeMs"} <= found.keys()


def _framed(row: int, kind: str, held: Record, names: _Names) -> Iterator[Message]:
    if kind == "recipient":
        names.recipients[str(held.get("id"))] = name = _name(held)
        if isinstance(contact := held.get("contact"), dict) and (account := label(contact.get("aci"))) is not None:
            names.accounts[account] = name
    elif kind == "chat":
        names.chats[str(held.get("id"))] = names.recipients.get(str(held.get("recipientId")), "")
    elif kind == "chatItem":
        for before in guarded.objects(held, "revisions"):  # what stood there first others have seen too
            yield from _item(row, before, names)
        yield from _item(row, held, names)


def _name(recipient: Record) -> str:
    """Name a recipient: a contact, a group, a list or oneself; nothing if no name is one."""
    if isinstance(contact := recipient.get("contact"), dict):
        nickname = contact.get("nickname")
        given = _string(nickname.get("given")) if isinstance(nickname, dict) else ""
        system = " ".join(filter(None, (_string(contact.get("systemGivenName")), _string(contact.get("systemFamilyName")))))
        profile = " ".join(filter(None, (_string(contact.get("profileGivenName")), _string(contact.get("profileFamilyName")))))
        return given or system or profile or next(filter(None, (label(contact.get(name)) for name in ("username", "e164", "aci"))), "")
    if isinstance(group := recipient.get("group"), dict):
        snapshot = group.get("snapshot")
        title = snapshot.get("title") if isinstance(snapshot, dict) else None
        return _string(title.get("title")) if isinstance(title, dict) else _string(title)
    return "me" if "self" in recipient else "Signal" if "releaseNotes" in recipient else ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _item(row: int, item: Record, names: _Names) -> Iterator[Message]:
    """Read what was said, and what a group was renamed; a call, a sticker and other updates have no words."""
    said = _words(item)
    standard, sent = item.get("standardMessage"), item.get("dateSent")
    quote = standard.get("quote") if isinstance(standard, dict) else None
    author = "me" if "outgoing" in item else names.recipients.get(str(item.get("authorId"))) or label(item.get("authorId"))
    answered = label(quote.get("targetSentTimestamp")) if isinstance(quote, dict) else None
    id_, time, channel = label(sent), times.since(sent, 1000), names.chats.get(str(item.get("chatId"))) or None
    if said is not None:
        yield Message(row, said, id_, time, author, channel, answered)
    for words, account in signalwords.renamed(item):
        who = author if account is None else names.accounts.get(label(account) or "") or None
        yield Message(row, words, id_, time, who, channel)


def _words(item: Record) -> str | None:
    """Give all that an item says; None if it has no words."""
    standard, story = item.get("standardMessage"), item.get("directStoryReplyMessage")
    reply = story.get("textReply") if isinstance(story, dict) else None  # to a story; one may reply with a sign alone, too
    said = reply if isinstance(reply, dict) else standard
    text = said.get("text") if isinstance(said, dict) else None
    body = guarded.words(text, "body") if isinstance(text, dict) and text.get("body") is not None else None
    return "\n".join(filter(None, (body, *signalwords.of_item(item)))) or body


def _received(found: Record) -> Record | None:
    """Give the envelope of a line, or of a JSON-RPC notification; None if there is none of signal-cli."""
    holder = found.get("params") if "jsonrpc" in found else found
    holder = holder.get("result", holder) if isinstance(holder, dict) else None  # of a subscription it is the result
    envelope = holder.get("envelope") if isinstance(holder, dict) else None
    return envelope if isinstance(envelope, dict) and not _RECEIVED.isdisjoint(envelope) else None


def _envelope(row: int, envelope: Record, numbers: dict[str, str]) -> Iterator[Message]:
    """Read what signal-cli receives; what one sends from another device comes as a sync message."""
    data, sync = _said(envelope), envelope.get("syncMessage")
    channel = _account(envelope, "source", numbers)
    name = label(envelope.get("sourceName"))
    sender, channel = name or channel, channel or name
    if not isinstance(data, dict) and isinstance(sync, dict) and isinstance(sent := sync.get("sentMessage"), dict):
        channel = _account(sent, "destination", numbers)
        data, sender = _said(sent) or sent, "me"
    if not isinstance(data, dict):
        return
    words = "\n".join(filter(None, (guarded.words(data, "message"), *signalwords.of_data(data))))
    if not words and data.get("message") is None:
        return  # a reaction, a sticker, an update
    group, quote = data.get("groupInfo"), data.get("quote")
    stamp = data.get("timestamp") or envelope.get("timestamp")
    if isinstance(group, dict):
        channel = label(group.get("groupName") or group.get("groupId"))
    reply = label(quote.get("id")) if isinstance(quote, dict) else None
    yield Message(row, words, label(stamp), times.since(stamp, 1000), sender, channel, reply)


def _said(found: Record) -> Any:  # noqa: ANN401 - JSON
    """Give what is said in an envelope, be it what takes the place of something said before."""
    edit = found.get("editMessage")
    return edit.get("dataMessage") if isinstance(edit, dict) else found.get("dataMessage")


def _account(found: Record, way: str, numbers: dict[str, str]) -> str | None:
    """Name an account the same whether it receives or sends: by its number, or by its UUID if that is never said."""
    number, uuid, either = (label(found.get(f"{way}{what}")) for what in ("Number", "Uuid", ""))
    if number and uuid:
        numbers[uuid] = number
    account = number or either or uuid
    return numbers.get(account, account) if account else None
