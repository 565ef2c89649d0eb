"""Who is speaking: what a sender's name, handle and account say against them being who they pose as.

A display name costs nothing, so a brand's name on an account that is not the brand's is a finding. A finding is not a
verdict: it adds a few tenths of a nat to what the words say (``NATS``), and words alone decide what is asked for.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Final

import regex

from .brands import CRYPTO, PLATFORMS, by_name, registry
from .contacts import name_and_address
from .errors import InputError, text_or_none, unknown
from .imitation import lookalike
from .imitation.hosts import abroad, at_home, open_to_mail
from .imitation.names import names
from .imitation.people import is_own_name
from .imitation.profiles import profile
from .imitation.skeleton import plain
from .imitation.value import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .brands import Brand
    from .imitation.value import Value

# What a finding adds to the calibrated log-odds of a message; docs/identity.md says how the numbers were measured.
NATS: Final = {
    "sender.unofficial": 1.5,
    "sender.lookalike_handle": 1.5,
    "sender.mixed_script": 1.0,
    "sender.claims_brand": 0.5,
    "sender.ticks": 0.5,
    "sender.new_account": 0.5,
    "sender.official": 0.0,
}
MOST_NATS: Final = 2.5  # all findings together: the words still have to say something
WHY: Final = {
    "sender.unofficial": "The name of {brand} on an account that is not known to be {brand}'s own.",
    "sender.lookalike_handle": "A handle or address that looks like {brand}'s and is not known to be.",
    "sender.mixed_script": "A name that mixes alphabets whose letters look alike: it is made to be misread.",
    "sender.claims_brand": "A display name that anyone can choose, in the name of {brand}.",
    "sender.ticks": "A tick typed into the name: a real mark of verification is never part of it.",
    "sender.new_account": "A new or unknown account that speaks as an authority.",
    "sender.official": "The account is the real one as far as is known, and still the words are a scam's: accounts are taken over, too.",
}
YOUNG: Final = 30  # days
WHERE: Final = (  # where people write; brands' own handles are known on the first few
    *PLATFORMS, "email", "github", "kakaotalk", "line", "linkedin", "matrix", "signal", "slack", "sms", "tiktok", "viber", "wechat",
    "whatsapp", "youtube",
)  # fmt: skip
_MOST: Final = 256  # characters of a name or handle that are looked at
_TICK: Final = regex.compile(r"[✓✔✅☑🗸🗹]")
ROLE: Final = regex.compile(
    r"(?i)\b(?:support|help ?desk|admin(?:istrator)?|moderator|official|customer (?:care|service)|service team|security team"
    r"|soporte|suporte"
    r"|assistance|kundendienst|kundenservice|müşteri hizmetleri|destek|layanan pelanggan|hỗ trợ)\b"
    r"|поддержк|администратор|客服|官方|管理员|管理員|群主|サポート|公式|管理者|고객센터|고객지원|공식|관리자|الدعم|المشرف|सहायता|सपोर्ट"
)
_REVERSED: Final = "\u202e"  # RIGHT-TO-LEFT OVERRIDE (UAX #9)
_WORD: Final = regex.compile(r"[\p{L}\p{M}]+")
_MIXED: Final = regex.compile(r"(?=.*\p{Latin})(?=.*[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}\p{Georgian}])")
_KEPT: Final = frozenset((  # mailboxes that a provider gives to no customer (RFC 2142, 3 to 5, and what notices come from)
    "info", "support", "service", "kundenservice", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "noresponder",
    "noresponda", "billing", "abuse", "security", "postmaster", "webmaster", "newsletter", "sales", "marketing",
))  # fmt: skip
_DIALLED: Final = frozenset(("", "sms", "whatsapp", "viber", "signal"))  # where a handle may be a telephone number
_NUMBER: Final = regex.compile(r"\+?[\d ()./-]{3,24}")
_SHORT_CODE: Final = regex.compile(r"\d{3,6}")  # networks lend these to firms alone
_HANDED_OVER: Final = frozenset(("x", "instagram", "facebook", "github", "linkedin", "tiktok", "youtube"))  # a trademark has its name there


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of whoever wrote a message; what is not known stays None.

    Attributes
    ----------
    name
        The display name; ``Name <address>`` is taken apart.
    handle
        @handle, link to a profile, e-mail address or telephone number.
    verified
        Whether the platform shows its own mark beside the name. Marks are sold, so it clears nothing.
    official
        Whether this is the real account, where the caller knows it.
    account_age_days
        How old the account is, in days.
    first_contact
        Whether the reader has never written with this account before.
    platform
        Where the handle lives; a brand's handle counts only there: x, telegram, reddit, discord, instagram, facebook, email, github,
        kakaotalk, line, linkedin, matrix, signal, slack, sms, tiktok, viber, wechat, whatsapp or youtube.

    Raises
    ------
    InputError
        A field is of another type, an age is negative or no number, or the platform is none of these.
    """

    name: str | None = None
    handle: str | None = None
    verified: bool | None = None
    official: bool | None = None
    account_age_days: float | None = None
    first_contact: bool | None = None
    platform: str | None = None  # of WHERE

    def __post_init__(self) -> None:
        """Refuse what no sender can be."""
        for field in ("name", "handle", "platform"):
            text_or_none(f"Sender.{field}", getattr(self, field))
        for field in ("verified", "official", "first_contact"):
            if not isinstance(getattr(self, field), bool | None):
                raise InputError(f"Sender.{field} is {getattr(self, field)!r}; give True, False or None")
        if self.account_age_days is not None and not _is_age(self.account_age_days):
            raise InputError(f"Sender.account_age_days is {self.account_age_days!r}; give days from 0, or None")
        if self.platform is not None and self.platform.lower() not in WHERE:
            raise InputError(f"Sender.platform: {unknown('platform', self.platform, WHERE)}; or leave it None")


