"""Packed files, archives, encodings and standard input: bounded, never unpacked to disk, and damage is told."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard import dumps
from scamguard.dumps import source as source_module
from scamguard.dumps import tree
from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LINES = [f"message number {i}, see https://a.example/{i * 7919}" for i in range(20_000)]
RAW = "\n".join(LINES).encode()


def zstd(raw: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(raw, asbytes=True))


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("name", ["d.txt", "d.txt.gz", "d.txt.zst", "d.log"])
def test_packed_files_are_told_by_their_bytes(tmp_path: Path, pack: type, name: str) -> None:
    (tmp_path / name).write_bytes(pack(RAW))
    found = read(tmp_path / name)
    assert found.texts == LINES
    assert found.dump.share == 1


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "d.txt.gz").write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert read(tmp_path / "d.txt.gz").texts == ["a", "b"]


@pytest.mark.parametrize(("pack", "damage"), [(gzip.compress, "cut"), (zstd, "cut"), (gzip.compress, "flipped")])
def test_all_before_the_damage_is_read(tmp_path: Path, pack: type, damage: str) -> None:
    packed = pack(RAW)
    half = len(packed) // 2
    broken = (
        packed[:half] if damage == "cut" else packed[:half] + bytes(byte ^ 0xFF for byte in packed[half : half + 64]) + packed[half + 64 :]
    )
    (tmp_path / "d.txt.gz").write_bytes(broken)
    found = read(tmp_path / "d.txt.gz")
    assert len(found.dump.notes.places) == 1
    assert "damaged, and read only up to there" in found.dump.notes.places[0]
    assert len(found.texts) > 1000
    assert found.texts[:1000] == LINES[:1000]


@pytest.mark.parametrize("low", [0x50, 0x5F])
def test_frames_of_zstandard_to_be_skipped(tmp_path: Path, low: int) -> None:
    """As pzstd writes one before each frame (RFC 8878, 3.1.2)."""
    skipped = bytes([low]) + b"\x2a\x4d\x18\4\0\0\0size"
    (tmp_path / "d.jsonl.zst").write_bytes(skipped + zstd(b'{"text": "a"}\n') + skipped + zstd(b'{"text": "b"}\n') + skipped)
    (tmp_path / "p.parquet.zst").write_bytes(skipped + zstd(parquet(["c"])))
    for name, texts in (("d.jsonl.zst", ["a", "b"]), ("p.parquet.zst", ["c"])):
        found = read(tmp_path / name)
        assert (found.texts, found.dump.notes.broken) == (texts, 0)
    (tmp_path / "d.txt").write_text("P*M is no frame\n", "utf-8")
    assert read(tmp_path / "d.txt").texts == ["P*M is no frame"]


def test_jsonl_in_gzip_keeps_its_format(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}\n'))
    assert read(tmp_path / "d.jsonl.gz").texts == ["a"]


ENCODED = {
    "gb18030": "您好，我是客服，您的账户异常，请把验证码发给我。",
    "big5": "您好，我是客服，您的帳戶異常，請把驗證碼發給我。",
    "shift_jis": "こんにちは、サポートです。認証コードを送ってください。",
    "euc-kr": "안녕하세요, 고객센터입니다. 인증번호를 보내 주세요.",
    "utf-16": "您好 hello ответ",
    "utf-16-le": "\ufeff您好 hello",
    "utf-16-be": "\ufeff您好 hello",
    "utf-8-sig": "您好",
    "cp1251": "Здравствуйте, это служба поддержки, пришлите код из смс.",
    "cp1252": "Votre compte a été bloqué, merci d’envoyer le code reçu à l’agent.",
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("shape", ["txt", "csv", "jsonl", "whatsapp"])
def test_encodings_are_told(tmp_path: Path, encoding: str, shape: str) -> None:
    text = ENCODED[encoding]
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix("\ufeff")
    written = {
        "txt": f"{text}\n" * 20,
        "csv": "id,text\n" + f'1,"{text}"\n' * 20,
        "jsonl": (json.dumps({"text": text}, ensure_ascii=False) + "\n") * 20,
        "whatsapp": f"01.05.26, 15:04 - Mia: {text}\n" * 20,
    }[shape]
    file = tmp_path / {"whatsapp": "chat.txt"}.get(shape, f"d.{shape}")
    file.write_bytes((mark + written).encode(encoding))
    found = read(file)
    assert found.texts == [text] * 20
    assert found.dump.notes.undecodable == 0
    assert (found.dump.format == "whatsapp") == (shape == "whatsapp")


def test_an_encoding_that_is_named_is_taken(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes("好".encode("gb18030"))
    assert read(tmp_path / "d.txt", encoding="gb18030").texts == ["好"]
    assert read(tmp_path / "d.txt", encoding="ascii").dump.notes.undecodable == 1


@pytest.mark.parametrize("name", ["klingon", "hex", "base64", "rot13", "idna", "punycode", "undefined", "", "a\0b"])
@pytest.mark.parametrize("file", ["d.txt", "d.csv", "d.jsonl", "d.json"])
def test_an_encoding_that_is_none_of_text_is_refused(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_bytes(b'{"text": "x"}\n')
    with pytest.raises(DumpError, match=f"unknown encoding {re.escape(repr(name))}"):
        read(tmp_path / file, encoding=name)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "gb18030"])
def test_a_byte_order_mark_is_dropped_whatever_is_named(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding in {"utf-8-sig", "utf-16", "utf-32"} else "\ufeff"
    for name, text in (("d.txt", "好\n"), ("d.csv", "text,id\n好,1\n"), ("d.jsonl", '{"text": "好"}\n'), ("d.json", '[\n{"text": "好"}]')):
        (tmp_path / name).write_bytes((mark + text).encode(encoding))
        found = read(tmp_path / name, encoding=encoding)
        assert (found.texts, found.dump.notes.broken) == (["好"], 0), name
    if not mark and encoding != "utf-8-sig":
        (tmp_path / "d.txt").write_bytes("好\n".encode(f"{encoding}-le"))
        with pytest.raises(DumpError, match=f"without a byte order mark; say {encoding}-le or {encoding}-be"):
            read(tmp_path / "d.txt", encoding=encoding)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_encoding_is_told_behind_an_ascii_beginning(tmp_path: Path, pack: type) -> None:
    lines = ["plain english"] * 30_000 + [ENCODED["gb18030"]] * 3000
    (tmp_path / "d.txt").write_bytes(pack("\n".join(lines).encode("gb18030")))
    assert (read(tmp_path / "d.txt").texts == lines) == (pack is bytes)  # a packed file is read once, from its beginning
    assert read(tmp_path / "d.txt", encoding="gb18030").texts == lines


@pytest.mark.parametrize("lone", ["", "\0", "\0" * 20])
def test_a_nul_in_an_ascii_beginning_tells_nothing(tmp_path: Path, lone: str) -> None:
    lines = [f"plain{lone} english", *["plain english"] * 25_000, *[ENCODED["gb18030"]] * 3000]
    (tmp_path / "d.txt").write_bytes("\n".join(lines).encode("gb18030"))
    assert read(tmp_path / "d.txt").texts == lines


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_without_a_mark_is_told_in_a_file_of_any_size(tmp_path: Path, order: str) -> None:
    lines = [*["plain english"] * 12_000, *[ENCODED["gb18030"]] * 3000]
    (tmp_path / "d.txt").write_bytes("\n".join(lines).encode(f"utf-16-{order}"))
    assert read(tmp_path / "d.txt").texts == lines


def test_flaws_do_not_make_it_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes("您好，我是客服。\n".encode() * 50 + b"\xff\xfe\n" + "再见\n".encode())
    found = read(tmp_path / "d.txt")
    assert found.texts == ["您好，我是客服。"] * 50 + ["\ufffd\ufffd", "再见"]
    assert found.dump.notes.undecodable == 1


@SLOW
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=1, max_size=20),
    encoding=st.sampled_from(["utf-16", "gb18030", "utf-8"]),
)
def test_encoded_lines_round_trip(tmp_path: Path, texts: list[str], encoding: str) -> None:
    file = tmp_path / "d.txt"
    file.write_bytes("".join(f"{text}\n" for text in texts).encode(encoding))
    found = read(file, encoding=encoding, format="txt")
    assert found.texts == texts


def test_a_line_without_end_is_noted_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "LONGEST_LINE", 100)
    (tmp_path / "d.txt").write_text("a\n" + "x" * 350 + "\nb\n" + "y" * 99 + "\n", "utf-8")
    found = read(tmp_path / "d.txt")
    assert (found.texts, found.rows) == (["a", "b", "y" * 99], [1, 3, 4])
    assert found.dump.notes.places == [f"{tmp_path / 'd.txt'}, line 2: longer than 100 characters"]


def archive(path: Path, members: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def test_an_archive_is_read_member_by_member(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "all.zip",
        {
            "b.csv": "id,text\n1,two\n",
            "a/c.jsonl": '{"text": "one"}\n{\n',
            "photo.jpg": b"\xff\xd8\xff\xe0 no message",
            "__MACOSX/a.txt": "no message",
            ".DS_Store": "no message",
            "c.json": '{"settings": 1}',
            "d.zip": b"PK\x03\x04",
        },
    )
    found = read(file)
    assert [(m.row, m.text) for m in found.messages] == [(1, "one"), (1, "two")]
    assert found.files == [f"{file}:a/c.jsonl", f"{file}:b.csv"]
    assert [place.removeprefix(f"{file}:").split(":")[0] for place in found.dump.notes.places] == ["a/c.jsonl, line 2", "c.json", "d.zip"]


@pytest.mark.parametrize("name", ["_chat.txt", "WhatsApp Chat with Mia.txt"])
def test_a_whatsapp_archive(tmp_path: Path, name: str) -> None:
    file = archive(tmp_path / "WhatsApp Chat - Mia.zip", {name: "[01.05.26, 15:04:05] Mia: Hallo\n", "1-PHOTO.jpg": b"\xff\xd8\xff"})
    found = read(file)
    assert [(m.text, m.sender, m.channel) for m in found.messages] == [("Hallo", "Mia", "Mia")]


def test_what_was_sent_in_a_chat_is_none_of_its_messages(tmp_path: Path) -> None:
    sent: dict[str, str | bytes] = {"notes.txt": "milk\n", "data.csv": "a,b\n1,2\n", "d.json": '{"a": 1}', "in/x.jsonl": '{"text": "x"}\n'}
    chat = "[01.05.26, 15:04:05] Mia: Hallo\n"
    found = read(archive(tmp_path / "Mia.zip", {"_chat.txt": chat, **sent}))
    assert (found.texts, found.dump.notes.broken) == (["Hallo"], 0)
    several = {"a.txt": chat, "b.txt": chat.replace("Mia", "Ben"), "c.csv": "text\nhi\n"}  # packed by hand: which chat it was sent in?
    assert read(archive(tmp_path / "all.zip", several)).texts == ["Hallo", "Hallo", "hi"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["d.txt", "d.jsonl.gz", "in/.b/c d.csv", "d (2).txt"])
def test_members_that_are_called_alike_are_all_read(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as out:
        for text in ("one", "two", "two"):
            made = (f'{{"text": "{text}"}}\n' if "json" in name else f"text,id\n{text},1\n" if "csv" in name else text).encode()
            out.writestr(name, gzip.compress(made) if name.endswith("gz") else made)
        out.writestr("d.txt", "three")
    found = read(tmp_path / "d.zip")
    assert sorted(found.texts) == ["one", "three", "two", "two"]
    assert len({*found.files}) == 4


def test_names_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = archive(tmp_path / "in" / "t.zip", {"../../evil.txt": "one", "/etc/evil.txt": "two", "C:\\evil.txt": "three"})
    before = sorted(tmp_path.rglob("*"))
    assert sorted(read(file).texts) == ["one", "three", "two"]
    assert sorted(tmp_path.rglob("*")) == before


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = archive(tmp_path / "bomb.zip", {"a.txt": b"\n" * 20_000})
    assert len(read(file).texts) == 20_000  # small enough
    monkeypatch.setattr(tree, "_LARGE", 10_000)
    with pytest.raises(DumpError, match=r"'a.txt' would unpack to 20,000 bytes, as in a zip bomb"):
        read(file)


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "o.zip", {"a.txt": b"abc" * 1000, "b.txt": b"x"})
    raw = bytearray(file.read_bytes())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 20 : entry + 24] = (len(raw) * 2).to_bytes(4, "little")  # the packed size that the index claims
    file.write_bytes(raw)
    with pytest.raises(DumpError, match="overlap"):
        read(file)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04 and then nothing", "not a zip archive that can be read"),
        (b"PK\x05\x06" + b"\0" * 18, "nothing in this archive is an export"),
    ],
)
def test_archives_that_hold_nothing(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "d.zip").write_bytes(content)
    with pytest.raises(DumpError, match=problem):
        read(tmp_path / "d.zip")


def test_an_encrypted_member_is_told(tmp_path: Path) -> None:
    file = archive(tmp_path / "e.zip", {"a.txt": "x", "b.txt": "y"})
    raw = bytearray(file.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(raw)
    found = read(file)
    assert found.texts == ["y"]
    assert "encrypted" in found.dump.notes.places[0]


def test_a_damaged_member_leaves_the_others(tmp_path: Path) -> None:
    file = archive(tmp_path / "e.zip", {"a.txt": "\n".join(LINES[:5000]), "b.txt": "y"})
    raw = bytearray(file.read_bytes())
    raw[3000:3100] = bytes(100)
    file.write_bytes(raw)
    found = read(file)
    assert found.texts[-1] == "y"
    assert "damaged" in found.dump.notes.places[0]


@SLOW
@given(raw=st.binary(max_size=300), name=st.sampled_from(["d.zip", "d.gz", "d.json", "d.xml", "d.mbox", "d.eml", "d.arrow", "d"]))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path: Path, raw: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(raw)
    try:
        read(tmp_path / name)
    except DumpError as error:
        told = str(error)
    else:
        told = str(tmp_path / name)
    assert told.startswith(str(tmp_path / name))
    assert "\n" not in told


@SLOW
@given(
    raw=st.binary(max_size=60),
    format_=st.sampled_from(sorted(dumps.FORMATS)),
    lead=st.sampled_from(["{", "[", "[{", '{"messages":[', "<smses><sms ", "From a 1:00\n", "PK\x03\x04", "[1.1.24, 1:00] M: ", ""]),
)
def test_any_format_reads_or_refuses_any_bytes(tmp_path: Path, raw: bytes, format_: str, lead: str) -> None:
    (tmp_path / "d").write_bytes(lead.encode() + raw)
    try:
        read(tmp_path / "d", format=format_)
    except DumpError as error:
        assert str(error).startswith(str(tmp_path / "d"))  # noqa: PT017 - see above


class Piped(io.BytesIO):
    """Standard input of a test."""


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_standard_input_is_told_by_its_bytes(monkeypatch: pytest.MonkeyPatch, pack: type) -> None:
    raw = b'{"text": "a", "from": "mia"}\n{"text": "b"}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Piped(raw), "utf-8"))
    assert [m.sender for m in read("-").messages] == ["mia", None]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Piped(pack(raw))), "utf-8"))
    found = read("-")
    assert (found.dump.format, found.texts) == ("jsonl", ["a", "b"])
    assert not sys.stdin.buffer.closed


class Slow(io.RawIOBase):
    """A pipe that gives a byte at first, and never more than a few."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._size = io.BytesIO(raw), 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(min(self._size, len(buffer)))
        self._size = 999
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_a_slow_pipe_is_told_by_more_than_its_first_bytes(monkeypatch: pytest.MonkeyPatch, pack: type) -> None:
    rows = "".join(json.dumps({"text": line}) + "\n" for line in LINES)
    assert len(rows) > 2 * source_module.HEAD_BYTES
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Slow(pack(rows.encode()))), "utf-8"))
    found = read("-")
    assert (found.dump.format, found.texts) == ("jsonl", LINES)


