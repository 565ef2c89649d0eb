"""Sieve: a first look at a message that says of most ordinary ones that they need not be read.

A small linear model of its own, trained to let next to nothing through that the whole model would flag: runs of letters, words and pairs
of words, as the tables of the fold spell them, weighed window by window and sentence by sentence, so that innocent words around a scam hide
little. What leads somewhere or is spelled so that the fold would undo it is odd, and always read; what names a password, code, key or
recovery phrase is read at a lower logit. A message that is passed over has the logit that the sieve gives it, by itself as in any batch;
all others have that of the whole model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .disguises import MIDDLE_DOT
from .fold import PAD, spell, tables
from .kernels import compiled, inlined, is_wordlike
from .kinds import DIGIT, HARD, IDEO, KIND, LETTER, OTHER, UNDONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import TextBatch

ORDERS: Final = (4, 6, 8)  # bytes of a run: two to eight letters, one to three characters of Chinese
TABLES: Final = len(ORDERS) + 1  # one for each, one for words and pairs
BLOCK: Final = 64  # bytes after which a window may end; it holds two blocks
LEAST: Final = 24  # grams of a line or sentence that is weighed by itself
MOST_WINDOWS: Final = 8
SMOOTH: Final = 40.0
_MIX, _PAIR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_BLANK, _NEWLINE = 32, 10


class Sieve(NamedTuple):
    """What is weighed, and how much of it a message may show unread."""

    weights: NDArray[np.int8]  # (TABLES, 2**bits)
    numbers: NDArray[np.float64]  # (5,): what a step of the weights is worth, bias, nats off for each e-fold of windows; the logit from
    # which a message is read, and how much lower it is for one that names a secret
    named: NDArray[np.uint8]  # (2**bits,): one bit a table, set where a gram names a secret


NONE: Final = Sieve(np.zeros((TABLES, 2), np.int8), np.array([0.0, 0.0, 0.0, -np.inf, 0.0]), np.zeros(2, np.uint8))  # all is read


def sifted(batch: TextBatch, sieve: Sieve) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Look at a batch: the logit of each message, (n,), infinity for what is odd; and whether it is to be read, (n,)."""
    out, read = np.empty(len(batch)), np.empty(len(batch), np.bool_)
    start, stop = batch.offsets[:-1], batch.offsets[1:]
    sift(batch.data, start, stop, tables(), sieve, *space(start, stop), out, read)
    return out, read


def space(start: NDArray[np.int64], stop: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int32]]:
    """Make room for the longest of the messages ``start:stop`` (n,): code points, their kinds and their places."""
    size = int((stop - start).max(initial=0)) + PAD
    return np.empty(size, np.uint32), np.empty(size, np.uint8), np.empty(size, np.int32)


@compiled
def sift(data, start, stop, t, sieve, codes, kinds, origin, out, read):
    """Look at the messages ``data[start:stop]`` (n,): fill their logits, infinity for what is odd, and which of them are to be read."""
    weights, numbers, named = sieve
    step, bias, crowd, least = numbers[0], numbers[1], numbers[2], numbers[3]
    if least == -np.inf:
        out[:], read[:] = np.inf, True
        return
    shift = _shift(weights.shape[1])
    for n in range(len(start)):
        end = spell(data, start[n], stop[n], t.page, t.row, t.long, t.long_start, codes, kinds, origin, 0)
        if _odd(codes, kinds, end):
            out[n], read[n] = np.inf, True
            continue
        high, names = _weighed(codes, kinds, end, weights, named, shift, step, crowd)
        out[n] = bias + high
        read[n] = out[n] >= (least - numbers[4] if names else least)


@inlined
def _shift(size):
    bits = np.int64(0)
    while 1 << bits < size:
        bits += 1
    return np.uint64(64 - bits)


