"""Golden cases: unmistakable messages in fourteen languages, scams and honest ones, that no change of the model may lose.

They are written for this purpose and never trained on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import scamguard

from . import corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scamguard.guard import Guard

    from .corpus import Message

FOLDER = Path(scamguard.__file__).parent / "golden"


def cases(folder: Path = FOLDER) -> list[Message]:
    """Read the golden cases of ``folder``.

    Raises
    ------
    DumpError
        It holds none, or a line is not a labelled message.
    """
    return corpus.read(folder)


def wrong(guard: Guard, messages: Sequence[Message]) -> list[Message]:
    """Find the scams that ``guard`` allows and the honest messages that it flags."""
    flagged = guard.decide([message.text for message in messages])[1] > 0
    return [message for message, flag in zip(messages, flagged.tolist(), strict=True) if flag != message.scam]


def lost(old: Guard, new: Guard, messages: Sequence[Message]) -> list[Message]:
    """Find the messages that ``old`` judges rightly and ``new`` does not."""
    before = {message.id for message in wrong(old, messages)}
    return [message for message in wrong(new, messages) if message.id not in before]
