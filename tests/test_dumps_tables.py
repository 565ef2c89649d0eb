"""Tables that go by the name of CSV: whatever separates them, and past a quotation mark that is never closed."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard import dumps
from scamguard.dumps import csvrecords, mended, times
from scamguard.errors import DumpError, InputError

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
MAY_1 = 1_777_629_600_000
SAID = [  # the same moment
    "2026-05-01 10:00:00 UTC", "2026-05-01 10:00:00.000000 UTC", "2026-05-01 10:00:00 +0000 UTC", "2026-05-01 12:00:00 +0200",
    "2026/05/01 18:00:00 +0800", "2026/5/1 10:00 GMT", "Fri, 01 May 2026 10:00:00 +0000", "Fri, 01 May 2026 12:00:00 +0200 (CEST)",
    "1 May 2026 10:00 GMT", "Fri May 01 10:00:00 +0000 2026", "Fri May 01 2026 10:00:00 GMT+0000 (Coordinated Universal Time)",
    "1777629600", "1777629600000", "1777629600000000", "1777629600000000000", "1777629600.0", "1.7776296e9",
]  # fmt: skip
UNSAID = ["05/01/2026", "2026-05-01 10:00:00 PST", "Fri, 01 May 2026 10:00:00 CEST", "soon UTC", "Fri, 99 May 2026 10:00:00 GMT", "1e99"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("table", "want"),
    [
        ("text\tsender\nhi, you\ta\n", ("hi, you", "a")),
        ("text|sender\nhi, you|a\n", ("hi, you", "a")),
        ("text;sender\nhi, you;a\n", ("hi, you", "a")),
        ("sep=;\ntext;sender\nhi, you;a\n", ("hi, you", "a")),
        ("SEP=,\r\ntext,sender;x\r\nhi,a\r\n", ("hi", None)),
        ('"sep=|"\n\ntext|sender\nhi|a\n', ("hi", "a")),
        ('"Text, der Nachricht";sender;text\na;b;c\n', ("c", "b")),
        ('"a;b;c",sender,text\na,b,c\n', ("c", "b")),
        ("text\nhi\n", ("hi", None)),
    ],
)
def test_what_separates_the_columns_is_told_by_the_header(tmp_path: Path, table: str, want: tuple[str, str | None], encoding: str) -> None:
    (tmp_path / "d.csv").write_bytes(table.encode(encoding))
    got = read(tmp_path / "d.csv")
    assert [(m.text, m.sender) for m in got.messages] == [want]
    assert got.dump.notes.broken == 0


@SLOW
@given(
    texts=st.lists(st.text("abc,;|\n\" '", max_size=8), min_size=1, max_size=30),
    every=st.booleans(),
)
def test_a_quotation_mark_that_is_never_closed_costs_its_record(tmp_path: Path, texts: list[str], every: bool) -> None:
    plain = [f"plain {i}" for i in range(20)]
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL)
    rows.writerows([["text", "n"], *([text, "1"] for text in texts)])
    before = out.getvalue()
    (tmp_path / "d.csv").write_bytes((before + '"never closed,2\r\n' + "".join(f"{text},3\r\n" for text in plain)).encode())
    got = read(tmp_path / "d.csv")
    assert got.texts[: len(texts)] == texts
    assert got.texts[len(texts) :] == plain
    assert got.dump.notes.broken == 1
    line = before.count("\n") + 1
    assert got.dump.notes.places[0].startswith(f"{tmp_path / 'd.csv'}, line {line}: ")


def test_the_next_record_may_have_several_lines(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text('text,n\n"open,1\n"two\nlines",2\n"a ""b""",3\nlast,4\n', "utf-8")
    got = read(tmp_path / "d.csv")
    assert (got.texts, got.dump.notes.broken) == (["two\nlines", 'a "b"', "last"], 1)


