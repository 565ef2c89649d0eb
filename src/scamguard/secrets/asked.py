"""Asked: which secrets the messages before ask for, by their names.

A bare "hunter2" says nothing, and after "What is your password?" it says all. A message asks for what it names when it is a question, holds
a word of request, or is little else than the name ("Kartennummer bitte").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .other import shared
from .words import mentions, pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .plain import Plain

# A concept of words.toml → what a verdict's ``asks`` calls it.
CONCEPTS: Final = {
    "password": "password",
    "seed_phrase": "seed_phrase",
    "private_key": "private_key",
    "otp": "2fa_code",
    "code_question": "2fa_code",
    "backup_code": "2fa_code",
    "totp": "2fa_code",
    "card": "card",
    "cvv": "card",
}
RECENT: Final = 8  # messages before the answer, of both sides: small talk comes between
_LONGEST: Final = 1_000  # code points of an earlier message that are read for what it asks
_TERSE: Final = 3  # code points beside the name, in a message that is nothing else
_QUESTION: Final = regex.compile(r"[?？؟]")


def asked(thread: Iterable[Plain]) -> frozenset[str]:
    """Name the concepts that one of the last eight messages asks for.

    >>> from .plain import plain
    >>> sorted(asked([plain("What is your password?"), plain("why?")])), asked([plain("never share your password")])
    (['password'], frozenset())
    """
    return frozenset(concept for part in [*thread][-RECENT:] for concept in _named(part.text[:_LONGEST]))


def _named(text: str) -> list[str]:
    spans = [
        (concept, found.end() - found.start())
        for concept in CONCEPTS
        if mentions(concept, text) and (found := next((f for f in pattern(concept).finditer(text) if not shared(text, *f.span())), None))
    ]
    if not spans or pattern("forbid").search(text):
        return []
    rest = len(text.strip())
    wanted = _QUESTION.search(text) is not None or pattern("request").search(text) is not None
    return [concept for concept, length in spans if wanted or rest - length <= _TERSE]
