"""Spoken: a message that begins with a line of who and when and goes on up to the next such line.

Its lines are written into one buffer: a list of millions of short ones would take many times the memory of their letters.
Where a text repeats what it answers, nothing tells that from what its writer made up, unless it was read before.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from .source import LONGEST_LINE

if TYPE_CHECKING:
    from .block import Message
    from .source import Source


_MOST_HEARD: Final = 100_000  # texts, the latest
_EMPTY: Final = re.compile(r"\n[ \t\r]*\n")


def is_spaced(start: str) -> bool:
    r"""Say whether there are empty lines, as exporters put between messages; whoever pastes or searches a chat may lose them.

    >>> is_spaced("Mia\nhi\n\nBen\nyes\n"), is_spaced("Mia\nhi\nBen\nyes\n")
    (True, False)
    """
    return _EMPTY.search(start) is not None


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


class Heard:
    """What was said before in a chat."""

    def __init__(self) -> None:
        self._texts: dict[int, None] = {}  # hashes, the latest last

    def add(self, *texts: str) -> None:
        """Remember texts."""
        for key in map(_key, texts):
            self._texts.pop(key, None)
            self._texts[key] = None
        while len(self._texts) > _MOST_HEARD:
            del self._texts[next(iter(self._texts))]

    def has(self, text: str) -> bool:
        """Say whether this was said, with other empty lines or without any; of nothing there is nothing to say."""
        return bool(text.strip()) and _key(text) in self._texts


def _key(text: str) -> int:
    return hash("\n".join(line for raw in text.split("\n") if (line := raw.strip())))
