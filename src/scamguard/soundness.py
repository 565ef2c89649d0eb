"""Soundness: what must hold of a model folder before compiled code, which checks nothing, reads its arrays.

Every array has one type and one shape, every index lies in the table it points into, and every number of the card is one.
What this cannot tell is whether a model is any good: a stranger's may call every scam harmless.
"""

from __future__ import annotations

import math
import stat
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import numpy as np

from .automaton import MOST_CONCEPTS
from .features import SHAPE
from .lexicon import KINDS, SECRETS
from .ngrams import LONGEST
from .seen import EVERY
from .sieve import NONE, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

LARGEST: Final = 1 << 30  # bytes of a file of a model; ours have 15 MB
_HEADS: Final = len(SECRETS) + len(KINDS)
_MOST_BITS: Final = 26
_LARGEST_NUMBER: Final = 1e6  # of a sieve
_MOST_WORTH: Final = 20  # nats
_CONCEPTS: Final = 128  # two 64-bit words
_FLOATS: Final = ("float16", "float32")
# array: its type, and its shape in sizes that the card gives, or that the array itself sets ("any")
_SHAPES: Final[dict[str, tuple[str, tuple[str | int, ...]]]] = {
    "terms.words": ("uint64", ("any",)), "terms.edges": ("uint64", ("any",)), "terms.stems": ("uint64", ("any",)),
    "terms.first": ("int32", ("any",)), "terms.ends": ("int32", ("any",)), "terms.follow": ("uint64", ("states",)),
    "terms.concept_start": ("int32", ("any",)), "terms.concept": ("int16", ("any",)),
    "rules.need": ("uint64", ("rules", 4, 2)), "rules.needs": ("int64", ("rules",)), "rules.within": ("int32", ("rules",)),
    "rules.ordered": ("bool", ("rules",)), "rules.unless": ("uint64", ("rules", 3, 2)),
    "rules.anchor_start": ("int32", (3 * _CONCEPTS + 1,)), "rules.anchored": ("int16", ("any",)), "rules.frame": ("bool", (_CONCEPTS,)),
    "weights.words": ("float", ("word_bits",)), "weights.chars": ("float", ("char_bits",)), "weights.framed": ("float", ("framed_bits",)),
    "weights.concepts": ("float", ("concept_bits",)), "weights.rules": ("float", ("rules",)), "weights.shape": ("float", (len(SHAPE),)),
    "weights.floor": ("float", ("rules",)), "weights.head_words": ("float", ("head_bits", _HEADS)),
    "weights.head_chars": ("float", ("head_bits", _HEADS)), "weights.head_framed": ("float", ("head_bits", _HEADS)),
    "weights.head_concepts": ("float", ("concept_bits", _HEADS)), "weights.head_rules": ("float", ("rules", _HEADS)),
    "weights.head_bias": ("float", (_HEADS,)),
}  # fmt: skip
_BITS: Final = ("word_bits", "char_bits", "framed_bits", "concept_bits", "head_bits")
_SMOOTH: Final = ("word_smooth", "char_smooth", "framed_smooth", "concept_smooth")


def unfit(file: Path) -> str:
    """Say why a file of a model is not to be read: a device or a FIFO has no end. Empty if nothing speaks against it.

    Raises
    ------
    OSError
        There is none.
    """
    about = file.stat()
    if not stat.S_ISREG(about.st_mode):
        return f"{file.name} is not a regular file"
    return f"{file.name} has more than {LARGEST:,} bytes" if about.st_size > LARGEST else ""


