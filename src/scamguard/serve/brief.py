"""Brief: a short message is judged where it arrives, on the event loop.

To read one takes some 20 µs. To hand it to a thread and fetch the answer takes more, and a thread that runs Python keeps the loop
waiting for the interpreter. What makes a message slow is its length and all that it points to: such a message goes to a thread.
The worst brief one that was found takes about 3 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from scamguard.contacts import points
from scamguard.explain import evidence
from scamguard.glance import glance
from scamguard.language import language
from scamguard.parts import Excerpt
from scamguard.verdict import Action, Verdict

if TYPE_CHECKING:
    from scamguard.guard import Guard

LONGEST: Final = 256  # code points
_MOST: Final = 12  # dots and at signs: every link, mailbox and handle has one, and is read with care


def brief(text: str) -> bool:
    """Say whether a message is surely read soon."""
    return len(text) <= LONGEST and text.count(".") + text.count("@") <= _MOST


def judged(guard: Guard, text: str) -> Verdict:
    """Judge a brief incoming message: the verdict of ``guard.check``."""
    return _allowed(guard, text) or guard.check(text)


def _calm(guard: Guard) -> float:
    """Give the risk below which a message is allowed in every language and surely asks for nothing."""
    policy = guard.policy
    other = policy.warn if policy.other is None else policy.other
    return min(float(guard.model.card["thresholds"]["asks"]), policy.warn, other, *policy.languages.values())


def _allowed(guard: Guard, text: str) -> Verdict | None:
    """Give the verdict on a message of such a risk that points nowhere, in one reading; almost all are of that kind."""
    if points(text):
        return None
    model = guard.model
    seen = glance(text.encode("utf-8", "surrogatepass"), model.speech)
    risk = float(guard.risks(np.array([seen.logit]), lambda _: text)[0][0])
    if risk >= _calm(guard):
        return None
    shown = evidence(model, seen, _unread, Excerpt(text, 0, 0), Action.ALLOW) if seen.rules else ()
    return Verdict(risk, Action.ALLOW, "", (), shown, language=language(text))


def _unread() -> NoReturn:
    raise AssertionError  # only a warning is explained by single words
