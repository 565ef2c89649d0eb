"""Engine: all stages of a score in one compiled loop, chunk by chunk in one room that fits the cache.

It calls the kernels that ``Model.read`` calls one by one, on the same numbers in the same order, so both give the same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from . import passages as windows
from .automaton import MOST_CONCEPTS
from .features import SHAPE, of_rules, of_shape
from .fold import Tables, fold_into, held_by, places
from .kernels import compiled, inlined
from .match import Work, find, work
from .merge import merge
from .ngrams import MOST_FRAMES
from .rules import Rules, fired
from .seen import SEEN
from .sums import add_chars, add_concepts, add_framed, add_words
from .tokens import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .automaton import Terms

CHUNK_MESSAGES: Final = 256
CHUNK_BYTES: Final = 1 << 15
FULL, CROWDED = 1, 2  # why the loop stopped: a message longer than the room, more firings than fitted


class Sums(NamedTuple):
    """The numbers a logit is added up from."""

    words: NDArray[Any]  # (2**word_bits,), float32 or int8, as the next three
    chars: NDArray[Any]  # (2**char_bits,)
    framed: NDArray[Any]  # (2**framed_bits,)
    concepts: NDArray[Any]  # (2**concept_bits,)
    scale: NDArray[np.float64]  # (4,), of words, chars, framed, concepts: what makes numbers of bytes
    rules: NDArray[np.float32]  # (r,)
    shape: NDArray[np.float32]  # (s,)
    floor: NDArray[np.float32]  # (r,)
    asking: NDArray[np.bool_]  # (r,), see ``passages.stand_out``
    bits: NDArray[np.int64]  # (4,), of words, chars, framed, concepts
    orders: NDArray[np.int64]  # (3,), shortest and longest run of characters, and how often one counts
    smooth: NDArray[np.float64]  # (4,), of words, chars, framed, concepts
    bias: NDArray[np.float64]  # (2,), and what is taken off for each e-fold of the places where small windows begin


class Found(NamedTuple):
    """Columns of hits, as in ``match.Hits``."""

    concept: NDArray[np.int16]
    at: NDArray[np.int32]
    end: NDArray[np.int32]
    unit: NDArray[np.int32]
    clause: NDArray[np.int32]
    sentence: NDArray[np.int32]
    starts: NDArray[np.int64]


class Room(NamedTuple):
    """Where the stages write: one row a code point, token, hit, firing, passage or n-gram of a chunk."""

    codes: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    origin: NDArray[np.int32]
    folded: NDArray[np.int64]
    key: NDArray[np.uint64]
    begin: NDArray[np.int32]
    after: NDArray[np.int32]
    sort: NDArray[np.uint8]
    tokens: NDArray[np.int64]
    work: Work
    own: Found  # what the model's terms find
    more: Found  # what the terms of a rule pack find
    more_work: Work
    both: Found
    tried: NDArray[np.int64]
    rule: NDArray[np.int16]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    fired: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    among: NDArray[np.int32]
    passages: NDArray[np.int64]
    framing: NDArray[np.int64]
    seen: NDArray[np.uint32]
    rule_ids: NDArray[np.uint32]
    rule_starts: NDArray[np.int64]
    shape: NDArray[np.float32]
    logits: NDArray[np.float64]


def room(size: int, firings: int, rules: int) -> Room:
    """Make room for chunks of ``size`` bytes and ``firings`` firings; what is not touched takes no memory."""
    n, m = CHUNK_MESSAGES, places(size)
    p, hits = windows.most(n, m), MOST_CONCEPTS * m
    columns: dict[Any, dict[str, int]] = {
        np.uint8: {"kinds": m, "sort": m},
        np.int16: {"rule": firings},
        np.int32: {"among": p, "origin": m, "begin": m, "after": m, "first": firings, "last": firings},
        np.uint32: {"codes": m, "seen": SEEN, "rule_ids": windows.OVERLAP * firings},
        np.int64: {"tried": rules, "framing": MOST_FRAMES, "start": p, "stop": p, "head": p, "tail": p},
        np.uint64: {"key": m},
        np.float64: {"logits": p},
    }
    arrays: dict[str, Any] = {name: np.empty(many, dtype) for dtype, names in columns.items() for name, many in names.items()}
    starts = dict.fromkeys(("folded", "tokens", "fired", "passages"), n + 1) | {"rule_starts": p + 1}
    arrays |= {name: np.zeros(many, np.int64) for name, many in starts.items()}
    found: dict[str, Any] = {name: _found(many, n) for name, many in (("own", hits), ("more", hits), ("both", 2 * hits))}
    lookups: dict[str, Any] = {"work": work(m), "more_work": work(m)}
    return Room(**arrays, **found, **lookups, shape=np.empty((p, len(SHAPE)), np.float32))


def _found(hits: int, n: int) -> Found:
    at, end, unit, clause, sentence = (np.empty(hits, np.int32) for _ in range(5))
    return Found(np.empty(hits, np.int16), at, end, unit, clause, sentence, np.zeros(n + 1, np.int64))


class Speech(NamedTuple):
    """What a message is read by."""

    tables: Tables
    terms: Terms
    rules: Rules
    sums: Sums
    pack: Terms  # those of a rule pack; only rules see what they find
    clearness: NDArray[np.int8]  # (c,), how clearly each concept speaks of a quotation: see ``quoted``


@compiled
def run(data, offsets, at, t, terms, rules, w, pack, clearness, r, out, clear):
    """Score the messages from ``at`` on, and say how clearly each speaks of a quotation.

    Return where it stopped and why: 0 at the end, else what room is too small.
    """
    total = len(offsets) - 1
    size = held_by(len(r.codes))
    while at < total:
        stop = at
        most = min(size, max(CHUNK_BYTES, offsets[at + 1] - offsets[at]))  # a long message is a chunk of its own
        while stop < total and stop - at < CHUNK_MESSAGES and offsets[stop + 1] - offsets[at] <= most:
            stop += 1
        if stop == at:
            return at, FULL
        n = stop - at
        folded, token, hit = r.folded[: n + 1], r.tokens[: n + 1], r.own.starts[: n + 1]
        fire, passage = r.fired[: n + 1], r.passages[: n + 1]
        fold_into(data, offsets[at : stop + 1], t, r.codes, r.kinds, r.origin, folded)
        cut(r.codes, r.kinds, folded, r.key, r.begin, r.after, r.sort, token)
        text, cuts = (r.codes, r.kinds), (r.key, r.begin, r.after, r.sort)
        own = _columns(r.own)
        find(*text, *cuts, token, terms, r.work, *own, hit)
        seen = r.own
        if len(pack.ends):
            more, seen = _columns(r.more), r.both
            find(*text, *cuts, token, pack, r.more_work, *more, r.more.starts[: n + 1])
            merge(own, hit, more, r.more.starts[: n + 1], _columns(seen), seen.starts[: n + 1])
        ruled = seen.starts[: n + 1]
        if fired(seen.concept, seen.unit, seen.clause, seen.sentence, ruled, rules, r.tried, r.rule, r.first, r.last, fire) > len(r.rule):
            return at, CROWDED
        p = windows.window(r.codes, folded, *cuts[1:], token, r.start, r.stop, r.head, r.tail, r.among, passage)
        start, end, head, tail = r.start[:p], r.stop[:p], r.head[:p], r.tail[:p]
        shape, logit = r.shape[:p], r.logits[:p]
        of_rules(seen.at, r.rule, r.first, r.last, fire, start, end, passage, r.rule_ids, r.rule_starts)
        windows.stand_out(start, end, passage, r.rule_ids, r.rule_starts, w.asking, r.among)
        begin_at(w.bias[0], w.bias[1], r.among, logit)
        add_words(r.key, r.sort, head, tail, w.bits[0], r.seen, w.words, w.scale[0], w.smooth[0], logit)
        runs = (w.orders[0], w.orders[1], w.orders[2], r.seen)
        add_chars(r.codes, r.kinds, start, end, w.bits[1], *runs, w.chars, w.scale[1], w.smooth[1], logit)
        frames = (rules.frame, w.bits[2], r.framing, r.seen)
        weighed = (w.framed, w.scale[2], w.smooth[2], logit)
        add_framed(r.key, r.begin, r.sort, own[0], own[1], hit, start, end, head, tail, passage, *frames, *weighed)
        weighed = (w.concepts, w.scale[3], w.smooth[3], logit)
        add_concepts(own[0], own[1], own[5], hit, start, end, passage, w.bits[3], r.seen, *weighed)
        of_shape(r.codes, r.kinds, r.begin, r.after, r.sort, start, end, head, tail, shape)
        add_columns(r.rule_ids, r.rule_starts, w.rules, shape, w.shape, logit)
        for i in range(n):
            out[at + i], _ = worst(logit, r.rule_ids, r.rule_starts, w.floor, passage[i], passage[i + 1])
            clear[at + i] = 0
            for h in range(hit[i], hit[i + 1]):
                clear[at + i] = max(clear[at + i], clearness[own[0][h]])
        at = stop
    return at, 0


@inlined
def _columns(found):
    """Give what ``match.find`` fills."""
    return found.concept, found.at, found.end, found.unit, found.clause, found.sentence


@compiled
def begin_at(bias, crowd, among, out):
    """Begin each logit at the bias, less what the worst of many windows is likely to reach by chance."""
    for p in range(len(out)):
        out[p] = bias - crowd * np.log(np.float64(among[p]))


@compiled
def add_sums(ids, starts, weights, smooth, out):
    """Add each row's scaled sum of weights, in reading order so that neighbours never change a bit."""
    for p in range(len(out)):
        total = 0.0
        for g in range(starts[p], starts[p + 1]):
            total += np.float64(weights[ids[g]])
        out[p] += total / np.sqrt(starts[p + 1] - starts[p] + smooth)


@compiled
def add_columns(rules, starts, rule_weights, shape, shape_weights, out):
    """Add the weights of each row's rules, and its shape times its weights."""
    for p in range(len(out)):
        for g in range(starts[p], starts[p + 1]):
            out[p] += np.float64(rule_weights[rules[g]])
        for s in range(shape.shape[1]):
            out[p] += np.float64(shape[p, s]) * np.float64(shape_weights[s])


@compiled
def worst_of(logits, rules, starts, floor, passages, out, which):
    """Find the worst passage of each message, (n + 1,) starts: fill its logit and place."""
    for i in range(len(out)):
        out[i], which[i] = worst(logits, rules, starts, floor, passages[i], passages[i + 1])


@compiled
def worst(logits, rules, starts, floor, first, last):
    """Find the worst of the passages ``first:last``, each lifted to the floors of its rules: ``(logit, passage)``."""
    highest, which = -np.inf, first
    for p in range(first, last):
        value = logits[p]
        for g in range(starts[p], starts[p + 1]):
            value = max(value, np.float64(floor[rules[g]]))
        if value > highest:
            highest, which = value, p
    return highest, which
