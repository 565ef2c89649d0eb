"""The command ``train``: from a folder of messages to a model folder, with a card that says what was asked for."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from scamguard import lexicon, model, soundness
from scamguard.cli import app
from scamguard.train import ablate, build, card, fit

from . import tiny

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scamguard.train.corpus import Message


VARIANTS = "as shipped", "character table 2^18", "neither concepts, rules nor frames", "penalty C = 1"


def messages() -> Iterator[Message]:
    """Write sixty messages, a few labelled against their words, so that no model is perfect."""
    for i, message in enumerate(tiny.messages()):
        scam = message.scam != (i % 11 == 0)
        kind, asks = ("credential_request", ("password",)) if scam else ("advisory", ())
        yield replace(message, scam=scam, kind=kind, asks=asks, pair=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on the sixty messages with the tiny lexicon: compiling the bundled one takes seconds."""
    folder = tmp_path_factory.mktemp("parent") / "train"
    write(folder, messages())
    for name in ("ballast", "traffic"):
        talk = ({"text": f"{name}: lunch at {i}?", "label": "benign"} for i in range(40))
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in talk), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        recipe = tiny.recipe()
        patch.setattr(lexicon, "load", tiny.lexicon)
        patch.setattr(fit, "Recipe", lambda: recipe)
        patch.setattr(ablate, "VARIANTS", {name: ablate.VARIANTS[name] for name in VARIANTS})
        lent = ["--ballast", str(folder / "ballast"), "--traffic", str(folder / "traffic")]
        done = CliRunner().invoke(
            app, ["train", "--messages", str(folder), "--out", str(folder / "model"), *lent, "--ablate", "--zero-shot"]
        )
    assert done.exit_code == 0, done.output
    assert f"written to {folder / 'model'}" in done.output
    return folder / "model"


@pytest.fixture(scope="module")
def written(folder: Path) -> dict[str, Any]:
    return dict(model.load(folder).card)


def test_the_card_names_what_it_was_trained_on(written: dict[str, Any]) -> None:
    trained = written["trained_on"]
    assert trained["count"] == {"scam": 30, "benign": 30}
    assert list(trained["messages"]) == ["own.jsonl"]
    assert {name: row["rows"] for name, row in trained["ballast"].items()} == {"ballast": 40}
    assert {name: row["rows"] for name, row in trained["thresholds_chosen_on"].items()} == {"traffic": 40}


@pytest.mark.parametrize("name", ablate.VARIANTS)
def test_a_variant_is_a_model_that_could_be_loaded(written: dict[str, Any], name: str) -> None:
    settings = asdict(replace(fit.Recipe().settings, **ablate.VARIANTS[name].get("settings", {})))
    problem = soundness.flaw({**written, "settings": settings}, {})
    assert problem, "it has no arrays"
    assert not problem.startswith("settings"), problem


def test_each_variant_is_scored_out_of_fold(written: dict[str, Any]) -> None:
    shipped, *others = written["ablation"]
    assert [row["variant"] for row in written["ablation"]] == list(VARIANTS)
    assert all(row.items() - shipped.items() > {("variant", row["variant"])} for row in others), "a change that changes nothing"
    for name, figures in (("all", written["out_of_fold"]["all"]), *written["out_of_fold"]["by_language"].items()):
        for figure in ("auc", "recall_at_1", "recall_at_2"):
            assert name == "de" or shipped[f"{name}_{figure}"] == figures[figure]


def test_a_language_left_out_is_scored_beside_what_it_scores_with_its_own(written: dict[str, Any]) -> None:
    for lang, row in written["zero_shot"].items():
        figures = written["out_of_fold"]["by_language"][lang]
        assert (row["messages"], row["auc_with"], row["recall_at_2_with"]) == (figures["messages"], figures["auc"], figures["recall_at_2"])
    assert written["zero_shot"]["zh"]["auc_without"] < written["zero_shot"]["zh"]["auc_with"], "it has hardly a word of the others"
    assert sorted(written["zero_shot"]) == ["de", "en", "zh"]


