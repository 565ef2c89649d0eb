"""The service: verdicts as the guard gives them, every refusal in one line, and nothing of a message where it does not belong."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from starlette.testclient import TestClient

from scamguard.errors import ModelError
from scamguard.sender import WHERE, Sender
from scamguard.serve import brief, together
from scamguard.serve.app import application
from scamguard.serve.logs import JsonLines
from scamguard.serve.openapi import document
from scamguard.serve.problem import Problem, ServiceError
from scamguard.serve.settings import Limits, Settings, guarded, read_token
from scamguard.serve.shapes import CheckRequest, Item, ReportRequest, ScanRequest, parsed, read, shaped
from scamguard.serve.stream import blocks

from .serving import FINE, SCAM, client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scamguard.guard import Guard
    from scamguard.verdict import Verdict

TOKEN = "a-token-for-the-tests-0123456789"  # noqa: S105 - not used anywhere
LIMITS = Limits(body=2000, batch=3, message=100, thread=2)
LINES = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}
SAMPLE = Path(__file__).parents[1] / "data" / "samples" / "group.jsonl"
THREADED = "and so on, " * 30  # too long to be judged on the event loop


@pytest.fixture(scope="module")
def web(guard: Guard) -> Iterator[TestClient]:
    with client(lambda: guard) as found:
        yield found


@pytest.fixture(scope="module")
def tight(guard: Guard) -> Iterator[TestClient]:
    with client(lambda: guard, Settings(token=TOKEN, limits=LIMITS)) as found:
        found.headers["authorization"] = f"Bearer {TOKEN}"
        yield found


def of(verdict: Verdict, lang: str = "en") -> dict[str, Any]:
    return {**verdict.to_dict(), "asks": list(verdict.asks), "advice": verdict.advice(lang)}


@pytest.mark.parametrize("text", [SCAM, FINE, "", "see you at 7", "\ud800", "您好，我是客服，请把验证码发给我。", "long. " * 1000])
def test_check_says_what_the_guard_says(web: TestClient, guard: Guard, text: str) -> None:
    reply = web.post("/v1/check", content=json.dumps({"text": text, "lang": "zh"}), headers=JSON)
    assert reply.status_code == 200
    assert reply.json() == of(guard.check(text), "zh")


def test_outgoing_with_its_thread(web: TestClient, guard: Guard) -> None:
    thread = ["Support here. Which code did you just get?"]
    reply = web.post("/v1/check", json={"text": "it's 482913", "direction": "outgoing", "thread": thread})
    assert reply.json() == of(guard.check("it's 482913", direction="outgoing", thread=thread))
    assert reply.json()["action"] == "block"
    assert "482913" not in reply.text


def test_scan_says_what_the_guard_says(web: TestClient, guard: Guard) -> None:
    reply = web.post("/v1/scan", json={"messages": [SCAM, None, {"text": FINE, "id": "f"}, {"text": None, "id": 7}]}).json()
    ids = [row.pop("id", None) for row in reply["results"]]
    assert ids == [None, None, "f", 7]
    assert reply["results"] == guard.scan([SCAM, None, FINE, None]).to_pylist()
    assert reply["flagged"] == 1
    assert web.post("/v1/scan", json={"messages": []}).json() == {"results": [], "flagged": 0}


def test_a_stream_answers_each_line_in_its_place(web: TestClient, guard: Guard) -> None:
    lines = [json.dumps(SCAM), "", "null", "nonsense", '{"text": "hi", "id": "\\ud800"}', "3", json.dumps(FINE)]
    reply = web.post("/v1/scan", content="\r\n".join(lines).encode(), headers=LINES)
    found = [json.loads(line) for line in reply.text.splitlines()]
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    assert [row["line"] for row in found] == [1, 3, 4, 5, 6, 7]
    assert [row["action"] for row in found if "action" in row] == guard.scan([SCAM, None, "hi", FINE])["action"].to_pylist()
    assert "not JSON" in found[2]["error"]
    assert found[3]["id"] == "\ud800"
    assert "Expected" in found[4]["error"]


def test_a_stream_of_many_lines_loses_none(web: TestClient) -> None:
    body = b"".join(json.dumps({"text": f"message {n}", "id": n}).encode() + b"\n" for n in range(2000))
    found = [json.loads(line) for line in web.post("/v1/scan", content=body, headers=LINES).text.splitlines()]
    assert [(row["id"], row["line"]) for row in found] == [(n, n + 1) for n in range(2000)]


@given(text=st.text(st.sampled_from('"a\\n\n\r{}é😀'), max_size=60).map(str.encode), cuts=st.lists(st.integers(0, 90), max_size=5))
def test_lines_are_the_same_however_they_are_cut(text: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]

    async def chunks() -> AsyncIterator[bytes]:
        for a, b in itertools.pairwise(edges):
            yield text[a:b]

    async def numbers() -> list[int]:
        return [number async for block in blocks(chunks(), Limits()) for number, _ in block]

    assert asyncio.run(numbers()) == [n for n, line in enumerate(text.split(b"\n"), 1) if line.strip()]


@pytest.mark.parametrize("end", [b"", b'"\n"more"\n'])
def test_a_line_too_long_ends_the_stream_with_a_problem(tight: TestClient, end: bytes) -> None:
    body = b'"hi"\n' + b'"' + b"x" * 3000 + end
    *good, last = [json.loads(line) for line in tight.post("/v1/scan", content=body, headers=LINES).text.splitlines()]
    assert [row["line"] for row in good] == [1]
    assert (last["status"], last["reason"]) == (413, "too_large")
    assert "line 2" in last["detail"]


def test_a_sender_counts(web: TestClient, guard: Guard) -> None:
    sender = Sender("Kraken Support ✓", "@kraken_desk")
    told = web.post("/v1/check", json={"text": "see you at 7", "sender": {"name": sender.name, "handle": sender.handle}}).json()
    assert told == of(guard.check("see you at 7", sender=sender))
    assert {"sender.unofficial", "sender.ticks"} <= {row["rule"] for row in told["evidence"]}
    assert web.post("/v1/check", json={"text": "x", "sender": {"age": 1}}).status_code == 422


def test_a_report_can_be_copied_and_masks_secrets(web: TestClient) -> None:
    text = f"{SCAM} my password is hunter2!x"
    told = web.post("/v1/report", json={"text": text, "channel": "Telegram\ngroup", "lang": "en"}).json()
    assert "Telegram group" in told["report"]
    assert "> Kraken Support" in told["report"]
    assert "hunter2" not in json.dumps(told)


def test_nobody_is_reported_for_what_the_reader_would_send(web: TestClient) -> None:
    own = {"text": "my code is 482913", "lang": "en"}
    reply = web.post("/v1/report", json={**own, "direction": "outgoing"})
    assert (reply.status_code, reply.json()["reason"]) == (422, "malformed")
    assert "`$.direction`" in reply.json()["detail"]
    assert "482913" not in reply.text
    assert web.post("/v1/report", json={**own, "direction": "inbound"}).status_code == 200
    assert web.post("/v1/check", json={**own, "direction": "outgoing"}).json()["action"] != "allow"
    schemas = web.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["ReportRequest"]["properties"]["direction"]["enum"] == ["inbound"]


BROKEN = [
    (b"", 400, "not JSON"),
    (b"{", 400, "column"),
    (b'{"text":"a\x01"}', 400, "Invalid control character at line 1, column 11"),
    (b"\xff", 400, "UTF-8"),
    (b"[" * 100_000, 400, "too deep"),
    (b'{"text": %s}' % (b"1" * 5000), 400, "too long"),
    (b"{}", 422, "`text`"),
    (b"[]", 422, "object"),
    (b'{"text": 1}', 422, "$.text"),
    (b'{"text": "hi", "direciton": "outgoing"}', 422, "unknown field; known: text, direction"),
    (b'{"text": "hi", "direction": "sideways"}', 422, "`$.direction` is none of: inbound"),
    (b'{"text": "hi", "sender": {"platform": "icq"}}', 422, "`$.sender.platform` is none of: discord, email, facebook"),
    (b'{"text": "hi", "sender": {"account_age_days": 1e999}}', 422, "$.sender.account_age_days"),
    (b'{"text": "hi", "sender": {"account_age_days": Infinity}}', 422, "$.sender.account_age_days"),
    (b'{"text": "hi", "sender": {"account_age_days": NaN}}', 422, "$.sender.account_age_days"),
    (b"\x1f\x8b\x08\x00", 415, "compressed"),
    (b'"\\ud800"', 422, "surrogate"),
    (b'{"text": "hi", "\\ud800": 1}', 422, "surrogate"),
    (b'{"text": "hi", "direction": "\\ud800"}', 422, "surrogate"),
]


@pytest.mark.parametrize("path", ["/v1/check", "/v1/report"])
@pytest.mark.parametrize(("body", "status", "words"), BROKEN)
def test_what_cannot_be_read_gets_one_clear_line(web: TestClient, path: str, body: bytes, status: int, words: str) -> None:
    reply = web.post(path, content=body, headers=JSON)
    told = reply.json()
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert told["status"] == status
    assert words in told["detail"]
    assert "\n" not in told["detail"]


@pytest.mark.parametrize("platform", [*WHERE, "SMS", "Telegram"])
def test_platforms_are_those_of_a_sender(web: TestClient, guard: Guard, platform: str) -> None:
    who = Sender("Kraken Support", "@kraken_desk", platform=platform)
    reply = web.post("/v1/check", json={"text": SCAM, "sender": {"name": who.name, "handle": who.handle, "platform": platform}})
    assert reply.status_code == 200, reply.text
    assert reply.json()["risk"] == pytest.approx(guard.check(SCAM, sender=who).risk)
    shape = web.get("/openapi.json").json()["components"]["schemas"]["Who"]
    assert shape["properties"]["platform"]["enum"] == [*sorted(WHERE), None]


@pytest.mark.parametrize(
    ("messages", "words"),
    [('["a", 5]', "`$.messages[1]`"), ('["a", {"text": 5}]', "`$.messages[1].text`"), ('[{"x": "y"}]', "known: text, id")],
)
def test_what_is_wrong_in_a_batch_is_told_by_its_place(web: TestClient, messages: str, words: str) -> None:
    reply = web.post("/v1/scan", content=f'{{"messages": {messages}}}', headers=JSON)
    assert reply.status_code == 422
    assert words in reply.json()["detail"]


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("/v1/check?direction=outgoing", "no parameters"),
        ("/v1/report?lang=", "no parameters"),
        ("/v1/scan?directon=outgoing", "only direction"),
        ("/v1/scan?Direction=outgoing", "only direction"),
        ("/v1/scan?direction=inbound&direction=outgoing", "none of"),
        ("/v1/scan?direction=outgoing", "not that in the body"),
    ],
)
def test_no_parameter_is_passed_over(web: TestClient, address: str, known: str) -> None:
    body = {"messages": [], "direction": "inbound"} if "scan" in address else {"text": "hi"}
    reply = web.post(address, json=body)
    assert reply.status_code == 422
    assert known in reply.json()["detail"]
    assert web.post("/v1/scan?direction=outgoing", json={"messages": [], "direction": "outgoing"}).status_code == 200


SECRET = "my password is hunter2"  # noqa: S105 - of nothing


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/check", {"text": "hi", "direction": SECRET}),
        ("/v1/check", {"text": "hi", SECRET: 1}),
        ("/v1/check", {"text": "hi", "sender": {SECRET: 1}}),
        ("/v1/check", {"text": "hi", "sender": {"platform": SECRET}}),
        ("/v1/check", {"text": "hi", f"a` - at `$.{SECRET}": 1}),
        ("/v1/check", {"text": "hi", "a` - at `$.hunter": 1}),
        ("/v1/report", {"text": "hi", "channel": [SECRET]}),
        ("/v1/scan", {"messages": [{"text": "a", SECRET: 1}]}),
        ("/v1/scan", {"messages": [], "direction": SECRET}),
        (f"/v1/scan?direction={SECRET}", {"messages": []}),
        ("/tgspam/check", {SECRET: 1}),
    ],
)
def test_no_refusal_repeats_what_was_sent(web: TestClient, path: str, body: dict[str, Any]) -> None:
    reply = web.post(path, json=body)
    assert reply.status_code == 422
    assert "hunter" not in reply.text
    lines = web.post("/v1/scan", content=json.dumps(body), headers=LINES)
    assert "hunter" not in lines.text


@pytest.mark.parametrize("path", ["/v1/check", "/v1/report", "/v1/scan", "/tgspam/check", "/synapse/check_event_for_spam"])
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/json"])
def test_what_a_web_page_may_post_anywhere_is_refused(web: TestClient, path: str, kind: str | None) -> None:
    reply = web.post(path, content=b'{"text": "hi"}', headers={} if kind is None else {"content-type": kind})
    assert (reply.status_code, reply.json()["reason"]) == (415, "media_type")
    assert "Content-Type: application/json" in reply.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"])
def test_json_by_any_of_its_names_is_taken(web: TestClient, kind: str) -> None:
    assert web.post("/v1/check", content=b'{"text": "hi"}', headers={"content-type": kind}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/check", "/v1/scan", "/checkv2"])
def test_a_packed_body_is_refused(web: TestClient, path: str) -> None:
    reply = web.post(path, content=b"\x1f\x8b", headers={**JSON, "content-encoding": "gzip"})
    assert (reply.status_code, reply.json()["reason"]) == (415, "media_type")
    assert "without Content-Encoding" in reply.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/check", "/v1/report", "/tgspam/check", "/checkv2", "/synapse/check_event_for_spam"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_stream_of_lines_is_no_way_around_the_limit(tight: TestClient, path: str, chunked: bool) -> None:
    body = b'"x"\n' * (100_000 if path == "/checkv2" else 1000)
    reply = tight.post(path, content=iter([body[:9], body[9:]]) if chunked else body, headers=LINES)
    assert reply.status_code in {413, 415}
    plain = tight.post(path, content=iter([body[:9], body[9:]]) if chunked else body, headers=JSON)
    assert plain.status_code == 413 or (path.startswith("/synapse") and plain.status_code == 200)


def test_a_stream_has_an_end(guard: Guard) -> None:
    with client(lambda: guard, Settings(limits=Limits(lines=3))) as found:
        *good, last = [json.loads(line) for line in found.post("/v1/scan", content=b'"a"\n\n"b"\n"c"\n', headers=LINES).text.splitlines()]
    assert [row["line"] for row in good] == [1, 3]  # all that came before it
    assert (last["status"], last["detail"].startswith("the stream is over the limit of 3 lines")) == (413, True)


def test_a_line_is_measured_however_it_comes() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'"%s"\n"b"\n' % (b"x" * 3000)

    async def all_of() -> None:
        async for _ in blocks(chunks(), LIMITS):
            pass

    with pytest.raises(Problem, match="line 1 is over"):
        asyncio.run(all_of())


def test_no_path_leads_to_another_host(web: TestClient) -> None:
    for path in ("/v1/check/?p=1", "/healthz/", "/v1/scan/"):
        reply = web.post(path, json={"text": "hi"}, headers={"host": "evil.example"}, follow_redirects=False)
        assert (reply.status_code, reply.json()["reason"]) == (404, "no_route")
        assert "location" not in reply.headers


def test_scan_reads_outgoing_messages(web: TestClient) -> None:
    secret = f"{SECRET}!x"
    wanted = web.post("/v1/scan", json={"messages": [secret, "hi"], "direction": "outgoing"}).json()["results"]
    assert [row["action"] == "allow" for row in wanted] == [False, True]
    assert web.post("/v1/scan?direction=outgoing", json={"messages": [secret, "hi"]}).json()["results"] == wanted
    lines = web.post("/v1/scan?direction=outgoing", content=json.dumps(secret), headers=LINES).text
    assert json.loads(lines)["action"] == wanted[0]["action"]
    assert "hunter2" not in lines


OVER = [
    ("/v1/check", {"text": "x" * 101}, "the message"),
    ("/v1/check", {"text": "x", "direction": "outgoing", "thread": ["a", "b", "c"]}, "the thread"),
    ("/v1/check", {"text": "x", "direction": "outgoing", "thread": ["a", "b" * 101]}, "thread entry 2"),
    ("/v1/check", {"text": "x", "direction": "outgoing", "thread": ["b" * 101]}, "thread entry 1"),
    ("/v1/check", {"text": "x" * 3000}, "the body"),
    ("/v1/scan", {"messages": ["a"] * 4}, "the batch"),
    ("/v1/scan", {"messages": ["a", {"text": "b" * 101}]}, "message 2"),
    ("/tgspam/check", {"message": "b" * 101}, "the message"),
]


@pytest.mark.parametrize(("path", "body", "words"), OVER)
def test_limits_are_told(tight: TestClient, path: str, body: dict[str, Any], words: str) -> None:
    reply = tight.post(path, json=body)
    assert (reply.status_code, reply.json()["reason"]) == (413, "too_large")
    assert reply.json()["detail"].startswith(words)


def test_a_body_without_a_length_is_measured_too(tight: TestClient) -> None:
    reply = tight.post("/v1/check", content=iter([b'{"text": "', b"x" * 3000, b'"}']), headers=JSON)
    assert (reply.status_code, reply.json()["reason"]) == (413, "too_large")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer \xe9"])
@pytest.mark.parametrize(
    "path", ["/v1/check", "/v1/scan", "/v1/report", "/metrics", "/checkv2", "/tgspam/check", "/synapse/user_may_invite", "/x"]
)
def test_the_token_guards_everything_that_knows_something(guard: Guard, path: str, header: str | None) -> None:
    app = TestClient(application(lambda: guard, Settings(token=TOKEN)))
    reply = app.post(path, content=b"{}", headers={} if header is None else {b"authorization": header.encode("latin-1")})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in reply.text


def test_the_page_and_health_need_no_token(tight: TestClient) -> None:
    for path in ("/", "/page.css", "/page.js", "/openapi.json", "/healthz"):
        assert tight.get(path, headers={"authorization": ""}).status_code == 200
    assert tight.post("/v1/check", json={"text": "hi"}, headers={"authorization": f"bearer {TOKEN}"}).status_code == 200


def test_cors_is_off_unless_an_origin_is_named(web: TestClient, guard: Guard) -> None:
    asked = {"origin": "https://chat.example", "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    assert "access-control-allow-origin" not in web.post("/v1/check", json={"text": "hi"}, headers=asked).headers
    assert web.options("/v1/check", headers=asked).status_code == 405
    with client(lambda: guard, Settings(origins=("https://chat.example",))) as found:
        assert found.options("/v1/check", headers=asked).headers["access-control-allow-origin"] == "https://chat.example"
        assert found.options("/v1/check", headers={**asked, "origin": "https://other.example"}).status_code == 400
        refused = found.post("/v1/check", content=b"{", headers={**JSON, "origin": "https://chat.example"})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (400, "https://chat.example")


def test_unknown_paths_and_methods(web: TestClient) -> None:
    assert web.get("/v1/check").status_code == 405
    assert web.get("/v1/check").headers["allow"] == "POST"
    assert web.get("/nothing").json()["reason"] == "no_route"


def test_not_ready_until_it_is_warm(guard: Guard) -> None:
    loaded = threading.Event()

    def load() -> Guard:
        loaded.wait(60)
        return guard

    with client(load, ready=False) as found:
        assert found.get("/healthz").json()["status"] == "loading"
        assert found.get("/healthz").status_code == 503
        for path, body in [("/v1/check", {"text": "a"}), ("/v1/scan", {"messages": ["a"]}), ("/tgspam/check", {"message": "a"})]:
            reply = found.post(path, json=body)
            assert (reply.status_code, reply.json()["reason"], reply.headers["retry-after"]) == (503, "loading", "5")
        assert found.post("/v1/scan", content=b'"a"', headers=LINES).status_code == 503
        assert found.post("/checkv2", content=b"a").status_code == 503
        loaded.set()
        while found.get("/healthz").status_code != 200:
            time.sleep(0.01)
        assert found.post("/v1/check", json={"text": "a"}).status_code == 200


def test_a_model_that_cannot_be_loaded_is_told() -> None:
    failures: list[Exception] = []

    def load() -> Guard:
        raise ModelError("models/x: damaged")

    with TestClient(application(load, Settings(), failures.append)) as found:
        while not failures:
            time.sleep(0.01)
        assert found.get("/healthz").json()["status"] == "failed"
    assert isinstance(failures[0], ModelError)


class Slow:
    """A guard whose every answer takes its time."""

    def __init__(self, guard: Guard, seconds: float) -> None:
        self._guard, self._seconds = guard, seconds
        self.slow = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._guard, name)

    def check(self, *arguments: Any, **named: Any) -> Verdict:
        if self.slow:
            time.sleep(self._seconds)
        return self._guard.check(*arguments, **named)


class Held:
    """A guard whose answers wait until it is let go."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()
        self.inside = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._guard, name)

    def check(self, *arguments: Any, **named: Any) -> Verdict:
        if not self.go.is_set():
            self.inside = True
            self.begun.set()
            self.go.wait(30)
            self.inside = False
        return self._guard.check(*arguments, **named)


