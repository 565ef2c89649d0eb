"""Where a message stands: its line, its row, its file and its chat, past broken records, within archives and folders."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scamguard import dumps
from scamguard.dumps import source as sources
from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
CHAT = "01/05/2024, 10:00 - Mia: hi\n01/05/2024, 10:01 - Ben: ho\n"


def lines_of(dump: dumps.Dump) -> list[int]:
    """Give the line of each message."""
    found: list[int] = []
    for block in dump:
        assert block.lines is not None
        found += block.lines.tolist()
    return found


def zipped(members: dict[str, str | bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return raw.getvalue()


def test_a_line_of_text_knows_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "hi\n\nho\n"
    (tmp_path / "d.txt").write_text(text, "utf-8")
    (tmp_path / "d.zip").write_bytes(zipped({"d.txt": text}))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))
    for name in (tmp_path / "d.txt", tmp_path / "d.zip", "-"):
        assert lines_of(dumps.open(name)) == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_that_is_too_long_takes_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(sources, "LONGEST_LINE", 100)
    long = "x" * 350
    (tmp_path / "d.txt").write_bytes(f"a\n{long}\n\nb\n".encode(encoding))
    # a quotation mark within a field, without which Arrow would hold the table whole
    (tmp_path / "d.csv").write_bytes(f'text,n\na,1"\n{long},2\nb,3\n"c\n{long}",4\n"d\ne",5\n'.encode(encoding))
    text, table = read(tmp_path / "d.txt"), read(tmp_path / "d.csv")
    assert (text.texts, text.rows) == (["a", "", "b"], [1, 3, 4])
    assert (table.texts, table.rows) == (["a", "b", "d\ne"], [1, 3, 5])
    assert [place.split(": ")[0].rsplit(" ", 1)[1] for place in table.dump.notes.places] == ["3", "6"]


def listed(chats: Sequence[Sequence[Any]]) -> str:
    """Write chats as Telegram does; a message that is a string stands there as it is."""
    messages = [", ".join(one if isinstance(one, str) else json.dumps(one) for one in chat) for chat in chats]
    return ", ".join(f'{{"name": "c", "type": "personal_chat", "id": 1, "messages": [{inside}]}}' for inside in messages)


def account(*chats: list[Any], left: list[list[Any]]) -> str:
    """Write the export of a Telegram account."""
    about = '"about": "Here is the data you requested from Telegram.", "personal_information": {}'
    return f'{{{about}, "chats": {{"list": [{listed(chats)}]}}, "left_chats": {{"list": [{listed(left)}]}}}}'


def test_the_messages_of_an_account_are_numbered_through(tmp_path: Path) -> None:
    def said(text: Any) -> dict[str, Any]:
        return {"id": 1, "type": "message", "date": "2024-05-01T10:00:00", "text": text}

    bad = '{"id": 2, "text": nul}'
    (tmp_path / "result.json").write_text(
        account([said("1"), bad, said("3")], [said("4"), bad, said({}), said("7")], left=[[bad, said("9")]]), "utf-8"
    )
    got = read(tmp_path / "result.json")
    assert [(row, text) for row, text in zip(got.rows, got.texts, strict=True)] == [(1, "1"), (3, "3"), (4, "4"), (7, "7"), (9, "9")]
    assert [place.split(": ")[0].rpartition(", ")[2] for place in got.dump.notes.places] == [f"message {n}" for n in (2, 5, 6, 8)]
    (tmp_path / "result.json").write_text(account([said("1")], left=[]).replace('"list": [{', '"list": [nul, 5, {', 1), "utf-8")
    got = read(tmp_path / "result.json")
    assert (got.texts, got.rows) == (["1"], [1])
    assert [place.split(": ")[0].rpartition(", ")[2] for place in got.dump.notes.places] == ["entry 1", "entry 2"]


@pytest.mark.parametrize("end", ["", "/"])
def test_a_file_of_a_folder_is_called_by_its_path(tmp_path: Path, end: str) -> None:
    shutil.copytree(SAMPLES / "slack-export", tmp_path / "slack")
    for part in ("cur", "new"):
        (tmp_path / "mail" / part).mkdir(parents=True)
        (tmp_path / "mail" / part / "1:2,S").write_text("From: a@example.org\nTo: b@example.org\nSubject: x\n\nhello\n", "utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("hi\n", "utf-8")
    (tmp_path / "texts" / "link.txt").symlink_to("a.txt")
    for folder, form in (("slack", "slack folder"), ("mail", "maildir"), ("texts", "folder")):
        found = read(f"{tmp_path / folder}{end}")
        assert found.dump.format == form
        assert found.files
        assert all(file is not None and Path(file).is_file() and "//" not in file for file in found.files)
        assert found.dump.notes.broken == (folder == "texts")
        assert all(place.startswith(f"{tmp_path}/texts/link.txt: ") for place in found.dump.notes.places)


def test_a_member_of_an_archive_is_called_by_both(tmp_path: Path) -> None:
    root = SAMPLES / "slack-export"
    (tmp_path / "s.zip").write_bytes(zipped({str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*.json")}))
    assert all(str(file).startswith(f"{tmp_path / 's.zip'}:") for file in read(tmp_path / "s.zip").files)


def test_a_chat_is_called_by_the_innermost_archive(tmp_path: Path) -> None:
    chat = zipped({"_chat.txt": CHAT})
    (tmp_path / "f").mkdir()
    for name, data in {
        "WhatsApp Chat - Mia.zip": chat,
        "WhatsApp Chat - Mia.ZIP.gz": gzip.compress(chat),
        "all.zip": zipped({"WhatsApp Chat - Mia.zip": chat}),
        "deep.zip": zipped({"in.zip:x/WhatsApp Chat - Mia.zip": chat}),
        "texts.zip": zipped({"in/WhatsApp Chat with Mia.txt": CHAT}),
        "f/WhatsApp Chat - Mia.zip": chat,
    }.items():
        (tmp_path / name).write_bytes(data)
    for path in tmp_path.iterdir():
        assert {message.channel for message in read(path).messages} == {"Mia"}, path.name


def test_an_unpacked_chat_is_called_by_its_folder(tmp_path: Path) -> None:
    names = [f"WhatsApp Chat - {name}/_chat.txt" for name in ("Anna", "Bob")]
    for name in names:
        (tmp_path / "all" / name).parent.mkdir(parents=True)
        (tmp_path / "all" / name).write_text(CHAT, "utf-8")
    (tmp_path / "all.zip").write_bytes(zipped(dict.fromkeys(names, CHAT)))
    for path in (tmp_path / "all", tmp_path / "all.zip"):
        assert {message.channel for message in read(path).messages} == {"Anna", "Bob"}
    assert {message.channel for message in read(tmp_path / "all" / names[0]).messages} == {"Anna"}


def workspace(root: str, who: str, **more: str) -> dict[str, str]:
    """Write an export of Slack; of ``more`` the names have a / for each double underscore, and end in .json."""
    said = [{"type": "message", "user": "U1", "ts": "1714557600.000100", "text": f"from {who}"}]
    members = {"users.json": [{"id": "U1", "name": who}], "channels.json": [], "integration_logs.json": [{"service_id": 1}]}
    files = {name: json.dumps(content) for name, content in {**members, "general/2024-05-01.json": said}.items()}
    return {f"{root}{name}": data for name, data in {**files, **more}.items()}


def laid(path: Path, members: dict[str, str]) -> tuple[Path, Path]:
    """Write files as a folder and as an archive."""
    for name, data in members.items():
        (path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (path / "in" / name).write_text(data, "utf-8")
    (path / "d.zip").write_bytes(zipped(dict(members)))
    return path / "in", path / "d.zip"


@pytest.mark.parametrize("roots", [("Acme/", "Beta/"), ("", "teams/E1/"), ("z/", "y/teams/E1/")])
def test_every_workspace_of_slack_is_read(tmp_path: Path, roots: tuple[str, str]) -> None:
    members = workspace(roots[0], "mia") | workspace(roots[1], "ben")
    for path in laid(tmp_path, members):
        found = read(path)
        assert sorted((m.text, m.sender, m.channel) for m in found.messages) == [
            ("from ben", "ben", f"general ({roots[1][:-1]})"), ("from mia", "mia", "general")
        ]  # fmt: skip
        assert (found.dump.notes.broken, found.dump.share) == (0, 1)


@pytest.mark.parametrize("root", ["slack/", ""])
def test_what_lies_beside_a_workspace_of_slack_is_read(tmp_path: Path, root: str) -> None:
    telegram = listed([[{"id": 1, "type": "message", "text": "from Telegram"}]])
    mail = "From a@b.example Wed May  1 10:00:00 2024\nFrom: a@b.example\nSubject: x\n\nby mail\n"
    others = {"telegram/result.json": telegram, "box.mbox": mail, "more/own.json": '[{"text": "of my own"}]'}
    folder, archive = laid(tmp_path, workspace(root, "mia") | others | {f"{root}general/attachments/sent.csv": "text\nsent\n"})
    found = read(archive)
    assert sorted(found.texts) == ["from Telegram", "from mia", "of my own", "x\n\nby mail"]
    assert found.dump.notes.broken == 0
    for wanted, texts in (("slack", ["from mia"]), ("telegram", ["from Telegram"]), ("mbox", ["x\n\nby mail"])):
        assert read(archive, format=wanted).texts == texts
    if root:
        with pytest.raises(DumpError, match=r"several formats; say which with --format json\|mbox\|slack\|telegram"):
            read(folder)
        assert read(folder, format="slack").texts == ["from mia"]
        return
    found = read(folder)
    assert found.texts == ["from mia"]
    assert [place.removeprefix(f"{folder}/").partition(", which is no part of")[0] for place in found.dump.notes.places] == [
        "box.mbox: mbox", "more/own.json: json", "telegram/result.json: telegram"
    ]  # fmt: skip


def test_all_that_is_slacks_is_passed_over_or_read(tmp_path: Path) -> None:
    day = json.dumps([{"type": "message", "user": "U1", "ts": "1714557601.000100", "text": "later"}])
    sent = {"__uploads/F1/a.csv": "text\nsent\n", "general/attachments/b.json": '{"text": "sent"}', "canvases.json": "[]"}
    more = {"README.txt": "note\n", "general/2024-05-02 (2).json": day, "attachments/2024-05-01.json": day, "general/2024-05-03.json": "[]"}
    members = workspace("", "mia") | sent | more
    folder, archive = laid(tmp_path, members)
    assert read(folder).texts == ["later", "from mia", "later"]
    assert read(archive).texts == ["note", "later", "from mia", "later"]
    assert read(folder).dump.notes == read(archive).dump.notes == dumps.Notes()
    for path in (folder, archive):
        with pytest.raises(DumpError, match="has no --column") if path is folder else contextlib.nullcontext():
            read(path, column="text")


PAGE = (
    '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8"/>\n<title>Exported Data</title>\n</head>\n<body onload="CheckLocation();">\n'
    '<div class="page_wrap"><div class="message default clearfix">send me the code</div></div></body></html>\n'
)
DISCORD_PAGE = "<!DOCTYPE html><html lang=en><head><title>S - c</title><style>.chatlog__message{}</style></head><body>hi</body></html>"
DISCORD_TEXT = f"{'=' * 62}\nGuild: S\nChannel: t / c\n{'=' * 62}\n\n[01-May-24 10:00 AM] mia\nsend me the code\n\n"
SHOWN = {"messages.html": PAGE, "c [1].html": DISCORD_PAGE, "c [1].txt": DISCORD_TEXT, "c [2].txt": DISCORD_TEXT.replace("\n", "\r\n")}


@pytest.mark.parametrize("name", SHOWN)
def test_an_export_to_be_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Alone it is refused, beside others noted, once a folder; what would help is said."""
    advice = "export again as .*JSON"
    raw = SHOWN[name].encode()
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(DumpError, match=advice):
        read(tmp_path / name)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))
    with pytest.raises(DumpError, match=advice):
        read("-")
    assert read(tmp_path / name, format="txt").texts  # as the user says
    again = str(Path(name).with_stem("z"))
    for path in laid(tmp_path, {name: SHOWN[name], again: SHOWN[name], "a.jsonl": '{"text": "a"}\n'}):
        found = read(path)
        assert found.texts == ["a"]
        [place] = found.dump.notes.places
        assert "made" in place
        assert place.endswith("(and 1 more there)")


def test_a_page_beside_its_data_is_passed_over(tmp_path: Path) -> None:
    chat = listed([[{"id": 1, "type": "message", "text": "hi"}]])
    discord = '{"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"id": "3", "content": "ho"}]}'
    data = {"T/result.json": chat, "T/messages.html": PAGE, "T/messages2.html": PAGE, "D/c [1].json": discord, "D/c [1].html": DISCORD_PAGE}
    _, archive = laid(tmp_path, data | {"D/own.html": "<!DOCTYPE html><html><title>Exported Data</title>my page</html>"})
    found = read(archive)
    assert (sorted(found.texts), found.dump.notes.broken) == (["hi", "ho"], 0)
    lines = {"a.txt": f"{'=' * 62}\nour chat\n", "b.txt": "Guild: x\nChannel: y\n"}
    (tmp_path / "texts").mkdir()
    folder, _ = laid(tmp_path / "texts", lines)
    assert read(folder).texts == ["=" * 62, "our chat", "Guild: x", "Channel: y"]
