"""A zip archive or a folder of exports: each member is read by the reader that its content asks for, or as the user says.

Pictures, voice notes and whatever else is no message are passed over. A Slack export is known by its users.json and read
as a whole; so are the chats that WhatsApp, Telegram and others pack for sending, and what Telegram Desktop leaves in a folder. Of what was
sent in a chat, tables and text beside it are passed over too, and of what Discord knows of an account all but the messages. No other
export is passed over: a folder of several kinds is refused, and an export made to be looked at, which holds no data, is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from scamguard.errors import DumpError

from . import slack
from .detect import known, shown
from .registry import FORMATS
from .source import without_columns
from .tree import Tree, is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from .block import Block
    from .source import Source

    Reader = Callable[[Source, str | None], Iterator[Block]]

_DEEPEST: Final = 2  # archives around a member
_TELEGRAM: Final = re.compile(r"result(?: ?\(\d+\))?\.json")  # beside the media of its export, among which may be anything
_MEDIA: Final = re.compile(  # folders beside it
    r"(?:animations|chats/chat_\d+|contacts|css|files|images|js|lists|photos|profile_music|profile_pictures|round_video_messages|stickers"
    r"|stories|video_files|voice_messages)/"
)
_SENT: Final = {  # where others put what was sent
    "discord": re.compile(r"[^/]*_Files/"),
    "signal": re.compile(r"(?:files|media)/"),
    **dict.fromkeys(("imessage", "eml", "mbox"), re.compile(r"[Aa]ttachments/")),
}
_DISCORD: Final = re.compile(r"(.*/|)c?\d+/messages\.(?:json|csv)")  # in Discord's package of an account, beside channel.json
_SIGNAL, _ABOUT_SIGNAL = "main.jsonl", "metadata.json"  # an export, and what stands beside it and holds no message
_PAGES: Final = {".html", ".htm", ".txt"}
_MAILS: Final = {"eml", "mbox"}  # a mailbox is one chat, however many files it lies in


def read_zip(source: Source, column: str | None) -> Iterator[Block]:
    """Read every export in the archive.

    Raises
    ------
    DumpError
        The archive cannot be read, is a bomb or holds no export.
    """
    if source.depth >= _DEEPEST:
        raise DumpError(f"{source.name}: an archive within an archive within an archive; unpack it first")
    with source.seekable("a zip archive") as archive:
        yield from _read(Tree(source, archive), column)


def read_folder(source: Source, column: str | None) -> Iterator[Block]:
    """Read every export in the folder and those within.

    Raises
    ------
    DumpError
        It holds no export.
    """
    yield from _read(Tree(source, between="/"), column, is_folder=True)


def read_slack(source: Source, column: str | None) -> Iterator[Block]:
    """Read a folder that is a Slack export itself; what else is in it is noted.

    Raises
    ------
    DumpError
        A column was named.
    """
    yield from _read(Tree(source, between="/"), column, is_folder=True, is_slack=True)


def _read(tree: Tree, column: str | None, *, is_folder: bool = False, is_slack: bool = False) -> Iterator[Block]:
    source = tree.source
    exports = slack.Exports(tree)
    chosen = _chosen(tree, exports, column, is_folder=is_folder, is_slack=is_slack)
    any_read = bool(exports) and source.format in {None, "slack"}  # it may be without a message
    if any_read and {*chosen.values()} <= {"slack"}:
        without_columns(source, column)
    for name, member in tree.sources([*chosen]):
        any_read = True
        is_day = chosen[name] == "slack" and exports.may_be_day(name)
        try:
            for block in exports.read(member, name, column) if is_day else _blocks(member, chosen[name], column):
                chat = block.chat or (None if chosen[name] in _MAILS else member.name)
                yield replace(block, file=block.file or member.name, chat=chat)
        except DumpError as error:
            source.notes.skip(member.name, str(error).removeprefix(f"{member.name}: "))
    if not any_read and not source.notes.broken:
        where, way_out = ("folder", "name the files") if is_folder else ("archive", "unpack it and name the files")
        raise DumpError(f"{source.name}: nothing in this {where} is an export that can be read; {way_out}")


def _chosen(tree: Tree, exports: slack.Exports, column: str | None, *, is_folder: bool, is_slack: bool) -> dict[str, str]:
    """Choose the members to read, each with its format."""
    names = [name for name in tree.members if not is_hidden(name) and not exports.is_beside(name)]
    days = {name for name in names if exports.is_day(name)}
    names = _without(names, days)
    wanted = tree.source.format
    if wanted in {None, "telegram"}:
        names = _without_media(tree, names)
    told, broken = _told(tree, names, column)
    days |= {name for name, found in told.items() if exports.is_day(name, found)}
    lists = {name for name, found in told.items() if exports.may_be_list(name) and FORMATS[found].plain}
    none = broken | days | lists | _of_account(tree, told)
    names, told = _without(names, none), {name: told[name] for name in _without(told, none)}
    if wanted is not None and not (wanted == "slack" and exports):
        return _as(wanted, names, told)
    if wanted is None:
        told = _without_sent(_without_pages(tree, names, told), is_folder=is_folder)
    if wanted is not None or is_slack:
        told = _of_slack(tree, told, are_noted=is_slack)
    told |= dict.fromkeys(days, "slack")
    told = {name: told[name] for name in tree.members if name in told}
    return _of_one_kind(tree, told) if is_folder else told


def _without(names: Iterable[str], others: Collection[str]) -> list[str]:
    return [name for name in names if name not in others]


def _told(tree: Tree, names: list[str], column: str | None) -> tuple[dict[str, str], set[str]]:
    """Tell the formats of members, and which cannot be looked at, which is noted."""
    told: dict[str, str] = {}
    broken: set[str] = set()
    for name in names:
        try:
            if (found := known(member := tree.one(name), column)) is not None:
                told[name] = found
        except DumpError as error:
            tree.source.notes.skip(member.name, str(error).removeprefix(f"{member.name}: "))
            broken.add(name)
    for name in [name for name in told if PurePath(name).name == _ABOUT_SIGNAL]:
        if told.get(PurePath(name).with_name(_SIGNAL).as_posix()) == "signal":
            del told[name]
    return told, broken


def _of_slack(tree: Tree, told: dict[str, str], *, are_noted: bool) -> dict[str, str]:
    """Keep what is Slack's; in a folder that is an export of Slack itself, it is noted of others that they are left out."""
    for name, found in told.items() if are_noted else ():
        if found not in {"slack", "txt"}:
            tree.source.notes.skip(tree.one(name).name, f"{found}, which is no part of the Slack export around it; name it to read it")
    return {name: found for name, found in told.items() if found == "slack"}