@pytest.mark.parametrize("batching", [True, False])
def test_a_verdict_out_of_time_is_a_503_and_the_loop_stays_free(guard: Guard, batching: bool) -> None:
    held: Any = Held(guard)
    with client(lambda: held, Settings(limits=Limits(budget=0.2), batching=batching)) as found:
        held.go.clear()
        with ThreadPoolExecutor(1) as other:
            asked = other.submit(found.post, "/v1/check", json={"text": THREADED})
            assert held.begun.wait(30)
            assert found.get("/healthz").status_code == 200  # answered while a thread scores
            assert held.inside
            reply = asked.result()
            assert held.inside
            held.go.set()
        assert (reply.status_code, reply.json()["reason"], reply.headers["retry-after"]) == (503, "out_of_time", "1")


def test_too_many_waiting_are_sent_away(guard: Guard) -> None:
    slow: Any = Slow(guard, 0.4)
    with client(lambda: slow, Settings(limits=Limits(budget=10, waiting=1))) as found:
        slow.slow = True
        with ThreadPoolExecutor(8) as others:
            replies = list(others.map(lambda _: found.post("/v1/check", json={"text": THREADED}), range(8)))
    assert {reply.status_code for reply in replies} == {200, 503}
    assert {reply.json()["reason"] for reply in replies if reply.status_code == 503} == {"busy"}


