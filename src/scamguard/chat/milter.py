"""Milter: the check for Postfix and Sendmail, with kilter.service. Answers 550, or adds a header.

The same rules as ``smtp``: ``X-Scamguard`` says the verdict, forged ones are taken off, and only a login (``login:<name>``) or the
address of the client (``ip:<address>``) can be exempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from kilter.protocol.messages import Accept, Header, ReplyCode
from kilter.service import START, Runner, Session
from kilter.service.options import AFTER, examine_body, examine_headers, examine_sender

from .letter import LATER, REFUSED, VERDICT, headers, read
from .policy import Response

if TYPE_CHECKING:
    from kilter.service.session import Filter

    from .moderator import Moderator

_LOGIN: Final = "{auth_authen}"  # the macro that holds the name of an authenticated client; Postfix sends it by itself
_LARGEST: Final = 1 << 26  # bytes of one mail; what is beyond is not read


def mail_filter(moderator: Moderator) -> Filter:
    """Give a filter for ``kilter.service.Runner``."""

    @examine_sender()
    @examine_headers(can_respond=AFTER, can_add=True, can_modify=True)  # so that the body waits until it can be listened to
    @examine_body()
    async def scamguard(session: Session) -> Accept | ReplyCode:
        found, raw = await _mail(session)
        text, lang, sender = read(raw)
        decision = await moderator.adecide(text, who(session), sender)
        if decision.response is Response.DELETE:
            answer = f"451 4.7.1 {LATER}" if decision.failed else f"550 5.7.1 {REFUSED}"
            return ReplyCode(answer.encode() + b"\0")  # the protocol ends it with NUL, which kilter leaves to us
        for header in found:
            if header.name.lower().startswith(VERDICT.lower()):
                await session.headers.delete(header)
        if decision.response is not Response.PASS or decision.failed:
            for name, value in reversed(headers(decision, lang)):
                await session.headers.insert(Header(name, value.replace("\r\n", "\n").encode()), START)
        return Accept()

    return scamguard


async def serve(moderator: Moderator, port: int, host: str = "127.0.0.1") -> None:
    """Answer mail servers until cancelled: ``asyncio.run(serve(Moderator.load(), 8890))``."""
    async with await anyio.create_tcp_listener(local_host=host, local_port=port) as listener:
        await listener.serve(Runner(mail_filter(moderator)))


def who(session: Session) -> list[str]:
    """Give the identities of a client that it cannot forge."""
    found = [] if session.address is None else [f"ip:{session.address}"]
    login = session.macros.get(_LOGIN)
    return [*found, f"login:{login}"] if login else found


async def _mail(session: Session) -> tuple[list[Header], bytes]:
    """Collect the headers, and the mail as bytes."""
    found: list[Header] = []
    async with session.headers as fields:
        async for field in fields:
            found.append(field)  # noqa: PERF401 - the iterator must be used as kilter gives it
    parts = [b"%s: %s\r\n" % (field.name.encode("ascii", "replace"), bytes(field.value)) for field in found] + [b"\r\n"]
    size = 0
    async with session.body as body:
        async for chunk in body:
            size += len(chunk)
            if size <= _LARGEST:
                parts.append(bytes(chunk))
    return found, b"".join(parts)
