"""The judge: reads one value with care and says what it imitates, how, and where the real one is.

A brand's own domains, and honest ones known to look alike, are let through before anything else is asked.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import regex
from rapidfuzz import process
from rapidfuzz.distance import OSA

from .honest import honest
from .labels import Match, across, match
from .links import anchors, is_message, links
from .names import LEAST_INSIDE, LEAST_TYPO, names, words
from .skeleton import plain, skeleton
from .value import Value, read

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_SHORT: Final = words("shorteners")
_FREE: Final = words("open_hosts")
_CHEAP: Final = words("cheap_endings")
_SETTLED: Final = words("settled_endings")
_ROLE: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(words('roles')))}|help desk|customer (?:care|service))\b|"
    r"поддержк|підтримк|служб|客服|官方|サポート|公式|고객센터|공식|الدعم|सहायता|hỗ trợ",
    re.IGNORECASE,
)
_TICK: Final = re.compile("[✓✔✅☑🔵🛡️]")
_REDIRECT: Final = re.compile(r"[?&#][^=&]*=\s*(?:https?:)?[/\\]{2}([^/\\&?#]+)", re.IGNORECASE)
_LOGIN: Final = skeleton("login")  # the one lure that is itself misspelt
LEAST_ACROSS: Final = 9  # letters of a name that is read across dots
_WORDS: Final = re.compile(r"[^\w]+|_")
_PARTED: Final = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Devanagari}]")
_WORDED: Final = r"(?<![\p{{L}}\p{{M}}]){}(?!\p{{L}}{{3}})"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """What a value passes itself off as."""

    brand: str | None  # the brand's name; None where a number stands in place of a domain
    kind: str  # one of KINDS
    official: str | None  # the brand's main domain
    why: str


def lookalike(value: str) -> LookAlike | None:
    """Say what one link, domain, e-mail address, handle or display name imitates.

    Parameters
    ----------
    value
        Any text. What is none of these is read as a display name, or, if it is longer than one, as a message: its first
        link with a finding counts, and so does a link in HTML or Markdown that shows one domain and leads to another.

    Returns
    -------
    The finding, or None for what is a brand's own or resembles none.

    >>> found = lookalike("kraken-support.com")
    >>> found.brand, found.kind, found.official
    ('Kraken', 'combosquat', 'kraken.com')
    >>> lookalike("support.kraken.com") is None
    True
    """
    n = names()
    for shown, target in anchors(value):
        if found := _shown(shown, target, n) or _judged(read(target), n):
            return found
    if is_message(value):
        return next((found for link in links(value) if (found := _judged(read(link), n))), None)
    return _judged(read(value), n)


def _judged(read_value: Value, n: Names) -> LookAlike | None:
    if read_value.kind in ("handle", "name"):
        return _called(read_value, n)
    return _userinfo(read_value, n) or _host(read_value, n) or (_mailbox(read_value, n) if read_value.kind == "email" else None)


def _shown(shown: str, target: str, n: Names) -> LookAlike | None:
    """Find a link whose text is a brand's domain, and which leads to none of that brand's."""
    text, link = read(shown), read(target)
    at = _at(text.host, n) if text.kind in ("url", "domain") and " " not in text.text else ""
    if not at or not link.host or link.kind not in ("url", "domain"):
        return None
    home = _at(link.host, n)
    return None if home and n.homes[home] is n.homes[at] else _say(_plainly(n.homes[at], n), "text_mismatch")


def _say(found: Match, kind: str) -> LookAlike:
    brand = found.name.brand
    return LookAlike(brand.name, kind, brand.official, KINDS[kind].format(brand=brand.name, official=brand.official))


def _plainly(brand: Brand, n: Names) -> Match:
    return Match(n.exact[skeleton(brand.labels[0])], "exact", sure=True)


def _at(host: str, n: Names) -> str:
    """Give the official domain that ``host`` is or stands under; empty if none."""
    parts = host.split(".")
    return next((end for i in range(len(parts)) if (end := ".".join(parts[i:])) in n.homes), "")


def _host(v: Value, n: Names) -> LookAlike | None:
    if v.ip:
        return _number(v, n)
    if not v.suffix or v.host == v.suffix:
        return _pathed(v, n) if v.host in _FREE else None
    own = v.host[: -len(v.suffix) - 1].split(".")
    registrable = f"{own[-1]}.{v.suffix}"
    if registrable in n.unrelated:
        return None
    at = _at(v.host, n)
    if at and not _in_anothers(at, own[-1], n):
        return _passed_on(v, at, n) or (_pathed(v, n) if _host_in(v.host, _FREE) else None)
    return _domain(v.host, v.suffix, v.free) or _pathed(v, n)


def _in_anothers(at: str, label: str, n: Names) -> bool:
    """Say whether a brand's own top level carries another brand's whole name: nobody registers there, so the link lies."""
    name = n.exact.get(skeleton(label))
    return "." not in at and name is not None and len(name.skeleton) >= LEAST_INSIDE and name.brand is not n.homes[at]


@lru_cache(1 << 16)
def _domain(host: str, suffix: str, free: bool) -> LookAlike | None:  # noqa: FBT001 - a key of the cache
    """Judge a host that is no brand's own: many links share one."""
    own, n = host[: -len(suffix) - 1].split("."), names()
    return _registered(suffix, own[-1], n, free=free) or _joined(suffix, own, n) or _below(own, n)


