"""The report of a scan: what it counts, what it shows, and that no message can act in it or give a secret away."""

from __future__ import annotations

import functools
import html
import http.server
import json
import random
import re
import shutil
import subprocess
import threading
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scamguard import report_page
from scamguard.cli import app
from scamguard.conversations import Conversations
from scamguard.dumps import Notes
from scamguard.errors import DumpError
from scamguard.render import visible
from scamguard.report_page import Gathered, campaigns, imitated, masking, tables, words
from scamguard.report_page.bounded import Bounded
from scamguard.report_page.languages import NAMES, language
from scamguard.report_page.timeline import HOUR, Timeline
from scamguard.scanning import Summary
from scamguard.verdict import Evidence

from . import planted
from .talking import judged, scam, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scamguard.guard import Guard

ASK = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
NOW = datetime(2026, 5, 2, tzinfo=UTC)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src={url}/pixel onerror=\"document.title='owned'\">",
    '"><svg onload="document.title=\'owned\'">',
    "</style><script>document.title='owned'</script><style>@import '{url}/a.css';",
    "</title><script>document.title='owned'</script>",
    "<iframe src={url}/frame></iframe><link rel=stylesheet href={url}/b.css><base href={url}/>",
    "<a href=\"javascript:document.title='owned'\" autofocus onfocus=\"document.title='owned'\">x</a>",
    "{{{{ 7 * 7 }}}} {{% for x in cycler.__init__.__globals__ %}} ${{7*7}} <%= 7*7 %>",
    "<form action={url}/form><button autofocus>send</button></form><meta http-equiv=refresh content='0;{url}/meta'>",
    "\u202egnp.exe \x00\x1b[31m\ufeff\u2028<b>",
    "&lt;script&gt;document.title='owned'&lt;/script&gt; &#x3c;img src=x onerror=alert(1)&#x3e;",
    "-->]]><!--<script>alert(1)</script>",
]


def page(guard: Guard, rows: list[dict[str, Any]], summary: Summary | None = None) -> str:
    """Report on rows whose verdicts are given."""
    gathered = Gathered(guard)
    gathered.add(table(rows))
    return report_page.page(gathered, summary or Summary(), now=NOW)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# What is counted


@given(st.lists(st.sampled_from("abcdefgh")))
def test_counters_are_exact_while_there_is_room(names: list[str]) -> None:
    seen: Bounded[Counter[str]] = Bounded(8, Counter, lambda c: c.total())
    for name in names:
        seen[name]["n"] += 1
    assert {name: c["n"] for name, c in seen.best(8)} == Counter(names)
    assert seen.forgotten == 0


@given(st.lists(st.integers(0, 200)), st.integers(2, 16))
def test_counters_stay_in_their_room_and_keep_the_weightiest(names: list[int], room: int) -> None:
    seen: Bounded[Counter[str]] = Bounded(room, Counter, lambda c: c.total())
    seen["heavy"]["n"] = 10**6
    for name in names:
        seen[str(name)]["n"] += 1
        assert len(seen) <= room
    event("forgot some" if seen.forgotten else "kept all")
    assert seen.best(1)[0] == ("heavy", {"n": 10**6})


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15) | st.integers(1_700_000_000_000, 1_700_900_000_000), st.integers(0, 2))))
def test_a_timeline_loses_no_message(sent: list[tuple[int, int]]) -> None:
    line = Timeline()
    for half in (sent[::2], sent[1::2]):
        line.add(np.array([time for time, _ in half], np.int64), np.array([action for _, action in half], np.int8), 1)
    columns, unit, strays = line.columns()
    assert sum(c.messages for c in columns) + strays == len(sent)
    assert len(columns) <= 72
    assert all(c.warned + c.blocked <= c.messages for c in columns)
    assert line.timeless == 2
    assert not columns or unit > 0


def test_a_timeline_with_wild_clocks_stays_small() -> None:
    line = Timeline()
    rng = np.random.default_rng(1)
    for _ in range(20):
        line.add(rng.integers(-(2**60), 2**60, 4096), np.zeros(4096, np.int8), 0)
    assert len(line.counts) <= 8192
    assert 0 < len(line.columns()[0]) <= 72


