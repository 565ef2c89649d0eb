"""The one idea: a batch of messages is one UTF-8 buffer and ``n + 1`` offsets, as in Arrow.

Arrow, Parquet, pandas and Polars string columns come in without a copy of their text; a list of
``str`` is packed once. ``None``, ``NaN`` and Arrow nulls are empty messages. No message is refused:
lone surrogates are kept as WTF-8 and read back by the fold like any other code point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

CHUNK_MESSAGES = 2048  # what one stage writes for so many is still in cache when the next reads it
CHUNK_BYTES = 1 << 19


@dataclass(frozen=True, slots=True)
class TextBatch:
    """``n`` messages in ``b`` bytes of UTF-8."""

    data: NDArray[np.uint8]  # (b,)
    offsets: NDArray[np.int64]  # (n + 1,), rising; message i is data[offsets[i]:offsets[i + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def chunks(self) -> Iterator[tuple[int, TextBatch]]:
        """Cut into pieces small enough for the cache; yield ``(first message, piece)``."""
        at, n = 0, len(self)
        while at < n:
            limit = self.offsets[at] + CHUNK_BYTES
            stop = int(np.searchsorted(self.offsets[at : at + CHUNK_MESSAGES + 1], limit, side="right")) - 1
            stop = min(max(at + stop, at + 1), n)
            yield at, TextBatch(self.data, self.offsets[at : stop + 1])
            at = stop

    def texts(self) -> Iterator[str]:
        """Give the messages as Python has them, one by one."""
        for start, stop in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True):
            yield self.data[start:stop].tobytes().decode("utf-8", "surrogatepass")

    def take(self, rows: NDArray[np.int64]) -> TextBatch:
        """Copy some messages out."""
        parts = [self.data[self.offsets[i] : self.offsets[i + 1]] for i in rows.tolist()]
        offsets = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offsets[1:])
        return TextBatch(np.concatenate([*parts, np.zeros(0, np.uint8)]), offsets)


def pack(texts: Sequence[str | None]) -> TextBatch:
    """Put ``texts`` end to end.

    Lone surrogates are kept: a message is never refused.

    >>> pack(["hi", None, "mum"]).offsets
    array([0, 2, 2, 5])
    """
    parts = [text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b"" for text in texts]
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return TextBatch(np.frombuffer(b"".join(parts), np.uint8), offsets)


def batches(messages: object) -> Iterator[TextBatch]:
    """Read a column of messages, one batch for each chunk of an Arrow column.

    Parameters
    ----------
    messages
        A sequence of ``str`` (list, tuple, NumPy object or ``str`` array), or a string column of
        pyarrow, pandas, Polars or anything that speaks the Arrow PyCapsule interface.

    Raises
    ------
    InputError
        It is one bare ``str``, or holds something that is neither text nor missing.
    """
    if isinstance(messages, str | bytes):
        raise InputError("messages is one text, not a column of them; use check(text), or score([text])")
    import pyarrow as pa  # noqa: PLC0415 - 0.1 s that plain `import scamguard` must not pay

    column = _as_arrow(messages, pa)
    if column is None:
        yield _pack_checked(list(messages))  # type: ignore[call-overload]
        return
    for array in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        yield _from_arrow(array, pa)


def _as_arrow(messages: Any, pa: Any) -> pa.Array | pa.ChunkedArray | None:  # noqa: ANN401 - anything a user has
    """Turn what the user has into an Arrow string column; None if it must be packed one by one."""
    if isinstance(messages, pa.Array | pa.ChunkedArray):
        return messages
    if hasattr(messages, "__arrow_c_stream__") or hasattr(messages, "__arrow_c_array__"):
        try:
            return pa.chunked_array(messages) if hasattr(messages, "__arrow_c_stream__") else pa.array(messages)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
            return None
    if isinstance(messages, list | tuple):
        return _strings(messages, pa)
    if hasattr(messages, "to_numpy") or isinstance(messages, np.ndarray):
        return _strings(np.asarray(messages, object), pa)
    if not hasattr(messages, "__iter__"):
        raise InputError(f"messages is {type(messages).__name__}, not a column of texts")
    return None


def _strings(texts: Any, pa: Any) -> pa.Array | None:  # noqa: ANN401
    """Pack in Arrow (fast); None where Arrow will not have it, such as lone surrogates, or takes what is not text."""
    if any(isinstance(text, bytes) for text in texts):
        return None
    try:
        return pa.array(texts, pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None


def _pack_checked(texts: list[object]) -> TextBatch:
    for i, text in enumerate(texts):
        missing = text is None or (isinstance(text, float) and text != text)  # noqa: PLR0124 - NaN
        if not isinstance(text, str) and not missing and type(text).__name__ not in {"NAType", "NaTType"}:
            raise InputError(f"messages[{i}] is {type(text).__name__}, not str; convert it, or use None for an empty message")
    return pack(texts)  # type: ignore[arg-type]


def _from_arrow(array: pa.Array, pa: Any) -> TextBatch:  # noqa: ANN401
    """View an Arrow array's own buffers; other string layouts are cast to large_string first."""
    kind = array.type
    if pa.types.is_null(kind):
        return TextBatch(np.zeros(0, np.uint8), np.zeros(len(array) + 1, np.int64))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not any(is_kind(inner) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)):
            raise InputError(f"messages is an Arrow column of {kind}, not of strings; cast it first")
        if pa.types.is_dictionary(kind):
            array = pa.DictionaryArray.from_arrays(array.indices, array.dictionary.cast(pa.large_string())).dictionary_decode()
        array = array.cast(pa.large_string())
    if array.null_count:
        array = array.fill_null("")
    _, offsets, data = array.buffers()
    width = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if offsets is None or len(array) == 0:
        return TextBatch(np.zeros(0, np.uint8), np.zeros(len(array) + 1, np.int64))
    starts = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return TextBatch(text, starts)
