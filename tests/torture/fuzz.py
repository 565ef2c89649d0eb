"""Fuzz one target, guided by coverage: ``NUMBA_DISABLE_JIT=1 python -m tests.torture.fuzz TARGET SECONDS CORPUS``.

Atheris (libFuzzer) instruments what it imports, so ours is imported under its eye. The inputs that reach new code stay in the folder
CORPUS, and the next run begins with them. The last line of standard output is JSON: how many were run, kept, and what was found.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

SECONDS_AN_INPUT = 25


def run(name: str, seconds: int, corpus: Path) -> dict[str, Any]:
    """Fuzz in a process of its own, which libFuzzer ends."""
    corpus.mkdir(parents=True, exist_ok=True)
    found = corpus.parent / f"{corpus.name}-found-"
    for old in corpus.parent.glob(f"{found.name}*"):
        old.unlink()
    command = [sys.executable, "-m", "tests.torture.fuzz", name, str(seconds), str(corpus)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    return {"target": name, "seconds": seconds, **_told(done), "corpus": len(list(corpus.iterdir())),
            "found": [file.name for file in corpus.parent.glob(f"{found.name}*")]}  # fmt: skip


def _told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Read libFuzzer's last words: inputs run, edges and features covered, and the exception if there was one."""
    said = done.stderr.splitlines()
    progress = [line for line in said if line.startswith("#") and " cov: " in line]
    runs = [int(line.split()[-1]) for line in said if line.startswith("stat::number_of_executed_units")]
    words = progress[-1].split() if progress else []
    error = next((at for at, line in enumerate(said) if "Uncaught Python exception" in line or line.startswith("==")), None if runs else -1)
    return {
        "inputs": runs[-1] if runs else int(words[0][1:]) if words else 0,
        "edges": int(words[words.index("cov:") + 1]) if words else 0,
        "error": "\n".join(said[error:][:30]) if error is not None and done.returncode else "",
    }


def main(name: str, seconds: str, corpus: str) -> None:
    """Fuzz until the time is up or something is found."""
    import atheris

    warnings.simplefilter("ignore")  # NumPy speaks of every wrap that a hash is made of
    with atheris.instrument_imports(include=["scamguard"]):
        import scamguard.serve.app  # noqa: F401
        from scamguard.dumps import FORMATS, reader
        from tests.torture.targets import TARGETS

        for format_ in FORMATS:
            reader(format_)
    target = TARGETS[name]
    for n, seed in enumerate(target.seeds()):
        target.run(seed)  # also imports and caches what the first input would be charged for
        (Path(corpus) / f"seed-{n:03d}").write_bytes(seed)
    place = Path(corpus).parent / f"{Path(corpus).name}-found-"
    options = [f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-timeout={SECONDS_AN_INPUT}", "-rss_limit_mb=4096",
               "-print_final_stats=1", f"-artifact_prefix={place}", corpus]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
