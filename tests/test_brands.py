"""The registry: every entry is whole, and a broken one is named in one line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import scamguard
from scamguard import brands

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[[brand]]
id = "acme"
name = "Acme"
kind = "bank"
region = "world"
domains = ["acme.example"]
see = "https://acme.example"
"""
KINDS = '[never]\nbank = ["password"]\n'


def folder(tmp_path: Path, text: str, kinds: str = KINDS) -> Path:
    (tmp_path / "kinds.toml").write_text(kinds, "utf-8")
    (tmp_path / "some.toml").write_text(text, "utf-8")
    return tmp_path


def test_the_registry_is_large_and_kraken_is_whole() -> None:
    known = {brand.id: brand for brand in brands.registry()}
    assert len(known) >= 120
    kraken = known["kraken"]
    assert kraken.official == "kraken.com"
    assert "krakensupport" in kraken.handles["x"]
    assert {"password", "2fa_code", "seed_phrase", "private_key"} <= set(kraken.never)
    assert kraken.help
    assert kraken.contact


@pytest.mark.parametrize("brand", brands.registry(), ids=lambda brand: brand.id)
def test_an_entry_leads_to_its_own_domains(brand: scamguard.Brand) -> None:
    from scamguard.imitation.value import read  # noqa: PLC0415

    for domain in brand.domains:
        assert "." not in domain or read(domain).host == domain
        if "." in domain:
            assert scamguard.lookalike(f"https://www.{domain}/login") is None
    assert brand.see.startswith("https://")
    assert "." in brand.official, "readers are told to type it"
    assert brand.never
    assert not set(brand.domains) & set(brand.unrelated)
    for domain in brand.unrelated:  # under a public suffix anyone may put up a page
        assert read(f"https://a.{domain}").suffix != domain


@pytest.mark.parametrize("lang", ["ar", "hi", "ja", "ko", "ru", "uk", "zh"])
def test_languages_with_their_own_script_have_names_in_it(lang: str) -> None:
    assert any(lang in brand.aliases for brand in brands.registry())


SEARCHED = re.compile(  # what messages say around a name, and other wares than the brand
    r"客服|官方|信用卡|官网|官網|网站|網站|帳戶|账户|购票|邮箱|【|(?i:app)|고객센터|우체국택배|からの|受信料|じぶん|イーツ"
    r"|تطبيق|شركة|موقع|منصة|متجر|حساب|بوابة|تعرفة|आधार"
)
SCRIPTS = ("zh", "zh-Hant", "ja", "ko", "ru", "hi", "ar")


@pytest.mark.parametrize("lang", SCRIPTS)
def test_a_brand_is_shown_by_its_own_name_in_the_readers_writing(lang: str) -> None:
    shown = {brand.id: brand.name_in(lang) for brand in brands.registry() if brand.name_in(lang)}
    assert len(shown) > 50
    assert [name for name in shown.values() if SEARCHED.search(name)] == []
    assert [name for name, times in Counter(shown.values()).items() if times > 1] == []
    if lang in ("zh", "zh-Hant"):  # Simplified characters alone, Traditional alone; two are Hong Kong's own
        charset = {"zh": "gb2312", "zh-Hant": "big5"}[lang]
        assert all(re.sub("[滙恒]", "", name).encode(charset) for name in shown.values())


@pytest.mark.parametrize(
    ("brand", "lang", "name"),
    [
        ("cathaybk", "zh-Hant", "國泰世華"), ("cathaybk", "zh", "国泰世华"), ("bankofchina", "zh", "中国银行"),
        ("bankofchina", "zh-Hant", "中國銀行"), ("walmart", "zh", "沃尔玛"), ("walmart", "zh-Hant", "沃爾瑪"),
        ("binance", "zh-Hant", "幣安"), ("kddi", "ja", "au"), ("kt", "ko", "KT"),
        ("garena", "ar", "جارينا"), ("uidai", "hi", "यूआईडीएआई"), ("agoda", "zh", "安可达"), ("agoda", "zh-Hant", ""), ("binance", "uk", ""),
        ("binance", "de", ""), ("revolut", "ar", ""),
    ],
)  # fmt: skip
def test_the_name_that_readers_are_told(brand: str, lang: str, name: str) -> None:
    assert next(one for one in brands.registry() if one.id == brand).name_in(lang) == name


def test_a_good_entry_is_read(tmp_path: Path) -> None:
    (brand,) = brands.read(folder(tmp_path, GOOD + 'never = ["card"]\nchecked = 2026-01-31\n'))
    assert (brand.labels, brand.never, brand.official) == (("acme",), ("password", "card"), "acme.example")
    assert brand.checked is not None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD + "colour = 1", "some.toml: brand 'acme': unknown key 'colour'"),
        (GOOD.replace('region = "world"', ""), "has no region"),
        (GOOD.replace('"bank"', '"bakery"'), "unknown kind 'bakery'; known: bank"),
        (GOOD.replace("acme.example", "https://acme.example"), "domains|see"),
        (GOOD + 'labels = ["Ac me"]', "labels: 'Ac me'"),
        (GOOD + 'help = "http://acme.example"', "begins with https://"),
        (GOOD + 'never = ["serect"]', "unknown secret 'serect'"),
        (GOOD + 'contact = { pigeon = "loft" }', "contact: 'pigeon'"),
        (GOOD + 'handles = { x = ["@acme"] }', "handles: '@acme'"),
        (GOOD + 'aliases = { English = ["Acme"] }', "aliases: 'English'"),
        (GOOD + 'names = { de = "Acme" }', "names: 'de'"),
        (GOOD + 'names = { zh = ["艾克"] }', "names: .* give a str"),
        (GOOD + "word = 1", "give a bool"),
        (GOOD + 'checked = "today"', "give a date"),
        (GOOD + GOOD, "'acme' is brand 'acme''s already"),
        (GOOD + GOOD.replace('"acme"', '"acmo"'), "'acme.example' is brand 'acme''s already"),
        ("[[brand]", "cannot be read as TOML"),
        ("other = 1", "unknown key 'other'"),
    ],
)
def test_a_broken_entry_is_named_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(scamguard.BrandError, match=line) as caught:
        brands.read(folder(tmp_path, text))
    assert str(caught.value).startswith("some.toml: ")


def test_a_kind_names_known_secrets(tmp_path: Path) -> None:
    with pytest.raises(scamguard.BrandError, match=r"kinds.toml: kind 'bank': unknown secret 'pin'"):
        brands.read(folder(tmp_path, GOOD, '[never]\nbank = ["pin"]'))


def test_a_brand_may_be_in_a_set() -> None:
    every = brands.registry()
    assert len({*every, *every}) == len(every)
    assert hash(every[0]) == hash(replace(every[0]))
    assert replace(every[0], aliases={"xx": ("other",)}) != every[0]
