"""Parquet: one column of strings, read batch by batch without decoding the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scamguard.errors import DumpError

from .source import BLOCK_CHARS, BLOCK_ROWS, Block, pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source

_PAGE_BUFFER = 1 << 20  # bytes; pages are read as they are needed, not whole row groups
_TEXT_TYPES = {pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.null()}


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one column of strings; null is an empty message."""
    if source.path is None:
        raise DumpError("Parquet cannot be read from standard input: its index is at the end; give the file's path")
    try:
        with pq.ParquetFile(source.path, buffer_size=_PAGE_BUFFER, pre_buffer=False) as file:
            name = pick(source.name, file.schema_arrow.names, column)
            _check_type(source, name, file.schema_arrow.field(name).type)
            total, first = max(1, file.metadata.num_rows), 0
            for batch in file.iter_batches(BLOCK_ROWS, columns=[name]):
                for texts in _bounded(_strings(source, batch.column(0))):
                    yield Block(texts, np.arange(first + 1, first + 1 + len(texts)))
                    first += len(texts)
                source.share = first / total
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DumpError(f"{source.name}: not a Parquet file that can be read: {str(error).splitlines()[0]}") from error


def _check_type(source: Source, name: str, kind: pa.DataType) -> None:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if inner not in _TEXT_TYPES:
        raise DumpError(f"{source.name}: column {name!r} is {kind}, not strings; choose another with --column")


def _strings(source: Source, array: pa.Array) -> pa.LargeStringArray:
    """Give valid UTF-8 without nulls; bytes that are none are replaced and counted."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    raw = array.cast(pa.large_binary()).fill_null(b"")  # a writer may call anything a string
    try:
        return raw.cast(pa.large_string())
    except pa.ArrowInvalid:
        return source.block([value.decode("utf-8", "surrogateescape") for value in raw.to_pylist()], range(len(raw))).texts


def _bounded(texts: pa.LargeStringArray) -> Iterator[pa.LargeStringArray]:
    """Cut a batch of very long messages in halves."""
    if len(texts) > 1 and texts.nbytes > 4 * BLOCK_CHARS:
        yield from _bounded(texts[: len(texts) // 2])
        yield from _bounded(texts[len(texts) // 2 :])
    else:
        yield texts
