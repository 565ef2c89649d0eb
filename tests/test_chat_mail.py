"""Mail: a real SMTP session with aiosmtpd on loopback, and a real milter session, spoken by an independent client."""

from __future__ import annotations

import asyncio
import email
import smtplib
import socket
import threading
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.chat import Rules
from scamguard.chat.letter import read, stamped

from . import chatting
from .chatting import ADVISORY, SCAM, SCAM_ZH, free_port, moderator
from .test_chat_policy import slow

pytest.importorskip("aiosmtpd", reason="needs the smtp extra")
pytest.importorskip("kilter.service", reason="needs the milter extra")

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from miltertest import MilterConnection, constants

from scamguard.chat.milter import serve
from scamguard.chat.smtp import ScamguardHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scamguard.chat import Moderator
    from scamguard.guard import Guard


def mail(text: str, subject: str = "hello", sender: str = "Kraken Support <x@evil.example>", **headers: str) -> EmailMessage:
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = sender, "mia@home.example", subject
    found.set_content(text)
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    return found


BEN = "Ben <x@evil.example>"


class Box:
    """Stands for a mailbox, and counts the logins."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 kept"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"


def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password == b"of a test", auth_data=data)


def send(chief: Moderator, *mails: EmailMessage | bytes, user: str = "", to: str = "mia@home.example") -> tuple[list[Any], list[bytes]]:
    """Send mails over SMTP; give the answers, and what arrived."""
    box, answers = Box(), list[Any]()
    controller = Controller(ScamguardHandler(chief, box), "127.0.0.1", free_port(), authenticator=login, auth_require_tls=False)
    controller.start()
    try:
        with smtplib.SMTP("127.0.0.1", controller.port, timeout=60) as client:
            if user:
                client.login(user, "of a test")
            for letter in mails:
                try:
                    client.sendmail("x@evil.example", [to], letter if isinstance(letter, bytes) else letter.as_bytes())
                    answers.append(250)
                except smtplib.SMTPDataError as error:
                    answers.append((error.smtp_code, bytes(error.smtp_error).decode()))  # type: ignore[arg-type] # smtplib reads bytes
                except smtplib.SMTPRecipientsRefused as error:
                    answers.append(error.recipients[to][0])
    finally:
        controller.stop()
    return answers, box.mails


def test_a_scam_is_refused_and_an_advisory_arrives_unchanged(guard: Guard) -> None:
    answers, arrived = send(moderator(guard), mail(SCAM), mail(ADVISORY), mail(SCAM_ZH, "安全通知"))
    refused = (550, "5.7.1 This message looks like a scam and was refused")
    assert answers == [refused, 250, refused]
    assert len(arrived) == 1
    assert arrived[0].rstrip().endswith(ADVISORY.encode())
    assert b"X-Scamguard" not in arrived[0]


def test_a_likely_scam_arrives_with_the_verdict_and_advice_in_its_language(guard: Guard) -> None:
    text = chatting.likely(guard)
    answers, arrived = send(moderator(guard), mail(text, sender=BEN), mail(text, sender=BEN, Content_Language="zh-CN"))
    assert answers == [250, 250]
    english, chinese = map(email.message_from_bytes, arrived)
    assert english["X-Scamguard"].startswith("warn: ")
    assert "official" in english["X-Scamguard-Advice"]
    assert "官方" in str(make_header(decode_header(chinese["X-Scamguard-Advice"])))
    assert chinese["Subject"] == "hello"
    assert all(line.isascii() for line in arrived[1].splitlines())


def test_the_name_of_a_brand_on_another_address_counts(guard: Guard) -> None:
    text = chatting.likely(guard)
    answers, _ = send(moderator(guard), mail(text, sender=BEN), mail(text))
    assert answers == [250, (550, "5.7.1 This message looks like a scam and was refused")]


def test_flag_is_a_header_alone(guard: Guard) -> None:
    _, arrived = send(moderator(guard, on_block="flag"), mail(SCAM))
    found = email.message_from_bytes(arrived[0])
    assert found["X-Scamguard"].startswith("flag: credential request, risk 1.00, asks for seed phrase")
    assert found["X-Scamguard-Advice"] is None


def test_forged_verdicts_are_taken_off(guard: Guard) -> None:
    ours = b"x-scamguard: pass\r\n  all is well\r\nX-Scamguard-Advice: trust me\r\n"
    forged = b"Subject: hi\r\n" + ours + b"To: mia\r\n\r\nX-Scamguard: in the text\r\n"
    _, arrived = send(moderator(guard), forged)
    assert arrived == [b"Subject: hi\r\nTo: mia\r\n\r\nX-Scamguard: in the text\r\n"]


def test_html_is_judged_by_what_it_shows(guard: Guard) -> None:
    letter = mail("see the other part")
    letter.add_alternative(f"<p>{SCAM.replace('seed', 'se<b></b>ed')}</p>", subtype="html")
    assert send(moderator(guard), letter)[0][0][0] == 550


def test_what_could_not_be_judged_waits_or_passes() -> None:
    closed = slow(Rules(budget=0.05, fail_open=False), seconds=0.4)
    assert send(closed, mail("hi"))[0] == [(451, "4.7.1 This message could not be checked, try again later")]
    answers, arrived = send(slow(Rules(budget=0.05), seconds=0.4), mail("hi"))
    assert answers == [250]
    assert email.message_from_bytes(arrived[0])["X-Scamguard"] == "pass: could not be judged within the time budget"


def test_a_login_can_be_exempt_and_a_sender_cannot(guard: Guard) -> None:
    assert send(moderator(guard, exempt=["login:mia"]), mail(SCAM), user="mia")[0] == [250]
    assert send(moderator(guard, exempt=["login:mia"]), mail(SCAM), user="bob")[0][0][0] == 550
    assert send(moderator(guard, exempt=["ip:127.0.0.1"]), mail(SCAM))[0] == [250]
    assert send(moderator(guard, exempt=["x@evil.example", "mia"]), mail(SCAM), user="mia")[0][0][0] == 550


def test_hooks_of_the_inner_handler_are_kept(guard: Guard) -> None:
    assert send(moderator(guard), mail("hi"), to="nobody@home.example")[0] == [550]


@given(st.binary(max_size=400), st.sampled_from([b"\n", b"\r\n"]))
def test_stamping_changes_nothing_but_our_headers(body: bytes, newline: bytes) -> None:
    raw = newline.join([b"Subject: hi", b"X-ScamGuard-Thing: a", b"\tb", b"To: mia", b"", body])
    clean = newline.join([b"Subject: hi", b"To: mia", b"", body])
    assert stamped(raw, []) == clean
    assert stamped(clean, [("X-Scamguard", "warn: x")]).endswith(b"X-Scamguard: warn: x" + (b"\r\n" if b"\r\n" in clean else b"\n") + clean)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (b"Subject: hi\rX-Scamguard: pass\r\nTo: mia\r\n\r\nhi", b"Subject: hi\r\nTo: mia\r\n\r\nhi"),
        (b"X-Scamguard: a\rX-Scamguard: b\rSubject: hi\r\n\r\nhi", b"Subject: hi\r\n\r\nhi"),
        (b"To: mia\rX-Scamguard-Advice: a\r b\nSubject: hi\n\nhi", b"To: mia\nSubject: hi\n\nhi"),
    ],
)
def test_a_header_behind_a_bare_carriage_return_is_taken_off(raw: bytes, clean: bytes) -> None:
    assert stamped(raw, []) == clean


ENDS = [b"\r", b"\n", b"\r\n", b"\r\n\r\n"]
PIECES = [b"Subject: ", b"From: ", b"a@b.example", b"X-Scamguard: pass", b": ", b"hello", b"\xff", b"=?utf-8?q?", *ENDS]


@given(st.lists(st.binary(max_size=20) | st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    text, lang, sender = read(raw)
    for said in (text, lang, *((sender.name, sender.handle) if sender else ())):
        assert said is None or said == said.encode().decode()
    assert email.message_from_bytes(stamped(raw, [("X-Scamguard", "warn")])).get_all("X-Scamguard") == ["warn"], "also of no header"
    raw = b"To: mia\r\n" + raw
    ours = stamped(raw, [("X-Scamguard", "warn")])
    assert email.message_from_bytes(ours).get_all("X-Scamguard") == ["warn"], "no mail says by itself that it was judged"
    assert stamped(ours, []) == stamped(raw, [])


def test_a_body_of_any_bytes_is_its_text() -> None:
    assert read(b"Subject: hello\n\nsend it\xff now")[0] == "hello\n\nsend it\ufffd now"
    assert read(b"Content-Language: de, en\n\nhi")[:2] == ("hi", "de")


@pytest.fixture
def milter(guard: Guard) -> Iterator[Callable[..., tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]]]:
    """Run a milter and be its mail server."""
    port = free_port()
    loop, tasks = asyncio.new_event_loop(), list[asyncio.Task[None]]()

    def ask(raw: bytes, chief: Moderator | None = None, user: str = "") -> tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]:
        tasks.append(asyncio.run_coroutine_threadsafe(_start(chief or moderator(guard), port), loop).result(30))
        try:
            return _session(port, raw, user)
        finally:
            asyncio.run_coroutine_threadsafe(_stop(tasks.pop()), loop).result(30)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield ask
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _start(chief: Moderator, port: int) -> asyncio.Task[None]:
    task = asyncio.create_task(serve(chief, port))
    async with asyncio.timeout(30):
        while not await _answers(port):
            assert not task.done()
            await asyncio.sleep(0.01)
    return task


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _session(port: int, raw: bytes, user: str) -> tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Hand over a mail as Postfix does; give the last answer, and the changes asked for before it."""
    head, _, body = raw.partition(b"\n\n")
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        talk = MilterConnection(sock)
        talk.optneg_mta()

        def tell(command: str, unwanted: int, silent: int, **about: Any) -> None:
            """Send what the filter wants to hear, and wait where it promised an answer."""
            if not talk.protocol_flags & unwanted:
                talk._send(command, **about)
                if not talk.protocol_flags & silent:
                    assert talk.recv()[0] == constants.SMFIR_CONTINUE

        tell(constants.SMFIC_CONNECT, constants.SMFIP_NOCONNECT, constants.SMFIP_NR_CONN,
             hostname="evil.example", family="4", port=2525, address="192.0.2.7")  # fmt: skip
        if user:
            talk.send_macro(constants.SMFIC_MAIL, **{"{auth_authen}": user})
        tell(constants.SMFIC_MAIL, constants.SMFIP_NOMAIL, constants.SMFIP_NR_MAIL, args=["<x@evil.example>"])
        for name, value in (line.split(": ", 1) for line in head.decode().split("\n")):
            tell(constants.SMFIC_HEADER, constants.SMFIP_NOHDRS, constants.SMFIP_NR_HDR, name=name, value=value)
        tell(constants.SMFIC_EOH, constants.SMFIP_NOEOH, constants.SMFIP_NR_EOH)
        for chunk in (body[:40], body[40:]):
            tell(constants.SMFIC_BODY, constants.SMFIP_NOBODY, constants.SMFIP_NR_BODY, buf=chunk.replace(b"\n", b"\r\n").decode("ascii"))
        talk._send(constants.SMFIC_BODYEOB)
        changes: list[tuple[str, dict[str, Any]]] = []
        while True:
            command, said = talk.recv()
            if command in {constants.SMFIR_ACCEPT, constants.SMFIR_REPLYCODE, constants.SMFIR_CONTINUE, constants.SMFIR_TEMPFAIL}:
                return command, said, changes
            changes.append((command, said))


