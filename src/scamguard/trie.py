"""Trie: the paths of words that the forms of all terms spell, sorted and hung from one root.

All of it is flat arrays. A node is a number, higher than its parent's, and an edge is what the node it leads to says of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .automaton import ANY_ENDING, GLUED, LEADS, NUMBERS, STEMS
from .kernels import compiled, finished
from .slots import place, room

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEM: Final = 1
HANGUL_STEM: Final = 2
ENDINGS = np.array([0, ANY_ENDING, GLUED], np.uint64)  # what a last word is hashed with: it stands as it is, or is one of these stems


class Paths(NamedTuple):
    """The ``w`` words of ``p`` paths, each of at least one."""

    key: NDArray[np.uint64]  # (w,), hash of a word
    spaced: NDArray[np.bool_]  # (w,), white space comes before it; never before the first word of a path
    vague: NDArray[np.bool_]  # (w,), it holds a sort of number
    starts: NDArray[np.int64]  # (p + 1,)
    ending: NDArray[np.int64]  # (p,), of the last word: which of ENDINGS


class Trie(NamedTuple):
    """The ``n`` nodes of ``p`` paths; node 0 is the root."""

    words: NDArray[np.uint64]  # (i,), by id; those that begin a path come first
    leads: NDArray[np.int64]  # (i,), what a word says of the state that it leads away from: LEADS and more
    parent: NDArray[np.int64]  # (n,)
    step: NDArray[np.int64]  # (n,), id << 1 | spaced of the word that leads to a node
    end: NDArray[np.int64]  # (p,), the node where a path ends
    trunk: NDArray[np.int64]  # (p,), the same number for paths that differ in their ending alone


def grown(paths: Paths) -> Trie:
    """Hang all paths into a trie, sorted by their words; number the words as they appear in it."""
    distinct, rank = np.unique(paths.key, return_inverse=True)
    plain, last = rank << 1 | paths.spaced, paths.starts[1:] - 1
    order = _ordered(plain, paths)
    at, starts = _taken(paths.starts, order)
    rank[last] += len(distinct) * paths.ending  # a stem is a word of its own
    word = rank[at]
    seen = _first_seen(np.concatenate([word[starts[:-1]], word]))
    ids = np.empty(len(ENDINGS) * len(distinct), np.int64)
    ids[seen] = np.arange(len(seen))
    parent, step, end = _hung(ids[word] << 1 | paths.spaced[at], starts)
    end = end[np.argsort(order)]
    _, trunk = np.unique(parent[end] << 32 | plain[last], return_inverse=True)
    leads = np.where(seen < len(distinct), LEADS, LEADS | STEMS)
    leads[ids[rank[paths.vague]]] |= NUMBERS
    return Trie(distinct[seen % len(distinct)] ^ ENDINGS[seen // len(distinct)], leads, parent, step, end, trunk)


def _taken(starts: NDArray[np.int64], order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take the paths in another order: where each of their words stood, and where each path starts now."""
    lengths = np.diff(starts)[order]
    new = np.concatenate([[0], np.cumsum(lengths)])
    return np.arange(new[-1]) + np.repeat(starts[order] - new[:-1], lengths), new


def _ordered(steps: NDArray[np.int64], paths: Paths) -> NDArray[np.int64]:
    """Sort paths step by step, a shorter one first, then by ending: a radix sort, from the last steps to the first."""
    lengths = np.diff(paths.starts)
    by_length = np.lexsort((paths.ending, lengths))
    most = int(lengths.max(initial=0))
    bounds = np.searchsorted(lengths[by_length], np.arange(most + 2))
    order = by_length[:0]
    for k in range(most, 0, -1):
        order = np.concatenate([by_length[bounds[k] : bounds[k + 1]], order])
        order = order[np.argsort(steps[paths.starts[order] + k - 1], kind="stable")]
    return order


def _first_seen(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Name each of some small numbers once, in the order in which they first appear."""
    first = np.full(int(numbers.max(initial=-1)) + 1, len(numbers))
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]  # of those written to one place the last one stays
    return np.argsort(first, kind="stable")[: np.count_nonzero(first < len(numbers))]


def _hung(steps: NDArray[np.int64], starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give the parent and the step of each node, and the node where each path ends."""
    parent, step = np.zeros(len(steps) + 1, np.int64), np.zeros(len(steps) + 1, np.int64)
    end = np.empty(len(starts) - 1, np.int64)
    many = _hang(steps, starts, parent, step, end, np.zeros(room(len(steps)), np.int32))
    return parent[:many], step[:many], end


@compiled
def _hang(steps, starts, parent, step, end, slots):
    """Walk each path from the root, adding the nodes that are missing; return how many nodes there are."""
    many, mask = 1, len(slots) - 1
    for i in range(len(starts) - 1):
        node = 0
        for k in range(starts[i], starts[i + 1]):
            at = place(finished(np.uint64(node) << np.uint64(32) | np.uint64(steps[k])), slots)
            while slots[at] and (parent[slots[at]] != node or step[slots[at]] != steps[k]):
                at = (at + 1) & mask
            if not slots[at]:
                slots[at], parent[many], step[many] = many, node, steps[k]
                many += 1
            node = slots[at]
        end[i] = node
    return many
