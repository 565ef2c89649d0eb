"""Every code block of README.md and docs/ runs as it stands there, in order, as a reader would paste it.

Python and ``console`` blocks of a page share one folder and one set of names. What they show as a result must be what comes back,
`…` for what is left out: what stands below a command, or in a comment right below or behind a line of Python. What needs a platform
or a server carries a mark, ``<!-- test: not run: why -->``: it must compile, and what it imports must be there. The marks of
docs/chat.md name tests of test_chat_docs.py. Other shells' lines are parsed: commands, options, make targets, extras and files must
exist.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import itertools
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from typer.testing import CliRunner

import scamguard
from scamguard.cli import app

from .pages import PAGES, ROOT, Block, all_blocks, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

NEEDS = {"docs/columns.md": ("duckdb", "polars"), "docs/scale.md": ("dask",), "docs/report.md": ("jinja2", "rensa")}
SCAM = "Kraken Support: send us your seed phrase"
PROMPT = re.compile(r"^\$ ", re.MULTILINE)
VALUE = re.compile(r"""  # ((?:[\[({<'"\d]|True|False|None).*)""")  # behind a line, where it is no prose
LANGUAGES = {"python", "console", "sh", "toml", "yaml", "json", "text", ""}
ALLOWED = {"curl", "jq", "pre-commit", ".", "^C", "python3", "python", "pip", "make", "scamguard", "done", "while", "zcat"}


def is_run(block: Block) -> bool:
    """Say whether a block is run here."""
    return block.language == "console" or (block.language == "python" and not block.mark)


RUN = [page for page in PAGES if any(map(is_run, blocks(page)))]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: Guard) -> Path:
    """Make the folder in which a page is read: this project's data, and a few files of the reader's own."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "chats.csv").write_text(f'message,sender\n"{SCAM}",eve\nsee you at 7,mia\n', "utf-8")
    rows = [{"text": text, "label": label, "lang": "en"} for text, label in ((SCAM, "scam"), ("see you at 7", "benign"))]
    (tmp_path / "labelled.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")  # the language of advice
    load = scamguard.load
    once = lambda path=None, *, rules=None: guard if path is None and rules is None else load(path, rules=rules)  # noqa: E731
    monkeypatch.setattr("scamguard.guard.load", once)
    monkeypatch.setattr("scamguard.load", once, raising=False)
    return tmp_path


def names(page: str, place: Path, guard: Guard) -> dict[str, Any]:
    """Give a page the names that its text speaks of."""
    who = scamguard.Sender("Kraken Support", "@kraken_desk")
    known = {"scamguard": scamguard, "guard": guard, "Path": Path, "text": SCAM, "verdict": guard.check(SCAM), "sender": who}
    columns = {"texts": [SCAM, "hi"], "names": ["Kraken Support", "Mia"], "handles": ["@kraken_desk", "@mia"]}
    return {"__name__": page, "folder": place, **known, **columns}


@pytest.mark.parametrize("page", RUN)
def test_the_blocks_of_a_page_run(page: str, place: Path, guard: Guard) -> None:
    for needed in NEEDS.get(page, ()):
        pytest.importorskip(needed)
    space = names(page, place, guard)
    for block in filter(is_run, blocks(page)):
        if block.language == "console":
            run_console(block)
        else:
            run_python(block, space)


def is_shown(shown: str, given: str) -> bool:
    """Say whether a page shows what was given, white space aside and `…` for anything."""
    parts = [re.escape(" ".join(part.split())) for part in shown.split("…")]
    return re.fullmatch(" ?.*? ?".join(parts), " ".join(given.split())) is not None


def run_python(block: Block, space: dict[str, Any]) -> None:
    """Run a block statement by statement, and compare what it prints and gives with the comments that show it."""
    lines = block.text.splitlines()
    for node in ast.parse("\n" * (block.line - 1) + block.text).body:
        given = run_statement(node, str(ROOT / block.page), space)
        end = (node.end_lineno or 0) - block.line + 1  # lines of the block up to here
        below = list(itertools.takewhile(lambda line: line.startswith("#"), lines[end:]))
        behind = VALUE.search(lines[end - 1]) if not below else None
        if below:
            shown = "\n".join(line.removeprefix("#") for line in below)
            assert is_shown(shown, given), f"{block}: {ast.unparse(node)}\n{given}"
        elif behind:  # and then prose, perhaps
            assert is_shown(behind[1], given) or (given and behind[1].startswith(given)), f"{block}: {ast.unparse(node)}\n{given}"


def run_statement(node: ast.stmt, page: str, space: dict[str, Any]) -> str:
    """Run one statement; give what it prints, or else its value."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), page, "exec"), space)  # noqa: S102 - our own page
            return printed.getvalue()
        value = eval(compile(ast.Expression(node.value), page, "eval"), space)  # noqa: S307
    return printed.getvalue() or repr(value)


