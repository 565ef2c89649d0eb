"""The reader's own secrets in a message that is about to be sent.

    >>> (finding,) = find("it's 482913", thread=["which code did you get?"])
    >>> finding.kind, finding.certainty, finding.start, finding.stop
    (<Secret.OTP: 'otp'>, <Certainty.BLOCK: 'block'>, 5, 11)

Each finder knows one family of secrets and yields findings; of those that overlap, the surest is kept. What is found is found
wherever it stands again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scamguard.errors import InputError

from .accounts import accounts
from .again import again, repeated
from .answers import answers
from .asked import CONCEPTS, asked
from .cards import cards
from .codes import codes
from .credentials import credentials
from .finding import Certainty, Finding, Secret, settle
from .keys import keys
from .ledgers import ledgers
from .links import links
from .monero import monero
from .more import more
from .native import native
from .passwords import passwords
from .phrases import phrases
from .plain import plain
from .services import services
from .settings import settings
from .spelled import spelled
from .wording import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EARLIER", "Certainty", "Finding", "Secret", "find", "repeated", "wanted"]

EARLIER: Final = 64  # messages before this one that are read: a phrase of 24 words comes one a message, with an "ok, next" between


def find(text: str, thread: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Find the secrets that ``text`` would give away.

    Parameters
    ----------
    text
        What is about to be sent.
    thread
        The messages before it, oldest first, of whoever wrote them: they say what was asked for (the last eight), and may hold
        the first words of a phrase (the last 64).

    Returns
    -------
    tuple[Finding, ...]
        In reading order, not overlapping; places are code points of ``text``.

    Raises
    ------
    InputError
        If ``text`` or an earlier message is no string. What it holds instead is not shown.
    """
    if not isinstance(text, str):
        raise InputError(f"secrets: text must be a str, not {type(text).__name__}")
    if isinstance(thread, str) or not all(isinstance(part, str) for part in thread):
        raise InputError("secrets: thread must be a sequence of str, one an earlier message, oldest first")
    message, earlier = plain(text), [plain(part) for part in [*thread][-EARLIER:]]
    sought = asked(earlier)
    found = settle(
        [
            *phrases(message, earlier),
            *spelled(message, sought),
            *monero(message, sought),
            *keys(message, earlier),
            *ledgers(message),
            *services(message),
            *credentials(message),
            *links(message),
            *cards(message, sought),
            *codes(message, earlier),
            *passwords(message, sought),
            *wording(message),
            *accounts(message),
            *native(message),
            *settings(message),
            *answers(message, sought),
        ]
    )
    if not found:
        return found
    found = settle([*found, *more(message, found)])
    return settle([*found, *again(message, found)])


def wanted(thread: Sequence[str]) -> frozenset[str]:
    """Name what the last messages ask for by its name, as a verdict's ``asks`` does.

    >>> wanted(["卡号多少？"])
    frozenset({'card'})
    """
    return frozenset(CONCEPTS[concept] for concept in asked(plain(part) for part in thread))
