"""``scamguard report``: a ticket for the official channel; and the options that say who wrote a message."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .command import ModelDir, RulesDir, load_guard
from .errors import unknown

if TYPE_CHECKING:
    from .sender import Sender

_WHO = "Who wrote it"
Name = Annotated[str | None, typer.Option("--sender-name", metavar="NAME", help="The displayed name.", rich_help_panel=_WHO)]
Handle = Annotated[
    str | None,
    typer.Option("--sender-handle", metavar="HANDLE", help="@handle, profile link, e-mail address or number.", rich_help_panel=_WHO),
]
Platform = Annotated[
    str | None,
    typer.Option("--sender-platform", metavar="NAME", help="Where: telegram, x, whatsapp, sms, email …", rich_help_panel=_WHO),
]
Verified = Annotated[
    bool | None,
    typer.Option("--sender-verified/--sender-unverified", help="The platform shows its mark beside the name.", rich_help_panel=_WHO),
]
Official = Annotated[
    bool | None,
    typer.Option("--sender-official/--sender-unofficial", help="You know that the account is (not) the real one.", rich_help_panel=_WHO),
]
Age = Annotated[
    float | None, typer.Option("--sender-age", min=0, metavar="DAYS", help="How old the account is.", rich_help_panel=_WHO)
]
First = Annotated[
    bool | None, typer.Option("--first-contact/--known-contact", help="You never wrote with this account.", rich_help_panel=_WHO)
]


class Form(StrEnum):
    """How a ticket is written."""

    MARKDOWN = "markdown"
    TEXT = "text"
    JSON = "json"


def reader_lang(lang: str | None) -> str:
    """Give the language that is asked for, or that of the terminal's user, which the environment says as gettext reads it."""
    if not lang:
        return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    from .wording import LANGUAGES, tag

    if tag(lang) == "en" and not lang.lower().startswith("en"):
        typer.echo(f"scamguard: --lang: {unknown('language', lang, LANGUAGES)}; it is in English", err=True)
    return lang


def read_text(text: str) -> str:
    """Take the message from the command line or, for ``-``, from standard input, in whatever encoding a file of it may be."""
    if text != "-":
        return text
    from .dumps.encodings import guess

    raw = sys.stdin.buffer.read()
    return raw.decode(guess(raw, whole=True), "replace").removesuffix("\n").removesuffix("\r")


def sender(
    name: str | None,
    handle: str | None,
    platform: str | None,
    verified: bool | None,
    official: bool | None,
    age: float | None,
    first: bool | None,
) -> Sender | None:
    """Put the options together; None where none is given."""
    from .sender import Sender

    known = Sender(name, handle, verified, official, age, first, platform)
    return None if known == Sender() else known


def report(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message, or - to read it from standard input.")],
    form: Annotated[Form, typer.Option("--format", help="How to write the ticket.")] = Form.MARKDOWN,
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="Language of the ticket. [default: from the environment]")] = None,
    channel: Annotated[str | None, typer.Option(metavar="WHERE", help="Where it came: 'Telegram, group Kraken Help'.")] = None,
    when: Annotated[str | None, typer.Option(metavar="TIME", help="When it came.")] = None,
    gave: Annotated[
        list[str] | None, typer.Option(metavar="SECRET", help="What was given away: password, 2fa_code, seed_phrase, card … Repeatable.")
    ] = None,
    done: Annotated[list[str] | None, typer.Option(metavar="STEP", help="What you did already. Repeatable.")] = None,
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
    """Write an incident ticket about one message, ready for the official channel.

    Says what happened, when, where and what was asked, lists links made harmless, addresses and transactions, and which
    screenshots to attach. Secrets in the message or in what you say are left out.

    \b
    scamguard report "Kraken Support: send us your 12 words" --channel "Telegram" --sender-handle @kraken_desk
    pbpaste | scamguard report - --gave seed_phrase --done "moved my funds to a new wallet" --format text
    """
    from . import render

    who = sender(name, handle, platform, verified, official, age, first)
    guard = load_guard(model, rules)
    text = read_text(text)
    verdict = guard.check(text, sender=who)
    ticket = verdict.report(
        text, lang=reader_lang(lang), sender=who, when=when, channel=channel, given=tuple(gave or ()), done=tuple(done or ())
    )
    if verdict.action == "allow":
        typer.echo("scamguard: this message is not flagged; read the ticket before you send it", err=True)
    if form is Form.JSON:
        typer.echo(render.json_text(ticket.to_dict()))
    else:
        typer.echo(ticket.markdown() if form is Form.MARKDOWN else ticket.text(), nl=False)
