"""What strangers' files once did to the readers, and must not do again."""

from __future__ import annotations

import random
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from scamguard import dumps
from scamguard.dumps import jsonstream, spoken
from scamguard.dumps.block import Message
from scamguard.dumps.names import told
from scamguard.dumps.source import Source
from scamguard.dumps.spoken import Spoken
from scamguard.errors import DumpError

from . import planted
from .dumping import read
from .pace import slower

if TYPE_CHECKING:
    from pathlib import Path


def test_damage_where_a_member_begins_is_noted(tmp_path: Path) -> None:
    """An archive's member is unpacked to be looked at, before anybody reads it."""
    file = tmp_path / "d.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "hello there\n" * 50)
        archive.writestr("b.txt", "still read\n")
    raw = bytearray(file.read_bytes())
    at = raw.index(b"a.txt") + 5
    raw[at : at + 6] = bytes(6)
    file.write_bytes(raw)
    found = read(file, format="zip")
    assert found.texts == ["still read"]
    assert found.dump.notes.broken >= 1
    assert "damaged" in found.dump.notes.places[0]


@pytest.mark.parametrize("quoted", ["", '"'])
@pytest.mark.parametrize("blank", ["\n", "\r\n", "\n\n\n"])
def test_blank_lines_before_a_header(tmp_path: Path, blank: str, quoted: str) -> None:
    (tmp_path / "d.csv").write_bytes(f"{blank}text,{quoted}id{quoted}\nhello,1\nthere,2\n".encode())
    dump = dumps.open(tmp_path / "d.csv")
    blocks = list(dump)
    lines = blank.count("\n")
    assert [text for block in blocks for text in block.texts.to_pylist()] == ["hello", "there"]
    assert [line for block in blocks if block.lines is not None for line in block.lines.tolist()] == [lines + 2, lines + 3]
    assert dump.notes.broken == 0


def test_a_table_of_blank_lines_is_empty(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"\n\r\n\n")
    assert read(tmp_path / "d.csv").texts == []


JSON_FORMATS = ("telegram", "discord", "slack", "github", "wechat", "qq", "chatlab", "json")


@pytest.mark.parametrize("value", ['"x"', "3", "null", "[]", "{}", '{"id": "C0"', '{"chats": {"list": [3, null]}}'])
@pytest.mark.parametrize("format_", JSON_FORMATS)
def test_a_bare_value_is_no_export(tmp_path: Path, format_: str, value: str) -> None:
    """It is refused in one line, or read as holding no message; what is no message is noted."""
    (tmp_path / "d").write_text(value, "utf-8")
    try:
        found = read(tmp_path / "d", format=format_)
    except DumpError as error:
        assert "\n" not in str(error)
    else:
        assert found.texts == []


def test_a_header_that_is_a_message_is_not_repeated(tmp_path: Path) -> None:
    """A table without a header has a message where names of columns are expected, and an error names those."""
    chances = random.Random(3)
    words = planted.phrase("english", 12, chances)
    key = planted.hex_key(chances)
    for name, first in (("d.csv", ",".join(words)), ("e.csv", f'"my key: {key}\nkeep it",{"x" * 5000}'), ("f.tsv", f"1\t{' '.join(words)}")):
        (tmp_path / name).write_text(f"{first}\n1,2\n", "utf-8")
        for column in (None, "body"):
            with pytest.raises(DumpError) as caught:
                read(tmp_path / name, column=column)
            said = str(caught.value)
            assert "\n" not in said
            assert len(said) < 800
            assert key not in said
            assert sum(word in said.split() or f"{word}," in said for word in words) < 3


def test_a_field_that_is_a_secret_is_not_repeated(tmp_path: Path) -> None:
    words = " ".join(planted.phrase("english", 12, random.Random(4)))
    (tmp_path / "d.json").write_text(f'{{"{words}": tru, "messages": [{{"text": "hi"}}]}}', "utf-8")
    found = read(tmp_path / "d.json", format="telegram")
    assert found.dump.notes.broken == 1
    assert words not in "".join(found.dump.notes.places)


