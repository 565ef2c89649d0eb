"""Addresses that hold a secret: a password before the ``@`` of a link, and webhooks, to which anyone may post who knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .passwords import one_word, unlike_words
from .placeholders import hollow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_LOGIN: Final = regex.compile(  # RFC 3986, 3.2.1; programs take the last @ for the end of the password
    r"(?i)(?<![a-z\d])[a-z][a-z\d+.-]{1,20}://(?P<user>[^\s:/@?#\"'<>]{0,64}):(?P<password>[^\s/\"'<>]{3,256})@(?P<host>[\w.-]{1,253})"
)
_WEBHOOK: Final = regex.compile(
    r"(?i)https://(?:(?:ptb\.|canary\.)?discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{17,20}/[\w-]{60,}"
    r"|hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Z\d]{8,}/[A-Z\d]{8,}/[A-Z\d/]{16,}"
    r"|[a-z\d-]{1,63}\.webhook\.office\.com/webhookb2/[\w@-]{36,}/IncomingWebhook/[\w/-]{32,})"
)
_SAME: Final = 4  # different letters of a placeholder: XXXXXXXX
_HERE: Final = regex.compile(
    r"(?i)localhost|127\.[\d.]+|[\w-]+|.*\.(?:example|test|invalid|local)|(?:.*\.)?example\.(?:com|org|net)|.*\.\.+.*"
)


def links(message: Plain) -> Iterator[Finding]:
    """Find passwords in addresses, and addresses that are secret themselves."""
    if "://" not in message.text:
        return
    for found in _LOGIN.finditer(message.text):
        yield from _password(message, found)
    for found in _WEBHOOK.finditer(message.text):
        if len({*found[0].rpartition("/")[2]}) > _SAME:
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span()), "the address of a webhook: whoever knows it posts in its name")


def _password(message: Plain, found: regex.Match[str]) -> Iterator[Finding]:
    """Judge what stands before the ``@``; on a machine of one's own a plain word is what manuals write."""
    value, span = found["password"], message.span(*found.span("password"))
    if hollow(value) or value == found["user"]:
        return
    if unlike_words(value):
        yield block(Secret.PASSWORD, span, "a password in an address")
    elif one_word(value) and not _HERE.fullmatch(found["host"]):
        yield warn(Secret.PASSWORD, span, "a word where an address holds its password")
