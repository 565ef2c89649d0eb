"""What the learning loop reads and writes: reviews stay a line each, scored files say what they are, and broken records are named."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from scamguard import model as models
from scamguard.cli import app
from scamguard.errors import DumpError, ModelError, TrainingError
from scamguard.guard import load
from scamguard.train import feedback, labelled, reviews
from scamguard.train.corpus import Message

from .test_feedback import FINE, SCAM, run, said

if TYPE_CHECKING:
    from pathlib import Path

    from scamguard.guard import Guard


# ---- the file of reviews


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_review_begins_a_line_of_its_own(tmp_path: Path, end: str) -> None:
    store = tmp_path / "reviews.jsonl"
    store.write_text(json.dumps({"text": FINE, "label": "benign"}) + end, "utf-8")
    assert run("add", SCAM, "--label", "scam", "--reviews", store).exit_code == 0
    assert run("add", "third", "--label", "benign", "--reviews", store).exit_code == 0
    assert [message.text for message in reviews.read(store)] == [FINE, SCAM, "third"]
    assert store.read_bytes().count(b"\n") == 3


def test_a_review_without_a_kind_is_read_back(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    for text, label in ((SCAM, "scam"), (FINE, "benign")):
        reviews.add(store, reviews.review(text, label))
    assert [message.kind for message in reviews.read(store)] == ["scam", "benign"]


def test_labels_that_are_damaged_are_told(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl.gz"
    file.write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 30)
    with pytest.raises(DumpError, match=r"l\.jsonl\.gz: cannot be read: "):
        labelled.read([file])


@pytest.mark.parametrize("command", ["train", "retrain"])
def test_messages_that_say_no_language_are_told(tmp_path: Path, command: str) -> None:
    row = {"id": "1", "lang": 3, "text": "hi", "label": "benign", "kind": "chat", "asks": [], "writer": "ann"}
    (tmp_path / "m.jsonl").write_text(json.dumps(row), "utf-8")
    store = tmp_path / "store" / "reviews.jsonl"
    reviews.add(store, reviews.review(SCAM, "scam"))
    path = ["feedback", "retrain", "--reviews", str(store)] if command == "retrain" else ["train"]
    done = CliRunner().invoke(app, [*path, "--messages", str(tmp_path), "--out", str(tmp_path / "new")])
    assert "m.jsonl, line 1: not a labelled message: lang is int, not a string" in said(done)


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_of_reviews_that_is_packed_stays_packed(tmp_path: Path, end: str) -> None:
    store = tmp_path / "reviews.jsonl.gz"
    store.write_bytes(gzip.compress((json.dumps({"text": FINE, "label": "benign"}) + end).encode()))
    assert "2 reviews" in run("add", SCAM, "--label", "scam", "--reviews", store).stdout
    assert "3 reviews" in run("add", "third", "--label", "benign", "--reviews", store).stdout
    assert [message.text for message in reviews.read(store)] == [FINE, SCAM, "third"]
    assert gzip.decompress(store.read_bytes()).count(b"\n") == 3


def test_a_new_file_of_reviews_is_packed_by_its_name(tmp_path: Path) -> None:
    store = tmp_path / "new.gz"
    assert run("add", SCAM, "--label", "scam", "--reviews", store).exit_code == 0
    assert json.loads(gzip.decompress(store.read_bytes()))["text"] == SCAM


def test_nothing_is_added_to_a_packed_file_that_is_damaged(tmp_path: Path) -> None:
    store, raw = tmp_path / "reviews.gz", gzip.compress(b"{}\n")[:-3]
    store.write_bytes(raw)
    assert "reviews.gz: cannot be read: " in said(run("add", FINE, "--label", "benign", "--reviews", store))
    assert store.read_bytes() == raw


def test_blank_lines_are_no_reviews_yet(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    store.write_text("\ufeff\n \n\n", "utf-8")
    assert reviews.read(store) == []
    assert "reviews.jsonl: no reviews yet; " in said(run("retrain", "--reviews", store, "--out", tmp_path / "new"))
    assert "1 reviews" in run("add", SCAM, "--label", "scam", "--reviews", store).stdout


def test_a_later_review_replaces_one_of_any_name(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    rows = [("", SCAM), ('"id": null, ', FINE), ('"id": null, ', "third")]
    store.write_text("\n".join(f'{{{name}"text": "{text}", "label": "benign"}}' for name, text in rows), "utf-8")
    assert "3 reviews" in run("add", SCAM, "--label", "scam", "--reviews", store).stdout
    kept = reviews.read(store)
    assert [(message.text, message.scam) for message in kept] == [(SCAM, True), (FINE, False), ("third", False)]
    assert len({message.id for message in kept}) == 3, "copies of a message are found again by its id"


@pytest.mark.parametrize(("piped", "kept"), [("a\r\n", "a"), ("a\n", "a"), ("a", "a"), ("a\n\n", "a\n"), ("\na\r\nb\n", "\na\r\nb")])
def test_what_is_piped_in_ends_without_its_last_line_end(tmp_path: Path, piped: str, kept: str) -> None:
    assert run("add", "-", "--label", "scam", "--reviews", tmp_path / "r.jsonl", stdin=piped).exit_code == 0
    assert [message.text for message in reviews.read(tmp_path / "r.jsonl")] == [kept]


def test_a_secret_said_twice_is_kept_once() -> None:
    assert reviews.review(SCAM, "scam", asks=["card", "2fa_code", "card"]).asks == ("card", "2fa_code")


@pytest.mark.parametrize("lang", ["klingon!!", "", "e", "en ", "zh_TW", "en-", "english or so"])
def test_what_is_no_language_tag_is_told(tmp_path: Path, lang: str) -> None:
    store = tmp_path / "reviews.jsonl"
    line = said(run("add", SCAM, "--label", "scam", "--lang", lang, "--reviews", store))
    assert f"{lang!r} is no language tag; give one such as en or zh-TW" in line
    assert not store.exists()


@pytest.mark.parametrize("lang", ["en", "zh-TW", "zh-Hant-HK", "es-419", "und", "mixed", "ckb"])
def test_a_language_tag_is_kept(lang: str) -> None:
    assert reviews.review(SCAM, "scam", lang=lang).lang == lang


# ---- scored files


@pytest.fixture
def dumps(tmp_path: Path) -> tuple[str, str]:
    """Write two dumps of a message each."""
    for name, text in (("a", SCAM), ("b", FINE)):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    return str(tmp_path / "a.txt"), str(tmp_path / "b.txt")


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".csv", ".parquet"])
def test_a_row_of_several_dumps_is_shown_with_its_dump(tmp_path: Path, dumps: tuple[str, str], suffix: str) -> None:
    file, store = tmp_path / f"v{suffix}", tmp_path / "reviews.jsonl"
    assert CliRunner().invoke(app, ["scan", *dumps, "--fail-on", "never", "--out", str(file)]).exit_code == 0
    assert {(one.file, one.row, one.text) for one in reviews.scored(file)} == {(dumps[0], 1, SCAM), (dumps[1], 1, FINE)}
    shown = run("review", file, "--reviews", store).stdout
    assert shown.split()[:4] == ["file", "row", "risk", "message"]
    assert "".join(dumps[0].split()) in "".join(shown.split())
    assert CliRunner().invoke(app, ["scan", dumps[0], "--fail-on", "never", "--out", str(file)]).exit_code == 0
    assert run("review", file, "--reviews", store).stdout.split()[:3] == ["row", "risk", "message"]


@pytest.mark.parametrize("suffix", [".sqlite", ".duckdb", ".sarif"])
def test_a_file_that_cannot_be_reviewed_is_told(tmp_path: Path, dumps: tuple[str, str], suffix: str) -> None:
    file = tmp_path / f"v{suffix}"
    assert CliRunner().invoke(app, ["scan", *dumps, "--fail-on", "never", "--out", str(file)]).exit_code == 0
    for command in (["review", str(file)], ["add", "--of", str(file), "--row", "1", "--label", "scam"]):
        line = said(run(*command, "--reviews", tmp_path / "reviews.jsonl"))
        assert f"v{suffix}: can be reviewed as .jsonl, .ndjson, .csv, .parquet; " in line


@pytest.mark.parametrize("content", ["", "text,label\n", "row,text\n1,hi\n", "row;text;risk\n"])
def test_a_table_without_risks_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "v.csv"
    file.write_text(content, "utf-8")
    assert "v.csv: no scored file; " in said(run("review", file, "--reviews", tmp_path / "reviews.jsonl"))


ONE = {"row": 1, "text": "hi", "risk": 0.5}
NOT_SCORED: dict[str, list[object]] = {
    "text": [5, ["hi"], {}, True, 0],
    "file": [5, ["a.txt"], False],
    "row": [None, [1], 1.5, math.nan, math.inf, "x"],
    "risk": [None, [0.5], "high", math.nan, math.inf, -math.inf, -0.01, 1.01, 5],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in NOT_SCORED.items() for value in values])
def test_a_value_that_no_scan_writes_is_told(tmp_path: Path, name: str, value: object) -> None:
    file = tmp_path / "v.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in (ONE, {**ONE, name: value})), "utf-8")
    for command in (["review", str(file)], ["add", "--of", str(file), "--row", "1", "--label", "scam"]):
        assert "v.jsonl: no scored file; " in said(run(*command, "--reviews", tmp_path / "reviews.jsonl"))
    assert not (tmp_path / "reviews.jsonl").exists()


@pytest.mark.parametrize("risk", ["nan", "NaN", "inf", "-0.5", "1.5", ""])
def test_a_table_of_impossible_risks_is_told(tmp_path: Path, risk: str) -> None:
    file = tmp_path / "v.csv"
    file.write_text(f"row,text,risk\n1,hi,0.5\n2,ho,{risk}\n", "utf-8")
    assert "v.csv: no scored file; " in said(run("review", file, "--reviews", tmp_path / "reviews.jsonl"))


@pytest.mark.parametrize("values", [[5], [["hi"]], [b"hi"]])
def test_a_parquet_file_whose_texts_are_none_is_told(tmp_path: Path, values: list[object]) -> None:
    pq.write_table(pa.table({"row": [1], "text": pa.array(values), "risk": [0.5]}), tmp_path / "v.parquet")
    assert "v.parquet: no scored file; " in said(run("review", tmp_path / "v.parquet", "--reviews", tmp_path / "reviews.jsonl"))


def test_a_scored_file_may_have_blank_lines_a_byte_order_mark_and_missing_texts(tmp_path: Path) -> None:
    file = tmp_path / "v.jsonl"
    changes: list[dict[str, Any]]
    changes = [{}, {"row": 2.0, "text": None, "file": None}, {"row": 3, "text": "a\u2028b", "risk": 0}, {"row": 4, "risk": 1}]
    rows = [ONE | change for change in changes]
    file.write_text("\ufeff\n" + "\n \n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert list(reviews.scored(file)) == [(1, "hi", 0.5, ""), (2, "", 0.5, ""), (3, "a\u2028b", 0.0, ""), (4, "hi", 1.0, "")]


def test_an_empty_parquet_file_without_risks_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"row": pa.array([], pa.int64()), "text": pa.array([], pa.string())}), tmp_path / "v.parquet")
    assert "v.parquet: no scored file; " in said(run("review", tmp_path / "v.parquet", "--reviews", tmp_path / "reviews.jsonl"))


def test_a_scan_that_reported_nothing_leaves_nothing_to_review(tmp_path: Path, dumps: tuple[str, str]) -> None:
    for suffix in reviews.SUFFIXES:
        file = tmp_path / f"v{suffix}"
        assert CliRunner().invoke(app, ["scan", dumps[1], "--only", "flagged", "--out", str(file)]).exit_code == 0
        assert run("review", file, "--reviews", tmp_path / "reviews.jsonl").stdout == "nothing left to review\n"


def test_the_help_names_what_can_be_reviewed() -> None:
    for command in ("add", "review"):
        shown = "".join(run(command, "--help").stdout.split())
        assert all(suffix in shown for suffix in reviews.SUFFIXES)


# ---- the model that is written


@pytest.mark.parametrize("place", ["file", "file/new", "file/deep/new"])
def test_a_file_where_the_model_should_go_is_told_before_training(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scamguard.train.fit.train", lambda *_: pytest.fail("it trains"))
    store = tmp_path / "reviews.jsonl"
    reviews.add(store, reviews.review(SCAM, "scam"))
    (tmp_path / "file").write_text("mine")
    line = said(run("retrain", "--reviews", store, "--out", tmp_path / place))
    assert line.endswith(f"{tmp_path / 'file'} is a file, and no folder for a model\n")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # whoever runs tests may be root, who may all
    with pytest.raises(TrainingError, match="cannot be written to"):
        feedback.retrain(tmp_path / "reviews.jsonl", tmp_path / "new", messages=tmp_path)


def told(writer: int, *, scam: bool) -> Message:
    return Message(f"{scam}{writer}", "en", f"{scam} {writer}", scam, "chat", (), f"w{writer}")


def test_what_is_by_one_writer_is_told_before_training() -> None:
    card = load().model.card
    both = [told(writer, scam=scam) for scam in (True, False) for writer in range(3)]
    assert feedback._recipe(card, both).folds == 3
    with pytest.raises(TrainingError, match="by one writer"):
        feedback._recipe(card, [told(0, scam=True), told(0, scam=True), *(one for one in both if not one.scam)])


@pytest.mark.parametrize("damage", [{}, {"all": {"false_alarms": "few"}}, {"all": 1}, []])
def test_a_base_whose_card_tells_no_false_alarms_is_refused(damage: object) -> None:
    both = [told(writer, scam=scam) for scam in (True, False) for writer in range(3)]
    with pytest.raises(ModelError, match="choose another --base"):
        feedback._recipe({**load().model.card, "out_of_fold": damage}, both)


# ---- what changes


class Silent:
    """A guard that allows all."""

    def __init__(self, guard: Guard) -> None:
        self.decide = lambda texts: (guard.score(texts) * 0, guard.decide(texts)[1] * 0)


def test_changes_are_counted_though_none_is_shown(guard: Guard) -> None:
    blocks = [([4, 9], [SCAM, FINE]), ([12], ["Kraken Support: send us your seed phrase"])]
    for most in (0, 1, 5):
        counts, moved = feedback.compare(guard, Silent(guard), blocks, most)  # type: ignore[arg-type]
        assert sum(counts.values()) == 3
        assert counts["allow", "allow"] == 1
        assert len(moved) == min(most, 2)
        assert {one.row for one in moved} <= {4, 12}


def test_compare_without_rows_counts_and_with_broken_records_names_them(tmp_path: Path) -> None:
    dump, bundled = tmp_path / "d.jsonl", models.bundled()
    dump.write_text(f'{{"text": "{FINE}"}}\n{{broken\n{{"text": "{SCAM}"}}\n', "utf-8")
    done = run("compare", bundled, bundled, dump, "--show", "0")
    assert done.exit_code == 2
    lines = done.stdout.splitlines()
    assert lines[0] == "       2  of 2 stay as they are"
    assert lines[1] == "1 broken record skipped:"
    assert lines[2].startswith(f"  {dump}, line 2: not JSON: ")
    scanned = CliRunner().invoke(app, ["scan", str(dump)]).stdout  # as there, where a line may be cut in two
    assert "".join(lines[2].split()) in "".join(scanned.split())
    assert lines[3].endswith("0 won, 0 lost")
    dump.write_text(f'{{"text": "{FINE}"}}\n' + "{broken\n" * 9, "utf-8")
    done = run("compare", bundled, bundled, dump)
    assert done.exit_code == 2
    assert "9 broken records skipped:" in done.stdout
    assert "--broken PLACES` writes them all" in done.stdout


def test_compare_names_the_row_of_the_dump(tmp_path: Path) -> None:
    dump, deaf = tmp_path / "d.jsonl", tmp_path / "deaf"
    model = models.load(models.bundled())
    card = model.card | {"thresholds": model.card["thresholds"] | {"warn": 1.0, "block": 1.0}}
    models.save(replace(model, card={k: v for k, v in card.items() if k not in {"format", "sha256", "settings"}}), deaf)
    dump.write_text('{broken\n\n{"text": "Kraken Support: send us your seed phrase"}\n', "utf-8")
    done = run("compare", models.bundled(), deaf, dump)
    assert done.stdout.splitlines()[1].split()[:2] == ["3", "block"]


def test_a_missing_dump_is_told(tmp_path: Path) -> None:
    assert "none.txt: no such file" in said(run("compare", models.bundled(), models.bundled(), tmp_path / "none.txt"))
