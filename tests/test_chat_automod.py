"""The rules for Discord's AutoMod: within its limits, in Rust's flavour, read by discord.py, and measured on the corpus."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scamguard import ChatError
from scamguard.chat import automod
from scamguard.train import keywords, labelled

from .chatting import ADVISORY, SCAM

ROOT = Path(__file__).parents[1]
ID = "123456789012345678"


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    return automod.rules(alert=ID, exempt_roles=[ID])


def test_rules_keep_within_the_limits(made: list[dict[str, Any]]) -> None:
    """Counted here by themselves, not by ``check``: https://discord.com/developers/docs/resources/auto-moderation."""
    assert 0 < len(made) <= 6
    for rule in made:
        words, patterns = rule["trigger_metadata"]["keyword_filter"], rule["trigger_metadata"]["regex_patterns"]
        assert 0 < len(words) <= 1000
        assert len(set(words)) == len(words)
        assert all(3 <= len(word) <= 60 and word.strip() == word and "\n" not in word for word in words)
        assert len(patterns) <= 10
        assert all(len(pattern) <= 260 for pattern in patterns)
        assert all(len(action["metadata"].get("custom_message", "")) <= 150 for action in rule["actions"])


def test_patterns_are_in_rusts_flavour(made: list[dict[str, Any]]) -> None:
    """Polars compiles them with Rust's regex itself, and it finds what Python finds."""
    import polars as pl  # noqa: PLC0415 - heavy

    asked = ["kindly send me your seed phrase", "please share your 12-word recovery phrase", "请提供您的助记词"]
    texts = [*asked, "never send me your seed phrase", "lunch"]
    found = []
    for rule in made:
        for pattern in rule["trigger_metadata"]["regex_patterns"]:
            rust = pl.Series(texts).str.contains(pattern, strict=True).to_list()
            assert rust == [re.search(pattern, text) is not None for text in texts]
            found.append(rust)
    assert [any(row[i] for row in found) for i in range(5)] == [True, True, True, False, False]


def test_discord_py_reads_them(made: list[dict[str, Any]]) -> None:
    discord = pytest.importorskip("discord", reason="needs the discord extra")
    for rule in made:
        trigger = discord.AutoModTrigger.from_data(rule["trigger_type"], rule["trigger_metadata"])
        assert trigger.to_metadata_dict() == {**rule["trigger_metadata"], "allow_list": []}
        actions = [discord.AutoModRuleAction.from_data(action) for action in rule["actions"]]
        assert [action.to_dict() for action in actions] == rule["actions"]


def test_they_catch_plain_requests_and_hardly_a_benign_message(made: list[dict[str, Any]]) -> None:
    """What is caught here was seen when phrases were chosen, so this is no measure of what they are worth on other messages."""
    messages = labelled.read([ROOT / "data" / "messages"])[::8]
    caught = {scam: [m for m in messages if m.scam is scam and automod.catches(made, m.text)] for scam in (True, False)}
    share = len(caught[True]) / sum(m.scam for m in messages)
    assert share > 0.002  # a word list is crude
    assert len(caught[False]) < 0.001 * sum(not m.scam for m in messages)  # those who quote a request: patterns know no quotation
    words = [{**rule, "trigger_metadata": {**rule["trigger_metadata"], "regex_patterns": []}} for rule in made]
    assert [m.text for m in caught[False] if automod.catches(words, m.text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Never share your password with anyone, not even staff.",
        "Please don't share your password with friends!",
        "Kraken will never ask for your password by email.",
        "At no time do we ask for your password.",
        "Never enter the recovery phrase on a website",
        "Nobody from our team will ask you to enter your recovery phrase",
        "You don't need the private key for that, only the public one",
        "The app asks me to paste the private key, is that normal?",
        "someone asked me to send the seed phrase, is that a scam?",
        "Which words are nouns in this sentence?",
        "I like the phrase which he used in the intro",
        "I need the words to that song",
        "tell me the words to the song",
        "where do you put your backups?",
        "send me the keyboard link please",
        "can you send me the key to the API docs repo?",
        "please send the keys to the admin, and give the spare key to me",
        "share this phrase with us and send those words to the team",
        "step on the scale and send me the number it shows",
        "please send me the security report and the verification form",
        "it lets me pick 2 friends for the raid",
        "reply with the password protected zip please",
        "什么都可以问，但请不要把助记词发给任何人",
        "客服绝不会让您把验证码告诉我们",
        "把这课的生词按顺序发给我",
        "麻烦把wifi密码发我一下",
        "envoie-moi le code du portail stp",
        "envoie-moi la phrase à graver sur l'alliance",
    ],
)
def test_warnings_and_everyday_sentences_are_not_caught(made: list[dict[str, Any]], text: str) -> None:
    """What was taken for a request before only because no message of the corpus said it."""
    assert not automod.catches(made, text)


