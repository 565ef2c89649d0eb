"""Links within longer text: plain ones, and those of HTML, Markdown and chats, which show one thing and may lead to another.

Every pattern here excludes its own opening sign from what it runs over, or runs over a bounded length, so that all take time linear in
the text.
"""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

import regex

from .hints import ENDING, leads
from .labels import match
from .names import names
from .value import FULL_STOP, LOOSE, MARKED_DOT, folded, read

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
_HOSTED: Final = re.compile(r"://[\\/]*[^\s\\/?#]*\w")  # a scheme alone leads nowhere
# A host behind a scheme that goes on where a run ends: with full-width letters or stops, or in Han, kana or Hangul.
_ODD: Final = re.compile(r"://[A-Za-z0-9.-]{0,64}[。\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3．｡ａ-ｚＡ-Ｚ０-９](?=[\w.．｡。])")
_ODD_HOST: Final = re.compile(rf"\w(?:[\w.．｡-]|{FULL_STOP}){{1,253}}")
_ODD_END: Final = re.compile(r"[.．｡。](?:[A-Za-zａ-ｚＡ-Ｚ]{2,24}(?![A-Za-zａ-ｚＡ-Ｚ0-9０-９_-])|[^\W\d_]{2,24}(?![\w-]))(?![.．｡]\w)")
_NO_LABEL: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3][A-Za-zａ-ｚＡ-Ｚ]")  # 开头的kraken.com
_ODD_TAIL: Final = re.compile(rf"[:/?#](?:{_RUN.pattern})?")
_BARE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}(?:[:/?#]|$)")
_SIGN: Final = re.compile(r"[^\x00-\x7f\w]")  # that stands beside a link, or that nobody sees within it
_HOSTLIKE: Final = re.compile(r"[\w.@-]+")
_TOP: Final = re.compile(r"[\w@-]+(?:\.[\w@-]+)*\.[^\W\d_]{2,24}(?![\w.@])")
_LEADS_IN: Final = frozenset(":=#$+~^*")  # signs before a link that are none of it; any that is not ASCII may be one
_CLEFT: Final = re.compile(r"(?:^|[^\w./\\])(?:h(?:tt|xx)ps?[.:;]?)?[/\\]{1,3}$", re.IGNORECASE)  # what is left of a broken scheme
_TAIL: Final = r"(?:/[^\s<>\"'()\[\]{}|,;]{0,255})?"
_SIX: Final = re.compile(rf"https?://\[[0-9a-f:.]{{3,45}}\](?::\d{{1,5}})?{_TAIL}", re.IGNORECASE)
_NUMBER: Final = re.compile(rf"[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}(?::[0-9]{{1,5}})?(?=/[A-Za-z]){_TAIL}")
_WIDE: Final = re.compile(r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９.－．｡。_＿/／-]+")
_WIDE_LETTER: Final = re.compile(r"[．-｡]")  # and some signs
_WIDE_STOP: Final = re.compile(r"。[A-Za-zａ-ｚ]")
_IS_WIDE: Final = re.compile(r"[Ａ-Ｚａ-ｚ．｡。](?<!。(?![A-Za-zａ-ｚ]))")
_MARKED: Final = re.compile(rf"{MARKED_DOT}(?:[ \t]|(?<![\[(]\.[\])]))[A-Za-z]{{2,24}}(?![\w-]){_TAIL}")  # ``links`` reads [.] itself
_APART: Final = re.compile(rf"\.(?:\s{{1,2}}|(?<=\s\.)){ENDING}{_TAIL}")  # begins with a plain sign, for which a search is ten times faster
_COMMA: Final = re.compile(rf",{ENDING}{_TAIL}")
_SPELLED: Final = re.compile(rf"[dD][oO][tT][ \t]{ENDING}{_TAIL}")
_FOREIGN: Final = re.compile(rf"(?:[•·点點][ \t]?|точка[ \t]){ENDING}{_TAIL}")
_NEXT_LINE: Final = re.compile(rf"-\r?\n[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{0,3}}\.[A-Za-z]{{2,24}}(?![\w-]){_TAIL}")
_JOINS: Final = frozenset("./-_@")  # before what is a part of a longer link or number
_NUMBERED: Final = re.compile(r"/(?<=[0-9]/)[A-Za-z]")  # behind a number without a scheme
_BEFORE: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\s?$")
_LONGEST_HOST: Final = 64  # characters of a host in front of a broken dot
_MOST_BROKEN: Final = 32  # of them in one message
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


def unmasked(text: str) -> str:
    """Take away the brackets that mask dots and signs, as they are where links are given."""
    return text.replace("[.]", ".").replace("(.)", ".").replace("[@]", "@")


def links(text: str) -> Iterator[str]:
    """Give the links, domains and e-mail addresses in a message, in order.

    >>> list(links("Log in at https://kraken.example/a, or write to help@okx.com. Done.Then what?"))
    ['https://kraken.example/a', 'help@okx.com']
    """
    text = unmasked(text)
    for run in _whole_runs(text) if "://" in text and not text.isascii() and _ODD.search(text) else _RUN.findall(text):
        if "." not in run and "://" not in run:
            continue
        link = run[:_MOST].strip(LOOSE)
        scheme = link.find("://")
        if scheme > 0:
            link = link[max(scheme - 5, 0) :] if link[max(scheme - 5, 0) : scheme].lower() in ("https", "hxxps") else link
            if _HOSTED.search(link):
                yield _cut(link) if _SIGN.search(link) else link
        elif "." in link and (host := _host_within(link)):
            yield host


def _whole_runs(text: str) -> Iterator[str]:
    """Give the runs of a text; one that ends within the host of its link goes on to the end of the link.

    >>> list(_whole_runs("开https://ｋraken。com/a看，或https://币安.中国/。"))
    ['https://ｋraken。com/a', 'https://币安.中国/']
    """
    done = 0
    for found in _RUN.finditer(text):
        if found.start() >= done:
            done = _link_end(text, found) or found.end()
            yield text[found.start() : done]


def _link_end(text: str, run: re.Match[str]) -> int:
    """Say where the link ends whose host begins in a run and goes on behind it; 0 if there is none."""
    scheme = text.find("://", run.start(), run.end())
    if scheme < 0 or "/" in text[scheme + 3 : run.end()] or read(text[scheme + 3 : run.end()]).known:
        return 0
    host = _ODD_HOST.match(text, scheme + 3)
    for end in _ODD_END.finditer(text, scheme + 4, host.end()) if host else ():
        if read(text[scheme + 3 : end.end()]).known and not _NO_LABEL.search(text, scheme + 3, end.end()):
            tail = _ODD_TAIL.match(text, end.end())
            return tail.end() if tail else end.end()
    return 0


def broken(text: str) -> Iterator[str]:
    """Give what no program takes for a link, but a reader who is told to go there: each as it stands in ``text``.

    A dot that is masked or stands apart, and a host across two lines, count only where the host is a look-alike, with a hyphen or lure:
    words with a lost space do not look like that. Numbers need a path, or the brackets of IPv6.

    >>> list(broken("go to kraken-login(dot)com, or to 8.8.8.8/in. WhatsApp. Info, see you. Me too"))
    ['kraken-login(dot)com', '8.8.8.8/in']
    """
    if shapes := _shapes(text):
        yield from filter(_poses, islice(_hidden(text, shapes), _MOST_BROKEN))
    if "://[" in text:
        yield from (found[0].rstrip(LOOSE) for found in _SIX.finditer(text))
    if _NUMBERED.search(text):
        yield from filter(_is_global, islice(_numbers(text), _MOST_BROKEN))


def _numbers(text: str) -> Iterator[str]:
    """Give numbers with a path that are no part of something else."""
    for found in _NUMBER.finditer(text):
        before = text[max(found.start() - 1, 0) : found.start()]
        if not before.isalnum() and before not in _JOINS:
            yield found[0].rstrip(LOOSE)


def _shapes(text: str) -> list[re.Pattern[str]]:
    """Choose the shapes of a broken link that stand in a text; a plain sign of theirs is looked for first, which costs a tenth."""
    shapes = [shape for shape in (_APART, _COMMA) if shape.search(text)]
    if ("(" in text or "[" in text or "{" in text or "<" in text) and _MARKED.search(text):
        shapes.append(_MARKED)
    if ("dot" in text or "DOT" in text) and _SPELLED.search(text):
        shapes.append(_SPELLED)
    if ("-\n" in text or "-\r\n" in text) and _NEXT_LINE.search(text):
        shapes.append(_NEXT_LINE)
    if text.isascii():
        return shapes
    if (_WIDE_LETTER.search(text) or _WIDE_STOP.search(text)) and _IS_WIDE.search(text):
        shapes.append(_WIDE)
    if ("•" in text or "·" in text or "点" in text or "點" in text or "точка" in text) and _FOREIGN.search(text):
        shapes.append(_FOREIGN)
    return shapes


def _hidden(text: str, shapes: list[re.Pattern[str]]) -> Iterator[str]:
    """Give what may be a link if dots, spaces and lines are read with good will."""
    for shape in shapes:
        for found in shape.finditer(text):
            if shape is _WIDE:
                if _IS_WIDE.search(found[0]):
                    yield found[0].strip(f"{LOOSE}．。｡/／")
            elif before := _BEFORE.search(text, max(found.start() - _LONGEST_HOST, 0), found.start()):
                yield _short(text[before.start() : found.end()]).rstrip(LOOSE)


def _short(link: str) -> str:
    """Leave out the path of a long link: a long value with spaces in it is read as a message."""
    return link if len(link) <= LONGEST_NAME else link.partition("/")[0]


def handles(text: str) -> Iterator[str]:
    """Give the handles in a message, in order, each without the full stop behind it.

    >>> list(handles("write to @kraken_desk, not to help@okx.com or to r***@okx.com"))
    ['@kraken_desk']
    """
    for found in _HANDLE.finditer(text):
        yield found[0]


@lru_cache(1 << 12)
def _host_within(link: str) -> str:
    """Give ``link`` if it begins with a host, else the link behind a lead or before a sign that is none of it; empty if there is none.

    >>> [_host_within(text) for text in ("kraken.com/a", "👉kraken.com/a", "https//kraken.com✅", "AT&T.com", "done.Then")]
    ['kraken.com/a', 'kraken.com/a', 'kraken.com', '', '']
    """
    if _known_end(link):
        return link
    if link.isascii() and _HOSTLIKE.fullmatch(link):
        return ""
    text, places = _plainly(link)
    piece = next((piece for piece in _HOSTLIKE.finditer(text) if "." in piece[0].strip(LOOSE)), None)
    if piece is None:
        return ""
    begin = piece.start() + len(piece[0]) - len(piece[0].lstrip(LOOSE))
    found = _TOP.match(text, begin)
    if not found or not _may_precede(text[:begin]):
        return ""
    stop = found.end()
    behind = text[stop : stop + 1]
    if behind in ("/", "?", "#", ":"):
        stop = len(text)
    elif behind and link[places[stop]].isascii():
        return ""
    return link[places[begin] : places[stop]] if read(text[begin:stop]).known else ""


def _may_precede(lead: str) -> bool:
    """Say whether what stands before a host is no part of it: a sign, or what is left of a scheme."""
    if not lead or lead[-1] in _LEADS_IN or _CLEFT.search(lead):
        return True
    return not lead[-1].isascii() and not lead[-1].isalnum()


def _plainly(link: str) -> tuple[str, range | list[int]]:
    """Write a link with plain letters and say where each, and the end, stands in ``link``."""
    if link.isascii() or (not _SIGN.search(link) and unicodedata.is_normalized("NFKC", link)):
        return link, range(len(link) + 1)
    plain = [char if char.isascii() else _folded(char) for char in link]
    return "".join(plain), [*(i for i, letters in enumerate(plain) for _ in letters), len(link)]


_folded = lru_cache(1 << 10)(folded)  # of one character


def _cut(link: str) -> str:
    """Cut a link with a scheme at a sign behind its host: ``https://kraken.com✅``."""
    begin = link.find("://") + 3
    rest = link[begin:]
    host = "" if "/" in rest or read(link).known else _host_within(rest)
    return link[: begin + rest.index(host) + len(host)] if host and rest.startswith(host) else link


def _known_end(link: str) -> bool:
    """Say whether what looks like a host has an ending that exists: ``done.Then`` has none."""
    host = link.rpartition("@")[2]
    if not _BARE.match(host):
        return False
    value = read(link)
    return value.kind in ("url", "domain", "email") and (value.known or "/" in host)


@lru_cache(1 << 12)
def _poses(link: str) -> bool:
    """Say whether a broken link, once mended, is a look-alike with a hyphen or a lure."""
    from .judge import remembered  # noqa: PLC0415 - the judge looks for links itself

    value = read(link)
    if value.kind not in ("url", "domain") or not value.known or not leads(link):
        return False
    if "-" not in value.host and not any(found.kind == "combosquat" for label in value.host.split(".") if (found := match(label, names()))):
        return False
    seen = remembered(link)
    return seen is not None and seen.brand is not None


def _is_global(link: str) -> bool:
    """Say whether the number of a link may be reached from anywhere: a router's own is none, nor that of a version."""
    try:
        return ipaddress.ip_address(read(link).ip).is_global
    except ValueError:
        return False
