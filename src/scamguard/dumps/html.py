"""What a reader of HTML sees: its words, one line a block, and where a link leads if its words say something else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "td", "tr", "ul"}
)
_HIDDEN: Final = frozenset({"script", "style", "head", "title"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_GAPS = re.compile(r"[ \t]*\n[ \t\n]*")


def words(html: str) -> str:
    r"""Give the visible text.

    >>> words('<p>Dear customer,</p><p><a href="https://kraken.example/x">Verify&nbsp;now</a></p><script>x()</script>')
    'Dear customer,\nVerify\xa0now (https://kraken.example/x)'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _GAPS.sub("\n", "".join(reader.found)).strip()


def linked(text: str, address: str | None) -> str:
    """Put the address of a link behind its words, unless they already say it.

    >>> linked("kraken.com", "https://kraken-login.example"), linked("https://kraken.com", "https://kraken.com/")
    ('kraken.com (https://kraken-login.example)', 'https://kraken.com')
    """
    return text if not address or address.rstrip("/") in text else f"{text} ({address})"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden: list[str] = []
        self._links: list[tuple[int, str]] = []  # open ones: where their words begin, where they lead

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":  # closes a head that was left open
            self._hidden.clear()
        elif tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag in _BLOCKS:
            self.found.append("\n")
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self._links.append((len(self.found), address if ":" in address else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.found.append("\n")
        elif tag == "a" and self._links:
            start, address = self._links.pop()
            text = "".join(self.found[start:])
            if text.strip():
                self.found[start:] = [linked(text, address)]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(_SPACES.sub(" ", data))
