"""Results: what a run leaves in ``results/*.json``, checked against one schema before it is written and when it is read."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .process import cores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER: Final = Path(__file__).parent / "results"
NUMBER = (int, float)
SPREAD: Final = {"median": NUMBER, "low": NUMBER, "high": NUMBER, "runs": int}
_MACHINE: Final = {"processor": str, "cores": int, "system": str, "python": str, "versions": {str: str}}
_TARGET: Final = {"what": str, "measured": NUMBER, "limit": NUMBER, "unit": str, "met": bool}
_POINT: Final = {"x": NUMBER, "seconds": SPREAD, "bytes": int, "messages": int}
# A list means "any number of these"; {str: …} means "any names".
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "race": {
        "corpus": {"sha256": str, "seed": int, "messages": int, "languages": int, "scams": int, "mean_characters": NUMBER,
                   "median_characters": NUMBER, "mean_bytes": NUMBER},
        "rounds": int, "absent": {str: str},
        "rows": [{"peer": str, "title": str, "way": str, "task": str, "messages": int, "messages_per_second": SPREAD, "ratio": SPREAD,
                  "processor_ratio": SPREAD, "answer": {str: NUMBER}, "start_seconds": SPREAD, "peak_bytes": int}],
    },
    "limits": {"targets": [_TARGET], "adversarial": [{"name": str, "nanoseconds_per_byte": SPREAD, "ratio": NUMBER, "bytes": int}],
               "check": {"p50_ms": NUMBER, "p99_ms": NUMBER, "calls": int}, "memory": [{"name": str, "messages": int, "extra_bytes": int}],
               "start": {"bare_python": SPREAD, "import_scamguard": SPREAD, "first_verdict": SPREAD}},
    "scaling": {"studies": {str: {"axis": str, "points": [_POINT]}}},
    "stages": {"stages": {str: {"microseconds_per_message": NUMBER, "ratio": NUMBER}}},
}  # fmt: skip


def spread(values: Sequence[float]) -> dict[str, float]:
    """Sum up repeats: the median and the quartiles around it."""
    low, high = np.percentile(values, [25, 75])
    return {"median": _short(median(values)), "low": _short(float(low)), "high": _short(float(high)), "runs": len(values)}


def write(name: str, found: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Check and write one file, with the machine it was measured on."""
    whole = {"machine": machine(), "load_average": _load(), **found}
    if problem := misfit(whole, _schema(name)):
        raise ValueError(f"results/{name}.json: {problem}; see SCHEMAS in benchmarks/results.py")
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Read one file and check it.

    Raises
    ------
    ValueError
        It does not have the shape that SCHEMAS says.
    """
    whole: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    if problem := misfit(whole, _schema(name)):
        raise ValueError(f"results/{name}.json: {problem}; run `make bench` again")
    return whole


def misfit(value: Any, shape: Any, at: str = "") -> str:  # noqa: ANN401 - any JSON
    """Say where ``value`` differs from ``shape``; empty if nowhere.

    >>> misfit({"a": [1, "b"]}, {"a": [int]})
    ".a[1]: 'b' is not int"
    """
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{at or '.'}: not a list"
        return next(filter(None, (misfit(item, shape[0], f"{at}[{i}]") for i, item in enumerate(value))), "")
    if not isinstance(shape, dict):
        kinds = shape if isinstance(shape, tuple) else (shape,)
        right = isinstance(value, shape) and (bool in kinds or not isinstance(value, bool))
        return "" if right else f"{at}: {value!r} is not {' or '.join(kind.__name__ for kind in kinds)}"
    if not isinstance(value, dict):
        return f"{at or '.'}: not an object"
    if [*shape] == [str]:
        shape = dict.fromkeys(value, shape[str])
    if shape.keys() != value.keys():
        return f"{at or '.'}: has {sorted(value)}, not {sorted(shape)}"
    return next(filter(None, (misfit(value[key], shape[key], f"{at}.{key}") for key in shape)), "")


def machine() -> dict[str, Any]:
    """Describe the machine, without its name or its paths."""
    return {
        "processor": _processor(), "cores": cores(), "system": platform.system(), "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in _PACKAGES if _installed(name)},
    }  # fmt: skip


_PACKAGES = ("scamguard", "numpy", "numba", "pyarrow", "scikit-learn", "vowpalwabbit", "hyperscan", "alt-profanity-check", "onnxruntime")


def _schema(name: str) -> dict[str, Any]:
    return {"machine": _MACHINE, "load_average": NUMBER, **SCHEMAS[name]}


def _installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _load() -> float:
    """Tell how many processes wanted a core in the last minute: above the number of cores, times are too long and ratios noisy."""
    return round(os.getloadavg()[0], 1) if sys.platform != "win32" else -1.0


def _short(value: float) -> float:
    """Keep four digits: no clock is better than that."""
    return float(f"{value:.4g}")
