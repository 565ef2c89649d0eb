"""Gate: what every request passes: a name, CORS, the token, the type and the limit of its body, one line of log, and the counts.

The type is asked for because any web page may post a form, or plain text, to this machine; JSON only to who allows it (CORS).
"""

from __future__ import annotations

import asyncio
import hmac
import itertools
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.routing import Match

from .cors import Cors
from .logs import LOG, answered
from .patience import within
from .problem import Problem, broken, misshapen, packed, stopping, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.exceptions import HTTPException
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .counts import Counts
    from .settings import Settings

STREAMED: Final = "/v1/scan"
_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {"/v1/check": (), "/v1/report": (), STREAMED: ("direction",)}
_MAILS: Final = frozenset({"/checkv2"})  # rspamd's clients send a mail, as whatever type they please
_JSON: Final = re.compile(rb"application/(?:json|[a-z0-9.-]+\+json)")
OPEN_PATHS: Final = frozenset({"/", "/healthz", "/openapi.json", "/page.css", "/page.js"})  # nothing of a message passes there
CLIENT_LEFT: Final = 499  # as nginx has it: nobody is there to be answered
_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"), (b"cache-control", b"no-store"))


class Gate:
    """ASGI middleware in front of the routes."""

    def __init__(self, app: ASGIApp, settings: Settings, counts: Counts, paths: Iterable[Route] = ()) -> None:
        self._app, self._settings, self._counts = app, settings, counts
        self._inner: ASGIApp = Cors(self._admitted, settings.origins) if settings.origins else self._admitted
        self._paths = tuple(paths)
        self._direct = {(method, path.path): path for path in self._paths if "{" not in path.path for method in path.methods or ()}
        self._run, self._numbers = secrets.token_hex(4), itertools.count(1)
        self._counted: dict[tuple[str, int], _Counted] = {}
        self._token = f"Bearer {settings.token}".encode() if settings.token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, name, said = time.perf_counter(), f"{self._run}-{next(self._numbers)}", _Said(send)
        fields: dict[str, Any] = {}
        scope.setdefault("state", {}).update(log=fields, said=said)
        said.headers = (*_ALWAYS, (b"x-request-id", name.encode()))
        self._counts.open += 1
        try:
            await self._inner(scope, receive, said)
        finally:
            self._counts.open -= 1
            self._tell(scope, said.status or CLIENT_LEFT, name, time.perf_counter() - started, fields)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._routed(scope, receive, send)
        except Problem as problem:
            await _refused(problem, scope, receive, send)
        except ClientDisconnect:
            scope["state"]["log"]["reason"] = "client_left"
        except asyncio.CancelledError:  # the server does so when it ends, and would call what it cancelled a defect
            await _refused(stopping(), scope, receive, send)
        except Exception:
            await _refused(broken(), scope, receive, send)
            raise

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self._known(scope, headers)
        _typed(scope, headers)
        _asked(scope)
        app = self._app
        if path := self._direct.get((scope["method"], scope["path"])):  # one look-up, where the router tries one path after the other
            scope["route"], app = path, path.app
        await app(scope, self._measured(scope["path"], headers, receive), send)

    def _known(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Compare the token, in a time that does not depend on where it differs."""
        if self._token is None or scope["path"] in OPEN_PATHS:
            return
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(b"Bearer " + given.strip(), self._token):
            wanted = "this service wants 'Authorization: Bearer …' with the token its operator gave you"
            raise Problem(401, "unauthorized", wanted, {"www-authenticate": "Bearer"})

    def _measured(self, path: str, headers: dict[bytes, bytes], receive: Receive) -> Callable[[], Any]:
        """Give the body within its limit, and not to whoever sends it too slowly. A stream measures its own lines."""
        limits = self._settings.limits
        most = limits.mail if path in _MAILS else limits.body
        stream = path == STREAMED and is_stream(headers)
        size = 0

        async def measured() -> Message:
            nonlocal size
            try:
                message: Message = await within(limits.patience, receive())
            except TimeoutError:
                raise Problem(408, "too_slow", f"nothing more came within {limits.patience:g} seconds", {"connection": "close"}) from None
            size += len(message.get("body", b""))
            if size > most and not stream:
                raise too_large("the body", f"{most:,} bytes")
            return message

        said = headers.get(b"content-length", b"")
        if not stream and said.isdigit() and len(said) < 20 and int(said) > most:
            raise too_large("the body", f"{most:,} bytes")
        return measured

    def _tell(self, scope: Scope, status: int, name: str, seconds: float, fields: dict[str, Any]) -> None:
        route = self._named(scope)
        known = self._counted.get((route, status))
        if known is None:
            known = _Counted(self._counts.requests.labels(route, str(status)), self._counts.seconds.labels(route))
            self._counted[route, status] = known
        known.requests.inc()
        known.seconds.observe(seconds)
        if reason := fields.get("reason"):
            self._counts.refused.labels(reason).inc()
        if not LOG.isEnabledFor(logging.INFO):
            return
        answered({"id": name, "method": _method(scope), "route": route, "status": status, "ms": round(seconds * 1000, 2), **fields})

    def _named(self, scope: Scope) -> str:
        """Give the path of a route as we wrote it, also where a request is refused before it gets there: one as sent may hold anything."""
        if route := scope.get("route"):
            return str(route.path)
        return next((path.path for path in self._paths if path.matches(scope)[0] is not Match.NONE), "none")


class _Counted(NamedTuple):
    """Where one route and status are counted; looking the labels up costs as much as counting."""

    requests: Any
    seconds: Any


class _Said:
    """A ``send`` that adds our headers and keeps the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.headers: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {key.lower() for key, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in self.headers if pair[0] not in given)]
        await self._send(message)


async def _refused(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem; where an answer has begun already only the log can tell it."""
    state = scope["state"]
    if state["said"].status:
        state["log"].setdefault("reason", problem.reason)
    else:
        await problem.answer()(scope, receive, send)


def _typed(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """Refuse a body that is packed, or of a type that the route does not take."""
    if scope["method"] != "POST":
        return
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise packed("the body")
    path = scope["path"]
    if path in _MAILS or not path.startswith(("/v1/", "/synapse/", "/tgspam/")):
        return
    stream = path == STREAMED
    if not (_JSON.fullmatch(_kind(headers)) or (stream and is_stream(headers))):
        ways = " or application/x-ndjson" if stream else ""
        raise Problem(415, "media_type", f"this path takes JSON: send it with Content-Type: application/json{ways}")


def _asked(scope: Scope) -> None:
    """Refuse a parameter that the route does not know: a direction that nobody reads would let a secret pass."""
    known = _PARAMETERS.get(scope["path"])
    if known is None or not scope["query_string"]:
        return
    if any(name not in known for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)):
        takes = f"only {', '.join(known)}" if known else "no parameters; what it knows stands in the body"
        raise misshapen(f"a parameter of the address is not known: {scope['path']} takes {takes}")


def _kind(headers: dict[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def is_stream(headers: dict[bytes, bytes]) -> bool:
    """Say whether a body comes as lines of JSON."""
    return _kind(headers) in {b"application/x-ndjson", b"application/ndjson", b"application/jsonl", b"application/x-jsonlines"}


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"} else "other"


def as_problem(error: HTTPException) -> Problem:
    """Say what the router has to say in our words."""
    ways = {404: "no such path; /openapi.json lists them", 405: "this path does not take that method; /openapi.json lists them"}
    return Problem(error.status_code, "no_route", ways.get(error.status_code, error.detail), error.headers)
