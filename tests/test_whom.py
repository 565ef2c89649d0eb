"""Whose name a message uses, and which language it is in."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from scamguard import Sender, mentions, whom
from scamguard.brands import registry
from scamguard.contacts import contacts, defanged, harmless, name_and_address
from scamguard.language import language
from scamguard.verdict import Action, Evidence
from scamguard.wording import tag

from . import alphabets
from .pace import slower

if TYPE_CHECKING:
    from scamguard.guard import Guard

MESSAGES = Path(__file__).parents[1] / "data" / "messages"
CLAIM = (Evidence("claim.brand", "why", 0, 200, 0, 200),)


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("log in at https://kraken-login.com/x", "kraken"),
        ("write to help@metamask-support.io", "metamask"),
        ("Kraken Support: send us your code", "kraken"),
        ("【币安】您的账户异常", "binance"),
        ("币安客服：请发验证码", "binance"),
        ("Bybit客服：谷歌码报我，快过期了", "bybit"),
        ("This is Coinbase, your account is locked", "coinbase"),
        ("Your coins are not safe, move them now. Kraken", "kraken"),
        ("Dear PayPal customer, verify now", "paypal"),
        (r"go to https:\\kraken-support.com\login now", "kraken"),
        ("hxxps ://kraken-support.com", "kraken"),
        ("send the deposit by Zelle and keys come by FedEx", None),
        ("I lost my kraken, send the code", None),  # an ordinary word
        ("write to me on Telegram", None),
        ("Buy five Apple gift cards and send me the codes. Your boss", None),  # what is to be bought
        ("compra tarjetas de regalo de Google Play", None),
        ("【通知】请代购苹果礼品卡", None),
        ("Apple Support: buy Steam gift cards", "apple"),
        ("Apple Card: your payment was declined", "apple"),
        ("pay now", None),
        ("", None),
    ],
)
def test_the_brand_that_a_scam_poses_as(text: str, brand: str | None) -> None:
    found = whom.find(text, Action.BLOCK, CLAIM if "Coinbase" in text or "gift" in text else (), None)
    assert (found.id if found else None) == brand


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("昨天有人说币安暴跌。币安客服：您的账户异常，请把助记词发给我。", "binance"),
        ("昨天有人说币安暴跌，币安又涨了。", None),  # spoken of, however often
        ("Yesterday Kraken fell. Kraken Support: send us your code", "kraken"),
    ],
)
def test_a_name_that_is_spoken_of_may_speak_later(text: str, brand: str | None) -> None:
    found = whom.find(text, Action.BLOCK, (), None)
    assert (found.id if found else None) == brand


@pytest.mark.parametrize("unit", ["币安", "OKX币", "Ledger币", "招商银行，", "OKX "])
def test_a_name_without_end_takes_time_in_proportion(unit: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        whom.find(unit * (size // len(unit)), Action.BLOCK, (), None)
        return time.process_time() - start

    seconds(1000)
    assert any(seconds(whom.MOST) < 0.6 * slower() for _ in range(2))  # in proportion 0.2 at most, its square several seconds


def test_a_name_in_an_honest_message_accuses_nobody() -> None:
    assert whom.find("Kraken Support: send us your code", Action.ALLOW, CLAIM, None) is None
    assert whom.find("see https://kraken-login.com", Action.ALLOW, (), None) is not None


def test_the_surest_sign_comes_first() -> None:
    binance = next(brand for brand in registry() if brand.id == "binance")
    linked = whom.find("Coinbase Support: https://kraken-login.com", Action.BLOCK, CLAIM, binance)
    said = whom.find("Coinbase Support: hurry", Action.BLOCK, CLAIM, binance)
    assert (linked and linked.id, said and said.id) == ("kraken", "binance")


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("[국민은행] 계좌가 정지되었습니다. 본인 확인: http://kb-bank.top", "kbkookmin"),  # which reads like a misspelled DKB
        ("본인 확인: http://kb-bank.top", "dkb"),  # and nobody else is named
        ("국민은행 주가가 올랐어요. 본인 확인: http://kb-bank.top", "dkb"),  # spoken of
        ("http://kb-bank.top or https://kraken-login.com", "kraken"),
        ("Netflix: your payment failed, log in at http://paypa1.com", "paypal"),  # letters that look alike are no misspelling
        ("Coinbase Support: https://kraken-login.com", "kraken"),
        ("PayPal Support: http://paypall-secure.top", "paypal"),
        ("Netflix: payment failed. Apple Support team can help, update at netfliix.example/pay", "netflix"),  # which the text names itself
        ("WhatsApp: your PayPal account is locked. Log in at paypall.example/login", "paypal"),
    ],
)
def test_whom_a_message_names_is_surer_than_a_misspelled_link(text: str, brand: str) -> None:
    found = whom.find(text, Action.BLOCK, (), None)
    assert found
    assert found.id == brand


def test_a_name_in_an_allowed_message_beats_no_link() -> None:
    binance = next(brand for brand in registry() if brand.id == "binance")
    for action, brand in ((Action.ALLOW, "dkb"), (Action.WARN, "binance")):
        found = whom.find("본인 확인: http://kb-bank.top", action, (), binance)
        assert found
        assert found.id == brand


def test_a_verdict_names_brand_channel_and_language(guard: Guard) -> None:
    verdict = guard.check("Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it.")
    told = verdict.to_dict()
    assert told["brand"] == "kraken"
    kraken = {"name": "Kraken", "domain": "kraken.com", "help": "https://support.kraken.com"}
    assert told["official"] == kraken | {"contact": {"chat": "https://support.kraken.com"}}
    assert told["language"] == "en"
    assert list(told)[:5] == ["risk", "action", "kind", "asks", "evidence"]
    json.dumps(told)
    quiet = guard.check("see you at 7, bring the cake")
    assert (quiet.brand, quiet.official, quiet.language) == (None, None, "en")
    assert guard.check("明天七点见", sender=Sender("小王")).language == "zh"
    assert guard.check("mi clave es hunter22", direction="outgoing").language == "es"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("您好，请把验证码发给我", "zh"), ("請把驗證碼傳給我", "zh-Hant"), ("認証コードを送ってください", "ja"), ("인증번호를 보내 주세요", "ko"),  # noqa: E501
        ("please send me the code", "en"), ("envíame el código por favor", "es"), ("me manda o código que chegou", "pt"),
        ("envoyez-moi le code s'il vous plaît", "fr"), ("bitte senden Sie mir den Code", "de"), ("пришлите мне код", "ru"),
        ("надішліть мені код, будь ласка, інакше її буде заблоковано", "uk"), ("gửi cho mình mã xác thực nha", "vi"),
        ("bana kodu gönder", "tr"), ("tolong kirim kode OTP ke saya", "id"), ("मुझे कोड भेजो", "hi"), ("أرسل لي الرمز", "ar"),
        ("12:30", ""), ("", ""), ("😀", ""), ("https://kraken.example/login", ""),
    ],
)  # fmt: skip
def test_languages(text: str, lang: str) -> None:
    assert language(text) == lang


@pytest.mark.parametrize("text", [
    "Vui lòng gửi báo cáo trước trưa mai nhé cảm ơn bạn", "bana şifreyi gönderin lütfen", "ありがとうございます。パスワードを",
    "비밀번호를 보내주세요", "їжак і єнот йдуть", "Straße und Tür schön geöffnet", "你好，请把验证码发给我",
])  # fmt: skip
def test_text_stored_letter_by_mark_has_the_same_language(text: str) -> None:
    assert language(unicodedata.normalize("NFD", text)) == language(unicodedata.normalize("NFC", text)) != ""


def test_languages_of_our_messages() -> None:
    right = total = 0
    for line in (MESSAGES / "en3.jsonl", MESSAGES / "latin.jsonl", MESSAGES / "east.jsonl", MESSAGES / "south.jsonl"):
        for row in map(json.loads, line.read_text("utf-8").splitlines()):
            if "-Latn" not in row["lang"] and row["lang"] not in ("mixed", "ms"):
                total += 1
                right += language(row["text"]) == row["lang"].replace("zh-Hans", "zh")
    assert right / total > 0.96


@given(alphabets.messages)
def test_any_text_has_contacts_a_language_and_a_brand_or_none(text: str) -> None:
    assert tag(language(text))
    for found in (*contacts(text).links, *contacts(text).mailboxes):
        assert "://" not in defanged(found).replace("hxxp://", "").replace("hxxps://", "")
    whom.find(text, Action.BLOCK, CLAIM, None)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("go to kraken-support.com now", ("kraken-support.com",)),
        ("visit https://Evil.example/a?b=c.", ("https://Evil.example/a?b=c",)),
        ("请登录kraken-cn.top验证", ("kraken-cn.top",)),
        ("hxxps://evil[.]example/x", ("hxxps://evil[.]example/x",)),
        ("I am done.Thanks for the help", ()),
        ("version 3.11 costs 4.50", ()),
        ("mail me at a@b.example", ()),
        ("e.g. this, i.e. that", ()),
    ],
)
def test_links_are_found(text: str, links: tuple[str, ...]) -> None:
    assert contacts(text).links == links


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("see kraken-in.example, then kraken-in.example.Then ask", "see kraken-in[.]example, then kraken-in[.]example.Then ask"),
        ("it was nice.Then we left at 10.30", "it was nice.Then we left at 10.30"),
        ("help@kraken.example, https://a.example/?to=b.example", "help[at]kraken[.]example, hxxps://a[.]example/?to=b[.]example"),
        ("", ""),
    ],
)
def test_links_are_made_harmless_and_nothing_else_is(text: str, safe: str) -> None:
    assert harmless(text) == safe


def test_a_stop_of_chinese_ends_a_number() -> None:
    assert contacts("请拨 +852 3018 6647。如遇无法接入，见 wa.me/+85230186647").phones == ("+852 3018 6647",)


@pytest.mark.parametrize(
    ("sender", "apart"),
    [
        ('"Kraken \\"Support\\"" <x@evil.example>', ('Kraken "Support"', "x@evil.example")),
        ("x@evil.example (Kraken Support)", ("Kraken Support", "x@evil.example")),
        ("x@evil.example(Kraken (Support))", ("Kraken (Support)", "x@evil.example")),
        ("Kraken Support, Inc. <x@evil.example>", ("Kraken Support, Inc.", "x@evil.example")),
        ("Kraken: Support < x@evil.example >", ("Kraken: Support", "x@evil.example")),
        ("help@kraken.com <x@evil.example>", ("help@kraken.com", "x@evil.example")),
        ("<x@evil.example>", ("", "x@evil.example")),
        ('Kraken <"support team"@kraken.com>', ("Kraken", '"support team"@kraken.com')),
        ("Kraken Support <x@evil.example>; (desk)", ("Kraken Support", "x@evil.example")),
        ("<x@evil.example> Kraken Support", ("<x@evil.example> Kraken Support", "")),  # which no mail program writes
        ('Joe "<joe@kraken.example>"', ('Joe "<joe@kraken.example>"', "")),
        ("Kraken Support (24/7)", ("Kraken Support (24/7)", "")),
        ("Anna <3 me @ home", ("Anna <3 me @ home", "")),
        ("x@evil.example", ("", "x@evil.example")),
        ("@kraken_desk", ("@kraken_desk", "")),
        ("Anna@home", ("Anna@home", "")),
        ("", ("", "")),
    ],
)
def test_a_sender_is_taken_apart_as_mails_write_one(sender: str, apart: tuple[str, str]) -> None:
    assert name_and_address(sender) == apart


def test_other_contacts_are_found() -> None:
    found = contacts("write @kraken_desk, a.b@evil.example or +1 202-555-0143; not 2024-01-01")
    assert (found.handles, found.mailboxes, found.phones) == (("@kraken_desk",), ("a.b@evil.example",), ("+1 202-555-0143",))


@pytest.mark.parametrize(
    ("lang", "chosen"),
    [
        ("en-GB", "en"), ("zh", "zh"), ("zh-Hans", "zh"), ("zh_TW.UTF-8", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-Hans-HK", "zh"),
        ("pt_BR@euro", "pt"), ("in", "id"), ("", "en"), ("C.UTF-8", "en"), ("POSIX", "en"), ("xx", "en"), ("AR-eg", "ar"), ("-", "en"),
    ],
)  # fmt: skip
def test_a_reader_gets_the_nearest_language(lang: str, chosen: str) -> None:
    assert tag(lang) == chosen


def test_a_shared_or_forwarded_link_names_nobody() -> None:
    for link in ("https://www.facebook.com/sharer/sharer.php?u=https://a.example", "https://www.google.com/url?q=https://a.example"):
        assert whom.pointed(f"I liked this: {link}") is None
    assert (brand := whom.pointed("see https://www.google.com/url?q=https://kraken-login.example")) is not None
    assert brand.id == "kraken"


@pytest.mark.parametrize("text", ["U.S.P.S-The package has arrived", "the U.S.P.S. parcel", "USPS: your parcel", "usps.com or U.S.P.S"])
def test_initials_are_read_with_and_without_dots(text: str) -> None:
    assert {m.brand.id for m in mentions.mentions(text)} == {"usps"}


def test_a_word_with_a_dot_is_no_name() -> None:
    assert not list(mentions.mentions("e.g. this, i.e. that, a.t.m. cards and 3.p.m"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Claro, te llamo luego", set()),
        ("Wait in line at the door", set()),
        ("Orange is my colour", set()),
        ("Wise up! Discover more here", set()),
        ("Chase: we noticed a charge", {"chase"}),
        ("Steam Support here", {"steam"}),
        ("your Chase account", {"chase"}),
    ],
)
def test_a_name_that_is_a_word_is_the_name_where_it_is_meant(text: str, named: set[str]) -> None:
    assert {m.brand.id for m in mentions.mentions(text, meant=True)} == named


def test_a_capital_is_enough_where_a_message_is_accused() -> None:
    assert [m.brand.id for m in mentions.mentions("Ledger here. Send us the words")] == ["ledger"]
    assert not list(mentions.mentions("ledger here, send us the words"))
