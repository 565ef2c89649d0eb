"""Parquet and Arrow IPC: the columns that matter, batch by batch, without decoding the others."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scamguard.errors import DumpError

from . import columns, tabled, times
from .block import ABOUT, BLOCK_CHARS, BLOCK_ROWS, Block, cleaned, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .columns import Fields
    from .detect import Head
    from .source import Source

_PAGE_BUFFER = 1 << 20  # bytes; pages are read as they are needed, not whole row groups
_TEXT_TYPES = {pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.null(), pa.string_view(), pa.binary_view()}
_ARROW_FILE = b"ARROW1"


def looks_ipc(head: Head) -> bool:
    """Say whether this is a stream: a mark, the length of the schema and where its table begins."""
    return head.raw.startswith(b"\xff\xff\xff\xff") and head.raw[4:5] < b"\xff" and head.raw[8:12] == b"\x10\0\0\0"


def read_parquet(source: Source, column: str | None) -> Iterator[Block]:
    """Read one column of strings and what is said about them; null is an empty message."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for Arrow IPC

    if source.path is None:
        raise DumpError(f"{source.name}: Parquet cannot be read from a stream: its index is at the end; give the file's path")
    with _told(source, "Parquet"), pq.ParquetFile(source.path, buffer_size=_PAGE_BUFFER, pre_buffer=False) as file:
        fields = _fields(source, file.schema_arrow, column)
        names = [name for name in fields[:6] if isinstance(name, str)]
        total, first = max(1, file.metadata.num_rows), 0
        for batch in file.iter_batches(BLOCK_ROWS, columns=names):
            for block in _blocks(source, batch, fields, first):
                yield block
                first += len(block)
            source.share = first / total


def read_ipc(source: Source, column: str | None) -> Iterator[Block]:
    """Read an Arrow IPC stream, or a file of that format (Feather), the same way."""
    with _told(source, "Arrow"), source.opened() as raw:
        stream = pa.PythonFile(raw, "r")
        if raw.peek(6).startswith(_ARROW_FILE):  # type: ignore[attr-defined]
            raw.read(8)  # a file is a stream between two marks, and its index, which is not needed
        reader = pa.ipc.open_stream(stream)
        fields = _fields(source, reader.schema, column)
        first = 0
        for whole in reader:
            for start in range(0, len(whole), BLOCK_ROWS):
                for block in _blocks(source, whole.slice(start, BLOCK_ROWS), fields, first):
                    yield block
                    first += len(block)


@contextlib.contextmanager
def _told(source: Source, what: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DumpError(f"{source.name}: not {what} that can be read: {str(error).splitlines()[0]}") from error


def _fields(source: Source, schema: pa.Schema, column: str | None) -> Fields:
    fields = columns.find(source.name, schema.names, column)
    kind = schema.field(fields.text).type
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if inner not in _TEXT_TYPES:
        raise DumpError(f"{source.name}: column {fields.text!r} is {kind}, not strings; choose another with --column")
    return fields


def _blocks(source: Source, batch: pa.RecordBatch, fields: Fields, first: int) -> Iterator[Block]:
    found = _strings(source, batch.column(fields.text))
    about = pa.record_batch([_about(batch, name, kind) for name, kind in zip(fields[1:6], ABOUT.types, strict=True)], schema=ABOUT)
    if isinstance(fields.time, str) and about.column("time").null_count:
        source.notes.timeless += tabled.timeless(_plain(batch.column(fields.time)), about.column("time"))
    for start, stop in _bounded(found, 0, len(found)):
        rows = np.arange(first + start + 1, first + stop + 1)
        yield Block(found.slice(start, stop - start), rows, about.slice(start, stop - start))


def _strings(source: Source, array: pa.Array) -> pa.LargeStringArray:
    """Give valid UTF-8 without nulls; bytes that are none are replaced and counted."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    raw = array.cast(pa.large_binary()).fill_null(b"")  # a writer may call anything a string
    try:
        return raw.cast(pa.large_string())
    except pa.ArrowInvalid:
        return texts([value.decode("utf-8", "surrogateescape") for value in raw.to_pylist()], source.notes)


def _about(batch: pa.RecordBatch, name: object, kind: pa.DataType) -> pa.Array:
    """Give a column as one of ABOUT; what cannot be that is null."""
    if not isinstance(name, str):
        return pa.nulls(len(batch), kind)
    array = batch.column(name)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_timestamp(kind):
        return _times(array, kind)
    try:
        return (array.cast(pa.large_binary()) if array.type in _TEXT_TYPES else array).cast(kind)  # by way of bytes UTF-8 is checked
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_label(value) for value in _plain(array)], kind)


def _times(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp(array.type.unit)).cast(kind, safe=False)  # a zone is dropped: the count is in UTC
    if pa.types.is_date(array.type):
        return array.cast(kind)
    return pa.array([times.any_of(value) for value in _plain(array)], kind)


def _plain(array: pa.Array) -> Sequence[Any]:
    try:
        values: list[Any] = array.to_pylist()
    except UnicodeDecodeError:  # strings that are none
        values = [value and value.decode("utf-8", "surrogateescape") for value in array.cast(pa.large_binary()).to_pylist()]
    return values


def _label(value: object) -> str | None:
    text = columns.label(value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value)
    return None if text is None else cleaned(text)


def _bounded(found: pa.LargeStringArray, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut a batch of very long messages in halves."""
    if stop - start > 1 and _bytes(found, start, stop) > 4 * BLOCK_CHARS:
        middle = (start + stop) // 2
        yield from _bounded(found, start, middle)
        yield from _bounded(found, middle, stop)
    elif stop > start:
        yield start, stop


def _bytes(found: pa.LargeStringArray, start: int, stop: int) -> int:
    return int(pc.sum(pc.binary_length(found.slice(start, stop - start))).as_py() or 0)
