"""The Slack middleware in real slack-bolt apps, App and AsyncApp, with real events; Slack's API is a server on loopback."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest

from scamguard.chat import Rules

from . import chatting
from .chatting import ADVISORY, SCAM, moderator, quotes, served
from .test_chat_policy import slow

pytest.importorskip("slack_bolt", reason="needs the slack extra")
pytest.importorskip("aiohttp", reason="AsyncApp needs aiohttp")

from aiohttp.test_utils import TestClient, TestServer
from slack_bolt import App, BoltRequest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from scamguard.chat.slack import _walk, async_middleware, course, message_of, middleware, sender_of
from scamguard.chat.told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scamguard.guard import Guard

    Fed = Callable[..., tuple[list[int], int]]
    Run = Callable[..., tuple[list[str], int]]

JSON: Any = {"content-type": ["application/json"]}
ADMIN, BOT, SIGNED = "xoxp-of-a-test", "xoxb-of-a-test", "a signing secret of a test"
ALLOWED = AuthorizeResult(enterprise_id=None, team_id="T1", bot_id="B1", bot_user_id="U1", bot_token=BOT)


class Slack(ThreadingHTTPServer):
    """Stands for Slack's Web API: notes what is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.calls: list[tuple[str, dict[str, str], str]] = []
        self.refuses: dict[str, str] = {}
        self.limits: list[str] = []  # what deletions are asked to wait for, one after the other
        self.proxied = ""  # the media type of what a proxy answers in Slack's place

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/"


class Answers(BaseHTTPRequestHandler):
    server: Slack

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        name, _, query = self.path.removeprefix("/api/").partition("?")
        asked = json.loads(raw) if raw.startswith("{") else dict(urllib.parse.parse_qsl(raw or query))
        self.server.calls.append((name, asked, self.headers.get("Authorization", "")))
        said: dict[str, Any] = {"ok": True, "ts": "9.9", "permalink": "https://traders.slack.com/archives/C1/p5",
                                "channel": {"id": "C1", "locale": "zh-CN"}}  # fmt: skip
        if name in self.server.refuses:
            said = {"ok": False, "error": self.server.refuses[name]}
        waits = self.server.limits.pop(0) if name == "chat.delete" and self.server.limits else None
        if waits is not None:
            said = {"ok": False, "error": "ratelimited"}
        self.send_response(429 if waits is not None else 502 if self.server.proxied else 200)
        if waits:
            self.send_header("Retry-After", waits)
        self.send_header("Content-Type", self.server.proxied or "application/json")
        self.end_headers()
        self.wfile.write(f"<p>bad gateway to {asked.get('text')}".encode() if self.server.proxied else json.dumps(said).encode())

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slack() -> Iterator[Slack]:
    with served(Slack()) as server:
        yield server


def bodies(events: tuple[dict[str, Any], ...]) -> list[str]:
    """Wrap events as Slack sends them."""
    around = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 5}
    return [json.dumps({**around, "event": event}) for event in events]


def in_an_app(chief: Any, url: str, *events: dict[str, Any], **options: Any) -> tuple[list[int], int]:
    """Feed events to an App; give its answers, and how many events its listener saw."""
    seen = list[str]()
    app = App(
        client=WebClient(BOT, base_url=url), authorize=lambda: ALLOWED, request_verification_enabled=False, process_before_response=True
    )
    app.use(middleware(chief, **options))
    app.event("message")(lambda event: seen.append(event["ts"]))
    return [app.dispatch(BoltRequest(body=body, headers=JSON)).status for body in bodies(events)], len(seen)


def an_async_app(chief: Any, url: str, seen: list[str], **options: Any) -> AsyncApp:
    async def allow() -> AuthorizeResult:
        return ALLOWED

    async def listen(event: dict[str, Any]) -> None:
        seen.append(event["ts"])

    app = AsyncApp(client=AsyncWebClient(BOT, base_url=url), authorize=allow, process_before_response=True, signing_secret=SIGNED,
                   request_verification_enabled=options.pop("signed", False))  # fmt: skip
    app.use(async_middleware(chief, **options))
    app.event("message")(listen)
    return app


