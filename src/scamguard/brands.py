"""The registry of brands: who is imitated, and where the real one is found.

The entries are data, ``brands/*.toml``, checked when they are read. Facts only: a field that nobody is sure of is left
out, and ``checked`` is the day somebody read ``see``, or a stored copy of it. ``brands/kinds.toml`` says once for each
kind of brand what none of them ever asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import tomli

from .errors import BrandError, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

SECRETS: Final = ("password", "2fa_code", "private_key", "seed_phrase", "card", "id_document", "remote_access", "payment")
CONTACTS: Final = ("in_app", "form", "email", "chat", "phone")
PLATFORMS: Final = ("x", "telegram", "reddit", "discord", "instagram", "facebook")
CRYPTO: Final = frozenset(("exchange", "wallet", "defi", "chain"))  # kinds whose customers are robbed at once
_TEXTS: Final = {"id", "name", "kind", "region", "help", "see"}
_LISTS: Final = {"domains", "labels", "never", "unrelated"}
_SWITCHES: Final = {"word", "everywhere", "common"}
_TABLES: Final = {"aliases", "names", "contact", "handles"}
_NEEDED: Final = ("id", "name", "kind", "region", "domains", "see")
_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?<!-)")
_LABEL: Final = re.compile(r"[a-z0-9]{2,40}")
_HANDLE: Final = re.compile(r"[A-Za-z0-9_.]{1,50}")
_LANG: Final = re.compile(r"[a-z]{2,3}")
_OWN_SCRIPT: Final = re.compile(r"zh|zh-Hant|ja|ko|ru|hi|ar")
_CONTACT: Final = re.compile("|".join(CONTACTS))
_PLATFORM: Final = re.compile("|".join(PLATFORMS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One brand that is imitated.

    Attributes
    ----------
    domains
        Domains of its own, the main one first; whatever stands under them is its own, too. A lone top level is allowed (``google``).
    labels
        What look-alikes of its domains are made of, in ASCII letters and digits: ``("kraken",)``.
    word
        The name is also an ordinary word or somebody else's name, so that it accuses nobody by itself.
    aliases
        By language, what it is also called in that writing: what messages are searched for.
    names
        By language (``zh-Hant`` for Traditional characters), what its readers are told it is called where that is no first alias;
        empty where it has no name of its own there.
    common
        Even its misspellings are too often honest words.
    everywhere
        It holds its name under many country domains, so that these are not taken for look-alikes.
    unrelated
        Honest domains of others that look alike.
    """

    id: str
    name: str
    kind: str
    region: str
    domains: tuple[str, ...]
    labels: tuple[str, ...]
    see: str
    never: tuple[str, ...]
    word: bool = False
    common: bool = False
    everywhere: bool = False
    help: str = ""
    checked: date | None = None
    unrelated: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    contact: Mapping[str, str] = field(default_factory=dict, hash=False)  # one of CONTACTS → address
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # one of PLATFORMS → verified names, without @

    @property
    def official(self) -> str:
        """Its main domain."""
        return self.domains[0]

    def name_in(self, lang: str) -> str:
        """Give its own name in the writing of ``lang`` (zh, zh-Hant, ja, ko, ru, hi, ar), empty where it has none."""
        aliases = self.aliases.get(lang.partition("-")[0], ()) if _OWN_SCRIPT.fullmatch(lang) else ()
        usual = aliases[-1 if lang == "zh-Hant" else 0] if aliases else ""  # both ways of writing Chinese stand there, Traditional last
        return self.names.get(lang, usual)


@cache
def registry() -> tuple[Brand, ...]:
    """Read the bundled registry, once.

    >>> next(brand.official for brand in registry() if brand.id == "kraken")
    'kraken.com'
    """
    return read(resources.files(__package__) / "brands")


@cache
def by_name() -> dict[str, Brand]:
    """Index the registry by the name of a brand."""
    return {brand.name: brand for brand in registry()}


