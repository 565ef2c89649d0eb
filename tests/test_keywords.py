"""Keywords for chats that only compare words: each is a request by itself, of at least two writers, and no honest message holds it."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from scamguard import lexicon
from scamguard.train import keywords
from scamguard.train.corpus import Message

from . import tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _tiny_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling the bundled one takes seconds."""
    monkeypatch.setattr(lexicon, "load", tiny.lexicon)


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
    assert keywords.chosen(messages) == {"en": ["send us the seed phrase"], "zh": ["助记词发给"]}, "the shortest of equals"


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
    once = [scam(writer, "please share the seed phrase") for writer in "ab"]
    often = [scam(writer, f"{lead} send us the seed phrase") for writer, lead in zip("abcd", ("now", "now", "so", "so"), strict=True)]
    found = keywords.chosen([*once, *often])
    assert found == {"en": ["send us the seed phrase", "share the seed phrase"]}
    assert keywords.chosen([*once, *often], most=1) == {"en": ["send us the seed phrase"]}


def test_what_others_have_caught_waits_for_its_turn() -> None:
    both = [scam(writer, "send us the seed phrase. give us the seed phrase") for writer in "abc"]
    alone = [scam("d", "send us the seed phrase"), scam("e", "give us the seed phrase")]
    others = [scam(writer, "share the seed phrase") for writer in "fgh"]
    assert keywords.chosen([*both, *alone, *others]) == {
        "en": ["give us the seed phrase", "share the seed phrase", "send us the seed phrase"]
    }


def test_a_phrase_is_short_enough_for_a_keyword() -> None:
    words = "a b c d e f g h i j k l m n o p"
    assert max(len(phrase.split()) for phrase in keywords.phrases(words.replace(" ", "aa "))) == 8
    assert max(map(len, keywords.phrases("extraordinarily " * 8))) <= 58
    assert max(map(len, keywords.phrases("请把助记词发给客服核对一下谢谢"))) == 12
    assert keywords.phrases("so it is") == set(), "too short to be a request"


def test_the_script_writes_what_it_chose(tmp_path: Path) -> None:
    folder, target = tmp_path / "messages", tmp_path / "automod.toml"
    folder.mkdir()
    rows = [{"text": "send us the seed phrase", "label": "scam", "lang": "en", "writer": writer} for writer in "ab"]
    (folder / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    keywords.main(str(folder), str(target))
    assert tomllib.loads(target.read_text("utf-8")) == {"keywords": {"en": ["send us the seed phrase"]}}
