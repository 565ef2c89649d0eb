"""The feature space, written out: n-grams as strings, their hashes in plain integers, passages as lists."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from scamguard import kinds
from scamguard.kinds import HARD, IDEO, KIND, SOFT
from scamguard.passages import APART, FULL, LATE, LEAST, LINE, MOST, RUN, SHORT, WIDE
from scamguard.tokens import SPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scamguard.tokens import Tokens

_64: Final = 2**64 - 1
_TWO_BITS: Final = 3
_PRIME, _BASIS = 0x100000001B3, 0xCBF29CE484222325  # FNV-1a
_PAIR, _FRAME, _SKIP, _ORDER = 0xC2B2AE3D27D4EB4F, 0x9E3779B97F4A7C15, 0x5BD1E995, 0xD6E8FEB86659FD93


def fnv(text: str) -> int:
    """Hash the code points of ``text``."""
    value = _BASIS
    for char in text:
        value = (value ^ ord(char)) * _PRIME & _64
    return value


def finished(value: int, bits: int) -> int:
    """Keep the best ``bits`` bits of a hash."""
    value &= _64
    return ((value ^ value >> 33) * 0xFF51AFD7ED558CCD & _64) >> 64 - bits


def _numbers_alike(text: str, sorts: Sequence[int]) -> str:
    """Make every digit a 0."""
    return "".join("0" if sort == kinds.DIGIT else char for char, sort in zip(text, sorts, strict=True))


def char_grams(text: str, sorts: Sequence[int], bits: int, orders: tuple[int, int], most: int) -> list[int]:
    """Hash every run of ``orders[0]`` to ``orders[1]`` characters, 16 bits of each; a line end is a space.

    Of each longest run what ends with it counts ``most`` times, or always if that is more than two bits hold; runs that share a counter
    count together.
    """
    seen = [ord(char) & 0xFFFF for char in _numbers_alike(text, sorts).replace("\n", " ")]
    counters = 16 << max(6, ((len(seen) + 1) // 2 * 2 - 1).bit_length())
    out: list[int] = []
    times: Counter[int] = Counter()

    def hashed(end: int, size: int) -> int:
        packed = int.from_bytes(b"".join(code.to_bytes(2, "big") for code in seen[max(end - size, 0) : end]), "big")
        return ((packed << 64 - 16 * size | size) * _ORDER & _64) >> 64 - bits

    for end in range(1, len(seen) + 1):
        longest = hashed(end, orders[1]) % counters
        times[longest] += 1
        if times[longest] <= most or most > _TWO_BITS:
            out += [hashed(end, size) for size in range(orders[0], min(orders[1], end) + 1)]
    return out


def words(text: str, sorts: Sequence[int]) -> list[str]:
    """Split into words: runs of letters and digits (each digit a 0); of Hangul; one by one Han, addresses, what ends a clause."""
    sort_of = "".join("_w가字w_,.@"[sort] if sort < 9 else "_" for sort in sorts)
    runs = re.finditer("w+|가+|[字,.@]", sort_of)
    return [_numbers_alike(text[run.start() : run.end()], sorts[run.start() : run.end()]) for run in runs]


def word_grams(text: str, sorts: Sequence[int], bits: int) -> list[int]:
    """Hash every word, and it with the one before."""
    keys = [fnv(word) for word in words(text, sorts)]
    pairs = [[], *([finished(a * _PAIR ^ b, bits)] for a, b in pairwise(keys))]
    return [key for one, pair in zip(keys, pairs, strict=False) for key in (finished(one, bits), *pair)]


def framed_words(text: str, sorts: Sequence[int], hits: Iterable[tuple[int, int]], frame: set[int], bits: int) -> list[int]:
    """Hash every word of a clause with every frame that begins in it or is its closing mark; ``hits`` are ``(place, concept)``."""
    out = []
    for a, b in clauses(sorts):
        frames = list(dict.fromkeys(concept for at, concept in hits if a <= at <= b and concept in frame))
        for word in words(text[a:b], sorts[a:b]):
            out += [finished(fnv(word) ^ (concept + 1) * _FRAME, bits) for concept in frames]
    return out


def clauses(sorts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each clause begins and where its closing mark (or the end) stands."""
    begin = 0
    for at, sort in enumerate([*sorts, kinds.HARD]):
        if sort in (kinds.SOFT, kinds.HARD):
            yield begin, at
            begin = at + 1


def concept_grams(hits: Sequence[tuple[int, int]], bits: int) -> list[int]:
    """Hash one to three neighbours within a sentence, and two with one between; ``hits`` are ``(concept, sentence)``."""
    out = []
    for i in range(len(hits)):
        row = [concept + 1 for concept, sentence in hits[i : i + 3] if sentence == hits[i][1]]
        runs = [sum(one << 8 * (k - 1 - place) for place, one in enumerate(row[:k])) for k in range(1, len(row) + 1)]
        out += [finished(run * _PRIME, bits) for run in runs]
        if len(row) == 3:
            out.append(finished((row[0] << 8 | row[2]) * _PRIME ^ _SKIP, bits))
    return out


