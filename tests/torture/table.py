"""What `make torture` measured, as a page: docs/robustness.md, from results.json beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).with_name("results.json")
PAGE: Final = Path(__file__).parents[2] / "docs" / "robustness.md"
_HEAD: Final = """# Robustness

What a stranger's bytes, a kill, a full disk, many threads and a long day do to scamguard. `make torture MINUTES={minutes:g}` wrote this page ({date}, {machine}).
A part that has no row was not run to its end for this page. `MINUTES` is how long each target is fuzzed and each of the two long runs lasts; 10 is the full measure, with 200 points of death. Below that a run is a look, not a proof.
The inputs that reached new code are kept in `tests/torture/.work/corpus` and the next run begins with them. What was found and fixed has a test, and its place below.

| what | how much | wrong |
|---|---|---|
"""


def page(results: dict[str, Any]) -> str:
    """Write the page."""
    rows = [row for name, make in _ROWS.items() if name in results for row in make(results[name])]
    lines = [f"| {what} | {how} | {len(wrong) if isinstance(wrong, list) else wrong} |" for what, how, wrong in rows]
    return _HEAD.format(**results["about"]) + "\n".join(lines) + "\n" + _FOUND


def _fuzz(found: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    return [
        (
            f"fuzzing, guided by coverage: {one['target']}",
            f"{one['seconds']:,} s, {one['inputs']:,} inputs, {one['edges']:,} branches reached, {one['corpus']:,} inputs kept",
            int(bool(one["error"] or one["found"])),
        )
        for one in found
    ]


def _malformed(r: dict[str, Any]) -> list[tuple[str, str, Any]]:
    how = f"{r['files']:,} files from {r['samples']} samples: {r['read']:,} read, {r['refused']:,} refused in one line; slowest {r['slowest']:g} s"
    return [("every sample of every reader, malformed", how, r["wrong"])]


def _kills(r: dict[str, Any], what: str) -> list[tuple[str, str, Any]]:
    how = f"{r['points']} points before the end, {r['with a checkpoint']} of them with verdicts kept; outputs of {r['messages']:,} messages in five formats, to the byte"
    return [(f"`kill -9` and `--resume`: {what}", how, r["wrong"])]


def _disks(r: dict[str, Any], what: str) -> list[tuple[str, str, Any]]:
    if "skipped" in r:
        return [(what, f"not run: {r['skipped']}", "–")]
    return [(what, f"{r['runs']} runs, {r['told']} of them stopped, or went on, as they should", r["wrong"])]


def _threads(r: dict[str, Any]) -> list[tuple[str, str, Any]]:
    calls = ", ".join(f"{count:,} × {name}" for name, count in sorted(r["calls"].items()))
    how = f"{r['seconds']:g} s: {calls}; memory {r['MB at the end']:,} MB, {r['MB grown']:+g} MB from the middle third to the last"
    return [(f"{r['threads']} threads on one `Guard`, every verdict to the last bit", how, r["drift"])]


def _soak(r: dict[str, Any]) -> list[tuple[str, str, Any]]:
    how = (
        f"{r['seconds']:g} s: {r['requests']:,} requests, {r['messages']:,} messages ({r['hours at one message a second']:g} hours at one a second); "
        f"memory {r['MB']:,} MB, {r['MB grown']:+g} MB from the middle third to the last; {r['most open files']} open files, {r['tracebacks']} tracebacks"
    )
    return [("the service under requests of every kind", how, r["wrong"])]


def _hypothesis(r: dict[str, Any]) -> list[tuple[str, str, Any]]:
    return [("Hypothesis suites", f"{r['passed']} properties, profile `{r['profile']}`, {r['seconds']:,} s", r["failed"])]


_ROWS: Final[dict[str, Any]] = {
    "fuzz": _fuzz,
    "malformed": _malformed,
    "hypothesis": _hypothesis,
    "kills by the clock": lambda r: _kills(r, "a stand-in for the model"),
    "kills of the command": lambda r: _kills(r, "the command, with the bundled model"),
    "full disk": lambda r: _disks(r, "a disk that fills up, in five formats"),
    "read-only": lambda r: _disks(r, "read-only folders"),
    "threads": _threads,
    "soak": _soak,
}

_FOUND: Final = """
## What was found

| found by | what | test |
|---|---|---|
| every pattern, pumped | twelve patterns cost the square of what they read, or its cube: a Matrix message of 30 kB held the service for 50 s, newlines before six digits an outgoing check for minutes | `test_hostile_patterns.py` |
| evil dumps | 80 million empty lines in 350 kB of gzip took 1.4 GB; two million brackets the square of their number | `test_dumps_hostile.py::test_millions_of_short_lines_take_little_memory`, `::test_brackets_thousands_deep_cost_themselves_and_no_square` |
| kills | a `--resume` that could not go on removed its checkpoint; two scans wrote into one output | `test_resume.py`, `test_alone.py` |
| planted secrets | a secret said twice was masked once; one that stood where the report page cuts was shown by half | `test_secrets_again.py`, `test_report_page.py` |
| malformed samples | a damaged member of an archive ended the scan with a traceback | `test_dumps_hostile.py::test_damage_where_a_member_begins_is_noted` |
| malformed samples | blank lines before a CSV header: a traceback, or nothing read | `test_dumps_hostile.py::test_blank_lines_before_a_header` |
| fuzzing the readers | a Telegram export that is one bare value: a traceback | `test_dumps_hostile.py::test_a_bare_value_is_no_export` |
| fuzzing the readers | names of columns broke the error into lines, and a file without a header put a message, with its secrets, there | `test_dumps_hostile.py::test_a_header_that_is_a_message_is_not_repeated` |
| fuzzing the model loader | settings, thresholds and arrays of another type reached compiled code | `test_hostile_model.py` |
| rule packs | thirty alternatives were spelled out before they were counted; rows of another type were tracebacks | `test_hostile_rules.py` |
| evil texts | a text of dots cost its square while links were sought | `test_hostile_text.py::test_no_text_costs_its_square` |
| full disks | what was buffered could not be written, so the half-written output stayed; a new SQLite database ended in a traceback; DuckDB left its log; an empty checkpoint stayed | `test_around.py::test_what_does_not_fit_is_told_and_leaves_nothing` |
| read-only folders | nowhere to keep compiled kernels: scamguard did not start | `test_kernels.py` |
| fuzzing the fold, exhaustive short texts | a letter on both sides of an apostrophe was not counted as repeated (`see'ed`) | `test_fold.py::test_all_short_messages_are_folded_as_by_the_twin` |
| damaged folders | a kernel cut short by a full disk ended every later start | `test_kernels.py` |
| properties, deep | `lookalikes` judged a host without its link, and so one that is none, or stands behind other signs, as a name | `test_lookalike.py::test_fast_and_slow_agree` |
| properties, deep | a link behind other signs (`:https://x.com/-inch.support`) was one thing to `lookalike` and another to `lookalikes`; so were numbers, handles, mail gateways and capitals of mathematics | `test_lookalike.py::test_fast_and_slow_agree_on_messages`, `::test_an_imitation_is_named` |
| properties, deep | which of `12*` and `#` counts at one place was nowhere said, and the twin took another than the kernel | `test_match.py::test_terms_and_stems_at_one_place` |
"""


def write() -> None:
    """Write the page from the results."""
    PAGE.write_text(page(json.loads(RESULTS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    write()