def test_what_stands_beside_an_export_in_an_archive_is_no_message(tmp_path: Path) -> None:
    chat = {"name": "G", "type": "private_group", "id": 5, "messages": [{"id": 1, "type": "message", "text": "from Telegram"}]}
    item = {"chatItem": {"authorId": "1", "standardMessage": {"text": {"body": "from Signal"}}}}
    members = {
        "ChatExport/result.json": chat, "ChatExport/files/sent.json": {"a": 1}, "ChatExport/files/notes.txt": "sent",
        "signal/main.jsonl": item, "signal/metadata.json": {"version": 1},
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps(content))
    found = read(tmp_path / "all.zip")
    assert (found.texts, found.dump.notes.places) == (["from Telegram", "from Signal"], [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes there")
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("count", [0, 3, 40_000])
def test_a_pipe_with_a_name_is_read_once(tmp_path: Path, pack: Callable[[bytes], bytes], count: int) -> None:
    """As a shell makes one of <(zcat chats.gz)."""
    pipe, lines = tmp_path / "pipe", b"".join(b'{"text": "message %d"}\n' % i for i in range(count))
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(pack(lines),))
    writer.start()
    found = read(pipe)
    writer.join()
    assert len(found.messages) == count
    assert found.dump.format == ("jsonl" if count else "txt")


def test_an_archive_is_read_from_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = archive(tmp_path / "a.zip", {"a.jsonl": '{"text": "one"}\n'}).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Piped(raw), "utf-8"))
    assert read("-").texts == ["one"]
    monkeypatch.setattr(source_module, "LARGEST_HELD", len(raw) - 1)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Piped(raw), "utf-8"))
    with pytest.raises(DumpError, match=r"standard input: a zip archive is read from its end, .*; unpack it and give the file's path"):
        read("-")


