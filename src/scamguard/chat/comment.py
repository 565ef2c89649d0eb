"""Comment: what somebody wrote on GitHub, read from the event that tells of it.

Of what strangers write only numbers and node ids go into a request, each checked for its form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from scamguard.errors import ChatError
from scamguard.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_NODE: Final = re.compile(r"[A-Za-z0-9_=+/-]{1,200}")  # a node id
_JUDGED: Final = {"created", "opened", "submitted", "edited"}
_WORDS: Final = ("title", "body")
_PLACES: Final = (  # what was written, and below what it stands; the first whose parts are there
    ("comment", "issue"), ("comment", "pull_request"), ("comment", "discussion"), ("review", "pull_request"),
    ("issue", "issue"), ("pull_request", "pull_request"), ("discussion", "discussion"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """What is known of a comment, a review, or the title and body of an issue, a pull request or a discussion."""

    text: str
    node: str
    thread: str  # the node id of the issue, pull request or discussion
    number: int  # its number
    repository: str
    part: str  # what was written, as the event names it
    below: str  # "issue", "pull_request" or "discussion"
    login: str
    association: str  # OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR … as GitHub says
    before: str | None = None  # what it said before it was edited, if it was

    @property
    def who(self) -> tuple[str, str]:
        """The identities of its author."""
        return self.login, f"association:{self.association}"

    @property
    def sender(self) -> Sender:
        """How its author looks to readers."""
        return Sender(handle=self.login or None, platform="github")

    @property
    def hidable(self) -> bool:
        """Whether GitHub can hide it: what opens a thread it cannot."""
        return self.part != self.below

    def __str__(self) -> str:
        what = "body" if self.part == self.below else self.part
        return f"{what} {'of' if what == 'body' else 'on'} #{self.number}"

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self | None:
        """Read an event; None if nothing was written, or it was deleted.

        Raises
        ------
        ChatError
            A part that is needed is missing or not of its form.
        """
        place = next(((part, below) for part, below in _PLACES if all(isinstance(event.get(name), dict) for name in (part, below))), None)
        if place is None or event.get("action") not in _JUDGED:
            return None
        part, below = place
        said, thread = event[part], event[below]
        number = thread.get("number")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ChatError(f"event: {below}.number is missing or no number")
        return cls(
            _joined(said),
            _matching(_NODE, said.get("node_id"), f"{part}.node_id", "no node id"),
            _matching(_NODE, thread.get("node_id"), f"{below}.node_id", "no node id"),
            number,
            _matching(_REPOSITORY, (event.get("repository") or {}).get("full_name"), "repository.full_name", "not owner/name"),
            part,
            below,
            _string((said.get("user") or {}).get("login")),
            _string(said.get("author_association")) or "NONE",
            _before(said, event.get("changes")) if event["action"] == "edited" else None,
        )


def _matching(form: re.Pattern[str], value: object, name: str, otherwise: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ChatError(f"event: {name} is missing or {otherwise}")
    return value


def _before(said: Mapping[str, Any], changes: object) -> str | None:
    """Give what was said before an edit: an event tells what was changed alone."""
    if not isinstance(changes, dict):
        return None
    return _joined({**said, **{name: change.get("from") for name, change in changes.items() if isinstance(change, dict)}})


def _joined(said: Mapping[str, Any]) -> str:
    return "\n\n".join(filter(None, (_string(said.get(name)) for name in _WORDS)))


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
