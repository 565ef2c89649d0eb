"""Training is the same to the byte every time, and never judges a message by a model that has seen its writer or its twin."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scamguard import model
from scamguard.errors import DumpError
from scamguard.train import build, corpus, fit, vocabulary
from scamguard.train.augment import augmented
from scamguard.train.evaluate import recall_at, reliability, threshold_at
from scamguard.train.thresholds import choose
from scamguard.train.wrapping import quoted, wrapped

from . import tiny

if TYPE_CHECKING:
    from scamguard.model import Model
    from scamguard.train.corpus import Message

DATA = Path(__file__).parents[1] / "data" / "messages"
ROWS = 400
RECIPE = fit.Recipe(settings=tiny.SETTINGS, folds=3, warn_rate=0.1, block_rate=0.02)


def sample(folder: Path) -> list[Message]:
    """Draw some messages, the same ones every time."""
    everything = corpus.read(folder)
    return sorted(random.Random(7).sample(everything, ROWS), key=lambda message: message.id)


def trained(messages: list[Message]) -> Model:
    """Train small tables on them, with the tiny lexicon: compiling the bundled one takes seconds."""
    words = vocabulary.compiled(tiny.lexicon())
    return fit.train(fit.material(messages, [], words, RECIPE), words, RECIPE, {})


def digests(folder: Path) -> dict[str, str]:
    """Digest every file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def everything() -> list[Message]:
    """Read the whole corpus once."""
    return corpus.read(DATA)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy a few files: the corpus may grow while the tests run."""
    folder = tmp_path_factory.mktemp("few")
    for name in ("en3.jsonl", "latin2.jsonl", "zh3.jsonl", "zh4.jsonl"):
        shutil.copy(DATA / name, folder)
    return folder


@pytest.fixture(scope="module")
def first(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train once, here."""
    folder = tmp_path_factory.mktemp("first")
    model.save(trained(sample(few)), folder)
    return folder


def test_training_is_deterministic_to_the_byte(few: Path, first: Path, tmp_path: Path) -> None:
    """The second run is a process of its own with another hash seed: no order of a set may matter, nor who fits a fold.

    Its pool is forked: processes that load scikit-learn anew take longer than what they fit.
    """
    code = (
        "import joblib; from pathlib import Path; from scamguard import model; from tests import test_train as t\n"
        "with joblib.parallel_config(backend='multiprocessing'):\n"
        f"    model.save(t.trained(t.sample(Path({str(few)!r}))), Path({str(tmp_path)!r}))"
    )
    env = os.environ | {"PYTHONHASHSEED": "4242", "JOBLIB_MULTIPROCESSING": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=Path(__file__).parents[1])
    assert digests(tmp_path) == digests(first)


def test_the_card_reports_rates_that_the_recipe_asked_for(first: Path) -> None:
    card = json.loads((first / model.CARD).read_text("utf-8"))
    assert card["out_of_fold"]["all"]["messages"] == ROWS
    assert card["out_of_fold"]["all"]["false_alarms"] <= RECIPE.warn_rate
    thresholds = card["thresholds"]
    assert 0 < thresholds["warn"] <= thresholds["block"] <= 1
    assert 0 < thresholds["asks"] < 1
    assert len(thresholds["heads"]) == 8


def test_folds_keep_writers_and_pairs_together(everything: list[Message]) -> None:
    folds = corpus.groups(everything, 5)
    assert set(folds) == set(range(5))
    for key in ("writer", "pair"):
        seen: dict[str, set[int]] = {}
        for message, fold in zip(everything, folds, strict=True):
            if value := getattr(message, key):
                seen.setdefault(value, set()).add(fold)
        torn = [value for value, where in seen.items() if len(where) > 1]
        assert torn == []


def test_folds_do_not_depend_on_the_order_of_messages(everything: list[Message]) -> None:
    assert corpus.groups(everything[::-1], 5) == corpus.groups(everything, 5)[::-1]


def test_augmentation_is_repeatable_and_changes_both_classes(everything: list[Message]) -> None:
    copies = augmented(everything[:4000], 0.5, seed=3)
    assert augmented(everything[:4000], 0.5, seed=3) == copies
    assert sorted(c.id for c in augmented(everything[:4000][::-1], 0.5, seed=3)) == sorted(c.id for c in copies)
    assert augmented(everything[:4000], 0.5, seed=4) != copies
    scam, benign = (sum(copy.scam is label for copy in copies) / sum(m.scam is label for m in everything[:4000]) for label in (True, False))
    assert min(scam, benign) > 0.2
    assert abs(scam - benign) < 0.1  # a disguise alone must never decide


