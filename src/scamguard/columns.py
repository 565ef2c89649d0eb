"""The one idea: a batch of messages is one UTF-8 buffer and ``n + 1`` offsets, as in Arrow.

String and large string columns of Arrow (so of Parquet and pandas) come in without a copy of their text; string views (so
of Polars) and dictionaries are copied a batch at a time, a list of ``str`` is packed once. ``None``, ``NaN``, Arrow nulls and
what is masked are empty messages. No message is refused: lone surrogates are kept as WTF-8 and read back by the fold like any
other code point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

CHUNK_MESSAGES = 2048  # what one stage writes for so many is still in cache when the next reads it
CHUNK_BYTES = 1 << 17
ROWS = 1 << 15  # of one batch: what is worked out beside the text is some bytes for each row, however many rows a column has
CHARACTERS = 1 << 20  # of one batch, where texts are packed
_LAZY = {"collect": "collect it", "compute": "compute it", "to_arrow_table": "fetch it with to_arrow_table()"}  # Polars, Dask, DuckDB


@dataclass(frozen=True, slots=True)
class TextBatch:
    """``n`` messages in ``b`` bytes of UTF-8."""

    data: NDArray[np.uint8]  # (b,)
    offsets: NDArray[np.int64]  # (n + 1,), rising; message i is data[offsets[i]:offsets[i + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def groups(self) -> Iterator[tuple[int, int]]:
        """Cut into pieces small enough for the cache; yield ``(first message, one past the last)``."""
        at, n = 0, len(self)
        while at < n:
            limit = self.offsets[at] + CHUNK_BYTES
            stop = int(np.searchsorted(self.offsets[at : at + CHUNK_MESSAGES + 1], limit, side="right")) - 1
            stop = min(max(at + stop, at + 1), n)
            yield at, stop
            at = stop

    def chunks(self) -> Iterator[tuple[int, TextBatch]]:
        """Yield the pieces: ``(first message, piece)``."""
        for first, stop in self.groups():
            yield first, TextBatch(self.data, self.offsets[first : stop + 1])

    def pieces(self, most: int) -> Iterator[TextBatch]:
        """Cut into pieces of so many messages."""
        for first in range(0, len(self), most):
            yield TextBatch(self.data, self.offsets[first : first + most + 1])

    def texts(self) -> Iterator[str]:
        """Give the messages as Python has them, one by one."""
        return map(self.text, range(len(self)))

    def text(self, i: int) -> str:
        """Give message ``i``; bytes that are no UTF-8, which Arrow does not look for, are U+FFFD, as in the fold."""
        raw = self.data[self.offsets[i] : self.offsets[i + 1]].tobytes()
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return raw.decode("utf-8", "replace")


def pack(texts: Sequence[str | None]) -> TextBatch:
    """Put ``texts`` end to end.

    Lone surrogates are kept: a message is never refused.

    >>> pack(["hi", None, "mum"]).offsets
    array([0, 2, 2, 5])
    """
    encode = str.encode  # whatever a class of texts makes of it
    parts = [encode(text, "utf-8", "surrogatepass") if isinstance(text, str) else b"" for text in texts]
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return TextBatch(np.frombuffer(b"".join(parts), np.uint8), offsets)


def batches(messages: object) -> Iterator[TextBatch]:
    """Read a column of messages: a batch for each chunk of an Arrow column, and for each ``ROWS`` rows of it.

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
    step = first_step(messages)
    if step and getattr(messages, "ndim", 2) == 1:
        raise InputError(f"messages is a {type(messages).__name__}, which holds no texts yet; {step} first")
    if step or hasattr(type(messages), "columns") or isinstance(messages, Mapping):
        what = f"{step} and give" if step else "give"
        raise InputError(f"messages is a {type(messages).__name__}, not a column of texts; {what} one of its columns, such as ['text']")
    if isinstance(messages, set | frozenset):
        raise InputError("messages is a set, which has no order for the answers to be in; give a list")
    import pyarrow as pa  # noqa: PLC0415 - 0.1 s that plain `import scamguard` must not pay

    column = _as_arrow(messages, pa)
    if column is None:
        yield from _packed(_texts(messages), pa)
        return
    for array in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        first = 0
        while first < len(array) or first == 0:
            some = array.slice(first, ROWS)
            if pa.types.is_string_view(some.type):  # must be copied; a view begins with how many bytes it shows
                views = np.frombuffer(some.buffers()[1], np.int32)[4 * some.offset : 4 * (some.offset + len(some)) : 4]
                some = some.slice(0, _fitting(views))
            yield _from_arrow(some, pa)
            first += max(len(some), 1)


def first_step(rows: object) -> str:
    """Say what is to be done first with something lazy, which is not asked for its rows or columns: it would compute; else "".

    >>> first_step([])
    ''
    """
    return next((step for method, step in _LAZY.items() if hasattr(type(rows), method)), "")


def _as_arrow(messages: Any, pa: Any) -> pa.Array | pa.ChunkedArray | None:  # noqa: ANN401 - anything a user has
    """Give the Arrow string column that the user has; None if its texts must be packed."""
    if isinstance(messages, pa.Array | pa.ChunkedArray):
        return messages
    if hasattr(messages, "__arrow_c_stream__") or hasattr(messages, "__arrow_c_array__"):
        try:
            return pa.chunked_array(messages) if hasattr(messages, "__arrow_c_stream__") else pa.array(messages)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
            return None
    return None


