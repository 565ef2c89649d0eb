"""Pages: three static files. The policy lets the page load its own style and script, ask its own origin, and nothing else."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_FILES: Final = {"/": ("index.html", "text/html"), "/page.css": ("page.css", "text/css"), "/page.js": ("page.js", "text/javascript")}


@cache
def _bytes(name: str) -> bytes:
    return (resources.files(__package__) / "page" / name).read_bytes()


async def page(request: Request) -> Response:
    """Give one of the files."""
    name, kind = _FILES[request.url.path]
    headers = {
        "content-security-policy": POLICY,
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    return Response(_bytes(name), media_type=kind, headers=headers)
