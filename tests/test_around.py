"""What fails around us, a full disk, a terminal, another's archive, a clock gone wrong, ends in one line that names the place."""

from __future__ import annotations

import contextlib
import errno
import io
import sys
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from scamguard.checkpoint import Checkpoint
from scamguard.cli import app
from scamguard.dumps import times
from scamguard.dumps.source import Source
from scamguard.dumps.tree import Tree
from scamguard.errors import DumpError
from scamguard.output import STDOUT, Growing, Lines, Output, checked, part

from .talking import scam, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FULL = OSError(errno.ENOSPC, "No space left on device")


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


# The command


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "model/card.json"), "scamguard: model/card.json: Permission denied\n"),
        (FULL, "scamguard: [Errno 28] No space left on device\n"),
    ],
)
def test_an_error_of_the_system_is_one_line(monkeypatch: pytest.MonkeyPatch, error: OSError, line: str) -> None:
    monkeypatch.setattr("scamguard.cli.load_guard", raising(error))
    result = CliRunner().invoke(app, ["check", "hi"])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


def test_a_reader_that_left_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scamguard.cli.load_guard", raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    result = CliRunner().invoke(app, ["check", "hi"])
    assert (result.exit_code, result.output) == (141, "")  # 1 would say that something was flagged


# Outputs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("form", "words"),
    [("sqlite", "cannot be written to a pipe; name a file"), ("parquet", "is not for a terminal; name a file or pipe it on")],
)
def test_what_standard_output_cannot_take_is_told(monkeypatch: pytest.MonkeyPatch, form: str, words: str) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(DumpError, match=f"--out -: {form} {words}"):
        checked(STDOUT, form)


def test_a_message_does_not_drive_the_terminal_it_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    with Output(STDOUT, "csv") as out:
        out.add(table([scam("send it\x1b[2J\x1b]0;owned\x07 now")]))
    assert "send it␛[2J␛]0;owned␇ now" in shown.getvalue()
    assert not {"\x1b", "\x07"} & set(shown.getvalue())


