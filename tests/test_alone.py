"""A file is written by one scan at a time, is readable by whom it was, and takes the place of nothing that is somebody's own."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from scamguard.checkpoint import Checkpoint
from scamguard.cli import app
from scamguard.errors import DumpError
from scamguard.output import Growing, Lines, Output, part
from scamguard.sinks import FORMATS, alone

from .talking import scam, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no claims and no such permissions there")
SUFFIXES = [form.suffixes[0] for form in FORMATS.values()]
ABOUT = {"format": 1, "model": "m", "version": "0", "options": {}, "inputs": {}}
NOTES = "notes of my own\n"


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, arguments)], input=stdin)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    (tmp_path / "d.txt").write_text("see you at seven\n" * 3, "utf-8")
    return tmp_path / "d.txt"


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


# One scan at a time


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_second_scan_is_refused_and_the_first_goes_on(dump: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"b{suffix}"
    with Output(out) as first:
        first.add(table([scam("send it")]))
        second = run(dump, "--out", tmp_path / "a.jsonl", "--out", out)
        assert (second.exit_code, second.stdout) == (2, "")
        assert second.stderr == f"scamguard: {out}: another scan is writing to it; wait for it, or name another file\n"
        assert names(tmp_path) == {"d.txt", part(out).name} | ({f"{part(out).name}.wal"} if suffix == ".duckdb" else set())
        first.add(table([scam("send it")]))
    assert names(tmp_path) == {"d.txt", out.name}
    assert run(dump, "--out", tmp_path / "a.jsonl", "--out", out).exit_code == 0


@pytest.mark.parametrize("option", ["--broken", "--report"])
def test_so_is_one_that_has_no_checkpoint(dump: Path, tmp_path: Path, option: str) -> None:
    out = tmp_path / "b.html"
    with Lines(out) as first:
        first.add("one")
        assert "another scan is writing to it" in run(dump, option, out).stderr
    assert out.read_text("utf-8") == "one\n"
    assert names(tmp_path) == {"d.txt", "b.html"}


@pytest.mark.parametrize("kind", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_claims_takes_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    refuse_claims(monkeypatch, kind)
    part(tmp_path / "o").write_text("left by a scan that was killed", "utf-8")
    with Checkpoint(tmp_path / "c", ABOUT), Growing(tmp_path / "o") as file:
        file.write(b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"o": b"new"}


@pytest.mark.parametrize("kind", [errno.EWOULDBLOCK, errno.EAGAIN])
def test_a_claim_of_another_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    refuse_claims(monkeypatch, kind)
    with pytest.raises(DumpError, match="another scan is writing to the same --out"):
        Checkpoint(tmp_path / "c", ABOUT)
    with pytest.raises(DumpError, match="another scan is writing to it"):
        Growing(tmp_path / "o")


def refuse_claims(monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows

    def refuse(*_: object) -> None:
        raise OSError(kind, os.strerror(kind))

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.parametrize("opened", [alone.claimed, lambda path: alone.created(path, 0o666)])
def test_a_file_that_was_moved_away_before_it_was_claimed_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Any
) -> None:
    """The scan that had it came to its end just then."""
    hold = alone.hold
    moved: list[Path] = []

    def late(number: int) -> None:
        if not moved:
            moved.append((tmp_path / "p").rename(tmp_path / "o"))
        hold(number)

    monkeypatch.setattr(alone, "hold", late)
    number = opened(tmp_path / "p")
    assert os.path.samestat(os.fstat(number), (tmp_path / "p").stat())
    assert names(tmp_path) == {"o", "p"}
    os.close(number)


def test_what_the_next_scan_has_begun_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace
    begun = contextlib.ExitStack()

    def and_next(path: Path, to: Path) -> Path:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            done = path.replace(to)
            begun.enter_context(Growing(to))
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", and_next)
        with Growing(tmp_path / "o") as file:
            file.write(b"first")
    assert names(tmp_path) == {"o", part(tmp_path / "o").name}
    begun.close()
    assert names(tmp_path) == {"o"}


# Who may read it


@contextlib.contextmanager
def masking(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, suffix: str, mode: int) -> None:
    out = tmp_path / f"m{suffix}"
    out.write_bytes(b"old")
    out.chmod(mode)
    with masking(0o022), Output(out) as file:
        file.add(table([scam("send it")]))
        assert stat.S_IMODE(part(out).stat().st_mode) == 0o600  # until it is complete
    assert stat.S_IMODE(out.stat().st_mode) == mode


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_new_file_has_the_permissions_of_any(tmp_path: Path, suffix: str) -> None:
    with masking(0o027), Output(tmp_path / f"m{suffix}") as file:
        file.add(table([scam("send it")]))
    assert stat.S_IMODE((tmp_path / f"m{suffix}").stat().st_mode) == 0o640


def test_pages_and_lists_of_what_is_broken_keep_theirs(dump: Path, tmp_path: Path) -> None:
    for name in ("p.html", "b.txt"):
        (tmp_path / name).touch(0o600)
    (tmp_path / "link.html").symlink_to("p.html")
    assert run(dump, "--report", tmp_path / "link.html", "--broken", tmp_path / "b.txt").exit_code == 0
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("p.html", "b.txt")] == [0o600, 0o600]


# What is somebody's own


@pytest.mark.parametrize("options", [[], ["--resume"], ["--no-resume"]])
@pytest.mark.parametrize("own", [NOTES, NOTES * 1000, '{"text": "hi"}\n', "{", "\n"])
def test_a_file_of_ones_own_is_no_checkpoint(dump: Path, tmp_path: Path, options: list[str], own: str) -> None:
    place = tmp_path / "o.csv.checkpoint"
    place.write_text(own, "utf-8")
    result = run(dump, "--out", tmp_path / "o.csv", *options)
    if own == "{":  # as where the disk was full
        assert result.exit_code == 0
    else:
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"scamguard: {place}: no checkpoint of a scan, and would be written over; move it, or name another --out\n"
        assert place.read_text("utf-8") == own


@pytest.mark.parametrize("letter", ["n", "ñ", "名"])
@pytest.mark.parametrize("room", [11, 12, 19, 20, 21])  # the checkpoint beside it takes eleven
@pytest.mark.parametrize("suffix", [".jsonl", ".duckdb"])
def test_a_long_name_leaves_room_for_the_part(dump: Path, tmp_path: Path, letter: str, room: int, suffix: str) -> None:
    bytes_ = 255 - room - len(suffix)
    out = tmp_path / (letter * (bytes_ // len(letter.encode())) + suffix)
    assert run(dump, "--out", out).exit_code == 0
    assert names(tmp_path) == {"d.txt", out.name}
    other = out.with_name(out.name.replace(suffix, f"x{suffix}"))
    assert part(out) != part(other)
    assert part(tmp_path / f"short{suffix}").name == f".short{suffix}.scamguard.part"


def test_a_name_too_long_is_told_as_it_was_given(dump: Path, tmp_path: Path) -> None:
    for size in (245, 250):  # bytes: a checkpoint has no room beside it, nor has it itself
        failed = run(dump, "--out", tmp_path / ("n" * size + ".jsonl"))
        assert failed.exit_code == 2
        assert failed.stderr.startswith("scamguard: ")
        assert "n" * size in failed.stderr
        assert ".scamguard.part" not in failed.stderr
    assert names(tmp_path) == {"d.txt"}


def test_nor_is_one_that_is_called_a_part(dump: Path, tmp_path: Path) -> None:
    (tmp_path / ".o.csv.part").write_text(NOTES, "utf-8")
    assert run(dump, "--out", tmp_path / "o.csv").exit_code == 0
    assert names(tmp_path) == {"d.txt", "o.csv", ".o.csv.part"}


# What an earlier scan left


def stopped(out: Path) -> bytes:
    """Let a scan of standard input be stopped after a few messages; give its checkpoint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Output, "_finish", stop)
        assert run("-", "--out", out, stdin="see you\n" * 5).exit_code == 130
    return out.with_name(f"{out.name}.checkpoint").read_bytes()


