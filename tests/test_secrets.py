"""Every kind of secret is found in real sentences, what resembles one is not, and nothing ever shows it."""

from __future__ import annotations

import base64
import importlib
import logging
import random
import time
import traceback
import uuid
from typing import TYPE_CHECKING, Any

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scamguard.errors import InputError
from scamguard.secrets import Certainty, Finding, Secret, find
from scamguard.secrets.bytes58 import public_key
from scamguard.secrets.finding import settle

from . import planted
from .pace import slower

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORDS = (
    "my password is {}",
    "Password: {}",
    "the pw for the exchange is {} ok?",
    "login: ann / password = {}",
    "my pin is {}",
    "{} is my password",
    "我的密码是{}",
    "密码：{}",
    "密碼是「{}」",
    "mi contraseña es {}",
    "minha senha é {}",
    "mon mot de passe est {}",
    "mein Passwort ist {}",
    "Mein Passwort lautet {}.",
    "мой пароль {}",
    "пароль: {}",
    "パスワードは{}です",
    "暗証番号は {} です",
    "비밀번호는 {} 입니다",
    "제 비번은 {}이에요",
    "mật khẩu của tôi là {}",
    "mật khẩu: {}",
    "şifrem {}",
    "parolam: {}",
    "kata sandi saya adalah {}",
    "password saya {}",
    "मेरा पासवर्ड {} है",
    "मेरा पासवर्ड है {}",
    "كلمة المرور الخاصة بي هي {}",
    "كلمة السر: {}",
)
CODES = (
    "my verification code is {}",
    "the OTP is {}",
    "{} is the 2FA code",
    "ok, the authenticator code: {}",
    "it's {}",
    "It’s {}.",
    "my code is {}",
    "验证码是{}",
    "驗證碼：{}",
    "mi código de verificación es {}",
    "meu código de verificação é {}",
    "mon code de vérification est {}",
    "der Bestätigungscode ist {}",
    "ja, die TAN ist {}",
    "meine Push-TAN lautet {}",
    "код подтверждения {}",
    "認証コードは{}です",
    "인증번호는 {}입니다",
    "mã xác minh là {}",
    "doğrulama kodum {}",
    "kode verifikasi saya {}",
    "मेरा ओटीपी {} है",
    "رمز التحقق هو {}",
)
KEYS = (
    "my private key is {}",
    "here, the private key: {}",
    "这是我的私钥 {}",
    "clave privada: {}",
    "приватный ключ {}",
    "秘密鍵は {} です",
    "개인키: {}",
    "chave privada {}",
    "ma clé privée est {}",
    "privater Schlüssel: {}",
    "özel anahtarım {}",
    "kunci pribadi saya {}",
    "khóa riêng: {}",
    "मेरी निजी कुंजी {}",
    "المفتاح الخاص {}",
    "{} is my private key",
)
ANYWHERE = ("{}", "ok here it is: {} please help", "我发给你了：{}", "the file says\n{}\nwhat now?")


def password(rng: random.Random) -> str:
    return rng.choice(["hunter2", "Tr0ub4dor&3", "p@ssw0rd", "Summer2024!", "qwerty123", "4821", "hello_w0rld"])


def api_pair(rng: random.Random) -> str:
    key, secret = planted.alnum(rng, 64), planted.alnum(rng, rng.choice([32, 64]))
    return rng.choice(["API key: {}\nSecret: {}", "api_key={} api_secret={}", "apiKey {} secretKey {}", "API Key：{} 密钥：{}"]).format(
        key, secret
    )


def card(rng: random.Random) -> str:
    shape = rng.choice(["{} exp 09/27 cvv 123", "{}, 04/28, 991", "{} 安全码 123", "{} CVC: 021", "{} 12/29 123", "{} valid thru 01/2030"])
    return shape.format(planted.card(rng))


def backup(rng: random.Random) -> str:
    codes = ["-".join(rng.randbytes(2).hex() + str(rng.randrange(10)) for _ in range(2)) for _ in range(4)]
    shape = rng.choice(["my backup codes: {}", "备用码：{}", "códigos de respaldo: {}", "резервные коды: {}", "recovery codes\n{}"])
    return shape.format(rng.choice([" ", "\n", ", "]).join(codes))


