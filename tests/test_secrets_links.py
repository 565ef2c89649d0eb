"""Secrets in addresses, tokens that no name announces, and second passwords: all of each is masked."""

from __future__ import annotations

import base64

import pytest

from scamguard.masking import masked
from scamguard.secrets import Certainty, Secret, find

_LONG = "aZ0bY1cX2dW3eV4fU5gT6hS7iR8jQ9kP0lO1mN2nM3oL4pK5qJ6rI7sH8tG9uF0vE1w"  # as a token is


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("postgres://admin:S3cr3tPw!x@db.acme.io:5432/prod", "S3cr3tPw!x"),
        ("open https://mia:hunter2pass@intranet.corp.com/ and log in", "hunter2pass"),
        ("mongodb+srv://root:kq7Zpw22@cluster0.ab1cd.mongodb.net/test?w=1", "kq7Zpw22"),
        ("redis://:p4ss@word99@10.0.0.1:6379", "p4ss@word99"),
    ],
)
def test_a_password_in_an_address_is_found(text: str, password: str) -> None:
    [found] = find(text)
    assert (found.kind, found.certainty, text[found.start : found.stop]) == (Secret.PASSWORD, Certainty.BLOCK, password)


def test_a_word_in_the_place_of_a_password_is_worth_a_question() -> None:
    assert [found.certainty for found in find("mysql://root:sommer@db.acme.io/app")] == [Certainty.WARN]


@pytest.mark.parametrize(
    "text",
    ["postgres://postgres:postgres@localhost:5432/db", "postgres://user:password@db.acme.io/x", "mysql://root:sommer@localhost/app",
     "postgres://${USER}:${PASS}@db.acme.io", "https://user:secret@example.com", "http://acme.io:8080/@mia", "https://acme.io/a:b1@c",
     "ssh://git@github.com:22/x", "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24],
)  # fmt: skip
def test_addresses_without_a_secret(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize(
    "secret",
    [
        "https://discord.com/api/" + "webhooks/1234567890123456789/" + _LONG,
        "https://ptb.discordapp.com/api/v10/" + "webhooks/1234567890123456789/" + _LONG,
        "https://hooks.slack.com/" + "services/T01ABCD2EFG/B01ABCD2EFG/" + _LONG[:24],
        ".".join([base64.b64encode(b"105487216987234567").decode().rstrip("="), "G3kZ9x", _LONG[:38]]),
        "ya29." + _LONG,
    ],
)
def test_webhooks_and_tokens_are_found(secret: str) -> None:
    text = f"use {secret} for it"
    [found] = find(text)
    assert (found.kind, found.certainty, text[found.start : found.stop]) == (Secret.ACCESS_TOKEN, Certainty.BLOCK, secret)


def test_three_words_with_dots_are_no_token_of_a_bot() -> None:
    assert not find(".".join(["aVeryLongNameOfSomeModule", "method", _LONG[:38]]))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my pw is hunter2 but for the bank it's Sommer2024!", "my pw is … but for the bank it's …"),
        ("my pw is hunter2 because it's easy", "my pw is … because it's easy"),
        ("my pw is hunter2. It's 10am, room is B12345", "my pw is …. It's 10am, room is B12345"),
        ("passcode is 330871, link is zoom.us/j/93300871", "passcode is …, link is zoom.us/j/93300871"),
        ("بطاقتي ٤٥٣٢٠١٥١١٢٨٣٠٣٦٦ رمز ١٢٣", "بطاقتي …"),
        ("パスワード：さくら2024", "パスワード：…"),
        ("密码：我爱北京天安门", "密码：…"),
        ("密码：我爱你1314，别忘了", "密码：…，别忘了"),
        ("密码是小明2019", "密码是…"),
        ("비밀번호: 우리집강아지99", "비밀번호: …"),
    ],
)
def test_nothing_of_a_secret_is_left(text: str, left: str) -> None:
    assert masked(text, lambda _: "…") == left


def test_the_last_sign_of_a_password_is_masked_with_it() -> None:
    for text in ("Sommer2024!", "it's Sommer2024!!"):
        [found] = find(text, ["What is your password?"])
        assert text[found.start : found.stop].startswith("Sommer2024!")
        assert found.stop == len(text)


@pytest.mark.parametrize(
    "text",
    ["密码：见附件", "密码：请看私信", "密码：8到16位字符", "密码错误", "パスワード：半角英数字8文字", "パスワード：忘れました",
     "비밀번호: 잊어버렸어요"],
)  # fmt: skip
def test_what_is_said_of_passwords_is_none(text: str) -> None:
    assert not find(text)
