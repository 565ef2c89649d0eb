"""What a message of QQ says, by QQChatExporter: its text, where each sign of a card is replaced by what the card says."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from . import guarded, jsonstream, markdown
from .inline import linked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TITLES: Final = re.compile(r"<title[^<>]*>([^<]*)</title>")
_NO_TITLE: Final = {"JSON消息", "转发消息", "聊天记录"}  # what the exporter says of a card that says nothing
# How an element is shown in the text; the first messages of a forwarded chat stand below its sign, cut short
_SIGNS: Final = {
    "json": re.compile(r"\[JSON消息\]"),
    "markdown": re.compile(r"\[Markdown消息\]"),
    "inline_keyboard": re.compile(r"\[内联键盘\]"),
    "action_bar": re.compile(r"\[操作栏\]"),
    "forward": re.compile(r"\[转发消息(?:: \d+条)?\](?:\n {2}[^\n]*)*"),
    "reply": re.compile(r"\[回复消息\]"),
}


def said(content: dict[str, Any]) -> str:
    r"""Give all that a message says.

    >>> card = {"type": "json", "data": {"title": "领取补贴", "url": "https://a.example/"}}
    >>> said({"text": "看[JSON消息]", "elements": [card]})
    '看\n领取补贴 (https://a.example/)'
    """
    text, at, behind = guarded.words(content, "text"), 0, 0
    parts: list[str] = []
    others: list[str] = []  # what no sign stands for
    for kind, words in _shown(content):
        shown = _SIGNS[kind].search(text, behind) if kind in _SIGNS and behind < len(text) else None
        if shown is None:
            others.append(words)
            continue
        behind = shown.end()
        if words or kind == "reply":
            parts += [text[at : shown.start()].strip("\n"), words]
            at = behind
    rest = text[at:].lstrip("\n") if parts else text
    return "\n".join(filter(None, (*parts, rest, *others)))


def _shown(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the kinds of elements, each with what it says that the text does not."""
    for element in guarded.objects(content, "elements"):
        kind, data = element.get("type"), element.get("data")
        if isinstance(kind, str) and isinstance(data, dict) and kind in _KINDS:
            yield kind, "\n".join(filter(None, _READ[kind](data))) if kind in _READ else ""


def answered(content: dict[str, Any]) -> str | None:
    """Give the id of the message that one answers; None if it answers none, or one that is not known."""
    elements = content.get("elements")
    found = [content.get("reply"), *(one.get("data") for one in guarded.dicts(elements) if one.get("type") == "reply")]
    ids = (jsonstream.first_of(one, "referencedMessageId", "messageId", "msgId", "id") for one in found if isinstance(one, dict))
    return next((id_ for id_ in ids if id_ not in {None, "0"}), None)


def _json(data: dict[str, Any]) -> Iterator[str]:
    title = guarded.words(data, "title")
    words = [*filter(None, ("" if title in _NO_TITLE else title, guarded.words(data, "description")))]
    yield linked("\n".join(words), guarded.words(data, "url"))


def _forward(data: dict[str, Any]) -> Iterator[str]:
    """Give the messages of a forwarded chat; where the exporter could not get them, what the card shows of them."""
    inner = [one["content"] for one in guarded.objects(data, "messages") if isinstance(one.get("content"), dict)]
    if inner:
        yield from map(said, inner)
        return
    summary = guarded.words(data, "summary")
    preview = data.get("preview")
    yield from [line for line in preview if isinstance(line, str)] if isinstance(preview, list) else ()
    yield from map(unescape, _TITLES.findall(summary))


def _markdown(data: dict[str, Any]) -> Iterator[str]:
    yield markdown.shown(guarded.words(data, "content"))


def _buttons(data: dict[str, Any]) -> Iterator[str]:
    for row in guarded.dicts(data.get("rows")):
        for button in guarded.dicts(row.get("buttons")):
            address = button.get("data")
            leads = isinstance(address, str) and address.startswith(("http://", "https://"))
            yield linked(guarded.words(button, "label"), address if leads else None)


def _task(data: dict[str, Any]) -> Iterator[str]:
    yield guarded.words(data, "msgSummary")


def _day(data: dict[str, Any]) -> Iterator[str]:
    yield guarded.words(data, "msg")


_READ: Final[dict[str, Callable[[dict[str, Any]], Iterator[str]]]] = {
    "json": _json, "forward": _forward, "markdown": _markdown, "inline_keyboard": _buttons, "action_bar": _buttons, "task_top_msg": _task,
    "calendar": _day,
}  # fmt: skip
_KINDS: Final = _SIGNS.keys() | _READ.keys()