def _joined(suffix: str, own: list[str], n: Names) -> LookAlike | None:
    """Read across the dots: ``myetherwa.llet.com``, and ``idec.market`` for ``idex.market``."""
    own = own[1:] if own[0] == "www" and len(own) > 1 else own
    if len(own) > 1:
        found = across(own, n)
        if found and len(found.name.skeleton) >= LEAST_ACROSS and found.sure:
            return _say(found, found.kind)
    text = skeleton(own[-1] + suffix.replace(".", ""))
    near = process.extractOne(text, n.domains.keys(), scorer=OSA.distance, score_cutoff=1)
    name = n.domains[near[0]] if near else None
    if name is None or not any(domain.endswith(f".{suffix}") for domain in name.brand.domains):
        return None
    return _say(Match(name, "typo", sure=True), "typo")


def _registered(suffix: str, label: str, n: Names, *, free: bool) -> LookAlike | None:  # noqa: PLR0911 - one line a reason
    """Judge the label that somebody registered."""
    found = match(label, n)
    if found is None:
        return None
    brand, top = found.name.brand, suffix.rpartition(".")[2]
    doubtful = brand.common or len(found.name.skeleton) < LEAST_INSIDE
    if found.kind == "typo" and doubtful and not (top in _CHEAP or free or "-" in label):
        return None
    if found.kind == "typo" and top not in _CHEAP and not free and honest(label, found.name.label):
        return None
    if found.kind != "exact":
        return _say(found, found.kind)
    if free:
        return None if found.name.word else _say(found, "free_host")
    if brand.everywhere and (len(top) == 2 or top not in _CHEAP):
        return None
    if brand.official == f"{found.name.label}.org" and suffix.startswith("org."):
        return _say(found, "wrong_tld")
    if found.name.word and top not in _CHEAP and (len(top) < 4 or top in _SETTLED):
        return None
    return _say(found, "wrong_tld")


def _below(own: list[str], n: Names) -> LookAlike | None:
    """Judge the labels before the registered one: ``kraken.com.evil.example``."""
    labels = own[:-1]
    for i in range(len(labels) - 1):
        for j in range(i + 2, min(i + 4, len(labels)) + 1):
            if brand := n.homes.get(".".join(labels[i:j])):
                return _say(_plainly(brand, n), "subdomain")
    lured = any(word in n.lures or OSA.distance(word, _LOGIN, score_cutoff=1) < 2 for word in map(skeleton, _WORDS.split(own[-1])))
    for label in reversed(labels):
        found = match(label, n)
        if not found or len(found.name.skeleton) < LEAST_TYPO or (found.kind == "typo" and (found.name.brand.common or not found.sure)):
            continue
        if lured or not (found.name.word or found.name.brand.everywhere) or found.kind != "exact":
            return _say(found, found.kind if found.kind in ("homoglyph", "typo") else "subdomain")
    return None


def _pathed(v: Value, n: Names) -> LookAlike | None:
    """Judge the path: an official domain in it, or a name beside a lure; on hosts open to anyone, a name will do."""
    if len(v.path) < 3:
        return None
    words = [word for word in map(skeleton, _WORDS.split(v.path)) if word]
    short, free = _host_in(v.host, _SHORT), v.free or _host_in(v.host, _FREE)
    if (short or free) and v.path.strip("/").split("/")[0].lower() in n.handles:
        return None
    for segment in re.split(r"[/?#=&]", v.path):
        if (brand := n.homes.get(segment.lower().removeprefix("www."))) and "." in segment and not (short or free):
            return _say(_plainly(brand, n), "path")
    lured = sum(word in n.lures for word in words)
    for segment in re.split(r"[/?#=&.]", v.path):
        found = match(segment.lower(), n) if len(segment) < 64 else None
        if found and len(found.name.skeleton) >= LEAST_TYPO and found.kind != "typo" and (found.sure or found.kind == "combosquat"):
            if short or free:
                if found.kind != "exact" or not found.name.word:
                    return _say(found, "shortener" if short else "free_host")
            elif lured and not found.name.word and re.match(r"/[^/]*/?(?:login|signin|verify|secure)", v.path, re.IGNORECASE):
                return _say(found, "path")
    return None


