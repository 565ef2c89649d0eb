"""Who is speaking: every finding has its proof and its near miss, alone and in a column."""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

import scamguard
from scamguard import Sender, senders
from scamguard.brands import registry
from scamguard.errors import InputError
from scamguard.imitation.names import words
from scamguard.sender import MOST_NATS, NATS, WHY, _judged, judge, mixed

if TYPE_CHECKING:
    from scamguard.guard import Guard

HELLO = "hello, how can I help you today?"
ASK = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."


@pytest.mark.parametrize(
    ("sender", "rules"),
    [
        (Sender("Kraken Support ✓", "@john_772"), {"sender.unofficial", "sender.ticks"}),
        (Sender("Kraken Support", "@krakensupport"), set()),  # verified on X
        (Sender("Kraken Support", "@krakensupport", platform="telegram"), {"sender.unofficial"}),
        (Sender("Kraken Support", "https://x.com/krakensupport"), set()),
        (Sender("Kraken Support", "https://t.me/krakensupport"), {"sender.unofficial"}),
        (Sender("Kraken Support", "help@kraken.com"), set()),
        (Sender("Kraken Support <help@mail.kraken.com>"), set()),
        (Sender("Kraken Support <help@kraken-desk.com>"), {"sender.unofficial", "sender.lookalike_handle"}),
        (Sender("Google Support", "john.smith@gmail.com"), {"sender.unofficial"}),  # Google's domain, anybody's mailbox
        (Sender("Amazon", "no-reply@amazon.co.uk", platform="email"), set()),  # it holds its name in many countries
        (Sender("eBay", "ebay@ebay.de"), set()),
        (Sender("Amazon", "no-reply@amazon.tk"), {"sender.unofficial"}),
        (Sender("Yahoo Support", "john.smith@yahoo.de"), {"sender.unofficial"}),
        (Sender("DVLA", "x@vehicletax.service.gov.uk"), set()),  # the government's house
        (Sender("Binance", "x@binance.us"), set()),
        (Sender("PayPal", "x@amazon.de"), {"sender.unofficial"}),
        (Sender("Kraken Support"), {"sender.claims_brand"}),
        (Sender("Kraken Support", official=False), {"sender.unofficial"}),
        (Sender("Kraken Support", "@krakensupport", official=False), {"sender.unofficial"}),
        (Sender("Kraken Support", "@john_772", official=True), set()),
        (Sender("币安客服", "@bnb_888"), {"sender.unofficial"}),
        (Sender("Binance", "@someone_else"), {"sender.unofficial"}),
        (Sender("Binance"), set()),  # what SMS and phone books call it
        (Sender("Kraken", "@someone_else"), set()),  # a word, and many people's nickname
        (Sender("Anna", "@kraken_supp0rt"), {"sender.lookalike_handle"}),
        (Sender("Аnnа Smith", "@anna"), {"sender.mixed_script"}),  # Cyrillic А and а
        (Sender("Анна Smith", "@anna"), set()),
        (Sender("IT-отдел"), set()),
        (Sender("Anna ✔"), {"sender.ticks"}),
        (Sender("Anna ✔", verified=True), set()),  # exports put the platform's own mark there
        (Sender("Admin", first_contact=True), {"sender.new_account"}),
        (Sender("Admin", account_age_days=3), {"sender.new_account"}),
        (Sender("Admin", account_age_days=np.int64(3)), {"sender.new_account"}),  # type: ignore[arg-type] # as pandas gives it
        (Sender("Admin", account_age_days=3000, first_contact=False), set()),
        (Sender("Anna", first_contact=True, account_age_days=1), set()),
        (Sender("Kraken Support", "@john_772", verified=True), {"sender.unofficial"}),  # marks are sold
        (Sender("T-Mobile", "noreply@t-mobile.cz"), set()),  # as it writes itself at home
        (Sender("T-Mobile", "noreply@t-mobi1e.cz"), {"sender.unofficial", "sender.lookalike_handle"}),
        (Sender("T-Mobile", "noreply@t-mobile.tk"), {"sender.unofficial"}),
        (Sender("Amazon.com.be", "no-reply@amazon.com.be"), set()),
        (Sender("Vodafone", "info@vodafone.it"), set()),  # customers have mailboxes there, but none that is called so
        (Sender("Vodafone", "noreply@vodafone.de"), set()),
        (Sender("Vodafone", "mario.rossi@vodafone.it"), {"sender.unofficial"}),
        (Sender("Vodafone", "info@mail.vodafone.de"), {"sender.unofficial"}),
        (Sender("Google Support", "support@gmail.com"), {"sender.unofficial"}),
        (Sender("工商银行", "95588", platform="sms"), set()),
        (Sender("工商银行", "95588"), set()),
        (Sender("국민은행", "1588-9999", platform="sms"), set()),
        (Sender("工商银行", "+86 138 0013 8000", platform="sms"), {"sender.unofficial"}),
        (Sender("工商银行", "95588", platform="telegram"), {"sender.unofficial"}),  # a number of an account, no telephone
        (Sender("工商银行", "95588", official=False), {"sender.unofficial"}),
        (Sender("Amazon", "262966", platform="sms"), set()),  # networks lend short numbers to firms
        (Sender("Amazon", "+63 917 262 9660", platform="sms"), {"sender.unofficial"}),
        (Sender("DHL", "DHL", platform="sms"), set()),
        (Sender("Royal Mail", "RoyalMail", platform="sms", verified=True), set()),
        (Sender("DHL", "DHL", platform="telegram"), {"sender.unofficial"}),
        (Sender("DHL Support", "DHL", platform="sms"), {"sender.claims_brand"}),  # letters that anyone may choose are a name
        (Sender(None, "PayPal-Help", platform="sms"), {"sender.claims_brand"}),
        (Sender("Binance", "Binаnce", platform="sms"), {"sender.lookalike_handle", "sender.mixed_script"}),
        (Sender("DHL", "dhl.kunde@gmail.com", platform="sms"), {"sender.unofficial", "sender.lookalike_handle"}),
        (Sender("Netflix", "netflix", platform="tiktok"), set()),  # a trademark's own name is handed over to it
        (Sender("Royal Mail", "@royal_mail", platform="instagram"), set()),
        (Sender("Netflix", "netflix", platform="tiktok", account_age_days=2), {"sender.unofficial", "sender.new_account"}),
        (Sender("Netflix", "netflix", platform="tiktok", official=False), {"sender.unofficial"}),
        (Sender("Netflix", "netflixdesk", platform="tiktok"), {"sender.unofficial", "sender.lookalike_handle"}),
        (Sender("Binance", "@binance", platform="telegram"), {"sender.unofficial"}),
        (Sender("Kraken Support", "@kraken", platform="tiktok"), {"sender.unofficial"}),  # a word is anybody's
        (Sender("Maria Santander", "maria.santander@gmail.com"), set()),
        (Sender("José Santander", "jsantander77@yahoo.com"), set()),
        (Sender("Jon Barclay", "jon.barclay@gmail.com"), set()),
        (Sender("Ann Lloyds", "a.lloyds@outlook.com"), set()),
        (Sender("Mary Jane Santander", "mj.santander@gmail.com"), set()),
        (Sender("Maria Santander", "santander.help@gmail.com"), {"sender.lookalike_handle"}),
        (Sender("Maria Lopez", "maria.santander@gmail.com"), {"sender.lookalike_handle"}),
        (Sender(None, "maria.santander@gmail.com"), {"sender.lookalike_handle"}),
        (Sender("Banco Santander", "banco.santander@gmail.com"), {"sender.lookalike_handle"}),
        (Sender("Santander Alerts", "santander.alerts@gmail.com"), {"sender.lookalike_handle"}),
        (Sender("Team Santander", "team.santander@gmail.com"), {"sender.unofficial", "sender.lookalike_handle"}),
        (Sender("Maria Santander", "maria.santander@santander-login.com"), {"sender.lookalike_handle"}),
        (Sender("Max Binance", "max.binance@gmail.com"), {"sender.lookalike_handle"}),  # nobody's surname
        (Sender(None, "yahoo-support@yahoo.com"), {"sender.lookalike_handle"}),  # a customer's mailbox
        (Sender(None, "attwireless-support@att.net"), {"sender.lookalike_handle"}),
        (Sender("Anna", "microsoft.billing@tenant.onmicrosoft.com"), {"sender.lookalike_handle"}),
        (Sender("Anna", "anna.yahoo@yahoo.com"), set()),
        (Sender("Anna Rogers", "anna.rogers@rogers.com"), set()),
        (Sender(None, "support@att.net"), set()),
        (Sender("x@evil.example (Kraken Support)"), {"sender.unofficial"}),
        (Sender("help@kraken.com (Kraken Support)"), set()),
        (Sender("Kraken Support, Inc. <x@evil.example>"), {"sender.unofficial"}),
        (Sender(), set()),
        (Sender("", ""), set()),
        (Sender("\ud800" * 400, "\0"), set()),
    ],
    ids=lambda value: repr(sorted(value)) if isinstance(value, set) else repr(value),
)
def test_a_sender_is_judged(sender: Sender, rules: set[str]) -> None:
    assert set(judge(sender).rules) == rules


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("AT&T Support", "bob1987@att.net"),
        ("AT&T Support", "5551234567@txt.att.net"),
        ("Yahoo Support", "bob@ymail.com"),
        ("WhatsApp Support", "15551234567@s.whatsapp.net"),
        ("Microsoft Support", "it@rent-a-tenant.onmicrosoft.com"),
        ("GitHub Support", "bob@users.noreply.github.com"),
        ("Apple Support", "x7k2@privaterelay.appleid.com"),
        ("Tencent QQ", "bob@vip.qq.com"),
    ],
)
def test_a_mailbox_that_anybody_may_have_is_nobodys_own(name: str, handle: str) -> None:
    assert not judge(Sender(name, handle)).official


