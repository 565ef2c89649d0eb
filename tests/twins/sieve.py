"""The sieve, written out: code points as the fold spells them, grams as byte strings, windows as slices, oddities one by one."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from scamguard import fold, kinds
from scamguard.sieve import BLOCK, LEAST, MOST_WINDOWS, ORDERS, SMOOTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.sieve import Sieve

_MIX, _PAIR, _ALL = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 1 << 64
_WORDLIKE: Final = range(kinds.LETTER, kinds.DIGIT + 1)
# over one letter a code point: a letter L (ASCII) or M, h Hangul, i ideograph, d digit, else the ASCII sign or x
_ODD: Final = re.compile(
    r"(?<!^)@|\.[LM]|:/|\[\.|\]\(|\.d{1,3}\.d|\$[LM]|[LM]d{1,3}[LM]|LM|ML|i[*+'^_|~]i|(?<![LMhid])[LMhid][^LMhid][LMhid][^LMhid][LMhid](?![LMhid])",
    re.DOTALL,
)


def spelled(text: str) -> list[tuple[int, int]]:
    """Give the code points and kinds of a message, before anything is undone."""
    raw = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    size, t = len(raw) + fold.PAD, fold.tables()
    codes, sorts, origin = np.empty(size, np.uint32), np.empty(size, np.uint8), np.empty(size, np.int32)
    end = fold.spell(raw, 0, len(raw), t.page, t.row, t.long, t.long_start, codes, sorts, origin, 0)
    return list(zip(codes[:end].tolist(), sorts[:end].tolist(), strict=True))


def _sign(code: int, sort: int) -> str:
    letter = {kinds.LETTER: "L" if code < 128 else "M", kinds.HANGUL: "h", kinds.IDEO: "i", kinds.DIGIT: "d"}.get(sort & kinds.KIND)
    return letter or (chr(code) if code < 128 else "x")


def is_odd(text: str) -> bool:
    """Say whether a message is always read."""
    points = spelled(text)
    dotted = re.search("・.・", "".join(chr(code) for code, _ in points), re.DOTALL)
    undone = any(sort & kinds.UNDONE for _, sort in points)
    return undone or dotted is not None or bool(_ODD.search("".join(_sign(*point) for point in points)))


def _kept(text: str) -> list[tuple[int, int]]:
    """Leave one of three alike or more, one of a gap (a line end, if it holds one), and a word that comes again at once one time."""
    points = [(code, sort & kinds.KIND) for code, sort in spelled(text)]
    kept: list[int] = []
    for found in re.finditer(r"[ \n]+|(.)\1*", "".join(chr(code) for code, _ in points), re.DOTALL):
        run = range(found.start(), found.end())
        if found[0][0] in " \n":
            kept += [i for i in run if points[i][0] == 10][-1:] or [*run[-1:]]
        else:
            kept += run[-1:] if len(run) > 2 else run
    again, out = _again(points, kept), list[tuple[int, int]]()
    for code, sort in (points[i] for i in kept if i not in again):
        if code not in (10, 32) or not out or out[-1][0] != 10:
            out.append((48 if 48 <= code < 58 else code, sort))
    return out


def _is_of_word(point: tuple[int, int]) -> bool:
    return point[1] in _WORDLIKE or point[0] == 39


def _again(points: list[tuple[int, int]], kept: list[int]) -> set[int]:
    """Say where words stand that were said right before, with the blanks behind them."""
    again: set[int] = set()
    before: list[int] = []
    first = until = behind = -1
    for i in kept:
        if i < behind:
            continue
        if not _is_of_word(points[i]):
            before = [code for code, _ in points[first:until]] if first >= 0 else before
            first = -1
        elif first < 0:
            stop = i + len(before)
            ends = stop >= len(points) or not _is_of_word(points[stop])
            if before and ends and [code for code, _ in points[i:stop]] == before:
                while stop < len(points) and points[stop][0] == 32:
                    stop += 1
                again |= {*range(i, stop)}
                behind = stop
                continue
            first = i
        until = i + 1
    return again


def _bytes(code: int) -> bytes:
    return code.to_bytes(1 if code < 0x80 else 2 if code < 0x800 else 3, "little")


def grams(text: str, bits: int) -> Iterator[tuple[int, int, int]]:
    """Give each gram of a message: the code point at which it is known, its table, its place there."""
    points, last = _kept(text), b" " * 8
    word = before = 0
    for i, (code, sort) in enumerate([*points, (32, 0)]):
        if sort in _WORDLIKE or code == 39:
            word = (word ^ code) * _MIX % _ALL
        elif word:
            yield i, 3, _placed(word, bits)
            if before:
                yield i, 3, _placed(before * _PAIR % _ALL ^ word, bits)
            before, word = word, 0
        if i < len(points):
            last = (last + _bytes(code))[-8:]
            for table, order in enumerate(ORDERS):
                yield i, table, int.from_bytes(last[-order:], "little") * _MIX % _ALL >> (64 - bits)


def _placed(word: int, bits: int) -> int:
    return (word ^ word >> 32) * _MIX % _ALL >> (64 - bits)


def sift(text: str, sieve: Sieve) -> tuple[float, bool]:
    """Look at one message: its logit, infinity for what is odd, and whether it is to be read."""
    bits = sieve.weights.shape[1].bit_length() - 1
    step, bias, crowd, least, less = sieve.numbers.tolist()
    points = _kept(text)
    weighed = [(at, int(sieve.weights[table, place])) for at, table, place in grams(text, bits)]
    edges, size, ends = [0], 0, [0]
    for i, (code, sort) in enumerate(points):
        size += len(_bytes(code))
        if size > BLOCK * len(edges):
            edges.append(i + 1)
        if code == 10 or sort == kinds.HARD:
            ends.append(i + 1)
    whole = len(points) + 1
    windows = [(edges[k], edges[k + 2]) for k in range(len(edges) - 2)] + [(edges[max(len(edges) - 2, 0)], whole)]
    high = -math.inf
    for first, stop, most in [(*w, 0) for w in windows] + [(a, b, LEAST) for a, b in zip(ends, [*ends[1:], whole], strict=True)]:
        those = [weight for at, weight in weighed if first <= at < stop]
        if len(those) >= most:
            high = max(high, sum(those) * step / math.sqrt(len(those) + SMOOTH))
    high += bias - crowd * math.log(min(max((size - 1) // BLOCK, 1), MOST_WINDOWS))
    high = math.inf if is_odd(text) else high
    marked = [(at, table) for at, table, place in grams(text, bits) if sieve.named[place] >> table & 1]
    names = any(table == len(ORDERS) or (table > 0 and points[at][1] == kinds.IDEO) for at, table in marked)
    return high, high >= least - less * names
