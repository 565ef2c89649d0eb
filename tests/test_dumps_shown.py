"""What a program shows is what is read: Slack's blocks, HTML as the standard has it, bodies that look like an exporter's own lines."""

from __future__ import annotations

import base64
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from scamguard.dumps import html
from scamguard.dumps.slackblocks import text_of

from .dumping import read

if TYPE_CHECKING:
    from pathlib import Path

TS = "1777629600.000100"
EVIL = "https://evil.invalid"


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("message", "want"),
    [
        ({"text": "Notification", "blocks": [section("Send <https://a.invalid|it>")]}, "Send it (https://a.invalid)"),
        ({"text": "shown in place of it", "blocks": [{"type": "divider"}]}, "shown in place of it"),
        ({"text": "both", "blocks": [section("words"), {"type": "of tomorrow"}]}, "both\nwords"),
        ({"text": "both", "blocks": [section("words"), {"type": ["x"]}]}, "both\nwords"),
        (
            {"blocks": [rich({"type": "text", "text": "go "}, {"type": "link", "url": EVIL, "text": "kraken.com"})]},
            f"go kraken.com ({EVIL})",
        ),
        ({"blocks": [rich({"type": "link", "url": EVIL})]}, EVIL),
        ({"blocks": [rich({"type": "text", "text": "typed <a|b> &amp;"})]}, "typed <a|b> &amp;"),
        (
            {"blocks": [rich({"type": "user", "user_id": "U1"}, {"type": "text", "text": " hi "}, {"type": "emoji", "name": "wave"},
                             {"type": "broadcast", "range": "here"}, {"type": "channel", "channel_id": "C1"})]},
            "@Mia hi :wave:@here#C1",
        ),
        ({"blocks": [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Claim &lt;3"},
                      "url": EVIL}]}]}, f"Claim <3 ({EVIL})"),
        ({"blocks": [{"type": "image", "title": {"type": "plain_text", "text": "T"}, "alt_text": "A"}]}, "T\nA"),
        ({"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, rich({"type": "text", "text": "b"})]]}]}, "a\nb"),
        ({"attachments": [{"fallback": "[no preview]", "blocks": [section("Send your seed")]}]}, "Send your seed"),
        ({"attachments": [{"fallback": "only this"}, 5]}, "only this"),
        (
            {"attachments": [{"title": "A", "title_link": EVIL, "fields": [{"title": "f", "value": "v"}], "footer": "foot",
                              "actions": [{"text": "Claim", "url": EVIL}]}]},
            f"A ({EVIL})\nf: v\nClaim ({EVIL})\nfoot",
        ),
        ({"text": "see", "files": [{"mode": "snippet", "title": "note", "preview": "send your seed"}]}, "see\nnote\nsend your seed"),
        ({"files": [{"mode": "email", "title": "Fwd", "plain_text": "all of it", "preview": "all"}]}, "Fwd\nall of it"),
        (
            {"text": "see", "files": [{"title": "cat.png", "name": "cat.png", "preview": "x"}, {"title": "T", "name": 5}]},
            "see\ncat.png\nT",
        ),
        ({"text": f"<!date^1392734382^Send {{date_num}} it^{EVIL}|hello> you"}, f"Send 2014-02-18 it you ({EVIL})"),
        ({"text": "<!date^1392734382^{date}|hello>, <!date^now^Send it|hello>, <!date>"}, "2014-02-18, hello Send it, @date"),
        ({"blocks": [rich({"type": "date", "timestamp": 1392734382, "format": "Send {date_num} it", "url": EVIL, "fallback": "hello"})]},
         f"Send 2014-02-18 it ({EVIL})"),
        ({"attachments": [{"author_name": "Max", "message_blocks": [{"message": {"blocks": [section("Send it")]}}, {"message": 5}]}]},
         "Max\nSend it"),
        ({"blocks": [{"type": "input", "label": {"text": "L"}, "hint": {"text": "H"}, "element": {"option_groups": [
            {"label": {"text": "G"}, "options": [{"text": {"text": "O"}}]}]}}]}, "L\nH\nG\nO"),
        ({"blocks": [{"type": "carousel", "elements": [{"type": "card", "hero_image": {"alt_text": "I"}, "title": {"text": "T"},
            "subtitle": {"text": "S"}, "body": {"text": "B"}, "actions": [{"text": {"text": "Go"}, "url": EVIL}]}]}]},
         f"T\nS\nB\nI\nGo ({EVIL})"),
        ({"blocks": [{"type": "plan", "title": "P", "tasks": [{"title": "T", "details": rich({"type": "text", "text": "D"}),
            "output": rich({"type": "text", "text": "O"}), "sources": [{"type": "url", "url": EVIL, "text": "S"}]}]}]},
         f"P\nT\nD\nO\nS ({EVIL})"),
    ],
)  # fmt: skip
def test_slack_shows(message: dict[str, Any], want: str) -> None:
    assert text_of(message, {"U1": "Mia"}) == want


