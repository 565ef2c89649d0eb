"""People: a surname may be a brand's name, and a mailbox is called what its owner is called (``jsantander@yahoo.com``)."""

from __future__ import annotations

import re
from typing import Final

from .called import ROLE
from .names import names, words
from .skeleton import plain, skeleton

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_MOST: Final = 4  # words of somebody's name


def is_own_name(name: str, handle: str) -> bool:
    """Say whether a handle or mailbox is made of the first name and surname that it is shown with, whole or as initials.

    >>> is_own_name("Maria Santander", "maria.santander@gmail.com"), is_own_name("José Santander", "jsantander7@yahoo.com")
    (True, True)
    >>> [is_own_name(*of) for of in (("Banco Santander", "banco.santander@gmail.com"), ("Anna", "santander.anna@gmail.com"))]
    [False, False]
    """
    called = _LETTERS.findall(plain(name))
    if not 1 < len(called) <= _MOST or ROLE.search(name) or not _is_person(called):
        return False
    first, last = "".join(called[:-1]), called[-1]
    initials = "".join(word[0] for word in called[:-1])
    written = "".join(_LETTERS.findall(plain(handle.lstrip("@").partition("@")[0].partition("+")[0])))
    return written in (first + last, called[0] + last, initials + last, called[0][0] + last, last + first, last + initials)


def _is_person(called: list[str]) -> bool:
    """Say whether words may be somebody's name: no brand comes first, and none is a trade or an errand."""
    n = names()
    trades = n.lures | words("roles") | words("no_first_names")
    return skeleton(called[0]) not in n.exact and not any(word in trades or skeleton(word) in trades for word in called)
