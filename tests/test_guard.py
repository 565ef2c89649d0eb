"""A message gets one verdict, however it comes: alone or in a batch, by score, check or scan, on any thread."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

import scamguard
from scamguard import columns
from scamguard.errors import InputError
from scamguard.guard import Guard
from scamguard.lexicon import KINDS, SECRETS
from scamguard.verdict import Action, Evidence, Policy, Verdict

from . import alphabets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCAM = "Kraken Support: your wallet is frozen. Kindly send us your 12-word seed phrase and your password now to unlock it, @kraken_desk"
MIXED = [
    SCAM,
    "never share your seed phrase with anyone",
    "客服:请把收到的验证码和密码发给我核对,否则账户冻结",
    "lunch at noon?",
    "",
    "😀 p4ssw0rd pls",
    "> quoted",
    "\ud800 lone",
    "word " * 2000 + SCAM,
]


def alone(guard: Guard, texts: Sequence[str]) -> list[float]:
    """Score each text in a batch of its own."""
    return [float(guard.score([text])[0]) for text in texts]


@given(st.lists(alphabets.messages | st.sampled_from(MIXED), max_size=8))
def test_a_score_does_not_depend_on_the_neighbours(guard: Guard, texts: list[str]) -> None:
    scores = guard.score(texts)
    assert scores.tolist() == alone(guard, texts)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


@given(st.lists(alphabets.messages | st.sampled_from(MIXED), min_size=1, max_size=6))
def test_check_score_and_scan_agree(guard: Guard, texts: list[str]) -> None:
    verdicts = [guard.check(text) for text in texts]
    event("something flagged" if any(verdict.action != "allow" for verdict in verdicts) else "all allowed")
    assert [verdict.risk for verdict in verdicts] == guard.score(texts).tolist()
    rows = guard.scan(texts).to_pylist()
    for verdict, row in zip(verdicts, rows, strict=True):
        ids = [evidence.rule for evidence in verdict.evidence if evidence.rule != "model.words"] if verdict.action != "allow" else []
        assert row == {"risk": verdict.risk, "action": str(verdict.action), "kind": verdict.kind, "asks": list(verdict.asks), "rules": ids}


@given(alphabets.messages | st.sampled_from(MIXED))
def test_a_verdict_is_of_its_types(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    assert verdict.action is guard.policy.of(verdict.language).action(verdict.risk)
    assert verdict.kind in (("",) if verdict.action is Action.ALLOW else KINDS)
    assert set(verdict.asks) <= set(SECRETS)
    assert len(set(verdict.asks)) == len(verdict.asks)
    assert verdict.action is Action.ALLOW or verdict.evidence


def utf16(text: str, start: int, stop: int) -> str:
    """Slice as JavaScript does."""
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * stop].decode("utf-16-le", "surrogatepass")


@given(st.lists(alphabets.pieces | st.sampled_from([SCAM, "send us your seed phrase ", "发给我验证码"]), max_size=8).map("".join))
def test_spans_are_of_the_text_as_written(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    event("evidence" if verdict.evidence else "no evidence")
    for e in verdict.evidence:
        assert 0 <= e.start < e.stop <= len(text)
        if not any("\ud800" <= char <= "\udfff" for char in text):  # Python would pair two lone halves into one character
            assert utf16(text, e.start_utf16, e.stop_utf16) == text[e.start : e.stop]
        assert e.start_utf16 == len(text[: e.start].encode("utf-16-le", "surrogatepass")) // 2
        assert e.stop_utf16 == len(text[: e.stop].encode("utf-16-le", "surrogatepass")) // 2


@given(st.lists(alphabets.pieces | st.sampled_from([SCAM, "why⁇"]), max_size=8).map("".join))
def test_contributions_name_the_words_where_they_stand(guard: Guard, text: str) -> None:
    for part in guard.explain(text, top=10_000):
        if part.part in {"word", "char"}:
            assert 0 <= part.start < part.stop <= len(text)
            assert part.name == text[part.start : part.stop]


@pytest.mark.parametrize("lead", ["", "👩‍🚀😀 ", "\ud800 ", "密码 ", "a\u200b\u200b ", "\r\n\r\n  ", "ﬁﬁ "])
@pytest.mark.parametrize(
    "words",
    [
        "send us your seed phrase",
        "s e n d us your s.e.e.d phrase",
        "sеnd us your sееd phrаse",
        "s3nd us your ѕ33d phr4se",
        "ｓｅｎｄ us your 𝐬𝐞𝐞𝐝 phrase",
        "se\u200bnd us your se\u200bed phrase",
        "SEND   us your seed\nphrase",
        "助 記 詞 发给我们",
    ],
)
def test_evidence_stands_on_the_words_however_they_are_disguised(guard: Guard, lead: str, words: str) -> None:
    """Whatever rule speaks for the verdict, some evidence begins and ends inside the planted words."""
    text = f"{lead}Kraken support: {words}, to verify your wallet now 😀"
    verdict = guard.check(text)
    first, last = text.index(words), text.index(words) + len(words)
    assert verdict.action != "allow"
    inside = [text[e.start : e.stop] for e in verdict.evidence if first <= e.start and e.stop <= last]
    assert any(words.endswith(span) or words.startswith(span) for span in inside), [text[e.start : e.stop] for e in verdict.evidence]
    assert all(span == span.strip() for span in inside)


CONTAINERS: list[Callable[[list[str]], object]] = [
    tuple,
    lambda texts: np.array(texts, object),
    lambda texts: pd.Series(texts, dtype="str"),
    lambda texts: pd.Series(texts, dtype="string[pyarrow]"),
    pl.Series,
    pa.array,
    lambda texts: pa.chunked_array([texts[:2], texts[2:]]),
    lambda texts: pa.array(texts).dictionary_encode(),
    lambda texts: pa.array(["left out", *texts, "left out"])[1:-1],
]


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_container_does_not_matter(guard: Guard, container: Callable[[list[str]], object]) -> None:
    texts = [text for text in MIXED if "\ud800" not in text]
    assert guard.score(container(texts)).tolist() == alone(guard, texts)
    assert guard.scan(container(texts)).equals(guard.scan(texts))


def test_across_the_borders_of_chunks(guard: Guard) -> None:
    texts = [MIXED[i % len(MIXED[:8])] for i in range(columns.CHUNK_MESSAGES + 5)]
    want = dict(zip(MIXED[:8], alone(guard, MIXED[:8]), strict=True))
    assert guard.score(texts).tolist() == [want[text] for text in texts]
    assert guard.score(texts[::-1]).tolist() == [want[text] for text in texts[::-1]]
    assert guard.scan(texts).num_rows == len(texts)


def test_threads_share_a_guard(guard: Guard) -> None:
    texts = MIXED * 20
    want = guard.score(texts).tolist()
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: guard.score(texts).tolist(), range(12)):
            assert got == want


def test_nothing_gives_nothing(guard: Guard) -> None:
    assert guard.score([]).shape == (0,)
    assert guard.scan([]).num_rows == 0
    assert guard.scan([]).schema.names == ["risk", "action", "kind", "asks", "rules"]


def test_what_is_missing_is_an_empty_message(guard: Guard) -> None:
    assert guard.score([None, float("nan"), ""]).tolist() == [guard.check("").risk] * 3


SMALL = ["", " ", "\n\n", "\0", "\0" * 1000, "\ud800", "\udfff\ud800", "\u200b"]
LARGE = ["😀" * 262_144, "a" * 1_000_000, "密" * 350_000, "。" * 1000]


@pytest.mark.parametrize("text", SMALL + LARGE, ids=lambda text: f"{len(text)} of {text[:1]!r}")
def test_any_text_is_judged(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    assert 0 <= verdict.risk <= 1
    assert verdict.asks == ()
    assert guard.score([text])[0] == verdict.risk


@pytest.mark.parametrize("text", [b"bytes", None, 3, ["list"]])
def test_check_takes_one_text(guard: Guard, text: Any) -> None:
    with pytest.raises(InputError, match="for many messages use score or scan"):
        guard.check(text)


@pytest.mark.parametrize("direction", ["inbound", "outgoing"])
@pytest.mark.parametrize("thread", ["hello", 5, None, {"a": 1}, [1, None], iter(["a"])])
def test_a_thread_is_a_sequence_of_texts(guard: Guard, direction: str, thread: Any) -> None:
    with pytest.raises(InputError, match=r"^thread must be a sequence of str"):
        guard.check("it's 482913", direction=direction, thread=thread)


@pytest.mark.parametrize("direction", ["inbound", "outgoing"])
def test_a_sender_is_a_sender_whichever_way_a_message_goes(guard: Guard, direction: str) -> None:
    with pytest.raises(InputError, match=r"^sender is str; give scamguard.Sender"):
        guard.check("hi", sender="x", direction=direction)  # type: ignore[arg-type] # that is the test
    assert guard.check("hi", sender=scamguard.Sender("Anna"), direction=direction) == guard.check("hi", direction=direction)


@pytest.mark.parametrize("value", ["2", None, 0, -1, 1.5, True])
def test_threads_and_tops_are_counted(guard: Guard, value: Any) -> None:
    for asked in (guard.score, guard.scan, guard.decide, partial(guard.look, chosen=lambda _, risk: risk > 0)):
        with pytest.raises(InputError, match=f"^threads is {value!r}; give a whole number from 1 on"):
            asked(["hi"], threads=value)
    with pytest.raises(InputError, match=r"^top is"):
        guard.explain("hi", top=value)


@pytest.mark.parametrize("name", ["path", "rules"])
def test_a_model_and_a_pack_are_folders(name: str) -> None:
    with pytest.raises(InputError, match=f"^{name} is int; give the path of a folder"):
        scamguard.load(**{name: 5})  # type: ignore[arg-type] # that is the test


INNOCENT = (
    "we walked along the harbour in the morning and had coffee with the neighbours before the rain came in from the west "
    "and everybody went home to cook dinner and watch the match on television with the children and the dog "
)
SCAM_ZH = "欧易客服:您的账户异常,请把助记词和密码发给我核对,否则冻结账户"
INNOCENT_ZH = "早上我们沿着海边散步,和邻居喝了咖啡,后来下雨了,大家就回家做饭看球赛。"


@pytest.mark.parametrize("where", [0.0, 0.3, 0.5, 0.77, 1.0])
@pytest.mark.parametrize(("scam", "filler"), [(SCAM, INNOCENT), (SCAM_ZH, INNOCENT_ZH)])
def test_a_scam_is_not_diluted_by_innocent_words(guard: Guard, scam: str, filler: str, where: float) -> None:
    many = filler * (2000 // len(filler.split()) + 1 if filler.isascii() else 60)
    cut = int(len(many) * where)
    cut = many.rfind(" " if filler.isascii() else "。", 0, cut) + 1
    assert guard.check(many).action == "allow"
    assert guard.check(scam).action != "allow"
    diluted = guard.check(f"{many[:cut]}{scam}. {many[cut:]}")
    assert diluted.action != "allow"
    assert "seed_phrase" in diluted.asks


@given(alphabets.messages | st.sampled_from(MIXED))
def test_contributions_add_up_to_the_logit(guard: Guard, text: str) -> None:
    reading = guard.model.read(columns.pack([text]))
    parts = guard.explain(text, top=10**9)
    assert sum(part.nats for part in parts) == pytest.approx(float(reading.logits[reading.worst[0]]), abs=1e-4)
    assert guard.explain(text, top=3) == parts[:3]
    assert [abs(part.nats) for part in parts] == sorted((abs(part.nats) for part in parts), reverse=True)


@pytest.mark.parametrize(
    ("line", "windows"),
    [("write to our helper on Telegram now", [("worst of windows at 3 places", True)]), ("send me the code you just got", [])],
)
def test_the_worst_of_many_windows_pays_for_their_number(guard: Guard, line: str, windows: list[tuple[str, bool]]) -> None:
    """The only one that asks for a secret pays nothing."""
    text = f"{line}\n\nWith kind wishes,\nCarla Jensen, Kestrel Road Gardening Club\nsee you at the meeting on Sunday"
    reading = guard.model.read(columns.pack([text]))
    parts = guard.explain(text, top=10**9)
    assert sum(part.nats for part in parts) == pytest.approx(float(reading.logits[reading.worst[0]]), abs=1e-4)
    assert [(part.name, part.nats < 0) for part in parts if part.part == "windows"] == windows


@pytest.mark.parametrize(
    "text",
    [
        "Real support never asks for your password, 2FA code, private key or seed phrase.",
        "Reminder from the mods: nobody from our team will DM you first. Never give anyone your recovery phrase!",
        "If somebody asks you for the code we texted you, hang up. It is a scam.",
        "Your login code is 482913. Do not share it with anyone, not even our staff.",
        "提醒大家:官方客服绝不会索要密码、验证码、私钥或助记词,凡是索要的都是骗子。",
        "您的验证码是 482913,五分钟内有效,请勿告诉任何人,包括客服人员。",
        "妈,银行打电话要验证码的都是诈骗,千万别告诉他们,直接挂掉。",
        "PSA: don't ever type your seed phrase into a website, whatever the popup says.",
        "Kraken will never ask for your seed phrase. Do not send it to anyone.",  # near enough to a suspicion to be read closer
    ],
)
def test_a_warning_asks_for_nothing(guard: Guard, text: str) -> None:
    verdict = guard.check(text)
    assert (verdict.action, verdict.asks) == (Action.ALLOW, ())
    assert guard.scan([text])["asks"].to_pylist() == [[]]


def test_a_policy_decides_from_its_thresholds_on() -> None:
    policy = Policy(warn=0.5, block=0.9)
    assert [policy.action(risk) for risk in (0.0, 0.49, 0.5, 0.89, 0.9, 1.0)] == ["allow", "allow", "warn", "warn", "block", "block"]


def test_actions_are_compared_by_how_grave_they_are() -> None:
    allow, warn, block = Action
    assert sorted([block, allow, warn]) == [allow, warn, block] == sorted(["block", warn, "allow"], key=Action)
    assert (max(Action), min(Action)) == (block, allow)
    assert [block >= warn, block > warn, warn <= block, warn < block, allow < "warn", "block" > warn, warn >= "warn"] == [True] * 7
    assert [warn >= block, warn > block, block <= warn, block < warn, warn < warn, "allow" >= warn] == [False] * 6  # noqa: PLR0124
    assert block == "block" != warn
    for stray in ("blokc", 5, None):
        with pytest.raises(InputError, match=f"unknown action {stray!r}; known: allow, warn, block"):
            _ = warn < stray  # type: ignore[operator]


def test_a_language_may_warn_later() -> None:
    policy = Policy(0.5, 0.9, {"en": 0.6, "zh": 0.5}, 0.8)
    assert [policy.of(lang).action(0.7) for lang in ("en", "en-GB", "zh-Hant", "th", "")] == ["warn", "warn", "warn", "allow", "warn"]
    assert policy.of("th").action(0.95) is Action.BLOCK
    assert policy.surest == 0.8
    assert Policy(0.5, 0.9).of("th") == Policy(0.5, 0.9)
    assert [policy.of(lang).warn for lang in ("EN", "zh_CN", "zh_CN.UTF-8")] == [0.6, 0.5, 0.5]


@pytest.mark.parametrize("languages", [["en"], "en", None, {1: 0.6}, {"EN": 0.6}, {"zh-TW": 0.6}])
def test_languages_of_a_policy_are_codes(languages: Any) -> None:
    with pytest.raises(InputError, match="languages must map"):
        Policy(0.5, 0.9, languages)


def test_a_guard_is_equal_to_itself_and_keys_a_cache(guard: Guard) -> None:
    assert guard == guard != Guard(guard.model, guard.policy)  # noqa: PLR0124 - that is the question
    assert len({guard, guard}) == 1


@pytest.mark.parametrize(
    "risks",
    [
        (0.9, 0.5), (-0.1, 0.5), (0.5, 1.1), ("0.5", 0.9), (0.5, float("nan")), (0.5, 0.9, {"en": 2.0}), (0.5, 0.9, {}, -1.0),
        (10**400, 1), (-(10**400), 1), (0.5, 0.9, {"en": 10**400}),
    ],
)
def test_a_policy_without_meaning_is_refused(risks: tuple[Any, ...]) -> None:
    with pytest.raises(InputError, match=r"from 0 to 1|warn must not be above block"):
        Policy(*risks)


@pytest.mark.parametrize("risk", [0, 1, 0.5, np.float16(0.5), np.float32(1), np.float64(0), Fraction(1, 3)])
def test_any_number_from_0_to_1_is_a_risk(risk: Any) -> None:
    assert Policy(risk, 1).warn == risk


def test_a_policy_is_its_own_and_keys_a_cache() -> None:
    for theirs in ({"en": 0.6}, {}):
        policy, same = Policy(0.5, 0.9, theirs), Policy(0.5, 0.9, dict(theirs))
        theirs["zh"] = 7
        assert policy == same
        assert {policy, same, Policy(0.5, 0.8)} == {same, Policy(0.5, 0.8)}
        assert policy.of("zh").warn == 0.5
        assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 - our own
        assert asdict(policy) == {"warn": 0.5, "block": 0.9, "languages": dict(same.languages), "other": None}


def test_score_scan_check_and_decide_agree_where_languages_differ(guard: Guard) -> None:
    texts = ["Kraken Support: reply with your 2FA code", "客服：请把短信验证码发给我", "กรุณาส่งรหัส OTP ให้เจ้าหน้าที่", "ok", "12:30"]
    risks = guard.score(texts)
    for i in range(len(texts)):
        lang, more = guard.check(texts[i]).language.split("-")[0] or "en", float(np.nextafter(risks[i], np.float32(2)))
        picky = replace(guard, policy=Policy(0.0, 1.0, {lang: more}, 0.0))
        verdicts, rows = [picky.check(text) for text in texts], picky.scan(texts).to_pylist()
        assert [verdict.action for verdict in verdicts] == [row["action"] for row in rows]
        assert [verdict.kind for verdict in verdicts] == [row["kind"] for row in rows]
        assert [tuple(Action)[code] for code in picky.decide(texts)[1]] == [verdict.action for verdict in verdicts]
        if guard.check(texts[i]).language:
            assert verdicts[i].action is Action.ALLOW


def test_the_bundled_policy_is_the_one_of_the_card(guard: Guard) -> None:
    thresholds = guard.model.card["thresholds"]
    assert guard.policy == Policy(thresholds["warn"], thresholds["block"], thresholds["languages"], thresholds["other"])
    assert guard.policy.surest == max(thresholds["warn"], thresholds["other"], *thresholds["languages"].values())
    assert 0 < guard.policy.warn <= guard.policy.block <= 1
    assert 0 < thresholds["asks"] <= 1


def test_a_verdict_becomes_plain_types() -> None:
    verdict = Verdict(0.5, Action.WARN, "credential_request", ("password",), (Evidence("ask.x", "why", 1, 2, 1, 3),))
    assert verdict.to_dict() == {
        "risk": 0.5, "action": "warn", "kind": "credential_request", "asks": ["password"],
        "evidence": [{"rule": "ask.x", "why": "why", "start": 1, "stop": 2, "start_utf16": 1, "stop_utf16": 3}],
        "brand": None, "official": None, "language": "",
    }  # fmt: skip
    assert type(verdict.to_dict()["action"]) is str


def test_every_public_name_can_be_had() -> None:
    assert all(getattr(scamguard, name) for name in scamguard.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'laod'"):
        scamguard.laod  # noqa: B018


def test_threads_read_suspects_to_the_same_bit(guard: Guard) -> None:
    ask = "Kraken Support: your wallet {n} is locked. Reply with your 12-word seed phrase at https://kraken-login.example/{n}"
    texts = [ask.format(n=n) if n % 3 else f"see you at {n}" for n in range(6000)]
    assert guard.scan(texts, threads=3).equals(guard.scan(texts))


def test_a_look_gives_the_reasons_of_chosen_rows_alone(guard: Guard) -> None:
    ask = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase."
    texts = [ask, "see you", ask, ask]
    seen: list[tuple[slice, list[float]]] = []

    def chosen(at: slice, risk: np.ndarray) -> np.ndarray:
        seen.append((at, risk.tolist()))
        return np.array([False, True, True, False])

    whole, some = guard.scan(texts), guard.look(texts, chosen)
    assert seen == [(slice(0, 4), whole["risk"].to_pylist())]
    assert some["risk"].equals(whole["risk"])
    assert some.slice(1, 2).equals(whole.slice(1, 2))
    assert some["action"].to_pylist() == ["allow", "allow", whole["action"][2].as_py(), "allow"]
    assert some["rules"][0].as_py() == some["asks"][3].as_py() == []
