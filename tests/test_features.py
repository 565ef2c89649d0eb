"""Every block of features agrees with its readable twin, and passages lose nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from scamguard import features, kinds, ngrams, passages
from scamguard.columns import pack
from scamguard.fold import fold
from scamguard.lexicon import Concept, Lexicon, Rule
from scamguard.match import match
from scamguard.rules import compile_rules, fire
from scamguard.seen import EVERY
from scamguard.terms import compile_terms
from scamguard.tokens import tokens

from . import alphabets
from .twins import features as twin

if TYPE_CHECKING:
    from scamguard.fold import Folded
    from scamguard.ngrams import Grams
    from scamguard.passages import Passages

BITS = 9  # few, so that n-grams collide
CONCEPTS = ("give", "never", "noun", "asks")
_TERMS = (("send", "发"), ("never", "不要"), ("seed", "密码", "码"), ("?",))
LEXICON = Lexicon(
    CONCEPTS,
    tuple(Concept(name=name, lang="xx", terms=terms) for name, terms in zip(CONCEPTS, _TERMS, strict=True)),
    (Rule(id="ask", why="", scope="sentence", need=(("give",), ("noun",)), hit=(), spare=()),),
    frames=("never", "asks"),
)
TERMS, RULES = compile_terms(LEXICON), compile_rules(LEXICON)
planted = st.sampled_from(["send ", "never ", "your seed ", "发", "密码", "不要", "? ", ". ", ", "])
batches = st.lists(st.lists(planted | alphabets.pieces, max_size=10).map("".join), max_size=4)
long_texts = st.lists(st.sampled_from(["word ", "密码", "。", "x" * 50, "never send seed? ", "\n", "y" * 900 + " "]), max_size=200).map(
    "".join
)


def rows(folded: Folded, where: Passages) -> list[tuple[str, list[int]]]:
    """Read each passage as ``(text, kinds and marks)``."""
    spans = zip(where.start.tolist(), where.stop.tolist(), strict=True)
    return [("".join(map(chr, folded.codes[a:b])), folded.kinds[a:b].tolist()) for a, b in spans]


def lists(grams: Grams) -> list[list[int]]:
    """Read each passage's n-grams."""
    return [grams.ids[a:b].tolist() for a, b in pairwise(grams.starts.tolist())]


def distinct(ids: list[int]) -> list[int]:
    """Keep the first of each."""
    return list(dict.fromkeys(ids))


def sorts_of(marked: list[int]) -> list[int]:
    """Give kinds without marks."""
    return [kind & kinds.KIND for kind in marked]


@given(batches)
def test_word_and_char_grams_equal_their_twins(texts: list[str]) -> None:
    folded = fold(pack(texts))
    where = passages.passages(folded, tokens(folded))
    read = [(text, sorts_of(marked)) for text, marked in rows(folded, where)]
    assert lists(ngrams.word_grams(tokens(folded), where, BITS)) == [distinct(twin.word_grams(text, sorts, BITS)) for text, sorts in read]
    for bits, orders, most in ((BITS, (2, 4), 3), (20, (1, 1), 1), (20, (2, 3), EVERY)):
        counted = [twin.char_grams(text, sorts, bits, orders, most) for text, sorts in read]
        assert lists(ngrams.char_grams(folded, where, bits, orders, most)) == counted


@given(batches, long_texts)
def test_framed_words_and_concept_grams_equal_their_twins(texts: list[str], long: str) -> None:
    folded = fold(pack([*texts, long]))
    hits, where = match(folded, tokens(folded), TERMS), passages.passages(folded, tokens(folded))
    framed, concepts, seen = [], [], rows(folded, where)
    frame = {CONCEPTS.index(name) for name in LEXICON.frames}
    for n in range(len(folded)):
        own = slice(hits.starts[n], hits.starts[n + 1])
        found = list(zip(hits.start[own].tolist(), hits.concept[own].tolist(), hits.sentence[own].tolist(), strict=True))
        for p in range(where.starts[n], where.starts[n + 1]):
            a, b = int(where.start[p]), int(where.stop[p])
            text, sorts = seen[p][0], sorts_of(seen[p][1])
            framed.append(distinct(twin.framed_words(text, sorts, [(at - a, c) for at, c, _ in found if a <= at < b], frame, BITS)))
            concepts.append(distinct(twin.concept_grams([(c, sentence) for at, c, sentence in found if a <= at < b], BITS)))
    event("framed words" if any(framed) else "no frame")
    assert lists(ngrams.framed_words(tokens(folded), hits, where, RULES.frame, BITS)) == framed
    assert lists(ngrams.concept_grams(hits, where, BITS)) == concepts


