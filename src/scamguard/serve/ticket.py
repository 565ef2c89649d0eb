"""Ticket: what a reader can hand to whoever runs the channel. ``report`` is the one place that says how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scamguard.secrets import find
from scamguard.verdict import GIVEN_AWAY

if TYPE_CHECKING:
    from scamguard.verdict import Verdict

_MOST_QUOTED: Final = 2000  # code points
_MASK: Final = "█"


def report(verdict: Verdict, text: str, channel: str, lang: str) -> str:
    """Write a ticket in plain text, with the message quoted and secrets of the reader's own masked.

    Parameters
    ----------
    channel
        Where the message came from, in the reader's words; may be empty.
    lang
        Language of the advice.
    """
    lines = ["Report of a suspicious message", "", f"Verdict: {verdict.action}, risk {verdict.risk:.3f}"]
    if verdict.kind:
        lines.append(f"Kind: {verdict.kind.replace('_', ' ')}")
    if verdict.asks:
        lines.append(f"Asks for: {', '.join(verdict.asks).replace('_', ' ')}")
    if channel:
        lines.append(f"Received on: {' '.join(channel.split())}")
    lines += [f"- {e.why} ({e.rule})" for e in verdict.evidence]
    if verdict.kind != GIVEN_AWAY:  # what the reader was about to send stays with the reader
        lines += ["", "The message:", *(f"> {line}" for line in masked(text).splitlines())]
    if advice := verdict.advice(lang):
        lines += ["", advice]
    return "\n".join(lines) + "\n"


def masked(text: str) -> str:
    """Cut ``text`` to what a ticket quotes, and cover each secret in it.

    >>> masked("my password is hunter2!x, ok?")
    'my password is ██████████, ok?'
    """
    for found in reversed(find(text)):
        text = text[: found.start] + _MASK * 10 + text[found.stop :]
    return text if len(text) <= _MOST_QUOTED else text[:_MOST_QUOTED] + " …"
