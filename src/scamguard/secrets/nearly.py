"""Phrases that are nearly right: a word mistyped, swapped or left out, half of a phrase, or four letters of each word.

No checksum proves these, so they count only where somebody names a phrase, and are worth a question. Prose has many list words as
well; but it has little words between them ("the", "is", "with"), which are in no list: these end a row of words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from .asked import RECENT
from .finding import Certainty, Finding, Secret, block, warn
from .lists import HAN, SIZES, STEM, folded, likely, lists, slipped, stems
from .proof import WHY, example, in_order, valid
from .words import mentions, pattern, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from .plain import Plain
    from .tokens import Token

_LEADING: Final = frozenset({"seed", "phrase", "secret", "word", "wallet", "key", "recover", "private"})
LEAST: Final = 8  # list words in a row that may be a phrase, or half of one
_PAGE: Final = 10
_HAN_LEAST: Final = 10
_RARE: Final = 700  # mean place in a Chinese list; of 12 random ones 1,024 ± 171, of prose about 300
_OTHERS: Final = 2  # words of a row that are in no list; one in six, in long ones
_LITTLE: Final = -4  # a word of prose
_ENDS: Final = -3  # nothing goes on here: a name of the thing
_STRANGER: Final = -2
_SLIP: Final = -1  # a list word but for one letter
_GAIN: Final = {_SLIP: -1, _STRANGER: -4}
_WORD: Final = 2
_CUT: Final = 3  # words of four letters that are no list words but begin one
_LOST: Final = 10  # a row that has lost so much since its best has ended there: two strangers in a row are errors, three are prose
_BRIEF: Final = 6  # code points of a name that may be a word of a phrase: "seed", "phrase"
_BEFORE: Final = 300  # code points between a name and the words
_AROUND: Final = 1_500  # code points around a name or a phrase in which rows are looked for
_SHORT: Final = 3  # words beside a phrase, but off its line, that do not belong to it
_AFTER: Final = 40  # and between the words and a name: "… is my seed phrase"
_WHY: Final = "words of a seed phrase, called so in the message or asked for: one that does not add up is still easily put right"


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """``tokens[first:stop]``: list words, whose places these are, and ``others`` in no list."""

    first: int
    stop: int
    places: list[int]
    others: int


def rows(tokens: Sequence[Token], language: str, names: Collection[int] = ()) -> Iterator[Row]:
    """Give the rows of list words that may be a phrase; at ``names`` a word begins that names one."""
    table, known = lists()[language], stems(language)
    cut = sum(token.key in known and token.key not in table for token in tokens) >= _CUT
    kinds = [_kind(token, language, names, cut=cut) for token in tokens]
    for n, (token, after) in enumerate(pairwise(tokens)):
        if kinds[n] == _LITTLE and token.parted and after.parted:
            kinds[n] = _STRANGER  # numbered, or on a line of its own: a slip that happens to be a word of prose
    for start, stop in _stretches(tokens, kinds):
        row = _row(tokens, kinds, _opening(tokens, start, stop), stop, table)
        if len(row.places) >= LEAST and row.others <= max(_OTHERS, len(row.places) // 6) and _drawn(row, tokens, language):
            yield _longer(row, tokens, kinds, opened=row.first > start)


def _row(tokens: Sequence[Token], kinds: Sequence[int], first: int, stop: int, table: Collection[str]) -> Row:
    """Count a row; whoever writes four letters of a word does so with all, so in other rows they are a slip."""
    keys = [token.key for token in tokens[first:stop]]
    cut = sum(len(key) <= STEM for key in keys) * 6 >= len(keys) * 5
    places = [kind for key, kind in zip(keys, kinds[first:stop], strict=True) if kind >= 0 and (cut or key in table)]
    return Row(first, stop, places, stop - first - len(places))


def _drawn(row: Row, tokens: Sequence[Token], language: str) -> bool:
    """Tell words drawn by chance from prose and from a page of the list."""
    size = len(row.places)
    page = in_order(row.places) or (size >= _PAGE and in_order(row.places[2:]))  # two words of the sentence may stand before one
    if page or size - len(set(row.places)) > 1 + size // 8:
        return False
    if language in HAN:  # prose in characters that stand apart is made of list words, and of the commonest
        return size >= _HAN_LEAST and row.others <= 1 and sum(row.places) >= _RARE * size
    if all(token.parted for token in tokens[row.first + 1 : row.stop]):
        return True  # numbered, or each on its line
    return not ordinary([token.key for token in tokens[row.first : row.stop]], size)


def ordinary(words: Sequence[str], size: int = 0) -> bool:
    """Tell prose by its common words; ``size`` counts those of a phrase among them, if not all are."""
    size = size or len(words)
    return sum(word in _common() for word in words) > max(1 + size // 5, size // 3)


def _kind(token: Token, language: str, names: Collection[int], *, cut: bool) -> int:
    """Give the place of a word in its list, or what else it is; where words are ``cut``, four letters are one."""
    if token.start in names or (language in HAN and not token.apart and token.start):
        return _ENDS
    place = lists()[language].get(token.key)
    if place is not None:
        return place
    if cut and token.key in stems(language):
        return stems(language)[token.key]
    if len(token.key) == 1 or token.key in _little(language):
        return _LITTLE
    return _SLIP if slipped(token.key, language) else _STRANGER


@cache
def _common() -> frozenset[str]:
    return frozenset(folded(word) for word in terms("common"))


@cache
def _little(language: str) -> frozenset[str]:
    """Give the little words that end a row: a slip in English may be a word of German."""
    return frozenset(folded(word) for word in terms("little", "en" if language == "english" else None))


def _stretches(tokens: Sequence[Token], kinds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give first and last of each stretch in which list words outweigh the others (Kadane's maximum subarray)."""
    first, stop, score, best = 0, 0, 0, 0
    for n, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        ends = kind <= _ENDS
        if ends or token.far or score <= max(0, best - _LOST):
            if best:
                yield first, stop
            first, score, best = n, 0, 0
        if kind >= 0 or (score and not ends):
            first = first if score else n
            score += _GAIN.get(kind, _WORD)
        if score > best:
            best, stop = score, n + 1
    if best:
        yield first, stop


