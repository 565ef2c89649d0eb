"""What strangers' files once did to the readers, and must not do again."""

from __future__ import annotations

import random
import zipfile
from typing import TYPE_CHECKING

import pytest

from scamguard import dumps
from scamguard.dumps.names import told
from scamguard.errors import DumpError

from . import planted
from .dumping import read

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
