"""The connection: no head is endless, in bytes or in time, and what is well sent is answered as before."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from scamguard.serve.logs import LOG, Lines
from scamguard.serve.patience import within
from scamguard.serve.wire import HEAD, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WAIT = 20  # seconds; a busy machine is slow
GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """Answer with the size of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    said = b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


def talk(say: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]], patience: int = 1) -> bytes:
    """Run a server and one conversation with it."""

    async def main() -> bytes:
        config = uvicorn.Config(echo, port=0, log_config=None, lifespan="off", timeout_keep_alive=patience, http=Wire, ws="none")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await asyncio.wait_for(say(reader, writer), WAIT)
        finally:
            writer.close()
            server.should_exit = True
            await serving

    return asyncio.run(main())


def sending(*parts: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        with contextlib.suppress(ConnectionError):
            return await reader.read()
        return b""

    return say


@pytest.mark.parametrize("part", [b"", b"GET / HT", GET + b"x-a: b"])
def test_a_head_that_does_not_end_is_not_waited_for(part: bytes) -> None:
    said = talk(sending(part))
    assert said.startswith(b"HTTP/1.1 408 ") if part else said == b""


def test_a_head_that_comes_drop_by_drop_has_one_time_in_all() -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        reading = asyncio.create_task(reader.readline())  # more of it may be lost, as we still write
        writer.write(GET)
        while not reading.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b"x")
                await writer.drain()
            await asyncio.sleep(0.2)
        return reading.result()

    assert talk(say).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "parts",
    [
        (GET, *[b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(200)]),
        (GET, b"x: ", *[b"y" * 1000] * 200),
        (GET + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 90) for n in range(900)) + b"\r\n",),
        (b"GET /", *[b"y" * 1000] * 200),
    ],
)
def test_a_head_over_the_limit_is_refused(parts: tuple[bytes, ...]) -> None:
    said = talk(sending(*parts), patience=30)
    assert not said or said.startswith(b"HTTP/1.1 431 "), said[:99]  # nothing: the connection was reset while we still wrote
    assert b"yyy" not in said


def test_fields_behind_a_body_are_measured_and_dropped() -> None:
    assert b" 200 " in talk(sending(CHUNKED + b"0\r\nx-a: b\r\n\r\n"), patience=1)
    endless = (CHUNKED + b"0\r\n", *[b"x: %s\r\n" % (b"y" * 1000)] * 200)
    assert b" 200 " not in talk(sending(*endless), patience=30)


def test_what_is_well_sent_is_answered() -> None:
    large = b"x-a: %s\r\n" % (b"y" * (HEAD - 200))
    body = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n" + b"z" * 300_000
    small = b"".join(b"1\r\nz\r\n" for _ in range(20_000))
    chunks = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + small + b"0\r\n\r\n"
    said = talk(sending(GET + large + b"\r\n", body, chunks, GET + b"\r\n"), patience=2)
    assert said.count(b"HTTP/1.1 200 OK") == 4, said[:300]
    assert b"\r\n\r\n300000" in said
    assert b"\r\n\r\n20000" in said


def test_what_is_no_http_is_told_once() -> None:
    assert talk(sending(b"\x00\x01\r\n\r\n")).count(b"HTTP/1.1 400 ") == 1


def test_what_has_come_needs_no_patience_and_what_comes_late_is_not_waited_for() -> None:
    ended: list[str] = []

    async def arrives(after: float | None) -> str:
        try:
            if after is not None:
                await asyncio.sleep(after)
                await asyncio.sleep(after)
        finally:
            ended.append(str(after))
        return "there"

    async def awaited() -> None:
        assert await within(0, arrives(None)) == "there"
        assert await within(5, arrives(0.001)) == "there"
        with pytest.raises(TimeoutError):
            await within(0.01, arrives(60))
        going = asyncio.ensure_future(within(60, arrives(61)))
        await asyncio.sleep(0)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going

    asyncio.run(awaited())
    assert ended == ["None", "0.001", "60", "61"]


def test_whoever_waits_gets_what_is_thrown() -> None:
    async def patient(failing: asyncio.Future[str]) -> str:
        try:
            return await failing
        except ConnectionError:
            return "lost"
        finally:
            await asyncio.sleep(0)

    async def awaited() -> None:
        broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(broken.set_exception, ConnectionResetError())
        assert await within(5, patient(broken)) == "lost"
        with pytest.raises(TimeoutError):
            await within(0.01, patient(asyncio.get_running_loop().create_future()))

    asyncio.run(awaited())


def test_a_log_that_cannot_be_written_breaks_no_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    handler = Lines()
    handler.setStream(Broken())
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler.answered({"id": "a-1", "status": 200})
    assert capsys.readouterr().err == ""


def test_a_line_of_a_request_reads_as_every_other(capsys: pytest.CaptureFixture[str]) -> None:
    handler = Lines()
    handler.answered({"id": "a-1", "status": 200})
    record = LOG.makeRecord(LOG.name, logging.INFO, "", 0, "request", (), None, extra={"fields": {"id": "a-1", "status": 200}})
    handler.emit(record)
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert list(first) == list(second)
    assert first["time"][:17] == second["time"][:17]
    assert len(first["time"]) == len(second["time"])
    assert first | {"time": ""} == second | {"time": ""}
