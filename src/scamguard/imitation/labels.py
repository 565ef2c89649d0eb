"""One label (``kraken-supp0rt`` of ``kraken-supp0rt.example``): whose name does it carry, and how is it bent?

From the surest to the least: the name itself, its look-alike, a slip of the finger, the name among other words.
A name that is also an ordinary word needs a lure beside it (``ledger-support``), for alone it accuses nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from ..brands import CRYPTO
from .honest import begins_word, is_word
from .names import LEAST_INSIDE, LEAST_TYPO, START, TWO_EDITS
from .skeleton import loosened, plain, skeleton

if TYPE_CHECKING:
    from .names import Name, Names

_RANDOM = re.compile(r"^[^aeiouy]+$|[^aeiouy]{4}|[^aeiouy0-9]{3}$|q(?!u)|[jvxz][^aeiouy0-9]")  # as hardly a word is spelled
_BREAK = re.compile(r"[\x00-/:-`{-\xbf\u2000-\u206f\u3000]+")  # what is no letter, where it is ASCII or punctuation

MOST_DIGITS = 3  # behind a short name
MOST_STRAY = 2  # letters or digits behind a lure, for the name was taken without them
LEAST_LURE = 5  # letters of a lure with some behind it
MOST_GLUED = 12  # letters behind a short name that no word begins with
_ENDINGS = tuple(map(skeleton, "cloud mobile express bank banks telecom wallet chain swap games pay scan exchange finance".split()))  # noqa: SIM905
_TECHNICAL = re.compile(r"cdn|dns|aws|gslb|static|img|assets|-tele|data")  # what a brand calls its machines, and no lure


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
    found = _read(label, pieces, n)
    if not found and (loose := [loosened(piece) for piece in pieces]) != pieces:
        found = _read(label, loose, n)
    if not found and (bare := label.rstrip("0123456789")) != label:  # ``krakensupport1``: the first was taken
        more = match(bare, n)
        if more and more.kind == "combosquat" and len(more.name.skeleton) >= LEAST_TYPO:
            return more
        if more and more.kind == "exact" and len(label) - len(bare) <= MOST_DIGITS and hunted(more.name) and _no_word(more.name):
            return Match(more.name, "combosquat", sure=True)  # ``idex24``
    return found


def _read(label: str, pieces: list[str], n: Names) -> Match | None:
    whole = "".join(pieces)
    if len(whole) < 2:
        return None
    if name := n.exact.get(whole):
        return Match(name, _spelling(name, label), sure=True)
    near = _typo(whole, n)
    found = near if near and near.sure else _among(label, whole, pieces, n) or near or _bare_typo(pieces, whole, n)
    bent = found and not label.isascii() and found.name.label not in label  # ``café-kraken`` only has an accent elsewhere
    return Match(found.name, "homoglyph", found.sure) if found and bent else found


def across(labels: list[str], n: Names) -> Match | None:
    """Find a name that dots tear apart, whole or misspelt."""
    text = "".join(skeleton(piece) for label in labels for piece in _BREAK.split(plain(label)))
    return Match(n.exact[text], "typo", sure=True) if text in n.exact else _typo(text, n)


def _spelling(name: Name, label: str) -> str:
    if label in name.spelled:
        return "exact"
    return "typo" if label.isascii() and label.replace("-", "") == name.label else "homoglyph"


def _typo(text: str, n: Names) -> Match | None:
    """Find the nearest name within its edits."""
    if len(text) < LEAST_TYPO - 1 or len(text) not in n.bendable:
        return None
    near = [(OSA.distance(text, name.skeleton, score_cutoff=name.edits), name) for name in n.bendable[len(text)].like(text)]
    for edits, name in sorted(near, key=_nearest):
        if edits <= name.edits and not _ordinary(text, name, edits):
            return Match(name, "typo", sure=edits == 1)
    return None


def _nearest(one: tuple[int, Name]) -> tuple[int, int]:
    """Order by edits; of equally near names the longest first."""
    return one[0], -len(one[1].skeleton)


def _ordinary(text: str, name: Name, edits: int) -> bool:  # noqa: PLR0911 - one line a reason
    """Say whether the slip is no slip: an ordinary word in another form, or too short a word to tell."""
    if len(name.skeleton) < LEAST_TYPO:
        return len(text) <= len(name.skeleton) or is_word(text)
    if edits > 3 and (text[:2] != name.skeleton[:2] or text[-1] != name.skeleton[-1] or len(text) < len(name.skeleton) - 2):
        return True
    if is_word(text):
        return True
    if edits == 2 and len(name.skeleton) < TWO_EDITS - 1:  # only the name with something put in: ``brimance``
        return text[0] != name.skeleton[0] or text[-1] != name.skeleton[-1] or len(text) <= len(name.skeleton)
    if text.isascii() and len(name.skeleton) < LEAST_INSIDE and text[0] != name.skeleton[0]:
        return True
    if name.word and text in (name.skeleton + "s", name.skeleton + "er", name.skeleton + "ed"):
        return True
    if len(name.skeleton) < TWO_EDITS and edits == 2:
        return text[0] != name.skeleton[0] or len(text) < len(name.skeleton)
    ends = text[0] == name.skeleton[0] and text[-1] == name.skeleton[-1]
    if len(name.skeleton) == TWO_EDITS and not ends and edits == 2:
        return True
    return any(_only_shares(text, name.skeleton, end) for end in _ENDINGS)


def _only_shares(text: str, name: str, end: str) -> bool:
    """Say whether what is left before a shared ending such as ``bank`` is too short for its slips."""
    if not (name.endswith(end) and text.endswith(end)):
        return False
    stem = name[: -len(end)]
    edits: int = OSA.distance(text[: -len(end)], stem)
    if len(stem) == 3:  # ``unjswap`` is nothing else, ``sunswap`` may be
        return edits > 1 or is_word(text[: -len(end)])
    if len(stem) < 3:
        return edits > 0
    return edits > (1 if len(stem) < 7 else 2)


def _among(label: str, whole: str, pieces: list[str], n: Names) -> Match | None:
    """Find the longest name among other words."""
    for piece in pieces if len(pieces) > 1 else ():  # short names only as words of their own
        name = n.exact.get(piece)
        if not name or len(name.skeleton) >= LEAST_INSIDE:
            continue
        if _lured(pieces, piece, n) or (hunted(name) and _no_word(name) and not _TECHNICAL.search(label)):
            return Match(name, "combosquat", sure=True)
    if name := _glued(whole, n):
        return Match(name, "combosquat", sure=True)
    for name in _within(whole, n):
        at = whole.find(name.skeleton)
        before, after = whole[:at], whole[at + len(name.skeleton) :]
        lured = _lure(before, n) and _lure(after, n)
        alone = name.skeleton in pieces and (_lured(pieces, name.skeleton, n) or (len(name.skeleton) >= LEAST_INSIDE and _pursued(name)))
        literal = name.label in _BREAK.sub("", label)
        bent = not literal and len(name.skeleton) >= LEAST_INSIDE and not name.brand.common
        inside = len(name.skeleton) >= LEAST_INSIDE and name.targeted
        if (lured or alone or bent or inside) and (lured or not literal or not _TECHNICAL.search(label)):
            return Match(name, "combosquat" if literal else "homoglyph", sure=lured)
    return None


def _glued(text: str, n: Names) -> Name | None:
    """Find a short name that a lure is glued to: ``idexairdrop``, ``uspsverify``, ``trackusps``."""
    for size in (4, 5):
        name, rest = n.exact.get(text[:size]), text[size:]
        if name and name.label.isalpha() and (hunted(name) or _no_word(name)) and (rest in n.lures and len(rest) > 2):
            return name
        name, rest = n.exact.get(text[-size:]), text[:-size]
        if name and _no_word(name) and rest in n.lures and (len(rest) > 2 or rest == "my"):
            return name
    return None


def beside(label: str, n: Names) -> Match | None:
    """Find a name beside anything, as under an ending that costs next to nothing it need not be a lure.

    The name is a word of its own (``sotop-usps``), or a short one begins a word as no word begins, before lures or letters struck at
    random (``uspsikqc``).
    """
    if _TECHNICAL.search(label):
        return None
    for piece in filter(None, _BREAK.split(plain(label))):
        text = skeleton(piece)
        for size in (3, 4, 5, len(text)):
            name = n.exact.get(text[:size]) if size <= len(text) <= size + MOST_GLUED else None
            if name and name.label.isalpha() and name.distinct and (size == len(text) or _glued_at_random(text, piece, size, n)):
                return Match(name, "combosquat", sure=False)
    return None


def _glued_at_random(text: str, piece: str, size: int, n: Names) -> bool:
    """Say whether nothing but lures or random letters, or both, hang on a head with which no word begins."""
    rest = piece[size:] if len(piece) == len(text) else text[size:]
    if begins_word(text[:size]):
        return False
    trailed = any(len(text) - stray - size >= LEAST_LURE and _lure(text[size:-stray], n) for stray in range(1, MOST_STRAY + 1))
    return trailed or _lure(text[size:], n) or rest.isdigit() or (bool(_RANDOM.search(rest)) and not is_word(rest))


def _no_word(name: Name) -> bool:
    return len(name.skeleton) >= LEAST_TYPO - 1 and name.label.isalpha() and name.distinct


def hunted(name: Name) -> bool:
    """Say whether a name is of those whose customers are robbed at once: exchanges, wallets, protocols, chains."""
    return name.brand.kind in CRYPTO


def _within(text: str, n: Names) -> list[Name]:
    """Give the names that stand in ``text``, longest first."""
    starts = {text[i : i + START] for i in range(len(text) - START)}
    found = {name.skeleton: name for start in starts for name in n.starts.get(start, ()) if name.skeleton in text}
    return sorted(found.values(), key=lambda name: (-len(name.skeleton), name.skeleton))


def _pursued(name: Name) -> bool:
    """Say whether the name as a word of its own beside any other is one too many."""
    return name.brand.kind in ("exchange", "wallet", "defi", "messenger", "game") and not name.brand.common


def _lured(pieces: list[str], name: str, n: Names) -> bool:
    return any(piece != name and _lure(piece, n) for piece in pieces)


def _lure(text: str, n: Names) -> bool:
    """Say whether ``text`` is empty, one lure or two."""
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
