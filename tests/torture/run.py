"""Run all of it: ``python -m tests.torture.run MINUTES [PART…]`` writes results.json and docs/robustness.md; status 1: something is wrong."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from . import disks, fuzz, kills, malformed, soak, table, threads

if TYPE_CHECKING:
    from collections.abc import Callable

WORK: Final = Path(__file__).with_name(".work")
TARGETS: Final = ("fold", "match", "readers", "model loader", "http bodies")
_POINTS: Final = 20  # of death a minute
_PROPERTIES: Final = (
    "test_fold.py", "test_match.py", "test_rules.py", "test_features.py", "test_engine.py", "test_columns.py", "test_dumps_packed.py",
    "test_dumps_json.py", "test_fast.py", "test_secrets.py", "test_lookalike.py", "test_hostile_rules.py",
)  # fmt: skip


def _fuzzed(minutes: float) -> list[dict[str, Any]]:
    return [fuzz.run(name, round(60 * minutes), WORK / "corpus" / name.replace(" ", "-")) for name in TARGETS]


def _properties(minutes: float) -> dict[str, Any]:
    """Run the properties: as in every test run, or from ten minutes on deeper and elsewhere."""
    profile = "deep" if minutes >= 10 else "quick"
    files = [str(Path(__file__).parents[1] / name) for name in _PROPERTIES]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", "-p", "no:cacheprovider", *files],
        capture_output=True, text=True, check=False, env={**os.environ, "HYPOTHESIS_PROFILE": profile},
    )  # fmt: skip
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last)}
    failed = counts.get("failed", 0) + counts.get("error", 0) + (0 if counts else 1)
    which = re.findall(r"^FAILED \S+::(\w+)|^E +(.{1,200})", done.stdout, re.MULTILINE)[:20]  # a rare example hardly comes again
    return {
        "profile": profile, "passed": counts.get("passed", 0), "failed": failed, "seconds": round(time.monotonic() - started),
        "which": ["".join(found) for found in which],
    }  # fmt: skip


def _in_folder(part: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return part(Path(folder))


def _on_disks(part: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    return _in_folder(part) if disks.possible() else {"skipped": "no file system may be mounted here"}


PARTS: Final[dict[str, Callable[[float], Any]]] = {
    "malformed": lambda _m: _in_folder(malformed.run),
    "kills by the clock": lambda m: _in_folder(lambda folder: kills.run(folder, round(_POINTS * m), real=False)),
    "kills of the command": lambda m: _in_folder(lambda folder: kills.run(folder, max(3, round(_POINTS * m / 4)), real=True)),
    "full disk": lambda _m: _on_disks(disks.full),
    "read-only": lambda _m: _on_disks(disks.read_only),
    "threads": lambda m: threads.run(60 * m),
    "soak": lambda m: _in_folder(lambda folder: soak.run(folder, 60 * m)),
    "fuzz": _fuzzed,
    "hypothesis": _properties,
}


def bad(result: Any) -> bool:
    """Say whether a part found something wrong, or memory that grows."""
    if isinstance(result, list):
        return any(map(bad, result))
    return bool(result.get("wrong") or result.get("drift") or result.get("error") or result.get("found") or result.get("failed"))


def main(minutes: float, chosen: list[str]) -> int:
    """Run the parts, keep what each says as soon as it has said it, and write the page."""
    table.RESULTS.touch()
    results = json.loads(table.RESULTS.read_text("utf-8") or "{}")
    results["about"] = {"minutes": minutes, "date": dt.datetime.now(dt.UTC).date().isoformat(),
                        "machine": f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"}  # fmt: skip
    for name in chosen or PARTS:
        sys.stdout.write(f"{name} …\n")
        sys.stdout.flush()
        found = PARTS[name](minutes)
        results = {**results, **json.loads(table.RESULTS.read_text("utf-8") or "{}"), name: found, "about": results["about"]}
        sys.stdout.write(f"{json.dumps(found, ensure_ascii=False, indent=1)}\n")
        table.RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
        table.write()
    return int(any(bad(results[name]) for name in chosen or PARTS))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 10, sys.argv[2:]))
