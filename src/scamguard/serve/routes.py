"""Routes: read a request, ask the judge, write the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from scamguard import __version__
from scamguard.ticket import incident

from . import stream
from .answer import Answer
from .check import judged, told
from .gate import is_stream
from .problem import misshapen, too_large
from .shapes import DIRECTIONS, Health, Item, ReportAnswer, ReportRequest, ScanAnswer, ScanRequest, ScanRow, read, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from starlette.requests import Request

    from .counts import Counts
    from .judge import Judge
    from .settings import Settings


class Routes:
    """The routes of one service, but for check."""

    def __init__(self, judge: Judge, settings: Settings, counts: Counts) -> None:
        self._judge, self._settings, self._counts = judge, settings, counts

    async def report(self, request: Request) -> Response:
        """Judge one message and write a ticket about it."""
        asked = read(await request.body(), ReportRequest)
        verdict = await judged(self._judge, self._settings.limits, asked, request.state.log)
        ticket = await self._judge.run(lambda: incident(asked.text, verdict, lang=asked.lang, channel=asked.channel or None).text())
        return Answer(ReportAnswer(told(verdict, asked.lang), ticket))

    async def scan(self, request: Request) -> Response:
        """Judge many messages: a JSON batch, or a stream of lines."""
        asked = request.query_params.getlist("direction")
        if not set(asked) <= set(DIRECTIONS) or len(set(asked)) > 1:
            raise misshapen(f"the parameter direction is none of: {', '.join(DIRECTIONS)}")
        direction = asked[0] if asked else "inbound"
        if is_stream(dict(request.scope["headers"])):
            return stream.StreamAnswer(request, self._judge, self._settings.limits, direction)
        limits = self._settings.limits
        batch = read(await request.body(), ScanRequest)
        if asked and batch.direction not in (None, direction):
            raise misshapen("the direction in the address is not that in the body; give it once")
        items, direction = batch.messages, batch.direction or direction
        if len(items) > limits.batch:
            raise too_large("the batch", f"{limits.batch:,} messages")
        texts = texts_of(items)
        within(limits, texts)
        results = rows(await self._judge.scan(texts, direction), items) if items else []
        flagged = sum(row.action != "allow" for row in results)
        request.state.log.update(messages=len(items), flagged=flagged)
        return Answer(ScanAnswer(results, flagged))

    async def health(self, request: Request) -> Response:  # noqa: ARG002 - a route's signature
        """Tell whether messages can be judged."""
        status = self._judge.status
        return Answer(Health(status, __version__), 200 if status == "ready" else 503)  # type: ignore[arg-type]

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - a route's signature
        """Tell Prometheus what was counted."""
        return Response(await run_in_threadpool(generate_latest, self._counts.registry), headers={"content-type": CONTENT_TYPE_LATEST})


def texts_of(items: Sequence[str | Item | None]) -> list[str | None]:
    """Give the texts of a batch."""
    return [item.text if isinstance(item, Item) else item for item in items]


def rows(table: pa.Table, items: Sequence[str | Item | None]) -> list[ScanRow]:
    """Say a table of verdicts in the shape of the API."""
    found = msgspec.convert(table.to_pylist(), list[ScanRow])
    for row, item in zip(found, items, strict=True):
        row.id = item.id if isinstance(item, Item) else None
    return found