def test_a_way_back_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvrecords, "LONGEST_LINE", 100)
    (tmp_path / "d.csv").write_text('text,n\n"open,1\n' + "".join(f"m{i},2\n" for i in range(100)), "utf-8")
    got = read(tmp_path / "d.csv")
    assert got.texts == [f"m{i}" for i in range(100)]
    assert got.dump.notes.places == [f"{tmp_path / 'd.csv'}, line 2: a quotation mark is not closed within 100 characters"]


def test_times_that_cannot_be_told_are_counted(tmp_path: Path) -> None:
    said = ["05/01/2026 10:00", "2026-05-01T10:00:00Z", "", "1777629600"]
    (tmp_path / "a.csv").write_text("text,date\n" + "".join(f"x,{time}\n" for time in said), "utf-8")
    (tmp_path / "b.csv").write_text("text,date\n" + "".join(f'"x","{time}"\n' for time in said) + '"a" b,c\n', "utf-8")
    (tmp_path / "c.jsonl").write_text("".join(json.dumps({"text": "x", "date": time}) + "\n" for time in said), "utf-8")
    pq.write_table(pa.table({"text": ["x"] * 4, "date": said}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        got = read(file)
        assert [message.time for message in got.messages] == [None, MAY_1, None, MAY_1]
        assert got.dump.notes.timeless == 1, file.name


@pytest.mark.parametrize("said", [*SAID, *UNSAID])
def test_a_time_with_a_zone_is_told_whatever_its_form(tmp_path: Path, said: str) -> None:
    (tmp_path / "a.csv").write_text(f'text,date\nx,"{said}"\n', "utf-8")
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "x", "date": said}) + "\n", "utf-8")
    pq.write_table(pa.table({"text": ["x"], "date": [said]}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        got = read(file)
        assert [message.time for message in got.messages] == [MAY_1 if said in SAID else None], file.name
        assert got.dump.notes.timeless == (said in UNSAID)


@given(st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 18).map(lambda n: 10**n - n % 2)), min_size=1))
def test_counts_are_read_at_once_as_one_by_one(counts: list[int]) -> None:
    found, there = times.counted(np.array(counts, np.int64))
    assert [time if told else None for time, told in zip(found.tolist(), there.tolist(), strict=True)] == [*map(times.any_of, counts)]


def test_no_count_loses_a_millisecond(tmp_path: Path) -> None:
    stamps = [MAY_1 * 10**6 + at * 1_000_000 for at in range(1000)]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": "x", "time": stamp}) + "\n" for stamp in stamps), "utf-8")
    pq.write_table(pa.table({"text": ["x"] * 1000, "time": stamps}), tmp_path / "d.parquet")
    (tmp_path / "e.jsonl").write_text("".join(json.dumps({"text": "x", "time": stamp // 10**6 / 1000}) + "\n" for stamp in stamps), "utf-8")
    for file in tmp_path.iterdir():
        assert [message.time for message in read(file).messages] == [MAY_1 + at for at in range(1000)], file.name


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_table_is_known_by_its_header_whatever_it_is_called(tmp_path: Path, sign: str) -> None:
    (tmp_path / "d.dat").write_text(f'id{sign}Message\n1{sign}"hello, there"\n2{sign}"send\nyour seed phrase"\n', "utf-8")
    assert [message.text for message in read(tmp_path / "d.dat").messages] == ["hello, there", "send\nyour seed phrase"]
    (tmp_path / "t.txt").write_text("id,text\n", "utf-8")  # whoever calls it text means text
    assert read(tmp_path / "t.txt").dump.format == "txt"


@pytest.mark.parametrize("path", [None, 5, [], b"chats.csv"])
def test_a_dump_is_named_by_a_path(path: Any) -> None:
    with pytest.raises(InputError, match=r"^path is .*; give the path of a dump, or -"):
        dumps.open(path)
    with pytest.raises(InputError, match=r"^encoding is int"):
        dumps.open("chats.csv", encoding=5)  # type: ignore[arg-type] # that is the test


def test_two_columns_of_one_name_are_not_chosen_among(tmp_path: Path) -> None:
    pq.write_table(pa.table([pa.array(["x"]), pa.array(["y"])], names=["text", "text"]), tmp_path / "d.parquet")
    (tmp_path / "d.csv").write_text("id,text,text\n1,x,y\n", "utf-8")
    for file in tmp_path.iterdir():
        with pytest.raises(DumpError, match="2 columns are called 'text'; rename all but the one that holds the messages"):
            read(file)


def test_a_column_of_another_kind_is_read_as_what_it_says(tmp_path: Path) -> None:
    bad = pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 3, 6], np.int32)), pa.py_buffer(b"b\xffdann"))
    day, chat = pa.array([date(2026, 5, 1), None]), pa.array(["a", "a"]).dictionary_encode()
    table = pa.table({"text": ["x", "y"], "sender": bad, "date": day, "chat": chat, "id": [True, False]})
    with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    got = read(tmp_path / "d.arrow")
    assert [(m.id, m.time, m.sender, m.channel) for m in got.messages] == [
        ("true", MAY_1 - 36_000_000, "b\ufffdd", "a"), ("false", None, "ann", "a")
    ]  # fmt: skip
    assert got.dump.notes.timeless == 0


