"""Run: one process with uvicorn, until it is told to stop; what is being answered then is answered."""

from __future__ import annotations

import errno
import math
import sys
from typing import TYPE_CHECKING, Final

import uvicorn

from . import logs
from .app import application
from .problem import ServiceError
from .wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from scamguard.guard import Guard

    from .settings import Settings

_GRACE: Final = 10  # seconds for what is being answered when the service is told to stop
_REASONS: Final = {  # for all else, such as a name that nobody knows, the system has a few words of its own
    errno.EADDRINUSE: "is another service there?",
    errno.EADDRNOTAVAIL: "it is no address of this machine",
    errno.EACCES: "ports below 1024 want other rights",
}
_SWITCH: Final = 0.0005  # seconds a scoring thread may keep the interpreter from the event loop; Python's own 0.005 shows in p99


def run(load: Callable[[], Guard], settings: Settings, host: str, port: int, log_level: str = "info") -> None:
    """Serve until SIGINT or SIGTERM.

    Raises
    ------
    ServiceError
        The address cannot be listened to.
    Exception
        Whatever ``load`` raises.
    """
    failures: list[Exception] = []

    def failed(error: Exception) -> None:
        failures.append(error)
        server.should_exit = True

    logs.to_stderr(log_level)
    sys.setswitchinterval(_SWITCH)
    server = listener(application(load, settings, failed), settings, host, port)
    nowhere = f"serve: cannot listen on {host} port {port}: "
    try:
        host.encode("idna")  # what cannot be a name would leave the service half begun
        server.run()
    except SystemExit as stopped:  # uvicorn's way to say that it could not listen
        if stopped.code:
            error = stopped.__context__
            why = _REASONS.get(error.errno or 0) or error.strerror if isinstance(error, OSError) else "the log says why"
            raise ServiceError(f"{nowhere}{why}") from None
    except UnicodeError:
        raise ServiceError(f"{nowhere}no host is called that") from None
    if failures:
        raise failures[0]


def listener(app: Starlette, settings: Settings, host: str, port: int) -> uvicorn.Server:
    """Make the server of an application; it listens once it is run."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, proxy_headers=False, server_header=False, date_header=True,
        timeout_graceful_shutdown=_GRACE, timeout_keep_alive=math.ceil(settings.limits.patience), ws="none", http=Wire,
    )  # fmt: skip
    return uvicorn.Server(config)
