"""Terms: every form of every term of every lexicon, compiled into one automaton for :mod:`scamguard.match`.

The automaton is the smallest that holds them (a directed acyclic word graph): alternatives such as
``(send|give|tell) (me|us)`` cost little more than what is written.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from .automaton import CODE, MOST_CONCEPTS, PHONE, RUN, Terms, exact
from .columns import pack
from .errors import LexiconError
from .fold import Folded, fold
from .kernels import compiled
from .kinds import DIGIT, EMAIL, HANDLE, HANGUL, KIND, LETTER, LINK, PLANES, TOKEN
from .misspellings import misspelled
from .tokens import NUMBERED, SPACED, Tokens, tokens
from .trie import ENDINGS, HANGUL_STEM, STEM, Paths, Trie, grown
from .wordgraph import laid_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .lexicon import Concept, Lexicon

_SYMBOLS = {  # what stands for it while a term is folded (Vai digits, squares); then its code point and kind
    "#": ("\ua620", RUN, LETTER), "<code>": ("\ua621", CODE, LETTER), "<phone>": ("\ua622", PHONE, LETTER),
    "<link>": ("\u2b12", LINK, TOKEN), "<email>": ("\u2b13", EMAIL, TOKEN), "<handle>": ("\u2b14", HANDLE, TOKEN),
}  # fmt: skip
SECRETS = frozenset({"password", "code_2fa", "private_key", "seed_phrase"})  # concepts with names that are misspelled on purpose
_GUARD = "一"  # a word may start and end beside it, and it takes part in no undoing


class Forms(NamedTuple):
    """Every form of every term, and whose it is."""

    texts: list[str]
    owner: NDArray[np.int64]  # which of ``entries``
    entries: Sequence[Concept]

    def entry(self, i: int) -> Concept:
        """Name the entry of a form."""
        return self.entries[int(self.owner[i])]


def compile_terms(lexicon: Lexicon) -> Terms:
    """Build the automaton from every form of every term.

    Raises
    ------
    LexiconError
        A term folds to nothing, uses a character beyond the alphabet, glues sorts of numbers to what no message can match,
        or means more than four things.
    """
    forms = _forms(lexicon)
    paths = _paths(forms)
    trie = grown(paths)
    meaning, concepts = _meanings(lexicon, forms, paths, trie)
    return laid_out(paths, trie, meaning, concepts, _slips(lexicon))


def _forms(lexicon: Lexicon) -> Forms:
    spelled = [entry.forms() for entry in lexicon.entries]
    owner = np.repeat(np.arange(len(spelled)), np.array([len(of) for of in spelled], np.int64))
    return Forms(list(itertools.chain.from_iterable(spelled)), owner, lexicon.entries)


def _slips(lexicon: Lexicon) -> dict[int, int]:
    """Map the key of each misspelling of a word that alone names a secret to the key of that word; none that two words share."""
    forms = sorted({form for entry in lexicon.entries if entry.name in SECRETS for form in entry.forms() if form.isalpha()})
    folded = _folded_forms(forms)
    text, starts = "".join(map(chr, folded.codes)), folded.starts.tolist()
    named = {text[begin:end] for begin, end in itertools.pairwise(starts)}
    pairs = sorted((wrong, word) for word in named for wrong in misspelled(word))
    wrongs, rights = word_keys([wrong for wrong, _ in pairs]), word_keys([right for _, right in pairs])
    meant: dict[int, set[int]] = {}
    for wrong, right in zip(wrongs, rights, strict=True):
        meant.setdefault(wrong, set()).add(right)
    return {wrong: min(right) for wrong, right in meant.items() if len(right) == 1}


def word_keys(words: Sequence[str]) -> list[int]:
    """Hash folded words as ``match`` hashes the words of messages."""
    starts = np.cumsum([0, *map(len, words)])
    keys = np.empty(len(words), np.uint64)
    _exact_keys(np.array([ord(char) for word in words for char in word], np.uint32), starts[:-1], starts[1:], keys)
    found: list[int] = keys.tolist()
    return found


def _paths(forms: Forms) -> Paths:
    """Fold and cut every form."""
    folded = _folded_forms([form.removesuffix("*") for form in forms.texts])
    cut = tokens(folded)
    vague, badly = _numbered(folded, cut)
    refused = [*_owners(cut.starts, badly), *_owners(folded.starts, folded.codes >= PLANES), *np.flatnonzero(np.diff(cut.starts) == 0)]
    if refused:
        entry, form = forms.entry(min(refused)), forms.texts[min(refused)]
        raise LexiconError(entry.place, f"concept {entry.name!r}", f"term {form!r} cannot be matched")
    key = np.empty(len(cut.key), np.uint64)
    _exact_keys(folded.codes, cut.start, cut.stop, key)
    spaced = cut.sort & SPACED != 0
    spaced[cut.starts[:-1]] = False
    last = cut.starts[1:] - 1
    kind = cut.sort[last] & KIND
    starred = np.array([form.endswith("*") for form in forms.texts], np.bool_)
    starred &= np.isin(kind, (LETTER, HANGUL, DIGIT)) & ~vague[last]  # else there is no ending to vary
    return Paths(key, spaced, vague, cut.starts, np.where(starred, STEM, np.where(kind == HANGUL, HANGUL_STEM, 0)))


def _owners(starts: NDArray[np.int64], which: NDArray[np.bool_]) -> list[int]:
    """Name the forms to which some of ``which`` belong."""
    owners: list[int] = np.unique(np.searchsorted(starts, np.flatnonzero(which), side="right") - 1).tolist()
    return owners


def _folded_forms(forms: Sequence[str]) -> Folded:
    """Fold terms as messages are folded; ``#`` and ``<…>`` become code points of their own."""
    marked = []
    for form in forms:
        text = form
        if "#" in form or "<" in form:
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
    word, run = np.searchsorted(cut.start, marks, side="right") - 1, folded.codes[marks] == RUN
    vague[word] = True
    badly[word[~run & (cut.stop[word] - cut.start[word] > 1)]] = True
    badly[word[run & (cut.sort[word] & NUMBERED != 0)]] = True
    touching = run[1:] & run[:-1] & (np.diff(marks) == 1) & (np.diff(word) == 0)
    badly[word[1:][touching]] = True
    return vague, badly


