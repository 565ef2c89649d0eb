"""The suite judges everybody by the same folds, says how sure it is, and writes only between its marks."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from scamguard import lexicon
from scamguard.cli import app
from scamguard.errors import DumpError, TrainingError
from scamguard.train import baselines, bootstrap, corpus, fit, suite, suite_page, vocabulary
from scamguard.train.evaluate import recall_at

from . import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scamguard.train.baselines import Baseline, Progress, Rank, Rows
    from scamguard.train.corpus import Message

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
RECIPE = fit.Recipe(settings=tiny.SETTINGS, folds=3, warn_rate=0.1, block_rate=0.02)
TF_IDF = baselines.BASELINES[0]
GONE = baselines.Baseline("Nobody", lambda *_: pytest.fail("absent, yet asked"), ("no_such_module",))


def messages() -> Iterator[Message]:
    """Write 240 messages by twelve writers, some of them labelled against their words, so that nobody is perfect."""
    rng = random.Random(5)
    for i in range(4):
        for message in tiny.messages():
            writer, words = f"{message.writer}{'ab'[i % 2]}", " ".join(rng.choices(("today", "please", "account", "现在", "谢谢"), k=4))
            scam = message.scam != (rng.random() < 0.15)
            kind, asks = ("credential_request", ("password",)) if scam else ("advisory", ())
            yield replace(
                message, id=f"{message.id}-{i}", text=f"{message.text} {words}", scam=scam, kind=kind, asks=asks, writer=writer, pair=None
            )


def kept(rows: Iterator[Message] | list[Message], folder: Path) -> Path:
    """Write a folder of messages."""
    lines = ({**asdict(m), "label": "scam" if m.scam else "benign"} for m in rows)
    folder.mkdir(exist_ok=True)
    (folder / "small.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


def ran(folder: Path, compared: tuple[Baseline, ...] = (TF_IDF,), **options: Any) -> dict[str, Any]:
    """Run the suite with a small recipe and lexicon: compiling the bundled one takes seconds."""
    words = vocabulary.compiled(tiny.lexicon())
    usual = {"recipe": RECIPE, "compared": compared, "words": words, "resamples": 100, "progress": lambda _: None}
    return suite.run(folder, **{**usual, **options})


def written(folder: Path, page: Path) -> dict[str, Any]:
    """Run the suite into a page."""
    record = ran(folder, (TF_IDF, GONE))
    page.write_text("before\n\n<!-- suite -->\nold\n<!-- /suite -->\n\nbehind\n", "utf-8")
    suite_page.write(page, record)
    return record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the messages."""
    return kept(messages(), tmp_path_factory.mktemp("messages"))


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep some ballast."""
    file = tmp_path_factory.mktemp("lent") / "talk.jsonl"
    file.write_text("".join(json.dumps({"text": f"lunch at {i}?", "label": "benign"}) + "\n" for i in range(70)), "utf-8")
    return file


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run once, here."""
    page = tmp_path_factory.mktemp("docs") / "page.md"
    written(folder, page)
    return page


@pytest.fixture(scope="module")
def record(page: Path) -> dict[str, Any]:
    """Read what that run left."""
    found: dict[str, Any] = json.loads(suite_page.record_of(page).read_text("utf-8"))
    return found


