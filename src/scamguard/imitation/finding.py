"""A finding: what a value passes itself off as, how, and where the real one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .labels import Match
from .skeleton import skeleton

if TYPE_CHECKING:
    from ..brands import Brand
    from .names import Names

KINDS: Final = {
    "homoglyph": "characters that look like those of {official}",
    "typo": "a misspelling of {official}",
    "combosquat": "the name of {brand} with other words around it, in a domain that is not {brand}'s",
    "wrong_tld": "the name of {brand} under an ending that is not {brand}'s",
    "subdomain": "the name of {brand} in front of somebody else's domain",
    "text_mismatch": "a link that shows {official} and leads somewhere else",
    "path": "the name of {brand} in the path of somebody else's site",
    "userinfo": "what stands before the @ is not where the link leads",
    "open_redirect": "a link of {brand} that passes the reader on to somebody else",
    "free_host": "a page or form that anyone can make, in the name of {brand}",
    "shortener": "a shortened link in the name of {brand}; it hides where it leads",
    "bare_ip": "a number in place of a domain; no brand sends its customers there",
    "email": "a mailbox in the name of {brand} that is not at {official}",
    "handle": "a handle in the name of {brand} that is not among its verified ones",
    "display_name": "a display name anyone can choose, in the name of {brand}",
}


@dataclass(frozen=True, slots=True)
class LookAlike:
    """What a value passes itself off as.

    Attributes
    ----------
    brand
        The brand's name; None where a number stands in place of a domain.
    kind
        How: ``homoglyph``, ``typo``, ``combosquat``, ``wrong_tld``, ``subdomain``, ``text_mismatch``, ``path``, ``userinfo``,
        ``open_redirect``, ``free_host``, ``shortener``, ``bare_ip``, ``email``, ``handle`` or ``display_name``.
    official
        The brand's main domain.
    why
        The same in words, in English.
    """

    brand: str | None
    kind: str  # one of KINDS
    official: str | None
    why: str


def say(found: Match, kind: str) -> LookAlike:
    """Put a match into words."""
    brand = found.name.brand
    return LookAlike(brand.name, kind, brand.official, KINDS[kind].format(brand=brand.name, official=brand.official))


def plainly(brand: Brand, n: Names) -> Match:
    """Give the match of a brand's own name."""
    return Match(n.exact[skeleton(brand.labels[0])], "exact", sure=True)
