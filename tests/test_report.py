"""The incident ticket: complete, polite, in the reader's language, with no secret in it and no way out of the Markdown."""

from __future__ import annotations

import json
import random
import re
import string
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import base58
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import scamguard
from scamguard import Incident, Sender, incident, wording
from scamguard.chains import traces, unexplained
from scamguard.contacts import MOST
from scamguard.errors import InputError
from scamguard.lexicon import KINDS, SECRETS
from scamguard.masking import masked
from scamguard.verdict import Action, Official, Verdict

from . import alphabets, planted

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.guard import Guard

FOLDER = Path(scamguard.__file__).parent / "tickets"
KRAKEN = Official("Kraken", "kraken.com", "https://support.kraken.com")
FOUND = Verdict(0.99, Action.BLOCK, "credential_request", ("seed_phrase",), (), "kraken", KRAKEN, "en")
SCAM = "Kraken Support: send your 12 words to @kraken_desk or https://kraken-login.com/x or help@kraken-desk.com, +1 202-555-0143"
BTC, ETH = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"
TXID = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
TON = "EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N"
RNG = random.Random(7)


def ticket(text: str = SCAM, verdict: Verdict = FOUND, **known: Any) -> Incident:
    return incident(text, verdict, **known)


def everything(it: Incident) -> str:
    return "\n".join([it.markdown(), it.text(), json.dumps(it.to_dict(), ensure_ascii=False), repr(it)])


def leaves(table: object) -> list[str]:
    return [table] if isinstance(table, str) else [leaf for value in table.values() for leaf in leaves(value)]  # type: ignore[attr-defined]


def test_a_ticket_goes_where_tickets_are_taken() -> None:
    mailbox = {"chat": "https://kraken.com/chat", "email": "a@kraken.com"}
    for ways, where in (({}, "kraken.com"), (mailbox, "a@kraken.com"), (mailbox | {"form": "https://kraken.com/form/"}, "kraken.com/form")):
        assert Official("Kraken", "kraken.com", None, ways).desk == where


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_every_language_has_all_words(lang: str) -> None:
    english, table = (tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")) for name in ("en", lang))
    assert {key: set(value) if isinstance(value, dict) else None for key, value in table.items()} == {
        key: set(value) if isinstance(value, dict) else None for key, value in english.items()
    }
    assert set(table["kind"]) == {*KINDS, "other"}
    assert set(table["secret"]) == set(SECRETS)
    for name, ours, theirs in zip(_paths(english), _sorted(english), _sorted(table), strict=True):
        fields = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in (ours, theirs)]
        assert fields[0] == fields[1], name
    if lang != "en":
        assert len({*leaves(table)} & {*leaves(english)}) <= 6, "left in English"


def _paths(table: dict[str, Any], before: str = "") -> list[str]:
    return [
        path
        for key in sorted(table)
        for path in (_paths(table[key], f"{before}{key}.") if isinstance(table[key], dict) else [before + key])
    ]


def _sorted(table: dict[str, Any]) -> list[str]:
    return [leaf for key in sorted(table) for leaf in (_sorted(table[key]) if isinstance(table[key], dict) else [table[key]])]


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_a_ticket_says_all_that_is_known(lang: str) -> None:
    it = ticket(
        lang=lang, channel="Telegram, group Help", when="2026-01-02 12:00 UTC", given=["seed_phrase"], done=[f"sent 1 BTC to {BTC}"],
        sender=Sender("Kraken Support ✓", "@kraken_desk", verified=True, first_contact=True, account_age_days=2, platform="telegram"),
    )  # fmt: skip
    words = wording.tickets(lang)
    for text in (it.markdown(), it.text()):
        for known in ("support.kraken.com", "Telegram, group Help", "2026-01-02 12:00 UTC", "Kraken Support ✓", "@kraken_desk", BTC,
                      "hxxps://kraken-login[.]com/x", "help[at]kraken-desk[.]com", "+1 202-555-0143"):  # fmt: skip
            assert known in text
        for ours in (
            words["hello"],
            words["secret"]["seed_phrase"],
            words["shot"]["cover"],
            words["please"]["secure"],
            words["label"]["first"],
        ):
            assert ours in text
        assert "{" not in text
        assert "https://kraken-login.com" not in text
        assert words["unstated"] not in text
    assert len(it.screenshots) == 5


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    it = ticket("hi", Verdict(0.1, Action.ALLOW, "", (), ()))
    assert it.language == "en"
    assert it.markdown().count(wording.tickets("en")["unstated"]) == 4
    assert it.title == "Suspected scam: suspicious message"
    assert "official channel" not in it.markdown()


