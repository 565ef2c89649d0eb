"""Messages over time: counted by the hour, shown in as many columns as an eye can take in.

A dump whose clocks run wild cannot grow the table: past a few thousand hours the unit becomes a day, then ten days …
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR: Final = 3_600_000  # milliseconds
_ROOM: Final = 8192
_COLUMNS: Final = 72
_UNITS: Final = (1, 3, 6, 12, 24, 7 * 24, 28 * 24, 91 * 24, 365 * 24)  # hours in a column
_DAY: Final = 24
_STRAY: Final = 0.005  # of the messages at either end may be left out if that makes the rest readable


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart; it begins at ``start`` (UTC, or the clock of the export)."""

    start: datetime
    messages: int
    warned: int
    blocked: int


@dataclass(slots=True)
class Timeline:
    """Counts of messages, warnings and blocks by ``unit`` hours."""

    unit: int = 1
    counts: dict[int, NDArray[np.int64]] = field(default_factory=dict)  # unit → (3,) messages, warned, blocked
    timeless: int = 0

    def add(self, times: NDArray[np.int64], actions: NDArray[np.int8], timeless: int) -> None:
        """Count messages.

        Parameters
        ----------
        times
            (n,) milliseconds since 1970.
        actions
            (n,) 0 allow, 1 warn, 2 block.
        timeless
            How many more have no time.
        """
        self.timeless += timeless
        slots, place = np.unique(times // (HOUR * self.unit), return_inverse=True)
        table = np.zeros((len(slots), 3), np.int64)
        np.add.at(table[:, 0], place, 1)
        np.add.at(table[:, 1], place[actions == 1], 1)
        np.add.at(table[:, 2], place[actions == 2], 1)
        for slot, row in zip(slots.tolist(), table, strict=True):
            self.counts[slot] = self.counts[slot] + row if slot in self.counts else row
        while len(self.counts) > _ROOM:
            self._coarsen(24 if self.unit == 1 else 10)

    def columns(self) -> tuple[list[Column], int, int]:
        """Lay out the chart: its columns without a gap, the hours each stands for, and how many stray messages it leaves out."""
        kept, strays = self._trimmed()
        if not kept:
            return [], self.unit, strays
        first, last = min(kept) * self.unit, (max(kept) + 1) * self.unit - 1  # hours
        unit = next((u for u in _UNITS if u >= self.unit and (last // u - first // u) < _COLUMNS), 0)
        unit = unit or -(-(last - first + 1) // ((_COLUMNS - 1) * _UNITS[-1])) * _UNITS[-1]
        table = np.zeros((last // unit - first // unit + 1, 3), np.int64)
        for slot, row in kept.items():
            table[slot * self.unit // unit - first // unit] += row
        starts = [_when((first // unit + i) * unit) for i in range(len(table))]
        return [Column(start, *row) for start, row in zip(starts, table.tolist(), strict=True)], unit, strays

    def _coarsen(self, factor: int) -> None:
        coarse: dict[int, NDArray[np.int64]] = {}
        for slot, row in self.counts.items():
            coarse[slot // factor] = coarse.get(slot // factor, 0) + row
        self.counts, self.unit = coarse, self.unit * factor

    def _trimmed(self) -> tuple[dict[int, NDArray[np.int64]], int]:
        """Leave out a few messages at the ends where they would squeeze all others into a corner."""
        slots = np.array(sorted(self.counts), np.int64)
        if len(slots) < 2:
            return self.counts, 0
        many = np.array([self.counts[slot][0] for slot in slots.tolist()])
        below = np.cumsum(many) / many.sum()
        low, high = slots[int(np.searchsorted(below, _STRAY, side="right"))], slots[int(np.searchsorted(below, 1 - _STRAY))]
        room = high - low + _DAY
        if (slots[-1] - slots[0]) < 5 * room:
            return self.counts, 0
        kept = {slot: row for slot, row in self.counts.items() if low - room <= slot <= high + room}
        return kept, int(many.sum() - sum(row[0] for row in kept.values()))


def _when(hours: int) -> datetime:
    """Turn hours since 1970 into a date; what no calendar holds stands at its end."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if hours > 0 else datetime.min.replace(tzinfo=UTC)
