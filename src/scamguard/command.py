"""What all commands share: options, loading a guard, and errors told in one line."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from .errors import ModelError, ScamguardError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .guard import Guard

FLAGGED, FAILED, STOPPED = 1, 2, 130  # exit status
LEFT: Final = 141  # the reader of our output left: what a shell says of a command that SIGPIPE ended

OPTIONS: Final[dict[str, Any]] = {
    "no_args_is_help": True,
    "add_completion": False,
    "pretty_exceptions_enable": False,  # they would print the messages at hand
    "rich_markup_mode": None,
}
ModelDir = Annotated[Path | None, typer.Option("--model", metavar="DIR", help="A model folder instead of the bundled one.")]

RulesDir = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="A rule pack of your own; `scamguard rules new DIR` writes a first one.")
]


class Group(TyperGroup):
    """Turn what we raise on purpose into one line, in one place for all commands."""

    def main(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as typer has it
        """Run the command line; a mistake that cannot even be told ends in its exit status."""
        try:
            return super().main(*arguments, **options)
        except OSError:
            _let_go()
            sys.exit(FAILED)

    def make_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - typer's own type moved between its versions
        """Read the command line, and print the help."""
        with _told():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run a command."""
        with _told():
            return super().invoke(ctx)


class Closed(io.RawIOBase):
    """Standard input where there is none."""

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def readinto(self, _buffer: Any) -> int:  # noqa: ANN401 - as the base class has it
        """Refuse to be read.

        Raises
        ------
        OSError
            Always.
        """
        raise OSError(errno.EBADF, "it is closed", "standard input")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Let every ScamguardError and OSError end as ``scamguard: …`` and exit status 2."""
    try:
        yield
    except ScamguardError as error:
        problem = str(error)
    except OSError as error:
        if error.errno == errno.EPIPE:
            _let_go()
            raise typer.Exit(LEFT) from None
        problem = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    else:
        return
    from . import render

    with contextlib.suppress(OSError):  # where it cannot be told, the exit status still says so
        typer.echo(f"scamguard: {render.visible(problem)}", err=True)
    _let_go()
    raise typer.Exit(FAILED)


def _let_go() -> None:
    """Let what is still to be written go nowhere, or the interpreter would complain at its end that nobody reads it."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError):  # in a test there is no file behind it
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


_EVERYTHING: Final = 'Kraken Support: send us your seed phrase at https://kraken-help.example/a\n\n"or your account is closed tomorrow"'


def load_guard(model: Path | None, rules: Path | None = None) -> Guard:
    """Load a model and its compiled kernels, and say why the first run takes its time."""
    from . import render

    if model is not None and not model.is_dir():
        raise ModelError(f"{model}: no such folder")
    console = render.console(stderr=True)
    with console.status("loading …") if console.is_terminal else contextlib.nullcontext():
        from .guard import load
        from .kernels import before_compiling

        compiled: list[str] = []

        def tell() -> None:
            compiled.append("scamguard: compiling, once; this takes about a minute …")
            console.print(*compiled, highlight=False)

        before_compiling(tell)
        guard = load(model, rules=rules)
        guard.scan(["Support: send us your seed phrase"])
        if compiled:  # then all that messages need, or the next command would wait again
            guard.scan([_EVERYTHING], senders=["kraken-help.example/a"])
            guard.check(_EVERYTHING)
    return guard
