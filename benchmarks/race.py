"""Race: all peers on the same messages, taking turns, so that a busy minute of the machine hurts all alike.

Every peer has a process of its own that waits while the others run. A ratio is taken within each round; what is reported
is the median over the rounds and the middle half of them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from . import answers, corpus, process
from .peers import PEERS, REFERENCE, Peer
from .results import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .corpus import Row

WORK: Final = Path(__file__).parent / ".work"
MANY: Final = 20_000
_STARTS: Final = 5
_Times = tuple[float, float]  # seconds a message by the wall; by the processor, all threads of the peer added up


@dataclass(slots=True)
class Runner:
    """A peer that is loaded and waits for its turn."""

    peer: Peer
    child: subprocess.Popen[str]
    ways: list[str]
    messages: int
    loaded: int

    def ask(self, order: str) -> dict[str, Any]:
        """Give an order and read the answer."""
        assert self.child.stdin is not None
        self.child.stdin.write(order + "\n")
        self.child.stdin.flush()
        return _answer(self.child, self.peer)


def run(rounds: int, names: Sequence[str] = (), *, quick: bool = False) -> dict[str, Any]:
    """Train, start, race and check every peer that is installed.

    Returns
    -------
    What ``results/race.json`` holds: ``corpus``, ``rows`` (one a way of a peer) and ``absent``.
    """
    rows = lay_out()
    peers = [peer for peer in PEERS if not names or peer.name in {REFERENCE, *names}]
    absent = {peer.title: why for peer in peers if (why := _train(peer))}
    present = [peer for peer in peers if peer.title not in absent]
    runners = [_started(peer) for peer in present]
    taken = _race(runners, rounds)
    out = []
    for runner in runners:
        highest = runner.ask("stop")["highest"]
        runner.child.wait()
        start = spread([*_births(runner.peer, 1 if quick else _STARTS)])
        for i, way in enumerate(runner.ways):
            checked = answers.check(runner.peer, rows, np.load(_home(runner.peer) / f"scores-{i}.npy"))
            out.append(_row(runner, way, taken, checked) | {"start_seconds": start, "peak_bytes": highest})
    return {"corpus": describe(rows), "rounds": rounds, "rows": out, "absent": absent}


def lay_out(many: int = MANY) -> list[Row]:
    """Write the corpus where the peers find it."""
    WORK.mkdir(exist_ok=True)
    timed = corpus.messages(many)
    for name, rows in (("timed", timed), ("training", corpus.training())):
        (WORK / f"{name}.jsonl").write_text("".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return timed


def describe(rows: Sequence[Row]) -> dict[str, Any]:
    """Say what was measured on."""
    lengths = [len(row.text) for row in rows]
    return {
        "sha256": corpus.digest(rows), "seed": corpus.SEED, "messages": len(rows), "languages": len({row.lang for row in rows}),
        "scams": sum(row.scam for row in rows), "mean_characters": round(fmean(lengths), 1), "median_characters": median(lengths),
        "mean_bytes": round(fmean(len(row.text.encode()) for row in rows), 1),
    }  # fmt: skip


def python_of(peer: Peer) -> str:
    """Name the interpreter of a peer: that of its own environment if one was made."""
    own = WORK / "venvs" / peer.name / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _home(peer: Peer) -> Path:
    home = WORK / peer.name
    home.mkdir(exist_ok=True)
    return home


def _command(what: str, peer: Peer) -> list[str]:
    return [python_of(peer), "-m", "benchmarks.worker", what, peer.name, str(_home(peer))]


def _train(peer: Peer) -> str:
    """Let a peer fit, unless it has fitted these very rows; return why it cannot take part, empty if it can."""
    probe = f"import importlib.util as u, sys; sys.exit(u.find_spec({peer.needs!r}) is None)"
    if peer.needs and subprocess.run([python_of(peer), "-c", probe], check=False).returncode:  # noqa: S603
        return f"skipped: {peer.needs} is not installed"
    parts = Path(__file__).with_name("peers") / f"{peer.name}.py", WORK / "training.jsonl"
    wanted, stamp = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest(), _home(peer) / "trained"
    if peer.needs and stamp.exists() and stamp.read_text() == wanted:
        return ""
    subprocess.run(_command("train", peer), check=True, env=process.environment(), stdout=subprocess.DEVNULL)  # noqa: S603
    stamp.write_text(wanted)
    return ""


def _started(peer: Peer) -> Runner:
    child = subprocess.Popen(  # noqa: S603
        _command("serve", peer), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=process.environment()
    )
    ready = _answer(child, peer)
    return Runner(peer, child, ready["ways"], ready["messages"], ready["loaded"])


def _answer(child: subprocess.Popen[str], peer: Peer) -> dict[str, Any]:
    """Read the next JSON line; a library may write lines of its own before it."""
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("{"):
            answer: dict[str, Any] = json.loads(line)
            return answer
    raise RuntimeError(f"benchmarks/peers/{peer.name}.py: the process ended without an answer; run it alone: make bench PEERS={peer.name}")


def _race(runners: Sequence[Runner], rounds: int) -> dict[tuple[str, str], list[_Times]]:
    """Time every way once a round, every other round in reverse."""
    turns = [(runner, way) for runner in runners for way in runner.ways]
    taken: dict[tuple[str, str], list[_Times]] = {(runner.peer.name, way): [] for runner, way in turns}
    first: dict[tuple[str, str], bytes] = {}
    for i in range(rounds):
        for runner, way in turns[:: -1 if i % 2 else 1]:
            answer = runner.ask(f"run {way}")
            key = runner.peer.name, way
            taken[key].append((answer["seconds"] / runner.messages, answer["processor"] / runner.messages))
            scores = (_home(runner.peer) / answer["scores"]).read_bytes()
            assert first.setdefault(key, scores) == scores, f"{runner.peer.title} ({way}) gave other scores in round {i + 1}"
    return taken


def _births(peer: Peer, many: int) -> Iterator[float]:
    """Time fresh processes from their birth to their first verdict."""
    for _ in range(many):
        began = time.perf_counter()
        done = subprocess.run(_command("first", peer), check=True, capture_output=True, text=True, env=process.environment())  # noqa: S603
        yield time.perf_counter() - began
        assert '"score"' in done.stdout


def _row(runner: Runner, way: str, taken: dict[tuple[str, str], list[_Times]], checked: dict[str, Any]) -> dict[str, Any]:
    mine, reference = taken[runner.peer.name, way], next(times for (name, _), times in taken.items() if name == REFERENCE)
    return {
        "peer": runner.peer.name, "title": runner.peer.title, "way": way, "task": runner.peer.task, "messages": runner.messages,
        "messages_per_second": spread([1 / seconds for seconds, _ in mine]),
        "ratio": spread([b / a for (a, _), (b, _) in zip(mine, reference, strict=True)]),
        "processor_ratio": spread([b / a for (_, a), (_, b) in zip(mine, reference, strict=True)]),
        "answer": checked,
    }  # fmt: skip