def _texts(messages: Any) -> Sequence[object]:  # noqa: ANN401
    """Give what the user has as something to take slices of."""
    if isinstance(messages, list | tuple):
        return messages
    if hasattr(messages, "to_numpy") or isinstance(messages, np.ndarray):
        objects: Any = np.asarray(unmasked(messages), object)
        if objects.ndim != 1:
            raise InputError(f"messages is an array of {objects.ndim} dimensions, not a column of texts")
        return objects  # type: ignore[no-any-return] # an array of objects is as good as a sequence
    if not hasattr(messages, "__iter__"):
        raise InputError(f"messages is {type(messages).__name__}, not a column of texts")
    return list(messages)


def is_missing(cell: object) -> bool:
    """Say whether a cell is None, NaN or what pandas and NumPy have for them."""
    nan = isinstance(cell, float | np.floating | np.datetime64 | np.timedelta64) and bool(cell != cell)  # noqa: PLR0124
    return cell is None or nan or type(cell).__name__ in {"NAType", "NaTType", "MaskedConstant"}


def unmasked(column: Any) -> Any:  # noqa: ANN401
    """Make what is masked missing: NumPy would give the values under the mask."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    objects = np.array(column, object)
    objects[np.ma.getmaskarray(column)] = None
    return objects


def _packed(texts: Sequence[object], pa: Any) -> Iterator[TextBatch]:  # noqa: ANN401
    """Pack so many texts at a time that their copy stays small."""
    first = 0
    while first < len(texts) or first == 0:
        some = _some(_unboxed(texts[first : first + ROWS], pa))
        array = _strings(some, pa) if len(some) > 1 else None  # one text may be long, and Arrow grows its copy by doubling
        yield _from_arrow(array, pa) if array is not None else _pack_checked(some, first)
        first += max(len(some), 1)


def _unboxed(texts: Sequence[object], pa: Any) -> Sequence[object]:  # noqa: ANN401
    """Take texts out of Arrow's scalars, which whoever goes through an Arrow column has."""
    if not any(issubclass(kind, pa.Scalar) for kind in {*map(type, texts)}):
        return texts
    return [text.as_py() if isinstance(text, pa.Scalar) else text for text in texts]


def _some(texts: Sequence[object]) -> Sequence[object]:
    """Take texts while they have no more than ``CHARACTERS`` characters together, but one at least."""
    lengths = [len(text) if isinstance(text, str) else 0 for text in texts]
    return texts[: _fitting(lengths)]


def _fitting(lengths: ArrayLike) -> int:
    """Count the first texts that have no more than ``CHARACTERS`` characters together, but one at least."""
    return max(int(np.searchsorted(np.cumsum(lengths, dtype=np.int64), CHARACTERS, side="right")), 1)


def _strings(texts: Any, pa: Any) -> pa.Array | None:  # noqa: ANN401
    """Pack in Arrow (fast); None where Arrow will not have it, such as lone surrogates, or takes what is not text."""
    if any(isinstance(text, bytes) for text in texts):
        return None
    try:
        return pa.array(texts, pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None


def _pack_checked(texts: Iterable[object], first: int) -> TextBatch:
    texts = list(texts)
    for i, text in enumerate(texts, first):
        if not isinstance(text, str) and not is_missing(text):
            raise InputError(f"messages[{i}] is {type(text).__name__}, not str; convert it, or use None for an empty message")
    return pack(texts)  # type: ignore[arg-type]


def says_nothing(array: pa.Array, pa: Any) -> bool:  # noqa: ANN401
    """Say whether a column is of no type or of numbers, by themselves or as categories, and all of it is missing.

    That is what readers of CSV and databases make of texts of which there is none.
    """
    is_coded = pa.types.is_dictionary(array.type)
    kind = array.type.value_type if is_coded else array.type
    if not any(is_kind(kind) for is_kind in (pa.types.is_null, pa.types.is_floating, pa.types.is_integer, pa.types.is_boolean)):
        return False
    array = array.dictionary_decode() if is_coded else array
    return bool(array.is_null(nan_is_null=pa.types.is_floating(kind)).true_count == len(array))


def _from_arrow(array: pa.Array, pa: Any) -> TextBatch:  # noqa: ANN401
    """View an Arrow array's own buffers; other string layouts are cast to large_string first."""
    kind = array.type
    if says_nothing(array, pa):
        return TextBatch(np.zeros(0, np.uint8), np.zeros(len(array) + 1, np.int64))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not any(is_kind(inner) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)):
            raise InputError(f"messages is an Arrow column of {kind}, not of strings; cast it first")
        if pa.types.is_dictionary(kind):
            array = pa.DictionaryArray.from_arrays(array.indices, array.dictionary.cast(pa.large_string())).dictionary_decode()
        array = array.cast(pa.large_string())
    _, offsets, data = array.buffers()
    width = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if offsets is None or len(array) == 0:
        return TextBatch(np.zeros(0, np.uint8), np.zeros(len(array) + 1, np.int64))
    starts = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    if array.null_count and np.diff(starts)[array.is_null().to_numpy(zero_copy_only=False)].any():  # legal, though nobody builds it
        return _from_arrow(array.fill_null(""), pa)
    text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return TextBatch(text, starts)