@pytest.mark.parametrize("text", [THREADED, SCAM])
def test_a_defect_is_told_without_what_was_at_hand(guard: Guard, caplog: pytest.LogCaptureFixture, text: str) -> None:
    def broken(text: str, **_: Any) -> Verdict:
        if "secretword" in text:
            raise RuntimeError(text)
        return guard.check(text)

    slow: Any = Slow(guard, 0)
    slow.check = broken
    slow.slow = True
    with client(lambda: slow, raises=False) as found:
        reply = found.post("/v1/check", json={"text": f"secretword {text}"})
    assert (reply.status_code, reply.json()["reason"]) == (500, "broken")
    with pytest.raises(RuntimeError) as caught:
        broken("secretword")
    record = logging.LogRecord("uvicorn", logging.ERROR, "", 0, "Exception\n", (), (RuntimeError, caught.value, caught.tb))
    line = JsonLines().format(record)
    assert "secretword" not in line + reply.text + "".join(JsonLines().format(record) for record in caplog.records)
    assert json.loads(line)["error"] == "RuntimeError"


def test_logs_and_metrics_hold_no_message(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scamguard.serve")
    with client(lambda: guard) as found:
        asked: list[tuple[str, dict[str, Any]]] = [
            ("/v1/check", {"text": "zebra " + SCAM}), ("/v1/check", {"text": "hi", "zebra": 1}), ("/v1/scan", {"messages": ["zebra"]}),
            ("/zebra?q=zebra", {}), ("/synapse/zebra", {}), ("/tgspam/check", {"message": "zebra"}),
        ]  # fmt: skip
        for path, body in asked:
            found.post(path, json=body, headers={"user-agent": "zebra", "x-request-id": "zebra"})
        metrics = found.get("/metrics")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "scamguard.serve"]
    assert "zebra" not in json.dumps(lines) + metrics.text
    told = [line for line in lines if line["event"] == "request" and line["route"] == "/v1/check"]
    assert (told[0]["status"], told[0]["action"], told[0]["messages"]) == (200, "block", 1)
    assert (told[1]["status"], told[1]["reason"]) == (422, "malformed")
    assert 'scamguard_messages_total{action="block"} 1.0' in metrics.text
    assert 'scamguard_requests_total{route="/v1/check",status="200"} 1.0' in metrics.text
    assert 'scamguard_refused_total{reason="malformed"} 1.0' in metrics.text
    assert "scamguard_ready 1.0" in metrics.text