class TestBootstrap:
    """Figures of counted messages are those of as many copies."""

    @given(
        rows=st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=60),
        many=st.sampled_from([1, 40]),
    )
    def test_counts_are_copies(self, rows: list[tuple[bool, int, int]], many: int) -> None:
        """The slow twin repeats each message and asks the functions that the model card's figures are made with."""
        scam, score, counts = (np.array(column) for column in zip(*(row for row in rows for _ in range(many)), strict=True))
        scam, score = scam.astype(np.bool_), score.astype(np.float64)
        found = bootstrap.ranked(scam, score).figures(counts)
        scams, scores = np.repeat(scam, counts), np.repeat(score, counts)
        event(f"both classes: {found is not None}")
        if found is None:
            assert not scams.any() or scams.all()
        else:
            assert found[0] == pytest.approx(roc_auc_score(scams, scores), abs=1e-12)
            assert found[1:] == pytest.approx([recall_at(scams, scores, rate) for rate in bootstrap.RATES], abs=1e-12)

    def test_messages_of_one_writer_are_no_further_evidence(self) -> None:
        """Each writer's message ten times over leaves the intervals as they are; as messages of ten writers they narrow."""
        rng = np.random.default_rng(1)
        scam = rng.random(60) < 0.5
        score, who = scam + rng.normal(size=60), np.arange(60)
        plain = bootstrap.measured(scam, score, who, 300)
        scam, score = np.tile(scam, 10), np.tile(score, 10)
        assert bootstrap.measured(scam, score, np.tile(who, 10), 300)["auc"] == plain["auc"]
        _, low, high = bootstrap.measured(scam, score, np.arange(600), 300)["auc"]
        assert high - low < 0.5 * (plain["auc"][2] - plain["auc"][1])

    def test_one_class_has_no_figures(self) -> None:
        assert bootstrap.measured(np.ones(4, np.bool_), np.arange(4.0), np.arange(4)) == {}

    def test_one_writer_has_no_width(self) -> None:
        found = bootstrap.measured(np.array([True, False, True]), np.array([3.0, 2.0, 1.0]), np.zeros(3, np.int64), 20)
        assert found["auc"] == (0.5, 0.5, 0.5)


