"""The command line only reads, calls and prints.

Every heavy import waits until a command needs it, so that ``--help`` and a mistyped option answer at once.
Exit status of check and scan: 0 nothing flagged, 1 something flagged, 2 something could not be read.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from . import __version__, service, workshop
from .command import FAILED, FLAGGED, OPTIONS, Group, ModelDir, load_guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .dumps import Dump

_DUMPS = "Chat and mail exports, tables, text; packed too (.zip .gz .zst); a Maildir or Slack folder; - is standard input."
_FORMAT = (
    "telegram, discord, slack, signal, whatsapp, sms, mbox, eml, imessage, github, wechat, qq, chatlab, zip, "
    "csv, tsv, jsonl, json, parquet, arrow or txt. [default: by content, then by suffix]"
)
_ENCODING = "What the bytes mean, such as gb18030 or shift_jis. [default: by content]"
_COLUMN = "The column of messages. [default: text, message, body or content]"
_OUT = "Write every message with its verdict to .jsonl, .csv or .parquet."

app = typer.Typer(cls=Group, **OPTIONS)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 still gets every message
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scamguard {__version__}")
        raise typer.Exit


@app.callback()
def _scamguard(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Say whether a message poses as support, a bank, a boss or a friend to get your secrets or money.

    \b
    scamguard check "Kraken Support: send us your 12 words to unlock your wallet"
    scamguard scan group.jsonl chats.csv --out verdicts.parquet

    Exit status of check and scan: 0 nothing flagged, 1 something flagged, 2 something could not be read.
    """


@app.command()
def check(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message, or - to read it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as one JSON object.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Also show what moved the verdict most.")] = False,
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="Language of the advice. [default: from the environment]")] = None,
    model: ModelDir = None,
) -> None:
    """Judge one message, with reasons and advice.

    Shows how risky it is, what it asks for, which words prove it, and what to do.

    \b
    scamguard check "您好，我是客服，请把验证码发给我" --lang zh
    pbpaste | scamguard check - --json
    """
    from . import render

    guard = load_guard(model)
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8-sig", "replace").removesuffix("\n")
    verdict = guard.check(text)
    advice = verdict.advice(lang or _reader_lang())
    parts = guard.explain(text) if explain else ()
    if as_json:
        extra = {"contributions": [asdict(part) for part in parts]} if explain else {}
        typer.echo(render.json_text({**verdict.to_dict(), "advice": advice, **extra}))
    else:
        out = render.console()
        out.print(render.verdict(verdict, text, advice))
        if explain:
            out.print()
            out.print(render.contributions(parts))
    raise typer.Exit(FLAGGED if verdict.action != "allow" else 0)


@app.command()
def scan(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=_DUMPS)],
    format_: Annotated[str | None, typer.Option("--format", metavar="NAME", help=_FORMAT)] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help=_COLUMN)] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help=_ENCODING)] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help=_OUT)] = None,
    every: Annotated[bool, typer.Option("--all", help="Show allowed messages in the table too.")] = False,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Show the N riskiest, in reading order.")] = 50,
    model: ModelDir = None,
) -> None:
    """Judge every message of one or more dumps.

    Lists the flagged ones with reasons. Dumps may be of any size: blocks are read, judged and forgotten.
    A record that cannot be read is counted and skipped. The --out file appears only when it is complete.

    \b
    scamguard scan group.jsonl result.json "WhatsApp Chat with Mia.zip"
    scamguard scan chats.csv --column message --out verdicts.parquet
    zcat log.txt.gz | scamguard scan - --show 0
    """
    from . import dumps, output, render, scanning

    opened = [dumps.open(file, format=format_, column=column, encoding=encoding) for file in files]  # a missing one is told before the work
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(output.Output(out)) if out is not None else None
        guard = load_guard(model)
        worst = scanning.Worst(show)
        with _progress(opened) as advance:
            summary = scanning.scan(guard, opened, output=target, worst=worst, allowed=every, on_block=advance)
    terminal = render.console()
    if found := worst.rows():
        terminal.print(render.rows(found, guard, files=len(files) > 1))
        terminal.print()
    terminal.print(render.summary(summary))
    raise typer.Exit(FAILED if summary.notes.broken else FLAGGED if summary.flagged else 0)


@contextlib.contextmanager
def _progress(opened: list[Dump]) -> Iterator[Callable[[Dump, int], None]]:
    """Show a bar while scanning, on a terminal only."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from . import render

    console = render.console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.fields[messages]:,} messages"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        known = all(dump.source.path is not None for dump in opened)
        task = bar.add_task("scan", total=len(opened) if known else None, messages=0)
        yield lambda _, messages: bar.update(task, completed=sum(dump.share for dump in opened), messages=messages)


def _reader_lang() -> str:
    """Read the language of the terminal's user from the environment, as gettext does."""
    return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")


app.command()(service.serve)
app.add_typer(workshop.model_app, name="model")
app.add_typer(workshop.rules_app, name="rules")
app.command()(workshop.evaluate)
app.command()(workshop.train)
