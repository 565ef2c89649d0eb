"""Mails made to be seen by people and not by filters: each shows a scam in some common program, so each is read and judged."""

from __future__ import annotations

import base64
import binascii
import quopri
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.chat.letter import read
from scamguard.dumps import headers, letters, mime, textkinds, transfer
from scamguard.dumps.mail import _cut
from scamguard.dumps.source import Source

from .chatting import SCAM, SCAM_ZH

if TYPE_CHECKING:
    from pathlib import Path

    from scamguard.guard import Guard

QP = "Content-Transfer-Encoding: quoted-printable"
PACKED = base64.b64encode(SCAM.encode()).decode()
HONEST = "The hall is open again from Monday. Bring your own shoes, and tell Ben if you come."
HTML = f"<p>{SCAM}</p>"


def letter(head: str, body: str) -> bytes:
    return f"From: Ben <ben@home.example>\nSubject: hello\n{head}\n\n{body}".encode("utf-8", "surrogateescape")


def parts(kind: str, *bodies: str, end: str = "\n--B--\n") -> bytes:
    return letter(f'Content-Type: multipart/{kind}; boundary="B"', "".join(f"\n--B\n{body}" for body in bodies) + end)


def nested(depth: int) -> bytes:
    opens = "".join(f'Content-Type: multipart/mixed; boundary="b{i}"\n\n--b{i}\n' for i in range(depth))
    return b"Subject: hello\n" + opens.encode() + f"Content-Type: text/plain\n\n{SCAM}\n".encode()


def attached(kind: str, name: str, body: str) -> bytes:
    return parts("mixed", f"\n{HONEST}", f"Content-Type: {kind}\nContent-Disposition: attachment;\n filename={name}\n\n{body}")


