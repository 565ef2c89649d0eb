"""The names that are imitated, indexed: by skeleton, by their first letters, by official domain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np
import tomli

from ..brands import CRYPTO, Brand, registry
from .skeleton import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

LEAST_TYPO: Final = 5  # letters: shorter names are one letter from too much that is honest
LEAST_INSIDE: Final = 6  # letters: shorter names stand inside ordinary words by chance
LEAST_SUFFIX: Final = 4  # letters: an ending that few share (.market, .finance)
LEAST_WORD: Final = 4
TWO_EDITS: Final = 9  # letters from which two edits still leave no doubt
THREE_EDITS: Final = 12  # and three, then five, if strangers have no reason to come near the name
MOST_EDITS: Final = 5
START: Final = 4  # letters of a name by which it is looked for within a label


@dataclass(frozen=True)
class Name:
    """One label of one brand."""

    brand: Brand
    label: str
    skeleton: str

    @cached_property
    def word(self) -> bool:
        """Whether it accuses nobody by itself: ``ledger``, but not ``ledgerlive``."""
        return self.shared or (self.brand.word and (self.label == self.brand.id or len(self.label) < LEAST_INSIDE))

    @cached_property
    def shared(self) -> bool:
        """Whether others bear it, too, though not the brand's other names: ``icici``, but not ``icicibank``."""
        return self.label in words("shared_labels")

    @cached_property
    def spelled(self) -> frozenset[str]:
        """How the brand itself writes it: ``t-mobile`` of t-mobile.com is no slip."""
        parts = {part for domain in self.brand.domains for part in domain.split(".")}
        return frozenset((self.label, *(part for part in parts if part.replace("-", "") == self.label)))

    @cached_property
    def distinct(self) -> bool:
        """Whether neither the name nor its misspellings are words that honest domains have: ``usps``, but not ``ups``."""
        return not (self.word or self.brand.common)

    @cached_property
    def targeted(self) -> bool:
        """Whether strangers have hardly an honest reason to use the name in a domain."""
        kind = self.brand.kind
        return not self.word and (kind in ("exchange", "wallet", "defi") or (kind == "chain" and not self.brand.word))

    @cached_property
    def edits(self) -> int:
        """How many slips of the finger still make it this name."""
        if self.shared:
            return 0
        if len(self.skeleton) < LEAST_TYPO:
            return int(self.targeted and len(self.skeleton) == LEAST_TYPO - 1)
        main = self.brand.official.partition(".")[0] == self.label
        if main and self.targeted and len(self.skeleton) >= THREE_EDITS:
            return 3 if len(self.skeleton) == THREE_EDITS else MOST_EDITS
        return 1 if len(self.skeleton) < TWO_EDITS - 2 * self.targeted else 2


@dataclass(frozen=True, slots=True)
class Bendable:
    """The ``k`` names that labels of one length may misspell."""

    names: tuple[Name, ...]
    letters: NDArray[np.uint64]  # (k,), see ``letters_of``
    differing: NDArray[np.uint8]  # (k,), letters in which a name and its misspellings may differ: a slip takes one and puts another

    def like(self, text: str) -> Iterator[Name]:
        """Give the names that have nearly the letters of ``text``."""
        differing = np.bitwise_count(self.letters ^ np.uint64(letters_of(text)))
        return (self.names[i] for i in np.flatnonzero(differing <= self.differing).tolist())


def letters_of(text: str) -> int:
    """Set a bit for each letter that stands in ``text``; a few share one."""
    found = 0
    for char in text:
        found |= 1 << (ord(char) & 63)
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """Every name, by skeleton, by its start and by official domain."""

    exact: Mapping[str, Name]
    bendable: Mapping[int, Bendable]  # letters of a label → names that it may misspell
    starts: Mapping[str, tuple[Name, ...]]  # first ``START`` letters → names long enough to be seen within a label
    domains: Mapping[str, Name]  # an official domain without its dots → name
    homes: Mapping[str, Brand]  # official domain → brand
    unrelated: frozenset[str]
    handles: Mapping[str, Brand]  # a verified handle, small letters → brand
    lures: frozenset[str]
    aliases: Mapping[str, Brand]

    def begun(self, text: str) -> bool:
        """Say whether a skeleton is a name, or begins as one that is long enough to be seen within a label."""
        return text in self.exact or text[:START] in self.starts


@cache
def words(group: str) -> frozenset[str]:
    """Read one group of ``words.toml``."""
    return frozenset(tomli.loads((resources.files(__package__) / "words.toml").read_text("utf-8"))[group].split())


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
    starts: dict[str, list[Name]] = {}
    for name in exact.values():
        if len(name.skeleton) >= LEAST_TYPO:
            starts.setdefault(name.skeleton[:START], []).append(name)
    return Names(
        exact=exact,
        bendable=_by_length(exact),
        starts={start: tuple(of) for start, of in starts.items()},
        domains={name.skeleton: name for name in _domains(known)},
        homes={domain: brand for brand in known for domain in brand.domains},
        unrelated=frozenset(domain for brand in known for domain in brand.unrelated),
        handles={handle.lower(): brand for brand in known for of in brand.handles.values() for handle in of},
        lures=frozenset(map(skeleton, words("lures"))),
        aliases={alias.casefold(): brand for brand in known for of in brand.aliases.values() for alias in of},
    )


def _by_length(exact: Mapping[str, Name]) -> dict[int, Bendable]:
    """List, for each length of a label, the names that it may misspell."""
    found: dict[int, list[Name]] = {}
    for text, name in exact.items():
        for length in range(len(text) - name.edits, len(text) + name.edits + 1) if name.edits else ():
            found.setdefault(length, []).append(name)
    return {length: _bendable(of) for length, of in found.items()}


def _bendable(of: list[Name]) -> Bendable:
    letters = np.array([letters_of(name.skeleton) for name in of], np.uint64)
    return Bendable(tuple(of), letters, np.array([2 * name.edits for name in of], np.uint8))


def _domains(known: tuple[Brand, ...]) -> Iterator[Name]:
    """Give the whole domains of brands whose name alone says too little; the ending is part of what is imitated."""
    for brand in known:
        if brand.kind not in CRYPTO:
            continue
        for label, _, suffix in (domain.partition(".") for domain in brand.domains):
            if not (LEAST_WORD <= len(label) <= LEAST_INSIDE and len(suffix) >= LEAST_SUFFIX) or suffix[1] == ".":  # as of coin.z.com
                continue
            joined = label + suffix.replace(".", "")
            yield Name(brand, joined, skeleton(joined))
