"""Seed phrases (BIP-39): 12 to 24 words of one official list whose last bits are a checksum of the others.

A word list and a checksum are proof enough in languages that write spaces: ordinary prose has no twelve list words in a row. Chinese lists
hold the commonest characters, and prose is made of those; so there, characters must stand apart, or somebody speaks of a seed phrase
and the characters are as rare as chance makes them (the lists run from common to rare).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from .asked import RECENT
from .bridged import bridged
from .finding import Certainty, Finding, Secret, block, warn
from .lists import GLUED, HAN, SIZES, languages, likely, lists
from .nearly import LEAST, after_leading, beside, named, with_rows
from .proof import EXAMPLE, WHY, example, in_order, steady, valid
from .tokens import labels_in, tokens_of
from .words import mentions, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain
    from .tokens import Token

_PARTS: Final = 24  # earlier messages that may hold parts of a phrase, whatever stands between them
_AGAIN: Final = 4  # times that no part of a phrase is said
_IDLE: Final = 2  # messages between two parts, further back: "ok, next"
_RARE: Final = 500  # mean place in a Chinese list; of 12 random ones 1,024 ± 171, of prose about 300
_RAREST: Final = 900  # where nothing parts the phrase from the words before it
_WIDER: Final = 48  # words on either side of a phrase that may belong to it, labels among them
_LABELS: Final = 2  # one alone changes nothing: what stands before a phrase is left out of it anyway
_LABELLED: Final = 4  # words of a message that may end a phrase, with a label each
_CERTAIN: Final = 8  # labels that are no words of a phrase
_JOINING: Final = frozenset({"and", "then", "und", "et", "y", "e", "ed", "a", "и", "và", "ve", "dan", "그리고"})
_FILLER: Final = frozenset({"next", "ready", "okay", "more", "good", "wait", "now", "here", "send", "finish"})


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """Words of one list in a row."""

    tokens: list[Token]
    places: list[int]  # of each word in its list

    def __len__(self) -> int:
        return len(self.places)


def phrases(message: Plain, thread: Sequence[Plain] = ()) -> Iterator[Finding]:
    """Find seed phrases, also when their first words were sent before, or when one is named and nearly right."""
    written = tokens_of(message.text)
    words, labels = written, 0
    found: list[Finding] = []
    listed = likely((token.key for token in written), _LABELLED if thread else LEAST)
    if listed:
        places, labels = labels_in(message.text)
        words = tokens_of(message.text, places) if labels >= _LABELS else written
    if len(words) < len(written):
        found = list(_read(message, words, thread))
    if not found or labels < _CERTAIN:
        found += _read(message, written, thread)
    if all(finding.certainty is Certainty.WARN for finding in found):
        found += _joined(message, words, thread, listed)
    yield from with_rows(message, words, thread, found)


def _joined(message: Plain, tokens: list[Token], thread: Sequence[Plain], listed: Sequence[str]) -> Iterator[Finding]:
    """Find phrases with little words between those of a list."""
    for language in listed if len(tokens) > min(SIZES) else ():
        for first, stop, places in bridged(tokens, language, lambda: any(named(part.text) for part in (message, *thread[-RECENT:]))):
            span = message.span(tokens[first].start, tokens[stop - 1].stop)
            yield warn(Secret.SEED_PHRASE, span, EXAMPLE) if example(places) else block(Secret.SEED_PHRASE, span, WHY)


def _read(message: Plain, tokens: list[Token], thread: Sequence[Plain]) -> Iterator[Finding]:
    for language in languages((token.key for token in tokens), 1 if thread else min(SIZES) - 2):
        spoken = language in HAN and any(_spoken(part.text) for part in (message, *thread[-4:]))
        runs = (run for run in _runs(tokens, language) if len(run) >= min(SIZES))
        whole = [found for run in runs for found in _proved(message, run, language, spoken=spoken)]
        yield from whole
        if thread and not whole:
            yield from _continued(message, tokens, thread, language)


def _spoken(text: str) -> bool:
    return any(mentions(name, text) and pattern(name).search(text) is not None for name in ("seed_phrase", "seed_hint"))


def _proved(message: Plain, run: Run, language: str, *, spoken: bool) -> Iterator[Finding]:
    """Find the phrases of a run, each with the list words around that are no other phrase's: a longer one may have a wrong word."""
    windows = list(_windows(run, language, spoken=spoken))
    free = bytearray(b"\1") * len(run)
    leading = after_leading(run.tokens, 0, len(run))
    free[:leading] = bytes(leading)
    for first, size in windows:
        free[first : first + size] = bytes(size)
    for first, size in windows:
        before, after = _beside(run, free, first, size, language)
        span = message.span(run.tokens[first - before].start, run.tokens[first + size - 1 + after].stop)
        shown = example(run.places[first : first + size])
        yield warn(Secret.SEED_PHRASE, span, EXAMPLE) if shown else block(Secret.SEED_PHRASE, span, WHY)


