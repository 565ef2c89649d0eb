"""Seed phrases whose words are labelled, mistyped, cut or half of all: none is readable in what is masked; and prose about phrases."""

from __future__ import annotations

import json
import random
import re
import time
from typing import TYPE_CHECKING

import pytest

from scamguard.giveaways import hidden
from scamguard.secrets import Certainty, Secret, find
from scamguard.secrets.lists import OFFICIAL

from .pace import slower
from .planted import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ASKED = ("Support: what is your seed phrase?",)
GIVEN = ("cup", "wolf", "entire", "need", "organ", "arctic", "lucky", "solution", "note", "cushion", "reason", "damp")  # its sum is wrong
COUNTS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "twenty-one", "twenty-two", "twenty-three", "twenty-four",
)  # fmt: skip
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second",
    "twenty-third", "twenty-fourth",
)  # fmt: skip
LABELS = {*COUNTS, *ORDINALS, "seed", "phrase", "word", "words", "half", "part", "of", "table"}


def each(shape: str, between: str = "\n") -> Callable[[list[str]], str]:
    """Write every word in one shape; ``n`` counts from 1."""
    return lambda words: between.join(
        shape.format(w=word, n=n, letter=chr(96 + n), count=COUNTS[n - 1], ordinal=ORDINALS[n - 1], of=len(words))
        for n, word in enumerate(words, 1)
    )


def halves(shape: str) -> Callable[[list[str]], str]:
    def written(words: list[str]) -> str:
        middle = len(words) // 2
        return shape.format(a=" ".join(words[:middle]), b=" ".join(words[middle:]), m=middle, k=middle + 1, n=len(words))

    return written


LAYOUTS: dict[str, Callable[[list[str]], str]] = {
    "word1: x in a row": each("word{n}: {w}", " "),
    "word1: x": each("word{n}: {w}"),
    "Word1 = x": each("Word{n} = {w}"),
    "Word 1 - x": each("Word {n} - {w}"),
    "word #1 x": each("word #{n} {w}", " "),
    "word_1=x": each("word_{n}={w}", "&"),
    "Word 1 of 12": each("Word {n} of {of}: {w}"),
    "bold": each("**Word {n}:** {w}"),
    "a table": each("| word {n} | {w} |"),
    "JSON": lambda words: json.dumps({f"word{n}": word for n, word in enumerate(words, 1)}, separators=(",", ":")),
    "JSON, laid out": lambda words: json.dumps({f"word{n}": word for n, word in enumerate(words, 1)}, indent=4),
    "#1 x": each("#{n} {w}", " "),
    "first: x": each("{ordinal}: {w}"),
    "first word: x": each("{ordinal} word: {w}"),
    "word one: x": each("word {count}: {w}"),
    "one: x": each("{count}: {w}"),
    "(a) x": each("({letter}) {w}", " "),
    "a) x": each("{letter}) {w}", " "),
    "w1: x": each("w{n}: {w}", " "),
    "x (1)": each("{w} ({n})", ", "),
    "<li>": lambda words: "<ul>\n" + each("  <li>{w}</li>")(words) + "\n</ul>",
    "<li class>": lambda words: '<ol class="seed">' + each('<li class="word" data-n="{n}">{w}</li>', "")(words) + "</ol>",
    "<br>": "<br>".join,
    "&nbsp;": "&nbsp;".join,
    "quotes": each('"{w}"', " "),
    "braces": each("{{{w}}}", ", "),
    "first half: second half:": halves("first half: {a}\nsecond half: {b}"),
    "First half, Second half": halves("First half\n{a}\n\nSecond half\n{b}"),
    "words 1-12: words 13-24:": halves("words 1-{m}: {a}\nwords {k}-{n}: {b}"),
    "part 1: part 2:": halves("part 1: {a}\npart 2: {b}"),
}


def readable(text: str, words: Sequence[str], thread: Sequence[str] = ()) -> list[str]:
    """Give the words of a phrase that masking leaves, without those that the layout holds by itself."""
    masked = hidden(text, [(found.start, found.stop) for found in find(text, thread)])
    left = set(re.findall(r"[a-z]+", masked.lower()))
    return [word for word in words if word in left and word not in LABELS]


