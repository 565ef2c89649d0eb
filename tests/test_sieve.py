"""The sieve passes over what need not be read: by itself as in any batch, never what leads somewhere or is spelled oddly."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard import Sender, columns, model, sieve
from scamguard.fold import fold, tables
from scamguard.guard import Guard
from scamguard.kinds import UNDONE
from scamguard.pack import packed

from . import alphabets
from .twins import sieve as twin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

ORDINARY = ("see you at six then, bring the kids", "今天晚上一起吃饭吗", "¿quedamos mañana para comer?", "ok thanks", "")
SCAM = "Kraken support: send us your seed phrase now to verify the wallet"
WEIGHTS = np.random.default_rng(0).integers(-127, 128, (sieve.TABLES, 1 << 7)).astype(np.int8)
LONG = "we walked along the harbour, and it rained; 早上我们沿着海边散步。 "


NAMED = np.bitwise_and(*np.random.default_rng(1).integers(0, 256, (2, 1 << 7))).astype(np.uint8)
PLAIN = sieve.Sieve(WEIGHTS, np.array([0.0, 0.0, 0.0, np.inf, 0.0]), np.zeros_like(NAMED))  # reads only what is odd


def sifted(texts: Sequence[str], by: sieve.Sieve) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Sift a batch."""
    return sieve.sifted(columns.pack(texts), by)


messages = alphabets.messages | st.builds(lambda text, many: text * many, st.sampled_from([LONG, "é", "ab, ", "x"]), st.integers(0, 9))


@given(st.lists(messages, max_size=5), st.sampled_from([-3.0, 0.0, 1.5, np.inf]))
def test_it_says_what_the_sieve_written_out_says(texts: list[str], least: float) -> None:
    by = sieve.Sieve(WEIGHTS, np.array([0.02, -0.5, 0.5, least, 1.0]), NAMED & NAMED[::-1])
    logits, read = sifted(texts, by)
    for text, logit, to_read in zip(texts, logits.tolist(), read.tolist(), strict=True):
        expected, expected_read = twin.sift(text, by)
        assert to_read == expected_read
        assert logit == pytest.approx(expected, abs=1e-12)


@given(messages)
def test_what_is_written_down_is_what_is_weighed(text: str) -> None:
    batch = columns.pack([text])
    start, stop = batch.offsets[:-1], batch.offsets[1:]
    ids, starts = np.empty(5 * (len(batch.data) + 1), np.int64), np.zeros(2, np.int64)
    many = sieve.shingles(batch.data, start, stop, tables(), 7, *sieve.space(start, stop), ids, starts)
    assert sorted(ids[:many].tolist()) == sorted((table << 7) + place for _, table, place in twin.grams(text, 7))
    assert starts.tolist() == [0, many]


@pytest.mark.parametrize("word", ["lol", "哈哈", "12", "don't"])
def test_a_word_said_again_and_again_weighs_once(word: str, guard: Guard) -> None:
    texts = [f"{junk} send us the code" for junk in (word, " ".join([word] * 30))]
    once, again = sieve.sifted(columns.pack(texts), guard.model.sieve)[0]
    assert once == again


@pytest.mark.parametrize(
    "text",
    [
        "go to https://a.example/x now", "see kraken.example for it", "write to help@kraken now", "ask @kraken_help", "see kraken。com",
        "at 203.0.113.5 now", "kraken[.]example", "[kraken](x)", "крипто.рф", "your pa5sword", "wa11et", "p a s s", "п а р о л ь",
        "密 码 发 来", "密·码·验·证", "パ・ス・ワ・ー・ド", "密*码", "密＊码", "wаllet", "пaроль",
        "se\u200bnd", "se\u2060nd", "pass\u00adword", "Ｋraken", "ｓend", "🅂🄴🄴🄳 now",
        "𝐛𝐨𝐥𝐝", "ⓒⓞⓓⓔ", "ᴘassword", "ꜱend",
    ],
)  # fmt: skip
def test_what_is_odd_is_always_read(text: str) -> None:
    assert sifted([text], PLAIN)[1].all()


@pytest.mark.parametrize(
    "text",
    [
        *ORDINARY, "Straße, naïve, Łódź, İstanbul, điện thoại của bạn", "Это пароль? Нет, ёлка.", "パスワード、かな。ﾄ", "비밀번호 ㅋㅋ",
        "رمز می نویسم", "नमस्ते, ओटीपी", "สวัสดี", "I’m fine — “really” … 100% ✅ 😂🙏🏽 ❤️", "3.5 + 4.25 = 7.75", "on 2.4. at 10am, the 2nd",
        "a/b, c-d; (e) [f] {g} #tag", "@anna see you at six", "【顺丰】您的快递到了", "，。！？：；（）「」《》",
    ],
)  # fmt: skip
def test_what_people_write_is_not_odd(text: str) -> None:
    assert not sifted([text], PLAIN)[1].any()


def test_what_the_fold_calls_dressed_or_hidden_is_odd() -> None:
    """Every code point that stands for a letter or digit in another dress, between letters."""
    plain = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x80, 0x20000) if not 0xD800 <= code < 0xE000}
    texts = [f"pass{one}word" for one, meant in plain.items() if meant.isascii() and meant.isalnum()]
    folded = fold(columns.pack(texts))
    marked = [bool((folded.kinds[a:b] & UNDONE).any()) for a, b in pairwise(folded.starts.tolist())]
    assert sum(marked) > 900
    assert all(sifted([text for text, mark in zip(texts, marked, strict=True) if mark], PLAIN)[1])


