"""Spoken: a message that begins with a line of who and when and goes on up to the next such line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .source import LONGEST_LINE

if TYPE_CHECKING:
    from .block import Message


class Spoken:
    """The message under way, and its further lines."""

    def __init__(self) -> None:
        self._said: Message | None = None
        self._more: list[str] = []
        self._length = 0

    def begin(self, message: Message | None) -> None:
        """Begin a message; None: what follows belongs to nobody."""
        self._said, self._more, self._length = message, [], 0

    def take(self, line: str) -> bool:
        """Add a line, unless the message is long already; say whether there is a message that it belongs to."""
        if self._said is not None and self._length < LONGEST_LINE:
            self._more.append(line)
            self._length += len(line)
        return self._said is not None

    def whole(self) -> Message | None:
        """Give the message with all its lines."""
        return None if self._said is None else self._said._replace(text="\n".join([self._said.text, *self._more]))
