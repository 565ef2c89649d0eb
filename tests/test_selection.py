"""Filters of a scan take any name that a shell gives them."""

from __future__ import annotations

import os

import pyarrow as pa
import pytest

from scamguard.selection import Selection

ABOUT = pa.schema([("time", pa.timestamp("ms")), ("sender", pa.string()), ("channel", pa.string())])


@pytest.mark.parametrize("which", ["sender", "channel"])
@pytest.mark.parametrize(
    ("asked", "chosen"),
    [(b"mia\xff", ["mia\ufffd"]), (b"\xff", []), (b"mia", ["mia"]), ("é".encode(), ["é"])],
)
def test_a_name_in_bytes_that_are_no_text_is_what_a_dump_makes_of_it(which: str, asked: bytes, chosen: list[str]) -> None:
    names = ["mia", "mia\ufffd", "é", None]
    table = pa.table([[None] * 4, names, names], schema=ABOUT)
    selection = Selection(**{f"{which}s": (os.fsdecode(asked),)})  # type: ignore[arg-type]
    assert selection.messages(table)[which].to_pylist() == chosen