def test_a_milter_refuses_a_scam(milter: Any) -> None:
    command, said, changes = milter(mail(SCAM).as_bytes())
    assert command == constants.SMFIR_REPLYCODE
    assert (said["smtpcode"], said["text"]) == ("550", "5.7.1 This message looks like a scam and was refused")
    assert changes == []
    assert milter(mail(ADVISORY).as_bytes())[::2] == (constants.SMFIR_ACCEPT, [])


def test_a_milter_adds_headers_and_takes_off_forged_ones(milter: Any, guard: Guard) -> None:
    letter = mail(chatting.likely(guard), sender=BEN, Content_Language="zh")
    letter["X-Scamguard"] = "pass"
    command, _, changes = milter(letter.as_bytes())
    assert command == constants.SMFIR_ACCEPT
    assert [(made, _text(said["name"]), _text(said["value"]).partition(":")[0].partition("?")[0]) for made, said in changes] == [
        (constants.SMFIR_CHGHEADER, "X-Scamguard", ""),
        (constants.SMFIR_INSHEADER, "X-Scamguard-Advice", "="),
        (constants.SMFIR_INSHEADER, "X-Scamguard", "warn"),
    ]


def test_a_milter_lets_a_login_or_an_address_pass(milter: Any, guard: Guard) -> None:
    assert milter(mail(SCAM).as_bytes(), moderator(guard, exempt=["login:mia"]), "mia")[0] == constants.SMFIR_ACCEPT
    assert milter(mail(SCAM).as_bytes(), moderator(guard, exempt=["login:mia"]), "bob")[0] == constants.SMFIR_REPLYCODE
    assert milter(mail(SCAM).as_bytes(), moderator(guard, exempt=["ip:192.0.2.7"]))[0] == constants.SMFIR_ACCEPT


def test_a_milter_asks_for_another_try_when_it_is_late(milter: Any) -> None:
    said = milter(mail("hi").as_bytes(), slow(Rules(budget=0.05, fail_open=False), seconds=0.4))[1]
    assert (said["smtpcode"], said["text"]) == ("451", "4.7.1 This message could not be checked, try again later")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_subject_in_the_charset_of_the_mail_is_read() -> None:
    asks = "您好，客服：请把验证码发给我"
    head = f"From: a@x.example\r\nSubject: {asks}\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
    raw = f"{head}谢谢".encode("gb2312")
    assert asks in read(raw).text
