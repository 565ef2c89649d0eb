"""A service in this process, without a port and with one, and one as users start it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
from starlette.testclient import TestClient

from scamguard.serve.app import application
from scamguard.serve.run import listener
from scamguard.serve.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scamguard.guard import Guard

SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
FINE = "Kraken will never ask for your seed phrase. Do not send it to anyone."


@contextlib.contextmanager
def client(load: Callable[[], Guard], settings: Settings | None = None, *, raises: bool = True, ready: bool = True) -> Iterator[TestClient]:
    """Run the application on a loop of its own, ready unless told otherwise."""
    with TestClient(application(load, settings or Settings()), raise_server_exceptions=raises) as found:
        while ready and found.get("/healthz").status_code != 200:
            time.sleep(0.01)
        yield found


@contextlib.contextmanager
def listening(guard: Guard, settings: Settings | None = None) -> Iterator[str]:
    """Let the service of a guard that is loaded already listen on a free port; it ends with the context."""
    chosen = settings or Settings()
    server = listener(application(lambda: guard, chosen), chosen, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _await(lambda: server.started or not thread.is_alive())
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        _await(lambda: _is_ready(url))
        yield url
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the service does not end"


def _await(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def _is_ready(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/healthz").status_code == 200
    return False


@contextlib.contextmanager
def process(log: Path, *options: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run ``scamguard serve`` on a free port; its log goes to ``log``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from scamguard.cli import main; main()", "serve", "--port", str(port), *options]
    with log.open("wb") as file, subprocess.Popen(command, stderr=file, env={**os.environ, **environment}) as running:
        try:
            yield f"http://127.0.0.1:{port}", running
        finally:
            running.terminate()  # not killed: what it has run counts in `make coverage`
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(10)
            running.kill()


def await_ready(url: str, running: subprocess.Popen[Any], seconds: float = 240) -> None:
    """Wait until the service judges; its kernels may have to be compiled first."""

    def ready() -> bool:
        assert running.poll() is None, "the service ended"
        return _is_ready(url)

    _await(ready, seconds)