def test_nobody_asks_for_a_phishing_link() -> None:
    it = ticket("see https://kraken-login.com/x", Verdict(0.99, Action.BLOCK, "phishing_link", (), (), "kraken", KRAKEN, "en"))
    assert it.title == "Impersonation of Kraken: phishing link"
    assert "## What was asked for\n\n- Not stated yet.\n" in it.markdown()
    assert "## What was asked for\n\n- seed phrase\n" in ticket().markdown()


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_plain_text_writes_headings_as_they_are(lang: str) -> None:
    lines = ticket(lang=lang).text().splitlines()
    assert {wording.tickets(lang)["head"][name] for name in ("what", "when", "where", "asked", "please")} <= {*lines}


@pytest.mark.parametrize(
    ("lang", "line", "secret"),
    [
        ("en", "Platform: ", "[removed: password]"),
        ("fr", "Plateforme\u00a0: ", "[supprimé\u00a0: mot de passe]"),
        ("zh", "平台：", "[已隐去：密码]"),
        ("zh-Hant", "平台：", "[已隱去：密碼]"),
        ("ja", "プラットフォーム：", "[非表示：パスワード]"),
        ("ko", "플랫폼: ", "[가림: 비밀번호]"),
    ],
)
def test_every_language_has_its_colon(lang: str, line: str, secret: str) -> None:
    it = ticket("my password is Tr0ub4dor&3", lang=lang, sender=Sender(platform="telegram"))
    assert f"- {line}telegram" in it.text()
    assert f"- {line}`telegram`" in it.markdown()
    assert secret in it.message


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_the_age_of_an_account_reads_well_in_ones_and_many(lang: str) -> None:
    assert not re.search(r"\{days\} (?:days|jours|Tage|días|dias|дн)", wording.tickets(lang)["label"]["young"])


def test_a_time_may_be_a_datetime() -> None:

    assert ticket(when=datetime(2026, 1, 2, 12, 0, tzinfo=UTC)).when == "2026-01-02 12:00+00:00"


def test_a_verdict_reports(guard: Guard) -> None:
    verdict = guard.check(SCAM)
    assert verdict.report(SCAM) == incident(SCAM, verdict)
    assert verdict.report(SCAM, lang="de").markdown().startswith("# Jemand gibt sich als Kraken aus")
    json.dumps(verdict.report(SCAM).to_dict())


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({"text": 7}, "text is int"),
        ({"sender": "Anna"}, "sender is str"),
        ({"given": ["pin"]}, "given: unknown secret 'pin'; known: 2fa_code"),
        ({"given": "password"}, "given must be a list of str"),
        ({"done": "nothing"}, "done must be a list of str"),
        ({"done": [1]}, "done must be a list of str"),
    ],
)
def test_what_cannot_be_reported(known: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        ticket(**known)


def test_what_is_reported_is_a_verdict() -> None:
    with pytest.raises(InputError, match=r"^verdict is str; give what check said of the message"):
        scamguard.incident("hi", "block")  # type: ignore[arg-type] # that is the test


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "seed phrase": lambda rng: " ".join(planted.phrase("english", 12, rng)),
    "chinese seed phrase": lambda rng: " ".join(planted.phrase("chinese_simplified", 12, rng)),
    "wif": planted.wif,
    "extended key": planted.extended,
    "solana": planted.solana,
    "solana array": planted.solana_array,
    "pem": planted.pem,
    "bare hex key": planted.hex_key,
}
CALLED: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "hex key": ("my private key is {}", planted.hex_key),
    "keystore": ("{}", planted.keystore),
    "card": ("card {} cvv 123", planted.card),
    "api secret": ("API secret: {}", lambda rng: planted.alnum(rng, 40)),
    "token": ("{}", lambda rng: "ghp_" + planted.alnum(rng, 36)),
    "code": ("my code is {}", planted.otp),
    "password": ("my password is {}", lambda rng: "Tr0ub" + planted.alnum(rng, 8)),
    "totp seed": ("authenticator secret: {}", planted.base32),
    "recovery key": ("recovery key {}", planted.bitlocker),
}


