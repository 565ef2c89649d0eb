"""Seed phrases: all lists, all sizes, however they are written; and what only looks like one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from scamguard.secrets import Certainty, Secret, find
from scamguard.secrets.lists import OFFICIAL, SIZES
from scamguard.secrets.proof import valid

from .planted import SEED, phrase

if TYPE_CHECKING:
    from collections.abc import Callable

LAYOUTS: dict[str, Callable[[list[str]], str]] = {
    "spaces": " ".join,
    "lines": "\n".join,
    "numbered": lambda words: " ".join(f"{n}. {word}" for n, word in enumerate(words, 1)),
    "numbered lines": lambda words: "\n".join(f"{n}) {word}" for n, word in enumerate(words, 1)),
    "commas": ", ".join,
    "dashes": " - ".join,
    "full-width": "\u3000".join,
    "capitals": lambda words: " ".join(word.upper() for word in words),
    "labels": lambda words: "\n".join(f"word {n}: {word}" for n, word in enumerate(words, 1)),
    "hidden": "\u200b \u200b".join,
    "JSON": lambda words: "[" + ", ".join(f'"{word}"' for word in words) + "]",
}


def kinds(text: str, thread: tuple[str, ...] = ()) -> list[tuple[Secret, Certainty]]:
    return [(finding.kind, finding.certainty) for finding in find(text, thread)]


PHRASE = [(Secret.SEED_PHRASE, Certainty.BLOCK)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", OFFICIAL)
def test_every_list_and_size_in_a_sentence(language: str, size: int) -> None:
    rng = random.Random(f"{language}{size}")
    for sentence in SEED[language] * 3:
        words = " ".join(phrase(language, size, rng))
        assert kinds(sentence.format(words)) == PHRASE, "a phrase was missed"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", OFFICIAL)
def test_every_layout(language: str, layout: str) -> None:
    rng = random.Random(f"{language}{layout}")
    for size in SIZES:
        assert kinds(LAYOUTS[layout](phrase(language, size, rng))) == PHRASE, "a phrase was missed"


@pytest.mark.parametrize("language", ["chinese_simplified", "chinese_traditional"])
def test_chinese_without_spaces_where_seed_phrases_are_the_subject(language: str) -> None:
    rng = random.Random(language)
    for _ in range(30):
        words = "".join(phrase(language, 24, rng))
        assert PHRASE[0] in kinds(f"我的助记词：{words}"), "a phrase was missed"
        assert PHRASE[0] in kinds(words, ("请发助记词",)), "a phrase was missed"


def test_accents_may_be_left_out() -> None:
    words = "ábaco " * 11 + next(word for word in Mnemonic("spanish").wordlist if Mnemonic("spanish").check("ábaco " * 11 + word))
    assert [finding.kind for finding in find(words.replace("á", "a"))] == [Secret.SEED_PHRASE]


def test_the_span_is_the_phrase() -> None:
    words = " ".join(phrase("english", 12, random.Random(1)))
    text = f"\u200bоk 😀 my seed phrase: {words}. thanks"
    (finding,) = find(text)
    assert text[finding.start : finding.stop] == words


@pytest.mark.parametrize("language", OFFICIAL)
def test_split_over_messages(language: str) -> None:
    rng = random.Random(language)
    words = phrase(language, 12, rng)
    assert kinds(" ".join(words[6:]), (" ".join(words[:6]), "and the rest?")) == PHRASE
    assert kinds(words[11], tuple(words[:11])) == PHRASE, "one word a message"
    assert kinds(" ".join(words[6:])) == [], "half a phrase says nothing"


def test_split_with_words_around() -> None:
    words = phrase("english", 12, random.Random(4))
    thread = ("ok, here are the first six words of it: " + " ".join(words[:6]), "thank you, and then?")
    assert kinds("and the other half now: " + " ".join(words[6:]), thread) == PHRASE


@pytest.mark.parametrize("language", OFFICIAL)
def test_talk_of_list_words_is_no_part_of_a_phrase(language: str) -> None:
    """Parts that do not add up to a phrase, however often somebody tries, give no finding."""
    rng = random.Random(language)
    for _ in range(20):
        words = phrase(language, 24, rng)
        assert find(" ".join(words[5:9]), (" ".join(words[:5]), "thanks")) == ()


def test_what_was_sent_before_is_not_found_again() -> None:
    assert find("thank you, friend", (" ".join(phrase("english", 12, random.Random(2))),)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "abandon " * 11 + "about",
        "zoo " * 11 + "wrong",
        "test " * 11 + "junk",
        "abandon " * 23 + "art",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ],
)
def test_examples_are_a_warning(text: str) -> None:
    assert kinds(text) == [(Secret.SEED_PHRASE, Certainty.WARN)]
    assert kinds(f"e.g. `{text.strip()}` in the docs") == [(Secret.SEED_PHRASE, Certainty.WARN)]


def test_a_wrong_word_proves_no_phrase() -> None:
    rng = random.Random(3)
    for size in SIZES * 20:
        words = phrase("english", size, rng)
        words[0] = next(word for word in Mnemonic("english").wordlist if not Mnemonic("english").check(" ".join([word, *words[1:]])))
        assert kinds("my seed phrase is " + " ".join(words)) == [(Secret.SEED_PHRASE, Certainty.WARN)]  # named, it is worth a question


@pytest.mark.parametrize(
    "text",
    [
        " ".join(Mnemonic("english").wordlist[:40]),
        "\n".join(Mnemonic("japanese").wordlist[:200]),
        "".join(Mnemonic("chinese_simplified").wordlist[:400]),
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua",
        "请不要把助记词告诉任何人，我们的客服不会向你要助记词，也不会要求你把资产转到任何地址，如果有人这样说请立即举报",
        "apple river zoo",
    ],
)
def test_lists_and_prose_are_no_phrase(text: str) -> None:
    assert find(text) == ()


@given(st.integers(0, 2**32), st.sampled_from(SIZES), st.sampled_from(OFFICIAL))
@settings(deadline=None)
def test_the_checksum_agrees_with_the_library(seed: int, size: int, language: str) -> None:
    """``Mnemonic.check`` is the slow twin."""
    rng = random.Random(seed)
    words = phrase(language, size, rng)
    if rng.random() < 0.5:
        words[rng.randrange(size)] = rng.choice(Mnemonic(language).wordlist)
    table = {word: n for n, word in enumerate(Mnemonic(language).wordlist)}
    normal = {Mnemonic.normalize_string(word): n for word, n in table.items()}
    assert valid([normal[Mnemonic.normalize_string(word)] for word in words]) == Mnemonic(language).check(" ".join(words))