@pytest.mark.parametrize("end", ["", '3,"never closed\n'])
@pytest.mark.parametrize(
    "table",
    [
        "id, text ,sender\n1, hi,Mia\n2, see you, Ben \n",
        'id,\ttext, sender\n1, hi,Mia\n2, "see you", Ben\n',
        '"id" , "text" , "sender"\n"1" , "hi" , "Mia"\n"2", "see you" ,"Ben" \n',
        "id | text | sender\n1 | hi | Mia\n2 | see you | Ben\n",
        "sep=,\nid , text , sender\n1 , hi , Mia\n2 , see you , Ben\n",
    ],
)
def test_spaces_around_what_separates_are_no_part_of_it(tmp_path: Path, table: str, end: str) -> None:
    for name in ("d.csv", "d.dat"):
        (tmp_path / name).write_text(table + end, "utf-8")
        if name == "d.dat" and table.startswith("sep"):
            continue
        for options in ({}, {"column": "text"}, {"encoding": "latin-1"}):
            got = read(tmp_path / name, format="csv" if options else None, **options)
            assert [(m.id, m.text, m.sender) for m in got.messages] == [("1", "hi", "Mia"), ("2", "see you", "Ben")]
            assert got.dump.notes.broken == bool(end)


def test_other_tables_have_their_names_without_spaces_too(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{" Text": "hi", "Sender ": "Mia"}\n', "utf-8")
    assert [(m.text, m.sender) for m in read(tmp_path / "d.jsonl").messages] == [("hi", "Mia")]


@pytest.mark.parametrize(
    "text", ["Thanks, message\nhi\n", "Thanks, message\nhi, you\n", "id | text\n---+---\n", "Text, content\n", "name; body\n"]
)
def test_prose_is_no_table(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))
    assert read("-").texts == text.splitlines()


