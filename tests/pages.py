"""The code blocks of a Markdown page, as a reader sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
_MARK = re.compile(r"<!-- test: (.+?) -->\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One code block."""

    page: str
    line: int  # of the page, counted from 1
    language: str  # of the fence; "" for an indented block
    text: str
    mark: str  # what `<!-- test: … -->` right above says: the name of a test, or "not run: why"

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def blocks(page: str) -> list[Block]:
    """List the blocks of a page in order; a page is read once."""
    found, mark = [], ""
    for token in MarkdownIt().enable("table").parse((ROOT / page).read_text("utf-8")):
        if token.type in {"fence", "code_block"}:
            found.append(Block(page, (token.map or [0])[0] + 1 + (token.type == "fence"), token.info.strip(), token.content, mark))
        marked = _MARK.search(token.content) if token.type == "html_block" else None
        mark = marked[1] if marked else ""
    return found


def all_blocks() -> list[Block]:
    """List the blocks of all pages."""
    return [block for page in PAGES for block in blocks(page)]
