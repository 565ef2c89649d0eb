"""Rules fire as their readable twin does, and each clause of a rule does what its docstring says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scamguard.columns import pack
from scamguard.errors import LexiconError
from scamguard.fold import fold
from scamguard.lexicon import Concept, Lexicon, Rule
from scamguard.match import Hits, match
from scamguard.rules import compile_rules, fire, joined
from scamguard.terms import compile_terms
from scamguard.tokens import tokens

from .twins import rules as twin

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = tuple(f"c{i}" for i in range(128))
USED = ("c0", "c1", "c2", "c63", "c64", "c127")  # both words of bits, and their ends
names = st.sampled_from(USED)
PLAIN = Rule(id="x", why="", scope="clause", need=(("give",), ("seed",)), within=4, hit=(), spare=())


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule over the used concepts."""
    sets = st.lists(names, min_size=1, max_size=3).map(tuple)
    few = st.lists(names, max_size=1).map(tuple)
    return Rule(
        id="x", why="", hit=(), spare=(), scope=draw(st.sampled_from(["clause", "sentence", "message"])),
        need=tuple(draw(st.lists(sets, min_size=1, max_size=4))), within=draw(st.sampled_from([0, 1, 3, 12, 10_000])),
        ordered=draw(st.booleans()), unless=draw(few), unless_sentence=draw(few), unless_message=draw(few),
    )  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> list[twin.Hit]:
    """Any row of hits: each some units after the last, perhaps in a new clause or sentence."""
    unit = clause = sentence = 0
    hits = []
    for _ in range(draw(st.integers(0, 9))):
        ends = draw(st.sampled_from(["", "", "clause", "sentence"]))
        clause, sentence = clause + (ends != ""), sentence + (ends == "sentence")
        unit += draw(st.integers(0, 5))
        hits.append(twin.Hit(draw(names), unit, clause, sentence))
    return hits


def columns(batch: Sequence[Sequence[twin.Hit]]) -> Hits:
    """Lay hits out as the matcher does."""
    every = [hit for hits in batch for hit in hits]
    unit, clause, sentence = (np.array([getattr(hit, name) for hit in every], np.int32) for name in ("unit", "clause", "sentence"))
    concept = np.array([NAMES.index(hit.concept) for hit in every], np.int16)
    place = np.arange(len(every), dtype=np.int32)
    return Hits(concept, place, place + 1, unit, clause, sentence, np.cumsum([0, *map(len, batch)], dtype=np.int64))


@given(st.lists(messages(), max_size=4), st.lists(rules(), min_size=1, max_size=4))
def test_fire_equals_its_twin(batch: list[list[twin.Hit]], acts: list[Rule]) -> None:
    fired = fire(columns(batch), compile_rules(Lexicon(NAMES, (), tuple(acts))))
    starts = np.cumsum([0, *map(len, batch)])
    want = {(n, r, x, y) for n, hits in enumerate(batch) for r, rule in enumerate(acts) for x, y in twin.fire(hits, rule)}
    got = []
    for n in range(len(batch)):
        rows = range(int(fired.starts[n]), int(fired.starts[n + 1]))
        got += [(n, int(fired.rule[f]), int(fired.first[f] - starts[n]), int(fired.last[f] - starts[n])) for f in rows]
    event("fired" if want else "silent")
    freed = [replace(rule, unless=(), unless_sentence=(), unless_message=()) for rule in acts]
    excluded = any(twin.fire(hits, free) != twin.fire(hits, rule) for hits in batch for free, rule in zip(freed, acts, strict=True))
    event("something excluded" if excluded else "nothing excluded")
    assert len(got) == len(set(got))
    assert set(got) == want


@given(st.lists(rules(), max_size=3), st.lists(rules(), min_size=1, max_size=3))
def test_rules_joined_are_as_if_compiled_together(mine: list[Rule], more: list[Rule]) -> None:
    first, second, whole = (compile_rules(Lexicon(NAMES, (), tuple(acts), frames)) for acts, frames in (
        (mine, ("c2", "c127")), (more, ("c1",)), (mine + more, ("c2", "c127")),
    ))  # fmt: skip
    both = joined(first, second)
    for name in whole._fields:
        np.testing.assert_array_equal(getattr(both, name), getattr(whole, name), err_msg=name)
        assert getattr(both, name).dtype == getattr(whole, name).dtype, name


def test_compiled_rules_have_the_shapes_that_a_model_must_have() -> None:
    compiled = compile_rules(Lexicon(NAMES, (), (replace(PLAIN, need=(("c0",),)),), ("c2", "c127")))
    shapes = {name: getattr(compiled, name).shape for name in compiled._fields}
    assert shapes == {
        "need": (1, 4, 2), "needs": (1,), "within": (1,), "ordered": (1,), "unless": (1, 3, 2), "anchor_start": (385,), "anchored": (1,),
        "frame": (128,),
    }  # fmt: skip
    assert np.flatnonzero(compiled.frame).tolist() == [2, 127]


