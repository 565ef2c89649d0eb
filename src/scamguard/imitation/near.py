"""Nearness in compiled code: is a run of letters within a few slips of a name (optimal string alignment distance)?

A name at most ``k`` edits away has about as many letters, and about the same ones: an edit takes away one kind of letter at
most, and brings in one at most. Both are compared before the distance itself is worked out, which is then rarely needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..kernels import compiled, inlined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LONGEST_NAME = 40  # letters; the registry's tables are built so


class Bent(NamedTuple):
    """Names by the lengths of the runs that may be near them."""

    spans: NDArray[np.int64]  # (LONGEST_NAME + 1,) where the candidates for a run of each length begin
    masks: NDArray[np.uint64]  # (k,) which letters each candidate has
    edits: NDArray[np.int64]  # (k,) how many slips are looked for
    ids: NDArray[np.int64]  # (k,) its row in ``names``
    names: NDArray[np.uint8]  # (names, LONGEST_NAME) letters
    lengths: NDArray[np.int64]  # (names,)
    rows: NDArray[np.int64]  # (3, LONGEST_NAME + 1) room for the distance


def bent(known: Mapping[str, int]) -> Bent:
    """Lay out names (skeleton → how many slips are looked for) for ``near``."""
    texts = sorted(known)
    table = np.zeros((len(texts), LONGEST_NAME), np.uint8)
    for row, text in zip(table, texts, strict=True):
        row[: len(text)] = np.frombuffer(text.encode(), np.uint8)
    by_length = [[i for i, text in enumerate(texts) if abs(len(text) - length) <= known[text]] for length in range(LONGEST_NAME)]
    ids = np.array([i for of in by_length for i in of], np.int64)
    masks = np.array([sum(1 << bit for bit in {ord(char) & 63 for char in text}) for text in texts], np.uint64)
    return Bent(
        np.concatenate([[0], np.cumsum([len(of) for of in by_length])]).astype(np.int64),
        masks[ids],
        np.array([known[text] for text in texts], np.int64)[ids],
        ids,
        table,
        np.array([len(text) for text in texts], np.int64),
        np.zeros((3, LONGEST_NAME + 1), np.int64),
    )


@compiled
def near(text, a, b, most, t):
    """Say whether the letters ``a:b`` are within ``most`` slips, and those it allows, of a name."""
    length = b - a
    if length < 4 or length >= len(t.spans) - 1:
        return False
    mask = np.uint64(0)
    for i in range(a, b):
        mask |= np.uint64(1) << np.uint64(text[i] & 63)
    for k in range(t.spans[length], t.spans[length + 1]):
        edits = min(t.edits[k], most)
        if _few(mask & ~t.masks[k], edits) and _few(t.masks[k] & ~mask, edits) and _within(text, a, b, t.ids[k], edits, t):
            return True
    return False


@inlined
def _few(bits, most):
    """Say whether at most ``most`` bits are set."""
    for _ in range(most):
        bits &= bits - np.uint64(1)
    return bits == 0


@compiled
def _within(text, a, b, name, most, t):
    """Work out the distance, row by row; stop where it cannot fall to ``most`` any more."""
    n, m, rows = b - a, t.lengths[name], t.rows
    if n - m > most or m - n > most:
        return False
    for j in range(m + 1):
        rows[0, j] = j
    for i in range(1, n + 1):
        row, above, higher = i % 3, (i - 1) % 3, (i - 2) % 3
        rows[row, 0] = least = i
        for j in range(1, m + 1):
            same = text[a + i - 1] == t.names[name, j - 1]
            cost = min(rows[above, j - 1] + (0 if same else 1), rows[above, j] + 1, rows[row, j - 1] + 1)
            if i > 1 and j > 1 and text[a + i - 1] == t.names[name, j - 2] and text[a + i - 2] == t.names[name, j - 1]:
                cost = min(cost, rows[higher, j - 2] + 1)
            rows[row, j] = cost
            least = min(least, cost)
        if least > most + 1:  # a swap may reach back over one row
            return False
    return rows[n % 3, m] <= most
