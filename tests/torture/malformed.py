"""Every sample of every reader, cut, flipped, doubled and packed: read, or refused in one line that names the file."""

from __future__ import annotations

import gzip
import io
import random
import time
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scamguard import dumps
from scamguard.errors import DumpError

from .targets import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOREIGN = (b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\n" * 50, b"{" * 500, b"[" * 100_000, b'"', b"<!ENTITY a 'b'>", b"&a;" * 99, b"9" * 9000, b",,,,\n", b"\x1b[2J")


def variants(raw: bytes, chances: random.Random) -> Iterator[bytes]:
    """Give malformed copies of a file."""
    yield b""
    for share in range(1, 20):
        yield raw[: len(raw) * share // 20]
        yield raw[len(raw) * share // 20 :]
    for foreign in _FOREIGN:
        at = chances.randrange(len(raw) + 1)
        yield raw[:at] + foreign + raw[at:]
        yield foreign + raw
        yield raw + foreign
    for _ in range(60):
        out = bytearray(raw)
        for _ in range(chances.choice([1, 1, 4, 30])):
            out[chances.randrange(len(out))] = chances.randrange(256)
        yield bytes(out)
    lines = raw.split(b"\n")
    for _ in range(20):
        some = lines.copy()
        del some[chances.randrange(len(some))]
        chances.shuffle(some) if chances.random() < 0.3 else None
        yield b"\n".join(some)
    yield raw.decode("utf-8", "replace").encode("utf-16")
    yield raw * 3


def packed(raw: bytes, name: str, chances: random.Random) -> Iterator[tuple[str, bytes]]:
    """Give archives of a file, whole and damaged."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, raw)
        archive.writestr(f"../../{name}", raw)
    for suffix, whole in ((".zip", held.getvalue()), (".gz", gzip.compress(raw))):
        yield suffix, whole
        for _ in range(12):
            out = bytearray(whole)
            out[chances.randrange(len(out))] ^= 1 << chances.randrange(8)
            yield suffix, bytes(out)
            yield suffix, whole[: chances.randrange(len(whole))]


def run(folder: Path, seed: int = 1) -> dict[str, Any]:
    """Read every malformed copy of every sample."""
    chances = random.Random(seed)
    counts = {"files": 0, "read": 0, "refused": 0, "messages": 0, "broken": 0}
    wrong: list[str] = []
    slowest = 0.0
    samples = [file for file in sorted(SAMPLES.rglob("*")) if file.is_file() and file.suffix != ".md"]
    for sample in samples:
        raw = sample.read_bytes()[:20_000]
        format_ = dumps.open(sample).format
        files = [(sample.suffix, variant, how) for variant in variants(raw, chances) for how in (None, format_)]
        files += [(suffix, variant, None) for suffix, variant in packed(raw, sample.name, chances)]
        for suffix, variant, how in files:
            started = time.perf_counter()
            wrong += _read(folder / f"d{suffix}", variant, how, counts)
            slowest = max(slowest, time.perf_counter() - started)
    return {"samples": len(samples), **counts, "slowest": round(slowest, 2), "wrong": sorted(set(wrong))[:20]}


def _read(file: Path, raw: bytes, format_: str | None, counts: dict[str, int]) -> list[str]:
    file.write_bytes(raw)
    counts["files"] += 1
    try:
        dump = dumps.open(file, format=format_)
        counts["messages"] += sum(len(block) for block in dump)
        counts["broken"] += dump.notes.broken
        counts["read"] += 1
    except DumpError as error:
        counts["refused"] += 1
        return [f"{format_}: an error of several lines, or without the file"] if "\n" in str(error) or str(file) not in str(error) else []
    except Exception as error:  # noqa: BLE001 - what is looked for
        at = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{format_}: {type(error).__name__} at {Path(at.filename).name}:{at.lineno} {at.name}: {error}"[:200]]
    return []
