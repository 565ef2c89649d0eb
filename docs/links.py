"""What mkdocs is told beyond its configuration: pages that stand outside docs/, what is made from the code, examples in docstrings.

A mark ``<!-- site: … -->`` and the paragraph right behind it stand for something that only the site holds; who reads the page as a
file, on GitHub, sees the paragraph, which says where else that is.
"""

from __future__ import annotations

import os.path
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import griffe
import typer
from typer.cli import get_docs_for_click

from scamguard.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
# files outside docs/ that have a page of their own on the site; links to others lead nowhere there, and become their text
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "models/default/README.md": "model-card.md",
    "data/README.md": "data-card.md",
}
MARK = re.compile(r"<!-- site: (.+?) -->\n(?:.+\n?)*")
LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^()#\s]+)(#[^()\s]*)?\)")
SHELL = re.compile(r"(?m)^(?:(?:[^\n|*`]+\| )?scamguard .+\n?)+")  # Typer shows them as a paragraph
CODE_OR_MARK = re.compile("`[^`\n]*`|<")


def concepts() -> str:
    """Make the table of the bundled concepts."""
    table = tomllib.loads((ROOT / "src" / "scamguard" / "rules" / "concepts.toml").read_text("utf-8"))
    rows = [f"| `{name}` | {text} | {'yes' if name in table['frames'] else ''} |" for name, text in table["concepts"].items()]
    return "\n".join(["| concept | a term of it says | frame |", "|---|---|---|", *rows])


def commands() -> str:
    """Describe every command and option of the program, one heading each."""
    command = typer.main.get_command(app)
    page = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name="scamguard"), name="scamguard")
    _, _, page = page.partition("\n")  # its title
    page = page.replace("\b", "").replace(typer.get_app_dir("scamguard"), "~/.config/scamguard")  # click's mark; the builder's folder
    page = CODE_OR_MARK.sub(lambda found: "&lt;" if found[0] == "<" else found[0], page)
    return SHELL.sub(lambda found: f"```sh\n{found[0].rstrip()}\n```\n", page)


MADE: dict[str, Callable[[], str]] = {"concepts": concepts, "commands": commands, "nothing": str}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Fill in what a mark names, and turn links to where the site holds what they lead to."""
    at = DOCS / page.file.src_uri
    if found := MARK.search(markdown):
        name = found[1]
        made = MADE[name]() if name in MADE else linked((ROOT / name).read_text("utf-8"), ROOT / name, at)
        markdown = markdown.replace(found[0], made + "\n")
    return linked(markdown, at, at)


def linked(markdown: str, written: Path, shown: Path) -> str:
    """Turn the links of a file that is ``written`` in one place to the page that is ``shown`` in another."""

    def turned(link: re.Match[str]) -> str:
        text, path, anchor = link[1], link[2], link[3] or ""
        target = Path(os.path.normpath(written.parent / path))
        if not target.is_relative_to(ROOT) or not target.exists():
            return link[0]
        name = target.relative_to(ROOT).as_posix()
        inside = DOCS / OUTSIDE[name] if name in OUTSIDE else target
        return f"[{text}]({os.path.relpath(inside, shown.parent)}{anchor})" if inside.is_relative_to(DOCS) else text

    return LINK.sub(turned, markdown)


class Examples(griffe.Extension):
    """Have a doctest shown as code: without a heading of its own it would be read as a quotation within a quotation."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Put the heading above it."""
        if obj.docstring is not None:
            obj.docstring.value = re.sub(r"\n\n(?=>>> )", "\n\nExamples\n--------\n", obj.docstring.value)
