"""Matching agrees with its readable twin, and finds what the term language promises."""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from scamguard import match as matching
from scamguard.columns import pack
from scamguard.errors import LexiconError
from scamguard.fold import fold
from scamguard.lexicon import Concept, Lexicon
from scamguard.match import Work, match, work
from scamguard.terms import compile_terms
from scamguard.tokens import tokens

from . import alphabets
from .twins import match as twin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONCEPTS = ("ask", "forbid", "noun", "sign")
# pieces that fold to themselves, in words that are not single letters: else the fold joins or shortens them
WORDS = ["ab", "abc", "ba", "cab", "密码", "密", "码是", "パス", "비밀", "번호", "שלום", "12", "4455", "<link>", "#", "<code>", "<phone>"]
_REFUSED = re.compile(r"##|#[a-zא-ת]*\d|\d[a-zא-ת]*#|[#\da-zא-ת]<(code|phone)|(code|phone)>([#\da-zא-ת]|<(code|phone))")  # see below
_FOLDED = "密密密"  # the fold leaves two of three alike, and the twin takes a term as it is written
term_pieces = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)
terms = st.builds(
    lambda parts, glue, star: glue.join(parts) + star, term_pieces, st.sampled_from([" ", " ", ""]), st.sampled_from(["", "", "*"])
).filter(lambda term: not _REFUSED.search(term) and _FOLDED not in term)
NUMBERS = ["7", "12", "4455", "123456", "123456789", "555010020030"]


def lexicon_of(meaning: Mapping[str, Sequence[str]]) -> Lexicon:
    """Make a lexicon of concepts and their terms."""
    entries = tuple(Concept(name=name, lang="xx", terms=tuple(texts)) for name, texts in meaning.items())
    return Lexicon(CONCEPTS, entries, ())


def found(meaning: Mapping[str, Sequence[str]], texts: Sequence[str]) -> list[list[twin.Hit]]:
    """Match ``texts`` as the package does."""
    folded = fold(pack(texts))
    hits = match(folded, tokens(folded), compile_terms(lexicon_of(meaning)))
    out = []
    for n in range(len(texts)):
        rows = range(int(hits.starts[n]), int(hits.starts[n + 1]))
        first = int(folded.starts[n])
        numbers = [column.tolist() for column in (hits.start - first, hits.stop - first, hits.unit, hits.clause, hits.sentence)]
        start, stop, unit, clause, sentence = numbers
        columns = [twin.Hit(start[h], CONCEPTS[hits.concept[h]], stop[h], unit[h], clause[h], sentence[h]) for h in rows]
        assert columns == sorted(columns)  # reading order
        out.append(columns)
    return out


def expected(meaning: Mapping[str, Sequence[str]], texts: Sequence[str]) -> list[list[twin.Hit]]:
    """Match ``texts`` as the twin does."""
    folded = fold(pack(texts))
    bounds = zip(folded.starts[:-1].tolist(), folded.starts[1:].tolist(), strict=True)
    return [twin.match(folded.codes[a:b].tolist(), folded.kinds[a:b].tolist(), meaning) for a, b in bounds]


def seen(term: str, text: str) -> list[str]:
    """Give the folded words that ``term`` is found on."""
    folded = "".join(map(chr, fold(pack([text])).codes))
    return [folded[hit.start : hit.stop] for hit in found({"ask": [term]}, [text])[0]]


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, list[str]], list[str]]:
    """A small lexicon, and messages with its terms planted in them."""
    meaning = {name: draw(st.lists(terms, max_size=4, unique=True)) for name in CONCEPTS}
    spelled = [term for of in meaning.values() for term in of]

    def filled(term: str) -> st.SearchStrategy[str]:
        body = term.removesuffix("*").replace("<code>", "#").replace("<phone>", "#").replace("<link>", "https://a.example/x")
        endings = ["", "ab", "님"] if term.endswith("*") else [""]
        return st.builds(lambda number, ending: body.replace("#", number) + ending, st.sampled_from(NUMBERS), st.sampled_from(endings))

    planted = st.sampled_from(spelled).flatmap(filled) if spelled else st.nothing()
    glue = st.sampled_from([" ", " ", "", ", ", ". ", "\n", "-", "1", "a"])
    piece = planted | glue | st.sampled_from(WORDS[:13]) | st.sampled_from(NUMBERS) | alphabets.pieces
    return meaning, draw(st.lists(st.lists(piece, max_size=8).map("".join), max_size=4))


