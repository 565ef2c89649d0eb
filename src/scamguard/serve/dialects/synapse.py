"""Synapse: the callbacks of synapse-http-antispam (maunium), a module that forwards Synapse's spam checks.

It posts ``<base_url>/<callback>`` with the callback's parameters as JSON. Any 2xx lets the thing pass; any other answer refuses
it and must be JSON, whose ``errcode`` (M_FORBIDDEN by default) and ``error`` the client is shown. Only events hold words to judge.
An event that cannot be read whole, for it is nested too deeply, is judged by the strings in it; if they are fine the operator's
choice for failures counts.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from scamguard.chat.event import views
from scamguard.verdict import Action

from ..answer import Answer
from ..problem import Problem
from ..shapes import parsed, within
from ..together import SHORT

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ..judge import Judge
    from ..settings import Settings

EVENTS: Final = "check_event_for_spam"
CALLBACKS: Final = (
    EVENTS, "user_may_join_room", "user_may_invite", "user_may_send_3pid_invite", "user_may_create_room",
    "user_may_create_room_alias", "user_may_publish_room", "check_username_for_spam", "check_registration_for_spam",
    "check_login_for_spam", "should_drop_federated_event", "accept_make_join",
)  # fmt: skip
_STRING: Final = re.compile(rb'("(?:[^"\\]|\\.)*+"?)\s*+(:?)', re.DOTALL)  # one that never ends is tried once
_ENDS: Final = b",]}"  # what stands behind a value
_LANG: Final = "en"  # Synapse does not say what the sender reads


class Synapse:
    """Answers the callbacks."""

    def __init__(self, judge: Judge, settings: Settings) -> None:
        self._judge, self._settings = judge, settings

    async def callback(self, request: Request) -> Response:
        """Let pass, or refuse with the reason."""
        name = request.path_params["callback"]
        if name not in CALLBACKS:
            raise Problem(404, "no_route", f"no such callback; known: {', '.join(CALLBACKS)}")
        raw = await request.body()
        try:
            texts, failure = _read(raw, name) if len(raw) <= SHORT else await self._judge.run(lambda: _read(raw, name))
        except Problem as problem:  # too busy, or out of time
            texts, failure = [], problem
        verdicts = []
        for text in texts:
            try:  # that one of them cannot be judged lets none of the others pass
                within(self._settings.limits, [text])
                verdicts.append(await self._judge.check(text))
            except Problem as problem:
                failure = problem
        worst = max(verdicts, key=lambda verdict: (verdict.action, verdict.risk), default=None)
        request.state.log.update(messages=len(texts), action=str(worst.action) if worst else "none")
        if worst is not None and worst.action >= Action(self._settings.reject_from):
            return Answer({"errcode": "M_FORBIDDEN", "error": worst.advice(_LANG)}, 403)
        return Answer({}) if failure is None else self._failed(request, failure)

    def _failed(self, request: Request, problem: Problem) -> Response:
        request.state.log["reason"] = problem.reason
        if self._settings.fail_open:
            return Answer({})
        return Answer({"errcode": "M_UNKNOWN", "error": str(problem)}, problem.status, problem.headers)


def _read(raw: bytes, callback: str) -> tuple[list[str], Problem | None]:
    """Give the texts that a body asks about, and what keeps it from being read whole."""
    try:
        return asked_about(parsed(raw), callback), None
    except Problem as problem:
        shown = strings(raw) if callback == EVENTS else ""
        return [shown] if shown else [], problem


def asked_about(asked: object, callback: str) -> list[str]:
    """Give the texts that a callback is about: those that some client would show of an event, each once.

    >>> asked_about({"event": {"type": "m.room.message", "content": {"body": "hi", "formatted_body": "<b>hi</b>"}}}, EVENTS)
    ['hi']
    """
    event: Any = asked.get("event") if callback == EVENTS and isinstance(asked, dict) else None
    content = event.get("content") if isinstance(event, dict) else None
    return views(content) if isinstance(content, dict) else []


def strings(raw: bytes) -> str:
    r"""Give all that stands as a value in JSON that is nested too deeply to be read, a line each.

    >>> strings(b'{"body": "send it", "x": [[["now"')
    'send it\nnow'
    """
    found, at = [], 0
    while match := _STRING.search(raw, at):
        is_step_lost = not match[2] and match.end() < len(raw) and raw[match.end()] not in _ENDS
        at = match.end(1) - 1 if is_step_lost else match.end()  # of what is damaged, the closing quote may be an opening one
        if not match[2] and not is_step_lost:
            with contextlib.suppress(ValueError):  # no UTF-8, no escape, or no end
                found.append(str(json.loads(match[1], strict=False)))
    return "\n".join(found)
