"""How the Telegram handler reads what stands beside the text of a message: links, names, dates, rich messages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from .chatting import ADVISORY, SCAM

pytest.importorskip("telegram", reason="needs the telegram extra")

from telegram import Update

from scamguard.chat.telegram import _held, text_of, views

from .test_chat_telegram import CHAT, FILE, LINK, POLL, STRANGER, message


@pytest.mark.parametrize("leads", ["url", "login_url", "web_app"])
def test_where_a_button_leads_is_shown_to_the_guard(leads: str) -> None:
    link = "https://evil.example/x"
    buttons = {"inline_keyboard": [[{"text": "go", leads: link if leads == "url" else {"url": link}}]]}
    update = Update.de_json({"update_id": 1, "message": message("hi", reply_markup=buttons)}, None)
    assert update.message is not None
    assert text_of(update.message) == "hi\ngo (https://evil.example/x)"


def test_a_hidden_link_is_shown_to_the_guard() -> None:
    entity = {"type": "text_link", "offset": 3, "length": 4, "url": "https://evil.example/x"}
    update = Update.de_json({"update_id": 1, "message": message("👍 here is it", entities=[entity])}, None)
    assert update.message is not None
    assert text_of(update.message) == "👍 here is it (https://evil.example/x)"


@pytest.mark.parametrize(
    ("more", "want"),
    [
        ({"poll": {**POLL, "explanation": "here", "explanation_entities": [LINK]}}, "which?\nhere (https://evil.example/x)\nok"),
        ({"text": "hi", "link_preview_options": {"url": LINK["url"]}}, f"hi\n{LINK['url']}"),
        ({"text": LINK["url"], "link_preview_options": {"url": LINK["url"]}}, LINK["url"]),
        ({"text": "hi", "forward_origin": {"type": "user", "sender_user": STRANGER, "date": 1}}, "Kraken Support\nhi"),
        ({"text": "hi", "via_bot": {"id": 5, "is_bot": True, "first_name": "Bot", "username": "ledger_help1_bot"}},
         "via @ledger_help1_bot\nhi"),
        ({"rich_message": {"blocks": [
            {"type": "anchor", "name": "hidden"}, {"type": "audio", "audio": {**FILE, "duration": 1, "title": "T", "mime_type": "a/b"}},
            {"type": "paragraph", "text": ["see ", {"type": "url", "text": {"type": "bold", "text": "this"}, "url": LINK["url"]},
                {"type": "custom_emoji", "custom_emoji_id": "7", "alternative_text": "👍"}]},
            {"type": "buttons", "buttons": [{"text": "go", "url": LINK["url"]}]},
            {"type": "paragraph", "text": {"type": "button", "button": {"text": "now", "url": LINK["url"]}}}]}},
         f"T\nsee this👍 ({LINK['url']})\ngo ({LINK['url']})\nnow ({LINK['url']})"),
        ({"text": "hi", "forward_origin": {"type": "channel", "chat": CHAT, "message_id": 1, "date": 1, "author_signature": "Max"}},
         "Traders\nMax\nhi"),
    ],
)  # fmt: skip
def test_links_and_names_beside_the_text_are_shown_to_the_guard(more: dict[str, Any], want: str) -> None:
    update = Update.de_json({"update_id": 1, "message": message(**more)}, None)
    assert update.message is not None
    assert text_of(update.message) == want


def test_a_rich_message_that_the_library_knows_is_read_too() -> None:
    rich = SimpleNamespace(to_dict=lambda: {"blocks": ({"type": "paragraph", "text": ("a", "b")},)})
    assert [*filter(None, _held(SimpleNamespace(rich_message=rich, api_kwargs={})))] == ["ab"]  # type: ignore[arg-type] # a stand-in


@pytest.mark.parametrize("shape", ["", "r", "wDT"])
def test_a_date_that_takes_the_place_of_words_excuses_nothing(shape: str) -> None:
    entity = {"type": "date_time", "offset": 0, "length": len(ADVISORY), "unix_time": 1_700_000_000, "date_time_format": shape}
    update = Update.de_json({"update_id": 1, "message": message(f"{ADVISORY} {SCAM}", entities=[entity])}, None)
    assert update.message is not None
    found = views(update.message)
    assert found[0] == f"{ADVISORY} {SCAM}"
    assert [text[10:] for text in found[1:]] == ([f" {SCAM}"] if shape else [])
