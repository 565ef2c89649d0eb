"""Whoever shows others a scam is no scammer; a quotation that nobody speaks of counts in full."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import Sender
from scamguard.columns import pack
from scamguard.glance import aside, glance
from scamguard.quoted import MOST, RULE, UNKNOWN, said, told
from scamguard.train import quoting
from scamguard.train.vocabulary import carried
from scamguard.verdict import Action

from . import alphabets
from .pace import slower

if TYPE_CHECKING:
    from scamguard.guard import Guard

SCAM = "Hello, this is Kraken Support. Your account is suspended. Reply with your 2FA code to restore access."
CHINESE = "您好，这里是币安客服，您的账户存在风险，请把收到的验证码告诉我"
REPORTS = [
    f"Is this legit?\n> {SCAM}",
    f'got this today, is it a scam?? "{SCAM}"',
    f"“{SCAM}” lol nice try, blocked and reported",
    f"someone pretending to be support wrote me '{SCAM}' and i hung up",
    f"Heads up, this scam is going round:\n```\n{SCAM}\n```\nnever answer it",
    f"> {SCAM}\n\nthis is a scam guys, don't answer",
    f"刚收到这个，是骗子吗？“{CHINESE}”",
    f"有人冒充客服发我「{CHINESE}」，我没理他",
    f"Scam attempt received today via Telegram: {SCAM}",
    f"骗子今天发我的：{CHINESE}。",
]
EARNEST = [
    SCAM,
    f"Kraken Support writes to you today: {SCAM}",
    CHINESE,
    f'"{SCAM}"',
    f"> {SCAM}",
    f"```\n{SCAM}\n```",
    f"> is my withdrawal stuck? is this a scam?\n\n{SCAM}",
    f'You asked: "why can I not log in?" {SCAM}',
    f"「{CHINESE}」",
]


@pytest.mark.parametrize("text", REPORTS)
def test_who_shows_a_scam_is_let_through(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    assert (verdict.action, verdict.asks, verdict.kind) == (Action.ALLOW, (), "")
    for shown in (e for e in verdict.evidence if e.rule == RULE):
        assert shown.stop - shown.start > len(CHINESE)


def test_what_is_only_quoted_is_pointed_out(guard: Guard) -> None:
    text = f"someone pretending to be support wrote me '{SCAM}' and i hung up"
    assert [text[e.start : e.stop] for e in guard.check(text).evidence if e.rule == RULE] == [f"'{SCAM}'"]


@pytest.mark.parametrize("text", EARNEST)
def test_who_means_it_is_not(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    assert verdict.action is not Action.ALLOW
    assert "2fa_code" in verdict.asks
    assert all(e.rule != RULE for e in verdict.evidence)


def test_check_score_and_scan_agree_on_quotations(guard: Guard) -> None:
    texts = [*REPORTS, *EARNEST, *(f"{text} https://kraken-login.example" for text in REPORTS)]
    verdicts, rows = [guard.check(text) for text in texts], guard.scan(texts).to_pylist()
    assert [verdict.risk for verdict in verdicts] == guard.score(texts).tolist() == [row["risk"] for row in rows]
    assert [(str(verdict.action), list(verdict.asks), verdict.kind) for verdict in verdicts] == [
        (row["action"], row["asks"], row["kind"]) for row in rows
    ]


def test_a_sender_is_weighed_on_both_sides(guard: Guard) -> None:
    posing = Sender(name="Kraken Support", handle="@kraken_support_24")
    assert guard.check(REPORTS[0], sender=posing).risk > guard.check(REPORTS[0]).risk


def test_what_it_says_is_judged_only_where_it_tells_of_the_quotation() -> None:
    text = 'hello there "send us your code now please"'
    assert told(text, 3.0, lambda *_: None) is None
    assert told(text, 3.0, lambda *_: 2.5) is None  # no better for it
    found = told(text, 3.0, lambda *_: -2.0)
    assert found is not None
    assert found.odds == pytest.approx(-0.5)
    assert text[found.start : found.stop] == '"send us your code now please"'


def test_nothing_is_judged_that_the_whole_message_does_not_allow() -> None:
    text, asked = 'got this: "send us your code now please"', []

    def judge(beside: str, least: int, bound: float) -> None:
        asked.append((beside, least, bound))

    for clear in range(UNKNOWN + 1):
        told(text, 3.0, judge, clear)
    by_marks, by_colon = ("got this:  … ", 1, 1.5), ("got this: …", 4, 1.0)
    assert asked == [by_marks] * UNKNOWN + [by_colon]


def test_all_ways_agree_on_words_around_a_quotation(guard: Guard) -> None:
    texts = [f"{lead}“{SCAM}”{tail}" for lead in ("someone sent ", "look, ", "is this ", "") for tail in (" me this", " real?", "\n\nlol")]
    assert [guard.check(text).risk for text in texts] == guard.score(texts).tolist() == guard.scan(texts)["risk"].to_pylist()


def test_what_is_read_aside_leaves_the_room_alone(guard: Guard) -> None:
    seen = glance(SCAM.encode(), guard.model.reader)
    before = seen.room.key[: seen.room.tokens[1]].tolist()
    aside(b"another message", guard.model.reader)
    assert seen.room.key[: seen.room.tokens[1]].tolist() == before


MARKS = ['"', "“", "”", "> ", "\n", "「", "」", "'", "'s ", "```", ": \n", "send us your code "]


@given(st.lists(alphabets.pieces | st.sampled_from(MARKS)).map("".join))
def test_what_is_quoted_stands_in_the_message(text: str) -> None:
    for one in said(text):
        assert 0 <= one.start < one.stop <= len(text)
        assert one.text != text


@pytest.mark.parametrize("piece", ["'a ", "“", "'a'b", '"a ', "```", "> a\n", ": \n", "«a", "»a", "„", "‘a’b", "a'", "a\n\n"])
def test_no_text_costs_its_square(piece: str) -> None:
    text = piece * (MOST // len(piece))
    limit, began = 0.5 * slower(), time.process_time()
    list(said(text))
    assert time.process_time() - began < limit  # the slowest takes 5 ms


def test_a_message_too_long_is_taken_whole() -> None:
    assert not list(said(f'is this real? "{SCAM}"' + " word" * MOST))


def test_training_takes_messages_apart_in_the_same_way(guard: Guard) -> None:
    texts = [*REPORTS, *EARNEST]
    found = quoting.beside(texts, carried(guard.model))
    assert set(range(len(REPORTS))) <= set(found.of.tolist())
    logits = guard.model.logits(pack(texts), 1)
    bounded = quoting.bounded(logits, found, logits[found.of] - 1)
    assert (bounded[found.of] == logits[found.of] - 1).all()
    assert (bounded <= logits).all()