def in_an_async_app(chief: Any, url: str, *events: dict[str, Any], **options: Any) -> tuple[list[int], int]:
    """Feed events to an AsyncApp, all at once; see ``in_an_app``."""
    seen = list[str]()

    async def feed() -> list[int]:
        app = an_async_app(chief, url, seen, **options)
        answers = await asyncio.gather(*(app.async_dispatch(AsyncBoltRequest(body=body, headers=JSON)) for body in bodies(events)))
        return [answer.status for answer in answers]

    return asyncio.run(feed()), len(seen)


@pytest.fixture(params=[in_an_app, in_an_async_app], ids=["App", "AsyncApp"])
def app(request: pytest.FixtureRequest) -> Fed:
    """Give both kinds of apps in turn: what holds for one holds for the other."""
    found: Fed = request.param
    return found


@pytest.fixture
def run(app: Fed, slack: Slack) -> Run:
    """Feed events to an app; give the names of the API calls so far, and how many events its listener saw."""

    def fed(chief: Any, *events: dict[str, Any], admin: str | None = ADMIN, moderators: str | None = "CMODS") -> tuple[list[str], int]:
        statuses, seen = app(chief, slack.url, *events, admin_token=admin, moderators=moderators)
        assert set(statuses) == {200}
        return [name for name, _, _ in slack.calls], seen

    return fed


def event(text: str = "", **more: Any) -> dict[str, Any]:
    where = {"channel": "C1", "channel_type": "channel", "ts": "5.5", "event_ts": "5.5"}
    return {"type": "message", "user": "U666", "text": text, **where, **more}


def changed(text: str, before: str) -> dict[str, Any]:
    new = {"type": "message", "user": "U666", "ts": "5.5", "text": text}
    return {**event(), "subtype": "message_changed", "ts": "6.6", "message": new, "previous_message": {**new, "text": before}}


def test_blocks_are_judged_whatever_the_text_says() -> None:
    from scamguard.chat.slack import message_of, views  # noqa: PLC0415 - beside the test that needs them

    section = [{"type": "section", "text": {"type": "mrkdwn", "text": SCAM}}]
    assert views({"text": "this is a scam, never answer it", "blocks": section}) == ["this is a scam, never answer it", SCAM]
    assert views({"text": SCAM}) == views({"blocks": section}) == [SCAM]
    assert views({}) == []
    edited = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": {"text": "hi", "blocks": section}}
    assert message_of({**edited, "previous_message": {"text": "hi"}}) is not None
    assert message_of({**edited, "previous_message": {"text": "hi", "blocks": section}}) is None


def test_a_scam_is_deleted_and_the_channel_told_in_its_language(guard: Guard, run: Run, slack: Slack) -> None:
    names, seen = run(moderator(guard), event(SCAM))
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


def test_an_advisory_passes(guard: Guard, run: Run) -> None:
    assert run(moderator(guard), event(ADVISORY), event("")) == ([], 2)


def test_without_the_token_of_an_admin_it_warns(guard: Guard, run: Run, slack: Slack) -> None:
    names, seen = run(moderator(guard), event(SCAM), admin=None)
    assert names == ["conversations.info", "chat.postMessage", "chat.getPermalink", "chat.postMessage"]
    assert slack.calls[1][1]["thread_ts"] == "5.5"
    assert slack.calls[3][1]["text"].endswith("from U666: https://traders.slack.com/archives/C1/p5")
    assert seen == 1


def test_a_likely_scam_is_answered_in_its_thread(guard: Guard, run: Run, slack: Slack) -> None:
    names, seen = run(moderator(guard, lang="en"), event(chatting.likely(guard), thread_ts="4.4"))
    assert "chat.delete" not in names
    assert next(asked for name, asked, _ in slack.calls if name == "chat.postMessage")["thread_ts"] == "4.4"
    assert seen == 1


def test_flag_tells_moderators_alone(guard: Guard, run: Run) -> None:
    names, seen = run(moderator(guard, on_block="flag"), event(SCAM))
    assert (names, seen) == (["chat.getPermalink", "chat.postMessage"], 1)


def test_an_edit_is_judged_and_a_loaded_preview_is_none(guard: Guard, run: Run, slack: Slack) -> None:
    assert run(moderator(guard), changed(SCAM, SCAM), changed("lunch?", SCAM))[0] == []
    assert run(moderator(guard), changed(SCAM, "hi"))[0][0] == "chat.delete"
    assert slack.calls[0][1]["ts"] == "5.5", "the message, not the event"


