"""The code blocks of the documentation run, in order, as a reader would paste them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[int, str]]:
    """List the Python blocks of a page with the lines they begin at."""
    text = (DOCS / page).read_text("utf-8")
    return [(text[: found.start(1)].count("\n"), found[1]) for found in BLOCK.finditer(text)]


@pytest.mark.parametrize(("page", "least"), [("columns.md", 9), ("scale.md", 1)])
def test_the_blocks_of_a_page_run(page: str, least: int, tmp_path: Path) -> None:
    for needed in ("duckdb", "dask"):
        pytest.importorskip(needed)
    found = blocks(page)
    assert len(found) >= least
    names: dict[str, Any] = {"folder": tmp_path, "__name__": page}
    for line, code in found:
        exec(compile("\n" * line + code, str(DOCS / page), "exec"), names)  # noqa: S102 - our own page
    assert "guard" in names
