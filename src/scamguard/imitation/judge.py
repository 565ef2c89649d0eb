"""The judge: reads one value with care and says what it imitates, how, and where the real one is.

A brand's own domains, and honest ones known to look alike, are let through before anything else is asked.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ..errors import InputError
from .called import WORDS, called, profiled, theirs
from .carried import carried, passed_on, unwrapped
from .finding import KINDS, LookAlike, plainly, say
from .honest import honest
from .hosts import CHEAP, OPEN_HOSTS, SHORTENERS, abroad, at_home, host_in, is_states, named_abroad, open_to_mail
from .labels import Match, across, beside, hunted, match
from .links import anchors, is_message, links
from .names import LEAST_INSIDE, LEAST_TYPO, names, words
from .profiles import profile
from .skeleton import skeleton
from .value import LONGEST_HOST, Value, read

if TYPE_CHECKING:
    from ..brands import Brand
    from .names import Name, Names

_SETTLED: Final = words("settled_endings")
_SOLD: Final = words("sold_endings")
_TALKS: Final = words("talks_of_hosts")
_ENDINGS: Final = frozenset(("com", "gov", "net", "org", "co", "ie", "de", "fr", "ca"))  # before a hyphen, to be read as the end
_RENTED: Final = words("rented_hosts")
_REGIONS: Final = frozenset(("us", "eu", "uk"))  # as firms name parts of the world in their own hosts
_LOGIN: Final = skeleton("login")  # the one lure that is itself misspelt
_ERRAND: Final = re.compile("|".join(sorted(map(skeleton, words("roles") | words("errands")))))
_TENANTS: Final = frozenset(("onmicrosoft.com",))
LEAST_ACROSS: Final = 9  # letters of a name that is read across dots
SIGN_IN: Final = "login|signin|verify|secure"  # in the path of a page where one does
_LOGIN_PAGE: Final = re.compile(rf"/[^/]*/?(?:{SIGN_IN})", re.IGNORECASE)


def lookalike(value: str) -> LookAlike | None:
    """Say what one link, domain, e-mail address, handle or display name imitates.

    Parameters
    ----------
    value
        Any text. What is none of these is read as a display name, or, if it is longer than one, as a message: its first
        link with a finding counts, and so does a link in HTML or Markdown that shows one domain and leads to another.

    Returns
    -------
    LookAlike | None
        The finding; None for what is a brand's own or resembles none.

    Raises
    ------
    InputError
        ``value`` is no ``str``.

    >>> found = lookalike("kraken-support.com")
    >>> found.brand, found.kind, found.official
    ('Kraken', 'combosquat', 'kraken.com')
    >>> lookalike("support.kraken.com") is None
    True
    """
    if not isinstance(value, str):
        raise InputError(f"value is {type(value).__name__}, not str; for many values use scamguard.lookalikes")
    n = names()
    for shown, target in anchors(value):
        if found := _shown(shown, target, n) or _judged(target, n):
            return found
    if is_message(value):
        return next((found for link in links(value) if (found := _judged(link, n))), None)
    return _judged(value, n)


def remembered(value: str) -> LookAlike | None:
    """Give ``lookalike`` of a value, a short one judged once: a campaign sends many people the same link."""
    return _remembered(value) if len(value) <= _REMEMBERED else lookalike(value)


_REMEMBERED: Final = 128  # characters
_remembered = lru_cache(1 << 12)(lookalike)


def _judged(value: str, n: Names) -> LookAlike | None:
    v = read(unwrapped(value))
    if v.kind in ("handle", "name"):
        return called(v, n)
    return _userinfo(v, n) or _host(v, n) or _carried(v, n) or _passed_on(v, n) or (_mailbox(v, n) if v.kind == "email" else None)


def _shown(shown: str, target: str, n: Names) -> LookAlike | None:
    """Find a link whose text is a brand's domain, or holds a link of its, and which leads to none of that brand's."""
    text, link = read(unwrapped(shown)), read(unwrapped(target))
    if " " in text.text:
        text = read(next((part for part in text.text.split() if "://" in part), ""))
    at = at_home(text.host, n) if text.kind in ("url", "domain") else ""
    if not at or not link.host or link.kind not in ("url", "domain"):
        return None
    home = at_home(link.host, n)
    return None if home and n.homes[home] is n.homes[at] else say(plainly(n.homes[at], n), "text_mismatch")


def _host(v: Value, n: Names) -> LookAlike | None:
    if v.ip:
        return _number(v, n)
    if not v.suffix or v.host == v.suffix:
        return _pathed(v, n) if v.host in OPEN_HOSTS else None
    own = v.host[: -len(v.suffix) - 1].split(".")
    registrable = f"{own[-1]}.{v.suffix}"
    if registrable in n.unrelated:
        return None
    at = at_home(v.host, n)
    if at and not _in_anothers(at, own[-1], n):
        anyones = v.free and f".{v.suffix}".endswith(f".{at}")  # ``s3.amazonaws.com`` is Amazon's, what stands under it is not
        found = _pathed(v, n) if host_in(v.host, OPEN_HOSTS | SHORTENERS) or profile(v)[1] else None
        return found or (_strangers(v) if anyones and host_in(v.host, OPEN_HOSTS) else None)
    return _strangers(v) or _pathed(v, n)


def _in_anothers(at: str, label: str, n: Names) -> bool:
    """Say whether a brand's own top level carries another brand's whole name: nobody registers there, so the link lies."""
    name = n.exact.get(skeleton(label))
    return "." not in at and name is not None and len(name.skeleton) >= LEAST_INSIDE and name.brand is not n.homes[at]


def _strangers(v: Value) -> LookAlike | None:
    """Judge a host that is no brand's own: many links share one."""
    judge = _domain if len(v.host) <= LONGEST_HOST else _domain.__wrapped__
    return judge(v.host, v.suffix, v.free)


