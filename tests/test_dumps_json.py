"""Large JSON documents: read value by value, through a small window, and past what is broken."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard.dumps import jsonstream
from scamguard.dumps.source import Source
from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=8,
)
WALK: set[jsonstream.Path] = {(), ("messages",)}


def values(path: Path, text: str, walk: set[jsonstream.Path] = WALK) -> tuple[list[Any], Source]:
    path.write_text(text, "utf-8", newline="")
    source = Source(str(path), path)
    return [value for at, _, value in jsonstream.values(source, walk) if at[-1:] == (None,)], source


@pytest.fixture(params=[1, 7, 1 << 20])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Read a few characters at a time, so that every value is cut somewhere."""
    monkeypatch.setattr(jsonstream, "_CHUNK", request.param)
    return int(request.param)


@SLOW
@given(found=st.lists(JSON, max_size=6), indent=st.sampled_from([None, 0, 1, 4]), ascii_only=st.booleans())
def test_every_value_comes_back(tmp_path: Path, window: int, found: list[Any], indent: int | None, ascii_only: bool) -> None:
    document = json.dumps(
        {"name": "x", "about": {"messages": [1]}, "messages": found, "after": [2]}, indent=indent, ensure_ascii=ascii_only
    )
    got, source = values(tmp_path / "d.json", document)
    assert got == found
    assert source.notes.broken == 0


BROKEN = [
    '{"text": }',
    '{"text": "a" "b": 1}',
    '{"text": "bad \\q escape"}',
    '{"a": [1, 2}',
    '{"text": "\\u12"}',
    "nul",
    '"half \\q"',
    "[" * 5000,
]


@pytest.mark.parametrize("bad", BROKEN)
@pytest.mark.parametrize("pretty", [True, False])
def test_a_broken_message_costs_itself(tmp_path: Path, window: int, bad: str, pretty: bool) -> None:
    if "[" * 5000 in bad and not pretty:
        bad += "]" * 5000  # without indentation, only brackets tell where the next one begins
    good = [{"text": "one", "more": ['{"text": ', "]"]}, {"text": "two"}]
    gap = ",\n  " if pretty else ", "
    inner = gap.join([json.dumps(good[0]), bad, json.dumps(good[1])])
    got, source = values(tmp_path / "d.json", f'{{"messages": [{gap[1:]}{inner}{gap[1:-1]}], "n": 1}}')
    assert got == good
    assert source.notes.broken == 1
    assert source.notes.places[0].startswith(f"{tmp_path / 'd.json'}, message 2: not JSON")


def test_what_never_closes_is_noted_and_all_before_it_is_read(tmp_path: Path, window: int) -> None:
    got, source = values(tmp_path / "d.json", '{"messages": [{"text": "one"}, {"text": "two", [[[ {"text": "three"}]}')
    assert got == [{"text": "one"}]
    assert source.notes.broken == 2
    assert "read only up to there" in source.notes.places[1]


@SLOW
@given(cut=st.integers(0, 200))
def test_a_document_cut_anywhere_gives_what_stands_before_the_cut(tmp_path: Path, window: int, cut: int) -> None:
    found = [{"text": f"message {i}", "n": i} for i in range(4)]
    document = json.dumps({"name": "x", "messages": found}, indent=1)
    start = document.index("[") + 1
    got, source = values(tmp_path / "d.json", document[: start + cut])
    ends = [document.index("}", document.index(f'"n": {i}')) + 1 for i in range(4)]
    assert got == found[: sum(end <= start + cut for end in ends)]
    assert (source.notes.broken > 0) == (start + cut < len(document))


@SLOW
@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0x7F)), window_size=st.integers(1, 30))
def test_escapes_of_telegram_desktop(tmp_path: Path, text: str, window_size: int) -> None:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    written = "".join(short.get(char) or (f"\\x{ord(char):02X}" if char < " " else char) for char in text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonstream, "_CHUNK", window_size)
        got, source = values(tmp_path / "d.json", f'{{"messages": [{{"text": "{written}"}}, {{"text": "next"}}]}}')
    assert got == [{"text": text}, {"text": "next"}]
    assert source.notes.broken == 0


