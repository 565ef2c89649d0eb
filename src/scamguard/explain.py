"""Explain: the rules and words behind a verdict, as spans of the text the reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import features, ngrams
from .sender import NOBODY
from .verdict import Action, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from .model import Model, Reading
    from .parts import Excerpt
    from .sender import Identity

_MOST_WORDS = 3  # shown where no rule fired


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature added to the logit of the worst passage."""

    part: str  # word, char, framed, concept, rule, shape or bias
    name: str  # the words, the rule id, the column
    nats: float
    start: int  # code points of the original text; 0 where the feature has no place
    stop: int


def evidence(model: Model, reading: Reading, part: Excerpt, action: Action, who: Identity = NOBODY) -> tuple[Evidence, ...]:
    """Name what the sender shows, then the fired rules that speak for ``action``, strongest first, or else the words that weigh most.

    What is found of a sender stands nowhere in the text: its span is empty.
    """
    known = who.rules or (("sender.official",) if who.official and action is not Action.ALLOW else ())
    return (*(Evidence(rule, who.why(rule), 0, 0, 0, 0) for rule in known), *_said(model, reading, part, action))


def _said(model: Model, reading: Reading, part: Excerpt, action: Action) -> tuple[Evidence, ...]:
    """Name what the words show."""
    places = _Places(reading, part)
    found: dict[str, Evidence] = {}
    for f in _speaking(model, reading, 0, action):
        row = model.card["rules"][reading.fired.rule[f]]
        start, stop = (
            reading.hits.start[reading.fired.first[f]],
            reading.hits.stop[reading.fired.first[f] : reading.fired.last[f] + 1].max(),
        )
        found.setdefault(row["id"], Evidence(row["id"], row["why"], *places.span(int(start), int(stop))))
    if not found and action is not Action.ALLOW:
        words = [c for c in contributions(model, reading, part, 200) if c.part == "word" and c.nats > 0][:_MOST_WORDS]
        return tuple(
            Evidence("model.words", "The trained model weighs these words most.", *places.with_utf16(w.start - part.at, w.stop - part.at))
            for w in words
        )
    return tuple(found.values())


def rules(model: Model, reading: Reading, actions: Sequence[Action]) -> list[list[str]]:
    """List, for each message that is not allowed, the ids of the fired rules that speak for its action."""
    names = model.card["rules"]
    out = []
    for n, action in enumerate(actions):
        speaking = _speaking(model, reading, n, action) if action is not Action.ALLOW else []
        ids = [names[reading.fired.rule[f]]["id"] for f in speaking]
        out.append(list(dict.fromkeys(ids)))
    return out


def _speaking(model: Model, reading: Reading, n: int, action: Action) -> list[int]:
    """Index the firings on message ``n`` whose weight has the sign of the verdict, strongest first.

    The rules of a pack have no weight; where they fire they speak for a warning, before all others.
    """
    fired, weights = reading.fired, model.speaking
    rows = range(int(fired.starts[n]), int(fired.starts[n + 1]))
    sign = -1 if action is Action.ALLOW else 1
    return sorted((f for f in rows if sign * weights[fired.rule[f]] > 0), key=lambda f: (-sign * float(weights[fired.rule[f]]), f))


def contributions(model: Model, reading: Reading, part: Excerpt, top: int) -> tuple[Contribution, ...]:
    """Take the logit of message 0's worst passage apart, largest share first."""
    s, w, p = model.settings, model.weights, int(reading.worst[0])
    where = reading.passages.rows(np.array([p]))
    places = _Places(reading, part)
    words = ngrams.word_grams(reading.tokens, where, s.word_bits, placed=True)
    chars = ngrams.char_grams(reading.folded, where, s.char_bits, (s.char_low, s.char_high), placed=True)
    shape = features.shape(reading.folded, reading.tokens, where)[0]
    parts = [
        Contribution("bias", "bias", float(model.card["bias"]), 0, 0),
        *places.grams("word", words, w.words, s.word_smooth),
        *places.grams("char", chars, w.chars, s.char_smooth),
        *(Contribution("rule", model.card["rules"][r]["id"], float(w.rules[r]), 0, 0) for r in reading.rules.of(p).tolist()),
        *(Contribution("shape", name, float(x * v), 0, 0) for name, x, v in zip(features.SHAPE, shape, w.shape, strict=True) if x),
        _share("concept", "concept n-grams", reading.concepts, p, w.concepts, s.concept_smooth),
        _share("framed", "framed words", reading.framed, p, w.framed, s.framed_smooth),
    ]
    return tuple(sorted(parts, key=lambda c: -abs(c.nats))[:top])


def _share(part: str, name: str, grams: ngrams.Grams, p: int, weights: NDArray[np.float32], smooth: float) -> Contribution:  # noqa: PLR0913, PLR0917
    """Add up a block of features that have no single place in the text."""
    ids = grams.of(p)
    total = float(weights[ids].astype(np.float64).sum() / np.sqrt(len(ids) + smooth))
    return Contribution(part, f"{len(ids)} {name}", total, 0, 0)


class _Places:
    """Positions in the folded text, mapped back to the text as written."""

    def __init__(self, reading: Reading, part: Excerpt) -> None:
        raw = np.frombuffer(part.text.encode("utf-8", "surrogatepass"), np.uint8)
        self._part, self._text, self._origin = part, part.text, reading.folded.origin
        lead = (raw & 0xC0) != 0x80
        self._points = np.concatenate([[0], np.cumsum(lead)])  # code points before each byte
        self._units = np.concatenate([[0], np.cumsum(lead.astype(np.int64) + (raw >= 0xF0))])
        self._units_at = np.array([*self._units[:-1][lead], self._units[-1]]) if len(raw) else self._units

    def points(self, start: int, stop: int) -> tuple[int, int]:
        """Map folded positions to code points of the part, without space at the end."""
        first = int(self._points[self._origin[start]])
        last = int(self._points[self._origin[stop]]) if stop < len(self._origin) else len(self._text)
        while last > first + 1 and self._text[last - 1].isspace():
            last -= 1
        return first, max(last, first + 1) if stop > start else last

    def with_utf16(self, first: int, last: int) -> tuple[int, int, int, int]:
        """Move a span of the part to where it stands in the message; add the same in UTF-16 units."""
        at, units = self._part.at, self._part.units
        return at + first, at + last, units + int(self._units_at[first]), units + int(self._units_at[last])

    def span(self, start: int, stop: int) -> tuple[int, int, int, int]:
        """Map folded positions to code points and UTF-16 units of the message."""
        return self.with_utf16(*self.points(start, stop))

    def grams(self, part: str, grams: ngrams.Grams, weights: NDArray[np.float32], smooth: float) -> Iterable[Contribution]:
        """Give each n-gram its share."""
        scale = 1 / np.sqrt(len(grams.ids) + smooth)
        _, where, counts = np.unique(grams.ids, return_index=True, return_counts=True)
        for i, count in sorted(zip(where.tolist(), counts.tolist(), strict=True)):
            if weight := float(weights[grams.ids[i]]):
                at, size = int(grams.first[i]), int(grams.size[i])
                first, last = self.points(at, at + size)
                yield Contribution(part, self._text[first:last], count * weight * scale, self._part.at + first, self._part.at + last)
