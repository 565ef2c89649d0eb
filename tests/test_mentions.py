"""Names of brands in a text: as the registry has them, and as people and impostors write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import mentions as mentioned
from scamguard.brands import registry
from scamguard.identity import described
from scamguard.mentions import mentions, names_any

NAMED = {
    "Amaz0n: your refund is ready": "amazon",
    "Arnazon: your refund is ready": "amazon",
    "your PayPaI is limited": "paypal",
    "Аmazon: вход": "amazon",  # a Cyrillic A
    "Ｎｅｔｆｌｉｘ membership": "netflix",
    "Wells-Fargo notice": "wellsfargo",
    "Royal-Mail: a parcel": "royalmail",
    "Ihr PayPal-Konto": "paypal",
    "FedEx-Delivery is waiting": "fedex",
    "Amazon's security desk": "amazon",
    "Сообщение от Сбербанка": "sberbank",
    "USP S: your parcel": "usps",
    "【三菱UFJ銀行】お知らせ": "mufg",
    "your Disney+ is paused": "disneyplus",
    "Royal Bank of Canada: notice": "rbc",
}
NOT_NAMED = [
    "the telegram-bot is down",
    "a paypall of ours",  # a slip in small letters
    "we chase the bus",
    "coin base in chess",
    "usp s",
    "Metal mask for the party",
    "Net flixing all night",
    "an amazing zone",
    "гугл-форма для записи",
]


@pytest.mark.parametrize(("text", "brand"), NAMED.items())
def test_a_name_is_found_as_it_is_written(text: str, brand: str) -> None:
    assert [m.brand.id for m in mentions(text, meant=True)] == [brand]


STORED = [
    *("Société Générale : votre compte", "カードのバークレイズ銀行からの確認", "고객님 씨티은행: 확인"),
    *("Itaú: seu cartão", "né, PayPal: voilà"),
]


@pytest.mark.parametrize("text", STORED)
def test_a_name_stored_letter_by_mark_is_found_where_it_stands(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    found = [(m.brand.id, unicodedata.normalize("NFC", apart[m.start : m.stop])) for m in mentions(apart)]
    assert found == [(m.brand.id, text[m.start : m.stop]) for m in mentions(text)] != []
    assert names_any(apart)


@pytest.mark.parametrize("text", ["Société générale des eaux", "씨티 투어", "itau\u0301na"])
def test_words_stored_letter_by_mark_name_nobody_new(text: str) -> None:
    assert [m.brand.id for m in mentions(unicodedata.normalize("NFD", text))] == [m.brand.id for m in mentions(text)]


@pytest.mark.parametrize("text", NOT_NAMED)
def test_words_that_come_near_name_nobody(text: str) -> None:
    assert [m.brand.id for m in mentions(text, meant=True)] == []


def test_every_name_of_the_registry_is_found() -> None:
    """By its own brand or one that shares it; where it is an ordinary word too, where the speaker says who he is."""
    def named(name: str) -> bool:
        return any(m.start <= 1 for text in (f"{name}: check", f"【{name}】 check") for m in mentions(text))

    missed = []
    for brand in registry():
        plain, _, short = brand.name.removesuffix(")").partition(" (")
        aliases = [alias for of in brand.aliases.values() for alias in of]
        missed += [(brand.id, name) for name in (plain, short, *aliases) if name and not named(name)]
    assert missed == [("npmjs", "npm"), ("ntajapan", "e-Tax")]  # words that begin with a small letter


SHOWN = {
    "Booking.com: re-check your card, guest-bkng.example/1": {"link.foreign_beside_brand"},
    "PayPal.com: your refund is ready, acct-review.example/x": {"link.foreign_beside_brand"},
    "log in at paypal.com or acct-review.example/x": set(),  # one of its own
    "Amazon: review the sign-in at https://www.amazon.co.uk/a": set(),
    "Amazon: review the sign-in at https://amazon-desk.co.uk/a": {"link.foreign_beside_brand"},
    "we could not finish your request: https://apt8413-wellsfargo.3utilities.com": {"link.open_beside_brand", "link.foreign_beside_brand"},
    "our tests run on paypal-sandbox.example": set(),
    "Barclaycard: 61.77 at AO.COM approved": set(),
    "Spotify: this one https://spoti.fi/4vEloBlues": set(),
}


@pytest.mark.parametrize(("text", "said"), SHOWN.items())
def test_links_beside_names(text: str, said: set[str]) -> None:
    assert set(described(text)) - {"link.lookalike"} == said


def test_a_name_is_found_wherever_it_stands() -> None:
    for name in ("Kraken ", "币安，", "카카오 ", "PayPal币"):
        assert [m.start for m in mentions(3 * name)] == [len(name) * n for n in range(3)]


names = st.sampled_from(sorted(mentioned._index().written)) | st.from_regex(r"[a-z]{1,12}", fullmatch=True)


@given(names, st.sampled_from(["", "s", "x"]))
def test_words_in_small_letters_are_told_at_a_glance(name: str, more: str) -> None:
    """What is passed over unread would have been found to name nothing."""
    word = name.casefold() + more
    if mentioned._is_plain(word) and word not in mentioned._index().written:
        assert mentioned._seen(word) is mentioned._NOTHING


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_words_are_cut_as_all_others(text: str) -> None:
    assert mentioned._ASCII_WORD.findall(text) == mentioned._WORD.findall(text)
