"""How the plots of the notebooks look, and a prompt for the command line."""

from __future__ import annotations

import shlex
from pathlib import Path

import matplotlib.pyplot as plt

ROOT = next(folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "pyproject.toml").exists())
SCAM, HONEST, QUIET = "#b3402e", "#1f8a7d", "#8aa0a6"
plt.rcParams.update({
    "figure.figsize": (8.5, 3.6), "figure.dpi": 90, "figure.facecolor": "white", "figure.constrained_layout.use": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "axes.titleweight": "bold",
    "axes.titlesize": 11, "axes.titlelocation": "left", "grid.color": "#e3e8ea", "axes.edgecolor": QUIET, "font.size": 10,
    "legend.frameon": False, "lines.linewidth": 2,
    "font.sans-serif": ["Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "DejaVu Sans"],
})  # fmt: skip


def scamguard(line: str) -> None:
    """Run a command as a terminal would, and show it."""
    from scamguard.cli import app  # noqa: PLC0415 - only two notebooks need it

    print(f"$ scamguard {line}")  # noqa: T201 - a notebook shows
    app(shlex.split(line), standalone_mode=False)