class TestSameRows:
    """Everybody is fitted on the rows that the model is fitted on, and sees no writer that is asked about."""

    def test_rows_are_those_of_the_material(self, folder: Path, lent: Path) -> None:
        own, (sets, _) = corpus.read(folder), corpus.lent([lent], (), 2000)
        material = fit.material(own, sets, vocabulary.compiled(tiny.lexicon()), RECIPE)
        rows = baselines.rows(own, material.fold, sets, RECIPE)
        copies = len(material.copy_of)
        assert copies > 20
        assert rows.fold.tolist() == [*material.fold, *material.fold[material.copy_of], *[-1] * 70]
        assert rows.scam.tolist() == [*material.scam, *material.scam[material.copy_of], *[False] * 70]
        assert rows.weight.tolist() == [1.0] * 240 + [RECIPE.augment_weight] * copies + [RECIPE.ballast_weight] * 70
        assert rows.texts[0] == own[0].text
        assert rows.texts[-1] == "lunch at 69?"

    def test_all_get_the_same_folds_and_no_writer_twice(self, folder: Path, lent: Path) -> None:
        seen: list[list[tuple[Any, Any]]] = []

        def spy(rows: Rows, _: Progress) -> Rank:
            seen.append([])

            def rank(train: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
                seen[-1].append((train.tolist(), held.tolist()))
                return held.astype(np.float64)

            return rank

        ran(folder, (baselines.Baseline("one", spy), baselines.Baseline("two", spy)), ballast=[lent])
        assert seen[0] == seen[1]
        own = corpus.read(folder)
        assert sorted(i for _, held in seen[0] for i in held) == list(range(len(own)))
        assert [held for _, held in seen[0]] == [[i for i, k in enumerate(corpus.groups(own, 3)) if k == fold] for fold in range(3)]
        for train, held in seen[0]:
            assert not {own[i].writer for i in train if i < len(own)} & {own[i].writer for i in held}
            assert sum(i >= len(own) for i in train) > 70  # copies and all ballast

    def test_a_copy_stays_with_its_writer(self, folder: Path) -> None:
        own = corpus.read(folder)
        rows = baselines.rows(own, np.array(corpus.groups(own, 3)), [], RECIPE)
        for k in range(3):
            assert {rows.fold[i] for i in rows.training(k).tolist()} == {0, 1, 2} - {k}

    @given(weight=st.lists(st.sampled_from([1.0, 0.5, 0.3, 0.03]), min_size=1, max_size=400))
    def test_thinning_keeps_the_sum_of_weights(self, weight: list[float]) -> None:
        rows = np.array(weight)
        kept = baselines.thinned(np.arange(len(rows)), rows)
        for w in (1.0, 0.5, 0.3, 0.03):
            assert (rows[kept] == w).sum() == -(-weight.count(w) // round(1 / w))

    def test_hostile_texts_are_scored(self) -> None:
        """A lone surrogate, nothing, NUL, a label of fastText's: every baseline that is installed scores them."""
        texts = ["\ud800 send", "", "\x00", "__label__scam\nhi", "🙂" * 50, "send us your seed phrase", "never share it", "lunch?"]
        own = [replace(m, text=text) for m, text in zip(tiny.messages(), texts * 3, strict=False)]
        rows = baselines.rows(own, np.array([0, 0, 1, 1] * 6), [], RECIPE)
        for one in baselines.BASELINES:
            if not one.absent():
                asked = rows.lang[: rows.own] == one.reads if one.reads else np.ones(rows.own, np.bool_)
                assert np.isfinite(baselines.out_of_fold(one, rows, 2, lambda _: None)).tolist() == asked.tolist()

    @pytest.mark.parametrize("one", baselines.BASELINES, ids=lambda one: one.title.split()[0])
    def test_a_baseline_learns(self, folder: Path, one: Baseline) -> None:
        if one.absent():
            pytest.skip(one.absent())
        own = corpus.read(folder)
        rows = baselines.rows(own, np.array(corpus.groups(own, 3)), [], RECIPE)
        scores = baselines.out_of_fold(one, rows, 3, lambda _: None)
        asked = np.isfinite(scores)
        assert roc_auc_score(rows.scam[: rows.own][asked], scores[asked]) > 0.65  # of a few dozen messages
        assert np.array_equal(baselines.out_of_fold(one, rows, 3, lambda _: None), scores, equal_nan=True)

    def test_one_that_reads_a_single_language_sees_and_is_asked_no_other(self, folder: Path, tmp_path: Path) -> None:
        seen: list[Rows] = []
        lent = tmp_path / "talk.jsonl"
        talk = ("I will see you there at seven", "wir sehen uns dann um sieben", "今天晚上一起吃饭吗")
        lent.write_text("".join(json.dumps({"text": text, "label": "benign"}) + "\n" for text in talk), "utf-8")

        def spy(rows: Rows, _: Progress) -> Rank:
            seen.append(rows)
            return lambda _, held: rows.scam[held].astype(np.float64)

        found = ran(folder, (baselines.Baseline("reads English", spy, reads="en"), TF_IDF), ballast=[lent])
        own = corpus.read(folder)
        assert [*seen[0].texts[: seen[0].own]] == [m.text for m in own if m.lang == "en"]
        assert set(seen[0].lang.tolist()) == {"en"}
        assert set(seen[0].texts) & set(talk) == {talk[0]}
        figures = found["systems"][1]["figures"]
        assert figures["en"]["auc"] == [1.0, 1.0, 1.0]
        assert [name for name, row in figures.items() if row] == ["en"]
        assert suite_page.block(found).count("| reads English |") == 1


def test_the_first_line_is_the_model_card(record: dict[str, Any]) -> None:
    ours, card = record["systems"][0]["figures"], record["out_of_fold"]
    for name, row in (("all", card["all"]), ("en", card["by_language"]["en"]), ("zh", card["by_language"]["zh"])):
        assert {figure: ours[name][figure][0] for figure in bootstrap.NAMES} == {figure: row[figure] for figure in bootstrap.NAMES}
    assert {lang: row["messages"] for lang, row in record["by_language"].items()} == {"de": 80, "en": 80, "zh": 80}


def test_intervals_hold_their_figures(record: dict[str, Any]) -> None:
    cells = [cell for system in record["systems"] for figures in system["figures"].values() for cell in figures.values()]
    assert len(cells) == 2 * 4 * 3
    assert all(0 <= low <= value <= high <= 1 for value, low, high in cells)
    assert any(low < value < high for value, low, high in cells)


def test_what_is_absent_is_named(folder: Path, record: dict[str, Any], page: Path) -> None:
    why = "skipped: no_such_module not installed; pip install 'scamguard[suite]'"
    assert record["absent"] == {"Nobody": why}
    assert f"Nobody: {why}." in page.read_text("utf-8")
    told: list[str] = []
    ran(folder, (GONE,), progress=told.append)
    assert told.count(f"Nobody: {why}") == 1


def test_ballast_is_stated(folder: Path, lent: Path, record: dict[str, Any]) -> None:
    assert {system["ballast"] for system in record["systems"]} == {"none"}
    assert "and on no ballast" in suite_page.block(record)
    coarse = baselines.Baseline("coarse", lambda *_: lambda _, held: held.astype(float), weighs=False)
    other = ran(folder, (TF_IDF, coarse), ballast=[lent])
    assert [system["ballast"] for system in other["systems"]] == ["at weight 0.03", "at weight 0.03", "1 row in 33"]
    assert "70 rows of ballast from 1 public sets" in suite_page.block(other)
    assert other["systems"][1]["figures"] != record["systems"][1]["figures"]


def test_a_card_of_the_same_rows_is_compared(folder: Path, record: dict[str, Any]) -> None:
    same = {name: record[name] for name in ("trained_on", "recipe", "out_of_fold")}
    assert ran(folder, (), card=same)["card"] == {"same_rows": True, "differs": []}
    worse = json.loads(json.dumps(same))
    worse["out_of_fold"]["all"]["auc"] = 0.5
    found = ran(folder, (), card=worse)
    assert found["card"]["differs"] == [f"all.auc: 0.5, now {record['out_of_fold']['all']['auc']}"]
    assert "**1 out-of-fold figures differ from the model's card**: all.auc: 0.5" in suite_page.block(found)
    assert ran(folder, (), card={**same, "recipe": {}})["card"] == {"same_rows": False, "differs": []}


def test_two_runs_give_the_same_bytes(folder: Path, page: Path, tmp_path: Path) -> None:
    """The second run is a process of its own with another hash seed: no order of a set may matter."""
    code = "import sys; from pathlib import Path; from tests import test_suite as t; t.written(*map(Path, sys.argv[1:]))"
    again = tmp_path / page.name
    where = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    subprocess.run([sys.executable, "-c", code, str(folder), str(again)], check=True, env=where)
    assert again.read_bytes() == page.read_bytes()
    assert suite_page.record_of(again).read_bytes() == suite_page.record_of(page).read_bytes()


class TestPage:
    """Only what stands between the marks changes."""

    def test_the_block_is_replaced_and_nothing_else(self, page: Path, record: dict[str, Any]) -> None:
        assert page.read_text("utf-8") == f"before\n\n<!-- suite -->\n{suite_page.block(record)}\n<!-- /suite -->\n\nbehind\n"
        assert {path.name for path in page.parent.iterdir()} == {"page.md", "page.json"}

    def test_line_ends_and_signs_outside_stay(self, tmp_path: Path, record: dict[str, Any]) -> None:
        other = tmp_path / "p.md"
        other.write_bytes("\ufeffé\r\n<!-- suite -->\nx\n<!-- /suite -->\r\n\\1 end".encode())
        suite_page.write(other, record)
        suite_page.write(other, record)
        assert other.read_bytes().startswith("\ufeffé\r\n<!-- suite -->\n|".encode())
        assert other.read_bytes().endswith(b"\n<!-- /suite -->\r\n\\1 end")

    def test_a_disk_that_is_full_leaves_the_page(self, tmp_path: Path, record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        other = tmp_path / "p.md"
        other.write_text("<!-- suite -->\n<!-- /suite -->\n", "utf-8")
        write = Path.write_bytes

        def full(path: Path, data: bytes) -> int:
            write(path, data[:10])
            raise OSError("no space")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="no space"):
            suite_page.write(other, record)
        assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("p.md", "<!-- suite -->\n<!-- /suite -->\n")]

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("p.md", "no place", "needs one place for the tables"),
            ("p.md", "<!-- suite -->\n<!-- /suite -->\n" * 2, "needs one place for the tables"),
            ("p.md", None, "cannot be read"),
            ("p.json", "{}", "the record goes there"),
        ],
    )
    def test_a_page_without_a_place_is_refused_before_the_work(self, tmp_path: Path, name: str, text: str | None, words: str) -> None:
        if text is not None:
            (tmp_path / name).write_text(text, "utf-8")
        result = CliRunner().invoke(app, ["evaluate", "--suite", "--into", str(tmp_path / name)])
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert words in result.stderr
        assert name in result.stderr

    def test_the_page_of_the_docs_shows_its_record(self) -> None:
        record = json.loads(suite_page.record_of(PAGE).read_text("utf-8"))
        assert suite_page.filled(PAGE.read_text("utf-8"), record) == PAGE.read_text("utf-8"), "run make suite"
        titles = {one.title for one in baselines.BASELINES}
        assert {system["title"] for system in record["systems"]} | record["absent"].keys() == {suite.OURS} | titles


