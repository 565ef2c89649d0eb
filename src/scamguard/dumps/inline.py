"""Inline: the pieces of a line, links among them, as one text that also says where a link leads if its words say something else.

An address stands at the end of the sentence in which its link ends: whoever cuts words up by links, or parts them by links, is read as he
is seen. Behind words that name an address themselves it stands at once, so that the two can be compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME_END: Final = re.compile(r"[^\w./@-]|[^\x00-\x7f]|\Z")
_SENTENCE_END: Final = re.compile(r"(?<![.!?…])[.!?…]++(?=\s|\Z)|[\n。！？]|\Z")  # a run of signs is tried once, from its first
_NAMES: Final = re.compile(r"\w[.@]\w|://")  # an address


class Address(str):
    """Where the words before it lead."""

    __slots__ = ()


def linked(text: str, address: str | None) -> str:
    """Put the address of a link behind its words, unless they already say it.

    >>> linked("kraken.com", "https://kraken-login.example"), linked("https://kraken.com", "https://kraken.com/")
    ('kraken.com (https://kraken-login.example)', 'https://kraken.com')
    """
    return joined(link(text, address))


def link(text: str, address: str | None) -> Iterator[str]:
    """Give the pieces of a link: its words, its address unless they already say it, blanks at its end."""
    bare = text.rstrip(" ")
    yield bare
    if address and address.rstrip("/") not in text:
        yield Address(address)
    yield text[len(bare) :]


def joined(pieces: Iterable[str]) -> str:
    """Join pieces of text and addresses.

    >>> joined(["see", Address("https://a.example"), "d phr", Address("https://b.example"), "ase, now. ", "Thanks"])
    'seed phrase, now (https://a.example) (https://b.example). Thanks'
    >>> joined(["kraken.com", Address("https://a.example"), " is ours."])
    'kraken.com (https://a.example) is ours.'
    """
    found: list[str] = []
    held: list[str] = []
    end = _SENTENCE_END
    for piece in filter(None, pieces):
        if isinstance(piece, Address):
            held.append(f" ({piece})")
            end = _NAME_END if found and _NAMES.search(found[-1]) else end
            continue
        if not held:
            found.append(piece)
            continue
        rest = end.search(piece).start()  # type: ignore[union-attr] # the end of the piece is one
        found.append(piece[:rest])
        if rest < len(piece):
            found += [*held, piece[rest:]]
            held, end = [], _SENTENCE_END
    return "".join([*found, *held])
