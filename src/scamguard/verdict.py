"""Verdict: what is said of one message, and the words that prove it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .errors import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from .sender import Sender
    from .ticket import Incident


GIVEN_AWAY: Final = "own_secret"  # the kind of an outgoing message that gives away the reader's own secret
_CODE: Final = re.compile(r"[a-z]{2,3}")
_SUBTAG: Final = re.compile("[-_.@]")  # what ends the language in a tag or locale


class Graded(StrEnum):
    """Words in the order of how grave they are: the graver is the greater, and a text that is one of them is compared as it."""

    @property
    def severity(self) -> int:
        """The place among them, from 0 on; of actions, what columns hold."""
        return tuple(type(self)).index(self)

    def __lt__(self, other: str) -> bool:  # as texts they would be compared by their letters
        return self.severity < self._of(other)

    def __le__(self, other: str) -> bool:
        return self.severity <= self._of(other)

    def __gt__(self, other: str) -> bool:
        return self.severity > self._of(other)

    def __ge__(self, other: str) -> bool:
        return self.severity >= self._of(other)

    @classmethod
    def _of(cls, word: str) -> int:
        try:
            return cls(word).severity
        except ValueError:
            raise InputError(unknown(cls.__name__.lower(), word, cls)) from None


class Action(Graded):
    """What a chat, mailbox or moderator should do with a message; they compare by how grave they are.

    >>> Action.BLOCK > Action.WARN > "allow", max(Action)
    (True, <Action.BLOCK: 'block'>)

    Attributes
    ----------
    ALLOW
        "allow": nothing speaks for a scam.
    WARN
        "warn": likely a scam; show it with a warning, or let somebody look.
    BLOCK
        "block": a scam, as far as words can say; hold it back.
    """

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a verdict: a rule and the words it stands on, ``text[start:stop]``.

    Attributes
    ----------
    rule
        Id of the rule, such as ``ask.seed-phrase``; ``link.…`` and ``sender.…`` are what a link or the sender shows.
    why
        The reason in a sentence, in English.
    start
        Where the words begin, in code points, as Python counts. What is known of the sender stands nowhere: it is 0 to 0.
    stop
        Where they end.
    start_utf16
        Where they begin in UTF-16 units, as JavaScript, Java and the Telegram and Discord APIs count.
    stop_utf16
        Where they end in UTF-16 units.
    """

    rule: str
    why: str
    start: int
    stop: int
    start_utf16: int
    stop_utf16: int


@dataclass(frozen=True, slots=True)
class Policy:
    """Risks from which to warn and to block.

    A language in which the model errs more often, or that it hardly knows, may need a higher risk before it warns.

    Attributes
    ----------
    warn
        Risk from which to warn.
    block
        Risk from which to block; never below ``warn``.
    languages
        Risk from which to warn, by ISO 639 code: ``{"en": 0.6, "zh": 0.5}``.
    other
        The same for languages that are not listed, where any are; by default ``warn``.

    Raises
    ------
    InputError
        A risk is no number from 0 to 1, it would block before it warns, or ``languages`` maps anything but such codes.
    """

    warn: float
    block: float
    languages: Mapping[str, float] = field(default_factory=dict, hash=False)
    other: float | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        if not _by_code(self.languages):
            raise InputError("languages must map ISO 639 codes in small letters to risks, such as {'en': 0.6, 'zh': 0.5}")
        if not all(_is_risk(risk) for risk in (self.warn, self.block, *self.languages.values(), 0 if self.other is None else self.other)):
            raise InputError("a risk to warn or block from is a number from 0 to 1")
        if self.warn > self.block:
            raise InputError(f"a policy warns from {self.warn} on and blocks from {self.block} on: warn must not be above block")
        for name in ("warn", "block", "other"):
            object.__setattr__(self, name, _pythons(getattr(self, name)))
        object.__setattr__(self, "languages", {code: _pythons(risk) for code, risk in self.languages.items()})  # the given may change

    @classmethod
    def read(cls, thresholds: Mapping[str, Any]) -> Policy:
        """Read it from the thresholds of a model card; those of older models know no languages."""
        return cls(thresholds["warn"], thresholds["block"], thresholds.get("languages", {}), thresholds.get("other"))

    def of(self, language: str) -> Policy:
        """Give the thresholds of a message in ``language``, a BCP-47 tag or POSIX locale in any case; "" is what nothing tells.

        >>> policy = Policy(warn=0.5, block=0.9, languages={"en": 0.6}, other=0.8)
        >>> tuple(policy.of(tag).warn for tag in ("en-GB", "EN_us", "th", ""))
        (0.6, 0.6, 0.8, 0.5)
        """
        if not language or not self.languages:
            return Policy(self.warn, self.block)
        other = self.warn if self.other is None else self.other
        return Policy(min(self.languages.get(_SUBTAG.split(language, maxsplit=1)[0].lower(), other), self.block), self.block)

    @property
    def surest(self) -> float:
        """Give the risk from which it warns in every language."""
        return max(self.warn, self.other or 0.0, *self.languages.values())

    def action(self, risk: float) -> Action:
        """Choose the action for ``risk``, of a message in no language that is told.

        >>> Policy(warn=0.5, block=0.9).action(0.7)
        <Action.WARN: 'warn'>
        """
        if risk >= self.block:
            return Action.BLOCK
        return Action.WARN if risk >= self.warn else Action.ALLOW

    def actions(self, risk: NDArray[np.float32]) -> NDArray[np.int8]:
        """Choose the action for each of ``risk`` (n,), as places in ``Action``."""
        exact = risk.astype(np.float64)
        return (exact >= self.warn).astype(np.int8) + (exact >= self.block).astype(np.int8)