MIXED = [
    SCAM, FINE, "see you at 7.", "", "您好，我是客服，请把验证码发给我。", "ok!", "Never share your password.", "send me 12 words.", "😀.",
    "see https://binnance-support.com/login", "write @kraken_desk", "\ud800", THREADED,
]  # fmt: skip


@given(texts=st.lists(st.sampled_from(MIXED), min_size=1, max_size=12))
def test_read_together_the_verdicts_are_the_same(guard: Guard, texts: list[str]) -> None:
    assert together.settle(guard, texts) == [guard.check(text) for text in texts]


def test_nearly_all_of_a_group_chat_is_brief() -> None:
    texts = [json.loads(line)["text"] for line in SAMPLE.read_text("utf-8").splitlines()]
    assert sum(map(brief.brief, texts)) > 0.9 * len(texts)


@pytest.mark.parametrize(
    ("text", "soon"),
    [
        ("", True),
        ("x" * brief.LONGEST, True),
        ("x" * (brief.LONGEST + 1), False),
        ("see a.example, @kraken_desk", True),
        ("a.io " * 13, False),
        ("@a " * 13, False),
    ],
)
def test_what_may_take_its_time_is_not_judged_on_the_loop(text: str, soon: bool) -> None:
    assert brief.brief(text) is soon


