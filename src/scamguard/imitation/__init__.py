"""Imitation: does a link, domain, e-mail address, handle or name pass itself off as a brand's own?

Two passes with the same outcome as one: a compiled *screen* drops what cannot resemble any brand (nearly everything),
and a careful *judge* reads the rest.
"""

from __future__ import annotations

from .finding import LookAlike
from .judge import lookalike

__all__ = ["LookAlike", "lookalike"]
