"""What mkdocs is told beyond its configuration: pages that stand outside docs/, the table of concepts, the commands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from scamguard.cli import app

ROOT = Path(__file__).parents[1]
# a page of docs/ may link to these as GitHub shows them; on the site they have a page of their own
OUTSIDE = {
    "../README.md": "index.md",
    "../CHANGELOG.md": "changes.md",
    "../models/default/README.md": "model-card.md",
    "../data/README.md": "data-card.md",
}
EXAMPLES = re.compile(r"(?m)^(?:(?:[^\n|*`]+\| )?scamguard .+\n?)+")  # Typer shows them as a paragraph


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
    return EXAMPLES.sub(lambda found: f"```console\n{found[0].rstrip()}\n```\n", page)


FILLED = {"<!-- concepts -->": concepts, "<!-- commands -->": commands}


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn links that lead out of docs/ to where the site holds the page, and fill in what is made from the code."""
    for outside, inside in OUTSIDE.items():
        markdown = markdown.replace(f"]({outside}", f"]({inside}")
    for mark, made in FILLED.items():
        markdown = markdown.replace(mark, made()) if mark in markdown else markdown
    return markdown
