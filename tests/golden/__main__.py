"""Bless the verdicts of today: ``python -m tests.golden``."""

from __future__ import annotations

import sys

from tests.golden import FILE, bless

if __name__ == "__main__":
    for line in bless():
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"blessed: {FILE.name}\n")
