"""Event: what clients could show of a Matrix event, as views. Each client shows one of them, and nobody here knows which.

A view is judged by itself: if an advisory stands in the plain text and the scam in the formatted one, together they read as an
advisory. What a reply repeats of another message (a fallback that clients no longer write, spec 1.13) is whatever the sender put
there, so it is read with it and without it.

Sources: https://spec.matrix.org (m.room.message, m.replace, m.annotation, m.room.topic), MSC1767 (extensible events), MSC3381 (polls),
MSC3488 and MSC3672 (locations and those that move), MSC4095 (previews of links), MSC4144 (names for one message), MSC4274 (galleries).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from scamguard.dumps import filenames
from scamguard.dumps.html import words

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDED: Final = frozenset({
    "m.room.message", "m.sticker", "m.room.topic", "m.room.name", "m.room.member", "m.reaction", "m.poll.start",
    "org.matrix.msc3381.poll.start", "m.poll.end", "org.matrix.msc3381.poll.end", "m.beacon_info", "org.matrix.msc3672.beacon_info",
    "m.message", "m.notice", "m.emote", "org.matrix.msc1767.message", "org.matrix.msc1767.notice", "org.matrix.msc1767.emote",
    "m.room.third_party_invite", "m.room.tombstone",
})  # fmt: skip
MOST: Final = 64  # views; what is beyond is read as one
_NAMES: Final = ("body", "filename", "topic", "name", "displayname", "display_name", "reason", "description", "og:title", "og:description")
_TEXTS: Final = ("m.text", "m.message", "org.matrix.msc1767.text", "org.matrix.msc1767.html", "org.matrix.msc1767.message")
_PROFILES: Final = ("com.beeper.per_message_profile", "m.per_message_profile")
_NESTED: Final = (
    "m.topic", "m.caption", "m.new_content", "m.location", "org.matrix.msc3488.location", "com.beeper.linkpreviews", "m.url_previews",
    "itemtypes", *_PROFILES,
)  # fmt: skip
_FILES: Final = ("m.file", "m.image", "m.audio", "m.video")
_DEEPEST: Final = 3  # one within the other: the caption of a picture in a gallery that an edit puts there
_POLLS: Final = ("m.poll", "m.poll.start", "org.matrix.msc3381.poll.start")
_QUOTE: Final = re.compile(r"\A(?:>[^\n]*(?:\n|\Z))+\n?")
_QUOTE_HTML: Final = re.compile(r"<mx-reply>(?:(?!<mx-reply>).)*?</mx-reply>", re.DOTALL | re.IGNORECASE)  # time linear


def views(content: Mapping[str, Any]) -> list[str]:
    r"""Give the texts that a client could show of the content of an event, each once.

    >>> views({"body": "> <@a:b> hello\n\nok", "formatted_body": "<b>ok</b>"})
    ['> <@a:b> hello\n\nok', 'ok']
    """
    found = list(dict.fromkeys(text for text in map(str.strip, _shown(content)) if text))
    return found if len(found) <= MOST else [*found[: MOST - 1], "\n".join(found[MOST - 1 :])]


def speaker(content: Mapping[str, Any]) -> str | None:
    """Give the name that an event gives its sender: one chosen in a room, or for this message alone.

    >>> speaker({"body": "hi", "com.beeper.per_message_profile": {"displayname": "Mia"}}), speaker({"body": "hi"})
    ('Mia', None)
    """
    inner = content.get("m.new_content")
    places = [content, *((inner,) if isinstance(inner, Mapping) else ())]
    profiles = [place.get(name) for place in reversed(places) for name in _PROFILES]
    named = (one.get("displayname") for one in (*profiles, content) if isinstance(one, Mapping))
    return next((name for name in named if isinstance(name, str) and name), None)


def _shown(content: Mapping[str, Any], deep: int = 0) -> Iterator[str]:
    for name in _NAMES:
        yield from _plain(filenames.shown(content.get(name)) if _is_file(content, name) else content.get(name))
    html = content.get("formatted_body")
    if isinstance(html, str):
        yield words(html)
        yield words(_QUOTE_HTML.sub("", html))
    for name in _TEXTS:
        yield from _extensible(content.get(name))
    for name in _POLLS:
        if isinstance(poll := content.get(name), Mapping):
            yield _asked(poll)
    relates = content.get("m.relates_to")
    if isinstance(relates, Mapping):
        yield from _plain(relates.get("key"))  # a reaction may be any text
    for name in _NESTED if deep < _DEEPEST else ():
        held = content.get(name)
        for inner in held if isinstance(held, list | tuple) else [held]:
            if isinstance(inner, Mapping):
                yield from _shown(inner, deep + 1)


def _is_file(content: Mapping[str, Any], name: str) -> bool:
    """Say whether a field is the name of a file; the body of a file is one, unless another is given beside it."""
    if name != "body":
        return name == "filename"
    return content.get("msgtype") in _FILES and content.get("filename") in (None, content.get("body"))


def _plain(text: object) -> Iterator[str]:
    """Give a text as it stands, and without what it repeats, or the star of an edit."""
    if isinstance(text, str):
        yield text.removeprefix("* ") if text.startswith("* ") else text
        yield _QUOTE.sub("", text)


def _extensible(value: object) -> Iterator[str]:
    """Give the representations of a text: a string, or a list of them by media type."""
    for part in value if isinstance(value, list | tuple) else [value]:
        body = part.get("body") if isinstance(part, Mapping) else part
        if isinstance(body, str):
            is_html = isinstance(part, Mapping) and part.get("mimetype") == "text/html"
            yield words(body) if is_html else body
            yield from _plain(body)


def _asked(poll: Mapping[str, Any]) -> str:
    """Give the question of a poll and its answers, one a line."""
    answers = poll.get("answers")
    parts = [poll.get("question"), *(answers if isinstance(answers, list | tuple) else ())]  # Synapse freezes lists
    return "\n".join(next(_worded(part), "") for part in parts)


def _worded(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    if isinstance(part, Mapping):
        for name in (*_TEXTS, "body"):
            yield from _extensible(part.get(name))