def seed_uri(rng: random.Random) -> str:
    return f"otpauth://totp/Binance:ann@example.com?secret={planted.base32(rng)}&issuer=Binance"


def seed_text(rng: random.Random) -> str:
    seed = planted.base32(rng)
    grouped = " ".join(seed[i : i + 4] for i in range(0, len(seed), 4))
    return rng.choice(["2FA setup key: {}", "my google authenticator secret is: {}", "谷歌验证器密钥：{}", "TOTP {}"]).format(
        rng.choice([seed, grouped, seed])
    )


CASES: dict[str, tuple[Secret, Callable[[random.Random], str], tuple[str, ...]]] = {
    "extended key": (Secret.EXTENDED_KEY, planted.extended, ANYWHERE),
    "WIF": (Secret.WIF, planted.wif, ANYWHERE),
    "raw hex": (Secret.RAW_KEY, planted.hex_key, KEYS),
    "Solana Base58": (Secret.SOLANA_KEY, planted.solana, ANYWHERE),
    "Solana bytes": (Secret.SOLANA_KEY, planted.solana_array, ANYWHERE),
    "keystore": (Secret.KEYSTORE, planted.keystore, ANYWHERE),
    "PEM": (Secret.PEM, planted.pem, ANYWHERE),
    "API pair": (Secret.API_SECRET, api_pair, ANYWHERE),
    "card": (Secret.CARD, card, ANYWHERE),
    "one-time code": (Secret.OTP, planted.otp, CODES),
    "password": (Secret.PASSWORD, password, PASSWORDS),
    "backup codes": (Secret.BACKUP_CODE, backup, ANYWHERE),
    "BitLocker": (Secret.BACKUP_CODE, planted.bitlocker, ANYWHERE),
    "TOTP URI": (Secret.TOTP_SEED, seed_uri, ANYWHERE),
    "TOTP seed": (Secret.TOTP_SEED, seed_text, ANYWHERE),
}
CERTAIN = set(CASES) - {"one-time code"}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_in_every_sentence(case: str) -> None:
    kind, make, sentences = CASES[case]
    rng = random.Random(case)
    missed = []
    for sentence in sentences:
        for _ in range(8):
            findings = find(sentence.format(make(rng)))
            hit = any(finding.kind is kind and (case not in CERTAIN or finding.certainty is Certainty.BLOCK) for finding in findings)
            missed += [] if hit else [sentence]
    assert missed == []


