"""When a message was sent, in milliseconds since 1970, whatever an export writes; None where it says nothing.

What stands in a field of times and cannot be told is ``UNTOLD``, so that whoever packs messages counts it. A time with a
zone becomes UTC. A time without one keeps the clock of whoever made the export: nothing here guesses zones.
"""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

_START: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive: wall clocks are compared with it
_START_UTC: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999, all that a datetime can show
# A count since 1970 is in seconds up to 1e11 (the year 5138), then in milliseconds, microseconds, nanoseconds: so many a second.
# Whole numbers: a float64 does not hold a count of nanoseconds.
_UNITS: Final = ((10**11, 1), (10**14, 1000), (10**17, 10**6))
_FINEST: Final = 10**9
_LONGEST: Final = 100  # characters; a time in words has some sixty, and patterns go back and forth in what is longer
_MOST_COUNT: Final = 1e21  # the year 9999 in nanoseconds is a quarter of it
_FRACTION: Final = re.compile(r"[.eE]")
# The year first and whatever between: 2024/5/1 9:04, 2024年5月1日; it is the order that leaves nothing to guess
_YEAR_FIRST: Final = re.compile(
    r"\s*(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})日?\.?"
    r"(?:[\sT]\s*(\d{1,2}):(\d\d)(?::(\d\d)([.,]\d{1,9})?)?\s*([+-]\d\d:?\d\d)?)?\s*$"
)
_UTC: Final = re.compile(r"(?<=\d)\s*(?:[+-]00:?00)?\s*(?:UTC|GMT|Z)\s*$")  # 2024-05-01 10:00:00 UTC, as BigQuery and Rails write it
# RFC 2822, of whose zones only those are read that say which they are: Wed, 01 May 2024 10:00:00 +0000
_MAIL: Final = re.compile(r"\s*(?:[A-Z][a-z]{2},\s*)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d\d?:\d\d(?::\d\d)?\s*(?:[+-]\d{4}|UTC|GMT|Z)?\s*$")
_NAMED: Final = (
    "%d-%b-%y %I:%M %p",  # the older DiscordChatExporter: 01-May-24 10:00 AM
    "%a %b %d %H:%M:%S %z %Y",  # Twitter: Wed May 01 10:00:00 +0000 2024
    "%a %b %d %Y %H:%M:%S GMT%z",  # JavaScript: Wed May 01 2024 10:00:00 GMT+0000
)
_LEAST_COUNT = 10**8  # 1973; a smaller number is a year, a date without dashes or a row number
UNTOLD: Final[int] = type("_Untold", (int,), {})()  # told by identity; false, so that `or` goes on to where else a time may stand


def known(time: int | None) -> int | None:
    """Give a time that is one.

    >>> known(iso("05/01/2024")), known(iso("1970-01-01T00:00:00Z")), known(iso(""))
    (None, 0, None)
    """
    return None if time is UNTOLD else time


def moment(when: datetime) -> int:
    """Count the milliseconds since 1970.

    Raises
    ------
    OverflowError
        In UTC it is of no year that can be shown: 0001-01-01T00:00:00+01:00.
    """
    found = (when - (_START if when.tzinfo is None else _START_UTC)) // _MILLISECOND
    if not _FIRST <= found <= _LAST:
        raise OverflowError
    return found


def since(count: object, per_second: int) -> int | None:
    """Read a count of seconds (1), milliseconds (1000) … since 1970, as a number or as digits.

    >>> since("1700000000", 1), since(1700000000123, 1000), since(None, 1), since("soon", 1) is UNTOLD
    (1700000000000, 1700000000123, None, True)
    """
    return _told(_since(count, per_second), count)


def _told(found: int | None, field: object) -> int | None:
    """Give what was found in a field of times, or whether there was something that could not be told."""
    return UNTOLD if found is None and field not in (None, "") else found


def _since(count: object, per_second: int) -> int | None:
    if isinstance(count, bool) or not isinstance(count, int | float | str):
        return None
    try:
        found = _milliseconds(count, per_second)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST <= found <= _LAST else None


