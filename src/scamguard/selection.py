"""Which messages of a dump are judged, and which verdicts are reported.

Who, where and when is asked before a message is judged: the others cost nothing. Action, risk and what is asked for is
known only after. A message whose time, sender or channel is not known does not match a filter on it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from .dumps.block import cleaned
from .errors import InputError, unknown
from .lexicon import SECRETS
from .verdict import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

ONLY: Final = {"flagged": (Action.WARN, Action.BLOCK), "block": (Action.BLOCK,)}
_UTC_START: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_START: Final = _UTC_START.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters; each one that is empty or None lets everything pass."""

    since: int | None = None  # milliseconds since 1970, from which on
    until: int | None = None  # milliseconds since 1970, before which
    senders: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    only: str | None = None  # of ONLY
    min_risk: float = 0.0
    asks: tuple[str, ...] = ()  # any of these

    def __post_init__(self) -> None:
        """Check the names.

        Raises
        ------
        InputError
            ``only`` or a secret is unknown, or no time is left between ``since`` and ``until``.
        """
        if self.only is not None and self.only not in ONLY:
            raise InputError(f"--only: {unknown('choice', self.only, ONLY)}")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InputError("--since is not before --until: no message would be judged")
        for secret in self.asks:
            if secret not in SECRETS:
                raise InputError(f"--asks: {unknown('secret', secret, SECRETS)}")

    def __bool__(self) -> bool:
        """Say whether anything is left out."""
        return self != Selection()

    def options(self) -> dict[str, Any]:
        """Give plain types, by which a checkpoint knows the same filters again."""
        return asdict(self)

    @property
    def by(self) -> tuple[str, ...]:
        """The columns by which messages are chosen before they are judged."""
        given = {"time": self.since is not None or self.until is not None, "sender": self.senders, "channel": self.channels}
        return tuple(column for column, asked in given.items() if asked)

    def messages(self, table: pa.Table) -> pa.Table:
        """Keep the messages to judge, of a table with time, sender and channel."""
        time = table["time"]
        if self.since is not None:
            table = table.filter(pc.greater_equal(time, _moment(self.since)))
        if self.until is not None:
            table = table.filter(pc.less(table["time"], _moment(self.until)))
        if self.senders:
            table = table.filter(_among(table["sender"], self.senders))
        if self.channels:
            table = table.filter(_among(table["channel"], self.channels))
        return table

    def verdicts(self, table: pa.Table) -> pa.Table:
        """Keep the rows to report, of a table with risk, action and asks."""
        if self.only is not None:
            table = table.filter(_among(table["action"], [str(action) for action in ONLY[self.only]]))
        if self.min_risk > 0:
            table = table.filter(pc.greater_equal(table["risk"].cast(pa.float64()), self.min_risk))
        if self.asks:
            rows = table["asks"].combine_chunks()
            wanted = pc.list_parent_indices(rows).filter(_among(pc.list_flatten(rows), self.asks))
            table = table.take(pc.unique(wanted))
        return table


def _among(column: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - Arrow
    wanted = [cleaned(name) for name in names]  # a name given in bytes that are no text is what a dump makes of it
    return pc.is_in(column, pa.array(wanted, pa.string()))


def _moment(count: int) -> pa.Scalar:
    return pa.scalar(count, pa.timestamp("ms"))


def moment(text: str) -> int:
    """Read a time of the command line: a date, or a date and a time, in ISO 8601; one with a zone becomes UTC.

    Raises
    ------
    InputError
        It is none.

    >>> moment("1970-01-02"), moment("1970-01-02T01:00:00+01:00")
    (86400000, 86400000)
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no time; write for example 2026-05-01 or 2026-05-01T18:30") from error
    return round((when - (_START if when.tzinfo is None else _UTC_START)).total_seconds() * 1000)
