"""Secrets as people say them: joined by little words, in other wordings, several at once, and by the marks of services."""

from __future__ import annotations

import random
import string
import time
from typing import TYPE_CHECKING

import pytest

from scamguard.giveaways import hidden
from scamguard.secrets import Certainty, Secret, find

from .pace import slower
from .planted import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "tree rough bitter drastic puzzle reflect clock venture chief stereo author zoo".split()  # noqa: SIM905 - as it is said
ASKED = ("send me your password",)
RNG = random.Random(3)
JOINED: dict[str, Callable[[list[str]], str]] = {
    "and then": lambda w: f"my seed phrase is {' '.join(w[:6])} and then {' '.join(w[6:])}",
    "bare": lambda w: f"{' '.join(w[:6])} and then {' '.join(w[6:])}",
    "is": lambda w: ", ".join(f"{n} is {word}" for n, word in enumerate(w, 1)),
    "uh": lambda w: f"{' '.join(w[:3])} uh {' '.join(w[3:])}",
    "last one": lambda w: f"{', '.join(w[:-1])}, last one {w[-1]}",
    "lastly": lambda w: f"{', '.join(w[:-1])} and lastly {w[-1]}",
    "the rest": lambda w: f"first six: {' '.join(w[:6])}, and the rest: {' '.join(w[6:])}",
    "I think": lambda w: f"{' '.join(w[:4])} (I think) {' '.join(w[4:])}",
    "sorry": lambda w: f"{' '.join(w[:3])} sorry {' '.join(w[3:])}",
    "halves": lambda w: f"first half {' '.join(w[:6])}\nsecond half {' '.join(w[6:])}",
}


def made(size: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(RNG.choice(letters) for _ in range(size - 6)) + "aB7b01"


@pytest.mark.parametrize("shape", JOINED.values(), ids=JOINED)
def test_a_phrase_is_found_through_what_joins_it(shape: Callable[[list[str]], str]) -> None:
    text = shape(WORDS)
    found = find(text)
    assert [(one.kind, one.certainty) for one in found] == [(Secret.SEED_PHRASE, Certainty.BLOCK)]
    left = hidden(text, [(one.start, one.stop) for one in found])
    assert not any(word in left for word in WORDS)


def test_a_word_of_the_phrase_may_be_one_that_joins() -> None:
    rng = random.Random(2)
    phrases = [words for words in (phrase("english", 12, rng) for _ in range(3_000)) if {"then", "next"} & {*words[1:]}][:10]
    for words in phrases:
        text = f"my seed phrase is {' '.join(words[:6])} and then {' '.join(words[6:])}"
        assert Certainty.BLOCK in {one.certainty for one in find(text)}


@pytest.mark.parametrize(
    "text",
    [
        f"{' '.join(WORDS[:6])} and then {' '.join(WORDS[6:-1])} abandon",  # its sum is wrong
        "tree and rough and bitter then puzzle and clock and zoo",
        "morning coffee then school then gym then dinner then sleep and then again work and home and then bed",
        "I like cat and dog and horse and cow and pig and sheep and lion and tiger and bear and wolf and fox",
        "we had fun and sun and sand and sea and fish and salad and bread and wine and music and dance and night and moon",
    ],
)
def test_prose_that_is_joined_is_none(text: str) -> None:
    assert not find(text)


def test_much_that_is_joined_takes_no_square_of_time() -> None:
    began = time.process_time()
    find("tree and then clock next one half six " * 4_000)
    assert time.process_time() - began < 4 * slower()


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("codes: 482913 119922 773311", ["482913", "119922", "773311"]),
        ("verification codes 482913 and 119922", ["482913", "119922"]),
        ("the code is 482913 or maybe 119922", ["482913", "119922"]),
        ("my pin is 4821 or 4812", ["4821", "4812"]),
        ("pin 4821 and puk 12345678", ["4821", "12345678"]),
        ("mein passwort ist Sommer2024! und die PIN 4821", ["Sommer2024", "4821"]),
        ("contraseña: Gato1234 y pin 4821", ["Gato1234", "4821"]),
        ("密码：abc12345 或者 xyz98765", ["abc12345", "xyz98765"]),
        (f"my seed {' '.join(WORDS)} 25th word tulip", ["zoo", "tulip"]),
        ("pass: Sommer2024!\n2fa: 482913\nbackup: 1234-5678 8765-4321", ["1234-5678", "8765-4321"]),
        ("login mia pw Sommer2024! and for the bank Herbst2022!", ["Sommer2024", "Herbst2022"]),
        ("api key: abcDEF123456ghiJKL789 secret: QeWJKY40uvSwMFLZDe1f8rESQedUStPK", ["abcDEF", "QeWJKY"]),
        ("\u200bmy 😀 pin is 4821 or 4812", ["4821", "4812"]),
    ],
)
def test_nothing_of_several_secrets_is_left(text: str, secrets: list[str]) -> None:
    left = hidden(text, [(one.start, one.stop) for one in find(text)])
    assert not [secret for secret in secrets if secret in left]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my pin is 4821 and I owe you 4800 euros", "4800"),
        ("my pin is 4821, see you in 2024", "2024"),
        ("the otp is 482913, call me on 0151 23456789", "0151 23456789"),
        ("my password is Sommer2024! and the train is at 10am", "10am"),
        ("my password is Sommer2024!\nsee https://example.com/a1b2c3d4", "https://example.com/a1b2c3d4"),
    ],
)
def test_what_stands_beside_a_secret_and_is_none_is_left(text: str, kept: str) -> None:
    assert kept in hidden(text, [(one.start, one.stop) for one in find(text)])