def _is_age(value: object) -> bool:
    try:
        return not isinstance(value, bool) and isinstance(value, Real) and 0 <= float(value) < math.inf
    except OverflowError:  # a whole number beyond all floats
        return False


FIELDS: Final = tuple(field.name for field in fields(Sender))


@dataclass(frozen=True, slots=True)
class Identity:
    """What the judge says of one sender."""

    rules: tuple[str, ...] = ()  # of NATS, gravest first
    brand: Brand | None = None  # whose name it carries
    official: bool = False  # it is the brand's own account, as far as anybody here can tell

    @property
    def nats(self) -> float:
        """What the findings add to the log-odds of a message."""
        return min(sum(NATS[rule] for rule in self.rules), MOST_NATS)

    def why(self, rule: str) -> str:
        """Say in a sentence what ``rule`` found."""
        return WHY[rule].format(brand=self.brand.name if self.brand else "a brand")


NOBODY: Final = Identity()


def judge(sender: Sender) -> Identity:
    """Say whether a sender is who they pose as.

    ``official=True``, a handle that the brand verified, or a mailbox at a domain of the brand clear every finding of identity.
    They never take anything from what the words say.

    >>> judge(Sender("Kraken Support ✓", "@kraken_desk")).rules
    ('sender.unofficial', 'sender.lookalike_handle', 'sender.ticks')
    """
    name, handle = (text and text[:_MOST] for text in (sender.name, sender.handle))
    return _judged(sender if (name, handle) == (sender.name, sender.handle) else replace(sender, name=name, handle=handle))


@lru_cache(1 << 14)
def _judged(sender: Sender) -> Identity:
    """Judge a sender once: many messages share one."""
    name, handle = _parts(sender)
    at, handle = _site(handle)
    place = (sender.platform or at or "").lower()
    posed = _posed(name, handle)
    own = posed if posed and _is_telephone_of(posed, handle, place) else _owner(handle, place)
    label = own is None and _is_label(handle, place)
    if label:
        posed = _posed(name or handle, "")
    if sender.official or (own and sender.official is None and (posed is None or _same_house(posed, own))):
        return Identity((), own or posed, official=True)
    bent = _bent(name, handle, label=label)
    brand = posed or bent or own
    if posed and sender.official is None and not _is_young(sender) and _handed_over(posed, handle, place):
        posed = None
    account = "" if label else handle
    rules = {*_claims(sender, account, posed, bent), *_signs(sender, name, handle, poses=bool(posed or bent))}
    found = tuple(rule for rule in NATS if rule in rules)
    return Identity(found, brand if found else None)


def _claims(sender: Sender, account: str, posed: Brand | None, bent: Brand | None) -> Iterator[str]:
    """Give what is found of the brand that somebody poses as."""
    if posed:
        yield "sender.unofficial" if account or sender.official is False else "sender.claims_brand"
    if bent:
        yield "sender.lookalike_handle"


def _signs(sender: Sender, name: str, handle: str, *, poses: bool) -> Iterator[str]:
    """Give what is found whoever somebody poses as."""
    if mixed(name) or mixed(handle):
        yield "sender.mixed_script"
    if _TICK.search(name) and not sender.verified:
        yield "sender.ticks"
    if (sender.first_contact or _is_young(sender)) and (poses or ROLE.search(name.replace("_", " "))):
        yield "sender.new_account"


def _is_young(sender: Sender) -> bool:
    return sender.account_age_days is not None and sender.account_age_days < YOUNG


def mixed(text: str) -> bool:
    """Say whether a word mixes alphabets and yet reads as Latin: every foreign letter passes for a Latin one (UTS #39, 5.2).

    >>> mixed("Krаken"), mixed("Кракен"), mixed("IT-отдел"), mixed("Binance 客服")
    (True, False, False, False)
    """
    if text.isascii():
        return False
    return any(_MIXED.match(word) and plain(word).isascii() for word in _WORD.findall(text))


