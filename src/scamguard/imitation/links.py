"""Links within longer text: plain ones, and those of HTML, Markdown and chats, which show one thing and may lead to another.

Every pattern here excludes its own opening sign from what it runs over, so that all take time linear in the text.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import regex

from .value import LOOSE, read

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME: Final = 64  # characters of a display name; whatever is longer, or has several lines, is a message
LONGEST_SHOWN: Final = 256  # characters before a link in which what it shows is looked for
ANCHOR_SIGNS: Final = ("](", "]:", "[/", "<")  # one of them stands in every text in which ``anchors`` finds something
_MOST: Final = 2048  # characters of a link
_MARKDOWN: Final = re.compile(r"\[([^\[\]\n]{1,256})\]\(\s*<?([^\s()<>\[\]]{1,2048})")
_DEFINED: Final = re.compile(r"(?m)^ {0,3}\[([^\[\]\n]{1,64})\]:[ \t]*<?([^\s<>]{1,2048})")
_REFERRING: Final = re.compile(r"\[([^\[\]\n]{1,256})\](?:\[([^\[\]\n]{0,64})\])?(?!:)")
_BOARD: Final = re.compile(r"\[url=[\"']?([^\[\]\s\"']{1,2048})[\"']?\]([^\[\]]{1,256})\[/url\]", re.IGNORECASE)
_PIPED: Final = re.compile(r"<(https?://[^<>|\s]{1,2048})\|([^<>|]{1,256})>", re.IGNORECASE)
_BEHIND: Final = re.compile(r"<(https?://[^<>|\s]{1,2048})>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)a(?=[\s/>])([^<>]*)>", re.IGNORECASE)
_HREF: Final = re.compile(r"(?:^|[\s\"'/])href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_TAGS: Final = re.compile(r"<[^<>]*>")
_RUN: Final = re.compile(r"[^\s<>\"'()\[\]{}|,;，。、！？：；…“”‘’«»\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+")
_BARE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}(?:[:/?#]|$)")
_HANDLE: Final = regex.compile(r"(?<![\p{L}\p{N}_@./*])@[\p{L}\p{N}_][\p{L}\p{N}_.]{2,49}(?<!\.)")


def is_message(text: str) -> bool:
    """Say whether ``text`` is more than a link, an address or a name."""
    return len(text) > LONGEST_NAME and any(sign in text for sign in " \n\t\u3000") and not text.isspace()


def anchors(text: str) -> Iterator[tuple[str, str]]:
    """Give ``(what is shown, where it leads)`` of each link in Markdown, forum code, Slack's way, Outlook's plain text or HTML.

    >>> list(anchors('[kraken.com](https://evil.example) <a class=x href="//e.example"><b>okx.com</b></a>'))
    [('kraken.com', 'https://evil.example'), ('okx.com', '//e.example')]
    >>> list(anchors("<https://e.example|okx.com> okx.com<https://e.example>"))
    [('okx.com', 'https://e.example'), ('okx.com', 'https://e.example')]
    """
    if "](" in text:
        for found in _MARKDOWN.finditer(text):
            yield found[1].strip().strip("*_`"), found[2]
    if "]:" in text:
        yield from _referring(text)
    if "[/" in text:
        yield from ((found[2].strip(), found[1]) for found in _BOARD.finditer(text))
    if "<" in text:
        yield from ((found[2].strip(), found[1]) for found in _PIPED.finditer(text))
        yield from _behind(text)
        yield from _html(text)


def _referring(text: str) -> Iterator[tuple[str, str]]:
    """Give Markdown links whose target is defined elsewhere: ``[kraken.com][1]``."""
    targets = {found[1].casefold(): found[2] for found in _DEFINED.finditer(text)}
    for found in _REFERRING.finditer(text) if targets else ():
        if target := targets.get((found[2] or found[1]).casefold()):
            yield found[1].strip().strip("*_`"), target


def _behind(text: str) -> Iterator[tuple[str, str]]:
    """Give what stands right before a link in angle brackets, as Outlook writes HTML down as plain text."""
    for found in _BEHIND.finditer(text):
        before = text[max(0, found.start() - LONGEST_SHOWN) : found.start()]
        if before and not before[-1].isspace():
            yield before.split()[-1], found[1]


def _html(text: str) -> Iterator[tuple[str, str]]:
    """Give the links of HTML; entities are read as the characters they stand for."""
    target, begin = "", 0
    for tag in _TAG.finditer(text):
        if tag[1] and target:
            yield html.unescape(_TAGS.sub("", text[begin : min(tag.start(), begin + _MOST)])).strip(), target
        href = None if tag[1] else _HREF.search(tag[2])
        target, begin = html.unescape((href[1] or href[2] or href[3] or "")[:_MOST]).strip() if href else "", tag.end()


def links(text: str) -> Iterator[str]:
    """Give the links, domains and e-mail addresses in a message, in order.

    >>> list(links("Log in at https://kraken.example/a, or write to help@okx.com. Done.Then what?"))
    ['https://kraken.example/a', 'help@okx.com']
    """
    text = text.replace("[.]", ".").replace("(.)", ".").replace("[@]", "@")
    for run in _RUN.findall(text):
        if "." not in run and "://" not in run:
            continue
        link = run[:_MOST].strip(LOOSE)
        scheme = link.find("://")
        if scheme > 0:
            yield link[max(scheme - 5, 0) :] if link[max(scheme - 5, 0) : scheme].lower() in ("https", "hxxps") else link
        elif "." in link and _known_end(link):
            yield link


def handles(text: str) -> Iterator[str]:
    """Give the handles in a message, in order, each without the full stop behind it.

    >>> list(handles("write to @kraken_desk, not to help@okx.com or to r***@okx.com"))
    ['@kraken_desk']
    """
    for found in _HANDLE.finditer(text):
        yield found[0]


@lru_cache(1 << 12)
def _known_end(link: str) -> bool:
    """Say whether what looks like a host has an ending that exists: ``done.Then`` has none."""
    host = link.rpartition("@")[2]
    if not _BARE.match(host):
        return False
    value = read(link)
    return value.kind in ("url", "domain", "email") and (value.known or "/" in host)
