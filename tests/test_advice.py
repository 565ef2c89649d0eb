"""Advice speaks of every kind and secret in both languages, and never repeats the message."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest

import scamguard
from scamguard.advice import _URGENCY, advice
from scamguard.lexicon import KINDS, SECRETS
from scamguard.verdict import Action, Verdict

FOLDER = Path(scamguard.__file__).parent / "advice"


def verdict(kind: str = "credential_request", asks: tuple[str, ...] = (), action: Action = Action.BLOCK) -> Verdict:
    return Verdict(0.99, action, kind, asks, ())


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_language_answers_every_kind_and_secret(file: Path) -> None:
    table = tomllib.loads(file.read_text("utf-8"))
    assert set(table["kind"]) == {*KINDS, "other"}
    assert set(table["given"]) == set(SECRETS) == set(_URGENCY)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_to_three_sentences(lang: str) -> None:
    for kind, asks in itertools.product(("", *KINDS), [(), *((secret,) for secret in SECRETS), SECRETS]):
        text = advice(verdict(kind, asks), lang)
        assert 1 <= text.count("." if lang == "en" else "。") <= 3, text
        assert text.isprintable()


def test_an_allowed_message_needs_none() -> None:
    assert advice(verdict(action=Action.ALLOW)) == ""


@pytest.mark.parametrize(
    ("lang", "word"),
    [*((lang, "助记词") for lang in ("zh", "zh-Hans", "zh-Hant", "zh_TW.UTF-8")), *((lang, "phrase") for lang in ("en-GB", "fr", ""))],
)
def test_chinese_readers_get_chinese_and_others_english(lang: str, word: str) -> None:
    assert word in advice(verdict(asks=("seed_phrase",)), lang)


def test_what_empties_an_account_soonest_comes_first() -> None:
    assert advice(verdict(asks=("password", "seed_phrase")), "en") == advice(verdict(asks=("seed_phrase",)), "en")


def test_a_verdict_gives_it() -> None:
    assert verdict(asks=("card",)).advice("en") == advice(verdict(asks=("card",)), "en")