def test_names_act_on_no_terminal() -> None:
    assert told(["\x1b[2J", "a\u202eb"]) == "␛[2J, a<U+202E>b"
    assert told(f"c{n}" for n in range(99)).endswith("c23 …")


def said(text: str, *lines: str) -> tuple[str, bool, list[str]]:
    """Give what becomes of a message with further lines, and what is noted."""
    source = Source("d.txt", None)
    found = Spoken(source)
    assert not found.take("before anybody speaks")
    found.begin(Message(7, text))
    taken = [found.take(line) for line in lines]
    whole = found.whole()
    assert whole is not None
    return whole.text, all(taken), source.notes.places


def test_a_message_of_many_lines_is_cut_where_it_is_too_long_and_that_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "LONGEST_LINE", 40)
    cut = ["d.txt, line 7: a message longer than 40 characters; its end is not read"]
    assert said("a", *["x" * 9] * 3) == ("a" + f"\n{'x' * 9}" * 3, True, [])
    assert said("a", *["x" * 9] * 4) == ("a" + f"\n{'x' * 9}" * 4, True, [])
    assert said("a", *["x" * 9] * 9) == ("a" + f"\n{'x' * 9}" * 4, True, cut)
    assert said("a", *[""] * 9) == ("a" + "\n" * 9, True, [])
    assert said("a", *[""] * 90, "x") == ("a" + "\n" * 40, True, cut), "empty lines take room too"
    assert said("a", *["x" * 9] * 4, "", " ") == ("a" + f"\n{'x' * 9}" * 4, True, []), "nothing was lost"


def test_the_next_message_has_its_own_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "LONGEST_LINE", 40)
    source = Source("d.txt", None)
    found = Spoken(source)
    for row in (1, 2):
        found.begin(Message(row, "a"))
        for line in ["x" * 50, "y"]:
            found.take(line)
        assert found.whole() == Message(row, "a\n" + "x" * 50)
    assert source.notes.broken == 2


def test_millions_of_short_lines_take_little_memory() -> None:
    found = Spoken()
    found.begin(Message(1, "a"))
    tracemalloc.start()
    try:
        for number in range(300_000):
            found.take(f"{number % 90 + 10}")
        assert tracemalloc.get_traced_memory()[1] < 8e6  # bytes; a list of them would take twenty million
    finally:
        tracemalloc.stop()


def test_brackets_thousands_deep_cost_themselves_and_no_square(tmp_path: Path) -> None:
    said = '"type": "message", "date": "2024-05-01T10:00:00", "from": "a"'
    deep = f"{'[' * 900_000}{'{' * 100_000}{']' * 900_000}"
    document = f'{{"id": 1, {said}, "text": "hi"}},{{"id": 2, "text": {deep}}},{{"id": 3, {said}, "text": "bye"}}'
    (tmp_path / "d.json").write_text(f'{{"name": "x", "type": "personal_chat", "id": 1, "messages": [{document}]}}', "utf-8")
    limit, began = 4 * slower(), time.process_time()
    found = read(tmp_path / "d.json", format="telegram")
    assert time.process_time() - began < limit
    assert found.texts == ["hi", "bye"]
    assert found.dump.notes.broken == 1


