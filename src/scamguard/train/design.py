"""Design: texts as sparse rows, one block of columns for each part of the model.

The blocks come from the very functions that score, so training and scoring cannot drift apart. Each block is
scaled (n-grams by inverse document frequency and by how far they tell the classes apart, rules and shape by a constant): in a
penalised linear model the scale of a column says how much it is trusted before any data is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from scamguard import features, ngrams
from scamguard.columns import pack
from scamguard.fold import fold
from scamguard.match import match
from scamguard.passages import passages, stand_out
from scamguard.rules import Rules, fire
from scamguard.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scamguard.automaton import Terms
    from scamguard.model import Settings


_BASE: Final = 0.6  # what a column that tells nothing is scaled by, beside idf
_PARTS = ("words", "chars", "framed", "concepts", "rules", "shape")


@dataclass(frozen=True, slots=True)
class Trust:
    """How far each block is trusted before any data is seen."""

    words: float = 1.0
    chars: float = 1.5
    framed: float = 0.5
    concepts: float = 0.6
    rules: float = 0.4
    shape: float = 0.3


@dataclass(frozen=True, slots=True)
class Blocks:
    """``p`` passages of ``n`` messages."""

    words: sparse.csr_matrix  # (p, 2**word_bits)
    chars: sparse.csr_matrix  # (p, 2**char_bits)
    framed: sparse.csr_matrix  # (p, 2**framed_bits)
    concepts: sparse.csr_matrix  # (p, 2**concept_bits)
    rules: sparse.csr_matrix  # (p, r)
    shape: sparse.csr_matrix  # (p, s)
    among: NDArray[np.int32]  # (p,), see ``passages.Passages``
    starts: NDArray[np.int64]  # (n + 1,), the passages of message i: starts[i]:starts[i + 1]

    def rows(self, which: NDArray[np.int64]) -> Blocks:
        """Take some passages, each as a message of its own."""
        return Blocks(**{name: getattr(self, name)[which] for name in _PARTS}, among=self.among[which], starts=np.arange(len(which) + 1))

    def firsts(self) -> Blocks:
        """Take the first passage of each message: what training sees of it."""
        return self.rows(self.starts[:-1])


def blocks(texts: Sequence[str], terms: Terms, rules: Rules, asking: NDArray[np.bool_], s: Settings) -> Blocks:
    """Run the scoring stages on ``texts`` and keep every feature; ``asking`` (r,) are the rules that say that a secret is asked for."""
    parts: list[Blocks] = []
    for piece in [piece for _, piece in pack(texts).chunks()] or [pack(())]:
        folded = fold(piece)
        cut = tokens(folded)
        hits = match(folded, cut, terms)
        where = passages(folded, cut)
        within = features.rules_within(hits, fire(hits, rules), where)
        stand_out(where.start, where.stop, where.starts, within.ids, within.starts, asking & s.apart, where.among)
        parts.append(
            Blocks(
                _csr(ngrams.word_grams(cut, where, s.word_bits), s.word_bits, s.word_smooth),
                _csr(ngrams.char_grams(folded, where, s.char_bits, (s.char_low, s.char_high), s.char_times), s.char_bits, s.char_smooth),
                _csr(ngrams.framed_words(cut, hits, where, rules.frame, s.framed_bits), s.framed_bits, s.framed_smooth),
                _csr(ngrams.concept_grams(hits, where, s.concept_bits), s.concept_bits, s.concept_smooth),
                _listed(within, len(rules.needs)),
                sparse.csr_matrix(features.shape(folded, cut, where)),
                where.among,
                where.starts,
            )
        )
    return _stacked(parts)


def _stacked(parts: list[Blocks]) -> Blocks:
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    starts = np.concatenate([[0], np.cumsum(counts)])
    among = np.concatenate([part.among for part in parts])
    return Blocks(**{name: sparse.vstack([getattr(p, name) for p in parts]).tocsr() for name in _PARTS}, among=among, starts=starts)


def _csr(grams: ngrams.Grams, bits: int, smooth: float) -> sparse.csr_matrix:
    many = np.diff(grams.starts)
    values = np.repeat(1 / np.sqrt(many + smooth), many).astype(np.float32)
    counted = sparse.csr_matrix((values, grams.ids.astype(np.int32), grams.starts), shape=(len(many), 1 << bits))
    counted.sum_duplicates()
    return counted


def _listed(grams: ngrams.Grams, r: int) -> sparse.csr_matrix:
    ones = np.ones(len(grams.ids), np.float32)
    return sparse.csr_matrix((ones, grams.ids.astype(np.int32), grams.starts), shape=(len(grams.starts) - 1, r))


@dataclass(frozen=True, slots=True)
class Scales:
    """What each column is multiplied by before fitting; weights are multiplied by it after."""

    words: NDArray[np.float32]
    chars: NDArray[np.float32]
    framed: NDArray[np.float32]
    concepts: NDArray[np.float32]
    rules: NDArray[np.float32]
    shape: NDArray[np.float32]

    def apply(self, b: Blocks) -> sparse.csr_matrix:
        """Lay the scaled blocks side by side, (p, d)."""
        return sparse.hstack([times(getattr(b, name), getattr(self, name)) for name in self.__slots__]).tocsr()

    def split(self, coefficients: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
        """Cut fitted coefficients (d,) into blocks, in the scale of the unscaled columns."""
        out, at = {}, 0
        for name in self.__slots__:
            scale = getattr(self, name)
            out[name] = (coefficients[at : at + len(scale)] * scale).astype(np.float32)
            at += len(scale)
        return out


def times(block: sparse.csr_matrix, scale: NDArray[np.float32]) -> sparse.csr_matrix:
    """Multiply each column by its scale; a product with a diagonal matrix would walk all columns."""
    return sparse.csr_matrix((block.data * scale[block.indices], block.indices, block.indptr), shape=block.shape)


def scales(b: Blocks, trust: Trust, scam: NDArray[np.bool_] | None = None) -> Scales:
    """Choose the scales from the training rows.

    Parameters
    ----------
    b
        (p,) rows.
    trust
        How far each block is trusted.
    scam
        (p,), which rows are of the class to be found. If given, n-grams and concepts are also scaled by how far they tell the
        classes apart, the ratio of their log counts (Wang and Manning 2012, "Baselines and Bigrams"), so that the penalty falls
        on what tells nothing. A block keeps its mean square.
    """

    def scaled(block: sparse.csr_matrix, trusted: float) -> NDArray[np.float32]:
        return telling(block, scam) * np.float32(trusted)

    return Scales(
        scaled(b.words, trust.words),
        scaled(b.chars, trust.chars),
        scaled(b.framed, trust.framed),
        scaled(b.concepts, trust.concepts),
        np.full(b.rules.shape[1], trust.rules, np.float32),
        np.full(b.shape.shape[1], trust.shape, np.float32),
    )


def telling(block: sparse.csr_matrix, scam: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """Scale the columns of a block by inverse document frequency and, given the classes (p,), by how far each tells them apart."""
    seen = np.bincount(block.indices, minlength=block.shape[1])
    idf = _idf(seen, block.shape[0])
    return idf if scam is None else _even(idf, idf * (_BASE + _told(block, scam)), seen)


def _idf(seen: NDArray[np.int64], rows: int) -> NDArray[np.float32]:
    return np.where(seen > 0, np.log((1 + rows) / (1 + seen)) + 1, 0).astype(np.float32)


def _told(block: sparse.csr_matrix, scam: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Compare how often each column is seen in the two classes: absolute logarithm of the ratio, with one seen more in each."""
    of = np.repeat(scam, np.diff(block.indptr))
    yes, no = (np.bincount(block.indices[which], minlength=block.shape[1]) for which in (of, ~of))
    ratio = np.log((1 + yes) / (1 + scam.sum())) - np.log((1 + no) / (1 + (~scam).sum()))
    told: NDArray[np.float32] = np.abs(ratio).astype(np.float32)
    return told


def _even(before: NDArray[np.float32], after: NDArray[np.float32], seen: NDArray[np.int64]) -> NDArray[np.float32]:
    """Bring the mean square of ``after`` over what was seen back to that of ``before``."""
    old, new = (float((scale.astype(np.float64) ** 2 * seen).sum()) for scale in (before, after))
    return after * np.float32(np.sqrt(old / new)) if new else after
