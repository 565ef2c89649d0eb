"""What Slack shows of a message: its blocks (Block Kit) where it has any, else its text; its attachments; the names of its files, what
was said when they were shared, and the beginning of those that it shows opened: mails, snippets, posts and other text.

The text beside blocks is what a notification says, so it is read only where the blocks have no words, or where one of them
is of a kind that is not known here. Sources: docs.slack.dev, «Block Kit», «Formatting message text», «Secondary attachments».
"""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from . import filenames
from .guarded import dicts
from .inline import joined, link
from .markdown import shown as as_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MARKED = re.compile(r"<([^<>]*)>")
_KNOWN: Final = (
    "actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table",
    "video",
)  # fmt: skip
_LINES: Final = ("rich_text_section", "rich_text_preformatted", "rich_text_quote")  # of a rich text: their elements stand on one line
_SHOWN: Final = (
    "title", "label", "subtitle", "text", "body", "subtext", "description", "alt_text", "placeholder", "hint", "author_name",
    "provider_name", "caption", "ok_text", "dismiss_text",
)  # fmt: skip # texts of a block or an element, as they are shown
_OPENED: Final = {"email", "post", "snippet", "space"}  # kinds of files whose preview is words
_PICTURES: Final = (".gif", ".heic", ".jpeg", ".jpg", ".m4a", ".mov", ".mp3", ".mp4", ".ogg", ".png", ".wav", ".webm", ".webp")
_UNSEEN: Final = {"slack_file", "workflow"}  # what holds addresses that nobody sees
_MOMENT: Final = re.compile(r"\d{1,10}")  # seconds; what else stands for a date is not shown as one
_TOKEN: Final = re.compile(r"\{(?:date|time|day|ago)[a-z_]*\}")


def text_of(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Give all that is read of a message; ``names`` are those of users by their ids."""
    return "\n".join(dict.fromkeys(filter(None, (*_body(found, names), *_attached(found, names), *_opened(found, names)))))


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


def _opened(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give the titles and names of files, what was said of them, and the beginning of those of which it is shown."""
    for file in dicts(found.get("files")):
        title, name = _string(file.get("title")), _string(file.get("name"))
        yield from (filenames.shown(name) if title == name else title, filenames.shown(name), _string(file.get("alt_txt")))
        said = file.get("initial_comment")
        yield unescaped(_string(said.get("comment")), names) if isinstance(said, dict) else ""
        whole, preview = _string(file.get("plain_text")), _string(file.get("preview"))
        yield whole
        yield preview if preview not in whole and _is_words(file) else ""


def _is_words(file: Mapping[str, Any]) -> bool:
    """Say whether what is shown of a file is words, and no picture."""
    kind, name = _string(file.get("mimetype")), _string(file.get("name"))
    seen = kind.startswith(("image/", "audio/", "video/")) if kind else name.lower().endswith(_PICTURES)
    return _string(file.get("mode")) in _OPENED or not seen


def _attachment(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give what is shown of an attachment; its fallback is for programs that show none."""
    yield unescaped(_string(found.get("pretext")), names)
    if service := unescaped(_string(found.get("service_name")), names):
        yield _leading(service, found.get("service_url") or found.get("from_url"))
    yield _leading(unescaped(_string(found.get("author_name")), names), found.get("author_link"))
    yield unescaped(_string(found.get("author_subname")), names)
    yield _leading(unescaped(_string(found.get("title")), names), found.get("title_link"))
    yield unescaped(_string(found.get("text")), names)
    for field in dicts(found.get("fields")):
        yield ": ".join(filter(None, (unescaped(_string(field.get(name)), names) for name in ("title", "value"))))
    yield from _blocks(dicts(found.get("blocks")), names)
    for shared in dicts(found.get("message_blocks")):  # another message
        said = shared.get("message")
        yield from _blocks(dicts(said.get("blocks")) if isinstance(said, dict) else [], names)
    yield from _blocks(dicts(found.get("actions")), names)
    yield from _opened(found, names)
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
            waiting.extendleft(reversed([*_within(block)]))


def _within(block: Mapping[str, Any]) -> Iterator[Any]:
    """Give what may hold words within a block, of kinds that are not known here too, but for the texts that are its own."""
    for name, value in block.items():
        if name not in _UNSEEN and (name not in _SHOWN or (isinstance(value, dict) and "text" not in value)):
            yield value


def _own(block: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give the texts of one block or element, and where it leads: a button, the title of a video."""
    if block.get("type") == "mrkdwn":
        yield unescaped(_string(block.get("text")), names)
        return
    texts = [_composed(block.get(name), names) for name in _SHOWN]
    if block.get("type") == "markdown":
        texts = [as_shown(text) for text in texts]
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
        fallback = _string(element.get("fallback"))
        dated = element.get("type") == "date"
        words = _dated(str(element.get("timestamp")), _string(element.get("format")), fallback) if dated else text or fallback
        yield from _led(words, _string(element.get("url")))


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
    elif target.startswith("!date^"):
        moment, shown, address = (*target.split("^")[1:4], "", "")[:3]
        yield from _led(_dated(moment, shown, label), address)
    elif target.startswith("!"):
        yield label or f"@{target[1:].partition('^')[0]}"
    else:
        address = target.removeprefix("mailto:").removeprefix("tel:")
        yield from _led(label, address)


def _dated(moment: str, shown: str, fallback: str) -> str:
    """Give a date as it is shown: words with the date among them; also the words for programs that know no dates if it may be none.

    >>> _dated("1392734382", "Paid {date_num}", "paid"), _dated("soon", "Paid {date_num}", "paid")
    ('Paid 2014-02-18', 'paid Paid {date_num}')
    """
    if not _MOMENT.fullmatch(moment) or not _TOKEN.search(shown):
        return " ".join(filter(None, (fallback, shown)))
    return _TOKEN.sub(datetime.fromtimestamp(int(moment), UTC).date().isoformat(), shown)


def _leading(words: str, address: object) -> str:
    """Put where a link or a button leads behind its words; the address alone if it has none."""
    return joined(_led(words, _string(address)))


def _led(words: str, address: str) -> Iterable[str]:
    """Give the pieces of what leads somewhere; the address alone if it has no words."""
    return link(words, address) if words else [address]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