def test_a_copy_keeps_everything_but_its_text(everything: list[Message]) -> None:
    by_id = {message.id: message for message in everything[:1000]}
    for copy in augmented(by_id.values(), 1.0):
        source = by_id[copy.id.removesuffix("+")]
        assert copy.text != source.text
        assert replace(copy, id=source.id, text=source.text) == source


def test_what_is_wrapped_still_holds_the_message(everything: list[Message]) -> None:
    langs = {message.lang[:2]: message for message in everything}
    assert len(langs) > 13
    for message in langs.values():
        texts = [wrapped(message, random.Random(f"{seed}")) for seed in range(60)]
        assert all(text != message.text for text in texts)
        assert all(unmarked(message.text) in unmarked(text) for text in texts)
        assert not any("{" in text.replace(message.text, "") for text in texts)
        assert len(set(texts)) > 40


@given(st.text("ab .!?。\n", max_size=30), st.randoms(use_true_random=False))
def test_marks_of_quotation_stand_around_a_text_or_a_sentence_of_it(text: str, rng: random.Random) -> None:
    found = quoted(text, rng)
    assert unmarked(found) == unmarked(text)
    assert found != text or not text.strip()


def unmarked(text: str) -> str:
    """Leave out blanks and marks of quotation."""
    return re.sub(r"[“”\"«»„「」『』'`>\s]", "", text)


def test_no_share_no_copies(everything: list[Message]) -> None:
    assert augmented(everything[:500], 0.0) == []


@given(st.lists(st.floats(-5, 5) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=40), st.sampled_from([0.001, 0.01, 0.1, 0.5, 1.0]))
@example([0.0, 0.0], 0.5)  # a tie: the one at the threshold brings the other along
def test_a_threshold_is_the_least_that_keeps_the_rate(values: list[float], rate: float) -> None:
    score = np.array(values)
    at = threshold_at(score, rate)
    allowed = int(np.floor(rate * len(score)))
    assert (score >= at).sum() <= allowed
    lower = score[score < at]
    assert not len(lower) or (score >= lower.max()).sum() > allowed


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.booleans())
def test_thresholds_keep_the_rates_on_what_they_were_chosen_on(seed: int, digits: int, with_traffic: bool) -> None:
    draw = np.random.default_rng(seed)
    hard = draw.normal(size=40).round(digits)  # few digits: many ties
    ordinary = draw.normal(-1, size=200).round(digits)
    recipe = fit.Recipe(warn_rate=0.1, block_rate=0.05)
    at = choose(hard, ["en"] * 40, ordinary if with_traffic else None, recipe)
    seen = ordinary if with_traffic else hard
    assert (seen >= at.warn).mean() <= recipe.warn_rate
    assert (seen >= at.block).mean() <= recipe.block_rate
    assert at.warn <= at.other <= at.block
    assert at.surest < at.block or at.warn == at.block, "what is lifted until every language warns is not blocked"
    assert at.languages == {"en": at.warn}  # too few for one of its own


def test_a_language_that_errs_more_warns_later() -> None:
    draw = np.random.default_rng(0)
    drawn = (("calm", -3, 2000), ("wild", 0, 2000), ("few", 1, 100), ("rare", 0, 10))
    logits = {lang: draw.normal(mean, size=n) for lang, mean, n in drawn}
    spoken = [lang for lang, values in logits.items() for _ in values]
    at = choose(np.concatenate(list(logits.values())), spoken, None, fit.Recipe(warn_rate=0.02))
    assert at.languages["calm"] == at.languages["few"] == at.warn < at.languages["wild"] < at.block
    assert "rare" not in at.languages
    assert at.other > at.warn
    assert at.surest == max(at.other, at.languages["wild"])
    high = np.full(4, np.nextafter(at.languages["wild"], -np.inf))
    assert at.flagged(high, ["calm", "wild", "", "rare"]).tolist() == [True, False, True, bool(high[3] >= at.other)]
    assert at.card(lambda value: value) == {"warn": at.warn, "block": at.block, "languages": at.languages, "other": at.other}


