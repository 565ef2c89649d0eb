"""The small integers that the compiled stages share: kinds of characters, marks on them, stand-in code points.

``kind`` says what a folded code point is to matching and n-grams. The two high bits carry marks.
"""

from __future__ import annotations

from typing import Final

# kind, low four bits
OTHER: Final = 0  # symbols, emoji
LETTER: Final = 1  # scripts that put spaces between words
HANGUL: Final = 2  # words start at a space, but endings are glued on
IDEO: Final = 3  # Han, kana, Thai, Lao, Khmer, Burmese: a word may start and end anywhere
DIGIT: Final = 4
SPACE: Final = 5
SOFT: Final = 6  # , ( ) [ ] { } • and single line ends: a clause ends here; quotation marks, colons and 、 end nothing
HARD: Final = 7  # . ! ? ; and blank lines: a sentence ends here
TOKEN: Final = 8  # a stand-in for a link, e-mail address or handle
KIND: Final = 0x0F

# marks on a kind
CAPITAL: Final = 0x40  # was a capital letter
UNDONE: Final = 0x80  # was disguised (look-alike, leet, spaced out, hidden characters inside)

# stand-in code points (private use; the same code points in a message are folded to a space)
LINK: Final = 0xE000
EMAIL: Final = 0xE001
HANDLE: Final = 0xE002

# script of a letter, as far as look-alikes go
NO_SCRIPT: Final = 0
LATIN: Final = 1
CYRILLIC: Final = 2
ALIEN: Final = 3  # Greek, Armenian, Cherokee …: scripts whose letters pass for Latin ones

ALPHABETIC: Final = 0x700  # letters of Latin, Greek, Cyrillic, Hebrew, Arabic lie below
PLANES: Final = 0x20000  # code points that terms may use lie below: the basic and the supplementary multilingual plane

# style of an original code point
UPPER: Final = 1
DRESSED: Final = 2  # mathematical, circled, full-width … form of an ASCII letter
HIDDEN: Final = 4  # invisible

# in the delta table: at and above LONG an index of a longer replacement; DROP: nothing is left; BLANK: a space
LONG: Final = 0x200000
DROP: Final = 0x400000
BLANK: Final = 0x500000


def packed(word: str) -> int:
    """Pack up to eight ASCII letters into one integer, first letter highest.

    >>> hex(packed("com"))
    '0x636f6d'
    """
    value = 0
    for char in word:
        value = value << 8 | ord(char)
    return value
