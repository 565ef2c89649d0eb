"""The incident ticket: what the official channel needs to act on one message, and no secret in it.

Good support asks for one issue a ticket: what happened, when, where, what was asked for, where money went, what was done about it,
and pictures. All that is taken from the message and what the caller knows; what nobody knows is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from .chains import Trace, traces
from .contacts import contacts, defanged, harmless
from .errors import InputError, text_or_none, unknown
from .lexicon import SECRETS
from .masking import held, masked
from .sender import Sender
from .verdict import Verdict
from .wording import called, filled, tag, tickets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .verdict import Action, Official

_LINE: Final = 300  # characters of a name, handle, time or place
_FEW: Final = 60  # characters of a message that may be an answer and not a scam: a lone number in it is a code
_STEPS: Final = 20  # things done


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, ready to be submitted. Nothing in it is a secret, no link in it leads anywhere.

    Attributes
    ----------
    language
        Language of the ticket: en, zh, zh-Hant, es, pt, fr, de, ru, ja, ko, vi, tr, id, hi or ar.
    title
        What happened, in a line.
    brand
        Id of the brand that is imitated (``Brand.id``), or None.
    official
        Where to submit it; None where nobody knows who is imitated.
    action
        What the verdict said.
    kind
        The sort of scam, as in ``Verdict.kind``.
    asks
        Which secrets were asked for, as in ``Verdict.asks``.
    message
        The message, secrets masked and links defanged.
    when
        When it came, as the reader said.
    channel
        Where it came, as the reader said.
    sender
        Who wrote it.
    links
        Links in the message, defanged.
    mailboxes
        E-mail addresses in it, defanged.
    handles
        Handles in it.
    phones
        Telephone numbers in it.
    traces
        Addresses and transactions of cryptocurrencies in the message and in what was done.
    given
        Which secrets the reader gave away.
    done
        What the reader did already.
    screenshots
        Which pictures to add.
    """

    language: str  # one of ``wording.LANGUAGES``
    title: str
    brand: str | None
    official: Official | None
    action: Action
    kind: str
    asks: tuple[str, ...]
    message: str
    when: str | None
    channel: str | None
    sender: Sender | None
    links: tuple[str, ...]
    mailboxes: tuple[str, ...]
    handles: tuple[str, ...]
    phones: tuple[str, ...]
    traces: tuple[Trace, ...]
    given: tuple[str, ...]
    done: tuple[str, ...]
    screenshots: tuple[str, ...]

    def markdown(self) -> str:
        """Write the ticket in Markdown (CommonMark). Whatever others wrote stands in code, which it cannot leave."""
        from .letter import markdown  # noqa: PLC0415 - which needs this class

        return markdown(self)

    def text(self) -> str:
        """Write the ticket as plain text. Lines of the message begin with ``>``."""
        from .letter import text  # noqa: PLC0415 - which needs this class

        return text(self)

    def to_dict(self) -> dict[str, Any]:
        """Give plain types, ready for JSON."""
        return {**asdict(self), "action": str(self.action)}


def incident(  # noqa: PLR0913 - what is known of an incident
    text: str,
    verdict: Verdict,
    *,
    lang: str | None = None,
    sender: Sender | None = None,
    when: str | datetime | None = None,
    channel: str | None = None,
    given: Sequence[str] = (),
    done: Sequence[str] = (),
) -> Incident:
    """Put together a ticket about one message.

    Parameters
    ----------
    text
        The message.
    verdict
        What ``Guard.check`` said of it.
    lang
        The reader's language, a BCP-47 tag; that of the message if not given, English where none of ours.
    sender
        Who wrote it.
    when
        When it came, as a time or in the reader's own words.
    channel
        Where it came, in the reader's own words: "Telegram, group Kraken Help".
    given
        Which secrets the reader has given away, named as in ``Verdict.asks``.
    done
        What the reader did already, a sentence each.

    Raises
    ------
    InputError
        ``text``, ``lang``, ``when`` or ``channel`` is no str, ``verdict`` is none, ``given`` names no secret we know, or ``done`` is
        one text.
    """
    _check(text, sender, given, done)
    if not isinstance(verdict, Verdict):
        raise InputError(f"verdict is {type(verdict).__name__}; give what check said of the message")
    for said, value in (("lang", lang), ("when", None if isinstance(when, datetime) else when), ("channel", channel)):
        text_or_none(said, value)
    lang = tag(lang or verdict.language)
    table = tickets(lang)
    short = len(text) <= _FEW
    beside = {value: secret for value, secret in held(text).items() if not traces(value)}  # what must stand in no other line either

    def name(secret: str) -> str:
        return f"[{table['removed']}{table['colon']}{table['secret'][secret]}]"

    def line(value: str | None) -> str | None:
        return harmless(" ".join(masked(value, name, others=beside).split())[:_LINE]) or None if value else None

    message = masked(text, name, told=short)
    found = contacts(message)
    steps = tuple(harmless(" ".join(masked(step, name, told=True, others=beside).split())) for step in list(done)[:_STEPS])
    money = tuple(dict.fromkeys([*traces(message), *(trace for step in steps for trace in traces(step))]))
    who = Sender(line(sender.name), line(sender.handle), *_rest(sender)) if sender else None
    linked = bool(found.links)
    return Incident(
        language=lang,
        title=_title(table, verdict, lang),
        brand=verdict.brand,
        official=verdict.official,
        action=verdict.action,
        kind=verdict.kind,
        asks=verdict.asks,
        message=harmless(message),
        when=line(when.isoformat(sep=" ", timespec="minutes") if isinstance(when, datetime) else when),
        channel=line(channel),
        sender=who,
        links=tuple(map(defanged, found.links)),
        mailboxes=tuple(map(defanged, found.mailboxes)),
        handles=found.handles,
        phones=found.phones,
        traces=money,
        given=tuple(secret for secret in SECRETS if secret in given),
        done=steps,
        screenshots=tuple(table["shot"][shot] for shot in _shots(linked=linked, paid=bool(money) or "payment" in given)),
    )


def _check(text: object, sender: object, given: Collection[str], done: object) -> None:
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not str; a ticket is about one message")
    if not isinstance(sender, Sender | None):
        raise InputError(f"sender is {type(sender).__name__}; give scamguard.Sender(name=…, handle=…), or None")
    listed: tuple[tuple[str, object], ...] = (("given", given), ("done", done))
    for name, value in listed:
        if not isinstance(value, Collection) or isinstance(value, str) or not all(isinstance(one, str) for one in value):
            raise InputError(f"{name} must be a list of str")
    for secret in given:
        if secret not in SECRETS:
            raise InputError(f"given: {unknown('secret', secret, SECRETS)}")


def _rest(sender: Sender) -> tuple[bool | None, bool | None, float | None, bool | None, str | None]:
    return sender.verified, sender.official, sender.account_age_days, sender.first_contact, sender.platform


def _title(table: dict[str, Any], verdict: Verdict, lang: str) -> str:
    what = table["kind"].get(verdict.kind, table["kind"]["other"])
    if verdict.official:
        return filled(table["title"], called(verdict.brand, verdict.official.name, lang), lang, what=what)
    return str(table["title_unknown"]).format(what=what)


def _shots(*, linked: bool, paid: bool) -> list[str]:
    """Name the pictures that show what the ticket says."""
    return ["message", "profile", *(["link"] if linked else []), *(["payment"] if paid else []), "cover"]