def _opening(tokens: Sequence[Token], first: int, stop: int) -> int:
    """Leave out what says that a phrase follows: "secret phrase:"."""
    behind = after_leading(tokens, first, stop)
    lines = any(token.parted for token in tokens[behind + 1 : stop])  # then "secret" on the first is a word like the others
    return behind if behind < stop and tokens[behind].parted and not lines else first


def after_leading(tokens: Sequence[Token], first: int, stop: int) -> int:
    """Give the place behind the words that open a row and speak of a phrase."""
    return next((n for n in range(first, stop) if tokens[n].key not in _LEADING), stop)


def _longer(row: Row, tokens: Sequence[Token], kinds: Sequence[int], *, opened: bool) -> Row:
    """Take in a mistyped first or last word, and what goes on behind one wrong word near either end."""
    lines = any(token.parted for token in tokens[row.first + 1 : row.stop])
    first, stop = row.first, row.stop
    for _ in range(_OTHERS + 1):
        first -= 0 if opened else _onward(tokens, kinds, range(first - 1, -1, -1), lines=lines)
        stop += _onward(tokens, kinds, range(stop, len(tokens)), lines=lines)
    return Row(first, stop, row.places, row.others + row.first - first + stop - row.stop)


def _onward(tokens: Sequence[Token], kinds: Sequence[int], way: range, *, lines: bool) -> int:
    """Count the words that belong to a row: one that is in no list, and the list words behind it; a slip needs none behind."""
    words = 0
    for n in way[: _OTHERS + LEAST]:
        gap = n if way.step > 0 else n + 1
        if kinds[n] == _ENDS or (gap < len(tokens) and (tokens[gap].far or (tokens[gap].parted and not lines))):
            break
        if kinds[n] < 0 and words:
            break
        words += 1
    if not words:
        return 0
    kind = kinds[way[0]]
    return words if words > (0 if kind >= _SLIP else 1 if kind == _STRANGER else 2) else 0