def test_a_slack_export_whose_people_are_broken_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("users.json", '{"broken')
        archive.writestr("channels.json", "[]")
        archive.writestr("dms.json", '[{"id": "D1", "members": 5}]')
        archive.writestr("D1/2026-05-01.json", json.dumps([{"type": "message", "user": "U1", "text": "hi", "ts": TS}]))
    got = read(tmp_path / "s.zip")
    assert [(m.text, m.sender, m.channel) for m in got.messages] == [("hi", "U1", "D1")]
    assert got.dump.notes.places[-1].endswith("ids stand for the names in it")


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("<html><head><meta charset=utf-8><p>Send it</p></html>", "Send it"),
        ("<body>hi <head>Send it</head></body>", "hi Send it"),
        ("<p>hi</p><!-->Send it<p>x</p><!-- -->", "hi\nSend it\nx"),
        ("<img alt='Send it' src=cid:1>", "Send it"),
        ("<a href='https://e.invalid'><img alt='Pay'></a>", "Pay (https://e.invalid)"),
        ("<input type=submit value='Send it'><input type=hidden value=x><input placeholder='seed phrase'>", "Send it seed phrase"),
        ("<noscript>shown</noscript><template>not</template><iframe>not</iframe><textarea>too</textarea>", "showntoo"),
        ("<table><tr><td>a<td>b<tr><th>c</table>", "a\nb\nc"),
        ("<a href='https://e.invalid'>open", "open (https://e.invalid)"),
        ("<a href='https://e.invalid'>a<a href='https://f.invalid'>b", "ab (https://e.invalid) (https://f.invalid)"),
        ("a\udcffb", "a\udcffb"),
        ("", ""),
    ],
)
def test_html_shows(markup: str, want: str) -> None:
    assert html.words(markup) == want


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        (f"<a href='{EVIL}'><img src=x></a>", EVIL),
        (f"<a href='{EVIL}'>&nbsp;</a>", EVIL),
        (f"hi <a href='{EVIL}'><img></a>there. You", f"hi there. You\n{EVIL}"),
        (f"<map><area href='{EVIL}'><area alt=Go href='{EVIL}/go'></map>", f"Go ({EVIL}/go)\n{EVIL}"),
        (f"<form action='{EVIL}'><input placeholder=Seed><input type=submit value=Go></form>", f"Seed Go\n{EVIL}"),
        (f"<form><button formaction='{EVIL}'>Go</button>", f"Go ({EVIL})"),
        (f"<input type=submit value=Go formaction='{EVIL}'>", f"Go ({EVIL})"),
        (f"<meta http-equiv=Refresh content='0; URL={EVIL}'>hi", f"hi\n{EVIL}"),
        (f"<base href='{EVIL}/'><a href=login>Verify</a> <a href='#top'>up</a>", f"Verify up ({EVIL}/login)"),
        (f"<base href='{EVIL}/'>{'<b></b>' * 2100}<a href=login>Verify</a>", f"Verify ({EVIL}/login)"),
        (f"<base href><meta http-equiv=refresh><meta http-equiv=refresh content='0;{EVIL}'>hi", f"hi\n{EVIL}"),
        ("<a href='//evil.invalid/x'>Verify</a><a href=login> now</a>", "Verify now (https://evil.invalid/x)"),
        (f"<svg><a xlink:href='{EVIL}'><text>Claim</text></a></svg>", f"Claim ({EVIL})"),
        ("<a href='ht\ntps://evil.invalid'> </a>", EVIL),
        ("<a href='https://[x'><img></a>", "https://[x"),
        (f"<a href='{EVIL}'><img></a><a href='{EVIL}'>Pay</a><a href='{EVIL}'><img></a>", f"Pay ({EVIL})"),
        (f"kraken.com se<a href='{EVIL}'><img></a>ed<a href='{EVIL}/2'> </a><p>hi", f"kraken.com seed\n{EVIL}\n{EVIL}/2\nhi"),
        (f"<a href='{EVIL}'><img></a><p><a href='{EVIL}'><img></a>", EVIL),
        ("<img src='https://t.invalid/p.gif'><link rel=stylesheet href='https://s.invalid'><a href='cid:1'><img></a>hi", "hi"),
        ("hi <span data-mx-spoiler='see why'>there</span>", "hi see why there"),
    ],
)
def test_what_leads_somewhere_without_words_says_where(markup: str, want: str) -> None:
    assert html.words(markup) == want