def mass(sorts: Sequence[int]) -> int:
    """Weigh text: a character of a script without spaces counts for three."""
    return sum(3 if sort == kinds.IDEO else 1 for sort in sorts)


def shape(text: str, marked: Sequence[int]) -> dict[str, float]:
    """Measure a passage."""
    sorts = [kind & kinds.KIND for kind in marked]
    numbers = [len(run) for run in re.findall("d+", "".join("d" if sort == kinds.DIGIT else "." for sort in sorts))]
    case = "".join("." if s != kinds.LETTER else "C" if k & kinds.CAPITAL else "l" for s, k in zip(sorts, marked, strict=True))
    letters, undone = len(case) - case.count("."), sum(bool(kind & kinds.UNDONE) for kind in marked)
    weight = mass(sorts) + 1
    return {
        "link": text.count("\ue000") > 0, "links": text.count("\ue000") > 1, "email": "\ue001" in text, "handle": "\ue002" in text,
        "phone": any(n >= 7 for n in numbers), "code": any(4 <= n <= 8 for n in numbers), "amount": bool(set(text) & set("$€£¥₹")),
        "disguised": undone > 1, "disguised_much": undone > 5,
        "shouted_word": any(set(run) == {"C"} and len(run) >= 4 for run in case.split(".")),
        "shouted": letters >= 20 and 2 * case.count("C") > letters, "exclaims": text.count("!") > 1, "asks": "?" in text,
        "lines": text.count("\n") > 1, "digit_share": sum(numbers) / weight, "length": math.log1p(weight) / 8,
    }  # fmt: skip


def windows(cut: Tokens, n: int, within: list[int], codes: NDArray[np.uint32]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Cut message ``n``, code points ``within``: its wide windows and its small ones."""
    begin, end = within
    a, b = cut.starts[n : n + 2].tolist()
    start, stop, sort = cut.start[a:b].tolist(), cut.stop[a:b].tolist(), cut.sort[a:b].tolist()
    mass = [(3 if s & KIND == IDEO else j - i) + bool(s & SPACED) for i, j, s in zip(start, stop, sort, strict=True)]
    lines = [codes[i] == 10 for i in start]

    def edge(k: int) -> int:
        return start[k] if k < len(start) else end

    if sum(mass) < (2 * LINE if any(lines) else SHORT):
        return [(begin, end)], []
    wide, cuts, total = [], [0], 0
    for k, weight in enumerate(mass, 1):
        total += weight
        if total >= WIDE:
            cuts.append(k)
            total = 0
    if len(cuts) < 3 or sum(mass) < SHORT:
        wide = [(begin, end)]
    else:
        wide = [(begin if x == 0 else edge(x), edge(y)) for x, y in zip(cuts, cuts[2:], strict=False)]
        if cuts[-1] < len(mass):
            wide.append((edge(cuts[-2]), end))
    return wide, _small(start, end, mass, sort, lines)


def _small(start: Sequence[int], end: int, mass: Sequence[int], sort: Sequence[int], lines: Sequence[bool]) -> list[tuple[int, int]]:
    """Cut tokens of so much ``mass`` into small windows, code points."""
    ends = [s & KIND == HARD or line for s, line in zip(sort, lines, strict=True)]
    heavy = sum(mass) >= SHORT

    def edge(k: int) -> int:
        return start[k] if k < len(start) else end

    small, at = [], 0
    while at < len(mass):
        sums = list(itertools.accumulate(mass[at:]))
        stops = (k for k, m in enumerate(sums, at) if m >= MOST or (m >= FULL and ends[k]))
        last = next(stops, len(mass) - 1)
        ended, run, cuts = LEAST, RUN, [at]
        for k, m in enumerate(sums[:last + 1 - at], at):
            fits = (heavy and m >= run) or (m >= ended and (ends[k] if heavy else lines[k]))
            if fits and m < FULL and k + 1 < len(mass):
                cuts.append(k if lines[k] else k + 1)
                run, ended = m + RUN, (m + m // 2 if heavy else FULL) if ends[k] else ended
        small += [(start[at], start[k]) for k in sorted({*cuts} - {at})]
        if last + 1 < len(mass) or (sums[-1] >= LINE and at > 0):
            small.append((start[at], edge(last + 1)))
        nexts = (
            k + 1
            for k, m in enumerate(sums[: last + 1 - at], at)
            if (m >= (LINE if lines[k] else APART) and ends[k]) or (m >= LATE and sort[k] & KIND == SOFT) or m >= MOST - APART
        )
        at = next(nexts, len(mass))
    return small
