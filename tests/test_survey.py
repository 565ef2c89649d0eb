"""How a scan ends: asked to, without room for its page, or on a terminal that shows the verdicts themselves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from scamguard import report_page, scanning, survey
from scamguard.cli import app
from scamguard.errors import DumpError

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
ENDINGS = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, arguments)])


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    (tmp_path / "d.jsonl").write_text(json.dumps({"text": SCAM, "sender": "x", "id": 1}) + "\n", "utf-8")
    return tmp_path / "d.jsonl"


# Asked to end


def end_twice(number: int) -> None:
    with survey._endings(), contextlib.ExitStack() as unfinished:
        unfinished.callback(os.kill, os.getpid(), number)  # while that is put away
        os.kill(os.getpid(), number)


@ENDINGS
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_end_is_taken_once_and_given_back(name: str) -> None:
    number = getattr(signal, name)
    with pytest.raises(KeyboardInterrupt) as ended:
        end_twice(number)
    assert isinstance(ended.value, survey._Ended)
    assert ended.value.status == 128 + number
    assert signal.getsignal(number) == signal.SIG_DFL


@ENDINGS
def test_a_signal_that_is_ignored_or_taken_stays_so() -> None:
    """As under nohup, or in a program that has its own way to end."""
    for own in (signal.SIG_IGN, lambda *_: None):
        before = signal.signal(signal.SIGHUP, own)
        try:
            with survey._endings():
                assert signal.getsignal(signal.SIGHUP) == own
                assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
            assert signal.getsignal(signal.SIGHUP) == own
        finally:
            signal.signal(signal.SIGHUP, before)


def test_only_the_main_thread_takes_signals() -> None:
    seen = []

    def enter() -> None:
        with survey._endings():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]


# No room for the page


def refuse(*_: object) -> None:
    raise DumpError("p.html: cannot be written: No space left on device") from OSError(28, "No space left on device")


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("options", [[], ["--by-conversation"]])
def test_what_was_found_is_told_and_kept_where_there_is_no_room_for_the_page(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    outs = ["--out", str(tmp_path / "o.jsonl"), "--report", str(tmp_path / "p.html"), *options]
    with monkeypatch.context() as patch:
        patch.setattr(report_page, "write", refuse)
        full = run(dump, *outs)
    assert full.exit_code == 2
    assert full.stderr == "scamguard: p.html: cannot be written: No space left on device\n"
    assert "1 message, 1 flagged" in full.stdout
    assert "claim.support" in full.stdout
    assert ("given away" in full.stdout) == bool(options)
    assert {file.name for file in tmp_path.iterdir()} == {"d.jsonl", "o.jsonl", "o.jsonl.checkpoint"}
    before = (tmp_path / "o.jsonl").read_bytes()
    assert "an earlier scan stopped here" in run(dump, *outs).stderr
    again = run(dump, *outs, "--resume")
    assert again.exit_code == 1
    assert "1 message of them judged before the scan was stopped" in again.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"d.jsonl", "o.jsonl", "p.html"}
    assert (tmp_path / "o.jsonl").read_bytes() == before


def test_who_stops_while_the_page_is_written_can_go_on(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "write", interrupt)
    stopped = run(dump, "--out", tmp_path / "o.jsonl", "--report", tmp_path / "p.html")
    assert stopped.exit_code == 130
    assert "go on with the same command and --resume" in " ".join(stopped.stderr.split())
    assert (tmp_path / "o.jsonl.checkpoint").exists()


def test_a_scan_that_comes_to_no_end_tells_nothing_but_why(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "scan", refuse_all)
    failed = run(dump, "--out", tmp_path / "o.jsonl")
    assert (failed.exit_code, failed.stdout, failed.stderr) == (2, "", "scamguard: no\n")


def refuse_all(*_: Any, **__: Any) -> None:
    raise DumpError("no")


# Verdicts on a terminal


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")
def test_verdicts_on_a_terminal_are_whole_lines(dump: Path) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows
    import pty  # noqa: PLC0415
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    command = [sys.executable, "-c", "from scamguard.cli import main; main()", "scan", str(dump), "--out", "-", "--show", "0"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "60"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while more := os.read(ours, 1 << 16):
                shown += more
        except OSError:  # it has ended
            pass
        assert process.wait(60) == 1
    os.close(ours)
    (verdict,) = [line for line in shown.decode().splitlines() if '"text"' in line]
    assert json.loads(verdict[verdict.index("{") :])["text"] == SCAM