PIECES = [
    '"',
    "text",
    '"text"',
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "null",
    "1",
    "1.0",
    "1e999",
    "NaN",
    "-0",
    '"hi"',
    '"\\ud800"',
    '"\\u0000"',
    "\\",
    "\n",
    "\t",
]
PIECES += [
    " ",
    '"lang"',
    '"id"',
    '{"text": "hi"}',
    '"\x01"',
    "9" * 25,
    "9" * 5000,
    "\ufeff",
    "é",
    '{"text": "hi", "id": ',
    "[" * 2000,
    '"text": "b", ',
]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8), bad=st.sampled_from([b"", b"\xff", b"\xed\xa0\x80"]))
@pytest.mark.parametrize("shape", [CheckRequest, ReportRequest, ScanRequest, str | Item | None])
def test_json_read_in_one_pass_is_what_it_is_in_two(shape: Any, pieces: list[str], bad: bytes) -> None:
    joined = "".join(pieces)
    for raw in (joined.encode() + bad, b'{"text": "hi", ' + joined.encode() + b"}", b'{"messages": [' + joined.encode() + bad + b"]}"):
        one, two = (_outcome(way, raw, shape) for way in (read, lambda raw, shape: shaped(parsed(raw), shape)))
        event(type(one).__name__)
        assert one == two


