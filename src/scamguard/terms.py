"""Terms: every form of every term of every lexicon, compiled into one automaton for :mod:`scamguard.match`.

The automaton is the smallest that holds them (a directed acyclic word graph): alternatives such as
``(send|give|tell) (me|us)`` cost little more than what is written.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from .automaton import ANY_ENDING, CODE, GLUED, LEADS, MOST_CONCEPTS, NUMBERS, PHONE, RUN, STEMS, Terms, exact, place, stem_bit
from .columns import pack
from .errors import LexiconError
from .fold import Folded, fold
from .kernels import compiled, finished
from .kinds import DIGIT, EMAIL, HANDLE, HANGUL, KIND, LETTER, LINK, PLANES, TOKEN
from .misspellings import misspelled
from .tokens import NUMBERED, SPACED, Tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .lexicon import Lexicon

_SYMBOLS = {  # what stands for it while a term is folded (Vai digits, squares); then its code point and kind
    "#": ("\ua620", RUN, LETTER), "<code>": ("\ua621", CODE, LETTER), "<phone>": ("\ua622", PHONE, LETTER),
    "<link>": ("\u2b12", LINK, TOKEN), "<email>": ("\u2b13", EMAIL, TOKEN), "<handle>": ("\u2b14", HANDLE, TOKEN),
}  # fmt: skip
_SECRET = frozenset({"password", "code_2fa", "private_key", "seed_phrase"})  # concepts whose names are misspelled on purpose
_GUARD = "一"  # a word may start and end beside it, and it takes part in no undoing
_Path = tuple[tuple[int, ...], int]  # key << 1 | spaced for each word; and how the last one ends: 0, ANY_ENDING or GLUED


def compile_terms(lexicon: Lexicon) -> Terms:
    """Build the automaton from every form of every term.

    Raises
    ------
    LexiconError
        A term folds to nothing, uses a character beyond the alphabet, glues sorts of numbers to what no message can match,
        or means more than four things.
    """
    paths, vague = _paths(lexicon)
    for path, ending in paths:
        if ending != int(ANY_ENDING):  # the word itself is among the words that "stem*" means
            paths[path, ending] |= paths.get((path, int(ANY_ENDING)), set())
            if len(paths[path, ending]) > MOST_CONCEPTS:
                named = ", ".join(lexicon.concepts[i] for i in sorted(paths[path, ending]))
                raise LexiconError("lexicons", f"a word of {named}", f"stands, with any ending, for over {MOST_CONCEPTS} concepts")
    return _automaton(paths, vague, _slips(lexicon))


def _slips(lexicon: Lexicon) -> dict[int, int]:
    """Map the key of each misspelling of a word that alone names a secret to the key of that word; none that two words share."""
    forms = sorted({form for entry in lexicon.entries if entry.name in _SECRET for form in entry.forms() if form.isalpha()})
    folded = _folded_forms(forms)
    text, starts = "".join(map(chr, folded.codes)), folded.starts.tolist()
    named = {text[begin:end] for begin, end in itertools.pairwise(starts)}
    pairs = sorted((wrong, word) for word in named for wrong in misspelled(word))
    wrongs, rights = _keys([wrong for wrong, _ in pairs]), _keys([right for _, right in pairs])
    meant: dict[int, set[int]] = {}
    for wrong, right in zip(wrongs, rights, strict=True):
        meant.setdefault(wrong, set()).add(right)
    return {wrong: min(right) for wrong, right in meant.items() if len(right) == 1}


def _keys(words: Sequence[str]) -> list[int]:
    """Hash folded words as ``match`` hashes the words of messages."""
    starts = np.cumsum([0, *map(len, words)])
    keys = np.empty(len(words), np.uint64)
    _exact_keys(np.array([ord(char) for word in words for char in word], np.uint32), starts[:-1], starts[1:], keys)
    found: list[int] = keys.tolist()
    return found


def _paths(lexicon: Lexicon) -> tuple[dict[_Path, set[int]], set[int]]:
    """Fold and cut every form: which concepts each path of words means, and the keys of words with a sort of number."""
    ids = {name: i for i, name in enumerate(lexicon.concepts)}
    forms = [(entry, form) for entry in lexicon.entries for form in entry.forms()]
    folded = _folded_forms([form.removesuffix("*") for _, form in forms])
    cut = tokens(folded)
    keys = np.empty(len(cut.key), np.uint64)
    _exact_keys(folded.codes, cut.start, cut.stop, keys)
    steps = [key << 1 | spaced for key, spaced in zip(keys.tolist(), (cut.sort & SPACED != 0).tolist(), strict=True)]
    kinds, bounds = (cut.sort & KIND).tolist(), cut.starts.tolist()
    vague, badly = _numbered(folded, cut)
    refused = {*_owners(cut.starts, badly), *_owners(folded.starts, folded.codes >= PLANES)}
    out: dict[_Path, set[int]] = {}
    for i, (entry, form) in enumerate(forms):
        a, b = bounds[i], bounds[i + 1]
        if a == b or i in refused:
            raise LexiconError(f"{entry.lang}.toml", f"concept {entry.name!r}", f"term {form!r} cannot be matched")
        worded = kinds[b - 1] in {LETTER, HANGUL, DIGIT} and not vague[b - 1]  # else there is no ending to vary
        ending = int(ANY_ENDING) if form.endswith("*") and worded else int(GLUED) if kinds[b - 1] == HANGUL else 0
        meaning = out.setdefault(((steps[a] & ~1, *steps[a + 1 : b]), ending), set())
        meaning.add(ids[entry.name])
        if len(meaning) > MOST_CONCEPTS:
            raise LexiconError(f"{entry.lang}.toml", f"term {form!r}", f"stands for over {MOST_CONCEPTS} concepts")
    return out, set(keys[vague].tolist())


def _owners(starts: NDArray[np.int64], which: NDArray[np.bool_]) -> list[int]:
    """Name the forms to which some of ``which`` belong."""
    owners: list[int] = np.unique(np.searchsorted(starts, np.flatnonzero(which), side="right") - 1).tolist()
    return owners


def _folded_forms(forms: Sequence[str]) -> Folded:
    """Fold terms as messages are folded; ``#`` and ``<…>`` become code points of their own."""
    marked = []
    for form in forms:
        text = form
        for name, (stand_in, _, _) in _SYMBOLS.items():
            text = text.replace(name, stand_in)
        marked.append(f"{_GUARD}{text.strip()}{_GUARD}")
    folded = fold(pack(marked))
    codes, kinds, kept = folded.codes.copy(), folded.kinds.copy(), np.ones(len(folded.codes), np.bool_)
    for stand_in, code, kind in _SYMBOLS.values():
        here = codes == ord(stand_in)
        codes[here], kinds[here] = code, kind
    kept[folded.starts[:-1]] = kept[folded.starts[1:] - 1] = False  # the guards
    return Folded(codes[kept], kinds[kept], folded.origin[kept], folded.starts - 2 * np.arange(len(folded.starts)))


