"""What mkdocs is told beyond its configuration: pages that stand outside docs/, and the table of concepts."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# a page of docs/ may link to these as GitHub shows them; on the site they have a page of their own
OUTSIDE = {
    "../README.md": "index.md",
    "../CHANGELOG.md": "changes.md",
    "../models/default/README.md": "model-card.md",
    "../data/README.md": "data-card.md",
}
CONCEPTS = "<!-- concepts -->"


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn links that lead out of docs/ to where the site holds the page, and fill in the table of concepts."""
    for outside, inside in OUTSIDE.items():
        markdown = markdown.replace(f"]({outside}", f"]({inside}")
    return markdown.replace(CONCEPTS, concepts()) if CONCEPTS in markdown else markdown


def concepts() -> str:
    """Make the table of the bundled concepts."""
    table = tomllib.loads((ROOT / "src" / "scamguard" / "rules" / "concepts.toml").read_text("utf-8"))
    rows = [f"| `{name}` | {text} | {'yes' if name in table['frames'] else ''} |" for name, text in table["concepts"].items()]
    return "\n".join(["| concept | a term of it says | frame |", "|---|---|---|", *rows])
