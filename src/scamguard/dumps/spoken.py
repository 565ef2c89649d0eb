"""Spoken: a message that begins with a line of who and when and goes on up to the next such line.

Its lines are written into one buffer: a list of millions of short ones would take many times the memory of their letters.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from .source import LONGEST_LINE

if TYPE_CHECKING:
    from .block import Message
    from .source import Source


class Spoken:
    """The message under way, and its further lines.

    Parameters
    ----------
    source
        Is told when a message is too long to be kept whole.
    """

    def __init__(self, source: Source | None = None) -> None:
        self._source = source
        self._said: Message | None = None
        self._more = io.StringIO()
        self._length = 0  # of the further lines and their ends
        self._is_cut = False

    def begin(self, message: Message | None) -> None:
        """Begin a message; None: what follows belongs to nobody."""
        self._said, self._more, self._length = message, io.StringIO(), 0
        self._is_cut = False

    def take(self, line: str) -> bool:
        """Add a line, unless the message is long already; say whether there is a message that it belongs to."""
        if self._said is None:
            return False
        if self._length < LONGEST_LINE:
            self._length += self._more.write(f"\n{line}")
        elif line.strip() and not self._is_cut:
            self._is_cut = True
            if self._source is not None:
                problem = f"a message longer than {LONGEST_LINE:,} characters; its end is not read"
                self._source.notes.skip(f"{self._source.name}, line {self._said.row}", problem)
        return True

    def whole(self) -> Message | None:
        """Give the message with all its lines."""
        return None if self._said is None else self._said._replace(text=self._said.text + self._more.getvalue())
