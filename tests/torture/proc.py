"""What the system says of a process (Linux)."""

from __future__ import annotations

from pathlib import Path


def megabytes(pid: int | str = "self") -> float:
    """Give the memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def handles(pid: int | str = "self") -> int:
    """Count its open files and sockets."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def growth(samples: list[float]) -> float:
    """Give the megabytes from the first to the last third, so that what is made once does not count."""
    third = max(1, len(samples) // 3)
    if len(samples) < 2 * third:
        return 0.0
    settled = samples[third:]
    part = max(1, len(settled) // 2)
    return sum(settled[-part:]) / part - sum(settled[:part]) / part
