"""A disk that fills up, and folders in which nothing can be written: one clear line, nothing half-written, nothing lost.

Needs to mount small file systems in a name space of its own (``unshare``); where that is not allowed it says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from . import kills

if TYPE_CHECKING:
    from pathlib import Path

_MAIN: Final = "from scamguard.cli import main; main()"
_SIZES: Final = (4, 16, 64, 200, 400, 700, 1000, 1500, 2500)  # kilobytes
_SUFFIXES: Final = ("jsonl", "csv", "parquet", "sqlite", "sarif")


def possible() -> bool:
    """Say whether file systems may be mounted here."""
    return shutil.which("unshare") is not None and not subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True, check=False
    ).returncode


def full(folder: Path) -> dict[str, Any]:
    """Scan into file systems that are too small, in every format."""
    read = kills.dump(folder / "d.jsonl", 12_000)
    wrong, told = [], 0
    for suffix in _SUFFIXES:
        for size in _SIZES:
            room = folder / f"{suffix}-{size}"
            room.mkdir()
            (room / "note").touch()
            scan = [sys.executable, "-c", _MAIN, "scan", str(read), "--out", str(room / f"out.{suffix}")]
            said, status, left = _within(room, f"size={size}k", scan)
            complete = f"out.{suffix}" in left
            told += status == 2 and not complete
            if complete and ".part" not in str(left):
                continue
            lines = [line for line in said.splitlines() if line.strip()]
            if "Traceback" in said or status != 2 or not re.search("No space left|disk is full", said) or len(lines) > 3:
                wrong.append(f"{suffix} in {size} kB: status {status}: {said[-200:]}")
            if any(name.endswith(".part") for name in left):
                wrong.append(f"{suffix} in {size} kB: left {left}")
    return {"runs": len(_SUFFIXES) * len(_SIZES), "told": told, "wrong": wrong[:10]}


def _within(room: Path, options: str, command: list[str]) -> tuple[str, int, list[str]]:
    """Run a command with a file system of its own at ``room``; what it says, its status and the files left."""
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" || exit 99; shift; room=$1; shift; "$@"; status=$?; echo; ls -A "$room" >&3; exit $status'
    reading, writing = os.pipe()
    with subprocess.Popen(
        ["unshare", "--mount", "bash", "-c", script.replace(">&3", f">&{writing}"), "-", options, str(room), *command],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[writing],
    ) as running:  # fmt: skip
        os.close(writing)
        said = running.communicate()[0]
        with os.fdopen(reading) as names:
            return said, running.returncode, names.read().split()


def read_only(folder: Path) -> dict[str, Any]:
    """Run every command that writes with an output in a folder that is read-only, and all with a read-only home."""
    room = folder / "room"
    room.mkdir()
    read = kills.dump(folder / "d.jsonl", 300)
    out = room / "out.jsonl"
    cases = {
        "scan --out": ["scan", str(read), "--out", str(out)],
        "scan --report": ["scan", str(read), "--report", str(room / "report.html")],
    }
    wrong = []
    for name, arguments in cases.items():
        said, status, left = _within(room, "ro,size=64k", [sys.executable, "-c", _MAIN, *arguments])
        if status != 2 or "Traceback" in said or "Read-only" not in said or left:
            wrong.append(f"{name}: status {status}: {said[-200:]}")
    said, status, _ = _within(room, "ro,size=64k", ["env", f"HOME={room}", f"XDG_CACHE_HOME={room}", f"TMPDIR={room}",
                              sys.executable, "-c", _MAIN, "check", "see you at 7"])  # fmt: skip
    if status != 0:
        wrong.append(f"check in a read-only home: status {status}: {said[-200:]}")
    return {"runs": len(cases) + 1, "told": len(cases) + 1 - len(wrong), "wrong": wrong}
