"""SMTP: a handler for aiosmtpd that stands before another one. Refuses with 550, or lets a mail pass with a header.

Who may skip the check is told by what cannot be forged: the login of an authenticated session (``login:<name>``) and the address
of the peer (``ip:<address>``), never by what a mail says of its sender.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .letter import LATER, REFUSED, headers, read, stamped
from .policy import Response

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

    from .moderator import Moderator


class ScamguardHandler:
    """Judges each mail, then hands it to ``inner``, such as ``aiosmtpd.handlers.Proxy`` or ``Mailbox``.

    Deleted: refused for good (550). Warned of or flagged: handed on with ``X-Scamguard`` and, if warned of, ``X-Scamguard-Advice``.
    Not judged in time and fail-closed: refused for now (451), so that the sender's server tries again.
    All other hooks (EHLO, MAIL, AUTH …) are those of ``inner``.
    """

    def __init__(self, moderator: Moderator, inner: Any) -> None:  # noqa: ANN401 - aiosmtpd takes any object with hooks
        self._moderator = moderator
        self._inner = inner

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Judge a mail and answer the client."""
        raw = envelope.original_content or b""
        text, lang, sender = read(raw)
        decision = await self._moderator.adecide(text, who(session), sender)
        if decision.response is Response.DELETE:
            return f"451 4.7.1 {LATER}" if decision.failed else f"550 5.7.1 {REFUSED}"
        marks = [] if decision.response is Response.PASS and not decision.failed else headers(decision, lang)
        marked = stamped(raw, marks)
        envelope.original_content = marked
        envelope.content = marked.decode("utf-8", "surrogateescape") if isinstance(envelope.content, str) else marked
        return str(await self._inner.handle_DATA(server, session, envelope))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in dir(self._inner) if name.startswith(("handle_", "auth_")))]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a hook of the inner handler
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._inner, name)


def who(session: Session) -> list[str]:
    """Give the identities of a client that it cannot forge."""
    peer: Any = session.peer  # an address, whatever the types say
    found = [f"ip:{peer[0]}"] if isinstance(peer, tuple) else []
    login = getattr(session.auth_data, "login", None)
    if session.authenticated and login is not None:
        found.append(f"login:{login.decode('utf-8', 'replace') if isinstance(login, bytes) else login}")
    return found
