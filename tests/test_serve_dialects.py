"""Dialects: what each bot sends, byte by byte as it sends it, and whether it understands the answer."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import Sender
from scamguard.chat.event import views
from scamguard.serve.dialects import synapse
from scamguard.serve.dialects.rspamd import mail_text
from scamguard.serve.dialects.scale import scaled
from scamguard.serve.dialects.synapse import CALLBACKS, EVENTS, asked_about, strings
from scamguard.serve.settings import Limits, Settings
from scamguard.verdict import Policy

from .pace import slower
from .serving import FINE, SCAM, client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.testclient import TestClient

    from scamguard.guard import Guard

JSON = {"content-type": "application/json"}
WARNED = "hi, this is Kraken support. write me and verify your wallet to unlock it, not hunter2"


@pytest.fixture(scope="module")
def web(guard: Guard) -> Iterator[TestClient]:
    with client(lambda: guard) as found:
        yield found


@pytest.fixture(scope="module")
def strict(guard: Guard) -> Iterator[TestClient]:
    with client(lambda: guard, Settings(reject_from="warn", fail_open=False, limits=Limits(message=200))) as found:
        yield found


def event(**content: Any) -> dict[str, Any]:
    """Make what ``format_event_for_client_v2`` gives, with the event's id."""
    return {
        "event": {
            "type": "m.room.message", "sender": "@a:hs.test", "room_id": "!r:hs.test", "origin_server_ts": 1, "event_id": "$e",
            "content": {"msgtype": "m.text", **content}, "unsigned": {},
        }
    }  # fmt: skip


def synapse_lets_pass(status: int, body: str) -> bool:
    """Read an answer as the module does: any 2xx passes, anything else must be JSON and is shown to the client."""
    if 200 <= status < 300:
        return True
    assert isinstance(json.loads(body), dict)
    return False


