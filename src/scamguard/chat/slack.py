"""Slack: middleware for slack-bolt's App and AsyncApp. Messages, edits, files' comments, bots' messages, attachments and blocks.

What is done about a message is written once, as a course: a generator that yields each call of Slack's API and is sent the answer.
An App walks it with its client, an AsyncApp awaits each call of its own.

Advice is in the locale of the channel, which Slack tells whoever has ``channels:read``, unless ``Rules.lang`` is set.
Slack lets a bot delete its own messages alone: to delete others', give the token of an admin (``chat:write`` as a user).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError

from scamguard.dumps.slackblocks import text_of as shown
from scamguard.sender import Sender

from .moderator import LONGEST, TRIES, log
from .policy import Response
from .told import Told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from slack_bolt import BoltContext
    from slack_bolt.async_app import AsyncBoltContext
    from slack_sdk import WebClient
    from slack_sdk.web.async_client import AsyncWebClient

    from .moderator import Moderator
    from .policy import Decision

    Result = TypeVar("Result")
    Course = Generator["Call", Any, Result]  # is sent what Slack answers

_GONE: Final = "message_deleted"
_CHANGED: Final = "message_changed"  # the one event that holds a message and may change its words; that it was answered is another


class Call(NamedTuple):
    """One call of Slack's Web API; both clients name it alike."""

    method: str
    arguments: dict[str, Any]
    after: float = 0.0  # seconds to wait before

    def on(self, client: WebClient | AsyncWebClient) -> Any:  # noqa: ANN401 - an answer, or what becomes one when awaited
        """Begin the call with either client."""
        return getattr(client, self.method)(**self.arguments)


def middleware(
    moderator: Moderator, *, moderators: str | None = None, admin_token: str | None = None
) -> Callable[..., BoltResponse | None]:
    """Give a global middleware, ``app.use(middleware(moderator))``, that judges every message event, new or edited.

    Parameters
    ----------
    moderators
        The channel that is told of every flagged message, with a link and without its text.
    admin_token
        The token of a user who may delete the messages of others. Without it a message that should go is only warned of.
    """
    told = Told()

    def judge(body: dict[str, Any], client: WebClient, context: BoltContext, next: Callable[[], Any]) -> BoltResponse | None:  # noqa: A002
        message = _of_others(body, context.bot_id)
        if message is not None:
            decision = moderator.worst(views(message), who(message), sender_of(message))
            if _walk(client, course(message, decision, moderators, admin_token, told)):
                return BoltResponse(status=200)  # no listener sees it
        next()
        return None

    return judge


def async_middleware(
    moderator: Moderator, *, moderators: str | None = None, admin_token: str | None = None
) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Give the same for an ``AsyncApp``, whose event loop goes on while a message is judged; see ``middleware``."""
    told = Told()

    async def judge(
        body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, next: Callable[[], Awaitable[Any]]  # noqa: A002
    ) -> BoltResponse | None:  # fmt: skip
        message = _of_others(body, context.bot_id)
        if message is not None:
            decision = await moderator.aworst(views(message), who(message), sender_of(message))
            if await _awalk(client, course(message, decision, moderators, admin_token, told)):
                return BoltResponse(status=200)
        await next()
        return None

    return judge


def message_of(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the message of an event, with its channel; None for other events, deletions, replies counted, and edits of no words."""
    if event.get("type") != "message" or event.get("subtype") == _GONE:
        return None
    inner = event.get("message")
    if not isinstance(inner, dict):
        return dict(event)
    if event.get("subtype") != _CHANGED:
        return None
    before = event.get("previous_message")
    if isinstance(before, dict) and views(before) == views(inner):
        return None  # a pin was set
    return {**inner, "channel": event.get("channel")}


def views(message: Mapping[str, Any]) -> list[str]:
    """Give what is judged by itself: the text, and the blocks that clients show in its place, which may say something else."""
    return list(dict.fromkeys(filter(None, (shown({**message, "blocks": []}, {}), shown({**message, "text": ""}, {})))))


def who(message: Mapping[str, Any]) -> list[str]:
    """Give the account, the bot and the app a message is from."""
    return [str(message[name]) for name in ("user", "bot_id", "app_id") if message.get(name)]


def sender_of(message: Mapping[str, Any]) -> Sender | None:
    """Give how its author looks to readers, where Slack says that with the message: of bots, apps, and people of other workspaces."""
    profile, bot = (value if isinstance(value, dict) else {} for value in (message.get("user_profile"), message.get("bot_profile")))
    names = (message.get("username"), profile.get("display_name"), profile.get("real_name"), bot.get("name"))
    name = next((name for name in names if isinstance(name, str) and name), None)
    handle = profile.get("name")
    return Sender(name, handle if isinstance(handle, str) else None, platform="slack") if name else None