def test_that_a_message_was_answered_changes_nothing(guard: Guard, run: Run) -> None:
    """By the Events API the subtype may be missing."""
    parent = {"type": "message", "user": "U666", "ts": "5.5", "text": SCAM, "thread_ts": "5.5", "reply_count": 1}
    answered = {**event(), "subtype": "message_replied", "ts": "7.7", "message": parent}
    assert run(moderator(guard), answered, {**answered, "subtype": None}) == ([], 2)
    assert message_of({**answered, "subtype": "message_changed"}) == {**parent, "channel": "C1"}


def test_nobody_is_told_again_while_nothing_changed(guard: Guard, run: Run, slack: Slack) -> None:
    before = chatting.likely(guard)
    preview = changed(before, before)
    preview["message"] = {**preview["message"], "attachments": [{"title": "Help", "from_url": "https://help.example/"}]}
    told = ["conversations.info", "chat.postMessage", "chat.getPermalink", "chat.postMessage"]
    chief = moderator(guard)
    assert run(chief, event(before))[0] == told
    slack.calls.clear()
    assert sorted(run(chief, event(before), preview)[0]) == sorted(told)
    slack.calls.clear()
    assert len(run(chief, event(before), event(before, ts="5.6"))[0]) == 2 * len(told)


def test_what_is_worse_than_it_was_is_told(guard: Guard, slack: Slack) -> None:
    events = (event(chatting.likely(guard)), changed(SCAM, "hi"))
    in_an_app(moderator(guard), slack.url, *events, admin_token=ADMIN)
    names = [name for name, _, _ in slack.calls]
    assert names == ["conversations.info", "chat.postMessage", "chat.delete", "conversations.info", "chat.postMessage"]


def test_what_could_not_be_told_is_told_when_slack_sends_it_again(guard: Guard, slack: Slack) -> None:
    message, told = message_of(event(SCAM)), Told()
    assert message is not None
    decision = moderator(guard).decide(SCAM)
    with pytest.raises(URLError):
        _walk(WebClient(BOT, base_url="http://127.0.0.1:9/api/"), course(message, decision, "CMODS", None, told))
    _walk(WebClient(BOT, base_url=slack.url), course(message, decision, "CMODS", None, told))
    assert [name for name, _, _ in slack.calls].count("chat.postMessage") == 2


@pytest.mark.parametrize("limits", [["3600", "0"], ["soon"], [""], ["0"] * 3], ids=["long", "no number", "unsaid", "too often"])
def test_a_deletion_waits_and_is_tried_again(
    guard: Guard, run: Run, slack: Slack, monkeypatch: pytest.MonkeyPatch, limits: list[str]
) -> None:
    monkeypatch.setattr("scamguard.chat.slack.LONGEST", 0.01)
    slack.limits = list(limits)
    names, seen = run(moderator(guard), event(SCAM), moderators=None)
    assert names.count("chat.delete") == min(len(limits) + 1, 3)
    assert seen == (1 if len(limits) == 3 else 0)


def test_blocks_attachments_and_bots_are_judged(guard: Guard, run: Run, slack: Slack) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": SCAM}}]
    bot = {**event(SCAM, subtype="bot_message", bot_id="B9"), "user": None}
    for said in (event(blocks=blocks), event("see", attachments=[{"text": SCAM}]), bot, event(SCAM, subtype="file_share")):
        slack.calls.clear()
        assert run(moderator(guard), said)[0][0] == "chat.delete"


def test_deletions_other_events_and_itself_are_not_judged(guard: Guard, run: Run) -> None:
    gone = {**event(), "subtype": "message_deleted", "previous_message": {"text": SCAM}}
    other = {"type": "reaction_added", "user": "U1", "reaction": "eyes", "item": {}, "event_ts": "1.1"}
    own = event(SCAM, bot_id="B1", user="U1")
    app_calls = run(moderator(guard), gone, own)
    assert app_calls[0] == []
    assert message_of(other) is None


@pytest.mark.parametrize(
    "more",
    [
        {"user_profile": {"name": "ledger_help1", "display_name": "Ledger Support", "real_name": "x"}},
        {"username": "Ledger Support", "bot_id": "B9"},
        {"bot_profile": {"name": "Ledger Support"}, "bot_id": "B9"},
    ],
    ids="-".join,
)
def test_names_join_the_verdict(guard: Guard, run: Run, slack: Slack, more: dict[str, Any]) -> None:
    run(moderator(guard, on_block="flag"), event(SCAM, **more))
    assert "sender." in slack.calls[-1][1]["text"]


