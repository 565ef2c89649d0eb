"""Stream: lines of JSON in, lines of verdicts out, in the order they came, while more are still coming.

What has arrived is judged as soon as it is there, in blocks. A line that cannot be read is answered in its place and the stream
goes on. Answers wait in a queue with an end: clients that send all before they read get tens of thousands of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from .answer import encoded
from .problem import Problem, broken, stopping, too_large
from .shapes import Item, LineProblem, ScanRow, read, within

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .judge import Judge
    from .settings import Limits

    Line = tuple[int, str | Item | LineProblem | None]

MEDIA_TYPE: Final = "application/x-ndjson"
BLOCK: Final = 256  # lines judged in one go
_QUEUED: Final = 256  # blocks of answers that may wait for a slow reader: about 10 MB
_MESSAGE: Any = str | Item | None


class StreamAnswer(Response):
    """Answers lines while they come."""

    media_type = MEDIA_TYPE

    def __init__(self, request: Request, judge: Judge, limits: Limits, direction: str = "inbound") -> None:
        super().__init__()
        del self.headers["content-length"]
        self._request, self._judge, self._limits, self._direction = request, judge, limits, direction
        self._messages = self._flagged = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the request has it already
        """Judge until the lines end, or the client goes."""
        self._judge.guard  # noqa: B018 - not loaded: say so with a status, before the first line
        queue: asyncio.Queue[bytes] = asyncio.Queue(_QUEUED)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            await self._talked(queue, send)
        except asyncio.CancelledError:  # the server ends, and has waited for this stream as long as it waits
            await send({"type": "http.response.body", "body": self._last(stopping())})
        except Exception:
            await send({"type": "http.response.body", "body": self._last(broken())})
            raise
        finally:
            self._request.state.log.update(messages=self._messages, flagged=self._flagged)

    async def _talked(self, queue: asyncio.Queue[bytes], send: Send) -> None:
        """Judge and send at the same time."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._answered(queue))
                group.create_task(self._sent(queue, send))
        except* (ClientDisconnect, TimeoutError):
            self._request.state.log["reason"] = "client_left"

    async def _answered(self, queue: asyncio.Queue[bytes]) -> None:
        """Put the answers to each block into the queue; an empty one ends it."""
        try:
            async for block in blocks(self._request.stream(), self._limits):
                await queue.put(await self._judged(block))
        except Problem as problem:
            await queue.put(self._last(problem))
        await queue.put(b"")

    def _last(self, problem: Problem) -> bytes:
        """Say in a line why the stream ends, for the status is sent already."""
        self._request.state.log["reason"] = problem.reason
        return encoded(problem.to_dict()) + b"\n"

    async def _sent(self, queue: asyncio.Queue[bytes], send: Send) -> None:
        while lines := await queue.get():
            async with asyncio.timeout(self._limits.patience):  # a client that neither reads nor leaves is left
                await send({"type": "http.response.body", "body": lines, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _judged(self, block: list[Line]) -> bytes:
        good = [(line, item) for line, item in block if not isinstance(item, LineProblem)]
        answers: dict[int, Any] = {line: item for line, item in block if isinstance(item, LineProblem)}
        if good:
            table = await self._judge.scan([item.text if isinstance(item, Item) else item for _, item in good], self._direction)
            for (line, item), row in zip(good, msgspec.convert(table.to_pylist(), list[ScanRow]), strict=True):
                row.line, row.id = line, item.id if isinstance(item, Item) else None
                answers[line] = row
                self._flagged += row.action != "allow"
        self._messages += len(good)
        return b"".join(encoded(answers[line]) + b"\n" for line, _ in block)


async def blocks(chunks: AsyncIterator[bytes], limits: Limits) -> AsyncIterator[list[Line]]:
    """Cut what comes into blocks of lines; blank lines are counted and skipped.

    Raises
    ------
    Problem
        413: a line is longer than a body may be, or there are too many, blank ones too.
    """
    number, rest = 0, bytearray()
    async for chunk in chunks:
        rest += chunk
        if b"\n" in chunk:
            *lines, rest = rest.split(b"\n")
        else:  # what came before is not split again: it may come byte by byte
            lines = []
        for block in _cut(enumerate(lines, number + 1), limits):
            yield block
        number += len(lines)
        if rest and (problem := _over(number + 1, rest, limits)):
            raise problem
    if rest.strip():
        yield [(number + 1, _read(number + 1, bytes(rest), limits))]


def _cut(lines: Iterable[tuple[int, bytearray]], limits: Limits) -> Iterator[list[Line]]:
    block: list[Line] = []
    for number, line in lines:
        if problem := _over(number, line, limits):
            if block:  # what stands before it is answered
                yield block
            raise problem
        if line.strip():
            block.append((number, _read(number, bytes(line), limits)))
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _over(number: int, line: bytearray, limits: Limits) -> Problem | None:
    if number > limits.lines:
        return too_large("the stream", f"{limits.lines:,} lines")
    return too_large(f"line {number}", f"{limits.body:,} bytes") if len(line) > limits.body else None


def _read(number: int, line: bytes, limits: Limits) -> Any:  # noqa: ANN401 - a message or a LineProblem
    try:
        item: Any = read(line, _MESSAGE)
        within(limits, [item.text if isinstance(item, Item) else item])
    except Problem as problem:
        return LineProblem(number, str(problem).replace("the body", "the line"))
    return item
