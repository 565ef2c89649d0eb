"""Quoted: what a message says is not what it quotes.

Whoever shows others what he was sent ("is this real?", "mods, ban him") repeats a scam word for word. So a suspect that quotes is read once
more without the quotation; where what is left speaks of it, the message is hardly worse than that. A quotation that nobody speaks of
counts in full, or an ask could be hidden between two marks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    # of a text: its log-odds, or None if it speaks of a quotation less clearly than that, or these are none below a bound
    Judge = Callable[[str, int, float], float | None]

WHY: Final = "These words are quoted, and the rest of the message speaks of them."
RULE: Final = "quote.told"
_SHOWN: Final = frozenset(("shown",))  # where a colon amid a line introduces it: most colons introduce something else
# Concepts of which one is met where somebody shows and doubts what he was sent. A warning or a kind word is not enough where no mark says
# what is quoted: a scam that ends in a line "Stay safe!", or begins with one "Beware of scammers:", speaks of nothing that it quotes.
_SHOWING: Final = _SHOWN | frozenset(("cast_out", "they_asked", "own_question"))
_TELLING: Final = _SHOWING | {"story", "past_own"}  # enough where a colon says what is quoted
_DOUBTING: Final = _TELLING | frozenset(  # enough where marks say it
    ("scam_word", "resisted", "report", "never_ask", "joke", "tip", "forbid", "official_path", "neg", "question")
)
# How clearly a concept speaks of a quotation: in how many of these it is
_CLEARER: Final = (_DOUBTING, _TELLING, _SHOWING, _SHOWN)
_MARKS_NEED, _COLON_NEEDS, _PARTS_NEED, _INLINE_NEEDS = range(1, len(_CLEARER) + 1)
UNKNOWN: Final = len(_CLEARER)  # of a message whose concepts are not known: it may speak of its quotation as clearly as any
# nats by which a message may be worse than what it says beside what marks, a colon that ends a line, one amid it, a paragraph sets apart
_MARKED, _COPIED, _INTRODUCED, _APART = 1.5, 3.5, 2.0, 4.0
MOST: Final = 1 << 14  # characters of a message in which quotations are looked for, four bytes each at most: see ``parts.LIMIT``
_BRIEF: Final = 700  # characters of a message that may copy without a mark; mails of an impostor tell of dangers, too
_FEW: Final = 5  # paragraphs of one, or lines
_APOSTROPHE: Final = r"(?<=\w){0}(?=\w)"  # within a word it closes nothing
_QUOTE: Final = re.compile(
    "|".join(
        (
            r"```.{12,2000}?```",
            r"“[^“”]{12,2000}”",
            r"(?<![\w=])\"[^\"\n]{12,2000}\"",
            r"«[^«»]{12,2000}»",
            r"»[^«»]{12,2000}«",
            r"„[^„“”]{12,2000}[“”]",
            r"「[^「」]{6,2000}」",
            r"『[^『』]{6,2000}』",
            rf"‘(?:[^‘’]|{_APOSTROPHE.format('’')}){{12,2000}}’(?!\w)",
            rf"(?<!\w)'(?:[^'\n]|{_APOSTROPHE.format(chr(39))}){{12,2000}}'(?!\w)",
            r"^[ \t]*>[^\n]*(?:\n[ \t]*>[^\n]*)*",  # RFC 3676, 4.5
        )
    ),
    re.DOTALL | re.MULTILINE,
)
_OPENING: Final = frozenset("`“\"«»„「『‘'>")  # without one of them nothing is marked
_COPY: Final = re.compile(r"[:：][ \t]*\n\s*(?=\S).{12}", re.DOTALL)
_INLINE: Final = re.compile(r"(?<!\d)[:：](?!//)(?=[ \t]*\S[^\n]{11})")
_PARAGRAPH: Final = re.compile(r"\S(?:(?:[^\n]|\n(?![ \t]*\n))*\S)?")
_LINE: Final = re.compile(r"\S(?:[^\n]*\S)?")


class Said(NamedTuple):
    """What a message says, taken apart from what it quotes."""

    text: str  # a dot of three where something was quoted
    start: int  # code points of what is quoted first
    stop: int
    least: int  # how clearly it must speak of the quotation (see ``clearness``), or it does not
    more: float  # nats by which the whole may be worse
    marked: bool = True  # a mark or colon says what is quoted


class Told(NamedTuple):
    """A message that speaks of its quotation."""

    odds: float  # its log-odds
    start: int  # code points of what is quoted first
    stop: int


def clearness(concepts: Sequence[str]) -> NDArray[np.int8]:
    """Say how clearly each of the concepts (c,) speaks of a quotation, (c,): not at all, where marks, a colon, anything set it apart.

    >>> clearness(["give", "question", "story", "cast_out", "shown"])
    array([0, 1, 2, 3, 4], dtype=int8)
    """
    return np.array([sum(concept in these for these in _CLEARER) for concept in concepts], np.int8)


def said(text: str, clear: int = UNKNOWN) -> Iterator[Said]:
    r"""Take a message apart: by marks of quotation, by a colon that ends a line, and a brief one by its first colon and its paragraphs.

    Where nothing in it, the quotation included, speaks of one more clearly than ``clear``, only what that is enough for is looked for.

    >>> [one.text for one in said('is this real? "Kraken here, send us your code"')]
    ['is this real?  … ']
    >>> [one.text for one in said("dad got this:\n\nKraken here, send us your code")]
    ['dad got this: …', '…\n\nKraken here, send us your code', 'dad got this:\n\n…']
    >>> [one.text for one in said("look what came at 12:30 today: Kraken: send us your code")]
    ['look what came at 12:30 today: …']
    """
    if len(text) > MOST:
        return
    if clear >= _MARKS_NEED and not _OPENING.isdisjoint(text) and (first := _QUOTE.search(text)) is not None:
        yield Said(_own(text), *first.span(), _MARKS_NEED, _MARKED)
    if clear >= _COLON_NEEDS and (copy := _COPY.search(text)) is not None:
        yield Said(_own(text[: copy.start()]) + ": …", copy.end() - 12, len(text), _COLON_NEEDS, _COPIED)
    if clear >= _INLINE_NEEDS and len(text) <= _BRIEF and (colon := _INLINE.search(text)) is not None:
        yield Said(_own(text[: colon.start()]) + ": …", colon.end(), len(text), _INLINE_NEEDS, _INTRODUCED, marked=False)
    for start, stop in _paragraphs(text) if clear >= _PARTS_NEED else ():
        yield Said(_own(f"{text[:start]}…{text[stop:]}"), start, stop, _PARTS_NEED, _APART, marked=False)


def _own(text: str) -> str:
    """Leave out what marks say is quoted: a reader's own question, quoted in an answer, does not speak of the answer."""
    return text if _OPENING.isdisjoint(text) else _QUOTE.sub(" … ", text)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Find the paragraphs of a brief message, or its lines where no blank one parts them; [] if there are not a few."""
    if len(text) > _BRIEF or "\n" not in text:
        return []
    for part in (_PARAGRAPH, _LINE):
        if len(found := [one.span() for one in part.finditer(text)]) > 1:
            return found if len(found) <= _FEW else []
    return []


def told(text: str, odds: float, judge: Judge, clear: int = UNKNOWN) -> Told | None:
    """Judge a suspect of these log-odds by what it says of its quotation; None if it does not speak of one, or is no better for it.

    ``clear`` is how clearly anything in it, the quotation included, speaks of one.
    """
    found = None
    for one in said(text, clear):
        beside = judge(one.text, one.least, odds - one.more)
        if beside is not None and beside + one.more < odds:
            odds = beside + one.more
            found = Told(odds, *((one.start, one.stop) if found is None else found[1:]))  # what marks say is quoted is shown
    return found
