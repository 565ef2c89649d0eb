"""Model: arrays and a card. Reading a folder runs no code from it, and checks every digest first.

A model carries the compiled lexicon and rules it was trained with, so that a folder gives the same verdicts
wherever it is loaded. The logit of a passage is

    bias + Σ over words, chars, framed words, concepts: sum(weights) / sqrt(how many + smoothing)
         + sum(fired rules) + shape · weights,

a message has the logit of its worst passage, and a decisive rule lifts it to that rule's floor. Messages that the sieve passes over are
not read: they have its logit (see ``sieve``).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from . import engine, features, merge, ngrams, quoted, reader, sieve, soundness
from .arena import gathered
from .automaton import Terms
from .errors import ModelError
from .fold import Folded, fold
from .fold import tables as fold_tables
from .match import Hits, match
from .parts import parts
from .passages import Passages, passages, stand_out
from .rules import Fired, Rules, asking, fire
from .seen import EVERY
from .sieve import Sieve
from .steps import narrowed
from .tokens import Tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .columns import TextBatch
    from .parts import Parts

FORMAT: Final = 2  # raised when an old reader would misread a new folder
WEIGHTS, CARD, PAGE = "model.safetensors", "card.json", "README.md"
_TITLE: Final = b"# scamguard"  # of a page as training writes it


_ADVISING: Final = frozenset(("act.advisory", "act.advisory.warning", "act.never-ask", "act.support.keep-secret", "act.reported"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The feature space a model was trained in; part of its card."""

    word_bits: int = 20
    char_bits: int = 20
    char_low: int = 2
    char_high: int = 4
    char_times: int = 3  # how often what ends a longest run counts in a passage; EVERY, as often as it occurs
    framed_bits: int = 18
    concept_bits: int = 15
    head_bits: int = 16
    word_smooth: float = 10.0
    char_smooth: float = 40.0
    framed_smooth: float = 4.0
    concept_smooth: float = 4.0
    crowd: float = 0.5  # nats taken off a small window for each e-fold of the places where its message has some
    apart: bool = True  # those in which somebody asks for a secret are counted by themselves

    @classmethod
    def read(cls, card: Mapping[str, Any]) -> Settings:
        """Read them from a model card; older ones say nothing of ``apart``, and did without it, or of ``char_times``.

        Raises
        ------
        TypeError
            The card names what is no setting.
        """
        return cls(**{"apart": False, "char_times": EVERY} | card["settings"])


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers."""

    words: NDArray[np.float32]  # (2**word_bits,)
    chars: NDArray[np.float32]  # (2**char_bits,)
    framed: NDArray[np.float32]  # (2**framed_bits,)
    concepts: NDArray[np.float32]  # (2**concept_bits,)
    rules: NDArray[np.float32]  # (r,)
    shape: NDArray[np.float32]  # (s,)
    floor: NDArray[np.float32]  # (r,), the least logit of a message on which the rule fires; -inf for most
    head_words: NDArray[np.float32]  # (2**head_bits, 14), secrets then kinds; see asks.py
    head_chars: NDArray[np.float32]  # (2**head_bits, 14)
    head_framed: NDArray[np.float32]  # (2**head_bits, 14)
    head_concepts: NDArray[np.float32]  # (2**concept_bits, 14)
    head_rules: NDArray[np.float32]  # (r, 14)
    head_bias: NDArray[np.float32]  # (14,)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the stages say of a batch."""

    folded: Folded
    tokens: Tokens
    hits: Hits  # what the rules saw, the terms of a rule pack included
    fired: Fired
    passages: Passages
    words: ngrams.Grams
    chars: ngrams.Grams
    framed: ngrams.Grams
    concepts: ngrams.Grams
    rules: ngrams.Grams  # those that fired within each passage
    logits: NDArray[np.float64]  # (p,), of passages
    logit: NDArray[np.float64]  # (n,), of messages: the worst passage, or the floor
    worst: NDArray[np.int64]  # (n,), which passage that is


class Worst(NamedTuple):
    """What is made of ``n`` messages by their worst parts."""

    logit: NDArray[np.float64]  # (n,)
    which: NDArray[np.int64]  # (n,), the part
    clear: NDArray[np.int8]  # (n,), how clearly the first part of each, which is all but a long one, speaks of a quotation


