"""Problem: what is wrong with a request, in one line, as RFC 9457 has it (``application/problem+json``)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scamguard.errors import ScamguardError

from .answer import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/problem+json"


class ServiceError(ScamguardError, ValueError):
    """The service cannot be started as it was asked to."""


class Problem(ScamguardError):  # noqa: N818 - the word RFC 9457 has for it
    """A request that cannot be answered; ``reason`` is what the metrics count it under."""

    def __init__(self, status: int, reason: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.headers = status, reason, headers

    def to_dict(self) -> dict[str, Any]:
        """Give the members that RFC 9457 names, and the reason."""
        return {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": str(self), "reason": self.reason}

    def answer(self) -> Answer:
        """Give the reply."""
        return Answer(self.to_dict(), self.status, self.headers, MEDIA_TYPE)


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


def unavailable(reason: str, detail: str, after: int = 1) -> Problem:
    """Ask to come back in ``after`` seconds."""
    return Problem(503, reason, detail, {"retry-after": str(after)})
