"""Vocabulary: the compiled words and rules that a model is trained with, from a lexicon or from a model that carries them.

Compiling the bundled lexicons takes seconds, reading them from the bundled model a fraction of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scamguard.columns import pack
from scamguard.fold import fold
from scamguard.match import match
from scamguard.rules import Rules, asking, compile_rules
from scamguard.terms import compile_terms
from scamguard.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scamguard.automaton import Terms
    from scamguard.fold import Folded
    from scamguard.lexicon import Lexicon
    from scamguard.match import Hits
    from scamguard.model import Model

_LISTED = ("id", "why", "asks", "kind")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is matched, and what the card says of it."""

    terms: Terms
    rules: Rules
    concepts: tuple[str, ...]
    listed: tuple[dict[str, Any], ...]  # a rule's id, why, asks and kind, in the order of ``rules``

    @property
    def asking(self) -> NDArray[np.bool_]:
        """Which rules say that a secret is asked for, (r,)."""
        return asking(self.listed)


def hits_of(texts: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[Folded, Hits, range]]:
    """Match texts: for each, the folded piece it stands in, the hits of that piece, and which of them are its own."""
    for _, piece in pack(texts).chunks():
        folded = fold(piece)
        hits = match(folded, tokens(folded), vocabulary.terms)
        for first, last in pairwise(hits.starts.tolist()):
            yield folded, hits, range(first, last)


def compiled(lexicon: Lexicon) -> Vocabulary:
    """Compile a lexicon.

    Raises
    ------
    LexiconError
        A term or a rule cannot be compiled.
    """
    listed = tuple({name: getattr(rule, name) for name in _LISTED} for rule in lexicon.rules)
    return Vocabulary(compile_terms(lexicon), compile_rules(lexicon), tuple(lexicon.concepts), listed)


def carried(model: Model) -> Vocabulary:
    """Take the vocabulary that a model was trained with."""
    listed = tuple({name: row[name] for name in _LISTED} for row in model.card["rules"])
    return Vocabulary(model.terms, model.rules, tuple(model.card["concepts"]), listed)