def flaw(card: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Say what is wrong with a model; empty if nothing.

    Parameters
    ----------
    card
        As JSON has it: anything may stand anywhere.
    arrays
        By their names in the file; those this version does not know are of no concern.
    """
    return (
        _of_card(card)
        or _of_shapes(card, arrays)
        or _of_terms(arrays, len(card["concepts"]))
        or _of_rules(arrays)
        or _of_weights(arrays)
        or _of_sieve(arrays)
    )


def _of_card(card: Mapping[str, Any]) -> str:
    return (
        _of_kinds(card)
        or _of_settings(card["settings"])
        or _of_thresholds(card["thresholds"])
        or _of_names(card["rules"])
        or _of_concepts(card["concepts"])
        or _of_identity(card.get("identity", {"nats": {}}))  # older models have none
    )


def _of_kinds(card: Mapping[str, Any]) -> str:
    for key, kind in (("settings", dict), ("thresholds", dict), ("rules", list), ("concepts", list), ("calibration", list)):
        if not isinstance(card.get(key), kind):
            return f"{key!r} is missing or no {'table' if kind is dict else 'list'}"
    slopes = card["calibration"]
    if not _number(card.get("bias")) or len(slopes) != 2 or not all(map(_number, slopes)) or slopes[0] == 0:  # a poor fit may slope down
        return "'bias' or 'calibration' is missing or no number"
    return ""


def _of_settings(settings: Mapping[str, Any]) -> str:
    if not all(_whole(settings.get(name)) and 1 <= settings[name] <= _MOST_BITS for name in _BITS):
        return f"settings: the sizes of tables must be 1 to {_MOST_BITS} bits"
    if not all(_number(settings.get(name)) and settings[name] > 0 for name in _SMOOTH):
        return "settings: what smooths must be more than 0"
    low, high = settings.get("char_low"), settings.get("char_high")
    times = settings.get("char_times", EVERY)
    if not (_whole(low) and _whole(high) and 1 <= low <= high <= LONGEST and _whole(times) and 1 <= times <= EVERY):
        return f"settings: characters are taken 1 to {LONGEST} at a time, and count 1 to {EVERY} times"
    if settings["head_bits"] > min(settings[name] for name in _BITS[:3]):
        return "settings: the heads have larger tables than the model"
    if not isinstance(settings.get("apart", False), bool):
        return "settings: apart is true or false"
    return ""


def _of_thresholds(thresholds: Mapping[str, Any]) -> str:
    for name in ("warn", "block", "asks"):
        if not _number(thresholds.get(name)) or not 0 <= thresholds[name] <= 1:
            return f"threshold {name!r} is missing or not between 0 and 1"
    languages, other = thresholds.get("languages", {}), thresholds.get("other", 1.0)  # older models have none
    if not isinstance(languages, dict) or not all(_number(risk) and 0 <= risk <= 1 for risk in (*languages.values(), other)):
        return "thresholds of languages are not between 0 and 1"
    heads = thresholds.get("heads")
    if not isinstance(heads, list) or len(heads) != len(SECRETS) or not all(map(_number, heads)):
        return f"threshold 'heads' is missing or not {len(SECRETS)} numbers"
    return "threshold 'warn' is above 'block'" if thresholds["warn"] > thresholds["block"] else ""


def _of_names(rules: list[Any]) -> str:
    """Check what is said of the rules: it is shown to people."""
    for at, rule in enumerate(rules):
        if not isinstance(rule, dict) or not all(isinstance(rule.get(key), str) for key in ("id", "why")):
            return f"rule {at}: 'id' or 'why' is missing or no text"
    return ""


def _of_concepts(concepts: list[Any]) -> str:
    fits = len(concepts) <= _CONCEPTS and all(isinstance(name, str) for name in concepts)
    return "" if fits else f"'concepts' holds something else than {_CONCEPTS} names at most"


def _of_identity(learned: Any) -> str:  # noqa: ANN401 - as JSON has it
    halves = [learned.get("nats"), learned.get("nats_spoken_of", {})] if isinstance(learned, dict) else [None]  # older models part nothing
    if not all(isinstance(nats, dict) and all(_number(worth) and 0 <= worth <= _MOST_WORTH for worth in nats.values()) for nats in halves):
        return f"'identity' holds no table of nats between 0 and {_MOST_WORTH}"
    home = learned.get("home", {"nats": 0.0})  # older models know no home
    if not isinstance(home, dict) or not _number(home.get("nats")) or not -_MOST_WORTH <= home["nats"] <= 0:
        return f"'identity' says of what leads home no nats between -{_MOST_WORTH} and 0"
    return ""


def _of_shapes(card: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    if missing := _SHAPES.keys() - arrays.keys():
        return f"array {min(missing)!r} is missing"
    states = arrays["terms.ends"].size
    sizes = {name: 1 << card["settings"][name] for name in _BITS} | {"rules": len(card["rules"]), "states": states}
    for name, (kind, shape) in _SHAPES.items():
        found = arrays[name]
        if str(found.dtype) not in (_FLOATS if kind == "float" else (kind,)):
            return f"{name}: {found.dtype} instead of {kind}"
        wanted = tuple({**sizes, "any": found.size}[size] if isinstance(size, str) else size for size in shape)
        if found.shape != wanted:
            return f"{name}: {found.shape} instead of {wanted}"
    return ""


def _of_terms(arrays: Mapping[str, NDArray[Any]], known: int) -> str:
    """Check the terms, whose meanings are ``known`` concepts."""
    words, edges, stems, first, ends = (arrays[f"terms.{name}"] for name in ("words", "edges", "stems", "first", "ends"))
    starts, concepts = arrays["terms.concept_start"], arrays["terms.concept"]
    for name, table in (("words", words), ("edges", edges), ("stems", stems)):
        if not len(table) or len(table) & (len(table) - 1):
            return f"terms.{name}: {len(table)} slots, which is no power of two"
    if words.all() or edges.all():
        return "terms: a table without an empty slot, where a search would not end"
    if _beyond(first, len(ends)) or int((edges & np.uint64(0xFFFFFF)).max()) > len(ends):
        return "terms: a state that there is not"
    if _beyond(ends >> 3, len(starts)) or _beyond(concepts, known):
        return "terms: a meaning that there is not"
    return _of_starts("terms.concept_start", starts, len(concepts), MOST_CONCEPTS)


def _of_rules(arrays: Mapping[str, NDArray[Any]]) -> str:
    needs, anchored = arrays["rules.needs"], arrays["rules.anchored"]
    if _beyond(needs - 1, 4) or (arrays["rules.within"] < 0).any():
        return "rules: 1 to 4 concepts within some words"
    if _beyond(anchored, len(needs)):
        return "rules.anchored: a rule that there is not"
    return _of_starts("rules.anchor_start", arrays["rules.anchor_start"], len(anchored), len(anchored))


def _of_weights(arrays: Mapping[str, NDArray[Any]]) -> str:
    for name in _SHAPES:
        if name.startswith("weights."):
            found = arrays[name]
            if name == "weights.floor":
                found = found[found != -np.inf]  # no floor
            if not np.isfinite(found).all():
                return f"{name}: a weight that is no number"
    return ""


def _of_sieve(arrays: Mapping[str, NDArray[Any]]) -> str:
    if missing := {"sieve.weights", "sieve.numbers", "sieve.named"} - arrays.keys():
        return f"array {min(missing)!r} is missing"
    weights, numbers, named = arrays["sieve.weights"], arrays["sieve.numbers"], arrays["sieve.named"]
    if weights.dtype != np.int8 or weights.ndim != 2 or len(weights) != TABLES or not _is_power(weights.shape[1]):
        return f"sieve.weights: no {TABLES} tables of bytes whose size is a power of two"
    if numbers.dtype != np.float64 or numbers.shape != (len(NONE.numbers),) or np.isnan(numbers).any():
        return "sieve.numbers: not what a sieve weighs with"
    step, bias, crowd, _, less = numbers.tolist()  # from which logit a message is read may be infinite
    if not (max(step, abs(bias), crowd, less) < _LARGEST_NUMBER and min(step, crowd, less) >= 0):
        return "sieve.numbers: not what a sieve weighs with"
    if named.dtype != np.uint8 or named.shape != weights.shape[1:]:
        return "sieve.named: not a byte for each place of a table"
    return ""


def _is_power(size: int) -> bool:
    return 1 < size <= 1 << _MOST_BITS and not size & (size - 1)


def _of_starts(name: str, starts: NDArray[Any], end: int, most: int) -> str:
    """Check offsets: they begin at 0, never fall, rise by ``most`` at most and end where the array does."""
    steps = np.diff(starts.astype(np.int64))
    fits = len(starts) and starts[0] == 0 and starts[-1] <= end and not _beyond(steps, most + 1)
    return "" if fits else f"{name}: no offsets"


def _beyond(indices: NDArray[Any], size: int) -> bool:
    return bool(len(indices)) and not 0 <= int(indices.min()) <= int(indices.max()) < size


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and not math.isnan(value)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
