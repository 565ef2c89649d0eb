"""DiscordChatExporter's JSON (JsonMessageWriter.cs of Tyrrrz/DiscordChatExporter); its CSV is read as any other.

What is read of a message is more than its content: embeds and buttons are where bots and webhooks put their lures, and a
forwarded message has no content of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import delimited, jsonstream, times
from .block import Message
from .html import linked
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source

_WALK: Final = {(), ("messages",)}
_HEAD = re.compile(r'^\s*\{\s*"guild":\s*\{.*"channel":\s*\{', re.DOTALL)


def looks(head: Head) -> bool:
    """Say whether this is such an export."""
    return _HEAD.match(head.text[:8000]) is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message of a channel."""
    without_columns(source, column)
    if source.head().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return source.blocks(_messages(source))
    return delimited.read_csv(source, None)


def _messages(source: Source) -> Iterator[Message]:
    guild = channel = None
    for path, number, value in jsonstream.values(source, _WALK):
        if path == ("guild",):
            guild = _name(value)
        elif path == ("channel",):
            channel = " #".join(filter(None, (guild, _name(value)))) or None
        elif path == ("messages", None):
            if isinstance(value, dict):
                yield _message(number, value, channel)
            else:
                source.notes.skip(f"{source.name}, message {number}", f"a JSON object is expected, not {type(value).__name__}")


def _message(number: int, found: Mapping[str, Any], channel: str | None) -> Message:
    reference = found.get("reference")
    reply = reference.get("messageId") if isinstance(reference, dict) and reference.get("type") != "Forward" else None
    return Message(
        number,
        text_of(found),
        str(found["id"]) if found.get("id") else None,
        times.iso(found.get("timestamp")),
        _author(found.get("author")),
        channel,
        str(reply) if reply else None,
    )


def text_of(found: Mapping[str, Any]) -> str:
    """Give all that is read of a message: content, embeds, buttons and what it forwards."""
    parts = [found.get("content")]
    for embed in _dicts(found.get("embeds")):
        parts += _embed(embed)
    parts += _buttons(found.get("components"))
    if isinstance(forwarded := found.get("forwardedMessage"), dict):
        parts.append(text_of(forwarded))
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    yield _name(embed.get("author")) or ""
    yield _linked(embed.get("title"), embed.get("url"))
    yield _string(embed.get("description"))
    for field in _dicts(embed.get("fields")):
        yield ": ".join(filter(None, (_string(field.get("name")), _string(field.get("value")))))
    if isinstance(footer := embed.get("footer"), dict):
        yield _string(footer.get("text"))


def _buttons(components: object) -> Iterator[str]:
    """Give the buttons; a row of them is a component too, at most a few deep."""
    waiting = _dicts(components)
    while waiting:
        component = waiting.pop(0)
        yield _linked(component.get("label"), component.get("url"))
        waiting[:0] = _dicts(component.get("components"))


def _dicts(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _linked(words: object, address: object) -> str:
    text = _string(words)
    return linked(text, _string(address)) if text else _string(address)


def _name(value: object) -> str | None:
    return _string(value.get("name")) or None if isinstance(value, dict) else None


def _author(author: object) -> str | None:
    """Name the author as the CSV does: by user name, and by number where it is not unique without."""
    name = _name(author)
    number = author.get("discriminator") if isinstance(author, dict) else None
    return f"{name}#{number}" if name and number and number != "0000" else name
