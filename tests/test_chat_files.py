"""The files that people send in chats, live and in exports: the name of one is read, and no link is made of its suffix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from scamguard.chat import event
from scamguard.dumps import wechat

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"kraken-tax-report.zip": "kraken-tax-report .zip", "notes.txt": "notes.txt", "kraken.com": "kraken.com"}


@pytest.mark.parametrize(("name", "read"), NAMES.items())
def test_names_of_files_lead_nowhere(name: str, read: str) -> None:
    discord, telegram = pytest.importorskip("scamguard.chat.discord"), pytest.importorskip("scamguard.chat.telegram")
    file = SimpleNamespace(title=None, filename=name, description=None)
    shown = SimpleNamespace(embeds=[], attachments=[file], stickers=[], components=[])
    assert [*filter(None, discord._shown(shown))] == [read]
    assert [*filter(None, telegram._held(SimpleNamespace(document=SimpleNamespace(file_name=name), api_kwargs={})))] == [read]
    assert [*filter(None, telegram._rich({"blocks": [{"type": "document", "document": {"file_name": name}}]}))] == [read]
    assert event.views({"msgtype": "m.file", "body": name}) == [read]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"msgtype": "m.file", "body": "see report.zip", "filename": "report.zip"}, ["see report.zip", "report .zip"]),
        ({"msgtype": "m.image", "body": "report.zip", "filename": "report.zip"}, ["report .zip"]),
        ({"msgtype": "m.text", "body": "log in at kraken.zip"}, ["log in at kraken.zip"]),
        ({"msgtype": "m.file"}, []),
        ({"msgtype": "m.file", "body": 3, "filename": ["x"]}, []),
    ],
)
def test_what_is_said_of_a_file_is_no_name_of_one(content: dict[str, Any], shown: list[str]) -> None:
    assert event.views(content) == shown


@pytest.mark.parametrize("last", ["x y", 'x" y'], ids=["read fast", "by the csv module"])
def test_discordchatexporter_names_the_files_of_a_message(last: str, tmp_path: Path) -> None:
    rows = [
        '"1","mia","2024-05-01T10:00:00+00:00","see","https://cdn.example/1/2/tax%20report.zip?ex=1","👍 (1)"',
        '"1","mia","2024-05-01T10:00:01+00:00","","https://cdn.example/1/2/a.png,d.csv_Files\\b-1F.png",""',
        '"1","mia","2024-05-01T10:00:02+00:00","nothing, it is","",""',
    ]
    lines = ["AuthorID,Author,Date,Content,Attachments,Reactions", *rows, f"1,mia,2024-05-01T10:00:03+00:00,{last},,"]
    (tmp_path / "d.csv").write_text("\n".join(lines), "utf-8")
    assert read(tmp_path / "d.csv").texts[:3] == ["see\ntax report .zip", "a.png\nb-1F.png", "nothing, it is"]
    assert read(tmp_path / "d.csv", column="Reactions").texts[0] == "👍 (1)"


def test_a_header_without_files_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("Author,Date,Content\nmia,2024-05-01T10:00:00+00:00,hi\n", "utf-8")
    assert read(tmp_path / "d.csv").texts == ["hi"]


def test_a_card_of_wechat_that_is_a_file() -> None:
    card = "<msg><appmsg><title>Kraken-report.zip</title><type>{}</type></appmsg></msg>"
    assert [wechat.worded(card.format(kind)) for kind in (6, 5)] == ["Kraken-report .zip", "Kraken-report.zip"]
    assert [[*wechat._card({"title": "report.zip"}, is_file=is_file)] for is_file in (True, False)] == [["report .zip"], ["report.zip"]]
