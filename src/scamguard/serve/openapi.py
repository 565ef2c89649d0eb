"""OpenAPI: the document is made of the shapes the routes use, so that it cannot say anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from scamguard import __version__

from .dialects.synapse import CALLBACKS
from .dialects.tgspam import TgSpamAnswer, TgSpamRequest
from .problem import MEDIA_TYPE
from .shapes import (
    DIRECTIONS,
    CheckAnswer,
    CheckRequest,
    Health,
    Item,
    LineProblem,
    ProblemShape,
    ReportAnswer,
    ReportRequest,
    ScanAnswer,
    ScanRequest,
    ScanRow,
)
from .stream import MEDIA_TYPE as LINES

if TYPE_CHECKING:
    from .settings import Settings

_SHAPES: Final = (
    CheckRequest, CheckAnswer, ReportRequest, ReportAnswer, ScanRequest, ScanAnswer, ScanRow, Item, LineProblem, Health, ProblemShape,
    TgSpamRequest, TgSpamAnswer,
)  # fmt: skip
_PROBLEMS: Final = {
    "400": "The body is not JSON.",
    "401": "The token is missing or wrong.",
    "408": "The body came too slowly.",
    "413": "Over a limit: the detail names it.",
    "415": "The body is of another type, or compressed.",
    "422": "JSON of another shape: the detail names the place.",
    "503": "Loading, too busy, or out of time. See Retry-After.",
}
_SYMBOL: Final = {
    "type": "object",
    "required": ["name", "score"],
    "properties": {
        "name": {"type": "string"},
        "score": {"type": "number"},
        "metric_score": {"type": "number"},
        "description": {"type": "string"},
        "options": {"type": "array", "items": {"type": "string"}},
    },
}
_MAIL: Final = {"type": "string", "description": "A mail (RFC 5322), of any media type; what is no mail is read as text."}
_RSPAMD: Final = {
    "type": "object",
    "required": ["is_skipped", "score", "required_score", "action", "symbols", "message-id"],
    "properties": {
        "is_skipped": {"type": "boolean"},
        "score": {"type": "number"},
        "required_score": {"type": "number"},
        "action": {"enum": ["no action", "add header", "reject"]},
        "symbols": {"type": "object", "additionalProperties": _SYMBOL},
        "message-id": {"type": "string"},
    },
}


def document(settings: Settings) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document."""
    _, components = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    limits = settings.limits
    about = (
        f"Limits here: a body of {limits.body:,} bytes (a mail of {limits.mail:,}), {limits.batch:,} messages a batch, "
        f"{limits.message:,} characters a message (of a longer mail the beginning and the end are judged), "
        f"{limits.thread:,} messages a thread, {limits.budget:g} seconds a verdict. Nothing of a message is kept or logged."
    )
    secured: dict[str, Any] = {"security": [{"token": []}]} if settings.token else {}
    schemes = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if settings.token else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": "scamguard", "version": __version__, "description": about, "license": {"name": "Apache-2.0"}},
        **secured,
        "paths": _paths(),
        "components": {"schemas": components, **schemes},
    }


def _paths() -> dict[str, Any]:
    lines = {LINES: {"schema": {"type": "string"}}}
    return {
        "/v1/check": _post("check", "Judge one message", _json("CheckRequest"), _json("CheckAnswer")),
        "/v1/scan": _scan(lines),
        "/v1/report": _post("report", "Judge one message and write a ticket", _json("ReportRequest"), _json("ReportAnswer")),
        "/tgspam/check": _post("tgspam", "For tg-spam's api_check plugin", _json("TgSpamRequest"), _json("TgSpamAnswer")),
        "/checkv2": _post("rspamd", "For clients of rspamd", _free("text/plain", _MAIL), _free("application/json", _RSPAMD)),
        "/synapse/{callback}": _synapse(),
        "/healthz": _get("health", "Whether messages can be judged", _json("Health"), {"503": _reply("Not yet.", _json("Health"))}),
        "/metrics": _get("metrics", "What Prometheus reads", _free("text/plain", {"type": "string"}), _problems("401"), closed=True),
        "/openapi.json": _get("openapi", "This document", _free("application/json", {"type": "object"})),
        "/": _get("page", "A page to paste a message into", _free("text/html", {"type": "string"})),
    }  # fmt: skip


def _scan(lines: dict[str, Any]) -> dict[str, Any]:
    summary = "Judge many messages: a batch, or a stream with a message a line and a verdict a line"
    found = _post("scan", summary, {**_json("ScanRequest"), **lines}, {**_json("ScanAnswer"), **lines})
    direction = {"name": "direction", "in": "query", "required": False, "schema": {"enum": list(DIRECTIONS)}}
    found["post"]["parameters"] = [direction]
    return found


def _synapse() -> dict[str, Any]:
    known = {"name": "callback", "in": "path", "required": True, "schema": {"enum": list(CALLBACKS)}}
    anything = _free("application/json", {"type": "object"})
    found = _post("synapse", "For synapse-http-antispam: 200 lets pass, 403 refuses", anything, anything)
    found["post"]["responses"] |= {"403": _reply("Refused.", anything), **_problems("404")}
    return {"parameters": [known], **found}


def _json(name: str) -> dict[str, Any]:
    return _free("application/json", {"$ref": f"#/components/schemas/{name}"})


def _free(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": schema}}


def _reply(text: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": content}


def _problems(*codes: str) -> dict[str, Any]:
    told = {**_PROBLEMS, "404": "No such callback."}
    return {code: _reply(told[code], _free(MEDIA_TYPE, {"$ref": "#/components/schemas/ProblemShape"})) for code in codes}


def _post(name: str, summary: str, takes: dict[str, Any], gives: dict[str, Any]) -> dict[str, Any]:
    replies = {"200": _reply("Done.", gives), **_problems(*_PROBLEMS)}
    body = {"required": True, "content": takes}
    return {"post": {"operationId": name, "summary": summary, "requestBody": body, "responses": replies}}


def _get(name: str, summary: str, gives: dict[str, Any], more: dict[str, Any] | None = None, *, closed: bool = False) -> dict[str, Any]:
    free = {} if closed else {"security": list[Any]()}
    return {"get": {"operationId": name, "summary": summary, **free, "responses": {"200": _reply("Done.", gives), **(more or {})}}}
