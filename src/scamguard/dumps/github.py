"""GitHub: issues and comments as its REST API and its command line (`gh … --json`) give them, and GH Archive's events.

Fake support waits in issues and their comments too. An event without words (a star, a push) is no message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import jsonl, jsonstream, times
from .block import Message
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .jsonl import Record
    from .source import Source

_WALK: Final = {(), ("items",)}  # of a search the results are items
_API = re.compile(
    r'"(?:html_url|issue_url|url)":\s*"https://(?:api\.)?github\.com/(?:repos/)?[^/"]+/[^/"]+/(?:issues|pull|pulls|discussions)/'
)
_LINE = re.compile(r"(?:\[\s*)?\{")
_WORDED: Final = ("comment", "review", "issue", "pull_request", "discussion", "release")  # in a payload, the innermost first
_REPO = re.compile(r"https://(?:api\.)?github\.com/(?:repos/)?([^/]+/[^/]+)")
_NUMBER = re.compile(r"/(?:issues|pull|pulls|discussions)/(\d+)")


def looks(head: Head) -> bool:
    """Say whether these are events, or issues and comments."""
    first = head.first[0] if isinstance(head.first, list) and head.first else head.first
    if isinstance(first, dict):
        return _is_event(first) or ("body" in first and _API.search(head.lines[0][:20_000]) is not None)
    start = head.text[:20_000]
    return _LINE.match(start.lstrip()) is not None and '"body":' in start and _API.search(start) is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every issue, comment or event with words."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    for row, found in _records(source):
        if _is_event(found):
            yield from _event(row, found)
        elif isinstance(found.get("body"), str) or isinstance(found.get("title"), str):
            yield _worded(row, found, None)
            for comment in found.get("comments") or () if isinstance(found.get("comments"), list) else ():
                if isinstance(comment, dict):
                    yield _worded(row, comment, _thread(found))


def _records(source: Source) -> Iterator[tuple[int, Record]]:
    """Read JSON lines, or the elements of an array."""
    if _in_lines(source):
        yield from jsonl.records(source)
        return
    for path, number, value in jsonstream.values(source, _WALK):
        if path[-1:] != (None,):
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            source.notes.skip(f"{source.name}, message {number}", f"a JSON object is expected, not {type(value).__name__}")


def _in_lines(source: Source) -> bool:
    start = source.head().lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"items"' not in start.partition(b"\n")[0][:400]


def _is_event(found: Record) -> bool:
    return isinstance(found.get("payload"), dict) and str(found.get("type", "")).endswith("Event")


def _event(row: int, found: Record) -> Iterator[Message]:
    payload, repo, actor = found["payload"], found.get("repo"), found.get("actor")
    name = next((name for name in _WORDED if isinstance(payload.get(name), dict)), None)
    if name is None:
        return
    worded = payload[name]
    channel = str(repo.get("name")) if isinstance(repo, dict) and repo.get("name") else None
    message = _worded(row, worded, _thread(payload.get("issue")) if name == "comment" else None)
    login = actor.get("login") if isinstance(actor, dict) else None
    time = times.iso(found.get("created_at")) or message.time
    if message.text:
        yield message._replace(channel=channel or message.channel, sender=login or message.sender, time=time)


def _worded(row: int, found: Record, reply_to: str | None) -> Message:
    """Make a message of an issue, a comment or the like."""
    parts = [found.get("title"), found.get("name") if "tag_name" in found else None, found.get("body")]
    author = found.get("user") or found.get("author")
    address = next((str(found[name]) for name in ("html_url", "issue_url", "url") if isinstance(found.get(name), str)), "")
    repo, number = _REPO.match(address), _NUMBER.search(address)
    if reply_to is None and "title" not in found and number is not None:
        reply_to = number[1]  # a comment of the API names its issue by address alone
    return Message(
        row,
        "\n\n".join(part for part in parts if isinstance(part, str) and part),
        _thread(found) if "title" in found else _text(found.get("id")),
        times.iso(found.get("created_at") or found.get("createdAt") or found.get("submitted_at")),
        _text(author.get("login")) if isinstance(author, dict) else None,
        repo[1] if repo else None,
        reply_to,
    )


def _thread(issue: Any) -> str | None:  # noqa: ANN401 - JSON
    """Name an issue as people do: by its number."""
    return _text(issue.get("number") or issue.get("id")) if isinstance(issue, dict) else None


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return None if value in (None, "") else str(value)