def section(page: str, title: str) -> list[str]:
    """Give the lines below a title."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0].split("\n")


def test_the_page_shows_what_the_card_holds(folder: Path, written: dict[str, Any]) -> None:
    page = (folder / "README.md").read_text("utf-8")
    (trained,) = (line for line in section(page, "Trained on") if line)
    assert trained.startswith("30 scams and 30 benign messages written for this project. Besides,")
    assert "public sets: ballast (40). The thresholds were chosen on" in trained
    assert trained.endswith(": traffic (40).")
    everything = written["out_of_fold"]["all"]
    (row,) = (line for line in section(page, "Figures, out of fold") if line.startswith("| all |"))
    assert row.startswith(f"| all | 60 | {everything['auc']} | {everything['recall_at_1']} |")
    assert f"| credential_request | {written['out_of_fold']['flagged_by_kind']['credential_request']} |" in page
    assert len([line for line in section(page, "Ablation") if line.startswith("| ")]) == 1 + len(VARIANTS)
    assert "Of 60 messages." in section(page, "Languages left out")
    plain, spoken = (written["identity"][half]["link.number"] for half in ("nats", "nats_spoken_of"))
    assert f"| link.number | {plain} | 0 | 0 | {spoken} | 0 | 0 |" in section(page, "What links show")


def test_the_page_is_silent_about_what_was_not_measured(written: dict[str, Any]) -> None:
    bare = {name: value for name, value in written.items() if name not in {"identity", "sieve", "zero_shot", "ablation"}}
    bare["trained_on"] = {**bare["trained_on"], "ballast": {}, "thresholds_chosen_on": {}}
    page = card.markdown(bare)
    for title in ("What links show", "What is passed over", "Languages left out", "Ablation"):
        assert f"## {title}\n" not in page
    assert section(page, "Trained on")[1] == "30 scams and 30 benign messages written for this project."


def test_the_page_names_late_languages_decisive_rules_and_what_is_passed_over(written: dict[str, Any]) -> None:
    thresholds = {"warn": 0.5, "block": 0.75, "other": 0.625, "languages": {"en": 0.5, "tr": 0.5625}}
    rules = [{**row, "decisive": row["id"] == "ask.password"} for row in written["rules"]]
    page = card.markdown({**written, "thresholds": thresholds, "rules": rules, "sieve": {"passed_over": {"ordinary": 0.875}}})
    assert "Warn from risk 0.500, block from 0.750. Later where hard benign messages are flagged more often: tr 0.562." in page
    assert "whatever its words: `ask.password`." in page
    assert section(page, "What is passed over")[-2:] == ["| ordinary | 0.875 |", ""]
    assert "whatever its words: none." in card.markdown({**written, "rules": []})


def test_a_place_that_is_no_folder_is_told_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    done = CliRunner().invoke(app, ["train", "--messages", str(tmp_path), "--out", str(tmp_path / "taken" / "model")])
    assert (done.exit_code, "is a file, and no folder for a model" in done.output) == (2, True)


def test_what_the_tables_say_of_the_model_is_shown(folder: Path) -> None:
    done = CliRunner().invoke(app, ["model", "info", "--model", str(folder)])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.stdout.split("\n\n")[1:]] == ["language", "kind", "secret"]


@pytest.mark.parametrize("figures", [{"all": {}}, [1], {"all": {"auc": "high"}, "by_language": {}}, {"all": {}, "by_language": [1]}, "x"])
def test_figures_that_cannot_be_shown_are_one_clear_line(folder: Path, tmp_path: Path, figures: object) -> None:
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    written = json.loads((damaged / model.CARD).read_text("utf-8"))
    (damaged / model.CARD).write_text(json.dumps({**written, "out_of_fold": figures}), "utf-8")
    done = CliRunner().invoke(app, ["model", "info", "--model", str(damaged)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert done.stderr.startswith(f"scamguard: {damaged}: its card holds figures that cannot be shown: out_of_fold: ")


@pytest.mark.parametrize("figures", [{}, None])
def test_a_model_that_was_not_measured_is_shown(folder: Path, tmp_path: Path, figures: object) -> None:
    bare = shutil.copytree(folder, tmp_path / "bare")
    written = json.loads((bare / model.CARD).read_text("utf-8"))
    (bare / model.CARD).write_text(json.dumps({**written, "out_of_fold": figures}), "utf-8")
    done = CliRunner().invoke(app, ["model", "info", "--model", str(bare)])
    assert done.exit_code == 0, done.output
    assert "\n\n" not in done.stdout


def test_a_table_without_rows_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text('{"text": "see you at seven", "label": "benign"}\n', "utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(file), "--evasion"])
    assert done.exit_code == 0, done.output
    assert not {"secret", "disguise"} & {*done.stdout.split()}
    assert done.stderr == "no disguise changes scams and benign messages among these\n"
    scam = {"text": "send us your seed phrase", "label": "scam", "asks": ["seed_phrase"]}
    file.write_text(file.read_text("utf-8") + json.dumps(scam), "utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(file), "--evasion"])
    assert {"secret", "disguise"} <= {*done.stdout.split()}
    assert not done.stderr


TOO_LITTLE: dict[str, tuple[Callable[[Message], Message], list[str], str]] = {
    "scams alone": (lambda m: replace(m, scam=True, kind="trust_trick"), [], "60 scams and 0 benign messages"),
    "benign ones alone": (lambda m: replace(m, scam=False, kind="chat", asks=()), [], "0 scams and 60 benign messages"),
    "one writer": (lambda m: replace(m, writer="me"), [], "both are needed, each by two writers or more"),
    "one writer of scams": (lambda m: replace(m, writer="me" if m.scam else m.writer), [], "each by two writers or more"),
    "one writer of benign ones": (lambda m: replace(m, writer=m.writer if m.scam else "me"), [], "each by two writers or more"),
    "one language": (lambda m: replace(m, lang="en"), ["--zero-shot"], "--zero-shot needs both in two languages or more"),
    "one language of scams": (lambda m: replace(m, lang="en" if m.scam else m.lang), ["--zero-shot"], "--zero-shot needs both"),
}


@pytest.mark.parametrize("case", TOO_LITTLE)
def test_too_little_is_told_before_the_training(tmp_path: Path, case: str) -> None:
    change, options, words = TOO_LITTLE[case]
    write(tmp_path / "few", [change(m) for m in tiny.messages()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "material", forbidden)
        done = CliRunner().invoke(app, ["train", "--messages", str(tmp_path / "few"), "--out", str(tmp_path / "model"), *options])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert done.stderr.startswith(f"scamguard: {tmp_path / 'few'}: ")
    assert words in done.stderr


ENOUGH: dict[str, Callable[[Message], Message]] = {
    "as they are": lambda m: m,
    "two writers": lambda m: replace(m, writer="ann" if m.id[-1] < "5" else "bob"),
    "one language": TOO_LITTLE["one language"][0],  # where none is left out
    "one language of scams": TOO_LITTLE["one language of scams"][0],
}


@pytest.mark.parametrize("case", ENOUGH)
def test_enough_is_trained_on(tmp_path: Path, case: str) -> None:
    write(tmp_path / "enough", map(ENOUGH[case], tiny.messages()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "material", forbidden)
        patch.setattr(lexicon, "load", tiny.lexicon)
        with pytest.raises(NotImplementedError):
            build.run(tmp_path / "enough", tmp_path / "model", progress=lambda _: None)


def forbidden(*_: object) -> None:
    """Stand for the work that must not begin."""
    raise NotImplementedError


def write(folder: Path, messages: Iterable[Message]) -> None:
    """Write labelled lines into a new folder."""
    folder.mkdir()
    lines = (json.dumps({**asdict(m), "label": "scam" if m.scam else "benign"}) for m in messages)
    (folder / "own.jsonl").write_text("\n".join(lines), "utf-8")
