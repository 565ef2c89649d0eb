"""Scan dumps in constant memory: each block is read, judged, counted, written and forgotten."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .dumps import Notes
from .output import COLUMNS
from .verdict import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .dumps import Block, Dump
    from .guard import Guard
    from .output import Output


@dataclass(slots=True)
class Summary:
    """What a scan found."""

    messages: int = 0
    flagged: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    seconds: float = 0.0

    def count(self, table: pa.Table) -> None:
        """Count in one block of verdicts."""
        self.messages += len(table)
        for kind in table.filter(_flagged(table))["kind"].to_pylist():
            self.flagged += 1
            self.kinds[kind] = self.kinds.get(kind, 0) + 1


class Worst:
    """The ``most`` riskiest rows seen so far, given back in reading order."""

    def __init__(self, most: int) -> None:
        self._most, self._seen = most, 0
        self._heap: list[tuple[float, int, dict[str, Any]]] = []

    def add(self, table: pa.Table) -> None:
        """Take in rows of ``output.COLUMNS``; only those that can still matter become Python objects."""
        if self._most == 0:
            return
        if len(self._heap) == self._most:
            table = table.filter(pc.greater(table["risk"], self._heap[0][0]))
        for row in table.to_pylist():
            self._seen += 1
            item = (row["risk"], -self._seen, row)  # of equal risks the first stays
            if len(self._heap) < self._most:
                heapq.heappush(self._heap, item)
            else:
                heapq.heappushpop(self._heap, item)

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows kept."""
        return [row for _, _, row in sorted(self._heap, key=lambda item: -item[1])]


def scan(  # noqa: PLR0913 - what is seen and what is told are separate choices
    guard: Guard,
    dumps: Iterable[Dump],
    *,
    output: Output | None = None,
    worst: Worst | None = None,
    allowed: bool = False,
    on_block: Callable[[Dump, int], None] = lambda _dump, _messages: None,
) -> Summary:
    """Judge every message of ``dumps``.

    Parameters
    ----------
    guard
        Judges.
    dumps
        What ``dumps.open`` gives, read one after another.
    output
        Gets every message with its verdict.
    worst
        Gets the flagged messages.
    allowed
        Show ``worst`` the allowed ones too.
    on_block
        Called with the dump and the number of messages so far.

    Raises
    ------
    DumpError
        A dump cannot be read, or the output cannot be written.
    """
    summary, start = Summary(), time.perf_counter()
    for dump in dumps:
        for block in dump:
            table = judged(guard, dump.name, block)
            summary.count(table)
            if output is not None:
                output.add(table)
            if worst is not None:
                worst.add(table if allowed else table.filter(_flagged(table)))
            on_block(dump, summary.messages)
        summary.notes.add(dump.notes)
    summary.seconds = time.perf_counter() - start
    return summary


def judged(guard: Guard, name: str, block: Block) -> pa.Table:
    """Put messages, their places, what is said about them and their verdicts into one table of ``output.COLUMNS``."""
    verdicts = guard.scan(block.texts)
    places = [pa.repeat(pa.scalar(block.file or name, pa.string()), len(block)), pa.array(block.rows)]
    return pa.table([*places, *block.about.columns, block.texts, *verdicts.columns], schema=COLUMNS)


def _flagged(table: pa.Table) -> pa.ChunkedArray:
    return pc.not_equal(table["action"], str(Action.ALLOW))