def read(folder: Traversable) -> tuple[Brand, ...]:
    """Read a folder of entries and its ``kinds.toml``.

    Raises
    ------
    BrandError
        Broken TOML; an unknown or missing key; a value of the wrong form; an id or a domain that stands twice.
    """
    never = _never(folder / "kinds.toml")
    found: list[Brand] = []
    homes: dict[str, str] = {}  # id or domain → id of the brand whose it is
    for file in sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name):
        if file.name == "kinds.toml":
            continue
        table = _toml(file)
        if extra := table.keys() - {"brand"}:
            raise BrandError(file.name, "file", unknown("key", min(extra), ["brand"]))
        for row in table.get("brand", []):
            brand = _brand(file.name, row, never)
            for home in dict.fromkeys((brand.id, *brand.domains)):
                if homes.get(home, brand.id) != brand.id or (home == brand.id and home in homes):
                    raise BrandError(file.name, f"brand {brand.id!r}", f"{home!r} is brand {homes[home]!r}'s already; keep one of them")
                homes[home] = brand.id
            found.append(brand)
    return tuple(found)


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomli.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as problem:
        raise BrandError(file.name, "file", f"cannot be read as TOML in UTF-8: {problem}") from None


def _never(file: Traversable) -> dict[str, tuple[str, ...]]:
    return {kind: _secrets(file.name, f"kind {kind!r}", listed) for kind, listed in _toml(file).get("never", {}).items()}


def _secrets(file: str, what: str, listed: list[str]) -> tuple[str, ...]:
    for secret in listed:
        if secret not in SECRETS:
            raise BrandError(file, what, unknown("secret", secret, SECRETS))
    return tuple(listed)


def _brand(file: str, row: dict[str, Any], never: dict[str, tuple[str, ...]]) -> Brand:
    what = f"brand {row.get('id', '?')!r}"
    _check_keys(file, what, row)
    if row["kind"] not in never:
        raise BrandError(file, what, unknown("kind", row["kind"], never))
    row = {"labels": [row["id"]], "never": []} | row
    for key, form in (("domains", _DOMAIN), ("unrelated", _DOMAIN), ("labels", _LABEL)):
        _all_match(file, what, key, row.get(key, []), form)
    for key in ("help", "see"):
        if not row.get(key, "https://").startswith("https://"):
            raise BrandError(file, what, f"{key} is {row[key]!r}; give a page that begins with https://")
    tables: dict[str, Any] = {
        "aliases": {lang: tuple(names) for lang, names in _table(file, what, row, "aliases", _LANG).items()},
        "names": _table(file, what, row, "names", _OWN_SCRIPT),
        "contact": _table(file, what, row, "contact", _CONTACT),
        "handles": {place: tuple(names) for place, names in _table(file, what, row, "handles", _PLATFORM).items()},
    }
    for lang, name in tables["names"].items():
        if not isinstance(name, str):
            raise BrandError(file, what, f"names: {lang} is {name!r}; give a str")
    for names in tables["handles"].values():
        _all_match(file, what, "handles", list(names), _HANDLE)
    lists = {key: tuple(row[key]) for key in _LISTS & row.keys()}
    lists["never"] = tuple(dict.fromkeys([*never[row["kind"]], *_secrets(file, what, row["never"])]))
    return Brand(**(row | lists | tables))


def _check_keys(file: str, what: str, row: dict[str, Any]) -> None:
    types: dict[str, type] = {"checked": date}
    for keys, kind in ((_TEXTS, str), (_LISTS, list), (_SWITCHES, bool), (_TABLES, dict)):
        types |= dict.fromkeys(keys, kind)
    for key, value in row.items():
        if key not in types:
            raise BrandError(file, what, unknown("key", key, types))
        if type(value) is not types[key]:
            raise BrandError(file, what, f"{key} is {value!r}; give a {types[key].__name__}")
    for key in _NEEDED:
        if not row.get(key):
            raise BrandError(file, what, f"has no {key}; every brand needs {', '.join(_NEEDED)}")


def _all_match(file: str, what: str, key: str, values: list[Any], form: re.Pattern[str]) -> None:
    for value in values:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise BrandError(file, what, f"{key}: {value!r} does not have the form {form.pattern}")


def _table(file: str, what: str, row: dict[str, Any], key: str, form: re.Pattern[str]) -> dict[str, Any]:
    table: dict[str, Any] = row.get(key, {})
    for name in table:
        if not form.fullmatch(name):
            raise BrandError(file, what, f"{key}: {name!r} does not have the form {form.pattern}")
    return table