@given(cases())
@example(({"ask": ["ab*"], "noun": ["ab"], "forbid": [], "sign": []}, ["ab abc"]))
@example(({"ask": ["ab 12 ba"], "noun": ["ab # cab"], "forbid": [], "sign": []}, ["ab 12 cab"]))
@example(({"ask": ["ab <code> ba"], "noun": ["ab # cab"], "forbid": [], "sign": []}, ["ab 4455 cab"]))
@example(({"ask": ["비밀*"], "noun": ["비밀번"], "forbid": [], "sign": []}, ["비밀번호"]))
@example(({"ask": ["12*"], "noun": ["#"], "forbid": ["4455*"], "sign": ["<code>"]}, ["12, 1234, 12ab, 12님, 4455, 4455 ab"]))
@example(({"ask": ["12*"], "noun": ["#"], "forbid": ["12"], "sign": []}, ["12, 123, 12ab"]))
@example(({"ask": ["12ab*"], "noun": ["#ab*"], "forbid": ["#ab"], "sign": []}, ["12ab, 12abc, 4455ab, 4455abc"]))
@example(({"ask": ["12 비밀*"], "noun": ["# 비밀*"], "forbid": ["# 비밀"], "sign": []}, ["12 비밀, 12 비밀번"]))
def test_match_equals_its_twin(case: tuple[dict[str, list[str]], list[str]]) -> None:
    meaning, texts = case
    want = expected(meaning, texts)
    event("terms found" if any(want) else "nothing found")
    overlap = any(a.start < b.start < a.stop for hits in want for a, b in pairwise(hits))
    event("a term begins inside another" if overlap else "no overlap")
    assert found(meaning, texts) == want


@pytest.mark.parametrize(
    ("term", "text", "want"),
    [
        ("pass", "PASS the pass, passport bypass pass1", ["pass", "pass"]),  # whole words, any case
        ("密码", "把密码给我，p密码x", ["密码", "密码"]),  # Han needs no boundary
        ("パス", "パスワード", ["パス"]),
        ("비밀번호", "비밀번호를 내비밀번호", ["비밀번호"]),  # Hangul takes endings, but begins at a space
        ("รหัส", "บอกรหัสกับ", ["รหัส"]),
        ("pass*", "pass passing passport bypass", ["pass", "passing", "passport"]),
        ("# words", "12 words, 24 words; twelve words", ["12 words", "24 words"]),
        ("<code>", "pin 123, code 1234 or 12345678, card 123456789", ["1234", "12345678"]),
        ("<phone>", "call 12345678 or 123456789012", ["123456789012"]),
        ("#-#", "call 555-0100 now", ["555-0100"]),
        ("g-<code>", "G-482913 is it", ["g 482913"]),
        ("see <link>", "see https://a.example/x?y", ["see \ue000"]),
        ("<email>", "mail me@a.example now", ["\ue001"]),
        ("<handle>", "ask @some_one now", ["\ue002"]),
        (
            "seed phrase",
            "seed\nphrase, seed  phrase, seed-phrase, s e e d phrase",
            ["seed\nphrase", "seed phrase", "seed phrase", "seed phrase"],
        ),
        ("send me", "send\n\nme", ["send\nme"]),
        ("don't", "DON’T", ["dont"]),  # a term is folded like a message
        ("助記詞", "助记词", ["助记词"]),
        ("?", "what? 什么？", ["?", "?"]),
    ],
)
def test_term_language(term: str, text: str, want: list[str]) -> None:
    assert seen(term, text) == want


def hit_words(meaning: Mapping[str, Sequence[str]], text: str) -> list[tuple[str, str]]:
    """Give each concept found with its folded words."""
    folded = "".join(map(chr, fold(pack([text])).codes))
    return [(hit.concept, folded[hit.start : hit.stop]) for hit in found(meaning, [text])[0]]


def test_of_terms_at_one_place_the_longest_counts() -> None:
    meaning = {"ask": ["send"], "noun": ["send money"]}
    assert hit_words(meaning, "send money. send cash") == [("noun", "send money"), ("ask", "send")]


def test_a_term_inside_another_is_not_seen() -> None:
    meaning = {"ask": ["send", "send us"], "forbid": ["never send"]}
    assert hit_words(meaning, "never send it") == [("forbid", "never send")]
    assert hit_words(meaning, "never send us") == [("forbid", "never send"), ("ask", "send us")]  # not wholly inside


