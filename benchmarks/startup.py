"""Start-up: fresh processes in turns: Python alone, with ``import scamguard``, and up to a first verdict with kernels kept from before."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any, Final

from . import process
from .results import spread
from .worker import FIRST

CODES: Final = {
    "bare_python": "pass",
    "import_scamguard": "import scamguard",
    "first_verdict": f"import scamguard; print(scamguard.load().check({FIRST!r}).action)",
}


def measure(runs: int) -> dict[str, Any]:
    """Time each program ``runs`` times, in turns; the first turn fills the caches and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in CODES}
    for turn in range(runs + 1):
        for name, code in CODES.items():
            start = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=process.environment())  # noqa: S603
            if turn:
                taken[name].append(time.perf_counter() - start)
            assert name != "first_verdict" or done.stdout.strip() == "block", done.stdout
    return {name: spread(seconds) for name, seconds in taken.items()}