def test_nothing_is_lost_where_long_html_is_cut() -> None:
    rows = "".join(f"<tr><td>a{i}</td><td>b{i}</td></tr>" for i in range(3000))
    assert html.words(f"<table>{rows}</table>").split("\n") == [f"{letter}{i}" for i in range(3000) for letter in "ab"]
    assert html.words("<b>x</b>" * 5000).replace("\n", "") == "x" * 5000


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table><tr><td>", "<a><p>", "<div><table></div></table>", "<svg><a>"])
def test_deep_html_takes_no_time(tag: str) -> None:
    """A tree that follows the standard takes the square of the open elements: 200,000 of them four minutes."""
    begin = time.process_time()
    assert html.words(tag * 40_000 + "x").endswith("x")
    assert time.process_time() - begin < 10


def mail(tmp_path: Path, plain: str, rich_text: str) -> str:
    head = 'Subject: s\nFrom: a@b\nDate: x\nContent-Type: multipart/alternative; boundary="B"\n\n--B\nContent-Type: text/plain\n\n'
    (tmp_path / "m.eml").write_text(f"{head}{plain}\n--B\nContent-Type: text/html\n\n{rich_text}\n--B--\n", "utf-8")
    return read(tmp_path / "m.eml").texts[0]


def test_of_two_alternatives_all_that_either_says_is_read(tmp_path: Path) -> None:
    long = "Please send your seed phrase to our agent today."
    honest = "An honest letter about the weather of tomorrow"
    assert mail(tmp_path, honest, f"<p>{long}</p>") == f"s\n\n{long}\n\n{honest}"
    assert mail(tmp_path, long, f"<p>{honest}</p>") == f"s\n\n{honest}\n\n{long}"
    assert mail(tmp_path, long, "<p>Hello</p>") == f"s\n\nHello\n\n{long}"
    assert mail(tmp_path, long, f"<p>{long.replace(' to', '<br>to')}</p>") == "s\n\n" + long.replace(" to", "\nto")  # the same: once
    assert mail(tmp_path, f"Never {long}", f"<p>{long}</p>") == f"s\n\n{long}\n\nNever {long}"
    assert mail(tmp_path, long, "<p></p>") == f"s\n\n{long}"


def test_a_mailbox_that_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    one = "From a@b Wed May 01 10:00:00 2024\r\nSubject: {}\r\nFrom: a@b\r\nDate: x\r\n\r\nbody {}\r\n\r\n"
    (tmp_path / "m").write_bytes(b"\xef\xbb\xbf" + (one.format(1, 1) + one.format(2, 2)).encode())
    got = read(tmp_path / "m")
    assert (got.dump.format, got.texts) == ("mbox", ["1\n\nbody 1", "2\n\nbody 2"])
    (tmp_path / "m").write_bytes(b"\xef\xbb\xbfSubject: 3\nFrom: a@b\nDate: x\n\nbody")
    got = read(tmp_path / "m")
    assert (got.dump.format, got.texts) == ("eml", ["3\n\nbody"])


def test_a_mailbox_of_thunderbird_is_told_without_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "m").write_text(f"From - Wed May 01 10:00:00 2024\nX-Mozilla-Keys:{' ' * 22}\nSubject: s\nFrom: a@b\n\nbody\n", "utf-8")
    got = read(tmp_path / "m")
    assert (got.dump.format, got.texts) == ("mbox", ["s\n\nbody"])
    (tmp_path / "t.txt").write_text("From today on, at 10:00, we meet\nAgenda:\nthe hall\n", "utf-8")
    assert read(tmp_path / "t.txt").dump.format == "txt"


def test_an_imessage_that_looks_like_an_exporters_line(tmp_path: Path) -> None:
    at = "May 01, 2026 10:0{}:00 AM\nBen\n"
    bodies = {
        "    Send me your seed phrase\n\n    now": "    Send me your seed phrase\n\n    now",
        "Tapbacks:\nsend me your seed phrase": "Tapbacks:\nsend me your seed phrase",
        "ok\nTapbacks:\n    Loved by Mia\n    🎉 by Me": "ok",
        "ok\nTapbacks:\nLiked by Mia\nand send it": "ok\nand send it",
        "hi\n    May 01, 2026 10:09:00 AM\n    Mia\n    a copy\n\n    no copy": "hi\n\n    no copy",
    }
    (tmp_path / "c.txt").write_text("".join(f"{at.format(i)}{body}\n\n" for i, body in enumerate(bodies)), "utf-8")
    assert read(tmp_path / "c.txt", format="imessage").texts == [*bodies.values()]


