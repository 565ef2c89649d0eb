"""Many threads on one Guard: every verdict the same to the last bit, and memory flat."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

import numpy as np

import scamguard

from .proc import growth, handles, megabytes
from .targets import ROOT


def run(seconds: float, threads: int = 64) -> dict[str, Any]:
    """Score, check and scan in ``threads`` threads at once for ``seconds``."""
    lines = (ROOT / "src" / "scamguard" / "golden" / "messages.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    guard = scamguard.load()
    risks, table = guard.score(texts).view(np.uint32), guard.scan(texts)
    verdicts = [guard.check(text).to_dict() for text in texts]
    given = [guard.check(text, direction="outgoing").to_dict() for text in texts]
    done: Counter[str] = Counter()
    drift: list[str] = []
    until = time.monotonic() + seconds

    def hammer(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            at, turn = turn % len(texts), turn + 1
            name = ("check", "score", "check", "outgoing", "check", "scan")[turn % 6]
            if name == "check":
                same = guard.check(texts[at]).to_dict() == verdicts[at]
            elif name == "score":
                same = np.array_equal(guard.score(texts, threads=1 + turn % 3).view(np.uint32), risks)
            elif name == "scan":
                same = guard.scan(texts).equals(table)
            else:
                same = guard.check(texts[at], direction="outgoing").to_dict() == given[at]
            if not same:
                drift.append(name)
            done[name] += 1

    workers = [threading.Thread(target=hammer, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    memory = []
    while time.monotonic() < until:
        time.sleep(min(1.0, seconds / 20))
        memory.append(megabytes())
    for worker in workers:
        worker.join()
    return {"threads": threads, "seconds": seconds, "calls": dict(done), "drift": drift[:10], "MB at the end": round(megabytes()),
            "MB grown": round(growth(memory), 1), "open files": handles()}  # fmt: skip
