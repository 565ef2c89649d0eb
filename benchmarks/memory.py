"""Memory: what scoring takes beyond the messages and the risks it gives back, in a process that does nothing else.

python -m benchmarks.memory stream MANY   a stream of Arrow batches, scored block by block
python -m benchmarks.memory batch MANY    one Arrow column, scored by one call
python -m benchmarks.memory list MANY     one list of texts, scored by one call
python -m benchmarks.memory long BYTES    one message
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pyarrow as pa

import scamguard

from . import corpus, process

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 65_536
_DISTINCT = 20_000


def main() -> None:
    """Measure one way and print it."""
    way, many = sys.argv[1], int(sys.argv[2])
    guard = scamguard.load()
    texts = [row.text for row in corpus.messages(_DISTINCT)]
    guard.score(texts[:100])  # kernels and Arrow are loaded before the measure is taken
    if way == "stream":
        pool = pa.array((texts * (_BLOCK // len(texts) + 1))[:_BLOCK], pa.large_string())
        reader = pa.RecordBatchReader.from_batches(pa.schema([("text", pa.large_string())]), _blocks(pool, many))
        process.forget()
        before, kept, flagged, seen = process.resident(), 0, 0, 0
        for block in reader:
            risks = guard.score(block.column(0), threads=process.cores())
            seen, flagged = seen + len(risks), flagged + int((risks >= guard.policy.warn).sum())
        assert seen == many, f"{seen} of {many} rows came back"
        assert 0 < flagged < many / 5, f"{flagged} of {many} flagged"
    else:
        column = (
            [". ".join(texts * (many // 2_000_000 + 1)).encode()[:many].decode("utf-8", "ignore")]
            if way == "long"
            else (texts * (many // len(texts) + 1))[:many]
        )
        messages = pa.array(column, pa.large_string()) if way == "batch" else column
        process.forget()
        before = process.resident()
        risks = guard.score(messages)
        kept = risks.nbytes
        assert len(risks) == len(column)
    print(json.dumps({"name": way, "messages": 1 if way == "long" else many, "extra_bytes": max(0, process.highest() - before - kept)}))


def _blocks(pool: pa.LargeStringArray, many: int) -> Iterator[pa.RecordBatch]:
    """Make the stream as it is read, block by block."""
    for start in range(0, many, _BLOCK):
        yield pa.record_batch([pool.slice(0, min(_BLOCK, many - start))], ["text"])


if __name__ == "__main__":
    main()
