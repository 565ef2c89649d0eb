"""Matrix: a spam-checker module for Synapse. Messages, edits, stickers, polls, reactions, topics and names, local and from other servers.

A message that should go is not let in: its sender is told so, readers never see it; one from another server is soft-failed.
Synapse tells a module no language, so ``lang`` is that of the server. What is encrypted cannot be read by a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import Codes, ConfigError, SynapseError

from scamguard.errors import ScamguardError
from scamguard.sender import Sender

from .event import WORDED, speaker, views
from .moderator import Moderator, log
from .policy import Response, Rules
from .told import Told

if TYPE_CHECKING:
    from synapse.events import EventBase
    from synapse.module_api import ModuleApi

    from .policy import Decision

_OWN: Final = {"model", "pack", "notice_user"}  # settings of this module beside those of Rules
_SOON: Final = 500  # ms after which a message has been let in and advice can stand below it


class ScamguardModule:
    """The module that ``homeserver.yaml`` names.

    Its ``config`` holds the fields of ``Rules``, and

    notice_user
        A user of this server, a member of the rooms it should warn in, who posts the advice where ``on_warn`` or ``on_block`` is "warn".
    model
        A model folder instead of the bundled one.
    pack
        The folder of a rule pack.
    """

    def __init__(self, config: Mapping[str, Any], api: ModuleApi) -> None:
        self._api = api
        self._notice_user = config.get("notice_user")
        rules = Rules.of({name: value for name, value in config.items() if name not in _OWN})
        self._told = Told()
        self._moderator = Moderator.load(rules, model=config.get("model"), pack=config.get("pack"))
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
        if event.type not in WORDED or event.sender == self._notice_user:
            return NOT_SPAM
        name = speaker(event.content)
        named = None if name is None else Sender(name)
        decision = await self._api.defer_to_thread(self._moderator.worst, views(event.content), [event.sender], named)
        if decision.response is Response.PASS:
            return NOT_SPAM
        log.info("matrix: %s %s from %s in %s", decision.summary(), event.event_id, event.sender, event.room_id)
        if decision.response is Response.DELETE:
            return Codes.FORBIDDEN, {"error": decision.refusal()}
        with self._told.once(_place(event), decision.response) as first:
            warns = first and self._notice_user is not None and decision.notice()
        if warns:
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


def _place(event: EventBase) -> tuple[str, str, str]:
    """Give what an event is, or changes, and by whom: of others' events nobody can take the place."""
    relates = event.content.get("m.relates_to")
    if isinstance(relates, Mapping) and relates.get("rel_type") == "m.replace" and isinstance(relates.get("event_id"), str):
        return event.room_id, event.sender, relates["event_id"]
    return event.room_id, event.sender, event.event_id