def run_console(block: Block) -> None:
    """Type every command, and compare what comes back with what the block shows."""
    for step in PROMPT.split(block.text)[1:]:
        command, _, shown = step.partition("\n")
        name, *arguments = shlex.split(command)
        assert name == "scamguard", f"{block}: {name}"
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code in {0, 1}, f"{block}: {command}\n{result.output}"
        assert is_shown(shown, result.stdout), f"{block}: {command}\n{result.output}"


@pytest.mark.parametrize("shown", ["risk 0.9… kraken", "risk 0.93 kraken", "…kraken", "risk…"])
def test_what_is_shown_is_compared(shown: str) -> None:
    assert is_shown(shown, "risk  0.93\nkraken\n")


@pytest.mark.parametrize("shown", ["risk 0.8… kraken", "risk 0.93", "kraken", ""])
def test_what_is_shown_and_is_not_so_is_found(shown: str) -> None:
    assert not is_shown(shown, "risk  0.93\nkraken\n")


@pytest.mark.parametrize("code", ["1 + 1\n# 3\n", "1 + 1  # 3: their sum\n", "print(2)\n# 3\n", "for i in (1, 2):\n    print(i)\n# 1\n"])
def test_a_comment_that_shows_something_else_is_found(code: str) -> None:
    with pytest.raises(AssertionError):
        run_python(Block("README.md", 7, "python", code, ""), {})


@pytest.mark.parametrize("code", ["1 + 1\n# 2\n", "1 + 1  # 2: their sum\n", "1 + 1  # adds them\n", "x = 3\n\n# from here on\nx\n# 3\n"])
def test_a_comment_that_shows_what_is_given_passes(code: str) -> None:
    run_python(Block("README.md", 7, "python", code, ""), {})


@pytest.mark.parametrize("block", [b for b in all_blocks() if b.language == "python"], ids=str)
def test_python_compiles_and_finds_what_it_imports(block: Block) -> None:
    nodes = list(ast.walk(ast.parse(block.text)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    assert all(importlib.util.find_spec(name) for name in names if name.split(".")[0] == "scamguard")


def commands(block: Block) -> Iterator[list[str]]:
    """Split a shell block into commands, each a list of words, without variables, comments and what comes behind a pipe."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|", line.removeprefix("- run: ")):
            words = shlex.split(re.sub(r"\$\([^)]*\)", "x", part), comments=True)
            while words and re.fullmatch(r"\w+=.*", words[0]):
                del words[0]
            if words:
                yield words


SHELL = [b for b in all_blocks() if b.language in {"sh", ""}]


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_shell_lines_speak_of_what_there_is(block: Block) -> None:
    script = "\n".join(line for line in block.text.splitlines() if not line.startswith("^C"))
    checked = subprocess.run(["/bin/bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert checked.returncode == 0, f"{block}: {checked.stderr}"
    found = list(commands(block))
    assert found
    for words in found:
        assert words[0] in ALLOWED, f"{block}: {words}; a block that is no command is a ```text block"
        look(words)


def look(words: list[str]) -> None:
    """Check that what a command names exists."""
    if words[0] == "scamguard":
        parse(words[1:])
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), words
    elif words[0] == "pip":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        for extras in re.findall(r"(?:scamguard|\.)\[([\w,]+)\]", " ".join(words)):
            assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    elif words[:2] == ["python", "-m"] and words[2].startswith("benchmarks"):
        assert (ROOT / (words[2].replace(".", "/") + ".py")).exists()
    elif words[0] == "python" and words[1].endswith(".py"):
        assert (ROOT / words[1]).exists(), words


def parse(arguments: list[str]) -> None:
    """Let the command line read the arguments and stop before it does anything."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(command.name, arguments)


@pytest.mark.parametrize("block", [b for b in all_blocks() if b.language in {"toml", "yaml", "json"}], ids=str)
def test_data_blocks_parse(block: Block) -> None:
    if block.language == "toml":
        assert tomllib.loads(block.text)
    elif block.language == "json":
        assert json.loads(block.text)
    else:
        assert pytest.importorskip("yaml").safe_load(block.text)
        for line in re.findall(r"run: (scamguard .*)", block.text):
            look(shlex.split(line))


def test_every_block_is_of_a_known_language() -> None:
    strange = [str(block) for block in all_blocks() if block.language not in LANGUAGES]
    assert not strange


def test_what_is_not_run_says_why() -> None:
    marks = {str(b): b.mark for b in all_blocks() if b.mark}
    assert all(re.fullmatch(r"\w+|not run: .{8,}", mark) for mark in marks.values()), marks
    assert {b.page for b in all_blocks() if re.fullmatch(r"\w+", b.mark)} == {"docs/chat.md"}  # run by test_chat_docs.py
