"""What is remembered of each chat: its last lines and what was found in it, for so many chats at a time.

A chat that is silent while many others speak is let go; if something was found in it, its summary is kept and goes on when
it speaks again. So memory has a bound however many chats a dump holds.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

LINES: Final = 16  # of a chat
PARTS: Final = 3  # earlier messages of one sender that are read together with the next
ANSWERED: Final = 3  # lines back to which a message of a group may be the answer
_CHARS: Final = 400  # of a line
_TIME: Final = 3 * 24 * 3600  # seconds after which a line is no context any more

Key = tuple[str, str | None]  # dump or file, and channel


@dataclass(slots=True)
class Line:
    """One message as context of the next."""

    sender: str
    id: str | None
    time: datetime | None
    text: str
    odds: float  # log-odds of the message alone
    asks: tuple[str, ...] = ()
    flagged: bool = False  # in its context

    def near(self, time: datetime | None) -> bool:
        """Say whether the line is recent enough to be context of a message sent at ``time``."""
        return time is None or self.time is None or abs((time - self.time).total_seconds()) <= _TIME


@dataclass(slots=True)
class Chat:
    """One conversation."""

    file: str
    channel: str | None
    messages: int = 0
    flagged: int = 0
    risk: float = 0.0  # of the worst message
    who: str | None = None  # sent it
    kind: str = ""
    asks: dict[str, None] = field(default_factory=dict)  # an ordered set
    given: dict[str, None] = field(default_factory=dict)
    turned: datetime | None = None
    turned_file: str | None = None
    turned_row: int | None = None
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=LINES))

    @property
    def worth(self) -> tuple[bool, float, int]:
        """What comes first in a ranking: where something was lost, then the worst risk."""
        return bool(self.given), self.risk, self.flagged


def before(lines: Sequence[Line], sender: str, time: datetime | None) -> list[Line]:
    """Give the last of ``lines`` that one sender wrote, oldest first."""
    mine = [line for line in lines if line.sender == sender and line.near(time)]
    return mine[-PARTS:]


def answered(lines: Sequence[Line], sender: str, time: datetime | None, reply_to: str | None) -> tuple[Line | None, bool]:
    """Find the latest flagged line of somebody else that a message may answer, and whether it can only be meant for that one.

    Where the message says what it answers and that is remembered, it answers that line or nothing. Where more than two
    people talk, only the last few lines can be meant.
    """
    if reply_to is not None and (target := next((line for line in lines if line.id == reply_to), None)):
        return (target if target.flagged and target.sender != sender else None), True
    alone = len({line.sender for line in lines} - {sender}) == 1
    near = lines if alone else lines[-ANSWERED:]
    return next((line for line in reversed(near) if line.flagged and line.sender != sender and line.near(time)), None), alone


def line(sender: str, id_: str | None, time: datetime | None, text: str, odds: float) -> Line:
    """Keep of a message what context needs."""
    return Line(sender, id_, time, text[:_CHARS], odds)


class Memory:
    """After each ``trim``: ``live`` chats at most, with their lines, and the summaries of ``done`` others in which something was found."""

    def __init__(self, live: int, done: int) -> None:
        self._live, self._done = live, done
        self._chats: OrderedDict[Key, Chat] = OrderedDict()
        self._past: dict[Key, Chat] = {}
        self.forgotten = 0  # chats let go; what was harmless in them is counted anew when they come back

    def __getitem__(self, key: Key) -> Chat:
        """Give the chat of ``key``, a fresh one at first sight."""
        chat = self._chats.get(key)
        if chat is None:
            chat = self._chats[key] = self._past.pop(key) if key in self._past else Chat(*key)
        else:
            self._chats.move_to_end(key)
        return chat

    def __iter__(self) -> Iterator[Chat]:
        yield from self._past.values()
        yield from self._chats.values()

    def trim(self) -> None:
        """Let go of the chats that have been silent longest; called between blocks, when all that was read is counted."""
        while len(self._chats) > self._live:
            self._release(*self._chats.popitem(last=False))

    def _release(self, key: Key, chat: Chat) -> None:
        self.forgotten += 1
        if chat.flagged:
            chat.lines.clear()
            self._past[key] = chat
        if len(self._past) > self._done:
            ranked = sorted(self._past.items(), key=lambda item: item[1].worth, reverse=True)
            self._past = dict(ranked[: self._done // 2])
