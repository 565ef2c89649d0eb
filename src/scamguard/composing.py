"""Composing: what several code points write together that are one character in composed text (NFC, UAX #15): kana with a sound mark,
a Cyrillic letter with its breve or dots, a Hangul syllable of its letters.

Systems that store text decomposed send such; whoever hides a word writes Hangul letter by letter as well, in the letters of a keyboard
(compatibility jamo), which are composed as a keyboard would.
"""

from __future__ import annotations

import itertools
import unicodedata
from typing import Final

import numpy as np

from .kernels import inlined
from .kinds import HANGUL, KIND, UNDONE

_VOICED = np.zeros((2, 0xC0), np.uint32)  # by sound mark and kana: what both are together
for _mark, _kana in itertools.product(range(2), range(0x3040, 0x3100)):
    _one = unicodedata.normalize("NFC", chr(_kana) + chr(0x3099 + _mark))
    _VOICED[_mark, _kana - 0x3040] = ord(_one) if len(_one) == 1 else 0
KEYS: Final = 0x3131  # the first of the letters of a keyboard, and of their half-width forms
_S, _L, _V, _T = 0xAC00, 0x1100, 0x1161, 0x11A7  # Unicode, 3.12: syllables, leading consonants, vowels, one before the trailing ones
_VOWELS, _TRAILS = 21, 28
_TRAILING = np.array([1, 2, 4, 7, 0, 8, 16, 17, 0, 19, 20, 21, 22, 0, 23, 24, 25, 26, 27])  # of each leading consonant; 0: none
_LEADING = np.zeros(_TRAILS, np.int64)  # one more than the leading consonant of each trailing one; 0: none
_LEADING[_TRAILING[_TRAILING > 0]] = 1 + np.flatnonzero(_TRAILING)


@inlined
def with_mark(code, before):
    """Give what a mark and the folded character ``before`` it write together, or 0."""
    if 0x3099 <= code <= 0x309A and 0x3040 <= before < 0x3100:
        return _VOICED[code - 0x3099, before - 0x3040]
    if code == 0x306 and (before == 0x438 or before == 0x443):  # й ў
        return np.uint32(0x439) if before == 0x438 else np.uint32(0x45E)
    if code == 0x308 and (before == 0x435 or before == 0x456):  # ё ї
        return np.uint32(0x451) if before == 0x435 else np.uint32(0x457)
    return np.uint32(0)


@inlined
def is_jamo(code):
    """Say whether a folded code point is a letter of Hangul."""
    return 0x1100 <= code < 0x1200


@inlined
def syllable(source, code, before, kind):
    """Compose a letter of Hangul with what stands before it: ``(what stands before now, what is begun)``, 0 for neither.

    Parameters
    ----------
    source
        The letter as it stands in the message.
    code
        The same, folded.
    before, kind
        The folded character before it.
    """
    nothing, typed = np.int64(0), source >= KEYS
    composed = kind & KIND == HANGUL and (before - _S) < 11172
    trail = (before - _S) % _TRAILS if composed else 0
    own = composed and (not typed or kind & UNDONE != 0)  # a letter of a keyboard joins only what was typed so, too
    if _V <= code < _V + _VOWELS:
        if _L <= before < _L + len(_TRAILING):
            if typed and _is_laughed(before, code):
                return nothing, nothing
            return _S + ((before - _L) * _VOWELS + code - _V) * _TRAILS, nothing
        if typed and own and _LEADING[trail]:  # 빔 and ㅣ are 비 and 미
            return before - trail, _S + ((_LEADING[trail] - 1) * _VOWELS + code - _V) * _TRAILS
    elif own and trail == 0:
        if _T < code < _T + _TRAILS:
            return before + code - _T, nothing
        if typed and _L <= code < _L + len(_TRAILING) and _TRAILING[code - _L]:
            return before + _TRAILING[code - _L], nothing
    return nothing, nothing


@inlined
def _is_laughed(lead, vowel):
    """Say whether a consonant and a vowel are laughter and tears, and no syllable: ㅋㅠ, ㅎㅜ, ㅇㅡ."""
    return (lead == 0x110B or lead == 0x110F or lead == 0x1112) and (vowel == 0x116E or vowel == 0x1172 or vowel == 0x1173)
