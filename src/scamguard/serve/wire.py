"""Wire: uvicorn's connection, whose parser takes a head of any size and waits for it forever, with an end to both.

A head has ``HEAD`` bytes, and as long to come as a connection may be idle. What stands between the parts of a body (the sizes of
chunks, fields behind the last one) is measured the same way and not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from .logs import LOG
from .problem import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    import asyncio
    from typing import Any

HEAD: Final = 1 << 16  # bytes


class Wire(HttpToolsProtocol):
    """A connection; ``timeout_keep_alive`` is the time for a head, too."""

    _heading = True  # a head is awaited, or coming
    _size = 0  # bytes of it, or since the last part of the body
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Await the first head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Await nothing more."""
        self._headed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Measure what came."""
        if self._heading and self._deadline is None:
            self._await_head()
        self._size += len(data)
        super().data_received(data)
        if self._size > HEAD:
            self._large()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a field of a head, and none that stands behind a body."""
        if self._heading:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is large though it came at once."""
        self._headed()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD:
            self._large()
            raise ValueError  # the parser stops
        self._heading, self._size = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, which others measure."""
        self._size = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Await the next head."""
        self._heading, self._size = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words for it
        """Say that this is no HTTP, unless something was said."""
        self._refuse(Problem(400, "malformed", "this is no HTTP/1.1 request"))

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.timeout_keep_alive, self._late)

    def _headed(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self._size:
            self._refuse(Problem(408, "too_slow", f"no whole head came within {self.timeout_keep_alive} seconds"))
        else:
            self.transport.close()  # nobody asked anything

    def _large(self) -> None:
        self._refuse(Problem(431, "too_large", f"the head is over the limit of {HEAD:,} bytes; send fewer and shorter headers"))

    def _refuse(self, problem: Problem) -> None:
        """Answer, if no answer to an earlier request is under way, and close."""
        if self.transport.is_closing():
            return
        fields: dict[str, Any] = {"status": problem.status, "reason": problem.reason}
        LOG.info("refused", extra={"fields": fields})
        if counts := self.app_state.get("counts"):
            counts.refused.labels(problem.reason).inc()
        if getattr(self.cycle, "response_complete", True):  # there may have been none
            body = problem.answer().body
            head = f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[problem.status] + head.encode() + bytes(body))
        self.transport.close()