def _outcome(way: Any, raw: bytes, shape: Any) -> Any:
    try:
        return way(raw, shape)
    except Problem as problem:
        return problem.status, str(problem)


def test_a_body_in_parts_is_joined(web: TestClient) -> None:
    parts = [b'{"text": "Kraken Support: send', b" me your ", b'seed phrase"}']
    assert web.post("/v1/check", content=iter(parts)).json() == web.post("/v1/check", content=b"".join(parts)).json()


def test_what_arrives_meanwhile_is_read_together() -> None:
    batches: list[list[str]] = []
    begun, go = threading.Event(), threading.Event()

    def read(texts: Any) -> Any:
        batches.append(list(texts))
        begun.set()
        go.wait(10)
        return [text.upper() for text in texts]

    async def ask() -> list[Any]:
        queue = together.Together(read, pool, waiting=6, most=3)
        first = queue.put("a")
        await asyncio.to_thread(begun.wait)
        others = [queue.put(text) for text in "bcdef"]
        others[1].cancel()
        go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    with ThreadPoolExecutor(1) as pool:
        answers = asyncio.run(ask())
    assert batches == [["a"], ["b", "d", "e"], ["f"]]
    assert [answer for answer in answers if isinstance(answer, str)] == ["A", "B", "D", "E", "F"]


