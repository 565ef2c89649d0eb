"""The moderator: no message holds the others up, and the worst view of a message is the one that counts."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import pack
from scamguard.chat import Moderator, Response, Rules
from scamguard.chat.moderator import MOST, excerpt
from scamguard.chat.policy import Why
from scamguard.errors import LexiconError
from scamguard.verdict import Action, Verdict

from .chatting import ADVISORY, SCAM, moderator

if TYPE_CHECKING:
    from pathlib import Path

    from scamguard.guard import Guard
    from scamguard.sender import Sender

FILLER = "and then we went to the market to buy bread. "


@dataclass
class Slow:
    """Stands for a guard that reads until it is told to stop, and knows one word."""

    stop: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, Any]] = field(default_factory=list)

    def check(self, text: str, *, sender: Sender | None = None) -> Verdict:
        self.seen.append((text, sender))
        if "wait" in text:
            self.stop.wait(60)
        bad = "scam" in text
        return Verdict(0.9 if bad else 0.1, Action.BLOCK if bad else Action.ALLOW, "", (), (), None, None, "en")


def chief(slow: Slow, **more: Any) -> Moderator:
    return Moderator(slow, Rules(budget=0.2), **more)  # type: ignore[arg-type] # a stand-in


def test_a_full_line_is_answered_for_at_once() -> None:
    slow = Slow()
    found = chief(slow, workers=1, waiting=1)
    waiting = [threading.Thread(target=found.decide, args=(f"wait {n}",)) for n in range(2)]
    for thread in waiting:
        thread.start()
    while len(slow.seen) < 2:  # the first of all warmed it
        time.sleep(0.005)
    began = time.perf_counter()
    decisions = [found.decide("hello") for _ in range(3)]
    slow.stop.set()
    for thread in waiting:
        thread.join()
    assert Why.BUSY in {decision.why for decision in decisions} or time.perf_counter() - began > 0.2
    assert all(decision.failed and decision.response is Response.PASS for decision in decisions)
    until = time.monotonic() + 20
    while found.decide("hello").why is not Why.JUDGED:  # its places come back
        assert time.monotonic() < until
    found.close()


def test_places_come_back_and_a_closed_moderator_fails_by_the_rules() -> None:
    found = chief(Slow(), workers=1, waiting=1)
    assert {found.decide("hello").why for _ in range(20)} == {Why.JUDGED}
    found.close()
    assert {found.decide("hello").why for _ in range(20)} == {Why.ERROR}


def test_the_worst_view_counts_and_each_is_read_by_itself() -> None:
    slow = Slow()
    found = chief(slow)
    assert found.worst(["never", "scam", "never"]).response is Response.DELETE
    assert asyncio.run(found.aworst(["never", "scam"])).response is Response.DELETE
    assert found.worst(["never"], sender=None).response is Response.PASS
    assert found.worst([" ", ""]).why is Why.EMPTY
    assert found.worst([]).why is Why.EMPTY
    assert [text for text, _ in slow.seen[1:]] == ["never", "scam", "never", "scam", "never"]


def test_of_a_long_message_the_ends_are_read() -> None:
    slow = Slow()
    found = chief(slow)
    for text in ("scam" + "x" * 5_000_000, "x" * 5_000_000 + "scam"):
        decision = found.decide(text)
        assert (decision.response, decision.cut) == (Response.DELETE, True)
        assert decision.summary().endswith("; too long to be read whole")
    assert not found.decide("scam").cut
    found.worst(["a" * MOST, "b" * MOST])
    assert max(len(text) for text, _ in slow.seen) <= MOST + 1
    assert sum(len(text) for text, _ in slow.seen[-2:]) <= MOST + 2


@given(text=st.text(max_size=40), most=st.integers(2, 40))
def test_an_excerpt_is_the_ends(text: str, most: int) -> None:
    found = excerpt(text, most)
    half = most // 2
    assert found == text if len(text) <= most else (found[:half], found[-half:]) == (text[:half], text[-half:])
    assert len(found) <= most + 1 or found == text


def test_filler_runs_out_no_budget(guard: Guard) -> None:
    found = moderator(guard)
    for text in (FILLER * 120_000 + SCAM, f"{SCAM} " + FILLER * 120_000):
        assert found.decide(text).response is Response.DELETE
    assert found.worst([ADVISORY, SCAM]).response is Response.DELETE


def test_a_rule_pack_is_loaded(tmp_path: Path) -> None:
    pack.start(tmp_path / "club")
    deal = "poke me and we trade directly"  # what the first rule of a new pack finds
    said = [Moderator.load(Rules(budget=30), pack=folder).decide(deal) for folder in (None, tmp_path / "club")]
    assert [decision.response for decision in said] == [Response.PASS, Response.WARN]
    with pytest.raises(LexiconError, match="nowhere"):
        Moderator.load(pack=tmp_path / "nowhere")
