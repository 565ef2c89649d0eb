"""Passwords behind accounts, PINs and security codes of cards, codes by the name of a service: none is called a password or a code."""

from __future__ import annotations

import random

import pytest
from mnemonic import Mnemonic

from scamguard.secrets import Certainty, Secret, find

from . import planted


@pytest.mark.parametrize(
    "text",
    ["senha do cartão {}", "minha senha do cartão é {}", "clave del cajero {}", "mi clave del banco es {}", "Kreditkarten-PIN {}",
     "Meine Karten-PIN: {}", "mon code de carte bleue est {}", "code secret de ma carte {}", "пин карты {}", "pin-код карты {}",
     "mã pin thẻ {}", "الرقم السري للبطاقة {}", "my pin's {}"],
)  # fmt: skip
def test_the_pin_of_a_card(text: str) -> None:
    said = text.format(4821)
    [found] = find(said)
    assert (found.kind, found.certainty, said[found.start : found.stop]) == (Secret.PASSWORD, Certainty.BLOCK, "4821")


@pytest.mark.parametrize("text", ["PUK: 12345678", "PUK ist 48291377", "sim puk 12345678"])
def test_the_code_that_opens_a_locked_sim(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.PASSWORD, Certainty.BLOCK)]


@pytest.mark.parametrize(
    "text",
    ["senha do cartão expirou", "clave del cajero 48.21", "la carte 4821 est perdue", "Karten-Code 50%", "карты 4821",
     "code de la carte : voir 12", "my pin's broken", "PUK liegt zu Hause", "tarjeta terminada en 4821"],
)  # fmt: skip
def test_what_is_said_of_cards_is_no_pin(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize("text", ["cvv 482", "CVV: 482", "the cvv is 482", "my cvc code 4821"])
def test_a_security_code_without_its_card_is_a_question(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.CARD, Certainty.WARN)]


@pytest.mark.parametrize(
    "text", ["the cvv is 3 digits", "cvv has 100 digits", "cvc 12.5", "CVV field in form 2024", "cvv 482%", "cvv 123 digits"]
)
def test_what_is_said_of_security_codes(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("bob@example.com / Zebra99xQ", Certainty.BLOCK),
        ("login: admin / Zebra99", Certainty.BLOCK),
        ("user: admin | Zebra99xQ", Certainty.BLOCK),
        ("bob@example.com Zebra99xQ", Certainty.WARN),
        ("Netflix: bob@example.com Zebra99xQ", Certainty.WARN),
        ("bob@example.com\nZebra99xQ", Certainty.WARN),
    ],
)
def test_a_password_behind_an_account(text: str, certainty: Certainty) -> None:
    [found] = find(text)
    assert (found.kind, found.certainty, text[found.start : found.stop]) == (Secret.PASSWORD, certainty, text[text.index("Zebra") :])


@pytest.mark.parametrize(
    "text",
    ["bob@example.com / Berlin", "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA",
     "bob@example.com / sales2024", "bob@example.com INV-20249", "bob@example.com\nTel. 0301234567",
     "bob@example.com Zebra99xQ is the new model", "mail ann@example.com or bob2@Example.com", "bob@example.com https://x.example/Ab12Cd34",
     "bob@example.com\nversion=2.20", "bob@example.com / <Password1>", "login: admin / see 1Password", "bob@example.com 10am"],
)  # fmt: skip
def test_what_else_stands_behind_an_account(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "text", ["Your Telegram code is 48291", "Telegram code 48291", "photoTAN 482913", "smsTAN: 482913", "push-TAN 482913",
             "Use 7704 as Microsoft account security code", "8836 kode verifikasi Anda", "你的一次性代码为：430917", "【6677】验证码"],
)  # fmt: skip
def test_a_code_by_the_name_of_its_service(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.OTP, Certainty.BLOCK)]


def cut(words: list[str]) -> str:
    return " ".join(word[:4] for word in words)


def ordered(words: list[str]) -> str:
    ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"]
    return ", ".join(f"the {nth} word is {word}" for nth, word in zip(ordinals, words, strict=True))


def counted(words: list[str]) -> str:
    counts = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return " ".join(f"{n} {word}" for n, word in zip(counts, words, strict=True))


def places(words: list[str], first: int = 0) -> list[int]:
    table = Mnemonic("english").wordlist
    return [table.index(word) + first for word in words]


@pytest.mark.parametrize("seed", range(4))
def test_phrases_in_other_forms(seed: int) -> None:
    words = planted.phrase("english", 12, random.Random(seed))
    numbers = " ".join(map(str, places(words, 1)))
    square = "".join(f"{place:04d}" for place in places(words))
    for text in (cut(words), cut(words).upper(), ordered(words), counted(words), square, f"my seed phrase in numbers: {numbers}"):
        assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.SEED_PHRASE, Certainty.BLOCK)], text
    assert [found.kind for found in find(numbers, ["what is your seed phrase?"])] == [Secret.SEED_PHRASE]
    assert find(numbers) == ()


def test_forms_that_do_not_add_up_are_no_phrase() -> None:
    words = planted.phrase("english", 12, random.Random(7))
    other = [words[1], words[0], *words[2:]]
    square = "".join(f"{place:04d}" for place in places(other))
    for text in (cut(other), ordered(other), counted(other), square, "9" * 48, "my seed phrase: " + " ".join(["2100"] * 12)):
        assert find(text) == (), text
    assert find("this was only what they said when some more came over here that year, then they left with that boat") == ()