@given(batches, long_texts)
def test_a_rule_is_a_column_of_the_passages_that_hold_all_of_it(texts: list[str], long: str) -> None:
    folded = fold(pack([*texts, long]))
    hits, where = match(folded, tokens(folded), TERMS), passages.passages(folded, tokens(folded))
    fired = fire(hits, RULES)
    want = np.zeros((len(where.start), 1), np.bool_)
    for n in range(len(folded)):
        for f in range(fired.starts[n], fired.starts[n + 1]):
            for p in range(where.starts[n], where.starts[n + 1]):
                want[p, fired.rule[f]] |= where.start[p] <= hits.start[fired.first[f]] and hits.start[fired.last[f]] < where.stop[p]
    event("rule fired" if want.any() else "no rule fired")
    got = features.rules_within(hits, fired, where)
    assert lists(got) == [[0] * int(row[0]) for row in want]


@given(batches)
def test_shape_equals_its_twin(texts: list[str]) -> None:
    folded = fold(pack(texts))
    where = passages.passages(folded, tokens(folded))
    want = [[float(twin.shape(*row)[name]) for name in features.SHAPE] for row in rows(folded, where)]
    fast = features.shape(folded, tokens(folded), where)
    np.testing.assert_allclose(fast, np.array(want, np.float32).reshape(fast.shape), rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("see https://a.example", {"link"}),
        ("https://a.example or b.example", {"link", "links"}),
        ("mail me@a.example", {"email"}),
        ("ask @some_one", {"handle"}),
        ("call 4402079460", {"phone"}),
        ("code 1234", {"code"}),
        ("code 123", set()),
        ("pay $5", {"amount"}),
        ("付 ￥5", {"amount"}),
        ("the s33d", {"disguised"}),
        ("the p a s s w o r d", {"disguised", "disguised_much"}),
        ("LAST chance", {"shouted_word"}),
        ("YOUR ACCOUNT WILL BE CLOSED", {"shouted_word", "shouted"}),
        ("hurry!!", {"exclaims"}),
        ("really?", {"asks"}),
        ("one\ntwo\nthree", {"lines"}),
        ("an ordinary line", set()),
        ("", set()),
    ],
)
def test_what_each_shape_column_sees(text: str, columns: set[str]) -> None:
    folded = fold(pack([text]))
    [row] = features.shape(folded, tokens(folded), passages.passages(folded, tokens(folded)))
    assert {name for name, value in zip(features.SHAPE, row, strict=True) if value} - {"length", "digit_share"} == columns


@given(st.lists(long_texts | alphabets.messages, max_size=4))
def test_passages_cover_each_message_and_overlap(texts: list[str]) -> None:
    folded = fold(pack(texts))
    cut = tokens(folded)
    where = passages.passages(folded, cut)
    seen = np.zeros(len(folded.codes), np.int64)
    for a, b in zip(where.start.tolist(), where.stop.tolist(), strict=True):
        seen[a:b] += 1
    assert seen.min(initial=1) >= 1
    assert seen.max(initial=0) <= passages.OVERLAP
    assert len(where.start) <= passages.most(len(folded), len(folded.codes))
    for n in range(len(folded)):
        wide, small = twin.windows(cut, n, folded.starts[n : n + 2].tolist(), folded.codes)
        own = slice(where.starts[n], where.starts[n + 1])
        event("several passages" if len(wide + small) > 1 else "one passage")
        assert list(zip(where.start[own].tolist(), where.stop[own].tolist(), strict=True)) == wide + small
        assert where.among[own].tolist() == [1] * len(wide) + [len({begin for begin, _ in small})] * len(small)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20), st.booleans()), max_size=9))
def test_windows_that_ask_pay_for_those_that_lie_apart(drawn: list[tuple[int, int, bool]]) -> None:
    """The twin walks from one asking window to the next that begins behind it."""
    windows = sorted(drawn)
    start, size, asks = (np.array(column, np.int64) for column in zip(*windows, strict=True)) if windows else (np.empty(0, np.int64),) * 3
    among = np.array([1] + [len(windows)] * len(windows), np.int32)  # a wide one goes first
    rules, starts = np.zeros(int(asks.sum()) + 1, np.uint32), np.concatenate([[0, 1], 1 + np.cumsum(asks)])
    begin, end = np.concatenate([[0], start]), np.concatenate([[99], start + size])
    passages.stand_out(begin, end, np.array([0, len(among)]), rules, starts, np.array([True]), among)
    many, until = 0, -1
    for begins, length, asking in windows:
        if asking and begins >= until:
            many, until = many + 1, begins + length
    assert among.tolist() == [1] + [many if asking and len(windows) > 1 else len(windows) for *_, asking in windows]