@pytest.mark.parametrize(
    ("few", "recipe"),
    [(lambda m: m.writer == "w0a", RECIPE), (lambda m: m.scam, RECIPE), (lambda _: True, fit.Recipe(settings=tiny.SETTINGS, folds=30))],
)
def test_too_few_messages_are_one_clear_line(tmp_path: Path, few: Any, recipe: fit.Recipe) -> None:
    with pytest.raises(TrainingError, match=rf"{recipe.folds} folds need {recipe.folds} writers"):
        ran(kept([m for m in messages() if few(m)], tmp_path), recipe=recipe)


def test_a_folder_without_messages_is_named(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match=r"holds no \*\.jsonl"):
        ran(tmp_path)


class TestCommand:
    """The command reads, calls and prints."""

    @pytest.fixture
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the command run with small tables."""
        monkeypatch.setattr(fit, "Recipe", lambda folds: replace(RECIPE, folds=folds))
        monkeypatch.setattr(lexicon, "load", tiny.lexicon)
        monkeypatch.setattr(suite.run, "__kwdefaults__", {**(suite.run.__kwdefaults__ or {}), "compared": (TF_IDF, GONE), "resamples": 20})

    @pytest.mark.usefixtures("small")
    def test_it_prints_what_it_writes(self, folder: Path, lent: Path, tmp_path: Path) -> None:
        page = tmp_path / "p.md"
        page.write_text("<!-- suite -->\n<!-- /suite -->\n", "utf-8")
        asked = ["evaluate", "--suite", "--messages", str(folder), "--folds", "3", "--ballast", str(lent)]
        plain = CliRunner().invoke(app, asked)
        assert (plain.exit_code, plain.stdout.count("70 rows of ballast from 1")) == (0, 1), plain.stderr
        assert "Nobody: skipped" in plain.stderr
        assert page.read_text("utf-8").count("|") == 0
        kept = CliRunner().invoke(app, [*asked, "--into", str(page)])
        assert kept.stdout == plain.stdout
        assert page.read_text("utf-8") == f"<!-- suite -->\n{plain.stdout}<!-- /suite -->\n"
        assert f"{page} and {page.with_suffix('.json')}" in kept.stderr

    @pytest.mark.usefixtures("small")
    def test_ctrl_c_writes_nothing(self, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(baselines, "out_of_fold", stop)
        page = tmp_path / "p.md"
        page.write_text("<!-- suite -->\n<!-- /suite -->\n", "utf-8")
        asked = ["evaluate", "--suite", "--messages", str(folder), "--folds", "3", "--into", str(page)]
        result = CliRunner().invoke(app, asked)
        assert (result.exit_code, result.stdout) == (130, "")
        assert result.stderr.endswith("scamguard: stopped; nothing was written\n")
        assert [path.name for path in tmp_path.iterdir()] == ["p.md"]
        assert page.read_text("utf-8") == "<!-- suite -->\n<!-- /suite -->\n"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "--suite"),
            (["--suite", "a.jsonl"], "neither files nor --evasion"),
            (["--suite", "--evasion"], "neither files nor --evasion"),
            (["a.jsonl", "--into", "p.md"], "go with --suite"),
            (["a.jsonl", "--ballast", "b.jsonl"], "go with --suite"),
            (["--suite", "--messages", "nowhere"], "nowhere: holds no *.jsonl"),
            (["--suite", "--messages", "{folder}", "--ballast", "nowhere.jsonl"], "nowhere.jsonl: No such file"),
            (["--suite", "--messages", "{folder}", "--ballast", "{folder}/../bad.jsonl.gz"], "bad.jsonl.gz: not JSON lines"),
            (["--suite", "--messages", "{folder}", "--ballast", "{folder}/../bad.jsonl"], "bad.jsonl: not JSON lines"),
            (["--suite", "--messages", "{folder}", "--folds", "40"], "40 folds need 40 writers"),
        ],
    )
    def test_what_does_not_fit_is_one_clear_line(self, folder: Path, arguments: list[str], words: str) -> None:
        for name in ("bad.jsonl", "bad.jsonl.gz"):
            (folder.parent / name).write_text('{"label": "benign"}\n', "utf-8")
        result = CliRunner().invoke(app, ["evaluate", *(a.format(folder=folder) for a in arguments)])
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.stderr
        assert words in result.stderr
