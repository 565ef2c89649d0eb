"""How fast this machine is now: limits on processor time are chosen on one at rest, and hold elsewhere in proportion."""

from __future__ import annotations

import time
from typing import Final

_AT_REST: Final = 0.1  # seconds that the loop takes where the limits were chosen
_ROUNDS: Final = 1_500_000


def slower() -> float:
    """Say how many times slower than there a loop runs here and now; 1 at least."""
    began, total = time.process_time(), 0
    for n in range(_ROUNDS):
        total += n * n % 7
    return max(1.0, (time.process_time() - began) / _AT_REST)