@lru_cache(1 << 16)
def _domain(host: str, suffix: str, free: bool) -> LookAlike | None:  # noqa: FBT001 - a key of the cache
    own, n = host[: -len(suffix) - 1].split("."), names()
    return _registered(suffix, own[-1], n, free=free) or _joined(suffix, own, n) or _below(suffix, own, n)


def _joined(suffix: str, own: list[str], n: Names) -> LookAlike | None:
    """Read across the dots: ``myetherwa.llet.com``, ``curbe.finance`` for ``curve.finance``, and ``validate-collab.land``."""
    own = own[1:] if own[0] == "www" and len(own) > 1 else own
    if len(own) > 1:
        found = across(own, n)
        if found and len(found.name.skeleton) >= LEAST_ACROSS and found.sure:
            return say(found, found.kind)
    ending = suffix.replace(".", "")
    _, hyphen, tail = own[-1].rpartition("-")
    if hyphen and (name := n.domains.get(skeleton(tail + ending))) and f"{tail}.{suffix}" in name.brand.domains:
        return say(Match(name, "combosquat", sure=True), "combosquat")
    text = skeleton(own[-1] + ending)
    near = process.extractOne(text, n.domains.keys(), scorer=OSA.distance, score_cutoff=1)
    name = n.domains[near[0]] if near else None
    if name is None or not any(domain.endswith(f".{suffix}") for domain in name.brand.domains):
        return None
    return say(Match(name, "typo", sure=True), "typo")


def _registered(suffix: str, label: str, n: Names, *, free: bool) -> LookAlike | None:  # noqa: PLR0911 - one line a reason
    """Judge the label that somebody registered."""
    top = suffix.rpartition(".")[2]
    found = match(label, n) or (beside(label, n) if top in CHEAP and not free else None)
    if found is None or (found.kind == "typo" and is_states(suffix)):
        return None
    brand = found.name.brand
    doubtful = brand.common or len(found.name.skeleton) < LEAST_INSIDE
    if found.kind == "typo" and doubtful and not (top in CHEAP or free or "-" in label):
        return None
    if found.kind == "typo" and top not in CHEAP and not free and honest(label, found.name.label):
        return None
    if found.kind != "exact":
        return say(found, found.kind)
    if free:
        return None if found.name.word and not (suffix in _SOLD and hunted(found.name)) else say(found, "free_host")
    if brand.everywhere and (len(top) == 2 or top not in CHEAP):
        return None
    if brand.official == f"{found.name.label}.org" and suffix.startswith("org."):
        return say(found, "wrong_tld")
    if found.name.word and top not in CHEAP and (len(top) < 4 or top in _SETTLED):
        return None
    return say(found, "wrong_tld")