def certainties(text: str, thread: Sequence[str] = ()) -> set[Certainty]:
    return {found.certainty for found in find(text, thread) if found.kind is Secret.SEED_PHRASE}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [12, 24])
def test_labels_are_no_words_of_a_phrase(layout: str, size: int) -> None:
    rng = random.Random(f"{layout}{size}")
    for _ in range(12):
        words = phrase("english", size, rng)
        text = LAYOUTS[layout](words)
        assert Certainty.BLOCK in certainties(text), "a phrase was missed"
        assert len(readable(text, words)) == 0, "a part of a phrase is left"


@pytest.mark.parametrize("layout", ["lines", "word1: x", "quotes", "first half: second half:"])
def test_of_a_longer_phrase_with_a_wrong_word_nothing_is_left(layout: str) -> None:
    """Some of its windows of 12 add up by chance, and the words beside them are as good as these."""
    rng = random.Random(layout)
    flagged = 0
    for _ in range(60):
        words = phrase("english", 24, rng)
        del words[rng.randrange(24)]
        text = LAYOUTS.get(layout, "\n".join)(words)
        if certainties(text):
            flagged += 1
            assert len(readable(text, words)) == 0, "a part of a phrase is left"
    assert flagged, "the case was not met"


def test_what_is_short_and_off_the_line_is_no_part_of_a_phrase() -> None:
    words = " ".join(phrase("english", 12, random.Random(5)))
    [found] = find(f"wallet: {words}. Please help. Then we wait")
    assert (found.start, found.stop) == (8, 8 + len(words))


def mistyped(words: list[str], rng: random.Random) -> list[str]:
    """Leave a letter out of a long word in the middle."""
    at = max(range(1, len(words) - 1), key=lambda n: (len(words[n]), rng.random()))
    return [*words[:at], words[at][:2] + words[at][3:], *words[at + 1 :]]


def swapped(words: list[str], rng: random.Random) -> list[str]:
    one, other = rng.sample(range(len(words)), 2)
    words = [*words]
    words[one], words[other] = words[other], words[one]
    return words


