"""Chat: scamguard inside a platform. One small adapter a platform, each a translation of its framework's objects.

What happens to a message is decided in one place: ``Rules`` is what an operator chooses, a ``Moderator`` judges by them.
An adapter only says what the text is, who sent it and in which language to answer, and does what the ``Decision`` says.
"""

from __future__ import annotations

from .moderator import Moderator
from .policy import Decision, Response, Rules

__all__ = ["Decision", "Moderator", "Response", "Rules"]
