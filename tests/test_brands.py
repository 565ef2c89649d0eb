"""The registry: every entry is whole, and a broken one is named in one line."""

from __future__ import annotations

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
    assert brand.never
    assert not set(brand.domains) & set(brand.unrelated)
    for domain in brand.unrelated:  # under a public suffix anyone may put up a page
        assert read(f"https://a.{domain}").suffix != domain


@pytest.mark.parametrize("lang", ["ar", "hi", "ja", "ko", "ru", "uk", "zh"])
def test_languages_with_their_own_script_have_names_in_it(lang: str) -> None:
    assert any(lang in brand.aliases for brand in brands.registry())


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
