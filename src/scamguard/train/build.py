"""Build: one training run from a folder of messages to a model folder."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from scamguard import lexicon, model

from . import ablate, card, corpus, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_BALLAST_ROWS = 2000  # of each public set


def run(messages: Path, out: Path, *, ballast: Sequence[Path] = (), ablated: bool = False, progress: Callable[[str], None] = print) -> None:
    """Train on ``messages`` and write the model folder ``out``, the same to the byte every time.

    Parameters
    ----------
    messages
        Folder of labelled ``*.jsonl``.
    out
        Where ``model.safetensors``, ``card.json`` and ``README.md`` go; replaced only when all is done.
    ballast
        Public sets, JSON lines, whose benign rows are lent at a small weight.
    ablated
        Also try the alternatives of ``ablate.VARIANTS`` by grouped cross-validation and record them in the card.
    progress
        Told of each step.

    Raises
    ------
    DumpError
        The messages cannot be read.
    """
    own, sets, words = corpus.read(messages), corpus.ballast(ballast, _BALLAST_ROWS), lexicon.load()
    recipe = fit.Recipe()
    progress(f"{len(own)} messages, {sum(len(s.texts) for s in sets)} rows of ballast: computing features")
    rows = fit.material(own, sets, words, recipe)
    about: dict[str, Any] = {"trained_on": _provenance(messages, own, sets), "recipe": asdict(recipe)}
    if ablated:
        about["ablation"] = ablate.run(own, sets, words, recipe, progress)
    progress("fitting out of fold, then on everything")
    trained = fit.train(rows, words, recipe, about)
    model.save(trained, out)
    (out / "README.md").write_text(card.markdown(trained.card), "utf-8")
    progress(f"written to {out}")


def _provenance(folder: Path, own: Sequence[corpus.Message], sets: Sequence[corpus.Ballast]) -> dict[str, Any]:
    """Name every file that was trained on, with its digest."""
    return {
        "messages": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.jsonl"))},
        "count": {"scam": sum(m.scam for m in own), "benign": sum(not m.scam for m in own)},
        "ballast": {s.name: {"sha256": s.digest, "rows": len(s.texts)} for s in sets},
    }
