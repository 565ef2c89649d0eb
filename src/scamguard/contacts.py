"""Contacts: the links, mailboxes, handles and telephone numbers in a text, as a reader would find them."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

from .imitation.links import handles
from .imitation.value import read

if TYPE_CHECKING:
    _Place = tuple[int, int]

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
_ADDRESS: Final = regex.compile(r"[^\s()<>@]+@[^\s()<>@.]+(?:\.[^\s()<>@.]+)+")
_NAMED: Final = regex.compile(  # what stands behind the address is a comment, or part of the name
    r"(?s)(.*)<\s*((?:\"[^\"<>]*\"|[^\s\"<>]+)@[^\s\"<>]+)\s*>[\s;>]*(?:\([^()]*\)\s*)?"
)
_COMMENTED: Final = regex.compile(r"(?s)\s*([^\s()<>@]+@[^\s()<>@]+)\s*\((.*)\)\s*")  # RFC 5322, A.5: the name is a comment
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
    links, mailboxes, rest, bare = _leading(text)
    named = tuple(dict.fromkeys(handles(bare)))[:MOST]
    return Contacts(_once(text, links), _once(text, mailboxes), named, _once(text, _places(_PHONE, rest)))


def name_and_address(sender: str) -> tuple[str, str]:
    """Take a sender apart as mails write one; what holds no address is all name.

    ``email.utils.parseaddr`` reads the same, but loses both at a comma or colon that is not quoted, and takes a name for the address.

    >>> name_and_address('"Kraken Support" <x@evil.example>'), name_and_address("x@evil.example (Kraken Support)")
    (('Kraken Support', 'x@evil.example'), ('Kraken Support', 'x@evil.example'))
    >>> name_and_address("help@kraken.com <x@evil.example>"), name_and_address("x@evil.example"), name_and_address("Support (24/7)")
    (('help@kraken.com', 'x@evil.example'), ('', 'x@evil.example'), ('Support (24/7)', ''))
    """
    if found := _NAMED.fullmatch(sender):
        return email.utils.unquote(found[1].strip()).strip(), found[2]
    if found := _COMMENTED.fullmatch(sender):
        return found[2].strip(), found[1]
    return ("", sender.strip()) if _ADDRESS.fullmatch(sender.strip()) else (sender, "")


def harmless(text: str) -> str:
    """Write all links and mailboxes of a text, however many they are, so that none leads anywhere.

    >>> harmless("go to kraken-support.example/login. Or write to help@kraken.example")
    'go to kraken-support[.]example/login. Or write to help[at]kraken[.]example'
    """
    links, mailboxes, _, _ = _leading(text)
    written, at = [], 0
    for start, stop in sorted(links + mailboxes):
        written += [text[at:start], defanged(text[start:stop])]
        at = stop
    safe = "".join([*written, text[at:]])
    for contact in sorted({*_once(text, links), *_once(text, mailboxes)}, key=len, reverse=True):
        safe = safe.replace(contact, defanged(contact))  # once more where a word hangs on it: ``kraken.example.Then``
    return safe


def _leading(text: str) -> tuple[list[_Place], list[_Place], str, str]:
    """Give the places of links and of mailboxes, no two of which overlap; the text with blanks for both, and for all that a host may be."""
    mailboxes = _places(_MAIL, text)
    rest = _blanked(mailboxes, text)
    marked = _places(_MARKED, rest)
    rest = _blanked(marked, rest)
    hostlike = _places(_HOST, rest)
    hosts = [(start, stop) for start, stop in hostlike if _leads(text[start:stop])]
    return marked + hosts, mailboxes, _blanked(hosts, rest), _blanked(hostlike, rest)


def _places(shape: regex.Pattern[str], text: str) -> list[_Place]:
    return [(found.start(), found.start() + len(found[0].rstrip(_TAIL))) for found in shape.finditer(text)]


def _blanked(places: list[_Place], text: str) -> str:
    kept, at = [], 0
    for start, stop in places:
        kept += [text[at:start], " " * (stop - start)]
        at = stop
    return "".join([*kept, text[at:]])


def _once(text: str, places: list[_Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[start:stop] for start, stop in places))[:MOST]


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