def test_a_broken_field_leaves_the_messages(tmp_path: Path) -> None:
    for field in ("nul", '"x\\q"', '{"a": }', "[1, {]"):
        got, source = values(tmp_path / "d.json", f'{{"name": {field}, "messages": [1, 2]}}')
        assert got == [1, 2]
        assert source.notes.places == [f"{tmp_path / 'd.json'}, field 'name': {source.notes.places[0].partition(': ')[2]}"]


def test_no_messages_are_an_error(tmp_path: Path) -> None:
    for text in ('{"name": "x"}', "[1]", "3", '{"messages": 5}'):
        with pytest.raises(DumpError, match="no messages where this format has them"):
            values(tmp_path / "d.json", text, {("messages",), ()} if text[0] == "{" else {("x",)})
    with pytest.raises(DumpError, match="not JSON"):
        values(tmp_path / "d.json", "hello")


@SLOW
@given(found=st.lists(st.lists(JSON, max_size=3), min_size=1, max_size=4), gap=st.sampled_from(["", "\n", " \n\n"]))
def test_document_upon_document(tmp_path: Path, window: int, found: list[list[Any]], gap: str) -> None:
    got, source = values(tmp_path / "d.json", gap.join(json.dumps({"messages": page}) for page in found) + gap)
    assert got == [value for page in found for value in page]
    assert source.notes.broken == 0


@pytest.mark.parametrize("tail", ["x", "3", "\0", "]", '{"messages": [4'])
def test_what_follows_a_document_and_is_none_is_noted(tmp_path: Path, window: int, tail: str) -> None:
    got, source = values(tmp_path / "d.json", '{"messages": [3]}\n' + tail)
    assert got[0] == 3
    assert source.notes.places[-1].endswith("read only up to there")


def test_objects_one_behind_the_other_and_arrays_between(tmp_path: Path) -> None:
    parts = [{"text": "a"}, [{"text": "b"}], {"text": "c"}, {"messages": []}, {"text": "d"}]
    (tmp_path / "d.json").write_text("\n".join(json.dumps(part, indent=1) for part in parts), "utf-8")
    assert read(tmp_path / "d.json").texts == ["a", "b", "c", "d"]


def test_a_plain_document_is_read_like_json_lines(tmp_path: Path) -> None:
    records = [{"text": "a", "user": {"id": 5, "name": "mia"}, "date": "2026-05-01T10:00:00Z"}, {"text": None}, 3, {"text": 4}]
    for document in (records, {"count": 4, "data": records}):
        (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
        found = read(tmp_path / "d.json")
        assert found.dump.format == "json"
        assert [(m.row, m.text, m.time, m.sender) for m in found.messages] == [(1, "a", 1_777_629_600_000, "mia"), (2, "", None, None)]
        assert found.dump.notes.broken == 2


def test_json_lines_under_the_wrong_name(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('{"text": "a"}\n{"text": "b"}\n', "utf-8")
    assert read(tmp_path / "d.json").texts == ["a", "b"]


@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d"])
def test_pages_may_be_lines(tmp_path: Path, name: str) -> None:
    """As jq -c writes them; a post with its comments is no page, but a message."""
    pages = ["", '{"Text": "a"}, {"Text": "b"}', '{"Text": "c"}']
    (tmp_path / name).write_text("".join(f'{{"ok": true, "messages": [{page}]}}\n' for page in pages), "utf-8")
    for column in (None, "Text"):
        found = read(tmp_path / name, column=column)
        assert (found.texts, found.dump.notes.broken) == (["a", "b", "c"], 0)
    (tmp_path / name).write_text('{"text": "post", "comments": [{"text": "x"}]}\n' * 2, "utf-8")
    assert read(tmp_path / name).texts == ["post", "post"]


def test_a_message_may_be_an_object_with_a_text(tmp_path: Path) -> None:
    """As webhooks of Messenger and WhatsApp send it; one without a text is no text."""
    lines = [
        {"sender": {"id": "1"}, "recipient": {"id": "2"}, "timestamp": 1_777_629_600_000, "message": {"mid": "m", "text": "hi"}},
        {"sender": {"id": "2"}, "message": "ho"},
        {"sender": {"id": "2"}, "message": {"mid": "m", "body": "hey"}},
        {"sender": {"id": "2"}, "message": {"mid": "m", "text": {"text": "deeper"}}},
    ]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) * 3000, "utf-8")
    (tmp_path / "d.json").write_text(json.dumps(lines * 3000), "utf-8")
    for name in ("d.jsonl", "d.json"):
        found = read(tmp_path / name)
        assert found.texts == ["hi", "ho", "hey"] * 3000
        assert (found.messages[0].sender, found.messages[0].time) == ("1", 1_777_629_600_000)
        assert found.dump.notes.broken == 3000
        assert found.dump.notes.places[0].endswith("4: 'message' is dict, not a string")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"text": "cu', "not JSON: Unterminated string at column 10"),
        ('{"text": "a\x01"}', "not JSON: Invalid control character at column 12"),
        ('{"text": "a\\q"}', "not JSON: Invalid \\escape at column 12"),
        ('{"text": }', "not JSON: Expecting value at column 10"),
        ('{"text" 5}', "not JSON: Expecting ':' delimiter at column 9"),
    ],
)
def test_what_is_wrong_is_told_in_whole_words(tmp_path: Path, line: str, problem: str) -> None:
    (tmp_path / "d.jsonl").write_text('{"text": "a"}\n' + line + "\n", "utf-8")
    assert read(tmp_path / "d.jsonl").dump.notes.places == [f"{tmp_path / 'd.jsonl'}, line 2: {problem}"]


