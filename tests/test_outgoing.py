"""What the reader is about to send is judged by the secrets in it, which are never echoed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from mnemonic import Mnemonic

from scamguard.errors import InputError
from scamguard.guard import Guard
from scamguard.secrets import EARLIER
from scamguard.verdict import Action

if TYPE_CHECKING:
    from scamguard.verdict import Verdict

PHRASE = Mnemonic("english").to_mnemonic(bytes(range(40, 56)))
EXAMPLE = "legal winner thank year wave sausage worth useful legal winner thank yellow"  # a published test vector of BIP-39
ASKED = "Kraken support: reply with your 12-word seed phrase to restore the wallet."


def test_a_recovery_phrase_is_blocked_and_not_echoed(guard: Guard) -> None:
    text = f"ok 😀 here it is: {PHRASE}"
    verdict = guard.check(text, direction="outgoing")
    assert (verdict.action, verdict.kind, verdict.asks) == (Action.BLOCK, "own_secret", ("seed_phrase",))
    [evidence] = verdict.evidence
    assert text[evidence.start : evidence.stop] == PHRASE
    assert text.encode("utf-16-le")[2 * evidence.start_utf16 : 2 * evidence.stop_utf16].decode("utf-16-le") == PHRASE
    told = f"{verdict!r} {verdict.to_dict()} {verdict.advice('en')} {verdict.advice('zh')}"
    assert not any(word in told for word in PHRASE.split() if len(word) > 5)


def test_a_published_example_is_a_warning(guard: Guard) -> None:
    assert guard.check(EXAMPLE, direction="outgoing").action is Action.WARN


def test_it_says_that_it_was_asked_for(guard: Guard) -> None:
    [alone] = guard.check(PHRASE, direction="outgoing").evidence
    [linked] = guard.check(PHRASE, direction="outgoing", thread=["hello", ASKED]).evidence
    assert "asked for in this conversation" not in alone.why
    assert "asked for in this conversation" in linked.why


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("hunter2", "What is your password?"),
        (PHRASE, "Какая у тебя сид-фраза?"),
        ("4539578763621486", "卡号多少？"),
        ("4539578763621486", "¿Número de tarjeta?"),
        ("4539578763621486", "Kartennummer bitte"),
    ],
)
def test_a_plain_question_is_linked_to_its_answer(guard: Guard, text: str, question: str) -> None:
    verdict = guard.check(text, direction="outgoing", thread=[question])
    assert verdict.action is Action.BLOCK
    assert [evidence.why.endswith("; it was asked for in this conversation") for evidence in verdict.evidence] == [True]


@pytest.mark.parametrize("text", ["see you at seven", "I never give my seed phrase to anybody", "", "\ud800"])
def test_ordinary_messages_may_go(guard: Guard, text: str) -> None:
    verdict = guard.check(text, direction="outgoing")
    assert (verdict.risk, verdict.action, verdict.kind, verdict.evidence, verdict.advice()) == (0.0, Action.ALLOW, "", (), "")


def test_earlier_messages_are_read_only_where_a_secret_is_found(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    check = Guard.check

    def told(self: Guard, text: str, **known: Any) -> Verdict:
        if known.get("direction") != "outgoing":
            read.append(text)
        return check(self, text, **known)

    monkeypatch.setattr(Guard, "check", told)
    thread = [ASKED, *(f"hello {n}" for n in range(100))]
    assert guard.check("ok, see you", direction="outgoing", thread=thread).action is Action.ALLOW
    assert read == []
    [evidence] = guard.check(PHRASE, direction="outgoing", thread=deque([*thread, ASKED])).evidence
    assert "asked for in this conversation" in evidence.why
    assert read == [*thread[-EARLIER + 1 :], ASKED]


def test_an_inbound_message_is_not_searched(guard: Guard) -> None:
    assert guard.check(PHRASE).kind != "own_secret"


def test_another_direction_is_refused(guard: Guard) -> None:
    with pytest.raises(InputError, match="direction is none of: inbound, outgoing"):
        guard.check("x", direction=["outgoing"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="direction is none of: inbound, outgoing"):
        guard.check("hello", direction="up")
