"""Hyperscan: 1,000 literal terms as one database; the messages joined into one buffer, or one call a message."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import hyperscan
import numpy as np

from benchmarks.corpus import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Nothing to fit; keep the terms."""
    del rows
    (folder / "terms.json").write_text(json.dumps(terms(1000)), "utf-8")


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.bool_]]]:
    """Compile the database; a match is noted by where it ends, which message that is comes after the scan."""
    literals = [term.encode() for term in json.loads((folder / "terms.json").read_text("utf-8"))]
    database = hyperscan.Database()
    database.compile(expressions=literals, ids=range(len(literals)), elements=len(literals), literal=True)
    parts = [text.encode() for text in texts]
    joined = b"\n".join(parts)
    stops = np.array([*itertools.accumulate(len(part) + 1 for part in parts)])

    def in_one() -> NDArray[np.bool_]:
        ends: list[int] = []
        database.scan(joined, match_event_handler=lambda _id, _start, end, _flags, _context: ends.append(end))
        found = np.zeros(len(parts), np.bool_)
        found[np.searchsorted(stops, np.array(ends, np.int64))] = True
        return found

    def one_by_one() -> NDArray[np.bool_]:
        found = np.zeros(len(parts), np.bool_)

        def note(_id: int, _start: int, _end: int, _flags: int, i: int) -> None:
            found[i] = True

        for i, part in enumerate(parts):
            database.scan(part, match_event_handler=note, context=i)
        return found

    return {"joined": in_one, "a call a message": one_by_one}