def parquet(rows: list[str]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"text": rows}), out)
    return out.getvalue()


def test_what_is_packed_twice_is_read(tmp_path: Path) -> None:
    inner = archive(tmp_path / "Mia.zip", {"_chat.txt": "[01.05.26, 15:04:05] Mia: Hallo\n", "t.parquet": parquet(["three"])}).read_bytes()
    members: dict[str, str | bytes] = {"Mia.zip": inner, "a.jsonl": '{"text": "one"}\n', "p.parquet.gz": gzip.compress(parquet(["two"]))}
    file = archive(tmp_path / "outer.zip", members)
    found = read(file)
    assert sorted(found.texts) == ["Hallo", "one", "three", "two"]
    assert f"{file}:Mia.zip:_chat.txt" in found.files
    (tmp_path / "o.zip.gz").write_bytes(gzip.compress(file.read_bytes()))
    assert sorted(read(tmp_path / "o.zip.gz").texts) == sorted(found.texts)
    thrice = read(archive(tmp_path / "thrice.zip", {"o.zip": file.read_bytes(), "b.txt": "four"}))
    assert thrice.texts == ["four", "one", "two"]
    assert "an archive within an archive within an archive; unpack it first" in thrice.dump.notes.places[0]


def test_bombs_within_archives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = archive(tmp_path / "i.zip", {f"{n}.txt": b"\n" * 9_000 for n in range(9)}).read_bytes()
    file = archive(tmp_path / "o.zip", {"i.zip": inner, "b.txt": "kept"})
    assert len(read(file).texts) == 9 * 9_000 + 1
    monkeypatch.setattr(tree, "_LARGE", 10_000)
    found = read(file)
    assert found.texts == ["kept"]
    assert "as in a zip bomb" in found.dump.notes.places[0]