@dataclass(frozen=True)
class Model:
    """A trained classifier and the lexicon it speaks."""

    terms: Terms
    rules: Rules
    weights: Weights
    settings: Settings
    card: dict[str, Any]
    pack: Terms = merge.NONE  # terms of a rule pack; see pack.py
    sieve: Sieve = sieve.NONE  # older models have none and read every message

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is worked out from the rest: its arrays may come back read-only, which to the kernels is another type."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def logits(self, batch: TextBatch, threads: int = 1) -> NDArray[np.float64]:
        """Score a batch of any size: the logit of each message, (n,)."""
        return self.worst(parts(batch), threads).logit

    def worst(self, cut: Parts, threads: int = 1) -> Worst:
        """Score messages that are cut into parts."""
        read = reader.read(cut, self.reader, threads)
        which = cut.worst(read.logit)
        return Worst(read.logit[which], which, read.clear[cut.starts[:-1]])

    @cached_property
    def reader(self) -> reader.Reader:
        """What the engine reads with."""
        s, w = self.settings, self.weights
        (words, of_words), (chars, of_chars) = narrowed(w.words), narrowed(w.chars)
        (framed, of_framed), (concepts, of_concepts) = narrowed(w.framed), narrowed(w.concepts)
        sums = engine.Sums(
            *(words, chars, framed, concepts, np.array([of_words, of_chars, of_framed, of_concepts])),
            *(w.rules, w.shape, w.floor, self.asking),
            np.array([s.word_bits, s.char_bits, s.framed_bits, s.concept_bits]),
            np.array([s.char_low, s.char_high, s.char_times]),
            np.array([s.word_smooth, s.char_smooth, s.framed_smooth, s.concept_smooth]),
            np.array([float(self.card["bias"]), s.crowd]),
        )
        tables, terms, rules, sums, pack, sieved = gathered(fold_tables(), self.terms, self.rules, sums, self.pack, self.sieve)
        read = engine.Speech(tables, terms, rules, sums, pack, quoted.clearness(self.card["concepts"]))
        packed = self._packed
        lifts = read._replace(sums=reader.silent(read.sums, np.where(packed, w.floor, -np.inf))) if packed.any() else None
        return reader.Reader(read, sieved, lifts)

    @cached_property
    def lifts(self) -> engine.Speech:
        """What the engine hears the floors of rules with, and nothing else."""
        speech = self.reader.speech
        return speech._replace(sums=reader.silent(speech.sums, self.weights.floor))

    @cached_property
    def speaking(self) -> NDArray[np.float32]:
        """What each rule is worth where a verdict is explained, (r,): its weight; those of a pack come before all others."""
        weights: NDArray[np.float32] = np.where(self._packed, np.float32(np.inf), self.weights.rules)
        return weights

    @cached_property
    def asking(self) -> NDArray[np.bool_]:
        """Which rules say that a secret is asked for, (r,), where these count (see ``Settings.apart``)."""
        return asking(self.card["rules"]) & self.settings.apart

    @cached_property
    def advising(self) -> NDArray[np.bool_]:
        """Which rules show a warning, a refusal or a report, (r,): what is allowed and in which one fires asks for nothing."""
        return np.array([row["id"] in _ADVISING for row in self.card["rules"]], np.bool_)

    @cached_property
    def _packed(self) -> NDArray[np.bool_]:
        """Which rules are those of a rule pack, (r,)."""
        return np.array([row.get("pack", False) for row in self.card["rules"]], np.bool_)

    def read(self, batch: TextBatch) -> Reading:
        """Run the stages one by one and keep what they say; for the whole of a few messages, of which none should be long."""
        s, w = self.settings, self.weights
        folded = fold(batch)
        cut = tokens(folded)
        hits = match(folded, cut, self.terms)
        seen = merge.merged(hits, match(folded, cut, self.pack)) if len(self.pack.ends) else hits
        fired = fire(seen, self.rules)
        where = passages(folded, cut)
        framed = ngrams.framed_words(cut, hits, where, self.rules.frame, s.framed_bits)
        concepts = ngrams.concept_grams(hits, where, s.concept_bits)
        rules = features.rules_within(seen, fired, where)
        logits = np.empty(len(where.start))
        stand_out(where.start, where.stop, where.starts, rules.ids, rules.starts, self.asking, where.among)
        engine.begin_at(float(self.card["bias"]), s.crowd, where.among, logits)
        words = ngrams.word_grams(cut, where, s.word_bits)
        engine.add_sums(words.ids, words.starts, w.words, s.word_smooth, logits)
        chars = ngrams.char_grams(folded, where, s.char_bits, (s.char_low, s.char_high), s.char_times)
        engine.add_sums(chars.ids, chars.starts, w.chars, s.char_smooth, logits)
        engine.add_sums(framed.ids, framed.starts, w.framed, s.framed_smooth, logits)
        engine.add_sums(concepts.ids, concepts.starts, w.concepts, s.concept_smooth, logits)
        engine.add_columns(rules.ids, rules.starts, w.rules, features.shape(folded, cut, where), w.shape, logits)
        logit, which = np.empty(len(batch)), np.empty(len(batch), np.int64)
        engine.worst_of(logits, rules.ids, rules.starts, w.floor, where.starts, logit, which)
        return Reading(folded, cut, seen, fired, where, words, chars, framed, concepts, rules, logits, logit, which)

    def risk(self, logit: NDArray[np.float64] | np.float64) -> NDArray[np.float32]:
        """Turn logits into calibrated probabilities (Platt 1999), of the same shape; one by itself comes out the same."""
        slope, offset = self.card["calibration"]
        risk: NDArray[np.float32] = (1 / (1 + np.exp(-(slope * logit + offset)))).astype(np.float32)
        return risk


