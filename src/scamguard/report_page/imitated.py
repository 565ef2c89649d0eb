"""Who is imitated: names said in flagged messages, and domains and sender names that look like a brand's own."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Final

from scamguard.brands import registry
from scamguard.imitation.links import links as written

_FILES: Final = frozenset(
    "pdf doc docx xls xlsx csv txt png jpg jpeg gif mp3 mp4 apk exe dmg json html htm py js log".split()  # noqa: SIM905 - a list to read
)
_HOST: Final = re.compile(r"[\w.-]+\.[\w-]{2,}")
_SCHEME: Final = re.compile(r"(?i)^(?:h(?:tt|xx)ps?|ftp):/*")
_WORD: Final = re.compile(r"\w+")
_PLACE: Final = 60  # characters
_LONGEST: Final = 4  # words of a name
_LEAST: Final = 3  # letters of a name written in small letters
_LOOKED_AT: Final = 4000  # characters of a message
_MOST_LINKS: Final = 16  # of one message


def links(text: str) -> list[str]:
    """Find the links and bare domains of a message.

    >>> links("see kraken-login.example/x, or https://a.test")
    ['kraken-login.example/x', 'https://a.test']
    """
    found = (link for link in written(text[:_LOOKED_AT]) if not _is_mail(link))
    return [link for link in islice(found, _MOST_LINKS) if _HOST.fullmatch(host(link)) and not _is_file(link)]


def _is_mail(link: str) -> bool:
    return "@" in link.partition("/")[0]  # before a path; before a host stands a scheme, with its slashes


def _is_file(link: str) -> bool:
    """Say whether what looks like a bare domain is the name of a file."""
    return "/" not in link and (link.rpartition(".")[2].lower() in _FILES or "_" in link)


def host(link: str) -> str:
    """Give the host of a link as it is written, in small letters.

    >>> host("https://kraken.com@Evil.example:8443/login")
    'evil.example'
    """
    rest = re.split(r"[/?#\\]", _SCHEME.sub("", link), maxsplit=1)[0]
    return rest.rpartition("@")[2].partition(":")[0].replace("[.]", ".").lower().strip(".")


def place(link: str) -> str:
    """Give what names a page where the host alone would accuse somebody who only lends the room.

    >>> place("https://forms.example/kraken-support?id=3")
    'forms.example/kraken-support'
    """
    rest = re.split(r"[?#]", _SCHEME.sub("", link), maxsplit=1)[0].rstrip("/")
    return rest.replace("[.]", ".")[:_PLACE]


def brands_said(text: str) -> set[str]:
    """Name the brands that a message says, by their registered names and aliases.

    A name that is also an ordinary word (Kraken, Apple, Ledger) counts only with its capital.
    """
    text = text[:_LOOKED_AT]
    latin, others = _names()
    words = _WORD.findall(text)
    found = {brand for alias, brand in others if alias in text} if not text.isascii() else set()
    for i in range(len(words)):
        for j in range(i + 1, min(i + _LONGEST, len(words)) + 1):
            said = " ".join(words[i:j])
            if brand := latin.get(said) or latin.get(said.lower()) or (said.isupper() and latin.get(said.title())):
                found.add(brand)
    return found


@cache
def _names() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Read the registry: names in Latin letters by their words, and the others as they are written."""
    latin: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for brand in registry():
        for alias in (brand.name, *(alias for aliases in brand.aliases.values() for alias in aliases)):
            words = _WORD.findall(alias)
            if not alias.isascii() and not all(ord(char) < 0x250 for char in alias):
                others.append((alias, brand.name))
            elif words:
                exact = brand.word or brand.common or len(alias) <= _LEAST
                latin.setdefault(" ".join(words) if exact else " ".join(words).lower(), brand.name)
    return latin, others