@inlined
def _odd(codes, kinds, end):
    """Say whether something leads somewhere, or is spelled so that the fold would undo it; written without branches, as vector code.

    Less is odd than the fold looks closer at: numbers in and beside words (2nd, 3.5) are everyday.
    """
    codes[end : end + PAD] = 0
    kinds[end : end + PAD] = OTHER
    odd = np.uint32(_apart(kinds, -1) & (end > 0))
    for i in range(end):
        c, one, two = codes[i], kinds[i] & KIND, kinds[i + 1] & KIND
        letter, digit = two == LETTER, two == DIGIT
        odd |= np.uint32(kinds[i] & UNDONE != 0)
        third, fourth = codes[i + 2], codes[i + 3]
        odd |= np.uint32((c == MIDDLE_DOT) & (third == MIDDLE_DOT))  # パ・ス・ワ
        odd |= np.uint32(((c == 64) & (i > 0)) | ((c == 46) & letter) | ((c == 58) & (codes[i + 1] == 47)))
        odd |= np.uint32(((c == 91) & (codes[i + 1] == 46)) | ((c == 93) & (codes[i + 1] == 40)))  # [.] and ](
        parted = ((third == 46) & (kinds[i + 3] & KIND == DIGIT)) | ((fourth == 46) & (kinds[i + 4] & KIND == DIGIT))
        odd |= np.uint32((c == 46) & digit & (parted | ((codes[i + 4] == 46) & (kinds[i + 5] & KIND == DIGIT))))  # 203.0.113.5
        odd |= np.uint32((c == 36) & letter)
        fifth = (kinds[i + 3] & KIND == DIGIT) & (kinds[i + 4] & KIND == LETTER)
        longer = (kinds[i + 2] & KIND == DIGIT) & ((kinds[i + 3] & KIND == LETTER) | fifth)
        odd |= np.uint32((one == LETTER) & digit & ((kinds[i + 2] & KIND == LETTER) | longer))  # pa5sword, wa11et
        odd |= np.uint32((one == LETTER) & letter & ((c < 128) != (codes[i + 1] < 128)))
        odd |= np.uint32(~is_wordlike(kinds[i]) & _apart(kinds, i))
        hider = (c == 42) | (c == 43) | (c == 39) | (c - np.uint32(94) < np.uint32(2)) | (c == 124) | (c == 126)
        odd |= np.uint32(hider & (two == IDEO) & (i > 0) & (kinds[i - (i > 0)] & KIND == IDEO))  # 密*码
    return odd != 0


@inlined
def _apart(kinds, i):
    """Say whether three letters stand one by one after place ``i``: p a s s."""
    apart = is_wordlike(kinds[i + 1]) & ~is_wordlike(kinds[i + 2]) & is_wordlike(kinds[i + 3])
    return apart & ~is_wordlike(kinds[i + 4]) & is_wordlike(kinds[i + 5]) & ~is_wordlike(kinds[i + 6])


