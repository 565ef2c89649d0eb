"""Synapse: the callbacks of synapse-http-antispam (maunium), a module that forwards Synapse's spam checks.

It posts ``<base_url>/<callback>`` with the callback's parameters as JSON. Any 2xx lets the thing pass; any other answer refuses
it and must be JSON, whose ``errcode`` (M_FORBIDDEN by default) and ``error`` the client is shown. Only events hold words to judge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from scamguard.dumps.html import words
from scamguard.verdict import Action

from ..answer import Answer
from ..problem import Problem
from ..shapes import parsed, within

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ..judge import Judge
    from ..settings import Settings

CALLBACKS: Final = (
    "check_event_for_spam", "user_may_join_room", "user_may_invite", "user_may_send_3pid_invite", "user_may_create_room",
    "user_may_create_room_alias", "user_may_publish_room", "check_username_for_spam", "check_registration_for_spam",
    "check_login_for_spam", "should_drop_federated_event", "accept_make_join",
)  # fmt: skip
_QUOTE: Final = re.compile(r"\A(?:>[^\n]*(?:\n|\Z))+\n?")  # how old clients repeat what they answer
_QUOTE_HTML: Final = re.compile(r"<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
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
        try:
            asked = parsed(await request.body())
            texts = event_texts(asked.get("event")) if name == "check_event_for_spam" and isinstance(asked, dict) else []
            within(self._settings.limits, texts)
            verdicts = [await self._judge.check(text) for text in texts]
        except Problem as problem:
            return self._failed(request, problem)
        worst = max(verdicts, key=lambda verdict: verdict.risk, default=None)
        request.state.log.update(messages=len(texts), action=str(worst.action) if worst else "none")
        if worst is None or tuple(Action).index(worst.action) < tuple(Action).index(Action(self._settings.reject_from)):
            return Answer({})
        return Answer({"errcode": "M_FORBIDDEN", "error": worst.advice(_LANG)}, 403)

    def _failed(self, request: Request, problem: Problem) -> Response:
        request.state.log["reason"] = problem.reason
        if self._settings.fail_open:
            return Answer({})
        return Answer({"errcode": "M_UNKNOWN", "error": str(problem)}, problem.status, problem.headers)


def event_texts(event: object) -> list[str]:
    """Give the texts that some client would show of an event, each once: plain and HTML, of an edit the new ones.

    >>> event_texts({"type": "m.room.message", "content": {"body": "hi", "formatted_body": "<b>hi</b>"}})
    ['hi']
    """
    content: Any = event.get("content") if isinstance(event, dict) else None
    if not isinstance(content, dict):
        return []
    new = content.get("m.new_content")
    shown = [new, content] if isinstance(new, dict) else [content]
    texts = [text for part in shown for text in _shown(part)]
    return list(dict.fromkeys(text for text in texts if text.strip()))


def _shown(content: dict[str, Any]) -> list[str]:
    plain = [content[key] for key in ("body", "topic", "name", "displayname", "reason") if isinstance(content.get(key), str)]
    html = content.get("formatted_body")
    relates = content.get("m.relates_to")
    if isinstance(relates, dict) and "m.in_reply_to" in relates and plain:
        plain[0] = _QUOTE.sub("", plain[0])
    return [*plain, *([words(_QUOTE_HTML.sub("", html))] if isinstance(html, str) else [])]
