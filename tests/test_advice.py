"""Advice speaks of every kind and secret in every language, names the real channel, and never repeats the message."""

from __future__ import annotations

import itertools
import re
import string
import tomllib
from pathlib import Path

import pytest

import scamguard
from scamguard import whom, wording
from scamguard.advice import _URGENCY, advice
from scamguard.brands import registry
from scamguard.lexicon import KINDS, SECRETS
from scamguard.verdict import GIVEN_AWAY, Action, Official, Verdict
from scamguard.whom import official

FOLDER = Path(scamguard.__file__).parent / "advice"
KRAKEN = Official("Kraken", "kraken.com", "https://support.kraken.com")
STOPS = re.compile(r"[.!?](?=\s|$)|[。！？।](?=.|$)")
# What only this language's letters or words can be: a file saved under another's name fails.
OWN = {
    "zh": "骗", "zh-Hant": "騙", "es": "estafa", "pt": "golpe", "fr": "arnaque", "de": "Betrug", "ru": "мошен", "ja": "詐欺", "ko": "사기",
    "vi": "lừa đảo", "tr": "dolandırıcılık", "id": "enipuan", "hi": "धोखाधड़ी", "ar": "احتيال", "en": "scam",
}  # fmt: skip


def verdict(
    kind: str = "credential_request",
    asks: tuple[str, ...] = (),
    action: Action = Action.BLOCK,
    real: Official | None = None,
    lang: str = "",
) -> Verdict:
    return Verdict(0.99, action, kind, asks, (), "kraken" if real else None, real, lang)


def leaves(table: object) -> list[str]:
    return [table] if isinstance(table, str) else [leaf for value in table.values() for leaf in leaves(value)]  # type: ignore[attr-defined]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_file_for_every_language_and_no_other() -> None:
    for folder in ("advice", "tickets"):
        assert {file.stem for file in (FOLDER.parent / folder).glob("*.toml")} == set(wording.LANGUAGES)


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_every_language_answers_every_kind_and_secret(lang: str) -> None:
    table = tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8"))
    assert table.keys() == {"between", "official", "scam", "report", "own_secret", "kind", "given"}
    assert table["scam"].keys() == {Action.WARN, Action.BLOCK}
    assert set(table["kind"]) == {*KINDS, "other"}
    assert set(table["given"]) == set(SECRETS) == set(_URGENCY)
    for text in leaves(table):
        filled = {table["official"]: {"brand", "where"}, table["kind"]["credential_request"]: {"scam"}}
        assert placeholders(text) == filled.get(text, set())
    assert any(OWN[lang] in text for text in leaves(table))
    assert len(set(leaves(table))) == len(leaves(table))


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_one_to_three_sentences(lang: str) -> None:
    for kind, asks, real in itertools.product(("", *KINDS), [(), *((secret,) for secret in SECRETS), SECRETS], (None, KRAKEN)):
        text = advice(verdict(kind, asks, real=real), lang)
        most = 5 if lang in ("ja", "ko") else 3  # their first sentence says what it is
        assert 1 <= len(STOPS.findall(text)) <= most, text
        assert re.sub("[\u2068\u2069]" if lang != "fr" else "[\u00a0\u202f]", "", text).isprintable()
        assert "{" not in text
        assert ("support.kraken.com" in text) == (real is not None)


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_every_brand_has_a_channel_to_name(lang: str) -> None:
    for brand in registry():
        text = advice(Verdict(0.99, Action.BLOCK, "phishing_link", (), (), brand.id, official(brand)), lang)
        assert official(brand).channel in text
        assert brand.name in text
        assert "https://" not in text


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_what_is_only_likely_is_not_said_to_be_certain(lang: str) -> None:
    likely, certain = wording.sentences(lang)["scam"]["warn"], wording.sentences(lang)["scam"]["block"]
    assert advice(verdict(action=Action.WARN), lang).startswith(likely)
    assert advice(verdict(action=Action.BLOCK), lang).startswith(certain)
    assert not advice(verdict(action=Action.WARN), lang).startswith(certain)


def test_french_does_not_break_a_line_before_its_signs() -> None:
    for folder in ("advice", "tickets"):
        text = (FOLDER.parent / folder / "fr.toml").read_text("utf-8")
        said = "\n".join(line.partition(" = ")[2] for line in text.splitlines() if not line.startswith("#"))
        assert not re.search(r" [:;!?»]|« |(?<![\u00a0\u202f\s])[:;»]", said)