@given(st.sampled_from(sorted(CASES)), st.integers(0, 2**32), st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_no_text_around_a_secret_breaks_the_finders(case: str, seed: int, before: str, after: str) -> None:
    """Whatever stands around, places lie inside the message, in order, apart."""
    _, make, sentences = CASES[case]
    text = before + "\n" + sentences[0].format(make(random.Random(seed))) + "\n" + after
    last = 0
    for finding in find(text, [before, after]):
        assert last <= finding.start < finding.stop <= len(text)
        last = finding.stop


@given(
    st.sampled_from(["extended key", "WIF", "Solana Base58", "Solana bytes", "PEM", "keystore", "TOTP URI"]),
    st.integers(0, 2**32),
    st.text(max_size=60),
)
@settings(deadline=None)
def test_what_proves_itself_is_found_whatever_stands_before(case: str, seed: int, before: str) -> None:
    kind, make, _ = CASES[case]
    assert kind in {finding.kind for finding in find(before + "\n" + make(random.Random(seed)))}


@pytest.mark.parametrize(
    "thread",
    [
        ["which code did you get?"],
        ["请把验证码发给我"],
        ["send the OTP now"],
        ["¿qué código te llegó?"],
        ["код из смс?"],
        ["인증번호 알려주세요"],
    ],
)
@pytest.mark.parametrize("answer", ["482913", "it's 482913", "G-482913", "482 913", "ok 4829", "４８２９１３", "٤٨٢٩١٣", "4 8 2 9 1 3"])
def test_a_code_that_was_asked_for(thread: list[str], answer: str) -> None:
    (finding,) = find(answer, thread)
    assert (finding.kind, finding.certainty) == (Secret.OTP, Certainty.BLOCK)


def test_a_key_that_was_asked_for() -> None:
    key = planted.hex_key(random.Random(1))
    assert find(key) == ()
    assert [finding.kind for finding in find(key, ["please send your private key"])] == [Secret.RAW_KEY]


NEAR_MISSES: dict[str, Callable[[random.Random], str]] = {
    "extended public key": planted.extended_public,
    "broken extended key": lambda rng: planted.extended(rng)[:-4] + "1111",
    "broken WIF": lambda rng: planted.wif(rng)[:-4] + "1111",
    "Bitcoin address": lambda rng: base58.b58encode_check(b"\0" + rng.randbytes(20)).decode(),
    "Ethereum address": lambda rng: "my address is 0x" + rng.randbytes(20).hex(),
    "Solana address": lambda rng: "my wallet: " + base58.b58encode(rng.randbytes(32)).decode(),
    "Solana signature": lambda rng: "tx " + base58.b58encode(rng.randbytes(64)).decode(),
    "byte array": lambda rng: str(list(rng.randbytes(64))),
    "transaction": lambda rng: "tx hash: 0x" + rng.randbytes(32).hex(),
    "transaction beside a key": lambda rng: "I imported my private key and then got tx hash 0x" + rng.randbytes(32).hex(),
    "public key": lambda rng: "this is not my private key but the public key " + rng.randbytes(32).hex(),
    "hash alone": planted.digest,
    "Git": lambda rng: f"reverted in {rng.randbytes(20).hex()}, see {rng.randbytes(4).hex()[:7]}",
    "UUID": lambda rng: f"request id {uuid.UUID(bytes=rng.randbytes(16))}",
    "certificate": lambda rng: f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(rng.randbytes(90)).decode()}\n-----END CERTIFICATE-----",
    "public PEM": lambda rng: f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(rng.randbytes(90)).decode()}\n-----END PUBLIC KEY-----",
    "SSH public key": lambda rng: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base64.b64encode(rng.randbytes(32)).decode()} ann@host",
    "PEM header only": lambda _: "does it start with -----BEGIN PRIVATE KEY----- or RSA?",
    "card that does not add up": lambda _: "card 4539 1488 0343 6468 exp 09/27 cvv 123",
    "order number": lambda rng: f"order no. {rng.randrange(10**9)} arrived",
    "phone": lambda rng: f"call +1 555 {rng.randrange(100, 999)} {rng.randrange(1000, 9999)}",
    "price": lambda rng: f"it's {rng.randrange(100000, 999999)} yen",
    "placeholder pair": lambda _: "API key: YOUR_API_KEY_GOES_HERE api secret: YOUR_API_SECRET_GOES_HERE",
    "date": lambda rng: f"the meeting is on 2024-{rng.randrange(1, 13):02d}-11 at 10:30",
}


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_near_misses(case: str) -> None:
    rng = random.Random(case)
    for _ in range(20):
        assert find(NEAR_MISSES[case](rng)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "my password is wrong",
        "my password is not working, what now?",
        "I forgot my password",
        "never share your password: support will not ask",
        "Password: ********",
        "password: <your password>",
        "what is your password?",
        "the password must be 8-16 characters",
        "我的密码是什么来着",
        "密码错误",
        "请勿把验证码告诉他人",
        "mi contraseña es incorrecta",
        "mein Passwort ist abgelaufen",
        "minha senha é fraca",
        "mon mot de passe est incorrect",
        "мой пароль неверный",
        "パスワードは何ですか",
        "비밀번호가 틀렸어요",
        "mật khẩu sai",
        "şifrem yanlış",
        "kata sandi saya salah",
        "मेरा पासवर्ड गलत है",
        "आपका पासवर्ड है सुरक्षित।",
        "पासवर्ड: संरक्षित है",
        "यो पासवर्ड ठीक छ (गोप्य)।",
        "كلمة المرور خاطئة",
        "use --password 's3cret' for tests"[:14],
        "reset it at https://example.com/password",
        "error code: 404404",
        "zip code is 94103",
        "promo code: 123456",
        "back up your recovery codes",
        "turn on your authenticator",
        "AUTHENTICATOR APPLICATIONS ARE RECOMMENDED",
        "",
        "\ud800",
        "\0",
        "😀" * 500,
        "1" * 5000,
    ],
)
def test_talk_about_secrets_gives_none_away(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "pass: kitty99",
        "user bob pass kitty99",
        "Here's my password: kitty99",
        "username: bob@x.com password: kitty99",
        "you can log in with password kitty99",
        "contraseña: kitty99",
        "la clave es kitty99",
        "a senha da conta é kitty99",
        "le mdp c'est kitty99",
        "das Passwort für mein Konto ist kitty99",
        "пароль от аккаунта: kitty99",
        "пароль такой: kitty99",
        "мой пароль - kitty99",
        "passwordku kitty99",
        "sandinya kitty99",
        "pass của mình là kitty99",
        "şifrem bu: kitty99",
        "hesap şifrem kitty99",
        "パスはkitty99",
        "パスワード：kitty99",
        "비번 kitty99",
        "비밀번호: kitty99",
        "पासवर्ड: kitty99",
        "मेरा password kitty99 hai",
        "الباسورد kitty99",
        "كلمة مرور حسابي kitty99",
        "登录密码 kitty99",
        "密码为kitty99",
        "我密码kitty99，帮我看下",
        "支付密码是 839201",
        "交易密码839201",
        "my bank PIN is 4471",
        "pin: 4471",
        "PIN is 4471 btw",
        "The password to my Binance account is kitty99",
        "password is: kitty99",
        "password - kitty99",
        "Mot de passe : kitty99",
        "password=kitty99&user=x",
    ],
)
def test_more_ways_to_say_a_password(text: str) -> None:
    assert [finding.kind for finding in find(text)] == [Secret.PASSWORD]


