"""Chats as text: where a message begins, which file is such a chat, and that nothing in it can hide words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scamguard.dumps import spoken
from scamguard.errors import DumpError

from .chatting import SCAM
from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = 1_777_629_600_000


def put(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return path


def said(path: Path, content: str) -> list[tuple[str, str | None]]:
    return [(m.text, m.sender) for m in read(put(path, content)).messages]


EMPTY = "小红(wxid_a) 2026-05-01 17:59:00\n\n"
HELLO = "小红(wxid_a) 2026-05-01 18:00:00\n你好\n\n在吗\n\n"
REPEATED = "> 小红(wxid_a) 2026-05-01 18:00:00\n> 你好\n> 在吗\n"


@pytest.mark.parametrize(("reply", "want"), [
    (f"{REPEATED}好", "好"),
    (f"{REPEATED}> {SCAM}\n好", f"{REPEATED}> {SCAM}\n好"),
    (f"> 官方客服(kf) 2026-05-01 18:00:05\n> {SCAM}\n好", f"> 官方客服(kf) 2026-05-01 18:00:05\n> {SCAM}\n好"),
    ("> Send your seed(kf) 2026-05-01 18:00:05\n> \n好", "> Send your seed(kf) 2026-05-01 18:00:05\n> \n好"),
    ("> Send your seed(kf) 2026-05-01 18:00:05\n好", "> Send your seed(kf) 2026-05-01 18:00:05\n好"),
    ("> [引用]\n好", "好"), (f"> [引用]\n> {SCAM}\n好", f"> {SCAM}\n好"), ("> [引用]", "> [引用]"),
])  # fmt: skip
def test_chatlog_leaves_out_what_was_said_before_alone(tmp_path: Path, reply: str, want: str) -> None:
    for end in ("\n", "\r\n"):
        chat = f"{EMPTY}{HELLO}骗子(wxid_b) 2026-05-01 18:00:10\n{reply}\n\n我 2026-05-01 18:01:00\n嗯\n".replace("\n", end)
        assert said(tmp_path / "c.txt", chat) == [("", "小红"), ("你好\n\n在吗", "小红"), (want, "骗子"), ("嗯", "me")]


def test_chatlog_replies_to_replies(tmp_path: Path) -> None:
    first = "".join(f"> {line}\n" for line in REPEATED.splitlines())
    chat = f"{HELLO}b(wxid_b) 2026-05-01 18:00:10\n{REPEATED}好\n\n"
    for quoted in ("", first, "> > [引用]\n"):
        last = f"c(wxid_c) 2026-05-01 18:00:20\n> b(wxid_b) 2026-05-01 18:00:10\n{quoted}> 好\n行\n"
        assert said(tmp_path / "c.txt", chat + last)[1:] == [("好", "b"), ("行", "c")]
    hidden = f"c(wxid_c) 2026-05-01 18:00:20\n> b(wxid_b) 2026-05-01 18:00:10\n> > x(kf) 2026-05-01 18:00:00\n> > {SCAM}\n> 好\n行\n"
    assert SCAM in said(tmp_path / "c.txt", chat + hidden)[-1][0]
    deep = "".join("> " * depth + "x(kf) 2026-05-01 18:00:00\n" for depth in range(1, 2000))
    assert "x(kf)" in said(tmp_path / "c.txt", f"{chat}c(wxid_c) 2026-05-01 18:00:20\n{deep}行\n")[-1][0]


def test_of_what_was_said_before_the_latest_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "_MOST_HEARD", 2)
    reply = f"b(wxid_b) 2026-05-01 18:00:10\n{REPEATED}好\n"
    for others, want in ((1, "好"), (2, f"{REPEATED}好")):
        between = "".join(f"c(wxid_c) 2026-05-01 18:00:0{at}\n嗯{at}\n\n" for at in range(others))
        assert said(tmp_path / "c.txt", HELLO + between + reply)[-1] == (want, "b")


@pytest.mark.parametrize(("text", "form"), [
    ("2026-05-01 18:00:00 '小美'\n你好\n\n2026-05-01 18:01:00 '我'\n收到\n", "wechat"), ("2026-05-01 18:00:00 '小美'\n你好\n\n", "wechat"),
    ("\ufeff2026-05-01 18:00:00 '小美'\r\n你好\r\n2026-05-01 18:00:00 '旧'\r\n\r\n2026-05-01 18:01:00 '我'\r\n收到\r\n", "wechat"),
    ("2026-05-01 18:00:00 'login failed'\nhello one\nhello two\n", "txt"),
    ("2026-05-01 18:00:00 'login failed'\nhello\n2026-05-01 18:00:00 'login failed'\nhello\n\n", "txt"),
])  # fmt: skip
def test_weflow_is_told_by_the_empty_lines_between_messages(tmp_path: Path, text: str, form: str) -> None:
    assert read(put(tmp_path / "c.txt", text)).dump.format == form


QQ = "[QQChatExporter V5 / https://github.com/shuakami/qq-chat-exporter]\n\n聊天名称: 家庭群\n\n"


@pytest.mark.parametrize(("time", "told"), [
    ("2026-05-01 10:00:00", True), ("2026/5/1 10:00:00", True), ("2026-05-01T10:00:00.000Z", True), ("2026/5/1 上午10:00:00", True),
    ("2026-05-01 10:00:00 " + SCAM, False), ("2026-05-01 …" + SCAM, False), ("晚上", False),
])  # fmt: skip
def test_a_message_of_qq_begins_with_a_time_and_nothing_else(tmp_path: Path, time: str, told: bool) -> None:
    text = f"{QQ}小美:\n时间: 2026-05-01 10:00:00\n内容: hi\n\n客服:\n时间: {time}\n内容: ok\n"
    want = [("hi", "小美"), ("ok", "客服")] if told else [(f"hi\n\n客服:\n时间: {time}\n内容: ok", "小美")]
    assert said(tmp_path / "q.txt", text) == want


def test_a_message_of_qq_begins_behind_an_empty_line(tmp_path: Path) -> None:
    pasted = f"客服:\n时间: 2026-05-01 10:00:00\n{SCAM}"
    assert said(tmp_path / "q.txt", f"{QQ}小美:\n时间: 2026-05-01 10:00:00\n内容: hi\n{pasted}\n") == [(f"hi\n{pasted}", "小美")]
    both = "".join(f"{name}:\n时间: 2026-05-01 10:00:00\n内容: hi\n" for name in ("小美", "Tom"))
    assert said(tmp_path / "q.txt", QQ.replace("\n\n", "\n") + both) == [("hi", "小美"), ("hi", "Tom")]  # somebody took the empty lines out


@pytest.mark.parametrize(("answered", "is_read"), [
    ("小美 - hi\nthere", False), ("小美 - hi", True), (f"小美 - {SCAM}", True), (f"小美 - hi\nthere\n{SCAM}", True), ("hi\nthere", True),
])  # fmt: skip
def test_qq_leaves_out_what_was_said_before_alone(tmp_path: Path, answered: str, is_read: bool) -> None:
    time, below = "时间: 2026-05-01 10:00:00\n", "资源: 1 个文件\n  - file: a.pdf"
    answers = f"Tom:\n{time}内容: ok\n回复: {answered}\n\n\nBen:\n{time}回复: {answered}\n"
    text = f"{QQ}小美:\n{time}内容: hi\n\nthere\n{below}\n\n\n{answers}"
    kept = f"\n回复: {answered}" if is_read else ""
    assert said(tmp_path / "q.txt", text) == [(f"hi\n\nthere\n{below}", "小美"), (f"ok{kept}", "Tom"), (kept.strip(), "Ben")]


@pytest.mark.parametrize(("record", "form"), [
    ({"timestamp": DEFAULT, "sender": {"uid": "u_1", "name": "小美"}}, "qq"), ({"timestamp": DEFAULT, "sender": {"uin": "1"}}, "qq"),
    ({"created_at": "2026-05-01T10:00:00Z", "room": "deals", "sender": {"name": "Eve"}}, "jsonl"),
    ({"timestamp": DEFAULT, "sender": {"name": "Eve"}}, "jsonl"), ({"sender": {"uid": "u_1"}}, "jsonl"),
])  # fmt: skip
def test_lines_of_qq_name_an_account_and_a_time(tmp_path: Path, record: dict[str, Any], form: str) -> None:
    got = read(put(tmp_path / "d.jsonl", {"id": "1", **record, "content": {"text": "hi", "elements": []}}))
    assert (got.dump.format, got.texts) == (form, ["hi"])


@pytest.mark.parametrize("document", [
    {"chatlab": {"version": "0.0.1"}, "meta": {"name": "g"}, "members": [{"platformId": "1", "accountName": "A"}], "Messages": [{}]},
    {"metadata": {"name": "QQChatExporter V5"}, "chunks": [{"Messages": [{}]}]},
    {"weflow": {"version": "1"}, "session": {"wxid": "a", "displayName": "A"}, "senders": [{"senderID": 1}], "Messages": [{}]},
])  # fmt: skip
def test_a_document_whose_messages_are_not_found_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    form = next(form for sign, form in (("chatlab", "chatlab"), ("metadata", "qq"), ("weflow", "wechat")) if sign in document)
    with pytest.raises(DumpError, match="no messages where this format has them"):
        read(put(tmp_path / "d.json", document), format=form)
    document["messages"] = document.pop("Messages", [])
    assert read(put(tmp_path / "d.json", document), format=form).texts == ([""] if "chunks" not in document else [])


IMESSAGES = "May 01, 2026 10:00:00 AM\nMe\nhi\n\nMay 01, 2026 10:01:00 AM (Read by you after 1 minute)\nBen\nyes\nno\n\n"


def test_imessage_without_its_empty_lines(tmp_path: Path) -> None:
    want = [("hi", "Me"), ("yes\nno", "Ben")]
    assert said(tmp_path / "Ben.txt", IMESSAGES) == said(tmp_path / "Ben.txt", IMESSAGES.replace("\n\n", "\n")) == want
    pasted = IMESSAGES.replace("yes", "May 01, 2026 10:00:00 AM\nMe\nhi")
    assert said(tmp_path / "Ben.txt", pasted) == [("hi", "Me"), ("May 01, 2026 10:00:00 AM\nMe\nhi\nno", "Ben")]


def test_chatlab_has_remarks_among_lines_alone(tmp_path: Path) -> None:
    meta, one = '"chatlab": {"version": "0.0.2"}, "meta": {"name": "g"}', {"sender": "1", "timestamp": 1777629600, "content": "hi"}
    lines = f'# remark\n{{"_type": "header", {meta}}}\n{json.dumps({"_type": "message", **one})}\n'
    document = f'{{{meta}, "messages": [{json.dumps(one)}]}}'
    assert read(put(tmp_path / "c.dat", lines)).dump.format == read(put(tmp_path / "c.dat", document)).dump.format == "chatlab"
    with pytest.raises(DumpError, match="cannot be told"):
        read(put(tmp_path / "c.dat", f"# remark\n{document}"))
