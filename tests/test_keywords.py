"""Keywords for chats that only compare words: each is a request by itself, to be answered to its sender, of at least two writers, and
no honest message holds it.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scamguard import lexicon
from scamguard.lexicon import Concept
from scamguard.train import keywords
from scamguard.train.corpus import Message

from . import tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _tiny_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling the bundled one takes seconds. Beside what it has, this one knows who is to get the secret, and questions."""
    more = {
        "to_me": ("me", "us", "here", "发给"),
        "question": ("what is",),
        "your": ("your",),
        "they_asked": ("asks me to", "lets me"),
    }  # fmt: skip
    small = tiny.lexicon()
    entries = (*small.entries, *(Concept(name=name, lang="und", terms=terms) for name, terms in more.items()))
    asked = replace(small.rules[0], id="ask.seed-phrase.question", need=(("question",), ("seed_phrase",)))
    found = replace(small, concepts=(*small.concepts, *more), entries=entries, rules=(*small.rules, asked))
    monkeypatch.setattr(lexicon, "load", lambda: found)


def scam(writer: str, text: str, lang: str = "en") -> Message:
    return Message(f"{writer}-{text}", lang, text, scam=True, kind="credential_request", asks=("seed_phrase",), writer=writer)


def benign(text: str) -> Message:
    return Message(f"b-{text}", "en", text, scam=False, kind="other", asks=(), writer="c")


def test_a_request_of_two_writers_is_taken_in_its_language() -> None:
    messages = [
        scam("a", "Send us the seed phrase"), scam("b", "Hello. Send us the seed phrase!"),
        scam("a", "请把助记词发给客服", "zh"), scam("b", "您好，请把助记词发给客服", "zh"),
        scam("a", "we wish you a lovely day today"), scam("b", "we wish you a lovely day today"),
        scam("a", "now give your seed phrase away"), scam("a", "now give your seed phrase away"),
    ]  # fmt: skip
    assert keywords.chosen(messages) == {"en": ["send us the seed phrase"], "zh": ["把助记词发给客服"]}, "the shortest of equals"


def test_a_short_phrase_of_characters_may_be_any_word_cut() -> None:
    """«词按顺序发给我» is asked of a class, too: its first character stands for 助记词 only where the others stand before it."""
    short = [scam(writer, "助记词请发给我", "zh") for writer in "ab"], [scam(writer, "把助记词发给我", "zh") for writer in "ab"]
    assert [keywords.chosen(messages) for messages in short] == [{}, {}]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("send me the seed phrase", True),
        ("share the seed phrase here", True),
        ("what is your seed phrase", True),
        ("share the seed phrase with", False),
        ("give away your seed phrase", False),
        ("what is the seed phrase", False),
        ("it lets me share the seed phrase", False),
        ("asks me to send the seed phrase", False),
        ("never share the seed phrase here", False),
    ],
)
def test_it_is_to_be_answered_to_whoever_sends_it(text: str, *, taken: bool) -> None:
    """«never» may stand before what names nobody: «never share your seed phrase with anyone»."""
    found = keywords.chosen([scam("a", text), scam("b", text)])
    assert found == ({"en": [text]} if taken else {})


def test_what_honest_messages_nearly_hold_is_not_taken() -> None:
    messages = [scam(writer, "send me the seed phrase") for writer in "abcde"]
    longer, shorter, other = "can you send me the seed catalogue", "show me the seed phrase, he said", "send the lunch menu to me"
    assert keywords.chosen([*messages, benign(longer), benign(shorter), benign(other)]) == {"en": ["send me the seed phrase"]}
    assert keywords.chosen([*messages, benign(longer), benign(f"{longer} again")]) == {}, "without its last word"
    assert keywords.chosen([*messages, benign(shorter), benign(f"{shorter} again")]) == {}, "without its first word"


def test_its_worth_is_told_by_writers_it_was_not_chosen_from() -> None:
    common = [scam(writer, "send me the seed phrase") for writer in "abcdefgh"]
    own = [scam(writer, "kindly give us the password", "en") for writer in ("one", "one")]
    fine = benign("lunch?")
    messages = [*common, *own, fine]
    caught = keywords.held_out(messages)
    assert caught == [True] * 8 + [False] * 3
    assert keywords.told(messages, caught).splitlines() == [
        "scams of writers not chosen from: 8 of 10", "benign messages of writers not chosen from: 0 of 1",
    ]  # fmt: skip


def test_what_honest_messages_hold_is_told_too() -> None:
    """The one honest message that would have kept the phrase out is not there when its own writer is judged."""
    messages = [*(scam(writer, "send me the seed phrase") for writer in "abcdefgh"), benign("They say: send me the seed phrase.")]
    assert keywords.chosen(messages) == {}
    assert keywords.held_out(messages)[-1]


def test_what_an_honest_message_holds_is_not_taken() -> None:
    messages = [scam("a", "send us the seed phrase"), scam("b", "send us the seed phrase")]
    assert keywords.chosen([*messages, benign("They will say: send us the seed phrase.")]) == {}
    assert keywords.chosen([*messages, benign("wesend us the seed phrases of plants")]) == {}, "not even within its words"
    assert keywords.chosen([*messages, benign("send us the lunch menu")]) == {"en": ["send us the seed phrase"]}


def test_a_friend_may_ask_for_a_password_in_few_words() -> None:
    short, long = "give me the password", "kindly give us the password"
    assert keywords.chosen([scam("a", short), scam("b", short)]) == {}
    assert keywords.chosen([scam("a", long), scam("b", long)]) == {"en": ["kindly give us the password"]}


def test_what_catches_most_comes_first_and_what_is_caught_is_not_caught_again() -> None:
    once = [scam(writer, "please share the seed phrase here") for writer in "ab"]
    often = [scam(writer, f"{lead} send us the seed phrase") for writer, lead in zip("abcd", ("now", "now", "so", "so"), strict=True)]
    found = keywords.chosen([*once, *often])
    assert found == {"en": ["send us the seed phrase", "share the seed phrase here"]}
    assert keywords.chosen([*once, *often], most=1) == {"en": ["send us the seed phrase"]}


def test_what_others_have_caught_waits_for_its_turn() -> None:
    both = [scam(writer, "send us the seed phrase. give us the seed phrase") for writer in "abc"]
    alone = [scam("d", "send us the seed phrase"), scam("e", "give us the seed phrase")]
    others = [scam(writer, "share the seed phrase here") for writer in "fgh"]
    assert keywords.chosen([*both, *alone, *others]) == {
        "en": ["give us the seed phrase", "share the seed phrase here", "send us the seed phrase"]
    }


def test_a_phrase_is_short_enough_for_a_keyword() -> None:
    words = "a b c d e f g h i j k l m n o p"
    assert max(len(phrase.split()) for phrase in keywords.phrases(words.replace(" ", "aa "))) == 8
    assert max(map(len, keywords.phrases("extraordinarily " * 8))) <= 58
    assert max(map(len, keywords.phrases("请把助记词发给客服核对一下谢谢"))) == 12
    assert keywords.phrases("so it is") == set(), "too short to be a request"


def test_the_script_writes_what_it_chose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, target = tmp_path / "messages", tmp_path / "automod.toml"
    folder.mkdir()
    rows = [{"text": "send us the seed phrase", "label": "scam", "lang": "en", "writer": writer} for writer in "ab"]
    (folder / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    keywords.main(str(folder), str(target))
    assert tomllib.loads(target.read_text("utf-8")) == {"keywords": {"en": ["send us the seed phrase"]}}
    assert "scams of writers not chosen from: 0 of 2" in capsys.readouterr().out
