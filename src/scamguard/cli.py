"""The command line only reads, calls and prints.

Every heavy import waits until a command needs it, so that ``--help`` and a mistyped option answer at once.
Exit status of check and scan: 0 nothing flagged, 1 something flagged (see --fail-on), 2 something could not be read, 130 stopped,
141 nobody reads on.
"""

from __future__ import annotations

import io
import sys
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from . import __version__, bridges, feedback, reporting, service, workshop
from .command import FLAGGED, OPTIONS, Closed, Group, ModelDir, RulesDir, load_guard
from .errors import DumpError, InputError
from .reporting import Age, First, Handle, Name, Official, Platform, Verified  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

_DUMPS = "Chat and mail exports, tables, text; packed too (.zip .gz .zst); folders of them, a Maildir; - is standard input."
_FORMAT = (
    "telegram, discord, slack, signal, whatsapp, sms, mbox, eml, imessage, github, wechat, qq, chatlab, zip, "
    "csv, tsv, jsonl, json, parquet, arrow or txt. [default: by content, then by suffix]"
)
_ENCODING = "What the bytes mean, such as gb18030 or shift_jis. [default: by content]"
_COLUMN = "The column of messages. [default: text, message, body or content]"
_OUT = "Write the messages with their verdicts: .jsonl .csv .parquet .sqlite .duckdb .sarif, or - for standard output. May be repeated."
_OUT_FORMAT = "jsonl, csv, parquet, sqlite, duckdb or sarif. [default: by the suffix; jsonl for -]"
_RESUME = "Go on with a scan that was stopped, or start it afresh. [default: start, but never over one that was stopped]"
_DIRECTION = "inbound: does it ask for a secret? outgoing: does it give one away? Secrets found are masked."
_REPORT = "Write a page for people to this .html file: totals, senders, brands, campaigns, examples."
_TALKS = "Judge each message with what its sender said before in the same chat, and rank the chats."
_BROKEN = "Write the place of every record that could not be read to this file, a line each; the summary shows five."
_ASKS = "Report only what asks for this secret (seed_phrase, password, 2fa_code …); may be repeated."
_FAIL_ON = "Exit status 1 if a message is reported with this action or a worse one: allow, warn, block; never: never."

app = typer.Typer(cls=Group, **OPTIONS)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 still gets every message
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(Closed()))
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scamguard {__version__}")
        raise typer.Exit


def _inbound_only(direction: str, given: Mapping[str, object]) -> None:
    """Refuse options that say nothing where messages are searched for the writer's own secrets."""
    if direction == "outgoing" and (idle := [option for option, value in given.items() if value]):
        raise InputError(f"--direction outgoing looks for secrets of the writer alone; leave out {', '.join(idle)}")


