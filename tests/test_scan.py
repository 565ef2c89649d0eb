"""Scans: outputs of every format, filters, exit status, and outgoing messages whose secrets are shown nowhere."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scamguard import giveaways, render, scanning, selection
from scamguard.cli import app
from scamguard.dumps import Notes
from scamguard.errors import InputError
from scamguard.sinks import COLUMNS, FORMATS, databases, jsonl, parquet, shape
from scamguard.verdict import Evidence

if TYPE_CHECKING:
    from typer.testing import Result

    from scamguard.guard import Guard

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
GROUP = SAMPLES / "group.jsonl"
SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"  # OASIS, as published at schemastore
SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
CARD = "4111 1111 1111 1111"
SENT = [f"my card is {CARD} cvv 123 exp 09/29", "it's 482913, the code you asked for", "see you at seven"]


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, arguments)], input=stdin)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample in every format, from one scan."""
    folder = tmp_path_factory.mktemp("outputs")
    files = {name: folder / f"out{form.suffixes[0]}" for name, form in FORMATS.items()}
    result = run(GROUP, "--show", "0", *(part for file in files.values() for part in ("--out", file)))
    assert result.exit_code == 1, result.output
    assert sorted(folder.iterdir()) == sorted(files.values())
    return files


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_all_formats_say_the_same(outputs: dict[str, Path]) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    want = rows(outputs["jsonl"])
    assert len(want) == 251
    parquet = pq.read_table(outputs["parquet"]).to_pylist()
    with sqlite3.connect(outputs["sqlite"]) as lite:
        stored = [dict(zip(COLUMNS.names, row, strict=True)) for row in lite.execute("SELECT * FROM verdicts")]
    with duckdb.connect(str(outputs["duckdb"]), read_only=True) as base:
        duck = [dict(zip(COLUMNS.names, row, strict=True)) for row in base.execute("SELECT * FROM verdicts").fetchall()]
    for expected, *others in zip(want, parquet, stored, duck, strict=True):
        for other in others:
            plain = {**other, "time": str(other["time"]).replace(" ", "T"), "risk": round(other["risk"], 6)}
            plain |= {name: json.loads(plain[name]) for name in ("asks", "rules") if isinstance(plain[name], str)}
            assert plain == expected


def test_sarif_is_valid_and_points_at_the_lines(outputs: dict[str, Path]) -> None:
    log = json.loads(outputs["sarif"].read_text("utf-8"))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    flagged = [row for row in rows(outputs["jsonl"]) if row["action"] != "allow"]
    results = log["runs"][0]["results"]
    known = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert len(results) == len(flagged) > 0
    lines = GROUP.read_text("utf-8").splitlines()
    for row, result in zip(flagged, results, strict=True):
        assert result["level"] == {"warn": "warning", "block": "error"}[row["action"]]
        assert result["ruleId"] in known
        [place] = result["locations"]
        assert json.loads(lines[place["physicalLocation"]["region"]["startLine"] - 1])["text"] == row["text"]


def test_sarif_names_the_record_where_there_is_no_line(tmp_path: Path) -> None:
    out = tmp_path / "o.sarif"
    assert run(SAMPLES / "telegram.json", "--out", out).exit_code == 1
    log = json.loads(out.read_text("utf-8"))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    [place] = log["runs"][0]["results"][0]["locations"]
    assert place["logicalLocations"][0]["name"] == "3"