@given(long_texts, st.data())
def test_half_a_wide_passage_is_never_cut(text: str, data: st.DataObject) -> None:
    """Whatever stands within half a passage is whole in some passage: no cut hides a scam."""
    folded = fold(pack([text]))
    where = passages.passages(folded, tokens(folded))
    assume(len(folded.codes) > 0)
    weight = np.where(folded.kinds & kinds.KIND == kinds.IDEO, 3, 1)
    start = data.draw(st.integers(0, len(weight) - 1))
    stop = start + int(np.searchsorted(np.cumsum(weight[start:]), passages.WIDE, side="right"))
    assert any(a <= start and stop <= b for a, b in zip(where.start, where.stop, strict=True))


@pytest.mark.parametrize("around", ["we had rain all day, then a long walk by the sea. ", "今天下午我们沿着海边散步，晚上一起吃了火锅。"])
@pytest.mark.parametrize("many", [3, 10, 40])
def test_what_stands_between_other_sentences_begins_a_passage(around: str, many: int) -> None:
    folded = fold(pack([around * many + "send us the twelve words. " + around * many]))
    where = passages.passages(folded, tokens(folded))
    text = "".join(map(chr, folded.codes))
    assert text.index("send us") in where.start.tolist()


def test_a_short_message_of_one_line_is_one_passage() -> None:
    folded = fold(pack(["word " * 50, "密码" * 45, "", "send us the twelve words\nbye"]))
    where = passages.passages(folded, tokens(folded))
    assert where.starts.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("tail", ["With kind wishes,\nCarla Jensen", "Sent from my phone, sorry for the brevity"])
@pytest.mark.parametrize("head", ["", "lol did you watch the match last night?\n", "From: Jo Tan\nSubject: your wallet\n\n"])
def test_a_line_among_lines_is_a_passage(head: str, tail: str) -> None:
    folded = fold(pack([f"{head}send us the twelve words of it\n\n{tail}"]))
    where = passages.passages(folded, tokens(folded))
    text = "".join(map(chr, folded.codes))
    begin = text.index("send us")
    assert (begin, begin + len("send us the twelve words of it")) in zip(where.start.tolist(), where.stop.tolist(), strict=True)


@given(batches)
def test_n_grams_can_be_found_again_in_the_text(texts: list[str]) -> None:
    """For explanations: the first place of an n-gram hashes to it."""
    folded = fold(pack(texts))
    where = passages.passages(folded, tokens(folded))
    chars = ngrams.char_grams(folded, where, 20, (2, 3), EVERY, placed=True)
    words = ngrams.word_grams(tokens(folded), where, 20, placed=True)
    text, sorts = "".join(map(chr, folded.codes)), sorts_of(folded.kinds.tolist())
    for grams in (chars, words):
        assert len(grams.first) == len(grams.size) == len(grams.ids)
    for key, at, size in zip(chars.ids.tolist(), chars.first.tolist(), chars.size.tolist(), strict=True):
        assert twin.char_grams(text[at : at + size], sorts[at : at + size], 20, (size, size), EVERY) == [key]
    for key, at, size in zip(words.ids.tolist(), words.first.tolist(), words.size.tolist(), strict=True):
        assert key in twin.word_grams(text[at : at + size], sorts[at : at + size], 20)


@pytest.mark.parametrize("bits", [1, 8, 15, 20])
def test_ids_lie_below_the_size_of_the_table(bits: int) -> None:
    folded = fold(pack(["never send your seed to 密码 客服 @some_one, ok? " * 40]))
    hits, where = match(folded, tokens(folded), TERMS), passages.passages(folded, tokens(folded))
    for grams in (
        ngrams.word_grams(tokens(folded), where, bits),
        ngrams.char_grams(folded, where, bits, (2, 4), 3),
        ngrams.framed_words(tokens(folded), hits, where, RULES.frame, bits),
        ngrams.concept_grams(hits, where, bits),
    ):
        assert 0 < len(grams.ids)
        assert int(grams.ids.max()) < 2**bits
