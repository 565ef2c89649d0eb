"""Scan dumps in constant memory: each block is read, judged, counted, written and forgotten.

One thread reads and writes, the others judge; a few blocks are under way at a time and are taken back in reading order,
so that what is written depends on nothing but the dumps.
"""

from __future__ import annotations

import heapq
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from . import checkpoint as checkpoints
from .dumps import Notes
from .dumps.block import cleaned
from .errors import DumpError
from .selection import Selection
from .sinks import COLUMNS
from .verdict import GIVEN_AWAY, Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .checkpoint import Checkpoint
    from .conversations import Conversations
    from .dumps import Block, Dump
    from .guard import Guard
    from .output import Output
    from .report_page import Gathered

_UNDER_WAY = 2  # blocks a thread: one that is judged, one that waits
_READ = pa.schema([*list(COLUMNS)[:8], ("line", pa.int64()), ("chat", pa.string())])  # what is known before the verdict
_EMPTY = Selection()
Pair = tuple[pa.Table, pa.Table]  # messages as read, their verdicts


@dataclass(slots=True)
class Summary:
    """What a scan found."""

    messages: int = 0
    flagged: int = 0  # of those reported
    reported: int = 0  # after the filters
    kinds: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)  # of those reported
    notes: Notes = field(default_factory=Notes)
    seconds: float = 0.0
    resumed: int = 0  # messages whose verdicts were kept by an earlier run
    left_out: int = 0  # messages that were not judged, by whom, where or when they were written
    unknown: dict[str, int] = field(default_factory=dict)  # of those, by column: where that is not known

    def count(self, table: pa.Table) -> None:
        """Count in rows that are reported."""
        self.reported += len(table)
        for item in pc.value_counts(table["action"]).to_pylist():
            self.actions[item["values"]] = self.actions.get(item["values"], 0) + item["counts"]
        for kind in table.filter(_flagged(table))["kind"].to_pylist():
            self.flagged += 1
            self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def leave(self, table: pa.Table, chosen: int, by: Iterable[str]) -> None:
        """Count how many of the rows read were not ``chosen``, ``by`` these columns."""
        self.left_out += len(table) - chosen
        for column in by:
            if nulls := table[column].null_count:
                self.unknown[column] = self.unknown.get(column, 0) + nulls

    def reaches(self, action: str) -> bool:
        """Say whether a reported message is as bad as ``action``, or worse."""
        return any(self.actions.get(str(one)) for one in tuple(Action)[Action(action).severity :])


class Worst:
    """The ``most`` riskiest rows seen so far, given back in reading order."""

    def __init__(self, most: int) -> None:
        self._most, self._seen = most, 0
        self._heap: list[tuple[float, int, dict[str, Any]]] = []

    def add(self, table: pa.Table) -> None:
        """Take in rows of ``COLUMNS``; only those that can still matter become Python objects."""
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


class Judge(NamedTuple):
    """How messages are judged."""

    guard: Guard
    outgoing: bool = False  # by the writer's own secrets in them, which are masked in what is written
    threads: int = 1

    def verdicts(self, read: pa.Table) -> pa.Table:
        """Judge messages."""
        texts, said = _texts(read), read["sender"]
        if self.outgoing:
            return self.guard.scan(texts, direction="outgoing")
        senders = {"name": said.combine_chunks()} if said.null_count < len(said) else None
        return self.guard.scan(texts, senders=senders)

    def digested(self, read: pa.Table) -> tuple[bytes, pa.Table]:
        """Judge messages; give their digest too."""
        verdicts = self.verdicts(read)
        return self.digest(read, verdicts), verdicts

    def digest(self, read: pa.Table, verdicts: pa.Table) -> bytes:
        """Digest messages as they are written: their secrets masked, so that it says nothing about these."""
        return checkpoints.digest(_texts(self.row(read, verdicts)), read["sender"].combine_chunks())

    def row(self, read: pa.Table, verdicts: pa.Table) -> pa.Table:
        """Put messages and verdicts side by side; what must not be shown is masked."""
        whole = pa.table([*read.columns, *verdicts.columns], names=[*read.column_names, *verdicts.column_names])
        return _masked(whole.select([*COLUMNS.names, "line", "chat"]))


def _masked(table: pa.Table) -> pa.Table:
    """Mask the secrets of messages that give one away."""
    given = pc.equal(table["kind"], GIVEN_AWAY)
    if not pc.any(given).as_py():
        return table
    from .giveaways import mask  # noqa: PLC0415 - its word lists are loaded when they are needed

    return mask(table, given)


def cores() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def scan(  # noqa: PLR0913 - what is seen and what is told are separate choices
    judge: Judge,
    dumps: Iterable[Dump],
    *,
    outputs: Sequence[Output] = (),
    worst: Worst | None = None,
    allowed: bool = False,
    selection: Selection = _EMPTY,
    checkpoint: Checkpoint | None = None,
    talks: Conversations | None = None,
    report: Gathered | None = None,
    on_block: Callable[[int, int], None] = lambda _messages, _flagged: None,
) -> Summary:
    """Judge every message of ``dumps``.

    Parameters
    ----------
    judge
        Judges.
    dumps
        What ``dumps.open`` gives, read one after another.
    outputs
        Get every message that is reported, with its verdict.
    worst
        Gets the flagged messages.
    allowed
        Show ``worst`` the allowed ones too.
    selection
        Which messages are judged and which verdicts are reported.
    checkpoint
        Keeps the verdicts; those it already has are not judged again.
    talks
        Judges every message in its conversation before all others see it.
    report
        Gets every message that is judged: its shares are of all of them, whatever the selection leaves to report.
    on_block
        Called with the number of messages and of flagged ones so far.

    Raises
    ------
    DumpError
        A dump cannot be read, an output cannot be written, or the messages are not those that the checkpoint is of.
    """
    summary, start = Summary(resumed=checkpoint.kept if checkpoint is not None else 0), time.perf_counter()
    for read, verdicts in _judged(judge, _messages(dumps, selection, summary), checkpoint):
        summary.messages += len(read)
        table = judge.row(read, verdicts)
        if talks is not None:
            table = _masked(talks.add(table))
        if report is not None:
            report.add(table)
        table = selection.verdicts(table)
        summary.count(table)
        for output in outputs:
            output.add(table)
        if worst is not None:
            worst.add(table if allowed else table.filter(_flagged(table)))
        on_block(summary.messages, summary.flagged)
    summary.seconds = time.perf_counter() - start
    return summary