def _milliseconds(count: float | str, per_second: int) -> int:
    """Make milliseconds of a count; what is finer is dropped, and nothing else is, which a float64 would not promise.

    Raises
    ------
    ValueError, OverflowError
        It is no number, or none that a time could be.
    """
    if isinstance(count, int) or (isinstance(count, str) and not _FRACTION.search(count)):
        return int(count) * 1000 // per_second
    if not abs(float(count)) < _MOST_COUNT:  # 1e999999999 is short to write and long to multiply
        raise OverflowError
    return int(Decimal(str(count)) * 1000 // per_second)


def iso(text: object) -> int | None:
    """Read ISO 8601.

    >>> iso("2024-05-01T12:00:00+02:00") == iso("2024-05-01T10:00:00Z") == iso("2024-05-01 10:00:00")
    True
    """
    return _told(_iso(text), text) if isinstance(text, str) else None


def _iso(text: str) -> int | None:
    try:
        return moment(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def mail(text: str | None) -> int | None:
    """Read the date of a mail (RFC 5322)."""
    return _told(_mail(text), text)


def _mail(text: str | None) -> int | None:
    try:
        return moment(email.utils.parsedate_to_datetime(text)) if text else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def written(text: object, *forms: str) -> int | None:
    """Read a time written in one of ``forms`` (strptime), else in ISO 8601."""
    if isinstance(text, str):
        for form in forms:
            try:
                return moment(datetime.strptime(text.strip(), form))  # noqa: DTZ007 - the export's own clock
            except (ValueError, OverflowError):
                continue
    return iso(text)


def any_of(value: object) -> int | None:
    """Read a time whose form is not known: ISO 8601, the year first, or a count since 1970 in the unit that gives a sensible year.

    >>> any_of("1700000000") == any_of(1700000000000) == any_of("2023-11-14T22:13:20Z") == any_of("2023/11/14 22:13:20")
    True
    """
    if isinstance(value, str) and value[4:5] == "-":
        return _said(value)
    if isinstance(value, datetime):
        return _iso(value.isoformat())
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        count = float(value) if isinstance(value, str) else value
    except ValueError:
        return _said(value)
    if not count >= _LEAST_COUNT:
        return _said(value)
    return _since(value, next((per_second for limit, per_second in _UNITS if count < limit), _FINEST))


def _said(value: object) -> int | None:
    """Read a time in digits and words: ISO 8601, or another form in which only one thing can be meant."""
    if not isinstance(value, str):
        return None
    found = _iso(value)
    if found is not None:
        return found
    value = _uncommented(value.strip())
    if len(value) > _LONGEST:
        return None
    if _MAIL.match(value):
        return _mail(value)
    value = _UTC.sub("", value)
    if (numbers := _YEAR_FIRST.match(value)) is None:
        return known(written(value, *_NAMED))
    year, month, day, hour, minute, second, part, zone = numbers.groups(default="")
    return _iso(f"{year}-{month:0>2}-{day:0>2}T{hour or '0':0>2}:{minute or '00'}:{second or '00'}{part.replace(',', '.')}{zone}")


def _uncommented(text: str) -> str:
    """Leave out a remark at the end, however long.

    >>> _uncommented("10:00:00 +0200 (Central European Summer Time)"), _uncommented("(a) 10:00)")
    ('10:00:00 +0200', '(a) 10:00)')
    """
    before, opened, comment = text.rpartition("(")
    return before.rstrip() if opened and comment.find(")") == len(comment) - 1 else text


def shown(moments: pa.TimestampArray) -> bool:
    """Say whether all of these milliseconds are of years that a datetime can show."""
    bounds = pc.min_max(moments.cast(pa.int64())).as_py()
    return bounds["min"] is None or bool(_FIRST <= bounds["min"] and bounds["max"] <= _LAST)


def counted(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read many counts since 1970 as ``any_of`` reads one.

    Returns
    -------
    (n,) int64, milliseconds; and (n,) bool, where they can be told
    """
    seconds, _ = _UNITS[0]
    units = np.select([counts < limit for limit, _ in _UNITS[1:]], [per_second // 1000 for _, per_second in _UNITS[1:]], _FINEST // 1000)
    found = np.where(counts < seconds, np.clip(counts, 0, seconds) * 1000, counts // units)  # clipped: nothing overflows
    there = (counts >= _LEAST_COUNT) & (found <= _LAST)
    return np.where(there, found, 0), there