def test_a_format_that_is_named_is_that_of_the_members(tmp_path: Path) -> None:
    chat = "[01.05.26, 15:04:05] Mia: Hallo\n"
    chats: dict[str, str | bytes] = {"a/_chat.txt": chat, "b/notes.csv": "text\nno chat\n", "a/p.jpg": b"\xff\xd8\xff\xe0"}
    file = archive(tmp_path / "c.zip", chats)
    assert sorted(read(file).texts) == ["Hallo", "no chat"]
    found = read(file, format="whatsapp")
    assert (found.texts, found.dump.notes.broken) == (["Hallo"], 0)
    assert read(file, format="txt").texts == ["[01.05.26, 15:04:05] Mia: Hallo", "text", "no chat"]


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match="neither a Maildir nor a Slack export"):
        dumps.open(tmp_path)
    (tmp_path / "p.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(DumpError, match="nothing in this folder is an export that can be read; name the files"):
        read(tmp_path)
    for name in ("Mia", "Ben"):
        (tmp_path / f"WhatsApp Chat with {name}.txt").write_text(f"01.05.26, 15:04 - {name}: Hallo {name}\n", "utf-8")
    (tmp_path / "sent.csv").write_text("text\nnot a chat\n", "utf-8")
    for options in ({}, {"format": "whatsapp"}):
        assert [m.channel for m in read(tmp_path, **options).messages] == ["Ben", "Mia"]
    assert read(tmp_path, format="csv").texts == ["not a chat"]
    (tmp_path / "g.json").write_text('{"chatlab": {}, "meta": {"name": "g"}, "messages": [{"content": "x"}]}', "utf-8")
    with pytest.raises(DumpError, match=r"several formats; say which with --format chatlab\|whatsapp"):
        read(tmp_path)


def test_a_telegram_folder_is_its_result(tmp_path: Path) -> None:
    chat = {"name": "C", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "message", "from": "Mia", "text": "hi"}]}
    (tmp_path / "result.json").write_text(json.dumps(chat), "utf-8")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "WhatsApp Chat with Ben.txt").write_text("01.05.26, 15:04 - Ben: sent as a file\n", "utf-8")
    for options in ({}, {"format": "telegram"}):
        assert read(tmp_path, **options).texts == ["hi"]