EDIT = {
    "body": " * edited",
    "m.new_content": {"msgtype": "m.text", "body": SCAM},
    "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"},
}
REPLY = {"body": f"> <@b:hs.test> {SCAM}\n\nthis is a scam, admins please ban", "m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}
HTML = {"body": "hello", "format": "org.matrix.custom.html", "formatted_body": f"<p>{SCAM}</p>"}


@pytest.mark.parametrize(
    ("content", "passes"),
    [({"body": SCAM}, False), ({"body": FINE}, True), ({"body": ""}, True), ({}, True), (EDIT, False), (HTML, False), ({"body": 3}, True)],
)
def test_synapse_events(web: TestClient, content: dict[str, Any], passes: bool) -> None:
    reply = web.post("/synapse/check_event_for_spam", json=event(**content))
    assert synapse_lets_pass(reply.status_code, reply.text) is passes
    if not passes:
        assert reply.json()["errcode"] == "M_FORBIDDEN"
        assert "seed phrase" in reply.json()["error"]


def test_synapse_judges_a_reply_with_and_without_what_it_repeats(web: TestClient) -> None:
    assert asked_about(event(**REPLY), EVENTS) == [REPLY["body"], "this is a scam, admins please ban"]
    assert asked_about(event(**REPLY), "user_may_invite") == []
    hidden: list[dict[str, Any]] = [
        {**REPLY, "body": f"> {SCAM}\n\nok"},
        {"body": f"> {SCAM}"},
        {"body": "ok", "formatted_body": f"<mx-reply>{SCAM}</mx-reply>ok"},
    ]
    for content in hidden:
        assert web.post(f"/synapse/{EVENTS}", json=event(**content)).status_code == 403, content


@pytest.mark.parametrize("depth", [900, 990, 2_000, 50_000])  # Python reads about 1,000, less where its stack is deep already
def test_synapse_reads_the_words_of_an_event_too_deep_to_be_read(web: TestClient, strict: TestClient, depth: int) -> None:
    def nested(body: str) -> bytes:
        deep = json.dumps(event(body=body, deep="@")).encode()
        return deep.replace(b'"@"', b"[" * depth + b"]" * depth)

    said = {"lunch at noon?": ({200}, {400} if depth > 1_000 else {200, 400}), SCAM: ({403}, {403})}
    for text, expected in said.items():
        for found, status in zip((web, strict), expected, strict=True):
            assert found.post(f"/synapse/{EVENTS}", content=nested(text), headers=JSON).status_code in status
    assert web.post("/synapse/user_may_invite", content=nested(SCAM), headers=JSON).status_code == 200


def test_synapse_blocks_though_another_view_is_too_long(web: TestClient) -> None:
    long = event(body="x" * 150_000, formatted_body=f"<p>{SCAM}</p>")
    assert web.post(f"/synapse/{EVENTS}", json=long).status_code == 403


def test_a_quote_too_many_hides_no_other_string() -> None:
    assert strings(b'{"a": x"y, "body": "scam"}') == "scam"


@given(st.binary(max_size=60))
def test_any_bytes_have_strings_or_none(raw: bytes) -> None:
    assert isinstance(strings(raw), str)
    assert strings(raw + b'"' * (raw.count(b'"') % 2) + b', "seed"').endswith("seed") or b"\\" in raw


@pytest.mark.parametrize("name", CALLBACKS)
def test_synapse_callbacks_without_words_pass(web: TestClient, name: str) -> None:
    assert web.post(f"/synapse/{name}", json={"user_id": "@a:hs.test", "room_id": "!r:hs.test"}).status_code == 200


def test_synapse_names_the_callbacks_it_knows(web: TestClient) -> None:
    reply = web.post("/synapse/check_weather", json={})
    assert reply.status_code == 404
    assert "check_event_for_spam" in reply.json()["detail"]


def test_synapse_fails_as_the_operator_chose(web: TestClient, strict: TestClient) -> None:
    assert web.post("/synapse/check_event_for_spam", content=b"{", headers=JSON).status_code == 200
    refused = strict.post("/synapse/check_event_for_spam", json=event(body="x" * 300))
    assert (refused.status_code, refused.json()["errcode"]) == (413, "M_UNKNOWN")


def test_a_long_event_is_read_off_the_loop(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def noted(content: dict[str, Any]) -> list[str]:
        threads.append(threading.current_thread().name)
        return views(content)

    monkeypatch.setattr(synapse, "views", noted)
    for body in (FINE, f"{FINE} {'x ' * 5_000}", f"{SCAM} {'x ' * 5_000}"):
        reply = web.post("/synapse/check_event_for_spam", json=event(body=body))
        assert synapse_lets_pass(reply.status_code, reply.text) is (SCAM not in body)
    assert [name.startswith("scamguard-score") for name in threads] == [False, True, True]


@pytest.mark.parametrize(
    "body",
    [b'{"event":' + b'\\"' * 40_000, json.dumps(event(formatted_body=f'<a href="https://e.example/x">hi</a>{"!" * 30_000}a')).encode()],
    ids=["strings", "signs"],
)
def test_no_event_keeps_the_service_busy(web: TestClient, body: bytes) -> None:
    began = time.process_time()
    assert web.post("/synapse/check_event_for_spam", content=body, headers=JSON).status_code == 200
    assert time.process_time() - began < 2 * slower()


def test_the_operator_chooses_from_where_to_reject(web: TestClient, strict: TestClient, guard: Guard) -> None:
    assert guard.check(WARNED).action == "warn"
    assert web.post("/synapse/check_event_for_spam", json=event(body=WARNED)).status_code == 200
    assert strict.post("/synapse/check_event_for_spam", json=event(body=WARNED)).status_code == 403


def plugin(reply: Any) -> bool:
    """Decide as tg-spam's api_check.lua does."""
    assert reply.status_code == 200
    result = reply.json()
    assert isinstance(result["reason"], str)
    return result["is_spam"] is True and result["confidence"] > 0.8


@pytest.mark.parametrize(("text", "spam", "strictly"), [(SCAM, True, True), (WARNED, False, True), (FINE, False, False)])
def test_tgspam(web: TestClient, strict: TestClient, text: str, spam: bool, strictly: bool) -> None:
    sent = {"message": text, "user_id": "123", "user_name": "mallory"}
    assert plugin(web.post("/tgspam/check", json=sent)) is spam
    assert plugin(strict.post("/tgspam/check", json=sent)) is strictly


def test_tgspam_says_why(web: TestClient) -> None:
    assert "seed phrase" in web.post("/tgspam/check", json={"message": SCAM}).json()["reason"]
    assert web.post("/tgspam/check", json={"msg": SCAM}).status_code == 422


MAIL = """From: a@x.test
To: b@x.test
Subject: =?utf-8?q?Wallet?=
Message-ID: <1@x.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{}
"""


@pytest.mark.parametrize(("text", "action"), [(SCAM, "reject"), (WARNED, "add header"), (FINE, "no action")])
def test_rspamd(web: TestClient, text: str, action: str) -> None:
    reply = web.post("/checkv2", content=MAIL.format(text).encode(), headers={"from": "a@x.test", "ip": "192.0.2.1"}).json()
    assert reply["action"] == action
    assert reply["message-id"] == "<1@x.test>"
    assert reply["is_skipped"] is False
    assert (reply["score"] >= reply["thresholds"]["reject"]) == (action == "reject")
    assert (reply["score"] >= reply["thresholds"]["add header"]) == (action != "no action")
    assert sum(symbol["score"] for symbol in reply["symbols"].values()) == reply["score"]
    assert all(name == symbol["name"] and name.isupper() for name, symbol in reply["symbols"].items())


def test_rspamd_reads_behind_a_control_block(web: TestClient) -> None:
    mail = MAIL.format(SCAM).encode()
    reply = web.post("/checkv2", content=b'{"from": "a@x.test"}' + mail, headers={"message-length": str(len(mail))})
    assert reply.json()["action"] == "reject"
    for length in ("-1", "x", "99999", "²"):
        broken = web.post("/checkv2", content=mail, headers={b"message-length": length.encode()})
        assert (broken.status_code, broken.json()["reason"]) == (400, "malformed")


def test_filler_and_attachments_do_not_switch_rspamd_off(web: TestClient) -> None:
    """A mail server's own filters judge such mails, too."""
    filler = "lorem ipsum dolor sit amet\n" * 4000
    for text in (f"{SCAM}\n{filler}", f"{filler}{SCAM}"):
        assert web.post("/checkv2", content=MAIL.format(text).encode()).json()["action"] == "reject"
    assert web.post("/checkv2", content=MAIL.format(filler).encode()).json()["action"] == "no action"
    photo = "QUJD" * 18 + "\r\n"
    parts = f"--x\r\n\r\n{{}}\r\n--x\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n{photo * 30_000}\r\n--x--\r\n"
    for text, action in ((SCAM, "reject"), ("see photo", "no action")):
        mail = f"From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{parts.format(text)}"
        assert web.post("/checkv2", content=mail.encode()).json()["action"] == action


def test_a_mail_too_has_a_limit(guard: Guard) -> None:
    with client(lambda: guard, Settings(limits=Limits(body=1000))) as found:
        assert found.post("/checkv2", content=b"x" * 64_000).status_code == 200
        assert found.post("/checkv2", content=b"x" * 64_001).json()["detail"].startswith("the body is over the limit of 64,000 bytes")
        assert found.post("/tgspam/check", content=b"x" * 1001, headers=JSON).status_code == 413


def test_rspamd_takes_text_that_is_no_mail(web: TestClient) -> None:
    assert web.post("/checkv2", content=SCAM.encode()).json()["action"] == "reject"
    packed = web.post("/checkv2", content=b"\x1f\x8b\x08" + b"\0" * 40)
    assert (packed.status_code, packed.json()["reason"]) == (415, "media_type")
    assert web.post("/checkv2", content=b"").json()["action"] == "no action"


@given(raw=st.binary(max_size=300), subject=st.text(max_size=20))
def test_any_bytes_are_a_mail_or_a_text(raw: bytes, subject: str) -> None:
    identity, text, _ = mail_text(raw, subject)
    assert isinstance(identity, str)
    assert isinstance(text, str)


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("x@evil.example (Kraken Support)", Sender("Kraken Support", "x@evil.example")),
        ('"Kraken Support" <x@evil.example>', Sender("Kraken Support", "x@evil.example")),
        ("x@evil.example", Sender(None, "x@evil.example")),
        ("Kraken Support", Sender("Kraken Support")),
    ],
)
def test_a_sender_is_read_however_a_mail_names_it(header: str, sender: Sender) -> None:
    assert mail_text(f"Subject: Hi\r\nFrom: {header}\r\n\r\nSee you".encode(), "")[2] == sender


RISKS = st.floats(0, 1)


@given(first=RISKS, second=RISKS, cuts=st.tuples(RISKS, RISKS))
def test_a_scale_keeps_order_and_actions(first: float, second: float, cuts: tuple[float, float]) -> None:
    warn, block = sorted(cuts)
    policy = Policy(warn, block)
    a, b = (scaled(risk, policy, 6, 15, 20) for risk in sorted((first, second)))
    assert 0 <= a <= b + 1e-9 <= 20 + 1e-8
    if first >= policy.block:
        assert scaled(first, policy, 6, 15, 20) >= 15
    elif first >= policy.warn:
        assert 6 <= scaled(first, policy, 6, 15, 20) <= 15
    else:
        assert scaled(first, policy, 6, 15, 20) <= 6
