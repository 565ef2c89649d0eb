"""App: puts the parts together. It only connects."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from .answer import Answer
from .check import Check
from .counts import Counts
from .dialects.rspamd import Rspamd
from .dialects.synapse import Synapse
from .dialects.tgspam import TgSpam
from .gate import Gate, as_problem
from .judge import Judge
from .openapi import document
from .pages import page
from .routes import Routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from scamguard.guard import Guard

    from .settings import Settings


def application(load: Callable[[], Guard], settings: Settings, failed: Callable[[Exception], None] = lambda _error: None) -> Starlette:
    """Make the service.

    Parameters
    ----------
    load
        Gives the guard; called in a thread when the service starts.
    failed
        Told when ``load`` raises; the service then answers 503.
    """
    counts = Counts()
    judge = Judge(load, settings, counts)
    routes, synapse = Routes(judge, settings, counts), Synapse(judge, settings)
    said = document(settings)

    async def openapi(_request: Request) -> Response:
        return Answer(said)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        app.state.judge = judge
        loading = asyncio.create_task(judge.start())
        loading.add_done_callback(lambda done: None if done.cancelled() or not (error := done.exception()) else failed(_plain(error)))
        try:
            yield {"counts": counts}  # a connection counts the heads that it refuses
        finally:
            await asyncio.to_thread(judge.stop)
            await asyncio.gather(loading, return_exceptions=True)

    paths = [
        Route("/v1/check", Check(judge, settings), methods=["POST"]),
        Route("/v1/scan", routes.scan, methods=["POST"]),
        Route("/v1/report", routes.report, methods=["POST"]),
        Route("/synapse/{callback}", synapse.callback, methods=["POST"]),
        Route("/tgspam/check", TgSpam(judge, settings).check, methods=["POST"]),
        Route("/checkv2", Rspamd(judge, settings).check, methods=["POST"]),
        Route("/healthz", routes.health),
        Route("/metrics", routes.metrics),
        Route("/openapi.json", openapi),
        *(Route(path, page) for path in ("/", "/page.css", "/page.js")),
    ]
    app = Starlette(
        routes=paths,
        middleware=[Middleware(Gate, settings=settings, counts=counts, paths=paths)],
        exception_handlers={HTTPException: _no_route},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would lead to whatever host the request names
    return app


def _plain(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)


async def _no_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return as_problem(error).answer()
