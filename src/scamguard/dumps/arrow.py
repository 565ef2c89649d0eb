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
_BYTES = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}
_ARROW_FILE = b"ARROW1"
_ARROW_START = 8  # bytes of a file before its stream
_SECONDS = (-62_135_596_800, 253_402_300_800)  # of the year 1, and behind the year 9999
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6}  # nanoseconds reach no further than the year 2262
_DAMAGE = (pa.ArrowException, UnicodeDecodeError, OSError, EOFError)  # a length that is none asks for more memory than there is


def looks_ipc(head: Head) -> bool:
    """Say whether this is a stream: a mark, the length of the schema and where its table begins."""
    return head.raw.startswith(b"\xff\xff\xff\xff") and head.raw[4:5] < b"\xff" and head.raw[8:12] == b"\x10\0\0\0"


def read_parquet(source: Source, column: str | None) -> Iterator[Block]:
    """Read one column of strings and what is said about them; null is an empty message. A damaged row group is noted and left out."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for Arrow IPC

    with source.seekable("Parquet") as raw:
        with _told(source, "Parquet"):
            file = pq.ParquetFile(source.path if source.is_plain else raw, buffer_size=_PAGE_BUFFER, pre_buffer=False)
            fields = _fields(source, file.schema_arrow, column)
        with file:
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
            for groups in _runs(sizes):
                first = sum(sizes[: groups.start])
                for block in _run(source, file, fields, first, groups):
                    source.share = int(block.rows[-1]) / sum(sizes)
                    yield block


def _runs(sizes: Sequence[int]) -> Iterator[range]:
    """Put small row groups together, up to a block of rows.

    >>> [*_runs([8000, 192, 1, 9000])]
    [range(0, 2), range(2, 3), range(3, 4)]
    """
    start = rows = 0
    for group, size in enumerate(sizes):
        if group > start and rows + size > BLOCK_ROWS:
            yield range(start, group)
            start, rows = group, 0
        rows += size
    if sizes:
        yield range(start, len(sizes))


def _run(source: Source, file: Any, fields: Fields, first: int, groups: range) -> Iterator[Block]:  # noqa: ANN401 - pyarrow
    """Read row groups that are one block together, or a larger one by itself; ``first`` rows stand before them."""
    names = [name for name in (fields.text, *fields.about) if name is not None]
    row = first
    try:
        for batch in file.iter_batches(BLOCK_ROWS, row_groups=[*groups], columns=names):
            for block in _blocks(source, batch, fields, row):
                yield block
                row += len(block)
    except _DAMAGE as error:
        stop = first
        for group in groups:
            start, stop = stop, stop + file.metadata.row_group(group).num_rows
            if len(groups) > 1:  # nothing of them is given yet
                yield from _run(source, file, fields, start, range(group, group + 1))
        if len(groups) == 1:
            source.notes.skip(f"{source.name}, rows {row + 1:,} to {stop:,}", f"damaged, and left out: {_line(error)}")


def read_ipc(source: Source, column: str | None) -> Iterator[Block]:
    """Read an Arrow IPC stream, or a file of that format (Feather), the same way; what is damaged ends it."""
    with _opened(source) as (stream, is_file):
        with _told(source, "Arrow"):
            reader = pa.ipc.open_stream(stream)
            fields = _fields(source, reader.schema, column)
        first, is_mapped = 0, isinstance(stream, pa.MemoryMappedFile)
        try:
            for batch in reader:
                batch.validate()
                for start in range(0, len(batch), BLOCK_ROWS):
                    for block in _blocks(source, batch.slice(start, BLOCK_ROWS), fields, first):
                        yield block
                        first += len(block)
                if is_mapped:
                    source.share = stream.tell() / stream.size()
            source.share = 1.0
            if is_file and not _ends(stream):
                raise pa.ArrowInvalid("its end is missing")
        except _DAMAGE as error:
            source.notes.skip(source.name, f"damaged after {first:,} rows, and read only up to there: {_line(error)}")


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[tuple[Any, bool]]:
    """Open a stream, or a file at the stream in it: that stands between two marks, and its index is not needed.

    A file is mapped where it lies, so that a batch, however large, takes no memory of its own.
    """
    with source.opened() as raw:
        is_file = raw.peek(len(_ARROW_FILE)).startswith(_ARROW_FILE)  # type: ignore[attr-defined]
        with pa.memory_map(str(source.path)) if source.is_plain else pa.PythonFile(raw, "r") as stream:
            if is_file:
                stream.read(_ARROW_START)
            yield stream, is_file


def _ends(stream: Any) -> bool:  # noqa: ANN401
    """Say whether the mark stands at the end of the file."""
    tail = b""
    while data := stream.read(_PAGE_BUFFER):
        tail = (tail + data)[-len(_ARROW_FILE) :]
    return tail == _ARROW_FILE


@contextlib.contextmanager
def _told(source: Source, what: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise DumpError(f"{source.name}: not {what} that can be read: {_line(error)}") from error


def _line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "it ends early")


def _fields(source: Source, schema: pa.Schema, column: str | None) -> Fields:
    fields = columns.find(source.name, schema.names, column)
    kind = schema.field(schema.names.index(fields.text)).type
    if not (_is_text(kind) or _texts_in(kind)):
        raise DumpError(f"{source.name}: column {fields.text!r} is {kind}, not strings; choose another with --column")
    return fields


def _is_text(kind: pa.DataType) -> bool:
    return (kind.value_type if pa.types.is_dictionary(kind) else kind) in _TEXT_TYPES


def _texts_in(kind: pa.DataType) -> list[int]:
    """Find in messages that are objects, as webhooks send them, what holds their own text."""
    if not pa.types.is_struct(kind):
        return []
    places = {kind.field(place).name: place for place in reversed(range(kind.num_fields)) if _is_text(kind.field(place).type)}
    return [places[name] for name in columns.TEXT_COLUMNS if name in places]


def _blocks(source: Source, batch: pa.RecordBatch, fields: Fields, first: int) -> Iterator[Block]:
    found = _strings(source, _column(batch, fields.text))
    dated = _dated(batch, fields)
    columns_ = {field.name: _about(batch, name, field.type) for name, field in zip(fields.about, ABOUT, strict=False)}
    about = pa.record_batch(columns_ if dated is None else columns_ | {"time": tabled.moments(dated)}, schema=ABOUT)
    if fields.time is not None and about.column("time").null_count:
        source.notes.timeless += tabled.timeless(_stated(_column(batch, fields.time)) if dated is None else dated, about.column("time"))
    for start, stop in _bounded(found, 0, len(found)):
        rows = np.arange(first + start + 1, first + stop + 1)
        yield Block(found.slice(start, stop - start), rows, about.slice(start, stop - start))


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Give a column; of several of that name, the first."""
    return batch.column(batch.schema.names.index(name))


