"""What is given as an answer: a bare password, card, code or seed after a message that asks for it; and honest answers."""

from __future__ import annotations

import random

import pytest

from scamguard.secrets import Certainty, Secret, find, wanted

from . import planted

PASSWORD_QUESTIONS = (
    "What is your password?",
    "send me the password",
    "password?",
    "你的密码是什么",
    "¿cuál es tu contraseña?",
    "Qual é a sua senha?",
    "Quel est ton mot de passe ?",
    "Wie lautet dein Passwort?",
    "Какой у тебя пароль?",
    "パスワードは何ですか？",
    "비밀번호가 뭐예요?",
    "Mật khẩu của bạn là gì?",
    "Şifren ne?",
    "Apa kata sandimu?",
    "आपका पासवर्ड क्या है?",
    "ما هي كلمة المرور؟",
)
CODE_QUESTION = ["Which code did you just get?"]
SEED = "JBSWY3DPEHPK3PXPQ2"


@pytest.mark.parametrize("question", PASSWORD_QUESTIONS)
@pytest.mark.parametrize("answer", ["hunter2", "it's Summer2024!", "x9$kQ!vLp2", "是X9kk2Lpq", "hunter2 thanks"])
def test_a_password_that_was_asked_for(question: str, answer: str) -> None:
    assert [(found.kind, found.certainty) for found in find(answer, [question])] == [(Secret.PASSWORD, Certainty.BLOCK)]
    assert find(answer) == (), "nobody asked"


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        "why?",
        "I forgot it",
        "it's wrong",
        "10am",
        "2nd",
        "bob@x.com",
        "https://x.com/a1b2c3",
        "2024",
        "v1.2.3",
        "not telling you, scammer!",
        "shopping?",
        "Anytime? I free now.",
        "Buffet!!!!!",
        "okay, thanks",
        "gr8",
        "never",
    ],
)
def test_honest_answers_to_a_question_for_a_password(answer: str) -> None:
    assert find(answer, ["What is your password?"]) == ()


@pytest.mark.parametrize("earlier", ["never share your password", "hello there", "请勿把密码告诉他人"])
def test_who_asks_for_nothing_gets_nothing(earlier: str) -> None:
    assert find("hunter2", [earlier]) == ()


def test_a_word_that_was_asked_for_is_a_question() -> None:
    (found,) = find("it's sunshine", ["What is your password?"])
    assert (found.kind, found.certainty) == (Secret.PASSWORD, Certainty.WARN)


@pytest.mark.parametrize(
    ("earlier", "asks"),
    [
        ("What is your password?", {"password"}),
        ("Какая у тебя сид-фраза?", {"seed_phrase"}),
        ("卡号多少？", {"card"}),
        ("¿Número de tarjeta?", {"card"}),
        ("Kartennummer bitte", {"card"}),
        ("send me your private key", {"private_key"}),
        ("read me the number from the text", {"2fa_code"}),
        ("I lost my card", set()),
        ("what's for lunch?", set()),
        ("never send your seed phrase", set()),
    ],
)
def test_what_a_message_asks_for(earlier: str, asks: set[str]) -> None:
    assert wanted([earlier]) == asks


@pytest.mark.parametrize(
    "answer",
    [
        "hi sorry I was away, it's 738389",
        "here you go: 815195 let me know if it works",
        "ok wait\n853518",
        "👉 163854",
        "A7K-9QX",
        "123-456",
        "my code is 843127",
        "mi código es 843127",
        "код 843127",
        "コードは843127です",
    ],
)
def test_a_code_amid_an_answer(answer: str) -> None:
    assert [(found.kind, found.certainty) for found in find(answer, CODE_QUESTION)] == [(Secret.OTP, Certainty.BLOCK)]


@pytest.mark.parametrize(
    "thread",
    [
        [*CODE_QUESTION, "ok", "one sec", "brb"],
        ["read me the number from the text"],
        ["What does the message say?"],
        ["Read me the PIN we sent"],
    ],
)
def test_questions_for_a_code(thread: list[str]) -> None:
    assert [(found.kind, found.certainty) for found in find("482913", thread)] == [(Secret.OTP, Certainty.BLOCK)]


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("it costs 250000 usd", CODE_QUESTION[0]),
        ("order number 482913 is late", CODE_QUESTION[0]),
        ("I didn't get one", CODE_QUESTION[0]),
        ("see bugs.example.org/show?id=236805 there", CODE_QUESTION[0]),
        ("took 482913 ms", "did you check the code?"),
        ("the build 482913 failed again", "what does the code do?"),
        ("we have 250000 rows", "can you send me the code for it?"),
    ],
)
def test_numbers_that_answer_no_question_for_a_code(text: str, earlier: str) -> None:
    assert find(text, [earlier]) == ()


def test_cards_and_their_codes_that_were_asked_for() -> None:
    number = planted.card(random.Random(8))
    assert [found.certainty for found in find(number, ["send me your card number"])] == [Certainty.BLOCK]
    assert find(number) == ()
    assert [found.kind for found in find("123", ["and the cvv?"])] == [Secret.CARD]
    assert find("123", ["how many?"]) == ()


def test_seeds_and_backup_codes_that_were_asked_for() -> None:
    assert [found.kind for found in find(SEED, ["send me your 2fa secret key"])] == [Secret.TOTP_SEED]
    assert [found.kind for found in find("a1b2c-d3e4f", ["send me one of your backup codes"])] == [Secret.BACKUP_CODE]
    assert find("internationalization", ["send me your 2fa secret key"]) == ()
    assert find("well-known", ["send me one of your backup codes"]) == ()


def test_a_byte_array_that_was_asked_for() -> None:
    array = str(list(random.Random(9).randbytes(32)))
    assert [found.kind for found in find(array, ["send me your private key"])] == [Secret.SOLANA_KEY]
    assert find(array) == ()


def test_answers_of_any_letters_are_read_at_once() -> None:
    """No answer makes the finder try every way to read it."""
    text = "Hhhutddfjiuytedvhjigxbbjihdssweyugggyuhfft <#> *'&$----ghbhdxshjbbhfssrgcchi" * 3
    assert find(text, ["What is your password?"]) == ()
