"""WhatsApp's «Export chat»: a text file, as the phone's language writes dates (`_chat.txt` on iOS, one a chat on Android).

    [01.05.24, 15:04:05] Mia Musterfrau: Hallo        iOS
    01/05/2024 15:04 - Mia: Olá                       Android
    2024/5/1 下午3:04 - 小美: 你好

A line that begins with no date goes on with the message before. One without a sender is WhatsApp speaking, or was pasted: a
notice (encryption, members) is left out, anything else, such as the new title of a group, is a message of nobody. On iOS the
sender of what WhatsApp says is the chat, and a mark of direction begins it. All headers of a file are of one form, that of the
first; a line of another was pasted. Whether the day or the month comes first is told by the dates: they exist, and they ascend.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from .block import Message
from .source import without_columns
from .spoken import Spoken
from .times import moment
from .whatsappwords import about_group, chat_named, is_notice, names_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

# Words for before and after noon in CLDR, in the languages of our lexicons; in Chinese the parts of the day too
_BEFORE: Final = (
    "am", "a.m.", "a. m.", "a.m", "vorm.", "da manhã", "上午", "凌晨", "早上", "清晨", "午前", "오전", "sa", "pg", "öö", "पूर्वाह्न", "ص",
    "дп",
)  # fmt: skip
_AFTER: Final = (
    "pm", "p.m.", "p. m.", "p.m", "nachm.", "da tarde", "下午", "傍晚", "晚上", "中午", "午後", "오후", "ch", "ptg", "ös", "अपराह्न", "م",
    "пп",
)  # fmt: skip
_NOON = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(_BEFORE + _AFTER, key=len, reverse=True))
_MARKS = "[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069\ufeff]*"  # of direction, which WhatsApp puts around dates and names
_DATE = (
    rf"(?P<first>\d{{1,4}}){_MARKS}(?:\.\s?|[/\-]|年|년\s?){_MARKS}(?P<second>\d{{1,2}}){_MARKS}(?:\.\s?|[/\-]|月|월\s?)"
    rf"{_MARKS}(?P<third>\d{{1,4}})[.日일]?"
)
_TIME = (
    rf"(?:(?!\d)(?P<before>{_NOON})\s?)?(?P<hour>\d{{1,2}})(?:[:.]|\sh\s)(?P<minute>\d{{2}})(?:(?:[:.]|\smin\s)(?P<seconds>\d{{2}})(?:\ss)?)?"
    rf"(?:(?!\s?[\]\-–])\s?(?P<after>{_NOON}))?"
)
_BETWEEN = r"(?:(?P<comma>[,،])|\sàs?|\sum|\sklo|\sa\sla(?:s|\(s\))?|\spukul|\slúc|\sв)?\s"
_WHEN: Final = (f"{_DATE}{_BETWEEN}{_MARKS}{_TIME}", f"{_TIME}(?P<comma>,)?\\s{_MARKS}{_DATE}")
_HEADERS: Final = tuple(
    re.compile(f"{_MARKS}{opening}{_MARKS}{when}{_MARKS}{closing}", re.IGNORECASE)
    for opening, closing in ((r"\[", r"\]\s?"), ("", r"\s[-–]\s"))
    for when in _WHEN
)
_AMERICAN: Final = re.compile(r"[1-9]\d?/[1-9]\d?/\d\d", re.ASCII)
_SENDER = re.compile(r"([^\n:]{1,200}?):(?:\s|$)")
_STRIPPED: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
_APP: Final = "\u200e"  # begins what the program itself says, media too
_ARCHIVE: Final = re.compile(r"\.zip(?:\.gz|\.zst)?:", re.IGNORECASE)  # what stands between the names of an archive and of a member
_CLOSE: Final = 3  # lines a message has at most, on the average, in a chat that begins in the midst
_BUDDHIST_YEARS = 543  # that the Thai calendar is ahead


class Form(NamedTuple):
    """How a header is written."""

    way: int  # of _HEADERS: brackets or a dash, date or time first
    comma: bool  # between them
    year_first: bool


class Stamp(NamedTuple):
    """A date as written, and what stands behind it on the line."""

    numbers: tuple[str, str, str]
    hour: int
    minute: int
    second: int
    american: bool  # 5/1/24 in these digits and strokes, with a capital AM or PM: the month may come first
    form: Form
    rest: str


def looks(head: Head) -> bool:
    """Say whether the first line is a WhatsApp header, and whether somebody says something after one of them.

    An export that begins in the midst of a message is told by the headers that follow close upon each other.
    """
    stamps = [stamp(line) for line in head.lines]
    begin = next((at for at, found in enumerate(stamps) if found is not None), len(stamps))
    spoken = sum(found is not None and _sender(found.rest) is not None for found in stamps)
    return spoken > (begin > 0) and (begin == 0 or _CLOSE * spoken >= len(stamps) - begin)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one chat."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def stamp(line: str) -> Stamp | None:
    """Read the date that begins a message; None for any other line."""
    start = line[:1]
    if not (start.isdigit() or (start and start in "[" + _STRIPPED) or line[:2] in _BEFORE + _AFTER):
        return None
    way, found = next(((way, match) for way, header in enumerate(_HEADERS) if (match := header.match(line))), (0, None))
    if found is None:
        return None
    hour, word = int(found["hour"]), found["before"] or found["after"] or ""
    if word and hour <= 12:
        hour = hour % 12 + (12 if re.sub(r"\s", " ", word).lower() in _AFTER else 0)
    numbers = (found["first"], found["second"], found["third"])
    is_plain = _AMERICAN.fullmatch(line, found.start("first"), found.end("third")) is not None and found["comma"] != "،"
    american = is_plain and word in {"AM", "PM"}
    form = Form(way, found["comma"] is not None, len(numbers[0]) > 2)
    return Stamp(numbers, hour, int(found["minute"]), int(found["seconds"] or 0), american, form, line[found.end() :])


def order(stamps: Iterable[Stamp]) -> str:
    """Tell in which order the dates of one form name year, month and day: ymd, dmy or mdy.

    >>> order([stamp("5/13/24, 3:04 PM - Mia: hi")]), order([stamp("13.05.24, 15:04 - Mia: hi")])
    ('mdy', 'dmy')
    """
    found = list(stamps)
    if any(one.form.year_first for one in found):
        return "ymd"
    usual = ("mdy", "dmy") if any(one.american for one in found) else ("dmy", "mdy")
    return min(usual, key=lambda dates: _flaws([_when(one, dates) for one in found]))


def _flaws(times: list[int | None]) -> int:
    """Count the dates that do not exist or come before the one above them."""
    there = [time for time in times if time is not None]
    return len(times) - len(there) + sum(later < earlier for earlier, later in pairwise(there))


def _messages(source: Source) -> Iterator[Message]:
    form, dates = _form_of(source)
    channel = _channel(source.name)
    spoken = Spoken(source)
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n")
            found = stamp(line)
            if form is None and found is not None:
                form = found.form
            if found is not None and found.form == form:
                if (begun := _said(number, found, dates, channel)) is None:
                    continue  # what follows a notice goes on with the message before: it may have been pasted there
                if (said := spoken.whole()) is not None:
                    yield said
                spoken.begin(begun)
            elif not spoken.take(line) and line.strip(_STRIPPED):
                source.notes.skip(f"{source.name}, line {number}", "no date begins this line, and no message stands before it")
    if (said := spoken.whole()) is not None:
        yield said


def _said(number: int, found: Stamp, dates: str, channel: str | None) -> Message | None:
    """Begin a message; None if it is but a notice."""
    sender = _sender(found.rest)
    text = found.rest if sender is None else found.rest[sender.end() :]
    said = text.strip(_STRIPPED)
    if sender is None or text.startswith(_APP):
        if is_notice(said):
            return None
        if names_group(said):
            sender = None
    who = None if sender is None else sender[1].strip(_STRIPPED + " ~\u202f\xa0")
    return Message(number, text.lstrip(_STRIPPED), None, _when(found, dates), who, channel)


def _sender(rest: str) -> re.Match[str] | None:
    """Find who says what follows a date."""
    found = _SENDER.match(rest)
    return None if found is None or about_group(rest, found.end(1)) else found


def _form_of(source: Source) -> tuple[Form | None, str]:
    """Tell the form of the headers and the order of their dates from the first part of the file."""
    stamps = [found for line in source.start().split("\n") if (found := stamp(line.rstrip("\r"))) is not None]
    form = stamps[0].form if stamps else None
    return form, order(found for found in stamps if found.form == form)


def _when(found: Stamp, dates: str) -> int | None:
    numbers = dict(zip(dates, map(int, found.numbers), strict=True))
    year = numbers["y"] + (2000 if numbers["y"] < 100 else -_BUDDHIST_YEARS if numbers["y"] > 2400 else 0)
    try:
        return moment(datetime(year, numbers["m"], numbers["d"], found.hour, found.minute, found.second))  # noqa: DTZ001 - the phone's clock
    except ValueError:
        return None


def _channel(name: str) -> str | None:
    """Name the chat by its file; `_chat.txt` by its folder, or by the innermost archive around it."""
    *around, path = (PurePath(part) for part in _ARCHIVE.split(name))
    file = path.name.removesuffix(".gz")
    if file == "_chat.txt":
        file = next(filter(None, (path.parent.name, *(one.name for one in around[-1:]))), file)
    return chat_named(file.removesuffix(".txt")) or None
