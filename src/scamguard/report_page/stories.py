"""Campaigns and examples: messages shown with the words that prove it, each judged once more for its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scamguard.conversations import is_context, why
from scamguard.verdict import Action

from . import masking, words
from .campaigns import SHOWN
from .tables import place, when

if TYPE_CHECKING:
    from .campaigns import Campaign
    from .gather import Gathered

_CAMPAIGNS: Final = 8
_EACH: Final = 3  # examples of a kind
_REASONS: Final = 3


def lead(g: Gathered) -> str:
    """Say how many campaigns there are."""
    groups, grouped = g.campaigns.grouped
    return f"{words.some(groups, 'campaign')} of two or more near-duplicates, {words.some(grouped, 'message')} in all. The largest first."


def campaigns(g: Gathered) -> list[dict[str, Any]]:
    """Show the largest campaigns, by their riskiest message."""
    out = []
    for group in g.campaigns.best(_CAMPAIGNS):
        parts = [words.some(len(group.wordings), "wording")]
        parts += [_many(group.senders, "sender"), _many(group.channels, "channel")]
        span = sorted({when(group.first)[:10], when(group.last)[:10]} - {""})
        parts += [" to ".join(span)]
        kind = group.kinds.most_common(1)[0][0].replace("_", " ")
        out.append(
            {
                "title": f"{words.some(group.messages, 'message')}: {kind}",
                "meta": ", ".join(part for part in parts if part),
                "parts": masking.parts(group.row["text"], _evidence(g, group), 300),
                "action": group.row["action"],
                "risk": group.row["risk"],
            }
        )
    return out


def examples(g: Gathered) -> list[tuple[str, list[dict[str, Any]]]]:
    """Show the riskiest messages of each kind, the commonest kind first."""
    found = g.campaigns.examples(_EACH)
    order = [kind for kind, _ in g.kinds.most_common() if kind in found]
    return [(kind.replace("_", " "), [_example(g, group) for group in found[kind]]) for kind in order]


def _example(g: Gathered, group: Campaign) -> dict[str, Any]:
    row = group.row
    where = [masking.name(row["channel"] or ""), when(row["time"]), place(row)]
    asks = ", ".join(row["asks"]).replace("_", " ").replace("2fa", "2FA")
    rules = sorted(row["rules"], key=lambda rule: (not is_context(rule), rule.endswith(".topic")))[:_REASONS]
    return {
        "action": row["action"],
        "risk": row["risk"],
        "who": masking.name(row["sender"] or ""),
        "meta": " · ".join(part for part in [*where, f"asks for {asks}" if asks else ""] if part),
        "parts": masking.parts(row["text"], _evidence(g, group)),
        "reasons": [{"why": why(g.guard, rule), "rule": rule} for rule in rules]
        or [{"why": "No rule: its words weigh so much.", "rule": "model.words"}],
    }


def _evidence(g: Gathered, group: Campaign) -> tuple[Any, ...]:
    """Find the words that speak against a message; one that only its context makes suspect has none of its own."""
    verdict = g.guard.check(group.row["text"])
    return tuple(e for e in verdict.evidence if e.start < SHOWN) if verdict.action is not Action.ALLOW else ()


def _many(names: set[str], noun: str) -> str:
    return words.some(len(names), noun) if names else ""