def _below(suffix: str, own: list[str], n: Names) -> LookAlike | None:
    """Judge the labels before the registered one: ``kraken.com.evil.example``."""
    return _domain_in_front(own, n) or _abroad_in_front(suffix, own, n) or _name_in_front(suffix, own, n)


def _domain_in_front(own: list[str], n: Names) -> LookAlike | None:
    labels = own[:-1]
    for i in range(len(labels) - 1):
        for j in range(i + 2, min(i + 4, len(labels)) + 1):
            if brand := n.homes.get(".".join(labels[i:j])):
                return say(plainly(brand, n), "subdomain")
    ending, hyphen, _ = own[-1].partition("-")  # ``usps.com-track.example``, ``e-zpass.com-track.example``
    if not labels or not hyphen:
        return None
    if brand := n.homes.get(f"{labels[-1]}.{ending}"):
        return say(plainly(brand, n), "subdomain")
    name = n.exact.get(skeleton(labels[-1].replace("-", ""))) if ending in _ENDINGS else None
    return say(Match(name, "exact", sure=True), "subdomain") if name else None


def _abroad_in_front(suffix: str, own: list[str], n: Names) -> LookAlike | None:
    """Find the name of a brand that is everywhere under a country's ending: ``amazon.co.jp.evil.example``.

    Firms part their own hosts by customer and country (``visa.us.bank.example``), so a bare ``us`` or a word is too little.
    """
    labels, cheap = own[:-1], suffix.rpartition(".")[2] in CHEAP
    for i in range(len(labels) - 1 if not _rented(suffix, own) else 0):
        for j in range(i + 2, min(i + 3, len(labels)) + 1):
            brand = named_abroad(labels[i:j])
            plain = j == i + 2 and not cheap
            if brand and not (plain and (brand.word or labels[i + 1] in _REGIONS)):
                return say(plainly(brand, n), "subdomain")
    return None


def _rented(suffix: str, own: list[str]) -> bool:
    return any(f"{'.'.join(own[i:])}.{suffix}" in _RENTED for i in range(len(own)))


def _name_in_front(suffix: str, own: list[str], n: Names) -> LookAlike | None:
    rented = _rented(suffix, own)
    lured = any(word in n.lures or OSA.distance(word, _LOGIN, score_cutoff=1) < 2 for word in map(_bare, WORDS.split(own[-1])))
    for label in reversed(own[:-1]):
        found = match(label, n)
        if not found or (found.kind == "typo" and (found.name.brand.common or not found.sure)):
            continue
        if len(found.name.skeleton) < LEAST_TYPO and not (found.kind == "exact" and _telling(found.name, lured=lured)):
            continue
        if found.kind == "exact" and (rented or not (lured or not (found.name.word or found.name.brand.everywhere))):
            continue
        return say(found, found.kind if found.kind in ("homoglyph", "typo") else "subdomain")
    return None


def _bare(word: str) -> str:
    return skeleton(word.rstrip("0123456789"))


def _telling(name: Name, *, lured: bool) -> bool:
    """Say whether a short name in front of somebody else's domain is one too many: ``usps.evil.example``."""
    return name.distinct and (len(name.skeleton) == LEAST_TYPO - 1 or lured)


def _pathed(v: Value, n: Names) -> LookAlike | None:
    """Judge the path: an official domain in it, or a name beside a lure; on hosts open to anyone, a name will do."""
    if len(v.path) < 3:
        return None
    short, free = host_in(v.host, SHORTENERS), v.free or host_in(v.host, OPEN_HOSTS)
    platform, handle = profile(v)
    if platform and not free:
        return profiled(platform, handle, n)
    if short or free:
        return None if theirs(handle or v.path.strip("/").split("/")[0], platform) else _page(v, n, "shortener" if short else "free_host")
    if host_in(v.host, _TALKS):
        return None
    for segment in re.split(r"[/?#=&@]", v.path):
        if (brand := n.homes.get(segment.lower().removeprefix("www."))) and "." in segment:
            return say(plainly(brand, n), "path")
    lured = any(skeleton(word) in n.lures for word in WORDS.split(v.path) if word)
    return _page(v, n, "path") if lured and _LOGIN_PAGE.match(v.path) else None


