"""Build: one training run from a folder of messages to a model folder."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from scamguard import lexicon, model
from scamguard.errors import TrainingError
from scamguard.guard import load

from . import ablate, card, corpus, fit, vocabulary, zeroshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scamguard.guard import Guard

BALLAST_ROWS: Final = 2000  # of each public set


def run(  # noqa: PLR0913 - what a run may be told
    messages: Path,
    out: Path,
    *,
    ballast: Sequence[Path] = (),
    traffic: Sequence[Path] = (),
    ablated: bool = False,
    zero_shot: bool = False,
    progress: Callable[[str], None] = print,
) -> None:
    """Train on ``messages`` and write the model folder ``out``, the same to the byte every time.

    Parameters
    ----------
    messages
        Folder of labelled ``*.jsonl``.
    out
        Where ``model.safetensors``, ``card.json`` and ``README.md`` go; nothing there is touched before training is done.
    ballast
        Public sets, JSON lines, whose benign rows are lent at a small weight.
    traffic
        Public sets whose benign rows choose the thresholds and are never fitted on; one that is ballast as well lends half to each.
    ablated
        Also try the alternatives of ``ablate.VARIANTS`` by grouped cross-validation and record them in the card.
    zero_shot
        Also score each language by a model that saw none of it, and record that in the card.
    progress
        Told of each step.

    Raises
    ------
    DumpError
        The messages cannot be read.
    TrainingError
        ``out`` can be no folder, or the messages are too few.
    """
    check_place(out)
    own, recipe = corpus.read(messages), fit.Recipe()
    _check(messages, own, recipe.folds, zero_shot=zero_shot)
    words = vocabulary.compiled(lexicon.load())
    sets, ordinary = corpus.lent(ballast, traffic, BALLAST_ROWS)
    progress(f"{len(own)} messages, {sum(len(s.texts) for s in sets)} rows of ballast: computing features")
    rows = fit.material(own, sets, words, recipe, ordinary)
    about: dict[str, Any] = {"trained_on": provenance(messages, own, sets, ordinary), "recipe": asdict(recipe)}
    if ablated:
        about |= {"ablation": ablate.run(own, sets, words, recipe, progress), "ablated_on": len(own)}
    progress("fitting out of fold, then on everything")
    held = fit.out_of_fold(rows, recipe)
    if zero_shot:
        about |= {"zero_shot": zeroshot.run(rows, recipe, held.own, progress), "zero_shot_on": len(own)}
    trained = fit.train(rows, words, recipe, about, held)
    model.save(trained, out, card.markdown(trained.card))
    progress(f"written to {out}")


def _check(folder: Path, own: Sequence[corpus.Message], folds: int, *, zero_shot: bool) -> None:
    """Refuse, before minutes of training, messages of which too little is left where a fold, or a language, is left out."""
    scams = sum(m.scam for m in own)
    there = f"{folder}: {scams} scams and {len(own) - scams} benign messages are too little to learn from"
    if not leaves_both(own, corpus.groups(own, folds)):
        raise TrainingError(f"{there}; both are needed, each by two writers or more")
    if zero_shot and not leaves_both(own, [m.lang.split("-")[0] for m in own]):
        raise TrainingError(f"{there} without a language; --zero-shot needs both in two languages or more")


def leaves_both(own: Sequence[corpus.Message], parts: Sequence[object]) -> bool:
    """Say whether scams and benign messages are left without any one of ``parts``, (n,)."""
    found = Counter((part, m.scam) for part, m in zip(parts, own, strict=True))
    scams = sum(m.scam for m in own)
    return all(found[part, True] < scams and found[part, False] < len(own) - scams for part in {*parts})


def check_place(out: Path) -> None:
    """Refuse a folder that cannot be written, before minutes of training."""
    nearest = next(place for place in (out, *out.parents) if place.exists())
    if not nearest.is_dir():
        raise TrainingError(f"{out}: {nearest} is a file, and no folder for a model")
    if not os.access(nearest, os.W_OK):
        raise TrainingError(f"{out}: {nearest} cannot be written to")


def stored(trained: model.Model) -> Guard:
    """Round the weights as a folder stores them, by storing them: what is judged is what will be loaded."""
    with TemporaryDirectory() as folder:
        model.save(trained, Path(folder))
        return load(folder)


def provenance(
    folder: Path, own: Sequence[corpus.Message], sets: Sequence[corpus.Ballast], ordinary: Sequence[corpus.Ballast]
) -> dict[str, Any]:
    """Name every file that was trained on, with its digest."""
    return {
        "messages": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.jsonl"))},
        "count": {"scam": sum(m.scam for m in own), "benign": sum(not m.scam for m in own)},
        "ballast": _listed(sets),
        "thresholds_chosen_on": _listed(ordinary),
    }


def _listed(sets: Sequence[corpus.Ballast]) -> dict[str, Any]:
    """List public sets by name; one that is named as another before it, by its digest too."""
    found: dict[str, Any] = {}
    for one in sets:
        name = f"{one.name}-{one.digest[:8]}" if one.name in found else one.name
        found[name] = {"sha256": one.digest, "rows": len(one.texts)}
    return found
