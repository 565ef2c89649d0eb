"""The engine says, to the last bit, what the stages say one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import asks, engine, sieve
from scamguard.columns import TextBatch, pack
from scamguard.glance import glance
from scamguard.parts import LIMIT, parts

from . import alphabets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scamguard.guard import Guard
    from scamguard.model import Model

SCAM = "Kraken support: send us your seed phrase now. "
PLAIN = "we walked along the harbour, and it rained; 早上我们沿着海边散步。 "


@pytest.fixture(scope="module")
def guard(guard: Guard) -> Guard:
    """Read every message: what the sieve passes over is not read at all."""
    return replace(guard, model=replace(guard.model, sieve=sieve.NONE))


def one_by_one(guard: Guard, texts: Sequence[str]) -> list[float]:
    """Read each message alone, stage by stage; one with something around its body (``body``) without that as well."""
    alone = (parts(pack([text])) for text in texts)
    return [max(float(guard.model.read(pack([cut.excerpt(i).text])).logit[0]) for i in range(len(cut))) for cut in alone]


@given(st.lists(alphabets.messages | st.sampled_from([SCAM, PLAIN, PLAIN * 30 + SCAM, "", "x" * 3000]), max_size=6))
def test_it_gives_the_bits_that_the_stages_give(guard: Guard, texts: list[str]) -> None:
    assert guard.model.logits(pack(texts)).tolist() == one_by_one(guard, texts)


@pytest.mark.parametrize("many", [1, *(engine.CHUNK_MESSAGES + more for more in (-1, 0, 1)), 3 * engine.CHUNK_MESSAGES])
def test_chunks_do_not_show(guard: Guard, many: int) -> None:
    texts = [(SCAM, PLAIN, "", SCAM * 3)[i % 4] for i in range(many)]
    assert guard.model.logits(pack(texts)).tolist() == (one_by_one(guard, texts[:4]) * many)[:many]


@pytest.mark.parametrize("size", [engine.CHUNK_BYTES - 1, engine.CHUNK_BYTES, engine.CHUNK_BYTES + 1, LIMIT - len(SCAM)])
def test_a_message_longer_than_the_room_makes_room(guard: Guard, size: int) -> None:
    long = (PLAIN * size).encode()[:size].decode("utf-8", "ignore") + SCAM
    texts = [SCAM, long, PLAIN]
    assert guard.model.logits(pack(texts)).tolist() == one_by_one(guard, texts)


def test_more_firings_than_fitted_make_room(guard: Guard) -> None:
    texts = [(SCAM * 400)[:12_000] for _ in range(4)]
    assert guard.model.logits(pack(texts)).tolist() == one_by_one(guard, texts)


def test_a_slice_of_a_batch_is_read_where_it_lies(guard: Guard) -> None:
    texts = [PLAIN, SCAM, "", SCAM + PLAIN]
    batch = pack(["left out", *texts, "left out"])
    assert guard.model.logits(TextBatch(batch.data, batch.offsets[1:6])).tolist() == one_by_one(guard, texts)


def test_nothing_to_score(guard: Guard) -> None:
    assert guard.model.logits(pack([])).shape == (0,)


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_threads_change_nothing(guard: Guard, threads: int) -> None:
    texts = [f"{SCAM if i % 7 == 0 else PLAIN} {i}" for i in range(5000)]
    np.testing.assert_array_equal(guard.score(texts, threads=threads), guard.score(texts))
    assert guard.scan(texts, threads=threads).equals(guard.scan(texts))


def test_pieces_of_a_batch_are_joined_in_their_order(guard: Guard) -> None:
    texts = [f"{SCAM if i % 7 == 0 else PLAIN} {i}" for i in range(5000)]
    texts[4500] = "Kraken Support: log in at https://kraken-login.example to keep your wallet"
    texts[4700] = f"someone pretending to be support wrote me '{SCAM}' and i hung up"
    whole, pieces = (guard.risks(pack(texts), threads) for threads in (1, 2))
    assert 4500 in whole.links
    assert 4700 in whole.told
    assert (pieces.links, pieces.told) == (whole.links, whole.told)
    np.testing.assert_array_equal(pieces.odds, whole.odds)


@pytest.mark.parametrize("text", ["welcome to telegram", "code review", "비밀번호", "otp님 비밀번호를", "送って", "dein passwort", "x"])
@pytest.mark.parametrize("after", ["hello there", "님이", "y", "9", "。"])
def test_what_follows_in_the_batch_does_not_show(guard: Guard, text: str, after: str) -> None:
    alone = guard.model.logits(pack([text])).tolist()
    assert guard.model.logits(pack([text, after])).tolist()[:1] == alone
    assert guard.model.read(pack([text, after])).logit.tolist()[:1] == alone


@given(alphabets.messages | st.sampled_from([SCAM, PLAIN, PLAIN * 30 + SCAM, SCAM * 400, "", "x" * 3000]))
def test_a_glance_sees_what_reading_word_for_word_sees(guard: Guard, text: str) -> None:
    seen, reading = glance(text.encode("utf-8", "surrogatepass"), guard.model.reader), guard.model.read(pack([text]))
    assert seen.logit == reading.logit[0]
    assert seen.rules == reading.fired.rule.tolist()
    assert asks.heads_of(guard.model, seen.room).tolist() == asks.heads(guard.model, reading, np.array([0])).tolist()


def test_a_thread_may_go_from_one_model_to_another(guard: Guard, tiny: Model) -> None:
    """What is remembered of the words of one says nothing of those of the other."""
    small = replace(guard, model=tiny)
    texts = [SCAM, PLAIN, SCAM * 3, "send us your seed phrase", "please keep your password to yourself"] * 3
    wanted = [of.score(texts).tolist() for of in (guard, small)]
    found = [[of.check(text).risk for of in (guard, small)] for text in texts]
    assert [list(risks) for risks in zip(*found, strict=True)] == wanted
