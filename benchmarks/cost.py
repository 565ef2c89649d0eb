"""Cost: what a billion messages take, worked out from one measured rate in plain steps."""

from __future__ import annotations

from typing import Any, Final

BILLION: Final = 1_000_000_000
CORES: Final = (1, 8, 64)


def hours(rate: float, cores: int) -> float:
    """Tell the hours a billion messages take at ``rate`` messages a second on each of ``cores`` cores.

    >>> hours(100_000, 1)
    2.7777777777777777
    """
    return BILLION / rate / cores / 3600


def arithmetic(race: dict[str, Any]) -> str:
    """Write the sum for people to check."""
    ways = {row["way"]: row["messages_per_second"]["median"] for row in race["rows"] if row["peer"] == "ours"}
    rate, mean, machine = ways["Arrow column"], race["corpus"]["mean_characters"], race["machine"]
    sums = [f"- {_named(n)}: 10⁹ ÷ ({rate:,.0f}/s × {n}) = {BILLION / rate / n:,.0f} s ≈ {hours(rate, n):.2g} h" for n in CORES]
    return _TEXT.format(
        rate=rate, mean=mean, sums="\n".join(sums), processor=machine["processor"].strip(), cores=_named(machine["cores"]),
        gain=ways["Arrow column, 2 threads"] / rate,
    )  # fmt: skip


_TEXT: Final = """\
One thread scored {rate:,.0f} messages a second ({processor}; Arrow column in, risks out; mean {mean:g} characters).
A billion such messages:

{sums}

Two threads on this machine's {cores} gave {gain:.2f} times the rate of one. Cores that share caches and memory give less than their
number: multiply by what yours measure. Memory does not grow with the messages, as blocks of a stream are scored and gone."""


def _named(cores: int) -> str:
    return f"{cores} core{'s' * (cores > 1)}"
