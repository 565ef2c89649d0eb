"""Vowpal Wabbit, logistic, words 1-2, 2^20 weights, from a file: its fastest way, made for it before the clock starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vowpalwabbit import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.corpus import Row


def train(folder: Path, rows: Sequence[Row]) -> None:
    """Fit in three passes."""
    lines, model = folder / "rows.vw", folder / "model.vw"
    lines.write_text("".join(f"{1 if row.scam else -1} |t {_plain(row.text)}\n" for row in rows), "utf-8")
    options = f"-d {lines} -c -k --passes 3 --loss_function logistic --ngram t2 -b 20 --link logistic -f {model} --quiet"
    Workspace(options).finish()


def load(folder: Path, texts: list[str]) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Write the file that each round reads."""
    lines, answers = folder / f"timed-{len(texts)}.vw", folder / f"answers-{len(texts)}.txt"
    lines.write_text("".join(f"|t {_plain(text)}\n" for text in texts), "utf-8")

    def judged() -> NDArray[np.float64]:
        Workspace(f"-t -i {folder / 'model.vw'} -d {lines} -p {answers} --quiet").finish()
        return np.loadtxt(answers, ndmin=1)

    return {"from a file": judged}


def _plain(text: str) -> str:
    """Take out what its format gives a meaning: bars, colons and line ends."""
    return " ".join(text.replace("|", " ").replace(":", " ").split())
