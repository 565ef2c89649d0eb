"""Settings: what an operator chooses. A token comes from the environment or a file, never from the command line, where others see it."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .problem import ServiceError

if TYPE_CHECKING:
    from pathlib import Path

TOKEN_VARIABLE: Final = "SCAMGUARD_TOKEN"  # noqa: S105 - the name of a variable
_SHORTEST_TOKEN: Final = 16
_MAIL: Final = 64  # times the size of another body: with the usual limit as much as a milter is given
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")  # what an Authorization header can carry (RFC 9110)
_ORIGIN: Final = re.compile(r"https?://[^/\s?#@*]+")  # scheme, host and port (RFC 6454)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for."""

    body: int = 1 << 20  # bytes of a body, or of one line of a stream
    batch: int = 1000  # messages of a JSON batch
    lines: int = 1_000_000  # lines of a stream
    message: int = 100_000  # code points of a message
    thread: int = 100  # earlier messages of a conversation
    budget: float = 2.0  # seconds, from the last byte of a request to its verdict
    patience: float = 30.0  # seconds in which a client must send, or take, the next bytes
    waiting: int = 1024  # messages that may wait for a verdict

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise ServiceError(f"serve: the limit {name!r} is {getattr(self, name)}; it must be more than 0")

    @property
    def mail(self) -> int:
        """Bytes of a mail: nearly all of a large one is what is attached to it, which is not judged."""
        return _MAIL * self.body


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator chooses.

    Parameters
    ----------
    token
        What ``Authorization: Bearer …`` must hold; none: everybody may ask.
    origins
        Web pages of other origins that may ask (CORS); none by default.
    reject_from
        "block" or "warn": the action from which the dialects call a message spam.
    fail_open
        What a bot is told when no verdict came in time: let the message pass, or an error, which it may take for a refusal.
    threads
        How many to score in.
    batching
        Read messages together that arrive together. The verdicts are the same either way.
    """

    token: str | None = None
    origins: tuple[str, ...] = ()
    limits: Limits = Limits()
    reject_from: str = "block"
    fail_open: bool = True
    threads: int = 2
    batching: bool = True

    def __post_init__(self) -> None:
        if self.token is not None and (len(self.token) < _SHORTEST_TOKEN or not _TOKEN.fullmatch(self.token)):
            raise ServiceError(f"serve: the token must be at least {_SHORTEST_TOKEN} visible ASCII characters, without spaces")
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise ServiceError(f"serve: {origin!r} is no origin; write it like https://chat.example.org, without a path or *")
        if self.reject_from not in {"block", "warn"}:
            raise ServiceError(f"serve: --reject-from {self.reject_from!r}; it is 'block' or 'warn'")
        if self.threads < 1:
            raise ServiceError(f"serve: {self.threads} threads; at least 1 is needed")

    def __repr__(self) -> str:  # the token stays out of logs and tracebacks
        return f"Settings(token={'set' if self.token else None}, origins={self.origins}, limits={self.limits})"


def read_token(file: Path | None) -> str | None:
    """Read the token from ``file``, else from the environment; none where neither has one.

    Raises
    ------
    ServiceError
        The file cannot be read, or is empty.
    """
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        token = file.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(f"{file}: the token cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    if not token:
        raise ServiceError(f"{file}: holds no token; write one line of at least {_SHORTEST_TOKEN} characters")
    return token


def guarded(host: str, settings: Settings, *, open_to_all: bool) -> None:
    """Refuse to listen to a network without a token, unless that is what the operator says.

    Raises
    ------
    ServiceError
        ``host`` is reached from other machines, and there is no token.
    """
    if settings.token is None and not open_to_all and not _is_loopback(host):
        raise ServiceError(f"serve: {host} is reached from other machines: set {TOKEN_VARIABLE} or --token-file, or say --open")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
