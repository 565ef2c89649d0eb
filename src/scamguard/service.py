"""The command ``serve``: reads what the operator wants and starts the service."""

from __future__ import annotations

import importlib.util
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from .command import ModelDir, RulesDir  # noqa: TC001
from .errors import ModelError, ScamguardError

_NEEDS = ("starlette", "uvicorn", "msgspec", "prometheus_client")
_TOKEN_FILE = "A file that holds the token. [default: the variable SCAMGUARD_TOKEN; without a token everybody may ask]"  # noqa: S105
_CORS = "A web origin that may ask; may be repeated. [default: none]"
_ONE = "Hand each message to a thread of its own: slower, same verdicts."
_REJECT = "The action from which bots are told that a message is spam: block or warn."
_FAIL = "open: a bot is told to let a message pass when no verdict came in time; closed: it is told of the failure."


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    token_file: Annotated[Path | None, typer.Option(metavar="FILE", help=_TOKEN_FILE)] = None,
    open_to_all: Annotated[bool, typer.Option("--open", help="Listen to other machines without a token.")] = False,
    cors: Annotated[list[str] | None, typer.Option(metavar="ORIGIN", help=_CORS)] = None,
    max_body: Annotated[int, typer.Option(min=1, metavar="BYTES", help="Of a body, or of a line of a stream.")] = 1 << 20,
    max_batch: Annotated[int, typer.Option(min=1, metavar="N", help="Messages of a JSON batch.")] = 1000,
    max_message: Annotated[int, typer.Option(min=1, metavar="N", help="Characters of a message.")] = 100_000,
    budget: Annotated[float, typer.Option(min=0.001, metavar="SECONDS", help="For a verdict; then 503.")] = 2.0,
    threads: Annotated[int, typer.Option(min=1, metavar="N", help="To score long messages and batches in.")] = 2,
    reject_from: Annotated[str, typer.Option(metavar="ACTION", help=_REJECT)] = "block",
    fail: Annotated[str, typer.Option(metavar="HOW", help=_FAIL)] = "open",
    one_by_one: Annotated[bool, typer.Option("--one-by-one", help=_ONE)] = False,
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error; info logs each request.")] = "info",
    rules: RulesDir = None,
    model: ModelDir = None,
) -> None:
    """Answer over HTTP: check, scan, report, and what existing bots ask.

    A page to paste a message into is at /, the API is described at /openapi.json, its health at /healthz, its counts at /metrics.
    Logs are JSON lines on standard error and never hold a message. SIGTERM lets what is being answered finish.

    \b
    scamguard serve
    SCAMGUARD_TOKEN=$(openssl rand -hex 32) scamguard serve --host 0.0.0.0
    curl localhost:8000/v1/check -H 'content-type: application/json' -d '{"text": "send me your seed phrase"}'
    """
    if missing := [name for name in _NEEDS if importlib.util.find_spec(name) is None]:
        raise ScamguardError(f"serve needs {', '.join(missing)}: pip install 'scamguard[serve]'")
    if fail not in {"open", "closed"}:
        raise ScamguardError(f"serve: --fail {fail!r}; it is 'open' or 'closed'")
    if log_level not in {"debug", "info", "warning", "error"}:
        raise ScamguardError(f"serve: --log-level {log_level!r}; it is debug, info, warning or error")
    if model is not None and not model.is_dir():
        raise ModelError(f"{model}: no such folder")
    from .guard import load
    from .serve.run import run
    from .serve.settings import Limits, Settings, guarded, read_token

    limits = Limits(body=max_body, batch=max_batch, message=max_message, budget=budget)
    settings = Settings(read_token(token_file), tuple(cors or ()), limits, reject_from, fail == "open", threads, batching=not one_by_one)
    guarded(host, settings, open_to_all=open_to_all)
    run(lambda: load(model, rules=rules), settings, host, port, log_level)
