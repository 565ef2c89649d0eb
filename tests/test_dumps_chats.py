"""Chat exports: what is written in a program's own format comes back, and what is broken costs itself alone."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scamguard.dumps import sms, whatsapp, whatsappwords
from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
NAMES = st.text(st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=12)
STAMPS = st.integers(0, 4_000_000_000)
MESSAGES = st.lists(st.tuples(WORDS, NAMES, STAMPS), max_size=8)
DEFAULT = 1_777_629_600_000
NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def put(path: Path, content: object, **options: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content, **options), "utf-8", newline="")
    return path


@SLOW
@given(found=MESSAGES, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_telegram_round_trip(tmp_path: Path, found: list[tuple[str, str, int]], indent: int | None, ascii_only: bool) -> None:
    messages = [
        {
            "id": i, "type": "message", "date": "x", "date_unixtime": str(stamp), "from": name, "reply_to_message_id": i - 1,
            "text": [text[:3], {"type": "bold", "text": text[3:]}] if i % 2 else text,
        }
        for i, (text, name, stamp) in enumerate(found, 1)
    ]  # fmt: skip
    export = {"name": "G", "type": "private_group", "id": 5, "messages": messages}
    got = read(put(tmp_path / "r.json", export, indent=indent, ensure_ascii=ascii_only))
    assert got.dump.format == "telegram"
    want = [(i, text, str(i), stamp * 1000, name, "G", str(i - 1)) for i, (text, name, stamp) in enumerate(found, 1)]
    assert [tuple(m) for m in got.messages] == want


def test_telegram_oddities(tmp_path: Path) -> None:
    messages = [
        {"id": 1, "type": "message", "from": None, "from_id": "user1", "date": "2026-05-01T10:00:00", "text": "a"},
        {"id": 2, "type": "service", "action": "pin_message", "text": ""},
        {"id": 3, "type": "unsupported"},
        {"id": 4, "type": "message", "text": "", "poll": {"question": "Free coins?", "answers": [{"text": "yes"}, {"text": "no"}]}},
        {"id": 5, "type": "message", "text": [1, {"type": "link"}, {"text": "x", "href": 4}], "inline_bot_buttons": [5, [None, {}]]},
        "no object",
    ]
    got = read(put(tmp_path / "r.json", {"name": None, "type": "personal_chat", "id": 7, "messages": messages}))
    assert [(m.row, m.text, m.sender, m.time, m.channel) for m in got.messages] == [
        (1, "a", "user1", DEFAULT, "7"), (4, "Free coins?\nyes\nno", None, None, "7"), (5, "x", None, None, "7")
    ]  # fmt: skip
    assert got.dump.notes.places == [f"{tmp_path / 'r.json'}, message 6: a JSON object is expected, not str"]


@SLOW
@given(found=MESSAGES)
def test_discord_round_trip(tmp_path: Path, found: list[tuple[str, str, int]]) -> None:
    messages = [
        {
            "id": str(i),
            "timestamp": datetime.fromtimestamp(stamp, UTC).isoformat(),
            "content": text,
            "author": {"name": name},
            "reference": None,
        }
        for i, (text, name, stamp) in enumerate(found)
    ]
    export = {"guild": {"id": "1", "name": "G"}, "channel": {"id": "2", "name": "c"}, "messages": messages}
    got = read(put(tmp_path / "d.json", export, indent=2, ensure_ascii=False))
    assert got.dump.format == "discord"
    want = [(i + 1, text, str(i), stamp * 1000, name, "G #c", None) for i, (text, name, stamp) in enumerate(found)]
    assert [tuple(m) for m in got.messages] == want


@SLOW
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="<>&|")),
    link=st.sampled_from(["https://a.example/x?b=1", "mailto:a@b.example"]),
)
def test_slack_texts_are_unescaped(tmp_path: Path, text: str, link: str) -> None:
    escaped = f"{text}&lt;b&gt; &amp;lt; <{link}> <@U1> <@U2|ben> <!channel> <!subteam^S1|@team> <!date^1^{{day}}|today> <#C1|general>"
    got = read(put(tmp_path / "2026-05-01.json", [{"type": "message", "user": "U9", "text": escaped, "ts": "1777629600.000100"}]))
    assert got.dump.format == "slack"
    assert got.texts == [f"{text}<b> &lt; {link.removeprefix('mailto:')} @U1 @ben @channel @team 1970-01-01 #general"]
    assert (got.messages[0].sender, got.messages[0].time) == ("U9", DEFAULT)


def test_slack_blocks_where_there_is_no_text(tmp_path: Path) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Verify <https://a.invalid|here>"}}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "now"}]}]}
    blocks = [section, rich]
    got = read(put(tmp_path / "d.json", [{"type": "message", "text": "", "blocks": blocks, "ts": "1777629600.000100", "bot_id": "B1"}]))
    assert [(m.text, m.sender) for m in got.messages] == [("Verify here (https://a.invalid)\nnow", "B1")]


LOCALES = {
    "en-US android": "5/1/26, 3:04\u202fPM - {}",
    "en-GB android": "01/05/2026, 15:04 - {}",
    "en-IN android": "01/05/26, 3:04 pm - {}",
    "en-US ios": "[5/1/26, 3:04:00\u202fPM] {}",
    "zh-CN android": "2026/5/1 15:04 - {}",
    "zh-CN ios": "[2026/5/1 15:04:00] {}",
    "zh-TW ios": "[2026/5/1 下午3:04:00] {}",
    "zh-TW android": "2026/5/1 下午3:04 - {}",
    "es": "1/5/26, 15:04 - {}",
    "es-MX": "1/5/2026 3:04 p.\xa0m. - {}",
    "es-CO older": "1/05/2026 a la(s) 3:04 p. m. - {}",
    "es ios": "[1/5/26, 15:04:00] {}",
    "pt-BR": "01/05/2026 15:04 - {}",
    "pt às": "01/05/2026 às 15:04 - {}",
    "fr": "01/05/2026, 15:04 - {}",
    "fr older": "01/05/2026 à 15:04 - {}",
    "fr-CA": "2026-05-01 15\xa0h\xa004 - {}",
    "fr-CA ios": "[2026-05-01 15\xa0h\xa004\xa0min\xa000\xa0s] {}",
    "de": "01.05.26, 15:04 - {}",
    "de ios": "[01.05.26, 15:04:00] {}",
    "ru": "01.05.2026, 15:04 - {}",
    "ja android": "2026/05/01 15:04 - {}",
    "ja ios": "[2026/05/01 15:04:00] {}",
    "ko android": "2026. 5. 1. 오후 3:04 - {}",
    "ko words": "2026년 5월 1일 오후 3:04 - {}",
    "ko ios": "[2026. 5. 1. 오후 3:04:00] {}",
    "vi android": "01/05/2026, 15:04 - {}",
    "vi ios": "[15:04:00, 01/05/2026] {}",
    "vi noon": "01/05/2026, 3:04 CH - {}",
    "tr": "1.05.2026 15:04 - {}",
    "tr noon": "1.05.2026 ÖS 3:04 - {}",
    "hi": "01/05/26, 3:04 pm - {}",
    "hi digits": "०१/०५/२६, ३:०४ PM - {}",
    "hi short digits": "१/५/२६, ३:०४ PM - {}",
    "dashes": "1-5-26, 03:04 PM - {}",
    "dots": "1.5.26, 3:04 PM - {}",
    "ar capitals": "1/5/26، 3:04 PM - {}",
    "hi noon": "1/5/26, 3:04 अपराह्न - {}",
    "id": "01/05/26 15.04 - {}",
    "ms": "01/05/2026, 3:04 PTG - {}",
    "ms ios": "[1/5/26, 3:04:00 PTG] {}",
    "ar": "\u200f١\u200f/٥\u200f/٢٠٢٦، ٣:٠٤ م - {}",
    "ar mark": "\u061c١/٥/٢٠٢٦، ٣:٠٤ م - {}",
    "ar latin": "1/5/2026, 3:04 م - {}",
    "sv": "2026-05-01 15:04 - {}",
    "fi": "1.5.2026 klo 15.04 - {}",
    "th": "1/5/2569 15:04 - {}",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_whatsapp_locales(tmp_path: Path, locale: str) -> None:
    head = LOCALES[locale]
    chat = [
        head.format("Messages are end-to-end encrypted"),
        head.format("Mia: hi: there"),
        "second line",
        "",
        head.format("\u200e+00 000: \u200eimage omitted"),
    ]
    got = read(put(tmp_path / "WhatsApp Chat with Mia.txt", "\n".join(chat) + "\n"))
    assert got.dump.format == "whatsapp"
    at = DEFAULT + 5 * 3_600_000 + 4 * 60_000
    assert [tuple(m) for m in got.messages] == [
        (2, "hi: there\nsecond line\n", None, at, "Mia", "Mia", None), (5, "image omitted", None, at, "+00 000", "Mia", None)
    ]  # fmt: skip
    assert got.dump.notes.broken == 0


@pytest.mark.parametrize(
    ("hour", "want"),
    [("12:00 AM", 0), ("12:30 PM", 12), ("1:00 AM", 1), ("11:59 PM", 23), ("9:00 PG", 9), ("傍晚6:00", 18), ("半夜1:00", None)],
)
def test_noon_and_midnight(hour: str, want: int | None) -> None:
    found = whatsapp.stamp(f"5/1/26, {hour} - Mia: x")
    assert (found and found.hour) == want


@pytest.mark.parametrize(
    ("dates", "want"),
    [(["1/5/26", "2/5/26", "13/5/26"], "dmy"), (["1/5/26", "1/6/26", "1/13/26"], "mdy"), (["30/4/26", "1/5/26"], "dmy"),
     (["4/30/26", "5/1/26"], "mdy"), (["3/4/26", "4/4/26", "5/4/26", "1/5/26"], "dmy"),
     (["3/4/26", "3/5/26", "4/1/26"], "mdy"), (["1/2/26"], "dmy"), (["2026/5/1", "2026/5/2"], "ymd")],
)  # fmt: skip
def test_day_or_month_first_is_told_by_the_dates(dates: list[str], want: str) -> None:
    stamps = [found for date in dates if (found := whatsapp.stamp(f"{date}, 15:04 - Mia: x")) is not None]
    assert len(stamps) == len(dates)
    assert whatsapp.order(stamps) == want


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters=NEWLINES + whatsapp._STRIPPED + ":"), max_size=30)


@SLOW
@given(
    found=st.lists(
        st.tuples(st.lists(PLAIN.filter(lambda line: whatsapp.stamp(line) is None), min_size=1, max_size=3), NAMES), min_size=1, max_size=6
    )
)
def test_whatsapp_round_trip(tmp_path: Path, found: list[tuple[list[str], str]]) -> None:
    chat = "".join(f"[01.05.26, 15:04:{i:02d}] {name}: {chr(10).join(lines)}\n" for i, (lines, name) in enumerate(found))
    got = read(put(tmp_path / "_chat.txt", chat), format="whatsapp")
    assert [(m.text, m.sender) for m in got.messages] == [("\n".join(lines), name) for lines, name in found]


CHATS = {
    "en": "WhatsApp Chat with {}", "en ios": "WhatsApp Chat - {}", "de": "WhatsApp-Chat mit {}", "es": "Chat de WhatsApp con {}",
    "pt": "Conversa do WhatsApp com {}", "fr": "Discussion WhatsApp avec {}", "ru": "Чат WhatsApp с {}",
    "ru contact": "Чат WhatsApp с контактом {}", "ja": "{}さんとのWhatsAppチャット", "ja ios": "WhatsAppチャット - {}",
    "ko": "{}님과의 WhatsApp 대화", "vi": "Đoạn chat WhatsApp với {}", "tr": "{} ile WhatsApp Sohbeti", "id": "Chat WhatsApp dengan {}",
    "hi": "{} के साथ WhatsApp चैट", "ar": "دردشة واتساب مع {}", "zh": "与{}的WhatsApp聊天", "zh-TW": "與{}的 WhatsApp 對話", "": "{}",
}  # fmt: skip


@pytest.mark.parametrize("language", CHATS)
@pytest.mark.parametrize("who", ["Mia", "Mia Musterfrau", "+00 000 0001", "WhatsApp fans: Köln"])
def test_whatsapp_chats_have_the_names_of_whom_one_chats_with(language: str, who: str) -> None:
    assert whatsappwords.chat_named(CHATS[language].format(who)) == who


SYSTEM = [
    'Mia created group "Deals: hot"', "Mia changed the subject from “A” to “Support: official”",
    "Mia hat die Gruppe „Deals: hot“ erstellt",
    "Mia creó el grupo «Deals: hot»", 'Mia criou o grupo "Deals: hot"', "Mia a créé le groupe « Deals: hot »",
    'Миа создала группу "Deals: hot"',
    "Miaがグループ「Deals: hot」を作成しました", '미아님이 그룹 "Deals: hot"을 만들었습니다', 'Mia đã tạo nhóm "Deals: hot"',
    'Mia, "Deals: hot" grubunu oluşturdu', 'Mia membuat grup "Deals: hot"', 'मिया ने ग्रुप "Deals: hot" बनाया',
    'أنشأ محمد المجموعة "Deals: hot"',
    "小美创建了群组“Deals: hot”",
]  # fmt: skip


@pytest.mark.parametrize("line", SYSTEM)
def test_whatsapp_tells_a_title_with_a_colon(tmp_path: Path, line: str) -> None:
    android = f"01.05.26, 15:04 - {line}\n01.05.26, 15:04 - Mia: hi\n"
    ios = f"[01.05.26, 15:04:00] Family: \u200e{line}\n[01.05.26, 15:04:00] Mia: hi\n"
    for chat in (android, ios):
        got = read(put(tmp_path / "c.txt", chat))
        assert [(m.text, m.sender) for m in got.messages] == [(line, None), ("hi", "Mia")]


NOTICES = [
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them. Learn more.",
    "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.", "Mia Muster added Bob", "~\u202fMia left", "+00 000 0001 was added",
    "Mia created this group",
]  # fmt: skip


@pytest.mark.parametrize("line", NOTICES)
def test_notices_of_whatsapp_are_left_out(tmp_path: Path, line: str) -> None:
    """What follows one goes on with the message before, for nobody else can have written it."""
    for chat in (f"01.05.26, 15:04 - Mia: hi\n01.05.26, 15:04 - {line}\nmore\n",
                 f"[01.05.26, 15:04:00] Mia: hi\n[01.05.26, 15:04:00] Family: \u200e{line}\nmore\n"):  # fmt: skip
        got = read(put(tmp_path / "c.txt", chat))
        assert [(m.text, m.sender) for m in got.messages] == [("hi\nmore", "Mia")]


@pytest.mark.parametrize("line", [
    "Kraken Support here, send us your 12 words", "Tap to learn more. Send us your 12 words", "Send us your 12 words left",
    "我是客服请发验证码 left", "小美创建了此群组", "You added Kraken: Support",
])  # fmt: skip
def test_what_is_no_known_notice_of_whatsapp_is_read(tmp_path: Path, line: str) -> None:
    got = read(put(tmp_path / "c.txt", f"01.05.26, 15:04 - Mia: hi\n01.05.26, 15:05 - {line}\nor your funds are lost\n"))
    assert [(m.text, m.sender) for m in got.messages] == [("hi", "Mia"), (f"{line}\nor your funds are lost", None)]


def test_people_may_speak_like_whatsapp(tmp_path: Path) -> None:
    got = read(put(tmp_path / "c.txt", "01.05.26, 15:04 - Mia: Bob left\n01.05.26, 15:04 - Mia: \u200eimage omitted\n"))
    assert [(m.text, m.sender) for m in got.messages] == [("Bob left", "Mia"), ("image omitted", "Mia")]


@pytest.mark.parametrize("line", ['"Support: send it "', 'Bob "the man: send it', 'Mia: "created group: x"', "~ Mia created group: send it",
                                  'Bob "the man: created group'])  # fmt: skip
def test_whatsapp_names_with_quotation_marks_speak(tmp_path: Path, line: str) -> None:
    """A name may hold anything, and what its owner says must not be lost for it."""
    assert len(read(put(tmp_path / "c.txt", f"01.05.26, 15:04 - {line}\n01.05.26, 15:04 - Mia: hi\n")).texts) == 2


@pytest.mark.parametrize("pasted", [
    "2026/05/02 10:00 - foo", "[2026/05/02 10:00:00] Ben: foo", "[02/05/2026, 10:00:00] Kraken Support: send your seed",
    "[10:00, 02/05/2026] Ben: foo", "02/05/2026 10:00 - Friseur: neu", "10:00, 02/05/2026 - Ben: foo",
])  # fmt: skip
@pytest.mark.parametrize("lines", [1, 9])
def test_a_line_pasted_into_a_whatsapp_chat_is_part_of_the_message(tmp_path: Path, pasted: str, lines: int) -> None:
    said = "\n".join(["log", *[pasted] * lines])
    got = read(put(tmp_path / "c.txt", f"01/05/2026, 15:04 - Mia: {said}\n02/05/2026, 15:04 - Mia: hi\n"))
    at = DEFAULT + 5 * 3_600_000 + 4 * 60_000
    assert [(m.text, m.sender, m.time) for m in got.messages] == [(said, "Mia", at), ("hi", "Mia", at + 86_400_000)]


def test_whatsapp_headers_of_one_form_differ_in_marks_seconds_and_noon(tmp_path: Path) -> None:
    ios = "[5/1/26, 3:04:00\u202fPM] Mia: a\n\u200e[5/1/26, 3:04:00 PM] Mia: \u200eimage omitted\n[12/1/26, 11:04:00 AM] Ben: b\n"
    android = "1/5/26, 3:04 p.\xa0m. - Mia: a\n1/5/26, 3:04 p. m. - Mia: image omitted\n2/5/26, 11:04 a. m. - Ben: b\n"
    for chat in (ios, android):
        got = read(put(tmp_path / "c.txt", chat))
        assert [(m.text, m.sender) for m in got.messages] == [("a", "Mia"), ("image omitted", "Mia"), ("b", "Ben")]


def test_a_whatsapp_chat_whose_first_header_stands_far_down(tmp_path: Path) -> None:
    chat = "x" * 300_000 + "\n[01.05.26, 15:04:00] Mia: a\n01.05.26, 15:04 - Ben: b\n[01.05.26, 15:05:00] Mia: c\n"
    assert read(put(tmp_path / "c.txt", chat), format="whatsapp").texts == ["a\n01.05.26, 15:04 - Ben: b", "c"]


def test_a_whatsapp_chat_that_begins_in_the_midst_of_a_message(tmp_path: Path) -> None:
    got = read(put(tmp_path / "c.txt", "the rest\n01/05/2026, 15:04 - Mia: log\n02/05/2026, 15:04 - Mia: hi\n"))
    assert (got.dump.format, got.texts, got.dump.notes.broken) == ("whatsapp", ["log", "hi"], 1)
    notes = "a note\n01/05/2026, 15:04 - Mia: quoted\nof another\nday\nand more\n"
    assert read(put(tmp_path / "n.txt", notes)).dump.format == "txt"


def test_whatsapp_lines_before_the_first_message_are_noted(tmp_path: Path) -> None:
    got = read(put(tmp_path / "c.txt", "stray\n01.05.26, 15:04 - Mia: hi\n"), format="whatsapp")
    assert got.texts == ["hi"]
    assert got.dump.notes.places == [f"{tmp_path / 'c.txt'}, line 1: no date begins this line, and no message stands before it"]


def test_text_that_only_looks_dated_stays_text(tmp_path: Path) -> None:
    got = read(put(tmp_path / "log.txt", "01.05.26, 15:04 - started\n01.05.26, 15:05 - stopped\n"))
    assert (got.dump.format, got.rows) == ("txt", [1, 2])


ESCAPES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
XML_CHARS = st.characters(codec="utf-8", exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])))


@SLOW
@given(texts=st.lists(st.text(XML_CHARS, max_size=30), max_size=8), chunk=st.sampled_from([1, 13, 1 << 20]), pairs=st.booleans())
def test_sms_round_trip(tmp_path: Path, texts: list[str], chunk: int, pairs: bool) -> None:
    def units(text: str) -> str:
        raw = text.encode("utf-16-le")
        points = [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)]
        return f'"{"".join(f"&#{point};" for point in points)}"'

    records = [f'  <sms address="+1" date="{i}" type="1" body={units(t) if pairs else quoteattr(t, ESCAPES)} />\n'
               for i, t in enumerate(texts)]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sms, "_CHUNK", chunk)
        got = read(put(tmp_path / "sms.xml", f"<?xml version='1.0'?>\n<smses count='1'>\n{''.join(records)}</smses>\n"))
    assert got.dump.format == "sms"
    assert [(m.row, m.text, m.time) for m in got.messages] == [(i + 1, text, i) for i, text in enumerate(texts)]
    assert got.dump.notes.broken == 0


def test_a_broken_sms_costs_itself_and_entities_are_never_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    records = [
        '<sms body="one" />',
        '<sms body="two />',
        '<sms body="&b;" />',
        '<sms body="three" type="2"></sms>',
        '<sms body="&#0;&#x1F600;" /><!-- end -->',
    ]
    got = read(put(tmp_path / "sms.xml", f"<?xml version='1.0'?>{bomb}<smses>{''.join(records)}</smses>"))
    assert [(m.row, m.text) for m in got.messages] == [(1, "one"), (4, "three"), (5, "\ufffd😀")]
    assert [re.sub(r"^.*, ", "", place) for place in got.dump.notes.places] == [
        "message 2: not XML: unclosed token",
        "message 3: not XML: undefined entity",
    ]


@SLOW
@given(found=MESSAGES)
def test_signal_round_trips(tmp_path: Path, found: list[tuple[str, str, int]]) -> None:
    exported: list[dict[str, object]] = [
        {"date": "2026-05-01T10:00:00", "sender": name, "body": text, "quote": "", "sticker": None, "reactions": [], "attachments": []}
        for text, name, _ in found
    ]
    envelopes = [{"envelope": {"sourceName": name, "timestamp": stamp,
                   "dataMessage": {"timestamp": stamp, "message": text, "groupInfo": {"groupId": "g"}, "quote": {"id": 5}}}}
                 for text, name, stamp in found]  # fmt: skip
    for lines, want in (
        (exported, [(text, None, DEFAULT, name, tmp_path.name, None) for text, name, _ in found]),  # its folder is the chat
        (envelopes, [(text, str(stamp), stamp, name, "g", "5") for text, name, stamp in found]),
    ):
        got = read(put(tmp_path / "data.json", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)), format="signal")
        assert [tuple(m[1:]) for m in got.messages] == want


def test_signal_frames_without_words_and_what_is_shown_of_others(tmp_path: Path) -> None:
    name = {"givenName": "Kraken", "familyName": "Support"}
    contact = {"name": name, "organization": "Kraken", "number": [{"value": "+1555", "type": "HOME"}], "email": [{"value": "k@x.example"}]}
    items = [
        {"contactMessage": {"contact": contact}}, {"contactMessage": {"contact": [{"name": name}]}}, {"viewOnceMessage": {}},
        {"paymentNotification": {"amountMob": "1", "note": "send your seed"}}, {"contactMessage": {"contact": {}}}, {"updateMessage": {}},
    ]  # fmt: skip
    frames = ["account", "stickerPack", "adHocCall", "notificationProfile", "chatFolder"]
    lines = [{"version": "1", "backupTimeMs": "1"}, *({name: {"id": "x"}} for name in frames), *({"chatItem": item} for item in items)]
    got = read(put(tmp_path / "main.jsonl", "\n".join(map(json.dumps, lines))))
    assert (got.dump.format, got.dump.notes.places) == ("signal", [])
    assert got.texts == ["Kraken Support\nKraken\n+1555\nk@x.example", "Kraken Support", "send your seed"]


@pytest.mark.parametrize(
    "line", [{"recipient": {"id": "1"}, "text": "x"}, {"envelope": {"from": "x"}}, {"chatItem": 5}, {"chatItem": {}, "id": 1}]
)
def test_signal_lines_of_others_are_told(tmp_path: Path, line: dict[str, Any]) -> None:
    got = read(put(tmp_path / "main.jsonl", json.dumps(line)), format="signal")
    assert [place.partition(": ")[2] for place in got.dump.notes.places] == ["no message of Signal, or one without a body"]


def test_signal_notifications_of_json_rpc(tmp_path: Path) -> None:
    envelope = {"sourceNumber": "+1", "sourceName": "Mia", "timestamp": DEFAULT, "dataMessage": {"timestamp": DEFAULT, "message": "hi"}}
    read_ = {"sourceNumber": "+1", "timestamp": DEFAULT, "receiptMessage": {"when": DEFAULT}}
    lines = [
        {"jsonrpc": "2.0", "method": "receive", "params": {"envelope": envelope, "account": "+2"}},
        {"jsonrpc": "2.0", "method": "receive", "params": {"subscription": 0, "result": {"envelope": envelope, "account": "+2"}}},
        {"jsonrpc": "2.0", "method": "receive", "params": {"envelope": read_}},
        {"jsonrpc": "2.0", "result": {"timestamp": 5}, "id": 1},
        {"envelope": envelope},
    ]
    got = read(put(tmp_path / "d.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    assert (got.dump.format, got.dump.notes.places) == ("signal", [])
    assert [tuple(m) for m in got.messages] == [(row, "hi", str(DEFAULT), DEFAULT, "Mia", "+1", None) for row in (1, 2, 5)]


@pytest.mark.parametrize("params", [[], None, {"result": []}, {"envelope": {"text": "x"}}, "x"])
def test_json_rpc_of_others_is_none_of_signal(tmp_path: Path, params: Any) -> None:
    line = {"jsonrpc": "2.0", "method": "receive", "params": params, "text": "hi"}
    assert read(put(tmp_path / "d.jsonl", json.dumps(line) + "\n")).dump.format != "signal"


def test_signal_lines_that_are_none(tmp_path: Path) -> None:
    lines = [
        '{"version":1,"backupTimeMs":1}',
        '{"what":1}',
        "{",
        '{"chatItem":{"chatId":"9","authorId":"8","dateSent":1777629600000,"incoming":{},"standardMessage":{"text":{"body":"x"}}}}',
    ]
    got = read(put(tmp_path / "main.jsonl", "\n".join(lines)))
    assert [tuple(m) for m in got.messages] == [(4, "x", str(DEFAULT), DEFAULT, "8", None, None)]
    assert got.dump.notes.broken == 2


def test_github_from_its_command_line_and_search(tmp_path: Path) -> None:
    issue = {"url": "https://github.com/a/b/issues/3", "number": 3, "title": "T", "body": "B", "author": {"login": "mia"},
             "createdAt": "2026-05-01T10:00:00Z",
             "comments": [{"id": "IC_1", "author": {"login": "ben"}, "body": "Contact support",
                           "createdAt": "2026-05-01T10:01:00Z"}]}  # fmt: skip
    want = [("T\n\nB", "3", DEFAULT, "mia", "a/b", None), ("Contact support", "IC_1", DEFAULT + 60_000, "ben", None, "3")]
    for export in ([issue], json.dumps(issue) + "\n" + json.dumps(issue) + "\n", {"total_count": 1, "items": [issue]}):
        got = read(put(tmp_path / "i.json", export), format="github")
        assert [tuple(m[1:]) for m in got.messages][:2] == want


@pytest.mark.parametrize("indent", [None, 2])
def test_github_pages_that_stand_one_behind_the_other(tmp_path: Path, indent: int | None) -> None:
    """`gh api --paginate` writes array after array, with `--slurp` an array of them, with `--jq '.[]'` object after object."""
    pages = [[{"url": f"https://github.com/a/b/issues/{i}", "number": i, "title": "T", "body": "B"}] for i in (1, 2)]
    arrays, objects = ([json.dumps(one, indent=indent) for one in found] for found in (pages, [page[0] for page in pages]))
    for export in ("".join(arrays), "\n".join(arrays), json.dumps(pages, indent=indent), "\n".join(objects)):
        got = read(put(tmp_path / "i.json", export))
        assert (got.dump.format, [m.id for m in got.messages], got.dump.notes.places) == ("github", ["1", "2"], [])


@pytest.mark.parametrize("indent", [None, 2])
def test_github_issues_without_an_address(tmp_path: Path, indent: int | None) -> None:
    """As `gh issue list --json number,title,body,author,comments` gives them."""
    comment = {"id": "IC_1", "author": {"login": "ben"}, "body": "seed?", "url": "https://github.com/a/b/issues/5#issuecomment-7"}
    issue = {"author": {"id": "U1", "login": "mia"}, "body": "B", "number": 5, "title": "T"}
    said = ("T\n\nB", "5", "mia")
    for found, want in (({**issue, "comments": [comment]}, [(*said, "a/b"), ("seed?", "IC_1", "ben", "a/b")]), (issue, [(*said, None)])):
        got = read(put(tmp_path / "i.json", [found, found], indent=indent))
        assert got.dump.format == "github"
        assert [(m.text, m.id, m.sender, m.channel) for m in got.messages] == want * 2


def test_github_records_of_others_are_told(tmp_path: Path) -> None:
    wordless = [{"event": "labeled", "actor": {"login": "mia"}}, {"url": "https://github.com/mia", "login": "mia"}]
    got = read(put(tmp_path / "i.json", [*wordless, {"payload": {}, "text": "x"}, {"title": "T"}]), format="github")
    assert got.texts == ["T"]
    assert got.dump.notes.places == [f"{tmp_path / 'i.json'}, message 3: no issue, comment or event of GitHub"]


def test_github_authors_in_the_archive_of_a_migration(tmp_path: Path) -> None:
    comment = {"url": "https://github.com/a/b/issues/3#issuecomment-12", "user": "https://github.com/mia", "body": "x"}
    got = read(put(tmp_path / "issue_comments_000001.json", [comment]))
    assert [(m.text, m.sender, m.channel, m.reply_to) for m in got.messages] == [("x", "mia", "a/b", "3")]


def test_slack_pages_of_its_api_and_of_slackdump(tmp_path: Path) -> None:
    ask = {"type": "message", "user": "U1", "text": "a &amp; b", "ts": "1777629600.000100", "thread_ts": "1777629600.000100"}
    answer = {"type": "message", "user": "U2", "text": "c", "ts": "1777629601.000100", "thread_ts": "1777629600.000100"}
    dump = {"channel_id": "C1", "name": "general", "messages": [{**ask, "slackdump_thread_replies": [answer]}]}
    for export, channel in (({"ok": True, "messages": [ask, answer], "has_more": False}, None), (dump, "general")):
        got = read(put(tmp_path / "C1.json", export))
        assert got.dump.format == "slack"
        assert [(m.text, m.sender, m.id, m.channel, m.reply_to) for m in got.messages] == [
            ("a & b", "U1", ask["ts"], channel, None), ("c", "U2", answer["ts"], channel, ask["ts"])
        ]  # fmt: skip


def test_slack_remembers_whom_a_message_names(tmp_path: Path) -> None:
    """Not every message says it."""
    profile = {"real_name": "Mia Muster", "display_name": "mia"}
    said: list[dict[str, Any]] = [
        {"user": "U1", "text": "a", "user_profile": profile}, {"user": "U1", "text": "b"}, {"user": "U2", "text": "<@U1>"},
        {"user": "U2", "text": "d", "bot_profile": {"name": "Kraken Support"}}, {"user": "U2", "text": "e"},
    ]  # fmt: skip
    day = [{"type": "message", "ts": f"177762960{i}.000100", **one} for i, one in enumerate(said)]
    got = read(put(tmp_path / "d.json", day))
    assert [(m.text, m.sender) for m in got.messages] == [("a", "mia"), ("b", "mia"), ("@mia", "U2"), ("d", "Kraken Support"), ("e", "U2")]


def test_discords_own_data_of_a_user(tmp_path: Path) -> None:
    header = "ID,Timestamp,Contents,Attachments\n"
    record = {"ID": 9, "Timestamp": "2026-05-01 10:00:00", "Contents": "hi", "Attachments": ""}
    for path in (put(tmp_path / "m.json", [record]), put(tmp_path / "m.csv", header + "9,2026-05-01 10:00:00,hi,\n")):
        assert [tuple(m)[1:4] for m in read(path).messages] == [("hi", "9", DEFAULT)]


def test_signal_edits_and_polls(tmp_path: Path) -> None:
    said = {"timestamp": DEFAULT, "message": "what it became"}
    edit = {"editMessage": {"dataMessage": said}}
    edits = [{"envelope": {"source": "+1", **edit}},
             {"envelope": {"source": "+2", "syncMessage": {"sentMessage": {"destination": "+1", **edit}}}}]  # fmt: skip
    got = read(put(tmp_path / "e.jsonl", "\n".join(map(json.dumps, edits))))
    assert [(m.text, m.sender, m.time, m.channel) for m in got.messages] == [
        ("what it became", "+1", DEFAULT, "+1"), ("what it became", "me", DEFAULT, "+1")
    ]  # fmt: skip
    poll = {"question": "Free coins?", "options": [{"option": "yes"}, {"option": "no"}]}
    got = read(put(tmp_path / "p.jsonl", json.dumps({"chatItem": {"authorId": "1", "poll": poll}})))
    assert got.texts == ["Free coins?\nyes\nno"]


def test_qq_and_ipc(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["a", None],
            "timestamp": pa.array([DEFAULT, 0], pa.timestamp("ms", "Asia/Shanghai")),
            "user": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    for name in ("d.arrow", "d.arrows", "dump"):
        with (
            pa.OSFile(str(tmp_path / name), "wb") as sink,
            (pa.ipc.new_file if name == "d.arrow" else pa.ipc.new_stream)(sink, table.schema) as out,
        ):
            out.write_table(table)
        got = read(tmp_path / name)
        assert got.dump.format == "arrow"
        assert [tuple(m) for m in got.messages] == [(1, "a", None, DEFAULT, "x", None, None), (2, "", None, 0, "y", None, None)]
    (tmp_path / "bad.arrow").write_bytes(b"ARROW1\0\0nothing")
    with pytest.raises(DumpError, match="not Arrow that can be read"):
        read(tmp_path / "bad.arrow")


def test_memotrace_text_and_its_older_csv(tmp_path: Path) -> None:
    got = read(put(tmp_path / "m.txt", "2026-05-01 18:00:00 小红\n在吗\n\n2026-05-01 18:01:00 我\n在\n"), format="wechat")
    assert [(m.text, m.sender) for m in got.messages] == [("在吗", "小红"), ("在", "me")]
    head = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime\n"
    got = read(put(tmp_path / "m.csv", head + "1,3,1,0,1,1777629600,,你好,2026-05-01 18:00:00,123\n"))
    assert [tuple(m) for m in got.messages] == [(1, "你好", "1", DEFAULT, None, "3", None)]


def test_imessage_noise(tmp_path: Path) -> None:
    got = read(
        put(
            tmp_path / "Ben.txt", "May 01, 2026 10:00:00 AM\nMe\n\nMay 01, 2026 10:01:00 AM\n\nMay 01, 2026  1:01:00 PM\nBen\nhi\n\n\nbye\n"
        ),
        format="imessage",
    )
    assert [(m.text, m.sender, m.channel) for m in got.messages] == [("", "Me", "Ben"), ("hi\n\n\nbye", "Ben", "Ben")]
    assert got.dump.notes.broken == 1


def test_imessage_renamed_chats_stand_between_messages(tmp_path: Path) -> None:
    told, said = "May 01, 2026 10:00:00 AM You named the conversation Kraken Support", "May 01, 2026 10:00:00 AM\nMe\nhi"
    got = read(put(tmp_path / "Ben.txt", f"{told}\n\n{said}\n\n{told}\n\n"))
    assert got.dump.format == "imessage"
    assert [(m.row, m.text, m.sender) for m in got.messages] == [
        (1, "You named the conversation Kraken Support", None), (3, "hi", "Me"), (7, "You named the conversation Kraken Support", None)
    ]  # fmt: skip
    assert {m.time for m in got.messages} == {DEFAULT}
    assert read(put(tmp_path / "log.txt", f"{told}\n{told}\n")).dump.format == "txt"


def test_chatlab_lines(tmp_path: Path) -> None:
    lines = ['{"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": {"name": "群"}}', '{"_type": "member", "platformId": "1"}',
             '{"_type": "message", "sender": "1", "timestamp": 1777629600, "type": 0, "content": "hi"}']  # fmt: skip
    got = read(put(tmp_path / "c.jsonl", "\n".join(lines)))
    assert got.dump.format == "chatlab"
    assert [tuple(m) for m in got.messages] == [(3, "hi", None, DEFAULT, "1", "群", None)]


def test_chatlab_remarks_and_members(tmp_path: Path) -> None:
    head, said = '{"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": {"name": "群"}}', {"sender": "1", "timestamp": 1777629600}
    member = {"platformId": "1", "accountName": "小美", "groupNickname": "美"}
    lines = ["# exported", "", head, "# a remark", json.dumps({"_type": "member", **member}),
             json.dumps({"_type": "message", **said, "content": "# hi"}),
             json.dumps({"_type": "message", **said, "accountName": "Mia", "content": "a"})]  # fmt: skip
    got = read(put(tmp_path / "c.jsonl", "\n".join(lines)))
    assert (got.dump.format, got.dump.notes.broken) == ("chatlab", 0)
    assert [(m.row, m.text, m.sender, m.channel) for m in got.messages] == [(6, "# hi", "美", "群"), (7, "a", "Mia", "群")]
    messages = [{**said, "content": "x"}, {**said, "sender": "2"}]
    document = {"meta": {"name": "群"}, "chatlab": {}, "members": [5, member], "messages": messages}
    got = read(put(tmp_path / "c.json", document))
    assert (got.dump.format, got.dump.notes.broken) == ("chatlab", 1)
    assert [(m.row, m.sender, m.channel) for m in got.messages] == [(1, "美", "群"), (2, "2", "群")]
    got = read(put(tmp_path / "own.jsonl", '{"text": "a"}\n# no remark\n{"text": "b"}\n'))
    assert (got.texts, got.dump.notes.broken) == (["a", "b"], 1)


CHATLOG = """小红(wxid_a) 05-01 18:00:00
你好