@pytest.mark.parametrize(
    ("meaning", "text", "want"),
    [
        ({"ask": ["ab*"], "noun": ["ab"]}, "so ab비밀", [("ask", "ab비밀")]),  # the stem reaches further
        ({"ask": ["ab*"], "noun": ["ab"]}, "so ab비밀, ab", [("ask", "ab비밀"), ("ask", "ab"), ("noun", "ab")]),
        ({"ask": ["비밀*"], "noun": ["비밀"]}, "so 비밀ab", [("ask", "비밀ab")]),
        ({"ask": ["a*"], "noun": ["ab"]}, "so so so ab", [("noun", "ab")]),  # of two that end alike the one that spells more out
        ({"ask": ["ab*"], "noun": ["ab비*"]}, "so ab비밀", [("noun", "ab비밀")]),
        ({"ask": ["ab*"], "noun": ["ab비밀"]}, "so ab비밀번", [("ask", "ab비밀번")]),
        ({"ask": ["cab"], "noun": ["ab*"]}, "so abc", [("noun", "abc")]),
        ({"ask": ["ab"], "noun": ["ab cab ba"]}, "so ab cab", [("ask", "ab")]),  # a beginning is no term
        ({"ask": ["ab cab"]}, "so ab", []),
        ({"ask": ["ab ab"]}, "so ab", []),  # behind the last word nothing follows
        ({"ask": ["密码"]}, "码密", []),
        ({"ask": ["ab cab"], "noun": ["ca*"]}, "ab cab", [("ask", "ab cab")]),  # a word that is also a stem
        ({"ask": ["ab ca*"]}, "so ab cab님", [("ask", "ab cab님")]),
        ({"ask": ["ab ca*"], "noun": ["ab"]}, "ab ba, ab cab", [("noun", "ab"), ("ask", "ab cab")]),
        ({"ask": ["?"]}, "? so", [("ask", "?")]),
        ({"ask": ["12*"], "noun": ["#"]}, "so 12, 123, 12ab", [("noun", "12"), ("noun", "123"), ("ask", "12ab")]),  # it takes all digits
        ({"ask": ["12*"], "noun": ["#"], "sign": ["12"]}, "so 12", [("ask", "12"), ("sign", "12")]),  # and here they are spelled out
        ({"ask": ["4455*"], "noun": ["<code>"], "sign": ["#"]}, "so 4455, 44", [("noun", "4455"), ("sign", "44")]),
        ({"ask": ["so 12*"], "noun": ["so #"]}, "so 12, so 12ab", [("noun", "so 12"), ("ask", "so 12ab")]),
        ({"ask": ["12ab*"], "noun": ["#ab*"]}, "so 12ab, 12abc", [("noun", "12ab"), ("ask", "12abc")]),  # with # a word takes no ending
        ({"ask": ["12 비밀*"], "noun": ["# 비밀"]}, "so 12 비밀", [("ask", "12 비밀")]),  # of two stems alike the one that spells more out
    ],
)
def test_terms_and_stems_at_one_place(meaning: dict[str, list[str]], text: str, want: list[tuple[str, str]]) -> None:
    assert hit_words(meaning, text) == want


CROWD = {
    "ask": ["abc*", "bab cca", "caa # ab", "00 ab"],
    "forbid": ["cab", "bb cc ba*", "12 ab"],
    "noun": ["비밀*", "密码", "bca*", "aab bb"],
    "sign": ["<code>", "acb 密码"],
}


def test_messages_matched_together_are_matched_as_each_alone() -> None:
    """Words are looked up some messages at a time, and those met before are remembered."""
    words = ["".join(letters) for size in (2, 3) for letters in product("abc", repeat=size)]
    texts = [f"{one} {other}, {one} 0{number % 2} ab {other}님 비밀{number} 密码" for number, (one, other) in enumerate(pairwise(words))]
    texts = [*texts, "", *texts[:9], "bb cc baca bab cca caa 3 ab cab aab bb " * 30, *texts[:9], *words]
    want = expected(CROWD, texts)
    assert found(CROWD, texts) == want
    assert [found(CROWD, [text])[0] for text in texts] == want


def test_a_word_that_takes_the_place_of_another_in_memory_leaves_nothing_of_it() -> None:
    for ending in product("acd", "efg", "acd"):
        word = "b" + "".join(ending)
        assert hit_words({"ask": ["abc"], "noun": ["b*"]}, f"abc {word}") == [("ask", "abc"), ("noun", word)]


