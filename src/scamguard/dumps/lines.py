"""Plain text: one message a line. An empty line is an empty message, so that rows keep their line numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scamguard.errors import DumpError

from .source import BLOCK_CHARS, BLOCK_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Block, Source


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message a line."""
    if column is not None:
        raise DumpError(f"{source.name}: plain text has no columns; leave out --column, or name the format with --format")
    texts: list[str] = []
    chars = first = 0
    with source.lines() as lines:
        for line in lines:
            texts.append(line.removesuffix("\n").removesuffix("\r"))
            chars += len(line)
            if len(texts) == BLOCK_ROWS or chars > BLOCK_CHARS:
                yield source.block(texts, range(first + 1, first + 1 + len(texts)))
                first, texts, chars = first + len(texts), [], 0
    if texts:
        yield source.block(texts, range(first + 1, first + 1 + len(texts)))
