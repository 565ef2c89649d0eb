"""Problem: what is wrong with a request, in one line, as RFC 9457 has it (``application/problem+json``)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from scamguard.errors import ScamguardError

from .answer import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"
Reason = Literal[
    "malformed", "unauthorized", "cors", "no_route", "media_type", "too_large", "too_slow", "loading", "busy", "out_of_time", "stopping",
    "broken",
]  # fmt: skip


class ServiceError(ScamguardError, ValueError):
    """The service cannot be started as it was asked to."""


class Problem(ScamguardError):  # noqa: N818 - the word RFC 9457 has for it
    """A request that cannot be answered; ``reason`` is what the metrics count it under."""

    def __init__(self, status: int, reason: Reason, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.headers = status, reason, headers

    def to_dict(self) -> dict[str, Any]:
        """Give the members that RFC 9457 names, and the reason."""
        return {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": str(self), "reason": self.reason}

    def answer(self) -> Refusal:
        """Give the reply."""
        return Refusal(self)


class Refusal(Answer):
    """The reply that says a problem; whoever sends it, the log has its reason."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.to_dict(), problem.status, problem.headers, MEDIA_TYPE)
        self._reason = problem.reason

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        scope["state"]["log"]["reason"] = self._reason
        await super().__call__(scope, receive, send)


def too_large(what: str, limit: str) -> Problem:
    """Refuse what is over a limit."""
    return Problem(413, "too_large", f"{what} is over the limit of {limit}; send less, or ask the operator to raise it")


def packed(what: str) -> Problem:
    """Refuse what would have to be unpacked first."""
    return Problem(415, "media_type", f"{what} is compressed; send it as it is, without Content-Encoding")


def malformed(detail: str) -> Problem:
    """Refuse a body that is not what the route takes."""
    return Problem(400, "malformed", detail)


def misshapen(detail: str) -> Problem:
    """Refuse JSON, or a parameter, of another shape than the route takes."""
    return Problem(422, "malformed", detail)


def unavailable(reason: Reason, detail: str, after: int = 1) -> Problem:
    """Ask to come back in ``after`` seconds."""
    return Problem(503, reason, detail, {"retry-after": str(after)})


def stopping() -> Problem:
    """Break off what is not done when the service ends."""
    return unavailable("stopping", "the service is being stopped and waits no longer; try again", 5)


def broken() -> Problem:
    """Say that it is our fault, and nothing of what was at hand."""
    return Problem(500, "broken", "this is a defect of the service, not of the request; its log says where")
