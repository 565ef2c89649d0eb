"""Explain: the rules and words behind a verdict, as spans of the text the reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np

from . import engine, features, ngrams, quoted
from .identity import WHY
from .narrow import narrowed
from .parts import Excerpt
from .sender import NOBODY
from .verdict import Action, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from .engine import Room
    from .glance import Glance
    from .model import Model, Reading
    from .passages import Passages
    from .quoted import Told
    from .sender import Identity

_MOST_WORDS = 3  # shown where no rule fired
# Before and behind a link that is a part of something longer. Chinese and Japanese put no space between a link and their words.
_BEGUN: Final = re.compile(r"(?:[A-Za-z0-9_@/.=-]|[.@][\])])$")
_GOES_ON: Final = re.compile(r"[A-Za-z0-9_@/-]|[\[(]?[.@][\])]?[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature added to the logit of the worst passage.

    Attributes
    ----------
    part
        word, char, framed, concept, rule, shape, bias or windows: what the worst pays for the places at which small ones begin.
    name
        The words, the rule's id, the column of shape.
    nats
        What it added to the log-odds, below 0 where it spoke for the message.
    start
        The code point of the original text at which it begins; 0 where it has no place.
    stop
        The one behind it.
    """

    part: str
    name: str
    nats: float
    start: int
    stop: int


def evidence(model: Model, seen: Glance, part: Excerpt, action: Action, who: Identity = NOBODY) -> tuple[Evidence, ...]:
    """Name what the sender shows, then the fired rules that speak for ``action``, strongest first, or else the words that weigh most.

    What is found of a sender stands nowhere in the text: its span is empty.
    """
    known = who.rules or (("sender.official",) if who.official and action is not Action.ALLOW else ())
    said = _said(model, seen, part, action)
    if not said and action is not Action.ALLOW:
        said = _words(model, seen.room, part)
    return (*(Evidence(rule, who.why(rule), 0, 0, 0, 0) for rule in known), *said)


