"""The moderator: no message holds the others up, and the worst view of a message is the one that counts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import pack
from scamguard.chat import Moderator, Response, Rules
from scamguard.chat.moderator import ALL, MOST, excerpt, share
from scamguard.chat.policy import Why
from scamguard.errors import ChatError, LexiconError
from scamguard.verdict import Action, Verdict

from .chatting import ADVISORY, SCAM, moderator

if TYPE_CHECKING:
    from collections.abc import Callable
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
    found = Moderator(slow, Rules(budget=60), workers=1, waiting=1)  # type: ignore[arg-type] # a stand-in
    with ThreadPoolExecutor(4) as askers, contextlib.closing(found):
        try:
            first = askers.submit(found.decide, "wait")
            until(lambda: len(slow.seen) == 2)  # the first of all warmed it
            others = [askers.submit(found.decide, "hello") for _ in range(3)]
            until(lambda: sum(other.done() for other in others) == 2)  # while the worker is held: one waits in line
        finally:
            slow.stop.set()
        decisions = [other.result() for other in others]
        assert Counter(decision.why for decision in decisions) == {Why.BUSY: 2, Why.JUDGED: 1}
        assert all(decision.failed and decision.response is Response.PASS for decision in decisions if decision.why is Why.BUSY)
        assert first.result().why is Why.JUDGED
        assert found.decide("hello").why is Why.JUDGED, "its places come back"


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.005)


WRONG: list[tuple[Any, Any]] = [(None, ()), (5, ()), (b"hi", ()), ([], ()), ("hi", None), ("hi", 7), (None, None)]


@pytest.mark.parametrize("fail_open", [True, False])
@pytest.mark.parametrize(("text", "who"), WRONG)
def test_what_is_no_message_is_answered_for_by_the_rules(guard: Guard, text: Any, who: Any, fail_open: bool) -> None:
    with contextlib.closing(Moderator(guard, Rules(fail_open=fail_open, exempt=frozenset({"1"})))) as found:
        for decision in (
            found.decide(text, who),
            asyncio.run(found.adecide(text, who)),
            found.worst([text], who),
            asyncio.run(found.aworst([text], who)),
        ):
            assert (decision.why, decision.response) == (Why.ERROR, Response.PASS if fail_open else Response.DELETE)
        assert found.worst(None).why is asyncio.run(found.aworst(None)).why is Why.ERROR  # type: ignore[arg-type] # as above
        assert (found.decide("hi").why, found.decide("hi", ["1"]).why, found.decide("").why) == (Why.JUDGED, Why.EXEMPT, Why.EMPTY)


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
    assert not found.worst(["a" * MOST, "b" * MOST]).cut
    assert found.worst(["a" * MOST, "b" * MOST, "c" * MOST]).cut
    assert max(len(text) for text, _ in slow.seen) <= MOST + 1
    assert sum(len(text) for text, _ in slow.seen[-3:]) <= ALL + 3


@pytest.mark.parametrize(
    "beside",
    [[f"t{n}" for n in range(15)], ["scam".rjust(55_000, "y")[:-4]], ["y"] * 50, ["x" * 60_000, "y" * 60_000]],
    ids=["many short ones", "one as long", "one many times", "two as long"],
)
def test_no_view_takes_the_place_of_another(beside: list[str]) -> None:
    found = chief(Slow())
    hidden = f"{'x' * 30_000}scam{'x' * 30_000}"
    for views in ([hidden, *beside], [*beside, hidden]):
        decision = found.worst(views)
        assert (decision.response, decision.cut) == (Response.DELETE, False)
    assert found.worst(beside).response is Response.PASS


@given(sizes=st.lists(st.integers(0, 40), min_size=1), most=st.integers(1, 30), more=st.integers(0, 30))
def test_short_views_stay_whole_and_long_ones_share_what_is_left(sizes: list[int], most: int, more: int) -> None:
    views = [chr(97 + at) * size for at, size in enumerate(sizes)]
    found, shown = share(views, most, most + more), [*map(len, {*views})]
    assert 0 <= found <= most
    assert sum(min(size, found) for size in shown) <= most + more
    assert found == most or sum(min(size, found + 1) for size in shown) > most + more


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


@pytest.mark.parametrize("rules", [5, False, {}, {"on_warn": "flag"}, "flag", Rules])
def test_rules_that_are_none_are_told_at_once(rules: Any) -> None:
    for start in (Moderator.load, partial(Moderator, Slow())):  # type: ignore[arg-type] # a stand-in
        with pytest.raises(ChatError, match=rf"^rules is {type(rules).__name__}; give Rules\(…\), or Rules.of"):
            start(rules)


def test_a_rule_pack_is_loaded(tmp_path: Path) -> None:
    pack.start(tmp_path / "club")
    deal = "poke me and we trade directly"  # what the first rule of a new pack finds
    said = [Moderator.load(Rules(budget=30), pack=folder).decide(deal) for folder in (None, tmp_path / "club")]
    assert [decision.response for decision in said] == [Response.PASS, Response.WARN]
    with pytest.raises(LexiconError, match="nowhere"):
        Moderator.load(pack=tmp_path / "nowhere")
