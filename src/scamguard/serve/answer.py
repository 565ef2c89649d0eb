"""Answer: a JSON reply. Whatever a message held, lone surrogates too, its JSON can be written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

_encode = msgspec.json.Encoder().encode


def encoded(value: object) -> bytes:
    r"""Write JSON; what UTF-8 cannot hold is escaped.

    >>> encoded({"id": "\ud800"})
    b'{"id":"\\ud800"}'
    """
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


class Answer(Response):
    """A JSON reply."""

    def __init__(
        self,
        value: object,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str = "application/json",
    ) -> None:
        super().__init__(encoded(value), status, headers, media_type)

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - Starlette's own signature
        """Take the bytes as they are."""
        return bytes(content)