def test_a_rule_is_looked_at_where_the_fewest_of_its_concepts_stand() -> None:
    wide = replace(PLAIN, need=(("c0", "c1", "c2"), ("c64", "c64")))
    compiled = compile_rules(Lexicon(NAMES, (), (wide,)))
    assert np.flatnonzero(np.diff(compiled.anchor_start)).tolist() == [64]


def fires(rule: Rule, text: str) -> list[str]:
    """Give the words ``rule`` fires on, with a lexicon in which each concept is its own word."""
    concepts = ("give", "seed", "forbid", "please")
    lexicon = Lexicon(concepts, tuple(Concept(name=name, lang="xx", terms=(name,)) for name in concepts), (rule,))
    folded = fold(pack([text]))
    hits = match(folded, tokens(folded), compile_terms(lexicon))
    fired = fire(hits, compile_rules(lexicon))
    spans = zip(hits.start[fired.first], hits.stop[fired.last], strict=True)
    return ["".join(map(chr, folded.codes[a:b])) for a, b in spans]


@pytest.mark.parametrize(
    ("change", "text", "want"),
    [
        ({}, "give us your seed", ["give us your seed"]),
        ({}, "seed to give", ["seed to give"]),  # in any order …
        ({"ordered": True}, "seed to give", []),  # … unless it matters
        ({"ordered": True}, "seed: give seed", ["give seed"]),
        ({"ordered": True, "need": (("give",), ("seed",), ("please",))}, "give seed please", ["give seed please"]),
        ({}, "give one two three seed", ["give one two three seed"]),  # four words on
        ({}, "give one two three four seed", []),
        ({}, "give 一二三四五六 seed", ["give 一二三四五六 seed"]),  # a Chinese character is half a word
        ({}, "give 一二三四五六七 seed", []),
        ({}, "give it, seed", []),  # another clause
        ({"scope": "sentence"}, "give it, seed", ["give it, seed"]),
        ({"scope": "sentence"}, "give it. seed", []),
        ({"scope": "message"}, "give it. seed", ["give it. seed"]),
        ({}, "give seed. give the seed", ["give seed", "give the seed"]),  # once for each clause …
        ({"scope": "message"}, "give seed. give the seed", ["give seed"]),  # … or once for the message
        ({"unless": ("forbid",)}, "forbid, give seed", ["give seed"]),
        ({"unless": ("forbid",)}, "forbid give seed", []),
        ({"unless": ("forbid",)}, "give seed forbid", []),
        ({"unless": ("forbid",)}, "give seed please forbid, seed", []),
        ({"unless": ("forbid",)}, "forbid give seed, give seed", ["give seed"]),
        ({"unless": ("forbid",), "scope": "sentence"}, "give it forbid, seed", []),
        ({"unless_sentence": ("forbid",)}, "forbid, give seed", []),
        ({"unless_sentence": ("forbid",)}, "forbid. give seed", ["give seed"]),
        ({"unless_message": ("forbid",)}, "forbid. give seed", []),
        ({"need": (("give", "please"), ("seed",))}, "please seed", ["please seed"]),  # alternatives
        ({"need": (("seed",),)}, "the seed", ["seed"]),
    ],
)
def test_each_clause_of_a_rule(change: dict[str, object], text: str, want: list[str]) -> None:
    assert fires(replace(PLAIN, **change), text) == want  # type: ignore[arg-type]


def test_more_concepts_than_bits_are_refused() -> None:
    with pytest.raises(LexiconError, match=r"concepts\.toml: 129 concepts: only 128 fit"):
        compile_rules(Lexicon((*NAMES, "c128"), (), ()))


def test_a_rule_that_does_not_fire_keeps_no_other_from_it() -> None:
    hits = [twin.Hit("c0", 0, 0, 0), twin.Hit("c1", 1, 0, 0)]
    either, second, excluded = (replace(PLAIN, need=(names,)) for names in (("c0", "c1"), ("c1",), ("c1",)))
    excluded = replace(excluded, unless_message=("c0",))
    fired = fire(columns([hits]), compile_rules(Lexicon(NAMES, (), (either, excluded, second))))
    assert fired.rule.tolist() == [0, 2]


def test_more_firings_than_guessed_are_all_kept() -> None:
    """Room is guessed at two for each hit, and made when that is too little."""
    hits = [twin.Hit("c0", 0, 0, 0)] * 3
    acts = tuple(Rule(id=f"r{i}", why="", scope="clause", need=(("c0",),), hit=(), spare=()) for i in range(300))
    assert len(fire(columns([hits]), compile_rules(Lexicon(NAMES, (), acts))).rule) == 300
