"""Forms in which secrets are sent, and honest text that resembles them: each was missed, or a false alarm, once."""

from __future__ import annotations

import base64
import json
import random
from typing import TYPE_CHECKING

import base58
import pytest

from scamguard.secrets import Certainty, Secret, find
from scamguard.secrets.plain import plain, unescaped

from . import planted

if TYPE_CHECKING:
    from scamguard.secrets import Finding

RNG = random.Random(20)
CARD = "4539578763621486"
BODY = base64.encodebytes(RNG.randbytes(300)).decode()
HEX = planted.hex_key(RNG).removeprefix("0x")
KEY, SECRET = planted.alnum(RNG, 64), planted.alnum(RNG, 64)
BYTES_64 = base64.b64encode(RNG.randbytes(64)).decode()
PAIR = planted.keypair(RNG)
ARRAY = ", ".join(map(str, PAIR))
SEED = base58.b58encode(PAIR[:32]).decode()
EXTENDED = planted.extended(RNG)
WORDS = planted.phrase("english", 12, RNG)
ADDRESS = "0x" + RNG.randbytes(20).hex()
UNIONPAY = "6228 4800 1234 5678 903"


def left(text: str, found: tuple[Finding, ...]) -> str:
    for one in reversed(found):
        text = text[: one.start] + text[one.stop :]
    return text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            Secret.PEM,
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0011\n\n"
            + BODY
            + "-----END RSA PRIVATE KEY-----",
        ),
        (
            Secret.PEM,
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nComment: my-key\n\n" + BODY + "-----END PGP PRIVATE KEY BLOCK-----",
        ),
        (Secret.PEM, "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n" + BODY + "---- END SSH2 ENCRYPTED PRIVATE KEY ----"),
        (Secret.OTP, "验证码是445-158"),
        (Secret.OTP, "ओटीपी 108-668 है"),
        (Secret.OTP, "G-729776 is your Google verification code"),
        (Secret.PASSWORD, "password: Zq7🔑xVb9kk"),
        (Secret.PASSWORD, "password: Zq7中xVb9kk"),
        (Secret.PASSWORD, "a palavra-passe é hunter2"),
        (Secret.PASSWORD, "пароль от почты hunter2"),
        (Secret.PASSWORD, "le mot de passe de mon compte, c'est hunter2"),
        (Secret.PASSWORD, "mật khẩu ngân hàng của tôi là hunter2"),
        (Secret.PASSWORD, "bob@x.com:hunter2"),
        (Secret.PASSWORD, "u: bob p: hunter2"),
        (Secret.API_SECRET, f"API Key: {KEY[:56]}\nPrivate Key: {BYTES_64}"),
        (Secret.API_SECRET, f"API: {KEY} / {SECRET}"),
        (Secret.API_SECRET, f"| API key | {KEY} |\n| Secret | {SECRET} |"),
        (Secret.API_SECRET, f"| API key | Secret |\n|---|---|\n| {KEY} | {SECRET} |"),
        (Secret.API_SECRET, f"my binance keys: {KEY} and {SECRET}"),
        (Secret.API_SECRET, f"API密钥: {KEY}\n密钥: {SECRET}"),
        (Secret.API_SECRET, f"APIキー: {KEY} シークレット: {SECRET}"),
        (Secret.API_SECRET, f"API 키: {KEY} 시크릿: {SECRET}"),
        (Secret.API_SECRET, f"ключ: {KEY} секрет: {SECRET}"),
        (Secret.API_SECRET, f"API anahtarı: {KEY} gizli anahtar: {SECRET}"),
        (Secret.API_SECRET, f"key: {KEY}\nsecret: {SECRET}"),
        (Secret.RAW_KEY, f"key: {HEX}"),
        (Secret.RAW_KEY, f"my metamask key {HEX}"),
        (Secret.RAW_KEY, f"pvt key {HEX}"),
        (Secret.RAW_KEY, f"signer key: 0x{HEX}"),
        (Secret.RAW_KEY, f"secret: {HEX}"),
        (Secret.RAW_KEY, f"export ETH_KEY={HEX}"),
        (Secret.RAW_KEY, f"my private key (address {ADDRESS}) is {HEX}"),
        (Secret.RAW_KEY, f"private key:\n{HEX[:32]}\n{HEX[32:]}"),
        (Secret.SOLANA_KEY, ARRAY),
        (Secret.SOLANA_KEY, "> [" + ARRAY.replace(", ", ",\n> ", 9) + "]"),
        (Secret.SOLANA_KEY, base64.b64encode(PAIR).decode()),
        (Secret.EXTENDED_KEY, f"my key\n{EXTENDED[:40]}\n> {EXTENDED[40:80]}\n> {EXTENDED[80:]}\nthanks"),
        (Secret.SOLANA_KEY, PAIR.hex()),
        (Secret.SOLANA_KEY, f"my private key is {SEED}"),
        (Secret.SOLANA_KEY, f"my private key: {list(PAIR[:32])}"),
        (Secret.RAW_KEY, "nsec1" + "q0p9z8x7" * 7 + "w5"),
        (Secret.KEYSTORE, planted.keystore(RNG).replace('"', "”")),
        (Secret.SEED_PHRASE, "\n".join(f"{n + 1}. {WORDS[n]}    {n + 7}. {WORDS[n + 6]}" for n in range(6))),
        (Secret.SEED_PHRASE, "".join(word.title() for word in WORDS)),
        (Secret.SEED_PHRASE, "".join(WORDS)),
        (Secret.CARD, "4539.5787.6362.1486 cvv 123"),
        (Secret.CARD, "4539–5787–6362–1486 cvv 123"),
        (Secret.CARD, "4539  5787  6362  1486 cvv 123"),
        (Secret.CARD, "4539\n5787\n6362\n1486\ncvv 123"),
        (Secret.CARD, f"card number={CARD}&cvv=123"),
        (Secret.CARD, f"pan: {CARD}:09:27:123"),
        (Secret.CARD, UNIONPAY + " exp 09/27"),
        (Secret.TOTP_SEED, "2fa: JBSWY3DPEHPK3PXPQ2"),
        (Secret.TOTP_SEED, "MFA seed JBSWY3DPEHPK3PXPQ2"),
        (Secret.TOTP_SEED, "my secret key for 2fa is JBSWY3DPEHPK3PXPQ2"),
        (Secret.TOTP_SEED, "密钥 JBSWY3DPEHPK3PXPQ2"),
    ],
)
def test_forms_that_stop_a_message(kind: Secret, text: str) -> None:
    assert (kind, Certainty.BLOCK) in [(found.kind, found.certainty) for found in find(text)]


