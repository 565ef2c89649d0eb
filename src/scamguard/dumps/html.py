"""What a reader of HTML sees: its words, one line a block, and where a link leads if its words say something else.

The tree is the one that the HTML standard prescribes for any sequence of characters, so what a mail program shows is what is
read, however broken the markup. Pictures give their alternative text, and fields of forms what stands in them. What style
sheets hide is read too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from .inline import joined, link

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "option", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "template", "iframe", "noembed", "noframes"})
_UNSEEN: Final = frozenset({"hidden", "password", "checkbox", "radio", "color", "range"})  # fields whose values are not shown
_SPACES = re.compile(r"[ \t\r\n\f]+")
_GAPS = re.compile(r"[ \t]*\n[ \t\n]*")
_RUNS = re.compile(r" {2,}")  # of several elements
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*")
_MOST_TAGS: Final = 1000  # of one piece
_CUT: Final = frozenset({"<div", "<p", "<table", "<tr"})  # where a piece had best begin
_LONE = re.compile("[\ud800-\udfff]")
_STAND_IN: Final = "\U0010fffd"  # private use; for a byte that could not be decoded, which the parser would drop


def words(html: str) -> str:
    r"""Give the visible text.

    >>> words('<p>Dear customer,</p><p><a href="https://kraken.example/x">Verify&nbsp;now</a></p><script>x()</script>')
    'Dear customer,\nVerify\xa0now (https://kraken.example/x)'
    """
    found = "\n".join(_shown(piece) for piece in _pieces(_LONE.sub(_STAND_IN, html)))
    return _RUNS.sub(" ", _GAPS.sub("\n", found)).strip().replace(_STAND_IN, "\udcff")


def _pieces(html: str) -> Iterator[str]:
    """Cut a very long document: the standard asks at many a tag what is open, so the time grows with the square of the tags."""
    start, tags, opening = 0, 0, ""
    for tag in _TAG.finditer(html):
        tags += 1
        if tags > 2 * _MOST_TAGS or (tags > _MOST_TAGS and tag[0].lower() in _CUT):
            yield opening + html[start : tag.start()]
            start, tags = tag.start(), 0
            opening = "<table>" if tag[0].lower() == "<tr" else ""  # a row alone is none
    yield opening + html[start:]


def _shown(html: str) -> str:
    """Give the words of one document."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - few dumps hold HTML

    reader = _Reader()
    node: Any = LexborHTMLParser(html).root
    within = False  # whether what is within the node has been read
    while node is not None:
        if not within and reader.enter(node) and node.child is not None:
            node = node.child
            continue
        reader.leave(node.tag)
        within = node.next is None
        node = node.parent if within else node.next
    return joined(reader.found)


class _Reader:
    """What is read so far."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._links: list[tuple[int, str]] = []  # open ones: where their words begin, where they lead

    def enter(self, node: Any) -> bool:  # noqa: ANN401 - selectolax
        """Read where a node begins; False if nothing within it is shown."""
        tag = node.tag
        if tag == "-text":
            self.found.append(_SPACES.sub(" ", node.text_content or ""))
        elif tag in _BLOCKS:
            self.found.append("\n")
        elif tag == "a":
            address = node.attributes.get("href") or ""
            self._links.append((len(self.found), address if ":" in address else ""))
        elif tag in {"img", "area", "input"}:
            self.found.append(_labelled(node.attributes))
        return tag not in _HIDDEN

    def leave(self, tag: str | None) -> None:
        """Read where a node ends."""
        if tag in _BLOCKS:
            self.found.append("\n")
        elif tag == "a":
            start, address = self._links.pop()
            text = "".join(self.found[start:])
            if text.strip():
                self.found[start:] = link(text, address)


def _labelled(attributes: dict[str, str | None]) -> str:
    """Give the words that a picture or a field shows."""
    if (attributes.get("type") or "").lower() in _UNSEEN:
        return ""
    label = attributes.get("alt") or attributes.get("value") or attributes.get("placeholder") or ""
    return f" {_SPACES.sub(' ', label)} " if label.strip() else ""
