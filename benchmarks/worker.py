"""Worker: one peer in a process of its own, so that its memory and its start are its own.

    python -m benchmarks.worker train PEER FOLDER
    python -m benchmarks.worker first PEER FOLDER    load, judge one message, stop
    python -m benchmarks.worker serve PEER FOLDER    load, then judge the timed messages once for each line of standard input

It writes one JSON object a line. ``serve`` answers ``run WAY`` with the seconds it took, by the wall and by the processor,
and where it laid the scores, and ``stop`` with its memory.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from benchmarks.corpus import Row

FIRST = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."


def main() -> None:
    """Do what the command line asks for."""
    what, name, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    peer = importlib.import_module(f"benchmarks.peers.{name}")
    if what == "first":
        _, judged = next(iter(peer.load(folder, [FIRST]).items()))
        _say({"score": float(judged()[0])})
    elif what == "train":
        peer.train(folder, rows(folder.parent / "training.jsonl"))
    else:
        _serve(peer, folder)


def rows(file: Path) -> list[Row]:
    """Read a corpus that the race laid out."""
    from benchmarks.corpus import Row  # noqa: PLC0415 - not needed to tell the first verdict

    return [Row(**json.loads(line)) for line in file.read_text("utf-8").split("\n") if line]


def _serve(peer: ModuleType, folder: Path) -> None:
    from benchmarks import process  # noqa: PLC0415
    from benchmarks.peers import PEERS  # noqa: PLC0415

    many = next(known.many for known in PEERS if f"benchmarks.peers.{known.name}" == peer.__name__)
    texts = [row.text for row in rows(folder.parent / "timed.jsonl")[:many]]
    ways = peer.load(folder, texts)
    for judged in ways.values():
        judged()  # the first time is another matter: see start-up
    _say({"ways": [*ways], "messages": len(texts), "loaded": process.resident()})
    for line in sys.stdin:
        order, _, way = line.strip().partition(" ")
        if order == "stop":
            _say({"highest": process.highest()})
            return
        _say(_timed(ways[way], folder / f"scores-{[*ways].index(way)}.npy"))


def _timed(judged: Any, file: Path) -> dict[str, Any]:  # noqa: ANN401 - any peer's function
    import numpy as np  # noqa: PLC0415

    gc.collect()
    start, spent = time.perf_counter(), time.process_time()
    scores = judged()
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    np.save(file, np.asarray(scores, np.float64))
    return {"seconds": seconds, "processor": spent, "scores": file.name}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
