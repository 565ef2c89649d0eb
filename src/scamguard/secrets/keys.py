"""Private keys: what carries its own proof is found anywhere, what could be any number only where somebody calls it a private key.

Proof is a Base58Check sum (BIP-32, WIF, BIP-38), a public key that follows from its seed (Solana), or the shape of a file (PEM, keystore).
Sixty-four hex digits are a transaction, a public key or a hash far more often than a key.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import regex

from .asked import RECENT, asked
from .bytes58 import decode, decode_check, is_keypair
from .finding import Finding, Secret, block, warn
from .words import pattern, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .plain import Plain

_B58: Final = regex.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{43,112}+(?![0-9A-Za-z])")
_HEX: Final = regex.compile(r"(?<![0-9A-Za-z])(?:0[xX])?([0-9a-fA-F]{64}|[0-9a-fA-F]{128})(?![0-9A-Za-z])")
_HEX_LINES: Final = regex.compile(
    r"(?<![0-9A-Za-z])(?:0[xX])?([0-9a-fA-F]{16,60})[ ]{0,2}\r?\n[>\s]{0,4}([0-9a-fA-F]{4,48})(?![0-9A-Za-z])"
)
_EXTENDED_LINES: Final = regex.compile(
    r"(?<![0-9A-Za-z])[xyzYZtuvUV]prv[1-9A-HJ-NP-Za-km-z]{8,104}(?:[ ]{0,2}\r?\n[>\s]{0,4}[1-9A-HJ-NP-Za-km-z]{4,104}){1,12}"
)
_BASE64: Final = regex.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==")
_ARRAY: Final = regex.compile(
    r"(?<![\d,.])[\[{(]?[\s>]{0,8}+(?:\d{1,3}+[\s>]{0,8}+,[\s>]{0,8}+){31,63}\d{1,3}+(?![\d.])(?:\s{0,8}+,?\s{0,8}+[\])}])?"
)
_PEM: Final = regex.compile(
    r"-{4,5} ?BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    r"((?:[^-]|-(?!---)){40,}+)(?:-{4,5} ?END [A-Z0-9 ]{1,40}-{4,5})?",
)
_PEM_LINE: Final = regex.compile(r"[A-Za-z0-9+/=]{32}")  # headers and prose hold no such word
_SSH_BODY: Final = regex.compile(r"(?<![A-Za-z0-9+/])b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s]{60,}+")
_PUTTY: Final = regex.compile(r"PuTTY-User-Key-File-[23]:[\s\S]{1,4000}?Private-Lines: ?\d+\s+(?:[A-Za-z0-9+/=]{16,}\s*+)+")
_BECH32: Final = regex.compile(r"(?<![0-9A-Za-z])(?:nsec1[02-9ac-hj-np-z]{58}|AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58})(?![0-9A-Za-z])")
_CIPHERTEXT: Final = regex.compile(r"\\?[\"'“”„«]ciphertext\\?[\"'“”»]\s{0,4}:\s{0,4}\\?[\"'“”„«][0-9a-fA-F]{64,}")
_KEYSTORE: Final = tuple(regex.compile(rf"\\?[\"'“”„«]{name}\\?[\"'“”»]\s{{0,4}}:") for name in ("kdf", "mac"))
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1 (SEC 2): keys lie below
_PRIVATE: Final = frozenset(  # version bytes of extended private keys (SLIP-132), main and test networks
    raw.to_bytes(4, "big")
    for raw in (
        0x0488ADE4,
        0x049D7878,
        0x04B2430C,
        0x04358394,
        0x044A4E28,
        0x045F18BC,
        0x0295B005,
        0x02AA7A99,
        0x024285B5,
        0x02575048,
        0x019D9CFE,
    )
)
_WIF: Final = frozenset(b"\x80\xef\xb0\x9e\xcc\xf1")  # Bitcoin, its test networks, Litecoin, Dogecoin, Dash
_NEAR: Final = 90  # code points before a number in which its name stands
_AFTER: Final = 40
_ASIDE: Final = regex.compile(r"[(（][^()（）\n]{0,80}[)）]")  # "my private key (address 0x…) is": no name of the number
_DIRECT: Final = regex.compile(rf"[^\p{{L}}]*|.*?(?:[:=：]|(?<![\p{{L}}])(?i:{source('copula')}))[\s\"'`*“「]*", regex.DOTALL)
_PLAIN_NAME: Final = regex.compile(
    r"(?i)(?:(?:^|[\n,;.!]|\b(?:my|the|here'?s|here is(?: the| my)?|wallet|account))\s{0,2}key"
    r"|(?<![\p{L}_])(?:secret|seed(?:[_ ]hex)?))[\"']?\s{0,2}[:=：]\s{0,2}[\"'`*]{0,3}$"
    r"|\b(?:export\s+)?[A-Z_]{0,30}(?:PRIV|PRIVATE|PK|ETH|WALLET|SIGNER|DEPLOYER|OWNER)_?(?:KEY|PK|SECRET)?\s?=\s?[\"']?$",
)


def keys(message: Plain, thread: Sequence[Plain] = ()) -> Iterator[Finding]:
    """Find private keys of wallets and servers."""
    text = message.text
    for found in _B58.finditer(text):
        yield from _base58(message, found, thread)
    for found in _HEX.finditer(text):
        yield from _hex(message, found, thread)
    for found in _BASE64.finditer(text) if "==" in text else ():
        if is_keypair(base64.b64decode(found[0])):
            yield block(
                Secret.SOLANA_KEY, message.span(*found.span()), "a Solana key pair in Base64: its public half follows from its secret half"
            )
    for found in _ARRAY.finditer(text) if "," in text else ():
        yield from _array(message, found, thread)
    for found in _BECH32.finditer(text):
        yield block(Secret.RAW_KEY, message.span(*found.span()), "a private key: whoever holds it is you")
    yield from _wrapped(message, thread) if "\n" in text else ()
    yield from _files(message)
    yield from _keystore(message)


def _wrapped(message: Plain, thread: Sequence[Plain]) -> Iterator[Finding]:
    """Find keys that were broken into lines."""
    for found in _HEX_LINES.finditer(message.text):
        yield from _hex_lines(message, found, thread)
    for found in _EXTENDED_LINES.finditer(message.text) if "prv" in message.text else ():
        yield from _extended_lines(message, found)


def _files(message: Plain) -> Iterator[Finding]:
    """Find files of keys; the first line of one, said in a sentence, is none."""
    for shape in (_PEM, _SSH_BODY, _PUTTY):
        for found in shape.finditer(message.text):
            if shape is not _PEM or _PEM_LINE.search(found[2]):
                yield block(Secret.PEM, message.span(*_trimmed(found)), "a private key file: whoever holds it can sign in or sign as you")


def _base58(message: Plain, found: regex.Match[str], thread: Sequence[Plain]) -> Iterator[Finding]:
    """Tell what a long Base58 word is by its sum, its public key, or what it is called."""
    word, span = found[0], message.span(*found.span())
    if 107 <= len(word) <= 112:
        payload = decode_check(word)
        if payload and len(payload) == 78 and payload[:4] in _PRIVATE:
            yield block(Secret.EXTENDED_KEY, span, "an extended private key with a valid checksum: it holds every account of a wallet")
    elif 86 <= len(word) <= 88:
        if is_keypair(decode(word) or b""):
            yield block(Secret.SOLANA_KEY, span, "a Solana key pair: its public half follows from its secret half")
    elif 51 <= len(word) <= 52:
        payload = decode_check(word) or b""
        if payload[:1] and payload[0] in _WIF and (len(payload) == 33 or (len(payload) == 34 and payload[-1] == 1)):
            yield block(Secret.WIF, span, "a private key in wallet import format with a valid checksum")
    elif len(word) == 58 and word.startswith("6P"):
        payload = decode_check(word) or b""
        if len(payload) == 39 and payload[0] == 1:
            yield warn(Secret.WIF, span, "an encrypted private key (BIP-38): its passphrase is all that guards it")
    elif len(word) <= 44 and len(decode(word) or b"") == 32 and _called_private(message, found, thread):
        yield block(Secret.SOLANA_KEY, span, "32 bytes that the message calls a private key")


def _hex(message: Plain, found: regex.Match[str], thread: Sequence[Plain]) -> Iterator[Finding]:
    digits = found[1]
    if len(digits) == 128:
        if is_keypair(bytes.fromhex(digits)):
            yield block(Secret.SOLANA_KEY, message.span(*found.span()), "an Ed25519 key pair: its public half follows from its secret half")
    elif 0 < int(digits, 16) < _ORDER and len(set(digits)) > 4 and _called_private(message, found, thread):
        yield block(Secret.RAW_KEY, message.span(*found.span()), "64 hex digits that the message calls a private key")


def _hex_lines(message: Plain, found: regex.Match[str], thread: Sequence[Plain]) -> Iterator[Finding]:
    digits = found[1] + found[2]
    if len(digits) == 64 and 0 < int(digits, 16) < _ORDER and len(set(digits)) > 4 and _called_private(message, found, thread):
        yield block(Secret.RAW_KEY, message.span(*found.span()), "64 hex digits on two lines that the message calls a private key")


def _extended_lines(message: Plain, found: regex.Match[str]) -> Iterator[Finding]:
    """Read an extended key that was wrapped; the words of the next line may look like a part of it."""
    letters = [at for at in range(found.start(), found.end()) if message.text[at].isalnum()]
    for size in range(107, min(112, len(letters)) + 1):
        payload = decode_check("".join(message.text[at] for at in letters[:size]))
        if payload and len(payload) == 78 and payload[:4] in _PRIVATE:
            why = "an extended private key with a valid checksum: it holds every account of a wallet"
            yield block(Secret.EXTENDED_KEY, message.span(letters[0], letters[size - 1] + 1), why)


def _called_private(message: Plain, found: regex.Match[str], thread: Sequence[Plain]) -> bool:
    """Tell whether the nearest name for a number is a private one; a number sent alone is an answer to the message before."""
    before = _ASIDE.sub(" ", message.text[max(0, found.start() - 2 * _NEAR) : found.start()])[-_NEAR:]
    after = message.text[found.end() : found.end() + _AFTER]
    private, public = (_last(name, before) for name in ("private_key", "public_value"))
    if max(private, public) >= 0:
        return private > public and (public < 0 or _DIRECT.fullmatch(before[private:]) is not None)
    if _PLAIN_NAME.search(before):
        return True
    if pattern("private_key").search(after):
        return not pattern("public_value").search(after)
    return len(message.text) - len(found[0]) <= 30 and _sought(thread)


def _sought(thread: Sequence[Plain]) -> bool:
    """Tell whether a private key is what was talked of last: in the message before, or asked for earlier, with no address named since."""
    if thread and pattern("private_key").search(thread[-1].text):
        return True
    for part in reversed(thread[-RECENT:]):
        if "private_key" in asked([part]):
            return True
        if pattern("public_value").search(part.text):
            return False
    return False


def _last(concept: str, text: str) -> int:
    return max((found.end() for found in pattern(concept).finditer(text)), default=-1)


def _array(message: Plain, found: regex.Match[str], thread: Sequence[Plain]) -> Iterator[Finding]:
    """Read a byte array as ``solana-keygen`` writes it."""
    numbers = [int(number) for number in regex.findall(r"\d+", found[0])]
    if max(numbers) > 255:
        return
    if is_keypair(bytes(numbers)):
        yield block(Secret.SOLANA_KEY, message.span(*found.span()), "a Solana key pair as a byte array")
    elif len(numbers) == 32 and _called_private(message, found, thread):
        yield block(Secret.SOLANA_KEY, message.span(*found.span()), "32 bytes that the message calls a private key")


def _keystore(message: Plain) -> Iterator[Finding]:
    """Find an Ethereum keystore (Web3 Secret Storage): a key that only its password guards."""
    text = message.text
    found = _CIPHERTEXT.search(text)
    if found and all(name.search(text) for name in _KEYSTORE):
        start, stop = text.find("{"), text.rfind("}") + 1
        start, stop = (start, stop) if 0 <= start < found.start() and stop > found.end() else found.span()
        yield block(Secret.KEYSTORE, message.span(start, stop), "an Ethereum keystore: its password is all that guards the key")


def _trimmed(found: regex.Match[str]) -> tuple[int, int]:
    return found.start(), found.start() + len(found[0].rstrip())
