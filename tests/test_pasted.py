"""What people paste says the same again and again: numbers, dumps, laughter. None of it speaks for a scam, or against one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

import scamguard

if TYPE_CHECKING:
    from collections.abc import Callable


def _numbers(rng: random.Random) -> str:
    return "\n".join(" ".join(str(rng.randrange(1, 50)) for _ in range(9)) for _ in range(10))


def _dump(rng: random.Random) -> str:
    return "\n".join(f"{at * 16:08x}  " + " ".join(f"{rng.randrange(256):02x}" for _ in range(16)) for at in range(10))


PASTED = {
    "rows of numbers": _numbers,
    "a hex dump": _dump,
    "counting": lambda rng: " ".join(map(str, range(1, rng.randrange(40, 80)))),
    "a sudoku": lambda rng: "\n".join(" ".join(str(rng.randrange(1, 10)) for _ in range(9)) for _ in range(9)),
    "a table": lambda rng: "\n".join(f"| {rng.randrange(99)} | {rng.randrange(99)} | {rng.randrange(99)} |" for _ in range(12)),
    "zeros that were escaped": lambda rng: "请稍后再试。" + "\\u0000" * rng.randrange(20, 90),
    "account numbers": lambda rng: "\n".join("DE" + " ".join(f"{rng.randrange(10**4):04d}" for _ in range(5)) for _ in range(6)),
    "bits": lambda rng: " ".join(f"{rng.randrange(256):08b}" for _ in range(16)),
    "laughter": lambda rng: "haha " * rng.randrange(5, 80),
}


@pytest.mark.parametrize("make", PASTED.values(), ids=PASTED)
def test_what_is_pasted_is_no_scam(make: Callable[[random.Random], str], guard: scamguard.Guard) -> None:
    actions = [guard.check(make(random.Random(seed))).action for seed in range(20)]
    assert scamguard.Action.BLOCK not in actions
    assert actions.count(scamguard.Action.WARN) <= (8 if make is _dump else 0)  # two letters are a word in some chat


SCAMS = ["Kraken support here: send me your seed phrase to verify your wallet", "我是币安客服，请把收到的验证码发给我"]


@pytest.mark.parametrize("junk", ["haha ", "lol ", "\\u0000", "12 ", "ok ok ", "😂"])
@pytest.mark.parametrize("scam", SCAMS)
def test_what_is_said_again_and_again_hides_nothing(scam: str, junk: str, guard: scamguard.Guard) -> None:
    assert guard.check(f"{junk * 10}{scam} {junk * 10}").action is not scamguard.Action.ALLOW


CARE = ["Stay safe!", "Be careful!", "Beware of fake support", "注意诈骗", "ご注意ください", "Будьте осторожны", "Hati-hati", "[SPAM]"]


@pytest.mark.parametrize("care", CARE)
def test_a_line_of_care_beside_a_scam_is_no_report_of_it(care: str, guard: scamguard.Guard) -> None:
    scam = "I'm from MetaMask support, send me your 12 word recovery phrase to restore the wallet"
    for text in (f"{scam}\n{care}", f"{care}\n\n{scam}", f"{care.rstrip('!')}:\n{scam}"):
        assert guard.check(text).action is not scamguard.Action.ALLOW, text