def test_brackets_that_nobody_closes_are_held_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonstream, "_LONGEST", 5_000)
    monkeypatch.setattr(jsonstream, "_CHUNK", 1_000)
    for deep, texts in ((2_000, ["hi", "bye"]), (6_000, ["hi"])):
        document = f'{{"text": "hi"}},{{"text": {"[" * deep}{"x" * 1_000}{"]" * deep}}},{{"text": "bye"}}'
        (tmp_path / "d.json").write_text(f'{{"messages": [{document}]}}', "utf-8")
        source = Source("d.json", tmp_path / "d.json")
        found = [value["text"] for _, _, value in jsonstream.values(source, {(), ("messages",)}) if isinstance(value, dict)]
        assert found == texts
        assert source.notes.broken == 3 - len(texts)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A folder from a stranger may link to any file of whoever reads it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "1").write_text("Subject: private\n\nmine alone\n")
    mails = tmp_path / "mails"
    for name in ("cur", "new", "tmp"):
        (mails / name).mkdir(parents=True)
    (mails / "cur" / "1").write_text("Subject: hello\n\nread me\n")
    (mails / "cur" / "2").symlink_to(tmp_path / "own" / "1")
    (mails / ".other").mkdir()
    (mails / ".other" / "cur").symlink_to(tmp_path / "own", target_is_directory=True)
    found = read(mails)
    assert found.texts == ["hello\n\nread me"]
    places = {place.partition(": a symbolic link, which is not followed")[0] for place in found.dump.notes.places}
    assert places == {f"{mails}/cur/2", f"{mails}/.other/cur"}


def test_a_length_that_is_none_is_damage(tmp_path: Path) -> None:
    """Of a buffer that is packed, the length unpacked stands before it; here it asks for more memory than there is."""
    feather.write_feather(pa.table({"text": ["hello there"] * 500}), str(tmp_path / "d.feather"), compression="zstd")
    raw = bytearray((tmp_path / "d.feather").read_bytes())
    at = raw.index(b"\x28\xb5\x2f\xfd")
    raw[at - 8 : at] = (2**62).to_bytes(8, "little")
    (tmp_path / "d.feather").write_bytes(raw)
    found = read(tmp_path / "d.feather")
    assert found.texts == []
    assert "damaged after 0 rows" in found.dump.notes.places[0]


def test_a_columns_name_that_is_no_text_is_damage(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["hello"], "note": ["x"]}), tmp_path / "d.parquet", store_schema=False)
    raw = (tmp_path / "d.parquet").read_bytes()
    (tmp_path / "d.parquet").write_bytes(raw.replace(b"note", b"no\xb5e"))
    with pytest.raises(DumpError, match="not Parquet that can be read"):
        read(tmp_path / "d.parquet")
    (tmp_path / "d.parquet").write_bytes(raw)
    assert read(tmp_path / "d.parquet").texts == ["hello"]


def framed(raw: bytes, window: int) -> bytes:
    """Give a frame of Zstandard (RFC 8878) with one raw block and a window of ``2 ** window`` bytes."""
    return b"\x28\xb5\x2f\xfd\0" + bytes([window - 10 << 3]) + (len(raw) << 3 | 1).to_bytes(3, "little") + raw


def test_a_window_too_long_to_be_held_is_told(tmp_path: Path) -> None:
    """As archives of Reddit are packed; what would help is said."""
    folder = tmp_path / "all"
    folder.mkdir()
    for window in (27, 31):
        (folder / f"{window}.jsonl.zst").write_bytes(framed(b'{"text": "hello"}\n', window))
    (tmp_path / "RC_2024-05.zst").write_bytes(framed(b'{"text": "hello"}\n', 28))
    assert read(folder / "27.jsonl.zst").texts == ["hello"]
    for path in (folder / "31.jsonl.zst", tmp_path / "RC_2024-05.zst"):
        with pytest.raises(DumpError, match=r"a window too long to be held.*zstd -dc --long=31 FILE \| scamguard scan -$"):
            read(path)
    for found in (read(folder), read(folder, format="jsonl")):
        assert found.texts == ["hello"]
        assert [place.partition(": packed with")[0] for place in found.dump.notes.places] == [f"{folder}/31.jsonl.zst"]
    lines = b'{"text": "hello"}\n' * 7000
    (tmp_path / "cut.jsonl.zst").write_bytes(framed(lines, 27) * 9 + framed(b"x", 31))  # all before it is read
    found = read(tmp_path / "cut.jsonl.zst")
    assert {*found.texts} == {"hello"}
    assert len(found.texts) >= 14_000
    assert "damaged, and read only up to there" in found.dump.notes.places[0]


