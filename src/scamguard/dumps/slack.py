"""A Slack export: a zip archive or folder with users.json, and for each channel a folder with a file of messages a day.
A page of `conversations.history`, and what slackdump makes of it, holds the same messages in an object.

Names take the place of the ids. A list of names that is broken costs the names alone; whom it does not name has the name that a
message gives, from there on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

from . import guarded, jsonstream, times
from .block import Message
from .columns import label
from .slackblocks import text_of
from .source import without_columns
from .tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source

__all__ = ["fits", "looks", "read_day", "read_folder", "read_tree"]
_LISTS: Final = ("channels.json", "groups.json", "dms.json", "mpims.json")
_ARRAY: Final = {()}
_WALK: Final = {(), ("messages",)}
_DAY = re.compile(r'^\s*(?:\{.*?"messages":\s*)?\[\s*\{.*?"ts":\s*"\d{9,11}\.\d+"', re.DOTALL)
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
    yield from read_tree(Tree(source, between="/"), column)


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
    """Read who is who; what cannot be read of that is noted, and ids stand for the names."""
    people = People()
    for user in _objects(tree, str(root / "users.json")):
        if isinstance(user.get("id"), str) and (name := _user(user)):
            people.names[user["id"]] = name
    for file in ("dms.json", "mpims.json"):
        for chat in _objects(tree, str(root / file)):
            members = chat.get("members")
            ids = [str(member) for member in members] if isinstance(members, list) else []
            named = ", ".join(people.names.get(member, member) for member in ids)
            people.channels.update({str(chat[key]): named for key in ("id", "name") if chat.get(key) and named})
    return people


def _objects(tree: Tree, name: str) -> Iterator[dict[str, Any]]:
    if name not in tree.members:
        return
    member = tree.one(name)
    try:
        for path, _, value in jsonstream.values(member, _ARRAY):
            if path == (None,) and isinstance(value, dict):
                yield value
    except DumpError as error:
        member.notes.skip(member.name, f"{str(error).removeprefix(f'{member.name}: ')}; ids stand for the names in it")


def _messages(source: Source, people: People, channel: str | None) -> Iterator[Message]:
    for path, number, value in jsonstream.values(source, _WALK):
        if path in {("name",), ("channel_id",)}:
            channel = label(value) or channel
        elif path[-1:] == (None,):
            yield from guarded.messages(source, "message", number, value, _thread, people, channel)


def _thread(number: int, found: Mapping[str, Any], people: People, channel: str | None) -> Iterator[Message]:
    """Read a message and the answers that slackdump keeps in it."""
    yield from _message(number, found, people, channel)
    for answer in guarded.objects(found, "slackdump_thread_replies"):
        yield from _message(number, answer, people, channel)


def _message(number: int, found: Mapping[str, Any], people: People, channel: str | None) -> Iterator[Message]:
    if guarded.words(found, "subtype") in _NO_WORDS:
        return
    for name in ("blocks", "attachments", "files"):
        guarded.objects(found, name)
    guarded.words(found, "text")
    stamp, thread = label(found.get("ts")), label(found.get("thread_ts"))
    yield Message(
        number,
        text_of(found, people.names),
        stamp,
        times.since(stamp, 1),
        _sender(found, people.names),
        channel,
        thread if thread != stamp else None,
    )


def _sender(found: Mapping[str, Any], names: dict[str, str]) -> str | None:
    user, profile, bot = found.get("user"), found.get("user_profile"), found.get("bot_profile")
    if isinstance(user, str) and user in names:
        return names[user]
    for who in (profile, bot):
        if isinstance(who, dict) and (name := _user({"profile": who, **who})):
            if isinstance(user, str) and who is profile:
                names[user] = name  # not every message says it
            return name
    return next(filter(None, (label(found.get(field)) for field in ("username", "user", "bot_id"))), None)


def _user(user: Mapping[str, Any]) -> str:
    """Name a user as Slack shows them."""
    profile = user["profile"] if isinstance(user.get("profile"), dict) else {}
    shown = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((name for name in shown if isinstance(name, str) and name), "")
