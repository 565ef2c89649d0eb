"""The command as users start it: a process of its own, on a port."""

from __future__ import annotations

import http.client
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from typer.testing import CliRunner

from scamguard.cli import app

from .serving import FINE, SCAM, await_ready, process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "a-token-for-the-tests-0123456789"  # noqa: S105 - not used anywhere


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    log = tmp_path_factory.mktemp("serve") / "log"
    with process(log, SCAMGUARD_TOKEN=TOKEN) as (url, running):
        await_ready(url, running)
        yield url, log


def await_words(log: Path, *words: str, seconds: float = 30) -> str:
    """Read the log once it holds ``words``: a line is written after its answer is sent."""
    until = time.monotonic() + seconds
    while not all(word in (logged := log.read_text("utf-8")) for word in words):
        assert time.monotonic() < until
        time.sleep(0.05)
    return logged


def test_it_answers_and_logs_lines_of_json_without_the_message(service: tuple[str, Path]) -> None:
    url, log = service
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}) as web:
        assert web.post("/v1/check", json={"text": f"{SCAM} zebra"}).json()["action"] == "block"
        assert web.post("/v1/check", json={"text": FINE}, headers={"authorization": "Bearer no"}).status_code == 401
    logged = await_words(log, '"status":200', '"status":401').replace(url, "")  # where it listens is said; who asked is not
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"time", "level", "event"} <= lines[0].keys()
    assert not any(word in logged for word in ("zebra", TOKEN, "127.0.0.1", "Bearer"))


def test_verdicts_come_while_lines_are_still_sent(service: tuple[str, Path]) -> None:
    host, port = service[0].removeprefix("http://").split(":")
    fields = ["Host: x", f"Authorization: Bearer {TOKEN}", "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"]
    head = "\r\n".join(["POST /v1/scan HTTP/1.1", *fields, "", ""])
    with socket.create_connection((host, int(port)), 20) as wire:
        wire.sendall(head.encode())
        seen = b""
        for line in (1, 2, 3):
            text = json.dumps(SCAM).encode() + b"\n"
            wire.sendall(f"{len(text):x}\r\n".encode() + text + b"\r\n")
            while f'"line":{line}'.encode() not in seen:
                got = wire.recv(65536)
                assert got
                seen += got
        wire.sendall(b"0\r\n\r\n")
        while b"0\r\n\r\n" not in seen:
            seen += wire.recv(65536)


def test_a_client_that_reads_only_when_all_is_sent_gets_all(service: tuple[str, Path]) -> None:
    host, port = service[0].removeprefix("http://").split(":")
    body = b"".join(json.dumps(f"message {n}").encode() + b"\n" for n in range(20_000))
    wire = http.client.HTTPConnection(host, int(port), timeout=60)
    wire.request("POST", "/v1/scan", body, {"authorization": f"Bearer {TOKEN}", "content-type": "application/x-ndjson"})
    assert wire.getresponse().read().count(b"\n") == 20_000
    wire.close()


def test_a_client_that_leaves_is_no_defect(service: tuple[str, Path]) -> None:
    url, log = service
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as wire:
        fields = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 100"
        wire.sendall(f"POST /v1/check HTTP/1.1\r\n{fields}\r\n\r\n{{".encode())
        time.sleep(0.3)
    assert '"error"' not in await_words(log, '"client_left"')


def test_told_to_stop_it_answers_what_it_has_begun(tmp_path: Path) -> None:
    with process(tmp_path / "log") as (url, running):
        await_ready(url, running)
        replies: list[Any] = []
        batch = {"messages": [f"{SCAM} {n}" for n in range(300)]}
        asking = threading.Thread(target=lambda: replies.append(httpx.post(f"{url}/v1/scan", json=batch, timeout=60)))
        asking.start()
        while "scamguard_requests_open 2.0" not in httpx.get(f"{url}/metrics").text and not replies:
            time.sleep(0.002)
        running.send_signal(signal.SIGTERM)
        asking.join(60)
        assert running.wait(60) in {0, -signal.SIGTERM}
        assert (replies[0].status_code == 200 and replies[0].json()["flagged"] == 300) or replies[0].json()["reason"] == "out_of_time"
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/healthz")


def run(*options: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from scamguard.cli import main; main()", "serve", *options]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return found.returncode, found.stderr.splitlines()[-1] if found.stderr else ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "--open"),  # noqa: S104 - it refuses to
        (["--cors", "*"], "no origin"),
        (["--fail", "sometimes"], "'open' or 'closed'"),
        (["--reject-from", "allow"], "--reject-from 'allow'; it is 'block' or 'warn'"),
        (["--log-level", "loud"], "debug, info, warning or error"),
        (["--token-file", "/nonexistent/token"], "cannot be read"),
        (["--model", "/nonexistent"], "no such folder"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(options: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["serve", *options])
    assert result.exit_code == 2
    assert result.stderr.startswith("scamguard: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_a_token_too_short_is_not_repeated() -> None:
    result = CliRunner().invoke(app, ["serve"], env={"SCAMGUARD_TOKEN": "tooshort"})
    assert result.exit_code == 2
    assert "at least 16" in result.stderr
    assert "tooshort" not in result.output


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, line = run("--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "cannot listen" in line
    assert line.endswith("is another service there?")


@pytest.mark.parametrize(
    ("host", "why"), [("999.1.1.1", ""), ("192.0.2.1", "it is no address of this machine"), ("a" * 80, "no host is called that")]
)
def test_an_address_that_is_not_here(host: str, why: str) -> None:
    code, line = run("--port", "0", "--host", host, "--open")
    assert code == 2
    assert f"cannot listen on {host} port 0: {why}" in line
    assert "another service" not in line


def test_a_damaged_model_ends_the_service(tmp_path: Path) -> None:
    code, line = run("--port", "0", "--model", str(tmp_path))
    assert code == 2
    assert line.startswith("scamguard: ")
    assert str(tmp_path) in line


def test_the_extra_is_named_when_it_is_missing() -> None:
    code = "import importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n == 'msgspec' else f(n, *a)"
    command = [sys.executable, "-c", f"{code}; from scamguard.cli import main; main()", "serve"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (2, "scamguard: serve needs msgspec: pip install 'scamguard[serve]'\n")


def test_the_service_keeps_to_its_openapi_document(service: tuple[str, Path]) -> None:
    """What schemathesis makes of the document, fitting and not, is answered as the document says."""
    import schemathesis  # noqa: PLC0415 - takes a second, and each worker collects this file
    from schemathesis.generation import GenerationMode  # noqa: PLC0415
    from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance  # noqa: PLC0415

    url, log = service
    headers = {"authorization": f"Bearer {TOKEN}"}
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    asked = 0
    for operation, mode in itertools.product(schema.get_all_operations(), GenerationMode):
        if mode == GenerationMode.NEGATIVE and operation.ok().path not in {"/v1/check", "/v1/scan", "/v1/report", "/tgspam/check"}:
            continue  # nothing is sent that could be wrong; any bytes are a mail; Synapse is told to let pass what cannot be read
        strategy = operation.ok().as_strategy(generation_mode=mode)

        @settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=strategy)
        def fuzz(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, excluded_checks=[ignored_auth, positive_data_acceptance])

        fuzz()
    assert asked > 50
    assert '"status":500' not in log.read_text("utf-8")
