"""Contacts: the links, mailboxes, handles and telephone numbers in a text, as a reader would find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

from .imitation.links import handles
from .imitation.value import read

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKED: Final = regex.compile(r"(?i)h(?:tt|xx)ps?\s?:[/\\]{1,3}[^\s<>\"'“”‘’«»「」『』《》【】（）|`，。！？；、]+")
_LETTER: Final = r"[^\W\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"  # those scripts put no space before a link
# twenty labels at most: without a bound, dots without end cost their square
_HOST: Final = regex.compile(
    rf"(?i)(?:(?:[a-z0-9_-]|{_LETTER}){{1,63}}(?:\.|\[\.\]|\(\.\)|。)){{1,20}}(?:xn--[a-z0-9-]+|[a-z]{{2,24}}|\p{{L}}{{2,24}})"
    r"(?::\d+)?(?:[/?#][^\s<>\"'`|，。！？；、（）【】「」]*)?"
)
_MAIL: Final = regex.compile(r"(?i)[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}")
_PHONE: Final = regex.compile(r"(?<![\w+.-])(?:\+|00)\d[\d ()./-]{6,18}\d(?![\w-])")
_BEFORE: Final = rf"(?:[a-z0-9_-]|{_LETTER})"
_SIGN: Final = regex.compile(  # what all but numbers have; it begins with what is rare, and looks back
    rf"(?i)@|[.。](?<={_BEFORE}[.。])\p{{L}}|\[\.\](?<={_BEFORE}\[\.\])\p{{L}}|\(\.\)(?<={_BEFORE}\(\.\))\p{{L}}"
    r"|:(?<=h(?:tt|xx)ps?\s?:)[/\\]"
)
_SIGNS: Final = (".", "@", ":", "。")  # one of them, to begin with
_TAIL: Final = ".,:;!?…*_~)]}'\"”’»"
MOST: Final = 50  # of a kind


@dataclass(frozen=True, slots=True)
class Contacts:
    """What a text points to, in reading order, each once."""

    links: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


def points(text: str) -> bool:
    """Say whether a text may hold a link, mailbox or handle; much cheaper than to find them.

    >>> points("Hello. All is well."), points("go to kraken.example")
    (False, True)
    """
    return any(sign in text for sign in _SIGNS) and _SIGN.search(text) is not None


def contacts(text: str) -> Contacts:
    """Find what a text points to; at most ``MOST`` of a kind.

    >>> contacts("go to kraken-support.example/login or write to @kraken_desk, help@kraken.example")
    Contacts(links=('kraken-support.example/login',), mailboxes=('help@kraken.example',), handles=('@kraken_desk',), phones=())
    """
    mailboxes = _some(_MAIL, text)
    rest = _MAIL.sub(" ", text)
    links = [found[0].rstrip(_TAIL) for found in _MARKED.finditer(rest)]
    rest = _MARKED.sub(" ", rest)
    links += [host for found in _HOST.finditer(rest) if _leads(host := found[0].rstrip(_TAIL))]
    rest = _HOST.sub(" ", rest)
    return Contacts(_once(links), mailboxes, _once(handles(rest)), _some(_PHONE, rest))


def _some(shape: regex.Pattern[str], text: str) -> tuple[str, ...]:
    return _once(found[0].rstrip(_TAIL) for found in shape.finditer(text))


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST]


def _leads(host: str) -> bool:
    """Tell a host from words that lost the space after a full stop: it has a path, or is written as hosts are."""
    found = read(host)
    known = bool(found.suffix) and found.host != found.suffix
    return known and (found.path != "" or (host.isascii() and (host == host.lower() or found.suffix in _SURE)))


_SURE: Final = frozenset(("com", "net", "org", "info", "io", "cc", "xyz", "top", "cn", "ru", "app", "vip"))  # however they are written


def defanged(contact: str) -> str:
    """Write a link or mailbox so that nothing turns it into one again.

    >>> defanged("https://kraken.example/a.b"), defanged("help@kraken.example")
    ('hxxps://kraken[.]example/a[.]b', 'help[at]kraken[.]example')
    """
    text = regex.sub(r"(?i)^h(?:tt|xx)p(s?)\s?:", r"hxxp\1:", contact.replace("[.]", ".").replace("(.)", ".").replace("。", "."))
    text = regex.sub(r"(?i)^(?!hxxps?:)([a-z][a-z0-9+.-]*):(?=[/\\])", r"\1[:]", text)
    return text.replace(".", "[.]") if "@" not in text else text.replace("@", "[at]").replace(".", "[.]")