def _numbered(folded: Folded, cut: Tokens) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find the words with a sort of number, and those of them that no message can match, (t,).

    None can where two numbers touch or ``<code>`` touches a letter.
    """
    vague, badly = np.zeros(len(cut.key), np.bool_), np.zeros(len(cut.key), np.bool_)
    marks = np.flatnonzero(np.isin(folded.codes, (RUN, CODE, PHONE)))
    for t in np.unique(np.searchsorted(cut.start, marks, side="right") - 1).tolist():
        word = folded.codes[cut.start[t] : cut.stop[t]]
        run = word == RUN
        alone = len(word) == 1 or not np.isin(word, (CODE, PHONE)).any()
        vague[t] = True
        badly[t] = not alone or (run[1:] & run[:-1]).any() or (run.any() and cut.sort[t] & NUMBERED)
    return vague, badly


@compiled
def _exact_keys(codes, start, stop, key):
    """Hash each token, digits as they are."""
    for t in range(len(start)):
        key[t] = exact(codes, start[t], stop[t])


def _automaton(paths: dict[_Path, set[int]], vague: set[int], slips: dict[int, int]) -> Terms:
    """Number the words, those that begin a term first; lay the edges of the smallest automaton out as a hash table."""
    ordered = sorted(paths)
    split = [[step >> 1 for step in path[:-1]] + [path[-1] >> 1 ^ ending] for path, ending in ordered]
    ids = {word: i for i, word in enumerate(dict.fromkeys([*(words[0] for words in split), *itertools.chain(*split)]))}
    spelled = ids | {wrong: ids[right] for wrong, right in slips.items() if right in ids and wrong not in ids}
    meanings = {of: i for i, of in enumerate(sorted({tuple(sorted(of)) for of in paths.values()}))}
    nodes: list[dict[int, int]] = [{}]  # word and whether a space comes before it → node
    ends = [0]
    for (path, ending), words in zip(ordered, split, strict=True):
        at = 0
        for k, word in enumerate(words):
            if k:
                ends[at] |= LEADS | (STEMS if ending and k == len(words) - 1 else 0) | (NUMBERS if word in vague else 0)
            at = nodes[at].setdefault(ids[word] << 1 | path[k] & 1, len(nodes))
            if at == len(nodes):
                nodes.append({})
                ends.append(0)
        ends[at] |= meanings[tuple(sorted(paths[path, ending]))] + 1 << 3
    state, kept = _merged(nodes, ends)
    steps = [(at << 32 | step, state[to]) for at, node in enumerate(kept) for step, to in nodes[node].items()]
    edges = {step * int(ANY_ENDING) & 0xFFFFFFFFFFFFFFFF: to for step, to in steps}
    counts = np.cumsum([0, *(len(of) for of in meanings)])
    return Terms(
        _table(np.array(list(spelled), np.uint64), np.array(list(spelled.values()), np.int64)),
        _table(np.array(list(edges), np.uint64), np.array(list(edges.values()), np.int64)),
        _bitmap(np.array([path[-1] >> 1 for path, ending in ordered if ending], np.uint64)),
        np.array([state[to] for _, to in sorted(nodes[0].items())], np.int32),
        np.array([ends[node] for node in kept], np.int32),
        np.array([_follow(nodes[node]) for node in kept], np.uint64),
        counts.astype(np.int32),
        np.array([c for of in meanings for c in of], np.int16),
    )


def _merged(nodes: list[dict[int, int]], ends: list[int]) -> tuple[list[int], list[int]]:
    """Merge nodes from which the same terms follow (Daciuk et al. 2000): the state of each node, and a node of each state."""
    state = [0] * len(nodes)
    kept: list[int] = []
    known: dict[tuple[int, frozenset[tuple[int, int]]], int] = {}
    for node in range(len(nodes) - 1, 0, -1):  # children come after their parents
        key = ends[node], frozenset((step, state[to]) for step, to in nodes[node].items())
        state[node] = known.setdefault(key, len(kept))
        if state[node] == len(kept):
            kept.append(node)
    return state, kept


def _follow(steps: dict[int, int]) -> int:
    """Set a bit of 64 for each of a state's edges."""
    bits = 0
    for step in steps:
        bits |= 1 << (step * int(ANY_ENDING) >> 58 & 63)
    return bits


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


def _table(keys: NDArray[np.uint64], to: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Lay keys out in an open-addressed table, at most seven tenths full."""
    slots = np.zeros(1 << max(6, int(len(keys) / 0.7).bit_length()), np.uint64)
    _insert(keys, to, slots)
    return slots


@compiled
def _insert(keys, to, slots):
    mask = len(slots) - 1
    for i in range(len(keys)):
        h = finished(keys[i])
        at = place(h, slots)
        while slots[at]:
            at = (at + 1) & mask
        slots[at] = h << np.uint64(24) | np.uint64(to[i] + 1)
