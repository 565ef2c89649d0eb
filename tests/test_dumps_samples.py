"""The sample exports: each is told by its content alone and gives what stands in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scamguard import dumps
from scamguard.errors import DumpError

from .dumping import read

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
MAY_1 = 1_777_629_600_000  # 2026-05-01T10:00:00Z
MINUTE = 60_000
HOUR = 60 * MINUTE

# file: format, then of each message text, id, time, sender, channel, reply_to
EXPECTED: dict[str, tuple[str, list[tuple[str, str | None, int | None, str | None, str | None, str | None]]]] = {
    "telegram.json": (
        "telegram",
        [
            ("Wallet Users", "1", MAY_1, "Ben", "Wallet Users", None),
            ("My transfer is stuck, what now?\x1b", "2", MAY_1 + MINUTE, "Ben", "Wallet Users", None),
            (
                ("Hello, validate your wallet at wallet.example (https://wallet-restore.invalid/form) with your 12 words.\n"
                 "Restore (https://wallet-restore.invalid/)"),
                "3", MAY_1 + 2 * MINUTE, "Wallet Support", "Wallet Users", "2",
            ),
            ("buy milk", "9", MAY_1 + 23 * HOUR, "Mia", "100001", None),
        ],
    ),
    "discord.json": (
        "discord",
        [
            ("where can I ask about my account?", "300000000000000010", MAY_1 + 500, "benno", "Example Guild #help", None),
            (
                ("Support ticket (https://ticket.invalid/)\nConnect your wallet and enter your seed phrase to go on.\nDeadline: 1 hour\n"
                 "Official Support\nOpen a ticket (https://ticket.invalid/verify)"),
                "300000000000000011", MAY_1 + MINUTE, "Ticket Tool#4321", "Example Guild #help", "300000000000000010",
            ),
            ("Staff will never message you first.", "300000000000000012", MAY_1 + 2 * MINUTE, "benno", "Example Guild #help", None),
        ],
    ),
    "discord.csv": (
        "csv",
        [
            ("where can I ask\nabout my account?", None, MAY_1, "benno", None, None),
            ("Enter your seed phrase at https://ticket.invalid/", None, MAY_1 + MINUTE, "Ticket Tool#4321", None, None),
        ],
    ),
    "whatsapp-ios.txt": (
        "whatsapp",
        [
            (
                "Hallo Mama, mein Handy ist kaputt.\nDas ist meine neue Nummer.",
                None, MAY_1 + 5 * HOUR + 4 * MINUTE + 9000, "Mia Muster", "whatsapp-ios", None,
            ),
            ("Bild weggelassen", None, MAY_1 + 12 * 24 * HOUR - 50 * MINUTE, "Oma", "whatsapp-ios", None),
        ],
    ),
    "whatsapp-android.txt": (
        "whatsapp",
        [
            ("hi: are you there?", None, MAY_1 + 5 * HOUR + 5 * MINUTE, "Mia", "whatsapp-android", None),
            ("Send me the 6 digits\n\nthat you just got", None, MAY_1 + 12 * 24 * HOUR - HOUR, "+00 000 0002", "whatsapp-android", None),
        ],
    ),
    "sms.xml": (
        "sms",
        [
            ("Your code is 000000. Never tell it to anyone 🔒", None, MAY_1, "EXAMPLEBANK", "EXAMPLEBANK", None),
            ("on my way & hungry", None, MAY_1 + MINUTE, "me", "Ben", None),
            ("Parcel held: pay the fee at https://parcel.invalid/", "mms-1", MAY_1 + 2 * MINUTE, "+000000004", "+000000004", None),
            ("lone \ufffd half", None, MAY_1 + 3 * MINUTE, "Oma", "Oma", None),
        ],
    ),
    "mail.mbox": (
        "mbox",
        [
            ("Grüße\n\nSee you at seven.\nFrom now on I bring the cake.", "<1@example.org>", MAY_1, "Ben <ben@example.org>", None, None),
            (
                "Your account\n\n您好，请点击bank.example (https://bank.invalid/)验证账户。\n\nPlease see the HTML part.",
                "<2@bank.invalid>", MAY_1 + HOUR, '"Example Bank" <security@bank.invalid>', None, "<1@example.org>",
            ),
        ],
    ),
    "mail.eml": (
        "eml",
        [("Password expiry\n\nConfirm your password today.", "<3@example.org>", MAY_1 + 22 * HOUR, "IT <it@example.org>", None, None)],
    ),
    "signal.jsonl": (
        "signal",
        [
            ("Support says it needs my PIN?", str(MAY_1), MAY_1, "Ben Muster", "Climbing", None),
            ("Never give it away.", str(MAY_1 + MINUTE), MAY_1 + MINUTE, "me", "Climbing", str(MAY_1)),
        ],
    ),
    "imessage.txt": (
        "imessage",
        [
            ("Hi Mum, I lost my phone.\nCan you pay a bill for me?", None, MAY_1, "+000000007", "imessage", None),
            ("Call me first.", None, MAY_1 + 2 * MINUTE, "Me", "imessage", None),
        ],
    ),
    "imazing.csv": ("csv", [('hi "you"', None, MAY_1, "Ben", "Ben", None)]),
    "github.json": (
        "github",
        [
            ("Balance shows zero\n\nAfter the update my balance is gone.", "7", MAY_1, "ben-example", "example/wallet", None),
            (
                "Reach our support team at https://help.invalid/ with your recovery phrase.",
                "71", MAY_1 + 5 * MINUTE, "support-desk-example", "example/wallet", "7",
            ),
        ],
    ),
    "gharchive.jsonl": (
        "github",
        [("Validate your wallet at https://help.invalid/", "71", MAY_1 + 5 * MINUTE, "support-desk-example", "example/wallet", "7")],
    ),
    "wechat-echotrace.json": (
        "wechat",
        [
            ("我是客服，请把验证码发给我", "1", MAY_1, "小红", "小红", None),
            ("领取补贴\n今天截止 (https://butie.invalid/)", "2", MAY_1 + MINUTE, "小红", "小红", None),
        ],
    ),
    "wechat-chatlog.json": (
        "wechat",
        [
            ("大家注意骗子", str(MAY_1), MAY_1, "阿岚", "业主群", None),
            ("收到", str(MAY_1 + MINUTE), MAY_1 + MINUTE, "me", "业主群", str(MAY_1)),
        ],
    ),
    "wechat-chatlog.txt": (
        "wechat",
        [
            ("大家注意骗子\n别发验证码", None, MAY_1 + 8 * HOUR, "阿岚", "业主群", None),
            ("收到", None, MAY_1 + 8 * HOUR + MINUTE, "me", "业主群", None),
        ],
    ),
    "wechat-memotrace.csv": ("csv", [("在吗", "1", MAY_1 + 8 * HOUR, "小红", None, None)]),
    "qq.txt": (
        "qq",
        [
            ("银行客服打电话要我的密码\n怎么办？", None, MAY_1 + 8 * HOUR, "小美", "家庭群", None),
            ("别给", None, MAY_1 - 59 * MINUTE, "阿强", "家庭群", None),
        ],
    ),
    "qq.json": (
        "qq",
        [("客服要我的密码", "7001", MAY_1, "小美", "家庭群", None), ("别给", "7002", MAY_1 + MINUTE, "阿强", "家庭群", "7001")],
    ),
    "chatlab.json": (
        "chatlab",
        [("認証コードを送って", "m1", MAY_1, "ハナ", "群聊", None), ("送らない", None, MAY_1 + MINUTE, "Ken", "群聊", "m1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_told_and_read(name: str) -> None:
    found = read(SAMPLES / name)
    assert found.dump.format == EXPECTED[name][0]
    assert [message[1:] for message in found.messages] == EXPECTED[name][1]
    assert found.dump.notes == dumps.Notes()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_content_tells_it_whatever_its_name(name: str, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / name, tmp_path / "dump.bak")
    assert dumps.open(tmp_path / "dump.bak").format == EXPECTED[name][0]


@pytest.mark.parametrize("name", [name for name, (format_, _) in EXPECTED.items() if format_ != "csv"])
def test_a_column_is_refused_where_fields_are_known(name: str) -> None:
    format_ = EXPECTED[name][0]
    with pytest.raises(DumpError, match="--column"):
        read(SAMPLES / name, format=format_, column="text")


def test_every_sample_is_expected_here() -> None:
    there = {file.name for file in SAMPLES.iterdir() if file.is_file() and file.suffix != ".md"}
    assert there == {*EXPECTED, "group.jsonl"}


def test_a_slack_folder_and_the_same_as_an_archive(tmp_path: Path) -> None:
    want = [
        ("thanks", "1777629840.000500", MAY_1 + 4 * MINUTE, "Ben Muster", "Mia, Ben Muster", None),
        ("@Mia is <this> real? sso.example (https://login.invalid/)", "1777629660.000200", MAY_1 + MINUTE, "Ben Muster", "help", None),
        ("No & never share your password", "1777629720.000300", MAY_1 + 2 * MINUTE, "Mia", "help", "1777629660.000200"),
        ("Reset (https://reset.invalid/)\nEnter your password", "1777629780.000400", MAY_1 + 3 * MINUTE, "IT Helpdesk", "help", None),
    ]
    archive = shutil.make_archive(str(tmp_path / "inside"), "zip", SAMPLES, "slack-export")
    for path in (
        SAMPLES / "slack-export",
        Path(shutil.make_archive(str(tmp_path / "flat"), "zip", SAMPLES / "slack-export")),
        Path(archive),
    ):
        found = read(path)
        assert [message[1:] for message in found.messages] == want
        assert found.rows == [1, 2, 3, 4]
        assert str(found.files[0]).startswith(f"{path}{'/' if path.is_dir() else ':'}")
        assert str(found.files[0]).endswith("D01/2026-05-01.json")
        assert found.dump.notes == dumps.Notes()
        assert found.dump.share == 1
