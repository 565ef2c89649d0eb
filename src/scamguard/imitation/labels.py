"""One label (``kraken-supp0rt`` of ``kraken-supp0rt.example``): whose name does it carry, and how is it bent?

From the surest to the least: the name itself, its look-alike, a slip of the finger, the name among other words.
A name that is also an ordinary word needs a lure beside it (``ledger-support``), for alone it accuses nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from .names import LEAST_INSIDE, LEAST_TYPO, TWO_EDITS, deletions
from .skeleton import plain, skeleton

if TYPE_CHECKING:
    from .names import Name, Names

_BREAK = re.compile(r"[\x00-/:-`{-\xbf\u2000-\u206f\u3000]+")  # what is no letter, where it is ASCII or punctuation


_ENDINGS = tuple(map(skeleton, "cloud mobile express bank banks telecom wallet chain swap games pay scan".split()))  # noqa: SIM905
_TECHNICAL = re.compile(r"cdn|dns|gslb|static|img|assets|-tele|data")  # what a brand calls its machines, and no lure


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a label."""

    name: Name
    kind: str  # exact, homoglyph, typo or combosquat
    sure: bool  # nothing but the name, or the name and a lure


def match(label: str, n: Names) -> Match | None:
    """Find the brand whose name ``label`` carries.

    Parameters
    ----------
    label
        A label of a domain, a handle, or a name, decoded, in small letters.
    """
    pieces = [piece for piece in map(skeleton, _BREAK.split(plain(label))) if piece]
    whole = "".join(pieces)
    if len(whole) < 2:
        return None
    if name := n.exact.get(whole):
        return Match(name, _spelling(name, label), sure=True)
    found = _typo(whole, n)
    found = found or _among(label, whole, pieces, n) or _bare_typo(pieces, whole, n)
    return Match(found.name, "homoglyph", found.sure) if found and not label.isascii() else found


def across(labels: list[str], n: Names) -> Match | None:
    """Find a name that dots tear apart, whole or misspelt."""
    text = "".join(skeleton(_BREAK.sub("", plain(label))) for label in labels)
    return Match(n.exact[text], "typo", sure=True) if text in n.exact else _typo(text, n)


def _spelling(name: Name, label: str) -> str:
    if label == name.label:
        return "exact"
    return "typo" if label.isascii() and label.replace("-", "") == name.label else "homoglyph"


def _typo(text: str, n: Names) -> Match | None:
    """Find the nearest name within its edits."""
    if len(text) < LEAST_TYPO - 1:
        return None
    best: tuple[int, int, Name] | None = None
    seen = set()
    for form in deletions(text, 2 if len(text) >= TWO_EDITS - 2 else 1):
        for name in n.near.get(form, ()):
            if name.skeleton in seen:
                continue
            seen.add(name.skeleton)
            edits = OSA.distance(text, name.skeleton, score_cutoff=name.edits)
            if edits <= name.edits and not _ordinary(text, name) and (best is None or (edits, -len(name.skeleton)) < best[:2]):
                best = edits, -len(name.skeleton), name
    return Match(best[2], "typo", sure=best[0] == 1) if best else None


def _ordinary(text: str, name: Name) -> bool:
    """Say whether the slip is no slip: an ordinary word in another form, or too short a word to tell."""
    if text.isascii() and len(name.skeleton) < LEAST_INSIDE and text[0] != name.skeleton[0]:
        return True
    if name.word and text in (name.skeleton + "s", name.skeleton + "er", name.skeleton + "ed"):
        return True
    if len(name.skeleton) < TWO_EDITS and name.edits == 2 and OSA.distance(text, name.skeleton) == 2:
        return text[0] != name.skeleton[0] or len(text) < len(name.skeleton)
    ends = text[0] == name.skeleton[0] and text[-1] == name.skeleton[-1]
    if len(name.skeleton) == TWO_EDITS and not ends and OSA.distance(text, name.skeleton) == 2:
        return True
    return any(_only_shares(text, name.skeleton, end) for end in _ENDINGS)


def _only_shares(text: str, name: str, end: str) -> bool:
    """Say whether what is left before a shared ending such as ``bank`` is too short for its slips."""
    if not (name.endswith(end) and text.endswith(end)):
        return False
    stem = name[: -len(end)]
    edits: int = OSA.distance(text[: -len(end)], stem)
    return edits > (0 if len(stem) < 4 else 1 if len(stem) < 7 else 2)


def _among(label: str, whole: str, pieces: list[str], n: Names) -> Match | None:
    """Find the longest name among other words."""
    for piece in pieces:  # short names only as words of their own
        if (name := n.exact.get(piece)) and len(name.skeleton) < LEAST_TYPO and _lured(pieces, piece, n):
            return Match(name, "combosquat", sure=True)
    for name in n.inside:
        at = whole.find(name.skeleton)
        if at < 0:
            continue
        before, after = whole[:at], whole[at + len(name.skeleton) :]
        lured = _lure(before, n) and _lure(after, n)
        alone = name.skeleton in pieces and (_lured(pieces, name.skeleton, n) or (len(name.skeleton) >= LEAST_INSIDE and _pursued(name)))
        literal = name.label in _BREAK.sub("", label)
        bent = not literal and len(name.skeleton) >= LEAST_INSIDE and not name.brand.common
        inside = len(name.skeleton) >= LEAST_INSIDE and name.targeted
        if (lured or alone or bent or inside) and (lured or not literal or not _TECHNICAL.search(label)):
            return Match(name, "combosquat" if literal else "homoglyph", sure=lured)
    return None


def _pursued(name: Name) -> bool:
    """Say whether the name as a word of its own beside any other is one too many."""
    return name.brand.kind in ("exchange", "wallet", "defi", "messenger", "game") and not name.brand.common


def _lured(pieces: list[str], name: str, n: Names) -> bool:
    return any(piece != name and _lure(piece, n) for piece in pieces)


def _lure(text: str, n: Names) -> bool:
    """Say whether ``text`` is empty, digits, one lure or two."""
    if not text or text in n.lures:
        return True
    return any(text[:i] in n.lures and text[i:] in n.lures for i in range(2, len(text) - 1))


def _bare_typo(pieces: list[str], whole: str, n: Names) -> Match | None:
    """Find a misspelt name beside lures: ``krakem-login``, ``loginmetamsk``."""
    for text in sorted(_bared(pieces, whole, n)):
        long = len(text) >= LEAST_INSIDE + (text not in pieces)
        if long and text not in n.exact and (found := _typo(text, n)) and len(found.name.skeleton) >= LEAST_INSIDE:
            return Match(found.name, "typo", sure=True)
    for piece in pieces if len(pieces) > 1 else ():
        found = _typo(piece, n) if len(piece) >= LEAST_INSIDE and piece not in n.exact else None
        if found and not found.name.brand.common and (len(found.name.skeleton) > LEAST_INSIDE or not piece.isascii()):
            return found
    return None


def _bared(pieces: list[str], whole: str, n: Names) -> set[str]:
    """Give ``whole`` without a lure at its start or end, and the pieces beside a lure."""
    texts = {whole[i:] for i in range(2, min(len(whole) - 4, 13)) if whole[:i] in n.lures}
    texts |= {whole[:-i] for i in range(2, min(len(whole) - 4, 13)) if whole[-i:] in n.lures}
    if len(pieces) > 1:
        texts |= {piece for piece in pieces if piece not in n.lures and _lured(pieces, piece, n)}
    return texts