def _strings(source: Source, array: pa.Array) -> pa.LargeStringArray:
    """Give valid UTF-8 without nulls; bytes that are none are replaced and counted."""
    raw = _own(array).fill_null(b"")
    try:
        return raw.cast(pa.large_string())
    except pa.ArrowInvalid:
        return texts([value.decode("utf-8", "surrogateescape") for value in raw.to_pylist()], source.notes)


def _own(array: pa.Array) -> pa.Array:
    """Give the bytes of messages; of those that are objects their own text."""
    if not pa.types.is_struct(array.type):
        return _decoded(array).cast(pa.large_binary())
    fields = array.flatten()  # each null where the object is
    return pc.coalesce(*(_decoded(fields[place]).cast(pa.large_binary()) for place in _texts_in(array.type)))


def _about(batch: pa.RecordBatch, name: object, kind: pa.DataType) -> pa.Array:
    """Give a column as one of ABOUT; what cannot be that is null."""
    if not isinstance(name, str):
        return pa.nulls(len(batch), kind)
    array = _decoded(_column(batch, name))
    if pa.types.is_timestamp(kind):
        return _times(array, kind)
    try:
        found = (array.cast(pa.large_binary()) if array.type in _TEXT_TYPES else array).cast(kind)  # by way of bytes UTF-8 is checked
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_label(value) for value in _plain(array)], kind)
    return pc.if_else(pc.equal(found, ""), pa.scalar(None, kind), found)