def test_a_stray_clock_does_not_squeeze_the_rest() -> None:
    line = Timeline()
    days = 1_767_000_000_000 + np.arange(1000, dtype=np.int64) * HOUR
    line.add(np.concatenate([days, [0]]), np.zeros(1001, np.int8), 0)
    columns, unit, strays = line.columns()
    assert strays == 1
    assert unit == 24
    assert all(column.start.year >= 2025 for column in columns)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("please send me the code when you get it", "en"), ("请把验证码发给客服", "zh"),
        ("ログインの確認です", "ja"), ("인증번호를 보내 주세요", "ko"),
        ("¿me pasas la clave de la cuenta?", "es"), ("você pode me mandar a senha?", "pt"),
        ("envoyez-moi votre mot de passe", "fr"), ("bitte nicht auf den Link klicken", "de"),
        ("пришлите код из смс", "ru"), ("надішліть код із повідомлення", "uk"),
        ("gửi cho mình mã này nhé bạn", "vi"), ("lütfen bana kodunuz geldi mi yazın", "tr"),
        ("tolong kirim kode yang masuk kak", "id"), ("कृपया कोड भेजें", "hi"),
        ("aapka code kya hai bhai", "hi-Latn"), ("أرسل لي الرمز", "ar"),
        ("کد را برای پشتیبانی بفرستید", "fa"), ("ส่งรหัสมาให้เรา", "th"),
        ("", "und"), ("https://a.example 😀 123", "und"),
        ("ეს არის", "other"),
    ],
)  # fmt: skip
def test_languages(text: str, code: str) -> None:
    assert language(text) == code


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language(text) in NAMES


@pytest.mark.parametrize(("hours", "said"), [(1, "one hour"), (7 * 24, "one week"), (6, "6 hours"), (48, "2 days"), (36, "36 hours")])
def test_the_width_of_a_column_is_named(hours: int, said: str) -> None:
    assert words.unit(hours) == said


def test_near_duplicates_are_one_campaign() -> None:
    found = campaigns.Campaigns()
    text = "Hello @{0}, your wallet {1} failed the sync, send your 12 words to https://{0}.example/{1}"
    same = [text.format(name, n) for n, name in enumerate(["mia", "tom", "ana"])]
    found.add(table([*map(scam, same), scam("Captain here, buy five gift cards and send pictures of the backs")]).to_pylist())
    [group] = found.best(9)
    assert (group.messages, len(group.wordings)) == (3, 1)
    assert found.grouped == (1, 3)
    assert len(found.best(9, least=1)) == 2


def test_small_changes_of_wording_are_still_one_campaign() -> None:
    found = campaigns.Campaigns()
    text = "Your parcel is held at the depot because the address is incomplete, please confirm it and pay the small fee today"
    found.add(table([scam(text), scam(text.replace("depot", "warehouse")), scam(f"Hi! {text} thanks")]).to_pylist())
    assert [group.messages for group in found.best(9)] == [3]


def test_campaigns_have_a_bound_and_keep_the_largest() -> None:
    rng, found = random.Random(3), campaigns.Campaigns(room=50)
    for _ in range(20):
        noise = ["".join(rng.choices("abcdefghijklmnop", k=60)) for _ in range(30)]
        found.add(table([scam("send your twelve words to the support desk of the wallet"), *map(scam, noise)]).to_pylist())
    assert found.best(1)[0].messages == 20
    assert len(found.best(10**6, least=1)) <= 80
    assert found.forgotten > 300


def test_texts_without_letters_are_grouped_only_with_themselves() -> None:
    found = campaigns.Campaigns()
    found.add(table(map(scam, ["!!!", "???", "!!!", "123"])).to_pylist())
    assert sorted(group.messages for group in found.best(9, least=1)) == [1, 1, 2]


def test_brands_are_named_by_their_words() -> None:
    assert imitated.brands_said("KRAKEN support and binance, 币安") == {"Kraken", "Binance"}
    assert imitated.brands_said("release the kraken, my precious ledger") == set()


def test_links_are_hosts_and_not_files_or_mail() -> None:
    text = "see hxxp://a.example/x, kraken-login[.]example; report_final.pdf mail me@b.example v1.2 …www.c.example。"
    assert [imitated.host(link) for link in imitated.links(text)] == ["a.example", "kraken-login.example", "www.c.example"]
    text = "请登录kraken-login.com输入，或https://okx.com@e.example/a，b"
    assert [imitated.host(link) for link in imitated.links(text)] == ["kraken-login.com", "e.example"]