def test_what_is_written_in_other_languages_makes_none_unknown() -> None:
    spoken = ["fr"] * 1250 + ["th"] * 1249 + ["en"] * 97_500
    at = choose(np.random.default_rng(0).normal(size=len(spoken)), spoken, None, fit.Recipe())
    assert set(at.languages) == {"fr", "en"}


def test_recall_and_reliability_by_hand() -> None:
    scam = np.array([True, True, False, False])
    assert recall_at(scam, np.array([0.9, 0.2, 0.5, 0.1]), 0.0) == 0.5
    assert reliability(scam, np.array([1.0, 0.0, 0.0, 0.0]))["bins"] == [
        {"from": 0.0, "messages": 3, "said": 0.0, "true": 0.333},
        {"from": 0.9, "messages": 1, "said": 1.0, "true": 1.0},
    ]


GOOD = {"id": "a", "lang": "en", "text": "hi", "label": "benign", "kind": "chat", "asks": [], "writer": "w"}


def test_a_set_lent_to_both_sides_never_gives_both_the_same_text(tmp_path: Path) -> None:
    rows = [json.dumps({"text": f"see you at {i}", "label": "benign"}) for i in range(200)]
    (tmp_path / "chat.jsonl").write_text("\n".join(rows), "utf-8")
    (tmp_path / "more.jsonl").write_text("\n".join(rows[::-1]), "utf-8")
    chat, more = tmp_path / "chat.jsonl", tmp_path / "more.jsonl"
    (tmp_path / "folder").mkdir()
    (learned,), (chosen,) = corpus.lent([chat], [tmp_path / "folder" / ".." / "chat.jsonl"], 2000)
    assert not set(learned.texts) & set(chosen.texts)
    assert len(learned.texts) + len(chosen.texts) == 200
    assert min(len(learned.texts), len(chosen.texts)) > 60
    (learned, of_more), (chosen, of_more_chosen) = corpus.lent([chat, more], [chat, more], 2000)
    assert not {*learned.texts, *of_more.texts} & {*chosen.texts, *of_more_chosen.texts}
    _, (left,) = corpus.lent([more], [chat], 2000)
    assert left.texts == ()