@pytest.mark.parametrize("column", ["text", "sender", "chat"])
def test_a_length_or_an_index_that_leads_beyond_the_end_is_damage(tmp_path: Path, column: str) -> None:
    """A file is mapped: what is read behind its end ends the program."""
    names = pa.array(["mia", "ben", "mia", "ben"])
    table = pa.table({"text": ["hello", "you", "all", "there"], "sender": names, "chat": names.dictionary_encode(), "id": [5, 6, 7, 8]})
    feather.write_feather(table, str(tmp_path / "d.feather"), compression="uncompressed")
    assert [message.channel for message in read(tmp_path / "d.feather").messages] == ["mia", "ben", "mia", "ben"]
    raw = (tmp_path / "d.feather").read_bytes()
    told = {"text": [0, 5, 8, 11, 16], "sender": [0, 3, 6, 9, 12], "chat": [0, 1, 0, 1]}[column]
    plain, bad = (np.array(values, np.int32).tobytes() for values in (told, [*told[:2], 2**30, *told[3:]]))
    assert raw.count(plain) == 1
    (tmp_path / "d.feather").write_bytes(raw.replace(plain, bad))
    found = read(tmp_path / "d.feather")
    assert found.texts == []
    assert "damaged after 0 rows" in found.dump.notes.places[0]


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("place", [0, 100, 2000])
def test_a_damaged_member_costs_no_other_however_it_is_packed(tmp_path: Path, kind: int, place: int) -> None:
    chances = random.Random(5)
    lines = "".join(f'{{"text": "{chances.getrandbits(99)}"}}\n' for _ in range(3000))
    file = tmp_path / "d.zip"
    with zipfile.ZipFile(file, "w", kind) as archive:
        archive.writestr("a.jsonl", lines)
        archive.writestr("b.jsonl", '{"text": "kept"}\n')
    assert len(read(file).texts) == 3001
    raw = bytearray(file.read_bytes())
    at = raw.index(b"a.jsonl") + len("a.jsonl") + place
    raw[at : at + 60] = b"\xff" * 60
    file.write_bytes(raw)
    for found in (read(file), read(file, format="jsonl")):
        assert found.texts[-1] == "kept"
        assert any(place.startswith(f"{file}:a.jsonl") for place in found.dump.notes.places)


def test_a_member_without_a_name(tmp_path: Path) -> None:
    file = tmp_path / "d.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.jsonl", '{"text": "nameless"}\n')
        archive.writestr("b.jsonl", '{"text": "kept"}\n')
        archive.writestr("folder/", "")
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b"x.jsonl", b"\0.jsonl"))  # a name ends at NUL
    found = read(file)
    assert sorted(found.texts) == ["kept", "nameless"]
    assert found.dump.notes.broken == 0


@pytest.mark.parametrize("array", ['[{"a": 1}]', '[{"id": 1, "type": "message", "text": "hi"}]', "[3]", '[{"messages": 3}]'])
def test_an_array_without_a_chat_of_telegram(tmp_path: Path, array: str) -> None:
    """It is noted, alone and where it follows a chat."""
    chat = '{"name": "C", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "message", "text": "hi"}]}'
    (tmp_path / "alone.json").write_text(array, "utf-8")
    (tmp_path / "after.json").write_text(f"{chat}\n{array}\n", "utf-8")
    for name, texts in (("alone.json", []), ("after.json", ["hi"])):
        found = read(tmp_path / name, format="telegram")
        assert (found.texts, found.dump.notes.broken) == (texts, 1)
    (tmp_path / "joined.json").write_text(f"[{chat}, {chat.replace('C', 'D')}]", "utf-8")
    joined = read(tmp_path / "joined.json")
    assert [(m.row, m.text, m.channel) for m in joined.messages] == [(1, "hi", "C"), (2, "hi", "D")]
    assert (joined.dump.format, joined.dump.notes.broken) == ("telegram", 0)
