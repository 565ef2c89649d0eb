"""Reading one value: is it a link, a domain, an e-mail address, a handle or a name, and where would it lead?

As a browser reads it (WHATWG URL): the host is what stands between the last ``@`` of the authority and the port, a
backslash is a slash, and an IPv4 address may be written as one number, or with octal and hexadecimal parts.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import regex

from .hints import ENDING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LOOSE: Final = ".:!?*_~`-="  # signs that are no part of a link at whose ends they stand
_SCHEME: Final = re.compile(rf"[{re.escape(LOOSE)}]*(?:h(?:tt|xx)ps?|ftp)\s*:[/\\]{{1,3}}", re.IGNORECASE)
_HOST: Final = re.compile(r"[^\s/?#@:,;\"'<>()]+(?:\.[^\s/?#@:,;\"'<>().]+)+\.?")
_HANDLE: Final = re.compile(r"@?[\w.-]{2,60}")
_AS_SIGNS: Final = str.maketrans({**dict.fromkeys("‐‑‒–−－", "-"), **dict(zip("．｡／：？＃＠", "../:?#@", strict=True))})
_UNSEEN: Final = regex.compile(r"\p{Default_Ignorable_Code_Point}")  # what nobody sees
FULL_STOP: Final = r"(?<=[A-Za-z0-9ａ-ｚＡ-Ｚ０-９])。(?=[A-Za-zａ-ｚＡ-Ｚ])"  # elsewhere it ends a sentence
_FULL_STOP: Final = re.compile(FULL_STOP)
MARKED_DOT: Final = r"[\[({<][ \t]?(?:\.|[dD][oO][tT]|точка|[点點])[ \t]?[\])}>]"
_MARKED_DOT: Final = re.compile(rf"[ \t]?{MARKED_DOT}[ \t]?")
_BROKEN: Final = re.compile(r"-\r?\n(?=\w)")
_LOOSE_DOT: Final = r"(?:\.\s{1,2}|[,•·](?=\S)|[点點][ \t]?)"  # before an ending, and maybe behind a blank
_APART: Final = re.compile(
    rf"([\w-]{{1,63}}(?:\.[\w-]{{1,63}})*)(?:\s\.|\s?{_LOOSE_DOT}|[ \t](?:[dD][oO][tT]|точка)[ \t])({ENDING})((?:[/:?#]\S*)?)"
)
_ODD_ADDRESS: Final = re.compile(r"(?:0x[0-9a-f]{0,8}|[0-9]{1,11})(?:\.(?:0x[0-9a-f]{0,8}|[0-9]{1,11})){0,3}")
_MOST: Final = 2048  # characters; whatever stands after them does not change where a link leads
LONGEST_HOST: Final = 253  # characters (RFC 1035); what is longer leads nowhere and is not worth remembering
_RESERVED: Final = frozenset(("example", "test", "invalid"))  # RFC 2606: what examples use for names that somebody has


@dataclass(frozen=True, slots=True)
class Value:
    """What a value is made of; what it lacks is empty."""

    kind: str  # url, domain, email, handle or name
    text: str
    host: str = ""  # decoded, small letters
    user: str = ""  # what stands before the @
    path: str = ""  # with query, percent signs undone
    suffix: str = ""  # public suffix of the host
    free: bool = False  # anyone may have a name under this suffix: github.io
    ip: str = ""  # the host as an address
    known: bool = False  # its ending is on the list of public suffixes, or kept for examples (RFC 2606)

    @property
    def label(self) -> str:
        """The label of the host that somebody registered."""
        return self.host[: -len(self.suffix) - 1].rpartition(".")[2]


@cache
def _suffixes() -> tuple[PublicSuffixList, PublicSuffixList]:
    """Load the bundled snapshot: with and without the private part. Hosts are asked about decoded."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 50 ms, only where a link is judged

    every, icann = (PublicSuffixList(accept_unknown=False, accept_encoded_idn=False, only_icann=only) for only in (False, True))
    return every, icann


def read(text: str) -> Value:
    """Take a value apart; never fails.

    >>> read("https://kraken.com@evil.example/login").host, read("=https://evil.example").host
    ('evil.example', 'evil.example')
    """
    return _read(text[:_MOST])


@lru_cache(1 << 10)
def _read(text: str) -> Value:  # noqa: PLR0911 - one return a kind of value
    """Read what is asked for several times on end: what a link is, whom it imitates."""
    text = text.strip().replace("[@]", "@")
    given, text = text.replace("[.]", ".").replace("(.)", "."), meant(text)
    scheme = _SCHEME.match(text)
    if not scheme and text.startswith("//"):
        return _link(text[2:], text, "url")
    if scheme:
        return _link(text[scheme.end() :], text, "url")
    if text.startswith("mailto:"):
        text = text[7:].split("?")[0]
    if given.startswith("@") and _HANDLE.fullmatch(given):
        return Value("handle", given, user=given[1:])
    before, at, after = text.rpartition("@")
    if at and before and " " not in text and "/" not in text and "." in after:
        return _link(text, text, "email")
    if " " not in text and _HOST.match(text):
        found = _link(text, text, "url" if re.search(r"[/?#]", text) else "domain")
        if found.suffix or found.ip or found.kind == "url":
            return found
    if _HANDLE.fullmatch(given):
        return Value("handle", given, user=given.lstrip("@"))
    return Value("name", given)


