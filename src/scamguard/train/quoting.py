"""What messages say beside their quotations, taken apart for fitting: see ``scamguard.quoted``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scamguard.quoted import clearness, said

from .vocabulary import hits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .corpus import Message
    from .vocabulary import Vocabulary


class Beside(NamedTuple):
    """What is said beside ``q`` quotations that it speaks of."""

    texts: Sequence[str]
    of: NDArray[np.int64]  # (q,), the messages
    more: NDArray[np.float64]  # (q,), nats by which a message may be worse
    marked: Sequence[bool]  # (q,), whether a mark or colon says what is quoted


def beside(texts: Sequence[str], vocabulary: Vocabulary) -> Beside:
    """Find the messages that speak of what they quote."""
    apart = [(i, one) for i, (text, clear) in enumerate(zip(texts, _clear(texts, vocabulary), strict=True)) for one in said(text, clear)]
    speaking = _clear([one.text for _, one in apart], vocabulary)
    kept = [(i, one) for (i, one), clear in zip(apart, speaking, strict=True) if clear >= one.least]
    of, more = np.array([i for i, _ in kept], np.int64), np.array([one.more for _, one in kept], np.float64)
    return Beside([one.text for _, one in kept], of, more, [one.marked for _, one in kept])


def _clear(texts: Sequence[str], vocabulary: Vocabulary) -> list[int]:
    """Say how clearly each text speaks of a quotation, (n,)."""
    clear = clearness(vocabulary.concepts)
    return [max((int(clear[hits.concept[h]]) for h in mine), default=0) for _, hits, mine in hits_of(texts, vocabulary)]


def copies(messages: Sequence[Message], found: Beside) -> list[Message]:
    """Give what messages say beside a marked quotation as changed copies of them: what sells a quotation is a scam's, too."""
    marked: dict[int, str] = {}
    for i, text, sure in zip(found.of.tolist(), found.texts, found.marked, strict=True):
        if sure:
            marked.setdefault(i, text)
    return [replace(messages[i], id=messages[i].id + "+", text=text) for i, text in marked.items()]


def bounded(logits: NDArray[np.float64], found: Beside, theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound the logits (n,) of messages by those (q,) of what they say beside their quotations, with what the whole may be worse by."""
    out = logits.copy()
    np.minimum.at(out, found.of, theirs)
    return out