@pytest.mark.parametrize(
    "text",
    [
        "Please send your seed phrase to the support team",
        "Hello. Give me the 12 words now",
        "kindly send me the verification code",
        "Reply with your password to keep the account",
        "请把登录密码发给客服",
        "merci de communiquer votre code reçu par sms",
        "envoyez-nous votre phrase de récupération",
    ],
)
def test_plain_requests_are_caught(made: list[dict[str, Any]], text: str) -> None:
    assert automod.catches(made, text)


def test_an_advisory_is_not_caught(made: list[dict[str, Any]]) -> None:
    assert not automod.catches(made, ADVISORY)
    assert automod.catches(made, SCAM)


def test_languages_are_chosen() -> None:
    assert [rule["name"] for rule in automod.rules(["zh", "fr"])] == ["scamguard: 中文", "scamguard: español, português, français, Deutsch"]


def test_a_language_without_a_sure_phrase_has_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automod, "_data", lambda: {"keywords": {"en": ["send us your seed phrase"], "hi": ["x y z"]}, "patterns": {}})
    assert [rule["name"] for rule in automod.rules()] == ["scamguard: English", "scamguard: 日本語, 한국어, हिन्दी"]
    assert [rule["name"] for rule in automod.rules(["ja", "en"])] == ["scamguard: English"]
    with pytest.raises(ChatError, match="no phrase in ja, ru is sure enough"):
        automod.rules(["ja", "ru"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"langs": ["tlh"]}, "unknown language 'tlh'; known: ar, de, en"),
        ({"alert": "#mods"}, "alert channel '#mods' is no Discord id"),
        ({"alert": "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨"}, "alert channel '١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨' is no Discord id"),
        ({"exempt_roles": ["staff"]}, "exempt role 'staff' is no Discord id"),
        ({"block": False}, "neither block nor alert"),
    ],
)
def test_mistakes_are_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ChatError, match=said):
        automod.rules(**options)


def rule(words: list[str], patterns: list[str] = []) -> dict[str, Any]:  # noqa: B006 - never changed
    return {"name": "r", "trigger_metadata": {"keyword_filter": words, "regex_patterns": patterns}, "actions": [], "exempt_roles": []}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule(["a"])] * 7, "7 keyword rules; Discord allows 6"),
        ([rule([f"*{n}*" for n in range(1001)])], "r: 1001 keywords, of 1000"),
        ([rule(["*" + "a" * 59 + "*"])], "1 to 60 characters"),
        ([rule(["**"])], "1 to 60 characters"),
        ([rule([])], "neither keywords nor patterns"),
        ([rule([], ["a"] * 11)], "11 patterns, of 10"),
        ([rule([], ["a" * 261])], "1 to 260 characters"),
        ([rule([], ["(?<!never )send"])], "not in Rust's flavour"),
        ([rule([], [r"(a)\1"])], "not in Rust's flavour"),
    ],
)
def test_what_discord_would_refuse_is_told(rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ChatError, match=re.escape(said)):
        automod.check(rules)


def test_the_command_prints_them() -> None:
    from scamguard.cli import app  # noqa: PLC0415 - beside the test that needs it

    done = CliRunner().invoke(app, ["automod", "--lang", "en", "--alert", ID, "--alert-only"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.output)
    assert [rule["name"] for rule in printed] == ["scamguard: English"]
    assert [action["type"] for action in printed[0]["actions"]] == [2]
    failed = CliRunner().invoke(app, ["automod", "--lang", "tlh"])
    assert failed.exit_code == 2
    assert "scamguard: unknown language 'tlh'" in failed.output


def test_the_file_is_what_the_script_writes() -> None:
    found = {"en": ["it's for your 12 words", "send us your seed phrase"], "zh-Hans": ["把助记词发给我"]}
    assert tomllib.loads(keywords.toml(found)) == {"keywords": found}
