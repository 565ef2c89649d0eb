"""Disguises: look-alike letters, leet and letters spaced out one by one are undone where the text shows intent.

Look-alikes (UTS #39) only inside a word that mixes scripts and only if every odd letter has a twin; leet only between
letters; spaced-out letters only in runs. What was undone is marked.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .breaks import find_breaks
from .kernels import BASIS, PRIME, compiled, inlined, is_wordlike, row_of
from .kinds import ALIEN, CYRILLIC, DIGIT, HANGUL, IDEO, KIND, LATIN, LETTER, NO_SCRIPT, OTHER, SPACE, UNDONE
from .slots import lookup

_MOST_TORN: Final = 3  # characters that stand together in a text that spaces tear apart
_MOST_SIGNS: Final = 3  # that stand for letters side by side
MIDDLE_DOT: Final = 0x30FB  # of Japanese, between words; it counts as a kana


@inlined
def _script(t, code):
    return t.script[row_of(t.page, code)]


@inlined
def _twin(t, code):
    return t.twin[row_of(t.page, code)]


@inlined
def _ascii_letter(code):
    return 97 <= code <= 122


@compiled
def undo_in_words(codes, kind, begin, end, t):
    """Undo look-alikes and leet, word by word, in place."""
    i = begin
    while i < end:
        if kind[i] & KIND not in (LETTER, DIGIT):
            i += 1
            continue
        j = i
        latin = foreign = other = 0
        while j < end:
            sort = kind[j] & KIND
            if sort == LETTER:
                script = _script(t, codes[j])
                latin += script == LATIN
                foreign += script >= CYRILLIC
                other += script == NO_SCRIPT
            elif sort == DIGIT or (j > i and _is_letter_sign(codes, j, end)):
                pass
            else:
                break
            j += 1
        if latin and foreign and not other:
            _unmix(codes, kind, i, j, t)
            letters, latin = latin + foreign, 0
            for k in range(i, j):
                latin += kind[k] & KIND == LETTER and _ascii_letter(codes[k])
            foreign = letters - latin
        if latin >= 2 and latin + foreign + other < j - i <= 20:
            _unleet(codes, kind, i, j)
        i = j


@inlined
def _is_letter_sign(codes, j, end):
    """Say whether ``$`` or ``@`` at ``j`` stands for a letter: behind a letter or another of them, and a letter follows: pa$$word."""
    if codes[j] not in (36, 64) or not (_ascii_letter(codes[j - 1]) or codes[j - 1] in (36, 64)):
        return False
    k = j + 1
    while k < end and k < j + _MOST_SIGNS and codes[k] in (36, 64):
        k += 1
    return k < end and _ascii_letter(codes[k])


@compiled
def _unmix(codes, kind, i, j, t):
    """Turn a word of mixed scripts into one script, if every odd letter has a twin there."""
    to_latin = to_cyrillic = True
    for k in range(i, j):
        if kind[k] & KIND == LETTER:
            script = _script(t, codes[k])
            if script >= CYRILLIC and not _twin(t, codes[k]):
                to_latin = False
            if script == ALIEN or (script == LATIN and not _cyrillic_twin(codes[k])):
                to_cyrillic = False
    for k in range(i, j):
        if kind[k] & KIND != LETTER:
            continue
        script = _script(t, codes[k])
        if to_latin and script >= CYRILLIC:
            codes[k] = _twin(t, codes[k])
            kind[k] |= UNDONE
        elif not to_latin and to_cyrillic and script == LATIN:
            codes[k] = _cyrillic_twin(codes[k])
            kind[k] |= UNDONE


_CYRILLIC_TWIN = np.zeros(128, np.uint32)
for _a, _b in zip("abcehkmoptxy", "авсенкмортху", strict=True):
    _CYRILLIC_TWIN[ord(_a)] = ord(_b)


@inlined
def _cyrillic_twin(code):
    return _CYRILLIC_TWIN[code] if code < 128 else np.uint32(0)


_LEET = np.zeros(128, np.uint32)
for _a, _b in zip("013457@$", "oieastas", strict=True):
    _LEET[ord(_a)] = ord(_b)


@compiled
def _unleet(codes, kind, i, j):
    """Turn digits into letters where at most three stand between letters and all digits inside the word could be leet."""
    last = j
    while last > i and kind[last - 1] & KIND == DIGIT:
        last -= 1  # digits at the end are a number: passw0rd1
    if kind[i] & KIND == DIGIT:
        return
    run = inner = 0
    for k in range(i, last):
        if _ascii_letter(codes[k]):
            run = 0
            continue
        run += 1
        inner += 1
        if run > 3 or codes[k] > 127 or not _LEET[codes[k]]:
            return
    if inner and j - last == 1 and codes[last] in (48, 51, 52):
        last = j  # phr4s3: after leet inside, one 0, 3 or 4 at the end is a vowel
    for k in range(i, last):
        if not _ascii_letter(codes[k]):
            codes[k] = _one(codes, k, last) if codes[k] == 49 else _LEET[codes[k]]
            kind[k] = LETTER | UNDONE


@inlined
def _one(codes, k, last):
    """Read a 1 inside a word: ``l`` beside another or before a vowel (p1ease, wa11et, rep1y), else ``i`` (s1gn)."""
    following = codes[k + 1] if k + 1 < last else 0
    return 108 if following in (49, 97, 101, 105, 111, 117, 121) or codes[k - 1] == 108 else 105


@inlined
def _is_of_word(codes, kind, i):
    return is_wordlike(kind[i]) and codes[i] != MIDDLE_DOT


@inlined
def _single(codes, kind, i, begin, end):
    """Say which sort of letter stands alone at ``i`` (0: none)."""
    sort = kind[i] & KIND
    if sort not in (LETTER, HANGUL, IDEO) or (sort == IDEO and (codes[i] < 0x3040 or codes[i] == MIDDLE_DOT)):
        return 0
    if i > begin and _is_of_word(codes, kind, i - 1):
        return 0
    if i + 1 < end and _is_of_word(codes, kind, i + 1):
        return 0
    if i > begin + 1 and codes[i - 1] == 39 and kind[i - 2] & KIND == LETTER:
        return 0  # the s of "that's" ends a word
    return sort


@compiled
def join_spaced(codes, kind, origin, begin, end, costs):
    """Join letters that stand one by one between equal separators, word by word; return the new end.

    Parameters
    ----------
    costs
        What words cost, see breaks.py.
    """
    out, i = begin, begin
    near = begin  # three places or less behind such a run, two letters are enough
    glued = False  # the letter before has just been joined to this one
    loose = begin  # up to here Han characters have been looked at that stand in twos and threes, too
    while i < end:
        if i >= loose and not glued and _is_han(codes, kind, i, end):
            loose, torn = _torn(codes, kind, i, begin, end)
            if torn:
                out = _written(codes, kind, origin, i, loose, out)
                i = loose
                continue
        many, mark = 0, np.uint8(0)
        sort = 0 if glued else _single(codes, kind, i, begin, end)
        glued = False
        if sort:
            many, mark = _spaced(codes, kind, i, begin, end, sort, 3 if sort == IDEO else 2 if i < near else 4)
        if not many and _is_han(codes, kind, i, end) and i + 2 < end and codes[i + 1] in (42, 124, 95, 126, 94, 43, 39):
            many = 2 if _is_han(codes, kind, i + 2, end) else 0
        if many:
            syllables = sort == HANGUL and codes[i + 1] == 32
            cut = sort == LETTER or syllables
            if sort == LETTER:
                near = i + 2 * many + 3
            if cut:
                find_breaks(codes, kind, i, many, costs)
            if syllables:
                _keep_known(codes, kind, i, many, costs)
            for k in range(many):
                at = i + 2 * k
                alone = syllables and (k == 0 or codes[at - 1] != 0) and (k + 1 == many or codes[at + 1] != 0)
                codes[out], kind[out], origin[out] = codes[at], kind[at] | (np.uint8(0) if alone else mark), origin[at]
                out += 1
                if cut and k + 1 < many and codes[at + 1]:
                    codes[out], kind[out], origin[out] = codes[at + 1], kind[at + 1], origin[at + 1]
                    out += 1
            # a pair may go on (密*码*是): its last letter is looked at again
            if mark == 0:
                out -= 1
                i += 2
                glued = True
            else:
                i += 2 * many - 1
            continue
        codes[out], kind[out], origin[out] = codes[i], kind[i], origin[i]
        out += 1
        i += 1
    return out


@compiled
def _spaced(codes, kind, i, begin, end, sort, least):
    """Count the letters spaced out from ``i`` on: ``(how many or 0, mark)``, 0 if fewer than ``least``."""
    if i + 1 >= end or not _separates(codes[i + 1], kind[i + 1]):
        return 0, np.uint8(0)
    between = codes[i + 1]
    if between == MIDDLE_DOT and (sort != IDEO or not _is_kana(codes[i])):
        return 0, np.uint8(0)
    many, k = 1, i + 2
    while k < end and codes[k - 1] == between and _single(codes, kind, k, begin, end) == sort:
        if between == MIDDLE_DOT and not _is_kana(codes[k]):
            break
        many += 1
        k += 2
    if sort == HANGUL and k < end and codes[k - 1] == between and kind[k] & KIND == HANGUL:
        many += 1  # the last syllable has its particle behind it
    return (many, np.uint8(UNDONE)) if many >= least else (0, np.uint8(0))


@inlined
def _separates(code, kind):
    """Say whether letters are spaced out with this: white space, a mark, or whatever sign is neither, a picture say."""
    return code in (32, 10, 46, 45, 95, 42, 124, 47, 0xB7, 44, 126, 43, MIDDLE_DOT) or (kind & KIND == OTHER and code > 127)


@inlined
def _is_kana(code):
    return 0x3040 < code <= 0x30FF


@compiled
def _keep_known(codes, kind, i, many, costs):
    """Part again the syllables that ``find_breaks`` took for one word, where nobody knows it: many words of Korean have but one."""
    first = 0
    for end in range(1, many + 1):
        if end < many and codes[i + 2 * end - 1] == 0:
            continue
        h = BASIS
        for at in range(end - 1, first - 1, -1):
            h = (h ^ np.uint64(codes[i + 2 * at])) * PRIME
        if lookup(costs, h) < 0:
            for at in range(first + 1, end):
                codes[i + 2 * at - 1], kind[i + 2 * at - 1] = 32, SPACE
        first = end


@inlined
def _is_han(codes, kind, i, end):
    """Say whether a character that words are written with, one by one, stands at ``i``: Han or kana."""
    return i < end and kind[i] & KIND == IDEO and codes[i] >= 0x3040


@compiled
def _torn(codes, kind, i, begin, end):
    """Find where the Han characters that spaces tear apart from ``i`` on end: ``(end, whether they are)``.

    Most stand alone, three at least, and no more than _MOST_TORN together: written so on purpose, or cut into words by a program.
    """
    if i > begin and is_wordlike(kind[i - 1]):
        return i + 1, False
    stop, pieces, alone = i, 0, 0
    while True:
        k = stop + (1 if pieces else 0)  # behind the space
        first = k
        while _is_han(codes, kind, k, end) and k - first <= _MOST_TORN:
            k += 1
        if k == first or k - first > _MOST_TORN or (k < end and is_wordlike(kind[k])):
            break
        pieces += 1
        alone += k - first == 1
        stop = k
        if k >= end or codes[k] != 32:
            break
    return max(stop, i + 1), alone > 2 and 2 * alone >= pieces


@inlined
def _written(codes, kind, origin, i, stop, out):
    """Write what stands at ``i:stop`` without its spaces to ``out``, and mark what stood alone; return the new end."""
    for k in range(i, stop):
        if codes[k] != 32:
            alone = (k == i or codes[k - 1] == 32) and (k + 1 == stop or codes[k + 1] == 32)
            codes[out], origin[out] = codes[k], origin[k]
            kind[out] = kind[k] | UNDONE if alone else kind[k]
            out += 1
    return out