@pytest.mark.parametrize("when", ["add", "close"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, when: str) -> None:
    out = Output(tmp_path / "o.jsonl")
    out._sink = SimpleNamespace(**{"add": lambda _: None, "close": lambda: None, when: raising(FULL)})
    with pytest.raises(DumpError, match=r"o\.jsonl: cannot be written: No space left on device$"), out:
        out.add(table([{}]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [None, KeyboardInterrupt, ValueError])
def test_a_file_is_in_place_when_it_is_complete_and_not_before(tmp_path: Path, kind: type[BaseException] | None) -> None:
    (tmp_path / "o").write_text("old")
    with contextlib.suppress(*([kind] if kind else [])), Growing(tmp_path / "o", encoding="utf-8") as file:
        file.write("new")
        assert (tmp_path / "o").read_text() == "old"
        if kind is not None:
            raise kind
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("o", "old" if kind else "new")]


def test_a_file_that_does_not_fit_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "o").write_bytes(b"old")
    for size in (10, 1 << 20):  # told when it is closed, and when it is written
        with no_file_above(4), pytest.raises(DumpError, match=r"o: cannot be written: File too large$"), Growing(tmp_path / "o") as file:
            file.write(b"x" * size)
    with no_file_above(4), contextlib.suppress(ZeroDivisionError), Growing(tmp_path / "o") as file:
        file.write(b"x" * 10)
        file.write(b"x" * (1 // 0))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("o", b"old")]


def test_lines_do_not_hide_what_stopped_a_scan(tmp_path: Path) -> None:
    with no_file_above(4), contextlib.suppress(ZeroDivisionError), Lines(tmp_path / "o") as file:
        file.add("x" * 10)
        file.add("x" * (1 // 0))
    assert list(tmp_path.iterdir()) == []


def test_a_link_where_a_file_grows_leads_nowhere(tmp_path: Path) -> None:
    """In a folder that many may write to, anybody can put one there."""
    (tmp_path / "own").write_bytes(b"mine")
    part(tmp_path / "o").symlink_to(tmp_path / "own")
    with Growing(tmp_path / "o") as file:
        file.write(b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"own": b"mine", "o": b"new"}
    assert not (tmp_path / "o").is_symlink()


def test_a_reader_that_left_is_told_to_the_command(tmp_path: Path) -> None:
    out = Output(tmp_path / "o.jsonl")
    out._sink = SimpleNamespace(add=raising(BrokenPipeError()), close=lambda: None)
    with pytest.raises(BrokenPipeError), out:
        out.add(table([{}]))


def test_a_database_that_cannot_grow_is_told(tmp_path: Path) -> None:
    out = Output(tmp_path / "o.sqlite")
    sink: Any = out._sink
    sink._base.execute("PRAGMA cache_size = 1")
    sink._base.execute("PRAGMA max_page_count = 3")
    with pytest.raises(DumpError, match=r"o\.sqlite: cannot be written: database or disk is full$"), out:
        out.add(table([scam("x" * 50_000)]))
    assert list(tmp_path.iterdir()) == []


@contextlib.contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a disk that is full."""
    resource: Any = pytest.importorskip("resource", reason="POSIX alone limits files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 4096, 65536])
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "sqlite", "sarif", "duckdb"])
def test_what_does_not_fit_is_told_and_leaves_nothing(tmp_path: Path, suffix: str, size: int) -> None:
    rows = table([scam(f"{n} {n * 2654435761 % 2**32:x}") for n in range(4000)])
    with no_file_above(size), pytest.raises(DumpError, match="cannot be written"), Output(tmp_path / f"out.{suffix}") as out:
        out.add(rows)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_does_not_fit_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with no_file_above(0), pytest.raises(DumpError, match=r"out\.checkpoint: cannot be written"):
        Checkpoint(tmp_path / "out.checkpoint", {})
    assert list(tmp_path.iterdir()) == []


def test_duckdb_is_named_when_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DumpError, match=r"DuckDB needs the package duckdb: pip install 'scamguard\[duckdb\]'$"):
        Output(tmp_path / "o.duckdb")
    assert list(tmp_path.iterdir()) == []


# Archives


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("users.json", "[]")
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[:4] = b"none"
    (tmp_path / "a.zip").write_bytes(raw)
    with (tmp_path / "a.zip").open("rb") as file:
        member = Tree(Source("a.zip", None), file).members["users.json"]
        with pytest.raises(DumpError, match=r"^a\.zip:users\.json: cannot be unpacked: "):
            member.open()


# Clocks

NOON = times.iso("2024-05-01T12:00:00Z")


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda: times.any_of("2024-13-01"), None),
        (lambda: times.any_of(value=True), None),
        (lambda: times.any_of([NOON]), None),
        (lambda: times.any_of(10**400), None),
        (lambda: times.any_of(float("nan")), None),
        (lambda: times.any_of(1e300), None),
        (lambda: times.any_of("noon"), None),
        (lambda: times.any_of("2024/05/01 12:00"), NOON),
        (lambda: times.any_of("2024/5/1 12:00:00"), NOON),
        (lambda: times.any_of("2024. 5. 1. 12:00"), NOON),
        (lambda: times.any_of("2024年5月1日 12:00"), NOON),
        (lambda: times.any_of("2024-5-1  12:00:00"), NOON),
        (lambda: times.any_of("01-May-24 12:00 PM"), NOON),
        (lambda: times.any_of("2024/13/01"), None),
        (lambda: times.any_of("05/01/2024"), None),
        (lambda: times.any_of("2024"), None),
        (lambda: times.any_of(datetime(2024, 5, 1, 12, tzinfo=UTC)), NOON),
        (lambda: times.known(times.since(count=True, per_second=1)), None),
        (lambda: times.known(times.since(float("inf"), 1)), None),
        (lambda: times.since("1714564800.0", 1), NOON),
        (lambda: times.known(times.since(10**17, 1)), None),
        (lambda: times.known(times.mail("no date")), None),
        (lambda: times.mail(None), None),
        (lambda: times.mail("Wed, 01 May 2024 14:00:00 +0200"), NOON),
        (lambda: times.written("01/05/2024 12:00", "%Y", "%d/%m/%Y %H:%M"), NOON),
        (lambda: times.written("2024-05-01 12:00", "%d/%m/%Y"), NOON),
        (lambda: times.written(3, "%Y"), None),
    ],
)
def test_a_time_is_read_or_is_none(read: Callable[[], int | None], told: int | None) -> None:
    assert read() == told