@pytest.mark.parametrize("language", ["chinese_simplified", "japanese", "korean", "french", "spanish"])
def test_phrases_in_escapes_of_json(language: str) -> None:
    words = planted.phrase(language, 12, random.Random(language))
    text = json.dumps(words) if language.startswith(("ch", "ja", "ko")) else json.dumps(" ".join(words))
    assert [found.kind for found in find(text)] == [Secret.SEED_PHRASE]


def test_escapes_keep_their_places() -> None:
    text = r"a \u52a9b"
    read = unescaped(plain(text))
    at = read.text.index("b")
    assert text[slice(*read.span(at, at + 1))] == "b"


@pytest.mark.parametrize("before", ["备份：", "钱包恢复词：", "这是我的12个单词：", "我的种子："])
def test_chinese_phrases_in_one_piece(before: str) -> None:
    words = "".join(planted.phrase("chinese_simplified", 24, random.Random(before)))
    assert [found.kind for found in find(before + words)] == [Secret.SEED_PHRASE]


@pytest.mark.parametrize("between", ["ok next", "okay next"])
@pytest.mark.parametrize("size", [12, 15, 18, 24])
def test_one_word_a_message_with_replies_between(size: int, between: str) -> None:
    words = planted.phrase("english", size, random.Random(size))
    thread = [line for word in words[:-1] for line in (word, between)]
    assert [found.kind for found in find(words[-1], thread)] == [Secret.SEED_PHRASE]


@pytest.mark.parametrize(
    "name", ["password: ", "密码：", "contraseña: ", "senha: ", "mot de passe : ", "Passwort: ", "пароль: ", "パスワード："]
)
def test_joined_words(name: str) -> None:
    assert [found.kind for found in find(name + "correct-horse-battery")] == [Secret.PASSWORD]


ENCRYPTED = base58.b58encode_check(b"\x01\x42\xc0" + PAIR[:36]).decode()  # BIP-38


def test_an_encrypted_key_is_a_warning() -> None:
    (found,) = find(f"my paper wallet: {ENCRYPTED}")
    assert (found.kind, found.certainty) == (Secret.WIF, Certainty.WARN)
    assert left(ENCRYPTED, find(ENCRYPTED)) == ""


def _part(length: int) -> str:
    return planted.alnum(random.Random(length), length)


JWT = f"eyJ{_part(33)}.eyJ{_part(60)}.{_part(43)}"  # header, claims, signature


@pytest.mark.parametrize("frame", ["{}", "curl -H 'Authorization: Bearer {}' shop.example/me", "use {}."])
def test_a_signed_token_is_a_warning(frame: str) -> None:
    (found,) = find(frame.format(JWT))
    assert (found.kind, found.certainty) == (Secret.ACCESS_TOKEN, Certainty.WARN)
    assert left(frame.format(JWT), find(frame.format(JWT))) == frame.format("")


