"""Any column of texts becomes one buffer and its offsets; nothing is lost, nothing refused, Arrow text is not copied."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from unittest import mock

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import columns, lookalikes, senders, spark
from scamguard.columns import TextBatch, batches, pack
from scamguard.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from scamguard.guard import Guard

TEXTS = ["seed", "", "密码 🔑", "\0", "naïve"]
HOLED = ["seed", None, "密码"]


def texts_of(pieces: Iterable[TextBatch]) -> list[str]:
    """Read every message back."""
    out = []
    for batch in pieces:
        raw = batch.data.tobytes()
        out += [raw[a:b].decode("utf-8", "surrogatepass") for a, b in zip(batch.offsets[:-1], batch.offsets[1:], strict=True)]
    return out


@given(st.lists(st.text(st.characters(exclude_categories=())) | st.none()))
def test_pack_loses_nothing(texts: list[str | None]) -> None:
    assert texts_of([pack(texts)]) == [text or "" for text in texts]


CONTAINERS: dict[str, Callable[[list[Any]], object]] = {
    "list": list,
    "tuple": tuple,
    "numpy objects": lambda texts: np.array(texts, object),
    "pandas objects": lambda texts: pd.Series(texts, dtype=object),
    "pandas string": lambda texts: pd.Series(texts, dtype="string"),
    "pandas arrow": lambda texts: pd.Series(texts, dtype="string[pyarrow]"),
    "pandas ArrowDtype": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "pandas categories": lambda texts: pd.Series(texts, dtype=pd.CategoricalDtype([*TEXTS, "密码"])),
    "pandas index": lambda texts: pd.Index(texts, dtype=object),
    "polars": lambda texts: pl.Series(texts, dtype=pl.String),
    "polars categories": lambda texts: pl.Series(texts, dtype=pl.Categorical),
    "arrow string": lambda texts: pa.array(texts, pa.string()),
    "arrow large_string": lambda texts: pa.array(texts, pa.large_string()),
    "arrow string_view": lambda texts: pa.array(texts, pa.string_view()),
    "arrow dictionary": lambda texts: pa.array(texts, pa.string()).dictionary_encode(),
    "arrow chunked": lambda texts: pa.chunked_array([texts[:1], [], texts[1:]], pa.string()),
    "arrow table column": lambda texts: pa.table({"text": texts})["text"],
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("texts", [TEXTS, HOLED, [None, None], []], ids=["texts", "with holes", "only holes", "empty"])
def test_every_container(container: str, texts: list[str | None]) -> None:
    assert texts_of(batches(CONTAINERS[container](texts))) == [text or "" for text in texts]


# the other containers hold Arrow strings, which are UTF-8: they refuse surrogates themselves
@pytest.mark.parametrize("container", ["list", "tuple", "numpy objects", "pandas objects", "pandas index"])
@pytest.mark.parametrize("surrogate", ["\ud800", "hi \udfff\ud800", "\ud83d\ude00"])
def test_lone_surrogates_are_kept(container: str, surrogate: str) -> None:
    assert texts_of(batches(CONTAINERS[container](["a", surrogate, None]))) == ["a", surrogate, ""]


def test_numpy_strings() -> None:
    assert texts_of(batches(np.array(["seed", "密码"]))) == ["seed", "密码"]


NOTHING: dict[str, Any] = {
    "numbers": pd.Series([np.nan, np.nan]),
    "Arrow's numbers": pa.array([None, np.nan]),
    "whole numbers": pd.Series([None, None], dtype="Int64"),
    "small numbers": pa.nulls(2, pa.uint8()),
    "truths": pd.Series([None, None], dtype="boolean"),
    "whole numbers of Polars": pl.Series([None, None], dtype=pl.Int32),
    "categories": pd.Series([None, None], dtype="category"),
    "categories of numbers": pd.Series([np.nan, None], dtype=pd.CategoricalDtype([1.5])),
    "codes of what is missing": pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array([np.nan, None])),
    "codes of no type": pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.nulls(1)),
}


@pytest.mark.parametrize("column", NOTHING.values(), ids=NOTHING)
def test_a_column_of_which_all_is_missing_is_of_empty_messages(column: object) -> None:
    assert texts_of(batches(column)) == ["", ""]
    for some in (pd.Series([np.nan, 1.5]), pd.Series([None, 0], dtype="Int64"), pa.array([None, False])):
        with pytest.raises(InputError, match="not of strings"):
            texts_of(batches(some))


def test_a_column_of_csv_in_which_no_text_stands() -> None:
    frame = pd.read_csv(io.StringIO("id,text\n1,\n2,\n"), dtype_backend="numpy_nullable")
    assert texts_of(batches(frame["text"])) == ["", ""]
    assert lookalikes(frame["text"])["brand"].to_pylist() == [None, None]


@pytest.mark.parametrize("column", [pd.Series([None, 1.5], dtype="category"), pd.Series([None, 1], dtype="category")])
def test_categories_of_numbers_are_no_texts(column: object) -> None:
    with pytest.raises(InputError, match="not of strings"):
        texts_of(batches(column))


def test_an_empty_column_of_categories_is_empty() -> None:
    assert texts_of(batches(pd.Series([], dtype="category"))) == []


HOLES = [None, float("nan"), np.nan, *(kind("nan") for kind in (np.float64, np.float32, np.float16, np.longdouble)), pd.NA, pd.NaT]


@pytest.mark.parametrize("hole", [*HOLES, np.datetime64("NaT"), np.timedelta64("NaT")], ids=lambda hole: type(hole).__name__)
def test_what_is_missing_is_an_empty_message(hole: object) -> None:
    assert texts_of(batches(["a", hole, "b"])) == ["a", "", "b"]
    assert texts_of(batches(["\ud800", hole])) == ["\ud800", ""]
    assert texts_of(batches(pd.Series(["a", hole], dtype=object))) == ["a", ""]
    assert texts_of(batches(np.array(["a", hole], object))) == ["a", ""]


@pytest.mark.parametrize("kind", [object, str])
def test_what_is_masked_is_an_empty_message(kind: type, guard: Guard) -> None:
    column: Any = np.ma.array(np.array(["send me your seed phrase now", "lunch?"], kind), mask=[True, False])
    assert texts_of(batches(column)) == texts_of(batches(list(column))) == ["", "lunch?"]
    assert guard.score(column).tolist() == guard.score(["", "lunch?"]).tolist()
    assert texts_of(batches(np.ma.array(np.array(["a"], kind)))) == ["a"]  # nothing is masked
    assert column.data[0] == "send me your seed phrase now"


def undecodable(*raws: bytes) -> pa.StringArray:
    """Make an Arrow column of strings that are none: Arrow does not look."""
    offsets = np.cumsum([0, *map(len, raws)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(raws), pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(raws)))


def test_bytes_that_are_no_text_are_read_the_same_by_all(guard: Guard) -> None:
    column = undecodable(b"send me your seed phrase now \xff\xfe", b"lunch \xf0", b"my password is hunter2secret \xc3")
    clean = ["send me your seed phrase now \ufffd\ufffd", "lunch \ufffd", "my password is hunter2secret \ufffd"]
    assert [part.tolist() for part in guard.decide(column)] == [part.tolist() for part in guard.decide(clean)]
    for direction in ("inbound", "outgoing"):
        found = guard.scan(column, direction=direction)
        assert found.to_pylist() == guard.scan(clean, direction=direction).to_pylist()
        assert set(found["action"].to_pylist()) > {"allow"}
    assert guard.scan(column.dictionary_encode(), direction="outgoing").num_rows == 3


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("part", [slice(None), slice(1, 3), slice(2, 2)])
def test_arrow_text_is_not_copied(kind: pa.DataType, part: slice) -> None:
    array = pa.array(["zero", "one", "zwei 密码", "drei"], kind)
    [batch] = batches(array[part])
    assert texts_of([batch]) == array[part].to_pylist()
    if len(batch):
        assert batch.data.ctypes.data == array.buffers()[2].address


def test_chunks_of_arrow_are_not_copied() -> None:
    column = pa.chunked_array([["one", "two"], ["three"]], pa.large_string())
    addresses = [batch.data.ctypes.data for batch in batches(column)]
    assert addresses == [chunk.buffers()[2].address for chunk in column.chunks]


def test_strings_of_pandas_are_not_copied() -> None:
    array = pa.array(["one", "two"], pa.large_string())
    [batch] = batches(pd.Series(array, dtype=pd.ArrowDtype(pa.large_string())))
    assert batch.data.ctypes.data == array.buffers()[2].address


def test_sliced_with_nulls() -> None:
    array = pa.array(["zero", None, "two", None, "four"])
    assert texts_of(batches(array[1:4])) == ["", "two", ""]
    assert texts_of(batches(pa.chunked_array([array[1:3], array[3:]]))) == ["", "two", "", "four"]


def test_bytes_under_a_null_are_not_read() -> None:
    offsets, data, known = (pa.py_buffer(raw) for raw in (np.array([0, 3, 9, 12], np.int32).tobytes(), b"onesecrettwo", b"\x05"))
    assert texts_of(batches(pa.StringArray.from_buffers(3, offsets, data, known))) == ["one", "", "two"]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("texts", [["seed", None, "naïve", "密码 🔑", None, "", "\0", "密码"], [None], []], ids=len)
def test_a_long_column_comes_in_pieces(container: str, texts: list[str | None]) -> None:
    with mock.patch.multiple(columns, ROWS=3, CHARACTERS=4):
        pieces = [*batches(CONTAINERS[container](texts))]
    assert texts_of(pieces) == texts_of([pack(texts)])
    assert max(len(piece) for piece in pieces) <= 3


def test_what_is_no_text_is_named_by_its_place_in_a_later_piece_too() -> None:
    with mock.patch.multiple(columns, ROWS=3), pytest.raises(InputError, match=r"^messages\[4\] is int, not str"):
        list(batches(["a", "b", "c", "d", 5, "e"]))


@pytest.mark.parametrize("container", ["list", "numpy objects", "polars", "arrow string_view"])
def test_so_much_is_copied_at_a_time_and_no_more(container: str) -> None:
    with mock.patch.multiple(columns, CHARACTERS=10):
        pieces = [*batches(CONTAINERS[container](["1234", "5678", "90abc", "d" * 30, "e"]))]
    assert [len(piece) for piece in pieces] == [2, 1, 1, 1]


def test_only_missing_of_no_type() -> None:
    assert texts_of(batches(pa.nulls(3))) == ["", "", ""]


def test_a_megabyte_of_emoji() -> None:
    assert texts_of(batches(["a", "😀" * 262_144, "b"]))[1] == "😀" * 262_144


@pytest.mark.parametrize("text", ["seed", b"seed", ""])
def test_one_text_is_no_column(text: object) -> None:
    with pytest.raises(InputError, match=r"one text, not a column of them; use check\(text\)"):
        list(batches(text))


@pytest.mark.parametrize("stray", [3, 1.5, np.float32(1.5), np.datetime64("2026-01-01"), object(), ["nested"], True, 10**30, b"bytes"])
@pytest.mark.parametrize("container", [list, tuple, np.asarray, pd.Index, pd.Series])
def test_what_is_no_text_is_named_by_its_place(container: Callable[[NDArray[np.object_]], object], stray: object) -> None:
    values = np.empty(3, object)
    for i, value in enumerate(["ok", None, stray]):
        values[i] = value
    column = container(values)
    by_place = rf"messages\[2\] is {type(stray).__name__}, not str; convert it, or use None"
    # pandas hands a column of bytes to Arrow as one
    with pytest.raises(InputError, match=rf"^({by_place}|messages is an Arrow column of binary, not of strings)"):
        list(batches(column))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 2]),
        pa.array([b"a"]),
        pa.array([["a"]]),
        pa.array([1, 2]).dictionary_encode(),
        pa.table({"text": ["a"], "id": [1]}),
        pl.Series([1, 2]),
        pl.DataFrame({"text": ["a"]}),
        pl.LazyFrame({"text": ["a"]}),  # which would warn if it were asked for its columns
        pd.Series([1, 2]),
        pd.DataFrame({"text": ["a"]}),
        np.array([1, 2]),
        np.array([["a", "b"]]),
        np.array("a"),
        {"text": "a"},
        {"a", "b"},
        42,
        None,
    ],
    ids=lambda column: type(column).__name__,
)
def test_what_is_no_column_of_texts_is_refused_in_one_line(column: object) -> None:
    with pytest.raises(InputError) as caught:
        list(batches(column))
    assert "\n" not in str(caught.value)


def test_a_lazy_frame_is_to_be_collected() -> None:
    with pytest.raises(InputError, match=r"^messages is a LazyFrame, .*; collect it and give one of its columns"):
        list(batches(pl.LazyFrame({"text": ["a"]})))
    with pytest.raises(InputError, match=r"^messages is a DataFrame, .*; give one of its columns"):
        list(batches(pl.DataFrame({"text": ["a"]})))


def lazy() -> dict[str, tuple[Any, str]]:
    """Give what holds no rows yet, and what is to be done with it."""
    frame: Any = dd.from_pandas(pd.DataFrame({"text": ["a", "b"], "id": [1, 2]}), npartitions=1)  # type: ignore[no-untyped-call] # Dask's
    relation: Any = duckdb.sql("SELECT 'a' AS text")
    fetch = r"fetch it with to_arrow_table\(\)"
    return {
        "Dask frame": (frame, "compute it and give one of its columns"),
        "Dask column": (frame["text"], "compute it first"),
        "Dask index": (frame.index, "compute it first"),
        "Dask array": (frame["id"].values, "compute it first"),  # noqa: PD011 - Dask's
        "DuckDB": (relation, f"{fetch} and give one of its columns"),
        "DuckDB column": (relation["text"], f"{fetch} and give one of its columns"),
    }


@pytest.mark.parametrize("kind", ["Dask frame", "Dask column", "Dask index", "Dask array", "DuckDB", "DuckDB column"])
def test_what_holds_no_rows_yet_is_told_what_to_do_first(kind: str) -> None:
    given_, advice = lazy()[kind]
    with pytest.raises(InputError, match=f"^messages is a .*; {advice}") as caught:
        list(batches(given_))
    assert "\n" not in str(caught.value)
    step = r"(compute it|fetch it with to_arrow_table\(\)) first$"
    for senders_, name in ((given_, "senders"), ({"name": given_}, "senders: name")):
        with pytest.raises(InputError, match=f"^{name} is a .*, which holds no rows yet; {step}") as caught:
            senders.read(senders_)
        assert "\n" not in str(caught.value)


def test_what_holds_rows_has_no_first_step() -> None:
    frames = [kind({"text": ["a"]}) for kind in (pd.DataFrame, pl.DataFrame, pa.table, dict)]
    held = [pd.Series(["a"]), pl.Series(["a"]), pa.array(["a"]), np.zeros(1), [], *frames]
    assert [columns.first_step(one) for one in held] == [""] * len(held)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
@pytest.mark.parametrize("texts", [["hi"], ["hi", "there"], [None], ["hi", None, "\0"]], ids=repr)
def test_scalars_of_arrow_are_texts_however_many(kind: pa.DataType, texts: list[str | None]) -> None:
    scalars = [*pa.array(texts, kind)]
    for column in (scalars, tuple(scalars), iter(scalars), [*scalars, "more"][:-1]):
        assert texts_of(batches(column)) == [text or "" for text in texts]
    assert texts_of(batches(["first", *scalars])) == ["first", *(text or "" for text in texts)]
    with pytest.raises(InputError, match=rf"^messages\[{len(texts)}\] is int, not str"):
        list(batches([*scalars, pa.scalar(3)]))


def test_texts_in_scalars_are_counted_like_others() -> None:
    with mock.patch.multiple(columns, CHARACTERS=10):
        pieces = [*batches([*pa.array(["1234", "5678", "90abc", "d" * 30, "e"])])]
    assert [len(piece) for piece in pieces] == [2, 1, 1, 1]


class Odd(str):
    """A text that says other things of itself than it holds."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"lunch?"