def _beside(run: Run, free: bytearray, first: int, size: int, language: str) -> tuple[int, int]:
    """Count the words before and after a phrase that stand in a row with it."""
    stop, tokens = first + size, run.tokens
    before = free[max(0, first - _WIDER) : first][::-1]
    after = free[stop : stop + _WIDER]
    if language in HAN:  # prose is made of list words: only what stands apart as the phrase does
        before = bytearray(one and tokens[first - n].apart for n, one in enumerate(before))
        after = bytearray(one and tokens[stop + n].apart for n, one in enumerate(after))
    head, tail = (row.find(0) if 0 in row else len(row) for row in (before, after))
    return beside(tokens, first - head, first, stop, stop + tail)


def _runs(tokens: list[Token], language: str) -> Iterator[Run]:
    """Give the unbroken rows of list words; in Japanese and Korean, first and last may have something glued on."""
    table = lists()[language]
    run = Run([], [])
    for token in tokens:
        place = table.get(token.key)
        if place is None and token.key in _JOINING and run.tokens:
            continue
        if token.far and run.tokens:
            yield run
            run = Run([], [])
        if place is not None:
            run.tokens.append(token)
            run.places.append(place)
            continue
        edges = _glued(token, table) if language in GLUED else []
        for edge, inner in edges:
            if edge == "last" and run.tokens:
                yield Run([*run.tokens, token], [*run.places, inner])
        if run.tokens:
            yield run
        run = Run([], [])
        starts = [inner for edge, inner in edges if edge == "first"]
        if starts:
            run = Run([token], [starts[0]])
    if run.tokens:
        yield run


def _glued(token: Token, table: dict[str, int]) -> list[tuple[str, int]]:
    """Give the list words that ``token`` ends in or begins with, longest first."""
    key = token.key
    cuts = range(1, min(len(key), 24))
    firsts = [("first", table[key[cut:]]) for cut in cuts if key[cut:] in table]
    lasts = [("last", table[key[:cut]]) for cut in reversed(cuts) if key[:cut] in table]
    return firsts + lasts


def _windows(run: Run, language: str, *, spoken: bool) -> Iterator[tuple[int, int]]:
    """Give first word and size of each phrase in a run, the longest first."""
    taken = bytearray(len(run))
    chinese = language in HAN
    leading = after_leading(run.tokens, 0, len(run))
    sums = [0, *accumulate(run.places)]
    aparts = [0, *accumulate(int(token.apart) for token in run.tokens)]
    for size in SIZES:
        for first in range(len(run) - size + 1):
            if taken[first] or taken[first + size - 1] or not _aligned(run, language, first, size, leading):
                continue
            rare = spoken and sums[first + size] - sums[first] >= _RARE * size
            if chinese and not (rare or aparts[first + size] - aparts[first + 1] == size - 1):
                continue  # prose, the quick way out
            places = run.places[first : first + size]
            if chinese and not _stands_out(run.tokens[first : first + size], places, spoken=spoken):
                continue
            if valid(places) and not in_order(places):
                taken[first : first + size] = b"\1" * size
                yield first, size


