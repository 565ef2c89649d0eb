"""Shapes: what the routes take and give, as types. The OpenAPI document is made of these very types."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta

from scamguard.sender import WHERE
from scamguard.verdict import Evidence, Official  # noqa: TC001 - msgspec reads the annotations
from scamguard.wording import LANGUAGES

from .misfit import told
from .problem import Reason, malformed, misshapen, packed, too_large

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .settings import Limits

Direction = Literal["inbound", "outgoing"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
ActionName = Literal["allow", "warn", "block"]
_SPOKEN = f"It is written in {', '.join(LANGUAGES)}; whoever reads another language gets English."
Risk = Annotated[float, Meta(ge=0, le=1, description="Probability that somebody poses as another to get something from the reader.")]


class Who(msgspec.Struct, forbid_unknown_fields=True):
    """Whoever wrote a message; what is not known is left out."""

    name: Annotated[str | None, Meta(description="The display name.")] = None
    handle: Annotated[str | None, Meta(description="@handle, profile link, e-mail address or number.")] = None
    verified: Annotated[bool | None, Meta(description="The platform shows its mark beside the name.")] = None
    official: Annotated[bool | None, Meta(description="You know that the account is (not) the real one.")] = None
    account_age_days: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None  # an upper end leaves infinity out
    first_contact: Annotated[bool | None, Meta(description="The reader never wrote with this account.")] = None
    platform: Annotated[  # of any case; Sender refuses others
        str | None, Meta(description="Where the handle lives.", extra_json_schema={"enum": [*sorted(WHERE), None]})
    ] = None


class CheckRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A message to judge."""

    text: Annotated[str, Meta(description="The message, as its reader sees it.")]
    direction: Annotated[
        Direction, Meta(description="inbound: does it ask the reader for something? outgoing: would it give away a secret?")
    ] = "inbound"
    thread: Annotated[list[str], Meta(description="For an outgoing message: the messages before it, oldest first.")] = []
    sender: Annotated[Who | None, Meta(description="Who wrote an inbound message.")] = None
    lang: Annotated[str, Meta(description=f"Language of the advice, a BCP-47 tag. {_SPOKEN}")] = "en"


class ReportRequest(CheckRequest):
    """A message to report, one that came in: there is nobody to report for what the reader would send."""

    direction: Annotated[Literal["inbound"], Meta(description="A report is of a message that came in.")] = "inbound"
    channel: Annotated[str, Meta(max_length=200, description="Where it came from, in words for the ticket.")] = ""


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """A message of a batch, with a name of its sender's choice."""

    text: Annotated[str | None, Meta(description="null is an empty message.")]
    id: Annotated[str | int | None, Meta(description="Comes back beside the verdict.")] = None


class ScanRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Many messages: strings, nulls (empty messages) or objects with an id."""

    messages: list[str | Item | None]
    direction: Annotated[Direction | None, Meta(description="As of check; else that of the query, else inbound.")] = None


class CheckAnswer(msgspec.Struct):
    """What is said of one message."""

    risk: Risk
    action: ActionName
    kind: Annotated[str, Meta(description="credential_request, fake_support_contact, phishing_link, …; empty when allowed.")]
    asks: Annotated[list[str], Meta(description="Which secrets it is after, or would give away.")]
    evidence: tuple[Evidence, ...]
    brand: Annotated[str | None, Meta(description="Who is imitated, an id of the registry; null where nobody known.")]
    official: Annotated[Official | None, Meta(description="Where the real one is.")]
    language: Annotated[str, Meta(description="Of the message, a BCP-47 tag; empty where it is not plain.")]
    advice: Annotated[str, Meta(description="What to tell the reader; empty when allowed.")]


class ReportAnswer(msgspec.Struct):
    """A verdict and a ticket to send to whoever runs the channel."""

    verdict: CheckAnswer
    report: Annotated[str, Meta(description="Plain text. Secrets of the reader's own are masked.")]


class ScanRow(msgspec.Struct, omit_defaults=True):
    """What is said of one message of a batch."""

    risk: Risk
    action: ActionName
    kind: str
    asks: list[str]
    rules: Annotated[list[str], Meta(description="Ids of the rules that speak for a warning.")]
    id: str | int | None = None
    line: Annotated[int | None, Meta(description="In a stream: the line it was on, from 1.")] = None


class ScanAnswer(msgspec.Struct):
    """One row a message, in the order they came in."""

    results: list[ScanRow]
    flagged: Annotated[int, Meta(ge=0, description="How many are not allowed.")]


class LineProblem(msgspec.Struct):
    """A line of a stream that could not be read; the stream goes on."""

    line: int
    error: str


class Health(msgspec.Struct):
    """Whether the service can judge messages yet."""

    status: Literal["ready", "loading", "failed"]
    version: str


class ProblemShape(msgspec.Struct):
    """What is wrong (RFC 9457)."""

    title: str
    status: int
    detail: str
    reason: Reason


Shape = TypeVar("Shape")
PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # gzip, zstandard


def parsed(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read JSON.

    Raises
    ------
    Problem
        400: it is not JSON in UTF-8, or nested too deeply. 415: it is compressed.
    """
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise (packed("the body") if raw.startswith(PACKED) else malformed("the body is not UTF-8")) from None
    except json.JSONDecodeError as error:
        raise malformed(f"the body is not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, a thousand brackets
        raise malformed("the body is JSON with a number too long or brackets too deep to be read") from None


def shaped(value: object, shape: type[Shape]) -> Shape:
    """Check that JSON has the shape a route takes.

    Raises
    ------
    Problem
        422: it has not; the detail names the place and what may stand there, never what stands there.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise misshapen(told(str(error), shape)) from None
    except UnicodeEncodeError:  # msgspec wants to quote it
        raise misshapen("half a surrogate pair stands where no text can") from None


def read(raw: bytes, shape: type[Shape]) -> Shape:
    """Read JSON of a shape; ``parsed`` and ``shaped`` in one pass where nothing is wrong, and in two to say what is.

    Raises
    ------
    Problem
        400 or 422, see there.
    """
    kind: Any = shape
    try:
        found: Shape = _decoder(kind).decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # also half a surrogate, NaN and a byte order mark, which we let pass
        return shaped(parsed(raw), shape)
    return found


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - a type
    return msgspec.json.Decoder(kind)


def within(limits: Limits, texts: Sequence[str | None], place: str = "message") -> None:
    """Check that no message is too long; ``place`` is what one of several is called.

    Raises
    ------
    Problem
        413: one is; the detail names its place, not its words.
    """
    for number, text in enumerate(texts, 1):
        if text is not None and len(text) > limits.message:
            what = "the message" if len(texts) == 1 and place == "message" else f"{place} {number}"
            raise too_large(what, f"{limits.message:,} characters")