def test_an_address_for_a_name_makes_nobody_official() -> None:
    assert judge(Sender("help@kraken.com <help@kraken.com>")).official
    assert not judge(Sender("help@kraken.com <x@evil.example>")).official


def test_of_a_long_name_no_more_is_kept_than_is_looked_at() -> None:
    kept = _judged.cache_info().currsize
    found = [judge(Sender(f"Kraken Support{' ' * 400}{n}", "@john" + "x" * 300 + str(n))) for n in range(50)]
    assert _judged.cache_info().currsize - kept <= 1
    assert {one.rules for one in found} == {("sender.unofficial",)}


def test_an_address_may_stand_between_angle_brackets() -> None:
    assert judge(Sender("Kraken Support", "<support@kraken.com>")).official
    assert judge(Sender("Kraken Support", "<help@kraken-desk.com>")) == judge(Sender("Kraken Support", "help@kraken-desk.com"))


def test_every_rule_has_its_weight_and_its_reason() -> None:
    assert NATS.keys() == WHY.keys()
    everything = judge(Sender("Krakеn Support ✓", "@kraken_desk", first_contact=True))
    assert everything.nats == MOST_NATS < sum(NATS[rule] for rule in everything.rules)
    assert everything.brand is not None
    assert all(everything.why(rule).isprintable() for rule in NATS)