def test_totals_are_those_of_the_table(guard: Guard) -> None:
    gathered = Gathered(guard)
    rows = [
        scam("a b c", sender="eve", channel="x"),
        {"sender": "tom", "channel": "x"},
        scam("d", action="warn", risk=0.9, sender="eve", asks=[]),
    ]
    for row in rows:
        gathered.add(table([row]))
    gathered.add(table([]))
    assert (gathered.messages, gathered.actions) == (3, Counter(allow=1, warn=1, block=1))
    assert gathered.asks == Counter(seed_phrase=1)
    assert sum(gathered.risks) == 3
    [(name, eve), (_, tom)] = gathered.senders.best(9)
    assert (name, eve.messages, eve.flagged, tom.flagged) == ("eve", 2, 2, 0)
    assert gathered.channels["x"].messages == 2


@pytest.mark.parametrize("options", [["--only", "flagged"], ["--min-risk", "0.5"], ["--asks", "seed_phrase"]])
def test_what_is_left_out_of_the_outputs_is_counted(tmp_path: Path, options: list[str]) -> None:
    lines = [{"text": ASK, "sender": "eve"}, *({"text": f"see you at {i}", "sender": "mia"} for i in range(9))]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    asked = ["scan", str(tmp_path / "d.jsonl"), "--report", str(tmp_path / "r.html"), "--out", str(tmp_path / "o.jsonl"), *options]
    assert CliRunner().invoke(app, asked).exit_code == 1
    assert len((tmp_path / "o.jsonl").read_text("utf-8").splitlines()) == 1
    made = html.unescape((tmp_path / "r.html").read_text("utf-8"))
    assert "1 of 10 messages" in made
    assert "10 %" in made


def test_what_was_not_judged_is_said(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text(f'{{"text": "{ASK}", "sender": "eve"}}\n' + '{"text": "see you", "sender": "mia"}\n' * 3, "utf-8")
    asked = ["scan", str(tmp_path / "d.jsonl"), "--report", str(tmp_path / "r.html"), "--sender", "eve"]
    assert CliRunner().invoke(app, asked).exit_code == 1
    made = html.unescape((tmp_path / "r.html").read_text("utf-8"))
    assert "3 messages left out by --since, --until, --sender or --channel, and not judged: no figure here counts them." in made


@pytest.mark.parametrize("cuts", [[4096] * 5, [10_000, 10_480], [20_480], [9_999, 2, 10_479]])
def test_the_languages_of_the_first_messages_are_all_read(guard: Guard, cuts: list[int]) -> None:
    gathered, texts = Gathered(guard), iter(["see you at seven"] * 10_000 + ["увидимся завтра"] * 10_480)
    for cut in cuts:
        gathered.add(table([{"text": next(texts)} for _ in range(cut)]))
    assert gathered.languages == {"en": 10_000, "ru": sum(at % 64 == 0 for at in range(10_000, 20_480))}
    assert gathered.sampled


def test_a_victim_is_no_suspect(guard: Guard) -> None:
    rows = [
        {"sender": "tom", "text": "it's 604182", "action": "block", "kind": "own_secret", "asks": ["2fa_code"], "rules": ["outgoing.otp"]}
    ]
    text = page(guard, [scam(ASK, sender="eve"), *rows])
    assert "Reach these people first" in text
    assert "604182" not in text
    assert "None of" not in text
    assert words.headline(Gathered(guard)) == "There was no message to judge"
    gathered = Gathered(guard)
    gathered.add(table([{}, *rows]))
    assert tables.parties(gathered.senders, 9) == []
    assert words.headline(gathered) == "None of 2 messages looks like a scam"
    assert [tile["value"] for tile in tables.tiles(gathered)] == ["2", "0", "0", "0", "1"]
    assert (sum(gathered.risks), gathered.flagged_languages) == (1, Counter())
    assert [column.blocked for column in gathered.timeline.columns()[0]] == [0]


# What is shown


def test_evidence_is_marked_and_neighbours_are_joined() -> None:
    spans = [Evidence("r", "w", 0, 3, 0, 3), Evidence("r", "w", 2, 7, 2, 7)]
    assert masking.parts("give me the key", spans) == [("give me", "mark"), (" the key", "")]


def test_a_secret_is_masked_even_across_the_cut() -> None:
    phrase = " ".join(planted.phrase("english", 12, random.Random(5)))
    for before in range(40, 120, 7):
        text = "".join(part.text for part in masking.parts(f"{'so ' * before}my phrase: {phrase}", most=300))
        assert not any(word in text for word in phrase.split() if len(word) > 4)


@pytest.mark.parametrize("at", [0, 9_000, 9_950, 9_990, 19_930, 19_955, 20_000, 40_000])
def test_no_part_of_a_secret_is_shown_however_far_in_it_stands(at: int) -> None:
    key = planted.hex_key(random.Random(6))
    text = f"{('see you at nine. ' * 2500)[:at]}\nmy private key is {key} ok?\n{'bye. ' * 5000}"
    shown = "".join(part.text for part in masking.parts(text, [Evidence("r", "w", at + 1, at + 10, 0, 0)]))
    assert "my private key is raw key ok?\nbye." in shown
    assert not {key[n : n + 6] for n in range(len(key) - 5)} & {shown[n : n + 6] for n in range(len(shown) - 5)}


def test_no_part_of_a_secret_is_shown_in_a_name() -> None:
    key = planted.wif(random.Random(6))
    for before in (0, 9_000, 9_950, 9_990, 19_930, 19_990):
        shown = masking.name(f"{' ' * before}{key} Mia")
        assert key[:6] not in shown
        assert shown in {"▮▮▮ Mia", "▮▮▮", ""}
    assert masking.name("  Mia ") == "Mia"


def test_what_stands_far_in_is_shown_with_its_evidence() -> None:
    text = "see you at nine. " * 2000 + "send us your phrase"
    shown = masking.parts(text, [Evidence("r", "w", len(text) - 6, len(text), 0, 0)])
    assert [part.kind for part in shown] == ["cut", "", "mark"]
    assert shown[-1].text == "phrase"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 30)), max_size=4), st.integers(5, 60))
