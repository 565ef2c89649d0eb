"""rspamd: a mail (or plain text) is posted to ``/checkv2``; symbols, a score and an action come back.

The score is a risk on rspamd's usual scale: 6 adds a header, 15 rejects. One symbol, SCAMGUARD, carries it; the rules that fired
are symbols of score 0, for they are reasons and no votes. Of a long mail the beginning and the end are judged, as a mail server's
filters do: filler must not switch them off.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any, Final

from scamguard.chat.moderator import excerpt
from scamguard.contacts import name_and_address
from scamguard.dumps import mail
from scamguard.dumps.source import Source
from scamguard.sender import Sender
from scamguard.verdict import Action

from ..answer import Answer
from ..problem import malformed, packed
from ..shapes import PACKED
from .scale import scaled
from .tgspam import reason

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from scamguard.verdict import Verdict

    from ..judge import Judge
    from ..settings import Settings

ADD_HEADER: Final = 6.0
REJECT: Final = 15.0
_TOP: Final = 20.0


class Rspamd:
    """Answers whoever asks rspamd."""

    def __init__(self, judge: Judge, settings: Settings) -> None:
        self._judge, self._settings = judge, settings

    async def check(self, request: Request) -> Response:
        """Judge a mail."""
        started = time.perf_counter()
        raw = _message(await request.body(), request.headers.get("message-length"))
        if raw.startswith(PACKED):
            raise packed("the mail")
        self._judge.guard  # noqa: B018 - not loaded: nothing to parse for
        identity, text, sender = await self._judge.run(lambda: mail_text(raw, request.headers.get("subject", "")))
        verdict = await self._judge.check(excerpt(text, self._settings.limits.message), sender=sender)
        request.state.log.update(messages=1, action=str(verdict.action))
        return Answer({**self._said(verdict), "message-id": identity, "time_real": round(time.perf_counter() - started, 6)})

    def _said(self, verdict: Verdict) -> dict[str, Any]:
        score = round(scaled(verdict.risk, self._judge.guard.policy.of(verdict.language), ADD_HEADER, REJECT, _TOP), 2)
        symbols = {"SCAMGUARD": _symbol("SCAMGUARD", score, reason(verdict), [verdict.kind, *verdict.asks])}
        for evidence in verdict.evidence:
            name = "SCAMGUARD_" + evidence.rule.upper().replace(".", "_").replace("-", "_")
            symbols[name] = _symbol(name, 0.0, evidence.why, [])
        rejects = verdict.action is Action.BLOCK or str(verdict.action) == self._settings.reject_from
        action = "reject" if rejects else "add header" if verdict.action is Action.WARN else "no action"
        return {
            "is_skipped": False, "score": score, "required_score": REJECT, "action": action,
            "thresholds": {"reject": REJECT, "add header": ADD_HEADER}, "symbols": symbols, "messages": {}, "urls": [],
        }  # fmt: skip


def _symbol(name: str, score: float, why: str, options: list[str]) -> dict[str, Any]:
    told = {"name": name, "score": score, "metric_score": score, "description": why}
    return {**told, "options": given} if (given := [option for option in options if option]) else told


def _message(raw: bytes, length: str | None) -> bytes:
    """Drop the JSON control block, which Message-Length leaves in front of the message."""
    if length is None:
        return raw
    if not length.isascii() or not length.isdigit() or len(length) > 12 or int(length) > len(raw):
        raise malformed(f"Message-Length does not fit the body of {len(raw):,} bytes")
    return raw[len(raw) - int(length) :]


def mail_text(raw: bytes, subject: str) -> tuple[str, str, Sender | None]:
    r"""Give the message id, what a mail program shows, and whom the mail names as its sender.

    What is no mail is text, below the subject that came as a header.

    >>> mail_text(b"Subject: Hi\r\nMessage-ID: <1@x>\r\nFrom: a@x\r\n\r\nSee you", "")[:2]
    ('<1@x>', 'Hi\n\nSee you')
    >>> mail_text("你好".encode(), "问候")
    ('undef', '问候\n\n你好', None)
    """
    source = Source("the mail", None, member=lambda: io.BufferedReader(io.BytesIO(raw)))
    for block in mail.read_eml(source, None) if not raw.startswith(PACKED) else ():
        identity = block.about["id"][0].as_py()
        name, address = name_and_address(block.about["sender"][0].as_py() or "")
        return identity or "undef", block.texts[0].as_py() or "", Sender(name or None, address or None)
    return "undef", "\n\n".join(filter(None, (subject, raw.decode("utf-8", "replace")))), None
