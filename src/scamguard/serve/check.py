"""Check: the route that a chat asks for each message, as a bare ASGI application.

What Starlette puts around a function (a request, a response, two handlers of errors) costs as much as a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect

from scamguard.errors import InputError
from scamguard.sender import WHERE, Sender
from scamguard.verdict import Action

from .answer import encoded
from .problem import misshapen, too_large
from .shapes import CheckAnswer, CheckRequest, read, within

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from scamguard.verdict import Verdict

    from .judge import Judge
    from .settings import Limits, Settings
    from .shapes import Who


class Check:
    """Judges one message."""

    def __init__(self, judge: Judge, settings: Settings) -> None:
        self._judge, self._limits = judge, settings.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has passed the gate."""
        asked = read(await _body(receive), CheckRequest)
        verdict = await judged(self._judge, self._limits, asked, scope["state"]["log"])
        body = encoded(told(verdict, asked.lang))
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes:
    """Join the parts of a body; almost always it is one."""
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def judged(judge: Judge, limits: Limits, asked: CheckRequest, log: dict[str, Any]) -> Verdict:
    """Give the verdict on what is asked.

    Raises
    ------
    Problem
        413: a text, or the thread, is too long. 422: the sender's platform is not known. 503: no verdict in time.
    """
    if len(asked.thread) > limits.thread:
        raise too_large("the thread", f"{limits.thread:,} messages")
    within(limits, [asked.text])
    within(limits, asked.thread, "thread entry")
    sender = _sender(asked.sender) if asked.sender is not None else None
    verdict = await judge.check(asked.text, asked.direction, asked.thread, sender)
    log.update(messages=1, action=verdict.action.value)
    return verdict


def _sender(who: Who) -> Sender:
    try:
        return Sender(**msgspec.structs.asdict(who))
    except InputError:  # it quotes what was sent; all else that it refuses, the shape has refused
        raise misshapen(f"`$.sender.platform` is none of: {', '.join(sorted(WHERE))}") from None


def told(verdict: Verdict, lang: str) -> CheckAnswer:
    """Say a verdict in the shape of the API."""
    action: Any = verdict.action.value
    advice = "" if verdict.action is Action.ALLOW else verdict.advice(lang)  # which would say the same, after an import
    who = verdict.brand, verdict.official, verdict.language
    return CheckAnswer(verdict.risk, action, verdict.kind, list(verdict.asks), verdict.evidence, *who, advice)
