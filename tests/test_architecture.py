"""The shape of the code: imports run one way, heavy modules wait until they are needed, nothing grows beyond a page or two."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import scamguard

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(scamguard.__file__).parent
# A module imports only from those before it, at the top or inside a function. A new module takes its place here.
_CORE = (
    "errors visible kinds lowering kernels slots columns addresses breaks composing disguises homophones typos tidy arena fold "
    "tokens brands imitation spelled lexicon automaton match merge misspellings trie wordgraph terms rules passages body parts seen "
    "ngrams features steps quoted sums engine sieve rooms reader glance proof soundness model verdict pack asks language contacts "
    "sender senders mentions whom identity weighing narrow explain suspects table secrets outgoing giveaways guard sending wording "
    "advice chains masking ticket letter"
)
_AROUND = (
    "train sklearn dumps chat spark sinks render output selection checkpoint targets conversations report_page scanning command survey "
    "reporting workshop feedback serve service bridges cli __main__"
)
CORE = _CORE.split()
LAYERS = CORE + _AROUND.split()
# Verdict.advice() and .report(), Incident.markdown() and .text() read what makes them when asked to; most verdicts never are
LATE = {("verdict", "advice"), ("verdict", "ticket"), ("ticket", "letter")}
TRAINING_ONLY = {"sklearn", "scipy", "pandas", "joblib"}
HEAVY = {"jinja2", "rensa", "numba", "pyarrow", "sklearn", "pandas", "scipy", "rich", "typer", "numpy", "safetensors", "regex"}
FILES = sorted(SRC.rglob("*.py"))


def home(file: Path) -> str:
    """Name the layer of a file: its module, or the package it is in."""
    return file.relative_to(SRC).parts[0].removesuffix(".py")


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the code, but not what stands under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from runtime_nodes(child)


@cache
def parsed(file: Path) -> ast.Module:
    """Parse a file once for all tests."""
    return ast.parse(file.read_text("utf-8"))


@cache
def imported(file: Path) -> frozenset[str]:
    """Name every module that a file imports when it runs, at the top or inside a function, in full."""
    package = ["scamguard", *file.relative_to(SRC).parent.parts]
    found = set()
    for node in runtime_nodes(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])]) if node.level else str(node.module)
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return frozenset(found)


def own(file: Path) -> set[str]:
    """Name the layers that a file imports from."""
    return {parts[1] for name in imported(file) if (parts := name.split("."))[0] == "scamguard" and len(parts) > 1} - {"__version__"}


def packages(file: Path) -> set[str]:
    """Name the packages that a file imports from."""
    return {name.split(".")[0] for name in imported(file)}


def ids(file: Path) -> str:
    """Name a file in a test report."""
    return file.relative_to(SRC).as_posix()


# Each test goes through all files, and names those it is not content with: a test for each file would be fifteen hundred.
def test_imports_run_one_way() -> None:
    assert {home(file) for file in FILES} - {"__init__"} <= {*LAYERS}, "give it its place in LAYERS"
    wrong = {}
    for file in (file for file in FILES if home(file) != "__init__"):
        layer = home(file)
        before = {*LAYERS[: LAYERS.index(layer)]} | ({layer} if file.parent != SRC else set())
        wrong[ids(file)] = {name for name in own(file) if (layer, name) not in LATE} - before
    assert {file: names for file, names in wrong.items() if names} == {}


def test_the_page_tells_every_module_below_what_it_imports_from() -> None:
    page = (SRC.parents[1] / "docs/architecture.md").read_text("utf-8")
    table = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    rows = [[name.rstrip("/") for name in re.findall(r"`([^`]+)`", row)] for row in table]
    place = {name: i for i, row in enumerate(rows) for name in row}
    assert sorted(name for row in rows for name in row) == sorted({*LAYERS} - {"__main__"})
    needed = {(home(file), name) for file in FILES for name in own(file)} - LATE
    assert {(one, of) for one, of in needed if one in place and place[of] > place[one]} == set()


def test_only_training_and_the_estimators_need_scikit_learn() -> None:
    """Training, and `scamguard.sklearn`, which nothing else of ours imports: whoever asks for estimators has scikit-learn."""
    files = [file for file in FILES if home(file) not in {"train", "sklearn"}]
    assert [ids(file) for file in files if "sklearn" in own(file) or packages(file) & TRAINING_ONLY] == []


def test_only_the_spark_module_needs_spark() -> None:
    assert [ids(file) for file in FILES if home(file) != "spark" and "pyspark" in packages(file)] == []


def test_the_core_knows_nothing_of_training_or_terminals() -> None:
    core = [file for file in FILES if home(file) in CORE]
    assert [ids(file) for file in core if packages(file) & {"rich", "typer"} or "train" in own(file)] == []


def test_import_loads_nothing_heavy() -> None:
    code = f"import sys, scamguard; scamguard.__all__, dir(scamguard); print(sorted({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scoring_loads_nothing_of_training() -> None:
    """Whoever only scores need not have scikit-learn, pandas or the command line installed."""
    unwanted = {"sklearn", "pandas", "joblib", "rich", "typer"}  # Numba itself looks for SciPy
    code = f"import sys; from scamguard import guard, proof; print(sorted({unwanted!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_holds_two_ideas() -> None:
    lines = {ids(file): len(file.read_text("utf-8").splitlines()) for file in FILES}
    assert {file: many for file, many in lines.items() if many > 350} == {}


def too_long(file: Path) -> dict[str, int]:
    """Count the lines of every long function, without its docstring."""
    counts = {}
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            counts[node.name] = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
    return {name: lines for name, lines in counts.items() if lines > 60}


def test_no_function_is_longer_than_a_page() -> None:
    assert {ids(file): names for file in FILES if (names := too_long(file))} == {}


def test_every_module_opens_with_its_idea() -> None:
    assert [ids(file) for file in FILES if not ast.get_docstring(parsed(file))] == []


def test_every_public_name_has_its_home() -> None:
    assert set(scamguard.__all__) == set(scamguard._HOME)
    for name, module in scamguard._HOME.items():
        assert getattr(importlib.import_module(f"scamguard.{module}"), name) is getattr(scamguard, name)


def test_every_module_loads() -> None:
    """Some are loaded by no test: where an extra's package is there, loading warns of nothing and fails at nothing."""
    for file in FILES:
        if file.relative_to(SRC).as_posix() not in {"__main__.py", "chat/matrix.py"}:  # the command starts; Synapse warns
            name = ".".join(["scamguard", *file.relative_to(SRC).with_suffix("").parts]).removesuffix(".__init__")
            assert importlib.import_module(name).__name__ == name
