"""Why a message is flagged: the words of the model's rules, and of what only a conversation can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scamguard.giveaways import REASONS
from scamguard.identity import WHY as LINKS
from scamguard.sender import WHY

if TYPE_CHECKING:
    from scamguard.guard import Guard

CONTEXT: Final = "context.same-sender"  # the rule of a message that only its context makes suspect
_CONTEXT: Final = "With what the same sender said before in this chat it reads as a scam; alone it would pass."
_WORDS: Final = "No rule: its words weigh so much."


def why(guard: Guard, rule: str) -> str:
    """Say what a rule means: one of the model's, of a conversation, or of a secret given away."""
    if rule == CONTEXT:
        return _CONTEXT
    if rule in REASONS:
        return REASONS[rule]
    if rule in WHY:
        return WHY[rule].format(brand="a brand")
    if rule in LINKS:
        return LINKS[rule]
    return next((known["why"] for known in guard.model.card["rules"] if known["id"] == rule), _WORDS)


def is_context(rule: str) -> bool:
    """Say whether a rule speaks of a conversation and not of the message's own words."""
    return rule == CONTEXT or rule in REASONS