@pytest.mark.parametrize("brand", [brand for brand in registry() if brand.handles], ids=lambda brand: brand.id)
def test_no_brand_is_told_that_it_is_not_itself(brand: scamguard.Brand) -> None:
    for platform, handles in brand.handles.items():
        for handle in handles:
            assert judge(Sender(f"{brand.name} Support", f"@{handle}", platform=platform)).rules == ()
            assert judge(Sender(brand.name, handle)).official
    assert judge(Sender(f"{brand.name} Support", f"someone@{brand.official}")).official or brand.official in (
        *words("open_mail"),
        "google",
        "microsoft",
    )


@pytest.mark.parametrize("text", ["Krаken", "Βinance", "раypal support"])
def test_mixed_alphabets(text: str) -> None:
    assert mixed(text)


@pytest.mark.parametrize("text", ["Kraken", "Кракен", "Binance 客服", "iPhoneчик", "日本Bank", "한국 Kim", "Ωmega-Δ", ""])
def test_honest_names_mix_nothing(text: str) -> None:
    assert not mixed(text)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"name": 7}, "Sender.name is int"),
        ({"handle": b"x"}, "Sender.handle is bytes"),
        ({"verified": "yes"}, "Sender.verified is 'yes'; give True, False or None"),
        ({"first_contact": 1}, "Sender.first_contact is 1"),
        ({"account_age_days": -1}, "Sender.account_age_days is -1"),
        ({"account_age_days": float("inf")}, "Sender.account_age_days is inf"),
        ({"account_age_days": float("nan")}, "is nan"),
        ({"account_age_days": True}, "is True"),
        ({"account_age_days": 10**400}, "is 10000.*; give days from 0"),
        ({"account_age_days": -(10**400)}, "is -10000.*; give days from 0"),
        ({"platform": "myspace"}, "unknown platform 'myspace'; known: discord"),
    ],
)
def test_what_no_sender_can_be(fields: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        Sender(**fields)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("دعم كراكن", ("sender.unofficial",)),
        ("クラーケン サポート", ("sender.unofficial",)),
        ("Kraken Güvenlik", ("sender.unofficial",)),
        ("币安 🔵", ("sender.unofficial",)),
        ("\u202etroppuS nekarK", ("sender.unofficial",)),
        ("\u202eannA", ()),
    ],
)
def test_one_and_many_senders_are_judged_alike(guard: Guard, name: str, rules: tuple[str, ...]) -> None:
    assert judge(Sender(name, "@someone")).rules == rules
    assert guard.scan([HELLO], senders={"name": [name], "handle": ["@someone"]})["rules"].to_pylist() == [list(rules)]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ({"name": ["Anna"], "account_age_days": [-1]}, "account_age_days is -1"),
        ({"name": ["Anna"], "account_age_days": [float("inf")]}, "account_age_days is inf"),
        ({"name": ["Anna"], "platform": ["myspace"]}, "unknown platform 'myspace'"),
    ],
)
def test_columns_are_refused_whoever_they_speak_of(guard: Guard, columns: dict[str, list[Any]], line: str) -> None:
    with pytest.raises(InputError, match=line):
        guard.scan([HELLO], senders=columns)


