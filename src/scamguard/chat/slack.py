"""Slack: middleware for slack-bolt. Messages, edits, files' comments, bots' messages, attachments and blocks.

Advice is in the locale of the channel, which Slack tells whoever has ``channels:read``, unless ``Rules.lang`` is set.
Slack lets a bot delete its own messages alone: to delete others', give the token of an admin (``chat:write`` as a user).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError

from scamguard.dumps.slack import text_of as shown

from .moderator import log
from .policy import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import BoltContext
    from slack_sdk import WebClient

    from .moderator import Moderator
    from .policy import Decision

_GONE: Final = "message_deleted"


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

    def judge(body: dict[str, Any], client: WebClient, context: BoltContext, next: Callable[[], Any]) -> BoltResponse | None:  # noqa: A002
        event = body.get("event")
        message = message_of(event) if isinstance(event, dict) else None
        if message is None or (context.bot_id is not None and message.get("bot_id") == context.bot_id):
            next()
            return None
        decision = moderator.decide(shown(message, {}), who(message))
        if decision.response is Response.PASS:
            next()
            return None
        deleted = decision.response is Response.DELETE and _deleted(client, message, admin_token)
        if decision.notice():
            _post(client, message, decision.notice(_locale(client, message["channel"])), under=not deleted)
        if moderators is not None:
            _tell(client, moderators, message, decision, gone=deleted)
        if deleted:
            return BoltResponse(status=200)  # no listener sees it
        next()
        return None

    return judge


def message_of(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the message of an event, with its channel; None for other events, deletions, and edits that changed no words."""
    if event.get("type") != "message" or event.get("subtype") == _GONE:
        return None
    inner = event.get("message")
    if not isinstance(inner, dict):
        return dict(event)
    before = event.get("previous_message")
    if isinstance(before, dict) and shown(before, {}) == shown(inner, {}):
        return None  # a preview was loaded, a reply counted
    return {**inner, "channel": event.get("channel")}


def who(message: Mapping[str, Any]) -> list[str]:
    """Give the account, the bot and the app a message is from."""
    return [str(message[name]) for name in ("user", "bot_id", "app_id") if message.get(name)]


def _locale(client: WebClient, channel: str) -> str | None:
    try:
        found = client.conversations_info(channel=channel, include_locale=True)["channel"]
    except SlackApiError as error:
        log.warning("slack: locale of channel %s unknown: %s", channel, _said(error))
        return None
    return str(found["locale"]) if isinstance(found, dict) and found.get("locale") else None


def _deleted(client: WebClient, message: Mapping[str, Any], token: str | None) -> bool:
    if token is None:
        return False
    try:
        client.chat_delete(channel=message["channel"], ts=message["ts"], token=token)
    except SlackApiError as error:
        if _said(error) == "message_not_found":
            return True  # somebody else was faster
        log.warning("slack: message %s in channel %s not deleted: %s", message["ts"], message["channel"], _said(error))
        return False
    return True


def _post(client: WebClient, message: Mapping[str, Any], notice: str, *, under: bool) -> None:
    """Post advice in the thread of a message; into its channel if it is gone and was in none."""
    thread = message.get("thread_ts") or (message["ts"] if under else None)
    try:
        client.chat_postMessage(channel=message["channel"], text=notice, thread_ts=thread, unfurl_links=False)
    except SlackApiError as error:
        log.warning("slack: advice not posted in channel %s: %s", message["channel"], _said(error))


def _tell(client: WebClient, moderators: str, message: Mapping[str, Any], decision: Decision, *, gone: bool) -> None:
    channel, stamp = message["channel"], message["ts"]
    place = f"message {stamp} in <#{channel}>"
    try:
        if not gone:
            place = str(client.chat_getPermalink(channel=channel, message_ts=stamp)["permalink"])
        client.chat_postMessage(channel=moderators, text=f"{decision.summary()}\nfrom {', '.join(who(message))}: {place}")
    except SlackApiError as error:
        log.warning("slack: moderators %s not told: %s", moderators, _said(error))


def _said(error: SlackApiError) -> str:
    """Give Slack's error code alone: the whole answer may repeat the text."""
    return str(error.response.get("error", "no reason given"))