@pytest.mark.parametrize(
    "text", ["Pléásé sénd ús yóúr sééd phrásé nów", "PLEASE SEND us your SEED phrase NOW", "please   send us your seed  phrase now"]
)
def test_accents_case_and_gaps_make_no_difference(text: str) -> None:
    by = PLAIN._replace(numbers=np.array([0.02, -0.5, 0.5, np.inf, 0.0]))
    assert sifted([text], by)[0].tolist() == sifted(["please send us your seed phrase now"], by)[0].tolist()


def test_without_a_sieve_all_is_read() -> None:
    assert sifted(ORDINARY, sieve.NONE)[1].all()


@pytest.fixture
def whole(guard: Guard) -> Guard:
    """Read every message."""
    return Guard(replace(guard.model, sieve=sieve.NONE), guard.policy)


def test_ordinary_messages_are_passed_over_and_scams_are_not(guard: Guard) -> None:
    assert not sifted(ORDINARY, guard.model.sieve)[1].any()
    scams = [SCAM, "请把助记词发给客服核对，否则账户冻结", "dime el código que te llegó por sms"]
    assert sifted(scams, guard.model.sieve)[1].all()


@pytest.mark.parametrize(
    "text",
    [
        "can you send me your seed phrase please",
        "Send me a screenshot of your seed phrase",
        "можешь прислать мне свою сид-фразу пожалуйста",
        "puedes pasarme la contraseña porfa",
        "sorry i was out for lunch, can you send me your seed phrase please",
        "能不能把助记词发给我一下",
    ],
)
def test_what_names_a_secret_politely_is_read(guard: Guard, text: str) -> None:
    assert sifted([text], guard.model.sieve)[1].all()


@pytest.mark.parametrize(
    "text", ["Kraken staff never want your seed phrase, so keep it offline.", "Your code is 482910. Do not share it with anyone."]
)
def test_what_warns_of_giving_a_secret_away_need_not_be_read(guard: Guard, text: str) -> None:
    assert not sifted([text], guard.model.sieve)[1].any()


def test_what_is_passed_over_has_the_risk_of_the_sieve_wherever_it_stands(guard: Guard, whole: Guard) -> None:
    texts = [*ORDINARY, SCAM, *ORDINARY[::-1]]
    own = guard.model.risk(sifted(ORDINARY, guard.model.sieve)[0]).tolist()
    assert guard.score(texts).tolist() == [*own, *whole.score([SCAM]).tolist(), *own[::-1]]
    assert [guard.check(text).risk for text in texts] == guard.score(texts).tolist()
    assert guard.scan(texts)["risk"].to_pylist() == guard.score(texts).tolist()


def test_a_part_that_is_passed_over_leaves_the_word_to_the_others(guard: Guard, whole: Guard) -> None:
    long = "see you at six then, bring the kids and the dog\n" * 3000 + SCAM + "\n" + SCAM
    assert len(long) > 2 * (1 << 16)
    assert guard.score([long]).tolist() == whole.score([long]).tolist() == [guard.check(long).risk]
    assert guard.check(long).action != "allow"


def test_a_dubious_sender_alone_makes_no_scam_of_what_is_passed_over(guard: Guard) -> None:
    who = Sender("Kraken Support ✓", "@john_772")
    for text in ORDINARY[:3]:
        bare, said = guard.check(text), guard.check(text, sender=who)
        assert bare.risk < said.risk < guard.policy.warn
        assert guard.scan([text, text], senders=[who, None])["risk"].to_pylist() == [said.risk, bare.risk]


def test_a_rule_pack_lifts_what_the_sieve_passes_over(guard: Guard, whole: Guard, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "rules" / "concepts.toml").write_text('[concepts]\nharbour = "a place"\n', "utf-8")
    (tmp_path / "rules" / "x.toml").write_text(
        '[[rule]]\nid = "x.harbour"\nwhy = "No."\nclause = ["harbour"]\nfloor = "warn"\n'
        'hit = ["meet me at the harbour tonight", "the harbour"]\nspare = ["meet me at home tonight", "harbour"]\n', "utf-8"
    )  # fmt: skip
    (tmp_path / "lexicons" / "x.toml").write_text('[[concept]]\nname = "harbour"\nterms = ["the harbour"]\n', "utf-8")
    with_pack, read = (Guard(packed(one.model, tmp_path), one.policy) for one in (guard, whole))
    there, elsewhere = "we walked along the harbour and it rained", "we walked along the street and it rained"
    assert not sifted([there, elsewhere], guard.model.sieve)[1].any()
    assert with_pack.score([there, elsewhere]).tolist() == [*read.score([there]).tolist(), *guard.score([elsewhere]).tolist()]
    assert with_pack.check(there).action == "warn"
    assert with_pack.scan([there])["rules"].to_pylist() == [["x.harbour"]]


def test_a_model_of_before_there_was_a_sieve_reads_everything(tiny: model.Model, tmp_path: Path) -> None:
    model.save(tiny, tmp_path)
    kept = model.load(tmp_path)
    assert kept.sieve.numbers.tolist() == sieve.NONE.numbers.tolist(), "too few messages to tell how many are missed"


def test_a_sieve_of_before_it_heeded_names_weighs_as_it_did() -> None:
    kept = {"sieve.weights": WEIGHTS, "sieve.numbers": np.array([0.02, -0.5, 0.5, 0.0])}
    by = sieve.Sieve(*(model.completed(kept)[f"sieve.{name}"] for name in sieve.Sieve._fields))
    assert by.numbers.tolist() == [0.02, -0.5, 0.5, 0.0, 0.0]
    now = by._replace(named=np.full_like(by.named, 255))
    assert sifted([SCAM, *ORDINARY], by)[1].tolist() == sifted([SCAM, *ORDINARY], now)[1].tolist(), "no name lowers the bar"
