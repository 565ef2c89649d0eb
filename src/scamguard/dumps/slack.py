"""A Slack export: a folder with users.json, in an archive or not, and for each channel a folder with a file of messages a day.
A page of `conversations.history`, and what slackdump makes of it, holds the same messages in an object.

Names take the place of the ids. A list of names that is broken costs the names alone; whom it does not name has the name that a
message gives, from there on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

from . import guarded, jsonstream, times
from .block import Message
from .columns import label
from .registry import FORMATS
from .slackblocks import text_of
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .block import Block
    from .detect import Head
    from .source import Source
    from .tree import Tree

__all__ = ["Exports", "looks", "read_day"]
_LISTS: Final = ("channels.json", "groups.json", "dms.json", "mpims.json")
_SENT: Final = {"__uploads", "attachments"}  # where slackdump puts what was sent
_DATE = re.compile(r"/\d{4}-\d\d-\d\d\.json$")
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


def read_day(source: Source, column: str | None) -> Iterator[Block]:
    """Read one file of messages."""
    without_columns(source, column)
    return source.blocks(_messages(source, People(), None))


class Exports:
    """The exports in an archive or folder: of each workspace, a folder that holds users.json beside a list of channels.

    They end where their channels do: whatever else lies in an archive is not theirs.
    """

    def __init__(self, tree: Tree) -> None:
        """Find them, and the folders of their channels; none where all is to be read as tables or text."""
        self._tree = tree
        wanted = tree.source.format
        found = [PurePosixPath(name) for name in tree.members if name.endswith("users.json") and not (wanted and FORMATS[wanted].plain)]
        users = [path for path in found if path.name == "users.json"]
        roots = [path.parent for path in users if any(str(path.with_name(one)) in tree.members for one in _LISTS)]
        self._people: dict[PurePosixPath, People | None] = dict.fromkeys(roots)
        self._first = min(roots, key=lambda root: len(root.parts), default=None)
        self._channels = {PurePosixPath(name).parent for name in tree.members if self.is_day(name)}

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._people)

    def is_day(self, name: str, found: str = "") -> bool:
        """Say whether a member lies where messages do and is called by a day, or by its format (``found``) may be one."""
        if not self.may_be_day(name):
            return False
        is_plain = found in FORMATS and FORMATS[found].plain
        return _DATE.search(name) is not None or found == "slack" or (is_plain and PurePosixPath(name).parent in self._channels)

    def may_be_day(self, name: str) -> bool:
        """Say whether a member lies where messages do."""
        if not self._people or not name.endswith(".json"):
            return False
        folder = PurePosixPath(name).parent
        may_be = folder.name not in _SENT or _DATE.search(name) is not None  # a channel may be called so too
        return may_be and bool(folder.name) and folder.parent in self._people

    def is_beside(self, name: str) -> bool:
        """Say whether a member was sent in a channel, or is a list of what there is: no messages."""
        if not self._people or self.may_be_day(name):
            return False
        path = PurePosixPath(name)
        if path.parent in self._people and path.name in {"users.json", *_LISTS}:
            return True
        return any(folder in self._channels or (folder.name in _SENT and folder.parent in self._people) for folder in path.parents)

    def may_be_list(self, name: str) -> bool:
        """Say whether a member lies where lists do: there are more of them from year to year."""
        return name.endswith(".json") and PurePosixPath(name).parent in self._people

    def read(self, source: Source, name: str, column: str | None) -> Iterator[Block]:
        """Read the messages of a day."""
        without_columns(self._tree.source, column)
        folder = PurePosixPath(name).parent
        root = folder.parent
        people = self._people[root] = self._people[root] or _people(self._tree, root)
        channel = people.channels.get(folder.name, folder.name)
        if root != self._first:
            channel = f"{channel} ({root})"  # each workspace has a #general
        return source.blocks(_messages(source, people, channel))


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
    if (found.get("bot_id") or found.get("subtype") == "bot_message") and (shown := label(found.get("username"))):
        return shown  # what an app calls itself in this message, whoever it is
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
