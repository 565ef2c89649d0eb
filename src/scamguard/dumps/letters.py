"""What mail programs show of a mail: the subject, then the text, then the names and texts of files that are attached.

Programs choose among alternatives as they like, so all of them are read: the richest one, and of the others what it does not
say. A scam that stands in one of them alone is read whichever one that is; an honest mail, which says the same in each, is read once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scamguard.contacts import name_and_address

from . import filenames, transfer
from .html import words
from .textkinds import READERS, flowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .mime import Part

_LARGEST_FILE: Final = 1 << 20  # bytes of an attached text: its beginning is what anybody reads
_SAID_NAME: Final = 30  # bytes of a display name: a longer one says more than who writes
_RUN: Final = 6  # words in a row that make the same text
_COMPARED: Final = 1 << 20  # characters; longer texts are read whole
_WHOLE: Final = 0.5  # of the lines of an alternative; if more are its own, all of it is
_ADDRESS = re.compile(r"https?://\S+")
_HOST = re.compile(r"https?://([^\s/?#<>()\[\]\"]+)")
# Words; a character of a script without spaces is one. The end of a sentence counts: «never do this» holds «do this», and says the opposite
_WORDS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]|[^\W_\u2e80-\u9fff\uac00-\ud7af]+|[.!?。！？](?=\s|$)")
_HTML: Final = {"text/html", "application/xhtml+xml", "text/x-amp-html"}
_BY_NAME: Final = {
    ".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".xhtml": "text/html", ".shtml": "text/html", ".md": "text/markdown",
    ".ics": "text/calendar", ".rtf": "text/rtf",
}  # fmt: skip


def text_of(found: Part) -> str:
    """Give what is shown of a mail, below the name of its sender if that is more than a name."""
    name, _ = sender_of(found)
    shown, files = _read(found)
    said = name if len(name.encode("utf-8", "replace")) > _SAID_NAME else ""
    return _joined((said, found.header("subject"), shown, files))


def sender_of(found: Part) -> tuple[str, str]:
    """Give the name and the address that a mail shows for its sender."""
    return name_and_address(found.header("from"))


def _read(found: Part) -> tuple[str, str]:
    """Give the words that are shown, and those of files below them."""
    parts = found.parts()
    loose = _plain(transfer.text(found.loose, ""))
    if not parts:
        said = _leaf(found)
        return (loose, _joined((_name(found), said))) if found.attached else (_joined((loose, said)), "")
    if found.kind.startswith("message/"):
        return _joined((loose, *map(text_of, parts))), _name(found)
    read = [_read(part) for part in parts]
    shown = [text for text, _ in read if text]
    files = _joined(text for _, text in read)
    return _joined((loose, *(_different(shown) if found.kind == "multipart/alternative" else shown))), files


def _name(found: Part) -> str:
    """Give the name of a file as it is shown; of a signature, or a picture in the text, no name is."""
    return "" if found.within or found.kind.endswith("-signature") else filenames.shown(found.title)


def _leaf(found: Part) -> str:
    """Give the words of a part without parts."""
    kind = _BY_NAME.get(f".{found.file_name.rpartition('.')[2]}", found.kind) if not found.kind.startswith("text/") else found.kind
    if not (kind.startswith(("text/", "multipart/", "message/")) or kind in READERS or kind in _HTML):
        return ""
    text = transfer.text(found.body(_LARGEST_FILE if found.attached else None), found.charset)
    if kind == "text/plain" and found.parameter("format") == "flowed":
        return _plain(flowed(text, delsp=found.parameter("delsp") == "yes"))
    return words(text) if kind in _HTML else _plain(READERS[kind](text) if kind in READERS else text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip("\n")


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))


def _different(texts: list[str]) -> list[str]:
    """Give of some alternatives what they say, the last and richest first, and nothing twice."""
    if len(texts) < 2 or sum(map(len, texts)) > _COMPARED:
        return list(dict.fromkeys(reversed(texts)))
    order = sorted(range(len(texts)), key=lambda place: (-len(_numbered(texts[place])), -place))
    known: set[tuple[str, ...]] = set()
    hosts: set[str] = set()
    kept: dict[int, str] = {}
    for place in order:
        kept[place] = _own(texts[place], known, hosts) if known else texts[place]
        known |= set(_runs([word for word, _ in _numbered(texts[place])]))
        hosts |= set(_HOST.findall(texts[place].casefold()))
    return [kept[place] for place in sorted(kept, reverse=True) if kept[place]]


def _own(text: str, known: set[tuple[str, ...]], hosts: set[str]) -> str:
    """Give the lines that say or link what is not known, with those around them; the whole text if they are most of it."""
    said = _numbered(text)
    runs = _runs([word for word, _ in said])
    own = {said[place][1] for start, run in enumerate(runs) if run not in known for place in range(start, min(start + _RUN, len(said)))}
    lines = text.split("\n")
    own |= {number for number, line in enumerate(lines) if set(_HOST.findall(line.casefold())) - hosts}
    if not own:
        return ""
    if len(own) > _WHOLE * len({number for _, number in said}):
        return text
    return "\n".join(line for number, line in enumerate(lines) if own & {number - 1, number, number + 1})


def _runs(said: list[str]) -> list[tuple[str, ...]]:
    size = min(_RUN, len(said))
    return list(zip(*(said[place:] for place in range(size)), strict=False))


def _numbered(text: str) -> list[tuple[str, int]]:
    """Give the words of a text, folded, with the numbers of their lines; it begins and ends like a sentence."""
    found = [(".", 0)]
    number = 0
    for number, line in enumerate(text.split("\n")):
        for word in _WORDS.findall(_ADDRESS.sub(" ", line.casefold())):
            if word not in ".!?。！？" or found[-1][0] != ".":
                found.append(("." if word in ".!?。！？" else word, number))
    return found if found[-1][0] == "." and len(found) > 1 else [*found, (".", number)]
