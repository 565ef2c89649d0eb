"""Word graph: a trie becomes the smallest automaton that holds its paths (Daciuk et al. 2000), and that a set of hash tables.

From the last node back, nodes from which the same terms follow become one state: children come after their parents, so
the states below a node are known when it is its turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .automaton import ANY_ENDING, Terms, stem_bit
from .kernels import BASIS, PRIME, compiled, finished, inlined
from .slots import laid, place, room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .trie import Paths, Trie


def laid_out(paths: Paths, trie: Trie, meaning: NDArray[np.int64], concepts: NDArray[np.int64], slips: Mapping[int, int]) -> Terms:
    """Lay the words and the edges of the smallest automaton out as hash tables.

    Parameters
    ----------
    meaning
        What each node means plus one, or 0, (n,).
    concepts
        The concepts of each meaning plus one, then 0, (t, c).
    slips
        The key of a word that is taken for another, and of that other.
    """
    ends = meaning << 3
    np.bitwise_or.at(ends, trie.parent[1:], trie.leads[trie.step[1:] >> 1])
    state, kept = _merged(trie, ends)
    leaving = 1 + np.flatnonzero(np.isin(trie.parent[1:], kept))  # the nodes that edges lead to, each of which stands for its edge
    leaving = leaving[np.argsort(state[trie.parent[leaving]], kind="stable")]
    begins, step = state[trie.parent[leaving]], trie.step[leaving].astype(np.uint64)
    follow = np.zeros(len(kept), np.uint64)
    np.bitwise_or.at(follow, begins, np.uint64(1) << (step * ANY_ENDING >> np.uint64(58)))
    return Terms(
        _words(trie.words, slips),
        laid((begins.astype(np.uint64) << np.uint64(32) | step) * ANY_ENDING, state[leaving]),
        _bitmap(_stems(paths, trie)),
        state[1 + np.flatnonzero(trie.parent[1:] == 0)].astype(np.int32),
        ends[kept].astype(np.int32),
        follow,
        np.cumsum([0, *np.count_nonzero(concepts, axis=1)]).astype(np.int32),
        (concepts[concepts > 0] - 1).astype(np.int16),
    )


def _merged(trie: Trie, ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Merge nodes from which the same terms follow: the state of each node, and a node of each state."""
    below = 1 + np.argsort(trie.parent[1:] << 32 | trie.step[1:])  # by step, so that equal nodes list their edges alike
    starts = np.concatenate([[0], np.cumsum(np.bincount(trie.parent[1:], minlength=len(ends)))])
    state, kept = np.zeros(len(ends), np.int64), np.empty(len(ends), np.int64)
    many = _merge(ends, trie.step[below], below, starts, state, kept, np.zeros(room(len(ends)), np.int32))
    return state, kept[:many]


@compiled
def _merge(ends, step, below, starts, state, kept, slots):
    """Number the states, from the last node, which has nothing below it, to the first; the root is none. Return how many there are."""
    many, mask = 0, len(slots) - 1
    for i in range(1, len(ends)):
        node = len(ends) - i
        h = (BASIS ^ np.uint64(ends[node])) * PRIME
        for e in range(starts[node], starts[node + 1]):
            h = (h ^ np.uint64(step[e]) ^ np.uint64(state[below[e]]) << np.uint64(32)) * PRIME
        at = place(finished(h), slots)
        while slots[at] and not _alike(node, kept[slots[at] - 1], ends, step, below, starts, state):
            at = (at + 1) & mask
        if not slots[at]:
            kept[many] = node
            many += 1
            slots[at] = many
        state[node] = slots[at] - 1
    return many


@inlined
def _alike(one, two, ends, step, below, starts, state):
    """Say whether two nodes mean the same and lead to the same states by the same steps."""
    many = starts[one + 1] - starts[one]
    if ends[one] != ends[two] or many != starts[two + 1] - starts[two]:
        return False
    for k in range(many):
        x, y = starts[one] + k, starts[two] + k
        if step[x] != step[y] or state[below[x]] != state[below[y]]:
            return False
    return True


def _stems(paths: Paths, trie: Trie) -> NDArray[np.uint64]:
    """Give the key of the stem in which a path ends, once for each path that ends in one."""
    _, one = np.unique(trie.end, return_index=True)
    return paths.key[paths.starts[1:] - 1][one[paths.ending[one] > 0]]


def _bitmap(stems: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Set one bit a stem, of some thirty."""
    bits = np.zeros(1 << max(6, int(len(stems) // 2).bit_length()), np.uint64)
    _mark(stems, bits)
    return bits


@compiled
def _mark(stems, bits):
    for i in range(len(stems)):
        at = stem_bit(stems[i], bits)
        bits[at >> 6] |= np.uint64(1) << np.uint64(at & 63)


def _words(words: NDArray[np.uint64], slips: Mapping[int, int]) -> NDArray[np.uint64]:
    """Lay out the id of each word, and of each slip that is no word itself the id of the word that is meant."""
    ids = {word: i for i, word in enumerate(words.tolist())}
    more = {wrong: ids[right] for wrong, right in slips.items() if right in ids and wrong not in ids}
    to = np.concatenate([np.arange(len(words)), np.array(list(more.values()), np.int64)])
    return laid(np.concatenate([words, np.array(list(more), np.uint64)]), to)