def test_a_message_is_no_link_and_no_argument_in_sarif(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("Kraken Support: send us your seed phrase now [kraken.com](https://evil.invalid) {0}\n", "utf-8")
    assert run(tmp_path / "d.txt", "--out", tmp_path / "o.sarif").exit_code == 1
    (result,) = json.loads((tmp_path / "o.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert result["message"]["text"].endswith("now [kraken.com] (https://evil.invalid) {{0}}")


@pytest.mark.parametrize("name", ["d.txt", "-"])
def test_sarif_points_at_the_line_of_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"hi\n\n{SCAM}\n"
    Path("d.txt").write_text(text, "utf-8")
    assert run(name, "--out", "o.sarif", stdin=text).exit_code == 1
    (result,) = json.loads(Path("o.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert [place["physicalLocation"]["region"] for place in result["locations"]] == [{"startLine": 3}]
    assert ", line 3: " in result["message"]["text"]


def test_sarif_of_nothing_is_valid_too(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("see you\n", "utf-8")
    assert run(tmp_path / "d.txt", "--out", tmp_path / "o.sarif").exit_code == 0
    log = json.loads((tmp_path / "o.sarif").read_text("utf-8"))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    assert log["runs"][0]["results"] == []


def test_standard_output_is_json_lines_and_nothing_else() -> None:
    result = run(GROUP, "--out", "-", "--only", "block")
    assert {json.loads(line)["action"] for line in result.stdout.splitlines()} == {"block"}
    assert "flagged" in result.stderr
    assert run(GROUP, "--out", "-", "--out-format", "csv").stdout.startswith('"file","row",')


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "o.xlsx"], ".parquet"),
        (["--out", "-", "--out-format", "sqlite"], "cannot be written to a pipe"),
        (["--out", "o.csv", "--out-format", "odd"], "unknown format 'odd'"),
        (["--out", "o.csv", "--out", "o.csv"], "named twice"),
        (["--resume"], "name the file it was writing"),
        (["--fail-on", "odd"], "unknown action 'odd'; known: allow, block, never, warn"),
        (["--direction", "up"], "unknown direction 'up'"),
        (["--only", "allow"], "unknown choice 'allow'"),
        (["--asks", "money"], "unknown secret 'money'"),
        (["--since", "yesterday"], "'yesterday' is no time"),
        (["--since", "2025-03-05", "--until", "2025-03-01"], "--since is not before --until"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(options: list[str], words: str) -> None:
    result = run(GROUP, *options)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


@pytest.mark.parametrize(
    ("fail_on", "texts", "status"),
    [
        ("allow", ["see you"], 1), ("warn", ["see you"], 0), ("warn", ["scam"], 1), ("block", ["scam"], 1), ("block", ["see you"], 0),
        ("never", ["scam"], 0), ("allow", [], 0),
    ],
)  # fmt: skip
def test_the_exit_status_is_chosen(tmp_path: Path, fail_on: str, texts: list[str], status: int) -> None:
    (tmp_path / "d.txt").write_text("".join(f"{SCAM if text == 'scam' else text}\n" for text in texts), "utf-8")
    assert run(tmp_path / "d.txt", "--fail-on", fail_on).exit_code == status


@pytest.mark.parametrize(
    ("options", "keep"),
    [
        (["--only", "flagged"], lambda row: row["action"] != "allow"),
        (["--only", "block"], lambda row: row["action"] == "block"),
        (["--min-risk", "0.5"], lambda row: row["risk"] >= 0.5),
        (["--asks", "seed_phrase", "--asks", "password"], lambda row: {"seed_phrase", "password"} & {*row["asks"]}),
        (["--sender", "Tomasz W", "--sender", "阿岚"], lambda row: row["sender"] in {"Tomasz W", "阿岚"}),
        (["--channel", "nowhere"], lambda row: row["channel"] == "nowhere"),
        (["--since", "2026-11-11T08:04:30"], lambda row: row["time"] >= "2026-11-11T08:04:30"),
        (["--until", "2026-11-11T09:04:30+01:00"], lambda row: row["time"] < "2026-11-11T08:04:30"),
    ],
)
def test_filters_choose_what_is_reported(outputs: dict[str, Path], tmp_path: Path, options: list[str], keep: Any) -> None:
    want = [row for row in rows(outputs["jsonl"]) if keep(row)]
    result = run(GROUP, *options, "--out", tmp_path / "o.jsonl")
    got = rows(tmp_path / "o.jsonl")
    assert [row | {"risk": 0} for row in got] == [row | {"risk": 0} for row in want]
    flagged = sum(row["action"] != "allow" for row in want)
    assert f"{flagged} flagged" in result.stdout
    assert result.exit_code == bool(flagged)


def test_what_the_filters_leave_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("See you at seven\nsend me your seed phrase\n", "utf-8")
    told = run(tmp_path / "a.txt", "--since", "2026-01-01").stdout
    assert "0 messages, 0 reported" in told
    assert "2 messages left out by --since, --until, --sender or --channel, and not judged\n  2 messages of unknown time\n" in told
    told = run(GROUP, "--sender", "阿岚").stdout
    assert "messages left out by" in told
    assert "unknown" not in told


def test_threads_change_nothing(outputs: dict[str, Path], tmp_path: Path) -> None:
    for threads in (1, 3):
        assert run(GROUP, "--out", tmp_path / "o.parquet", "--threads", threads.__str__()).exit_code == 1
        assert (tmp_path / "o.parquet").read_bytes() == outputs["parquet"].read_bytes()


def test_a_filter_needs_what_it_asks_for() -> None:
    about = [("id", pa.string()), ("time", pa.timestamp("ms")), ("sender", pa.string()), ("channel", pa.string())]
    unknown = pa.table([[None], [None], [None], [None]], schema=pa.schema(about))
    for chosen in (selection.Selection(since=0), selection.Selection(until=9), selection.Selection(senders=("a",))):
        assert len(chosen.messages(unknown)) == 0
    with pytest.raises(InputError, match="is no time"):
        selection.moment("soon")


@given(st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"))), min_size=1))
def test_strings_are_written_as_json(texts: list[str | None]) -> None:
    assert [json.loads(cell) for cell in jsonl.quoted(pa.array(texts, pa.string())).to_pylist()] == texts


TIMES = st.integers(-62_135_596_800_000, 253_402_300_799_999) | st.integers(-3000, 3000) | st.none()  # the years 1 to 9999


@given(st.lists(TIMES, min_size=1))
def test_times_are_written_as_python_writes_them(moments: list[int | None]) -> None:
    want = [None if at is None else (datetime(1970, 1, 1) + timedelta(milliseconds=at)).isoformat() for at in moments]  # noqa: DTZ001
    assert shape.when(pa.array(moments, pa.timestamp("ms"))).to_pylist() == want


def hides(shown: str) -> bool:
    return CARD not in shown and "4111" not in shown and "482913" not in shown


def test_outgoing_secrets_are_found_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "sent.txt").write_text("\n".join(SENT) + "\n", "utf-8")
    outs = [tmp_path / f"o{form.suffixes[0]}" for form in FORMATS.values()]
    result = run(tmp_path / "sent.txt", "--direction", "outgoing", "--all", *(part for out in outs for part in ("--out", out)))
    assert result.exit_code == 1, result.output
    assert hides(result.output)
    found = rows(tmp_path / "o.jsonl")
    assert [row["action"] != "allow" for row in found] == [True, True, False]
    assert found[2]["text"] == SENT[2]
    assert found[0]["rules"] == ["outgoing.card"]
    for out in outs:
        assert hides(out.read_bytes().decode("utf-8", "replace")), out
    table = pq.read_table(tmp_path / "o.parquet")
    assert hides(str(table.to_pylist()))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads((tmp_path / "o.sarif").read_text("utf-8")))


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_check_outgoing_masks(options: list[str]) -> None:
    result = CliRunner().invoke(app, ["check", SENT[0], "--direction", "outgoing", "--lang", "en", *options])
    assert result.exit_code == 1
    assert hides(result.output)
    assert giveaways.MASK in result.output or options == ["--json"]


def test_a_direction_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(app, ["check", SENT[0], "--direction", "up"])
    assert (result.exit_code, result.stderr) == (2, "scamguard: direction is none of: inbound, outgoing\n")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("check", ["--explain"]), ("check", ["--rules", "club"]), ("check", ["--sender-name", "Mia"]), ("check", ["--known-contact"]),
        ("scan", ["--rules", "club"]),
    ],
)  # fmt: skip
def test_what_says_nothing_of_a_secret_is_refused(command: str, options: list[str]) -> None:
    result = CliRunner().invoke(app, [command, SENT[0], "--direction", "outgoing", *options])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "--direction outgoing looks for secrets of the writer alone; leave out --" in result.stderr


def test_scan_and_check_agree_on_outgoing(guard: Guard) -> None:
    table = guard.scan([*SENT, None, "\ud800"], direction="outgoing")
    verdicts = [guard.check(text, direction="outgoing") for text in [*SENT, "", "\ud800"]]
    assert table["risk"].to_pylist() == [verdict.risk for verdict in verdicts]
    assert table["asks"].to_pylist() == [list(verdict.asks) for verdict in verdicts]
    assert hides(str(table.to_pylist()))
    with pytest.raises(InputError, match="direction is none of"):
        guard.scan([], direction="up")


def test_a_mask_moves_the_evidence() -> None:
    text, evidence = giveaways.masked("😀 abc de", [Evidence("r", "w", 2, 5, 3, 6), Evidence("r", "w", 6, 8, 7, 9)])
    assert text == f"😀 {giveaways.MASK} {giveaways.MASK}"
    assert [text[e.start : e.stop] for e in evidence] == [giveaways.MASK] * 2
    assert [text.encode("utf-16-le")[2 * e.start_utf16 : 2 * e.stop_utf16].decode("utf-16-le") for e in evidence] == [giveaways.MASK] * 2


def test_row_groups_do_not_depend_on_how_rows_came(outputs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP_ROWS", 7)
    table, files = pq.read_table(outputs["parquet"]), []
    for cut in (3, 20, len(table)):
        files.append(io.BytesIO())
        sink = parquet.Parquet(files[-1])
        for at in range(0, len(table), cut):
            sink.add(table.slice(at, cut))
        sink.close()
    assert len({file.getvalue() for file in files}) == 1
    written = pq.ParquetFile(files[0])
    groups = [written.metadata.row_group(i).num_rows for i in range(written.num_row_groups)]
    assert groups == [7] * (len(table) // 7) + [len(table) % 7] * (len(table) % 7 > 0)
    assert written.read().equals(table)


def test_duckdb_keeps_the_order_of_its_groups(outputs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    monkeypatch.setattr(databases, "_GROUP_ROWS", 20)
    table, file = pq.read_table(outputs["parquet"]), tmp_path / "v.duckdb"
    file.touch()
    sink = databases.DuckDb(file)
    for at in range(0, len(table), 15):
        sink.add(table.slice(at, 15))
    sink.close()
    with duckdb.connect(str(file), read_only=True) as base:
        assert base.execute("SELECT row, text FROM verdicts").fetchall() == [(row["row"], row["text"]) for row in table.to_pylist()]


def test_no_rows_are_no_lines() -> None:
    out = io.BytesIO()
    jsonl.JsonLines(out).add(COLUMNS.empty_table())
    assert out.getvalue() == b""


def test_the_summary_knows_how_bad_it_was() -> None:
    summary = scanning.Summary(actions={"warn": 2})
    assert [summary.reaches(action) for action in ("allow", "warn", "block")] == [True, True, False]


def test_the_summary_says_what_could_not_be_read_as_it_stands() -> None:
    notes = Notes(undecodable=1, timeless=2, broken=3, places=["d.jsonl, line 1", "d.jsonl, line \x1b"], empty=2, blank=["a.txt"])
    lines = render.summary(scanning.Summary(messages=9, flagged=1, notes=notes, resumed=4)).plain.split("\n")
    assert lines[0] == "9 messages, 1 flagged, in 0.00 s (0 messages/s)"
    assert lines[1] == "4 messages of them judged before the scan was stopped"
    assert lines[2].startswith("1 message with bytes that could not be decoded")
    assert lines[3].startswith("2 messages with a time in a form that is unknown")
    assert lines[4:6] == ["3 broken records skipped:", "  d.jsonl, line 1"]
    assert "\x1b" not in "".join(lines)
    assert lines[-2:] == ["  … (--broken FILE writes them all)", "2 files with nothing in it: a.txt, …"]
    assert render.stopped(None).plain.endswith("nothing was written")


@pytest.mark.parametrize("name", [b"d\xff.jsonl", b"d\xff.csv"])
def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(tmp_path: Path, name: bytes) -> None:
    folder, out = tmp_path / os.fsdecode(b"all\xfc"), tmp_path / "out"
    folder.mkdir()
    line = json.dumps({"text": SCAM}) + "\n{" if name.endswith(b"l") else f'text\n"{SCAM}"\n1,2\n'
    file = folder / os.fsdecode(name)
    file.write_text(line, "utf-8")
    for path in (folder, file):
        outs = [part for form in FORMATS.values() for part in ("--out", f"{out}{form.suffixes[0]}")]
        result = run(path, *outs, "--report", f"{out}.html", "--broken", f"{out}.txt", "--by-conversation")
        assert result.exit_code == 2, result.output
        shown = str(file).replace("\udcfc", "\ufffd").replace("\udcff", "\ufffd")
        assert [(row["file"], row["text"], row["action"]) for row in rows(Path(f"{out}.jsonl"))] == [(shown, SCAM, "block")]
        assert Path(f"{out}.txt").read_text("utf-8").startswith(shown)


@pytest.mark.parametrize(("text", "listed"), [("see you at seven", False), (SCAM, True)])
def test_conversations_are_listed_only_where_something_was_flagged(tmp_path: Path, text: str, listed: bool) -> None:
    (tmp_path / "d.jsonl").write_text(json.dumps({"text": text, "sender": "mia", "channel": "room"}) + "\n", "utf-8")
    assert ("given away" in run(tmp_path / "d.jsonl", "--by-conversation", "--show", "5").stdout) == listed
    assert "given away" not in run(tmp_path / "d.jsonl", "--by-conversation", "--show", "0").stdout
