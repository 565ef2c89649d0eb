"""A day of the service in minutes: requests of every kind as fast as it answers, its memory and open files read all the while."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2 as httpx

from ..serving import FINE, SCAM, await_ready, process
from .proc import growth, handles, megabytes

if TYPE_CHECKING:
    from pathlib import Path

_DAY = 86_400  # messages: one a second


def _requests(turn: int) -> tuple[str, dict[str, Any], int]:
    """Give a path, what to send, and the status that must come back."""
    text = f"{SCAM} {turn}" if turn % 3 else f"{FINE} {turn}"
    kinds: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("/v1/check", {"json": {"text": text}}, 200),
        ("/v1/scan", {"json": {"messages": [text, None, {"text": FINE, "id": turn}] * 30}}, 200),
        ("/v1/check", {"json": {"text": f"it's {turn:06d}", "direction": "outgoing", "thread": ["which code did you get?"]}}, 200),
        ("/v1/report", {"json": {"text": text, "lang": "zh"}}, 200),
        ("/tgspam/check", {"json": {"message": text}}, 200),
        ("/v1/scan", {"content": b'"a"\n{"text": "b"}\nnull\nbroken\n', "headers": {"content-type": "application/x-ndjson"}}, 200),
        ("/v1/check", {"content": b"{" * (turn % 900), "headers": {"content-type": "application/json"}}, 400),
        ("/v1/check", {"content": b"{}"}, 415),
        ("/v1/check", {"json": {"text": "x" * 100_001}}, 413),
        ("/nowhere", {"json": {}}, 404),
    )
    return kinds[turn % len(kinds)]


def run(folder: Path, seconds: float, clients: int = 4) -> dict[str, Any]:
    """Soak a service of its own process for ``seconds``."""
    log = folder / "service.log"
    with process(log) as (url, running):
        await_ready(url, running)
        until = time.monotonic() + seconds
        turns = itertools.count()
        wrong: list[str] = []
        counts = {"requests": 0, "messages": 0}
        lock = threading.Lock()

        def ask() -> None:
            with httpx.Client(base_url=url, timeout=60) as client:
                while time.monotonic() < until:
                    path, what, status = _requests(next(turns))
                    answer = client.post(path, **what)
                    with lock:
                        counts["requests"] += 1
                        counts["messages"] += 90 if "results" in answer.text[:20] else 1
                        if answer.status_code != status:
                            wrong.append(f"{path}: {answer.status_code} {answer.text[:120]}")

        workers = [threading.Thread(target=ask) for _ in range(clients)]
        for worker in workers:
            worker.start()
        memory, files = [], []
        while time.monotonic() < until:
            time.sleep(min(1.0, seconds / 20))
            memory.append(megabytes(running.pid))
            files.append(handles(running.pid))
        for worker in workers:
            worker.join()
        grown = round(growth(memory), 1)
        return {"seconds": seconds, **counts, "hours at one message a second": round(24 * counts["messages"] / _DAY, 1), "MB": round(memory[-1]),
                "MB grown": grown, "most open files": max(files), "tracebacks": log.read_text("utf-8", "replace").count("Traceback"),
                "wrong": wrong[:10]}  # fmt: skip
