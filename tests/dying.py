"""Scan as the command does, with a guard that is loaded at once, and die of SIGKILL at a chosen step.

``python tests/dying.py STEP DUMP OUT…``, or ``begin`` with the same: a step is a write to the checkpoint or an output, a file
moved into place or removed; each counts before and after it happens. Step -1 never comes. The number of steps is the last line of
standard output.
Blocks are an eighth of their usual size, so that a small dump has as many steps as a large one.
What ``begin`` starts is forked from a process that has imported all this once: that takes as long as the scan.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pyarrow as pa

from scamguard import checkpoint, dumps, output, selection, survey
from scamguard.dumps import jsonl, pieces
from scamguard.table import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.dying", "pandas", "pyarrow.csv", "pyarrow.parquet", "rich.progress"])  # what a scan loads by and by


class Guard:
    """Judges by a checksum of the text, in no time."""

    model = SimpleNamespace(card={"rules": [{"id": "ask.x", "why": "Because."}], "sha256": "of nothing"})

    def scan(self, texts: pa.LargeStringArray, *, senders: object = None) -> pa.Table:  # noqa: ARG002 - as Guard.scan
        sums = np.array([zlib.crc32(text.encode()) % 1000 for text in texts.to_pylist()])
        actions = [("allow", "warn", "block")[int(n > 900) + int(n > 980)] for n in sums]
        asks = [["password"] if n % 7 == 0 and n > 900 else [] for n in sums]
        rules = [["ask.x"] if n > 900 else [] for n in sums]
        kinds = ["trust_trick" if n > 900 else "" for n in sums]
        columns = [sums / 1000, actions, kinds, asks, rules]
        return pa.table([pa.array(values, kind) for values, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


class Death:
    """Comes at a step."""

    def __init__(self, at: int) -> None:
        self.at, self.steps = at, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps - 1 == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """Let a method count as two steps."""
        plain: Callable[..., Any] = getattr(owner, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            self.step()
            result = plain(*arguments, **options)
            self.step()
            return result

        setattr(owner, name, counted)


def main(step: int, *arguments: str) -> None:
    """Scan the dump named first into the outputs named after it."""
    death = Death(step)
    death.around(checkpoint.Checkpoint, "add")
    death.around(output.Output, "add")
    death.around(Path, "replace")
    death.around(Path, "unlink")
    chosen = selection.Selection(only="flagged") if "--only" in arguments else selection.Selection()
    resume = True if "--resume" in arguments else None
    dump, *outs = (Path(name) for name in arguments if not name.startswith("--"))
    plan = survey.Plan(chosen, tuple(outs), None, "inbound", "never", resume)
    plan.check()
    guard: Any = Guard()
    with mock.patch.multiple(jsonl, BLOCK_ROWS=512, _PROBED=512), mock.patch.multiple(pieces, BLOCK_ROWS=512, PIECE=1 << 17):
        status = survey.run(plan, [dumps.open(dump)], guard, {}, show=3, every=False, threads=2)
    sys.stdout.write(f"{death.steps}\n")
    sys.exit(status)


def _apart(place: Path, step: int, *arguments: str) -> None:
    """Let both streams end in files of ``place``, as those of a process of its own would."""
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    main(step, *arguments)


def begin(place: Path, step: int, *arguments: str) -> ForkServerProcess:
    """Begin a scan whose streams are the files ``stdout`` and ``stderr`` of ``place``."""
    run = _FORKS.Process(target=_apart, args=(place, step, *arguments))
    run.start()
    return run


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
