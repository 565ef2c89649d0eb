"""Scaling: what a message costs as one thing grows: its length, the batch, the terms, the table of weights, the threads.

Every point is measured in turns with the others of its study, and every point's answer is checked.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

import scamguard
from scamguard import lexicon, sieve
from scamguard.terms import compile_terms

from . import corpus
from .process import cores
from .results import spread
from .stages import read_to_the_end
from .worker import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scamguard.guard import Guard

_MANY = 20_000
_STUDY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to time: ``run`` judges ``messages`` messages of ``size`` bytes in all, and checks what comes back."""

    x: float
    run: Callable[[], Any]
    messages: int
    size: int


def lengths(guard: Guard, part: int) -> list[Point]:
    """Messages of 10 characters to a million, a megabyte of each; those of 300 or more end with a scam, and must be read to that end."""
    text = ". ".join(row.text for row in corpus.messages(_MANY))
    total = _STUDY_BYTES // part
    return [_length(guard, text, many, max(1, total // many)) for many in (10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000)]


def _length(guard: Guard, text: str, length: int, many: int) -> Point:
    end = f". {FIRST}" if length >= 300 else ""
    body = length - len(end)
    while len(text) < body + length:
        text += text
    rng = random.Random(length)  # noqa: S311
    starts = [rng.randrange(len(text) - body) for _ in range(many)]
    texts = [text[start : start + body] + end for start in starts]
    column = pa.array(texts, pa.large_string())

    assert not end or read_to_the_end(guard, texts[0], FIRST), f"the end of {length} characters is not read"
    alone = guard.score(texts[-1:])

    def run() -> None:
        risks = guard.score(column)
        assert len(risks) == many
        assert risks[-1] == alone[0], f"a message of {length} characters scores otherwise alone"

    return Point(length, run, many, sum(len(text.encode()) for text in texts))


def batch_sizes(guard: Guard, part: int) -> list[Point]:
    """Calls of one message to a hundred thousand; the risks must not differ in a bit."""
    texts = [row.text for row in corpus.messages(_MANY)]
    wanted = guard.score(texts)
    points = []
    for size in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000):
        times = 1 if size > _MANY else min(_MANY // size, 300 // part)
        column = pa.array(texts * (size // _MANY) or texts, pa.large_string())
        slices = [column.slice(i * size, size) for i in range(times)]
        right = np.tile(wanted, max(1, size // _MANY))[: size * times]

        def run(slices: list[pa.Array] = slices, right: Any = right) -> None:  # noqa: ANN401 - an array
            assert np.array_equal(np.concatenate([guard.score(part) for part in slices]), right)

        points.append(Point(size, run, size * times, sum(len(text.encode()) for text in column.slice(0, size * times).to_pylist())))
    return points


def _unsieved(guard: Guard) -> Guard:
    """Read every message: what is passed over costs the same whatever the engine looks up."""
    return replace(guard, model=replace(guard.model, sieve=sieve.NONE))


def term_counts(guard: Guard, part: int) -> list[Point]:
    """Lexicons of a thousand terms to a hundred thousand, of the bundled ones; a term of each must be found. Every message is read."""
    guard = _unsieved(guard)
    whole = lexicon.load()
    forms = [(i, form) for i, entry in enumerate(whole.entries) for form in entry.forms() if "|" not in form and "(" not in form]
    random.Random(corpus.SEED).shuffle(forms)  # noqa: S311
    column, size = _column(_MANY // part)
    points = []
    for many in (1000, 10_000) if part > 1 else (1000, 3000, 10_000, 30_000, 100_000):
        chosen: dict[int, list[str]] = {}
        for i, form in forms[:many]:
            chosen.setdefault(i, []).append(form)
        entries = tuple(replace(whole.entries[i], terms=tuple(terms)) for i, terms in sorted(chosen.items()))
        model = replace(guard.model, terms=compile_terms(replace(whole, entries=entries)))
        smaller = replace(guard, model=model)
        plain = next(form for _, form in forms[:many] if form.isascii() and form.replace(" ", "").isalpha())

        def run(smaller: Guard = smaller, plain: str = plain) -> None:
            assert len(smaller._one(plain).hits.concept), f"{plain!r} is not found"  # noqa: SLF001 - no public call tells of hits
            assert np.isfinite(smaller.score(column)).all()

        points.append(Point(many, run, len(column), size))
    return points


def table_sizes(guard: Guard, part: int) -> list[Point]:
    """Tables of 2^12 to 2^24 character weights; at the bundled size, with those weights, the risks must be as before. All is read."""
    guard = _unsieved(guard)
    column, size = _column(_MANY // part)
    wanted, own = guard.score(column), guard.model.settings.char_bits
    points = []
    for bits in (12, 16, 18, 20, 22, 24):
        weights = guard.model.weights.chars
        if bits != own:
            weights = np.random.default_rng(bits).normal(0, float(weights.std()), 1 << bits).astype(np.float32)
        settings = replace(guard.model.settings, char_bits=bits)
        other = replace(guard, model=replace(guard.model, weights=replace(guard.model.weights, chars=weights), settings=settings))

        def run(other: Guard = other, bits: int = bits) -> None:
            assert np.array_equal(other.score(column), wanted) == (bits == own)

        points.append(Point(4 << bits, run, len(column), size))
    return points


def threads(guard: Guard, part: int) -> list[Point]:
    """One thread to twice the cores; the risks must not differ in a bit."""
    column, size = _column(_MANY // part)
    wanted = guard.score(column)

    def run(many: int) -> None:
        assert np.array_equal(guard.score(column, threads=many), wanted)

    return [Point(many, partial(run, many), len(column), size) for many in sorted({1, 2, cores(), 2 * cores()})]


STUDIES = {  # with one thread processor time is taken, as what else the machine does counts less there
    "length": ("characters a message", lengths, time.process_time),
    "batch": ("messages a call", batch_sizes, time.process_time),
    "terms": ("terms", term_counts, time.process_time),
    "table": ("bytes of the table of character weights", table_sizes, time.process_time),
    "threads": ("threads", threads, time.perf_counter),
}


def measure(points: Sequence[Point], rounds: int, clock: Callable[[], float]) -> list[dict[str, Any]]:
    """Time the points in turns; seconds are of one call of ``run``."""
    taken: list[list[float]] = [[] for _ in points]
    for turn in range(rounds + 1):
        for point, seconds in zip(points, taken, strict=True):
            start = clock()
            point.run()
            if turn:  # the first warms up
                seconds.append(clock() - start)
    return [
        {"x": point.x, "seconds": spread(seconds), "bytes": point.size, "messages": point.messages}
        for point, seconds in zip(points, taken, strict=True)
    ]


def _column(many: int) -> tuple[pa.Array, int]:
    texts = [row.text for row in corpus.messages(many)]
    return pa.array(texts, pa.large_string()), sum(len(text.encode()) for text in texts)


if __name__ == "__main__":
    part, rounds = (5, 2) if "quick" in sys.argv else (1, 5)  # a fifth of the messages, fewer rounds
    guard = scamguard.load()
    studies = {name: {"axis": axis, "points": measure(make(guard, part), rounds, clock)} for name, (axis, make, clock) in STUDIES.items()}
    print(json.dumps({"studies": studies}))
