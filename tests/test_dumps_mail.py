"""Mail: what a reader sees of it, out of mailboxes, folders and single files, however it is encoded."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard.dumps import html, mail

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
LINES = st.lists(
    st.one_of(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
        st.sampled_from(["From me 1:00", ">From me", "", "From x"])),
    max_size=5,
)  # fmt: skip


def made(text: str, subject: str, number: int) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP.clone(linesep="\n"))
    message["Message-ID"] = f"<{number}@a.example>"
    message["From"] = "Zoë <zoe@a.example>"
    message["Date"] = "Fri, 01 May 2026 12:00:00 +0200"
    message["Subject"] = subject
    message.set_content(text)
    return message


def quoted(raw: bytes) -> bytes:
    """Quote as mboxrd does."""
    return b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in raw.split(b"\n"))


@SLOW
@given(bodies=st.lists(LINES, min_size=1, max_size=5), crlf=st.booleans())
def test_mbox_round_trip(tmp_path: Path, bodies: list[list[str]], crlf: bool) -> None:
    texts = ["\n".join(lines) for lines in bodies]
    raw = b"".join(
        b"From zoe@a.example Fri May  1 10:00:00 2026\n" + quoted(made(text, "Grüße 你好", i).as_bytes()) + b"\n"
        for i, text in enumerate(texts)
    )
    (tmp_path / "all").write_bytes(raw.replace(b"\n", b"\r\n") if crlf else raw)
    found = read(tmp_path / "all")
    assert found.dump.format == "mbox"
    assert [(m.id, m.time, m.sender) for m in found.messages] == [
        (f"<{i}@a.example>", 1_777_629_600_000, "Zoë <zoe@a.example>") for i in range(len(texts))
    ]
    assert found.texts == ["\n\n".join(filter(None, ("Grüße 你好", text.strip("\n")))) for text in texts]
    assert found.rows == list(range(1, len(texts) + 1))


def test_a_maildir(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "cur" / "1:2,S").write_bytes(made("one", "a", 1).as_bytes())
    (tmp_path / "new" / "2").write_bytes(made("two", "b", 2).as_bytes())
    (tmp_path / "tmp" / "3").write_bytes(made("half delivered", "c", 3).as_bytes())
    (tmp_path / ".Sent" / "cur" / "4").write_bytes(made("four", "d", 4).as_bytes())
    found = read(tmp_path)
    assert found.dump.format == "maildir"
    assert [(m.text, m.channel) for m in found.messages] == [("d\n\nfour", ".Sent"), ("a\n\none", None), ("b\n\ntwo", None)]
    assert found.files == [f"{tmp_path}/.Sent/cur/4", f"{tmp_path}/cur/1:2,S", f"{tmp_path}/new/2"]


CHARSETS = {
    "gb2312": "您好，请点击链接", "big5": "您好，請點擊連結", "shift_jis": "認証コードを送って", "iso-2022-jp": "認証コードを送って",
    "euc-kr": "인증번호를 보내 주세요", "koi8-r": "Пришлите код", "iso-8859-1": "Envoyez le reçu",
    "utf-8": "Şifre", "windows-1256": "أرسل رمز التحقق",
}  # fmt: skip


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("how", ["quoted-printable", "base64", "8bit"])
def test_charsets(tmp_path: Path, charset: str, how: str) -> None:
    text = CHARSETS[charset]
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@b.example", "s", "Fri, 01 May 2026 12:00:00 +0200"
    message["Content-Type"] = f'text/plain; charset="{charset}"'
    raw = text.encode(charset)
    if how == "8bit":
        body = raw
    else:
        import base64  # noqa: PLC0415
        import quopri  # noqa: PLC0415

        message["Content-Transfer-Encoding"] = how
        body = base64.encodebytes(raw) if how == "base64" else quopri.encodestring(raw)
    (tmp_path / "m.eml").write_bytes(message.as_bytes() + body)
    found = read(tmp_path / "m.eml")
    assert found.texts == [f"s\n\n{text}"]
    assert found.dump.notes.undecodable == 0


def eml(tmp_path: Path, head: str, body: str) -> str:
    (tmp_path / "m.eml").write_text(f"From: a@b.example\nDate: x\nSubject: s\n{head}\n\n{body}", "utf-8")
    found = read(tmp_path / "m.eml")
    assert len(found.texts) == 1, found.dump.notes
    assert found.messages[0].time is None
    return found.texts[0]


def test_parts(tmp_path: Path) -> None:
    attached = "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nattached\n--b\nContent-Type: image/png\n\nx\n--b--"
    inner = f"--b\nContent-Type: text/plain\n\nshown\n{attached}"
    assert eml(tmp_path, 'Content-Type: multipart/mixed; boundary="b"', inner) == "s\n\nshown\n\nattached"
    forwarded = "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nforwarded words\n--b--"
    assert eml(tmp_path, 'Content-Type: multipart/mixed; boundary="b"', forwarded) == "s\n\ninner\n\nforwarded words"
    assert eml(
        tmp_path, "Content-Type: text/html", "<head><title>x</title></head>Pay <b>now</b><br>or <a href='https://x.invalid'>here</a>"
    ) == ("s\n\nPay now\nor here (https://x.invalid)")
    assert eml(tmp_path, "Content-Type: text/plain; charset=no-such-thing", "words äöü") == "s\n\nwords äöü"
    assert eml(tmp_path, "Content-Type: multipart/mixed", "no boundary") == "s\n\nno boundary"
    assert eml(tmp_path, "Content-Type: nonsense", "words") == "s\n\nwords"


def test_headers(tmp_path: Path) -> None:
    head = "Subject: =?gb2312?B?xPq6ww==?= =?nope?q?x?=\nReferences: <1@x>\n <2@x>\nList-Id: <dev.example.org>\n"
    head += "From: =?utf-8?q?Ren=C3=A9?= <r@x.example>\nMessage-ID: <9@x>"
    (tmp_path / "m.eml").write_bytes(f"{head}\nDate: Fri, 01 May 2026 12:00:00 +0200\n\nx".encode())
    (message,) = read(tmp_path / "m.eml").messages
    assert (message.sender, message.reply_to, message.channel, message.id) == ("René <r@x.example>", "<2@x>", "<dev.example.org>", "<9@x>")
    (tmp_path / "m.eml").write_bytes(b"Subject: Gr\xc3\xbc\xc3\x9fe aus Z\xc3\xbcrich \xe4\xbd\xa0\nFrom: a@x\nDate: x\nTo: b@x\n\nx")
    assert read(tmp_path / "m.eml").texts == ["Grüße aus Zürich 你\n\nx"]


def test_what_is_no_mail_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m").write_bytes(
        b"From a@b 10:00\n\nno headers\n\nFrom a@b 10:00\nSubject: ok\n\nfine\n\nFrom a@b 10:00\nSubject: " + b"x" * 3000 + b"\n\nlong\n"
    )
    monkeypatch.setattr(mail, "_LARGEST", 1000)
    found = read(tmp_path / "m", format="mbox")
    assert found.texts == ["ok\n\nfine"]
    assert [place.partition(", ")[2] for place in found.dump.notes.places] == [
        "message 1: not a mail: it has no headers",
        "message 3: larger than 1,000 bytes",
    ]


def test_a_text_that_begins_like_a_mailbox_stays_text(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("From today on, at 10:00, we meet\nin the hall\n", "utf-8")
    assert read(tmp_path / "d.txt").dump.format == "txt"


@SLOW
@given(raw=st.binary(max_size=300))
def test_any_mail_is_read_or_noted(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "m").write_bytes(
        b"From a@b 10:00\nSubject: =?utf-8?b?" + raw[:40] + b"\nContent-Type: " + raw[40:100] + b"\n\n" + raw[100:]
    )
    found = read(tmp_path / "m", format="mbox")
    assert len(found.texts) + found.dump.notes.broken >= 1


@SLOW
@given(text=st.text(st.characters(codec="utf-8")))
def test_any_html_has_words(text: str) -> None:
    assert isinstance(html.words(text), str)
    assert html.words(f"<script>{'x' * 5}</script><p>a<p>b") == "a\nb"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mail_begins_without_an_empty_line_before_it(tmp_path: Path, end: str) -> None:
    """Where a mailbox is written as usual and a header follows; else such a line is text."""
    lines = [
        "From a@b Wed May  1 10:00:00 2024", "From: a@b", "Subject: one", "",
        "From now on, 10:00", "From a@b Wed May  1 10:00:00 2024", "is how a mail begins", "From a@b Wed May  1 10:00:00 2024",
        "From - Wed May 01 12:00:00 2024", "From: c@d", "Subject: two", "", "b", "From here, 11:00", "Note: no mail",
    ]  # fmt: skip
    (tmp_path / "m.mbox").write_bytes(end.join(lines).encode())
    want = [f"one\n\n{chr(10).join(lines[4:8])}", f"two\n\n{chr(10).join(lines[12:])}"]
    assert read(tmp_path / "m.mbox").texts == want
    (tmp_path / "m.mbox").write_bytes(end.join(["From a@b 10:00", *lines[1:]]).encode())
    assert len(read(tmp_path / "m.mbox").texts) == 2  # behind the empty line alone


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("客服中心".encode("gb2312"), "text/plain; charset=gb2312"),
        ("客服中心".encode("gb2312"), 'multipart/mixed; boundary="B"'),
        ("客服中心".encode(), "text/plain; charset=gb2312"),
        ("客服中心".encode(), "text/plain"),
        (b"=?utf-8?b?5a6i5pyN5Lit5b+D?=", "text/plain; charset=koi8-r"),
    ],
)
def test_a_header_of_raw_bytes_is_of_the_charset_of_the_mail(tmp_path: Path, subject: bytes, kind: str) -> None:
    words = "请打开".encode("gb2312" if "utf" not in kind else "utf-8")
    part = b"--B\nContent-Type: text/plain; charset=gb2312\n\n" + words + b"\n--B--\n" if "multipart" in kind else words + b"\n"
    head = b"From: " + subject + b" <a@x.example>\nTo: b@x.example\nSubject: " + subject + b"\nContent-Type: " + kind.encode()
    (tmp_path / "d.eml").write_bytes(head + b"\n\n" + part)
    [message] = read(tmp_path / "d.eml").messages
    assert message.text.startswith("客服中心")
    assert message.sender == "客服中心 <a@x.example>"
