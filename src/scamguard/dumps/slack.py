"""A Slack export: a zip archive or folder with users.json, and for each channel a folder with a file of messages a day.

Texts come escaped (docs.slack.dev: «Formatting message text»): `&lt;`, `<@U024BE7LH>`, `<https://…|label>`. Names take the
place of the ids, and a link's address stands behind its label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

from . import jsonstream, times
from .block import Message
from .html import linked
from .source import without_columns
from .tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source

_LISTS: Final = ("channels.json", "groups.json", "dms.json", "mpims.json")
_ARRAY: Final = {()}
_DAY = re.compile(r'^\s*\[\s*\{.*?"ts":\s*"\d{9,11}\.\d+"', re.DOTALL)
_MARKED = re.compile(r"<([^<>]*)>")
_NO_WORDS: Final = {"channel_join", "channel_leave", "group_join", "group_leave", "channel_archive", "channel_unarchive", "bot_add"}


@dataclass(slots=True)
class People:
    """Names for the ids of an export."""

    names: dict[str, str] = field(default_factory=dict)  # of users and bots
    channels: dict[str, str] = field(default_factory=dict)  # of the folders of direct messages


def looks(head: Head) -> bool:
    """Say whether this is the messages of one day."""
    start = head.text[:20_000]
    return _DAY.match(start) is not None and '"type":' in start


def fits(tree: Tree) -> bool:
    """Say whether an archive or folder is such an export."""
    return _root(tree) is not None


def read_day(source: Source, column: str | None) -> Iterator[Block]:
    """Read one file of messages."""
    without_columns(source, column)
    return source.blocks(_messages(source, People(), None))


def read_folder(source: Source, column: str | None) -> Iterator[Block]:
    """Read an export that has been unpacked."""
    yield from read_tree(Tree(source), column)


def read_tree(tree: Tree, column: str | None) -> Iterator[Block]:
    """Read all channels, day by day.

    Raises
    ------
    DumpError
        A column was named.
    """
    without_columns(tree.source, column)
    root = _root(tree) or PurePosixPath()
    people = _people(tree, root)
    depth = len(root.parts) + 2
    paths = {name: PurePosixPath(name).parts for name in tree.members if name.endswith(".json")}
    days = [name for name, parts in paths.items() if len(parts) == depth and parts[:-2] == root.parts]
    for name, member in tree.sources(days):
        folder = PurePosixPath(name).parts[-2]
        try:
            for block in member.blocks(_messages(member, people, people.channels.get(folder, folder))):
                yield replace(block, file=member.name)
        except DumpError as error:
            member.notes.skip(member.name, str(error).removeprefix(f"{member.name}: "))


def _root(tree: Tree) -> PurePosixPath | None:
    """Find the folder within that holds users.json beside a list of channels."""
    for name in tree.members:
        path = PurePosixPath(name)
        if path.name == "users.json" and any(str(path.with_name(other)) in tree.members for other in _LISTS):
            return path.parent
    return None


def _people(tree: Tree, root: PurePosixPath) -> People:
    people = People()
    for user in _objects(tree, str(root / "users.json")):
        if isinstance(user.get("id"), str) and (name := _user(user)):
            people.names[user["id"]] = name
    for name in ("dms.json", "mpims.json"):
        for chat in _objects(tree, str(root / name)):
            members = [people.names.get(str(member), str(member)) for member in chat.get("members") or ()]
            label = ", ".join(members)
            people.channels.update({str(chat[key]): label for key in ("id", "name") if chat.get(key) and label})
    return people


def _objects(tree: Tree, name: str) -> Iterator[dict[str, Any]]:
    if name in tree.members:
        for path, _, value in jsonstream.values(tree.one(name), _ARRAY):
            if path == (None,) and isinstance(value, dict):
                yield value


def _messages(source: Source, people: People, channel: str | None) -> Iterator[Message]:
    for path, number, value in jsonstream.values(source, _ARRAY):
        if path != (None,):
            continue
        if not isinstance(value, dict):
            source.notes.skip(f"{source.name}, message {number}", f"a JSON object is expected, not {type(value).__name__}")
        elif value.get("subtype") not in _NO_WORDS:
            yield _message(number, value, people, channel)


def _message(number: int, found: Mapping[str, Any], people: People, channel: str | None) -> Message:
    stamp, thread = _string(found.get("ts")), _string(found.get("thread_ts"))
    return Message(
        number,
        text_of(found, people.names),
        stamp or None,
        times.since(stamp, 1),
        _sender(found, people.names),
        channel,
        thread if thread and thread != stamp else None,
    )


def text_of(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Give all that is read of a message: its text, or its blocks where it has none, and its attachments."""
    parts = [unescaped(_string(found.get("text")), names)]
    if not parts[0]:
        parts += [unescaped(text, names) for text in _block_texts(found.get("blocks"))]
    for attachment in found.get("attachments") or ():
        if isinstance(attachment, dict):
            parts += [unescaped(_string(attachment.get(name)), names) for name in ("pretext", "author_name")]
            parts.append(linked(unescaped(_string(attachment.get("title")), names), _string(attachment.get("title_link"))))
            parts.append(unescaped(_string(attachment.get("text")) or _string(attachment.get("fallback")), names))
    return "\n".join(dict.fromkeys(filter(None, parts)))


def unescaped(text: str, names: Mapping[str, str]) -> str:
    """Give a text as it is shown.

    >>> unescaped("<@U1> &lt;3 <https://kraken.example|kraken.com> <!here> <#C2|general>", {"U1": "mia"})
    '@mia <3 kraken.com (https://kraken.example) @here #general'
    """
    shown = _MARKED.sub(lambda found: _shown(found[1], names), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(mark: str, names: Mapping[str, str]) -> str:
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        return f"@{names.get(target[1:], label or target[1:])}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return linked(label, address) if label else address


def _block_texts(blocks: object) -> Iterator[str]:
    """Give the texts in blocks (Block Kit), however deep they stand."""
    waiting = list(blocks) if isinstance(blocks, list) else []
    while waiting:
        block = waiting.pop(0)
        if isinstance(block, dict):
            if isinstance(text := block.get("text"), str) and block.get("type") in {"text", "mrkdwn", "plain_text", "link"}:
                yield text
            inner = [block.get(name) for name in ("text", "elements", "fields", "accessory")]
            waiting[:0] = [value for value in inner if isinstance(value, dict | list)]
        elif isinstance(block, list):
            waiting[:0] = block


def _sender(found: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    user, profile, bot = found.get("user"), found.get("user_profile"), found.get("bot_profile")
    if isinstance(user, str) and user in names:
        return names[user]
    for who in (profile, bot):
        if isinstance(who, dict) and (name := _user({"profile": who, **who})):
            return name
    return next((str(found[name]) for name in ("username", "user", "bot_id") if found.get(name)), None)


def _user(user: Mapping[str, Any]) -> str:
    """Name a user as Slack shows them."""
    profile = user["profile"] if isinstance(user.get("profile"), dict) else {}
    shown = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((name for name in shown if isinstance(name, str) and name), "")


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
