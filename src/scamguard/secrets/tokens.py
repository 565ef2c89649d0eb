"""The words of a text that may be a phrase, without what only counts them: "word 7:", "second half:", "(a)", ``<li>``.

Such labels are made of list words themselves ("word", "first", "half"), so a text that holds some is read with them and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import regex

from .lists import folded

_GAP: Final = 24  # code points between two words of a phrase, at most: numbering, commas, line ends
_WORD: Final = regex.compile(
    r"(?V1)\p{Han}|[\p{Hiragana}\p{Katakana}ー\u3099\u309a]+|\p{Hangul}+"
    r"|(?:[\p{L}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]\p{M}*)+",
)
_STRONG: Final = regex.compile(r"[\n:;=.!?\"'`“”‘’«»「」()\[\]{}<>。！？：；—–]")
_SAYS: Final = r"(?=[\"'”’*_)\]]{0,3}[ \t]?[:：=])"
COUNT: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty(?:[ -]?(?:one|two|three|four))?)"
)
ORDINAL: Final = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    r"|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty[ -](?:first|second|third|fourth)|last|next|other|final)"
)
_PIECE: Final = r"(?:half|part|row|column|group|page|side|words?)"
_LABEL: Final = regex.compile(
    r"(?i)(?:\b(?:words?|palabras?|mots?|wort|wörter|palavras?|parola|parole|slovo|слово|kata|kelime|शब्द|كلمة)|từ|単語|단어|第)"
    r"[ \t_]{0,3}(?:#|no\.?|n°|№)?[ \t]{0,3}\d{1,2}(?:[ \t]?(?:[-–/]|of|de|von|из)[ \t]?\d{1,2}(?!\d))?"
    r"[ \t]{0,3}(?:(?:番目)?の?単語|번째 ?단어|[个個]?[词詞字]|[个個])?"
    rf"|\b(?:words?|{_PIECE}[ \t]{{1,2}})?[ \t]{{0,2}}{COUNT}{_SAYS}"
    rf"|\b{ORDINAL}(?:[ \t]{{1,2}}(?:\d{{1,2}}|six|twelve|{_PIECE})){{0,3}}{_SAYS}"
    rf"|\b(?:first|second|last|other|final|1st|2nd)(?:[ \t]{{1,2}}(?:\d{{1,2}}|six|twelve|{_PIECE})){{1,3}}(?=[ \t*_]{{0,3}}\n)"
    r"|\b\d{1,2}(?:st|nd|rd|th)\b"
    rf"|\b{_PIECE}[ \t]{{1,2}}(?:\d{{1,2}}|[ab]|i{{1,2}}){_SAYS}"
    rf"|\b\p{{L}}{{1,10}}_?\d{{1,2}}{_SAYS}"  # w7: x, seed_7 = x
    r"|(?<![\p{L}\p{M}\d'’])(?:[a-z]|[ivx]{2,6})[).:\]]"  # (a) x, b) x, iv. x
    r"|</?[a-z][a-z0-9]{0,9}(?:[ \t\n][^<>]{0,120})?>|&[a-z]{2,6};",
)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A word at ``text[start:stop]``, and whether a line, sentence or bracket ended just before it."""

    key: str
    start: int
    stop: int
    parted: bool  # a strong boundary stands before
    apart: bool  # anything stands before
    far: bool  # too much stands before


def labels_in(text: str) -> tuple[bytearray, int]:
    """Mark the code points of ``text`` that only count words, and say how many labels they make."""
    labels = bytearray(len(text))
    count = 0
    for found in _LABEL.finditer(text):
        labels[found.start() : found.end()] = b"\1" * len(found[0])
        count += 1
    return labels, count


def tokens_of(text: str, labels: bytearray | None = None) -> list[Token]:
    """Cut a text into words; ``labels`` marks the code points that only count them."""
    tokens: list[Token] = []
    last = 0
    for found in _WORD.finditer(text):
        start, stop = found.span()
        if labels and labels[start]:
            continue
        gap = text[last:start]
        length = len(gap) - (labels.count(1, last, start) if labels else 0)
        tokens.append(Token(folded(found[0]), start, stop, bool(_STRONG.search(gap)), bool(gap), length > _GAP))
        last = stop
    return tokens
