"""A zip archive of exports: each member is read by the reader that its content asks for.

Pictures, voice notes and whatever else is no message are passed over. A Slack export is known by its users.json and read
as a whole; so are the chats that WhatsApp, Telegram and others pack for sending.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from scamguard.errors import DumpError

from . import slack
from .detect import known
from .tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .block import Block
    from .source import Source

    Reader = Callable[[Source, str | None], Iterator[Block]]

_WHOLE: Final = {"zip", "parquet"}  # read from their end, which a packed file does not offer


def read_zip(source: Source, column: str | None) -> Iterator[Block]:
    """Read every export in the archive.

    Raises
    ------
    DumpError
        The archive cannot be read, is a bomb or holds no export.
    """
    tree = Tree(source)
    if slack.fits(tree):
        yield from slack.read_tree(tree, column)
        return
    any_read = False
    for _, member in tree.sources([name for name in tree.members if not _passed_over(name)]):
        try:
            format_ = known(member, column)
            if format_ is None:
                continue
            if format_ in _WHOLE:
                source.notes.skip(member.name, f"{format_} within an archive; unpack it first")
                continue
            any_read = True
            for block in _reader(format_)(member, column):
                yield replace(block, file=member.name)
        except DumpError as error:
            source.notes.skip(member.name, str(error).removeprefix(f"{member.name}: "))
    if not any_read and not source.notes.broken:
        raise DumpError(f"{source.name}: nothing in this archive is an export that can be read; unpack it and name the files")


def _passed_over(name: str) -> bool:
    """Say whether a member is what a Mac or a program adds, and no export."""
    parts = PurePath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _reader(format_: str) -> Reader:
    from . import reader  # noqa: PLC0415 - it names this module

    return reader(format_)
