"""A real Postfix on loopback, in folders of its own: one port asks the milter, another hands each mail to the SMTP handler first."""

from __future__ import annotations

import base64
import email
import os
import shutil
import smtplib
import socket
import socketserver
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scamguard.chat import Rules

from . import chatting
from .chatting import ADVISORY, SCAM, SCAM_ZH, free_port, moderator, served
from .test_chat_mail import BEN, Box, mail
from .test_chat_policy import slow

pytest.importorskip("aiosmtpd", reason="needs the smtp extra")
pytest.importorskip("kilter.service", reason="needs the milter extra")

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Proxy
from anyio.from_thread import start_blocking_portal

from scamguard.chat.milter import serve
from scamguard.chat.smtp import ScamguardHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from email.message import EmailMessage, Message

    from scamguard.chat import Moderator
    from scamguard.guard import Guard

    Way = Callable[["Post", Moderator], AbstractContextManager[None]]

pytestmark = [
    pytest.mark.skipif(shutil.which("postfix") is None, reason="needs Postfix"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root alone"),
]

REFUSED = (550, "5.7.1 This message looks like a scam and was refused")
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
myhostname = mail.home.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{box}
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{logins}
smtpd_sasl_auth_enable = yes
milter_connect_timeout = 5s
smtpd_proxy_timeout = 30s
alias_maps =
alias_database =
local_recipient_maps =
"""
MASTER = """\
127.0.0.1:{asks} inet n - n - - smtpd -o smtpd_milters=inet:127.0.0.1:{milter}
127.0.0.1:{hands} inet n - n - - smtpd -o smtpd_proxy_filter=127.0.0.1:{handler}
127.0.0.1:{takes} inet n - n - - smtpd -o smtpd_sasl_auth_enable=no
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
PORTS = ("asks", "milter", "hands", "handler", "takes", "box", "logins")


class Logins(socketserver.StreamRequestHandler):
    """Stands for Dovecot, which Postfix asks about logins (its auth protocol 1.2): whoever names themselves is let in."""

    def handle(self) -> None:
        self.wfile.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n")
        for line in self.rfile:
            command, _, rest = line.decode().rstrip("\n").partition("\t")
            if command == "AUTH":
                number, *given = rest.split("\t")
                said = next(item.removeprefix("resp=") for item in given if item.startswith("resp="))
                self.wfile.write(f"OK\t{number}\tuser={base64.b64decode(said).split(bytes(1))[1].decode()}\n".encode())


@dataclass
class Post:
    """A running Postfix: the ports it listens on and asks at, and the next mail server, to which it sends everything."""

    at: dict[str, int]
    log: Path
    box: Box = field(default_factory=Box)

    def send(self, *letters: EmailMessage, port: str = "asks", login: str = "") -> list[Any]:
        """Send mails in one session; give the answers."""
        answers = list[Any]()
        with smtplib.SMTP("127.0.0.1", self.at[port], timeout=60) as client:
            if login:
                client.login(login, "of a test")
            for letter in letters:
                try:
                    client.sendmail("x@evil.example", ["mia@home.example"], letter.as_bytes())
                    answers.append(250)
                except smtplib.SMTPDataError as error:
                    answers.append((error.smtp_code, bytes(error.smtp_error).decode()))  # type: ignore[arg-type] # smtplib reads bytes
                except smtplib.SMTPSenderRefused as error:
                    answers.append(error.smtp_code)
                except smtplib.SMTPRecipientsRefused as error:
                    answers.append(error.recipients["mia@home.example"][0])
        return answers

    def arrived(self, case: str) -> Message:
        """Wait for the mail of a case at the next server."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if found := [letter for letter in self.letters() if letter["X-Case"] == case]:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"no mail of {case!r} within a minute; Postfix said:\n{self.log.read_text('utf-8')}")

    def cases(self) -> set[str]:
        """Name the cases that arrived."""
        return {letter["X-Case"] for letter in self.letters()}

    def letters(self) -> list[Message]:
        """Read what arrived."""
        return [email.message_from_bytes(raw.replace(b"\r\n", b"\n")) for raw in self.box.mails]


def until_open(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@contextmanager
def listening(handler: Any, port: int) -> Iterator[None]:
    """Run an SMTP server with a handler of aiosmtpd."""
    controller = Controller(handler, "127.0.0.1", port, data_size_limit=1 << 25)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def milter(post: Post, chief: Moderator) -> Iterator[None]:
    """Answer Postfix's questions, as the milter."""
    with start_blocking_portal() as portal:
        task = portal.start_task_soon(serve, chief, post.at["milter"])
        until_open(post.at["milter"])
        try:
            yield
        finally:
            task.cancel()


def handler(post: Post, chief: Moderator) -> AbstractContextManager[None]:
    """Answer Postfix's client in its stead, and hand what passes back to it."""
    return listening(ScamguardHandler(chief, Proxy("127.0.0.1", post.at["takes"])), post.at["handler"])


@contextmanager
def folders() -> Iterator[Path]:
    """Make folders that Postfix's own user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="scamguard-postfix-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        yield folder


@contextmanager
def running(post: Post, folder: Path) -> Iterator[None]:
    """Run Postfix in a folder."""
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, **post.at), "utf-8")
    (folder / "etc" / "master.cf").write_text(MASTER.format(**post.at), "utf-8")
    command = [str(shutil.which("postfix")), "-c", str(folder / "etc")]
    with post.log.open("wb") as log, subprocess.Popen([*command, "start-fg"], stdout=log, stderr=log) as process:
        try:
            until_open(post.at["takes"])
            yield
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)
            process.terminate()


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    """Start Postfix, the next mail server and the place of logins."""
    with ExitStack() as stack:
        folder = stack.enter_context(folders())
        found = Post({name: free_port() for name in PORTS}, folder / "log")
        stack.enter_context(listening(found.box, found.at["box"]))
        stack.enter_context(served(socketserver.ThreadingTCPServer(("127.0.0.1", found.at["logins"]), Logins)))
        stack.enter_context(running(found, folder))
        yield found


WAYS = pytest.mark.parametrize(("way", "port"), [(milter, "asks"), (handler, "hands")], ids=["milter", "handler"])


@WAYS
def test_an_impostor_is_refused_and_an_advisory_passes(post: Post, guard: Guard, way: Way, port: str) -> None:
    letters = [mail(said, X_Case=f"{said[:20]} by {port}") for said in (SCAM, ADVISORY, SCAM_ZH, "see you at 7")]
    with way(post, moderator(guard)):
        answers = post.send(*letters, port=port)
        arrived = [post.arrived(letters[place]["X-Case"]) for place in (1, 3)]
    assert answers == [REFUSED, 250, REFUSED, 250]
    assert [str(letter.get_payload()).rstrip() for letter in arrived] == [ADVISORY, "see you at 7"]
    for letter in arrived:
        assert "mail.home.example (Postfix)" in letter["Received"]
        assert letter["X-Scamguard"] is None
    assert not post.cases() & {letters[0]["X-Case"], letters[2]["X-Case"]}


@WAYS
def test_a_likely_scam_arrives_with_our_headers_and_without_forged_ones(post: Post, guard: Guard, way: Way, port: str) -> None:
    letter = mail(chatting.likely(guard), sender=BEN, Content_Language="zh-CN", X_Case=f"likely by {port}")
    for name in ("X-Scamguard", "X-Scamguard", "X-Other", "X-SCAMGUARD-advice"):
        letter[name] = "pass"
    with way(post, moderator(guard)):
        assert post.send(letter, port=port) == [250]
        arrived = post.arrived(f"likely by {port}")
    (verdict,), (advice,) = arrived.get_all("X-Scamguard", []), arrived.get_all("X-Scamguard-Advice", [])
    assert verdict.startswith("warn: ")
    assert "官方" in str(make_header(decode_header(advice)))
    assert arrived["X-Other"] == "pass"


@WAYS
def test_a_scam_may_be_marked_instead_of_refused(post: Post, guard: Guard, way: Way, port: str) -> None:
    with way(post, moderator(guard, on_block="flag")):
        assert post.send(mail(SCAM, X_Case=f"marked by {port}"), port=port) == [250]
        arrived = post.arrived(f"marked by {port}")
    assert arrived["X-Scamguard"].startswith("flag: credential request, risk 1.00, asks for seed phrase")
    assert arrived["X-Scamguard-Advice"] is None


@WAYS
def test_a_mail_that_cannot_be_judged_in_time_is_asked_for_again(post: Post, way: Way, port: str) -> None:
    with way(post, slow(Rules(budget=0.05, fail_open=False), seconds=0.4)):
        assert post.send(mail("hi", X_Case="late"), port=port) == [(451, "4.7.1 This message could not be checked, try again later")]
    assert "late" not in post.cases()


@WAYS
def test_while_nobody_answers_nothing_passes_unjudged(post: Post, way: Way, port: str) -> None:
    assert post.send(mail("hi", X_Case="alone"), port=port) == [451]
    assert "alone" not in post.cases()


@WAYS
def test_a_large_mail_is_read_to_its_end_and_arrives_whole(post: Post, guard: Guard, way: Way, port: str) -> None:
    letters = [mail(f"see the picture, {said}", X_Case=f"{said} by {port}") for said in ("first", "last")]
    for letter, end in zip(letters, (ADVISORY, SCAM), strict=True):
        letter.add_attachment(bytes(range(256)) * 10_000, maintype="image", subtype="png", filename="a.png")
        letter.add_attachment(end, disposition="inline")
    with way(post, moderator(guard)):
        assert post.send(*letters, port=port) == [250, REFUSED]
        arrived = post.arrived(f"first by {port}")
    assert [part.get_payload(decode=True) for part in arrived.walk()] == [part.get_payload(decode=True) for part in letters[0].walk()]


@WAYS
def test_many_clients_at_once(post: Post, guard: Guard, way: Way, port: str) -> None:
    def one(number: int) -> list[Any]:
        return post.send(mail(SCAM if number % 2 else ADVISORY, X_Case=f"{number} of many by {port}"), port=port)

    with way(post, moderator(guard)), ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(16))) == [[250], [REFUSED]] * 8
        for number in range(0, 16, 2):
            post.arrived(f"{number} of many by {port}")


def test_the_milter_knows_a_login_and_an_address(post: Post, guard: Guard) -> None:
    with milter(post, moderator(guard, exempt=["login:mia"])):
        assert post.send(mail(SCAM), login="mia") == [250]
        assert post.send(mail(SCAM), login="bob") == [REFUSED]
        assert post.send(mail(SCAM)) == [REFUSED]
    with milter(post, moderator(guard, exempt=["ip:127.0.0.1"])):
        assert post.send(mail(SCAM)) == [250]
