"""The Slack middleware in a real slack-bolt app with real events; Slack's API is a server on loopback."""

from __future__ import annotations

import json
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from . import chatting
from .chatting import ADVISORY, SCAM, moderator, quotes, served

pytest.importorskip("slack_bolt", reason="needs the slack extra")

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from scamguard.chat.slack import middleware

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

ADMIN = "xoxp-of-a-test"


class Slack(ThreadingHTTPServer):
    """Stands for Slack's Web API: notes what is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.calls: list[tuple[str, dict[str, str], str]] = []
        self.refuses: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/"


class Answers(BaseHTTPRequestHandler):
    server: Slack

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        name, _, query = self.path.removeprefix("/api/").partition("?")
        asked = json.loads(raw) if raw.startswith("{") else dict(urllib.parse.parse_qsl(raw or query))
        self.server.calls.append((name, asked, self.headers.get("Authorization", "")))
        said: dict[str, Any] = {"ok": True, "ts": "9.9", "permalink": "https://traders.slack.com/archives/C1/p5",
                                "channel": {"id": "C1", "locale": "zh-CN"}}  # fmt: skip
        if name in self.server.refuses:
            said = {"ok": False, "error": self.server.refuses[name]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slack() -> Iterator[Slack]:
    with served(Slack()) as server:
        yield server


def run(
    chief: Any, slack: Slack, *events: dict[str, Any], admin: str | None = ADMIN, moderators: str | None = "CMODS"
) -> tuple[list[str], int]:
    """Feed events to an app; give the names of the API calls, and how many events its listener saw."""
    seen = list[str]()
    app = App(
        client=WebClient("xoxb-of-a-test", base_url=slack.url),
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_id="B1", bot_user_id="U1", bot_token="xoxb-of-a-test"),  # noqa: S106
        request_verification_enabled=False,
        process_before_response=True,
    )
    app.use(middleware(chief, moderators=moderators, admin_token=admin))
    app.event("message")(lambda event: seen.append(event["ts"]))
    for event in events:
        body = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 5, "event": event}
        answer = app.dispatch(BoltRequest(body=json.dumps(body), headers={"content-type": ["application/json"]}))
        assert answer.status == 200
    return [name for name, _, _ in slack.calls], len(seen)


def event(text: str = "", **more: Any) -> dict[str, Any]:
    where = {"channel": "C1", "channel_type": "channel", "ts": "5.5", "event_ts": "5.5"}
    return {"type": "message", "user": "U666", "text": text, **where, **more}


def changed(text: str, before: str) -> dict[str, Any]:
    new = {"type": "message", "user": "U666", "ts": "5.5", "text": text}
    return {**event(), "subtype": "message_changed", "ts": "6.6", "message": new, "previous_message": {**new, "text": before}}


def test_a_scam_is_deleted_and_the_channel_told_in_its_language(guard: Guard, slack: Slack) -> None:
    names, seen = run(moderator(guard), slack, event(SCAM))
    assert names == ["chat.delete", "conversations.info", "chat.postMessage", "chat.postMessage"]
    deleted, info, advice, alert = (asked for _, asked, _ in slack.calls)
    assert (deleted["channel"], deleted["ts"]) == ("C1", "5.5")
    assert slack.calls[0][2] == f"Bearer {ADMIN}"
    assert info["include_locale"]
    assert advice["channel"] == "C1"
    assert advice["text"].startswith("这是诈骗")
    assert "thread_ts" not in advice
    assert alert["channel"] == "CMODS"
    assert "credential request" in alert["text"]
    assert "from U666: message 5.5 in <#C1>" in alert["text"]
    assert not any(quotes(SCAM, said["text"]) for said in (advice, alert))
    assert seen == 0


def test_an_advisory_passes(guard: Guard, slack: Slack) -> None:
    assert run(moderator(guard), slack, event(ADVISORY), event("")) == ([], 2)


def test_without_the_token_of_an_admin_it_warns(guard: Guard, slack: Slack) -> None:
    names, seen = run(moderator(guard), slack, event(SCAM), admin=None)
    assert names == ["conversations.info", "chat.postMessage", "chat.getPermalink", "chat.postMessage"]
    assert slack.calls[1][1]["thread_ts"] == "5.5"
    assert slack.calls[3][1]["text"].endswith("from U666: https://traders.slack.com/archives/C1/p5")
    assert seen == 1


def test_a_likely_scam_is_answered_in_its_thread(guard: Guard, slack: Slack) -> None:
    names, seen = run(moderator(guard, lang="en"), slack, event(chatting.likely(guard), thread_ts="4.4"))
    assert "chat.delete" not in names
    assert next(asked for name, asked, _ in slack.calls if name == "chat.postMessage")["thread_ts"] == "4.4"
    assert seen == 1


def test_flag_tells_moderators_alone(guard: Guard, slack: Slack) -> None:
    names, seen = run(moderator(guard, on_block="flag"), slack, event(SCAM))
    assert (names, seen) == (["chat.getPermalink", "chat.postMessage"], 1)


def test_an_edit_is_judged_and_a_loaded_preview_is_none(guard: Guard, slack: Slack) -> None:
    assert run(moderator(guard), slack, changed(SCAM, SCAM), changed("lunch?", SCAM))[0] == []
    assert run(moderator(guard), slack, changed(SCAM, "hi"))[0][0] == "chat.delete"
    assert slack.calls[0][1]["ts"] == "5.5", "the message, not the event"


def test_blocks_attachments_and_bots_are_judged(guard: Guard, slack: Slack) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": SCAM}}]
    bot = {**event(SCAM, subtype="bot_message", bot_id="B9"), "user": None}
    for said in (event(blocks=blocks), event("see", attachments=[{"text": SCAM}]), bot, event(SCAM, subtype="file_share")):
        slack.calls.clear()
        assert run(moderator(guard), slack, said)[0][0] == "chat.delete"


def test_deletions_other_events_and_itself_are_not_judged(guard: Guard, slack: Slack) -> None:
    gone = {**event(), "subtype": "message_deleted", "previous_message": {"text": SCAM}}
    other = {"type": "reaction_added", "user": "U1", "reaction": "eyes", "item": {}, "event_ts": "1.1"}
    own = event(SCAM, bot_id="B1", user="U1")
    app_calls = run(moderator(guard), slack, gone, own)
    assert app_calls[0] == []
    from scamguard.chat.slack import message_of  # noqa: PLC0415 - beside the test that needs it

    assert message_of(other) is None


def test_staff_is_configured(guard: Guard, slack: Slack) -> None:
    assert run(moderator(guard, exempt=["U666"]), slack, event(SCAM)) == ([], 1)


@pytest.mark.parametrize("reason", ["cant_delete_message", "message_not_found"])
def test_what_slack_refuses_is_logged_by_its_code(guard: Guard, slack: Slack, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    slack.refuses = {"chat.delete": reason, "conversations.info": "missing_scope", "chat.postMessage": "not_in_channel"}
    _, seen = run(moderator(guard), slack, event(SCAM))
    assert seen == (0 if reason == "message_not_found" else 1)
    assert ("not deleted: cant_delete_message" in caplog.text) is (reason == "cant_delete_message")
    for said in ("locale of channel C1 unknown: missing_scope", "advice not posted in channel C1", "moderators CMODS not told"):
        assert said in caplog.text
    assert not quotes(SCAM, caplog.text)


def test_without_moderators_only_the_channel_is_told(guard: Guard, slack: Slack) -> None:
    names, seen = run(moderator(guard), slack, event(SCAM), moderators=None)
    assert (names, seen) == (["chat.delete", "conversations.info", "chat.postMessage"], 0)
