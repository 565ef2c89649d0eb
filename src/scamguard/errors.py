"""Every exception scamguard raises on purpose: each names the place, the thing and the way out."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .verdict import Verdict

_MANY: Final = 60  # names, of which not all are listed


class ScamguardError(Exception):
    """Base class: ``except ScamguardError`` catches all of ours and nothing else."""


class InputError(ScamguardError, TypeError):
    """What was handed in is not what the function takes: no message, column, sender or number of its kind."""


class _PlacedError(ScamguardError, ValueError):
    """A file breaks its contract. Its parts are the arguments, by which it is pickled and copied."""

    def __init__(self, file: str, what: str, problem: str) -> None:
        super().__init__(file, what, problem)

    def __str__(self) -> str:
        return ": ".join(self.args)


class LexiconError(_PlacedError):
    """A lexicon or rule file breaks its own contract."""


class BrandError(_PlacedError):
    """An entry of the registry of brands breaks its contract."""


class ModelError(ScamguardError, ValueError):
    """A model folder cannot be trusted, or does not fit this code."""


class TrainingError(ScamguardError, ValueError):
    """Nothing can be learned from these rows, or what was learned must not be used."""


class DumpError(ScamguardError, ValueError):
    """A message dump cannot be read, or what is made of it cannot be written."""


class ChatError(ScamguardError, ValueError):
    """An adapter is configured in a way that has no meaning, or its platform refused what it was told to do."""


class MessageBlocked(ScamguardError):  # noqa: N818 - an outcome that callers expect, not a fault
    """A guarded function did not send. Holds the verdict, never the message."""

    def __init__(self, verdict: Verdict) -> None:
        asks = f" ({', '.join(secret.replace('_', ' ') for secret in verdict.asks)})" if verdict.asks else ""
        super().__init__(f"not sent: {verdict.kind.replace('_', ' ') or 'suspicious'}{asks}; .verdict says why")
        self.verdict = verdict

    def __reduce__(self) -> tuple[type[MessageBlocked], tuple[Verdict]]:
        return type(self), (self.verdict,)


def counted(name: str, value: object) -> int:
    """Give ``value`` if it is a whole number from 1 on.

    Raises
    ------
    InputError
        It is none.

    >>> counted("threads", 2)
    2
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InputError(f"{name} is {value!r}; give a whole number from 1 on")
    return int(value)


def text_or_none(name: str, value: object) -> None:
    """Refuse what is neither text nor missing.

    Raises
    ------
    InputError
        ``value`` is no ``str`` and not None.
    """
    if not isinstance(value, str | None):
        raise InputError(f"{name} is {type(value).__name__}; give a str or None")


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """Say that ``name`` is not a known ``what``, and which ones are; of many, those that it may stand for.

    >>> unknown("column", "txt", ["text", "id"])
    "unknown column 'txt'; known: id, text"
    >>> unknown("concept", "seedphrase", [*map(str, range(99)), "seed_phrase"])
    "unknown concept 'seedphrase'; did you mean seed_phrase?"
    """
    names = sorted(known)
    if len(names) > _MANY and (close := _close(str(name), names)):
        return f"unknown {what} {name!r}; did you mean {' or '.join(close)}?"
    return f"unknown {what} {name!r}; known: {', '.join(names)}"


def _close(name: str, names: list[str]) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    return get_close_matches(name, names)
