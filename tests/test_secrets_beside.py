"""What stands beside a secret decides: its label, the question before it, marks of a placeholder, another meaning of its name."""

from __future__ import annotations

import base58
import pytest

from scamguard.secrets import Certainty, find

NUMBER = "4539 1488 0343 6467"
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
SOLANA = base58.b58encode(bytes(range(1, 33))).decode()  # 32 bytes, as an address has
ASKED = ("What is your password?",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Card {NUMBER}, exp 03/2029, CVV 123", "Card "),
        (f"{NUMBER} expires 11/2030 cvc 456", ""),
        (f"{NUMBER} 08/2031 security code 777", ""),
        (f"{NUMBER} exp march 2029, cvc 123", ""),
        (f"{NUMBER} amount 500 cvv 123", ""),
        (f"{NUMBER} 123 cvv exp 2029", ""),
        (f"cvv 123 for {NUMBER}, thanks", ", thanks"),
        (f"amount 500 cvv 123 for {NUMBER}", "amount 500 "),
        (f"pay 500 usd, {NUMBER} 123 cvv", "pay 500 usd, "),  # these 19 digits add up as well
        (f"{NUMBER} cvv 123 exp 2029", ""),
        (f"{NUMBER} 123 is the cvv, exp 2029", ""),
        (f"{NUMBER} CVV 123 2029/03", ""),
        (f"CVC 991, {NUMBER}, Dec 2030", ""),
        (f"card {NUMBER} exp. Mar '29 cvv 123", "card "),
        (f"卡号 {NUMBER} 有效期 2029年3月 安全码 123", "卡号 "),
    ],
)
def test_a_security_code_is_masked_with_its_card(text: str, left: str) -> None:
    [found] = find(text)
    assert text[: found.start] + text[found.stop :] == left


@pytest.mark.parametrize(
    ("thread", "want"),
    [
        (["what is your private key?"], True),
        (["what is your private key?", "one sec"], True),
        (["what is your private key?", *["hm"] * 7], True),
        (["what is your private key?", *["hm"] * 8], False),
        (["what is your private key?", "no, take my wallet address instead"], False),
        (["never share your private key", "sure"], False),
        (["one sec"], False),
        ([], False),
    ],
)
def test_a_key_answers_the_question_for_it_though_small_talk_comes_between(thread: list[str], want: bool) -> None:
    assert bool(find(KEY, thread)) == want
    assert bool(find(SOLANA, thread)) == want


@pytest.mark.parametrize(
    "value",
    ["$ecret99!Kz", "(Blue7Horse)", "%tR9v_22kLq", "[Kq7!p2", "{9fXq2", "Kz<7pQ>w91", "x{9]Lk22mm", "your7Kq!pz", "password123", "secret99",
     "<Kq7pz22", "%7Kqz99%", "changeme1!", "hunter2</b>", ":Kq7pz!22"],
)  # fmt: skip
def test_marks_alone_make_no_placeholder(value: str) -> None:
    assert [found.certainty for found in find(f"my password is {value}")] == [Certainty.BLOCK]
    assert find(value, ASKED)


@pytest.mark.parametrize(
    "value",
    ["<password>", "<PASSWORD>", "{password}", "{{password}}", "$PASSWORD", "${DB_PASS}", "$(PASSWORD)", "%PASSWORD%",
     "[your password]", "<your password>", "your_password", "********", "password", "(see below)", "[REDACTED]", "<br>", "{0}", "$1", "%s",
     "changeme", "{{secrets.DB_PASS}}", "${env.DB_PASS}", "$dbPassword", "{userPassword}", "%(password)s", "#{password}", "__PASSWORD__",
     "yourPassword", "YOUR_PASSWORD_HERE", "$env:PASS", "$user->password", "$HOME/.pass", "$_POST['pass']", "[Password]", "<8-20chars>",
     "{required:true,min:8}", "$20k", "$2b$12$KIXtVbA9wcZb1mB0RsE4Ou", "%1$s"],
)  # fmt: skip
def test_a_placeholder_is_no_password(value: str) -> None:
    assert not find(f"my password is {value}")
    assert not find(f"password: {value}")
    assert not find(value, ASKED)


@pytest.mark.parametrize(
    "text",
    ["boarding pass A1B2C3, gate 12", "bus pass 8831", "the tests pass 1234 of 1300", "please pass 4000 to the handler",
     "monthly pass 49eur", "we pass 2500m at noon", "pin 4821 on the map", "pin 4821", "the pin 88312 in the schematic", "hall pass 12B44",
     "seat 14B22, pass it on", "4821, pin on the map", "user tests pass 1200 now", "the server tests pass 1234 of 1300"],
)  # fmt: skip
def test_a_pass_to_board_with_is_no_password(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize(
    ("text", "thread"),
    [
        ("pass: Kq7pz!22", ()),
        ("pass Kq7pz!22", ()),
        ("my pin is 4821", ()),
        ("login bob pass hunter2", ()),
        ("user: ann, pass hunter22", ()),
        ("pin 4821", ("what is your pin?",)),
        ("pin 4821", ("what is your pin?", "one sec")),
        ("my pin 4821", ()),
        ("my bank pin 4821", ()),
        ("meine PIN 4821", ()),
        ("4821 is my pin", ()),
        ("pass của mình kitty99", ()),
        ("pin code 4821", ()),
        ("bob@x.com pass kitty99", ()),
    ],
)
def test_a_pass_beside_an_account_or_asked_for_is_one(text: str, thread: tuple[str, ...]) -> None:
    assert [found.certainty for found in find(text, thread)] == [Certainty.BLOCK]


@pytest.mark.parametrize(
    "text", ["password (8chars)", "password (v2abc)", "pin (4digits)", "confirm password password2", "password changeme"]
)
def test_what_is_said_beside_a_password_is_none(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize("text", [f"expires 2030 {NUMBER}", f"meeting in march 2029 about {NUMBER}", f"of 2029-03-11, ref {NUMBER}"])
def test_a_date_beside_a_number_makes_no_card_of_it(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize(
    "text",
    ["<https://youtu.be/Nf_Y4MbUCLY?t=35s>", "<docs.example.org/4YsDM2/Types.html>", "(https://x.example/a1b2)", ":wave::skin-tone-3:",
     ":WWW.EXAMPLE65.COM", "[GitHub]", "(2nd)"],
)  # fmt: skip
def test_a_link_or_an_emoji_between_marks_is_no_password(text: str) -> None:
    assert not find(text, ASKED)


@pytest.mark.parametrize(
    "text", ["mail <mailto:ann@shop2.example|ann@shop2.example>", "confirm the password here: <portal.test/direct-deposit1>"]
)
def test_a_link_beside_a_name_is_no_password(text: str) -> None:
    assert not find(text)