def test_parts_hold_the_text_they_show(text: str, spans: list[tuple[int, int]], most: int) -> None:
    shown = masking.parts(text, [Evidence("r", "w", a, a + n, 0, 0) for a, n in spans], most)
    assert sum(len(part.text) for part in shown if part.kind == "cut") <= 2
    if len(text) <= most and not any(part.kind == "secret" for part in shown):
        assert "".join(part.text for part in shown) == visible(text, keep="\n")


def test_planted_secrets_are_not_in_the_page(guard: Guard) -> None:
    rng = random.Random(11)
    secrets = [
        " ".join(planted.phrase("english", 12, rng)),
        planted.wif(rng),
        planted.extended(rng),
        planted.solana(rng),
        "4111 1111 1111 1111",
    ]
    told = [f"{ASK} Like this one: {secret}" for secret in secrets]
    rows = [
        scam(text, sender=f"{n} {secret}", channel=secret, file=f"{secret}.jsonl")
        for n, (text, secret) in enumerate(zip(told, secrets, strict=True))
    ]
    rows.append(scam("Your password: Tr0ub4dor-Mango! does not work, send the code 604182 back"))
    notes = Notes()
    notes.skip("x.jsonl, line 2", f"not JSON: {secrets[1]}")
    text = page(guard, rows, Summary(notes=notes))
    for secret in [*secrets[:4], "4111", "Tr0ub4dor-Mango", "604182"]:
        assert secret not in html.unescape(text)
    assert text.count("masked: ") >= len(secrets)