def test_words_are_remembered_as_work_says(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = []

    def kept(tokens: int) -> Work:
        rooms.append(work(tokens))
        return rooms[-1]

    monkeypatch.setattr(matching, "work", kept)
    text = "ab cab ab so cabin so, ab 12. " * 40
    assert len(found({"ask": ["ab so"], "noun": ["cab*"], "forbid": ["ab #"]}, [text])[0]) == 4 * 40
    [room] = rooms
    rows = [row.view(np.int64).tolist() for row in room.memo.reshape(-1, 8) if row[0]]
    assert len(rows) == 7
    assert [row[1] for row in rows if row[2] >= 0] == [0]  # of the words that begin a term: ab
    stems = [row for row in rows if row[1] < 0]
    assert sorted(row[6:] for row in stems) == [[3, 6], [5, 6]]  # the ends of cab and cabin, and twice that of the stem
    assert {row[5] for row in stems} == {room.found[1]}
    apart = np.flatnonzero(room.found == -2) % 10
    assert set(apart.tolist()) == {7, 8}  # only the walks that meet a number are taken by themselves


def test_a_term_counts_for_every_concept_that_lists_it() -> None:
    assert hit_words({"ask": ["code"], "noun": ["code"]}, "code") == [("ask", "code"), ("noun", "code")]


def test_a_term_counts_even_if_another_concept_lists_it_with_any_ending() -> None:
    assert hit_words({"ask": ["code"], "noun": ["code*"]}, "code") == [("ask", "code"), ("noun", "code")]


def test_a_number_spelled_out_in_one_term_does_not_hide_its_sort_in_another() -> None:
    meaning = {"ask": ["your 12 keys"], "noun": ["your # words"]}
    assert hit_words(meaning, "your 12 words") == [("noun", "your 12 words")]


def test_units_clauses_and_sentences() -> None:
    [hits] = found({"ask": ["now"]}, ["now, one two now. 密码 now\nnow\n\nnow"])
    assert [(hit.unit, hit.clause, hit.sentence) for hit in hits] == [(0, 0, 0), (6, 1, 0), (10, 2, 1), (12, 3, 1), (14, 4, 2)]


# beyond the alphabet; nothing left; only a space left
_UNMATCHABLE = ["12#", "12ab#", "#ab12*", "a<code>", "<phone>b", "##", "\U00020bb7", "\u200b*", "\U00100000"]


@pytest.mark.parametrize("term", _UNMATCHABLE)
def test_a_term_that_cannot_be_matched_is_refused(term: str) -> None:
    with pytest.raises(LexiconError, match=r"xx\.toml: concept 'ask': term .* cannot be matched"):
        compile_terms(lexicon_of({"ask": [term]}))


@given(terms)
@example("#<link>#ab")
def test_a_term_that_is_drawn_here_can_be_matched(term: str) -> None:
    assert len(compile_terms(lexicon_of({"ask": [term]})).first)


def test_a_term_with_too_many_meanings_is_refused() -> None:
    names = tuple(f"c{i}" for i in range(5))
    entries = tuple(Concept(name=name, lang="xx", terms=("mint",)) for name in names)
    with pytest.raises(LexiconError, match=r"term 'mint': stands for over 4 concepts"):
        compile_terms(Lexicon(names, entries, ()))


def test_a_misspelled_name_of_a_secret_is_that_secret() -> None:
    terms = {"password": ["password", "pass word"], "seed_phrase": ["mnemonic", "pasword"], "daily": ["phrase"]}
    entries = tuple(Concept(name=name, lang="xx", terms=tuple(texts)) for name, texts in terms.items())
    lexicon = Lexicon(tuple(terms), entries, ())
    texts = ["my passwrd", "psasword", "mnemonik", "pasword", "frase", "p a s s w r d", "passward"]
    folded = fold(pack(texts))
    hits = match(folded, tokens(folded), compile_terms(lexicon))
    seen = [[lexicon.concepts[c] for c in hits.concept[a:b]] for a, b in pairwise(hits.starts.tolist())]
    # what a term spells is that term; no other concept's words are guessed at
    assert seen == [["password"], ["password"], ["seed_phrase"], ["seed_phrase"], [], ["password"], []]


def test_no_terms_no_hits() -> None:
    assert found({}, ["anything", ""]) == [[], []]


def test_a_stem_may_not_swell_the_meanings_of_a_word() -> None:
    names = tuple(f"c{i}" for i in range(5))
    terms = ["mint", "mint", "mint*", "mint*", "mint*"]
    entries = tuple(Concept(name=name, lang="xx", terms=(term,)) for name, term in zip(names, terms, strict=True))
    with pytest.raises(LexiconError, match="stands, with any ending, for over 4 concepts"):
        compile_terms(Lexicon(names, entries, ()))
