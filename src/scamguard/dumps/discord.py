"""DiscordChatExporter's JSON (JsonMessageWriter.cs of Tyrrrz/DiscordChatExporter); its CSV is read as any other.

What is read of a message is more than its content: embeds, polls, buttons and names of stickers and files are where bots and
webhooks put their lures, and a forwarded message has no content of its own.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from . import delimited, filenames, guarded, jsonstream, markdown, times
from .block import Message
from .columns import label
from .inline import linked
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source

_WALK: Final = {(), ("messages",)}
_REPLY: Final = {None, "Reply", "19"}  # the type of a message that replies; others refer to what they pin, post again or began with
_HEAD = re.compile(r'^\s*\{\s*"guild":\s*\{.*"channel":\s*\{', re.DOTALL)


def looks(head: Head) -> bool:
    """Say whether this is such an export."""
    return _HEAD.match(head.text[:8000]) is not None and head.may_hold("messages")


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message of a channel."""
    without_columns(source, column)
    if source.start().lstrip().startswith("{"):
        return source.blocks(_messages(source))
    return delimited.read_csv(source, None)


def _messages(source: Source) -> Iterator[Message]:
    guild = channel = where = None
    for path, number, value in jsonstream.values(source, _WALK):
        if path == ("guild",):
            guild = _name(value)
        elif path == ("channel",):
            channel = " #".join(filter(None, (guild, _name(value)))) or None
            where = label(value.get("id")) if isinstance(value, dict) else None
        elif path == ("messages", None):
            yield from guarded.messages(source, "message", number, value, _message, channel, where)


def _message(number: int, found: Mapping[str, Any], channel: str | None, where: str | None) -> Iterator[Message]:
    yield Message(
        number,
        text_of(found),
        label(found.get("id")),
        times.iso(found.get("timestamp")),
        _author(found.get("author")),
        channel,
        _replied(found, where),
    )


def _replied(found: Mapping[str, Any], where: str | None) -> str | None:
    """Give the message of the channel with the id ``where`` to which this one is a reply."""
    reference = found.get("reference")
    if not isinstance(reference, dict) or reference.get("type") == "Forward" or label(found.get("type")) not in _REPLY:
        return None
    there = label(reference.get("channelId"))
    return None if where and there and there != where else label(reference.get("messageId"))


def text_of(found: Mapping[str, Any]) -> str:
    """Give all that is read of a message: content, embeds, poll, buttons, names of stickers and files, what it forwards.

    Raises
    ------
    WrongKindError
        Something else stands where a text is.
    """
    parts: list[str] = []
    shown: Mapping[str, Any] | None = found
    while isinstance(shown, dict):  # what is forwarded may forward again, deeper than functions can call themselves
        parts.append(markdown.shown(guarded.words(shown, "content")))
        for embed in guarded.objects(shown, "embeds"):
            parts += _embed(embed)
        parts += _poll(shown.get("poll"))
        parts += _buttons(shown.get("components"))
        parts += [_name(sticker) or "" for sticker in guarded.dicts(shown.get("stickers"))]
        parts += [filenames.shown(file.get("fileName")) for file in guarded.dicts(shown.get("attachments"))]
        shown = shown.get("forwardedMessage")
    return "\n".join(filter(None, parts))


def _poll(poll: object) -> Iterator[str]:
    """Give question and answers, each a string, or an object as Discord's own API has it."""
    if isinstance(poll, dict):
        yield _said(poll.get("question"))
        for answer in guarded.dicts(poll.get("answers")):
            yield next(filter(None, map(_said, (answer, answer.get("pollMedia"), answer.get("poll_media"), answer.get("answer")))), "")


def _said(value: object) -> str:
    return _string(value.get("text")) if isinstance(value, dict) else _string(value)


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    author = embed.get("author")
    yield _name(embed.get("provider")) or ""
    yield _linked(_name(author), author.get("url")) if isinstance(author, dict) else ""
    yield _linked(embed.get("title"), embed.get("url"))
    yield _string(embed.get("description"))
    for field in guarded.dicts(embed.get("fields")):
        yield ": ".join(filter(None, (_string(field.get("name")), _string(field.get("value")))))
    if isinstance(footer := embed.get("footer"), dict):
        yield _string(footer.get("text"))


def _buttons(components: object) -> Iterator[str]:
    """Give the buttons; a row of them is a component too, at most a few deep."""
    waiting = deque(guarded.dicts(components))
    while waiting:
        component = waiting.popleft()
        yield _linked(component.get("label"), component.get("url"))
        waiting.extendleft(reversed(guarded.dicts(component.get("components"))))


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
    number = _string(author.get("discriminator")) if isinstance(author, dict) else ""
    return f"{name}#{number}" if name and number.strip("0") else name