def test_a_time_that_is_told_or_missing_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"text": "x"}\n{"text": "y", "time": null}\n{"text": "z", "time": 1777629600}\n' * 3000, "utf-8")
    assert read(tmp_path / "d.jsonl").dump.notes.timeless == 0


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_a_time_beyond_all_years_is_none_of_them(tmp_path: Path, unit: str, zone: str | None) -> None:
    """Postgres writes `infinity` as the largest count there is."""
    per_second = {"s": 1, "ms": 1000, "us": 10**6}[unit]
    counts = [2**63 - 1, -(2**62), MAY_1 // 1000 * per_second, None, -62_135_596_800 * per_second - 1, 253_402_300_800 * per_second]
    when = pa.array(counts, pa.int64()).cast(pa.timestamp(unit, zone))
    table = pa.table({"text": ["x"] * len(when), "time": when, "date": when.dictionary_encode()})
    for column in ("time", "date"):
        with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
            out.write_table(table)
        got = read(tmp_path / "d.arrow")
        assert [m.time for m in got.messages] == [None, None, MAY_1, None, None, None]
        assert got.dump.notes.timeless == 4
        table = table.drop_columns([column])


def test_a_time_within_another_value_may_be_of_no_year(tmp_path: Path) -> None:
    ends = pa.array([2**63 - 1, 0], pa.int64()).cast(pa.timestamp("us"))
    who = pa.StructArray.from_arrays([pa.array(["mia", "ben"]), ends], ["name", "joined"])
    long = pa.array([2**62, 1], pa.int64()).cast(pa.duration("s"))
    pq.write_table(pa.table({"text": ["x", "y"], "sender": who, "time": long}), tmp_path / "d.parquet")
    got = read(tmp_path / "d.parquet")
    assert [(m.sender, m.time) for m in got.messages] == [(None, None), ("ben", None)]
    assert got.dump.notes.timeless == 2


@pytest.mark.parametrize("said", [pa.array(["", "mia", None]), pa.array(["", "mia", None]).dictionary_encode()])
def test_nothing_is_no_name(tmp_path: Path, said: pa.Array) -> None:
    table = pa.table({"text": ["x", "y", "z"], "sender": said, "channel": said, "id": pa.array([b"", b"1", b"2"])})
    pq.write_table(table, tmp_path / "d.parquet")
    assert [(m.sender, m.channel, m.id) for m in read(tmp_path / "d.parquet").messages] == [
        (None, None, None), ("mia", "mia", "1"), (None, None, "2"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["d.csv", "d.jsonl"])
@pytest.mark.parametrize(
    ("known", "sender", "channel"),
    [(["Date", "Author", "Content"], "Author", "channel"), (["Time", "SenderName", "TalkerName", "Content"], "SenderName", "TalkerName")],
)
def test_the_columns_of_an_exporter_may_stand_among_others(
    tmp_path: Path, name: str, known: list[str], sender: str, channel: str
) -> None:
    row = dict.fromkeys(known, "2026-05-01T10:00:00Z") | {"Content": "hi", "id": "7", "channel": "room", "reply_to": "3"}
    lines = [",".join(row), ",".join(row.values())] if name == "d.csv" else [json.dumps(row)]
    (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    [message] = read(tmp_path / name).messages
    assert message[1:] == ("hi", "7", MAY_1, row[sender], row[channel], "3")


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
@pytest.mark.parametrize("first", ["2026-05-01T10:00:00Z", "soon", ""])
def test_a_time_that_is_of_no_year_in_utc_is_none(tmp_path: Path, first: str, said: str) -> None:
    """A datetime can show the years 1 to 9999; the zone may lead out of them."""
    (tmp_path / "a.csv").write_text(f"text,time\nx,{first}\nx,{said}\n", "utf-8")
    (tmp_path / "c.jsonl").write_text("".join(json.dumps({"text": "x", "time": time}) + "\n" for time in (first, said)), "utf-8")
    pq.write_table(pa.table({"text": ["x", "x"], "time": [first, said]}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        got = read(file)
        assert [message.time for message in got.messages] == [MAY_1 if first.endswith("Z") else None, None], file.name
        assert got.dump.notes.timeless == 1 + (first == "soon")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("0001-01-01T00:00:00+00:00", -62_135_596_800_000),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59+00:00", 253_402_300_799_000),
        ("9999-12-31T23:59:59-01:00", None),
    ],
)
def test_what_is_read_can_be_shown(said: str, told: int | None) -> None:
    assert [times.known(times.iso(said)), times.known(times.written(said, "%Y-%m-%dT%H:%M:%S%z")), times.any_of(said)] == [told] * 3
    assert times.any_of(datetime.fromisoformat(said)) == told
    if said.startswith("9999"):  # a year below 100 is one of this century in a mail
        assert times.known(times.mail(f"Fri, 31 Dec 9999 23:59:59 {said[-6:].replace(':', '')}")) == told


@pytest.mark.parametrize("said", [
    "Fri, 01 May 2026 10:00:00 +0000 (UTC)", f"Fri, 01 May 2026 10:00:00 +0000 ({'x' * 90})", f"2026-05-01 10:00:00 ({'x ' * 5000})",
])  # fmt: skip
def test_a_remark_behind_a_time_is_of_any_length(said: str) -> None:
    assert times.any_of(said) == MAY_1
    assert times.any_of(said.removesuffix(")")) is times.any_of(f"{said} x") is None


def test_a_field_of_times_that_tells_none_is_told_from_an_empty_one() -> None:
    assert times.since("soon", 1) is times.mail("no date") is times.iso("soon") is times.UNTOLD
    assert [times.since("", 1), times.since(None, 1), times.mail(None), times.mail(""), times.iso(None), times.iso("")] == [None] * 6


DAYS = [  # date, time, what they say together
    ("2026-05-01", "10:00", MAY_1), ("2026-05-01", "10:00:00", MAY_1), ("2026/5/1", "10:00", MAY_1),
    ("2026-05-01 00:00:00", "10:00", MAY_1),
    ("2026-05-01", "2026-05-01T10:00:00Z", MAY_1), ("2026-05-02", "2026-05-01 10:00", MAY_1), ("2026-05-01T10:00:00", "", MAY_1),
    ("05/01/2026", "10:00", None), ("", "10:00", None), ("2026-05-01", "noon", None), ("", "", None), ("", "1777629600", MAY_1),
]  # fmt: skip


@pytest.mark.parametrize("many", [1, 3000])
@pytest.mark.parametrize(("day", "clock", "told"), DAYS)
def test_the_day_and_the_time_may_stand_in_two_columns(tmp_path: Path, day: str, clock: str, told: int | None, many: int) -> None:
    (tmp_path / "a.csv").write_text("Date,Time,Message\n" + f"{day},{clock},x\n" * many, "utf-8")
    (tmp_path / "c.jsonl").write_text((json.dumps({"date": day, "time": clock, "message": "x"}) + "\n") * many, "utf-8")
    pq.write_table(pa.table({"Message": ["x"] * many, "date": [day] * many, "TIME": [clock] * many}), tmp_path / "d.parquet")
    for file in tmp_path.iterdir():
        got = read(file)
        assert [message.time for message in got.messages] == [told] * many, file.name
        assert got.dump.notes.timeless == many * (told is None and any((day, clock))), file.name


@pytest.mark.parametrize("dictionary", [False, True])
def test_the_day_and_the_time_may_be_of_these_kinds(tmp_path: Path, dictionary: bool) -> None:
    days = [pa.array([date(2026, 5, 1), None]), pa.array([datetime(2026, 5, 1), None])]  # noqa: DTZ001 - a day
    clocks = [pa.array([36_000, 36_000], pa.time32("s")), pa.array([36_000_000_000, None], pa.time64("us")), pa.array(["10:00", ""])]
    for day in days:
        for clock in clocks:
            when = clock.dictionary_encode() if dictionary else clock
            pq.write_table(pa.table({"text": ["x", "y"], "date": day, "time": when}), tmp_path / "d.parquet")
            assert [message.time for message in read(tmp_path / "d.parquet").messages] == [MAY_1, None]
    span = pa.array([2**62, 1], pa.int64()).cast(pa.duration("s"))
    pq.write_table(pa.table({"text": ["x", "y"], "date": span, "time": clocks[0]}), tmp_path / "d.parquet")
    assert [message.time for message in read(tmp_path / "d.parquet").messages] == [None, None]


@pytest.mark.parametrize("name", ["d.csv", "d.jsonl"])
@pytest.mark.parametrize(("column", "text"), [(None, "hi"), ("Text", "hi"), ("Translation", "hallo")])
def test_an_exporters_table_says_who_and_when_whatever_column_is_read(tmp_path: Path, name: str, column: str | None, text: str) -> None:
    row = {"Chat Session": "A", "Message Date": "2026-05-01 10:00:00", "Sender Name": "Mia", "Text": "hi", "Translation": "hallo"}
    lines = [",".join(row), ",".join(row.values())] if name == "d.csv" else [json.dumps(row)]
    (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    [message] = read(tmp_path / name, column=column).messages
    assert message[1:] == (text, None, MAY_1, "Mia", "A", None)
    with pytest.raises(DumpError, match="unknown column 'Texts'"):
        read(tmp_path / name, column="Texts")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_may_go_on_in_the_next_line(tmp_path: Path, end: str) -> None:
    (tmp_path / "d.csv").write_bytes(f'id,text,"{end}Notes"{end}1,a,b{end}2,c,d{end}'.encode())
    assert [(m.id, m.text) for m in read(tmp_path / "d.csv").messages] == [("1", "a"), ("2", "c")]
    (tmp_path / "d.csv").write_bytes(f'text,"{end}'.encode())
    with pytest.raises(DumpError, match="the header line cannot be read"):
        read(tmp_path / "d.csv")


def encoded(text: str, encoding: str, tmp_path: Path) -> tuple[list[str], int]:
    (tmp_path / "d.csv").write_bytes(f'id,text\n1,plain\n2,"{text}"\n'.encode(encoding))
    got = read(tmp_path / "d.csv")
    return got.texts[1:], got.dump.notes.undecodable


WESTERN = ["für dich", "naïve été", "Grüße aus München äöü, naïve été", "I don’t know", "“maybe” – it’s £5", "Søren, æble", "Olá, não"]


@pytest.mark.parametrize("text", WESTERN)
def test_few_western_letters_are_enough(tmp_path: Path, text: str) -> None:
    assert encoded(text, "cp1252", tmp_path) == ([text], 0)
    assert encoded(text, "utf-8", tmp_path) == ([text], 0)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Dzień dobry, proszę podać hasło do portfela, wyślij ją mi", "cp1250"),
        ("Kérem küldje el a jelszavát, különben letiltjuk a fiókját őszintén", "cp1250"),
        ("Lütfen şifrenizi gönderin, hesabınız askıya alındı", "cp1254"),
        ("Ваш кошелёк заблокирован", "cp1251"),
    ],
)
def test_other_letters_are_left_to_statistics(tmp_path: Path, text: str, encoding: str) -> None:
    assert encoded(text, encoding, tmp_path) == ([text], 0)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("您好".encode("gb18030"), None),
        ("да".encode("cp1251"), None),
        (b"b\xff", "b\ufffd"),
        ("schön é".encode() + b" caf\xe9", "schön é caf\ufffd"),
    ],
)
def test_few_bytes_that_are_no_western_letters_prove_nothing(tmp_path: Path, raw: bytes, text: str | None) -> None:
    (tmp_path / "d.txt").write_bytes(b"plain\n" + raw + b"\n")
    got = read(tmp_path / "d.txt")
    assert got.dump.notes.undecodable == 1
    assert text in {None, got.texts[1]}


