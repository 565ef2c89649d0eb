"""In which encoding a file is: told by its byte order mark, else UTF-8 if it can be, else by the statistics of chardet.

UTF-8 hardly ever fits by chance, so a file that is UTF-8 but for a few bytes is UTF-8 with flaws, be it ever so small. Only a
file that is full of other bytes is something else: GB18030, Big5, Shift_JIS, EUC-KR or a Windows code page. Few bytes say little to
statistics; Western letters within words of ASCII say enough by themselves. UTF-16 without a mark is told by its NULs, which stand
in every second place.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

BROKEN: Final = "scamguard.broken"  # the error handler for every encoding but UTF-8
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What chardet names → the superset that programs really write
_SUPERSETS: Final = {
    "ascii": "utf-8-sig", "big5": "big5hkscs", "cp950": "big5hkscs", "euc-kr": "cp949", "euc_kr": "cp949", "gb2312": "gb18030",
    "gbk": "gb18030", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "maccyrillic": "cp1251",
    "mac-cyrillic": "cp1251", "macroman": "cp1252", "shift_jis": "cp932", "utf-8": "utf-8-sig",
}  # fmt: skip
_ASCII: Final = bytes(range(0x80))
_LEAST_BYTES = 6  # that are not ASCII: three Chinese characters; fewer prove nothing
_MOST_FLAWS = 0.05  # of the characters beyond ASCII
_MOST_IN_UTF8 = 1 / 3  # of them, where some are right: of 54,000 short texts in eighteen other encodings none had less than 0.4
_LEAST_WIDE: Final = 8  # NULs; of UTF-16 a space or a line end is one
_WIDE: Final = 10  # characters to one NUL
_CONTROLS: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_RIGHT = 3  # characters that no other encoding has by chance among so few flaws
# What Windows-1252 has for Western languages and other code pages hardly use: no ð, þ, š, which are Turkish and Slavic letters elsewhere
_WESTERN: Final = frozenset("àáâãäåæçèéêëìíîïñòóôõöøœùúûüßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜ‘’“”–—…•€£¡¿«»°©®™´")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile("[A-Za-z]")
_SURER: Final = 2  # times as sure of another encoding, which may have the same letters


def _lone(error: UnicodeError) -> tuple[str, int]:
    """Stand one lone surrogate for what cannot be decoded; it becomes U+FFFD and is counted when a block is packed."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error(BROKEN, _lone)


def errors(encoding: str) -> str:
    """Name the error handler for an encoding: every byte keeps its own surrogate where that is possible."""
    return "surrogateescape" if encoding.startswith("utf-8") else BROKEN


def is_utf8(encoding: str) -> bool:
    """Say whether this is UTF-8, which Arrow reads too.

    >>> is_utf8("UTF8"), is_utf8("utf-8-sig"), is_utf8("gb18030")
    (True, True, False)
    """
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}


def guess(head: bytes, *, whole: bool = False) -> str:
    """Name the encoding of a file that begins like this, or is this ``whole``.

    Examples
    --------
    >>> guess("您好，客服".encode("gb18030") * 20), guess(b"plain"), guess("x".encode("utf-16"))
    ('gb18030', 'utf-8-sig', 'utf-16')
    >>> guess("für dich".encode("cp1252"), whole=True), guess("für dich".encode(), whole=True)
    ('cp1252', 'utf-8-sig')
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if (order := wide(head)) is not None:
        return order
    if (count := len(head.translate(None, _ASCII))) < _LEAST_BYTES:
        is_western = whole and count and _flaws(head, "utf-8") == 1 and _western(head) is not None
        return "cp1252" if is_western else "utf-8-sig"
    flaws = _flaws(head, "utf-8")
    if flaws <= _MOST_FLAWS or (flaws <= _MOST_IN_UTF8 and _right(head) >= _RIGHT):
        return "utf-8-sig"
    import chardet  # noqa: PLC0415 - only the rare file that is not UTF-8 needs it

    telling = b"\n".join(line for line in head.split(b"\n") if not line.isascii())  # plain lines would outvote them
    found = str(chardet.detect(telling)["encoding"] or "utf-8").lower()
    if (words := _western(telling)) is not None:
        sure = {str(one["encoding"]).lower(): one["confidence"] for one in chardet.detect_all(telling, ignore_threshold=True)}
        found = found if words and sure.get(found, 0.0) >= _SURER * sure.get("windows-1252", 0.0) else "windows-1252"
    name = _SUPERSETS.get(found, found)
    return name if _decodes(name) and _flaws(head, name) <= _MOST_FLAWS else "utf-8-sig"


def wide(head: bytes) -> str | None:
    r"""Name the order of UTF-16 without a mark; None if this is none.

    >>> wide("привет, send it".encode("utf-16-le")), wide(b"\0".join([b"send", b"your", b"seed", b"now", b""]))
    ('utf-16-le', None)
    """
    odd, even = (head[first::2].count(0) for first in (1, 0))
    order, there, beside = ("le", odd, even) if odd > even else ("be", even, odd)
    if len(head) % 2 or there < max(_LEAST_WIDE, len(head) / 2 / _WIDE) or beside * _WIDE > there:  # 一 has one on the other side
        return None
    try:
        text = codecs.getincrementaldecoder(f"utf-16-{order}")("strict").decode(head)
    except UnicodeError:
        return None
    return None if _CONTROLS.search(text) else f"utf-16-{order}"


def _western(text: bytes) -> list[str] | None:
    """Give the words beyond ASCII; None unless their letters are Western ones among ASCII ones, and so are all signs."""
    read = text.decode("cp1252", "replace")
    words = [word for word in _WORD.findall(read) if not word.isascii()]
    mixed = sum(_LATIN.search(word) is not None for word in words)
    return words if 2 * mixed >= len(words) and all(char.isascii() or char in _WESTERN for char in read) else None


def _decodes(name: str) -> bool:
    """Say whether Python has this encoding, and as one of text in which a line end is a line end."""
    try:
        return b"\n".decode(name) == "\n"
    except (LookupError, UnicodeError):
        return False


def _right(head: bytes) -> int:
    """Count the characters beyond ASCII that are UTF-8."""
    text = head.decode("utf-8", "ignore")
    return len(text) - len(text.encode("ascii", "ignore"))


def _flaws(head: bytes, name: str) -> float:
    """Share of the characters beyond ASCII that are none in this encoding; a character cut at the end is no flaw."""
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") / beyond if beyond else 1.0
