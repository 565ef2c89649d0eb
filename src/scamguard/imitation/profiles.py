"""Profiles: links that are a handle on a platform (``https://t.me/kraken_desk``), and whom a handle belongs to there.

A handle is somebody's on one platform only: the one that a brand verified on X is free for anyone to take on Telegram.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .names import names

if TYPE_CHECKING:
    from ..brands import Brand
    from .value import Value

SITES: Final = {
    "t.me": "telegram", "telegram.me": "telegram", "telegram.dog": "telegram", "x.com": "x", "twitter.com": "x", "mobile.twitter.com": "x",
    "instagram.com": "instagram", "facebook.com": "facebook", "m.facebook.com": "facebook", "fb.com": "facebook", "m.me": "facebook",
    "reddit.com": "reddit", "old.reddit.com": "reddit",
}  # fmt: skip
_BEFORE: Final = frozenset(("r", "u", "user", "s", "groups", "people"))  # steps that stand before a handle


def profile(value: Value) -> tuple[str, str]:
    """Give platform and handle of a link to a profile; empty where it is none."""
    platform = SITES.get(value.host.removeprefix("www."), "")
    steps = [step for step in re.split(r"[/?#=&@]", value.path) if step] if platform else []
    steps = steps[1:] if len(steps) > 1 and steps[0].lower() in _BEFORE else steps
    return (platform, steps[0]) if steps else (platform, "")


def owner(handle: str, platform: str = "") -> Brand | None:
    """Give the brand that verified a handle, on ``platform`` or, if that is not known, anywhere."""
    bare = handle.lstrip("@").lower()
    brand = names().handles.get(bare)
    if brand is None or not platform:
        return brand
    return brand if bare in map(str.lower, brand.handles.get(platform, ())) else None
