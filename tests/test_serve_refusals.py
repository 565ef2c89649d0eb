"""Refusals: each is one problem, however late it comes, and the log and the metrics tell it by the same word."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import time
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest

from scamguard.serve import run
from scamguard.serve.logs import JsonLines
from scamguard.serve.settings import Limits, Settings
from scamguard.wording import LANGUAGES

from .serving import SCAM, client, listening

if TYPE_CHECKING:
    from scamguard.guard import Guard

TOKEN = "a-token-for-the-tests-0123456789"  # noqa: S105 - not used anywhere
LINES = {"content-type": "application/x-ndjson"}


def rest_of(wire: socket.socket) -> bytes:
    """Read until the other side closes."""
    return b"".join(iter(lambda: wire.recv(65536), b""))


def test_logs_and_metrics_agree_on_every_refusal(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scamguard.serve")
    right = {"authorization": f"Bearer {TOKEN}"}
    with client(lambda: guard, Settings(token=TOKEN, limits=Limits(body=2000))) as found:
        found.post("/v1/check", json={"text": "hi"})
        found.post("/synapse/user_may_invite", json={})
        found.headers.update(right)
        found.post("/v1/check", content=b"hi", headers={"content-type": "text/plain"})
        found.post("/v1/check?lang=zh", json={"text": "hi"})
        found.get("/v1/check")
        found.post("/nothing", json={})
        found.post("/v1/scan", content=b'"hi"\n' * 2 + b"x" * 3000, headers=LINES)
        metrics = found.get("/metrics").text
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "scamguard.serve"]
    told = [(line["route"], line["status"], line["reason"]) for line in lines if "reason" in line]
    assert told == [
        ("/v1/check", 401, "unauthorized"), ("/synapse/{callback}", 401, "unauthorized"), ("/v1/check", 415, "media_type"),
        ("/v1/check", 422, "malformed"), ("/v1/check", 405, "no_route"), ("none", 404, "no_route"), ("/v1/scan", 200, "too_large"),
    ]  # fmt: skip
    for route, status, reason in told:
        times = sum(known == reason for *_, known in told)
        assert f'scamguard_refused_total{{reason="{reason}"}} {times}.0' in metrics
        assert f'scamguard_requests_total{{route="{route}",status="{status}"}} 1.0' in metrics


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://other.example"}, {"access-control-request-method": "PUT"}, {"access-control-request-headers": "x-a"}]
)
def test_a_wrong_preflight_is_refused_as_everything_else_is(guard: Guard, wrong: dict[str, str]) -> None:
    asked = {"origin": "https://chat.example", "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    with client(lambda: guard, Settings(token=TOKEN, origins=("https://chat.example",))) as found:
        right, refused = (found.options("/v1/check", headers=headers) for headers in (asked, asked | wrong))
        metrics = found.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    assert (right.status_code, right.headers["access-control-allow-origin"]) == (200, "https://chat.example")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert (refused.json()["reason"], "x-request-id" in refused.headers) == ("cors", True)
    assert "Origin" in refused.headers["vary"]
    assert 'scamguard_refused_total{reason="cors"} 1.0' in metrics
    assert 'scamguard_requests_total{route="/v1/check",status="400"} 1.0' in metrics


def test_a_defect_amid_a_stream_is_its_last_line(guard: Guard) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            return getattr(guard, name)

        def scan(self, texts: list[str], **named: Any) -> Any:
            if "zebra" in texts:
                raise RuntimeError(texts)
            return guard.scan(texts, **named)

    failing: Any = Broken()
    with client(lambda: failing, raises=False) as found:
        reply = found.post("/v1/scan", content=b'"hi"\n' * 256 + b'"zebra"\n', headers=LINES)
        metrics = found.get("/metrics").text
    last = json.loads(reply.text.splitlines()[-1])
    assert (last["status"], last["reason"], "zebra" in reply.text) == (500, "broken", False)
    assert 'scamguard_refused_total{reason="broken"} 1.0' in metrics


def test_a_service_that_ends_says_so_to_whoever_is_still_sending(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "_GRACE", 0.2)
    caplog.set_level(logging.INFO)
    with contextlib.ExitStack() as wires:
        with listening(guard) as url:
            stream, check = (wires.enter_context(socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 20)) for _ in "ab")
            head = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/{}\r\nTransfer-Encoding: chunked\r\n\r\n{}"
            stream.sendall(head.format("/v1/scan", "x-ndjson", '5\r\n"hi"\n\r\n').encode())
            check.sendall(head.format("/v1/check", "json", "1\r\n{\r\n").encode())
            while "scamguard_requests_open 3.0" not in httpx.get(f"{url}/metrics").text:
                time.sleep(0.01)
            seen = b""
            while b'"line":1' not in seen:
                seen += stream.recv(65536)
        seen, other = (rest_of(wire) for wire in (stream, check))
    assert json.loads(seen.splitlines()[1])["reason"] == "stopping"
    assert seen.endswith(b"\r\n0\r\n\r\n")
    assert other.startswith(b"HTTP/1.1 503 ")
    assert json.loads(other.splitlines()[-1])["reason"] == "stopping"
    assert not any(record.exc_info for record in caplog.records)
    told = [record.fields for record in caplog.records if record.getMessage() == "request" and "reason" in record.fields]  # type: ignore[attr-defined]
    assert sorted((line["route"], line["status"], line["reason"]) for line in told) == [
        ("/v1/check", 503, "stopping"), ("/v1/scan", 200, "stopping"),
    ]  # fmt: skip


def test_what_a_connection_refuses_is_counted(guard: Guard) -> None:
    with listening(guard) as url:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 20) as wire:
            wire.sendall(b"\x00\x01\r\n\r\n")
            head, _, body = rest_of(wire).partition(b"\r\n\r\n")
        metrics = httpx.get(f"{url}/metrics").text
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["reason"] == "malformed"
    assert 'scamguard_refused_total{reason="malformed"} 1.0' in metrics


def test_advice_in_a_language_we_do_not_write_is_in_english(guard: Guard) -> None:
    with client(lambda: guard) as found:
        told = found.post("/v1/check", json={"text": SCAM, "lang": "sv"}).json()
        shapes = found.get("/openapi.json").json()["components"]["schemas"]
    assert told["advice"] == guard.check(SCAM).advice("en")
    said = shapes["CheckRequest"]["properties"]["lang"]["description"]
    assert all(f" {lang}" in said for lang in (*LANGUAGES, "English"))