def course(
    message: Mapping[str, Any], decision: Decision, moderators: str | None, admin_token: str | None, told: Told
) -> Course[bool]:
    """Do what was decided about a message, tell people once; give whether it is gone. See ``middleware`` for the parameters."""
    if decision.response is Response.PASS:
        return False
    gone = decision.response is Response.DELETE and admin_token is not None and (yield from _delete(message, admin_token))
    with told.once((message["channel"], message["ts"]), decision.response) as first:
        if first and decision.notice():
            locale = yield from _locale(message["channel"])
            yield from _post(message, decision.notice(locale), under=not gone)
        if first and moderators is not None:
            yield from _tell(moderators, message, decision, gone=gone)
    return gone


def _of_others(body: Mapping[str, Any], bot_id: str | None) -> dict[str, Any] | None:
    """Give the message of a request, unless there is none or the bot wrote it itself."""
    event = body.get("event")
    message = message_of(event) if isinstance(event, dict) else None
    return None if message is None or (bot_id is not None and message.get("bot_id") == bot_id) else message


def _delete(message: Mapping[str, Any], token: str) -> Course[bool]:
    channel, stamp = message["channel"], message["ts"]
    call = Call("chat_delete", {"channel": channel, "ts": stamp, "token": token})
    said = yield call
    for _ in range(TRIES - 1):
        if said["ok"] or said["error"] != "ratelimited":
            break
        said = yield call._replace(after=min(said["after"], LONGEST))
    if said["ok"] or said["error"] == "message_not_found":  # somebody else was faster
        return True
    log.warning("slack: message %s in channel %s not deleted: %s", stamp, channel, said["error"])
    return False


def _locale(channel: str) -> Course[str | None]:
    said = yield Call("conversations_info", {"channel": channel, "include_locale": True})
    if not said["ok"]:
        log.warning("slack: locale of channel %s unknown: %s", channel, said["error"])
        return None
    found = said["channel"]
    return str(found["locale"]) if isinstance(found, dict) and found.get("locale") else None


def _post(message: Mapping[str, Any], notice: str, *, under: bool) -> Course[None]:
    """Post advice in the thread of a message; into its channel if it is gone and was in none."""
    thread = message.get("thread_ts") or (message["ts"] if under else None)
    where = {"channel": message["channel"], "thread_ts": thread}
    said = yield Call("chat_postMessage", {**where, "text": notice, "unfurl_links": False})
    if not said["ok"]:
        log.warning("slack: advice not posted in channel %s: %s", message["channel"], said["error"])


def _tell(moderators: str, message: Mapping[str, Any], decision: Decision, *, gone: bool) -> Course[None]:
    channel, stamp = message["channel"], message["ts"]
    place = f"message {stamp} in <#{channel}>"
    if not gone:
        said = yield Call("chat_getPermalink", {"channel": channel, "message_ts": stamp})
        place = str(said["permalink"]) if said["ok"] else place
    text = f"{decision.summary()}\nfrom {', '.join(who(message))}: {place}"
    said = yield Call("chat_postMessage", {"channel": moderators, "text": text})
    if not said["ok"]:
        log.warning("slack: moderators %s not told: %s", moderators, said["error"])


def _walk(client: WebClient, steps: Course[bool]) -> bool:
    with closing(steps):  # what was broken off is not done, and known at once
        step = _step(steps, None)
        while isinstance(step, Call):
            time.sleep(step.after)
            try:
                said = step.on(client)
            except SlackApiError as error:
                said = _refusal(error)
            step = _step(steps, said)
        return step


async def _awalk(client: AsyncWebClient, steps: Course[bool]) -> bool:
    with closing(steps):
        step = _step(steps, None)
        while isinstance(step, Call):
            await asyncio.sleep(step.after)
            try:
                said = await step.on(client)
            except SlackApiError as error:
                said = _refusal(error)
            step = _step(steps, said)
        return step


def _step(steps: Course[bool], said: Any) -> Call | bool:  # noqa: ANN401 - what Slack answered
    """Give the next call of a course, or its result at the end."""
    try:
        return steps.send(said)
    except StopIteration as end:
        return bool(end.value)


def _refusal(error: SlackApiError) -> dict[str, Any]:
    """Keep Slack's error code alone: the whole answer may repeat the text, and what a proxy answers has no code."""
    try:
        code = error.response["error"]
    except (KeyError, TypeError, ValueError):  # the clients raise with dicts, with aiohttp's responses, and with their own, empty or not
        code = None
    told = code if isinstance(code, str) and code.isidentifier() else "no reason given"
    return {"ok": False, "error": told, "after": _asked(getattr(error.response, "headers", None))}


def _asked(headers: object) -> float:
    """Give the seconds that Slack asks to wait: a header, of which a proxy may have made anything."""
    named = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    said = str(named.get("retry-after", ""))
    return float(said) if said.isascii() and said.isdigit() else 1.0