def _host_in(host: str, known: frozenset[str]) -> bool:
    host = host.removeprefix("www.")
    return host in known or host.partition(".")[2] in known


def _number(v: Value, n: Names) -> LookAlike | None:
    found = _pathed(v, n)
    if found is not None:
        return found
    address = ipaddress.ip_address(v.ip)
    return LookAlike(None, "bare_ip", None, KINDS["bare_ip"]) if v.kind == "url" and address.is_global else None


def _passed_on(v: Value, at: str, n: Names) -> LookAlike | None:
    """Find a link of a brand whose query names somebody else's host as the place to go on to."""
    for target in _REDIRECT.findall(v.path):
        host = read(f"https://{unquote(target)}/").host
        if "." in host and not _at(host, n):
            brand = n.homes[at]
            return LookAlike(brand.name, "open_redirect", brand.official, KINDS["open_redirect"].format(brand=brand.name))
    return None


def _userinfo(v: Value, n: Names) -> LookAlike | None:
    """Find a brand, or any host, before the ``@`` of a link."""
    if v.kind != "url" or not v.user or _at(v.host, n):
        return None
    for label in re.split(r"[.:@/]", v.user.lower()):
        if found := match(label, n):
            return _say(found, "userinfo")
    return None


def _mailbox(v: Value, n: Names) -> LookAlike | None:
    """Judge what stands before the ``@`` of a mailbox outside the brand's own domains."""
    at = _at(v.host, n)
    for label in v.user.lower().split("+")[0].split("."):
        found = match(label, n)
        own = found and at and n.homes[at] is found.name.brand and at not in _OPEN_MAIL
        if found and not own and not (found.kind == "exact" and found.name.word):
            return _say(found, "email")
    return None


_OPEN_MAIL: Final = frozenset(("gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "yandex.ru", "naver.com"))


def _called(v: Value, n: Names) -> LookAlike | None:
    """Judge a handle or display name."""
    if v.text.lstrip("@").lower() in n.handles:
        return None
    words = [word for word in _WORDS.split(unicodedata.normalize("NFC", v.text).lower()) if word]
    role, tick = bool(_ROLE.search(v.text.replace("_", " "))), bool(_TICK.search(v.text))
    if brand := next(_in_own_writing(v.text.casefold(), n), None) if role or tick else None:
        return _say(_plainly(brand, n), "display_name")
    for word in ["".join(words), *words] if len(words) < 8 else words:
        found = match(word, n)
        if found is None:
            continue
        if found.kind == "homoglyph" and plain(word) != word:
            return _say(found, "homoglyph")
        if role or tick or (v.kind == "handle" and found.kind != "exact" and found.sure and not (found.name.word and found.kind == "typo")):
            kind = found.kind if found.kind in ("homoglyph", "typo") else v.kind if v.kind == "handle" else "display_name"
            return _say(found, kind)
    return None


def home_of(host: str) -> Brand | None:
    """Say whose own domain a host is."""
    n = names()
    at = _at(host, n)
    return n.homes[at] if at else None


def shortens(host: str) -> bool:
    """Say whether links to a host hide where they lead."""
    return _host_in(host, _SHORT)


def opened_by_anyone(host: str) -> bool:
    """Say whether anyone may put up a page or form there."""
    return _host_in(host, _FREE)


def called_by(text: str) -> set[str]:
    """Name the brands that a text calls by name, or by an alias in its own writing."""
    n, small = names(), text.casefold()
    said = set(_WORDS.split(small))
    found = {name.brand.name for name in n.exact.values() if name.label in said}
    spaced = {brand.name for brand in n.homes.values() if " " in brand.name and brand.name.casefold() in small}
    return found | spaced | {brand.name for brand in _in_own_writing(small, n)}


def _in_own_writing(small: str, n: Names) -> Iterator[Brand]:
    """Give the brands that case-folded text calls by an alias; where its script parts words, by a word of its own, endings allowed."""
    for alias, brand in n.aliases.items():
        if alias in small and (not _PARTED.search(alias) or regex.search(_WORDED.format(regex.escape(alias)), small)):
            yield brand
