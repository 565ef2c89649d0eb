"""A scan writes nothing into a folder that it reads: it would be read as one more dump. A reader that leaves is no scam."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scamguard import dumps
from scamguard.cli import app
from scamguard.errors import DumpError
from scamguard.sinks import FORMATS

if TYPE_CHECKING:
    from typer.testing import Result

OUTS = [f"--out|v{form.suffixes[0]}" for form in FORMATS.values()]
COMMAND = [sys.executable, "-c", "from scamguard.cli import main; main()", "scan"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one dump, one more folder, and a link beside it that leads to it."""
    (tmp_path / "f" / "in").mkdir(parents=True)
    (tmp_path / "f" / "a.jsonl").write_text('{"text": "see you"}\n', "utf-8")
    (tmp_path / "link").symlink_to("f")
    return tmp_path / "f"


@pytest.mark.parametrize("asked", [*OUTS, "--report|r.html", "--broken|b.txt"])
def test_nothing_is_written_into_a_folder_that_is_read(folder: Path, asked: str) -> None:
    option, name = asked.split("|")
    outside = folder.parent / f"outside-{name}"
    (folder / f"link-{name}").symlink_to(outside)  # beside a link stands its checkpoint
    (folder.parent / f"back-{name}").symlink_to(folder / name)
    before = sorted(folder.rglob("*"))
    beside = folder.parent
    for read in (folder, beside / "link"):
        for path in (folder / name, folder / "in" / name, beside / "link" / name, folder / f"link-{name}", beside / f"back-{name}"):
            result = run(read, option, path)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr == f"scamguard: {option} {path}: it lies in {read}, which is read; write it elsewhere\n"
    assert sorted(folder.rglob("*")) == before
    assert not outside.exists()


def test_beside_a_folder_is_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = folder.parent / "f.csv"  # its name begins like the folder's
    assert run(folder, "--out", out).exit_code == 0
    assert out.read_text("utf-8").count("\n") == 2
    monkeypatch.chdir(folder)
    assert "v.csv: it lies in ., which is read" in run(".", "--out", "v.csv").stderr
    assert run(".", "--out", "../v.csv").exit_code == 0
    assert run("a.jsonl", "--out", "v.csv").exit_code == 0  # only the file is read


@pytest.mark.parametrize("options", [["--out", "-"], [], ["--out", "-", "--out", "v.csv"]])
def test_a_reader_that_leaves_is_no_finding(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "d.txt").write_text("see you\n" * 30_000, "utf-8")
    with subprocess.Popen(
        [*COMMAND, "d.txt", "--fail-on", "never", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 141
    assert "Error" not in told
    assert not (tmp_path / "v.csv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="other shells there")
@pytest.mark.parametrize("what", ["f", "f/a.jsonl"])
def test_nor_by_the_shell(folder: Path, what: str) -> None:
    with (folder / "a.jsonl").open("ab") as out:
        done = subprocess.run([*COMMAND, what, "--out", "-"], stdout=out, stderr=subprocess.PIPE, text=True, check=False, cwd=folder.parent)
    assert done.returncode == 2
    assert f"standard output leads to a file of {what}, which is read" in done.stderr
    assert (folder / "a.jsonl").read_text("utf-8").count("\n") == 1


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which $S is the command."""
    command = shlex.join(COMMAND[:-1])
    return subprocess.run(["sh", "-c", line.replace("$S", command)], capture_output=True, text=True, check=False)  # noqa: S607


@pytest.mark.skipif(sys.platform == "win32", reason="other shells there")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("$S scan - --out - <&-", "scamguard: standard input: it is closed\n"),
        ("$S check - <&-", "scamguard: standard input: it is closed\n"),
        ("$S scan /dev/null --out - >&-", "scamguard: --out -: standard output is closed; name a file\n"),
        ("$S scan /dev/null --out - >&- 2>&-", ""),
    ],
)
def test_a_stream_that_is_closed_is_one_line(line: str, told: str) -> None:
    done = shell(line)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device there")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("$S --help >/dev/full", "scamguard: [Errno 28] No space left on device\n"),
        ("$S scan --help >/dev/full", "scamguard: [Errno 28] No space left on device\n"),
        ("$S scan --bogus 2>/dev/full", ""),
        ("$S check hi --rules none 2>/dev/full", ""),
        ("$S check hi --lang xx 2>/dev/full", ""),
    ],
)
def test_what_cannot_be_told_is_no_finding(line: str, told: str) -> None:
    done = shell(line)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_standard_input_is_missed_in_python_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DumpError, match="standard input: it is closed"):
        dumps.open("-")
