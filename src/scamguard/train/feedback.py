"""Feedback: train again with what users have reviewed, and refuse what looks like poison.

A reviewer who labels scams benign wants the model to let them pass. So a new model is only written if it judges every golden
case rightly that the old one did, and if no single stranger's reviews make most of the changed verdicts.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from scamguard import model as models
from scamguard.errors import ModelError, TrainingError
from scamguard.guard import load
from scamguard.verdict import Action

from . import build, corpus, fit, golden, reviews, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from scamguard.guard import Guard

    from .corpus import Message

MOST_FROM_ONE: Final = 0.5  # share of the changed verdicts that the reviews of one stranger may make
_ACTIONS: Final = tuple(str(action) for action in Action)
_FEW: Final = 5  # so many changed verdicts are no campaign


@dataclass(frozen=True, slots=True)
class Effect:
    """What a new model changes."""

    lost: tuple[Message, ...]  # golden cases
    flips: dict[str, int]  # by writer: reviewed messages that are flagged now and were not, or the other way round

    def objection(self, most_from_one: float) -> str:
        """Say why the new model must not be used; empty if it may."""
        if self.lost:
            named = ", ".join(message.id for message in self.lost[:5]) + (" …" if len(self.lost) > 5 else "")
            return f"it loses {len(self.lost)} golden cases ({named}); look at the reviews that teach this"
        every = sum(self.flips.values())
        for writer, count in self.flips.items():
            if writer and count > _FEW and count > most_from_one * every:  # "" is the owner of the file
                return (
                    f"the reviews of {writer!r} make {count} of {every} changed verdicts, more than {most_from_one:.0%}; "
                    "look at them, or raise --most-from-one"
                )
        return ""


@dataclass(frozen=True, slots=True)
class Change:
    """A message that two models judge differently."""

    row: int
    text: str
    old: tuple[str, float]  # action, risk
    new: tuple[str, float]


def effect(old: Guard, new: Guard, reviewed: Sequence[Message], cases: Sequence[Message]) -> Effect:
    """Measure what ``new`` changes in the golden ``cases`` and in the reviewed messages."""
    texts = [message.text for message in reviewed]
    changed = old.decide(texts)[1].astype(bool) != new.decide(texts)[1].astype(bool)
    flips = Counter(message.writer for message, flipped in zip(reviewed, changed.tolist(), strict=True) if flipped)
    return Effect(tuple(golden.lost(old, new, cases)), dict(flips.most_common()))


def retrain(  # noqa: PLR0913 - what a run may be told
    store: Path,
    out: Path,
    *,
    messages: Path,
    base: Path | None = None,
    ballast: Sequence[Path] = (),
    traffic: Sequence[Path] = (),
    most_from_one: float = MOST_FROM_ONE,
    progress: Callable[[str], None] = print,
) -> Effect:
    """Train on the labelled ``messages``, if that folder is there, and on the reviews of ``store``.

    ``out`` is written if nothing speaks against it.

    Parameters
    ----------
    base
        The model to compare with, whose lexicon and rules are used again; the bundled one by default.
    ballast, traffic
        As in ``build.run``. Without traffic the new model may flag as many of the unseen hard messages as the card of ``base`` reports.
    most_from_one
        Share of the changed verdicts that the reviews of one stranger may make.

    Raises
    ------
    TrainingError
        There are no reviews, ``out`` can be no folder, or the new model loses golden cases or follows one stranger. ``out`` is not
        touched then.
    DumpError
        The messages or reviews cannot be read.
    """
    build.check_place(out)
    old, reviewed = load(base), reviews.read(store)
    if not reviewed:
        raise TrainingError(f"{store}: no reviews yet; add some with `scamguard feedback add`")
    own = corpus.read(messages) if messages.is_dir() else []
    sets, ordinary = corpus.lent(ballast, traffic, build.BALLAST_ROWS)
    progress(f"{len(own)} messages{'' if own else f' ({messages} is no folder)'}, {len(reviewed)} reviews: training, which takes minutes")
    recipe = _recipe(old.model.card, [*own, *reviewed])
    spoken = vocabulary.carried(old.model)
    about: dict[str, Any] = {"trained_on": _provenance(messages, own, reviewed, sets, ordinary), "recipe": asdict(recipe)}
    trained = fit.train(fit.material([*own, *reviewed], sets, spoken, recipe, ordinary), spoken, recipe, about)
    new = build.stored(trained)  # may yet be refused, so not in its place
    found = effect(old, new, reviewed, golden.cases())
    if objection := found.objection(most_from_one):
        raise TrainingError(f"{out} is not written: {objection}")
    models.save(new.model, out)
    return found


def _recipe(card: dict[str, Any], messages: Sequence[Message]) -> fit.Recipe:
    """Take the recipe of this version; keep the rate of false alarms on hard messages that the old card reports."""
    least = min(len({m.writer for m in messages}), sum(m.scam for m in messages), sum(not m.scam for m in messages))
    if least < 2:
        raise TrainingError("scams and honest messages by two writers or more are needed; give a folder of labelled messages too")
    recipe = fit.Recipe(settings=models.Settings.read(card))
    try:
        rate = float(card["out_of_fold"]["all"].get("false_alarms", recipe.warn_rate))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ModelError("the card of the old model says of no false alarms out of fold: choose another --base") from None
    folds = min(recipe.folds, least)
    if not build.leaves_both(messages, corpus.groups(messages, folds)):
        raise TrainingError("all scams, or all honest messages, are by one writer: both are needed by two writers or more")
    return replace(recipe, folds=folds, warn_rate=rate, block_rate=min(rate, recipe.block_rate_hard))


def _provenance(
    folder: Path, own: Sequence[Message], reviewed: Sequence[Message], sets: Sequence[corpus.Ballast], ordinary: Sequence[corpus.Ballast]
) -> dict[str, Any]:
    """Say what was trained on; of the reviews only how many."""
    return build.provenance(folder, [*own, *reviewed], sets, ordinary) | {"reviews": len(reviewed)}


def compare(
    old: Guard, new: Guard, blocks: Iterable[tuple[Sequence[int], Sequence[str]]], most: int
) -> tuple[Counter[tuple[str, str]], list[Change]]:
    """Judge messages by two models.

    Parameters
    ----------
    blocks
        Messages, some at a time: their places and texts, (n,) each.

    Returns
    -------
    How often each pair of actions came up, and the ``most`` changed verdicts whose risk moved farthest.
    """
    counts: Counter[tuple[str, str]] = Counter()

    def changed() -> Iterable[Change]:
        for places, texts in blocks:
            (said, was), (says, now) = old.decide(texts), new.decide(texts)
            for i, (a, b) in enumerate(zip(was.tolist(), now.tolist(), strict=True)):
                counts[_ACTIONS[a], _ACTIONS[b]] += 1
                if a != b:
                    yield Change(places[i], texts[i], (_ACTIONS[a], float(said[i])), (_ACTIONS[b], float(says[i])))

    # of the 0 largest it would not read one, and so nothing would be counted
    moved = heapq.nlargest(max(most, 1), changed(), key=lambda one: (abs(one.new[1] - one.old[1]), -one.row))
    return counts, moved[:most]
