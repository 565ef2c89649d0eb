"""Process: what the running process costs, told by the kernel. Memory is in bytes."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Final

ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


def environment() -> dict[str, str]:
    """Make the environment of a measured process: one thread for every numerical library, the same hashes each time."""
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join([str(Path(root, "src")), root])
    return {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false"}


def resident() -> int:
    """Tell the memory in use now; where the system does not say, the highest so far."""
    return _field("VmRSS") if _STATUS.exists() else highest()


def highest() -> int:
    """Tell the highest memory use since the start or since ``forget``.

    Linux: the high-water mark of this program alone, as getrusage also counts what its parent was before it.
    """
    if _STATUS.exists():
        return _field("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget() -> None:
    """Set the high-water mark back to what is in use now (proc(5): 5 into clear_refs); without effect elsewhere."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def cores() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _field(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return 1024 * int(line.split()[1])
