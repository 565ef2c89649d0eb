"""A checkpoint keeps the verdicts of a scan as they come, so that one that was killed can be replayed up to where it stopped.

Resuming reads the dumps again, takes the verdicts kept here instead of judging anew, and writes the outputs from the
start: they are then what an uninterrupted run writes, to the byte, whatever their format and wherever the kill fell.

The file is a line of JSON that says what was scanned by what, then frames: the length and CRC-32 of what follows, a digest
of the messages judged, and their verdicts as an Arrow record batch, packed. A frame that is cut or damaged, and all after it, is dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa

from .errors import DumpError, ScamguardError
from .sinks import alone
from .table import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .dumps import Dump

_FORMAT: Final = 3  # 2: the digest is of senders too; 3: of messages sent, as they are written
_HEAD: Final = struct.Struct("<III")  # bytes, CRC-32, bytes of the batch when unpacked
_DIGEST: Final = 16  # bytes
_LARGEST: Final = 1 << 30
_BEGINS: Final = b'{"format": '  # what tells a checkpoint from somebody's notes


def beside(path: Path) -> Path:
    """Name the checkpoint of an output."""
    return path.with_name(f"{path.name}.checkpoint")


def identity(model: Mapping[str, Any], version: str, options: Mapping[str, Any], dumps: Sequence[Dump]) -> dict[str, Any]:
    """Say what a scan depends on: the model, the code, the options and the dumps with their sizes and times of change."""
    digest = hashlib.sha256(json.dumps(model, sort_keys=True, default=str).encode()).hexdigest()
    inputs = {f"{at}:{dump.name}": _state(dump) for at, dump in enumerate(dumps)}
    return {"format": _FORMAT, "model": digest, "version": version, "options": dict(options), "inputs": inputs}


def _state(dump: Dump) -> str:
    path = dump.source.path
    if path is None:
        return "a stream"
    if path.is_dir():
        files = sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)
        told = "".join(f"{file.relative_to(path)}\0{_size_and_time(file)}\n" for file in files)
        return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{path.stat().st_size} bytes, changed at {path.stat().st_mtime_ns}"


def _size_and_time(file: Path) -> str:
    """Say what tells a file from what it was; nothing of one that may not be looked at, and is not read."""
    try:
        state = file.stat()
    except OSError:
        return ""
    return f"{state.st_size}\0{state.st_mtime_ns}"


class Checkpoint:
    """The verdicts of a scan under way; a context manager.

    Leaving the context without an error removes it: the outputs are complete. An interruption keeps it, and so does every error
    where there is something of an earlier scan in it.

    Parameters
    ----------
    path
        Where it is kept.
    about
        What ``identity`` says of this scan.
    resume
        True: go on where a scan stopped, if one did. False: begin anew. None: begin, unless one stopped here.

    Raises
    ------
    DumpError
        Another scan stopped here and ``resume`` does not say what to do, it was a scan of something else, one is still
        running, or the file cannot be written or is none.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], *, resume: bool | None = None) -> None:
        self.path = path
        self._before = False  # whether an earlier scan left some
        self.kept = 0  # messages, in frames that are whole
        try:
            self._file: IO[bytes] = os.fdopen(alone.claimed(path), "r+b", buffering=0)
        except BlockingIOError as held:
            raise DumpError(f"{path}: another scan is writing to the same --out; wait for it, or name another file") from held
        except OSError as error:
            raise DumpError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            self._begin(json.loads(json.dumps(about)), resume=resume)
        except OSError as error:
            self._file.close()
            with contextlib.suppress(OSError):
                if path.stat().st_size == 0:  # there is no room for its first line
                    path.unlink()
            raise DumpError(f"{path}: cannot be written: {error.strerror}") from error
        except BaseException:
            self._file.close()
            raise

    def _begin(self, about: dict[str, Any], *, resume: bool | None) -> None:
        if not _BEGINS.startswith(self._file.read(len(_BEGINS))):  # it may be cut short
            raise DumpError(f"{self.path}: no checkpoint of a scan, and would be written over; move it, or name another --out")
        self._file.seek(0)
        first = self._file.readline()
        self._start = self._end = self._file.tell()
        if first.endswith(b"\n") and resume is not False:
            self.kept, self._end = self._whole()
        if self.kept and resume is None:
            raise DumpError(
                f"{self.path}: an earlier scan stopped here after {self.kept:,} messages; "
                "go on with --resume, or start afresh with --no-resume"
            )
        if self.kept:
            _refuse_other(self.path, first, about)
            self._file.truncate(self._end)
            self._before = True
            return
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(about).encode() + b"\n")
        self._start = self._end = self._file.tell()

    def _whole(self) -> tuple[int, int]:
        """Count the messages in whole frames, and say where these end."""
        messages, end = 0, self._start
        for _, batch, stop in self._frames():
            messages, end = messages + len(batch), stop
        return messages, end

    def _frames(self) -> Iterator[tuple[bytes, pa.RecordBatch, int]]:
        at = self._start
        while True:
            self._file.seek(at)
            head = self._file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return
            size, check, unpacked = _HEAD.unpack(head)
            body = self._file.read(size) if _DIGEST < size <= _LARGEST else b""
            if len(body) != size or zlib.crc32(body) != check:
                return
            at += _HEAD.size + size
            yield body[:_DIGEST], pa.ipc.read_record_batch(pa.decompress(body[_DIGEST:], unpacked, "zstd"), SCHEMA), at

    def replay(self) -> Iterator[tuple[bytes, pa.RecordBatch]]:
        """Give the verdicts kept, a batch at a time with the digest of its messages."""
        for digest, batch, stop in self._frames():
            if stop > self._end:
                return
            yield digest, batch

    def add(self, digest: bytes, verdicts: pa.Table) -> None:
        """Keep the verdicts of some messages.

        Raises
        ------
        DumpError
            The disk is full, or the like.
        """
        for batch in verdicts.combine_chunks().to_batches():
            plain = batch.serialize()
            body = digest + pa.compress(plain, "zstd", asbytes=True)
            frame = memoryview(_HEAD.pack(len(body), zlib.crc32(body), plain.size) + body)
            try:
                self._file.seek(0, os.SEEK_END)
                while frame:  # an unbuffered file may take a part
                    frame = frame[self._file.write(frame) :]
            except OSError as error:
                raise DumpError(f"{self.path}: cannot be written: {error.strerror}") from error
            self.kept += len(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        comes_again = isinstance(error, ScamguardError) and not isinstance(error.__cause__, OSError)  # it needs another command
        over = kind is None or not self.kept or (comes_again and not self._before)
        left = over and not _removed(self.path)
        if left:  # Windows removes no file that is open; where it is never removed, what it holds must not stop the next scan
            with contextlib.suppress(OSError):
                self._file.truncate(0)
        self._file.close()
        if left:
            _removed(self.path)


def _removed(path: Path) -> bool:
    """Remove a file; say whether that was possible."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _refuse_other(path: Path, first: bytes, about: Mapping[str, Any]) -> None:
    try:
        kept = json.loads(first)
    except ValueError as error:
        raise DumpError(f"{path}: no checkpoint that can be read; start afresh with --no-resume") from error
    for name in ("format", "version", "model", "options", "inputs"):
        if kept.get(name) != about[name]:
            problem = _difference(name, kept.get(name), about[name])
            raise DumpError(f"{path}: {problem}; give the same command, or start afresh with --no-resume")


def _difference(name: str, old: Any, new: Any) -> str:  # noqa: ANN401 - JSON
    if name == "model":
        return "the scan that stopped here used another model"
    if name == "version":
        return f"it was written by scamguard {old}, this is {new}"
    if not isinstance(old, dict) or not isinstance(new, dict):
        return f"its format is {old}, this scamguard writes {new}"
    which = next(key for key in [*new, *old] if old.get(key) != new.get(key))
    if name == "options":
        return f"the scan that stopped here had {which} {old.get(which)!r}, not {new.get(which)!r}"
    before, now = old.get(which), new.get(which)
    file = which.partition(":")[2]
    if before is None or now is None:
        return f"the scan that stopped here read other dumps: {file!r} is only in {'this one' if before is None else 'that one'}"
    return f"{file} has changed since the scan stopped"


def digest(texts: pa.LargeStringArray, senders: pa.Array | None = None) -> bytes:
    """Digest some messages, each with where it ends, and who sent them: all that a verdict is made of."""
    found = hashlib.blake2b(digest_size=_DIGEST)
    for column in (texts, senders):
        if column is not None:
            _take(found, column.cast(pa.large_string()))
    return found.digest()


def _take(found: Any, column: pa.LargeStringArray) -> None:  # noqa: ANN401 - a hash
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    found.update((ends - ends[0]).tobytes())
    found.update(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tobytes())
    if data is not None:
        found.update(memoryview(data)[ends[0] : ends[-1]])
