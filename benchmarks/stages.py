"""Stages: the public function of each stage, ready to be timed alone on one chunk of messages, and what its answer must be.

When one grows slower, its name says which room to look into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scamguard import columns, features, ngrams, sieve
from scamguard.fold import fold
from scamguard.match import match
from scamguard.passages import passages
from scamguard.rules import fire
from scamguard.tokens import tokens

from . import corpus

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.guard import Guard

MANY = 2048


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: run it, and see whether what it gave is right."""

    run: Callable[[], Any]
    right: Callable[[Any], bool]


def stages(guard: Guard) -> dict[str, Stage]:
    """Prepare every stage on what the stages before it say of the same chunk."""
    texts = [row.text for row in corpus.messages(MANY)]
    model, settings = guard.model, guard.model.settings
    batch = columns.pack(texts)
    folded = fold(batch)
    cut = tokens(folded)
    hits = match(folded, cut, model.terms)
    fired = fire(hits, model.rules)
    where = passages(folded, cut)
    looks = sieve.sifted(batch, model.sieve)
    alone = np.array([model.logits(columns.pack([text]))[0] for text in texts])
    runs = settings.char_bits, (settings.char_low, settings.char_high), settings.char_times
    spans = int(np.diff(where.starts).min()) >= 1
    return {
        "pack": Stage(lambda: columns.pack(texts), lambda out: bytes(out.data) == "".join(texts).encode()),
        "sieve": Stage(lambda: sieve.sifted(batch, model.sieve), lambda out: np.array_equal(out[0], looks[0]) and not out[1].all()),
        "fold": Stage(lambda: fold(batch), lambda out: len(out) == MANY and np.array_equal(out.codes, folded.codes)),
        "tokens": Stage(lambda: tokens(folded), lambda out: np.array_equal(out.key, cut.key) and len(out.key) > MANY),
        "match": Stage(
            lambda: match(folded, cut, model.terms), lambda out: np.array_equal(out.start, hits.start) and len(out.start) > MANY
        ),
        "rules": Stage(lambda: fire(hits, model.rules), lambda out: np.array_equal(out.rule, fired.rule) and len(out.rule) > 0),
        "passages": Stage(lambda: passages(folded, cut), lambda out: spans and np.array_equal(out.start, where.start)),
        "word grams": Stage(lambda: ngrams.word_grams(cut, where, settings.word_bits), _below(settings.word_bits)),
        "character grams": Stage(lambda: ngrams.char_grams(folded, where, *runs), _below(settings.char_bits)),
        "framed words": Stage(
            lambda: ngrams.framed_words(cut, hits, where, model.rules.frame, settings.framed_bits), _below(settings.framed_bits)
        ),
        "concept grams": Stage(lambda: ngrams.concept_grams(hits, where, settings.concept_bits), _below(settings.concept_bits)),
        "rules within": Stage(lambda: features.rules_within(hits, fired, where), lambda out: out.starts[-1] >= len(fired.rule) * 0.5),
        "shape": Stage(lambda: features.shape(folded, cut, where), lambda out: np.isfinite(out).all() and len(out) == len(where.start)),
        "all in one": Stage(lambda: model.logits(batch), lambda out: np.array_equal(out, alone)),
    }


def _below(bits: int) -> Callable[[Any], bool]:
    """Check n-grams: there are many, and each is a row of its table."""
    return lambda out: len(out.ids) > MANY // 4 and int(out.ids.max()) < 1 << bits


def read_to_the_end(guard: Guard, text: str, ending: str) -> bool:
    """See whether matching still finds something within ``ending``, the last words of ``text``."""
    folded = fold(columns.pack([text]))
    hits = match(folded, tokens(folded), guard.model.terms)
    size, tail = len(text.encode()), len(ending.encode())
    return len(hits.start) > 0 and int(folded.origin[hits.start[-1]]) >= size - tail
