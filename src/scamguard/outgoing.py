"""Outgoing: judge what the reader is about to send, by the secrets it would give away and by what was just asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .secrets import EARLIER, Certainty, find, wanted
from .verdict import GIVEN_AWAY, Action, Evidence, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .secrets import Finding

RISK: Final = {Action.ALLOW: 0.0, Action.WARN: 0.5, Action.BLOCK: 1.0}


def judged(text: str, thread: Sequence[str], asked: Iterable[str]) -> Verdict:
    """Judge an outgoing message. Nothing of what is found is in the verdict, only where it stands.

    Parameters
    ----------
    text
        What is about to be sent.
    thread
        The messages before it, oldest first.
    asked
        The secrets (of ``lexicon.SECRETS``) that those messages ask for, as far as the reader knows; what they name is added.
        It is gone through only where something is found: what takes long to know, a generator may hold back.

    Returns
    -------
    A verdict whose risk is 1 for a certain secret, 0.5 for a likely one, 0 for none; it is no probability.
    """
    found = find(text, thread)
    action = weighed(found)
    given = [f.kind.asked for f in found if f.kind.asked]
    sought = {*asked, *wanted(recent(thread))} if found else set()
    evidence = tuple(Evidence(f"outgoing.{f.kind}", _why(f, sought), f.start, f.stop, *_utf16(text, f)) for f in found)
    return Verdict(RISK[action], action, GIVEN_AWAY if found else "", tuple(dict.fromkeys(given)), evidence)


def recent(thread: Sequence[str]) -> list[str]:
    """Give the last messages of a thread, those that may matter."""
    return [*thread][-EARLIER:]


def weighed(found: Collection[Finding]) -> Action:
    """Choose the action for what was found: block what is a secret for certain, warn of what is likely one."""
    if not found:
        return Action.ALLOW
    return Action.BLOCK if any(f.certainty is Certainty.BLOCK for f in found) else Action.WARN


def _why(finding: Finding, asked: Collection[str]) -> str:
    return f"{finding.why}; it was asked for in this conversation" if finding.kind.asked in asked else finding.why


def _utf16(text: str, finding: Finding) -> tuple[int, int]:
    """Count the UTF-16 units before both ends."""
    start, stop = (len(text[:at].encode("utf-16-le", "surrogatepass")) // 2 for at in (finding.start, finding.stop))
    return start, stop
