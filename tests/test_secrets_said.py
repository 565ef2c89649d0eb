"""Secrets in other words than usual: codes spelt out, security codes in a sentence, postal codes that are called PIN."""

from __future__ import annotations

import pytest

from scamguard.secrets import Certainty, Secret, find

CODE = ("Read me the 6-digit verification code we sent you",)
CVV = ("What is the CVV on the back of your card?",)
PIN = ("What is your PIN?",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my verification code is four eight two nine one three", "four eight two nine one three"),
        ("four, eight, two, nine, one and three", "four, eight, two, nine, one and three"),
        ("Der Code ist vier acht zwei neun eins drei", "vier acht zwei neun eins drei"),
        ("es cuatro ocho dos nueve uno tres", "cuatro ocho dos nueve uno tres"),
        ("четыре восемь два девять один три", "четыре восемь два девять один три"),
        ("أربعة ثمانية اثنان تسعة واحد ثلاثة", "أربعة ثمانية اثنان تسعة واحد ثلاثة"),
        ("验证码是四八二九一三", "四八二九一三"),
        ("사팔이구일삼", "사팔이구일삼"),
        ("code: 4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣", "4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣"),
        ("4.8.2.9.1.3", "4.8.2.9.1.3"),
        ("482 and then 913", "482 and then 913"),
        ("my steam guard code is R4K7P", "R4K7P"),
        ("R4K7P", "R4K7P"),
    ],
)
def test_a_code_in_another_spelling_answers_as_well(text: str, code: str) -> None:
    [found] = find(text, CODE)
    assert (found.kind, found.certainty) == (Secret.OTP, Certainty.BLOCK)
    assert text[found.start : found.stop].rstrip("\ufe0f\u20e3") == code.rstrip("\ufe0f\u20e3")


@pytest.mark.parametrize(
    "text",
    ["one or two of them", "the build is 1.2.3.4", "I counted one two three, then lost it", "between 150,000 and 200,000",
     "1 2 3 5 8 13 21", "we have 100 seats", "二〇二四年三月", "that was six years, eight months ago", "192.168.1.20"],
)  # fmt: skip
def test_other_numbers_are_no_code_though_one_was_asked_for(text: str) -> None:
    assert not find(text, CODE)


def test_number_words_alone_mean_nothing() -> None:
    assert not find("four eight two nine one three")
    assert find("my verification code is four eight two nine one three")
    assert find("Your Steam Guard code: R4K7P")
    assert not find("on Steam: HTTPS, R4K7PQ, gift card XBCDFGH")


@pytest.mark.parametrize("text", ["123", "cvv is 123", "the three digits are 123", "123 i think", "It's 123.", "my security code: 1234"])
def test_a_security_code_answers_in_a_sentence(text: str) -> None:
    [found] = find(text, CVV)
    assert (found.certainty, text[found.start : found.stop].strip(".")) == (Certainty.BLOCK, "".join(filter(str.isdigit, text)))


@pytest.mark.parametrize("text", ["why the cvv? I asked in 2024-11", "call me at 555", "the cvv is 3 digits", "I have 123 questions first"])
def test_other_numbers_are_no_security_code(text: str) -> None:
    assert not find(text, CVV)


@pytest.mark.parametrize(
    "text",
    ["My address is 12 MG Road, Bengaluru, pincode is 560001", "PIN code: 700016", "PIN Code - 400001", "mera pincode 560001 hai",
     "पिन कोड 560001", "Flat 4, Pune. PIN: 411 001"],
)  # fmt: skip
def test_a_postal_code_of_india_is_no_password(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize(
    "text",
    ["my pin code is 4821", "my card pin code is 482913", "PIN code 482913 for the bank account", "my PIN is 482913",
     "my atm pin code is 482913, ship it to MG Road"],
)  # fmt: skip
def test_a_pin_of_a_card_is_still_one(text: str) -> None:
    assert [found.kind for found in find(text)] == [Secret.PASSWORD]


def test_a_pin_that_was_asked_for_is_no_postal_code_unless_an_address_stands_beside_it() -> None:
    assert find("pin code is 482913", PIN)
    assert not find("12 MG Road, pin code is 560001", PIN)
