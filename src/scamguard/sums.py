"""Sums: what the n-grams of each passage weigh, added up without writing them down.

The same n-grams in the same order as in :mod:`scamguard.ngrams`, which names them for those who want to see them. A table of weights
may hold bytes, of which ``scale`` makes numbers: sums of bytes are exact, so the order of adding never shows.
"""

from __future__ import annotations

import numpy as np

from .kernels import compiled, inlined
from .kinds import KIND
from .ngrams import (
    MOST_FRAMES,
    char_id,
    clause_end,
    concept_id,
    framed_by,
    framed_id,
    grown,
    hits_within,
    is_word,
    pair_id,
    runs_count,
    skip_id,
    word_id,
)
from .seen import cleared, counters, is_new


@inlined
def _nothing(weights):
    """Give a zero to add weights up from: of bytes an int64, of 32-bit numbers a float64."""
    return weights.dtype.type(0) + np.int64(0)


@inlined
def _scaled(total, scale, many, smooth):
    return np.float64(total) * scale / np.sqrt(many + smooth)


@compiled
def add_words(key, sort, first, last, bits, seen, weights, scale, smooth, out):
    """Add what the words and pairs of neighbouring words of each passage weigh. ``seen`` (SEEN,) is room to work in."""
    for p in range(len(first)):
        total, many, before = _nothing(weights), 0, -1
        mask = cleared(seen, 2 * (last[p] - first[p]))
        for k in range(first[p], last[p]):
            if not is_word(sort[k] & KIND):
                continue
            one = word_id(key[k], bits)
            if is_new(seen, mask, one):
                total += weights[one]
                many += 1
            if before >= 0:
                two = pair_id(key[before], key[k], bits)
                if is_new(seen, mask, two):
                    total += weights[two]
                    many += 1
            before = k
        out[p] += _scaled(total, scale, many, smooth)


@compiled
def add_chars(codes, kinds, start, stop, bits, low, high, most, seen, weights, scale, smooth, out):
    """Add what the runs of ``low`` to ``high`` code points of each passage weigh, where ``runs_count`` says that they count.

    ``seen`` (SEEN,) is room to work in.
    """
    shift = np.uint64(64 - bits)
    for p in range(len(start)):
        total, many, last = _nothing(weights), 0, np.uint64(0)
        mask = counters(seen, stop[p] - start[p])
        full = min(start[p] + high - 1, stop[p]) if high == low + 2 else stop[p]
        for i in range(start[p], full):  # the first ones end fewer runs
            last = grown(last, codes[i], kinds[i])
            new = runs_count(seen, mask, last, high, shift, most)
            for k in range(low, min(high, i + 1 - start[p]) + 1):
                total += weights[char_id(last, k, shift)] * new
                many += new
        for i in range(full, stop[p]):  # three orders, as shipped: no loop within the loop
            last = grown(last, codes[i], kinds[i])
            new = runs_count(seen, mask, last, high, shift, most)
            total += weights[char_id(last, low, shift)] * new
            total += weights[char_id(last, low + 1, shift)] * new
            total += weights[char_id(last, low + 2, shift)] * new
            many += 3 * new
        out[p] += _scaled(total, scale, many, smooth)


@compiled
def add_framed(
    key, begin, sort, concept, at, hit_start, start, stop, first, last, passage, frame, bits, framing, seen, weights, scale, smooth, out
):
    """Add what the framed words of each passage weigh. ``framing`` (MOST_FRAMES,) and ``seen`` (SEEN,) are room to work in."""
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            total, grams = _nothing(weights), 0
            h, hits = hits_within(at, hit_start[n], hit_start[n + 1], start[p], stop[p])
            k, mask = first[p], np.int64(-1)
            while h < hits:  # clauses without a hit have no frame
                end = clause_end(sort, k, last[p])
                limit, many = begin[end] + 1 if end < last[p] else stop[p], 0
                while h < hits and at[h] < limit:
                    many = framed_by(concept[h], frame, framing, many)
                    h += 1
                if many and mask < 0:
                    mask = cleared(seen, MOST_FRAMES * (last[p] - first[p]))
                for x in range(k, end if many else k):
                    if is_word(sort[x] & KIND):
                        for f in range(many):
                            one = framed_id(key[x], framing[f], bits)
                            if is_new(seen, mask, one):
                                total += weights[one]
                                grams += 1
                k = end + 1
            out[p] += _scaled(total, scale, grams, smooth)


@compiled
def add_concepts(concept, at, sentence, hit_start, start, stop, passage, bits, seen, weights, scale, smooth, out):
    """Add what the concepts and their sequences weigh in each passage. ``seen`` (SEEN,) is room to work in."""
    for n in range(len(passage) - 1):
        for p in range(passage[n], passage[n + 1]):
            x, y = hits_within(at, hit_start[n], hit_start[n + 1], start[p], stop[p])
            total, many, mask = _nothing(weights), 0, cleared(seen, 4 * (y - x))
            for h in range(x, y):
                run = np.uint64(concept[h] + 1)
                one = concept_id(run, bits)
                if is_new(seen, mask, one):
                    total += weights[one]
                    many += 1
                for k in range(h + 1, min(h + 3, y)):
                    if sentence[k] != sentence[h]:
                        break
                    run = run << np.uint64(8) | np.uint64(concept[k] + 1)
                    one = concept_id(run, bits)
                    if is_new(seen, mask, one):
                        total += weights[one]
                        many += 1
                    if k == h + 2:
                        one = skip_id(concept[h], concept[k], bits)
                        if is_new(seen, mask, one):
                            total += weights[one]
                            many += 1
            out[p] += _scaled(total, scale, many, smooth)
