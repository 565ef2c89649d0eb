"""What an operator chooses, and what it means for one message. Knows no platform.

Staff and official accounts are configured by the platform's own ids and never guessed from a name: names are what impostors
copy. A decision holds the verdict and never the message, so that whatever is logged or posted from it repeats nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Self

import tomli

from scamguard.errors import ChatError, unknown
from scamguard.verdict import Action, Graded
from scamguard.wording import tag

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scamguard.verdict import Verdict


class Response(Graded):
    """What an adapter does with a message; they compare by how grave they are.

    Attributes
    ----------
    PASS
        "pass": nothing.
    FLAG
        "flag": it stays, moderators are told.
    WARN
        "warn": it stays, the chat is told beneath it, moderators too.
    DELETE
        "delete": it goes, or is not let in; the chat is told, moderators too.
    """

    PASS = "pass"  # noqa: S105 - no password
    FLAG = "flag"
    WARN = "warn"
    DELETE = "delete"


class Why(StrEnum):
    """How a decision came about."""

    JUDGED = "judged"
    EMPTY = "empty"
    EXEMPT = "exempt"
    TIMEOUT = "timeout"
    BUSY = "busy"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an operator chooses. By default only what is blocked is deleted, and what cannot be judged passes.

    Attributes
    ----------
    on_warn
        What to do with a message that the verdict warns of.
    on_block
        What to do with a message that the verdict blocks.
    exempt
        Ids of staff and official accounts, as the platform writes them: their messages are not judged.
    budget
        Seconds a message may take, waiting included.
    fail_open
        What happens to a message that could not be judged in time: it passes (True) or is held back (False).
    lang
        Language of what is posted (BCP-47); empty: the platform's, else English.
    reply
        Whether to post advice where a message was warned of or deleted.

    Raises
    ------
    ChatError
        A field has no meaning.
    """

    on_warn: Response = Response.WARN
    on_block: Response = Response.DELETE
    exempt: frozenset[str] = field(default_factory=frozenset)
    budget: float = 1.0
    fail_open: bool = True
    lang: str = ""
    reply: bool = True

    def __post_init__(self) -> None:
        for name in ("on_warn", "on_block"):
            object.__setattr__(self, name, _response(name, getattr(self, name)))
        object.__setattr__(self, "exempt", _ids(self.exempt))
        for name, kind in (("fail_open", bool), ("reply", bool), ("lang", str)):
            if not isinstance(getattr(self, name), kind):
                raise ChatError(f"{name} is {getattr(self, name)!r}; it must be {'true or false' if kind is bool else 'a language tag'}")
        budget: object = self.budget  # a configuration file may hold anything
        if isinstance(budget, bool) or not isinstance(budget, int | float) or not 0 < budget <= _LONGEST:
            raise ChatError(f"budget is {budget!r}; it must be a number of seconds above 0, a day at most")

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Read what stands in a configuration file (YAML, TOML, JSON); fields that are missing keep their defaults.

        >>> Rules.of({"on_warn": "flag", "exempt": [4711]}).exempt
        frozenset({'4711'})
        """
        known = {f.name for f in fields(cls)}
        if stray := table.keys() - known:
            raise ChatError(unknown("setting", min(stray, key=str), known))
        return cls(**table)

    def decision(self, verdict: Verdict, *, cut: bool = False) -> Decision:
        """Say what to do about a message of which, or ``cut``: of whose beginning and end, ``verdict`` is said."""
        response = {Action.ALLOW: Response.PASS, Action.WARN: self.on_warn, Action.BLOCK: self.on_block}[verdict.action]
        return Decision(response, Why.JUDGED, verdict, self, cut)

    def unjudged(self, why: Why) -> Decision:
        """Say what to do about a message that could not be judged."""
        return Decision(Response.PASS if self.fail_open else Response.DELETE, why, None, self)

    def passes(self, why: Why) -> Decision:
        """Let pass what need not be judged."""
        return Decision(Response.PASS, why, None, self)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one message, and what to say about it. Holds nothing of the message.

    Attributes
    ----------
    response
        What to do.
    why
        How that came about: "judged", "empty", "exempt" (see ``Rules.exempt``), "timeout" (the budget ran out), "busy" (too many
        messages are waiting) or "error".
    verdict
        The verdict; None where ``why`` is not "judged".
    rules
        What the operator chose.
    cut
        The message was so long that only its beginning and its end were read.
    """

    response: Response
    why: Why
    verdict: Verdict | None
    rules: Rules
    cut: bool = False

    @property
    def failed(self) -> bool:
        """Whether the message could not be judged."""
        return self.why in {Why.TIMEOUT, Why.BUSY, Why.ERROR}

    def notice(self, locale: str | None = None) -> str:
        """Say what the chat is told, in the configured language, else in the platform's ``locale``; empty if nothing is to be said.

        Parameters
        ----------
        locale
            A BCP-47 tag or POSIX locale, such as ``pt-BR`` or ``zh_CN.UTF-8``.
        """
        if not self.rules.reply or self.response not in {Response.WARN, Response.DELETE}:
            return ""
        lang = self.rules.lang or locale or "en"
        return self.verdict.advice(lang) if self.verdict is not None else _sentence("unchecked", lang)

    def refusal(self, locale: str | None = None) -> str:
        """Say what the sender is told of a message that was not let in; see ``notice``."""
        return _sentence("unchecked" if self.failed else "refused", self.rules.lang or locale or "en")

    def summary(self) -> str:
        """Say in one line of English, for moderators and logs, what was decided and why."""
        if self.verdict is None:
            return f"{self.response}: {_REASONS[self.why]}"
        said = self.verdict
        about = [said.kind.replace("_", " ") or str(said.action), f"risk {said.risk:.2f}"]
        if said.asks:
            about.append(f"asks for {', '.join(secret.replace('_', ' ') for secret in said.asks)}")
        read = "; too long to be read whole" if self.cut else ""
        rules = ", ".join(dict.fromkeys(e.rule for e in said.evidence)) or "none"
        return f"{self.response}: {', '.join(about)}; rules: {rules}{read}"


