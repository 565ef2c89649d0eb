"""CORS: which web pages of other origins may ask. Starlette's, but that a wrong preflight is refused as everything else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware

from .problem import Problem

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp

_DETAIL = "a page of that origin may not ask, or not so: pages of the origins that the operator names may POST JSON, with a token"


class Cors(CORSMiddleware):
    """ASGI middleware that answers preflights, and lets pages of the ``origins`` read what is answered."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(app, allow_origins=origins, allow_methods=["POST"], allow_headers=["authorization", "content-type"])

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say whether a page may ask."""
        said = super().preflight_response(request_headers)
        if said.status_code == 200:
            return said
        headers = {name: value for name, value in said.headers.items() if not name.startswith("content-")}
        return Problem(said.status_code, "cors", _DETAIL, headers).answer()