def _parts(sender: Sender) -> tuple[str, str]:
    """Give name and handle, composed; ``Name <address>`` holds both."""
    name, handle = (unicodedata.normalize("NFC", text or "").strip() for text in (sender.name, sender.handle))
    if _REVERSED in name:  # what stands behind it is shown backwards
        before, _, behind = name.partition(_REVERSED)
        name = (before + behind[::-1]).strip()
    if handle.startswith("<") and handle.endswith(">"):
        handle = handle[1:-1].strip()  # RFC 5322, 3.4: an address between angle brackets
    if not handle:
        name, handle = name_and_address(name)
    if not handle and "@" in name and " " not in name and read(name).kind in ("email", "handle"):
        name, handle = "", name
    return name, handle


def _site(handle: str) -> tuple[str, str]:
    """Take the handle out of a link to a profile: ``(platform, handle)``."""
    platform, name = profile(read(handle)) if "/" in handle else ("", "")
    return (platform, f"@{name}") if name else ("", handle)


def _owner(handle: str, platform: str) -> Brand | None:
    """Find the brand whose own handle or mailbox this is."""
    if "@" in handle.lstrip("@"):
        return _of_mailbox(read(handle))
    of = verified_handles().get(handle.lstrip("@").lower(), {})
    return of.get(platform) if platform else next(iter(of.values()), None)


def _of_mailbox(mailbox: Value) -> Brand | None:
    """Find the brand at whose domain a mailbox is, unless it may be a customer's."""
    home = at_home(mailbox.host, names())
    brand = names().homes[home] if home else abroad(mailbox)
    if not open_to_mail(mailbox):
        return brand
    kept = brand is not None and brand.kind == "telecom" and mailbox.user.lower() in _KEPT
    return brand if kept and mailbox.host == f"{mailbox.label}.{mailbox.suffix}" else None


def _dialled(number: str) -> str:
    """Give the digits of a telephone number without those that are dialled to leave a net or a country.

    >>> _dialled("0800 917 7017"), _dialled("+1 (866) 867-5568"), _dialled("95588")
    ('8009177017', '18668675568', '95588')
    """
    return "".join(char for char in number if char.isdigit()).lstrip("0")


def _is_telephone_of(brand: Brand, handle: str, platform: str) -> bool:
    """Say whether a handle is the telephone number that a brand names itself."""
    number = brand.contact.get("phone")
    return number is not None and platform in _DIALLED and bool(_NUMBER.fullmatch(handle)) and _dialled(handle) == _dialled(number)


def _is_label(handle: str, platform: str) -> bool:
    """Say whether a sender is no account: a short number that networks lend, or the letters of an SMS, which are a name anyone chooses."""
    if _SHORT_CODE.fullmatch(handle):
        return platform in ("", "sms")
    return platform == "sms" and not _NUMBER.fullmatch(handle) and not any(sign in handle for sign in "@/")


def _handed_over(brand: Brand, account: str, platform: str) -> bool:
    """Say whether an account is called the brand's name and nothing else, where an impostor cannot have that; words are many people's."""
    bare = account.lstrip("@").lower().replace("_", "")
    return platform in _HANDED_OVER and not brand.word and (bare in brand.labels or bare == brand.name.lower().replace(" ", ""))


def _same_house(posed: Brand, own: Brand) -> bool:
    """Say whether one may speak in the other's name: DVLA from a mailbox at gov.uk, Binance from one of Binance.US."""
    named_after = f"{own.name} ".startswith((f"{posed.name} ", f"{posed.name}."))
    return posed is own or named_after or any(home.endswith(f".{of}") for home in posed.domains for of in own.domains)


def _posed(name: str, handle: str) -> Brand | None:
    """Find the brand whose name the display name carries: with a role or tick beside it, bent, or alone beside a handle."""
    if not name:
        return None
    found = lookalike(name)
    if found and found.brand:
        return by_name().get(found.brand)
    return exact().get(name.casefold()) if handle else None


def _bent(name: str, handle: str, *, label: bool) -> Brand | None:
    """Find the brand that a handle or address imitates; one that is a name, and nothing but its owner's, imitates none."""
    found = lookalike(handle) if handle else None
    brand = by_name().get(found.brand) if found and found.brand else None
    if found is None or brand is None or (label and found.kind not in ("homoglyph", "typo")):
        return None
    person = found.kind in ("email", "handle") and brand.kind not in CRYPTO and is_own_name(name, handle)  # those are nobody's surname
    return None if person else brand


@cache
def exact() -> dict[str, Brand]:
    """Index the names and aliases that are nobody else's and no ordinary word, small letters."""
    return {text.casefold(): brand for brand in registry() if not brand.word for text in (brand.name, *_all(brand))}


def _all(brand: Brand) -> Iterator[str]:
    for aliases in brand.aliases.values():
        yield from aliases


@cache
def verified_handles() -> dict[str, dict[str, Brand]]:
    """Index verified handles: handle, small letters → platform → brand."""
    found: dict[str, dict[str, Brand]] = {}
    for brand in registry():
        for platform, handles in brand.handles.items():
            for handle in handles:
                found.setdefault(handle.lower(), {})[platform] = brand
    return found