def _messages(dumps: Iterable[Dump], selection: Selection, summary: Summary) -> Iterator[pa.Table]:
    """Read the messages to judge, block by block. A dump that cannot be read, or only so far, is noted, and those behind it are read.

    Raises
    ------
    DumpError
        None of the dumps can be read.
    """
    failed: list[DumpError] = []
    any_read = False
    for dump in dumps:
        try:
            for block in dump:
                any_read = True
                whole = _table(dump.name, block)
                table = selection.messages(whole)
                summary.leave(whole, len(table), selection.by)
                if len(table):
                    yield table
            any_read = True
        except DumpError as error:
            failed.append(error)
            dump.notes.skip(dump.name, str(error).removeprefix(f"{dump.name}: "))
        summary.notes.add(dump.notes)
    if failed and not any_read:
        raise failed[0]


def _table(name: str, block: Block) -> pa.Table:
    """Put messages, their places and what is said about them into one table.

    A chat is a channel of the dump, whatever files it lies in; where no channel is named, the file or the dump is one chat.
    """
    name = cleaned(name)  # a name of a file may be of bytes that are no text
    file = pa.repeat(pa.scalar(cleaned(block.file or name), pa.string()), len(block))
    lines = pa.nulls(len(block), pa.int64()) if block.lines is None else pa.array(block.lines)
    about = dict(zip(block.about.schema.names, block.about.columns, strict=True))
    chat = pc.if_else(about["channel"].is_null(), pa.scalar(cleaned(block.chat or name), pa.string()), pa.scalar(name, pa.string()))
    return pa.table([file, pa.array(block.rows), *block.about.columns, block.texts, lines, chat], schema=_READ)


def _judged(judge: Judge, messages: Iterator[pa.Table], checkpoint: Checkpoint | None) -> Iterator[Pair]:
    """Give messages with their verdicts, in reading order: first those that are kept, then those judged now."""
    if checkpoint is not None:
        held: list[pa.Table] = []
        yield from _replayed(judge, messages, checkpoint, held)
        messages = _chained(held, messages)
    for read, digest, verdicts in _overlapped(judge, messages):
        if checkpoint is not None:
            checkpoint.add(digest, verdicts)
        yield read, verdicts


def _replayed(judge: Judge, messages: Iterator[pa.Table], checkpoint: Checkpoint, held: list[pa.Table]) -> Iterator[Pair]:
    """Give the messages whose verdicts are kept; what was read beyond them is left in ``held``."""
    for digest, batch in checkpoint.replay():
        while sum(map(len, held)) < len(batch):
            more = next(messages, None)
            if more is None:
                raise DumpError(f"{checkpoint.path}: there are fewer messages now than the scan had read; start afresh with --no-resume")
            held.append(more)
        whole = pa.concat_tables(held)
        read, rest = whole.slice(0, len(batch)), whole.slice(len(batch))
        held[:] = [rest] if len(rest) else []
        verdicts = pa.Table.from_batches([batch])
        if judge.digest(read, verdicts) != digest:
            raise DumpError(f"{checkpoint.path}: the messages are not those the scan had read; start afresh with --no-resume")
        yield read, verdicts


def _chained(held: list[pa.Table], messages: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield from held
    yield from messages


def _overlapped(judge: Judge, messages: Iterator[pa.Table]) -> Iterator[tuple[pa.Table, bytes, pa.Table]]:
    """Judge on all threads while the next blocks are read in one of their own: what is judged never waits for what is read."""
    pool = ThreadPoolExecutor(judge.threads, thread_name_prefix="judge")
    ahead = Semaphore(_UNDER_WAY * judge.threads)
    under_way: SimpleQueue[tuple[pa.Table, Future[tuple[bytes, pa.Table]]] | BaseException | None] = SimpleQueue()
    stopped = Event()

    def read() -> None:
        try:
            for table in messages:
                ahead.acquire()
                if stopped.is_set():
                    return
                under_way.put((table, pool.submit(judge.digested, table)))
            under_way.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            under_way.put(error)

    Thread(target=read, name="read", daemon=True).start()  # it may wait for a pipe that never ends
    try:
        while (item := under_way.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            table, future = item
            yield table, *future.result()
            ahead.release()
    finally:
        stopped.set()
        ahead.release()
        pool.shutdown(cancel_futures=True)


def _texts(table: pa.Table) -> pa.LargeStringArray:
    return table["text"].combine_chunks()


def _flagged(table: pa.Table) -> pa.ChunkedArray:
    return pc.not_equal(table["action"], str(Action.ALLOW))