def with_rows(message: Plain, tokens: Sequence[Token], thread: Sequence[Plain], found: Sequence[Finding]) -> Iterator[Finding]:
    """Give the phrases that were found, as far as words in a row with them go, and where one is named, rows that are nearly one."""
    names = named(message.text)
    asked = any(named(part.text) for part in thread[-RECENT:])
    if not (found or names or asked):
        return
    begins = [message.origin[token.start] for token in tokens]
    places = [message.span(*name) for name in names]
    certain = [(finding.start, finding.stop) for finding in found if finding.certainty is Certainty.BLOCK]
    around = [(0, begins[-1] + 1)] if asked and begins else [(at - _AROUND, to + _AROUND) for at, to in (*places, *certain)]
    words, starts = _words_of(names, message.text, tokens), [start for start, _ in places]
    near = [
        (span, row)
        for at, to in _merged(around)
        for span, row in _near(message, tokens[bisect_left(begins, at) : bisect_left(begins, to)], words)
        if asked or certain or _holds(starts, span[0] - _BEFORE, span[0]) or _holds(starts, span[1], span[1] + _AFTER)
    ]
    spans = _merged(span for span, _ in near)
    yield from (_widened(finding, spans, begins, tokens) for finding in found)
    for span, row in near:
        sure = not row.others and len(row.places) in SIZES and valid(row.places) and not example(row.places)
        yield block(Secret.SEED_PHRASE, span, WHY) if sure else warn(Secret.SEED_PHRASE, span, _WHY)


def _near(message: Plain, tokens: Sequence[Token], names: Collection[int]) -> list[tuple[tuple[int, int], Row]]:
    """Give the rows of every list, and where they stand in the message."""
    found = (row for language in likely((token.key for token in tokens), LEAST) for row in rows(tokens, language, names))
    return [(message.span(tokens[row.first].start, tokens[row.stop - 1].stop), row) for row in found]


def _holds(places: Sequence[int], start: int, stop: int) -> bool:
    """Tell whether one of some places, in order, lies from ``start`` to ``stop``; a name amid a row is a word of it."""
    return bisect_left(places, start) < bisect_left(places, stop)


def named(text: str) -> list[tuple[int, int]]:
    """Say where ``text`` names a seed phrase, in reading order."""
    concepts = [concept for concept in ("seed_phrase", "seed_said") if mentions(concept, text)]
    return sorted(found.span() for concept in concepts for found in pattern(concept).finditer(text))


def _words_of(names: Sequence[tuple[int, int]], text: str, tokens: Sequence[Token]) -> frozenset[int]:
    """Give where the words of names begin; "seed" and "phrase" alone, or on two lines, may be words of a phrase."""
    starts = [token.start for token in tokens]
    long = [(start, stop) for start, stop in names if stop - start > _BRIEF and "\n" not in text[start:stop]]
    return frozenset(at for start, stop in long for at in starts[bisect_left(starts, start) : bisect_left(starts, stop)])


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap, as those of two languages do."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return merged


def _widened(finding: Finding, spans: Sequence[tuple[int, int]], begins: Sequence[int], tokens: Sequence[Token]) -> Finding:
    """Take in the rows that a finding lies in; the words of the message stand at ``begins``."""
    first = bisect_right(spans, finding.start, key=lambda span: span[1])
    last = bisect_left(spans, finding.stop, key=lambda span: span[0])
    if first >= last:
        return finding
    start, stop = min(finding.start, spans[first][0]), max(finding.stop, spans[last - 1][1])
    edges = [bisect_left(begins, at) for at in (start, finding.start, finding.stop, stop)]
    head, tail = beside(tokens, edges[0], edges[1], edges[2], edges[3])
    return replace(finding, start=start if head else finding.start, stop=stop if tail else finding.stop)


def beside(tokens: Sequence[Token], start: int, first: int, stop: int, end: int) -> tuple[int, int]:
    """Count the words between ``start`` and a phrase, and between it and ``end``; a few in a sentence of their own are none."""
    head, tail = first - start, end - stop
    if not any(token.parted for token in tokens[first + 1 : stop]):  # all of the phrase is in one line
        head = 0 if head <= _SHORT and tokens[first].parted else head
        tail = 0 if tail <= _SHORT and stop < len(tokens) and tokens[stop].parted else tail
    return head, tail
