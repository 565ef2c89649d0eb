"""Naming: what names a password, code, key or recovery phrase outright, for the sieve to look closer at.

A polite request for one ("can you send me your seed phrase please") is nearly all words of ordinary talk, and by these alone it would be
passed over. The names are those that the lexicons find in messages that ask for a secret, as they stand there, endings included.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from scamguard.kinds import IDEO, KIND
from scamguard.sieve import TABLES
from scamguard.terms import SECRETS

from .sieving import shingled
from .vocabulary import hits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from .corpus import Message
    from .vocabulary import Vocabulary

_ASKED: Final = frozenset(("password", "2fa_code", "private_key", "seed_phrase"))  # as messages are labelled
_LEAST: Final = 8  # messages that use a name
_MOST: Final = 0.01  # of the ballast may have it: "the code" names less than it seems


def named(messages: Sequence[Message], vocabulary: Vocabulary, ballast: sparse.csr_matrix) -> NDArray[np.uint8]:
    """Mark the grams that name a secret, ``Sieve.named``.

    Parameters
    ----------
    ballast
        (b, TABLES * 2**bits), the grams of ordinary texts.
    """
    size = ballast.shape[1] // TABLES
    uses: Counter[int] = Counter()
    for (name, spaced), many in _names([m.text for m in messages if _ASKED & {*m.asks}], vocabulary).items():
        for place in _places(name, spaced, size)[-1:]:
            uses[place] += many
    usual = np.bincount(ballast.indices, minlength=ballast.shape[1])
    out = np.zeros(size, np.uint8)
    for place, many in uses.items():
        if many >= _LEAST and usual[place] <= _MOST * ballast.shape[0]:
            out[place % size] |= 1 << place // size
    return out


def _names(texts: Sequence[str], vocabulary: Vocabulary) -> Counter[tuple[str, bool]]:
    """Count the names of secrets in ``texts``, each once a message; with each, whether it ends in a script that parts words."""
    wanted = [i for i, name in enumerate(vocabulary.concepts) if name in SECRETS]
    found: Counter[tuple[str, bool]] = Counter()
    for folded, hits, mine in hits_of(texts, vocabulary):
        spans = [(hits.start[h], hits.stop[h]) for h in mine if hits.concept[h] in wanted]
        found.update({("".join(map(chr, folded.codes[a:b].tolist())), bool(folded.kinds[b - 1] & KIND != IDEO)) for a, b in spans})
    return found


def _places(name: str, spaced: bool, size: int) -> list[int]:  # noqa: FBT001 - a column of ``_names``
    """Place a name in the tables laid end to end: last the pair of its last words or its only word, else the run of its last characters."""
    if not spaced and len(name) == 1:
        return []
    ids, _ = shingled([name], size.bit_length() - 1)
    table = TABLES - 1 if spaced else 2 if len(name) > 2 else 1  # two characters are a run of six bytes, three fill one of eight
    return [place for place in ids.tolist() if place // size == table]
