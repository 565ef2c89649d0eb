"""What all adapters share: an operator's rules, the time budget, what is said and what is never repeated."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import ChatError, wording
from scamguard.chat import Moderator, Response, Rules, policy
from scamguard.chat.policy import Why
from scamguard.chat.told import Told
from scamguard.verdict import Action, Evidence, Verdict

from .chatting import ADVISORY, SCAM, moderator

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.guard import Guard

    Decide = Callable[..., policy.Decision]

BLOCKED = Verdict(0.99, Action.BLOCK, "credential_request", ("seed_phrase",), (Evidence("ask.seed-phrase", "why", 0, 4, 0, 4),))
LANGUAGES = {*wording.LANGUAGES}


@dataclass
class Slow:
    """A guard that takes its time."""

    seconds: float = 0.0
    calls: int = 0
    answers: int = 0
    error: Exception | None = None
    release: threading.Event | None = None

    def check(self, text: str, sender: object = None) -> Verdict:
        self.calls += 1
        if self.calls == 1:  # the warm-up
            return BLOCKED
        if self.release is not None:
            self.release.wait(10)
        time.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        self.answers += 1
        return BLOCKED


def slow(rules: Rules, workers: int = 2, **options: Any) -> Moderator:
    return Moderator(Slow(**options), rules, workers=workers)  # type: ignore[arg-type] # a stand-in


def _decide(chief: Moderator, text: str, who: tuple[object, ...] = ()) -> policy.Decision:
    return chief.decide(text, who)


def _adecide(chief: Moderator, text: str, who: tuple[object, ...] = ()) -> policy.Decision:
    return asyncio.run(chief.adecide(text, who))


BOTH = pytest.mark.parametrize("decide", [_decide, _adecide], ids=["sync", "async"])


@BOTH
def test_a_scam_goes_and_an_advisory_stays(guard: Guard, decide: Decide) -> None:
    chief = moderator(guard)
    assert decide(chief, SCAM).response is Response.DELETE
    assert decide(chief, ADVISORY).response is Response.PASS
    assert decide(chief, " \n").why is Why.EMPTY


@BOTH
def test_an_operator_chooses(guard: Guard, decide: Decide) -> None:
    for response in Response:
        assert decide(moderator(guard, on_block=response), SCAM).response is response


@BOTH
def test_staff_is_configured_not_guessed(guard: Guard, decide: Decide) -> None:
    chief = moderator(guard, exempt=[4711, "role:9"])
    assert decide(chief, SCAM, (4711,)).why is Why.EXEMPT
    assert decide(chief, SCAM, ("1", "role:9")).response is Response.PASS
    assert decide(chief, SCAM, ("Kraken Support", 47)).response is Response.DELETE


@BOTH
@pytest.mark.parametrize("fail_open", [True, False])
def test_what_takes_too_long_is_answered_for(decide: Decide, fail_open: bool, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    chief = slow(Rules(budget=0.05, fail_open=fail_open), release=release)
    with caplog.at_level(logging.WARNING):
        decision = decide(chief, SCAM)
    assert chief.guard.answers == 0, "it still waits"  # type: ignore[attr-defined] # the stand-in
    release.set()
    assert decision.response is (Response.PASS if fail_open else Response.DELETE)
    assert (decision.why, decision.failed, decision.verdict) == (Why.TIMEOUT, True, None)
    assert caplog.messages == [f"message not judged: budget of 0.05 s; fail-{'open' if fail_open else 'closed'}"]
    assert decision.notice("de").startswith("Eine Nachricht konnte nicht") is not fail_open


@BOTH
def test_an_error_is_answered_for_and_repeats_nothing(decide: Decide, caplog: pytest.LogCaptureFixture) -> None:
    chief = slow(Rules(fail_open=False), error=ValueError(SCAM))
    decision = decide(chief, SCAM)
    assert (decision.response, decision.why) == (Response.DELETE, Why.ERROR)
    assert caplog.messages == ["message not judged: error of type ValueError; fail-closed"]
    assert "seed" not in decision.summary() + decision.notice() + repr(decision)


def test_a_long_line_is_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    """What waited beyond its budget is taken off the line and never judged."""
    release = threading.Event()
    chief = slow(Rules(budget=0.05), workers=1, release=release)
    assert [chief.decide(SCAM).why for _ in range(5)] == [Why.TIMEOUT] * 5
    release.set()
    chief._pool.shutdown(wait=True)
    assert chief.guard.calls == 2, "the warm-up and the first"  # type: ignore[attr-defined] # the stand-in


def test_many_threads_share_a_moderator(guard: Guard) -> None:
    chief, found = moderator(guard), list[Response]()
    threads = [threading.Thread(target=lambda: found.append(chief.decide(SCAM).response)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Response.DELETE] * 8
    chief.close()


def test_what_is_said_depends_on_language_and_rules() -> None:
    rules = Rules()
    decision = rules.decision(BLOCKED)
    assert decision.notice("zh-CN") == BLOCKED.advice("zh")
    assert decision.notice(None) == BLOCKED.advice("en")
    assert replace(decision, rules=replace(rules, lang="zh")).notice("en-US") == BLOCKED.advice("zh")
    assert replace(decision, rules=replace(rules, reply=False)).notice() == ""
    assert replace(decision, response=Response.FLAG).notice() == ""
    assert decision.refusal("zh_CN.UTF-8").startswith("这条消息疑似诈骗")
    assert decision.summary() == "delete: credential request, risk 0.99, asks for seed phrase; rules: ask.seed-phrase"


@pytest.mark.parametrize("locale", ["zh-TW", "zh_HK.UTF-8", "zh-Hant", "yue", "yue-HK", "in-ID", "pt_BR@euro", "xx", ""])
def test_a_notice_is_in_the_language_that_advice_is_in(locale: str) -> None:
    table = policy._notices()
    decision = Rules(fail_open=False).decision(BLOCKED)
    assert decision.refusal(locale) == table["refused"][wording.tag(locale)]
    assert Rules(fail_open=False).unjudged(Why.TIMEOUT).notice(locale) == table["unchecked"][wording.tag(locale)]
    assert decision.refusal("zh-TW").startswith("這則訊息") is not decision.refusal("zh-CN").startswith("這則訊息")


def test_notices_are_there_in_every_language() -> None:
    assert policy.__file__ is not None
    table = tomllib.loads(Path(policy.__file__).with_name("notices.toml").read_text("utf-8"))
    assert {name: set(texts) for name, texts in table.items()} == {"unchecked": LANGUAGES, "refused": LANGUAGES}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"on_block": "explode"}, "on_block: unknown response 'explode'; known: delete, flag, pass, warn"),
        ({"on_blok": "flag"}, "unknown setting 'on_blok'; known: budget, "),
        ({"budget": 0}, "budget is 0; it must be a number of seconds above 0"),
        ({"budget": True}, "budget is True"),
        ({"budget": float("inf")}, "budget is inf"),
        ({"budget": 10**400}, "a day at most"),
        ({"fail_open": "yes"}, "fail_open is 'yes'; it must be true or false"),
        ({"lang": 7}, "lang is 7; it must be a language tag"),
        ({"exempt": "@mia:x"}, "exempt must be a list of account ids, as numbers or text, not str"),
        ({"exempt": [None]}, "exempt must be a list of account ids, as numbers or text; it holds NoneType"),
    ],
)
def test_settings_without_meaning_are_told(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ChatError, match=said):
        Rules.of(table)


@given(st.text())
def test_every_text_gets_a_decision(text: str) -> None:
    chief = slow(Rules(budget=5))
    assert chief.decide(text).response is (Response.DELETE if text.strip() else Response.PASS)
    chief.close()


def test_responses_are_compared_by_how_grave_they_are() -> None:
    assert sorted(Response) == list(Response) == [Response.PASS, Response.FLAG, Response.WARN, Response.DELETE]
    assert Response.DELETE > Response.WARN > "flag"


def test_only_so_many_messages_are_remembered_and_what_broke_off_is_not() -> None:
    told = Told(most=2)

    def first(place: int) -> bool:
        with told.once(place, Response.WARN) as is_first:
            return is_first

    assert [first(place) for place in (1, 2, 1, 3, 2, 1)] == [True, True, False, True, False, True]
    with pytest.raises(OSError, match="away"), told.once(4, Response.WARN):
        raise OSError("away")
    assert first(4)
    with pytest.raises(OSError, match="away"), told.once(4, Response.WARN):
        raise OSError("away")
    assert not first(4), "what was done before is done"


def broken_off(told: Told, response: Response) -> bool:
    found = []
    with contextlib.suppress(OSError), told.once(1, response) as is_first:
        found.append(is_first)
        raise OSError
    return found[0]


def done(told: Told, response: Response) -> bool:
    with told.once(1, response) as is_first:
        return is_first


def test_what_was_done_before_is_remembered_when_more_is_broken_off() -> None:
    told = Told()
    assert done(told, Response.WARN)
    assert broken_off(told, Response.DELETE)
    assert not done(told, Response.WARN), "nobody gets the same advice twice"
    assert not done(told, Response.FLAG)
    assert done(told, Response.DELETE), "it is tried again"
    assert not broken_off(told, Response.DELETE)


def test_of_two_at_once_only_what_was_done_is_remembered() -> None:
    told = Told()
    with contextlib.suppress(OSError), told.once(1, Response.WARN) as first:
        assert first
        assert broken_off(told, Response.DELETE)
        raise OSError
    assert done(told, Response.WARN), "both broke off"
    told = Told()
    with contextlib.suppress(OSError), told.once(1, Response.WARN):
        assert done(told, Response.DELETE)
        raise OSError
    assert not done(told, Response.WARN)