def test_a_full_queue_and_a_failing_reader() -> None:
    def read(_: Any) -> Any:
        raise RuntimeError

    async def ask() -> None:
        queue = together.Together(read, pool, waiting=1)
        first, second = queue.put("a"), queue.put("b")
        with pytest.raises(Problem, match="too many"):
            queue.put("c")
        for future in (first, second):
            with pytest.raises(RuntimeError):
                await future

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(ask())


def test_those_whose_time_is_up_take_no_place() -> None:
    go = threading.Event()

    def read(texts: Any) -> Any:
        go.wait(10)
        return list(texts)

    async def ask() -> list[Any]:
        queue = together.Together(read, pool, waiting=4, most=1)
        others = [queue.put(text) for text in "abcde"]
        with pytest.raises(Problem, match="too many"):
            queue.put("f")
        for other in others[2:]:
            other.cancel()
        last = [queue.put(text) for text in "xyz"]
        with pytest.raises(Problem, match="too many"):
            queue.put("f")
        go.set()
        return await asyncio.gather(*others[:2], *last)

    with ThreadPoolExecutor(1) as pool:
        assert asyncio.run(ask()) == ["a", "b", "x", "y", "z"]


@pytest.mark.parametrize("reads_on", [True, False])
def test_who_waits_when_the_service_ends_is_told(reads_on: bool) -> None:
    """What is being read ends well; what waits in the line, or in the pool, is not read."""
    go, begun = threading.Event(), threading.Event()

    def read(texts: Any) -> Any:
        begun.set()
        go.wait(10)
        return list(texts)

    async def ask() -> tuple[list[Any], list[Any]]:
        wrong: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: wrong.append(told))
        pool = ThreadPoolExecutor(1)
        before = None if reads_on else pool.submit(read, [])
        queue = together.Together(read, pool, waiting=8, most=1)
        futures = [queue.put(text) for text in "abc"]
        await asyncio.to_thread(begun.wait)
        pool.shutdown(wait=False, cancel_futures=True)
        go.set()
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*futures, return_exceptions=True)
            answers += await asyncio.gather(queue.put("d"), queue.put("e"), return_exceptions=True)
        assert before is None or before.result() == []
        return answers, wrong

    answers, wrong = asyncio.run(ask())
    assert wrong == []
    assert [answer for answer in answers if isinstance(answer, str)] == (["a"] if reads_on else [])
    assert {answer.reason for answer in answers if not isinstance(answer, str)} == {"stopping"}


