"""The learning loop: reviews are kept as they were made, the least certain come first, and poison is refused."""

from __future__ import annotations

import json
import stat
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic
from typer.testing import CliRunner

from scamguard import model as models
from scamguard.cli import app
from scamguard.errors import DumpError, TrainingError
from scamguard.guard import Guard, load
from scamguard.output import COLUMNS, Output
from scamguard.train import feedback, golden, reviews
from scamguard.verdict import Policy

from . import tiny as tiny_corpus

if TYPE_CHECKING:
    from typer.testing import Result

    from scamguard.model import Model
    from scamguard.train.corpus import Message

SCAM = "Support here, read me the code you just got"
FINE = "see you at seven, bring the cake"
WORDS = Mnemonic("english").to_mnemonic(bytes(range(50, 66)))  # twelve words with a valid checksum


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["feedback", *map(str, arguments)], input=stdin)


def said(result: Result) -> str:
    """Give the one clear line with which a command was refused."""
    assert result.exit_code == 2
    assert not result.stdout
    assert result.stderr.startswith("scamguard: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def verdicts(file: Path, rows: list[tuple[str, float]]) -> Path:
    """Write a scored file as `scamguard scan --out` does."""
    with Output(file) as out:
        table = {name: pa.nulls(len(rows), COLUMNS.field(name).type) for name in COLUMNS.names}
        table["text"] = pa.array([text for text, _ in rows], pa.large_string())
        table["risk"] = pa.array([risk for _, risk in rows], pa.float32())
        for name in ("asks", "rules"):
            table[name] = pa.array([[] for _ in rows], COLUMNS.field(name).type)
        for name in ("file", "action", "kind"):
            table[name] = pa.array(["" for _ in rows], COLUMNS.field(name).type)
        table["row"] = pa.array(range(1, len(rows) + 1), pa.int64())
        out.add(pa.table(table, COLUMNS))
    return file


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, tiny: Model) -> Path:
    """Write the tiny model as the one to improve on; its benign messages may be flagged as often as it says."""
    folder = tmp_path_factory.mktemp("old")
    models.save(tiny, folder)
    return folder


# ---- golden cases


def test_golden_cases_are_unmistakable(guard: Guard) -> None:
    assert golden.wrong(guard, golden.cases()) == []


def test_golden_cases_hold_both_classes_in_fourteen_languages_each() -> None:
    counts = Counter((message.lang, message.scam) for message in golden.cases())
    langs = {lang for lang, _ in counts}
    assert len(langs) == 14
    assert all(counts[lang, scam] >= 4 for lang in langs for scam in (True, False))


def test_golden_cases_are_not_trained_on() -> None:
    folder = Path(__file__).parents[1] / "data" / "messages"
    trained = {json.loads(line)["text"] for file in folder.glob("*.jsonl") for line in file.read_text("utf-8").split("\n") if line}
    assert not trained & {message.text for message in golden.cases()}


def test_what_the_old_model_misses_is_not_lost(guard: Guard) -> None:
    deaf = Guard(guard.model, Policy(warn=1.0, block=1.0))
    scams = [message for message in golden.cases() if message.scam]
    assert {m.id for m in golden.lost(guard, deaf, golden.cases())} == {m.id for m in scams}
    assert golden.lost(deaf, deaf, golden.cases()) == []


# ---- reviews


@given(st.text(st.characters(), min_size=1).filter(str.strip), st.sampled_from(["scam", "benign"]))
def test_a_review_is_read_back_as_it_was_made(tmp_path_factory: pytest.TempPathFactory, text: str, label: str) -> None:
    file = tmp_path_factory.mktemp("kept") / "deep" / "reviews.jsonl"
    one = reviews.review(text, label, lang="en", writer="ann")
    reviews.add(file, one)
    assert reviews.read(file) == [one]