def _by_code(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(code, str) and _CODE.fullmatch(code) for code in value)


def _pythons(value: Any) -> Any:  # noqa: ANN401 - any number, or None
    """Make a number of NumPy's, which JSON does not know, one of Python's."""
    return value.item() if hasattr(value, "item") else value


def _is_risk(value: object) -> bool:
    return isinstance(value, Real) and not value < 0 and bool(value <= 1)  # a whole number may be too great for a float


@dataclass(frozen=True, slots=True)
class Official:
    """Where the real brand is found.

    Attributes
    ----------
    name
        The brand as people call it: ``Kraken``.
    domain
        Its main domain: ``kraken.com``.
    help
        Address of its help centre, where the registry knows it.
    contact
        How to reach a person there: ``in_app``, ``form``, ``email``, ``chat`` or ``phone`` → where.
    """

    name: str
    domain: str
    help: str | None
    contact: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def channel(self) -> str:
        """The address to give to a reader: the help centre, else the domain."""
        return _plain(self.help or self.domain)

    @property
    def desk(self) -> str:
        """The address to send a ticket to: a form, else a mailbox, else the channel."""
        return _plain(self.contact.get("form") or self.contact.get("email") or self.channel)


def _plain(address: str) -> str:
    return address.removeprefix("https://").rstrip("/")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What scamguard makes of one message.

    Attributes
    ----------
    risk
        Probability, 0 to 1, that somebody poses as another to get something from the reader.
    action
        What to do: allow, warn or block.
    kind
        The sort of scam: ``credential_request``, ``fake_support_contact``, ``phishing_link``, ``remote_access``, ``payment_demand`` or
        ``trust_trick``; ``own_secret`` for an outgoing message that gives a secret away; empty where the message is allowed.
    asks
        Which secrets it asks for, or gives away: ``password``, ``2fa_code``, ``private_key``, ``seed_phrase``, ``card``,
        ``id_document``, ``remote_access``, ``payment``.
    evidence
        The reasons: what the sender shows, the rules that fired, strongest first, and what the links show.
    brand
        Id of the brand that is imitated (``Brand.id``), or None.
    official
        Where the real brand is found, or None.
    language
        Language of the message, a BCP-47 tag; empty where nothing tells.
    """

    risk: float
    action: Action
    kind: str
    asks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    brand: str | None = None
    official: Official | None = None
    language: str = ""

    def advice(self, lang: str | None = None) -> str:
        """Tell the reader what this is and what to do.

        Parameters
        ----------
        lang
            A BCP-47 tag or a POSIX locale, such as "fr", "zh-Hant" or "pt_BR.UTF-8"; that of the message if not given.
            A language that the advice does not speak gets English.

        Returns
        -------
        str
            One to three sentences. An allowed message needs no advice: the text is empty.

        Raises
        ------
        InputError
            ``lang`` is no str.
        """
        from .advice import advice  # noqa: PLC0415 - reads a file; most verdicts never ask

        return advice(self, lang)

    def report(  # noqa: PLR0913 - what is known of an incident
        self,
        text: str,
        *,
        lang: str | None = None,
        sender: Sender | None = None,
        when: str | datetime | None = None,
        channel: str | None = None,
        given: Sequence[str] = (),
        done: Sequence[str] = (),
    ) -> Incident:
        """Make a ticket about this message for the official channel; the parameters are those of ``scamguard.incident``."""
        from .ticket import incident  # noqa: PLC0415 - most verdicts are never reported

        return incident(text, self, lang=lang, sender=sender, when=when, channel=channel, given=given, done=done)

    def to_dict(self) -> dict[str, Any]:
        """Give plain types, ready for JSON."""
        return {**asdict(self), "action": str(self.action), "asks": list(self.asks), "evidence": [asdict(e) for e in self.evidence]}
