"""Spark gives the verdicts of `Guard.scan` to the bit, on a real cluster of two executor processes on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from scamguard import spark as on_spark
from scamguard.errors import InputError
from scamguard.guard import Guard
from scamguard.train import golden
from scamguard.verdict import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

pyspark_sql = pytest.importorskip("pyspark.sql", reason="needs the spark extra")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pyspark's own, of the libraries it uses
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # sockets to the Java side, closed with the session
]
# four Java processes that live for seconds: less than half the processor time
FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xverify:none"
ODD = ["", None, "\x00", "🔑" * 3000, "line\nbreak", "請把助記詞發給我"]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Start two executors with a core each, and a Python worker beside each."""
    builder = pyspark_sql.SparkSession.builder.master("local-cluster[2,1,1024]").appName("scamguard")
    for key, value in {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50",
        "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",  # compiling a plan takes long
        "spark.sql.adaptive.enabled": "false", "spark.log.level": "OFF",
        "spark.metrics.executorMetricsSource.enabled": "false", "spark.metrics.staticSources.enabled": "false",
    }.items():  # fmt: skip
        builder = builder.config(key, value)
    with pytest.MonkeyPatch.context() as around:
        around.setenv("PYSPARK_PYTHON", sys.executable)
        around.setenv("JAVA_TOOL_OPTIONS", FAST_START)
        session = builder.getOrCreate()
        yield session
        session.stop()
        _end(session.sparkContext)


def _end(context: Any) -> None:
    """End Spark's Java process, which otherwise lives, with its memory, as long as this one; it ends when nobody can write to it."""
    gateway = context._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(60)
    type(context)._gateway = type(context)._jvm = None  # a next session starts another


def messages(spark: Any) -> tuple[pa.Table, Any]:
    """Give the golden cases and odd messages, here and as a DataFrame cut into four parts."""
    texts = [*(message.text for message in golden.cases()), *ODD]
    table = pa.table({"id": pa.array(range(len(texts)), pa.int64()), "text": texts})
    return table, spark.createDataFrame(table).repartition(4)


def test_the_same_verdicts_to_the_bit(spark: Any, guard: Guard) -> None:
    table, frame = messages(spark)
    want = guard.scan(table["text"])  # first, so that the kernels are compiled once and not by each worker
    found = on_spark.scan(frame).toArrow().sort_by("id")
    assert found.schema.names == ["id", "text", *want.schema.names]
    assert found["text"].to_pylist() == table["text"].to_pylist()
    assert np.array_equal(found["risk"].to_numpy().view(np.int32), want["risk"].to_numpy().view(np.int32))
    for name in ("action", "kind", "asks", "rules"):
        assert found[name].to_pylist() == want[name].to_pylist()


def test_several_processes_do_the_work(spark: Any) -> None:
    _, frame = messages(spark)

    def who(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.record_batch([pa.array([os.getpid()])], ["pid"])

    seen = set(frame.mapInArrow(who, "pid long").toArrow()["pid"].to_pylist())
    assert len(seen) >= 2
    assert os.getpid() not in seen


def test_another_guard_travels(spark: Any, guard: Guard) -> None:
    _, frame = messages(spark)
    strict = Guard(guard.model, Policy(warn=0.0, block=0.0))
    assert set(on_spark.scan(frame, guard=strict).toArrow()["action"].to_pylist()) == {"block"}


def test_an_empty_frame(spark: Any) -> None:
    found = on_spark.scan(spark.createDataFrame(pa.table({"text": pa.array([], pa.string())}))).toArrow()
    assert found.num_rows == 0
    assert found.schema.names == ["text", "risk", "action", "kind", "asks", "rules"]


@pytest.mark.parametrize(
    ("schema", "column", "match"),
    [
        ("body string", "text", "unknown column 'text'; known: body"),
        ("text string, text string", "text", "column 'text' is there 2 times"),
        ("text long", "text", "column 'text' is of bigint, not of strings"),
        ("text string, Risk float", "text", "column 'risk' is there already"),
        ("`a.b` string, text long", "a.c", "unknown column 'a.c'; known: a.b, text"),
    ],
)
def test_a_frame_that_does_not_fit_is_named(spark: Any, schema: str, column: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        on_spark.scan(spark.createDataFrame([], schema), column)


@pytest.mark.parametrize(
    ("schema", "column"),
    [
        ("text string, `user.name` string", "text"),
        ("`user.name` string, `message.text` string", "message.text"),
        ("`a``b` string, text string, `` string", "text"),
        ("Text string, text string", "text"),
        ("text string, Text string", "text"),
        ("id string, text string, id string", "text"),
    ],
)
def test_other_columns_may_be_called_anything(spark: Any, guard: Guard, schema: str, column: str) -> None:
    frame = spark.createDataFrame([], schema)
    names, at = frame.columns, frame.columns.index(column)
    rows = [tuple("send us your seed phrase" if i == at else f"cell {i}" for i in range(len(names)))]
    found = on_spark.scan(spark.createDataFrame(rows, frame.schema), column)
    want = guard.scan([rows[0][at]]).to_pylist()[0]
    assert found.columns == [*names, *want]
    [row] = found.collect()
    assert (tuple(row)[: len(names)], list(row)[len(names) :]) == (rows[0], list(want.values()))


def test_what_travels_along_keeps_its_type_and_notes(spark: Any) -> None:
    of = pyspark_sql.types
    fields = [of.StructField("text", of.StringType()), of.StructField("n.m", of.ArrayType(of.LongType()), metadata={"unit": "s"})]
    frame = spark.createDataFrame([("hi", [1, 2])], of.StructType(fields))
    found = on_spark.scan(frame)
    assert found.schema.fields[:2] == frame.schema.fields
    assert found.select("`n.m`").collect()[0][0] == [1, 2]


@pytest.mark.parametrize("column", ["a column", None, 3])
def test_a_column_is_given_by_its_name(spark: Any, column: Any) -> None:
    frame = spark.createDataFrame([], "text string")
    with pytest.raises(InputError, match=r"^column is \w+; give the name of a column, such as 'text'"):
        on_spark.scan(frame, frame.text if column == "a column" else column)


def test_other_frames_are_none_of_sparks() -> None:
    frames: list[Any] = [[1], pa.table({"text": ["hi"]})]
    for frame in frames:
        with pytest.raises(InputError, match=r"^frame is (list|Table), not a DataFrame of Spark; of other columns use Guard\.scan"):
            on_spark.scan(frame)