@pytest.mark.parametrize("name", [*MAKERS, *CALLED])
@pytest.mark.parametrize("place", ["text", "done", "channel", "when", "name", "handle"])
def test_no_secret_of_any_kind_is_in_a_ticket(name: str, place: str) -> None:
    """Planted wherever somebody may write it, it is in no form of the ticket, whole or in part."""
    if name in ("pem", "keystore", "solana array") and place in ("name", "handle"):
        pytest.skip("longer than a name")
    for _ in range(5):
        frame, make = CALLED.get(name) or ("I was told to send {} and did", MAKERS[name])
        secret = make(RNG)
        said = frame.format(secret) if place != "handle" or name in CALLED else secret
        known: dict[str, Any] = {"done": [said]} if place == "done" else {place: said} if place in ("channel", "when") else {}
        if place in ("name", "handle"):
            known = {"sender": Sender(name=said) if place == "name" else Sender(handle=said)}
        it = ticket(said if place == "text" else SCAM, **known)
        told = everything(it)
        whole = " ".join(secret.split())
        assert whole not in " ".join(told.split())
        assert whole[: max(6, len(whole) * 2 // 3)] not in " ".join(told.split())
        assert wording.tickets("en")["removed"] in told


@pytest.mark.parametrize("place", ["text", "done"])
def test_a_lone_number_is_taken_for_a_code(place: str) -> None:
    assert "482913" not in everything(
        ticket("it's 482913" if place == "text" else SCAM, done=["I told them 482913"] if place == "done" else [])
    )


@pytest.mark.parametrize("said", ["482913", "1234", "482 913", "482913.", "gave him 482913"])
def test_a_number_alone_is_called_a_code(said: str) -> None:
    code = wording.tickets("en")["secret"]["2fa_code"]
    for told in (ticket(said).message, *ticket(done=[said]).done):
        assert told.replace(".", "").endswith(f"{code}]"), told


@pytest.mark.parametrize("said", ["my password is 482913", "Tr0ub4dor&3x"])
def test_a_password_is_called_a_password(said: str) -> None:
    assert masked(said, "[{}]".format, told=True).endswith("[password]")


@pytest.mark.parametrize("handle", ["95588", "+1 202 555 0143", "10086", "@user_2024", "202-555-0143"])
def test_a_senders_number_stays(handle: str) -> None:
    assert handle in ticket(sender=Sender("Bank", handle)).text()


def test_an_honest_number_stays() -> None:
    steps = ["called the bank at 12:30 on 2026-01-02", "sent 2500 USD", "opened case 77120", "wrote in 2026"]
    assert ticket(done=steps).done == tuple(steps)
    text = (
        f"Kraken Support, case 77120: pay 250 USD to {ETH}, transaction hash {TXID}, before 2026-01-02 and then wait for the agent to call"
    )
    it = ticket(text)
    assert it.message == text
    assert [(t.chain, t.kind, t.value) for t in it.traces] == [("ETH", "address", ETH), ("", "transaction", TXID)]


def test_masking_cuts_what_is_too_long_and_keeps_the_rest() -> None:
    assert masked("word " * 10, str) == "word " * 10
    long = masked("word " * 100_000, str)
    assert len(long) < 8_010
    assert long.endswith("[…]")


@pytest.mark.parametrize(
    ("text", "chain", "kind"),
    [
        (BTC, "BTC", "address"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "BTC", "address"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BTC", "address"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "BTC", "address"),  # BIP-350
        (ETH, "ETH", "address"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TRX", "address"),
        ("So11111111111111111111111111111111111111112", "SOL", "address"),
        ("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "SOL", "address"),
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "XRP", "address"),
        (TON, "TON", "address"),
        (f"кошелёк{TON}или", "TON", "address"),  # letters of another script are no part of it
        (f"tx {TXID}", "", "transaction"),
        (f"https://mempool.space/tx/{TXID}", "", "transaction"),
        (f"transaction 0x{TXID}", "ETH", "transaction"),
    ],
)
def test_addresses_and_transactions_are_found(text: str, chain: str, kind: str) -> None:
    (found,) = traces(f"please send it to {text} today")
    assert (found.chain, found.kind) == (chain, kind)


@pytest.mark.parametrize(
    "text",
    [
        BTC[:-1] + "b",  # a broken checksum
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        ETH + "0",
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u",
        "EQ" + "A" * 46,
        "EQ" + "я" * 46,  # letters and digits all, and none of its own
        "EQ" + "٣" * 46,
        "bc1" + "ſ" * 40,  # whose capital is an S
        "BC1" + "\N{KELVIN SIGN}" * 40,
        f"{TON}A",
        "thequickbrownfoxjumpsoverthelazydogs",
        base58.b58encode_check(b"\x99" + bytes(range(20))).decode(),  # a checksum, and no chain that is known
        TXID,  # may be a private key
        f"my private key {TXID}",
    ],
)
def test_what_is_none_is_not(text: str) -> None:
    assert traces(text) == ()


def test_sixty_four_digits_that_nobody_explains_are_left_out() -> None:
    assert list(unexplained(f"a {TXID} b")) == [(2, 66)]
    assert list(unexplained(f"transaction {TXID}")) == []
    assert TXID not in everything(ticket(f"they gave me {TXID}"))


HOSTILE = [
    "```\n# Refund approved\n[click](https://evil.example)",
    "`` ` ```` ~~~\n<script>alert(1)</script>\n<!--",
    "</code></pre><img src=x onerror=alert(1)>",
    "    indented\n> quote\n- list\n1. one\n---\n===",
    "\u202egnp.exe \x1b[31m red \x07 \u2028 next",
    "[a]: https://evil.example\n\n![x][a] | table | \n|---|",
    "line\r# heading\r\n## other\x0b\x0c\x85# more",
    "`",
    "\n\n\n",
    "&lt;b&gt; &#60;script&#62;",
]
OURS = {"heading_open", "paragraph_open", "bullet_list_open", "list_item_open", "fence", "inline", "code_inline", "text", "softbreak"}


def kinds(text: str) -> tuple[list[str], set[str], list[str]]:
    """Give headings, kinds of everything, and what stands in code."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    flat = [token for block in tokens for token in (block, *(block.children or ()))]
    heads = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    return heads, {t.type for t in flat if not t.type.endswith("_close")}, [t.content for t in flat if t.type in ("fence", "code_inline")]


def broken_out(text: str) -> None:
    words = wording.tickets("en")
    it = ticket(text, channel=text, when=text, sender=Sender(text, text), done=[text])
    heads, seen, _ = kinds(it.markdown())
    assert seen <= OURS, seen - OURS
    assert heads[0] == it.title
    assert set(heads[1:]) <= set(words["head"].values())
    assert len(heads) == len(set(heads))
    for line in it.text().split("\n"):
        if line and line[0] not in ">-":
            assert line.rstrip() in {it.title, *leaves(words)} or "Kraken" in line
    assert not any(char in it.markdown() + it.text() for char in "\x1b\u202e\u2028\r\x07\x85")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_code(text: str) -> None:
    broken_out(text)


@given(st.lists(st.sampled_from(HOSTILE) | alphabets.messages | st.text("`~#>-*_[]()<>!|\\\n\r\t &;:/.@ a"), max_size=4).map("".join))
def test_no_text_breaks_out(text: str) -> None:
    event("backticks" if "`" in text else "none")
    broken_out(text)


def test_no_link_leads_anywhere_wherever_it_stands() -> None:
    link = "https://kraken-login.example/a"
    it = ticket(channel=f"mail, {link}", when=f"see {link}", done=[f"I signed in at {link}"], sender=Sender(f"Help {link}", link))
    assert link not in everything(it)
    assert "https://" not in it.markdown().replace("hxxps://", "")
    assert "kraken-login.example" not in everything(it)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Amazon: enter your password to unlock your account http://amaz0n-uk.top", "hxxp://amaz0n-uk[.]top"),
        ("Password for your account https://amaz0n-uk.top expired", "hxxps://amaz0n-uk[.]top"),
        ("Amazon : entrez votre mot de passe pour débloquer votre compte http://amaz0n-fr.top", "hxxp://amaz0n-fr[.]top"),
        ("пароль от аккаунта http://sber1-bank.top", "hxxp://sber1-bank[.]top"),
        ("Change the password for https://site1.example:8080/x1y now", "hxxps://site1[.]example:8080/x1y"),
        ("Your password: hxxps://amaz0n-uk[.]top/x1", "hxxps://amaz0n-uk[.]top/x1"),
    ],
)
def test_a_link_behind_a_word_for_password_is_no_password(text: str, link: str) -> None:
    it = ticket(text)
    assert it.links == (link,)
    assert it.message == text.replace("http", "hxxp").replace(".top", "[.]top").replace(".example", "[.]example").replace("[[.]]", "[.]")


@pytest.mark.parametrize(
    "text",
    [
        "my password for https://site.example/login?a=b:1 is Tr0ub4dor&3",
        "password for http://site1.example: Tr0ub4dor&3",
        "password for account anna:Tr0ub4dor&3",
        "password: //Tr0ub4dor&3",
    ],
)
def test_a_password_for_a_link_is_one(text: str) -> None:
    it = ticket(text)
    assert "Tr0ub4dor" not in everything(it)
    assert "[removed: password]" in it.message


def test_no_link_leads_anywhere_however_many_there_are() -> None:
    links = [f"https://kraken-{n}.example/x" for n in range(MOST + 20)]
    mails = [f"help{n}@kraken-desk.example" for n in range(MOST + 20)]
    it = ticket("Kraken: send your seed phrase to " + " or ".join(links + mails))
    assert (len(it.links), len(it.mailboxes)) == (MOST, MOST)
    assert it.message.count("hxxps://kraken-") == len(links)
    assert "https://" not in it.message
    assert ".example" not in everything(it).replace("[.]example", "")
    assert "@" not in it.message


@pytest.mark.parametrize("known", [{"when": 3}, {"channel": 3}, {"lang": 3}, {"done": None}, {"given": None}, {"done": iter(["x"])}])
def test_a_wrong_type_gets_one_clear_line(known: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(known))):
        ticket(**known)


@pytest.mark.parametrize("address", ["0x52908400098527886E0F7030069857D2E4169EE7", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"])
def test_an_address_that_is_all_of_a_message_stays_in_the_steps(guard: Guard, address: str) -> None:
    ticket = incident(address, guard.check(address), lang="en", done=[f"sent 2 coins to {address}"])
    assert ticket.done == (f"sent 2 coins to {address}",)
    assert [trace.value for trace in ticket.traces] == [address]


def test_a_message_of_a_year_hides_no_time(guard: Guard) -> None:
    assert incident("2025", guard.check("2025"), lang="en", when=datetime(2025, 3, 2, 14, 5, tzinfo=UTC)).when == "2025-03-02 14:05+00:00"