def stop(_self: Output, kind: object, *_: object) -> None:
    if kind is None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("text", ["", "see you\n", "see me\n" * 5])
def test_a_resume_that_cannot_go_on_leaves_what_there_is(tmp_path: Path, text: str) -> None:
    out = tmp_path / "y.jsonl"
    left = stopped(out)
    failed = run("-", "--out", out, "--resume", stdin=text)
    assert failed.exit_code == 2
    assert "start afresh with --no-resume" in failed.stderr
    assert out.with_name("y.jsonl.checkpoint").read_bytes() == left
    again = run("-", "--out", out, "--resume", stdin="see you\n" * 5)
    assert again.exit_code == 0
    assert "5 messages of them judged before" in again.stdout
    assert names(tmp_path) == {"y.jsonl"}


def test_it_goes_where_one_starts_afresh(tmp_path: Path) -> None:
    out = tmp_path / "y.jsonl"
    stopped(out)
    assert run("-", "--out", out, "--no-resume", stdin="see me\n").exit_code == 0
    assert names(tmp_path) == {"y.jsonl"}


def test_and_where_an_output_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Checkpoint(tmp_path / "c", ABOUT)
    with contextlib.suppress(KeyboardInterrupt), kept:
        kept.add(b"d" * 16, table([scam("x")]).select(["risk", "action", "kind", "asks", "rules"]))
        raise KeyboardInterrupt
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DumpError), Checkpoint(tmp_path / "c", ABOUT, resume=True), Output(tmp_path / "w.duckdb"):
        pass
    with pytest.raises(DumpError, match="no such column"), Checkpoint(tmp_path / "c", ABOUT, resume=True):
        raise DumpError("no such column")
    with Checkpoint(tmp_path / "c", ABOUT, resume=True) as again:
        assert again.kept == 1
    assert names(tmp_path) == set()