def test_what_stands_beside_a_secret_makes_no_verdict_graver() -> None:
    assert {one.certainty for one in find("codes: 482913 119922 773311")} == {Certainty.WARN}
    assert not find("482913 119922 773311")


def test_a_long_row_of_codes_takes_no_square_of_time() -> None:
    began = time.process_time()
    find("my otp is 482913 " + "or 119922 " * 5_000)
    find("my otp is 482913 " * 3_000)
    assert time.process_time() - began < 6 * slower()


@pytest.mark.parametrize(
    ("text", "thread", "certainty"),
    [
        ("my password is Sommer 2024!", (), Certainty.BLOCK),
        ("my password is Sommer 2024", (), Certainty.WARN),
        ("Sommer 2024!", ASKED, Certainty.BLOCK),
        ("it's Sommer 2024!", ASKED, Certainty.BLOCK),
        ("la password è Sommer2024!", (), Certainty.BLOCK),
        ("mijn wachtwoord is Sommer2024!", (), Certainty.BLOCK),
        ("my pasword is Sommer2024!", (), Certainty.BLOCK),
        ("my passwrod is Sommer2024!", (), Certainty.BLOCK),
        ("password? Sommer2024!", (), Certainty.BLOCK),
        ("password\nSommer2024!", (), Certainty.BLOCK),
        ("hasło to Sommer2024!", (), Certainty.BLOCK),
        ("login: mia heslo: Sommer2024", (), Certainty.BLOCK),
        ("lösenord: Sommer2024!", (), Certainty.BLOCK),
        ("salasana on Sommer2024!", (), Certainty.BLOCK),
        ("jelszó: Sommer2024!", (), Certainty.BLOCK),
        ("κωδικός: Sommer2024!", (), Certainty.BLOCK),
        ("סיסמה: Sommer2024!", (), Certainty.BLOCK),
        ("รหัสผ่าน Sommer2024!", (), Certainty.BLOCK),
    ],
)
def test_passwords_in_other_wordings(text: str, thread: tuple[str, ...], certainty: Certainty) -> None:
    assert [(one.kind, one.certainty) for one in find(text, thread)] == [(Secret.PASSWORD, certainty)]


@pytest.mark.parametrize(
    ("text", "thread"),
    [
        ("Sommer 2024!", ()),
        ("March 2024!", ASKED),
        ("my password was changed in June 2024", ()),
        ("my password is June 2024 old", ()),
        ("mijn wachtwoord is kwijt", ()),
        ("hasło to nie jest ważne", ()),
        ("la password è sbagliata", ()),
        ("forgot password? Contact us", ()),
        ("password? https://example.com/Reset1", ()),
        ("my pasword is <YOUR_PASSWORD>", ()),
        ("passwords\nare 12 letters", ()),
    ],
)
def test_what_is_said_of_passwords_in_other_wordings(text: str, thread: tuple[str, ...]) -> None:
    assert not find(text, thread)


