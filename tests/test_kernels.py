"""Compiled code is kept where that is possible, and made anew where it is not: never a reason not to start."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

SRC = Path(__file__).parents[1] / "src"
CODE = """
import sys, warnings
import numpy as np
sys.path.insert(0, {src!r})
from scamguard import kernels

@kernels.compiled
def doubled(a):
    for i in range(len(a)):
        a[i] *= 2

a = np.arange(3)
doubled(a)
print(a.tolist(), sum(doubled.stats.cache_hits.values()))
"""


def run(folder: Path, **environment: str) -> tuple[str, str]:
    """Run a program with one kernel, which stands in ``folder``; give what it prints and what it warns of."""
    file = folder / "program.py"
    if not file.exists():
        file.write_text(CODE.format(src=str(SRC)), "utf-8")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=False, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def again(folder: Path) -> str:
    """Run the program in this process, which has loaded Numba: the kernel is a new one and knows only what is on disk."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile((folder / "program.py").read_text("utf-8"), str(folder / "program.py"), "exec"), {"__name__": "__main__"})  # noqa: S102 - our own
    return out.getvalue().strip()


def kept(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in {".nbi", ".nbc"})


def test_compiled_code_is_kept(tmp_path: Path) -> None:
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert run(tmp_path, **cache)[0] == "[0, 2, 4] 0"
    assert len(kept(tmp_path / "cache")) == 2
    assert run(tmp_path, **cache)[0] == "[0, 2, 4] 1"


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", [b"", b"\x80\x05", b"no pickle"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, damage: bytes) -> None:
    """As a full disk or a loss of power leaves it."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "program.py").write_text(CODE.format(src=str(SRC)), "utf-8")
    assert again(tmp_path) == "[0, 2, 4] 0"
    damaged = [file for file in kept(tmp_path / "cache") if file.suffix == suffix]
    assert damaged
    for file in damaged:
        file.write_bytes(damage)
    assert again(tmp_path) == "[0, 2, 4] 0"
    assert again(tmp_path) == "[0, 2, 4] 1"


def test_where_nothing_can_be_kept_it_says_so_once_and_works(tmp_path: Path) -> None:
    """A file stands where each folder would be made: that stops root too."""
    (tmp_path / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    at = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home"), "NUMBA_CACHE_DIR": "", "PYTHONDONTWRITEBYTECODE": "1"}
    out, warned = run(tmp_path, **at)
    assert out == "[0, 2, 4] 0"
    assert warned.count("nowhere to keep compiled kernels") == 1
    assert "NUMBA_CACHE_DIR" in warned


FIRST = """
import sys
import numba.core.compiler as compiler, scamguard
compiled = []
kept = compiler.compile_extra
compiler.compile_extra = lambda *a, **k: compiled.append(str(a[2])) or kept(*a, **k)
guard = scamguard.load()
guard.check("Kraken Support: send us your seed phrase")
guard.scan(["hello", "Kraken Support: send us your seed phrase"])
sys.exit(f"compiled: {compiled}" if compiled else 0)
"""


def test_a_start_compiles_nothing_that_is_kept() -> None:
    for _ in range(2):  # the first one may have to
        ended = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