@inlined
def _weighed(codes, kinds, end, weights, named, shift, step, crowd):
    """Weigh the worst window, line or sentence, less what the worst of many is likely to reach by chance; say if a secret is named."""
    last, word, before = np.uint64(0x2020202020202020), np.uint64(0), np.uint64(0)
    total, many = np.int64(0), 0  # what the grams weigh, and how many there are
    total_1, total_2, many_1, many_2 = np.int64(0), np.int64(0), 0, 0  # as it was one and two blocks ago
    total_line, many_line = np.int64(0), 0  # and where the line or sentence began
    size, edge, high, names = 0, BLOCK, -np.inf, False
    first, until, size_of, behind = 0, 0, 0, 0  # where the word begins and ends, how long the one before is, where one that came again ends
    for i in range(end):
        if i < behind or _repeats(codes, i, end, last):
            continue
        c, kind = _even(codes[i]), kinds[i] & KIND
        if not word and _within(c, kind):
            behind = _again(codes, kinds, first, size_of, i, end)
            if behind:
                continue
            first = i
        last, bytes_of = _appended(last, c)
        size += bytes_of
        if _within(c, kind):
            word, until = (word ^ np.uint64(c)) * _MIX, i + 1
        elif word:
            total += _of_word(weights, before, word, shift)
            names |= _names(named, before, word, shift)
            many += 2 if before else 1
            before, word, size_of = word, np.uint64(0), until - first
        total += weights[0, _run_id(last, 4, shift)]
        total += weights[1, _run_id(last, 6, shift)]
        total += weights[2, _run_id(last, 8, shift)]
        if kind == IDEO:
            names |= (named[_run_id(last, 6, shift)] & 2 | named[_run_id(last, 8, shift)] & 4) != 0
        many += 3
        if c == _NEWLINE or kind == HARD:
            if many - many_line >= LEAST:
                high = max(high, _scaled(total - total_line, many - many_line, step))
            total_line, many_line = total, many
        if size > edge:
            if edge >= 2 * BLOCK:
                high = max(high, _scaled(total - total_2, many - many_2, step))
            total_2, total_1 = total_1, total
            many_2, many_1 = many_1, many
            edge += BLOCK
    if word:
        total += _of_word(weights, before, word, shift)
        names |= _names(named, before, word, shift)
        many += 2 if before else 1
    if many - many_line >= LEAST:
        high = max(high, _scaled(total - total_line, many - many_line, step))
    high = max(high, _scaled(total - total_2, many - many_2, step))
    return high - crowd * np.log(np.float64(min(max((size - 1) // BLOCK, 1), MOST_WINDOWS))), names


@compiled
def shingles(data, start, stop, t, bits, codes, kinds, origin, ids, starts):
    """Write down what ``sift`` weighs of each message, (n + 1,) starts into ``ids``, which are places in all tables laid end to end.

    Returns
    -------
    how many there are
    """
    shift, size, many = np.uint64(64 - bits), np.uint64(1) << np.uint64(bits), 0
    for n in range(len(start)):
        end = spell(data, start[n], stop[n], t.page, t.row, t.long, t.long_start, codes, kinds, origin, 0)
        last, word, before = np.uint64(0x2020202020202020), np.uint64(0), np.uint64(0)
        first, until, size_of, behind = 0, 0, 0, 0
        for i in range(end + 1):
            if i < behind or (i < end and _repeats(codes, i, end, last)):
                continue
            c, kind = (_even(codes[i]), kinds[i] & KIND) if i < end else (np.uint32(_BLANK), np.uint8(0))
            if not word and _within(c, kind):
                behind = _again(codes, kinds, first, size_of, i, end)
                if behind:
                    continue
                first = i
            if _within(c, kind):
                word, until = (word ^ np.uint64(c)) * _MIX, i + 1
            elif word:
                ids[many] = np.uint64(3) * size + _word_id(word, shift)
                many += 1
                if before:
                    ids[many] = np.uint64(3) * size + _pair_id(before, word, shift)
                    many += 1
                before, word, size_of = word, np.uint64(0), until - first
            if i < end:
                last, _ = _appended(last, c)
                ids[many] = _run_id(last, 4, shift)
                ids[many + 1] = size + _run_id(last, 6, shift)
                ids[many + 2] = size + size + _run_id(last, 8, shift)
                many += 3
        starts[n + 1] = many
    return many


@inlined
def _repeats(codes, i, end, last):
    """Say whether a code point comes again: three alike or more count once, and so does a gap, of which a line end is what remains.

    ``last`` holds what was kept before it.
    """
    c, after = codes[i], codes[i + 1] if i + 1 < end else np.uint32(0)
    if c == _BLANK or c == _NEWLINE:
        return after == _NEWLINE or last >> np.uint64(56) == _NEWLINE or (c == _BLANK and after == _BLANK)
    before = codes[i - 1] if i else np.uint32(0)
    return c == after and (before == c or (i + 2 < end and codes[i + 2] == c))


@inlined
def _again(codes, kinds, first, size, i, end):
    """Say where the word at ``i`` and the blanks behind it end, if it is the word before once more (at ``first``); else 0.

    What is said again and again weighs once: else it would drown what stands beside it.
    """
    if not size or i + size > end:
        return 0
    for k in range(size):
        if codes[i + k] != codes[first + k]:
            return 0
    stop = i + size
    if stop < end and _within(_even(codes[stop]), kinds[stop] & KIND):
        return 0
    while stop < end and codes[stop] == _BLANK:
        stop += 1
    return stop


@inlined
def _even(c):
    return np.uint32(48) if 48 <= c < 58 else c


@inlined
def _within(c, kind):
    """Say whether an evened code point belongs to a word."""
    return LETTER <= kind <= DIGIT or c == 39


@inlined
def _appended(last, c):
    """Push a code point, of one to three bytes, behind the last eight bytes: these, and how many bytes it took."""
    if c < 0x80:
        return last >> np.uint64(8) | np.uint64(c) << np.uint64(56), 1
    if c < 0x800:
        return last >> np.uint64(16) | (np.uint64(c) & np.uint64(0xFFFF)) << np.uint64(48), 2
    return last >> np.uint64(24) | (np.uint64(c) & np.uint64(0xFFFFFF)) << np.uint64(40), 3


@inlined
def _run_id(last, order, shift):
    """Place the last ``order`` of eight bytes: a product's highest bits hang on all of them (Knuth, TAOCP 3, 6.4)."""
    return (last >> np.uint64(64 - 8 * order)) * _MIX >> shift


@inlined
def _word_id(word, shift):
    return (word ^ word >> np.uint64(32)) * _MIX >> shift


@inlined
def _pair_id(before, word, shift):
    return _word_id((before * _PAIR) ^ word, shift)


@inlined
def _of_word(weights, before, word, shift):
    """Give what a word weighs, and its pair with the one before, if there is one."""
    found = np.int64(weights[3, _word_id(word, shift)])
    return found + weights[3, _pair_id(before, word, shift)] if before else found


@inlined
def _names(named, before, word, shift):
    """Say whether a word, or its pair with the one before, names a secret."""
    return (named[_word_id(word, shift)] | (named[_pair_id(before, word, shift)] if before else np.uint8(0))) & 8 != 0


@inlined
def _scaled(total, many, step):
    return np.float64(total) * step / np.sqrt(many + SMOOTH)