def test_a_document_that_is_cut_says_so_in_whole_words(tmp_path: Path) -> None:
    _, source = values(tmp_path / "d.json", '{"messages": [{"text": "a"}, {"text": "cu')
    assert source.notes.places[0].endswith("message 2: not JSON: Unterminated string")


def test_times_that_an_export_writes_and_nobody_can_tell_are_counted(tmp_path: Path) -> None:
    said = ["bad", "0001-01-01T00:00:00+01:00", "2026-05-01T10:00:00Z", "1970-01-01T00:00:00Z", None, ""]
    messages = [{"id": "5", "timestamp": time, "content": "x"} for time in said]
    export = {"guild": {"name": "G"}, "channel": {"name": "c"}, "messages": messages}
    (tmp_path / "d.json").write_text(json.dumps(export, indent=1), "utf-8")
    found = read(tmp_path / "d.json")
    assert [message.time for message in found.messages] == [None, None, 1_777_629_600_000, 0, None, None]
    assert (found.dump.notes.timeless, found.dump.notes.broken) == (2, 0)
    (tmp_path / "d.txt").write_text("小红(wxid_1) 05-01 18:00:00\n你好\n\n我 2026-05-01 18:01:00\n嗯\n", "utf-8")
    found = read(tmp_path / "d.txt", format="wechat")
    assert (len(found.texts), found.dump.notes.timeless) == (2, 1)


@pytest.mark.parametrize("text", [
    "[.ShellClassInfo]\nIconResource=C:\\x,1\n", "[section]\nkey = 1\n", "[01.05.26] hi\n", "[12:30] <mia> hi\n", "[tool.x]\n",
    "{{name}} hi\n", "{name} hi\n", "[ ] to do\n[x] done\n", "[[wiki]] link\n", "[2024-05-01 10:00] hi\n", "[nullable] x\n",
    "[1] a footnote\n", "[] hi\n", "{} hi\n",
])  # fmt: skip
def test_what_begins_with_a_bracket_may_be_no_json(tmp_path: Path, text: str) -> None:
    """It neither stops a folder nor is read as a member of an archive."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "desktop.ini").write_text(text, "utf-8")
    with pytest.raises(DumpError, match="its format cannot be told"):
        read(tmp_path / "in" / "desktop.ini")
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "a"}\n', "utf-8")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for file in (tmp_path / "in").iterdir():
            archive.write(file, file.name)
    for path in (tmp_path / "in", tmp_path / "d.zip"):
        found = read(path)
        assert (found.texts, found.dump.notes.broken) == (["a"], 0)


@pytest.mark.parametrize("text", [
    '[{"text": "a"}]', ' [\n  {\n "text": "a"}]', '[[], {"text": "a"}]', '[3, {"text": "a"}]', '[-1.5e3\n,{"text": "a"}]',
    '["x", {"text": "a"}]', '[1][{"text": "a"}]', '[]\n[{"text": "a"}]', '[true,{"text": "a"}]',
    '{\n "data" : [{"text": "a"}]}', '[null, {"text": "a"}]',
])  # fmt: skip
def test_json_under_an_unknown_name_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.odd").write_text(text, "utf-8")
    found = read(tmp_path / "d.odd")
    assert (found.dump.format, found.texts) == ("json", ["a"])
