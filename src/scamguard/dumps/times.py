"""When a message was sent, in milliseconds since 1970, whatever an export writes; None where it cannot be told.

A time with a zone becomes UTC. A time without one keeps the clock of whoever made the export: nothing here guesses zones.
"""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_START: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive: wall clocks are compared with it
_START_UTC: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999, all that a datetime can show
# A count since 1970 is in seconds up to 1e11 (the year 5138), then in milliseconds, microseconds, nanoseconds
_UNITS: Final = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (float("inf"), 1e-6))
# The year first and whatever between: 2024/5/1 9:04, 2024年5月1日; it is the order that leaves nothing to guess
_YEAR_FIRST: Final = re.compile(r"\s*(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})日?\.?(?:[\sT]\s*(\d{1,2}):(\d\d)(?::(\d\d))?)?\s*$")
_NAMED: Final = ("%d-%b-%y %I:%M %p",)  # the older DiscordChatExporter: 01-May-24 10:00 AM
_LEAST_COUNT = 1e8  # 1973; a smaller number is a year, a date without dashes or a row number


def moment(when: datetime) -> int:
    """Count the milliseconds since 1970."""
    return (when - (_START if when.tzinfo is None else _START_UTC)) // _MILLISECOND


def since(count: object, per_second: int) -> int | None:
    """Read a count of seconds (1), milliseconds (1000) … since 1970, as a number or as digits.

    >>> since("1700000000", 1), since(1700000000123, 1000), since("soon", 1)
    (1700000000000, 1700000000123, None)
    """
    if isinstance(count, bool) or not isinstance(count, int | float | str):
        return None
    try:
        whole = isinstance(count, int) or "." not in str(count)
        found = int(count) * 1000 // per_second if whole else int(float(count) * 1000 / per_second)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST <= found <= _LAST else None


def iso(text: object) -> int | None:
    """Read ISO 8601.

    >>> iso("2024-05-01T12:00:00+02:00") == iso("2024-05-01T10:00:00Z") == iso("2024-05-01 10:00:00")
    True
    """
    if not isinstance(text, str):
        return None
    try:
        return moment(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def mail(text: str | None) -> int | None:
    """Read the date of a mail (RFC 5322)."""
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
            except ValueError:
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
        return moment(value)
    try:
        count = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return _said(value)
    if not count >= _LEAST_COUNT:
        return _said(value)
    scale = next(scale for limit, scale in _UNITS if count < limit or limit == float("inf"))
    found = count * scale
    return int(found) if found <= _LAST else None


def _said(value: object) -> int | None:
    """Read a time in digits and words: ISO 8601, or another form in which only one thing can be meant."""
    found = iso(value)
    if found is not None or not isinstance(value, str):
        return found
    if (numbers := _YEAR_FIRST.match(value)) is None:
        return written(value, *_NAMED)
    try:
        return moment(datetime(*map(int, filter(None, numbers.groups()))))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def counted(counts: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read many counts since 1970 as ``any_of`` reads one.

    Returns
    -------
    (n,) int64, milliseconds; and (n,) bool, where they can be told
    """
    scales = np.select([counts < limit for limit, _ in _UNITS[:-1]], [scale for _, scale in _UNITS[:-1]], _UNITS[-1][1])
    found = counts * scales
    there = (counts >= _LEAST_COUNT) & (found <= _LAST)
    return np.where(there, found, 0).astype(np.int64), there
