"""Hosts: what is known of one, whatever link it stands in: a brand's own, open to anyone, a shortener, known to all, thrown away."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from .names import LEAST_TYPO, names, words
from .skeleton import skeleton
from .value import read

if TYPE_CHECKING:
    from collections.abc import Container

    from ..brands import Brand
    from .names import Names
    from .value import Value

SHORTENERS: Final = words("shorteners")
OPEN_HOSTS: Final = words("open_hosts")
CHEAP: Final = words("cheap_endings")
_COMMON: Final = words("common_sites")
_RENTED: Final = words("rented_hosts")
_TECHNICAL: Final = words("technical_parts")
_OPEN_MAIL: Final = words("open_mail")
_OPEN_NAMES: Final = frozenset(domain.partition(".")[0] for domain in _OPEN_MAIL)
_STATES: Final = words("states")
_STATE: Final = re.compile(r"(?:^|\.)(?:gov|mil|(?:gov|gob|gouv|govt|mil|go)\.[a-z]{2}|gc\.ca|gv\.at)$")
_MARKED: Final = re.compile(r"[-0-9]")  # in a label, as in hardly a word


def at_home(host: str, n: Names) -> str:
    """Give the official domain that ``host`` is or stands under; empty if none."""
    return _under(host, n.homes)


def host_in(host: str, known: frozenset[str]) -> bool:
    """Say whether a host is one of the known, or stands one label under one."""
    host = host.removeprefix("www.")
    return host in known or host.partition(".")[2] in known


def is_own(v: Value) -> bool:
    """Say whether a host is a brand's own: a domain of the registry, or the name of one that is everywhere under a country's ending.

    >>> from scamguard.imitation.value import read
    >>> [is_own(read(text)) for text in ("pay.amazon.com", "www.amazon.co.uk", "t-mobile.pl", "amazon-pay.co.uk", "amazon.tk")]
    [True, True, True, False, False]
    """
    return bool(at_home(v.host, names())) or abroad(v) is not None


def abroad(v: Value) -> Brand | None:
    """Give the brand that is everywhere and has its name under a country's ending here; somebody else may have it there.

    >>> [bool(abroad(read(host))) for host in ("amazon.co.jp", "santander.pt", "santander.es")]
    [True, True, False]
    """
    ending = v.suffix.rpartition(".")[2]
    if len(ending) != 2 or ending in CHEAP or v.free or f"{v.label}.{v.suffix}" in names().unrelated:
        return None
    return _everywhere().get(v.label)


@cache
def _everywhere() -> dict[str, Brand]:
    """Index the brands that hold their name under many countries by their labels."""
    return {label: name.brand for name in names().exact.values() if name.brand.everywhere for label in name.spelled}


def open_to_mail(v: Value) -> bool:
    """Say whether anyone has a mailbox at a host, or below it, though the domain is a brand's; abroad as at home.

    >>> from scamguard.imitation.value import read
    >>> [open_to_mail(read(f"joe@{host}")) for host in ("yahoo.com", "yahoo.de", "txt.att.net", "yahooinc.com", "kraken.com")]
    [True, True, True, False, False]
    """
    return bool(_under(v.host, _OPEN_MAIL)) or (v.label in _OPEN_NAMES and not at_home(v.host, names()))


def named_abroad(labels: list[str]) -> Brand | None:
    """Give the brand whose name under a country's ending ``labels`` are: ``amazon.co.jp``.

    >>> [bool(named_abroad(text.split("."))) for text in ("amazon.co.jp", "ebay.de", "amazon.zip.jp", "amazon.tk", "amazing.de")]
    [True, True, False, False, False]
    """
    if labels[0] not in _everywhere():
        return None
    value = read(".".join(labels))
    return abroad(value) if value.host == f"{value.label}.{value.suffix}" else None


def lent(v: Value) -> bool:
    """Say whether anyone may put up pages where a host stands; not at a place of it that is a brand's own.

    >>> [lent(read(text)) for text in ("someone.github.io", "metamask.github.io", "github.com")]
    [True, False, False]
    """
    return v.free and not is_state(v) and not at_home(v.host, names()).endswith(f".{v.suffix}")


def is_state(v: Value) -> bool:
    """Say whether a host stands under an ending that governments alone give names under: a public suffix, or one of ``states``.

    >>> [is_state(read(text)) for text in ("court.gov.cn", "tax.service.gov.uk", "x.gov.sk", "ssa.gov", "x.gov.de", "x.go.it")]
    [True, True, True, True, False, False]
    """
    return is_states(v.suffix) or bool(_under(v.host, _STATES))


def is_states(suffix: str) -> bool:
    """Say whether governments alone give names under a public suffix."""
    return _STATE.search(suffix) is not None and suffix != "go.it"


def _under(host: str, known: Container[str]) -> str:
    """Give the known host that ``host`` is or stands under, however deep; empty if none."""
    parts = host.split(".")
    return next((end for i in range(len(parts)) if (end := ".".join(parts[i:])) in known), "")


def shortens(host: str) -> bool:
    """Say whether links to a host hide where they lead."""
    return host_in(host, SHORTENERS)


def known_to_all(host: str) -> bool:
    """Say whether a host is a site where brands are talked of, sold or hired for: news, reviews, jobs, tickets, video."""
    return host_in(host, _COMMON)


def is_throwaway(v: Value) -> bool:
    """Say whether a site ends as names do that cost next to nothing and are left behind in days.

    Where neither scheme nor path, hyphen nor digit says that it is one, it may be a full stop without a space ("ok.lol").

    >>> from scamguard.imitation.value import read
    >>> [is_throwaway(read(text)) for text in ("parcel-fee.top", "ok.lol", "https://ok.lol", "parcel.example/fee")]
    [True, False, True, False]
    """
    cheap = v.kind in ("url", "domain") and v.suffix.rpartition(".")[2] in CHEAP and not v.free
    meant = v.kind == "url" or bool(v.path) or (_MARKED.search(v.label) is not None and not v.label.isdigit())
    return cheap and meant


def borrows(v: Value) -> bool:
    """Say whether a brand's name is a part of a host that is no brand's own: ``apt8413-wellsfargo.example``. Developers' hosts are theirs.

    >>> from scamguard.imitation.value import read
    >>> [borrows(read(text)) for text in ("id7-wellsfargo.example", "wellsfargo-sandbox.example", "wells.example")]
    [True, False, False]
    """
    if v.kind not in ("url", "domain") or not v.suffix or host_in(v.host, _RENTED):
        return False
    parts = re.split(r"[-.]", v.host[: -len(v.suffix) - 1])
    found = (names().exact.get(skeleton(part)) for part in parts if len(part) >= LEAST_TYPO)
    return _TECHNICAL.isdisjoint(parts) and any(name is not None and name.label in parts and name.distinct for name in found)


def opened_by_anyone(host: str) -> bool:
    """Say whether anyone may put up a page or form there."""
    return host_in(host, OPEN_HOSTS)
