"""Table: collect verdicts column by column and hand them out as Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from .lexicon import KINDS
from .verdict import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """A growing table of verdicts. Most messages are allowed: only those looked at closer cost a Python object."""

    def __init__(self) -> None:
        self._batches: list[pa.RecordBatch] = []

    def add(  # noqa: PLR0913, PLR0917 - the columns
        self,
        risk: NDArray[np.float32],
        actions: NDArray[np.int8],
        closer: NDArray[np.int64],
        kinds: Sequence[str],
        asks: Sequence[Sequence[str]],
        rules: Sequence[Sequence[str]],
    ) -> None:
        """Append one batch.

        Parameters
        ----------
        risk, actions
            (n,); actions as places in ``Action``.
        closer, kinds, asks, rules
            (k,), the rows looked at closer and what was found; the others get "" and empty lists.
        """
        n = len(risk)
        arrays = [
            pa.array(risk, pa.float32()),
            pa.array([str(action) for action in Action]).take(pa.array(actions)),
            _kinds(n, closer, kinds),
            _lists(n, closer, asks),
            _lists(n, closer, rules),
        ]
        self._batches.append(pa.record_batch(arrays, schema=SCHEMA))

    def table(self) -> pa.Table:
        """Give all rows so far."""
        return pa.Table.from_batches(self._batches, SCHEMA)


def _kinds(n: int, rows: NDArray[np.int64], kinds: Sequence[str]) -> pa.Array:
    codes = np.zeros(n, np.int8)
    codes[rows] = [KINDS.index(kind) + 1 if kind else 0 for kind in kinds]
    return pa.array(["", *KINDS]).take(pa.array(codes))


def _lists(n: int, rows: NDArray[np.int64], lists: Sequence[Sequence[str]]) -> pa.Array:
    many = np.zeros(n + 1, np.int32)
    many[rows + 1] = [len(one) for one in lists]
    texts = pa.array([text for one in lists for text in one], pa.string())
    return pa.ListArray.from_arrays(pa.array(np.cumsum(many, dtype=np.int32)), texts)