@compiled
def _exact_keys(codes, start, stop, key):
    """Hash each token, digits as they are."""
    for t in range(len(start)):
        key[t] = exact(codes, start[t], stop[t])


def _meanings(lexicon: Lexicon, forms: Forms, paths: Paths, trie: Trie) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the sets of concepts that paths mean: which of them each node means plus one, or 0; and their concepts plus one, (t, 4)."""
    ids = {name: i for i, name in enumerate(lexicon.concepts)}
    concept = np.array([ids[entry.name] for entry in forms.entries], np.int64)[forms.owner]
    pairs = np.sort(np.concatenate([trie.end << 16 | concept, _by_stem(paths, trie, concept)]))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    nodes, first, many = np.unique(pairs >> 16, return_index=True, return_counts=True)
    if many.max(initial=0) > MOST_CONCEPTS:
        _refuse_crowded(lexicon, forms, trie, concept, pairs)
    rows = np.zeros((len(nodes), MOST_CONCEPTS), np.int64)
    rows[np.repeat(np.arange(len(nodes)), many), np.arange(len(pairs)) - np.repeat(first, many)] = (pairs & 0xFFFF) + 1
    _, one, which = np.unique(rows.astype(">u2").view(">u8").ravel(), return_index=True, return_inverse=True)  # four numbers are one
    meaning = np.zeros(len(trie.parent), np.int64)
    meaning[nodes] = which + 1
    return meaning, rows[one]


def _by_stem(paths: Paths, trie: Trie, concept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give what words mean as they are among the words that a stem means (``pass`` and ``pass*``): ``node << 16 | concept``."""
    ends = np.zeros((int(trie.trunk.max(initial=-1)) + 1, len(ENDINGS)), np.int64)
    ends[trie.trunk, paths.ending] = trie.end
    stems = paths.ending == STEM
    others = ends[trie.trunk[stems]]
    others[:, STEM] = 0
    found: NDArray[np.int64] = (others << 16 | concept[stems, None])[others > 0]
    return found


def _refuse_crowded(lexicon: Lexicon, forms: Forms, trie: Trie, concept: NDArray[np.int64], pairs: NDArray[np.int64]) -> NoReturn:
    """Name the form that is one too many of its path; if none is, what a stem adds too much to."""
    meant: dict[int, set[int]] = {}
    for i, (node, of) in enumerate(zip(trie.end.tolist(), concept.tolist(), strict=True)):
        meant.setdefault(node, set()).add(of)
        if len(meant[node]) > MOST_CONCEPTS:
            raise LexiconError(forms.entry(i).place, f"term {forms.texts[i]!r}", f"stands for over {MOST_CONCEPTS} concepts")
    node = next(node for node in meant if np.count_nonzero(pairs >> 16 == node) > MOST_CONCEPTS)
    named = ", ".join(lexicon.concepts[i] for i in (pairs[pairs >> 16 == node] & 0xFFFF).tolist())
    raise LexiconError("lexicons", f"a word of {named}", f"stands, with any ending, for over {MOST_CONCEPTS} concepts")