def _aligned(run: Run, language: str, first: int, size: int, leading: int) -> bool:
    """Tell whether a phrase may begin here; ``leading`` words open the run that speak of a phrase.

    A run as long as a phrase is one, right or wrong: else a mistyped phrase of 24 words would hold a dozen of 12, one of which is
    likely to fit. Other lengths have words of the sentence before or after them.
    """
    if len(run) not in SIZES or len(run) == size:
        return True
    tokens, stop = run.tokens, first + size
    starts = first <= leading or tokens[first].parted or (language in HAN and not tokens[first - 1].apart)
    joined = language in HAN and stop + 1 < len(run) and not tokens[stop + 1].apart  # prose goes on, without spaces
    return starts and (stop == len(run) or tokens[stop].parted or joined)


def _stands_out(tokens: Sequence[Token], places: Sequence[int], *, spoken: bool) -> bool:
    """Tell a Chinese phrase from Chinese prose and from characters laid out for show, which come again and again."""
    if len(set(places)) * 3 < len(places) * 2 and not steady(places):
        return False
    if all(token.apart for token in tokens[1:]):
        return True
    if not spoken or any(token.apart for token in tokens[1:]):
        return False
    return sum(places) >= (_RARE if tokens[0].apart or not tokens[0].start else _RAREST) * len(places)


def _continued(message: Plain, tokens: list[Token], thread: Sequence[Plain], language: str) -> Iterator[Finding]:
    """Find a phrase that ends in ``message`` and began in earlier messages.

    Only messages that are little else than list words count, and a phrase begins where a message's words do.
    """
    own = _part(tokens, language)
    if own is None:
        return
    parts = _parts(thread, language)
    telling = [part for part in parts if not all(token.key in _FILLER for token in part.tokens)]
    long = [part for part in parts if len(part) > 3] if len(own) > 3 else telling  # "thank you, then?" is made of list words, too
    said = Counter(tuple(part.places) for part in parts)  # "okay, next" comes again and again
    fresh = [part for part in parts if said[tuple(part.places)] < _AGAIN]
    for chosen in (long, telling, fresh, parts):
        tail: list[int] = list(own.places)
        for part in reversed(chosen):
            tail = part.places + tail
            if len(tail) in SIZES and valid(tail) and not in_order(tail):
                span = message.span(own.tokens[0].start, own.tokens[-1].stop)
                found = block(Secret.SEED_PHRASE, span, "the last words of a seed phrase whose first words were sent before")
                yield warn(Secret.SEED_PHRASE, span, EXAMPLE) if example(tail) else found
                return


def _parts(thread: Sequence[Plain], language: str) -> list[Run]:
    """Give the parts of a phrase among earlier messages, oldest first; further back, only those that follow one another."""
    parts: list[Run] = []
    last = 0
    for back, earlier in enumerate(reversed(thread)):
        if back >= _PARTS and back - last > _IDLE:
            break
        part = _part(tokens_of(earlier.text), language)
        if part:
            parts.append(part)
            last = back
    return parts[::-1]


def _part(tokens: list[Token], language: str) -> Run | None:
    """Give the words of a message that may be a part of a phrase: most of it, or all that follows a colon or line end."""
    run = max(_runs(tokens, language), key=len, default=None)
    if run is None or (language in HAN and not all(token.apart for token in run.tokens[1:])):
        return None
    breaks = [n for n, token in enumerate(run.tokens) if n and token.parted]
    if len(breaks) == 1:  # "the other half now: …": words of the sentence are list words as well
        run = Run(run.tokens[breaks[0] :], run.places[breaks[0] :])
    most = len(run) * 10 >= len(tokens) * (8 if language in HAN else 6)
    listed = len(run) >= 4 and run.tokens[0].parted and run.tokens[-1] is tokens[-1]
    return run if most or listed else None
