"""A rule pack: a community's own concepts, terms and rules on top of a trained model, without training.

Nothing in a pack has a learned weight, so a pack cannot move a score: what the trained model makes of a message stays the same to
the last bit, unless a term of the pack changes which rules of the model fire: one for a secret may raise a risk so, one for what excuses
(``forbid``) may lower it. A pack's rule with a ``floor`` lifts the message it fires on to that threshold and names what is asked for; no
rule of a pack lowers a risk.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from . import lexicon
from .errors import LexiconError, ModelError
from .lexicon import KINDS, SECRETS, Lexicon
from .rules import compile_rules, joined
from .terms import compile_terms
from .verdict import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from .model import Model

_ABOVE: Final = 1e-3  # nats above the threshold, so that no rounding drops a floor below it
_CERTAIN: Final = 50.0  # nats, by which a rule that names a secret or a kind outweighs the heads
_FOLDERS: Final = ("rules", "lexicons")
_DATA: Final = frozenset((".yaml", ".yml", ".json", ".toml"))  # what rules and terms may be meant to stand in


def read(model: Model, folder: Path) -> Lexicon:
    """Read a pack: the concepts of ``model`` and its own, its own terms and rules.

    Raises
    ------
    LexiconError
        The folder is no pack, holds no rules, or some where none are read, or breaks the contract of lexicon and rule files.
    """
    if folder.is_dir() and not any((folder / name).is_dir() for name in _FOLDERS):
        raise LexiconError(str(folder), "no rule pack", "it holds neither rules/ nor lexicons/; `scamguard rules new` writes a first one")
    if folder.exists() and not folder.is_dir():
        raise LexiconError(str(folder), "no rule pack", "it is a file; give the folder that holds rules/ and lexicons/")
    for stray in _strays(folder):
        place = stray.relative_to(folder).as_posix()
        raise LexiconError(place, "would not be read", "rules stand in rules/*.toml, terms in lexicons/*.toml")
    if "concepts" not in model.card:
        raise ModelError("this model does not name its concepts, so no rule pack can speak of them; train it again")
    found = lexicon.pack(folder, model.card["concepts"], [row["id"] for row in model.card["rules"]])
    if not found.rules and not found.entries:
        raise LexiconError(str(folder), "holds no rules", "nor any terms; `scamguard rules new` writes a first pack")
    return found


def _strays(folder: Path) -> Iterator[Path]:
    """Find the rule files that stand beside the two folders or below them, or end in something else than what is read."""
    read_from = [folder / name for name in _FOLDERS]
    for file in itertools.chain(folder.glob("*"), *(place.glob(level) for place in read_from for level in ("*", "*/*"))):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):  # of editors, systems and version control
            continue
        if (file.suffix.lower() == ".toml") if file.parent not in read_from else _is_misnamed(file):
            yield file


def _is_misnamed(file: Path) -> bool:
    """Say whether what stands beside the files that are read is none of them nor a copy: ``club.yaml``, ``club.toml.txt``."""
    if file.suffix == ".toml" or file.is_dir():
        return False
    stem, ending, _ = file.name.lower().partition(".toml")
    is_copy = bool(ending) and (file.parent / f"{file.name[: len(stem)].lstrip('#')}.toml").exists()
    return file.suffix.lower() in _DATA or (bool(ending) and not is_copy)


def packed(model: Model, folder: Path) -> Model:
    """Give ``model`` the rules of a pack; its own rules, concepts and weights stay as and where they are.

    Raises
    ------
    LexiconError
        The folder is no pack, breaks the contract, or has more concepts than fit.
    """
    found = read(model, folder)
    many = len(found.rules)
    weights = replace(
        model.weights,
        rules=np.concatenate([model.weights.rules, np.zeros(many, np.float32)]),
        floor=np.concatenate([model.weights.floor, _floors(model, found)]),
        head_rules=np.concatenate([model.weights.head_rules, _named(found)]),
    )
    rows = [{"id": r.id, "why": r.why, "asks": r.asks, "kind": r.kind, "decisive": bool(r.floor), "pack": True} for r in found.rules]
    card = {**model.card, "concepts": list(found.concepts), "rules": [*model.card["rules"], *rows], "pack": _about(folder)}
    rules = joined(model.rules, compile_rules(found))
    return replace(model, weights=weights, card=card, rules=rules, pack=compile_terms(found))


def _floors(model: Model, found: Lexicon) -> NDArray[np.float32]:
    """Turn each rule's floor into the least logit of a message on which it fires, (r,)."""
    slope, offset = model.card["calibration"]
    if slope < 0 and any(rule.floor for rule in found.rules):
        raise ModelError("this model's risk falls as its logit rises, so no floor can lift a message; train it again, on more rows")
    policy = Policy.read(model.card["thresholds"])

    def logit(floor: str) -> float:
        if not floor:
            return -np.inf
        risk = policy.surest if floor == "warn" else policy.block
        return float((np.log(np.float64(risk) / (1 - risk)) - offset) / slope) + _ABOVE

    with np.errstate(divide="ignore"):  # a model may warn from 0 or block from 1 on
        return np.array([logit(rule.floor) for rule in found.rules], np.float32)


def _named(found: Lexicon) -> NDArray[np.float32]:
    """Let a rule decide the secret and the kind it names, (r, 14)."""
    out = np.zeros((len(found.rules), len(SECRETS) + len(KINDS)), np.float32)
    for row, rule in zip(out, found.rules, strict=True):
        if rule.asks:
            row[SECRETS.index(rule.asks)] = _CERTAIN
        if rule.kind:
            row[len(SECRETS) + KINDS.index(rule.kind)] = _CERTAIN
    return out


def _about(folder: Path) -> dict[str, Any]:
    """Name the pack and what is in it, so that a stopped scan is not taken up with another."""
    told = hashlib.sha256()
    for name in sorted(_FOLDERS):
        for file in lexicon.listed(folder, name):
            raw = file.read_bytes()
            told.update(f"{name}/{file.name}\0{len(raw)}\0".encode() + raw)
    return {"name": folder.resolve().name, "sha256": told.hexdigest()}


def start(folder: Path) -> list[Path]:
    """Write a first pack, commented, whose rules hold; return its files.

    Raises
    ------
    LexiconError
        Something is in ``folder`` already.
    """
    if folder.exists() and not folder.is_dir():
        raise LexiconError(str(folder), "is a file", "a first pack is only written into a new or empty folder")
    if folder.exists() and any(folder.iterdir()):
        raise LexiconError(str(folder), "not empty", "a first pack is only written into a new or empty folder")
    root, written = resources.files("scamguard") / "starter", []
    for name in ("README.md", "rules/concepts.toml", "rules/club.toml", "lexicons/club.toml"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(root.joinpath(*name.split("/")).read_bytes())
        written.append(file)
    return written