TELEGRAM = json.dumps({"name": "C", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "message", "text": "Telegram"}]})
WHATSAPP = "01.05.26, 15:04 - Ben: WhatsApp\n"
SMS = "<?xml version='1.0'?>\n<smses count='1'>\n  <sms address='+1' date='1' type='1' body='SMS' />\n</smses>\n"
IMESSAGE = "May 01, 2026 10:00:00 AM\nMe\niMessage\n\n"
SIGNAL = '{"date": "2026-05-01", "sender": "Ben", "body": "Signal", "quote": "", "reactions": []}\n'
DISCORD = '{"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"id": "3", "content": "Discord"}]}'
MAIL = "From: a@b\nTo: c@d\nDate: x\n\nMail\n"


def both(path: Path, members: Mapping[str, str]) -> tuple[list[str] | str, list[str]]:
    """Read files as a folder, or say how it is refused, and as an archive."""
    for name, content in members.items():
        (path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (path / "in" / name).write_text(content, "utf-8")
    packed = sorted(read(archive(path / "d.zip", members)).texts)
    try:
        return sorted(read(path / "in").texts), packed
    except DumpError as error:
        return str(error).partition("--format ")[2].partition(",")[0], packed


@pytest.mark.parametrize("name", ["WhatsApp Chat with Ben.txt", "Ben/_chat.txt", "ChatExport_2/files/_chat.txt"])
def test_no_export_is_dropped_for_that_of_telegram_beside_it(tmp_path: Path, name: str) -> None:
    members = {"result.json": TELEGRAM, "result (1).json": TELEGRAM, name: WHATSAPP}
    assert both(tmp_path, members) == ("telegram|whatsapp", ["Telegram", "Telegram", "WhatsApp"])


@pytest.mark.parametrize("export", ["result.json", "result (1).json", "ChatExport_1/result.json"])
@pytest.mark.parametrize("folder", ["files", "chats/chat_01/files", "video_files"])
def test_what_was_sent_on_telegram_lies_in_folders_of_its_own(tmp_path: Path, export: str, folder: str) -> None:
    members = {export: TELEGRAM, str(Path(export).parent / folder / "WhatsApp Chat with Ben.txt"): WHATSAPP}
    assert both(tmp_path, members) == (["Telegram"], ["Telegram"])


@pytest.mark.parametrize(("members", "want", "packed"), [
    ({"sms.xml": SMS, "a.csv": "text\ntable\n", "b.jsonl": '{"text": "line"}\n'}, "csv|jsonl|sms", ["SMS", "line", "table"]),
    ({"sms.xml": SMS, "files/a.csv": "text\ntable\n"}, "csv|sms", ["SMS", "table"]),
    ({"a/data.json": SIGNAL, "a/media/a.csv": "text\ntable\n"}, ["Signal"], ["Signal"]),
    ({"a/data.json": SIGNAL, "media/a.csv": "text\ntable\n"}, "csv|signal", ["Signal", "table"]),
    ({"c.json": DISCORD, "c.json_Files/a.csv": "text\ntable\n"}, ["Discord"], ["Discord"]),
    ({"1.eml": MAIL, "Attachments/a.csv": "text\ntable\n"}, ["Mail"], ["Mail"]),
    ({"Ben.txt": IMESSAGE, "attachments/a.csv": "text\ntable\n"}, ["iMessage"], ["iMessage"]),
    ({"Ben.txt": IMESSAGE, "more/a.csv": "text\ntable\n"}, "csv|imessage", ["iMessage", "table"]),
    ({"sms.xml": SMS, "README.txt": "a note\n"}, ["SMS"], ["SMS", "a note"]),
    ({"a/_chat.txt": WHATSAPP, "a/sent.csv": "text\ntable\n"}, ["WhatsApp"], ["WhatsApp"]),
    ({"a/_chat.txt": WHATSAPP, "b/kept.csv": "text\ntable\n"}, "csv|whatsapp", ["WhatsApp", "table"]),
    ({"sms.xml": SMS, "a.csv": ""}, ["SMS"], ["SMS"]),
])  # fmt: skip
def test_tables_beside_a_chat_are_not_dropped(tmp_path: Path, members: dict[str, str], want: list[str] | str, packed: list[str]) -> None:
    """A folder of several kinds is refused; what was sent in a chat, and notes, are none."""
    assert both(tmp_path, members) == (want, packed)


@pytest.mark.parametrize(("members", "want"), [
    ({"part-0.json": '{"text":"a"}\n{"text":"b"}\n', "part-1.json": '{"text":"c"}\n', "_SUCCESS": ""}, ["a", "b", "c"]),
    ({"part-0.json": '{"text":"a"}\n{"text":"b"}\n', "part-1.json": ""}, ["a", "b"]),
    ({"a.csv": "text\na\n", "b.csv": "", "c.txt": ""}, ["a"]),
    ({"a.jsonl": '{"text":"a"}\n', "b.json": '{"text":"b"}\n'}, "json|jsonl"),
])  # fmt: skip
def test_parts_of_a_table_may_be_short_or_empty(tmp_path: Path, members: dict[str, str], want: list[str] | str) -> None:
    assert both(tmp_path, members)[0] == want


@pytest.mark.parametrize("root", ["", "package/"])
@pytest.mark.parametrize("messages", ["messages", "Nachrichten"])
def test_of_discords_package_the_messages_are_read(tmp_path: Path, root: str, messages: str) -> None:
    said = [{"ID": 1, "Timestamp": "2026-05-01 10:00:00", "Contents": "hi", "Attachments": ""}]
    members: dict[str, object] = {
        "README.txt": "Welcome\n", "account/user.json": {"id": "1"}, f"{messages}/index.json": {"1": "x"}, "servers/1/audit-log.json": [],
        f"{messages}/c1/channel.json": {"id": "1"}, f"{messages}/c1/messages.json": said, f"{messages}/c2/messages.json": [],
        "activity/analytics/events-1.json": '{"event_type": "x"}\n{"event_type": "y"}\n',
    }  # fmt: skip
    written = {f"{root}{name}": content if isinstance(content, str) else json.dumps(content) for name, content in members.items()}
    assert both(tmp_path, written) == (["hi"], ["hi"])
    assert read(tmp_path / "in", format="json").texts == ["hi"]
    found = read(tmp_path / "d.zip")
    assert found.dump.notes == dumps.Notes()
    more = {"Ben/_chat.txt": WHATSAPP, "table.csv": "text\ntable\n", "more/lines.jsonl": '{"text": "line"}\n'}
    assert sorted(read(archive(tmp_path / "d.zip", written | more)).texts) == ["WhatsApp", "hi", "line", "table"]
    alone = {name: content for name, content in written.items() if not name.endswith("channel.json")}
    others = {name: content.replace("Contents", "text") for name, content in written.items()}
    for unknown in (alone, others):  # nothing says whose it is: all of it is read
        assert read(archive(tmp_path / "d.zip", unknown)).dump.notes.broken


@pytest.mark.parametrize("suffix", ["json", "parquet", "eml", "csv", "mbox", "jsonl", "txt", "zip", "odd"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_with_nothing_in_it_is_noted_and_no_error(tmp_path: Path, suffix: str, pack: type) -> None:
    (tmp_path / f"d.{suffix}").write_bytes(pack(b""))
    found = read(tmp_path / f"d.{suffix}")
    notes = found.dump.notes
    assert (found.texts, notes.broken, notes.empty, notes.blank) == ([], 0, 1, [str(tmp_path / f"d.{suffix}")])


def test_a_damaged_row_group_is_left_out(tmp_path: Path) -> None:
    texts = [f"{line} {i * 7919 % 99991:x}" for i, line in enumerate(LINES)]
    for size in (5000, 1000):  # a group by itself, and several that are read together
        pq.write_table(pa.table({"text": texts}), tmp_path / "d.parquet", row_group_size=size, use_dictionary=False)
        raw = bytearray((tmp_path / "d.parquet").read_bytes())
        start = pq.ParquetFile(tmp_path / "d.parquet").metadata.row_group(1).column(0).data_page_offset
        raw[start + 40 : start + 2000] = b"\xff" * 1960
        (tmp_path / "d.parquet").write_bytes(raw)
        found = read(tmp_path / "d.parquet")
        assert found.texts == [*texts[:size], *texts[2 * size :]]
        assert found.rows == [*range(1, size + 1), *range(2 * size + 1, len(texts) + 1)]
        [place] = found.dump.notes.places
        assert place.startswith(f"{tmp_path / 'd.parquet'}, rows {size + 1:,} to {2 * size:,}: damaged, and left out: ")


@pytest.mark.parametrize("make", [pa.ipc.new_file, pa.ipc.new_stream])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_batches_before_the_damage_are_kept(tmp_path: Path, make: Any, pack: type) -> None:
    out = io.BytesIO()
    table = pa.table({"text": LINES})
    with make(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=7000)
    (tmp_path / "d.arrow").write_bytes(pack(out.getvalue()))
    whole = read(tmp_path / "d.arrow")
    assert (whole.texts, whole.dump.notes.broken, whole.dump.share) == (LINES, 0, 1)
    (tmp_path / "d.arrow").write_bytes(pack(out.getvalue()[: len(out.getvalue()) // 2]))
    found = read(tmp_path / "d.arrow")
    assert found.texts == LINES[:7000]
    assert "damaged after 7,000 rows, and read only up to there" in found.dump.notes.places[0]


def test_offsets_that_lead_out_of_a_mapped_file_are_damage(tmp_path: Path) -> None:
    table = pa.table({"text": ["abc", "defg", "hi"]})
    with pa.ipc.new_file(tmp_path / "d.arrow", table.schema) as writer:
        writer.write_table(table)
    raw = (tmp_path / "d.arrow").read_bytes()
    offsets = np.array([0, 3, 7, 9], np.int32).tobytes()
    assert raw.count(offsets) == 1
    (tmp_path / "d.arrow").write_bytes(raw.replace(offsets, np.array([0, 3, 2_000_000_000, 9], np.int32).tobytes()))
    found = read(tmp_path / "d.arrow")
    assert found.texts == []
    assert "damaged after 0 rows" in found.dump.notes.places[0]


def test_progress_goes_on_within_a_large_member(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.zip", {"big.jsonl": "".join(json.dumps({"text": line * 9}) + "\n" for line in LINES), "b.txt": "x"})
    dump = dumps.open(file)
    shares = [dump.share for _ in dump]
    assert shares == sorted(shares)
    assert len([share for share in shares if 0.1 < share < 0.9]) > 2


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that all may look into, for tests that are run as nobody: what may root not read?"""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        user = os.geteuid()
        yield Path(name)
        os.seteuid(user)


def lay(folder: Path, content: str, *shut: str) -> None:
    """Fill the files there, and shut some of them, and of the folders."""
    for name in ("cur/1.jsonl", "cur/2.jsonl", "cur/in/3.jsonl", "new/4.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    for name in shut:
        (folder / name).chmod(0o444 if name == "cur/in" else 0)
    os.seteuid(os.geteuid() or 65534)


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_what_may_not_be_read_in_a_folder_costs_nothing_else(shared: Path) -> None:
    lay(shared, '{"text": "x"}\n', "cur/1.jsonl", "cur/in", "new")
    found = read(shared, format="jsonl")
    assert found.files == [f"{shared}/cur/2.jsonl"]
    assert sorted(found.dump.notes.places) == [
        f"{shared}/cur/1.jsonl: Permission denied",
        f"{shared}/cur/in/3.jsonl: Permission denied",
        f"{shared}/new: Permission denied; nothing in it is read",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_nor_does_it_in_a_maildir(shared: Path) -> None:
    lay(shared, "From: x@y.example\n\nhello\n", "cur/1.jsonl")
    found = read(shared)
    assert (found.dump.format, len(found.texts)) == ("maildir", 2)
    assert found.dump.notes.places == [f"{shared}/cur/1.jsonl: Permission denied"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no such file there")
def test_a_file_in_which_reading_fails_is_named() -> None:
    source = source_module.Source("d/x.txt", None, member=lambda: Path("/proc/self/mem").open("rb"))  # noqa: SIM115 - as one does
    with pytest.raises(DumpError, match=r"d/x\.txt: Input/output error"):
        source.head()


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_a_folder_that_may_not_be_looked_into_is_told(shared: Path) -> None:
    lay(shared, "", "new")
    with pytest.raises(DumpError, match="new: Permission denied"):
        dumps.open(shared / "new")
