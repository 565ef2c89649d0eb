"""Latency: one message at a time, warm: ``guard.check`` with its evidence, as a chat server calls it."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

import scamguard

from . import corpus


def main() -> None:
    """Time every call; only verdicts with evidence count, as they are the dear ones."""
    many = int(sys.argv[1])
    guard = scamguard.load()
    scams = [row.text for row in corpus.messages(40 * many) if row.scam]
    for text in scams[:50]:
        guard.check(text)
    taken = []
    for text in scams:
        start = time.perf_counter()
        verdict = guard.check(text)
        if verdict.evidence:
            taken.append(time.perf_counter() - start)
            assert all(text[e.start : e.stop] for e in verdict.evidence), "evidence without words"
    assert len(taken) > 0.7 * len(scams), f"evidence for {len(taken)} of {len(scams)} scams"
    p50, p99 = 1000 * np.percentile(taken, [50, 99])
    print(json.dumps({"p50_ms": round(p50, 4), "p99_ms": round(p99, 4), "calls": len(taken)}))


if __name__ == "__main__":
    main()