@pytest.mark.parametrize("lines", [["Служба поддержки: пришлите код"], ["Grüße aus Köln, schöne Wünsche an Müller"] * 3, ["您好，我是"]])
@pytest.mark.parametrize("flaw", [b"caf\xe9 ol\xe9", b"\xff\xfe", b"\x93yes\x94"])
def test_a_small_file_with_a_few_stray_bytes_is_utf8(tmp_path: Path, lines: list[str], flaw: bytes) -> None:
    (tmp_path / "d.txt").write_bytes("\n".join(lines).encode() + b"\n" + flaw + b"\n")
    got = read(tmp_path / "d.txt")
    assert got.texts[:-1] == lines
    assert got.dump.notes.undecodable == 1


SMALL = {
    "cp1252": "Grüße aus Köln, schöne Wünsche an Müller", "koi8-r": "Служба поддержки: пришлите код из смс, ещё раз",
    "gb18030": "您好，我是客服，您的账户异常", "big5": "您好，我是客服，您的帳戶異常",
    "shift_jis": "こんにちは、サポートです。認証コードを送ってください。",
    "euc-kr": "안녕하세요, 고객센터입니다. 인증번호를 보내 주세요.", "cp1251": "Ваш кошелёк заблокирован", "cp866": "Служба поддержки: раз",
}  # fmt: skip