def test_a_brands_handle_counts_nowhere_else() -> None:
    assert not judge(Sender("Kraken Support", "@krakensupport", platform="WhatsApp")).official
    assert judge(Sender("Kraken Support", "https://mobile.twitter.com/krakensupport")).official
    assert judge(Sender("Kraken Support", "https://m.facebook.com/krakensupport")).rules[0] == "sender.unofficial"


def test_a_finding_is_evidence_and_raises_the_risk(guard: Guard) -> None:
    bare, fake = guard.check(HELLO), guard.check(HELLO, sender=Sender("Kraken Support ✓", "@kraken_desk", first_contact=True))
    assert fake.risk > bare.risk
    odds = [np.log(v.risk / (1 - v.risk)) for v in (bare, fake)]
    assert odds[1] - odds[0] == pytest.approx(MOST_NATS, abs=1e-3)
    assert [e.rule for e in fake.evidence][:2] == ["sender.unofficial", "sender.lookalike_handle"]
    assert {(e.start, e.stop) for e in fake.evidence if e.rule.startswith("sender.")} == {(0, 0)}
    assert (fake.brand, fake.official and fake.official.domain) == ("kraken", "kraken.com")


def test_an_official_sender_takes_nothing_from_the_words(guard: Guard) -> None:
    """Accounts are taken over: an ask stays an ask, and the evidence says that the account is the real one."""
    for sender in (Sender("Kraken Support", "@whoever", official=True), Sender("Kraken Support", "@krakensupport")):
        alone, said = guard.check(ASK), guard.check(ASK, sender=sender)
        assert (said.risk, said.action, said.asks, said.kind) == (alone.risk, alone.action, alone.asks, alone.kind)
        assert [e.rule for e in said.evidence] == ["sender.official", *(e.rule for e in alone.evidence)]
        assert not guard.check(HELLO, sender=sender).evidence or guard.check(HELLO, sender=sender).evidence[0].rule != "sender.official"