def _without_pages(tree: Tree, names: list[str], told: dict[str, str]) -> dict[str, str]:
    """Leave out exports that were made to be looked at; unless the same chat lies there as data, it is noted once a folder."""
    telegram = {PurePath(name).parent for name, found in told.items() if found == "telegram"}
    discord = {name.rpartition(".")[0] for name, found in told.items() if found == "discord"}
    pages: set[str] = set()
    alone: dict[tuple[PurePath, str], list[str]] = {}
    for name in names:
        path = PurePath(name)
        if told.get(name, "txt") != "txt" or path.suffix.lower() not in _PAGES or (advice := shown(tree.one(name))) is None:
            continue
        pages.add(name)
        if telegram.isdisjoint(path.parents) and name.rpartition(".")[0] not in discord:
            alone.setdefault((path.parent, advice), []).append(name)
    for (_, advice), found in alone.items():
        more = f" (and {len(found) - 1:,} more there)" if found[1:] else ""
        tree.source.notes.skip(tree.one(found[0]).name, advice + more)
    return {name: told[name] for name in _without(told, pages)}


def _without_media(tree: Tree, names: list[str]) -> list[str]:
    """Leave out whatever lies in the folders of Telegram Desktop beside its export."""
    exports = {name for name in names if _TELEGRAM.fullmatch(PurePath(name).name) and _is_telegram(tree, name)}
    folders = {PurePath(name).parent for name in exports}

    def is_media(path: PurePath) -> bool:
        return any(folder in folders and _MEDIA.match(path.relative_to(folder).as_posix()) for folder in path.parents)

    return [name for name in names if name in exports or not is_media(PurePath(name))]


