"""Signal: the plaintext export (main.jsonl: recipients, chats, then items), signal-export (data.json) and signal-cli (--output=json).

All three are JSON lines and differ by the fields of a line. In a plaintext export names come first, so that an item can
say who speaks; the names of an account fit in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import jsonl, times
from .block import Message
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .jsonl import Record
    from .source import Source

_FRAMES = {"recipient", "chat", "chatItem", "account", "stickerPack", "backupTimeMs"}


def looks(head: Head) -> bool:
    """Say whether the first line is one of the three."""
    first = head.first
    if not isinstance(first, dict):
        return False
    frame = {"version", "backupTimeMs"} <= first.keys() or any(isinstance(first.get(name), dict) for name in ("recipient", "chatItem"))
    return frame or _is_envelope(first) or {"date", "sender", "body", "quote", "reactions"} <= first.keys()


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    names: dict[str, str] = {}  # of recipients
    chats: dict[str, str] = {}  # name of a chat: that of its recipient
    for row, found in jsonl.records(source):
        if isinstance(recipient := found.get("recipient"), dict):
            names[str(recipient.get("id"))] = _name(recipient)
        elif isinstance(chat := found.get("chat"), dict):
            chats[str(chat.get("id"))] = names.get(str(chat.get("recipientId")), "")
        elif isinstance(item := found.get("chatItem"), dict):
            yield from _item(row, item, names, chats)
        elif _is_envelope(found):
            yield from _envelope(row, found["envelope"])
        elif isinstance(found.get("body"), str):
            yield _exported(row, found)
        elif not _FRAMES & found.keys() and "adHocCall" not in found:
            source.notes.skip(f"{source.name}, line {row}", "no message of Signal, or one without a body")


def _name(recipient: Record) -> str:
    """Name a recipient: a contact, a group, a list or oneself."""
    if isinstance(contact := recipient.get("contact"), dict):
        nickname = contact.get("nickname")
        given = nickname.get("given") if isinstance(nickname, dict) else None
        system = " ".join(filter(None, (contact.get("systemGivenName"), contact.get("systemFamilyName"))))
        profile = " ".join(filter(None, (contact.get("profileGivenName"), contact.get("profileFamilyName"))))
        return str(given or system or profile or contact.get("username") or contact.get("e164") or contact.get("aci") or "")
    if isinstance(group := recipient.get("group"), dict):
        title = (group.get("snapshot") or {}).get("title")
        return str(title.get("title") or "") if isinstance(title, dict) else str(title or "")
    return "me" if "self" in recipient else "Signal" if "releaseNotes" in recipient else ""


def _item(row: int, item: Record, names: dict[str, str], chats: dict[str, str]) -> Iterator[Message]:
    standard = item.get("standardMessage")
    text = standard.get("text") if isinstance(standard, dict) else None
    body = text.get("body") if isinstance(text, dict) else None
    if not isinstance(body, str):
        return  # a call, a sticker, an update: no words
    quote = standard.get("quote") if isinstance(standard, dict) else None
    sent = item.get("dateSent")
    sender = "me" if "outgoing" in item else names.get(str(item.get("authorId")))
    reply = quote.get("targetSentTimestamp") if isinstance(quote, dict) else None
    sender, channel = sender or _text(item.get("authorId")), chats.get(str(item.get("chatId"))) or None
    yield Message(row, body, _text(sent), times.since(sent, 1000), sender, channel, _text(reply))


def _is_envelope(found: Record) -> bool:
    return isinstance(found.get("envelope"), dict)


def _envelope(row: int, envelope: Record) -> Iterator[Message]:
    """Read what signal-cli receives; what one sends from another device comes as a sync message."""
    data, sync = envelope.get("dataMessage"), envelope.get("syncMessage")
    sender = next((str(envelope[name]) for name in ("sourceName", "sourceNumber", "source", "sourceUuid") if envelope.get(name)), None)
    channel = sender
    if not isinstance(data, dict) and isinstance(sync, dict) and isinstance(sync.get("sentMessage"), dict):
        data, sender = sync["sentMessage"], "me"
        channel = _text(data.get("destinationNumber") or data.get("destination"))
    if not isinstance(data, dict) or not isinstance(data.get("message"), str):
        return
    group, quote = data.get("groupInfo"), data.get("quote")
    sent = data.get("timestamp") or envelope.get("timestamp")
    if isinstance(group, dict):
        channel = _text(group.get("groupName") or group.get("groupId"))
    reply = _text(quote.get("id")) if isinstance(quote, dict) else None
    yield Message(row, data["message"], _text(sent), times.since(sent, 1000), sender, channel, reply)


def _exported(row: int, found: Record) -> Message:
    """Read a line of signal-export's data.json."""
    return Message(row, found["body"], None, times.iso(found.get("date")), _text(found.get("sender")))


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return None if value in (None, "") else str(value)