@pytest.mark.parametrize("settings", [Settings(), Settings(token=TOKEN)])
def test_the_openapi_document_is_valid(settings: Settings) -> None:
    told: Any = document(settings)
    validate(told, cls=OpenAPIV31SpecValidator)
    assert ("securitySchemes" in told["components"]) == (settings.token is not None)


def test_the_openapi_document_lists_every_route(web: TestClient) -> None:
    told = web.get("/openapi.json").json()
    routes = {route.path for route in web.app.routes}  # type: ignore[attr-defined]
    assert routes - {"/page.css", "/page.js"} == set(told["paths"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"token": "short"}, "at least 16"),
        ({"token": "with a space in the middle"}, "without spaces"),
        ({"origins": ("*",)}, "no origin"),
        ({"origins": ("https://a.example/path",)}, "no origin"),
        ({"reject_from": "never"}, "'block' or 'warn'"),
        ({"threads": 0}, "at least 1"),
    ],
)
def test_settings_that_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ServiceError, match=words) as caught:
        Settings(**options)
    assert "with a space in the middle" not in str(caught.value)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ServiceError, match="'budget' is 0"):
        Limits(budget=0)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Settings(token=TOKEN))


def test_where_the_token_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCAMGUARD_TOKEN", raising=False)
    assert read_token(None) is None
    monkeypatch.setenv("SCAMGUARD_TOKEN", TOKEN)
    assert read_token(None) == TOKEN
    file = tmp_path / "token"
    with pytest.raises(ServiceError, match="cannot be read: No such file"):
        read_token(file)
    file.write_bytes(b"\xff")
    with pytest.raises(ServiceError, match="not UTF-8"):
        read_token(file)
    file.write_text(" \n")
    with pytest.raises(ServiceError, match="holds no token"):
        read_token(file)
    file.write_bytes(f"\ufeff{TOKEN}\r\n".encode())  # as editors of Windows save it
    assert read_token(file) == TOKEN
    file.write_text(f"{TOKEN}\n")
    assert read_token(file) == TOKEN


def test_a_network_is_not_served_without_a_token() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        guarded(host, Settings(), open_to_all=False)
    guarded("0.0.0.0", Settings(token=TOKEN), open_to_all=False)  # noqa: S104 - nothing listens
    guarded("0.0.0.0", Settings(), open_to_all=True)  # noqa: S104
    for host in ("0.0.0.0", "::", "chat.example"):  # noqa: S104
        with pytest.raises(ServiceError, match="SCAMGUARD_TOKEN"):
            guarded(host, Settings(), open_to_all=False)
