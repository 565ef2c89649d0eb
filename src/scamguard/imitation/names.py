"""The names that are imitated, as hash tables of their misspellings.

Two strings within ``k`` edits of each other share a string that is each with at most ``k`` characters left out
(SymSpell). So the misspellings of every name are precomputed as deletions, and a label is looked up by its own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from ..brands import Brand, registry
from .skeleton import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEAST_TYPO: Final = 5  # letters: shorter names are one letter from too much that is honest
LEAST_INSIDE: Final = 6  # letters: shorter names stand inside ordinary words by chance
LEAST_SUFFIX: Final = 4  # letters: an ending that few share (.market, .finance)
LEAST_WORD: Final = 4
TWO_EDITS: Final = 9  # letters from which two edits still leave no doubt


@dataclass(frozen=True, slots=True)
class Name:
    """One label of one brand."""

    brand: Brand
    label: str
    skeleton: str

    @property
    def edits(self) -> int:
        """How many slips of the finger still make it this name."""
        if len(self.skeleton) < LEAST_TYPO:
            return 0
        return 1 if len(self.skeleton) < TWO_EDITS - self.targeted else 2

    @property
    def word(self) -> bool:
        """Whether it accuses nobody by itself: ``ledger``, but not ``ledgerlive``."""
        return self.brand.word and (self.label == self.brand.id or len(self.label) < LEAST_INSIDE)

    @property
    def targeted(self) -> bool:
        """Whether strangers have hardly an honest reason to use the name in a domain."""
        return self.brand.kind in ("exchange", "wallet", "defi") and not self.word


@dataclass(frozen=True, slots=True)
class Names:
    """Every name, by skeleton, by deletion and by official domain."""

    exact: Mapping[str, Name]
    near: Mapping[str, tuple[Name, ...]]  # a skeleton with up to ``edits`` letters left out → names
    inside: tuple[Name, ...]  # long enough to be seen within a label, longest first
    domains: Mapping[str, Name]  # an official domain without its dots, with up to one letter left out → name
    homes: Mapping[str, Brand]  # official domain → brand
    unrelated: frozenset[str]
    handles: Mapping[str, Brand]  # a verified handle, small letters → brand
    lures: frozenset[str]
    aliases: Mapping[str, Brand]


@cache
def words(group: str) -> frozenset[str]:
    """Read one group of ``words.toml``."""
    return frozenset(tomllib.loads((resources.files(__package__) / "words.toml").read_text("utf-8"))[group].split())


@cache
def names() -> Names:
    """Index the bundled registry, once."""
    return index(registry())


def index(known: tuple[Brand, ...]) -> Names:
    """Index a registry."""
    exact: dict[str, Name] = {}
    for brand in known:
        for label in brand.labels:
            exact.setdefault(skeleton(label), Name(brand, label, skeleton(label)))
    near: dict[str, dict[str, Name]] = {}
    for name in exact.values():
        if name.edits:
            for form in deletions(name.skeleton, name.edits):
                near.setdefault(form, {})[name.skeleton] = name
    return Names(
        exact=exact,
        near={form: tuple(of.values()) for form, of in near.items()},
        inside=tuple(sorted((name for name in exact.values() if len(name.skeleton) >= LEAST_TYPO), key=lambda name: -len(name.skeleton))),
        domains={form: name for name in _domains(known) for form in deletions(name.skeleton, 1)},
        homes={domain: brand for brand in known for domain in brand.domains},
        unrelated=frozenset(domain for brand in known for domain in brand.unrelated),
        handles={handle.lower(): brand for brand in known for of in brand.handles.values() for handle in of},
        lures=frozenset(map(skeleton, words("lures"))),
        aliases={alias.casefold(): brand for brand in known for of in brand.aliases.values() for alias in of},
    )


def _domains(known: tuple[Brand, ...]) -> Iterator[Name]:
    """Give the whole domains of brands whose name alone says too little; the ending is part of what is imitated."""
    for brand in known:
        label, _, suffix = brand.official.partition(".")
        short = LEAST_WORD <= len(label) <= LEAST_INSIDE and len(suffix) >= LEAST_SUFFIX
        if short and brand.kind in ("exchange", "wallet", "defi", "chain"):
            joined = label + suffix.replace(".", "")
            yield Name(brand, joined, skeleton(joined))


def deletions(text: str, most: int) -> Iterator[str]:
    """Leave out none to ``most`` characters (at most 2), in every way.

    >>> sorted(set(deletions("abc", 1)))
    ['ab', 'abc', 'ac', 'bc']
    """
    yield text
    for i in range(len(text) if most else 0):
        shorter = text[:i] + text[i + 1 :]
        yield shorter
        if most > 1:
            for j in range(i, len(shorter)):
                yield shorter[:j] + shorter[j + 1 :]
