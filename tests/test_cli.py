"""The command line: exit status, outputs, bad input in one line, and a terminal no message can touch."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

import scamguard
from scamguard import render
from scamguard.cli import app
from scamguard.model import bundled
from scamguard.output import COLUMNS, Output
from scamguard.scanning import Worst
from scamguard.verdict import Action, Evidence, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
FINE = "see you at 7, bring the cake"
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")  # all but line ends
SAMPLE = Path(__file__).parents[1] / "data" / "samples" / "group.jsonl"


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def refused(result: Result, *words: str) -> bool:
    """Say whether a command ended with one clear line and nothing on standard output."""
    line = result.stderr
    clear = line.startswith("scamguard: ") and line.count("\n") == 1 and not result.stdout
    return clear and result.exit_code == 2 and all(word in line for word in words)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """One scam, one honest message, one broken line."""
    file = tmp_path / "mixed.jsonl"
    file.write_text(f'{{"text": {json.dumps(SCAM)}}}\n{{"text": \n{{"text": "{FINE}"}}\n', "utf-8")
    return file


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    (tmp_path / "honest.txt").write_text(f"{FINE}\n你好\n", "utf-8")
    return tmp_path / "honest.txt"


def test_check_flags_and_explains() -> None:
    result = run("check", SCAM, "--explain", "--lang", "en")
    assert result.exit_code == 1
    for words in ("BLOCK", "credential request", "asks for: seed phrase", "ask.seed-phrase", "real support", "nats"):
        assert words in result.stdout


def test_advice_in_a_language_that_we_do_not_speak_is_announced() -> None:
    result = run("check", SCAM, "--lang", "xx")
    assert "unknown language 'xx'; known: ar, de, en" in result.stderr
    assert "This is a scam" in result.stdout
    assert not run("check", SCAM, "--lang", "en_GB.UTF-8").stderr
    assert not run("check", SCAM, "--lang", "").stderr  # the environment's


def test_check_lets_honest_messages_pass() -> None:
    result = run("check", FINE)
    assert (result.exit_code, result.stdout.split()[0]) == (0, "ALLOW")


def test_check_reads_standard_input_and_speaks_json() -> None:
    result = run("check", "-", "--json", "--lang", "zh", stdin=b"\xef\xbb\xbf" + SCAM.encode() + b"\n")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["action"], found["asks"]) == ("block", ["seed_phrase"])
    assert "助记词" in found["advice"]
    assert found == {**scamguard.load().check(SCAM).to_dict(), "advice": found["advice"]}
    assert "contributions" in json.loads(run("check", SCAM, "--json", "--explain").stdout)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "-", "😀" * 1000])
def test_check_refuses_no_message(text: str) -> None:
    assert run("check", text, stdin=b"\xff\xfe\x00").exit_code in {0, 1}


def test_scan_statuses(mixed: Path, honest: Path, tmp_path: Path) -> None:
    assert run("scan", honest).exit_code == 0
    (tmp_path / "scam.txt").write_text(SCAM, "utf-8")
    assert run("scan", honest, tmp_path / "scam.txt").exit_code == 1
    result = run("scan", mixed)
    assert result.exit_code == 2
    assert "2 messages, 1 flagged" in result.stdout
    assert "1 broken record skipped" in result.stdout
    assert "line 2: not JSON" in result.stdout


def test_scan_shows_only_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text(f"{FINE}\n{SCAM}\n{SCAM} now\n", "utf-8")
    assert FINE not in run("scan", tmp_path / "d.txt").stdout
    assert FINE in run("scan", tmp_path / "d.txt", "--all").stdout
    assert run("scan", tmp_path / "d.txt", "--show", "1").stdout.count("Kraken") == 1
    assert "Kraken" not in run("scan", tmp_path / "d.txt", "--show", "0").stdout


def test_scan_reads_standard_input() -> None:
    assert run("scan", "-", stdin=f"{FINE}\n").exit_code == 0
    assert run("scan", "-", "--format", "csv", stdin=f"id,message\n1,{SCAM}\n").exit_code == 1


def test_scan_counts_bytes_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes(b"b\xffd\nok\n")
    result = run("scan", tmp_path / "d.txt")
    assert result.exit_code == 0
    assert "1 message with bytes that could not be decoded" in result.stdout


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_out_holds_every_message(mixed: Path, honest: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert run("scan", mixed, honest, "--out", out).exit_code == 2
    rows = written(out)
    assert [(Path(row["file"]).name, int(row["row"]), row["text"]) for row in rows] == [
        ("mixed.jsonl", 1, SCAM), ("mixed.jsonl", 3, FINE), ("honest.txt", 1, FINE), ("honest.txt", 2, "你好"),
    ]  # fmt: skip
    assert list(rows[0]) == COLUMNS.names
    assert [row["action"] for row in rows] == ["block", "allow", "allow", "allow"]
    assert "seed_phrase" in rows[0]["asks"]
    assert float(rows[0]["risk"]) == pytest.approx(scamguard.load().check(SCAM).risk, abs=1e-6)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["mixed.jsonl", "honest.txt", out.name])


SAMPLES = Path(__file__).parent.parent / "data" / "samples"


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_out_says_who_when_and_where(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    archive = shutil.make_archive(str(tmp_path / "slack"), "zip", SAMPLES / "slack-export")
    assert run("scan", SAMPLES / "telegram.json", archive, SAMPLES / "slack-export", "--out", out, "--show", "0").exit_code == 1
    rows = written(out)
    scam = rows[2]
    assert scam["action"] in {"warn", "block"}
    assert (scam["id"], scam["sender"], scam["channel"], scam["reply_to"]) == ("3", "Wallet Support", "Wallet Users", "2")
    assert str(scam["time"]).replace(" ", "T") == "2026-05-01T10:02:00"
    assert (rows[3]["file"], rows[4]["file"]) == (str(SAMPLES / "telegram.json"), f"{archive}:D01/2026-05-01.json")
    assert rows[8]["file"] == f"{SAMPLES / 'slack-export'}/D01/2026-05-01.json"
    assert len(rows) == 12


def test_scan_takes_an_encoding(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes("好\n".encode("gb18030"))
    assert "could not be decoded" not in run("scan", tmp_path / "d.txt", "--encoding", "gb18030").stdout
    result = run("scan", tmp_path / "d.txt", "--encoding", "klingon")
    assert result.exit_code == 2


def written(out: Path) -> list[dict[str, Any]]:
    if out.suffix == ".csv":
        with out.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if out.suffix == ".jsonl":
        return [json.loads(line) for line in out.read_text("utf-8").split("\n") if line]
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    return rows


@settings(deadline=None)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=20),
    suffix=st.sampled_from([".jsonl", ".csv", ".parquet"]),
)
def test_outputs_round_trip(texts: list[str], suffix: str) -> None:
    n = len(texts)
    about = [["7"] * n, [1_777_629_600_500] * n, [None] * n, ["c\n"] * n, ["6"] * n]
    verdicts = [[0.25] * n, ["warn"] * n, ["phishing_link"] * n, [["card", "payment"]] * n, [[]] * n]
    columns = [["a,b"] * n, list(range(n)), *about, texts, *verdicts]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"out{suffix}"
        with Output(out) as output:
            output.add(pa.table([pa.array(column, field.type) for column, field in zip(columns, COLUMNS, strict=True)], schema=COLUMNS))
            assert not out.exists()
        assert [(int(row["row"]), row["text"]) for row in written(out)] == list(enumerate(texts))
        assert {(row["id"], str(row["time"]).replace(" ", "T"), row["sender"] or None, row["channel"]) for row in written(out)} == {
            ("7", "2026-05-01T10:00:00.500000", None, "c\n")
        }


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_nothing_is_left_half_written(tmp_path: Path, suffix: str, error: type[BaseException]) -> None:
    out = tmp_path / f"out{suffix}"
    out.write_text("what stood there before", "utf-8")
    with pytest.raises(error), Output(out):
        raise error
    assert [file.name for file in tmp_path.iterdir()] == [out.name]
    assert out.read_text("utf-8") == "what stood there before"


def test_what_can_be_read_of_several_dumps_is_written(honest: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,name\n1,2\n", "utf-8")
    result = run("scan", tmp_path / "bad.csv", honest, "--out", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "bad.csv: no column is called text" in result.stdout
    assert (tmp_path / "out.csv").read_text("utf-8").count("honest.txt") > 0
    (tmp_path / "bad.bin").write_bytes(b"\0\1\2")
    result = run("scan", tmp_path / "bad.bin", honest, "--out", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "bad.bin: its format cannot be told" in result.stdout
    assert (tmp_path / "out.csv").read_text("utf-8").count("honest.txt") > 0
    assert refused(run("scan", tmp_path / "bad.bin", tmp_path / "bad.bin"), "bad.bin", "--format")
    alone = run("scan", tmp_path / "bad.csv", "--out", tmp_path / "none.csv")
    assert refused(alone, "bad.csv", "no column is called text")
    assert not (tmp_path / "none.csv").exists()


@pytest.mark.parametrize("option", ["--out", "--report", "--broken"])
def test_no_dump_is_written_over(tmp_path: Path, option: str) -> None:
    dump = tmp_path / "d.jsonl"
    dump.write_text('{"text": "hi"}\n', "utf-8")
    (tmp_path / "soft.jsonl").symlink_to(dump)
    (tmp_path / "hard.jsonl").hardlink_to(dump)
    for name in ("d.jsonl", "soft.jsonl", "hard.jsonl", f"../{tmp_path.name}/d.jsonl"):
        assert refused(run("scan", dump, option, tmp_path / name), "is read as", "written over"), name
    assert dump.read_text("utf-8") == '{"text": "hi"}\n'


@pytest.mark.parametrize(
    ("option", "name"), [("--out", "o.csv"), ("--out", "o"), ("--out", "o.db"), ("--broken", "b.txt"), ("--report", "r.html")]
)
def test_only_files_are_written_over(honest: Path, tmp_path: Path, option: str, name: str) -> None:
    place, link = tmp_path / name, tmp_path / f"link-{name}"
    os.mkfifo(place)
    link.symlink_to(name)
    way_out = "--out - to write to standard output" if option == "--out" else "name a file"
    for path in (place, link):
        assert refused(run("scan", honest, option, path), name, "a FIFO, not a file", way_out)
    assert place.is_fifo()
    assert link.is_symlink()
    assert sorted(file.name for file in tmp_path.iterdir() if file != honest) == sorted([link.name, name])
    place.unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        assert refused(run("scan", honest, option, place), "a socket, not a file")
        assert place.is_socket()


@pytest.mark.parametrize(("option", "name"), [("--out", "o.csv"), ("--out", "o.db"), ("--broken", "b.txt"), ("--report", "r.html")])
def test_a_link_stays_and_what_it_leads_to_is_written(honest: Path, tmp_path: Path, option: str, name: str) -> None:
    link, target = tmp_path / name, tmp_path / "elsewhere" / name
    target.parent.mkdir()
    link.symlink_to(target)  # it leads nowhere yet
    for before in (None, "what stood there before"):
        if before:
            target.write_text(before, "utf-8")
        assert run("scan", honest, option, link).exit_code == 0
        assert link.is_symlink()
        assert option == "--broken" or target.read_bytes()
        assert not target.read_bytes().startswith(b"what stood")
    assert [file.name for file in target.parent.iterdir()] == [name]
    target.parent.joinpath(name).unlink()
    target.parent.rmdir()
    assert refused(run("scan", honest, option, link), "cannot be written")


def test_neither_is_what_stands_beside_an_output_or_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "o.csv.checkpoint").write_text('{"text": "hi"}\n', "utf-8")
    told = run("scan", tmp_path / "o.csv.checkpoint", "--format", "jsonl", "--out", tmp_path / "o.csv")
    assert refused(told, "the checkpoint of --out", "written over")
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.jsonl").write_text('{"text": "hi"}\n', "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "p.csv")
    twice = run("scan", tmp_path / "f", "--out", tmp_path / "p.csv", "--out", tmp_path / "link.csv")
    assert refused(twice, "written twice")


def test_all_broken_records_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"text": "hi"}\n' + "{\n" * 9, "utf-8")
    result = run("scan", tmp_path / "d.jsonl", "--broken", tmp_path / "b.txt")
    assert result.exit_code == 2
    assert result.stdout.count("line ") == 5
    assert f"all of them: {tmp_path / 'b.txt'}" in result.stdout.replace("\n", "")
    lines = (tmp_path / "b.txt").read_text("utf-8").splitlines()
    assert [line.split(":")[0].rpartition(" ")[2] for line in lines] == [str(n) for n in range(2, 11)]
    assert "--broken FILE writes them all" in run("scan", tmp_path / "d.jsonl").stdout
    assert refused(run("scan", tmp_path / "d.jsonl", "--broken", tmp_path / "no" / "b.txt"), "cannot be written")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scan", "missing.txt"], ["missing.txt", "no such file"]),
        (["scan", "{honest}", "missing.txt"], ["missing.txt", "no such file"]),
        (["scan", "", "--out", "out.csv"], ["no such file"]),
        (["scan", "{honest}", "", "--out", "out.csv"], ["no such file"]),
        (["scan", "{honest}", "--since", ""], ["'' is no time"]),
        (["scan", "{honest}", "--until", ""], ["'' is no time"]),
        (["scan", "{honest}", "--broken", "-"], ["--broken -", "name a file"]),
        (["scan", "{honest}", "--format", "xml"], ["unknown format 'xml'", "jsonl"]),
        (["scan", "{honest}", "--column", "x"], ["no columns"]),
        (["scan", "{honest}", "--out", "out.xlsx"], [".parquet"]),
        (["scan", "{honest}", "--out", "nowhere/out.csv"], ["nowhere/out.csv", "No such file"]),
        (["scan", "{honest}", "--model", "nowhere"], ["nowhere", "no such folder"]),
        (["check", "hi", "--model", "{folder}"], ["no scamguard model here"]),
        (["model", "info", "--model", "{folder}"], ["no scamguard model here"]),
        (["rules", "test", "--rules", "{folder}"], ["neither rules/ nor lexicons/"]),
        (["rules", "report", "--corpus", "missing.jsonl"], ["missing.jsonl", "no such file"]),
        (["evaluate", "{honest}"], ["honest.txt, line 1", "label"]),
        (["evaluate", "{honest}", "--folds", "3"], ["--folds", "go with --suite"]),
        (["evaluate", "{honest}", "--messages", "{folder}"], ["--messages", "go with --suite"]),
        (["train", "{honest}", "--out", "{folder}/model"], ["honest.txt", "--messages"]),
        (["train", "--messages", "{folder}", "--out", "{folder}/model", "--ablate"], ["holds no *.jsonl"]),
    ],
)
def test_bad_input_is_one_clear_line(honest: Path, tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    result = run(*(argument.format(honest=honest, folder=tmp_path) for argument in arguments))
    assert refused(result, *words), result.output


def test_a_damaged_or_foreign_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled(), folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "format": 99}), "utf-8")
    assert refused(run("check", "hi", "--model", folder), "format 99")
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert refused(run("check", "hi", "--model", folder), "SHA-256")


def test_an_unknown_rule_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    rule = '[[rule]]\nid = "ask.x"\nwhy = "w"\nclause = ["give"]\nhits = []\nhit = ["a", "b"]\nspare = ["c", "d"]\n'
    (tmp_path / "rules" / "mine.toml").write_text(rule, "utf-8")
    assert refused(run("rules", "test", "--rules", tmp_path), "mine.toml", "unknown key 'hits'")


def test_rules_test_names_what_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    rule = '[[rule]]\nid = "ask.x"\nwhy = "w"\nclause = ["give", "password"]\nhit = ["good morning", "b"]\nspare = ["c", "d"]\n'
    (tmp_path / "rules" / "mine.toml").write_text(rule, "utf-8")
    result = run("rules", "test", "--rules", tmp_path)
    assert result.exit_code == 1
    assert "rule 'ask.x' misses 'good morning'" in result.stdout


BAD_LABELS: list[tuple[dict[str, object], str]] = [
    ({"text": "hi"}, "it has no 'label'"),
    ({"text": "hi", "label": "ham"}, "unknown label 'ham'"),
    ({"text": "hi", "label": ["scam"]}, "unknown label ['scam']"),
    ({"text": "hi", "label": "scam", "lang": 3}, "lang is int, not a string"),
    ({"text": "hi", "label": "scam", "kind": ["x"]}, "unknown kind ['x']; known: "),
    ({"text": "hi", "label": "scam", "kind": "chat"}, "unknown kind 'chat'; known: "),
    ({"text": "hi", "label": "benign", "kind": "scam"}, "unknown kind 'scam'; known: "),
    ({"text": "hi", "label": "scam", "asks": "seed_phrase"}, "asks is no list of strings: 'seed_phrase'"),
    ({"text": "hi", "label": "scam", "asks": [["card"]]}, "asks is no list of strings"),
    ({"text": "hi", "label": "scam", "asks": ["pin"]}, "unknown secret 'pin'; known: "),
]


def test_rules_report_and_evaluate(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": SCAM, "label": "scam", "lang": "en", "asks": ["seed_phrase"]},
        {"text": FINE, "label": "benign", "lang": "en"},
    ]
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    result = run("rules", "report", "--corpus", tmp_path / "l.jsonl", tmp_path / "l.jsonl", "--lang", "en")
    assert re.search(r"1\.000 +2 +0 +100\.00% +0\.00% +ask\.seed-phrase\n", re.sub(r" +\n", "\n", result.stdout))
    assert refused(run("rules", "report", "--corpus", tmp_path, "--lang", "zh"), "no labelled message in 'zh'; there are: en")
    (tmp_path / "n.jsonl").write_text(json.dumps(rows[0]) + '\n{"text": 7, "label": "benign"}\n', "utf-8")
    assert refused(run("evaluate", tmp_path / "n.jsonl"), "n.jsonl, line 2: not a labelled message", "text is int")
    for row, problem in BAD_LABELS:
        (tmp_path / "n.jsonl").write_text(json.dumps(row), "utf-8")
        assert refused(run("evaluate", tmp_path / "n.jsonl"), "n.jsonl, line 1: not a labelled message", problem)
    lenient = [{**rows[0], "kind": "scam", "lang": None}, {**rows[1], "kind": "chat", "asks": None}]
    (tmp_path / "n.jsonl").write_text("\n".join(map(json.dumps, lenient)), "utf-8")
    assert run("evaluate", tmp_path / "n.jsonl").exit_code == 0
    result = run("evaluate", tmp_path / "l.jsonl")
    assert result.exit_code == 0
    assert "recall_at_1" in result.stdout
    assert "asks_f1" in result.stdout
    (tmp_path / "l.jsonl").write_text((tmp_path / "l.jsonl").read_text("utf-8").replace('"seed_phrase"', ""), "utf-8")
    assert "asks_f1" not in run("evaluate", tmp_path / "l.jsonl").stdout, "nobody said what is asked for"


@pytest.mark.parametrize("arguments", [["evaluate", "l.jsonl"], ["train", "--messages", "."]])
def test_commands_that_need_the_train_extra_say_so(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "l.jsonl").write_text(json.dumps({"text": SCAM, "label": "scam"}), "utf-8")
    without = "import sys; sys.modules['sklearn'] = None; from scamguard.cli import main; main()"
    found = subprocess.run([sys.executable, "-c", without, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert "needs sklearn" in found.stderr
    assert "pip install 'scamguard[train]'" in found.stderr


def test_model_info() -> None:
    result = run("model", "info")
    assert result.exit_code == 0
    assert "warn from risk" in result.stdout


def test_version_and_help() -> None:
    assert run("--version").stdout == f"scamguard {scamguard.__version__}\n"
    for command in ([], ["check"], ["scan"], ["model", "info"], ["rules", "test"], ["rules", "report"], ["evaluate"], ["train"]):
        assert run(*command, "--help").exit_code == 0


HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("\x00\x1b\x07\x9b\x7f\r\n\u202e\u2066\u200b\ud800[]\\:/")), max_size=40)


@given(text=HOSTILE)
def test_nothing_visible_acts(text: str) -> None:
    shown = render.visible(text)
    assert not ACTING.search(shown)
    assert "\n" not in shown
    shown.encode()
    assert json.loads(render.json_text({"text": text})) == {"text": json.loads(json.dumps(text))}
    assert not ACTING.search(render.json_text({"text": text}))


@given(text=HOSTILE, cuts=st.tuples(st.integers(0, 40), st.integers(0, 40)), color=st.booleans())
def test_a_message_cannot_style_the_terminal(text: str, cuts: tuple[int, int], color: bool) -> None:
    text = "[bold red]:smile:[/]" + text
    start, stop = sorted(min(cut, len(text)) for cut in cuts)
    verdict = Verdict(0.99, Action.BLOCK, "phishing_link", ("card",), (Evidence("r", "why", start, stop, 0, 0),))
    console = Console(force_terminal=color, markup=False, emoji=False, highlight=False, width=200)
    with console.capture() as capture:
        console.print(render.verdict(verdict, text, ""))
    plain = re.sub(r"\x1b\[[\d;]*m", "", capture.get())  # rich's own styles
    assert not ACTING.search(plain)
    assert "[bold red]:smile:[/]" in plain


def test_scan_shows_hostile_messages_harmlessly(tmp_path: Path) -> None:
    text = f"{SCAM[:80]} [red]\x1b[2J\x1b]0;owned\x07 \u202eabc"
    (tmp_path / "x.jsonl").write_text(json.dumps({"text": text}), "utf-8")
    shown = run("scan", tmp_path / "x.jsonl").stdout
    assert "[red]␛[2J␛]0;owned␇" in re.sub(r"\s", "", shown)
    assert not ACTING.search(shown)


def test_the_riskiest_are_kept_in_reading_order() -> None:
    worst = Worst(2)
    for at, risks in enumerate([[0.5, 0.9], [0.7, 0.9, 0.1]]):
        worst.add(pa.table({"risk": pa.array(risks, pa.float32()), "row": [10 * at + i for i in range(len(risks))]}))
    assert [row["row"] for row in worst.rows()] == [1, 11]
    assert Worst(0).rows() == []


def test_the_sample_dump_as_a_user_scans_it() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from scamguard.cli import main; main()", "scan", str(SAMPLE)],
        capture_output=True, encoding="utf-8", check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert found.returncode == 1
    assert found.stderr == ""
    assert "251 messages" in found.stdout


def test_a_narrow_encoding_still_gets_every_message() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from scamguard.cli import main; main()", "check", "你好"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert "\\u4f60\\u597d" in found.stdout


def test_help_loads_nothing_heavy() -> None:
    probe = "import sys, scamguard.cli; print(sorted({'numba', 'numpy', 'pyarrow', 'sklearn', 'pandas'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.fixture
def slow_scan(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Scan a pipe that stays open, after a first block has gone through."""
    arguments = ["scan", "-", "--out", str(tmp_path / "out.jsonl")]
    with subprocess.Popen(
        [sys.executable, "-c", "from scamguard.cli import main; main()", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals to send there")
@pytest.mark.parametrize(("asked", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_who_asks_a_scan_to_end_leaves_what_can_be_resumed(
    slow_scan: subprocess.Popen[str], tmp_path: Path, asked: str, status: int
) -> None:
    assert slow_scan.stdin is not None
    slow_scan.stdin.write(f"{FINE}\n" * 20_000)
    slow_scan.stdin.flush()
    while not any(file.stat().st_size > 10_000 for file in tmp_path.glob("*.checkpoint")):
        assert slow_scan.poll() is None
        time.sleep(0.05)
    slow_scan.send_signal(getattr(signal, asked))
    assert slow_scan.wait(60) == status
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl.checkpoint"]
    assert slow_scan.stderr is not None
    told = slow_scan.stderr.read()
    assert "Traceback" not in told
    assert "go on with the same command and --resume" in " ".join(told.split())
    again = run("scan", "-", "--out", tmp_path / "out.jsonl", "--resume", stdin=f"{FINE}\n" * 20_000)
    assert again.exit_code == 0
    assert "before the scan was stopped" in again.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]
    assert len(written(tmp_path / "out.jsonl")) == 20_000


def test_it_runs_as_a_module() -> None:
    ended = subprocess.run([sys.executable, "-m", "scamguard", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == f"scamguard {scamguard.__version__}"
