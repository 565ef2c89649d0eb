"""Chats are kept apart, messages are not cut or counted twice, and what is said stays with whoever said it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path


def put(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def lines(path: Path, found: list[dict[str, Any]]) -> Path:
    return put(path, "".join(json.dumps(one) + "\n" for one in found))


def test_telegram_chats_of_one_name(tmp_path: Path) -> None:
    def chat(number: int, name: str | None) -> dict[str, Any]:
        return {"name": name, "type": "personal_chat", "id": number, "messages": [{"id": 1, "type": "message", "text": "hi"}]}

    chats = [chat(1, "Alex"), chat(2, "Alex"), chat(3, "Alex (2)"), chat(4, None), chat(5, "Mia")]
    account = {"about": "Telegram", "chats": {"list": chats}, "left_chats": {"list": [chat(2, "Alex")]}}
    got = read(put(tmp_path / "result.json", account))
    assert [m.channel for m in got.messages] == ["Alex", "Alex (2)", "Alex (2) (3)", "4", "Mia", "Alex (2)"]


@pytest.mark.parametrize(
    ("card", "want"),
    [
        ({"contact_information": {"first_name": "Kraken Support", "last_name": "send seed"}}, "Kraken Support send seed"),
        ({"giveaway_information": {"quantity": 5, "additional_prize": "1 BTC from support"}}, "1 BTC from support"),
        ({"giveaway_results": {"winners": [1], "additional_prize": "1 BTC"}}, "1 BTC"),
        ({"file": "files/x.apk", "file_name": "Kraken_Update.apk", "mime_type": "application/x"}, "Kraken_Update.apk"),
        ({"file": "files/x.webp", "file_name": "sticker.webp", "media_type": "sticker"}, ""),
        ({"type": "service", "gift_text": ["seed at ", {"type": "link", "text": "k.example"}]}, "seed at k.example"),
        ({"place_name": "Support centre", "address": "call us", "location_information": {"latitude": 1}}, "Support centre\ncall us"),
    ],
)
def test_telegram_cards(tmp_path: Path, card: dict[str, Any], want: str) -> None:
    message = {"id": 1, "type": "message", "from": "Bob", "text": "", **card}
    assert read(put(tmp_path / "r.json", {"name": "G", "type": "private_group", "id": 5, "messages": [message]})).texts == [want]


PASTED = "2024-05-01 15:04:05 我是币安客服，请把验证码发给我"


@pytest.mark.parametrize(
    "chat",
    [
        f"2024-05-01 15:04:05 客服(10001)\n您好\n{PASTED}\n\n2024-05-01 15:05:05 小美<a@b.example>\n好\n",
        f"客服(wxid_1) 05-01 18:00:00\n您好\n{PASTED}\n\n小美(wxid_2) 05-01 18:00:01\n好\n",
    ],
)
def test_a_text_that_begins_with_a_time_is_no_header(tmp_path: Path, chat: str) -> None:
    got = read(put(tmp_path / "c.txt", chat))
    assert [(m.text, m.sender) for m in got.messages] == [(f"您好\n{PASTED}", "客服"), ("好", "小美")]


def test_chats_of_qq_with_and_without_numbers(tmp_path: Path) -> None:
    got = read(
        put(
            tmp_path / "c.txt",
            f"消息记录\n消息对象:群\n\n2024-05-01 15:04:05 客服(10001)\n{PASTED}\n消息对象:小美\n\n2024-05-01 15:04:05 小美\n好\n",
        )
    )
    assert [(m.text, m.sender, m.channel) for m in got.messages] == [(PASTED, "客服", "群"), ("好", "小美", "小美")]


def test_wechat_accounts_without_a_name(tmp_path: Path) -> None:
    got = read(put(tmp_path / "c.txt", "小红(wxid_1) 05-01 18:00:00\n今天 05-01 18:00:00\nwxid_2 05-01 18:01:00\n好\n我 05-01 18:02:00\n"))
    assert [(m.text, m.sender) for m in got.messages] == [("今天 05-01 18:00:00", "小红"), ("好", "wxid_2"), ("", "me")]


@pytest.mark.parametrize(("kind", "name"), [("Issues", "issue"), ("PullRequest", "pull_request")])
def test_who_closes_an_issue_did_not_write_it(tmp_path: Path, kind: str, name: str) -> None:
    issue = {"number": 5, "title": "T", "body": "B", "user": {"login": "ben"}}
    events = [
        {"type": f"{kind}Event", "actor": {"login": who}, "repo": {"name": "a/b"}, "payload": {"action": action, name: issue}}
        for action, who in [("opened", "ben"), ("labeled", "mia"), ("closed", "mia"), ("reopened", "mia"), ("edited", "mia")]
    ]
    got = read(lines(tmp_path / "e.json", events))
    assert [(m.row, m.text, m.sender) for m in got.messages] == [(1, "T\n\nB", "ben"), (5, "T\n\nB", "ben")]


def test_signal_keeps_both_sides_of_a_chat_together(tmp_path: Path) -> None:
    said = {"timestamp": 1, "message": "x"}
    envelopes = [
        {"source": "+1555", "sourceNumber": "+1555", "sourceUuid": "u", "sourceName": "Kraken Desk", "dataMessage": said},
        {"source": "+1", "syncMessage": {"sentMessage": {"destination": "+1555", "destinationNumber": "+1555", **said}}},
        {"source": "u", "sourceNumber": None, "sourceUuid": "u", "sourceName": "Kraken Desk", "dataMessage": said},
        {"source": "+1", "syncMessage": {"sentMessage": {"destinationNumber": None, "destinationUuid": "u", **said}}},
        {"sourceName": "Mia", "dataMessage": said},
    ]
    got = read(lines(tmp_path / "s.jsonl", [{"envelope": one} for one in envelopes]))
    assert [(m.sender, m.channel) for m in got.messages] == [
        ("Kraken Desk", "+1555"), ("me", "+1555"), ("Kraken Desk", "+1555"), ("me", "+1555"), ("Mia", "Mia")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "want"),
    [
        ({"reply_to_message_id": 1}, "1"),
        ({"reply_to_message_id": 1, "reply_to_peer_id": "channel99"}, None),
        ({"reply_to_message_id": 1, "reply_to_peer_id": None}, "1"),
    ],
)
def test_telegram_replies_to_a_message_of_the_same_chat(tmp_path: Path, about: dict[str, Any], want: str | None) -> None:
    messages = [{"id": 1, "type": "message", "text": "hi"}, {"id": 2, "type": "message", "text": "x", **about}]
    got = read(put(tmp_path / "r.json", {"name": "G", "type": "private_group", "id": 5, "messages": messages}))
    assert [m.reply_to for m in got.messages] == [None, want]


@pytest.mark.parametrize(
    ("kind", "reference", "want"),
    [
        ("Reply", {"messageId": "1", "channelId": "2"}, "1"),
        ("19", {"messageId": "1"}, "1"),
        (None, {"messageId": "1", "channelId": "2"}, "1"),
        ("Reply", {"messageId": "1", "channelId": "77"}, None),
        (None, {"messageId": "1", "channelId": "77"}, None),
        ("Default", {"messageId": "1", "channelId": "77", "guildId": "3"}, None),
        ("Default", {"messageId": "1", "channelId": "2", "type": "Forward"}, None),
        ("ChannelPinnedMessage", {"messageId": "1", "channelId": "2"}, None),
        ("ThreadCreated", {"messageId": None, "channelId": "88"}, None),
        ("Reply", "1", None),
    ],
)
def test_discord_replies_where_it_says_so(tmp_path: Path, kind: str | None, reference: object, want: str | None) -> None:
    message = {"id": "5", "type": kind, "content": "x", "reference": reference}
    export = {"guild": {"id": "3", "name": "G"}, "channel": {"id": "2", "name": "c"}, "messages": [message]}
    assert [m.reply_to for m in read(put(tmp_path / "d.json", export)).messages] == [want]


BOT = {"bot_id": "B1", "bot_profile": {"name": "Zapier"}, "user": "U2", "username": "Kraken Support"}


@pytest.mark.parametrize(
    ("about", "want"),
    [
        (BOT, "Kraken Support"),
        ({"subtype": "bot_message", "username": "Kraken Support", "bot_profile": {"name": "Zapier"}}, "Kraken Support"),
        (BOT | {"username": ""}, "zap"),
        (BOT | {"username": None, "user": "U9"}, "Zapier"),
        ({"user": "U1", "username": "<@U1|mia>"}, "Mia"),  # of one who shares a file, in early exports
    ],
)
def test_slack_shows_an_app_as_it_calls_itself(tmp_path: Path, about: dict[str, Any], want: str) -> None:
    put(tmp_path / "channels.json", [])
    put(tmp_path / "users.json", [{"id": "U1", "profile": {"display_name": "Mia"}}, {"id": "U2", "name": "zap"}])
    (tmp_path / "general").mkdir()
    put(tmp_path / "general" / "2026-05-01.json", [{"type": "message", "ts": "1777629600.000100", "text": "x", **about}])
    assert [m.sender for m in read(tmp_path).messages] == [want]


def sms(tmp_path: Path, address: str, name: str, sender: str) -> str | None:
    addr = f'<addrs><addr address="{sender}" type="137"/></addrs>' if sender else ""
    mms = f'<mms address="{address}" contact_name="{name}" msg_box="1">{addr}</mms>'
    return read(put(tmp_path / "s.xml", f"<smses>{mms}</smses>")).messages[0].sender


def test_whoever_writes_sms_and_mms_is_one(tmp_path: Path) -> None:
    assert sms(tmp_path, "+15550100", "Mom", "+1 555-0100") == "Mom"
    assert sms(tmp_path, "+15550100", "(Unknown)", "+1 555-0100") == "+15550100"
    assert sms(tmp_path, "null", "null", "+15550100") == "+15550100"
    assert sms(tmp_path, "+15550100", "Mom", "insert-address-token") == "Mom"
    assert sms(tmp_path, "+15550100~+15550101", "Mom, Tom", "+15550101") == "+15550101"
    assert sms(tmp_path, "+15550100~+15550101", "Mom, Tom", "") == "Mom, Tom"
    for between in (";", ",", " "):
        assert sms(tmp_path, f"+15550100{between}+15550101", "Mom, Tom", "+15550101") == "+15550101"
    assert sms(tmp_path, "0049 (170) 555-0100", "Mom", "+491705550100") == sms(tmp_path, "KRAKEN", "Mom", "+1 555-0100") == "Mom"


def test_the_reviews_of_a_pull_request_are_read(tmp_path: Path) -> None:
    reviews = [{"author": {"login": "eve"}, "body": "Send your seed", "submittedAt": "2026-05-01T10:00:00Z"}, {"author": {}, "body": ""}, 5]
    comments = [{"id": "IC", "author": {"login": "ben"}, "body": "c", "createdAt": "2026-05-01T11:00:00Z"}]
    pull = {"number": 5, "title": "T", "body": "B", "author": {"login": "mia"}, "url": "https://github.com/a/b/pull/5"}
    got = read(put(tmp_path / "p.json", [pull | {"comments": comments, "reviews": reviews}, pull | {"reviews": None}]))
    assert [(m.text, m.sender, m.time, m.channel, m.reply_to) for m in got.messages] == [
        ("T\n\nB", "mia", None, "a/b", None), ("c", "ben", 1777633200000, None, "5"),
        ("Send your seed", "eve", 1777629600000, "a/b", "5"), ("T\n\nB", "mia", None, "a/b", None),
    ]  # fmt: skip


def test_the_clock_of_portugal(tmp_path: Path) -> None:
    chat = "01/05/24, 3:04 da tarde - Mia: olá\n01/05/24, 4:05 da manhã - Ben: 3:04 da tarde serve?\n"
    got = read(put(tmp_path / "c.txt", chat))
    assert got.dump.format == "whatsapp"
    assert [(m.text, m.sender) for m in got.messages] == [("olá", "Mia"), ("3:04 da tarde serve?", "Ben")]
    assert [m.time for m in got.messages] == [1714575840000, 1714536300000]


TEXT = "Kraken Support: reply with your 12 words"
NAMED = {"id": 1, "name": "x"}


@pytest.mark.parametrize("record", [
    {"id": 1, "sender": NAMED, "recipient": NAMED, "text": TEXT},
    {"envelope": {"from": "a@b", "to": ["c@d"], "timestamp": 1}, "text": TEXT},
    {"chatItem": {"id": 1}, "text": TEXT},
    {"type": "ChatEvent", "payload": {"room": "x"}, "text": TEXT},
    {"html_url": "https://github.com/o/r/issues/5", "body": None, "text": TEXT},
    {"guild": NAMED, "channel": NAMED, "author": NAMED, "content": TEXT},
    {"chatInfo": NAMED, "text": TEXT},
    {"type": "private_chat", "messages": 1, "text": TEXT},
    {"about": "Telegram", "text": TEXT},
    {"session": {"wxid": "x"}, "content": TEXT},
])  # fmt: skip
@pytest.mark.parametrize("indent", [None, 2])
def test_records_of_ones_own_are_of_no_program(tmp_path: Path, record: dict[str, Any], indent: int | None) -> None:
    """Whatever their fields are called: one a line, with others behind it, or one in a file."""
    rows = [record, {"text" if "text" in record else "content": "x"}] if indent is None else [record]
    got = read(put(tmp_path / "r.json", "\n".join(json.dumps(one, indent=indent) for one in rows)))
    assert (got.dump.format, got.texts[0], len(got.texts)) == ("json" if indent else "jsonl", TEXT, len(rows))


def test_a_list_of_ones_own_beside_a_chat_is_read(tmp_path: Path) -> None:
    got = read(put(tmp_path / "r.json", {"chatInfo": NAMED, "messages": [{"text": TEXT, "sender": "x"}]}))
    assert [(m.text, m.sender) for m in got.messages] == [(TEXT, "x")]


@pytest.mark.parametrize(("format_", "document"), [
    ("discord", {"guild": NAMED, "channel": NAMED, "messages": [{"id": "1", "content": TEXT}]}),
    ("qq", {"chatInfo": NAMED, "messages": [{"id": "1", "content": {"text": TEXT}}]}),
    ("qq", {"metadata": {"name": "QQChatExporter"}, "chatInfo": NAMED, "messages": []}),
    ("wechat", {"session": {"wxid": "x"}, "messages": [{"localId": 1, "content": TEXT}]}),
    ("telegram", {"type": "replies", "messages": [{"id": 1, "type": "message", "text": TEXT}]}),
    ("telegram", {"type": "saved_messages", "messages": []}),
    ("telegram", {"about": "Telegram", "chats": {"list": [{"type": "bot_chat", "messages": [{"id": 1, "text": TEXT}]}]}}),
    ("telegram", {"about": "Telegram", "left_chats": {"list": []}}),
])  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_exports_are_told_on_one_line_and_on_several(tmp_path: Path, format_: str, document: dict[str, Any], indent: int | None) -> None:
    got = read(put(tmp_path / "r.json", json.dumps(document, indent=indent)))
    assert got.dump.format == format_
    assert got.texts == ([TEXT] if TEXT in json.dumps(document) else [])
