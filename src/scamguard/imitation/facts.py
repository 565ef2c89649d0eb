"""Facts: what one link is, whatever message it stands in. What stands behind its host is looked at only where that can matter."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from .carried import unwrapped
from .hosts import borrows, is_own, is_throwaway, known_to_all, lent, opened_by_anyone, shortens
from .judge import SIGN_IN, remembered
from .profiles import profile
from .value import read

# A path of letters, digits and hyphens. It can neither hold another link nor be a domain; where it does not invite to sign in either,
# only whose page it is could matter.
_PLAIN: Final = re.compile(r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/)[A-Za-z0-9_/-]+")
_SIGN_IN: Final = re.compile(SIGN_IN, re.IGNORECASE)


class Facts(NamedTuple):
    """What one link is."""

    alone: tuple[str, ...]  # findings that need no brand beside them
    site: bool  # it leads to a site, and is no mailbox
    own: bool  # a brand's own
    common: bool  # known to all: brands are talked of there
    open: bool  # anyone may put up a page or form there, or have it lead anywhere
    throwaway: bool  # its ending costs next to nothing
    borrowed: bool  # a brand's name is a part of it
    paged: bool  # whose page it leads to hangs on what stands behind the host


def facts(link: str) -> Facts:
    """Say what a link is; without a host it is none, and one that differs from another only in a plain path is the same.

    >>> facts("https://kraken-login.example/a/8").alone, facts("https://kraken.com/a").own
    (('link.lookalike',), True)
    """
    plain = _PLAIN.fullmatch(link)
    if plain and not _SIGN_IN.search(link) and not (found := _facts(plain[1])).paged:
        return found
    return _facts(link) if len(link) <= _REMEMBERED else _facts.__wrapped__(link)


_REMEMBERED: Final = 256  # characters


@lru_cache(1 << 14)
def _facts(link: str) -> Facts:
    value, found = read(unwrapped(link)), remembered(link)
    anyones = lent(value) or opened_by_anyone(value.host) or shortens(value.host)
    alone = {
        "link.lookalike": found is not None and found.kind not in ("bare_ip", "open_redirect"),
        "link.userinfo": value.kind == "url" and bool(value.user and value.host),
        "link.number": bool(value.ip),
    }
    home = is_own(value)
    return Facts(
        tuple(name for name, is_so in alone.items() if is_so),
        site=value.kind in ("url", "domain") and bool(value.host),
        own=home and not anyones,
        common=known_to_all(value.host),
        open=anyones,
        throwaway=is_throwaway(value),
        borrowed=not home and borrows(value),
        paged=anyones or bool(profile(value)[0]),
    )