def save(model: Model, folder: Path, readme: str = "") -> None:
    """Write the folder. All files are complete before the first takes the place of an older one; the card goes last.

    Parameters
    ----------
    readme
        The model card as a page, written beside the arrays when given; without it, that of a model that was there is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"{part}.{name}": getattr(getattr(model, part), name) for part, kind in _PARTS.items() for name in _names(kind)}
    raw = save_tensors({name: np.ascontiguousarray(_halved(name, array)) for name, array in sorted(arrays.items())})
    card = model.card | {"format": FORMAT, "sha256": hashlib.sha256(raw).hexdigest(), "settings": _plain(model.settings)}
    written = (json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
    replaces = (folder / CARD).exists()
    _put(folder, {WEIGHTS: raw} | ({PAGE: readme.encode()} if readme else {}) | {CARD: written})
    if replaces and not readme and (page := folder / PAGE).is_file() and page.read_bytes().startswith(_TITLE):  # and nobody's own notes
        page.unlink()


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside those that they replace, then move one after the other into place."""
    parts = {name: folder / f".{name}.part" for name in files}
    try:
        for name, part in parts.items():
            part.write_bytes(files[name])
        for name, part in parts.items():
            part.replace(folder / name)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def load(folder: Path) -> Model:
    """Read a model folder.

    Raises
    ------
    ModelError
        There is no model, its format is another, or its weights are not those the card names.
    """
    card, raw = _read(folder)
    if (of := card.get("format")) != FORMAT:
        raise ModelError(f"{folder}: format {of!r:.40}, but this scamguard reads {FORMAT}; install the version that wrote it")
    if hashlib.sha256(raw).hexdigest() != card.get("sha256"):
        raise ModelError(f"{folder / WEIGHTS}: its SHA-256 is not the one in {CARD}; fetch the model again")
    try:
        arrays = completed(load_tensors(raw))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: not a scamguard model: {str(error).splitlines()[0]}") from error
    if problem := soundness.flaw(card, arrays):
        raise ModelError(f"{folder}: not a scamguard model: {problem}")
    built: dict[str, Any] = {
        part: kind(**{name: _widened(arrays[f"{part}.{name}"]) for name in _names(kind)}) for part, kind in _PARTS.items()
    }
    try:
        settings = Settings.read(card)
    except TypeError as error:
        raise ModelError(f"{folder}: not a scamguard model: {error}") from error
    return Model(**built, settings=settings, card=card)


def completed(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Add to the arrays of a folder what was not kept yet when it was written."""
    added = {f"sieve.{name}": array for name, array in sieve.NONE._asdict().items()}
    if "sieve.numbers" in arrays and "sieve.named" not in arrays:  # a sieve that heeds no names
        added["sieve.named"] = np.zeros(arrays["sieve.weights"].shape[-1:], np.uint8)
        arrays = arrays | {"sieve.numbers": np.append(arrays["sieve.numbers"], 0.0)}
    if "terms.ends" in arrays:
        added["terms.follow"] = np.full(arrays["terms.ends"].size, ~np.uint64(0))
    return added | arrays


def bundled() -> Path:
    """Find the model in the wheel, or in the source tree it was installed from."""
    inside = Path(__file__).parent / "models" / "default"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "models" / "default"


def _halved(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Store the big tables as 16-bit floats; what is lost is far below what a verdict shows."""
    return array.astype(np.float16) if name.startswith("weights.") and array.size > 1 << 12 else array


def _widened(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.float32) if array.dtype == np.float16 else array


_PARTS: Final[dict[str, Any]] = {"terms": Terms, "rules": Rules, "weights": Weights, "sieve": Sieve}


def _names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401
    return kind._fields if hasattr(kind, "_fields") else tuple(f.name for f in fields(kind))


def _plain(settings: Settings) -> dict[str, Any]:
    return {f.name: getattr(settings, f.name) for f in fields(settings)}


def _read(folder: Path) -> tuple[dict[str, Any], bytes]:
    try:
        if problem := soundness.unfit(folder / CARD) or soundness.unfit(folder / WEIGHTS):
            raise ModelError(f"{folder}: not a scamguard model: {problem}")
        card = json.loads((folder / CARD).read_text("utf-8"))
        raw = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError, RecursionError) as error:  # JSON too deep, or a number too long, is neither
        raise ModelError(f"{folder}: no scamguard model here ({error}); give the folder that holds {CARD} and {WEIGHTS}") from error
    if not isinstance(card, dict):
        raise ModelError(f"{folder / CARD}: not a model card")
    return card, raw
