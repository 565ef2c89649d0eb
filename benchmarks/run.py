"""Run: every benchmark in one go; ``make bench`` calls it.

python -m benchmarks.run                   all, into benchmarks/results, docs and charts
python -m benchmarks.run --quick           all on little, printed and kept apart
python -m benchmarks.run --only race --peers ours,vowpal
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from . import limits, process, race, report, results

_MICRO: Final = Path(__file__).parent / "micro"
_ROUNDS, _QUICK_ROUNDS = 9, 2
_TIMER: Final = "--benchmark-timer=time.process_time"  # one thread; what else the machine does counts less
_REGRESSION: Final = 1.3  # times its earlier share of REF
PARTS: Final = ("race", "stages", "scaling", "limits")  # limits reads what scaling found


def main() -> int:
    """Run the parts asked for; 1 if a target is missed and ``--strict`` is given."""
    options = _parser().parse_args()
    folder = race.WORK / "results" if options.quick else results.FOLDER
    race.WORK.mkdir(exist_ok=True)
    for part in options.only:
        began = time.perf_counter()
        _say(f"{part} …")
        found = _measured(part, options, folder)
        results.write(part, found, folder)
        _say(f"{part} took {time.perf_counter() - began:.0f} s")
    if not options.quick:
        report.main()
    for part in options.only:
        print(f"\n{report.TABLES[part](results.read(part, folder))}")
    missed = [row for row in results.read("limits", folder)["targets"] if not row["met"]] if "limits" in options.only else []
    for row in missed:
        _say(f"MISSED: {row['what']}: {row['measured']:g}, wanted at most {row['limit']:g} {row['unit']}")
    return int(bool(missed) and options.strict)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks.run", description="Measure scamguard beside others.")
    parser.add_argument("--quick", action="store_true", help="little of everything, about a minute; nothing in results/ is touched")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PARTS", help=f"comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=(), help="comma-separated; REF always runs")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    if stray := set(text.split(",")) - set(PARTS):
        raise argparse.ArgumentTypeError(f"unknown part {min(stray)!r}; known: {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in text.split(","))


def _measured(part: str, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    if part == "race":
        return race.run(_QUICK_ROUNDS if options.quick else _ROUNDS, options.peers, quick=options.quick)
    if part == "stages":
        return {"stages": _stages(folder, quick=options.quick)}
    if part == "scaling":
        found: dict[str, Any] = limits.apart("scaling", *["quick"] * options.quick)
        return found
    found = limits.measure(quick=options.quick)
    return found | {"targets": limits.targets(found, results.read("scaling", folder))}


def _stages(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Let pytest-benchmark time each stage; say which grew against REF since the last run."""
    raw = race.WORK / "micro.json"
    pace = ["--benchmark-max-time=0.1", "--benchmark-min-rounds=3"] if quick else ["--benchmark-max-time=1"]
    options = ["-q", "-c", str(_MICRO / "pytest.ini"), f"--benchmark-json={raw}", _TIMER, *pace]
    command = [sys.executable, "-m", "pytest", str(_MICRO), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=process.environment())  # noqa: S603
    runs = json.loads(raw.read_text("utf-8"))["benchmarks"]
    medians = {run["params"]["name"] if run["params"] else "REF": run["stats"]["median"] for run in runs}
    many = runs[0]["extra_info"]["messages"]
    found = {
        name: {"microseconds_per_message": round(1e6 * seconds / many, 4), "ratio": round(seconds / medians["REF"], 4)}
        for name, seconds in medians.items()
    }
    if (folder / "stages.json").exists():
        before = results.read("stages", folder)["stages"]
        for name in found.keys() & before.keys():
            if found[name]["ratio"] > _REGRESSION * before[name]["ratio"]:
                _say(f"SLOWER: {name}: {found[name]['ratio']:.3f} of REF, was {before[name]['ratio']:.3f}")
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