@app.callback()
def _scamguard(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Say whether a message poses as support, a bank, a boss or a friend to get your secrets or money.

    \b
    scamguard check "Kraken Support: send us your 12 words to unlock your wallet"
    scamguard scan group.jsonl chats.csv --out verdicts.parquet

    Exit status of check and scan: 0 nothing flagged, 1 something flagged, 2 something could not be read, 130 stopped with Ctrl-C, 141 the
    reader of the output went away.
    """


@app.command()
def check(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message, or - to read it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as one JSON object.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Also show what moves the whole model most, in nats.")] = False,
    direction: Annotated[str, typer.Option(metavar="NAME", help=_DIRECTION)] = "inbound",
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="Language of the advice. [default: from the environment]")] = None,
    name: Name = None,
    handle: Handle = None,
    platform: Platform = None,
    verified: Verified = None,
    official: Official = None,
    age: Age = None,
    first: First = None,
    rules: RulesDir = None,
    model: ModelDir = None,
) -> None:
    """Judge one message, with reasons and advice.

    Shows how risky it is, whom it poses as, what it asks for, which words prove it, and what to do.

    \b
    scamguard check "您好，我是客服，请把验证码发给我" --lang zh
    scamguard check "hello, how can I help?" --sender-name "Kraken Support ✓" --sender-handle @kraken_desk
    pbpaste | scamguard check - --json
    """
    from . import render

    who = reporting.sender(name, handle, platform, verified, official, age, first)
    _inbound_only(direction, {"--explain": explain, "--sender-… and --first-contact": who, "--rules": rules})
    guard = load_guard(model, rules)
    text = reporting.read_text(text)
    verdict = guard.check(text, sender=who, direction=direction)
    advice = verdict.advice(reporting.reader_lang(lang))
    parts = guard.explain(text) if explain else ()
    if as_json:
        extra = {"contributions": [asdict(part) for part in parts]} if explain else {}
        typer.echo(render.json_text({**verdict.to_dict(), "advice": advice, **extra}))
    else:
        out = render.console()
        shown = render.hidden(verdict, text) if direction == "outgoing" else (verdict, text)
        out.print(render.verdict(*shown, advice))
        if parts:
            out.print()
            out.print(render.contributions(parts))
    raise typer.Exit(FLAGGED if verdict.action != "allow" else 0)


@app.command()
def scan(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=_DUMPS)],
    format_: Annotated[str | None, typer.Option("--format", metavar="NAME", help=_FORMAT)] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help=_COLUMN)] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help=_ENCODING)] = None,
    out: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=_OUT)] = None,
    out_format: Annotated[str | None, typer.Option(metavar="NAME", help=_OUT_FORMAT)] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help=_REPORT)] = None,
    broken: Annotated[Path | None, typer.Option(metavar="FILE", help=_BROKEN)] = None,
    by_conversation: Annotated[bool, typer.Option("--by-conversation", help=_TALKS)] = False,
    resume: Annotated[bool | None, typer.Option("--resume/--no-resume", help=_RESUME)] = None,
    direction: Annotated[str, typer.Option(metavar="NAME", help=_DIRECTION)] = "inbound",
    only: Annotated[str | None, typer.Option(metavar="NAME", help="Report only what is flagged, or only block.")] = None,
    min_risk: Annotated[float, typer.Option(min=0, max=1, metavar="RISK", help="Report only risks from this one on.")] = 0.0,
    asks: Annotated[list[str] | None, typer.Option(metavar="SECRET", help=_ASKS)] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Judge only messages from this time on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Judge only messages before this time.")] = None,
    sender: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Judge only messages of this sender; may be repeated.")] = None,
    channel: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Judge only messages in this channel; may be repeated.")] = None,
    fail_on: Annotated[str, typer.Option(metavar="ACTION", help=_FAIL_ON)] = "warn",
    every: Annotated[bool, typer.Option("--all", help="Show allowed messages in the table too.")] = False,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Show the N riskiest, in reading order.")] = 50,
    threads: Annotated[int | None, typer.Option(min=1, metavar="N", help="Judge in N threads. [default: one a core]")] = None,
    rules: RulesDir = None,
    model: ModelDir = None,
) -> None:
    """Judge every message of one or more dumps.

    Lists the flagged ones with reasons. Dumps may be of any size: blocks are read, judged and forgotten.
    A record that cannot be read is counted and skipped. The --out file appears only when it is complete; until then the
    verdicts are kept beside it, so that a scan that was stopped goes on with --resume.

    Exit status: 0 nothing flagged, 1 something flagged (see --fail-on), 2 something could not be read, 130 stopped with Ctrl-C, 141 the
    reader of the output went away (--out - | head).

    \b
    scamguard scan group.jsonl result.json "WhatsApp Chat with Mia.zip"
    scamguard scan chats.csv --column message --out verdicts.parquet --only flagged
    scamguard scan sent.mbox --direction outgoing --fail-on block
    zcat log.txt.gz | scamguard scan - --out - | jq .asks
    """
    from . import dumps, selection, survey

    chosen = selection.Selection(
        since=None if since is None else selection.moment(since), until=None if until is None else selection.moment(until),
        senders=tuple(sender or ()), channels=tuple(channel or ()), only=only, min_risk=min_risk, asks=tuple(asks or ()),
    )  # fmt: skip
    plan = survey.Plan(chosen, tuple(out or ()), out_format, direction, fail_on, resume, report, by_conversation, broken)
    if plan.piped and sys.stdout is None:
        raise DumpError("--out -: standard output is closed; name a file")
    plan.check()
    _inbound_only(direction, {"--rules": rules})
    opened = dumps.several(files, format=format_, column=column, encoding=encoding)  # a missing one is told before the work
    plan.spare(opened)
    asked = {"format": format_, "column": column, "encoding": encoding}
    raise typer.Exit(survey.run(plan, opened, load_guard(model, rules), asked, show=show, every=every, threads=threads))


app.command()(service.serve)
app.add_typer(workshop.model_app, name="model")
app.add_typer(workshop.rules_app, name="rules")
app.command()(reporting.report)
app.add_typer(feedback.app, name="feedback")
app.command()(workshop.evaluate)
app.command()(workshop.train)
app.command()(bridges.automod)
