"""What Slack shows of a message: its blocks (Block Kit) where it has any, else its text; its attachments; and the files that
it shows opened: mails, snippets and posts.

The text beside blocks is what a notification says, so it is read only where the blocks have no words, or where one of them
is of a kind that is not known here. Sources: docs.slack.dev, «Block Kit», «Formatting message text», «Secondary attachments».
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from .inline import joined, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MARKED = re.compile(r"<([^<>]*)>")
_KNOWN: Final = (
    "actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table",
    "video",
)  # fmt: skip
_LINES: Final = ("rich_text_section", "rich_text_preformatted", "rich_text_quote")  # of a rich text: their elements stand on one line
_SHOWN: Final = ("title", "label", "text", "description", "alt_text", "placeholder")  # texts of a block or an element, as they are shown
_OPENED: Final = {"email", "post", "snippet", "space"}  # kinds of files whose preview is words
_WITHIN: Final = ("elements", "element", "fields", "accessory", "options", "rows")


def text_of(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Give all that is read of a message; ``names`` are those of users by their ids."""
    return "\n".join(dict.fromkeys(filter(None, (*_body(found, names), *_attached(found, names), *_opened(found)))))


def _body(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    blocks = dicts(found.get("blocks"))
    shown = [*filter(None, _blocks(blocks, names))]
    if not shown or any(block.get("type") not in _KNOWN for block in blocks):
        yield unescaped(_string(found.get("text")), names)
    yield from shown


def _attached(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    for attachment in dicts(found.get("attachments")):
        parts = [*filter(None, _attachment(attachment, names))]
        yield from parts or [unescaped(_string(attachment.get("fallback")), names)]


def _opened(found: Mapping[str, Any]) -> Iterator[str]:
    """Give the files whose beginning is shown, with their titles; of the others the name is all that is."""
    for file in dicts(found.get("files")):
        if words := _string(file.get("plain_text")) or (_string(file.get("preview")) if file.get("mode") in _OPENED else ""):
            yield _string(file.get("title"))
            yield words


def _attachment(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give what is shown of an attachment; its fallback is for programs that show none."""
    yield unescaped(_string(found.get("pretext")), names)
    yield _leading(unescaped(_string(found.get("author_name")), names), found.get("author_link"))
    yield _leading(unescaped(_string(found.get("title")), names), found.get("title_link"))
    yield unescaped(_string(found.get("text")), names)
    for field in dicts(found.get("fields")):
        yield ": ".join(filter(None, (unescaped(_string(field.get(name)), names) for name in ("title", "value"))))
    yield from _blocks(dicts(found.get("blocks")), names)
    for action in dicts(found.get("actions")):
        yield _leading(unescaped(_string(action.get("text")), names), action.get("url"))
    yield unescaped(_string(found.get("footer")), names)


def _blocks(blocks: list[dict[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    """Give the texts of blocks, however deep they stand: one a line of rich text, one an element elsewhere."""
    waiting: deque[Any] = deque(blocks)
    while waiting:
        block = waiting.popleft()
        if isinstance(block, list):
            waiting.extendleft(reversed(block))
        elif isinstance(block, dict):
            if block.get("type") in _LINES:
                yield joined(piece for element in dicts(block.get("elements")) for piece in _inline(element, names))
                continue
            yield from _own(block, names)
            waiting.extendleft(block.get(name) for name in reversed(_WITHIN))


def _own(block: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give the texts of one block or element, and where it leads: a button, the title of a video."""
    if block.get("type") == "mrkdwn":
        yield unescaped(_string(block.get("text")), names)
        return
    texts = [_composed(block.get(name), names) for name in _SHOWN]
    address = block.get("url") or block.get("title_url")
    first = next((at for at, text in enumerate(texts) if text), 0)
    texts[first] = _leading(texts[first], address)
    yield from texts


def _composed(value: object, names: Mapping[str, str]) -> str:
    """Give a text: a string, or an object that says whether it is marked up."""
    if isinstance(value, dict) and value.get("type") == "mrkdwn":
        return unescaped(_string(value.get("text")), names)
    return _entities(_string(value.get("text") if isinstance(value, dict) else value))


def _inline(element: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give the pieces of one element of a line of rich text, whose words are not escaped."""
    text = _string(element.get("text"))
    user, named = _string(element.get("user_id")), _string(element.get("name"))
    mention = next(filter(None, (_string(element.get(name)) for name in ("range", "usergroup_id"))), "")
    if element.get("type") == "user":
        yield f"@{names.get(user, user)}"
    elif element.get("type") == "emoji":
        yield f":{named}:"
    elif mention:
        yield f"@{mention}"
    elif channel := _string(element.get("channel_id")):
        yield f"#{channel}"
    else:
        words, address = text or _string(element.get("fallback")), _string(element.get("url"))
        yield from _led(words, address)


def unescaped(text: str, names: Mapping[str, str]) -> str:
    """Give a text as it is shown.

    >>> unescaped("<@U1> &lt;3 <https://kraken.example|kraken.com> <!here> <#C2|general>", {"U1": "mia"})
    '@mia <3 kraken.com (https://kraken.example) @here #general'
    """
    pieces = _MARKED.split(text)  # every second one is what stood between angle brackets
    return joined(piece for at, part in enumerate(pieces) for piece in (_marked(part, names) if at % 2 else [_entities(part)]))


def _entities(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _marked(mark: str, names: Mapping[str, str]) -> Iterator[str]:
    target, _, label = _entities(mark).partition("|")
    if target.startswith("@"):
        yield f"@{names.get(target[1:], label or target[1:])}"
    elif target.startswith("#"):
        yield f"#{label or target[1:]}"
    elif target.startswith("!"):
        yield label or f"@{target[1:].partition('^')[0]}"
    else:
        address = target.removeprefix("mailto:").removeprefix("tel:")
        yield from _led(label, address)


def _leading(words: str, address: object) -> str:
    """Put where a link or a button leads behind its words; the address alone if it has none."""
    return joined(_led(words, _string(address)))


def _led(words: str, address: str) -> Iterable[str]:
    """Give the pieces of what leads somewhere; the address alone if it has no words."""
    return link(words, address) if words else [address]


def dicts(values: object) -> list[dict[str, Any]]:
    """Give the objects in an array; nothing if it is none."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
