"""A zip archive or a folder of exports: each member is read by the reader that its content asks for, or as the user says.

Pictures, voice notes and whatever else is no message are passed over. A Slack export is known by its users.json and read
as a whole; so are the chats that WhatsApp, Telegram and others pack for sending, and what Telegram Desktop leaves in a folder. Of what was
sent in a chat, tables and text beside it are passed over too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from scamguard.errors import DumpError

from . import slack
from .detect import known
from .registry import FORMATS
from .tree import Tree, is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .block import Block
    from .source import Source

    Reader = Callable[[Source, str | None], Iterator[Block]]

_DEEPEST: Final = 2  # archives around a member
_TELEGRAM: Final = "result.json"  # beside the media of its export, among which may be anything
_SIGNAL, _ABOUT_SIGNAL = "main.jsonl", "metadata.json"  # an export, and what stands beside it and holds no message
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


def _read(tree: Tree, column: str | None, *, is_folder: bool = False) -> Iterator[Block]:
    source = tree.source
    if slack.fits(tree) and source.format in {None, "slack"}:
        yield from slack.read_tree(tree, column)
        return
    chosen = _chosen(tree, column, is_folder=is_folder)
    any_read = False
    for name, member in tree.sources([*chosen]):
        any_read = True
        try:
            for block in _blocks(member, chosen[name], column):
                chat = block.chat or (None if chosen[name] in _MAILS else member.name)
                yield replace(block, file=block.file or member.name, chat=chat)
        except DumpError as error:
            source.notes.skip(member.name, str(error).removeprefix(f"{member.name}: "))
    if not any_read and not source.notes.broken:
        where, way_out = ("folder", "name the files") if is_folder else ("archive", "unpack it and name the files")
        raise DumpError(f"{source.name}: nothing in this {where} is an export that can be read; {way_out}")


def _chosen(tree: Tree, column: str | None, *, is_folder: bool) -> dict[str, str]:
    """Choose the members to read, each with its format."""
    names = [name for name in tree.members if not is_hidden(name)]
    wanted = tree.source.format
    if wanted in {None, "telegram"}:
        names = _without_media(tree, names)
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
    if wanted is not None:
        return _as(wanted, [name for name in names if name not in broken], told)
    if is_folder:
        only = _only(tree.source.name, {*told.values()})
        return {name: found for name, found in told.items() if found == only}
    return _without_sent(told)


def _without_media(tree: Tree, names: list[str]) -> list[str]:
    """Leave out whatever lies in a folder of Telegram Desktop beside its export."""
    exports = {name for name in names if PurePath(name).name == _TELEGRAM and _is_telegram(tree, name)}
    folders = {PurePath(name).parent for name in exports}
    return [name for name in names if name in exports or folders.isdisjoint(PurePath(name).parents)]


def _without_sent(told: dict[str, str]) -> dict[str, str]:
    """Leave out tables and text beside the one chat that WhatsApp packs, or in a folder there: they were sent in it."""
    chats = Counter(PurePath(name).parent for name, found in told.items() if found == "whatsapp")
    alone = {folder for folder, count in chats.items() if count == 1}
    return {name: found for name, found in told.items() if not FORMATS[found].plain or alone.isdisjoint(PurePath(name).parents)}


def _is_telegram(tree: Tree, name: str) -> bool:
    try:
        return known(tree.one(name)) == "telegram"
    except DumpError:  # it cannot be opened, which whoever reads it says
        return False


def _as(wanted: str, names: list[str], told: dict[str, str]) -> dict[str, str]:
    """Choose what to read as the user says: what looks like it and what is called alike, or else all that is text."""
    alike = {PurePath(name).suffix.lower() for name, found in told.items() if found == wanted}
    return dict.fromkeys([name for name in names if (PurePath(name).suffix.lower() in alike if alike else name in told)], wanted)


def _only(folder: str, formats: set[str]) -> str:
    """Name the format that a folder is of: beside chats of a program may lie whatever was sent in them.

    Raises
    ------
    DumpError
        There are several.
    """
    chats = {name for name in formats if FORMATS[name].looks and not FORMATS[name].plain} or formats
    if len(chats) > 1:
        raise DumpError(f"{folder}: a folder of several formats; say which with --format {'|'.join(sorted(chats))}, or name the files")
    return next(iter(chats), "")


def _blocks(source: Source, format_: str, column: str | None) -> Iterator[Block]:
    from . import blocks  # noqa: PLC0415 - it names this module

    return blocks(source, format_, column)