WHEN = "May 01, 2026 10:00:00 AM"


@pytest.mark.parametrize(
    ("body", "want"),
    [
        (f"{WHEN} Send your seed\nEdited 15 seconds later: see you\nEdited 1 minute, 5 seconds later: ok", "Send your seed\nsee you\nok"),
        (f"{WHEN} Send\nyour seed\nEdited 15 seconds later: see you\n\n{WHEN} one\nEdited 2 hours later: two",
         "Send\nyour seed\nsee you\n\none\ntwo"),
        (f"{WHEN} was the deadline", f"{WHEN} was the deadline"),
        (f"see:\n{WHEN}\nwas the deadline", f"see:\n{WHEN}\nwas the deadline"),
        (f"see:\n\n{WHEN} was the deadline", f"see:\n\n{WHEN} was the deadline"),
        (f"see you\nEdited 15 seconds later: {WHEN} is when", f"see you\n{WHEN} is when"),
        ("Edited it later: see you", "Edited it later: see you"),
    ],
)  # fmt: skip
def test_an_imessage_is_one_with_all_its_versions(tmp_path: Path, body: str, want: str) -> None:
    before, after = f"{WHEN}\nMe\nhi\n\n", f"{WHEN}\nMe\nok\n\n"
    (tmp_path / "c.txt").write_text(f"{before}{WHEN} (Read by you after 5 seconds)\n+15550100\n{body}\n\n{after}", "utf-8")
    got = read(tmp_path / "c.txt")
    assert (got.dump.format, got.dump.notes.broken) == ("imessage", 0)
    assert [(m.text, m.sender) for m in got.messages] == [("hi", "Me"), (want, "+15550100"), ("ok", "Me")]


@pytest.mark.parametrize("told", [
    "Mia renamed the conversation to Kraken Support", "You added Tom to the conversation.", "Tom left the conversation.",
    "Mia changed the group photo.", "Mia unsent a message!",
])  # fmt: skip
def test_what_happens_to_an_imessage_chat_is_said_by_nobody(tmp_path: Path, told: str) -> None:
    (tmp_path / "c.txt").write_text(f"{WHEN}\nMe\nhi\n\n{WHEN} {told}\n\n{WHEN}\nMe\nok\n\n", "utf-8")
    assert [(m.text, m.sender) for m in read(tmp_path / "c.txt").messages] == [("hi", "Me"), (told, None), ("ok", "Me")]


def test_an_sms_that_speaks_of_data_and_characters_beyond_all(tmp_path: Path) -> None:
    records = ["""<sms body='say data="seed phrase" now'/>""", '<sms body="a &#99999999999; &#xFFFFFFFFFFFF; b &#00000000000000065;"/>',
               """<mms><part ct="image/png" data="AAAA"/><part ct="text/plain" text='data="x" y' data='BBBB'/></mms>"""]  # fmt: skip
    (tmp_path / "s.xml").write_text(f"<smses>{''.join(records)}</smses>", "utf-8")
    got = read(tmp_path / "s.xml")
    assert got.texts == ['say data="seed phrase" now', "a \ufffd \ufffd b A", 'data="x" y']
    assert got.dump.notes.broken == 0


def test_telegram_shows_more_than_texts(tmp_path: Path) -> None:
    shown: list[tuple[dict[str, Any], str]] = [
        ({"poll": {"question": ["Seed ", {"type": "bold", "text": "now?"}], "answers": [{"text": ["yes"]}]}}, "Seed now?\nyes"),
        ({"todo_list": {"title": "To do", "answers": [{"text": "send it"}]}}, "To do\nsend it"),
        ({"invoice_information": {"title": "Fee", "description": "pay it"}}, "Fee\npay it"),
        ({"invoice_information": json.dumps({"title": "Unlock it", "description": "pay", "amount": 5}, indent=4)}, "Unlock it\npay"),
        ({"invoice_information": '{"title": "Unlock \\x1b it"}'}, '{"title": "Unlock \\x1b it"}'),
        ({"invoice_information": "5"}, ""),
        ({"media_type": "audio_file", "file_name": "a.mp3", "performer": "Kraken", "title": "Send it"}, "Kraken\nSend it"),
        ({"media_type": "audio_file", "file_name": "Send it.mp3"}, "Send it.mp3"),
        ({"media_type": "voice_message", "file_name": "a.ogg", "title": "no"}, ""),
        ({"file": "files/Kraken.zip"}, "Kraken .zip"),
        ({"file": "(File not included. Change data exporting settings to download.)"}, ""),
        ({"file": "files/a (1).pdf", "file_name": "a.pdf"}, "a.pdf"),
        ({"game_title": "G", "game_description": "d"}, "G\nd"),
        ({"type": "service", "action": "topic_edit", "new_title": "Official support", "actor": "Mia"}, "Official support"),
    ]
    known = {"type": "message", "text": "", "from": {"a": 1}, "from_id": "u1"}
    messages = [known | more for more, _ in shown]
    (tmp_path / "r.json").write_text(json.dumps({"name": "C", "type": "personal_chat", "id": 1, "messages": messages}), "utf-8")
    got = read(tmp_path / "r.json")
    assert got.texts == [text for _, text in shown]
    assert {message.sender for message in got.messages} == {"u1", "Mia"}


