"""Packed files, archives, encodings and standard input: bounded, never unpacked to disk, and damage is told."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard import dumps
from scamguard.dumps import source as source_module
from scamguard.dumps import tree
from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

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
    with pytest.raises(DumpError, match="unknown encoding 'klingon'"):
        read(tmp_path / "d.txt", encoding="klingon")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_encoding_is_told_behind_an_ascii_beginning(tmp_path: Path, pack: type) -> None:
    lines = ["plain english"] * 30_000 + [ENCODED["gb18030"]] * 3000
    (tmp_path / "d.txt").write_bytes(pack("\n".join(lines).encode("gb18030")))
    assert (read(tmp_path / "d.txt").texts == lines) == (pack is bytes)  # a packed file is read once, from its beginning
    assert read(tmp_path / "d.txt", encoding="gb18030").texts == lines


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
    assert found.texts == ["a", "", "b", "y" * 99]
    assert found.dump.notes.places == [f"{tmp_path / 'd.txt'}, line 2: longer than 100 characters"]


def archive(path: Path, members: dict[str, str | bytes]) -> Path:
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


def test_names_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = archive(tmp_path / "in" / "t.zip", {"../../evil.txt": "one", "/etc/evil.txt": "two", "C:\\evil.txt": "three"})
    before = sorted(tmp_path.rglob("*"))
    assert sorted(read(file).texts) == ["one", "three", "two"]
    assert sorted(tmp_path.rglob("*")) == before


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = archive(tmp_path / "bomb.zip", {"a.txt": b"\n" * 200_000})
    assert len(read(file).texts) == 200_000  # small enough
    monkeypatch.setattr(tree, "_LARGE", 100_000)
    with pytest.raises(DumpError, match=r"'a.txt' would unpack to 200,000 bytes, as in a zip bomb"):
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
    assert read("-", format="jsonl").texts == ["a", "b"]
    assert not sys.stdin.buffer.closed


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match="neither a Maildir nor a Slack export"):
        dumps.open(tmp_path)
