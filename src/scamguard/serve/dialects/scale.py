"""Scale: a risk on another program's scale, so that its thresholds mean our actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scamguard.verdict import Policy


def scaled(risk: float, policy: Policy, warn: float, block: float, top: float) -> float:
    """Stretch ``risk`` piece by piece, 0 to warn to block to 1, onto 0 to ``warn`` to ``block`` to ``top``.

    >>> from scamguard.verdict import Policy
    >>> [scaled(r, Policy(warn=0.5, block=0.9), 6, 15, 20) for r in (0.0, 0.25, 0.5, 0.9, 1.0)]
    [0.0, 3.0, 6.0, 15.0, 20.0]
    """
    pieces = ((0.0, policy.warn, 0.0, warn), (policy.warn, policy.block, warn, block), (policy.block, 1.0, block, top))
    low, high, to_low, to_high = next(piece for piece in reversed(pieces) if risk >= piece[0])
    return to_low + (to_high - to_low) * (risk - low) / (high - low) if high > low else to_high
