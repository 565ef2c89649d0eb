"""Links within links: what a mail gateway or a redirector leads on to, and what only names another page.

A gateway that checks links (Microsoft Safe Links, Proofpoint, Barracuda) puts its own host before every link of a mail, so it says
nothing about who wrote it; nor does Google's, under which it translates any page. A link that shares a page, or signs in somewhere with
a brand's account, names the other page on purpose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_GATEWAYS: Final = {  # host ends in → the parameter that holds the link
    "safelinks.protection.outlook.com": "url",
    "urldefense.proofpoint.com": "u",
    "linkprotect.cudasvc.com": "a",
}
GATEWAYS: Final = (*_GATEWAYS, "urldefense.com", "urldefense.us", "translate.goog")  # ends of the hosts whose links may be unwrapped
_TRANSLATED: Final = re.compile(r"((?:h(?:tt|xx)ps?://)?)([\w.-]+)\.translate\.goog(?=[/?#:]|$)", re.IGNORECASE)
_DEFENSE: Final = re.compile(r"https?://urldefense\.(?:com|us|proofpoint\.com)/v3/__(.+?)__;", re.IGNORECASE)
_REDIRECT: Final = re.compile(r"[?&#]([^=&?#]*)=\s*(?:https?:)?[/\\]{2}([^/\\&?#]+)", re.IGNORECASE)
_NAMED: Final = frozenset(("text", "body", "title", "quote", "ref", "referer", "referrer", "origin", "via"))  # where nobody is passed on to
_SHARES: Final = re.compile(r"/(?:share|sharer|sharing|sharearticle|intent|submit|oauth2?|authorize|translate)\b", re.IGNORECASE)


def unwrapped(link: str) -> str:
    """Give the link that a mail gateway or Google's translation has wrapped; any other link as it is.

    >>> unwrapped("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fkraken.com%2Fa&data=05")
    'https://kraken.com/a'
    >>> unwrapped("https://urldefense.proofpoint.com/v2/url?u=https-3A__kraken.com_a&d=x"), unwrapped("kraken.com")
    ('https://kraken.com/a', 'kraken.com')
    >>> unwrapped("https://www-kraken-com.translate.goog/a"), unwrapped("my--kraken-com.translate.goog")
    ('https://www.kraken.com/a', 'my-kraken.com')
    """
    if "translate.goog" in link.lower() and (found := _TRANSLATED.match(link)):
        return found[1] + _translated(found[2]) + link[found.end() :]
    if found := _DEFENSE.match(link):
        return found[1]
    if not any(gateway in link for gateway in _GATEWAYS):
        return link
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        asked = next((name for end, name in _GATEWAYS.items() if host == end or host.endswith(f".{end}")), "")
        inner = parse_qs(parts.query).get(asked, [""])[0]
    except ValueError:  # no link that a browser would open
        return link
    return (unquote(inner.replace("_", "/").replace("-", "%")) if asked == "u" else inner) or link


def _translated(label: str) -> str:
    """Give the host of a translated page: a hyphen stands for a dot, and two for a hyphen."""
    return "-".join(part.replace("-", ".") for part in label.split("--"))


def carried(path: str) -> Iterator[str]:
    """Give the hosts of the links that the path or query of another holds.

    >>> list(carried("/r?to=https://evil.example/a&b=//x.example"))
    ['evil.example', 'x.example']
    """
    for found in _REDIRECT.finditer(path):
        yield unquote(found[2])


def passed_on(path: str) -> Iterator[str]:
    """Give those of ``carried`` that a reader is passed on to: not what a link shares, translates or signs in to.

    >>> list(passed_on("/url?q=https://evil.example")), list(passed_on("/sharer.php?u=https://a.example"))
    (['evil.example'], [])
    """
    if _SHARES.search(path.partition("?")[0]):
        return
    for found in _REDIRECT.finditer(path):
        if found[1].lower() not in _NAMED:
            yield unquote(found[2])
