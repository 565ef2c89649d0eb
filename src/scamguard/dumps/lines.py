"""Plain text: one message a line. An empty line is an empty message, so that rows keep their line numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scamguard.errors import DumpError

from .block import BLOCK_CHARS, BLOCK_ROWS, Block, texts, unsaid
from .source import OMITTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message a line."""
    if column is not None:
        raise DumpError(f"{source.name}: plain text has no columns; leave out --column, or name the format with --format")
    found: list[str] = []
    chars = first = 0
    with source.lines() as lines:
        for line in lines:
            if line is not OMITTED:
                found.append(line.removesuffix("\n").removesuffix("\r"))
                chars += len(line)
                if len(found) < BLOCK_ROWS and chars <= BLOCK_CHARS:
                    continue
            if found:
                yield _block(source, found, first)
            first, found, chars = first + len(found) + (line is OMITTED), [], 0
    if found:
        yield _block(source, found, first)


def _block(source: Source, found: list[str], first: int) -> Block:
    rows = np.arange(first + 1, first + 1 + len(found))
    return Block(texts(found, source.notes), rows, unsaid(len(found)), lines=rows)