def test_the_last_review_of_a_message_counts(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    for text, label in ((SCAM, "benign"), (FINE, "benign"), (SCAM, "scam")):
        reviews.add(file, reviews.review(text, label))
    assert [(message.text, message.scam) for message in reviews.read(file)] == [(SCAM, True), (FINE, False)]
    assert len(file.read_text("utf-8").splitlines()) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_only_the_owner_reads_reviews(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    reviews.add(file, reviews.review(FINE, "benign"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_added_to_what_cannot_be_read(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    store.write_text("{bad\n")
    assert "line 1" in said(run("add", FINE, "--label", "benign", "--reviews", store))
    assert store.read_text() == "{bad\n"


def test_no_reviews_yet(tmp_path: Path) -> None:
    assert reviews.read(tmp_path / "none.jsonl") == []
    (tmp_path / "empty.jsonl").touch()
    assert reviews.read(tmp_path / "empty.jsonl") == []


REFUSED = {
    "empty": ((" ", "scam"), {}, "the message is empty"),
    "label": ((FINE, "ham"), {}, "unknown label 'ham'; known: benign, scam"),
    "kind": ((SCAM, "scam"), {"kind": "chat"}, "unknown kind 'chat'; known: .*trust_trick.*of a scam"),
    "secret": ((SCAM, "scam"), {"asks": ["pin"]}, "unknown secret 'pin'"),
    "asks of a benign one": ((FINE, "benign"), {"asks": ["card"]}, "a benign message asks for no secret"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_review_that_makes_no_sense_is_refused(fault: str) -> None:
    arguments, options, match = REFUSED[fault]
    with pytest.raises(TrainingError, match=match):
        reviews.review(*arguments, **options)  # type: ignore[arg-type]


def test_a_lasting_secret_is_not_kept_and_not_repeated() -> None:
    with pytest.raises(TrainingError, match=r"holds a secret \(seed_phrase, characters \d to \d+\)") as caught:
        reviews.review(f"my words {WORDS}", "benign")
    assert WORDS.split()[0] not in str(caught.value)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_the_least_certain_come_first_and_once(tmp_path: Path, suffix: str) -> None:
    rows = [("sure", 0.99), ("torn", 0.5), ("torn", 0.5), ("nearly", 0.4), ("reviewed", 0.51), ("", 0.5), ("two\nlines", 0.45)]
    file = verdicts(tmp_path / f"v{suffix}", rows)
    kept = [reviews.review("reviewed", "benign")]
    found = reviews.least_certain(reviews.scored(file), kept, 3)
    assert [(one.row, one.text) for one in found] == [(2, "torn"), (7, "two\nlines"), (4, "nearly")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.ndjson", "x"), ("a.jsonl", '{"text": "x"}\n'), ("a.jsonl", "[]\n"), ("a.csv", "text,risk\nx,y\n"), ("a.parquet", "no")],
)
def test_a_file_without_risks_is_named(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")
    with pytest.raises(DumpError, match=f"{name}: no scored file; `scamguard scan FILE --out"):
        list(reviews.scored(file))


def test_a_missing_scored_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match=r"none\.csv: no such file"):
        list(reviews.scored(tmp_path / "none.csv"))


# ---- what a new model changes


def reviewed(writer: str, count: int) -> list[Message]:
    return [reviews.review(f"{SCAM} {i}", "benign", writer=writer) for i in range(count)]


def test_a_lost_golden_case_is_an_objection() -> None:
    case = golden.cases()[0]
    assert feedback.Effect((case,), {}).objection(1.0) == (
        "it loses 1 golden cases (golden-en-01); look at the reviews that teach this"
    )


@pytest.mark.parametrize(
    ("flips", "share", "refused"),
    [
        ({}, 0.5, False),
        ({"mallory": 5}, 0.5, False),  # a handful is no campaign
        ({"mallory": 6}, 0.5, True),
        ({"mallory": 6}, 1.0, False),
        ({"mallory": 6, "": 6}, 0.5, False),
        ({"mallory": 7, "": 6}, 0.5, True),
        ({"": 100}, 0.5, False),  # the owner's own
        ({"": 100, "mallory": 6}, 0.0, True),
    ],
)
def test_one_stranger_makes_no_more_than_a_share_of_the_changes(flips: dict[str, int], share: float, refused: bool) -> None:
    objection = feedback.Effect((), flips).objection(share)
    assert bool(objection) is refused
    assert ("'mallory'" in objection) is refused


def test_flips_are_counted_by_writer(guard: Guard) -> None:
    deaf = Guard(guard.model, Policy(warn=1.0, block=1.0))
    messages = [replace(message, writer=writer) for message in golden.cases()[:6] for writer in ("ann", "bob")] + golden.cases()[6:12]
    assert feedback.effect(guard, deaf, messages, []).flips == {"ann": 6, "bob": 6}


def small(folder: Path) -> Path:
    """Write the tiny corpus as labelled lines."""
    folder.mkdir()
    rows = [
        {"id": m.id, "lang": m.lang, "text": m.text, "label": "scam" if m.scam else "benign", "kind": m.kind, "asks": m.asks,
         "writer": m.writer, "pair": m.pair}
        for m in tiny_corpus.messages()
    ]  # fmt: skip
    (folder / "tiny.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return folder


def test_a_model_is_trained_from_messages_and_reviews(tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "cases", lambda: [m for m in tiny_corpus.messages() if m.id in {"s0", "b0", "s1", "b1"}])
    store, out = tmp_path / "reviews.jsonl", tmp_path / "new"
    odd = "kindly hand the blue kettle to the porter"  # nothing a model could know of
    for i in range(12):
        reviews.add(store, reviews.review(f"{odd} {'now ' * i}", "scam"))
    done = run("retrain", "--reviews", store, "--messages", small(tmp_path / "messages"), "--base", old, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "no golden case is lost" in done.stdout
    new = load(out)
    assert new.score([odd])[0] > load(old).score([odd])[0]
    assert new.model.card["trained_on"]["reviews"] == 12
    assert new.model.card["trained_on"]["count"] == {"scam": 42, "benign": 30}


def test_poison_is_refused_and_nothing_is_written(tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scam = tiny_corpus.messages()[0]
    assert scam.scam
    monkeypatch.setattr(golden, "cases", lambda: [scam])
    store, out = tmp_path / "reviews.jsonl", tmp_path / "new"
    for again in range(40):
        reviews.add(store, reviews.review(scam.text + " " * again, "benign", writer="mallory"))
    arguments = ("retrain", "--reviews", store, "--messages", small(tmp_path / "messages"), "--base", old, "--out", out)
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith(f"scamguard: {out} is not written: it loses 1 golden cases (s0); ")
    assert not out.exists()
    monkeypatch.setattr(golden, "cases", list)  # without golden cases the second bar holds
    done = run(*arguments)
    assert "the reviews of 'mallory' make 40 of 40 changed verdicts, more than 50%; " in done.stderr
    assert not out.exists()


def test_nothing_to_train_on_is_told(tmp_path: Path, old: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    arguments = ("retrain", "--reviews", store, "--messages", tmp_path / "none", "--base", old, "--out", tmp_path / "new")
    assert "no reviews yet; add some with `scamguard feedback add`" in said(run(*arguments))
    reviews.add(store, reviews.review(SCAM, "scam"))
    assert "give a folder of labelled messages too" in run(*arguments).stderr


# ---- the commands


def test_scan_review_add(tmp_path: Path) -> None:
    file, store = verdicts(tmp_path / "v.jsonl", [("sure", 0.9), ("torn \x1b[31m", 0.5)]), tmp_path / "reviews.jsonl"
    shown = run("review", file, "--reviews", store)
    assert shown.stdout.splitlines()[1].split() == ["2", "0.500", "torn", "␛[31m"]
    done = run("add", "--of", file, "--row", "2", "--label", "benign", "--kind", "chat", "--reviews", store)
    assert done.stdout == f"kept as benign; 1 reviews in {store}\n"
    assert run("add", SCAM, "--label", "scam", "--asks", "2fa_code", "--reviews", store).exit_code == 0
    assert run("add", "-", "--label", "benign", "--reviews", store, stdin="sure\n").exit_code == 0
    assert [(m.text, m.kind, m.asks) for m in reviews.read(store)] == [
        ("torn \x1b[31m", "chat", ()), (SCAM, "scam", ("2fa_code",)), ("sure", "benign", ()),
    ]  # fmt: skip
    assert run("review", file, "--reviews", store).stdout == "nothing left to review\n"


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_row_is_that_of_the_dump(tmp_path: Path, suffix: str) -> None:
    dump, file, store = tmp_path / "chat.jsonl", tmp_path / f"v{suffix}", tmp_path / "reviews.jsonl"
    dump.write_text(f'{{broken\n{{"text": "lunch at 12?"}}\n{{"text": {json.dumps(SCAM)}}}\n', "utf-8")
    assert CliRunner().invoke(app, ["scan", str(dump), "--only", "flagged", "--out", str(file)]).exit_code == 2
    assert run("add", "--of", file, "--row", "3", "--label", "scam", "--reviews", store).exit_code == 0
    assert [message.text for message in reviews.read(store)] == [SCAM]
    assert run("add", "--of", file, "--row", "1", "--label", "scam", "--reviews", store).exit_code == 2


def test_rows_of_several_dumps_are_not_mistaken(tmp_path: Path) -> None:
    file, store = verdicts(tmp_path / "v.jsonl", [("one", 0.9), ("two", 0.9)]), tmp_path / "reviews.jsonl"
    file.write_text(file.read_text("utf-8").replace('"row":2', '"row":1').replace('"row": 2', '"row": 1'), "utf-8")
    assert "rows of several files are numbered 1" in said(run("add", "--of", file, "--row", "1", "--label", "scam", "--reviews", store))


def test_add_wants_one_message_and_a_label(tmp_path: Path) -> None:
    store, file = tmp_path / "reviews.jsonl", verdicts(tmp_path / "v.jsonl", [("sure", 0.9)])
    assert "--label scam or --label benign" in said(run("add", SCAM, "--reviews", store))
    for arguments in ((), (SCAM, "--of", file, "--row", "1"), ("--of", file), (SCAM, "--row", "1")):
        assert "give the message as TEXT" in said(run("add", *arguments, "--label", "scam", "--reviews", store))
    assert "has no row 9" in said(run("add", "--of", file, "--row", "9", "--label", "scam", "--reviews", store))
    assert not store.exists()


def test_compare_shows_what_changes(tmp_path: Path, guard: Guard) -> None:
    deaf, dump = tmp_path / "deaf", tmp_path / "messages.txt"
    card = guard.model.card | {"thresholds": guard.model.card["thresholds"] | {"warn": 1.0, "block": 1.0}}
    models.save(replace(guard.model, card={k: v for k, v in card.items() if k not in {"format", "sha256", "settings"}}), deaf)
    dump.write_text("Kraken Support: send us your seed phrase\nsee you at seven\n", "utf-8")
    done = run("compare", models.bundled(), deaf, dump)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[1].split()[:2] == ["1", "block"]
    assert "       1  block → allow" in lines
    assert "       1  of 2 stay as they are" in lines
    assert lines[-1].startswith("golden cases: 120, 0 won, 60 lost: golden-en-01, ")
    done = run("compare", models.bundled(), models.bundled(), dump)
    assert (done.exit_code, done.stdout) == (0, "       2  of 2 stay as they are\ngolden cases: 120, 0 won, 0 lost\n")
