"""Write ``fold.safetensors``: what each code point becomes, drawn once from the Unicode data of kept packages.

A code point's row holds the *difference* to what it becomes, so that the many
pages of 256 code points that stay as they are share one page of zeros.

Sources: NFKC and case folding from :mod:`unicodedata`; UTS #39 confusables from
``confusable-homoglyphs``; Traditional to Simplified Chinese from OpenCC's
``TSCharacters``; top-level domains from the Public Suffix List; syllables
of Han characters from ``pypinyin`` (see :mod:`scamguard.train.sounds`).
"""

from __future__ import annotations

import json
import sys
import unicodedata
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save_file

from scamguard import kinds
from scamguard.train import sounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX = 0x110000
_INVISIBLE = frozenset(
    [
        *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0, 0x640),
        *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
        *(*range(0xFE00, 0xFE10), *range(0x1BCA0, 0x1BCA4), *range(0xE0000, 0xE1000)),
    ]
)
_MARKS = [(0x300, 0x370), (0x483, 0x48A), (0x591, 0x5BE), (0x64B, 0x660), (0x670, 0x671), (0x1AB0, 0x1B00),
          (0x1DC0, 0x1E00), (0x20D0, 0x20F1), (0xFE20, 0xFE30)]  # fmt: skip
_LATIN = {"ı": "i", "đ": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h"}
_ARABIC = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"}
_PUNCTUATION = {"。": ".", "、": "/", "،": ",", "؟": "?", "؛": ";", "।": ".", "॥": ".", "｡": ".", "｟": "(",
                "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "『": '"', "』": '"',
                "《": '"', "》": '"', "〈": '"', "〉": '"', "‹": '"', "›": '"', "‘": "'", "’": "'", "‚": "'",
                "`": "'", "´": "'", "ʼ": "'", "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
                "【": "[", "】": "]", "〔": "[", "〕": "]", "［": "[", "］": "]"}  # fmt: skip
_RESERVED = {"example", "test", "invalid", "local", "onion"}  # RFC 2606, RFC 6762, RFC 7686
_WORDS = """
    so it is in to at be no am my me us as do or la de et id es el al md py sh rs zip cat help how now you here call chat
    bank cash money pay name new one today day love like life team work world wow sucks news live see win fun link open
    watch ads best buy sale shop store phone mobile media photo video email
"""  # top levels that are also words people put after a missed space
_NO_BOUNDARY = [(0xE00, 0xE80), (0xE80, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3005, 0x3008),
                (0x3040, 0x3100), (0x31F0, 0x3200), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00),
                (0x20000, 0x33480)]  # fmt: skip


def _within(code: int, ranges: list[tuple[int, int]]) -> bool:
    return any(low <= code < high for low, high in ranges)


def _folded(char: str, simplified: dict[str, str]) -> str:
    """Fold one character: NFKC, case, accents off Latin, look of punctuation, Simplified Chinese."""
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if letter := _drawn_letter(char):
        return letter
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    out = []
    for piece in text:
        if _within(ord(piece), _MARKS):
            continue  # the dot that İ leaves behind
        base = unicodedata.normalize("NFD", piece)
        latin = "LATIN" in unicodedata.name(piece, "")
        kept = "".join(c for c in base if not unicodedata.combining(c)) if latin else piece
        for c in kept:
            c = _PUNCTUATION.get(c, c)  # noqa: PLW2901 - one short chain of look-ups
            out.append(simplified.get(c) or _LATIN.get(c) or _ARABIC.get(c) or c)
    return "".join(out)


def _drawn_letter(char: str) -> str:
    """Give the letter in a box, circle or small capital that NFKC leaves alone, or ``""``."""
    name = unicodedata.name(char, "")
    for lead in ("NEGATIVE SQUARED LATIN CAPITAL LETTER ", "NEGATIVE CIRCLED LATIN CAPITAL LETTER ", "LATIN LETTER SMALL CAPITAL "):
        if name.startswith(lead) and len(name) == len(lead) + 1:
            return name[-1].lower()
    return ""


def _kind(char: str) -> int:  # noqa: PLR0911 - a table of kinds, one line each
    """Say what a folded character is to the later stages."""
    code, category = ord(char), unicodedata.category(char)
    if char in "\n\r\x0b\x0c\x85\u2028\u2029":
        return kinds.SOFT
    if category in {"Zs", "Cc"}:
        return kinds.SPACE
    if char in ".!?;…":
        return kinds.HARD
    if char in ",()[]{}•":
        return kinds.SOFT
    if category == "Nd":
        return kinds.DIGIT
    if _within(code, _NO_BOUNDARY):
        return kinds.IDEO
    if 0xAC00 <= code < 0xD7A4:
        return kinds.HANGUL
    return kinds.LETTER if category[0] in "LM" else kinds.OTHER


def _script(char: str) -> int:
    if not char.isalpha():
        return kinds.NO_SCRIPT
    if char.isascii():
        return kinds.LATIN
    name = unicodedata.name(char, "")
    if name.startswith("CYRILLIC"):
        return kinds.CYRILLIC
    return kinds.ALIEN if name.startswith(("GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LATIN", "LISU", "DESERET")) else kinds.NO_SCRIPT


