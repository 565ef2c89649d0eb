"""How mail carries bytes and text (RFC 2045, 6; RFC 2046, 4.1.2), read as forgivingly as mail programs do.

Nothing raises: an encoding nobody knows is none, a broken escape stands as it is, and what is no base64 is passed over.
"""

from __future__ import annotations

import binascii
import contextlib
import re
from typing import Final

from . import encodings

_COMMENT = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"[a-z0-9-]+")
_RUN = re.compile(rb"[A-Za-z0-9+/]{2,}")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_JUNK: Final = bytes(set(range(256)) - set(_ALPHABET))
_SPOKEN = re.compile(rb"[A-Za-z]{2} [A-Za-z]{2}")  # words, which base64 never holds
_SOFT = re.compile(rb"=[ \t]+$", re.MULTILINE)  # a soft line break with white space behind, which gateways add
_UUE: Final = {"x-uuencode", "uuencode", "uue", "x-uue"}
_PROBE: Final = b"AZaz09 \n.,:;@/?!-_=\\x41\\u0041"  # what every charset of mail leaves as it is
_WIDE: Final = re.compile(r"utf-?_?(?:16|32)")
_MOST_FLAWS: Final = 0.3  # of the characters beyond ASCII; more, and the charset is not what it is said to be
_NOT_LONE = re.compile("[^\udc80-\udcff]+")
# What mail calls a charset → what senders mean by it (WHATWG Encoding); ASCII that is not is told by its bytes
_SUPERSETS: Final = {
    "": "?", "us-ascii": "?", "ascii": "?", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "utf-7": "?",
}  # fmt: skip


def decoded(raw: bytes, way: str) -> bytes:
    r"""Take the transfer encoding off.

    >>> decoded(b"c2Vl!ZA", "\r\n BASE64 (x)"), decoded(b"se= \ned=ZZ=21", "quoted-printable"), decoded(b"seed", "x-foo")
    (b'seed', b'seed=ZZ!', b'seed')
    """
    found = _TOKEN.search(_COMMENT.sub(" ", way.lower()))
    name = found[0] if found else ""
    if name == "base64":
        return _base64(raw)
    if name == "quoted-printable":
        return binascii.a2b_qp(_SOFT.sub(b"=", raw))
    return _uuencoded(raw) if name in _UUE else raw


def text(raw: bytes, charset: str) -> str:
    """Decode a text; bytes that fit no charset become lone surrogates.

    What is said to be UTF-7 is read as it stands and, if that is something else, decoded too: some programs do, others do not.
    """
    named = _SUPERSETS.get(charset, charset)
    if _known(named, raw):
        strict = raw.decode(named, encodings.errors(named))
        if _flaws(strict) <= _MOST_FLAWS:
            return strict
    guessed = encodings.guess(raw)
    found = raw.decode(guessed, encodings.errors(guessed))
    if charset in {"utf-7", "unicode-1-1-utf-7"} and (other := raw.decode("utf-7", "replace")) != found:
        return f"{found}\n\n{other}"
    return found


def _known(name: str, raw: bytes) -> bool:
    """Say whether this is a charset of mail, and not a codec of Python's that would change plain words."""
    try:
        if _WIDE.match(name):
            return b"\0" in raw or not raw.isascii()
        return _PROBE.decode(name) == _PROBE.decode("ascii")
    except (LookupError, ValueError):
        return False


def _flaws(found: str) -> float:
    """Share of the characters beyond ASCII that are none."""
    lone = len(_NOT_LONE.sub("", found))
    return lone / (len(found) - len(found.encode("ascii", "ignore"))) if lone else 0.0


def _base64(raw: bytes) -> bytes:
    """Decode base64; several pieces with padding each are read one after the other, and plain words among them too."""
    clean = raw.translate(None, _JUNK)
    body = clean.rstrip(b"=")
    found = _piece(body) if b"=" not in body else b"".join(map(_piece, _RUN.findall(body)))
    return found + b"\n\n" + raw if _SPOKEN.search(raw) else found


def _piece(clean: bytes) -> bytes:
    """Decode one piece without its padding; a character too many says nothing."""
    whole = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _uuencoded(raw: bytes) -> bytes:
    found = []
    for line in raw.split(b"\n"):
        if line[:6] == b"begin " or not line.strip():
            continue
        long = ((line[0] - 32 & 63) * 4 + 5) // 3  # as it says it is; what is behind is junk
        with contextlib.suppress(binascii.Error):
            found.append(binascii.a2b_uu(line[:long]))
    return b"".join(found)
