"""The words around secrets, in every language at once: ``words.toml`` as regular expressions.

A message is often in two languages ("my 助记词 is …"), so one pattern holds the terms of all.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import regex
import tomli

if TYPE_CHECKING:
    from regex import Pattern

_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")


@cache
def _concepts() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomli.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return found


def source(concept: str) -> str:
    """Give a regular expression for all terms of a concept, longer ones first.

    In ``words.toml`` a space also stands for a hyphen, an underscore or nothing, and ``*`` for an ending.
    """
    ordered = sorted(terms(concept), key=lambda term: (-len(term), term))
    spaced = "|".join(_term(term) for term in ordered if not _UNSPACED.search(term))
    unspaced = "|".join(_term(term) for term in ordered if _UNSPACED.search(term)) or r"(?!)"
    return rf"(?:(?<![\p{{L}}\p{{M}}\p{{N}}])(?:{spaced})|{unspaced})"


@cache
def pattern(concept: str) -> Pattern[str]:
    """Compile :func:`source`, for letters of either case."""
    return regex.compile(source(concept), regex.IGNORECASE)


def _term(term: str) -> str:
    stem = term.removesuffix("*")
    body = r"[\s_\-]{0,2}".join(regex.escape(word) for word in stem.split(" "))
    if _UNSPACED.search(stem):
        return body
    ending = r"[\p{L}\p{M}]{0,6}+" if term.endswith("*") else r"(?![\p{L}\p{M}])"
    return body + ending


def mentions(concept: str, text: str) -> bool:
    """Tell quickly whether some term may stand in ``text``: most messages hold none, and need no pattern."""
    lowered = text.lower()
    return any(stem in lowered for stem in _stems(concept))


@cache
def _stems(concept: str) -> tuple[str, ...]:
    """Give the first word of every term, without those that another one begins."""
    stems = {term.removesuffix("*").split(" ")[0].removesuffix("*").lower() for term in terms(concept)}
    return tuple(sorted(stem for stem in stems if not any(other != stem and other in stem for other in stems)))


@cache
def terms(concept: str, language: str | None = None) -> frozenset[str]:
    """Give the terms of a concept as they stand in the file, of all languages or of one."""
    return frozenset(term for code, listed in _concepts()[concept].items() if language in {None, code} for term in listed)
