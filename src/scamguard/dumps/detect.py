"""Which format a file is of, told by its content; its name decides only between formats that any content can be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

from .registry import FORMATS
from .source import HEAD_BYTES

if TYPE_CHECKING:
    from .source import Source

_LINES = 50
_DISCORD: Final = "made by DiscordChatExporter to be looked at; export again as JSON (--format Json)"
_SHOWN: Final = (  # how an export that is made to be looked at begins, a word in it, and how to get its messages as data
    (
        re.compile(r"<!DOCTYPE html>.{0,1000}<title>Exported Data</title>", re.DOTALL | re.IGNORECASE),
        "page_wrap",
        "a page of Telegram Desktop, made to be looked at; export again as machine-readable JSON and give result.json",
    ),
    (re.compile(r"<!DOCTYPE html>|<html", re.IGNORECASE), "chatlog__message", _DISCORD),
    (re.compile(r"={20,}\s+Guild: "), "\nChannel: ", _DISCORD),
)


@dataclass(frozen=True)
class Head:
    """How a file begins."""

    raw: bytes
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that hold something, without white space around them and marks of direction."""
        found = (line.strip(" \t\r\u200e\u200f\ufeff") for line in self.text.split("\n", 4 * _LINES)[: 4 * _LINES])
        return [line for line in found if line][:_LINES]

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is seen of it."""
        return len(self.raw) >= HEAD_BYTES

    @cached_property
    def first(self) -> Any:  # noqa: ANN401 - JSON
        """The first line as JSON; None if it is none."""
        return _value(self.lines[0]) if self.lines else None

    @cached_property
    def record(self) -> dict[str, Any] | None:
        """The object on the first line, or the one that is all of it; None if there is none."""
        found = _value(self.text) if self.first is None and self.text.lstrip().startswith("{") else self.first
        return found if isinstance(found, dict) else None

    def may_hold(self, name: str) -> bool:
        """Say whether this may be a document with an array of that name, whole or by what is seen of it; a record without one is none."""
        if self.record is not None:
            return isinstance(self.record.get(name), list)
        return re.search(rf'"{name}":\s*\[', self.text) is not None


def _value(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def detect(source: Source, column: str | None) -> str:
    """Name the format.

    Raises
    ------
    DumpError
        It cannot be told.
    """
    found = known(source, column)
    if found in {None, "txt"} and (advice := shown(source)) is not None:
        raise DumpError(f"{source.name}: {advice}")
    if found is not None:
        return found
    if (source.path is None and source.member is None) or source.is_empty:
        return "txt"
    suffixes = ", ".join(suffix for format_ in FORMATS.values() for suffix in format_.suffixes)
    raise DumpError(f"{source.name}: its format cannot be told from its content or its name ({suffixes}); say --format {'|'.join(FORMATS)}")


def known(source: Source, column: str | None = None) -> str | None:
    """Name the format, or None if neither the content nor the name tells it."""
    raw = source.head()
    by_name = _by_name(source.name)
    for name, format_ in FORMATS.items():
        if raw.startswith(format_.magic):
            return name
    if by_name is not None and (column is not None or FORMATS[by_name].magic):
        return by_name  # whoever names a column means a table
    head = Head(raw, source.start())
    named = by_name is not None and FORMATS[by_name].plain
    for name, format_ in FORMATS.items():
        if format_.looks and not (named and format_.plain):
            looks = getattr(import_module(f".{format_.module}", __package__), format_.looks)
            if looks(head):
                return name
    if by_name == "json" and isinstance(head.first, dict) and len(head.lines) > 1:
        return "jsonl"  # under the wrong name
    return by_name


def shown(source: Source) -> str | None:
    """Say what to do with an export that is made to be looked at and holds no data; None if it is none."""
    start = source.start().lstrip()
    return next((advice for begin, word, advice in _SHOWN if begin.match(start) and word in start), None)


def _by_name(name: str) -> str | None:
    """Tell a format by the suffix of a file's name, that of a packed one too (chats.jsonl.gz)."""
    file = PurePath(name)
    suffix = file.suffix.lower() if file.suffix.lower() not in {".gz", ".zst"} else PurePath(file.stem).suffix.lower()
    return next((name for name, format_ in FORMATS.items() if suffix in format_.suffixes), None)