@pytest.mark.parametrize(
    "text",
    [
        "482913 is the code",
        "the code is 482913",
        "code: 482913",
        "the 2fa is 482913",
        "sms code 482913",
        "Code 482913",
        "I got 482913",
        "they sent me 482913",
        "验证码482913",
        "我收到的验证码是 482913",
        "是482913",
        "收到了，482913",
        "es 482913",
        "el código es 482913",
        "o código é 482913",
        "le code est 482913",
        "c'est 482913",
        "der Code ist 482913",
        "es ist 482913",
        "код 482913",
        "код: 482913",
        "вот код 482913",
        "вот 482913",
        "コードは482913です",
        "482913です",
        "코드는 482913 입니다",
        "482913 이에요",
        "mã là 482913",
        "mã OTP: 482913",
        "kod 482913",
        "kodum 482913",
        "kodenya 482913",
        "otp saya 482913",
        "OTP है 482913",
        "कोड 482913 है",
        "الكود 482913",
        "الرمز هو 482913",
        "هو 482913",
        "It is 482 913",
        "my google authenticator says 482913",
        "Your verification code is 482913. Do not share it.",
    ],
)
def test_more_ways_to_say_a_code(text: str) -> None:
    assert [finding.kind for finding in find(text)] == [Secret.OTP]


@pytest.mark.parametrize(
    "text",
    [
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b fixed it",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "secret santa is on the 12th",
        "password reset 2 times",
        "the password needs 12 characters",
        "my password is 8 characters long",
        "password length 16",
        "pin 3 of the chip",
        "GPIO pin 17 is high",
        "it's 2024",
        "it's 100000 now",
        "room code is 4829?",
        "call me at 482913 ext",
        "it's 12:30",
        "card game at 8",
        "my code is broken",
        "code is on github",
        "the code is 200",
        "your order 4539148803436460",
        "Python 3.11.7 pw",
        "密码至少8位",
        "密码长度为8到16位",
        "请输入6位密码",
        "验证码错误请重试",
        "验证码60秒内有效",
        "我的邮编是100080",
        "邮政编码是100080",
        "パスワードは8文字以上",
        "비밀번호는 8자 이상",
        "password123 is a bad password?",
        "пароль от 8 символов",
        "mật khẩu 8 ký tự",
        "tracking 9400110200881234567890",
        "ISBN 9783161484100",
        "IMEI 490154203237518",
        "block 840000",
        "it's 7 o'clock",
        "BTC at 104000, it's 104000",
    ],
)
def test_numbers_that_are_no_code(text: str) -> None:
    assert find(text) == ()