@pytest.mark.parametrize("encoding", SMALL)
def test_a_small_file_of_another_encoding_is_no_utf8(tmp_path: Path, encoding: str) -> None:
    assert encoded(SMALL[encoding], encoding, tmp_path) == ([SMALL[encoding]], 0)


REDDIT = {"author": "mia", "created_utc": 1777629600, "subreddit": "btc", "id": "abc", "parent_id": "t1_x"}


def test_archives_of_reddit(tmp_path: Path) -> None:
    lines = [{"body": "hi", **REDDIT}, {"body": "there", **REDDIT, "created_utc": "1777629600"}]
    posts = [{"title": "Help", "selftext": words, **REDDIT} for words in ("send it", "")]
    (tmp_path / "comments.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in posts), "utf-8")
    (tmp_path / "both.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, *posts]), "utf-8")
    said = {"comments": ["hi", "there"], "posts": ["Help\n\nsend it", "Help"], "both": ["hi", "there", "Help\n\nsend it", "Help"]}
    for name, texts in said.items():
        got = read(tmp_path / f"{name}.jsonl")
        assert got.texts == texts
        assert {(m.id, m.time, m.sender, m.channel, m.reply_to) for m in got.messages} == {("abc", MAY_1, "mia", "btc", "t1_x")}


def test_a_title_beside_another_text_is_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"title": "Help", "text": "hi"}\n', "utf-8")
    assert read(tmp_path / "d.jsonl").texts == ["hi"]


def test_few_bytes_at_the_beginning_of_a_long_file_prove_nothing(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes(b"caf\xe9\n" + b"plain words\n" * 30_000 + "您好\n".encode())
    assert read(tmp_path / "d.txt").texts[-1] == "您好"


def test_of_two_columns_that_say_who_the_first_counts(tmp_path: Path) -> None:
    table = pa.table([["x"], ["mia"], ["ben"], [MAY_1], [5]], names=["text", "sender", "sender", "time", "time"])
    pq.write_table(table, tmp_path / "d.parquet")
    with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    (tmp_path / "d.csv").write_text(f"text,sender,sender,time,time\nx,mia,ben,{MAY_1},5\n", "utf-8")
    for file in tmp_path.iterdir():
        assert [(message.sender, message.time) for message in read(file).messages] == [("mia", MAY_1)], file.name


IMAZING = "Chat Session,{}Message Date,Service,Type,Sender ID,Sender Name,Status,Replying to,Subject,Text,Attachment\n"


@pytest.mark.parametrize("number", ["", "Message ID,"])
def test_imazing_says_who_sent_what_under_which_subject(tmp_path: Path, number: str) -> None:
    rows = ["Incoming,+1555,Eve,Read,,Wallet locked,hi", "Outgoing,,,Sent,Eve: hi,,ok", "Incoming,+1555,,Read,,,x",
            "Notification,,,,,,left", "Outgoing,+1777,Mia,Sent,,,y"]  # fmt: skip
    cell = "7," if number else ""
    text = "".join(f"Eve,{cell}2026-05-01 10:00:00,iMessage,{row},\n" for row in rows)
    (tmp_path / "d.csv").write_text(IMAZING.format(number) + text, "utf-8-sig")
    found = read(tmp_path / "d.csv")
    assert (found.dump.format, found.dump.notes.broken) == ("csv", 0)
    assert [(m.row, m.text, m.sender) for m in found.messages] == [
        (1, "Wallet locked\nhi", "Eve"), (2, "ok", "me"), (3, "x", "+1555"), (4, "left", None), (5, "y", "Mia")
    ]  # fmt: skip
    assert {(m.time, m.channel, m.id) for m in found.messages} == {(MAY_1, "Eve", "7" if number else None)}


def test_imazing_of_whatsapp_has_no_subject(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("Chat Session,Message Date,Type,Sender Name,Text\nEve,2026-05-01 10:00:00,Incoming,Eve,hi\n", "utf-8")
    found = read(tmp_path / "d.csv")
    assert [(m.text, m.sender, m.channel) for m in found.messages] == [("hi", "Eve", "Eve")]


def test_of_two_texts_of_imazing_the_first_is_read(tmp_path: Path) -> None:
    header = "Chat Session,Message Date,Type,Sender Name,Text,Text\n"
    (tmp_path / "d.csv").write_text(f"{header}Eve,2026-05-01 10:00:00,Incoming,Eve,send your seed,hi\n", "utf-8")
    assert read(tmp_path / "d.csv").texts == ["send your seed"]


@pytest.mark.parametrize(("files", "shown"), [
    ("Help - Ticket #12 [99].csv_Files/Reply with your 12-word seed phrase-AB12C.pdf", ["Reply with your 12-word seed phrase-AB12C.pdf"]),
    (r"C:\Chats\What?.csv_Files\a-B1C2D.png,C:\Chats\What?.csv_Files\b-B1C2E.jpeg", ["a-B1C2D.png", "b-B1C2E.jpeg"]),
    ("Deals, cheap.csv_Files/a-AB12C.png,Deals, cheap.csv_Files/b-AB12D", ["a-AB12C.png", "b-AB12D"]),
    ("c_Files/b-AB12D,c_Files/v1.22, send it-AB12C.pdf", ["b-AB12D", "v1.22, send it-AB12C.pdf"]),
    ("https://a.example/1/a.png?ex=1&x=#y,https://a.example/b#c,c_Files/d-AB12C.pdf", ["a.png", "b", "d-AB12C.pdf"]),
    ("c_Files/d-AB12C.pdf,https://a.example/1/a%20b.png", ["d-AB12C.pdf", "a b.png"]),
    ("3", []), ("0", []), ("False", []), ("", []), ("a.png,b.png", []),
])  # fmt: skip
def test_files_are_named_by_their_addresses_and_paths(files: str, shown: list[str]) -> None:
    assert mended.attached("hi", files) == "\n".join(["hi", *shown])


PYWXDUMP = "id,MsgSvrID,type_name,is_sender,talker,room_name,content,CreateTime\n"


def test_pywxdump_wraps_its_texts(tmp_path: Path) -> None:
    texts = [json.dumps({"src": "", "msg": "您好\n请把验证码发给我"}, ensure_ascii=False), "plain", '{"msg": 5}', "[5]", '{"msg": "cu']
    lines = io.StringIO()
    csv.writer(lines).writerows([i, i, "文本", 0, "wxid_a", "群", text, "2026-05-01 10:00:00"] for i, text in enumerate(texts))
    (tmp_path / "d.csv").write_text(PYWXDUMP + lines.getvalue(), "utf-8")
    found = read(tmp_path / "d.csv")
    assert found.texts == ["您好\n请把验证码发给我", *texts[1:]]
    assert {(m.time, m.sender, m.channel) for m in found.messages} == {(MAY_1, "wxid_a", "群")}
    (tmp_path / "own.csv").write_text('id,content\n1,"{""msg"": ""hi""}"\n', "utf-8")  # of no program that is known
    assert read(tmp_path / "own.csv").texts == ['{"msg": "hi"}']


def test_weflow_and_pywxdump_name_the_column_of_messages_alike(tmp_path: Path) -> None:
    for rooms in (False, True):
        head, cell = ("room_name,", "群,") if rooms else ("", "")
        header = f"id,MsgSvrID,type_name,is_sender,talker,{head}msg,src,CreateTime"
        (tmp_path / "d.csv").write_text(f"{header}\r\n1,9,文本,0,小美,{cell}你好,,2026-05-01T10:00:00Z\r\n", "utf-8-sig")
        found = read(tmp_path / "d.csv")
        assert found.dump.format == "csv"
        assert [tuple(m) for m in found.messages] == [(1, "你好", "9", MAY_1, "小美", "群" if rooms else None, None)]