def test_nothing_known_changes_nothing(guard: Guard) -> None:
    assert guard.check(ASK, sender=Sender()) == guard.check(ASK, sender=Sender("Anna", "@anna")) == guard.check(ASK)
    with pytest.raises(InputError, match=r"sender is str; give scamguard.Sender"):
        guard.check(ASK, sender="Anna")  # type: ignore[arg-type]


TEXTS = [HELLO, ASK, "see you at 7", ASK, ""]
ROWS = [
    Sender("Kraken Support", "@kraken_desk"),
    Sender("Anna"),
    None,
    Sender("Kraken Support", "@krakensupport"),
    Sender("Anna ✔", first_contact=True),
]


def columns() -> dict[str, list[Any]]:
    return {name: [getattr(row, name) if row else None for row in ROWS] for name in ("name", "handle", "first_contact")}


@pytest.mark.parametrize(
    "container",
    [
        lambda: ROWS,
        columns,
        lambda: pa.table(columns()),
        lambda: pd.DataFrame(columns()),
        lambda: pl.DataFrame(columns()),
    ],
    ids=["senders", "mapping", "arrow", "pandas", "polars"],
)
def test_scan_agrees_with_check(guard: Guard, container: Any) -> None:
    rows = guard.scan(TEXTS, senders=container()).to_pylist()
    for text, sender, row in zip(TEXTS, ROWS, rows, strict=True):
        verdict = guard.check(text, sender=sender)
        assert (row["risk"], row["action"], row["kind"], tuple(row["asks"])) == (
            verdict.risk, verdict.action, verdict.kind, verdict.asks or (),
        )  # fmt: skip
        assert [rule for rule in row["rules"] if rule.startswith("sender.")] == list(judge(sender or Sender()).rules)


def test_a_column_of_names_is_enough(guard: Guard) -> None:
    rows = guard.scan([HELLO, HELLO], senders=pa.array(["Kraken Support", None])).to_pylist()
    assert [row["rules"] for row in rows] == [["sender.claims_brand"], []]


@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        deque,
        iter,
        lambda rows: np.array(rows, object),
        lambda rows: pd.Series(rows, dtype=object),
        lambda rows: pd.Series([np.nan if row is None else row for row in rows], dtype=object),
        lambda rows: np.ma.array(np.array([row or Sender("Kraken Support") for row in rows], object), mask=[row is None for row in rows]),
    ],
    ids=["list", "tuple", "deque", "iterator", "array", "pandas", "pandas with NaN", "masked"],
)
@pytest.mark.parametrize("rows", [[Sender("Kraken Support"), None], ["Kraken Support", None]], ids=["senders", "names"])
def test_any_sequence_of_senders_or_names_is_read(container: Any, rows: list[Any]) -> None:
    found = senders.read(container(rows))
    assert [found.identities[who].rules for who in found.who.tolist()] == [("sender.claims_brand",), ()]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_names_are_read_in_every_layout(kind: pa.DataType) -> None:
    names = pa.array(["Kraken Support", "Anna", None], kind)
    for column in (names, pa.table({"name": names}), {"name": names}, pl.Series(names), pd.Series(names.to_pylist(), dtype="category")):
        found = senders.read(column)
        assert [found.identities[who].rules for who in found.who.tolist()] == [("sender.claims_brand",), (), ()]


@pytest.mark.parametrize("nothing", [[np.nan, np.nan], pd.Series([None, None], dtype="category")])
def test_a_column_of_handles_of_which_all_is_missing(nothing: Any) -> None:
    """What readers of CSV make of a column in which nothing stands."""
    found = senders.read(pd.DataFrame({"name": ["Kraken Support", "Anna"], "handle": nothing}))
    assert [found.identities[who].rules for who in found.who.tolist()] == [("sender.claims_brand",), ()]


def test_a_name_may_be_any_string(guard: Guard) -> None:
    assert guard.scan([HELLO] * 2, senders={"name": ["\ud800 Kraken Support", "\0"]})["rules"].to_pylist() == [["sender.claims_brand"], []]