FAULTS = {
    "broken": ("{", "line 2: not a labelled message: "),
    "no text": (json.dumps({k: v for k, v in GOOD.items() if k != "text"}), "line 2: not a labelled message: 'text'"),
    "label": (json.dumps(GOOD | {"id": "b", "label": "ham"}), "line 2: not a labelled message: .*ham"),
    "kind": (json.dumps(GOOD | {"id": "b", "kind": "caht"}), "line 2: .*unknown kind 'caht'; known: .*chat"),
    "kind of the other class": (json.dumps(GOOD | {"id": "b", "label": "scam"}), "line 2: .*unknown kind 'chat'; known: .*trust_trick"),
    "secret": (json.dumps(GOOD | {"id": "b", "asks": ["pin"]}), "line 2: .*unknown secret 'pin'; known: .*password"),
    "id that is a number": (json.dumps(GOOD | {"id": 5}), "line 2: not a labelled message: id is int, not a string"),
    "id that is a list": (json.dumps(GOOD | {"id": ["b"]}), "line 2: .*id is list, not a string"),
    "writer": (json.dumps(GOOD | {"id": "b", "writer": {}}), "line 2: .*writer is dict, not a string"),
    "no writer": (json.dumps(GOOD | {"id": "b", "writer": None}), "line 2: .*writer is NoneType, not a string"),
    "label that is a list": (json.dumps(GOOD | {"id": "b", "label": ["scam"]}), "line 2: .*label is list, not a string"),
    "id of a surrogate": (json.dumps(GOOD | {"id": "\ud800"}), "line 2: not a labelled message: .*surrogates not allowed"),
    "language of a surrogate": (json.dumps(GOOD | {"id": "b", "lang": "\ud800"}), "line 2: .*surrogates not allowed"),
    "nested too deep": ("[" * 100_000, "line 2: not a labelled message: "),
    "no object": ("[]", "line 2: not a labelled message"),
    "id": (json.dumps(GOOD), "id 'a' is used twice"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_corpus_is_named_by_file_and_line(tmp_path: Path, fault: str) -> None:
    line, match = FAULTS[fault]
    (tmp_path / "xx.jsonl").write_text(f"{json.dumps(GOOD)}\n{line}\n", "utf-8")
    with pytest.raises(DumpError, match=match) as caught:
        corpus.read(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["xx.jsonl", "xx.jsonl.gz", "xx.jsonl.GZ"])
def test_a_byte_that_is_no_utf_8_is_named_by_file_and_line(tmp_path: Path, name: str) -> None:
    file, raw = tmp_path / name, f"\ufeff{json.dumps(GOOD)}\n\n".encode() + b'{"text": "na\xefve"}\n'
    file.write_bytes(gzip.compress(raw) if corpus.is_packed(file) else raw)
    place = re.escape(f"{file}, line 3: not UTF-8: byte 0xef at 13")
    with pytest.raises(DumpError, match=place):
        corpus.lines(file, file.read_bytes())
    with pytest.raises(DumpError, match=place):
        corpus.lent([file], [], 10)
    with pytest.raises(DumpError, match=place if name == "xx.jsonl" else "holds no"):
        corpus.read(tmp_path)


def test_lines_are_told_apart_by_their_ends_alone(tmp_path: Path) -> None:
    raw = "\ufeffa\u2028b\r\n \u3000\n\n\ufeffc\x85".encode()
    assert corpus.lines(tmp_path / "x.jsonl", raw) == [(1, "a\u2028b\r"), (4, "\ufeffc\x85")]


LENT_FAULTS = {
    "nested too deep": ("[" * 100_000, "RecursionError"),
    "no text": (json.dumps({"text": None, "label": "benign"}), "text is NoneType, not a string"),
    "a number": (json.dumps({"text": 5, "label": "benign"}), "text is int, not a string"),
    "no object": ("[]", "TypeError"),
    "no label": (json.dumps({"text": "hi"}), "KeyError"),
}


@pytest.mark.parametrize("side", ["ballast", "traffic"])
@pytest.mark.parametrize("fault", LENT_FAULTS)
def test_a_faulty_set_is_named_by_file_and_line(tmp_path: Path, fault: str, side: str) -> None:
    line, match = LENT_FAULTS[fault]
    file = tmp_path / "talk.jsonl"
    file.write_text(f"{json.dumps({'text': 'hi', 'label': 'benign'})}\n\n{line}\n", "utf-8")
    with pytest.raises(DumpError, match=rf'talk\.jsonl: not JSON lines with "text" and "label": line 3: .*{match}'):
        corpus.lent([file] * (side == "ballast"), [file] * (side == "traffic"), 10)


@pytest.mark.parametrize("side", ["ballast", "traffic"])
@pytest.mark.parametrize("content", ["", "\n \n", '{"text": "hi", "label": "ham"}\n'])
def test_a_set_that_lends_nothing_is_told(tmp_path: Path, content: str, side: str) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(DumpError, match=r"talk\.jsonl: no message in it is labelled benign"):
        corpus.lent([file] * (side == "ballast"), [file] * (side == "traffic"), 10)


def test_sets_of_one_name_are_both_named(tmp_path: Path) -> None:
    sets = [corpus.Ballast("talk", digest * 8, ("hi",) * rows) for digest, rows in (("12345678", 1), ("abcdef01", 2))]
    both = {"talk": {"sha256": "12345678" * 8, "rows": 1}, "talk-abcdef01": {"sha256": "abcdef01" * 8, "rows": 2}}
    assert build.provenance(tmp_path, [], sets, sets[1:])["ballast"] == both
    assert list(build.provenance(tmp_path, [], sets, sets[1:])["thresholds_chosen_on"]) == ["talk"]


def test_only_benign_rows_of_a_set_need_a_text(tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_text('{"label": "spam_other"}\n{"text": "", "label": "benign"}\n{"text": null, "label": "scam"}\n', "utf-8")
    (learned,), _ = corpus.lent([file], [], 10)
    assert learned.texts == ("",)


def test_a_text_may_hold_a_lone_surrogate(tmp_path: Path) -> None:
    (tmp_path / "xx.jsonl").write_text(json.dumps(GOOD | {"text": "\ud800"}), "utf-8")
    assert [message.text for message in corpus.read(tmp_path)] == ["\ud800"]


def test_a_folder_without_messages_is_named(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match=r"holds no \*\.jsonl"):
        corpus.read(tmp_path)
