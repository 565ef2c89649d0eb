"""Load the service: one real server process, 64 connections, chat-sized messages; requests a second, p50 and p99 as JSON.

    python benchmarks/load_service.py                 # writes benchmarks/results/service.json

Two kinds of load. *Closed*: every connection asks again as soon as it is answered, which measures the most the service can do; by
Little's law a latency is then 64 divided by the rate. *Paced*: the connections together ask at a given rate, at times drawn
beforehand (Poisson), and a latency counts from the time the request was due, so that a slow answer cannot hide the wait of those
behind it (coordinated omission). The client speaks HTTP by hand on asyncio streams: on a shared machine a heavy client measures itself.
*Bare* is the same load on a server that judges nothing and always says the same: what client, machine and HTTP take of the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

CONNECTIONS = 64
BARE = """
import sys, uvicorn
BODY = b'{"risk":0.01,"action":"allow","kind":"","asks":[],"evidence":[],"brand":null,"official":null,"language":"en","advice":""}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
async def app(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
"""
HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "samples" / "group.jsonl"  # a group chat: 251 messages, 5 % of them scams


def requests() -> list[bytes]:
    """Make one request of each message."""
    texts = [json.loads(line)["text"] for line in SAMPLE.read_text("utf-8").splitlines()]
    made = []
    for text in texts:
        body = json.dumps({"text": text}).encode()
        head = f"POST /v1/check HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        made.append(head.encode() + body)
    return made


class Client(asyncio.Protocol):
    """One connection: send, and wait for an answer with a Content-Length."""

    def __init__(self) -> None:
        self._held, self._wanted = b"", -1
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own
        """Keep the transport."""
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Fail who waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        """Read until the answer is whole."""
        self._held += data
        if self._wanted < 0 and (end := self._held.find(b"\r\n\r\n")) >= 0:
            at = self._held.index(b"content-length: ") + 16
            self._wanted = end + 4 + int(self._held[at : self._held.index(b"\r", at)])
        if 0 <= self._wanted <= len(self._held) and self._answer is not None:
            self._answer.set_result(int(self._held[9:12]))
            self._held, self._wanted = b"", -1

    async def ask(self, request: bytes) -> int:
        """Give the status."""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


async def connect(port: int) -> list[Client]:
    """Open all connections."""
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Client, "127.0.0.1", port))[1] for _ in range(CONNECTIONS)]


def cpu_seconds(pid: int) -> float:
    """Give the processor time of a process (proc(5)); on a shared machine it says more than the clock. 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def closed(clients: list[Client], made: list[bytes], seconds: float) -> dict[str, Any]:
    """Ask as fast as answers come."""
    took: list[float] = []
    start = time.perf_counter()

    async def one(client: Client, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - which message comes next
        while time.perf_counter() - start < seconds:
            before = time.perf_counter()
            status = await client.ask(draw.choice(made))
            took.append(time.perf_counter() - before)
            if status != 200:
                raise SystemExit(f"status {status}")

    await asyncio.gather(*(one(client, seed) for seed, client in enumerate(clients)))
    return told(took, time.perf_counter() - start)


async def paced(clients: list[Client], made: list[bytes], seconds: float, rate: float) -> dict[str, Any]:
    """Ask at ``rate`` requests a second over all connections."""
    took: list[float] = []
    start = time.perf_counter()

    async def one(client: Client, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - when the next message comes
        due = draw.expovariate(rate / CONNECTIONS)
        while due < seconds:
            await asyncio.sleep(max(0.0, start + due - time.perf_counter()))
            if await client.ask(draw.choice(made)) != 200:
                raise SystemExit("not 200")
            took.append(time.perf_counter() - start - due)
            due += draw.expovariate(rate / CONNECTIONS)

    await asyncio.gather(*(one(client, seed) for seed, client in enumerate(clients)))
    return {"asked_per_second": rate, **told(took, time.perf_counter() - start)}


def told(took: list[float], seconds: float) -> dict[str, Any]:
    """Give rate and percentiles, in milliseconds."""
    took.sort()
    at = {name: round(took[min(len(took) - 1, int(len(took) * share))] * 1000, 2) for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {"requests": len(took), "requests_per_second": round(len(took) / seconds), **{f"{k}_ms": v for k, v in at.items()}}


@contextlib.contextmanager
def server(*options: str, bare: bool = False) -> Any:  # noqa: ANN401 - a port
    """Start the command itself, or the bare server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = ["-c", "from scamguard.cli import main; main()", "serve", "--port", str(port), "--log-level", "warning", *options]
    with subprocess.Popen([sys.executable, *(["-c", BARE, str(port)] if bare else serve)]) as process:  # noqa: S603
        try:
            for _ in range(1200):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as reply:
                    if reply.status == 200:
                        break
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


async def drive(port: int, pid: int, seconds: float, rates: list[float]) -> dict[str, Any]:
    """Run all loads against one server."""
    clients, made = await connect(port), requests()
    await closed(clients, made, 1.0)
    before = cpu_seconds(pid)
    most = await closed(clients, made, seconds)
    most["server_cpu_ms_per_request"] = round((cpu_seconds(pid) - before) * 1000 / most["requests"], 3)
    load = {"closed": most, "paced": [await paced(clients, made, seconds, rate) for rate in rates]}
    for client in clients:
        client.transport.close()
    return load


def main() -> None:
    """Measure the service as it starts, with a thread for every message, and the bare server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rates", type=float, nargs="*", default=[200, 500, 1000])
    parser.add_argument("--out", type=Path, default=HERE / "results" / "service.json")
    chosen = parser.parse_args()
    found: dict[str, Any] = {
        "connections": CONNECTIONS, "workers": 1, "python": platform.python_version(), "processors": os.cpu_count(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
    }  # fmt: skip
    for name, started in (("together", server()), ("one_by_one", server("--one-by-one")), ("bare", server(bare=True))):
        with started as (port, pid):
            found[name] = asyncio.run(drive(port, pid, chosen.seconds, chosen.rates))
    found["load_after"] = [round(value, 2) for value in os.getloadavg()]
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
