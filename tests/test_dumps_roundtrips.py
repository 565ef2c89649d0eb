"""Whole exports written and read back: iMessage, GitHub, WeChat, QQ, ChatLab, Slack and Arrow, in UTF-8 and UTF-16."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=40)
LINES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=40).map(str.strip)  # of one line
NAMES = st.text(st.characters(categories=["L"], codec="utf-8"), min_size=1, max_size=12)
STAMPS = st.integers(1_000_000_000, 4_000_000_000)  # seconds
FOUND = st.lists(st.tuples(WORDS, NAMES, STAMPS), min_size=1, max_size=6)
SPOKEN = st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=3).map("\n".join), NAMES, STAMPS), min_size=1, max_size=6)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
Export = list[tuple[str, str, int]]


def iso(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).isoformat()


def put(path: Path, content: Any, encoding: str = "utf-8", indent: int | None = None) -> Path:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=indent)
    path.write_bytes(text.encode(encoding))
    return path


def about(path: Path) -> tuple[str, list[tuple[Any, ...]]]:
    got = read(path)
    assert got.dump.notes.broken == 0
    return got.dump.format, [tuple(message[1:]) for message in got.messages]


@SLOW
@given(found=FOUND, encoding=ENCODINGS, indent=st.sampled_from([None, 1]))
def test_github(tmp_path: Path, found: Export, encoding: str, indent: int | None) -> None:
    issues = [{"url": f"https://github.com/o/r/issues/{i}", "number": i, "title": "T", "body": text, "author": {"login": name},
               "createdAt": iso(stamp), "comments": [{"id": f"c{i}", "body": text, "author": {"login": "ben"}}]}
              for i, (text, name, stamp) in enumerate(found, 1)]  # fmt: skip
    want: list[tuple[Any, ...]] = []
    for i, (text, name, stamp) in enumerate(found, 1):
        want.append(("\n\n".join(filter(None, ("T", text))), str(i), stamp * 1000, name, "o/r", None))
        want.append((text, f"c{i}", None, "ben", None, str(i)))
    assert about(put(tmp_path / "list", issues, encoding, indent)) == ("github", want)
    assert about(put(tmp_path / "search", {"total_count": 1, "items": issues}, encoding, indent)) == ("github", want)
    assert about(put(tmp_path / "one", issues[0], encoding, indent)) == ("github", want[:2])
    assert about(put(tmp_path / "lines", "".join(json.dumps(issue) + "\n" for issue in issues), encoding)) == ("github", want)


@SLOW
@given(found=FOUND, encoding=ENCODINGS, indent=st.sampled_from([None, 1]))
def test_qq_wechat_and_chatlab(tmp_path: Path, found: Export, encoding: str, indent: int | None) -> None:
    qq = {"chatInfo": {"name": "群"}, "messages": [
        {"id": str(i), "timestamp": stamp * 1000, "sender": {"name": name}, "content": {"text": text}}
        for i, (text, name, stamp) in enumerate(found)]}  # fmt: skip
    want = [(text, str(i), stamp * 1000, name, "群", None) for i, (text, name, stamp) in enumerate(found)]
    assert about(put(tmp_path / "qq", qq, encoding, indent)) == ("qq", want)
    wechat = {"session": {"wxid": "w", "displayName": "群"}, "messages": [
        {"localId": i, "createTime": stamp, "content": text, "senderUsername": "x", "senderDisplayName": name}
        for i, (text, name, stamp) in enumerate(found)]}  # fmt: skip
    assert about(put(tmp_path / "wechat", wechat, encoding, indent)) == ("wechat", want)
    chatlab = {"chatlab": {"version": "1"}, "meta": {"name": "群"}, "messages": [
        {"platformMessageId": str(i), "timestamp": stamp, "content": text, "accountName": name}
        for i, (text, name, stamp) in enumerate(found)]}  # fmt: skip
    assert about(put(tmp_path / "chatlab", chatlab, encoding, indent)) == ("chatlab", want)


@SLOW
@given(found=FOUND, encoding=ENCODINGS)
def test_discord_and_telegram_in_utf_16(tmp_path: Path, found: Export, encoding: str) -> None:
    messages = [{"id": str(i), "type": "message", "content": text, "text": text} for i, (text, _, _) in enumerate(found)]
    discord = {"guild": {"name": "G"}, "channel": {"name": "c"}, "messages": messages}
    telegram = {"name": "C", "type": "personal_chat", "id": 1, "messages": messages}
    for format_, export in (("discord", discord), ("telegram", telegram)):
        got = about(put(tmp_path / format_, export, encoding, 1))
        assert (got[0], [message[0] for message in got[1]]) == (format_, [text for text, _, _ in found])


@SLOW
@given(found=SPOKEN)
def test_imessage(tmp_path: Path, found: Export) -> None:
    moments = [datetime.fromtimestamp(stamp, UTC) for _, _, stamp in found]
    chat = "".join(
        f"{when:%b %d, %Y} {when:%I:%M:%S %p}\n{name}\n{text}\n\n" for (text, name, _), when in zip(found, moments, strict=True)
    )
    want = [(text.rstrip("\n"), None, stamp * 1000, name, "Mia", None) for text, name, stamp in found]
    assert about(put(tmp_path / "Mia.txt", chat)) == ("imessage", want)


@SLOW
@given(found=FOUND)
def test_a_whole_slack_export(tmp_path: Path, found: Export) -> None:
    users = [{"id": f"U{i}", "name": "x", "profile": {"display_name": name}} for i, (_, name, _) in enumerate(found)]
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text, _, _ in found]
    messages = [{"type": "message", "user": f"U{i}", "ts": f"{stamp}.000000", "text": text}
                for i, (text, (_, _, stamp)) in enumerate(zip(escaped, found, strict=True))]  # fmt: skip
    with ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("users.json", json.dumps(users))
        archive.writestr("channels.json", "[]")
        archive.writestr("general/2026-05-01.json", json.dumps(messages))
    want = [(text, f"{stamp}.000000", stamp * 1000, name, "general", None) for text, name, stamp in found]
    assert about(tmp_path / "s.zip") == ("zip", want)


@SLOW
@given(found=FOUND, stream=st.booleans())
def test_arrow_ipc(tmp_path: Path, found: Export, stream: bool) -> None:
    texts, names, stamps = zip(*found, strict=True)
    table = pa.table({"text": texts, "sender": names, "time": pa.array(stamps, pa.timestamp("s"))})
    with (
        pa.OSFile(str(tmp_path / "d"), "wb") as sink,
        (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as out,
    ):
        out.write_table(table)
    want = [(text, None, stamp * 1000, name, None, None) for text, name, stamp in found]
    assert about(tmp_path / "d") == ("arrow", want)


@pytest.mark.parametrize("name", ["d.jsonl", "d.json"])
@SLOW
@given(found=FOUND, indent=st.sampled_from([None, 0, 2]), encoding=ENCODINGS)
def test_a_document_whatever_its_suffix(tmp_path: Path, name: str, found: Export, indent: int | None, encoding: str) -> None:
    records = [{"text": text, "user": who} for text, who, _ in found]
    want = [(text, None, None, who, None, None) for text, who, _ in found]
    assert about(put(tmp_path / name, records, encoding, indent))[1] == want
    assert about(put(tmp_path / name, records[0], encoding, indent))[1] == want[:1]
    assert about(put(tmp_path / name, "[" + ",\n".join(map(json.dumps, records)) + "]", encoding))[1] == want
    assert about(put(tmp_path / name, "".join(json.dumps(record) + "\n" for record in records), encoding))[1] == want
