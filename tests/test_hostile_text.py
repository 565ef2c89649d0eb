"""A message from a stranger: judged in bounded time and memory whatever it is, by every way to ask, and it leads nowhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import scamguard
from scamguard import masking
from scamguard.contacts import contacts
from scamguard.language import language

from .pace import slower

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.guard import Guard

# repeated, these are what engines that go back and forth are slow on
PUMPS = (
    *"a0 \nA.-@/(<\":é中\t。_}=\u0301\u200b\u200d😀", "a.", "1.", "é.", "a-", "a ", "0 ", "a@", "a:", "a\n", " \n", "\n\n.", '{"', "<a ", "0-", "+1 ", "password ",
    "password: ", "code ", "word 1 ", "abandon ", "seed phrase ", "0x", "1A", "my password is ", "助记词 ", "http://", "a://", "xn--", "a_", "AB12-", "s e e d ",
    "f0", "kraken ", "<a href=", "[a](", "&#1;", "=?utf-8?b?", "!", "\n ", "\r\n", "482913 ",
)  # fmt: skip
# What is in this opens every way to look for secrets: names of them, and a shape of each.
GATES = (
    "My password is hunter2, login: ann pass: Zx9!kkQ2, the code is 482913, OTP 119922, 2fa code, backup codes, card 4539 1488 0343 6467 cvv 123, "
    "seed phrase, private key, recovery words: twelve, api key=, token: , wifi WPA2, Meeting ID: 823, {\"crypto\": -----BEGIN, "
    "https://a.example/?p=1, ann@example.com, 助记词 验证码 密码 "
)
_CHARACTERS = 5_000
_SECONDS = 2.0  # of processor time, with room for a slow machine; the slowest takes 0.8 s, and one that goes with the square took 2.5 s


def _repeated(pump: str) -> str:
    return (pump * (_CHARACTERS // len(pump) + 1))[:_CHARACTERS]


WAYS: dict[str, Callable[[Guard, str], object]] = {
    "check": lambda guard, text: guard.check(text).to_dict(),
    "score and scan": lambda guard, text: (guard.score([text]), guard.scan([text])),
    "outgoing": lambda guard, text: guard.check(text, direction="outgoing").to_dict(),
    "thread": lambda guard, text: guard.check("482913", direction="outgoing", thread=[text]).to_dict(),
    "look-alike": lambda guard, text: scamguard.lookalike(text),
    "sender": lambda guard, text: guard.check("hi", sender=scamguard.Sender(name=text, handle=text)).to_dict(),
    "outgoing, behind every gate": lambda guard, text: guard.check(f"{GATES}{text}482913", direction="outgoing").to_dict(),
    "masked, behind every gate": lambda guard, text: masking.masked(f"{GATES}{text}482913", str),
    "masked": lambda guard, text: masking.masked(text, str, told=True),
    "contacts": lambda guard, text: contacts(text),
    "language": lambda guard, text: language(text),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_text_costs_its_square(guard: Guard, way: str) -> None:
    WAYS[way](guard, "warm: https://kraken.example/ my code is 482913")
    slow, limit = {}, _SECONDS * slower()
    for pump in PUMPS:
        started = time.process_time()
        WAYS[way](guard, _repeated(pump))
        if (took := time.process_time() - started) > limit:
            slow[pump] = took
    assert slow == {}


@pytest.mark.parametrize("pump", ["a.", "1.", "é.", "a[.]"])
def test_dots_without_end_are_no_host(pump: str) -> None:
    """Twice the text takes twice the time, not four times: without a bound on labels 4,000 characters took 2.8 s."""
    contacts("a.example")
    started = time.process_time()
    contacts(pump * (16_000 // len(pump)))
    assert time.process_time() - started < 3


def test_a_long_host_is_still_found() -> None:
    host = "a.b.c.d.e.f.g.h.i.j.kraken.com"
    assert contacts(f"go to https://{host}/x").links == (f"https://{host}/x",)
    assert contacts(f"go to {host}/x").links == (f"{host}/x",)


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "\udfff\ud800", "\U0010ffff" * 99, "\ufeff", "e" + "\u0301" * 50_000, "\u202e" * 999, "(" * 50_000])
def test_every_str_is_a_message(guard: Guard, text: str) -> None:
    for direction in ("inbound", "outgoing"):
        verdict = guard.check(text, direction=direction)
        assert 0 <= verdict.risk <= 1
        assert all(0 <= e.start <= e.stop <= len(text) for e in verdict.evidence)


def test_a_third_of_a_megabyte_is_judged_in_seconds(guard: Guard) -> None:
    text = "Kraken Support: your wallet is locked, send us your seed phrase. 请把验证码发给客服。" * 4_000
    guard.check("warm")
    started = time.process_time()
    assert guard.check(text).risk > 0.5
    assert time.process_time() - started < 20


@pytest.mark.parametrize("pump", ["\n", " \n", "\r\n", "\n\n "])
def test_lines_without_end_before_a_code_take_their_time_once(guard: Guard, pump: str) -> None:
    """Each line began a search for a code that went over all the lines after it: 2,000 of them took 1.8 s."""
    guard.check("my code is 482913", direction="outgoing")
    started = time.process_time()
    verdict = guard.check(pump * 20_000 + "482913", direction="outgoing")
    assert time.process_time() - started < _SECONDS * slower()
    assert verdict.action == "allow"
    assert guard.check(pump * 9 + "it's 482913.", direction="outgoing").action == "warn"
