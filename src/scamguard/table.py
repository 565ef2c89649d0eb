"""Table: collect verdicts column by column and hand them out as Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

SCHEMA = pa.schema(
    [
        ("risk", pa.float32()),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("asks", pa.list_(pa.string())),
        ("rules", pa.list_(pa.string())),
    ]
)


class Columns:
    """A growing table of verdicts."""

    def __init__(self) -> None:
        self._batches: list[pa.RecordBatch] = []

    def add(
        self,
        risk: NDArray[np.float32],
        actions: Sequence[str],
        kinds: Sequence[str],
        asks: Sequence[Sequence[str]],
        rules: Sequence[Sequence[str]],
    ) -> None:
        """Append one chunk; all columns are equally long."""
        arrays = [pa.array(column, field.type) for column, field in zip((risk, actions, kinds, asks, rules), SCHEMA, strict=True)]
        self._batches.append(pa.record_batch(arrays, schema=SCHEMA))

    def table(self) -> pa.Table:
        """Give all rows so far."""
        return pa.Table.from_batches(self._batches, SCHEMA)
