"""Report: the tables and sums that pages show, written between their marks from ``results/*.json`` alone.

A page asks for one with ``<!-- bench:NAME -->`` and ``<!-- /bench:NAME -->``; a test says when a page is stale.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import charts, cost, results
from .corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

PAGES: Final = tuple(ROOT / page for page in ("docs/benchmarks.md", "models/default/README.md", "README.md"))
_MARKS: Final = re.compile(r"(<!-- bench:(\w+) -->\n).*?(<!-- /bench:\2 -->)", re.DOTALL)


def main() -> None:
    """Write every page's blocks and draw the charts."""
    for page in PAGES:
        if page.exists():
            page.write_text(filled(page), "utf-8")
    charts.draw()


def filled(page: Path) -> str:
    """Give a page with its blocks made anew."""
    return _MARKS.sub(lambda mark: f"{mark[1]}{block(mark[2])}\n{mark[3]}", page.read_text("utf-8"))


def block(name: str) -> str:
    """Make one block.

    Raises
    ------
    ValueError
        There is none of this name.
    """
    if name == "cost":
        return cost.arithmetic(results.read("race"))
    if name not in TABLES:
        raise ValueError(f"bench:{name}: no such block; known: cost, {', '.join(sorted(TABLES))}")
    return TABLES[name](results.read(name))


def of_race(found: dict[str, Any]) -> str:
    """One row a way of a peer, fastest first."""
    rows = sorted(found["rows"], key=lambda row: -row["ratio"]["median"])
    table = _table(
        ("", "called with", "× REF", "× REF, processor time", "messages/s", "answer checked", "start, s", "peak memory, MB"),
        (
            (
                row["title"], row["way"], _range(row["ratio"]), _digits(row["processor_ratio"]["median"]),
                _digits(row["messages_per_second"]["median"]), _answer(row),
                f"{row['start_seconds']['median']:.2f}", f"{row['peak_bytes'] / 1e6:,.0f}",
            )
            for row in rows
        ),
    )  # fmt: skip
    about = found["corpus"]
    made_of = (
        f"{about['messages']:,} messages in {about['languages']} languages, {about['scams']} scams,",
        f"mean {about['mean_characters']:g} characters ({about['mean_bytes']:g} bytes), SHA-256 {about['sha256'][:12]}…;",
        f"{found['rounds']} rounds in turns. {_machine(found)}",
    )
    return "\n".join([table, "", " ".join(made_of), *(f"{title}: {why}." for title, why in found["absent"].items())])


def of_stages(found: dict[str, Any]) -> str:
    """One row a stage, in the order of the road; "all in one" is what a score costs."""
    rows = ((name, f"{row['microseconds_per_message']:.3f}", f"{row['ratio']:.3f}") for name, row in found["stages"].items())
    return f"{_table(('stage', 'µs a message', 'of REF’s hashing'), rows)}\n\n{_machine(found)}"


def of_limits(found: dict[str, Any]) -> str:
    """Targets first, then what they are made of."""
    targets = (
        (row["what"], f"{row['measured']:g}", f"{row['limit']:g} {row['unit']}", "met" if row["met"] else "**missed**")
        for row in found["targets"]
    )
    hard = sorted(found["adversarial"], key=lambda row: -row["ratio"])
    start, check = found["start"], found["check"]
    bare = start["bare_python"]["median"]
    single = [
        ("`import scamguard` beyond bare Python", f"{1000 * (start['import_scamguard']['median'] - bare):.1f} ms"),
        ("bare Python", f"{1000 * bare:.1f} ms"),
        ("first verdict in a fresh process, kernels kept from before", f"{start['first_verdict']['median']:.2f} s"),
        (f"`guard.check` with evidence, warm, p50 ({check['calls']:,} calls)", f"{check['p50_ms']:.3f} ms"),
        ("… p99", f"{check['p99_ms']:.3f} ms"),
    ]
    return "\n\n".join(
        [
            _table(("target", "measured", "at most", ""), targets),
            _table(("batch", "MB", "ns/byte", "× ordinary"), map(_hard, hard)),
            _table(
                ("memory beyond messages and risks", "messages", "MiB"),
                ((row["name"], f"{row['messages']:,}", f"{row['extra_bytes'] / (1 << 20):.1f}") for row in found["memory"]),
            ),
            _table(("one at a time", ""), single),
            _machine(found),
        ]
    )


def _hard(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["name"], f"{row['bytes'] / 1e6:.1f}", _range(row["nanoseconds_per_byte"]), f"{row['ratio']:.2f}"


def of_scaling(found: dict[str, Any]) -> str:
    """One row a point of each study."""
    tables = (_table((study["axis"], "µs a message", "ns a byte"), map(_point, study["points"])) for study in found["studies"].values())
    return "\n\n".join([*tables, _machine(found)])


def _point(point: dict[str, Any]) -> tuple[str, str, str]:
    seconds = point["seconds"]["median"]
    return f"{point['x']:,.0f}", _digits(1e6 * seconds / point["messages"]), _digits(1e9 * seconds / point["bytes"])


TABLES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "race": of_race, "stages": of_stages, "limits": of_limits, "scaling": of_scaling,
}  # fmt: skip


def _answer(row: dict[str, Any]) -> str:
    answer = row["answer"]
    if "auc" in answer:
        return f"AUC {answer['auc']:.3f}"
    name, count = next(iter(answer.items()))
    return f"{count} {name.replace('_', ' ')}"


def _range(values: dict[str, float]) -> str:
    return f"{_digits(values['median'])} ({_digits(values['low'])}–{_digits(values['high'])})"


def _digits(value: float) -> str:
    """Write three digits, and thousands apart.

    >>> _digits(123456.7), _digits(1.2345), _digits(0.00123)
    ('123,000', '1.23', '0.00123')
    """
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:g}"


def _machine(found: dict[str, Any]) -> str:
    machine = found["machine"]
    return (
        f"{machine['processor'].strip()}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}; "
        f"load average at the end {found['load_average']:g}."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


if __name__ == "__main__":
    main()