def _page(v: Value, n: Names, kind: str) -> LookAlike | None:
    """Find a name in the steps of a path."""
    for segment in re.split(r"[/?#=&@.]", v.path):
        found = match(segment.lower(), n) if len(segment) < 64 else None
        if not found or len(found.name.skeleton) < LEAST_TYPO or found.kind == "typo":
            continue
        if (found.sure or found.kind == "combosquat") and (not found.name.word or (kind != "path" and found.kind != "exact")):
            return say(found, kind)
    return None


def _number(v: Value, n: Names) -> LookAlike | None:
    found = _pathed(v, n)
    if found is not None:
        return found
    address = ipaddress.ip_address(v.ip)
    return LookAlike(None, "bare_ip", None, KINDS["bare_ip"]) if v.kind == "url" and address.is_global else None


def _carried(v: Value, n: Names) -> LookAlike | None:
    """Judge the hosts of links that a link holds, whoever passes them on."""
    if v.kind != "url":
        return None
    found = (_host(read(f"https://{host}"), n) for host in carried(v.path))
    return next((one for one in found if one and one.brand), None)


def _passed_on(v: Value, n: Names) -> LookAlike | None:
    """Find a link of a brand whose query names somebody else's host as the place to go on to."""
    at = at_home(v.host, n) if v.kind == "url" else ""
    for target in passed_on(v.path) if at else ():
        host = read(f"https://{target}/").host
        if "." in host and not at_home(host, n):
            brand = n.homes[at]
            return LookAlike(brand.name, "open_redirect", brand.official, KINDS["open_redirect"].format(brand=brand.name))
    return None


def _userinfo(v: Value, n: Names) -> LookAlike | None:
    """Find a brand, or any host, before the ``@`` of a link."""
    if v.kind != "url" or not v.user or at_home(v.host, n):
        return None
    for label in re.split(r"[.:@/]", v.user.lower()):
        if found := match(label, n):
            return say(found, "userinfo")
    return None


def _mailbox(v: Value, n: Names) -> LookAlike | None:
    """Judge what stands before the ``@`` of a mailbox outside the brand's own domains."""
    labels = v.user.lower().split("+")[0].split(".")
    for label in labels:
        if (found := match(label, n)) is None:
            continue
        alone = found.kind == "exact" and found.name.word and not words("roles") & set(labels)
        if _speaks_for(found, v, n) if _is_mailbox_of(found.name.brand, v, n) else not alone:
            return say(found, "email")
    return None


def _speaks_for(found: Match, v: Value, n: Names) -> bool:
    """Say whether a customer's mailbox at a brand's own provider poses as its staff: many have the provider's name in theirs.

    What a brand sends itself comes from below (``orange@contact.orange.fr``), where only tenants of a cloud are customers.
    """
    if not (found.sure and open_to_mail(v) and (v.host == f"{v.label}.{v.suffix}" or at_home(v.host, n) in _TENANTS)):
        return False
    name, user = found.name, skeleton(v.user)
    whole = user == name.skeleton and not name.word and name.skeleton not in skeleton(v.label)  # ``google@gmail.com``, which nobody gets
    return whole or _ERRAND.search(user.replace(name.skeleton, " ")) is not None


def _is_mailbox_of(brand: Brand, v: Value, n: Names) -> bool:
    """Say whether a mailbox is a brand's: at its own domain, at one above it (dvla@mail.gov.uk), or abroad (ebay@ebay.de)."""
    at = at_home(v.host, n)
    if at:
        return n.homes[at] is brand or any(domain.endswith(f".{at}") for domain in brand.domains)
    return abroad(v) is brand