def of_links(text: str, shown: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Point out the links that speak for a warning, each where it stands in the message."""
    out, whole = [], Excerpt(text, 0, 0)
    for name, link in shown.items():
        found = _stands(link, text)
        out.append(Evidence(name, WHY[name], *_placed(whole, *(found.span() if found else (0, 0)))))
    return tuple(out)


def of_quotation(text: str, told: Told | None, action: Action) -> tuple[Evidence, ...]:
    """Point out what an allowed message only quotes."""
    if told is None or action is not Action.ALLOW:
        return ()
    return (Evidence(quoted.RULE, quoted.WHY, *_placed(Excerpt(text, 0, 0), *_trimmed(text, told.start, told.stop))),)


def _stands(link: str, text: str) -> re.Match[str] | None:
    """Find a link where it stands for itself, and only else as a part of a longer one, of a mailbox or of a word."""
    found = [*_written(link).finditer(text)]
    whole = (at for at in found if not _GOES_ON.match(text, at.end()) and not _BEGUN.search(text[max(at.start() - 2, 0) : at.start()]))
    return next(whole, found[0] if found else None)


def _written(link: str) -> re.Pattern[str]:
    """Give the ways to write a link that is read without its brackets and as HTML means it: ``a[.]example``, ``/?a&amp;b``."""
    ways = {r"\.": r"(?:\.|\[\.\]|\(\.\))", "@": r"(?:@|\[@\])", r"\&": "&(?:amp;)?"}
    return re.compile(reduce(lambda shape, sign: shape.replace(sign, ways[sign]), ways, re.escape(link)))


def _said(model: Model, seen: Glance, part: Excerpt, action: Action) -> tuple[Evidence, ...]:
    """Name the rules that fired."""
    found: dict[str, Evidence] = {}
    raw = part.text.encode("utf-8", "surrogatepass")
    plain = part.text.isascii()  # a byte is a character
    for f in _speaking(model, seen.rules, action):
        row = model.card["rules"][seen.rules[f]]
        if row["id"] not in found:
            span = narrowed(seen, f, model.reader.speech.rules, len(raw))
            start, stop = span if plain else (len(raw[:byte].decode("utf-8", "surrogatepass")) for byte in span)
            found[row["id"]] = Evidence(row["id"], row["why"], *_placed(part, *_trimmed(part.text, start, stop)))
    return tuple(found.values())


def _words(model: Model, room: Room, part: Excerpt) -> tuple[Evidence, ...]:
    """Name the words that weigh most in the worst passage of the message that has just been read in ``room``."""
    _, p = engine.worst(room.logits, room.rule_ids, room.rule_starts, model.weights.floor, 0, room.passages[1])
    where = room.head[p : p + 1], room.tail[p : p + 1]
    words = ngrams.words_of(room.key, room.begin, room.after, room.sort, *where, model.settings.word_bits, room.seen)
    at, nats = _shares(words, model.weights.words, model.settings.word_smooth)
    heavy = at[np.argsort(-nats, kind="stable")[: min(_MOST_WORDS, int((nats > 0).sum()))]].tolist()
    places = _Places(room.origin[: room.folded[1]], part)
    spans = [places.points(int(words.first[i]), int(words.first[i] + words.size[i])) for i in heavy]
    return tuple(Evidence("model.words", "The trained model weighs these words most.", *_placed(part, *span)) for span in spans)


def _worst(reading: Reading) -> Passages:
    return reading.passages.rows(reading.worst[:1])


def rules(model: Model, reading: Reading, flagged: NDArray[np.bool_]) -> list[list[str]]:
    """List, for each message (n,) that is flagged, the ids of the fired rules that speak for a warning, strongest first."""
    out: list[dict[str, None]] = [{} for _ in flagged]
    fired, row = reading.fired.rule, np.repeat(np.arange(len(flagged)), np.diff(reading.fired.starts))
    weights = model.speaking[fired]
    said = np.flatnonzero(flagged[row] & (weights > 0))
    said = said[np.lexsort((-weights[said], row[said]))]
    for i, rule in zip(row[said].tolist(), fired[said].tolist(), strict=True):
        out[i][model.card["rules"][rule]["id"]] = None
    return [[*ids] for ids in out]


def _speaking(model: Model, fired: Sequence[int], action: Action) -> list[int]:
    """Index the firings whose rule's weight has the sign of the verdict, strongest first.

    The rules of a pack have no weight; where they fire they speak for a warning, before all others.
    """
    sign = -1 if action is Action.ALLOW else 1
    weights = [sign * model.speaking[rule] for rule in fired]
    return sorted((f for f, weight in enumerate(weights) if weight > 0), key=lambda f: (-weights[f], f))


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """Take white space from the end of a span, which keeps a character if it had one."""
    end = last
    while end > first + 1 and text[end - 1].isspace():
        end -= 1
    return first, max(end, first + 1)


def _placed(part: Excerpt, first: int, last: int) -> tuple[int, int, int, int]:
    """Move a span of the part to where it stands in the message; add the same in UTF-16 units."""
    if part.text.isascii():
        return part.at + first, part.at + last, part.units + first, part.units + last
    start, stop = (len(part.text[:at].encode("utf-16-le", "surrogatepass")) // 2 for at in (first, last))
    return part.at + first, part.at + last, part.units + start, part.units + stop


def contributions(model: Model, reading: Reading, part: Excerpt, top: int) -> tuple[Contribution, ...]:
    """Take the logit of message 0's worst passage apart, largest share first."""
    s, w, p = model.settings, model.weights, int(reading.worst[0])
    where = _worst(reading)
    places = _Places(reading.folded.origin, part)
    words = ngrams.word_grams(reading.tokens, where, s.word_bits, placed=True)
    chars = ngrams.char_grams(reading.folded, where, s.char_bits, (s.char_low, s.char_high), s.char_times, placed=True)
    shape = features.shape(reading.folded, reading.tokens, where)[0]
    many = int(reading.passages.among[p])
    parts = [
        Contribution("bias", "bias", float(model.card["bias"]), 0, 0),
        *([Contribution("windows", f"worst of windows at {many} places", float(-s.crowd * np.log(many)), 0, 0)] if many > 1 else []),
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

    def __init__(self, origin: NDArray[np.int32], part: Excerpt) -> None:
        raw = np.frombuffer(part.text.encode("utf-8", "surrogatepass"), np.uint8)
        self._part, self._text, self._origin = part, part.text, origin
        lead = (raw & 0xC0) != 0x80
        self._points = np.concatenate([[0], np.cumsum(lead)])  # code points before each byte

    def points(self, start: int, stop: int) -> tuple[int, int]:
        """Map folded positions to code points of the part, without space at the end."""
        first = int(self._points[self._origin[start]])
        last = int(self._points[self._origin[stop]]) if stop < len(self._origin) else len(self._text)
        return _trimmed(self._text, first, last) if stop > start else (first, last)

    def grams(self, part: str, grams: ngrams.Grams, weights: NDArray[np.float32], smooth: float) -> Iterable[Contribution]:
        """Give each n-gram its share, if it has any."""
        at, nats = _shares(grams, weights, smooth)
        for i, share in zip(at.tolist(), nats.tolist(), strict=True):
            if share:
                first, last = self.points(int(grams.first[i]), int(grams.first[i] + grams.size[i]))
                yield Contribution(part, self._text[first:last], share, self._part.at + first, self._part.at + last)


def _shares(grams: ngrams.Grams, weights: NDArray[np.float32], smooth: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the place of each n-gram among ``grams``, in reading order, and how many nats it adds, however often it occurs."""
    _, at, counts = np.unique(grams.ids, return_index=True, return_counts=True)
    order = np.argsort(at)
    at = at[order]
    return at, counts[order] * weights[grams.ids[at]].astype(np.float64) * (1 / np.sqrt(len(grams.ids) + smooth))
