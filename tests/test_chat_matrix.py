"""The Synapse module in a real homeserver on loopback, with SQLite: two users talk, an impostor tries."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from . import chatting
from .chatting import ADVISORY, SCAM, SCAM_ZH, quotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scamguard.guard import Guard

pytest.importorskip("synapse", reason="needs the matrix extra", exc_type=ImportError)

_START = 300  # seconds: Synapse migrates its database, scamguard may compile its kernels
_KEY = "ed25519 a_test q7DPzNSieu8/1lFg44KsW6p0vNQtZP59kSfbzFvIjgM\n"  # made for these tests


@dataclass
class User:
    """A client of the homeserver."""

    base: str
    name: str
    token: str = field(default="", repr=False)
    sent: int = 0

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def register(self) -> User:
        body = {"username": self.name, "password": "hunter2-of-a-test", "auth": {"type": "m.login.dummy"}}
        status, said = self.call("POST", "/_matrix/client/v3/register", body)
        assert status == 200, said
        self.token = said["access_token"]
        return self

    def say(self, room: str, content: str | Mapping[str, Any], kind: str = "m.room.message") -> tuple[int, Any]:
        self.sent += 1
        body = {"msgtype": "m.text", "body": content} if isinstance(content, str) else content
        return self.call("PUT", f"/_matrix/client/v3/rooms/{room}/send/{kind}/{self.name}{self.sent}", body)

    def read(self, room: str) -> list[dict[str, Any]]:
        status, said = self.call("GET", f"/_matrix/client/v3/rooms/{room}/messages?dir=b&limit=100")
        assert status == 200
        return [event for event in said["chunk"] if event["type"] == "m.room.message"]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _config(folder: Path, port: int, module: Mapping[str, Any]) -> Path:
    """Write a homeserver.yaml (JSON is YAML) and the key the server would take seconds to make."""
    (folder / "signing.key").write_text(_KEY, "utf-8")
    many = {"per_second": 1000, "burst_count": 1000}
    config = {
        "server_name": "scamguard.test",
        "report_stats": False,
        "pid_file": str(folder / "pid"),
        "signing_key_path": str(folder / "signing.key"),
        "macaroon_secret_key": "a test",
        "media_store_path": str(folder / "media"),
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "listeners": [{"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}],
        "trusted_key_servers": [],
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "rc_message": many, "rc_registration": many, "rc_login": {"address": many, "account": many},
        "modules": [{"module": "scamguard.chat.matrix.ScamguardModule", "config": module}],
    }  # fmt: skip
    path = folder / "homeserver.yaml"
    path.write_text(json.dumps(config), "utf-8")
    return path


def _synapse(config: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "synapse.app.homeserver", "-c", str(config)]
    log = (config.parent / "synapse.log").open("ab")
    with log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=config.parent, env={**os.environ, "SYNAPSE_CACHE_FACTOR": "0.1"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("synapse")


@pytest.fixture(scope="module")
def home(folder: Path) -> Iterator[str]:
    """Run a homeserver whose staff is configured, which blocks and posts advice in English."""
    port = _free_port()
    module = {"exempt": ["@official:scamguard.test"], "on_block": "delete", "on_warn": "warn", "budget": 30, "lang": "en",
              "notice_user": "@guard:scamguard.test"}  # fmt: skip
    config = _config(folder, port, module)
    server, base = _synapse(config), f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _START
        while True:
            assert server.poll() is None, (folder / "synapse.log").read_text("utf-8")[-3000:]
            assert time.monotonic() < deadline, "Synapse does not answer"
            try:
                urllib.request.urlopen(f"{base}/_matrix/client/versions", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def people(home: str) -> dict[str, User]:
    return {name: User(home, name).register() for name in ("mia", "stranger", "official", "guard")}


@pytest.fixture
def room(people: dict[str, User]) -> str:
    """Make a public room with everybody in it."""
    status, said = people["mia"].call("POST", "/_matrix/client/v3/createRoom", {"preset": "public_chat"})
    assert status == 200, said
    for name in ("stranger", "official", "guard"):
        assert people[name].call("POST", f"/_matrix/client/v3/join/{said['room_id']}", {})[0] == 200
    return str(said["room_id"])


def test_an_impostor_is_refused_and_an_advisory_passes(people: dict[str, User], room: str) -> None:
    status, said = people["stranger"].say(room, SCAM)
    assert (status, said["errcode"]) == (403, "M_FORBIDDEN")
    assert "looks like a scam" in said["error"]
    assert not quotes(SCAM, said["error"])
    assert people["stranger"].say(room, SCAM_ZH)[0] == 403
    assert people["mia"].say(room, ADVISORY)[0] == 200
    assert people["mia"].say(room, "lunch at noon?")[0] == 200
    assert [event["content"]["body"] for event in people["mia"].read(room)] == ["lunch at noon?", ADVISORY]


def test_an_edit_is_judged_as_well(people: dict[str, User], room: str) -> None:
    status, said = people["stranger"].say(room, "hello all")
    assert status == 200

    def edited(text: str, fallback: str) -> tuple[int, Any]:
        new = {"msgtype": "m.text", "body": text}
        relates = {"rel_type": "m.replace", "event_id": said["event_id"]}
        return people["stranger"].say(room, {"msgtype": "m.text", "body": fallback, "m.new_content": new, "m.relates_to": relates})

    assert edited(SCAM, f"* {SCAM}")[0] == 403
    assert edited(SCAM, "* hello everyone")[0] == 403, "readers see the new content, whatever the fallback says"
    assert edited("hello everyone", f"* {SCAM}")[0] == 403, "old clients see the fallback"
    assert edited("hello everyone", "* hello everyone")[0] == 200


def test_formatted_text_and_topics_are_judged(people: dict[str, User], room: str) -> None:
    shown = {"msgtype": "m.text", "body": "hi", "format": "org.matrix.custom.html", "formatted_body": f"<p>{SCAM}</p>"}
    assert people["stranger"].say(room, shown)[0] == 403
    assert people["mia"].call("PUT", f"/_matrix/client/v3/rooms/{room}/state/m.room.topic", {"topic": SCAM})[0] == 403
    assert people["mia"].call("PUT", f"/_matrix/client/v3/rooms/{room}/state/m.room.topic", {"topic": "Cats"})[0] == 200


REPLIES = {"m.in_reply_to": {"event_id": "$none"}}


def test_a_reply_or_another_view_hides_nothing(people: dict[str, User], room: str) -> None:
    for content in (
        {"body": f"> {SCAM}", "m.relates_to": REPLIES},
        {"body": f"> <@a:b> {SCAM}\n\nok", "m.relates_to": REPLIES},
        {"body": "ok", "format": "org.matrix.custom.html", "formatted_body": f"<mx-reply>{SCAM}</mx-reply>ok"},
        {"body": "this is a scam, never answer it", "formatted_body": SCAM},
        {"msgtype": "m.image", "body": "a cat", "filename": SCAM, "url": "mxc://x/y"},
    ):
        assert people["stranger"].say(room, {"msgtype": "m.text", **content})[0] == 403, content
    assert people["mia"].say(room, {"msgtype": "m.text", "body": "> <@a:b> lunch?\n\nat noon", "m.relates_to": REPLIES})[0] == 200


def test_polls_and_reactions_are_judged(people: dict[str, User], room: str) -> None:
    old = {"question": {"org.matrix.msc1767.text": "which?"}, "answers": [{"id": "1", "org.matrix.msc1767.text": SCAM}]}
    new = {"question": {"m.text": [{"body": SCAM}]}, "answers": []}
    assert people["stranger"].say(room, {"org.matrix.msc3381.poll.start": old}, "org.matrix.msc3381.poll.start")[0] == 403
    assert people["stranger"].say(room, {"m.poll": new}, "m.poll.start")[0] == 403
    _, said = people["mia"].say(room, "hello")
    for key, status in ((SCAM, 403), ("👍", 200)):
        relates = {"rel_type": "m.annotation", "event_id": said["event_id"], "key": key}
        assert people["stranger"].say(room, {"m.relates_to": relates}, "m.reaction")[0] == status


def test_official_accounts_are_configured(people: dict[str, User], room: str) -> None:
    assert people["official"].say(room, SCAM)[0] == 200


def test_odd_events_are_no_errors(people: dict[str, User], room: str) -> None:
    for content in ({"msgtype": "m.text", "body": ""}, {"msgtype": "m.image", "body": "cat.png", "url": "mxc://x/y", "m.new_content": {}}):
        assert people["mia"].say(room, content)[0] == 200
    assert people["mia"].say(room, {"any": [1, None]}, "org.example.odd")[0] == 200


def test_a_likely_scam_is_answered_with_advice(people: dict[str, User], room: str, guard: Guard) -> None:
    likely = chatting.likely(guard)
    status, said = people["stranger"].say(room, likely)
    assert status == 200
    deadline = time.monotonic() + 30
    while not (found := [event for event in people["mia"].read(room) if event["sender"] == "@guard:scamguard.test"]):
        assert time.monotonic() < deadline, "no advice came"
        time.sleep(0.05)
    advice = found[0]["content"]
    assert advice["msgtype"] == "m.notice"
    assert advice["m.relates_to"]["m.in_reply_to"]["event_id"] == said["event_id"]
    assert "official" in advice["body"]
    assert not quotes(likely, advice["body"])

    def edited(text: str) -> None:
        relates = {"rel_type": "m.replace", "event_id": said["event_id"]}
        content = {"msgtype": "m.text", "body": text, "m.new_content": {"msgtype": "m.text", "body": text}, "m.relates_to": relates}
        assert people["stranger"].say(room, content)[0] == 200

    edited(f"{likely} ")
    edited(f"{likely}  ")
    status, other = people["mia"].say(room, likely)
    assert status == 200
    while len(found := [event for event in people["mia"].read(room) if event["sender"] == "@guard:scamguard.test"]) < 2:
        assert time.monotonic() < deadline, "no advice came"
        time.sleep(0.05)
    answered = [event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] for event in found]
    assert answered == [other["event_id"], said["event_id"]], "nobody is told again while nothing changed"


def test_advice_that_cannot_be_posted_is_logged(people: dict[str, User], folder: Path, guard: Guard) -> None:
    status, said = people["mia"].call("POST", "/_matrix/client/v3/createRoom", {"preset": "private_chat"})
    assert status == 200, said
    likely = chatting.likely(guard)
    assert people["mia"].say(said["room_id"], likely)[0] == 200
    deadline = time.monotonic() + 30
    while f"advice not posted in {said['room_id']}" not in (log := (folder / "synapse.log").read_text("utf-8")):
        assert time.monotonic() < deadline, "nothing is logged"
        time.sleep(0.05)
    assert not quotes(likely, log)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Synapse's, when it is imported
@pytest.mark.parametrize(
    ("kind", "content", "seen"),
    [
        ("m.room.member", {"membership": "join", "displayname": "Kraken Support"}, (["Kraken Support"], "Kraken Support")),
        ("m.room.member", {"membership": "leave", "displayname": None, "reason": "bye"}, (["bye"], None)),
        ("m.room.power_levels", {"users": {}}, None),
    ],
)
def test_a_name_is_judged_as_a_name(monkeypatch: pytest.MonkeyPatch, guard: Guard, kind: str, content: dict[str, Any], seen: Any) -> None:
    from synapse.module_api import NOT_SPAM  # noqa: PLC0415 - which takes a second

    from scamguard.chat import Moderator, matrix  # noqa: PLC0415

    class Api:
        def register_spam_checker_callbacks(self, **_: Any) -> None:
            pass

        async def defer_to_thread(self, work: Any, views: list[str], who: list[str], sender: Any) -> Any:
            told.append((views, sender.name if sender else None))
            return work(views, who, sender)

    told: list[Any] = []
    monkeypatch.setattr(Moderator, "load", lambda rules, model, pack: chatting.moderator(guard))  # noqa: ARG005 - by name
    module = matrix.ScamguardModule({}, Api())  # type: ignore[arg-type] # a stand-in
    event: Any = SimpleNamespace(type=kind, sender="@x:other.test", content=content, event_id="$e", room_id="!r")
    assert asyncio.run(module.check_event_for_spam(event)) == NOT_SPAM
    assert told == ([] if seen is None else [seen])


def test_a_setting_without_meaning_stops_the_server(tmp_path: Path) -> None:
    config = _config(tmp_path, _free_port(), {"on_block": "explode"})
    assert _synapse(config).wait(120) != 0
    assert "on_block: unknown response 'explode'; known: delete, flag, pass, warn" in (tmp_path / "synapse.log").read_text("utf-8")