@pytest.mark.parametrize("answer", [{"text": "a"}, {"pollMedia": {"text": "a"}}, {"poll_media": {"text": "a"}}, {"answer": "a"}])
def test_discord_polls_and_what_is_forwarded_forwards(tmp_path: Path, answer: dict[str, Any]) -> None:
    poll = {"content": "", "poll": {"question": {"text": "Seed?"}, "answers": [answer, {}]}}
    named = {"content": "", "embeds": [{"author": {"name": "Max", "url": EVIL}}], "stickers": [{"name": "wave"}, {}]}
    forwards: dict[str, Any] = {"content": "deepest"}
    for _ in range(300):
        forwards = {"content": "", "forwardedMessage": forwards}
    export = {"guild": {"name": "G"}, "channel": {"name": "c"}, "messages": [poll, named, forwards]}
    (tmp_path / "d.json").write_text(json.dumps(export), "utf-8")
    assert read(tmp_path / "d.json").texts == ["Seed?\na", f"Max ({EVIL})\nwave", "deepest"]


def test_discord_shows_the_names_of_files(tmp_path: Path) -> None:
    file: dict[str, Any] = {"id": "1", "url": "https://cdn.invalid/x", "fileName": "Your_wallet_is_locked.pdf"}
    forwards = {"content": "see", "attachments": [], "forwardedMessage": {"content": "", "attachments": [file, {"fileName": None}]}}
    messages = [{"content": "", "attachments": [file]}, forwards, {"content": "x", "attachments": [5, {}]}]
    export = {"guild": {"name": "G"}, "channel": {"name": "c"}, "messages": messages}
    (tmp_path / "d.json").write_text(json.dumps(export), "utf-8")
    assert read(tmp_path / "d.json").texts == [file["fileName"], f"see\n{file['fileName']}", "x"]


def mms(tmp_path: Path, *parts: str) -> str:
    (tmp_path / "s.xml").write_text(f'<smses><mms msg_box="1">{"".join(f"<part {part}/>" for part in parts)}</mms></smses>', "utf-8")
    got = read(tmp_path / "s.xml")
    assert got.dump.notes.broken == 0
    return got.texts[0]


def test_an_mms_shows_its_texts_and_the_names_of_its_files(tmp_path: Path) -> None:
    card = base64.b64encode(b"BEGIN:VCARD\nVERSION:3.0\nFN:Kraken Support\nNOTE:Send your seed\nEND:VCARD").decode()
    assert mms(tmp_path, f'ct="text/x-vCard" name="a.vcf" text="null" data="{card}"') == "a.vcf\nKraken Support\nSend your seed"
    assert mms(tmp_path, 'ct="text/html; charset=utf-8" text="&lt;b&gt;Send&lt;/b&gt; it"') == "Send it"
    assert mms(tmp_path, 'ct="application/pdf" fn="null" cl="Wallet locked.pdf" text="null" data="AAAA"') == "Wallet locked.pdf"
    seen = [f'ct="{kind}" name="Send it" cl="x.txt" text="null"' for kind in ("image/jpeg", "video/mp4", "application/smil", "text/plain")]
    assert mms(tmp_path, *seen, 'ct="text/vcard" data="!"', 'text="x"', f'ct="text/vcard" data="{card}{" " * 70_000}"') == ""


def test_slack_sets_the_suffix_of_a_file_apart() -> None:
    assert text_of({"files": [{"title": "kraken.zip", "name": "kraken.zip"}]}, {}) == "kraken .zip"
    assert text_of({"files": [{"title": "Go to kraken.so", "name": "kraken.so"}]}, {}) == "Go to kraken.so\nkraken .so"
