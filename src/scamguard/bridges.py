"""The command for platforms that take rules instead of a program: automod."""

from __future__ import annotations

from typing import Annotated

import typer

_LANGS = "Only the rules of this language (en, zh, es …); repeat for more."
_ALERT = "Id of the channel where moderators are told."
_EXEMPT = "Id of a role of staff; repeat for more."


def automod(
    lang: Annotated[list[str] | None, typer.Option(metavar="LANG", help=_LANGS)] = None,
    alert: Annotated[str | None, typer.Option(metavar="ID", help=_ALERT)] = None,
    exempt_role: Annotated[list[str] | None, typer.Option(metavar="ID", help=_EXEMPT)] = None,
    alert_only: Annotated[bool, typer.Option("--alert-only", help="Tell moderators, hold nothing back.")] = False,
) -> None:
    """Print rules for Discord's AutoMod, as JSON.

    A list of bodies for POST /guilds/{id}/auto-moderation/rules, at most six. A word list is crude: it catches the plainest
    requests for secrets. docs/chat.md says how many, and how to send the rules.

    \b
    scamguard automod --lang en --alert 123456789012345678 > rules.json
    """
    from .chat import automod as exporter
    from .render import json_text

    rules = exporter.rules(lang or (), alert=alert, exempt_roles=exempt_role or (), block=not alert_only)
    typer.echo(json_text(rules))