def _latin_twins() -> dict[int, int]:
    """Map a folded letter of another script to the ASCII letter it looks like (UTS #39)."""
    data = json.loads((resources.files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    twins: dict[int, int] = {}
    for char, looks in data.items():
        if len(char) != 1 or not char.isalpha() or char.isascii():
            continue
        for look in looks:
            target = look["c"].casefold()
            if len(target) == 1 and target.isascii() and target.isalpha():
                # a capital look-alike counts for the small letter it folds to, too (Β is B, so β's capital passes for b)
                twins.setdefault(ord(char), ord(target))
    for char, target in list(twins.items()):
        small = chr(char).casefold()
        if len(small) == 1:
            twins.setdefault(ord(small), target)
    twins.update({ord(a): ord(b) for a, b in zip("авекмнорстухіјѕһԁԛԝьпи", "abekmhopctyxijshdqwbnn", strict=True)})
    del twins[ord("п")], twins[ord("и")], twins[ord("μ")]  # the last is a micro sign more often than an m
    return twins


def _top_levels() -> list[str]:
    """List the ASCII top-level domains that are not words people put after a missed space."""
    raw = (resources.files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8").splitlines()
    tops = {line for line in raw if line.isascii() and line.isalpha() and line.islower()}
    return sorted((tops | _RESERVED) - set(_WORDS.split()))


def build() -> dict[str, NDArray[np.generic]]:
    """Compute all tables.

    Returns
    -------
    dict of arrays
        ``page`` (4352,) uint16; ``delta`` (p * 256,) int32; ``kind``, ``script``, ``style`` (p * 256,) uint8;
        ``twin`` (p * 256,) int32; ``reading`` (p * 256,) uint16; ``long`` (e,) int32 and ``long_start`` (x + 1,) int32
        for code points that become several; ``tops`` (t,) uint64: top-level domains, eight letters packed; and the
        tables of :mod:`scamguard.homophones`.
    """
    path = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    simplified = {a: b.split()[0] for a, b in (line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line)}
    simplified = {a: b for a, b in simplified.items() if len(a) == len(b) == 1 and ord(b) < kinds.PLANES}
    delta, kind = np.zeros(_MAX, np.int32), np.zeros(_MAX, np.uint8)
    script, style, twin = np.zeros(_MAX, np.uint8), np.zeros(_MAX, np.uint8), np.zeros(_MAX, np.int32)
    long: list[int] = []
    starts, seen = [0], {}
    twins = _latin_twins()
    reading, heard = sounds.tables(_MAX)
    for code in range(_MAX):
        char = chr(code)
        if code in _INVISIBLE or _within(code, _MARKS):
            delta[code] = kinds.DROP
            style[code] = kinds.HIDDEN if code in _INVISIBLE and code not in range(0xFE00, 0xFE10) and code != 0x640 else 0
            continue
        if unicodedata.category(char) in {"Co", "Cs", "Cn"} or unicodedata.category(char) == "Cc":
            target = "\n" if char in "\n\r\x0b\x0c\x85" else " "
        else:
            # never more letters than the UTF-8 form has bytes, so that the fold's output fits its input
            target = (_folded(char, simplified) or " ")[: len(char.encode())]
        if char in "\u2028\u2029":
            target = "\n"
        first = target[0]
        kind[code], script[code], twin[code] = _kind(first), _script(first), twins.get(ord(first), 0)
        if char.isalpha() or _symbol(char):
            style[code] = kinds.UPPER if char.isupper() else 0
            if not char.isascii() and first.isascii() and first.isalpha() and _dressed(char):
                style[code] |= kinds.DRESSED
        if target == " ":
            delta[code] = kinds.BLANK
        elif len(target) == 1:
            delta[code] = ord(target) - code
        else:
            if target not in seen:
                seen[target] = len(starts) - 1
                long.extend(map(ord, target))
                starts.append(len(long))
            delta[code] = kinds.LONG + seen[target]
    columns: dict[str, NDArray[Any]] = {"delta": delta, "kind": kind, "script": script, "style": style, "twin": twin, "reading": reading}
    return _paged(columns) | {
        "long": np.array(long, np.int32),
        "long_start": np.array(starts, np.int32),
        "tops": np.array(sorted(kinds.packed(t) for t in _top_levels() if len(t) <= 8), np.uint64),
        **heard,
    }


def _dressed(char: str) -> bool:
    """Say whether a character is an ASCII letter in another dress."""
    dresses = ("<font>", "<wide>", "<circle>", "<square>", "<super>", "<sub>", "<small>")
    return unicodedata.decomposition(char).startswith(dresses) or bool(_drawn_letter(char))


def _symbol(char: str) -> bool:
    """Say whether a character is a symbol or number that may stand for a letter (Ⓐ, 🄰)."""
    return unicodedata.category(char) in {"So", "No", "Nl"}


def _paged(columns: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """Cut the columns into pages of 256 code points and keep each distinct page once."""
    pages: dict[bytes, int] = {}
    index = np.zeros(_MAX // 256, np.uint16)
    kept: list[int] = []
    for p in range(_MAX // 256):
        part = slice(p * 256, p * 256 + 256)
        key = b"".join(c[part].tobytes() for c in columns.values())
        if key not in pages:
            pages[key] = len(kept)
            kept.append(p)
        index[p] = pages[key]
    out = {name: np.concatenate([c[p * 256 : p * 256 + 256] for p in kept]) for name, c in columns.items()}
    return {"page": index, **out}


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "fold.safetensors")
    save_file(build(), target)
