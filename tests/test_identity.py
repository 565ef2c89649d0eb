"""What a message's links show, and what that is worth beside its words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scamguard
from scamguard import explain
from scamguard.columns import pack
from scamguard.identity import (
    MOST_NATS,
    NAMES,
    WHY,
    added,
    described,
    is_spoken_of,
    leads_home,
    led_home,
    parted,
    reach,
    rows,
    weighed,
    worth,
)
from scamguard.imitation.hints import leading, leads
from scamguard.model import save
from scamguard.train import linked
from tests import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

ROOT = Path(__file__).parents[1]
BENT, OWN, OTHER = "https://kraken-login.example/a", "https://support.kraken.com/hc", "https://x9.example/a"
SAID = {
    f"Kraken Support: {BENT}": {"link.lookalike", "link.foreign_beside_brand"},
    f"your account, see {BENT}": {"link.lookalike"},
    f"Kraken Support: {OWN}": set(),
    f"Kraken: {OTHER} or {OWN}": set(),
    f"Kraken: {OTHER}": {"link.foreign_beside_brand"},
    "Kraken in the news: https://www.reuters.com/technology/a": set(),
    "MetaMask lists phishing: https://metamask.github.io/list": set(),  # a place of its own where anyone may have one
    "MetaMask lists phishing: https://anna.github.io/list": {"link.open_beside_brand", "link.foreign_beside_brand"},
    "T-Mobile: https://www.t-mobile.pl/faktura": set(),
    "PayPal: https://www-paypal-com.translate.goog/de/home": set(),
    f"nobody's name: {OTHER}": set(),
    "https://docs.google.com/forms/x for Binance users": {"link.open_beside_brand", "link.foreign_beside_brand"},
    "https://docs.google.com/forms/x for the picnic": set(),
    "see http://8.8.8.8/a and https://bit.ly/x": {"link.number"},
    "Binance: https://bit.ly/x": {"link.open_beside_brand", "link.foreign_beside_brand"},
    "@Binance @anna https://bit.ly/x here it is": set(),  # said to the brand
    "@anna Binance: https://bit.ly/x": {"link.open_beside_brand", "link.foreign_beside_brand"},
    f"Kraken: {OTHER} " + "and so on " * 46: set(),
    "http://2130706433/a": {"link.number"},
    "https://a@evil.example": {"link.userinfo"},
    "[kraken.com](https://evil.example)": {"link.text_mismatch"},
    "write to help@kraken-desk.example": {"link.lookalike"},
    "Kraken staff write from joe@gmail.com": set(),
    "ask @kraken_helpdesk_07 about it": {"handle.lookalike"},
    "ask @joe_miller about it, or j***@gmail.com": set(),
    f"AIS แจ้งว่าบิลของคุณออกแล้ว ชำระผ่าน TrueMoney ได้ที่ {OTHER} ภายในวันนี้": set(),  # few of Thailand's brands are registered
    "your parcel waits: parcel-fee.top": {"link.throwaway"},
    "your parcel waits: https://parcelfee.top, or see https://www.usps.com": set(),
    "your parcel waits: parcelfee.top/a " + "and so on " * 46: set(),
    "see u ltr.lol": set(),  # a full stop without a space
    "866862.Cam on quy khach": set(),
    "Log in to Kraken only where the address bar shows https://": set(),  # a scheme without a host is no link
    "Kraken: see http:// or https:/// or https://… or hxxps://[.] or http://***": set(),
    "Kraken: it begins with https://@ or https://?a or https://user@/a": set(),
    "Kraken：地址以https://开头。Then go": set(),
    "Kraken: [here](https://) and <a href='https://'>here</a>": set(),
    "Kraken: https://x9": {"link.foreign_beside_brand"},
    "no link, no name. None at all": set(),
    "": set(),
    "\ud800 Kraken": set(),
}


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_what_links_show(text: str, said: set[str]) -> None:
    shown = described(text)
    assert shown.keys() == said
    assert all(link in text for link in shown.values())
    plain, none = [name in shown for name in NAMES], [False] * len(NAMES)
    assert parted(rows([shown, shown]), [False, True]).tolist() == [plain + none, none + plain]


def test_only_the_start_of_a_message_is_read() -> None:
    assert described("x" * 9000 + f" Kraken: {BENT}") != {}, "a long mail"
    assert described("x" * 20_000 + f" Kraken: {BENT}") == {}


@given(st.lists(st.sampled_from([*SAID, "hello there", "@kraken", "。", "<a href='x.example'>okx.com</a>"]), max_size=5))
def test_findings_are_names_with_a_reason(parts: list[str]) -> None:
    assert described(" ".join(parts)).keys() <= WHY.keys()


HINTS = [
    "[url=b]okx.com[/url]", "[okx.com][1]\n[1]: b", "<b|okx.com>", "[.]", "(.)", "][(", "[a](b)", "<A HREF=b>",
    "://", ". ", "..", ".\u3000", "@", "b",
]  # fmt: skip


@given(st.lists(st.sampled_from([*SAID, *HINTS]), max_size=6).map("".join))
def test_a_look_at_the_bytes_misses_nothing(text: str) -> None:
    batch = pack(["before.example", text, "@after"])
    assert leading(batch, np.array([1])).tolist() == [1] or not described(text)
    assert leads(text) == (leading(batch, np.array([1])).tolist() == [1])


def test_a_look_at_the_bytes_spares_what_leads_nowhere() -> None:
    plain = ["", "Done. And then? At 7: yes...", "3/4 of it (half)", "。：／", "x" * 5000]
    assert leading(pack(plain), np.arange(len(plain))).tolist() == []


def test_findings_together_are_bounded() -> None:
    found = parted(rows([dict.fromkeys(NAMES, ""), {}]), [False, True])
    assert added(found, np.ones(2 * len(NAMES))).tolist() == [MOST_NATS, 0]


@pytest.mark.parametrize("text", ['he sent "kraken-in.example"', "is it real?", "是真的吗？", "«kraken»", '他说"去 kraken-in.example"'])
def test_who_asks_or_quotes_speaks_of_a_link(text: str) -> None:
    assert is_spoken_of(text)


@pytest.mark.parametrize("text", ["kraken-in.example/?a=1", '<a href="https://kraken-in.example">', "6'2\" of it", "kraken-in.example/?"])
def test_marks_inside_links_and_tags_speak_of_nothing(text: str) -> None:
    assert not is_spoken_of(text)


def test_an_older_card_is_worth_the_same_in_any_message() -> None:
    thresholds = {"asks": 0.5, "warn": 0.8}
    older = worth({"identity": {"nats": {"link.number": 1.0}}, "thresholds": thresholds})
    both = worth({"identity": {"nats": {"link.number": 1.0}, "nats_spoken_of": {"link.number": 0.0}}, "thresholds": thresholds})
    assert older is not None
    assert both is not None
    number = parted(rows([{"link.number": ""}] * 2), [False, True])
    assert [added(number, learned.nats).tolist() for learned in (older, both)] == [[1, 1], [1, 0]]


def test_what_is_spoken_of_is_worth_less(guard: Guard) -> None:
    card = guard.model.card
    learned = worth({**card, "identity": {**card["identity"], "nats_spoken_of": {"link.lookalike": 0.5}}})
    assert learned is not None
    odds = np.full(2, learned.suspect - 0.1)
    assert weighed(learned, odds, pack([BENT, f"is {BENT} real?"]))[0].tolist() == [2, 0.5]




@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """A tiny model whose look-alike links are worth two nats."""
    model = tiny.trained()
    card = {**model.card, "identity": {"nats": {"link.lookalike": 2.0, "link.foreign_beside_brand": 0.0}}}
    folder = tmp_path_factory.mktemp("model")
    save(replace(model, card=card), folder)
    return scamguard.load(folder)


def words_alone(guard: Guard) -> Guard:
    return replace(guard, model=replace(guard.model, card={**guard.model.card, "identity": {"nats": {}}}))


def near(guard: Guard) -> tuple[str, str]:
    """Find a message that its words alone bring within reach, with a link of nobody and with a look-alike."""
    least = worth(guard.model.card)
    assert least is not None
    slope, offset = guard.model.card["calibration"]
    for message in tiny.messages():
        plain, bent = f"{message.text} {OTHER}", f"{message.text} {BENT}"
        odds = [slope * float(guard.model.logits(scamguard.columns.pack([text]))[0]) + offset for text in (plain, bent)]
        if min(odds) >= least.least and max(odds) < 0:
            return plain, bent
    pytest.fail("no message is near a suspicion")


def test_a_lookalike_adds_its_nats_and_is_pointed_out(guard: Guard) -> None:
    _, bent = near(guard)
    before, after = (g.score([bent]).astype(float) for g in (words_alone(guard), guard))
    assert np.log(after / (1 - after)) - np.log(before / (1 - before)) == pytest.approx(2.0, abs=1e-3)
    verdict = guard.check(bent)
    if after[0] >= guard._weighing.suspect:
        shown = next(e for e in verdict.evidence if e.rule == "link.lookalike")
        assert bent[shown.start : shown.stop] == BENT
        assert "link.lookalike" in guard.scan([bent])["rules"][0].as_py()


@pytest.mark.parametrize("written", ["kraken-login[.]example/a", "hxxps://kraken-login(.)example/a", "desk[@]kraken-login[.]example"])
def test_a_link_is_pointed_out_as_it_is_written(written: str) -> None:
    text = f"Kraken: go to {written} now"
    shown = described(text)
    assert shown
    for e in explain.of_links(text, shown):
        assert text[e.start : e.stop] == written


AMONG = {  # a message → where each of its findings stands
    "ask anna@kraken_support_help.org or @kraken_support_help": {"anna@kraken_support_help.org", "@kraken_support_help"},
    "kraken-login.exampleton is a town; Kraken: kraken-login(.)example now": {"kraken-login(.)example"},
    "not x-kraken-login.example.org, Kraken: kraken-login.example": {"x-kraken-login.example.org"},  # the first that shows it
    "登录kraken-login.com查看": {"kraken-login.com"},
}


@pytest.mark.parametrize("text", AMONG)
def test_a_link_is_pointed_out_where_it_stands_for_itself(text: str) -> None:
    found = explain.of_links(text, described(text))
    assert {text[e.start : e.stop] for e in found} == AMONG[text]
    beside = {char for e in found for char in (text[max(e.start - 1, 0) : e.start], text[e.stop : e.stop + 1])}
    assert not any(char.isascii() and char.isalnum() for char in beside)


def test_what_stands_only_within_something_longer_is_pointed_out_there() -> None:
    (found,) = explain.of_links("see xkraken-login.example", {"link.lookalike": "kraken-login.example"})
    assert (found.start, found.stop) == (5, 25)


def test_a_target_in_html_is_pointed_out_as_html_writes_it() -> None:
    text = "<a href='https://evil.example/?a=1&amp;b=2'>kraken.com</a>"
    shown = {text[e.start : e.stop] for e in explain.of_links(text, {"link.text_mismatch": described(text)["link.text_mismatch"]})}
    assert shown == {"https://evil.example/?a=1&amp;b=2"}


def test_every_way_to_ask_gives_the_same(guard: Guard) -> None:
    texts = [f"{message.text} {link}" for message in tiny.messages() for link in (BENT, OWN, OTHER, "")]
    scores = guard.score(texts)
    assert np.array_equal(scores, guard.scan(texts)["risk"].to_numpy())
    assert np.array_equal(scores, guard.decide(texts)[0])
    assert np.array_equal(scores, np.array([guard.check(text).risk for text in texts], np.float32))
    assert np.array_equal(scores, np.concatenate([guard.score([text]) for text in texts]))
    assert (scores >= words_alone(guard).score(texts)).all()
    assert (scores > words_alone(guard).score(texts)).any()


def test_far_from_a_suspicion_no_link_is_read(guard: Guard) -> None:
    nats, shown = weighed(worth(guard.model.card), np.array([-30.0, -20.0]), pack([BENT, BENT]))
    assert nats.tolist() == [0, 0]
    assert shown == {}


def showing() -> Iterator[str]:
    """Give messages with links: those of the training data, and odd spellings of a number."""
    for file in sorted((ROOT / "data/messages").glob("*.jsonl"))[::4]:
        yield from (text for line in file.read_text("utf-8").splitlines() if leads(text := json.loads(line)["text"]))
    hosts = ("203.0.113.5", "0xCB007105", "3405803781", "[2001:db8::1]", "a@203.0.113.5", "203[.]0[.]113[.]5", "%32%30%33.0.113.5")
    for host in hosts:
        yield from (f"Kraken: http://{host}/in", f"[kraken.com]({host})", f'<a href="//{host}">kraken.com</a>', f"www.kraken.com/?to=http://{host}")


def test_a_glance_promises_no_less_than_a_closer_look_finds() -> None:
    seen = set()
    for text in showing():
        for name in described(text):
            seen.add(name)
            assert reach(text, np.tile(rows([{name: ""}])[0].astype(float), 2)) == 1, (name, text)
    assert seen == set(NAMES)


def test_what_could_not_make_a_suspect_is_not_read(guard: Guard) -> None:
    learned = worth(guard.model.card)
    assert learned is not None
    long = f"{'ordinary words ' * 40}{BENT}"
    assert reach(long, learned.nats) == 2.0
    within, beyond = learned.suspect - 1.9, learned.suspect - 2.1
    assert weighed(learned, np.array([within, beyond]), pack([long, long]))[0].tolist() == [2, 0]


HOME = {
    f"Kraken: your card was declined, see {OWN}": True,
    "Your Netflix plan is on hold: netflix.com/account": True,
    "kraken.com will never ask for it": False,  # a name, and nothing to follow
    "Walgreens: your rx is ready, www.starbucks.com/rewards": True,  # of a firm without a name to guard
    "court papers: https://songda.court.gov.cn/a8": True,
    "court papers: https://songda-court-gov.cn/a8": False,
    f"{OWN} or {OTHER}": False,
    f"{OWN}, or write to desk@kraken.com": False,
    f"{OWN}, or ask @kraken_desk": False,
    f"{OWN}, or ring 020 7946 0331": False,
    f"ends in 4471 of 2026-11-28, {OWN}": True,
    f"account 12-3456-7890, {OWN}": False,
    "enter F7QX-KK2P at microsoft.com/devicelogin": False,  # a real page, and a stranger's device
    "who gets it? https://t.co/a8Xk": False,
    "pay paypal.me/anna": False,
    "toll due: toll.gov.de/pay": False,  # anybody's
    "tax due: https://www.tax.service.gov.uk/a": True,
    "paid 2.500.000đ on 28/11/2026, see netflix.com/account": True,
    "not you? 01.23.45.67.89, netflix.com/account": False,
    "not you? 888 - 555 - 0192, netflix.com/account": False,
    "not you? eight eight eight five five five, netflix.com/account": False,
    "netflix.com/search?q=help+1-888-555-0192": False,
    "https://www.google.com/url?q=https://x9.example": False,
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fx9.example": False,
    "see netflix.com/account, or x9help (dot) com": False,
    "see netflix.com/account, or write to Ana on Telegram": False,
    "your page was flagged: facebook.com/settings": True,
    "your page was flagged: facebook.com/anna.b": False,
    "new sign-in: account.microsoft.com/devices": True,
    "https://docs.google.com/forms/x for the picnic": False,
    f"[{OWN}]({OTHER})": False,
    f"{BENT}": False,
    f"{OWN} " + "and so on " * 46: False,
    "nobody": False,
    "": False,
}


@pytest.mark.parametrize(("text", "home"), HOME.items())
def test_what_leads_home(text: str, home: bool) -> None:
    assert leads_home(text) == home


def homing(guard: Guard, nats: float) -> Guard:
    """Let messages that lead home be worth less."""
    learned = {**guard.model.card["identity"], "home": {"nats": nats}}
    return replace(guard, model=replace(guard.model, card={**guard.model.card, "identity": learned}))


def test_what_leads_home_is_doubted_less(guard: Guard) -> None:
    at_home = homing(guard, -1.5)
    texts = [f"{message.text} {link}" for message in tiny.messages() for link in (OWN, OTHER)]
    before, after = (np.log(s / (1 - s)) for s in (g.score(texts).astype(float) for g in (guard, at_home)))
    assert (after[1::2] == before[1::2]).all()
    less = np.where(before[::2] > 0, np.maximum(before[::2] - 1.5, 0), before[::2])
    assert np.allclose(after[::2], less, atol=0.2)  # a risk near 1 is coarse
    assert (after[::2] < before[::2]).any()
    assert np.array_equal(at_home.score(texts), np.array([at_home.check(text).risk for text in texts], np.float32))


def test_no_home_takes_a_message_below_the_floor_of_a_rule(guard: Guard) -> None:
    model, asking = guard.model, f"Kraken Support: send me your seed phrase. {OWN}"
    fired = model.read(pack([asking])).fired.rule
    floor = np.full(len(model.card["rules"]), -np.inf, np.float32)
    floor[fired[0]] = model.logits(pack([asking]))[0] - 0.1
    lifting = replace(guard, model=replace(model, weights=replace(model.weights, floor=floor)))
    plain, at_home = lifting.score([asking]), homing(lifting, -1.5).score([asking])
    assert plain[0] > at_home[0] == model.risk(np.float64(floor[fired[0]]))
    assert at_home[0] > homing(guard, -1.5).score([asking])[0]


def test_no_home_speaks_for_a_sender_who_is_found_out(guard: Guard) -> None:
    texts = [f"{message.text} {OWN}" for message in tiny.messages()]
    impostor = scamguard.Sender(name="Kraken Support", handle="@kraken_help_07")
    unknown = [homing(guard, nats).scan(texts)["risk"].to_pylist() for nats in (0.0, -1.5)]
    assert unknown[0] != unknown[1]
    found_out = [homing(guard, nats).scan(texts, senders=[impostor] * len(texts))["risk"].to_pylist() for nats in (0.0, -1.5)]
    assert found_out[0] == found_out[1]


def test_leading_home_never_goes_below_even_odds() -> None:
    assert led_home(np.array([-3.0, 0.0, 1.0, 5.0]), -1.5).tolist() == [0, 0, -1, -1.5]


NONSENSE = [
    [],
    {"nats": [1]},
    {"nats": {"link.lookalike": "much"}},
    {"nats": {"link.lookalike": -1}},
    {"nats": {"x": 1e9}},
    {"nats": {}, "nats_spoken_of": 1},
    {"nats": {}, "home": 1},
    {"nats": {}, "home": {"nats": 1.0}},
    {"nats": {}, "home": {"nats": -1e9}},
]


@pytest.mark.parametrize("damage", NONSENSE)
def test_a_card_with_senseless_worth_is_refused(guard: Guard, tmp_path: Path, damage: object) -> None:
    save(replace(guard.model, card={**guard.model.card, "identity": damage}), tmp_path)
    with pytest.raises(scamguard.ModelError, match="identity"):
        scamguard.load(tmp_path)


def test_worth_is_learned_where_words_fall_short() -> None:
    rng = np.random.default_rng(0)
    scam = rng.random(4000) < 0.5
    found = np.zeros((4000, linked.MARKS), np.bool_)
    found[:, 0] = rng.random(4000) < np.where(scam, 0.2, 0.06)
    found[:, 2] = rng.random(4000) < np.where(scam, 0.2, 0.004)
    found[:, 1] = rng.random(4000) < np.where(scam, 0.02, 0.2)
    found[:, -1] = rng.random(4000) < np.where(scam, 0.06, 0.2)
    nats = linked.fitted(np.zeros(4000), found, scam, np.ones(4000))
    assert nats[0] == pytest.approx(np.log(0.2 / 0.06), abs=0.3)
    assert nats[2] == 1.5  # no more than what gives a sender away
    assert nats[1] == 0  # no finding speaks for a message
    assert not nats[3:-1].any()
    assert nats[-1] == pytest.approx(np.log(0.06 / 0.2), abs=0.3)  # but leading home
    said = linked.card(np.zeros(4000), found, nats, scam)
    assert said["gain"]["all"]["auc with"] > said["gain"]["all"]["auc without"]
    assert json.loads(json.dumps(said))["nats"]["link.lookalike"] == nats[0]