def _times(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        there = _shown(array.cast(pa.timestamp(array.type.unit)))  # a zone is dropped: the count is in UTC
        return there.cast(kind, safe=False)
    if pa.types.is_date(array.type):
        return _shown(array.cast(kind))
    if pa.types.is_temporal(array.type):
        return pa.nulls(len(array), kind)  # so long, or a time of any day
    return pa.array([times.any_of(value) for value in _plain(array)], kind)


def _dated(batch: pa.RecordBatch, fields: Fields) -> list[Any] | None:
    """Give times of day with their days, where these have a column of their own."""
    if fields.time is None or fields.day is None:
        return None
    clocks, days = (_decoded(_column(batch, name)) for name in (fields.time, fields.day))
    if not (pa.types.is_time(clocks.type) or clocks.type in _TEXT_TYPES):
        return None
    days = _times(days, ABOUT.field("time").type).cast(pa.string()) if pa.types.is_temporal(days.type) else days
    return tabled.dated(_plain(clocks.cast(pa.string()) if pa.types.is_time(clocks.type) else clocks), _plain(days))


def _decoded(array: pa.Array) -> pa.Array:
    """Give a column without its dictionary, once nothing in it leads beyond its end: a mapped file may say anything.

    Raises
    ------
    ArrowInvalid
        A length or an index is none.
    """
    if not pa.types.is_dictionary(array.type):
        _bytes_of(array).validate(full=True)
        return array
    _bytes_of(array.dictionary).validate(full=True)
    ends = pc.min_max(array.indices).as_py()
    if ends["min"] is not None and not 0 <= ends["min"] <= ends["max"] < len(array.dictionary):
        raise pa.ArrowInvalid("an index leads beyond its dictionary")
    return array.dictionary_decode()


def _bytes_of(array: pa.Array) -> pa.Array:
    """Take strings for bytes, without a copy: a writer may call anything a string."""
    kind = _BYTES.get(array.type)
    return array if kind is None else array.cast(kind)


def _shown(array: pa.Array) -> pa.Array:
    """Keep the years that a datetime can show; what lies beyond is null."""
    per_second = _PER_SECOND.get(array.type.unit)
    if per_second is None:
        return array
    first, stop = (second * per_second for second in _SECONDS)
    counts = array.cast(pa.int64())
    there = pc.and_(pc.greater_equal(counts, first), pc.less(counts, stop))
    return pc.if_else(there, array, pa.scalar(None, array.type))


def _stated(array: pa.Array) -> Sequence[Any]:
    """Give what stands in a column of times, of those that are counts whether something does."""
    array = _decoded(array)
    return [there or None for there in array.is_valid().to_pylist()] if pa.types.is_temporal(array.type) else _plain(array)


def _plain(array: pa.Array) -> Sequence[Any]:
    try:
        values: list[Any] = array.to_pylist()
    except UnicodeDecodeError:  # strings that are none
        values = [value and value.decode("utf-8", "surrogateescape") for value in array.cast(pa.large_binary()).to_pylist()]
    except OverflowError:
        values = [_held(value) for value in array]
    return values


def _held(value: pa.Scalar) -> Any:  # noqa: ANN401
    """Give a value; one that holds a time of no year that Python has says nothing."""
    try:
        return value.as_py()
    except OverflowError:
        return None


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
