"""Telegram Desktop's result.json: one chat, or a whole account (export_output_json.cpp of telegramdesktop/tdesktop).

A text is a string or an array of strings and entities; a link behind other words (`text_link`) is put behind them, for
that is where it leads. Buttons, polls, contacts, places, songs and names of files are part of what is read. What an event renames, it
may rename to a lie, so a new title counts as a message of whoever set it, as do the words that come with a gift; other events hold
no words.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from . import filenames, guarded, jsonstream, times
from .block import Message
from .columns import label
from .inline import joined, link, linked
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source

_LISTS: Final = ("chats", "left_chats")
_STEPS: Final = ((), ("list",), ("list", None), ("list", None, "messages"))
_JOINED: Final = {(None,), (None, "messages")}  # an array of exports, as jq -s makes it
_WALK: Final = {(), ("messages",), *_JOINED, *((top, *step) for top in _LISTS for step in _STEPS)}
_ABOUT: Final = {"name", "type", "id"}  # a chat, beside its messages
_RENAMED: Final = ("title", "new_title", "information_text", "message", "gift_text")  # what a service message may say
_CARDS: Final = {
    "poll": ("question",),
    "todo_list": ("title",),
    "invoice_information": ("title", "description"),
    "giveaway_information": ("additional_prize",),
    "giveaway_results": ("additional_prize",),
}
_CHAT = re.compile(r'"type":\s*"(?:(?:personal|bot|private|public|saved|verify|replies)_\w+|replies|verification_codes)"|"saved_messages"')
_ACCOUNT = re.compile(r'^\s*\{\s*"(?:about|personal_information|profile_pictures|stories|contacts|frequent_contacts|chats)":')


def looks(head: Head) -> bool:
    """Say whether this is such an export."""
    start = head.text[:4000]
    if '"messages"' in start and _CHAT.search(start) and head.may_hold("messages"):
        return True
    if head.record is not None and not any(isinstance(head.record.get(name), dict) for name in _LISTS):
        return False
    telling = ("Telegram", '"personal_information"', '"date_unixtime"')
    return _ACCOUNT.match(start) is not None and any(word in head.text for word in telling)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message of every chat."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    chat: dict[str, str | None] = {}
    named: dict[str, str | None] = {}  # the id of the chat that is called so
    is_told = False  # that an object in the outermost array is no chat
    for path, number, value in jsonstream.values(source, _WALK):
        if value is jsonstream.OPENED:
            chat, is_told = {}, False
        elif path[-1:] == (None,):
            what = "message" if path[-2:-1] == ("messages",) else "entry"  # of the chats
            yield from guarded.messages(source, what, number, value, _message, _channel(chat, named))
        elif path and path[-1] in {"name", "id"}:
            chat[str(path[-1])] = label(value)
        elif path[:1] == (None,) and path[1:] and path[-1] not in _ABOUT and not is_told:
            is_told = True
            source.notes.skip(source.name, "an object in an array is no chat of Telegram; name another format with --format")


def _channel(chat: Mapping[str, str | None], named: dict[str, str | None]) -> str | None:
    """Name a chat; by its id, too, if an earlier one has the same name."""
    name, number = chat.get("name"), chat.get("id")
    while name and named.setdefault(name, number) != number:
        name = f"{name} ({number})"
    return name or number


def _message(row: int, found: Mapping[str, Any], channel: str | None) -> Iterator[Message]:
    text = text_of(found)
    if found.get("type", "message") == "message" or text:
        time = times.since(found.get("date_unixtime"), 1)
        yield Message(
            row,
            text,
            label(found.get("id")),
            times.iso(found.get("date")) if times.known(time) is None else time,  # old exports have the clock of the machine alone
            next((name for field in ("from", "actor", "from_id", "actor_id") if (name := label(found.get(field)))), None),
            channel,
            None if found.get("reply_to_peer_id") else label(found.get("reply_to_message_id")),  # else it is a message of another chat
        )


def text_of(found: Mapping[str, Any]) -> str:
    """Give all that is read of a message: text, poll, list, invoice, prize, contact, place, game, name of a file and buttons.

    Raises
    ------
    WrongKindError
        Something else stands where a text is.
    """
    parts = [_words(found, "text")]
    if found.get("type") == "service":
        parts += [_words(found, name) for name in _RENAMED]
    for name, fields in _CARDS.items():
        card = _card(found.get(name), fields[0])
        parts += [_words(card, field) for field in fields]
        parts += [_words(answer, "text") for answer in guarded.objects(card, "answers")]
    if isinstance(contact := found.get("contact_information"), dict):
        parts.append(" ".join(filter(None, (_words(contact, field) for field in ("first_name", "last_name")))))
    parts += [_words(found, name) for name in ("place_name", "address", "game_title", "game_description")]
    parts += _file(found)
    rows = found.get("inline_bot_buttons")
    for row in rows if isinstance(rows, list) else ():
        parts += [_button(button) for button in row if isinstance(button, dict)] if isinstance(row, list) else []
    return "\n".join(filter(None, parts))


def _card(value: object, first: str) -> Mapping[str, Any]:
    """Give an object; that of an invoice is written as a string that holds its JSON. A string that holds none is its ``first`` field."""
    if isinstance(value, str):
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return {first: value}
    return value if isinstance(value, dict) else {}


def _file(found: Mapping[str, Any]) -> list[str]:
    """Give what is shown of a file: the song it is, else its name; of a sticker, a video or a voice nobody sees that."""
    if "media_type" not in found:
        return [filenames.shown(_words(found, "file_name") or _end_of(found.get("file")))]
    if found["media_type"] != "audio_file":
        return []
    song = [_words(found, name) for name in ("performer", "title")]
    return song if any(song) else [filenames.shown(_words(found, "file_name"))]


def _end_of(path: object) -> str:
    """Give the name of a file out of its path, which is all that early exports have of it; what stands for a file left out has none."""
    return path.rpartition("/")[2] if isinstance(path, str) and path.startswith("files/") else ""


def _words(found: Mapping[str, Any], name: str) -> str:
    """Give a text: a string, or an array of strings and entities."""
    value = found.get(name)
    return joined(piece for part in value for piece in _part(part)) if isinstance(value, list) else guarded.words(found, name)


def _part(part: object) -> Iterable[str]:
    """Give the pieces of one part of a text: itself, or an entity's words."""
    if isinstance(part, str):
        return [part]
    text, address = (part.get("text"), part.get("href")) if isinstance(part, dict) else (None, None)
    if not isinstance(text, str):
        return []
    return link(text, address if isinstance(address, str) else None)


def _button(button: Mapping[str, Any]) -> str:
    text, address = button.get("text"), button.get("data")
    leads = isinstance(address, str) and button.get("type") in ("url", "auth", "web_view", "simple_web_view")
    return linked(text if isinstance(text, str) else "", str(address) if leads else None)