def test_who_has_no_name_is_no_sender() -> None:
    assert [sender_of(said) for said in (event("hi"), event(user_profile=5, username=None), event(bot_profile={"name": ""}))] == [None] * 3


def test_staff_is_configured(guard: Guard, run: Run) -> None:
    assert run(moderator(guard, exempt=["U666"]), event(SCAM)) == ([], 1)


@pytest.mark.parametrize("reason", ["cant_delete_message", "message_not_found"])
def test_what_slack_refuses_is_logged_by_its_code(
    guard: Guard, run: Run, slack: Slack, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack.refuses = {"chat.delete": reason, "conversations.info": "missing_scope", "chat.postMessage": "not_in_channel"}
    _, seen = run(moderator(guard), event(SCAM))
    assert seen == (0 if reason == "message_not_found" else 1)
    assert ("not deleted: cant_delete_message" in caplog.text) is (reason == "cant_delete_message")
    for said in ("locale of channel C1 unknown: missing_scope", "advice not posted in channel C1", "moderators CMODS not told"):
        assert said in caplog.text
    assert not quotes(SCAM, caplog.text)


def test_without_moderators_only_the_channel_is_told(guard: Guard, run: Run) -> None:
    names, seen = run(moderator(guard), event(SCAM), moderators=None)
    assert (names, seen) == (["chat.delete", "conversations.info", "chat.postMessage"], 0)


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_a_proxy_in_slacks_place_says_no_code(guard: Guard, run: Run, slack: Slack, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    slack.proxied = kind
    assert run(moderator(guard), event(SCAM))[1] == 1
    ours = [record.getMessage() for record in caplog.records if record.name == "scamguard.chat"]
    assert len(ours) == 4
    assert all(line.endswith(": no reason given") for line in ours)


def test_slack_is_asked_to_send_again_what_could_not_be_acted_on(guard: Guard, app: Fed) -> None:
    """Slack sends an event that is answered by an error up to three times more: nothing is lost while its API is out of reach."""
    assert app(moderator(guard), "http://127.0.0.1:9/api/", event(SCAM), event(ADVISORY)) == ([500, 200], 1)


def test_moderators_are_told_where_it_stood_if_there_is_no_link(guard: Guard, run: Run, slack: Slack) -> None:
    slack.refuses = {"chat.getPermalink": "message_not_found"}
    run(moderator(guard, on_block="flag"), event(SCAM))
    assert slack.calls[-1][1]["text"].endswith("from U666: message 5.5 in <#C1>")


def test_the_event_loop_goes_on_while_messages_are_judged(slack: Slack) -> None:
    """Two workers judge eight messages of 0.2 s: the loop must not wait for any of them."""
    chief, ticks = slow(Rules(budget=30), seconds=0.2), list[float]()

    async def tick() -> None:
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.01)

    async def feed() -> int:
        seen = list[str]()
        app = an_async_app(chief, slack.url, seen)
        ticking = asyncio.create_task(tick())
        await asyncio.gather(*(app.async_dispatch(AsyncBoltRequest(body=body, headers=JSON)) for body in bodies((event("hi"),) * 8)))
        ticking.cancel()
        return len(seen)

    assert asyncio.run(feed()) == 8
    assert len(ticks) > 20


def test_a_signed_request_over_http(guard: Guard, slack: Slack) -> None:
    """What Slack does: post a signed event to the address of the app. A forged one is not looked at."""
    body, seen = bodies((event(SCAM),))[0], list[str]()
    stamp = str(int(time.time()))
    mark = SignatureVerifier(SIGNED).generate_signature(timestamp=stamp, body=body)

    async def post() -> list[int]:
        app = an_async_app(moderator(guard), slack.url, seen, signed=True, admin_token=ADMIN)
        statuses = []
        async with TestClient(TestServer(app.web_app())) as client:
            for signature in ("v0=" + "0" * 64, mark):
                headers = {"Content-Type": "application/json", "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
                async with client.post("/slack/events", data=body, headers=headers) as answer:
                    statuses.append(answer.status)
                statuses.append(len(slack.calls))
        return statuses

    assert asyncio.run(post()) == [401, 0, 200, 3]
    assert seen == []
