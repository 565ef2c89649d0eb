"""Dumps: every reader gives back what was written, and says what it could not take."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard import dumps
from scamguard.dumps.block import BLOCK_ROWS
from scamguard.dumps.encodings import guess
from scamguard.errors import DumpError

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TEXTS = st.lists(st.one_of(st.text(), st.text("\ud800\udfff\udc80\"',\t\n\r\\ a€𝄞", max_size=8)), max_size=30)


def read(path: Path | str, **options: Any) -> tuple[list[str], list[int], dumps.Dump]:
    dump = dumps.open(path, **options)
    blocks = list(dump)
    return [text for block in blocks for text in block.texts.to_pylist()], [int(row) for block in blocks for row in block.rows], dump


def replaced(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


@SLOW
@given(texts=TEXTS, ascii_only=st.booleans())
def test_json_lines_round_trip(tmp_path: Path, texts: list[str], ascii_only: bool) -> None:
    file = tmp_path / "d.jsonl"
    lines = [json.dumps({"text": text}, ensure_ascii=ascii_only) for text in texts]
    file.write_bytes("".join(line + "\n" for line in lines).encode("utf-8", "replace" if not ascii_only else "strict"))
    want = [json.loads(line)["text"] for line in lines]  # a pair of escapes is one character, in JSON as in Python
    if not ascii_only:
        want = [text.encode("utf-8", "replace").decode() for text in want]
    got, rows, dump = read(file)
    assert got == [replaced(text) for text in want]
    assert rows == list(range(1, len(texts) + 1))
    assert dump.notes.undecodable == sum(replaced(text) != text for text in want)


@SLOW
@given(texts=TEXTS, tabs=st.booleans())
def test_csv_round_trip(tmp_path: Path, texts: list[str], tabs: bool) -> None:
    file = tmp_path / ("d.tsv" if tabs else "d.csv")
    written = [text.encode("utf-8", "replace").decode() for text in texts]
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter="\t" if tabs else ",")
    rows.writerows([["id", "text"], *([str(i), text] for i, text in enumerate(written))])
    file.write_bytes(out.getvalue().encode())
    assert read(file)[:2] == (written, list(range(1, len(written) + 1)))


@SLOW
@given(texts=st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8")))), large=st.booleans())
def test_parquet_round_trip(tmp_path: Path, texts: list[str | None], large: bool) -> None:
    file = tmp_path / "d.parquet"
    pq.write_table(pa.table({"id": list(range(len(texts))), "text": pa.array(texts, pa.large_string() if large else pa.string())}), file)
    assert read(file)[:2] == ([text or "" for text in texts], list(range(1, len(texts) + 1)))


@SLOW
@given(raw=st.binary(max_size=200).filter(lambda raw: not raw.startswith(dumps.FORMATS["zip"].magic)))
def test_any_bytes_are_lines_of_text(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "d.txt"
    file.write_bytes(raw)
    got, rows, _ = read(file, format="txt", encoding="utf-8-sig")
    assert len(got) == len(rows) == raw.count(b"\n") + (not raw.endswith(b"\n") and raw.removeprefix(b"\xef\xbb\xbf") != b"")


@SLOW
@given(raw=st.binary(max_size=200), suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".parquet"]))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path: Path, raw: bytes, suffix: str) -> None:
    file = tmp_path / f"d{suffix}"
    file.write_bytes(raw)
    try:
        read(file)
    except DumpError as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - most bytes raise, some do not


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    for name, raw in [("d.txt", "你好\n"), ("d.csv", "text\n你好\n"), ("d.jsonl", '{"text": "你好"}\n')]:
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + raw.encode())
        assert read(tmp_path / name)[0] == ["你好"]


def test_undecodable_bytes_are_replaced_and_counted(tmp_path: Path) -> None:
    line = b"ok\nb\xffd\xfe\n"
    for name, raw in [("d.txt", line), ("d.csv", b"text\n" + line), ("d.jsonl", b'{"text":"ok"}\n{"text":"b\xffd\xfe"}\n')]:
        (tmp_path / name).write_bytes(raw)
        got, _, dump = read(tmp_path / name)
        assert got == ["ok", "b\ufffdd\ufffd"]
        assert dump.notes.undecodable == 1


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("text", ["send your seed phrase", "请把您的助记词发给 kraken support 一下", "привет мир и вам всем"])
def test_utf_16_without_a_mark(tmp_path: Path, order: str, text: str) -> None:
    for name, raw in [("d.txt", f"{text}\n" * 3), ("d.csv", "text\n" + f"{text}\n" * 3), ("d.jsonl", f'{{"text": "{text}"}}\n' * 3)]:
        (tmp_path / name).write_bytes(raw.encode(f"utf-16-{order}"))
        assert read(tmp_path / name)[0] == [text] * 3


@pytest.mark.parametrize("raw", [b"a\0bcd" * 20, b"\0" * 64, b"seed\0" * 30, b"ab" * 20 + b"\0", "text 你好".encode("utf-32-le") * 9])
def test_nuls_alone_are_no_utf_16(raw: bytes) -> None:
    assert guess(raw, whole=True) in {"utf-8-sig", "utf-8"}


def test_parquet_messages_that_are_objects(tmp_path: Path) -> None:
    said = [{"id": 1, "body": "b"}, {"id": 2, "body": None}, None, {"id": 3, "body": "b\ufffd"}]
    both = [{"text": "t", "body": "b"}, {"text": None, "body": "b"}, {"text": "", "body": "b"}]
    for column, want in ((pa.array(said), ["b", "", "", "b\ufffd"]), (pa.array(both), ["t", "b", ""])):
        table = pa.table({"message": column, "sender": ["mia"] * len(column)})
        pq.write_table(table, tmp_path / "d.parquet")
        with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        assert read(tmp_path / "d.parquet")[0] == read(tmp_path / "d.arrow")[0] == want
    broken = pa.array([b"ok", b"b\xffd"], pa.binary())
    inner = pa.Array.from_buffers(pa.string(), 2, broken.buffers())
    pq.write_table(pa.table({"message": pa.StructArray.from_arrays([inner], ["body"])}), tmp_path / "d.parquet")
    assert read(tmp_path / "d.parquet")[0] == ["ok", "b\ufffdd"]
    pq.write_table(pa.table({"message": pa.array([{"body": 5}])}), tmp_path / "d.parquet")
    with pytest.raises(DumpError, match="not strings"):
        read(tmp_path / "d.parquet")


def test_parquet_strings_that_are_none(tmp_path: Path) -> None:
    bad = pa.array([b"ok", b"b\xffd"], pa.binary())
    for column in (bad, pa.Array.from_buffers(pa.string(), 2, bad.buffers()), pa.array(["ok", "b\ufffdd"]).dictionary_encode()):
        pq.write_table(pa.table({"text": column}), tmp_path / "d.parquet")
        assert read(tmp_path / "d.parquet")[0] == ["ok", "b\ufffdd"]


def test_broken_json_lines_are_skipped_with_their_numbers(tmp_path: Path) -> None:
    lines = ['{"text": "a"}', '{"text": ', "", "[1]", '{"text": 7}', '{"text": ["x"]}', '{"text": null}', '{"id": 1}']
    lines += ["1" * 5000, "[" * 100_000, '{"text": "z"}']
    (tmp_path / "d.jsonl").write_text("\n".join(lines), "utf-8")
    got, rows, dump = read(tmp_path / "d.jsonl")
    assert (got, rows) == (["a", "", "", "z"], [1, 7, 8, 11])
    assert dump.notes.broken == 6
    assert [place.split(": ")[0].rsplit(" ", 1)[1] for place in dump.notes.places] == ["2", "4", "5", "6", "9"]


def test_broken_csv_records_are_skipped_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text('id,text\n1,a\n2,b,c\n3\n"4" x,d\n\n5,"e\nf"\n6,"open', "utf-8")
    got, rows, dump = read(tmp_path / "d.csv")
    assert (got, rows) == (["a", "e\nf"], [1, 5])
    assert [place.split(": ")[0].rsplit(" ", 1)[1] for place in dump.notes.places] == ["3", "4", "5", "9"]


def test_a_message_longer_than_the_csv_module_allows(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"text\n{'😀' * 300_000}\n", "utf-8")
    assert read(tmp_path / "d.csv")[0] == ["😀" * 300_000]


@pytest.mark.parametrize(
    ("names", "chosen"), [(["body", "text"], "text"), (["content", "message"], "message"), (["content", "body"], "body")]
)
def test_usual_columns_are_found(tmp_path: Path, names: list[str], chosen: str) -> None:
    (tmp_path / "d.jsonl").write_text(json.dumps({name: name for name in names}), "utf-8")
    (tmp_path / "d.csv").write_text(f"{','.join(names)}\n{','.join(names)}\n", "utf-8")
    pq.write_table(pa.table({name: [name] for name in names}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        assert read(file)[0] == [chosen]


def test_an_unknown_column_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"id": 1, "say": "x"}', "utf-8")
    (tmp_path / "d.csv").write_text("id,say\n1,x\n", "utf-8")
    pq.write_table(pa.table({"id": [1], "say": ["x"]}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        for column in (None, "txet"):
            with pytest.raises(DumpError, match="id, say"):
                read(file, column=column)
        assert read(file, column="say")[0] == ["x"]


def test_json_records_of_several_shapes(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"type": "service"}\n{"type": "message", "text": "x"}\n', "utf-8")
    assert read(tmp_path / "d.jsonl")[0] == ["", "x"]


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("missing.txt", {}, "no such file"),
        ("x\0.txt", {}, "x"),
        (".", {}, "a folder"),
        ("d.xyz", {}, "--format zip"),
        ("d.txt", {"format": "xml"}, "unknown format 'xml'; known: arrow"),
        ("d.txt", {"column": "text"}, "no columns"),
        ("d.parquet", {}, "not Parquet that can be read"),
        ("n.parquet", {"column": "id"}, "int64, not strings"),
    ],
)
def test_refusals(tmp_path: Path, name: str, options: dict[str, str], problem: str) -> None:
    for there in ("d.xyz", "d.txt", "d.parquet"):
        (tmp_path / there).write_text("x\n", "utf-8")
    pq.write_table(pa.table({"id": [1], "text": ["x"]}), tmp_path / "n.parquet")
    with pytest.raises(DumpError, match=problem):
        read(f"{tmp_path}/{name}", **options)


def test_format_overrides_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "d.bak").write_text('{"text": "x"}\n', "utf-8")
    assert read(tmp_path / "d.bak", format="jsonl")[0] == ["x"]
    assert read(tmp_path / "d.bak", format="txt")[0] == ['{"text": "x"}']


def test_standard_input_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("hallo\r\n你好".encode()), "utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read("-")[0] == ["hallo", "你好"]
    assert not stdin.buffer.closed
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no parquet"), "utf-8"))
    with pytest.raises(DumpError, match="standard input: not Parquet that can be read"):
        read("-", format="parquet")


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl", ".parquet"])
def test_blocks_are_small_and_share_rises(tmp_path: Path, suffix: str) -> None:
    n = 3 * BLOCK_ROWS + 5
    file = tmp_path / f"d{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.table({"text": [f"message {i}" for i in range(n)]}), file)
    else:
        line = {".txt": "message {}\n", ".csv": "message {}\n", ".jsonl": '{{"text": "message {}"}}\n'}[suffix]
        file.write_text(("text\n" if suffix == ".csv" else "") + "".join(line.format(i) for i in range(n)), "utf-8")
    dump, sizes, shares, first = dumps.open(file), [], [], []
    for block in dump:
        sizes.append(len(block))
        shares.append(dump.share)
        first.append((int(block.rows[0]), block.texts[0].as_py()))
    assert sum(sizes) == n
    assert max(sizes) <= BLOCK_ROWS
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1
    assert first == [(at + 1, f"message {at}") for at in range(0, n, BLOCK_ROWS)]


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".parquet"])
def test_long_messages_make_short_blocks(tmp_path: Path, suffix: str) -> None:
    texts, file = ["x" * 3_000_000] * 12, tmp_path / f"d{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.table({"text": texts}), file)
    else:
        file.write_text("".join((json.dumps({"text": text}) if suffix == ".jsonl" else text) + "\n" for text in texts), "utf-8")
    assert [row for block in dumps.open(file) for row in block.rows] == list(range(1, 13))
    assert max(map(len, dumps.open(file))) < 12