@pytest.mark.parametrize("token", [f"SG.{_part(22)}.{_part(43)}", f"hf_{_part(34)}", f"dckr_pat_{_part(27)}"])
def test_tokens_of_a_known_shape_are_certain(token: str) -> None:
    (found,) = find(f"here: {token}")
    assert (found.kind, found.certainty) == (Secret.ACCESS_TOKEN, Certainty.BLOCK)


@pytest.mark.parametrize(
    "text",
    [
        "a JWT is header.payload.signature, as in eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig",
        ENCRYPTED[:-4] + "1111",  # its sum is wrong
        PAIR[:32].hex() + PAIR[:32].hex(),  # its public half does not follow
        f"my wallet: {SEED}",
        f"readings: {list(PAIR[:32])}",
        f"the hash of the build:\n{HEX[:32]}\n{HEX[32:]}",
        "token ghp_" + "a" * 36,  # nobody drew it
        "2fa: ABABABABABABABABAB",
        "| API key | Secret |\n|---|---|\n| YOUR_API_KEY_GOES_HERE | YOUR_API_SECRET_GOES_HERE |",
        "my authenticator key: AAAABBBBAAAABBBBAAAA",
    ],
)
def test_what_only_looks_like_a_key_is_none(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "my password is correct horse battery staple",
        "the sms says 809264",
        "they texted me 189489",
        "kod bu: 321197",
        "kode saya 853235",
    ],
)
def test_forms_that_are_a_question(text: str) -> None:
    assert len(find(text)) == 1


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"{CARD} 12/28 123", ""),
        (f"card {CARD} exp 09/27 cvv 123, ok", "card , ok"),
        ("password: Zq7xVb9!!", "password: "),
        ("password: Zq7xVb9 kk2LLp", "password:  "),
        ("password: Zq7xVb9 or Mn5tRe8pp", "password:  or "),
        ("password: " + "aB3!kL9x" * 10, "password: "),
    ],
)
def test_no_part_of_a_secret_is_left(text: str, rest: str) -> None:
    assert left(text, find(text)) == rest


def test_two_cards_are_two_findings() -> None:
    text = f"{CARD} 12/28 123\n{CARD} 11/27 456"
    assert [text[found.start : found.stop] for found in find(text)] == [f"{CARD} 12/28 123", f"{CARD} 11/27 456"]


@pytest.mark.parametrize(
    "text",
    [
        f"order {CARD} ships 12/28",
        f"tracking {CARD}, arrives 11/26",
        "pin 1234 Main Street",
        "PIN code 560001 Bangalore",
        "verification code expires in 300000 ms",
        "recovery key: not stored since 20240101",
        "password = os.environ['PW1']",
        f"commit a1b2 fixes private key leak 0x{HEX}",
        f"cache key: {HEX}",
        f"public key: {HEX}",
        f"idempotency key: {HEX}",
        "my order code is 482913 from the shop",
        "your parcel is in the locker, pickup code 482913",
        "取件码 482913",
        "取餐碼482913",
        "password: read-only",
        "my password is case-sensitive",
        "my password is correct but login still fails",
        "my password is not working since yesterday",
        "the password is the same as last time",
        "git clone git@github.com:owner/repo2",
        "scp a.txt bob@host.com:file1.txt",
        "it starts with -----BEGIN PRIVATE KEY----- and then there is a lot of base64 text which you should never show",
        "thequickbrownfoxjumpsoverthelazydogandrunsaway",
        "TheQuickBrownFoxJumpsOverTheLazyDogAndRunsAwayFromHere",
    ],
)
def test_honest_text(text: str) -> None:
    assert find(text) == ()


def test_columns_that_do_not_add_up_are_no_phrase() -> None:
    words = [WORDS[1], WORDS[0], *WORDS[2:]]
    mixed = "\n".join(f"{n + 1}. {words[n]}    {n + 7}. {words[n + 6]}" for n in range(6))
    assert find(mixed) == ()


@pytest.mark.parametrize(
    "text",
    [
        "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
        "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    ],
)
def test_phrases_of_manuals_are_a_warning(text: str) -> None:
    assert [found.certainty for found in find(text)] == [Certainty.WARN]


@pytest.mark.parametrize(
    "text", ["मेरा पासवर्ड है सूरजमुखी", "मेरा पासवर्ड: सूरजमुखी।", "पासवर्ड: सूरज-मुखी-कमला", "my password is sunflower"]
)
def test_a_word_with_vowel_signs_is_a_word(text: str) -> None:
    """A vowel of Devanagari is a mark and no letter (Unicode, category M), so it needs looking through."""
    assert {one.certainty for one in find(text)} == {Certainty.WARN}
