"""GitHub: issues and comments as its REST API and its command line (`gh … --json`) give them, and GH Archive's events.

Fake support waits in issues and their comments too. An event without words of its own (a star, a push, the end of an issue) is
no message; one with words is a message of whoever wrote them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import guarded, jsonl, jsonstream, times
from .block import Message
from .columns import label
from .markdown import shown
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .jsonl import Record
    from .source import Source

_WALK: Final = {(), ("items",)}  # of a search the results are items
_THREAD: Final = r'https://(?:api\.)?github\.com/(?:repos/)?[^/"\s]+/[^/"\s]+/(?:issues|pull|pulls|discussions)/'
_ADDRESS = re.compile(_THREAD)
_API = re.compile(rf'"(?:html_url|issue_url|url)":\s*"{_THREAD}')
_LINE = re.compile(r"(?:\[\s*){0,2}\{")
_AUTHOR = re.compile(r'"(?:author|user)":\s*\{[^{}]*"login":')
_OURS = re.compile(r"https://(?:api\.)?github\.com/")
_WORDED: Final = ("comment", "review", "issue", "pull_request", "discussion", "release")  # in a payload, the innermost first
_WORDLESS: Final = {  # what may be done to what others wrote
    "closed", "reopened", "merged", "labeled", "unlabeled", "assigned", "unassigned", "locked", "unlocked", "pinned", "unpinned",
    "milestoned", "demilestoned", "synchronize", "deleted", "transferred", "review_requested", "review_request_removed",
    "ready_for_review", "converted_to_draft", "dismissed", "answered", "unanswered", "category_changed", "typed", "untyped",
}  # fmt: skip
_REPO = re.compile(r"https://(?:api\.)?github\.com/(?:repos/)?([^/]+/[^/]+)")
_TIMES: Final = ("created_at", "createdAt", "submitted_at", "submittedAt")
_NUMBER = re.compile(r"/(?:issues|pull|pulls|discussions)/(\d+)")


def looks(head: Head) -> bool:
    """Say whether these are events, or issues and comments."""
    first = head.record or head.first
    while isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, dict):
        found = first["items"][0] if isinstance(first.get("items"), list) and first["items"] else first
        return isinstance(found, dict) and (_is_event(found) or _is_worded(found))
    if _LINE.match(head.text.lstrip()) is None or '"body":' not in head.text:
        return False
    named = all(name in head.text for name in ('"number":', '"title":')) and _AUTHOR.search(head.text) is not None
    return named or _API.search(head.text) is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every issue, comment or event with words."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    if jsonl.in_lines(source.start(), _is_search):
        for row, found in jsonl.records(source):
            yield from guarded.messages(source, "line", row, found, _message)
    else:
        for number, value in jsonstream.records(source, _WALK):
            for one in value if isinstance(value, list) else (value,):  # a page of `gh api --slurp`
                yield from guarded.messages(source, "message", number, one, _message)


def _message(row: int, found: Record) -> Iterator[Message]:
    """Read an event, or an issue with its comments and reviews, or a comment.

    Raises
    ------
    WrongKindError
        It is none of GitHub's.
    """
    if _is_event(found):
        yield from _event(row, found)
    elif found.get("body") is not None or found.get("title") is not None:
        issue = _worded(row, found, None)
        said = [_worded(row, comment, _thread(found)) for comment in guarded.dicts(found.get("comments"))]
        channel = issue.channel or next((message.channel for message in said if message.channel), None)
        yield issue._replace(channel=channel)
        yield from said
        for review in guarded.dicts(found.get("reviews")):  # which has no address
            if review.get("body"):
                yield _worded(row, review, _thread(found))._replace(channel=channel)
    elif not ({"body", "event"} & found.keys() or any(isinstance(value, str) and _OURS.match(value) for value in found.values())):
        raise guarded.WrongKindError("no issue, comment or event of GitHub")


def _is_search(found: Record) -> bool:
    """Say whether this is what a search gives: one object that holds the results."""
    return isinstance(found.get("items"), list)


def _is_of_github(found: Record) -> bool:
    return any(isinstance(found.get(name), str) and _ADDRESS.match(found[name]) for name in ("html_url", "issue_url", "url"))


def _is_worded(found: Record) -> bool:
    """Say whether this is an issue or a comment, and no other program's record about one."""
    return "body" in found and not {"text", "message"} & found.keys() and (_is_of_github(found) or _is_issue(found))


def _is_issue(found: Record) -> bool:
    """Say whether this is an issue without an address, as `gh issue list --json` gives it if none is asked for."""
    author = found.get("author") or found.get("user")
    return isinstance(found.get("number"), int) and isinstance(found.get("title"), str) and isinstance(author, dict) and "login" in author


def _is_event(found: Record) -> bool:
    is_placed = "actor" in found and ("repo" in found or "repository" in found)
    return is_placed and isinstance(found.get("payload"), dict) and str(found.get("type", "")).endswith("Event")


def _event(row: int, found: Record) -> Iterator[Message]:
    payload, repo, actor = found["payload"], found.get("repo"), found.get("actor")
    name = next((name for name in _WORDED if isinstance(payload.get(name), dict)), None)
    if name is None or label(payload.get("action")) in _WORDLESS:
        return
    channel = label(repo.get("name")) if isinstance(repo, dict) else None
    message = _worded(row, payload[name], _thread(payload.get("issue")) if name == "comment" else None)
    login = label(actor.get("login")) if isinstance(actor, dict) else None
    time = times.iso(found.get("created_at")) or message.time
    if message.text:
        yield message._replace(channel=channel or message.channel, sender=message.sender or login, time=time)


def _worded(row: int, found: Record, reply_to: str | None) -> Message:
    """Make a message of an issue, a comment or the like.

    Raises
    ------
    WrongKindError
        Title or body is no string.
    """
    parts = [shown(guarded.words(found, name)) for name in (("title", "name", "body") if "tag_name" in found else ("title", "body"))]
    author = found.get("user") or found.get("author")
    address = next((str(found[name]) for name in ("html_url", "issue_url", "url") if isinstance(found.get(name), str)), "")
    repo, number = _REPO.match(address), _NUMBER.search(address)
    if reply_to is None and "title" not in found and number is not None:
        reply_to = number[1]  # a comment of the API names its issue by address alone
    return Message(
        row,
        "\n\n".join(filter(None, parts)),
        _thread(found) if "title" in found else label(found.get("id")),
        times.iso(next((found[name] for name in _TIMES if found.get(name)), None)),
        _login(author),
        repo[1] if repo else None,
        reply_to,
    )


def _login(author: object) -> str | None:
    """Name an author: an object, or an address in the archives of a migration."""
    if isinstance(author, dict):
        return label(author.get("login"))
    return author.rpartition("/")[2] or None if isinstance(author, str) else None


def _thread(issue: object) -> str | None:
    """Name an issue as people do: by its number."""
    return label(issue.get("number") or issue.get("id")) if isinstance(issue, dict) else None
