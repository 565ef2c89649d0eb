"""Valid secrets made on the spot, and the sentences people send them in."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import base58
from mnemonic import Mnemonic

from scamguard.secrets.bytes58 import public_key

if TYPE_CHECKING:
    import random


# a sentence or two a language; {} is the secret
SEED = {
    "english": ("my seed phrase is {}", "ok here you go: {} thanks", "{}"),
    "chinese_simplified": ("我的助记词是：{}", "好的，这是我的助记词 {} 请帮我看看"),
    "chinese_traditional": ("我的助記詞是：{}", "好的，這是 {} ，請幫我看看"),
    "japanese": ("私のシードフレーズは「{}」です", "はい、これです\n{}"),
    "korean": ("제 시드 구문은 {} 입니다", "네 여기요: {}"),
    "spanish": ("mi frase semilla es {} gracias", "aquí va: {}"),
    "french": ("ma phrase de récupération est : {}", "voici {} merci"),
    "italian": ("la mia frase: {}", "ecco, {} grazie mille"),
    "portuguese": ("minha frase de recuperação é {}", "aqui está: {}"),
    "czech": ("moje fráze je {}", "tady: {}"),
}


def phrase(language: str, words: int, rng: random.Random) -> list[str]:
    """Make the words of a valid phrase."""
    mnemonic = Mnemonic(language)
    return mnemonic.to_mnemonic(rng.randbytes(words * 4 // 3)).replace("\u3000", " ").split(" ")


def wif(rng: random.Random) -> str:
    return base58.b58encode_check(b"\x80" + rng.randbytes(32) + rng.choice([b"", b"\1"])).decode()


def extended(rng: random.Random) -> str:
    version = bytes.fromhex(rng.choice(["0488ade4", "049d7878", "04b2430c", "04358394"]))
    return base58.b58encode_check(version + bytes(9) + rng.randbytes(32) + b"\0" + rng.randbytes(32)).decode()


def extended_public(rng: random.Random) -> str:
    return base58.b58encode_check(bytes.fromhex("0488b21e") + bytes(9) + rng.randbytes(32) + b"\2" + rng.randbytes(32)).decode()


def keypair(rng: random.Random) -> bytes:
    seed = rng.randbytes(32)
    return seed + public_key(seed)


def solana(rng: random.Random) -> str:
    return base58.b58encode(keypair(rng)).decode()


def solana_array(rng: random.Random) -> str:
    return json.dumps(list(keypair(rng)))


def hex_key(rng: random.Random) -> str:
    return rng.choice(["", "0x"]) + "0" + rng.randbytes(32).hex()[1:]


def keystore(rng: random.Random) -> str:
    crypto = {"cipher": "aes-128-ctr", "ciphertext": rng.randbytes(32).hex(), "cipherparams": {"iv": rng.randbytes(16).hex()}}
    crypto |= {"kdf": "scrypt", "kdfparams": {"n": 262144, "salt": rng.randbytes(32).hex()}, "mac": rng.randbytes(32).hex()}
    return json.dumps({"address": rng.randbytes(20).hex(), "crypto": crypto, "version": 3}, indent=rng.choice([None, 2]))


def pem(rng: random.Random) -> str:
    body = base64.encodebytes(rng.randbytes(300)).decode()
    name = rng.choice(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
    return f"-----BEGIN {name}PRIVATE KEY-----\n{body}-----END {name}PRIVATE KEY-----"


def alnum(rng: random.Random, size: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(rng.choices(letters, k=size - 3)) + "7aQ"


def card(rng: random.Random) -> str:
    digits = rng.choice(["4539", "5212", "4916"]) + "".join(rng.choices("0123456789", k=11))
    for last in "0123456789":
        total = sum(n - 9 * (n > 9) for i, d in enumerate(reversed(digits + last)) for n in [int(d) * (1 + i % 2)])
        if total % 10 == 0:
            number = digits + last
    return rng.choice(["", " ", "-"]).join(number[i : i + 4] for i in range(0, 16, 4))


def base32(rng: random.Random) -> str:
    return base64.b32encode(rng.randbytes(rng.choice([10, 20]))).decode()


def otp(rng: random.Random) -> str:
    return f"{rng.randrange(10**6):06d}"


def bitlocker(rng: random.Random) -> str:
    return "-".join(f"{rng.randrange(65536) * 11:06d}" for _ in range(8))


def digest(rng: random.Random) -> str:
    return hashlib.sha256(rng.randbytes(8)).hexdigest()