SLIPS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "one mistyped": mistyped,
    "another word": lambda words, _: [*words[:5], "telephone", *words[6:]],
    "two swapped": swapped,
    "one left out": lambda words, _: words[:3] + words[4:],
    "half": lambda words, _: words[: max(len(words) // 2, 8)],
    "four letters of each": lambda words, _: [word[:4] for word in words],
    "capitals": lambda words, rng: [word.upper() for word in mistyped(words, rng)],
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("layout", ["spaces", "numbered", "lines", "word1: x", "<li>"])
def test_a_phrase_that_is_named_and_nearly_right(slip: str, layout: str) -> None:
    write = {"spaces": " ".join, "numbered": each("{n}. {w}", " "), "lines": "\n".join}.get(layout) or LAYOUTS[layout]
    rng = random.Random(f"{slip}{layout}")
    for size in [12, 24] * 5:
        words = SLIPS[slip](phrase("english", size, rng), rng)
        text, alone = "my seed phrase: " + write(words), write(words)
        assert certainties(text), "a phrase was missed"
        assert certainties(alone, ASKED), "an answer was missed"
        assert len(readable(text, [word.lower() for word in words])) == 0, "a part of a phrase is left"


@pytest.mark.parametrize(
    ("frame", "thread"),
    [
        ("my seed phrase: {}", ()),
        ("{} is my seed phrase", ()),
        ("seed: {}", ()),
        ("the first 12 of my 24 words: {}", ()),
        ("mi frase semilla es {}", ()),
        ("我的助记词 {}", ()),
        ("{}", ASKED),
        ("{}", (*ASKED, "one sec", "looking for it")),
        ("{}", ("my recovery phrase is below",)),
    ],
)
def test_who_names_a_phrase_is_asked(frame: str, thread: tuple[str, ...]) -> None:
    words = " ".join([*GIVEN[:2], "entre", *GIVEN[3:]])
    [found] = find(frame.format(words), thread)
    assert (found.kind, found.certainty) == (Secret.SEED_PHRASE, Certainty.WARN)
    assert frame.format(words)[found.start : found.stop] == words
    assert find(words) == (), "nobody named it"
    assert find(words, ("how was your day?", *["hm"] * 8)) == ()
    assert find(words.replace("note", "seed").replace("lucky", "phrase")) == (), "words of a phrase are no name of it"


@pytest.mark.parametrize("language", [language for language in OFFICIAL if language not in {"japanese", "korean"}])
def test_every_list_where_it_is_named(language: str) -> None:
    rng = random.Random(language)
    for _ in range(5):
        words = swapped(phrase(language, 12, rng), rng)
        if len({*words}) == 12 and not certainties(" ".join(words)):
            assert certainties("my seed phrase: " + " ".join(words)), "a phrase was missed"


PROSE = (
    "my seed phrase is written on paper and stored in a metal box under the house",
    "Never share your seed phrase with anyone: no support agent, exchange or wallet team will ever ask for it.",
    "A recovery phrase is 12 or 24 words. Write it down on paper, never take a photo, never type it into a website.",
    "BIP-39 advice: use 12 or 24 words, keep the order, check the first four letters of each word, store a metal plate in a safe place.",
    "Seed phrase tips: 1. write it on paper 2. make a second copy 3. store both in a safe 4. never take a photo 5. tell no one",
    "Seed phrase checklist:\n- paper copy\n- metal copy\n- bank vault\n- never a photo\n- never a cloud\n- tell one trusted person",
    "Seed phrase do and don't: write down, double check, keep offline, use metal backup, avoid photos, avoid cloud, share nothing",
    "The BIP-39 list begins: abandon ability able about above absent absorb abstract absurd abuse access accident",
    "I lost my seed phrase when my house burned down last winter, so now my coins are gone forever and nobody can help me recover them.",
    "your seed phrase can be used to open your wallet on any other device, so keep it safe and never give it to other people",
    "My mnemonic is safe in a bank vault; only my wife and my brother know where the key to the box is.",
    "please select the right words in the right order to confirm your recovery phrase",
    "Scammers ask for your 12 words. Real support: never. Block user, report account, save evidence, call police, warn friends.",
    "My seed phrase game plan: laser engrave steel plate, hide first plate at home, hide second plate at my parents' place.",
    "recovery phrase stored: yes. metal plate: yes. pin set: yes. firmware updated: yes. test restore: not yet",
    "my seed phrase test: I typed zoo zoo zoo zoo zoo zoo zoo zoo zoo and it said no",
    "frase semilla: nunca la compartas con nadie, guárdala en papel en un lugar seguro y lejos del agua y del fuego",
    "Ma phrase de récupération est écrite sur un papier rangé dans le coffre de la banque",
    "我的助记词写在纸上，放在家里的保险箱里，谁也不知道",
    "请 不 要 把 助 记 词 发 给 任 何 人 看",
)
ANSWERS = (
    "I will never tell you that, you scam artist. Please stop sending me private messages and leave our group alone",
    "why do you need that? can you not just check the transaction on the block explorer with my address",
    "ok let me go home first, my paper is in the safe there, will be back this evening",
    "sorry wrong group, this is for garden talk only",
    "one two three four five six seven eight nine ten",
)


@pytest.mark.parametrize("text", [*PROSE, *ANSWERS])
def test_prose_about_phrases_is_none(text: str) -> None:
    assert find(text) == ()
    assert find(text, ASKED) == ()


def test_rows_of_words_are_read_in_time() -> None:
    find("seed phrase zoo")
    limit = 2.5 * slower()
    for piece in ("seed phrase cup wolf ", "word1: zoo ", "(a) zoo ", "<li>zoo</li>", "seed zooo ", "first half: ", "acti addr aims alco "):
        started = time.process_time()
        find("seed phrase " + piece * (100_000 // len(piece)), ASKED)
        assert time.process_time() - started < limit, piece
