"""tg-spam: what its Lua plugin ``api_check`` posts to an external service, and reads from the answer.

It sends ``{"message", "user_id", "user_name"}`` and wants ``{"is_spam", "confidence", "reason"}`` with status 200; it acts on
``is_spam`` and, in its longer form, on a confidence above 0.8. Whatever fails lets the message pass: so the plugin has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from scamguard.verdict import Action

from ..answer import Answer
from ..shapes import read, within
from .scale import scaled

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from scamguard.verdict import Verdict

    from ..judge import Judge
    from ..settings import Settings

_ABOVE: Final = 0.801  # the plugin acts on a confidence above 0.8


class TgSpamRequest(msgspec.Struct):
    """What the plugin sends; whatever else it holds is of no use here."""

    message: str


class TgSpamAnswer(msgspec.Struct):
    """What the plugin reads."""

    is_spam: bool
    confidence: float
    reason: str


class TgSpam:
    """Answers the plugin."""

    def __init__(self, judge: Judge, settings: Settings) -> None:
        self._judge, self._settings = judge, settings

    async def check(self, request: Request) -> Response:
        """Say whether a message is spam."""
        asked = read(await request.body(), TgSpamRequest)
        within(self._settings.limits, [asked.message])
        verdict = await self._judge.check(asked.message)
        request.state.log.update(messages=1, action=str(verdict.action))
        spam = verdict.action is Action.BLOCK or str(verdict.action) == self._settings.reject_from
        policy = self._judge.guard.policy.of(verdict.language)
        confidence = scaled(verdict.risk, policy, _ABOVE if self._settings.reject_from == "warn" else 0.5, _ABOVE, 1.0)
        return Answer(TgSpamAnswer(spam, round(confidence, 4), reason(verdict)))


def reason(verdict: Verdict) -> str:
    """Say in a few words why; never words of the message."""
    if verdict.action is Action.ALLOW:
        return "scamguard: nothing found"
    asks = f", asks for {', '.join(verdict.asks)}" if verdict.asks else ""
    return f"scamguard: {verdict.kind or 'suspicious'}{asks}".replace("_", " ")