系统消息 05-01 18:00:10
"小黑"修改群名为“官方客服”

骗子(wxid_b) 05-01 18:00:20
> 小红(wxid_a) 05-01 18:00:00
> 你好
我是官方客服，
请把验证码发给我

a>b(wxid_c) 05-01 18:00:30
> [引用]
好的
"""


def test_chatlog_replies_and_what_the_chat_tells(tmp_path: Path) -> None:
    want = [("你好", "小红"), ('"小黑"修改群名为“官方客服”', None), ("我是官方客服，\n请把验证码发给我", "骗子"), ("好的", "a>b")]
    kept = ("> 小红(wxid_a) 05-01 18:00:00\n> 你好\n我是官方客服，\n请把验证码发给我", "骗子")  # nobody said 你好 there
    for chat, told in ((CHATLOG, want), (CHATLOG.partition("你好\n\n")[2], [want[1], kept, want[3]])):  # an event comes first, too
        got = read(put(tmp_path / "c.txt", chat))
        assert got.dump.format == "wechat"
        assert [(m.text, m.sender) for m in got.messages] == told
    assert read(put(tmp_path / "c.txt", "系统消息 05-01 18:00:10\nx\n\nwxid_b 05-01 18:00:20\n好\n")).dump.format == "wechat"


@pytest.mark.parametrize("text", [
    "> 你好\n请把验证码发给我", "> 小红(wxid_a) 05-01\n> 你好", "> 小红(wxid_a) 05-01 18:00:00\n> 你好",
    "看\n> 小红(wxid_a) 05-01 18:00:00\n好",
])  # fmt: skip
def test_what_somebody_quotes_himself_is_read(tmp_path: Path, text: str) -> None:
    got = read(put(tmp_path / "c.txt", f"小红(wxid_a) 05-01 18:00:00\n{text}\n\n我 05-01 18:01:00\n嗯\n"))
    assert [(m.text, m.sender) for m in got.messages] == [(text, "小红"), ("嗯", "me")]


@pytest.mark.parametrize("log", [
    "error 05-01 18:00:00\nwarn 05-01 18:00:01\n", "2024-05-01 18:00:00 'a'\n2024-05-01 18:00:01 'b'\n", "2024-05-01 18:00:00 'a'\n",
    "> 小红(wxid_a) 05-01 18:00:00\n> 你好\n", "我 05-01 18:00:00\n好\n",
])  # fmt: skip
def test_a_log_is_no_chat_of_wechat(tmp_path: Path, log: str) -> None:
    assert read(put(tmp_path / "c.txt", log)).dump.format == "txt"


def test_chatlog_cards_and_forwarded_chats(tmp_path: Path) -> None:
    said = {"talker": "1@chatroom", "isSelf": False, "senderName": "小红", "content": ""}
    record = {"DataList": {"DataItems": [{"DataDesc": "快点"}]}}
    inner = {"DataType": "17", "DataTitle": "更多", "DataDesc": "x", "RecordXML": {"RecordInfo": record}}
    items = [{"SourceName": "客服", "DataDesc": "请把验证码发给我"}, inner]
    contents = [
        {"refer": {"seq": 0, "content": "请把验证码发给我"}},
        {"title": "账户异常", "desc": "请点击验证", "url": "https://evil.example/"},
        {"title": "聊天记录", "desc": "客服: 请把…", "recordInfo": {"DataList": {"DataItems": items}}},
        {"title": "聊天记录", "desc": "客服: 请把…", "recordInfo": {"DataList": {"DataItems": None}}},
    ]
    messages = [{"seq": i, **said, "contents": one} for i, one in enumerate(contents, 1)]
    event = {"seq": 9, **said, "sender": "系统消息", "senderName": "", "content": "小红修改群名"}
    got = read(put(tmp_path / "c.json", [*messages, event]))
    assert [(m.text, m.reply_to) for m in got.messages] == [
        ("", None), ("账户异常\n请点击验证 (https://evil.example/)", None), ("聊天记录\n请把验证码发给我\n更多\n快点", None),
        ("聊天记录\n客服: 请把…", None), ("小红修改群名", None),
    ]  # fmt: skip
    assert [m.sender for m in got.messages] == ["小红"] * 4 + [None]


def echo(number: int, **more: Any) -> dict[str, Any]:
    return {"localId": number, "createTime": 1777629600, "localType": 1, "content": "你好", "isSend": 0, **more}


@pytest.mark.parametrize(("session", "message", "sender"), [
    ({"username": "wxid_a", "displayName": "小美"}, {"senderUsername": "wxid_a"}, "小美"),
    ({"username": "wxid_a", "displayName": "小美"}, {"senderUsername": "wxid_me", "isSend": 1}, "me"),
    ({"username": "1@chatroom", "displayName": "小美"}, {"senderUsername": "wxid_a"}, "wxid_a"),
    ({"accountId": "1@chatroom", "displayName": "小美"}, {"senderUsername": "wxid_a", "senderDisplayName": "Tom", "isSend": 1}, "Tom"),
    ({"username": "1@chatroom", "displayName": "小美"}, {"senderUsername": None}, None),
])  # fmt: skip
def test_echotrace_says_who_speaks(tmp_path: Path, session: dict[str, Any], message: dict[str, Any], sender: str | None) -> None:
    got = read(put(tmp_path / "e.json", {"session": session, "messages": [echo(1, **message)]}, indent=2))
    assert got.dump.format == "wechat"
    assert [tuple(m) for m in got.messages] == [(1, "你好", "1", DEFAULT, sender, "小美", None)]


@pytest.mark.parametrize("senders", [2, 4000])
def test_weflow_with_numbers_of_senders(tmp_path: Path, senders: int) -> None:
    """Of a large group more is said than is looked at."""
    people = [{"senderID": i, "accountId": f"wxid_{i}" + "x" * 20, "displayName": f"成员{i}"} for i in range(1, senders + 1)]
    quoted = {"quotedSender": "成员1", "quotedContent": "你好", "appMsgKind": "quote", "appMsgDesc": "你好"}
    messages = [echo(1, senderID=senders, platformMessageId="9001", appMsgKind="link", appMsgDesc="今天截止"),
                echo(2, senderID=0, platformMessageId="9002", replyToMessageId="9001", **quoted) | {"content": "收到[引用 成员1：你好]"},
                echo(3, senderID=1, content="收到[引用 成员1：你好]")]  # fmt: skip
    export = {"weflow": {"version": "1", "format": "arkme-json"}, "session": {"accountId": "1@chatroom", "displayName": "群"}}
    got = read(put(tmp_path / "w.json", {**export, "senders": people, "messages": messages}, indent=2))
    assert got.dump.format == "wechat"
    assert [tuple(m) for m in got.messages] == [
        (1, "你好\n今天截止", "9001", DEFAULT, f"成员{senders}", "群", None), (2, "收到", "9002", DEFAULT, None, "群", "9001"),
        (3, "收到[引用 成员1：你好]", "3", DEFAULT, "成员1", "群", None),
    ]  # fmt: skip


def test_weflow_text(tmp_path: Path) -> None:
    got = read(put(tmp_path / "w.txt", "2026-05-01 18:00:00 '小美'\n你好\n2026-05-01 18:00:00 旧\n\n2026-05-01 18:01:00 '我'\n收到\n\n"))
    assert got.dump.format == "wechat"
    assert [(m.row, m.text, m.sender) for m in got.messages] == [(1, "你好\n2026-05-01 18:00:00 旧", "小美"), (5, "收到", "me")]


def test_a_session_of_ones_own_is_none_of_wechat(tmp_path: Path) -> None:
    got = read(put(tmp_path / "d.json", {"session": {"username": "x", "displayName": "y"}, "messages": [{"text": "hi"}]}, indent=2))
    assert (got.dump.format, got.texts) == ("json", ["hi"])


SIGNED = {"metadata": {"name": "QQChatExporter V5 / https://github.com/shuakami/qq-chat-exporter", "version": "5.0.0"}}
GROUP = {"chatInfo": {"name": "家庭群", "type": "group"}}


def qq_message(number: int, text: str, *elements: dict[str, Any]) -> dict[str, Any]:
    content = {"text": text, "elements": [*elements]}
    return {"id": str(number), "timestamp": DEFAULT, "sender": {"uid": "u_1", "name": "小美"}, "content": content}


def card(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


INNER = {"content": {"text": "[JSON消息]", "elements": [card("json", title="验证")]}}
ROWS = [{"buttons": [{"label": "领取", "data": "https://evil.example/"}, {"label": "否", "data": "x"}]}, 5]


@pytest.mark.parametrize(("text", "elements", "want", "reply"), [
    ("[JSON消息]", [card("json", title="领取补贴", description="点击验证", url="https://evil.example/")],
     "领取补贴\n点击验证 (https://evil.example/)", None),
    ("看[JSON消息]吧", [card("text", text="看"), card("json", title="领取补贴"), card("text", text="吧")], "看\n领取补贴\n吧", None),
    ("[JSON消息]", [card("json", title="JSON消息")], "[JSON消息]", None),
    ("[JSON消息]", [], "[JSON消息]", None),
    ("[转发消息: 2条]\n  客服: 请把…\n  Tom: 好", [card("forward", messages=[{"content": {"text": "请把验证码发给我"}}, 5, INNER])],
     "请把验证码发给我\n验证", None),
    ("[转发消息]", [card("forward", summary="<msg><title size='1'>客服: A&amp;B</title></msg>")], "客服: A&B", None),
    ("[转发消息]", [card("forward", preview=["客服: 请把验证码发给我", 5])], "客服: 请把验证码发给我", None),
    ("[转发消息]", [card("forward", title="转发消息")], "[转发消息]", None),
    ("[Markdown消息][内联键盘]", [card("markdown", content="se**e**d"), card("inline_keyboard", rows=ROWS)],
     "seed\n领取 (https://evil.example/)\n否", None),
    ("[回复消息]收到", [card("reply", messageId="7", referencedMessageId="1"), card("text", text="收到")], "收到", "1"),
    ("[回复消息]收到", [card("reply", messageId="0", content="请把验证码发给我")], "收到", None),
    ("[回复消息]收到", [], "[回复消息]收到", None),
    ("@小美 好", [card("at", name="小美"), "x", {"type": 5, "data": {}}, {"type": "json", "data": 5}], "@小美 好", None),
])  # fmt: skip
def test_what_a_message_of_qq_shows(tmp_path: Path, text: str, elements: list[Any], want: str, reply: str | None) -> None:
    got = read(put(tmp_path / "q.json", {**SIGNED, **GROUP, "messages": [qq_message(2, text, *elements)]}, indent=2))
    assert got.dump.format == "qq"
    assert [tuple(m) for m in got.messages] == [(1, want, "2", DEFAULT, "小美", "家庭群", reply)]


def test_qq_of_a_large_group(tmp_path: Path) -> None:
    """Its statistics are longer than what is looked at; what another program writes at such length is none of QQ."""
    senders = [{"uid": f"u_{i}" + "x" * 22, "name": f"成员{i}", "messageCount": 3} for i in range(3000)]
    export = {**GROUP, "statistics": {"senders": senders}, "messages": [qq_message(1, "你好")]}
    got = read(put(tmp_path / "q.json", {**SIGNED, **export}, indent=2))
    assert got.dump.format == "qq"
    assert [(m.text, m.time, m.channel) for m in got.messages] == [("你好", DEFAULT, "家庭群")]
    own = {**GROUP, "content": "x", "members": senders, "data": [{"text": "hi"}]}
    got = read(put(tmp_path / "own.json", own, indent=2))
    assert (got.dump.format, got.texts) == ("json", ["hi"])


@pytest.mark.parametrize("indent", [None, 2])
def test_qq_in_chunks(tmp_path: Path, indent: int | None) -> None:
    parts = [{**SIGNED, **GROUP, "messages": [qq_message(i, f"你好{i}")]} for i in (1, 2)]
    got = read(put(tmp_path / "q.json", {**SIGNED, "chunkInfo": {"totalChunks": 2}, "chunks": [*parts, 5]}, indent=indent))
    assert (got.dump.format, got.dump.notes.broken) == ("qq", 1)
    assert [(m.row, m.text, m.channel) for m in got.messages] == [(1, "你好1", "家庭群"), (2, "你好2", "家庭群")]


@pytest.mark.parametrize("indent", [None, 2])
def test_qq_in_a_folder_of_chunks(tmp_path: Path, indent: int | None) -> None:
    (tmp_path / "in" / "chunks").mkdir(parents=True)
    listed = {"format": "chunked-jsonl", "chunks": [{"fileName": "c000001.jsonl"}]}
    manifest = put(tmp_path / "in" / "manifest.json", {**SIGNED, **GROUP, "chunked": listed}, indent=indent)
    put(tmp_path / "in" / "chunks" / "c000001.jsonl", "".join(json.dumps(qq_message(i, f"你好{i}")) + "\n" for i in (1, 2)))
    got = read(tmp_path / "in")
    assert [(m.row, m.text, m.sender, m.time) for m in got.messages] == [(1, "你好1", "小美", DEFAULT), (2, "你好2", "小美", DEFAULT)]
    assert got.dump.notes.broken == 0
    with pytest.raises(DumpError, match="give the folder it lies in"):
        read(manifest)


def test_qq_text_of_the_exporter(tmp_path: Path) -> None:
    rule = "=" * 47
    chat = f"""[QQChatExporter V5 / https://github.com/shuakami/qq-chat-exporter]

{rule}
           QQ聊天记录导出文件
{rule}

聊天名称: 家庭群
导出时间: 2026-05-01 10:00:00

小美:
时间: 2026-05-01 10:00:00
内容: 他说:
时间: 晚上
第二行


Tom:
时间: 2026-05-01 10:00:00
类型: reply
内容: [回复消息]收到
回复: 小美 - 他说:
时间: 晚上
第二行


Ben:
时间: 2026-05-01 10:00:00
资源: 1 个文件
  - file: 钱包.pdf

{rule}
              导出完成
{rule}
总计导出 3 条消息
导出时间: 2026-05-01 10:00:00
"""
    got = read(put(tmp_path / "q.txt", chat))
    assert got.dump.format == "qq"
    assert [(m.row, m.text, m.sender, m.channel) for m in got.messages] == [
        (10, "他说:\n时间: 晚上\n第二行", "小美", "家庭群"), (17, "[回复消息]收到", "Tom", "家庭群"),
        (26, "资源: 1 个文件\n  - file: 钱包.pdf", "Ben", "家庭群"),
    ]  # fmt: skip
    assert {m.time for m in got.messages} == {DEFAULT}


LURE = {"contentType": "application/pdf", "caption": "send it"}
NUMBERED = {"name": {"given": "Kraken", "family": "Support"}, "phone": [{"value": "+1"}], "organization": None}


@pytest.mark.parametrize(("data", "want"), [
    ({"pollCreate": {"question": "Free coins?", "options": ["yes", "no", 5]}}, ["Free coins?\nyes\nno"]),
    ({"contacts": [NUMBERED]}, ["Kraken Support\n+1"]),
    ({"attachments": [{**LURE, "filename": "Wallet locked.pdf"}]}, ["Wallet locked.pdf\nsend it"]),
    ({"attachments": [{"contentType": "image/jpeg", "filename": "signal-2024.jpg", "caption": None}]}, []),
    ({"payment": {"note": "fee to unlock", "receipt": ""}}, ["fee to unlock"]),
    ({"message": "see", "previews": [{"url": "https://a.example", "title": "Wallet locked", "description": None}]}, ["see\nWallet locked"]),
    ({"message": ""}, [""]), ({"reaction": {"emoji": "x"}}, []), ({"groupInfo": {"groupId": "g", "type": "UPDATE"}}, []),
])  # fmt: skip
def test_what_signal_cli_receives_beside_text(tmp_path: Path, data: dict[str, Any], want: list[str]) -> None:
    envelope = {"source": "+1", "sourceUuid": "u", "dataMessage": {"timestamp": DEFAULT, "message": None, **data}}
    got = read(put(tmp_path / "s.jsonl", json.dumps({"envelope": envelope}) + "\n"))
    assert (got.dump.format, got.texts, got.dump.notes.broken) == ("signal", want, 0)


def change(kind: str, **update: Any) -> dict[str, Any]:
    return {"updateMessage": {"groupChange": {"updates": [{kind: update}]}}}


@pytest.mark.parametrize(("item", "want"), [
    ({"standardMessage": {"attachments": [{"pointer": {**LURE, "fileName": "Wallet locked.pdf"}}]}},
     [("Wallet locked.pdf\nsend it", "Ben")]),
    ({"standardMessage": {"attachments": [{"pointer": {"contentType": "image/png", "fileName": "a.png"}}, {}]}}, []),
    ({"standardMessage": {"text": {"body": "see"}, "linkPreview": [{"url": "https://a.example", "title": "Wallet locked"}]}},
     [("see\nWallet locked", "Ben")]),
    (change("groupNameUpdate", updaterAci="QUJD", newGroupName="Kraken Support"), [("Kraken Support", "Mia")]),
    (change("groupNameUpdate", updaterAci="eHl6", newGroupName="Kraken Support"), [("Kraken Support", None)]),
    (change("groupDescriptionUpdate", newDescription="send it"), [("send it", "Ben")]),
    (change("groupDescriptionUpdate", updaterAci="QUJD"), []), (change("groupMemberAddedUpdate", newMemberAci="QUJD"), []),
    ({"standardMessage": {"text": {"body": "b"}}, "revisions": [{"authorId": "2", "standardMessage": {"text": {"body": "a"}}}]},
     [("a", "Ben"), ("b", "Ben")]),
])  # fmt: skip
def test_what_a_backup_of_signal_says_beside_text(tmp_path: Path, item: dict[str, Any], want: list[tuple[str, str | None]]) -> None:
    lines = [{"recipient": {"id": "2", "contact": {"profileGivenName": "Ben"}}},
             {"recipient": {"id": "3", "contact": {"profileGivenName": "Mia", "aci": "QUJD"}}},
             {"chatItem": {"chatId": "1", "authorId": "2", "dateSent": str(DEFAULT), **item}}]  # fmt: skip
    got = read(put(tmp_path / "main.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    assert [(m.row, m.text, m.sender) for m in got.messages] == [(3, *one) for one in want]
    assert got.dump.notes.broken == 0
