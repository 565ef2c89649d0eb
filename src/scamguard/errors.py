"""Every exception scamguard raises on purpose: each names the place, the thing and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ScamguardError(Exception):
    """Base class: ``except ScamguardError`` catches all of ours and nothing else."""


class InputError(ScamguardError, TypeError):
    """What was handed in is not a column of messages."""


class LexiconError(ScamguardError, ValueError):
    """A lexicon or rule file breaks its own contract."""

    def __init__(self, file: str, what: str, problem: str) -> None:
        super().__init__(f"{file}: {what}: {problem}")


class BrandError(ScamguardError, ValueError):
    """An entry of the registry of brands breaks its contract."""

    def __init__(self, file: str, what: str, problem: str) -> None:
        super().__init__(f"{file}: {what}: {problem}")


class ModelError(ScamguardError, ValueError):
    """A model folder cannot be trusted, or does not fit this code."""


class DumpError(ScamguardError, ValueError):
    """A message dump cannot be read."""


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """Say that ``name`` is not a known ``what``, and which ones are.

    >>> unknown("column", "txt", ["text", "id"])
    "unknown column 'txt'; known: id, text"
    """
    return f"unknown {what} {name!r}; known: {', '.join(sorted(known))}"
