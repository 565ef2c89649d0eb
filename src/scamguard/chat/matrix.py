"""Matrix: a spam-checker module for Synapse. Messages, edits, stickers, topics and names of rooms, local and from other servers.

A message that should go is not let in: its sender is told so, readers never see it; one from another server is soft-failed.
Synapse tells a module no language, so ``lang`` is that of the server. What is encrypted cannot be read by a server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import Codes, ConfigError, SynapseError

from scamguard.dumps.html import words
from scamguard.errors import ScamguardError

from .moderator import Moderator, log
from .policy import Response, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synapse.events import EventBase
    from synapse.module_api import ModuleApi

    from .policy import Decision

_WORDED: Final = {"m.room.message", "m.sticker", "m.room.topic", "m.room.name"}
_OWN: Final = {"model", "notice_user"}  # settings of this module beside those of Rules
_QUOTED: Final = re.compile(r"> (?:\* )?<@[^>]+>[^\n]*\n(?:>[^\n]*\n)*\n?(?=.)", re.DOTALL)  # what a reply repeats (spec, rich replies)
_QUOTED_HTML: Final = re.compile(r"<mx-reply>.*?</mx-reply>", re.DOTALL)
_SOON: Final = 500  # ms after which a message has been let in and advice can stand below it


class ScamguardModule:
    """The module that ``homeserver.yaml`` names.

    Its ``config`` holds the fields of ``Rules``, and

    notice_user
        A user of this server, a member of the rooms it should warn in, who posts the advice where ``on_warn`` or ``on_block`` is "warn".
    model
        A model folder instead of the bundled one.
    """

    def __init__(self, config: Mapping[str, Any], api: ModuleApi) -> None:
        self._api = api
        self._notice_user = config.get("notice_user")
        rules = Rules.of({name: value for name, value in config.items() if name not in _OWN})
        self._moderator = Moderator.load(rules, model=config.get("model"))
        api.register_spam_checker_callbacks(check_event_for_spam=self.check_event_for_spam)

    @staticmethod
    def parse_config(config: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Check the settings when Synapse starts."""
        settings = dict(config or {})
        try:
            Rules.of({name: value for name, value in settings.items() if name not in _OWN})
        except ScamguardError as error:
            raise ConfigError(f"scamguard: {error}") from error
        return settings

    async def check_event_for_spam(self, event: EventBase) -> Any:  # noqa: ANN401 - Synapse's NOT_SPAM is a constant, not a type
        """Judge an event; refuse it with M_FORBIDDEN and a line for its sender."""
        if event.type not in _WORDED or event.sender == self._notice_user:
            return NOT_SPAM
        decision = await self._api.defer_to_thread(self._moderator.decide, text_of(event.content), [event.sender])
        if decision.response is Response.PASS:
            return NOT_SPAM
        log.info("matrix: %s %s from %s in %s", decision.summary(), event.event_id, event.sender, event.room_id)
        if decision.response is Response.DELETE:
            return Codes.FORBIDDEN, {"error": decision.refusal()}
        if self._notice_user is not None and decision.notice():
            self._api.delayed_background_call(_SOON, self._warn, event, decision, desc="scamguard advice")
        return NOT_SPAM

    async def _warn(self, event: EventBase, decision: Decision) -> None:
        """Post advice as a reply."""
        below = {"m.in_reply_to": {"event_id": event.event_id}}
        content = {"msgtype": "m.notice", "body": decision.notice(), "m.relates_to": below}
        try:
            await self._api.create_and_send_event_into_room(
                {"type": "m.room.message", "room_id": event.room_id, "sender": self._notice_user, "content": content}
            )
        except SynapseError as error:
            log.warning("matrix: advice not posted in %s: %s", event.room_id, error.msg)


def text_of(content: Mapping[str, Any]) -> str:
    """Give all that is read of an event: plain and formatted text, of an edit the new one; not what a reply repeats."""
    return "\n".join(dict.fromkeys(filter(None, _parts(content))))


def _parts(content: Mapping[str, Any]) -> Iterator[str]:
    new = content.get("m.new_content")
    if isinstance(new, Mapping):
        yield from _parts({key: value for key, value in new.items() if key != "m.new_content"})
    relates = content.get("m.relates_to")
    reply = isinstance(relates, Mapping) and "m.in_reply_to" in relates
    for key in ("body", "topic", "name"):
        text = _string(content, key)
        text = _QUOTED.sub("", text, count=1) if reply and _QUOTED.match(text) else text
        yield text.removeprefix("* ").strip() if isinstance(new, Mapping) else text.strip()
    if content.get("format") == "org.matrix.custom.html":
        html = _QUOTED_HTML.sub("", _string(content, "formatted_body")) if reply else _string(content, "formatted_body")
        yield words(html).removeprefix("* ") if isinstance(new, Mapping) else words(html)


def _string(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""
