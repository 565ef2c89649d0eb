"""Keys and phrases of the XRP Ledger, Stellar, Sui, Tezos and Monero: found by their sums, and not without."""

from __future__ import annotations

import random

import base58
import pytest

from scamguard.secrets import Certainty, Secret, find
from scamguard.secrets.monero import adds_up

KEYS = (
    "sEdTM1uX8pu2do5XvTnutH6HsouMaM2",
    "snoPBrXtMeMyMHUVTgbuqAfg1SUTb",
    "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN",
    "suiprivkey1qzklg5g6zq328ajfgmhhgnmruvkzdpccezueggdk8l7c957cnlkvv87lmz5",
    "edsk3gUfUPyBSfrS9CCgmCiQsTCHGkviBDusMxDJstFtojtc1zcpsh",
    base58.b58encode_check(bytes.fromhex("2bf64e07") + bytes(range(64))).decode(),
)
MONERO = (
    "sequence atlas unveil summon pebbles tuesday beer rudely snake rockets different fuselage woven tagged bested dented vegan hover "
    "rapid fawns obvious muppet randomly seasons randomly"
)
OTHERS = MONERO.replace("sequence atlas", "atlas sequence")  # does not add up


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("said", ["{}", "my private key is {}", "here: {}, ok?"])
def test_keys_are_found_with_their_sum_alone(key: str, said: str) -> None:
    text = said.format(key)
    [found] = find(text)
    assert (found.kind, found.certainty, text[found.start : found.stop]) == (Secret.RAW_KEY, Certainty.BLOCK, key)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_with_another_letter_is_none(key: str) -> None:
    rng = random.Random(key)
    for _ in range(20):
        at = rng.randrange(12, len(key))
        wrong = key[:at] + rng.choice([char for char in key[12:] if char != key[at]]) + key[at + 1 :]
        assert not find(wrong)


@pytest.mark.parametrize("payload", [b"\x00" + bytes(20), b"\x23" + bytes(16)])
def test_addresses_of_the_xrp_ledger_are_public(payload: bytes) -> None:
    assert not find(base58.b58encode_check(payload, alphabet=base58.RIPPLE_ALPHABET).decode())


def test_an_encrypted_key_of_tezos_is_worth_a_question() -> None:
    key = base58.b58encode_check(bytes.fromhex("075a3cb329") + bytes(range(56))).decode()
    assert [found.certainty for found in find(f"take {key}")] == [Certainty.WARN]


@pytest.mark.parametrize("said", ["my seed phrase: {}", "my monero seed is {} thanks", "{}\nthat is my recovery phrase"])
def test_a_monero_phrase_that_adds_up_is_certain(said: str) -> None:
    text = said.format(MONERO)
    [found] = find(text)
    assert (found.certainty, text[found.start : found.stop]) == (Certainty.BLOCK, MONERO)


def test_words_of_a_strange_list_are_worth_a_question_where_a_phrase_is_named_or_asked_for() -> None:
    assert not adds_up(OTHERS.split())
    assert [found.certainty for found in find(f"my recovery phrase: {OTHERS}")] == [Certainty.WARN]
    assert [found.certainty for found in find(OTHERS, ["Send me your 25 word seed phrase"])] == [Certainty.WARN]
    assert not find(OTHERS)


@pytest.mark.parametrize(
    "text",
    [
        "my seed phrase got lost when my laptop died and nobody at the shop could get anything back from the drive after two weeks",
        "a seed phrase protects your coins because whoever reads those words can empty your wallet without asking you first",
        "recovery phrase tips: write words down on paper never photograph them and keep several copies in different places",
    ],
)
def test_prose_about_phrases_is_none(text: str) -> None:
    assert not find(text)
