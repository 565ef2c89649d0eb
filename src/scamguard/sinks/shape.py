"""The columns that every output has, and what a sink is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from scamguard.dumps import ABOUT
from scamguard.table import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = pa.schema([("file", pa.string()), ("row", pa.int64()), *ABOUT, ("text", pa.large_string()), *SCHEMA])


class Sink(Protocol):
    """Something verdicts are written to."""

    def add(self, table: pa.Table) -> None:
        """Write rows of ``COLUMNS``; what else the table holds is left out."""

    def close(self) -> None:
        """Write what was held back."""


class Regrouped:
    """Cut a stream of tables anew into groups of a fixed number of rows, so that a file does not depend on how they came."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._waiting: list[pa.Table] = []
        self._held = 0

    def full(self, table: pa.Table) -> Iterator[pa.Table]:
        """Take rows in; give the groups that are full."""
        self._waiting.append(table)
        self._held += len(table)
        while self._held >= self._rows:
            whole = pa.concat_tables(self._waiting)
            yield whole.slice(0, self._rows)
            self._waiting = [whole.slice(self._rows)]
            self._held -= self._rows

    def rest(self) -> Iterator[pa.Table]:
        """Give what is left."""
        if self._held:
            yield pa.concat_tables(self._waiting)
        self._waiting, self._held = [], 0


def when(times: pa.Array) -> pa.Array:
    """Write times in ISO 8601 as Python does: with six digits of the second, and only where there is a fraction."""
    seconds = pc.floor_temporal(times, unit="second")  # a cast would go towards 1970
    whole = pc.strftime(seconds.cast(pa.timestamp("s")), format="%Y-%m-%dT%H:%M:%S")
    part = pc.milliseconds_between(seconds, times)
    if not pc.any(pc.not_equal(part, 0)).as_py():
        return whole
    digits = pc.utf8_lpad(pc.add(part, 0).cast(pa.string()), 3, "0")
    return pc.if_else(pc.equal(part, 0), whole, pc.binary_join_element_wise(whole, pc.binary_join_element_wise(digits, "000", ""), "."))


def rounded(risk: pa.Array) -> pa.Array:
    """Give risks six digits, which is all a float32 holds."""
    return pc.round(risk.cast(pa.float64()), 6)
