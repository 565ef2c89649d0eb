"""What a reader of HTML sees: its words, one line a block, and where a link leads if its words say something else.

The tree is the one that the HTML standard prescribes for any sequence of characters, so what a mail program shows is what is
read, however broken the markup. Pictures give their alternative text, and fields of forms what stands in them. What style
sheets hide is read too. A link around a picture or around nothing gives its address, and so do forms and pages that lead on by themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from .inline import Address, joined, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "option", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "template", "iframe", "noembed", "noframes"})
_UNSEEN: Final = frozenset({"hidden", "password", "checkbox", "radio", "color", "range"})  # fields whose values are not shown
_LEADING: Final = {"a": "href", "area": "href", "button": "formaction", "input": "formaction", "form": "action"}  # where they lead
_TOLD: Final = frozenset({*_LEADING, "img", "span"})  # by their attributes
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:|tel:|sms:", re.IGNORECASE)
_REFRESH: Final = re.compile(r"[\s\d.]*+[;,]?\s*+(?:url\s*+=\s*+)?['\"]?([^'\"]+)", re.IGNORECASE)
_DROPPED: Final = re.compile(r"[\t\r\n]")  # by browsers, from addresses
_SPACES = re.compile(r"[ \t\r\n\f]+")
_GAPS = re.compile(r"(?<![ \t])[ \t]*+\n[ \t\n]*+")  # blanks are tried once, from the first
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
    found = "\n".join(_shown(_pieces(_LONE.sub(_STAND_IN, html))))
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


def _shown(pieces: Iterable[str]) -> Iterator[str]:
    """Give the words of each piece of a document; what relative addresses lead from is said in its first."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - few dumps hold HTML

    base: str | None = None
    for piece in pieces:
        tree: Any = LexborHTMLParser(piece)
        if base is None:
            said = tree.css_first("base[href]")
            base = _resolved(said.attributes["href"] or "", "") if said is not None else ""
        yield _read(tree, base)


def _read(tree: Any, base: str) -> str:  # noqa: ANN401 - selectolax
    """Give the words of one document, and below them where it leads by itself."""
    reader = _Reader(base)
    node = tree.root
    within = False  # whether what is within the node has been read
    while node is not None:
        if not within and reader.enter(node) and node.child is not None:
            node = node.child
            continue
        reader.leave(node.tag)
        within = node.next is None
        node = node.parent if within else node.next
    for meta in tree.css("meta[http-equiv=refresh i]"):
        if (leads := _REFRESH.match(meta.attributes.get("content") or "")) is not None:
            reader.found.append(_Lone(_resolved(leads[1], base)))
    return joined(reader.pieces())


class _Lone(Address):
    """Where something without words leads."""

    __slots__ = ()


class _Reader:
    """What is read so far."""

    def __init__(self, base: str) -> None:
        self.found: list[str] = []
        self._base = base
        self._links: list[tuple[int, str]] = []  # open ones: where their words begin, where they lead
        self._said: set[str] = set()  # where links with words lead

    def enter(self, node: Any) -> bool:  # noqa: ANN401 - selectolax
        """Read where a node begins; False if nothing within it is shown."""
        tag = node.tag
        if tag == "-text":
            self.found.append(_SPACES.sub(" ", node.text_content or ""))
            return True
        if tag in _BLOCKS:
            self.found.append("\n")
        attributes = node.attributes if tag in _TOLD else {}
        if tag in _LEADING:
            address = attributes.get(_LEADING[tag]) or attributes.get("xlink:href") or ""
            self._links.append((len(self.found), _resolved(address, self._base)))
        if tag in {"img", "area", "input"}:
            self.found.append(_labelled(attributes))
        if label := attributes.get("data-mx-spoiler"):  # Matrix shows it before what it hides
            self.found.append(f" {label} ")
        return tag not in _HIDDEN

    def leave(self, tag: str | None) -> None:
        """Read where a node ends."""
        if tag in _LEADING:
            start, address = self._links.pop()
            held = self.found[start:]
            text = "".join(piece for piece in held if not isinstance(piece, Address))
            if tag == "form" or not text.strip():  # what a form says is no name of where it leads
                self.found.append(_Lone(address))
            else:
                self._said.add(address)
                self.found[start:] = [*link(text, address), *(piece for piece in held if isinstance(piece, Address))]
        if tag in _BLOCKS:
            self.found.append("\n")

    def pieces(self) -> Iterator[str]:
        """Give what is read; where something without words leads below its line, but once, and not if words lead there.

        Within the line it would part words, or look as if the words before it led there.
        """
        below: list[str] = []
        for piece in self.found:
            if isinstance(piece, _Lone):
                if piece not in self._said and _ELSEWHERE.match(piece):
                    self._said.add(piece)
                    below.append(f"\n{piece}")
                continue
            if piece == "\n":
                yield from below
                below.clear()
            yield piece
        yield from below


def _resolved(address: str, base: str) -> str:
    """Give an address in full; nothing if it leads nowhere without the page that it is on."""
    address = _DROPPED.sub("", address).strip()
    if not address or address.startswith("#"):
        return ""
    try:
        whole = urljoin(base or "https:", address) if base or address.startswith("//") else address
    except ValueError:  # no address, says the standard; browsers may think of something
        whole = address
    return whole if ":" in whole else ""


def _labelled(attributes: dict[str, str | None]) -> str:
    """Give the words that a picture or a field shows."""
    if (attributes.get("type") or "").lower() in _UNSEEN:
        return ""
    label = attributes.get("alt") or attributes.get("value") or attributes.get("placeholder") or ""
    return f" {_SPACES.sub(' ', label)} " if label.strip() else ""