@pytest.mark.parametrize(
    ("sentence", "brand", "lang", "said"),
    [
        ("冒充{brand}的消息", "PayPal", "zh", "冒充 PayPal 的消息"),
        ("冒充{brand}：钓鱼", "腾讯QQ", "zh", "冒充腾讯QQ：钓鱼"),
        ("冒充{brand}的訊息", "騰訊QQ", "zh-Hant", "冒充騰訊QQ 的訊息"),
        ("{brand}的官方网址", "币安（Binance）", "zh", "币安（Binance）的官方网址"),
        ("{brand}のなりすまし", "PayPal", "ja", "PayPalのなりすまし"),
        ("Usurpation ({brand})", "PayPal", "fr", "Usurpation (PayPal)"),
    ],
)
def test_only_chinese_sets_latin_letters_off(sentence: str, brand: str, lang: str, said: str) -> None:
    assert wording.filled(sentence, brand, lang) == said


def test_a_brand_is_called_as_its_readers_call_it() -> None:
    binance = next(brand for brand in registry() if brand.id == "binance")
    found = Verdict(0.99, Action.BLOCK, "phishing_link", (), (), "binance", official(binance))
    for lang, name in (("zh", "币安（Binance）"), ("zh-TW", "幣安（Binance）"), ("ru", "Бинанс (Binance)"), ("de", "Binance")):
        assert name in found.advice(lang)


def test_an_address_stays_whole_in_text_from_right_to_left() -> None:
    text = advice(verdict(real=KRAKEN), "ar")
    assert "\u2068كراكن (Kraken)\u2069" in text
    assert "\u2068support.kraken.com\u2069" in text
    assert text.count("\u2068") == text.count("\u2069")


def test_an_allowed_message_needs_none() -> None:
    assert advice(verdict(action=Action.ALLOW, real=KRAKEN)) == ""


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_a_secret_of_ones_own_is_stopped_in_every_language(lang: str) -> None:
    text = advice(verdict(GIVEN_AWAY, ("seed_phrase",)), lang)
    assert text == tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8"))["own_secret"]


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        *((lang, "助记词") for lang in ("zh", "zh-Hans", "zh_CN.UTF-8")),
        *((lang, "助記詞") for lang in ("zh-Hant", "zh_TW.UTF-8", "zh-HK")),
        *((lang, "phrase") for lang in ("en-GB", "xx", "")),
        ("fr-CA", "récupération"),
    ],
)
def test_readers_get_their_language_or_english(lang: str, word: str) -> None:
    assert word in advice(verdict(asks=("seed_phrase",)), lang)


def test_without_a_language_the_message_gives_it() -> None:
    assert verdict(lang="ja").advice() == verdict().advice("ja")
    assert verdict(lang="").advice() == verdict(lang="th").advice() == verdict().advice("en")


def test_what_empties_an_account_soonest_comes_first() -> None:
    assert advice(verdict(asks=("password", "seed_phrase")), "en") == advice(verdict(asks=("seed_phrase",)), "en")


def test_a_verdict_gives_it() -> None:
    assert verdict(asks=("card",)).advice("en") == advice(verdict(asks=("card",)), "en")


@pytest.mark.parametrize("kind", ["phishing_link", "credential_request", "payment_demand", "remote_access"])
def test_what_to_do_now_is_said_even_where_nothing_is_asked_for_by_name(kind: str) -> None:
    table = wording.sentences("en")
    assert any(sentence in advice(verdict(kind), "en") for sentence in table["given"].values())


def test_a_language_is_a_str() -> None:
    with pytest.raises(scamguard.InputError, match="lang is int"):
        advice(verdict(), 3)  # type: ignore[arg-type]


def test_cantonese_is_advised_in_traditional_characters() -> None:
    found = Verdict(0.99, Action.BLOCK, "credential_request", ("seed_phrase",), ())
    assert found.advice("yue") == found.advice("yue-HK") == found.advice("zh-Hant") != found.advice("yue-Hans")


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("DVLA: your vehicle tax failed, reply with your card number", "www.gov.uk/contact-the-dvla"),
        ("HMRC: reply with your card number for your tax refund", "www.gov.uk/contact-hmrc"),
        ("Binance.US Support: reply with your 2FA code", "support.binance.us"),
        ("Binance Support: reply with your 2FA code", "www.binance.com/en/support"),
    ],
)
def test_readers_are_sent_to_the_house_that_is_imitated(text: str, channel: str) -> None:
    brand = whom.find(text, Action.BLOCK, (), None)
    assert brand
    assert official(brand).channel == channel
