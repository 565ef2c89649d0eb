"""The Telegram handler inside a real python-telegram-bot application; only the wire to Telegram is replaced."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from . import chatting
from .chatting import ADVISORY, SCAM, moderator, quotes

pytest.importorskip("telegram", reason="needs the telegram extra")

from telegram import Update
from telegram.error import Forbidden, NetworkError, TimedOut
from telegram.ext import Application, MessageHandler, filters
from telegram.request import BaseRequest

from scamguard.chat.telegram import handler

if TYPE_CHECKING:
    from scamguard.guard import Guard

CHAT = {"id": -1001234567890, "type": "supergroup", "title": "Traders", "username": "traders"}
STRANGER = {"id": 666, "is_bot": False, "first_name": "Kraken Support", "language_code": "zh-hans"}
MIA = {"id": 42, "is_bot": False, "first_name": "Mia", "language_code": "en"}
MODERATORS = -100777


class Wire(BaseRequest):
    """Stands for Telegram: notes what is asked and says yes, or no."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refuses: set[str] = set()
        self.faults: list[Exception | dict[str, Any]] = []  # of deletions, one after the other

    read_timeout = 5.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(self, url: str, method: str, request_data: Any = None, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        asked = dict(request_data.parameters) if request_data else {}
        if name == "getMe":
            result: Any = {"id": 1, "is_bot": True, "first_name": "guard", "username": "guard_bot"}
        else:
            self.calls.append((name, asked))
            sent = {"message_id": 99, "date": 1, "chat": {"id": asked.get("chat_id"), "type": "group"}}
            result = True if name == "deleteMessage" else sent
        if name == "deleteMessage" and self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault["error_code"], json.dumps({"ok": False, "description": "Too Many Requests", **fault}).encode()
        if name in self.refuses:
            return 400, json.dumps({"ok": False, "error_code": 400, "description": "Bad Request: message can't be deleted"}).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()


def run(
    chief: Any, *payloads: dict[str, Any], refuses: tuple[str, ...] = (), moderators: int | None = MODERATORS,
    faults: tuple[Exception | dict[str, Any], ...] = (),
) -> tuple[list[tuple[str, dict[str, Any]]], int]:
    """Feed updates to a bot; give the calls it made, and how many messages the next handler saw."""
    wire, seen = Wire(), list[Update]()
    wire.refuses, wire.faults = set(refuses), list(faults)

    async def count(update: Update, _: Any) -> None:
        seen.append(update)

    async def main() -> None:
        app = Application.builder().token("1:x").request(wire).get_updates_request(Wire()).build()
        app.add_handler(handler(chief, moderators=moderators), group=-1)
        app.add_handler(MessageHandler(filters.ALL, count))
        async with app:
            for payload in payloads:
                update = Update.de_json({"update_id": 1, **payload}, app.bot)
                assert update is not None
                await app.process_update(update)

    asyncio.run(main())
    return wire.calls, len(seen)


def message(text: str | None = None, sender: dict[str, Any] = STRANGER, **more: Any) -> dict[str, Any]:
    said = {} if text is None else {"text": text}
    return {"message_id": 5, "date": 1_700_000_000, "chat": CHAT, "from": sender, **said, **more}


def test_a_scam_is_deleted_and_the_chat_told_in_its_language(guard: Guard) -> None:
    calls, seen = run(moderator(guard), {"message": message(SCAM)})
    assert [name for name, _ in calls] == ["deleteMessage", "sendMessage", "sendMessage"]
    deleted, advice, alert = (asked for _, asked in calls)
    assert (deleted["chat_id"], deleted["message_id"]) == (CHAT["id"], 5)
    assert advice["chat_id"] == CHAT["id"]
    assert advice["text"].startswith("这是诈骗")
    assert alert["chat_id"] == MODERATORS
    assert "credential request" in alert["text"]
    assert "from 666: https://t.me/traders/5" in alert["text"]
    assert not any(quotes(SCAM, asked["text"]) for asked in (advice, alert))
    assert seen == 0, "no other handler sees what was deleted"


def test_an_advisory_passes(guard: Guard) -> None:
    assert run(moderator(guard), {"message": message(ADVISORY)}, {"message": message("lunch?", MIA)}) == ([], 2)


def test_a_likely_scam_is_answered(guard: Guard) -> None:
    calls, seen = run(moderator(guard), {"message": message(chatting.likely(guard), MIA, message_thread_id=8, is_topic_message=True)})
    assert [name for name, _ in calls] == ["sendMessage", "sendMessage"]
    advice = calls[0][1]
    assert advice["reply_parameters"]["message_id"] == 5
    assert "official" in advice["text"]
    assert seen == 1


def test_flag_tells_moderators_alone(guard: Guard) -> None:
    calls, seen = run(moderator(guard, on_block="flag"), {"message": message(SCAM)})
    assert [(name, asked["chat_id"]) for name, asked in calls] == [("sendMessage", MODERATORS)]
    assert seen == 1


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post"])
def test_edits_and_channel_posts_are_judged(guard: Guard, kind: str) -> None:
    edited: dict[str, Any] = {"edit_date": 1_700_000_009} if kind.startswith("edited") else {}
    calls, _ = run(moderator(guard), {kind: message(SCAM, **edited)})
    assert calls[0][0] == "deleteMessage"


POLL = {
    "id": "1", "question": "which?", "options": [{"text": "ok", "voter_count": 0, "persistent_id": "1"}], "total_voter_count": 0,
    "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
    "members_only": False,
}  # fmt: skip


def test_captions_polls_buttons_and_hidden_links_are_judged(guard: Guard) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    poll = {**POLL, "question": SCAM}
    buttons = {"inline_keyboard": [[{"text": SCAM, "url": "https://kraken-restore.example"}]]}
    for more in ({"caption": SCAM, "photo": photo}, {"poll": poll}, {"text": "hi", "reply_markup": buttons}):
        calls, _ = run(moderator(guard), {"message": message(**more)})
        assert calls[0][0] == "deleteMessage", more


FILE = {"file_id": "f", "file_unique_id": "u"}
LINK = {"type": "text_link", "offset": 0, "length": 4, "url": "https://evil.example/x"}
PLACE = {"latitude": 1.0, "longitude": 1.0}
STORY_CHAT = {**CHAT, "title": SCAM}
TASKS = {"title": "list", "tasks": [{"id": 1, "text": SCAM}]}
STICKER = {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
GIFT = {"id": "g", "sticker": STICKER, "star_count": 1}
OTHER = {"origin": {"type": "hidden_user", "sender_user_name": "x", "date": 1}}


@pytest.mark.parametrize(
    "more",
    [
        {"contact": {"phone_number": "1", "first_name": SCAM}},
        {"contact": {"phone_number": "1", "first_name": "x", "vcard": SCAM}},
        {"venue": {"location": PLACE, "title": "x", "address": SCAM}, "location": PLACE},
        {"document": {**FILE, "file_name": SCAM}},
        {"game": {"title": "x", "description": SCAM, "photo": []}},
        {"invoice": {"title": SCAM, "description": "x", "start_parameter": "", "currency": "EUR", "total_amount": 1}},
        {"forum_topic_created": {"name": SCAM, "icon_color": 1}},
        {"forum_topic_edited": {"name": SCAM}},
        {"new_chat_title": SCAM},
        {"photo": [{**FILE, "width": 1, "height": 1}], "reply_markup": {"inline_keyboard": [[{"text": SCAM, "callback_data": "x"}]]}},
        {"text": "hi", "reply_markup": {"inline_keyboard": [[{"text": "x", "copy_text": {"text": SCAM}}]]}},
        {"text": "this is a scam, never answer it", "quote": {"text": SCAM, "position": 0}, "external_reply": OTHER},
        {"text": "ok", "external_reply": {**OTHER, "venue": {"location": PLACE, "title": SCAM, "address": "x"}}},
        {"text": "ok", "external_reply": {**OTHER, "story": {"chat": STORY_CHAT, "id": 1}}},
        {"checklist": TASKS},
        {"story": {"chat": STORY_CHAT, "id": 1}},
        {"poll": {**POLL, "description": SCAM}},
        {"poll": {**POLL, "media": {"document": {**FILE, "file_name": SCAM}}}},
        {"poll_option_added": {"option_persistent_id": "1", "option_text": SCAM}},
        {"gift": {"gift": GIFT, "text": SCAM}},
        {"new_chat_members": [{**MIA, "first_name": SCAM[:64], "last_name": SCAM[64:]}]},
        {"text": "ok", "forward_origin": {"type": "hidden_user", "sender_user_name": SCAM, "date": 1}},
        {"caption": SCAM, "paid_media": {"star_count": 1, "paid_media": [{"type": "preview"}]}},
        {"rich_message": {"blocks": [{"type": "paragraph", "text": SCAM}]}},
        {"rich_message": {"blocks": [{"type": "details", "summary": "more", "blocks": [{"type": "pre", "text": SCAM}]}]}},
        {"rich_message": {"blocks": [{"type": "list", "items": [{"label": "1.", "blocks": [{"type": "paragraph", "text": SCAM}]}]}]}},
        {"rich_message": {"blocks": [{"type": "table", "cells": [[{"text": "x"}, {"text": SCAM}]]}]}},
        {"rich_message": {"blocks": [{"type": "photo", "photo": [], "caption": {"text": "x", "credit": SCAM}}]}},
        {"rich_message": {"blocks": [{"type": "paragraph", "text": [SCAM[:70], {"type": "bold", "text": SCAM[70:]}]}]}},
        {"text": "ok", "external_reply": {**OTHER, "rich_message": {"blocks": [{"type": "heading", "text": SCAM, "size": 1}]}}},
    ],
    ids="-".join,
)
def test_wherever_words_are_shown_they_are_judged(guard: Guard, more: dict[str, Any]) -> None:
    calls, _ = run(moderator(guard), {"message": message(**more)})
    assert calls[0][0] == "deleteMessage"


def test_whoever_quotes_a_message_of_this_chat_to_ask_about_it_is_left_alone(guard: Guard) -> None:
    asked = message("is this real?", MIA, quote={"text": SCAM, "position": 0}, reply_to_message=message(SCAM, message_id=4))
    assert run(moderator(guard), {"message": asked}) == ([], 1)


def test_nobody_is_told_again_while_nothing_changed(guard: Guard) -> None:
    """Telegram tells of an edit when a preview was loaded or a button counted, too."""
    doubtful, edited = chatting.likely(guard), {"edit_date": 1_700_000_009}
    first = {"message": message(doubtful, MIA)}
    same = {"edited_message": message(f"{doubtful}!", MIA, **edited)}
    worse = {"edited_message": message(SCAM, MIA, **edited)}
    other = {"message": message(doubtful, MIA, message_id=6)}
    told = ["sendMessage", "sendMessage"]
    assert [name for name, _ in run(moderator(guard), first, same, same)[0]] == told
    assert [name for name, _ in run(moderator(guard), first, other)[0]] == told * 2
    assert [name for name, _ in run(moderator(guard), first, worse)[0]] == [*told, "deleteMessage", *told]
    harmless = {"message": message("lunch?", MIA)}
    assert [name for name, _ in run(moderator(guard), harmless, same)[0]] == told


def test_a_message_that_may_not_be_deleted_is_tried_again_and_told_of_once(guard: Guard) -> None:
    update = {"edited_message": message(SCAM, edit_date=1_700_000_009)}
    calls, _ = run(moderator(guard), update, update, refuses=("deleteMessage",))
    assert [name for name, _ in calls] == ["deleteMessage", "sendMessage", "sendMessage", "deleteMessage"]


def limited(seconds: int) -> dict[str, Any]:
    return {"error_code": 429, "parameters": {"retry_after": seconds}}


GONE = {"error_code": 400, "description": "Bad Request: message to delete not found"}


@pytest.mark.parametrize("as_timedelta", ["true", "false"])  # which of them python-telegram-bot gives is an operator's choice
@pytest.mark.parametrize(
    ("faults", "tries", "deleted"),
    [
        ((limited(3600), limited(0)), 3, True),
        ((TimedOut(), NetworkError("Bad Gateway")), 3, True),
        ((TimedOut(), GONE), 2, True),
        ((limited(0), limited(0), limited(0)), 3, False),
        ((Forbidden("bot was kicked"),), 1, False),
    ],
    ids=["limited", "no answer", "an answer was lost", "too often", "not allowed"],
)
@pytest.mark.filterwarnings("ignore:.*timedelta:DeprecationWarning")
def test_a_deletion_waits_and_is_tried_again(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, as_timedelta: str, faults: tuple[Any, ...], tries: int, *, deleted: bool
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", as_timedelta)
    monkeypatch.setattr("scamguard.chat.telegram.LONGEST", 0.01)
    monkeypatch.setattr("scamguard.chat.telegram._SOON", 0.01)
    calls, seen = run(moderator(guard), {"message": message(SCAM)}, faults=faults)
    assert [name for name, _ in calls].count("deleteMessage") == tries
    assert ("reply_parameters" not in calls[tries][1]) is deleted
    assert seen == (0 if deleted else 1)


def test_what_shows_no_words_passes(guard: Guard) -> None:
    joined: dict[str, Any] = {"new_chat_members": [MIA]}
    assert run(moderator(guard), {"message": message(**joined)}, {"message": message(location=PLACE)}) == ([], 2)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sender_chat": {**CHAT, "title": "Ledger Support", "username": "ledger_help1"}},
        {"sender_tag": "Ledger Support"},
        {"author_signature": "Ledger Support", "sender_chat": {**CHAT, "title": "News", "username": "news1"}},
    ],
)
def test_names_and_handles_join_the_verdict(guard: Guard, more: dict[str, Any]) -> None:
    posed = {"id": 7, "is_bot": True, "first_name": "Ledger", "last_name": "Support", "username": "ledger_help1"}
    calls, _ = run(moderator(guard, on_block="flag"), {"message": message(SCAM, MIA if more else posed, **more)})
    assert ("sender.claims_brand" if "sender_tag" in more else "sender.unofficial") in calls[0][1]["text"]


def test_staff_and_official_channels_are_configured(guard: Guard) -> None:
    chief = moderator(guard, exempt=[42, CHAT["id"]])
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    payloads = ({"message": message(SCAM, MIA)}, {"message": message(SCAM, anonymous, sender_chat=CHAT)})
    assert run(chief, *payloads) == ([], 2)


def test_a_bot_that_may_not_delete_warns(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    calls, seen = run(moderator(guard), {"message": message(SCAM)}, refuses=("deleteMessage",))
    assert [name for name, _ in calls] == ["deleteMessage", "sendMessage", "sendMessage"]
    assert calls[1][1]["reply_parameters"]["message_id"] == 5
    assert seen == 1
    assert "message 5 in chat -1001234567890 not deleted" in caplog.text
    assert not quotes(SCAM, caplog.text)


def test_a_bot_that_may_not_write_goes_on(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    _, seen = run(moderator(guard), {"message": message(SCAM)}, refuses=("deleteMessage", "sendMessage"))
    assert seen == 1
    assert "advice not posted" in caplog.text
    assert "moderators -100777 not told" in caplog.text


def test_without_moderators_only_the_chat_is_told(guard: Guard) -> None:
    calls, seen = run(moderator(guard), {"message": message(SCAM)}, moderators=None)
    assert [(name, asked["chat_id"]) for name, asked in calls] == [("deleteMessage", CHAT["id"]), ("sendMessage", CHAT["id"])]
    assert seen == 0


def test_a_message_without_a_link_is_named_by_its_number(guard: Guard) -> None:
    small = {"id": -77, "type": "group", "title": "Friends"}
    calls, _ = run(moderator(guard, on_block="flag"), {"message": message(SCAM, chat=small)})
    assert calls[0][1]["text"].endswith("from 666: message 5 in chat -77")