def test_a_plain_word_is_a_question() -> None:
    (finding,) = find("my password is sunshine.")
    assert (finding.kind, finding.certainty, finding.start, finding.stop) == (Secret.PASSWORD, Certainty.WARN, 15, 23)


@pytest.mark.parametrize("number", ["4242 4242 4242 4242", "4111111111111111"])
def test_cards_made_for_testing_are_a_warning(number: str) -> None:
    assert [finding.certainty for finding in find(f"card {number} exp 12/34 cvc 123")] == [Certainty.WARN]


def test_a_card_alone_is_a_question() -> None:
    number = planted.card(random.Random(5))
    assert [finding.certainty for finding in find(f"my card number is {number}")] == [Certainty.WARN]


@pytest.mark.parametrize(
    ("seed", "public"),
    [  # RFC 8032, 7.1, tests 1 to 3
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        ),
    ],
)
def test_public_keys_follow_rfc_8032(seed: str, public: str) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public


def shown(finding: Finding) -> str:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s %r", (finding, finding), None)
    return f"{finding}{finding!r}{finding.why}{[finding]}{record.getMessage()}"


@pytest.mark.parametrize("case", CASES)
def test_nothing_shows_a_secret(case: str) -> None:
    _, make, sentences = CASES[case]
    rng = random.Random(case)
    for sentence in sentences:
        text = sentence.format(make(rng))
        for finding in find(text):
            held = text[finding.start : finding.stop]
            assert held not in shown(finding).replace(f"start={finding.start}", "").replace(f"stop={finding.stop}", ""), (
                "a finding shows what it found"
            )


@pytest.mark.parametrize(
    ("text", "thread"), [(b"hunter2hunter2", ()), ("x", [b"hunter2hunter2"]), ("x", "hunter2hunter2"), (None, ()), ("x", [7])]
)
def test_what_is_no_text_gets_one_clear_line(text: Any, thread: Any) -> None:
    with pytest.raises(InputError, match=r"^secrets: (text|thread) must be") as caught:
        find(text, thread)
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_no_exception_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracebacks print lines of code and messages, so no finder may put what it reads into either."""

    def broken(_digits: str) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(importlib.import_module("scamguard.secrets.cards"), "luhn", broken)
    number = planted.card(random.Random(6))
    with pytest.raises(ZeroDivisionError) as caught:
        find(f"card {number}")
    assert number not in "".join(traceback.format_exception(caught.value))


def test_a_finding_holds_something() -> None:
    with pytest.raises(ValueError, match="got 3 and 3"):
        Finding(3, 3, Secret.OTP, Certainty.WARN, "")


def test_of_overlapping_findings_the_surest_and_longest_stays() -> None:
    def at(start: int, stop: int, certainty: Certainty) -> Finding:
        return Finding(start, stop, Secret.OTP, certainty, "")

    warn, block = Certainty.WARN, Certainty.BLOCK
    findings = [at(0, 9, warn), at(2, 4, block), at(3, 8, block), at(9, 12, warn), at(20, 22, block), at(20, 22, block)]
    assert settle(findings) == (at(3, 8, block), at(9, 12, warn), at(20, 22, block))


def test_every_kind_says_what_was_asked_for() -> None:
    assert {kind.asked for kind in Secret} <= {"password", "2fa_code", "private_key", "seed_phrase", "card"}


def test_a_megabyte_is_read_in_seconds() -> None:
    pieces = (
        "zoo ",
        "password ",
        "1234 ",
        "my password is ",
        "[1,",
        "AAAA ",
        "authenticator ",
        "的",
        "code ",
        "4539578763621486 ",
        "backup code ",
    )
    find("助记词 zoo")
    limit = 2.5 * slower()
    for piece in pieces:
        started = time.process_time()
        find("助记词" + piece * (100_000 // len(piece)))
        assert time.process_time() - started < limit, piece