def test_the_page_needs_nothing_and_its_policy_forbids_the_rest(guard: Guard) -> None:
    found = Elements(page(guard, [scam(ASK, sender="eve", channel="x")])).found
    assert not {tag for tag, _ in found} & {"script", "iframe", "img", "object", "embed", "form", "base", "audio", "video"}
    urls = [value for _, attributes in found for name, value in attributes.items() if name in {"href", "src", "action", "xlink:href"}]
    assert all(url and url.startswith(("#", "data:,")) for url in urls)
    assert not [name for _, attributes in found for name in attributes if name.startswith("on") or name == "style"]
    [policy] = [a["content"] for tag, a in found if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_charts_speak_to_those_who_cannot_see_them(guard: Guard) -> None:
    text = page(guard, [scam(ASK, sender="eve", channel="x"), {}])
    found = Elements(text).found
    pictures = [a for tag, a in found if tag == "svg" and a.get("role") == "img"]
    assert len(pictures) == 2
    ids = {a["id"] for _, a in found if "id" in a}
    assert all(set(str(a["aria-labelledby"]).split()) <= ids for a in pictures)
    assert text.count("The same as a table") == len(pictures)
    assert all(a.get("aria-hidden") == "true" for tag, a in found if tag == "svg" and a.get("role") != "img")
    assert [tag for tag, _ in found].count("h1") == 1
    assert len(ids) == len([a for _, a in found if "id" in a])
    assert {str(a["href"])[1:] for tag, a in found if tag == "a"} <= ids


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_message_is_text(guard: Guard, hostile: str) -> None:
    calm = Elements(page(guard, [scam("x", sender="s", channel="c")])).found
    wild = hostile.format(url="https://evil.example")
    found = Elements(page(guard, [scam(wild, sender=wild, channel=wild, file=wild)])).found
    assert {tag for tag, _ in found} <= {tag for tag, _ in calm} | {"mark", "code", "span", "caption"}


def test_an_empty_scan_and_a_calm_one_have_a_page(guard: Guard) -> None:
    assert "There was no message to judge" in report_page.page(Gathered(guard), Summary(), now=NOW)
    assert "None of 2 messages looks like a scam" in page(guard, [{}, {}])


def test_conversations_are_in_the_page(guard: Guard) -> None:
    whole = judged(guard, [{"sender": "Kraken Desk", "text": ASK, "channel": "dm-7"}, {"sender": "tom", "text": "ok", "channel": "dm-7"}])
    talks, gathered = Conversations(guard), Gathered(guard)
    gathered.add(talks.add(whole))
    text = report_page.page(gathered, Summary(), talks.ranking(), NOW)
    assert "Conversations that turned" in text
    assert re.search(r"dm-7.*Kraken Desk.*seed phrase", text, re.DOTALL)


# The file and the command


@pytest.mark.parametrize(
    ("name", "problem"), [("report.pdf", "end the name in .html"), ("no/such/folder.html", "cannot be written"), ("d.html", "a folder")]
)
def test_a_page_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "d.html").mkdir()
    with pytest.raises(DumpError, match=problem):
        report_page.ready(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["d.html"]


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    dump, out = tmp_path / "a.txt", tmp_path / "r.html"
    dump.write_text(f"{ASK}\nsee you at 7\n", "utf-8")
    done = CliRunner().invoke(app, ["scan", str(dump), "--report", str(out), "--by-conversation"])
    assert done.exit_code == 1, done.output
    assert "1 of 2 messages looks like a scam" in out.read_text("utf-8")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.txt", "r.html"]
    refused = CliRunner().invoke(app, ["scan", str(dump), "--report", str(tmp_path / "r.pdf")])
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


# A real browser


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Serve nothing, and note who asks."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_no_message_acts_in_a_real_browser(guard: Guard, tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    url, paths = asked
    wild = [hostile.format(url=url) for hostile in HOSTILE]
    text = page(guard, [scam(f"{w} {ASK}", sender=w, channel=w, file=w) for w in wild])
    (tmp_path / "r.html").write_text(text, "utf-8", "replace")
    seen = _browse(tmp_path / "r.html", tmp_path)
    assert "<title>scamguard: 12 of 12 messages look like a scam</title>" in seen.stdout
    assert "CONSOLE" not in seen.stderr
    assert paths == []
    # the same browser does act where a page lets it: the test can fail
    (tmp_path / "bad.html").write_text(
        f"<title>x</title><script>console.error(1);document.title='owned'</script><img src={url}/pixel>", "utf-8"
    )
    seen = _browse(tmp_path / "bad.html", tmp_path)
    assert "<title>owned</title>" in seen.stdout
    assert "CONSOLE" in seen.stderr
    assert paths == ["/pixel"]


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_long_name_leaves_room_for_the_words_beside_it(guard: Guard, tmp_path: Path) -> None:
    text = page(guard, [scam(ASK, sender="W" * 180, channel="x" * 150)])
    narrowest = "Math.min(...[...document.querySelectorAll('.scroll td:not(.number):not(.drawn)')].map(cell => cell.offsetWidth))"
    free = re.sub(r"<meta http-equiv[^>]*>", "", text)  # the page's own policy lets no script measure it
    (tmp_path / "r.html").write_text(f"{free}<script>document.title = {narrowest}</script>", "utf-8")
    found = re.search(r"<title>(\d+)</title>", _browse(tmp_path / "r.html", tmp_path, "--window-size=500,800").stdout)
    assert found is not None
    assert int(found[1]) >= 9 * 16


def _browse(file: Path, room: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Open a page and give what the document became; the console goes to standard error."""
    switches = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
        "--disable-sync --enable-logging=stderr --virtual-time-budget=3000 --dump-dom"
    )
    command = [str(CHROMIUM), *switches.split(), *more, f"--user-data-dir={room / 'profile'}", file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, check=True)
