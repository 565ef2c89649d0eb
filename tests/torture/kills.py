"""A scan killed with SIGKILL at random points, resumed, and compared with one that nobody killed, to the byte."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

_DYING: Final = Path(__file__).parents[1] / "dying.py"
_OUTS: Final = ("out.jsonl", "out.csv", "out.parquet", "out.sqlite", "out.sarif")
_COMMAND: Final = [sys.executable, "-c", "from scamguard.cli import main; main()", "scan"]


def dump(file: Path, messages: int) -> Path:
    """Write a dump with a broken record in it."""
    texts = ("Kraken Support: send us your seed phrase", "see you at {}", "请把验证码发给客服 {}", "message {} of many 密码")
    lines = [json.dumps({"text": texts[i % 4].format(i), "id": i, "sender": f"s{i % 7}"}) for i in range(messages)]
    lines[messages // 3] = '{"text": '
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


class _Scan:
    """A scan of one dump into all formats that can be compared."""

    def __init__(self, dump: Path, folder: Path, *, real: bool) -> None:
        self.folder, self._real = folder, real
        outs = [folder / name for name in _OUTS]
        options = [part for out in outs for part in ("--out", str(out))]
        self._start = [*_COMMAND, str(dump), *options] if real else [sys.executable, str(_DYING), "-1", str(dump), *map(str, outs)]

    def begun(self, *, step: int = -1, resume: bool = False) -> subprocess.Popen[bytes]:
        self.folder.mkdir(exist_ok=True)
        command = [*self._start, *(["--resume"] if resume else [])]
        if not self._real:
            command[2] = str(step)
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def killed(self, after: float) -> bool:
        """Run for so many seconds and kill it; say whether it was still running."""
        with self.begun() as running:
            try:
                running.wait(after)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
            running.communicate()
        return running.returncode == -signal.SIGKILL

    def emptied(self) -> None:
        """Remove all that a run has left."""
        for file in self.folder.iterdir() if self.folder.exists() else ():
            file.unlink()

    def finished(self, *, resume: bool) -> str:
        """Run to the end; give what it says if it fails. 2: a record was broken, if the outputs are there."""
        with self.begun(resume=resume) as running:
            said = running.communicate()[1]
        done = running.returncode == 2 and all((self.folder / name).exists() for name in _OUTS)
        return "" if done else f"status {running.returncode}: {said.decode(errors='replace')[-200:]}"


def run(folder: Path, points: int, *, real: bool, seed: int = 5) -> dict[str, Any]:
    """Kill and resume ``points`` times, by the clock, in the midst of a run; with ``real``, the command and the bundled model."""
    chances = random.Random(seed)
    read = dump(folder / "d.jsonl", 60_000 if real else 24_000)
    whole = _Scan(read, folder / "whole", real=real)
    started = time.perf_counter()
    wrong = [said] if (said := whole.finished(resume=False)) else []
    seconds = time.perf_counter() - started
    wanted = _contents(whole.folder)
    runs = resumed = 0
    for point in range(points):
        scan = _Scan(read, folder / f"point-{point}", real=real)
        died = False
        while not died:
            scan.emptied()
            started = time.perf_counter()
            died = scan.killed(chances.uniform(0.0, seconds))
            seconds = seconds if died else time.perf_counter() - started  # it ends sooner than the first did, or the machine is quicker now
            runs += 1
        resumed += (scan.folder / "out.jsonl.checkpoint").exists()
        said = scan.finished(resume=True)
        if said or _contents(scan.folder) != wanted:
            wrong.append(f"point {point}: {said or 'other outputs'}")
        scan.emptied()
    return {"points": points, "runs": runs, "with a checkpoint": resumed, "messages": len(read.read_bytes().splitlines()), "wrong": wrong[:10]}