def test_chunks_keep_their_senders(guard: Guard) -> None:
    texts = pa.chunked_array([[HELLO] * 3, [], [HELLO] * 2])
    rows = guard.scan(texts, senders={"name": ["a", "b", "c", "Kraken Support", "e"]}).to_pylist()
    assert [bool(row["rules"]) for row in rows] == [False, False, False, True, False]
    assert guard.scan([], senders={"name": []}).num_rows == 0


@pytest.mark.parametrize(
    ("given_", "line"),
    [
        ({"nick": ["a"]}, "unknown column 'nick'; known: account_age_days"),
        ({}, "senders has no column"),
        ({"name": ["a"], "handle": ["b", "c"]}, "different lengths: name 1, handle 2"),
        ({"name": ["a", "b"]}, "senders has 2 rows for 1 messages"),
        ({"name": []}, "senders has 0 rows for 1 messages or more"),
        ({"name": "a"}, "name is one text where a column is needed"),
        ({"name": [1]}, "name is a column of int64; give one of large_string"),
        (pa.array([1]).dictionary_encode(), "name is a column of dictionary<values=int64.*; give one of large_string"),
        (pd.Series([1.5], dtype="category"), "name is a column of dictionary<values=double"),
        ({"name", "other"}, "name is a set, whose order is not that of the messages; give a list"),
        (frozenset([Sender("a")]), "name is a frozenset, whose order"),
        ({"name": {"a"}}, "name is a set, whose order"),
        ({"name": {"a": 1}}, "name is a dict, whose order"),
        (pl.LazyFrame({"name": ["a"]}), "^senders is a LazyFrame, which holds no rows yet; collect it first"),
        (pd.DataFrame([["a", "b"]], columns=["name", "name"]), "^senders has two columns 'name'; leave one out"),
        (pa.table([["a"], ["b"]], names=["name", "name"]), "^senders has two columns 'name'; leave one out"),
        (pd.DataFrame([["a"]]), "unknown column '0'"),
        ({"account_age_days": [10**400]}, "account_age_days is not a column of double"),
        (deque([Sender("a"), "b"]), r"senders\[1\] is str"),
        ({"verified": ["yes"]}, "verified is a column of string; give one of bool"),
        ({"account_age_days": ["old"]}, "account_age_days is a"),
        ({"account_age_days": [-1.0], "name": ["Admin"]}, "Sender.account_age_days is -1.0"),
        ([Sender("a"), "b"], r"senders\[1\] is str"),
        (7, "name is not a column"),
    ],
)
def test_a_broken_column_is_named_in_one_line(guard: Guard, given_: Any, line: str) -> None:
    with pytest.raises(InputError, match=line) as caught:
        guard.scan([HELLO], senders=given_)
    assert "\n" not in str(caught.value)


NAMES = [brand.name for brand in registry()] + [alias for brand in registry() for of in brand.aliases.values() for alias in of]
ROLES = ["Support", "Official", "客服", "team", "✓", "admin", "", "John", "李", "поддержка", "desk", "login"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ROLES), st.integers(0, 1 << 16)), max_size=12))
def test_the_cheap_pass_drops_nobody(picked: list[tuple[str, str, int]]) -> None:
    """The slow twin: judge every sender."""
    rows = []
    for name, role, seed in picked:
        rng = random.Random(seed)
        bent = name.replace("a", "а") if rng.random() < 0.3 else name[: rng.randrange(len(name))] + name[rng.randrange(len(name)) :]
        text = rng.choice([" ", "_", "-"]).join(rng.sample([bent, role], 2))
        handle = rng.choice([None, "@bob", f"@{bent.replace(' ', '_')}", bent.replace(" ", "-"), "95588", f"bob.{bent.lower()}@gmail.com"])
        rows.append(Sender(text, handle, first_contact=rng.choice([None, True]), platform=rng.choice([None, "sms", "instagram"])))
    table = {field: [getattr(row, field) for row in rows] for field in ("name", "handle", "first_contact", "platform")}
    slow = [judge(row).rules for row in rows]
    fast = senders.read(table)
    event("somebody poses" if any(slow) else "nobody")
    assert [fast.identities[who].rules for who in fast.who.tolist()] == slow
