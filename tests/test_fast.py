"""The fast readers give what the slow ones give: the same messages, places and complaints, whatever the file holds."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scamguard import dumps
from scamguard.dumps import csvfast, delimited, jsonfast, jsonl, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from('"",;\n\r\t \\{}')), max_size=12)
LABELS = st.one_of(
    st.none(), st.just(""), st.integers(-(2**70), 2**70), st.text(max_size=4), st.booleans(), st.floats(), st.just({"name": "mia"})
)
_SAID = ["2026-05-01T10:00:00Z", "2026-05-01 10:00:00", "soon", "1700000000", "10:05", "9:05", "0001-01-01T00:00:00+01:00"]
TIMES = st.one_of(st.none(), st.sampled_from(_SAID), st.integers(0, 2**60))
USUAL = st.fixed_dictionaries({"text": TEXTS, "id": st.integers(0, 9), "time": st.just("2026-05-01T10:00:00Z"), "sender": TEXTS})
_OBJECTS = st.sampled_from([{"text": "inner"}, {"mid": "m"}, {"text": 5, "body": "x"}])
_TEXT = st.one_of(TEXTS, st.none(), st.integers(), _OBJECTS)
_ANY = {"text": _TEXT, "id": LABELS, "date": TIMES, "time": TIMES, "sender": LABELS, "x": LABELS}
_NESTED = st.sampled_from([{"channel": "c"}, {"body": "inner"}, [{"Room": 5}], {"x": {"reply_to": None}}])
_LATE = {"Body": _TEXT, "content": TEXTS, "channel": LABELS, "Room": LABELS, "reply_to": LABELS, "user": LABELS, "x": _NESTED}
RECORDS = st.one_of(USUAL, st.fixed_dictionaries({}, optional=_ANY), st.fixed_dictionaries({}, optional=_LATE | {"text": _TEXT}))
FLAWS = st.sampled_from([
    b"", b" ", b'{"text": ', b"[1]", b"7", b'{"text": "a"} {"text": "b"}', b'{"text":', b'{"a": {"b": 1}}', b'{"text": "\xff\xfe"}',
    b'{"text": "\\ud800"}', b'{"text": "a", "text": "b"}', b'{"text": NaN}', b' {"text": "indented"}', b'{"text": "a"}\r',
    b'{"text": "raw \x01 control"}', b'{"text": "\x00"}', b'{"id": 01, "text": "a"}', b'{"id": 1.0, "text": "a"}', b'{"text": "a",}',
])  # fmt: skip


def everything(file: Path) -> tuple[list[Any], Any]:
    """Read all that a dump tells."""
    dump = dumps.open(file)
    rows = [
        (*row, *about.values())
        for block in dump
        for row, about in zip(
            zip(block.rows.tolist(), np.asarray(block.lines).tolist(), block.texts.to_pylist(), strict=True),
            block.about.set_column(1, "time", block.about["time"].cast("int64")).to_pylist(),
            strict=True,
        )
    ]
    return rows, dump.notes


def agree(name: str, data: bytes) -> bool:
    """Compare both readers; say whether the fast one read anything."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        with mock.patch.object(jsonfast, "schema", return_value=None), mock.patch.object(csvfast, "split", return_value=None):
            slow = everything(file)
        took: list[bool] = []

        def noted(*arguments: Any) -> Any:
            found = plain(*arguments)
            took.append(found is not None)
            return found

        module = csvfast if name.endswith(".csv") else jsonfast
        plain = module.block
        with mock.patch.object(module, "block", noted):
            fast = everything(file)
    assert fast == slow
    return any(took)


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Let a few lines be many."""
    with (
        mock.patch.object(pieces, "PIECE", 200), mock.patch.object(pieces, "_FEW", 1), mock.patch.object(csvfast, "PIECE", 150),
        mock.patch.object(delimited, "_FEW", 1), mock.patch.object(delimited, "PIECE", 150),
        mock.patch.object(jsonl, "_PROBED", 2),
    ):  # fmt: skip
        yield


LINES = st.lists(
    st.one_of(RECORDS.map(lambda r: json.dumps(r).encode()), USUAL.map(lambda r: json.dumps(r, ensure_ascii=False).encode()), FLAWS),
    max_size=12,
)


STARTS = st.one_of(st.lists(USUAL, min_size=2, max_size=3), st.lists(st.fixed_dictionaries({"text": TEXTS}), min_size=2, max_size=3))


@given(start=STARTS, lines=LINES, end=st.sampled_from([b"\n", b"\r\n"]), last=st.booleans())
def test_json_lines(start: list[dict[str, Any]], lines: list[bytes], end: bytes, last: bool) -> None:
    whole = [*(json.dumps(record).encode() for record in start), *lines]
    event("fast" if agree("d.jsonl", end.join(whole) + end * last) else "slow")


@pytest.mark.parametrize("first", [{}, {"id": None}, {"id": ""}, {"id": "a"}, {"id": 1.0}, {"id": 2**70}])
@pytest.mark.parametrize(("value", "name"), [(0, "0"), (0.0, "0.0"), (1.0, "1.0"), (False, "False"), (7, "7")])
def test_an_id_is_the_same_whoever_stands_before_it(first: dict[str, Any], value: object, name: str, tmp_path: Path) -> None:
    records = [{"text": "m", **first}, {"text": "m", "id": value}, {"text": "m", "id": 3}]
    for order in (records, records[1:], records[::-1]):
        (tmp_path / "d.jsonl").write_text("".join(json.dumps(record) + "\n" for record in order), "utf-8")
        found = {row[0]: row[3] for row in everything(tmp_path / "d.jsonl")[0]}
        assert found[order.index(records[1]) + 1] == name


# A lone carriage return within a cell is a line end to the csv module and none to whoever counts lines: no bare ones here
CELLS = st.text(st.one_of(st.characters(codec="utf-8", exclude_characters="\0\r"), st.sampled_from('"",;\n')), max_size=8)
ODD = st.sampled_from([
    b"", b"\r\n", b'a"b,2,c\r\n', b'"a"b,2,c\r\n', b"one\r\n", b"1,2,3,4\r\n", b'"open,2,3\r\n', b"\xff,2,3\r\n", b"a\rb,2,3\r\n",
    b"a\0,2,3\r\n", b'"","",""\n', b'"""",2,""""\n',
])  # fmt: skip


def written(rows: list[list[str]], quoting: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows(rows)
    return out.getvalue().encode()


ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=10)


PARTS = st.one_of(ROWS.map(lambda rows: written(rows, csv.QUOTE_ALL)), ROWS.map(lambda rows: written(rows, csv.QUOTE_MINIMAL)), ODD)


DAYS = st.sampled_from(["", "2026-05-01", "10:05", "9:05:01", "soon", "05/01/2026", "1700000000", '"a" b'])
DATED = st.lists(st.tuples(DAYS, DAYS), max_size=9)


@given(rows=DATED)
def test_days_and_times(rows: list[tuple[str, str]]) -> None:
    event("fast" if agree("d.csv", b"date,time,text\r\n" + "".join(f"{day},{time},x\r\n" for day, time in rows).encode()) else "slow")


@given(parts=st.lists(PARTS, max_size=5), last=st.booleans())
def test_csv(parts: list[bytes], last: bool) -> None:
    data = b"id,text,sender\r\n" + b"".join(parts)
    event("fast" if agree("d.csv", data if last else data.rstrip(b"\r\n")) else "slow")


def test_plain_files_are_read_fast() -> None:
    """Else the two tests above compare the slow reader with itself."""
    assert agree("d.jsonl", b"".join(b'{"text": "m%d", "id": %d}\n' % (i, i) for i in range(40)))
    assert agree("d.csv", b"id,text\n" + b"".join(b'%d,"m, %d"\n' % (i, i) for i in range(40)))


def lines_of(records: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_columns_that_appear_late_are_read(tmp_path: Path) -> None:
    said = {"id": 7, "time": "2026-05-01T10:00:00Z", "Sender": "mia", "channel": "c", "reply_to": 5}
    late = [{"content": f"late {i}", **said} for i in range(30)]
    (tmp_path / "d.jsonl").write_bytes(lines_of([{"content": f"m{i}"} for i in range(60)]) + lines_of(late))
    rows, notes = everything(tmp_path / "d.jsonl")
    assert [row[2] for row in rows] == [*(f"m{i}" for i in range(60)), *(f"late {i}" for i in range(30))]
    assert [row[3] for row in rows] == [None] * 60 + ["7"] * 30
    assert {row[4] is None for row in rows[60:]} == {False}
    assert {row[5:] for row in rows[60:]} == {("mia", "c", "5")}
    assert notes.broken == 0


def test_another_text_stands_in_where_the_known_one_says_nothing(tmp_path: Path) -> None:
    plain = [{"content": f"m{i}"} for i in range(40)]
    for other, text in (({"text": "late"}, "late"), ({"content": None, "Body": "late"}, "late"), ({"content": "", "text": "late"}, "")):
        (tmp_path / "d.jsonl").write_bytes(lines_of([*plain, other, *plain, {"other": "x"}]))
        rows, notes = everything(tmp_path / "d.jsonl")
        assert [row[2] for row in rows] == [*(f"m{i}" for i in range(40)), text, *(f"m{i}" for i in range(40)), ""]
        assert notes.broken == 0
    said = [text for block in dumps.open(tmp_path / "d.jsonl", column="content") for text in block.texts.to_pylist()]
    assert said == [*(f"m{i}" for i in range(40)), "", *(f"m{i}" for i in range(40)), ""]


def test_names_within_other_objects_are_no_columns_and_cost_little() -> None:
    nested = [{"text": f"m{i}", "about": {"channel": i, "id": i, "body": "x", "user": {"sender": "y"}}} for i in range(90)]
    assert agree("d.jsonl", lines_of(nested))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "d.jsonl").write_bytes(lines_of(nested))
        with mock.patch.object(jsonl._Reader, "_slow", autospec=True, side_effect=jsonl._Reader._slow) as slow:
            rows, _ = everything(Path(folder) / "d.jsonl")
    assert slow.call_count == 1  # of the first lines alone
    assert {row[3:] for row in rows} == {(None,) * 5}


def test_what_is_wrong_is_told_in_reading_order(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"text":"a"}\n{"text":1}\n{broken\n{"text":2}\n[]\n', "utf-8")
    for encoding in ("utf-8", "cp1252"):
        dump = dumps.open(tmp_path / "d.jsonl", encoding=encoding)
        assert sum(map(len, dump)) == 1
        assert [place.split("line ")[1][0] for place in dump.notes.places] == ["2", "3", "4", "5"]


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    lines = [f'{{"text": "m{i}", "id": {i}, "late": 1}}' if i > 30 else f'{{"text": "m{i}", "id": {i}}}' for i in range(60)]
    lines[40] = "{"
    (tmp_path / "d.jsonl").write_text("\n".join(lines), "utf-8")
    rows, notes = everything(tmp_path / "d.jsonl")
    assert [row[0] for row in rows] == [i + 1 for i in range(60) if i != 40]
    assert notes.broken == 1
    assert notes.places[0].startswith(f"{tmp_path / 'd.jsonl'}, line 41: not JSON")


def test_the_lines_of_csv_records_are_those_of_an_editor(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text('id,text\n1,"two\nlines"\n2,x\n3,"a\n\nb"\n4,y\n', "utf-8")
    rows, _ = everything(tmp_path / "d.csv")
    assert [(row[0], row[1]) for row in rows] == [(1, 2), (2, 4), (3, 5), (4, 8)]


def test_a_line_too_long_to_hold_is_noted(tmp_path: Path) -> None:
    with mock.patch.object(pieces, "_MOST", 1000):
        (tmp_path / "d.jsonl").write_text('{"text": "a"}\n{"text": "' + "x" * 5000 + '"}\n{"text": "b"}\n', "utf-8")
        rows, notes = everything(tmp_path / "d.jsonl")
    assert [row[:3] for row in rows] == [(1, 1, "a"), (3, 3, "b")]
    assert "line 2: longer than" in notes.places[0]


def test_a_lone_return_is_a_line_end_for_both() -> None:
    agree("d.csv", b'id,text,sender\r\n"open,2,3\r\na\rb,2,3\r\n"","","\n"')
