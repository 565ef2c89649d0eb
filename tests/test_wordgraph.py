"""The automaton is the smallest that holds the terms, and a stem brings its meaning to the words it stands for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from scamguard.automaton import LEADS
from scamguard.lexicon import Concept, Lexicon
from scamguard.terms import compile_terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scamguard.automaton import Terms

CONCEPTS = ("ask", "forbid", "noun")
paths = st.lists(st.sampled_from(["ab", "cab", "dab", "abc"]), min_size=1, max_size=4).map(tuple)


def compiled(meaning: Mapping[tuple[str, ...], set[str]]) -> Terms:
    """Compile paths of words, and what each means."""
    entries = (Concept(name=name, lang="xx", terms=(" ".join(path),)) for path, names in meaning.items() for name in sorted(names))
    return compile_terms(Lexicon(CONCEPTS, tuple(entries), ()))


def following(meaning: Mapping[tuple[str, ...], set[str]]) -> set[frozenset[tuple[tuple[str, ...], frozenset[str]]]]:
    """Say what follows each beginning of a path: those after which the same follows are one state."""
    begun = {path[:k] for path in meaning for k in range(1, len(path) + 1)}
    return {frozenset((path[len(b) :], frozenset(of)) for path, of in meaning.items() if path[: len(b)] == b) for b in begun}


@given(st.dictionaries(paths, st.sets(st.sampled_from(CONCEPTS), min_size=1), max_size=20))
def test_it_has_no_state_too_many(meaning: Mapping[tuple[str, ...], set[str]]) -> None:
    terms, states = compiled(meaning), following(meaning)
    assert len(terms.ends) == len(states)
    event(f"merged: {len(states) < len({path[:k] for path in meaning for k in range(1, len(path) + 1)})}")
    assert np.count_nonzero(terms.edges) == sum(len({rest[0] for rest, _ in state if rest}) for state in states)
    assert np.count_nonzero(terms.ends & LEADS) == sum(any(rest for rest, _ in state) for state in states)
    assert len(terms.first) == len({path[0] for path in meaning})


def test_the_order_of_the_terms_is_of_no_account() -> None:
    meaning = {("ab", "cab"): {"ask"}, ("dab", "cab"): {"ask"}, ("ab",): {"noun"}, ("cab", "abc", "ab"): {"forbid", "ask"}}
    one, other = compiled(meaning), compiled(dict(reversed(meaning.items())))
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one._fields)


def test_a_stem_means_its_word_as_well() -> None:
    terms = (("ask", "pass*"), ("noun", "pass"), ("forbid", "pass by"))
    entries = tuple(Concept(name=name, lang="xx", terms=(term,)) for name, term in terms)
    found = compile_terms(Lexicon(CONCEPTS, entries, ()))
    meanings = [found.concept[a:b].tolist() for a, b in pairwise(found.concept_start)]
    assert meanings == [[0], [0, 2], [1]]  # pass*; pass; pass by