def test_a_class_of_texts_is_read_as_what_it_holds(guard: Guard) -> None:
    text, odd = "\ud800 send us your seed phrase", Odd("\ud800 send us your seed phrase")
    assert guard.check(odd) == guard.check(text)
    assert guard.explain(odd) == guard.explain(text)
    assert guard.check(odd, direction="outgoing") == guard.check(text, direction="outgoing")
    for column in ([odd], [odd, "a"], (odd,), np.array([odd], object)):
        assert guard.score(column)[0] == guard.check(text).risk


@given(st.lists(st.text(max_size=12), max_size=40), st.integers(1, 7), st.integers(1, 30))
def test_chunks_cover_everything_exactly_once(texts: list[str], most: int, size: int) -> None:
    whole = pack(["left out", *texts, "left out"])
    batch = TextBatch(whole.data, whole.offsets[1:-1])  # a slice: its text does not begin at byte 0
    with mock.patch.multiple(columns, CHUNK_MESSAGES=most, CHUNK_BYTES=size):
        pieces = list(batch.chunks())
    assert [text for _, piece in pieces for text in texts_of([piece])] == texts
    assert [at for at, _ in pieces] == [sum(len(p) for _, p in pieces[:k]) for k in range(len(pieces))]
    for _, piece in pieces:
        assert 1 <= len(piece) <= most
        assert len(piece) == 1 or piece.offsets[-1] - piece.offsets[0] <= size