_LONGEST: Final = 24 * 3600  # seconds
_REASONS: Final = {
    Why.JUDGED: "judged", Why.EMPTY: "no text", Why.EXEMPT: "exempt account",
    Why.BUSY: "could not be judged, too many messages are waiting",
    Why.TIMEOUT: "could not be judged within the time budget", Why.ERROR: "could not be judged because of an error, see the log",
}  # fmt: skip


def _sentence(name: str, locale: str) -> str:
    """Give a sentence of ``notices.toml`` in the language of ``locale`` or English."""
    return _notices()[name][tag(locale)]


@cache
def _notices() -> dict[str, dict[str, str]]:
    return tomli.loads((resources.files(__package__) / "notices.toml").read_text("utf-8"))


def _response(name: str, value: object) -> Response:
    try:
        return Response(str(value).lower())
    except ValueError:
        raise ChatError(f"{name}: {unknown('response', value, [str(r) for r in Response])}") from None


def _ids(value: object) -> frozenset[str]:
    """Read ids as text: platforms write them as numbers or as text."""
    wanted = "exempt must be a list of account ids, as numbers or text"
    if isinstance(value, str) or not isinstance(value, list | tuple | set | frozenset):
        raise ChatError(f"{wanted}, not {type(value).__name__}")
    if bad := [type(item).__name__ for item in value if isinstance(item, bool) or not isinstance(item, str | int)]:
        raise ChatError(f"{wanted}; it holds {bad[0]}")
    return frozenset(str(item).strip() for item in value)


def is_exempt(rules: Rules, who: Collection[object]) -> bool:
    """Say whether one of the identities of a sender is configured as staff or official."""
    return not rules.exempt.isdisjoint(map(str, who))