@pytest.mark.parametrize(
    "secret",
    [
        "sk-" + "9f86d081884c7d65" * 2, "gsk_" + made(52), "xai-" + made(80), "GOCSPX-" + made(28), "hvs." + made(90),
        "ATATT3xFfGF0" + made(180),
        "figd_" + made(40), "dapi" + "9f86d081884c7d65" * 2, "ntn_" + made(46), "lin_api_" + made(40), "dop_v1_" + "9f86d081884c7d65" * 4,
        "whsec_" + made(32), "PMAK-" + "9f86d081884c7d659f86d081" + "-" + "9f86d081884c7d659f86d081884c7d65ab", "r8_" + made(37),
    ],
)  # fmt: skip
def test_keys_are_known_by_their_marks(secret: str) -> None:
    [found] = find(f"use {secret} for it")
    assert (found.kind, found.certainty, found.start, found.stop) == (Secret.ACCESS_TOKEN, Certainty.BLOCK, 4, 4 + len(secret))


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        (".ROBLOSECURITY=_|WARNING:-DO-NOT-SHARE-THIS.--Sharing-this-will-allow-someone-to-log-in.|_{}", made(400, "0123456789ABCDEF")),
        ("AccountName=x;AccountKey={}==;EndpointSuffix=core.windows.net", made(86)),
        ("//registry.npmjs.org/:_authToken={}", made(36)),
        ("[Interface]\nPrivateKey = {}=", made(43)),
        ("AKIAL2WUWHPWK3MM6QU4 {}", made(40)),
        ("steamLoginSecure=76561198000000000%7C%7C{}", made(300)),
        ("cookie: sessionid={}", made(32)),
        ("my api key is {}", made(32)),
        ("Authorization: Bearer {}", made(32)),
        ("access token: {}", made(32)),
        ("OPENAI_API_KEY={}", made(40)),
        ("export GITHUB_TOKEN='{}'", made(40)),
    ],
)
def test_keys_are_known_by_their_fields_and_names(frame: str, value: str) -> None:
    text = frame.format(value)
    found = find(text)
    assert Certainty.BLOCK in {one.certainty for one in found}
    assert value not in hidden(text, [(one.start, one.stop) for one in found])


@pytest.mark.parametrize(
    "text",
    [
        "my api key is YOUR_API_KEY_GOES_HERE_123", "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Authorization: Bearer $TOKEN",
        "Authorization: Bearer YOUR_ACCESS_TOKEN_123456789", "sk-1234567890abcdef1234567890abcdef",
        "GITHUB_TOKEN=${{ secrets.GITHUB_TOKEN }}",
        "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token: EPjFWdd5AufqSSqeM2qNStxybzjeWsvnkwcDRc8rVvRa",
        "access token: 0x742d35Cc6634C0532925a3b844Bc454e4438f44e", "NEXT_PUBLIC_API_KEY=" + made(40), "sessionid=abc", "AccountKey=…==",
        "//registry.npmjs.org/:_authToken=${NPM_TOKEN}", "PrivateKey = <your private key goes here, 44 characters>",
        "access token e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262",
    ],
)  # fmt: skip
def test_placeholders_and_what_is_public_are_no_keys(text: str) -> None:
    assert not find(text)


CODE = "What's the verification code?"


@pytest.mark.parametrize(
    ("text", "thread"),
    [
        ("1830", (CODE, "ha no", "ok, when do we meet?")),
        ("it's 1830", (CODE, "ha no", "ok, when do we meet?")),
        ("K7QPX3", ("Please send me the code", "which one?", "the flight code")),
        ("482913", ("what code do you use for the project in the time sheet?",)),
        ("482913", ("what's the pin for the Kahoot?",)),
        ("482913", ("meeting passcode?",)),
        ("the zoom passcode is 482913", ()),
        ("解压密码 1234", ()),
        ("project code 482913", ()),
        ("team code is 482913", ()),
        ("cost code: 482913", ()),
    ],
)
def test_codes_of_other_things_may_go(text: str, thread: tuple[str, ...]) -> None:
    assert not find(text, thread)


@pytest.mark.parametrize(
    ("text", "thread"),
    [
        ("1830", (CODE, "ha no", "when did you get it?")),
        ("K7QPX3", ("Please send me the code", "which one?", "the one from the bank")),
        ("482913", ("what code did you get?",)),
        ("482913", ("what's the pin for the card?",)),
        ("482913", ("passcode?",)),
        ("my Teams verification code is 482913", ()),
        ("支付密码 1234", ()),
        ("the code for the project came late: my password is Blue7Horse!", ()),
    ],
)
def test_near_misses_of_other_things_are_blocked(text: str, thread: tuple[str, ...]) -> None:
    assert Certainty.BLOCK in {one.certainty for one in find(text, thread)}


@pytest.mark.parametrize(
    "text", ["WLAN-Passwort: Gast2024", "wifi pass kitty99", "the wifi password is sunflower99", "the password for our wifi is sunny99"]
)
def test_the_password_of_a_wireless_network_is_a_warning(text: str) -> None:
    assert [one.certainty for one in find(text)] == [Certainty.WARN]
    assert Certainty.BLOCK in {one.certainty for one in find(text.replace("WLAN", "Mail").replace("wifi", "mail login"))}
