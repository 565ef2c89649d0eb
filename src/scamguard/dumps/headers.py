"""Headers of mail in words: encoded words (RFC 2047) decoded one by one, so that a broken one leaves the others readable."""

from __future__ import annotations

import binascii
import re
from typing import Final

from . import transfer

_LONGEST: Final = 1 << 20  # bytes of a header
# charset, language (RFC 2231, 5), encoding, words; broken across lines by programs that count only bytes
_WORD = re.compile(r"=\?([^?\s*]{1,64})(?:\*[^?\s]{0,64})?\?([qQbB])\?([^?]*(?:\?(?!=)[^?]*){0,8})\?=")
_SPACES = re.compile(r"\s+")
_FOLD = re.compile(r"\n[ \t]*")


def decoded(raw: bytes) -> str:
    r"""Give a header on one line; an encoded word that is broken stands as it is.

    >>> decoded(b"=?utf-8?b?5oKo\n 5aW9?= =?utf-8?q?=EF=BC?=\n =?utf-8?q?=8C?= a =?nope?q?b?=")
    '您好， a b'
    """
    value = transfer.text(raw[:_LONGEST], "")
    found: list[str] = []
    waiting: list[tuple[str, bytes]] = []  # neighbours may share a character
    last = 0
    for word in _WORD.finditer(value) if "=?" in value else ():
        between = value[last : word.start()]
        if between.strip() or not waiting:
            found += _joined(waiting), between
            waiting = []
        waiting.append((word[1].lower(), _bytes(word[2].lower(), _FOLD.sub("", word[3]))))
        last = word.end()
    return _SPACES.sub(" ", "".join([*found, _joined(waiting), value[last:]])).strip()


def is_foreign(raw: bytes) -> bool:
    """Say whether a header holds bytes that are no UTF-8 (RFC 6532), as some programs write it in the charset of the mail.

    >>> is_foreign(b"hello"), is_foreign("您好".encode()), is_foreign("您好".encode("gb2312"))
    (False, False, True)
    """
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def in_utf8(raw: bytes, charset: str) -> bytes:
    """Recode a header that is foreign."""
    return transfer.text(raw[:_LONGEST], charset).encode("utf-8", "surrogateescape") if is_foreign(raw) else raw


def _bytes(way: str, words: str) -> bytes:
    raw = words.encode("utf-8", "surrogateescape")
    return binascii.a2b_qp(raw, header=True) if way == "q" else transfer.decoded(raw, "base64")


def _joined(words: list[tuple[str, bytes]]) -> str:
    """Decode neighbours, those of one charset together."""
    runs: list[tuple[str, list[bytes]]] = []
    for charset, raw in words:
        if runs and runs[-1][0] == charset:
            runs[-1][1].append(raw)
        else:
            runs.append((charset, [raw]))
    return "".join(transfer.text(b"".join(held), charset) for charset, held in runs)