@pytest.mark.parametrize("index", [[3, 1], [7, 7], pd.MultiIndex.from_tuples([("a", 1), ("a", 1)])], ids=["filtered", "twice", "levels"])
def test_verdicts_of_pandas_stand_on_their_rows(guard: Guard, index: Any) -> None:
    """The recipe of docs/columns.md."""
    frame = pd.DataFrame({"text": ["lunch?", "send us your seed phrase"]}).set_axis(index)
    verdicts = guard.scan(frame["text"]).to_pandas()
    judged = pd.concat([frame, verdicts.set_axis(frame.index)], axis=1)
    assert judged.index.equals(frame.index)
    assert [*zip(judged["text"], judged["kind"], strict=True)] == [("lunch?", ""), ("send us your seed phrase", "credential_request")]


def test_verdicts_stand_beside_the_columns_of_a_batch(guard: Guard) -> None:
    """What a task of Spark does, in this process."""
    texts = ["send us your seed phrase", "lunch?"]
    batch = pa.RecordBatch.from_pydict({"n": [1, 2], "said": texts})
    found = spark.beside(guard, batch, "said")
    assert found.schema.names[:2] == ["n", "said"]
    assert found.select(["n", "said"]).equals(batch)
    assert pa.Table.from_batches([found.select(found.schema.names[2:])]).to_pylist() == guard.scan(texts).to_pylist()