def _of_account(tree: Tree, told: dict[str, str]) -> set[str]:
    """Name what Discord's package of an account holds beside the messages: settings, servers, what one did."""
    messages = {name: PurePath(name) for name in told if _DISCORD.fullmatch(name)}
    packages: set[PurePath] = set()
    for name, path in messages.items():
        package = path.parent.parent.parent
        if package not in packages and path.with_name("channel.json").as_posix() in told and "Contents" in tree.one(name).start():
            packages.add(package)
    plain = [name for name, found in told.items() if FORMATS[found].plain and name.endswith((".json", ".txt"))]
    return {name for name in plain if name not in messages and not packages.isdisjoint(PurePath(name).parents)}


def _without_sent(told: dict[str, str], *, is_folder: bool) -> dict[str, str]:
    """Leave out tables and text beside the one chat that WhatsApp packs, or in a folder there: they were sent in it.

    What is packed by hand may be of several chats and more; beside those that somebody put into a folder lies what was sent in any.
    Beside what other programs export it lies in a folder of its own.
    """
    around = Counter(PurePath(name).parent for name, found in told.items() if found == "whatsapp")
    others = {(PurePath(name).parent, found) for name, found in told.items() if found in _SENT}

    def is_around(path: PurePath, folder: PurePath) -> bool:
        if around[folder] == 1 or (is_folder and folder in around):
            return True
        return any((folder, kind) in others and within.match(path.relative_to(folder).as_posix()) for kind, within in _SENT.items())

    def was_sent(path: PurePath) -> bool:
        return any(is_around(path, folder) for folder in path.parents)

    return {name: found for name, found in told.items() if not FORMATS[found].plain or not was_sent(PurePath(name))}


def _is_telegram(tree: Tree, name: str) -> bool:
    try:
        return known(tree.one(name)) == "telegram"
    except DumpError:  # it cannot be opened, which whoever reads it says
        return False


def _as(wanted: str, names: list[str], told: dict[str, str]) -> dict[str, str]:
    """Choose what to read as the user says: what looks like it and what is called alike, or else all that is text."""
    alike = {PurePath(name).suffix.lower() for name, found in told.items() if found == wanted}
    return dict.fromkeys([name for name in names if (PurePath(name).suffix.lower() in alike if alike else name in told)], wanted)


def _of_one_kind(tree: Tree, told: dict[str, str]) -> dict[str, str]:
    """Choose what to read in a folder: beside chats of a program may lie a note about them, and files with nothing in them anywhere.

    Raises
    ------
    DumpError
        It is of several formats.
    """
    kinds = {name: _kind(name, found) for name, found in told.items()}
    there = {*kinds.values()}
    if any(FORMATS[kind].looks and not FORMATS[kind].plain for kind in there):
        there.discard("txt")
    if len(there) > 1:
        there &= {kind for name, kind in kinds.items() if not tree.one(name).is_empty}
    if len(there) > 1:
        which = "|".join(sorted(there))
        raise DumpError(f"{tree.source.name}: a folder of several formats; say which with --format {which}, or name the files")
    return {name: found for name, found in told.items() if kinds[name] in there}


def _kind(name: str, found: str) -> str:
    """Name a format; JSON lines of the name of a document may be one line or none in the next file."""
    return "json" if found == "jsonl" and ".json" in PurePath(name).suffixes else found


def _blocks(source: Source, format_: str, column: str | None) -> Iterator[Block]:
    from . import blocks  # noqa: PLC0415 - it names this module

    return blocks(source, format_, column)