def meant(text: str) -> str:
    """Write a link as it is meant: with a dot for what stands for one, and without the space or line that breaks it.

    >>> meant("usps-help[dot]com"), meant("usps-help . com/a"), meant("usps-help。com"), meant("USPS Help"), meant("Done. Come")
    ('usps-help.com', 'usps-help.com/a', 'usps-help.com', 'USPS Help', 'Done. Come')
    """
    if not text.isascii():
        text = _FULL_STOP.sub(".", _UNSEEN.sub("", text).translate(_AS_SIGNS))
    if any(sign in text for sign in ")]}>"):
        text = _MARKED_DOT.sub(".", text)
    if "\n" in text:
        text = _BROKEN.sub("-", text)
    found = _APART.fullmatch(text)
    return f"{found[1]}.{found[2]}{found[3]}" if found else text


def folded(text: str) -> str:
    """Write a text with the plain letters and signs that its letters, hyphens and dots are forms of; what nobody sees is left out.

    >>> folded("ｕｓｐｓ‑ⓗⓔⓛⓟ．𝐜\u200b𝐨𝐦")
    'usps-help.com'
    """
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).translate(_AS_SIGNS)


def _link(rest: str, text: str, kind: str) -> Value:
    rest = rest.replace("\\", "/")
    end = re.search(r"[/?#]", rest)
    authority, path = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    user, _, host = authority.rpartition("@")
    host = decoded(unquote(re.sub(r":\d*$", "", host)))
    suffix, free, known = _ending(host)
    if not known and not host.isascii():  # no ending has such letters; where the ending is plain they are what is judged
        host = decoded(folded(host))
        suffix, free, known = _ending(host)
    address = _address(host) or (_written_oddly(host) if _SCHEME.match(text) else "")  # without a scheme, 1.5 is a number
    return Value(kind, text, host, unquote(user), unquote(path), suffix, free, address, known)


def decoded(host: str) -> str:
    """Decode punycode, label by label; what is not valid stays as it is."""
    import idna  # noqa: PLC0415 - its tables are read only where a link is judged

    labels = host.strip(".").lower().replace("。", ".").split(".")
    for i, label in enumerate(labels):
        if label.startswith("xn--"):
            try:
                labels[i] = idna.decode(label)
            except (idna.IDNAError, UnicodeError):
                try:  # IDNA 2008 refuses symbols and mixed directions, browsers show or resolve them
                    labels[i] = label[4:].encode("ascii").decode("punycode")
                except (UnicodeError, ValueError):
                    continue
    return ".".join(labels).lower()


def _ending(host: str) -> tuple[str, bool, bool]:
    """Give the public suffix of a host, whether anyone may have a name under it, and whether it is known."""
    return _suffix(host) if len(host) <= LONGEST_HOST else _suffix.__wrapped__(host)


@lru_cache(1 << 16)
def _suffix(host: str) -> tuple[str, bool, bool]:
    every, icann = _suffixes()
    try:
        listed = every.publicsuffix(host)
        suffix = listed or _last(host)
        if suffix == host and host.count(".") == 1 and every.publicsuffix(f"0{host}") == f"0{host}":
            suffix = _last(host)  # ``*.er``: somebody has registered the suffix itself
        return suffix, suffix != (icann.publicsuffix(host) or _last(host)), bool(listed) or suffix in _RESERVED
    except (UnicodeError, ValueError):
        return "", False, False


def _last(host: str) -> str:
    """Take the last label for the suffix where the list knows none: top levels come and go."""
    before, _, last = host.rpartition(".")
    return last if before and last.isalpha() else ""


def _address(host: str) -> str:
    try:
        if not host or not (host[0] in "0123456789[" or ":" in host):
            return ""
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return ""


def _written_oddly(host: str) -> str:
    """Read an IPv4 address of one to four parts, each decimal, octal or hexadecimal, as browsers do.

    >>> _written_oddly("0x8.8.2056"), _written_oddly("134744072"), _written_oddly("8.8.8.8.example")
    ('8.8.8.8', '8.8.8.8', '')
    """
    if not _ODD_ADDRESS.fullmatch(host):
        return ""
    try:
        *bytes_, last = [_number(part) for part in host.split(".")]
    except ValueError:  # 08 and 09 are no octal numbers
        return ""
    if max(bytes_, default=0) > 255 or last >= 256 ** (4 - len(bytes_)):  # a byte; the last part fills what is left
        return ""
    return str(ipaddress.IPv4Address(int.from_bytes([*bytes_, *last.to_bytes(4 - len(bytes_), "big")], "big")))


def _number(part: str) -> int:
    """Read a part of an address: hexadecimal behind 0x, octal behind 0 (WHATWG URL, IPv4 number parser)."""
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part[0] == "0" else 10)
