"""Conversations: each message judged with what its sender said before in the same chat, and chats ranked by risk.

    talks = Conversations(guard)
    table = talks.add(table)     # each block of verdicts in reading order; risks can only rise
    talks.ranking()              # one row a conversation, the riskiest first

What counts as context, and how much it weighs, is one rule: see ``combine``.
"""

from __future__ import annotations

from .follow import Conversations
from .ranking import SCHEMA
from .reasons import CONTEXT, is_context, why

__all__ = ["CONTEXT", "SCHEMA", "Conversations", "is_context", "why"]
