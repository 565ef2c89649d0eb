"""Limits: what must hold whatever comes in, measured in processes of their own and set against its target."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from . import process, startup

_MB: Final = 1 << 20
FULL: Final = {"stream": 10_000_000, "batch": 1_000_000, "list": 200_000, "long": 10_000_000}
QUICK: Final = {"stream": 200_000, "batch": 100_000, "list": 50_000, "long": 1_000_000}
TITLES: Final = {
    "stream": "Arrow stream, block by block", "batch": "one Arrow column", "list": "one list of str", "long": "one long message",
}  # fmt: skip


def measure(*, quick: bool) -> dict[str, Any]:
    """Measure all but the targets."""
    memory = [apart("memory", way, str(many)) for way, many in (QUICK if quick else FULL).items()]
    return {
        "adversarial": apart("adversarial", *["quick"] * quick),
        "check": apart("latency", "100" if quick else "1000"),
        "memory": [row | {"name": TITLES[row["name"]]} for row in memory],
        "start": startup.measure(3 if quick else 15),
    }


def apart(module: str, *arguments: str) -> Any:  # noqa: ANN401 - the JSON that the module prints
    """Run a module of this package alone and read what it prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=process.environment())  # noqa: S603
    return json.loads(done.stdout)


def targets(found: dict[str, Any], scaling: dict[str, Any]) -> list[dict[str, Any]]:
    """Set what was measured against what is wanted."""
    dearest = max((row for row in found["adversarial"] if row["name"] != "ordinary"), key=lambda row: row["ratio"])
    fullest = max(found["memory"], key=lambda row: row["extra_bytes"])
    slope = {point["x"]: point["seconds"]["median"] / point["bytes"] for point in scaling["studies"]["length"]["points"]}
    return [
        _target(f"dearest batch made to be dear ({dearest['name']}), a byte", dearest["ratio"], 5, "times ordinary text"),
        _target("a byte of a 1 MB message", slope[1_000_000] / slope[1000], 1.5, "times one of a 1 kB message"),
        _target(f"peak memory beyond messages and risks ({fullest['name']})", fullest["extra_bytes"] / _MB, 64, "MiB"),
    ]


def _target(what: str, measured: float, limit: float, unit: str) -> dict[str, Any]:
    return {"what": what, "measured": round(measured, 2), "limit": limit, "unit": unit, "met": measured <= limit}
