"""Brief: a short message is judged where it arrives, on the event loop.

To read one takes some 20 µs. To hand it to a thread and fetch the answer takes more, and a thread that runs Python keeps the loop
waiting for the interpreter. What makes a message slow is its length and all that it points to: such a message goes to a thread.
The worst brief one that was found takes about 3 ms.
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 256  # code points
_MOST: Final = 12  # dots and at signs: every link, mailbox and handle has one, and is read with care


def brief(text: str) -> bool:
    """Say whether a message is surely read soon."""
    return len(text) <= LONGEST and text.count(".") + text.count("@") <= _MOST