RTF = r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\hidden x}\f0 " + SCAM.replace("seed", r"se\'65d") + r"\par}"
ICS = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Call\nDESCRIPTION:{SCAM[:40]}\n {SCAM[40:]}\nEND:VEVENT\nEND:VCALENDAR"
MAILS = {
    "folded encoding": letter("Content-Transfer-Encoding:\r\n base64", PACKED),
    "encoding and a space": letter("Content-Transfer-Encoding: base64  ", PACKED),
    "encoding and a comment": letter("Content-Transfer-Encoding: base64 (x)", PACKED),
    "encoding in capitals": letter("CONTENT-TRANSFER-ENCODING: BASE64", PACKED),
    "flowing text": letter("Content-Type: text/plain; Format=Flowed; delsp=yes", SCAM.replace("seed", "se \ned")),
    "unknown encoding": letter("Content-Transfer-Encoding: x-foo", SCAM),
    "no base64 at all": letter("Content-Transfer-Encoding: base64", SCAM),
    "base64 with junk": letter("Content-Transfer-Encoding: base64", "!*\n".join(PACKED)),
    "base64 without padding": letter("Content-Transfer-Encoding: base64", PACKED.rstrip("=")),
    "base64 and one too many": letter("Content-Transfer-Encoding: base64", PACKED.rstrip("=") + "====A"),
    "base64 in pieces": letter("Content-Transfer-Encoding: base64", base64.b64encode(b"x").decode() + PACKED),
    "quoted-printable": letter(QP, SCAM.replace("seed", "se= \ne=64").replace(" is", " =ZZ is")),
    "uuencode": letter("Content-Transfer-Encoding: x-uuencode",
        "begin 644 x\n" + "".join(binascii.b2a_uu(SCAM.encode()[i : i + 45]).decode() for i in range(0, len(SCAM), 45)) + "end"),
    "html before plain": parts("alternative", f"Content-Type: text/html\n\n{HTML}", f"Content-Type: text/plain\n\n{HONEST}"),
    "plain before html": parts("alternative", f"Content-Type: text/plain\n\n{SCAM}", f"Content-Type: text/html\n\n<p>{HONEST}</p>"),
    "one sentence more": parts("alternative", f"\n{HONEST}\n{SCAM}", f"Content-Type: text/html\n\n<p>{HONEST}</p>"),
    "attached text": attached("text/plain", "a.txt", SCAM),
    "attached html": attached("application/octet-stream", '"invoice.HTML"', HTML),
    "inline file": parts("mixed", f"\n{HONEST}", f"Content-Type: text/html; name=a.htm\nContent-Disposition: inline\n\n{HTML}"),
    "enriched": letter("Content-Type: text/enriched", SCAM.replace("seed", "<bold>se</bold>ed")),
    "xhtml": letter("Content-Type: application/xhtml+xml", HTML.replace("seed", "se<b></b>ed")),
    "amp": parts("alternative", f"\n{HONEST}", f"Content-Type: text/x-amp-html\n\n{HTML}"),
    "calendar": letter("Content-Type: text/calendar; method=REQUEST", ICS),
    "markdown": letter("Content-Type: text/markdown", SCAM),
    "rtf": letter("Content-Type: text/rtf", RTF),
    "no boundary said": letter("Content-Type: multipart/mixed", f"--q\nContent-Transfer-Encoding: base64\n\n{PACKED}\n--q--"),
    "no boundary": letter("Content-Type: multipart/mixed", SCAM),
    "boundary without an end": parts("mixed", f"Content-Type: text/html\n\n{HTML}", end=""),
    "boundary that is not there": letter("Content-Type: multipart/mixed; boundary=zz", SCAM),
    "behind the last boundary": parts("mixed", f"\n{HONEST}\n--B--", f"\n{SCAM}"),
    "packed parts": letter("Content-Type: multipart/mixed; boundary=B\nContent-Transfer-Encoding: base64",
        base64.b64encode(f"--B\n\n{SCAM}\n--B--".encode()).decode()),
    "fifty deep": nested(50),
    "too deep": nested(500),
    "forwarded twice": letter("Content-Type: message/rfc822", f"Subject: a\nContent-Type: message/rfc822\n\nSubject: b\n\n{SCAM}"),
    "empty charset": letter("Content-Type: text/html;charset=", HTML),
    "no semicolon": letter("Content-Type: text/html charset=utf-8", HTML.replace("seed", "se<b></b>ed")),
    "comment behind the type": letter("Content-Type: text/html (x)", HTML.replace("seed", "se<b></b>ed")),
    "line that is no header": letter("what is this\nContent-Transfer-Encoding: base64", PACKED),
    "no empty line": f"Subject: hello\n{SCAM}".encode(),
    "mac line ends": letter("Content-Transfer-Encoding: base64", PACKED).replace(b"\n", b"\r"),
    "unknown charset": letter("Content-Type: text/plain; charset=no-such", SCAM_ZH),
    "gb18030 as utf-8": letter("Content-Type: text/plain; charset=utf-8", "") + SCAM_ZH.encode("gb18030"),
    "codec of Python": letter("Content-Type: text/plain; charset=punycode", SCAM),
    "utf-16 that is none": letter("Content-Type: text/plain; charset=utf-16", SCAM + "x" * (len(SCAM) % 2)),
    "utf-7": letter("Content-Type: text/plain; charset=utf-7", SCAM_ZH.encode("utf-7").decode()),
    "utf-7 that is none": letter("Content-Type: text/plain; charset=utf-7", SCAM),
    "subject in broken words": f"Subject: =?utf-8?b?{PACKED[:30]}\r\n {PACKED[30:]}?= =?nope?q?x?=\n\nhello".encode(),
    "name of the sender": f'From: "{SCAM}" <x@evil.example>\nSubject: hello\n\nhi'.encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_what_a_program_shows_is_judged(guard: Guard, name: str) -> None:
    text = read(MAILS[name]).text
    assert (SCAM if SCAM_ZH not in text else SCAM_ZH) in text.replace("\n", "").replace("=ZZ ", "")
    assert guard.check(text).action in {"warn", "block"}


@pytest.mark.parametrize(
    ("part", "want"),
    [
        ('Content-Type: a/b\nContent-Disposition: attachment; filename="Your wallet is locked.pdf"', "Your wallet is locked.pdf"),
        ('Content-Type: application/zip; name="=?utf-8?B?5a6i5pyN?=.ZIP"', "客服 .ZIP"),
        ("Content-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%E5%AE%A2%E6%9C%8D.pdf", "客服.pdf"),
        ('Content-Type: image/png; name="Send it.png"\nContent-Disposition: inline', "Send it.png"),
        ('Content-Type: image/png; name="logo.png"\nContent-ID: <1@x>\nContent-Disposition: inline', ""),
        ('Content-Type: image/png; name="Send it.png"\nContent-ID: <1@x>\nContent-Disposition: attachment', "Send it.png"),
        ('Content-Type: application/pdf; name="Send it.pdf"\nContent-ID: <1@x>', "Send it.pdf"),
        ('Content-Type: application/pkcs7-signature; name="smime.p7s"\nContent-Disposition: attachment', ""),
        ("Content-Type: application/pdf\nContent-Disposition: attachment", ""),
    ],
)
def test_the_name_of_a_file_is_read(part: str, want: str) -> None:
    found = letters.text_of(mime.opened(parts("mixed", f"\n{HONEST}", f"{part}\n\nx")))
    assert found == "\n\n".join(filter(None, ("hello", HONEST, want)))


def test_the_name_of_a_file_stands_above_its_text() -> None:
    assert letters.text_of(mime.opened(attached("text/plain", "Notes.txt", SCAM))) == f"hello\n\n{HONEST}\n\nNotes.txt\n\n{SCAM}"
    inner = "Content-Type: message/rfc822; name=Forwarded.eml\n\nSubject: inner\n\nwords"
    assert letters.text_of(mime.opened(parts("mixed", f"\n{HONEST}", inner))) == f"hello\n\n{HONEST}\n\ninner\n\nwords\n\nForwarded.eml"
    encoded = f'Content-Type: application/x; name="=?utf-8?B?{base64.b64encode("客服.HTML".encode()).decode()}?="\n\n{HTML}'
    assert letters.text_of(mime.opened(parts("mixed", encoded))) == f"hello\n\n客服.HTML\n\n{SCAM}"


def test_an_archive_is_no_link(guard: Guard) -> None:
    named = "Content-Type: application/zip\nContent-Disposition: attachment; filename={}"
    mails = [parts("mixed", f"\n{HONEST}", f"{named.format(name)}\n\nx") for name in ("Kraken-tax.zip", "x.pdf")]
    texts = [letters.text_of(mime.opened(mail)) for mail in mails]
    assert [guard.check(text).action for text in texts] == ["allow", "allow"]
    assert "link" not in {one.rule.partition(".")[0] for one in guard.check(texts[0]).evidence}


def test_a_name_on_another_address_is_a_finding(guard: Guard) -> None:
    found = read(b"From: =?utf-8?q?Kraken_Support?= <x@evil.example>\nSubject: hi\n\nhello")
    assert found.sender is not None
    assert (found.sender.name, found.sender.handle, found.text) == ("Kraken Support", "x@evil.example", "hi\n\nhello")
    assert "sender.unofficial" in [one.rule for one in guard.check(found.text, sender=found.sender).evidence]


def test_an_honest_mail_is_read_once() -> None:
    lines = [f"Paragraph {i} speaks of the hall, of Monday, and of shoes number {i}." for i in range(40)]
    plain = "\n\n".join(lines).replace(" of shoes", "\nof shoes") + "\n\nSee https://hall.example/a"
    rich = "".join(f"<p>{line}</p>" for line in lines) + "<p>See <a href='https://hall.example/a'>https://hall.example/a</a></p>"
    found = letters.text_of(mime.opened(parts("alternative", f"\n{plain}", f"Content-Type: text/html\n\n{rich}")))
    assert found == "\n".join(["hello\n", *lines, "See https://hall.example/a"])


def test_a_sentence_that_differs_is_read_with_the_lines_around_it() -> None:
    lines = [f"Paragraph {i} speaks of the hall and of Monday." for i in range(40)]
    other = [*lines[:20], "Now send us your seed phrase.", *lines[20:]]
    rich = "".join(f"<p>{line}</p>" for line in [*lines, HONEST])
    found = letters.text_of(mime.opened(parts("alternative", "\n" + "\n".join(other), f"Content-Type: text/html\n\n{rich}")))
    own = found.rpartition("\n\n")[2].split("\n")
    assert other[20] in own
    assert len(own) < 8


def test_another_address_behind_the_same_words_is_read() -> None:
    plain = f"\n{HONEST}\n\nTell Ben here: https://evil.example/x"
    rich = f"Content-Type: text/html\n\n<p>{HONEST}</p><p>Tell Ben here: https://hall.example/x</p>"
    found = letters.text_of(mime.opened(parts("alternative", plain, rich)))
    assert "evil.example" in found
    assert "hall.example" in found


@given(st.binary(max_size=300))
def test_base64_and_quoted_printable_come_back(raw: bytes) -> None:
    assert transfer.decoded(base64.encodebytes(raw), "Base64 ") == raw
    assert transfer.decoded(quopri.encodestring(raw), "quoted-printable") == raw


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_an_encoded_word_cut_anywhere_comes_back(text: str) -> None:
    raw = text.encode()
    words = b"\n ".join(b"=?utf-8?B?" + base64.b64encode(raw[i : i + 5]) + b"?=" for i in range(0, len(raw), 5))
    assert headers.decoded(words) == text


@given(st.text(max_size=200))
def test_any_text_has_words(text: str) -> None:
    assert all(isinstance(read_(text + "{\\u" + text), str) for read_ in textkinds.READERS.values())


@given(st.lists(st.sampled_from([b"--B\n", b"--B--\n", b"\n", b"Content-Type: multipart/mixed; boundary=B\n", b"a: b\n", b"x\n", b"--"])))
def test_any_order_of_boundaries_is_read(pieces: list[bytes]) -> None:
    assert isinstance(letters.text_of(mime.opened(b"Content-Type: multipart/mixed; boundary=B\n\n" + b"".join(pieces))), str)


def test_chinese_rtf() -> None:
    body = "".join(f"\\'{byte:02x}" for byte in "助记词".encode("gb18030"))
    assert textkinds.rtf(r"{\rtf1\ansi\ansicpg936 " + body + r"\u-10179 ?\u-8704 ?}") == "助记词\U0001f600"


def test_a_line_of_text_does_not_part_a_mailbox(tmp_path: Path) -> None:
    first = b"From a@b Fri May  1 10:00:00 2026\nSubject: s\n\nhi\n\nFrom today on, at 10:00, we meet\n\nFrom now 9:30\n\n"
    (tmp_path / "m").write_bytes(first + b"From - Sat, 02 May 2026 10:00:00 +0200\nSubject: t\n\nho\n")
    assert [raw[:10] for raw in _cut(Source("m", tmp_path / "m"))] == [b"Subject: s", b"Subject: t"]


SIZE = 2_000_000
BIG = {
    "lines": b"Subject: s\n\n" + b"\n" * SIZE,
    "no empty line": b"Subject: s\n" + b"x: y\n" * (SIZE // 5),
    "boundaries": parts("mixed", end="--B\n" * (SIZE // 4)),
    "words": b"Subject: " + b"=?a?q?" * (SIZE // 6) + b"\n\nx",
    "padding": letter("Content-Transfer-Encoding: base64", "AA=" * (SIZE // 3)),
    "soft breaks": letter("Content-Transfer-Encoding: quoted-printable", "= \t" * (SIZE // 3)),
    "rtf": letter("Content-Type: text/rtf", "{\\a" * (SIZE // 3)),
    "enriched": letter("Content-Type: text/enriched", "<param>" * (SIZE // 7)),
    "calendar": letter("Content-Type: text/calendar", "SUMMARY;" * (SIZE // 8)),
    "alternatives": parts("alternative", "\n" + "a b c. " * (SIZE // 30), "\n" + "c b a. " * (SIZE // 30)),
    "deep": nested(60) + b"\n--b" * (SIZE // 4),
    "type": b"Content-Type: multipart/mixed; " + b'a="' * (SIZE // 3) + b"\n\nx",
    "names": parts("mixed", *[f'Content-Type: a/b; name="{"=?a?q?" * 200}"\n\nx'] * (SIZE // 1200)),
    "sender": b"From: " + b"<" * SIZE + b"\n\nx",
}


@pytest.mark.parametrize("name", BIG)
def test_a_large_mail_takes_no_time(name: str) -> None:
    begin = time.process_time()
    read(BIG[name])
    assert time.process_time() - begin < 6
