"""The notebooks run from top to bottom, and are kept with the outputs that a reader sees first."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
PLOTS = {"01_quick_start": 3, "02_training": 5, "03_errors": 3, "04_rule_pack": 1, "05_active_learning": 1}
SECONDS = 300  # for one cell; all five take half a minute


def read(name: str) -> Any:
    nbformat: Any = pytest.importorskip("nbformat", reason="needs the notebooks extra")
    return nbformat.read(FOLDER / f"{name}.ipynb", 4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def plots(notebook: Any) -> int:
    return sum("image/png" in output.get("data", {}) for cell in code(notebook) for output in cell.outputs)


def test_there_are_five() -> None:
    assert NOTEBOOKS == list(PLOTS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_is_kept_is_whole_and_says_nothing_of_a_machine(name: str) -> None:
    notebook = read(name)
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert plots(notebook) == PLOTS[name]
    said = "".join(str(output) for cell in code(notebook) for output in cell.outputs if "data" not in output)
    assert not re.search(r"(?<![\w.])/(?:tmp|home|Users|root)/|Traceback", said)


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    """Run them all in one kernel, which forgets every name between them and comes back to their folder: what they import takes long."""
    nbclient: Any = pytest.importorskip("nbclient", reason="needs the notebooks extra")
    for needed in ("ipykernel", "matplotlib", "sklearn"):
        pytest.importorskip(needed, reason="needs the notebooks extra")
    notebooks = {name: read(name) for name in NOTEBOOKS}
    for cell in [cell for notebook in notebooks.values() for cell in code(notebook)]:
        cell.outputs = []
    whole, new_cell = read(NOTEBOOKS[0]), pytest.importorskip("nbformat").v4.new_code_cell
    whole.cells = [
        cell for notebook in notebooks.values() for cell in (new_cell(f"%reset -f\n%cd -q {FOLDER}"), *notebook.cells)
    ]
    client = nbclient.NotebookClient(whole, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    asyncio.run(client.async_execute())  # raises on the first cell that fails
    return notebooks


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_it_runs(ran: dict[str, Any], name: str) -> None:
    assert plots(ran[name]) == PLOTS[name]
