"""The Discord cog in a real discord.py bot, fed with payloads of the gateway; only the HTTP client is replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from . import chatting
from .chatting import ADVISORY, SCAM, moderator, quotes

pytest.importorskip("discord", reason="needs the discord extra")

import discord
from discord.ext import commands

from scamguard.chat.discord import ScamguardCog

if TYPE_CHECKING:
    from scamguard.guard import Guard

GUILD, CHANNEL, MODERATORS, CATEGORY, BOT = 100, 200, 300, 400, 1
ROLE = 900
STRANGER = {"id": "666", "username": "kraken_support", "discriminator": "0", "avatar": None, "global_name": None}
MIA = {**STRANGER, "id": "42", "username": "mia"}
MEMBER = {"roles": [], "joined_at": "2024-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
GUILD_CREATE = {
    "id": str(GUILD), "name": "Traders", "preferred_locale": "zh-CN", "owner_id": "2", "member_count": 3, "features": [], "emojis": [],
    "roles": [{"id": str(n), "name": name, "permissions": "0", "position": i, "color": 0, "hoist": False, "managed": False,
               "mentionable": False, "flags": 0} for i, (n, name) in enumerate([(GUILD, "@everyone"), (ROLE, "staff")])],
    "channels": [{"id": str(n), "type": kind, "name": name, "position": 0, "permission_overwrites": [], "nsfw": False, "parent_id": None}
                 for n, kind, name in ((CHANNEL, 0, "help"), (MODERATORS, 0, "mods"), (CATEGORY, 4, "staff"))],
    "members": [], "threads": [], "presences": [], "voice_states": [], "stickers": [], "system_channel_id": None, "rules_channel_id": None,
    "public_updates_channel_id": None, "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
    "mfa_level": 0, "afk_timeout": 300, "afk_channel_id": None, "premium_tier": 0, "premium_subscription_count": 0, "nsfw_level": 0,
    "system_channel_flags": 0, "premium_progress_bar_enabled": False, "icon": None, "splash": None, "banner": None, "description": None,
    "discovery_splash": None, "vanity_url_code": None, "application_id": None, "max_members": 10, "large": False, "unavailable": False,
    "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [], "safety_alerts_channel_id": None,
}  # fmt: skip


THREAD = {
    "id": "5000", "guild_id": str(GUILD), "parent_id": str(CHANNEL), "owner_id": "666", "type": 11, "name": "help", "member_count": 1,
    "message_count": 0, "thread_metadata": {"archived": False, "auto_archive_duration": 60, "locked": False,
                                            "archive_timestamp": "2026-05-01T10:00:00+00:00"},
}  # fmt: skip


class Response:
    """Stands for an answer that refuses."""

    status, reason = 403, "Forbidden"


class Wire:
    """Stands for Discord's HTTP API: notes what is asked."""

    def __init__(self, refuses: tuple[str, ...], error: type[discord.HTTPException]) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.refuses = refuses
        self.error = error

    async def request(self, route: Any, **kwargs: Any) -> Any:
        body = dict(kwargs.get("json") or {})
        self.calls.append((route.method, route.url.partition("/v10")[2], body))
        if route.method in self.refuses:
            raise self.error(Response(), "Missing Permissions")  # type: ignore[arg-type] # a stand-in
        if route.method == "PATCH":
            return {**THREAD, **body}
        return None if route.method == "DELETE" else payload("sent", author={**STRANGER, "id": str(BOT)}, id="9000")


def payload(content: str = "", **more: Any) -> dict[str, Any]:
    """Make a MESSAGE_CREATE of the gateway."""
    return {
        "id": "5000", "channel_id": str(CHANNEL), "guild_id": str(GUILD), "author": STRANGER, "member": MEMBER, "content": content,
        "timestamp": "2026-05-01T10:00:00+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 0, "components": [], **more,
    }  # fmt: skip


def run(
    chief: Any,
    *events: tuple[str, dict[str, Any]],
    refuses: tuple[str, ...] = (),
    error: type[discord.HTTPException] = discord.Forbidden,
    moderators: int | None = MODERATORS,
) -> list[tuple[str, str, dict[str, Any]]]:
    """Feed gateway events to a bot; give the calls it made."""
    wire = Wire(refuses, error)

    async def main() -> None:
        bot = commands.Bot("!", intents=discord.Intents.all())
        await bot._async_setup_hook()
        state = bot._connection
        state.user = discord.ClientUser(state=state, data={**STRANGER, "id": str(BOT), "username": "guard"})  # type: ignore[typeddict-item]
        bot.http.request = wire.request  # type: ignore[method-assign] # the wire
        await bot.add_cog(ScamguardCog(bot, chief, moderators=moderators))
        state._add_guild_from_data(GUILD_CREATE)  # type: ignore[arg-type] # as the gateway sends it
        for name, data in events:
            getattr(state, f"parse_{name}")(data)
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))

    asyncio.run(main())
    return wire.calls


def test_a_scam_is_deleted_and_the_channel_told_in_its_language(guard: Guard) -> None:
    calls = run(moderator(guard), ("message_create", payload(SCAM)))
    assert [call[:2] for call in calls] == [
        ("DELETE", "/channels/200/messages/5000"), ("POST", "/channels/200/messages"), ("POST", "/channels/300/messages"),
    ]  # fmt: skip
    advice, alert = calls[1][2], calls[2][2]
    assert advice["content"].startswith("这是诈骗")
    assert advice["allowed_mentions"] == {"parse": []}
    assert "credential request" in alert["content"]
    assert "from 666: https://discord.com/channels/100/200/5000" in alert["content"]
    assert not any(quotes(SCAM, said["content"]) for said in (advice, alert))


@pytest.mark.parametrize("filler", ["", "a cat on a mat. " * 64])
def test_marks_within_words_are_taken_off_whatever_stands_beside(guard: Guard, filler: str) -> None:
    files = [{"id": str(n), "filename": f"{n}.png", "size": 1, "url": "https://a.example", "proxy_url": "https://a.example",
              "description": filler} for n in range(10)]  # fmt: skip
    marked = SCAM.replace("seed", "se**e**d").replace("phrase", "phr||a||se").replace("wallet", "wal__l__et")
    assert run(moderator(guard), ("message_create", payload(marked, attachments=files)))[0][0] == "DELETE"
    assert run(moderator(guard), ("message_create", payload("see my **c**at", attachments=files))) == []


def test_an_advisory_passes(guard: Guard) -> None:
    assert run(moderator(guard), ("message_create", payload(ADVISORY)), ("message_create", payload(""))) == []


def test_a_likely_scam_is_answered(guard: Guard) -> None:
    calls = run(moderator(guard, lang="en"), ("message_create", payload(chatting.likely(guard), author=MIA)))
    assert [call[0] for call in calls] == ["POST", "POST"]
    assert str(calls[0][2]["message_reference"]["message_id"]) == "5000"
    assert "official" in calls[0][2]["content"]


def test_flag_tells_moderators_alone(guard: Guard) -> None:
    calls = run(moderator(guard, on_block="flag"), ("message_create", payload(SCAM)))
    assert [call[1] for call in calls] == ["/channels/300/messages"]


def test_an_edit_is_judged_remembered_or_not(guard: Guard) -> None:
    edit = payload(SCAM, edited_timestamp="2026-05-01T10:01:00+00:00")
    assert run(moderator(guard), ("message_create", payload("hi")), ("message_update", edit))[0][0] == "DELETE"
    assert run(moderator(guard), ("message_update", edit))[0][0] == "DELETE"


def test_a_loaded_preview_is_no_edit(guard: Guard) -> None:
    flagged = moderator(guard, on_block="flag")
    assert len(run(flagged, ("message_create", payload(SCAM)), ("message_update", payload(SCAM)))) == 1


def test_nobody_is_told_again_while_nothing_changed(guard: Guard) -> None:
    """A preview brings words of its own, and what a bot no longer remembers cannot be compared."""
    chief, before = moderator(guard), chatting.likely(guard)
    preview = payload(before, author=MIA, embeds=[{"type": "link", "title": "Help", "url": "https://help.example/"}])
    edit = payload(SCAM, author=MIA, edited_timestamp="2026-05-01T10:01:00+00:00")
    loaded, worse = ("message_update", preview), ("message_update", edit)
    first, other = (("message_create", payload(before, author=MIA, id=name)) for name in ("5000", "5001"))
    assert [call[0] for call in run(chief, first, loaded, loaded)] == ["POST", "POST"]
    assert [call[0] for call in run(chief, loaded, loaded)] == ["POST", "POST"]
    assert [call[0] for call in run(chief, first, other)] == ["POST"] * 4
    assert [call[0] for call in run(chief, first, worse)] == ["POST", "POST", "DELETE", "POST", "POST"]


def test_embeds_webhooks_and_forwarded_messages_are_judged(guard: Guard) -> None:
    field = {"name": "Restore it", "value": "Reply with your 12-word seed phrase to restore it.", "inline": False}
    embed = {"type": "rich", "title": "Kraken Support", "description": "Your wallet is locked.", "fields": [field]}
    forwarded = {"message": {"content": SCAM, "embeds": [], "attachments": [], "timestamp": "2026-05-01T10:00:00+00:00", "flags": 0,
                             "edited_timestamp": None, "type": 0, "mentions": [], "mention_roles": []}}  # fmt: skip
    webhook = payload(SCAM, webhook_id="777")
    del webhook["member"]
    for event in (payload(embeds=[embed]), payload(message_snapshots=[forwarded]), webhook):
        assert run(moderator(guard), ("message_create", event))[0][0] == "DELETE"


POLL = {"question": {"text": "q"}, "answers": [{"answer_id": 1, "poll_media": {"text": SCAM}}],
        "expiry": "2026-05-02T10:00:00+00:00", "allow_multiselect": False,
        "layout_type": 1}  # fmt: skip
BUTTON = {"type": 2, "id": 2, "style": 5, "label": SCAM, "url": "https://x.example"}
MENU = {"type": 3, "id": 2, "custom_id": "m", "placeholder": "x", "options": [{"label": "x", "value": "x", "description": SCAM}]}
WORDS = {"type": 10, "id": 3, "content": SCAM}
FILE = {"id": "1", "filename": "x.png", "size": 1, "url": "https://x.example/x.png", "proxy_url": "https://x.example/x.png"}


@pytest.mark.parametrize(
    "more",
    [
        {"poll": POLL},
        {"components": [{"type": 1, "id": 1, "components": [BUTTON]}]},
        {"components": [{"type": 1, "id": 1, "components": [MENU]}]},
        {"components": [{"type": 17, "id": 1, "components": [WORDS]}]},
        {"components": [{"type": 9, "id": 1, "components": [WORDS], "accessory": {**BUTTON, "label": "x"}}]},
        {"attachments": [{**FILE, "description": SCAM}]},
        {"attachments": [{**FILE, "filename": SCAM}]},
        {"embeds": [{"type": "link", "provider": {"name": SCAM}}]},
        {"sticker_items": [{"id": "1", "name": SCAM, "format_type": 1}]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_wherever_words_are_shown_they_are_judged(guard: Guard, more: dict[str, Any]) -> None:
    assert run(moderator(guard), ("message_create", payload("hi", **more)))[0][0] == "DELETE"


def test_where_buttons_and_authors_lead_is_read() -> None:
    from scamguard.chat.discord import _component, _embedded  # noqa: PLC0415 - beside the test that needs it

    embed = discord.Embed().set_author(name="Max", url="https://evil.example")
    assert "".join(_embedded([embed])) == "Max (https://evil.example)"
    button = discord.ui.Button[discord.ui.View](label="go", url="https://evil.example")._underlying
    assert list(_component(button)) == ["go (https://evil.example)"]


def test_the_title_of_a_post_in_a_forum_is_judged(guard: Guard) -> None:
    thread = {**THREAD, "name": SCAM}
    post = payload("hi", id="5000", channel_id="5000")
    later = payload("hi", id="5001", channel_id="5000")
    assert run(moderator(guard), ("thread_create", thread), ("message_create", post))[0][0] == "DELETE"
    assert run(moderator(guard), ("thread_create", thread), ("message_create", later)) == [], "who answers is not blamed for the title"


@pytest.mark.parametrize(
    "said",
    [
        payload("hi", id="5000", channel_id="5000"),
        payload(SCAM, id="5001", channel_id="5000", type=4),
        payload(SCAM, id="5001", type=18, message_reference={"channel_id": "5000", "guild_id": str(GUILD), "type": 0}),
    ],
    ids=["begun", "renamed", "made"],
)
def test_a_title_that_should_go_is_taken_away(guard: Guard, said: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    events = (("thread_create", {**THREAD, "name": SCAM}), ("message_create", said))
    assert ("PATCH", "/channels/5000", {"name": "⚠"}) in run(moderator(guard), *events)
    run(moderator(guard), *events, refuses=("PATCH",))
    assert "title of thread 5000 not taken away" in caplog.text


def test_names_join_the_verdict(guard: Guard) -> None:
    posed = {**STRANGER, "username": "ledger_help1", "global_name": "Ledger Support", "bot": True}
    for more, rule in (({}, "sender.unofficial"), ({"webhook_id": "777"}, "sender.claims_brand")):
        calls = run(moderator(guard, on_block="flag"), ("message_create", payload(SCAM, author=posed, **more)))
        assert rule in calls[0][2]["content"]


def test_staff_is_configured_by_account_or_role(guard: Guard) -> None:
    staff = payload(SCAM, member={**MEMBER, "roles": [str(ROLE)]})
    assert run(moderator(guard, exempt=[f"role:{ROLE}"]), ("message_create", staff)) == []
    assert run(moderator(guard, exempt=[666]), ("message_create", payload(SCAM))) == []
    assert run(moderator(guard, exempt=["kraken_support", ROLE]), ("message_create", staff))[0][0] == "DELETE"


def test_the_bot_does_not_judge_itself(guard: Guard) -> None:
    assert run(moderator(guard), ("message_create", payload(SCAM, author={**STRANGER, "id": str(BOT)}))) == []


def test_a_bot_that_may_not_delete_warns(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    calls = run(moderator(guard), ("message_create", payload(SCAM)), refuses=("DELETE",))
    assert str(calls[1][2]["message_reference"]["message_id"]) == "5000"
    assert "message 5000 in channel 200 not deleted" in caplog.text
    assert not quotes(SCAM, caplog.text)


def test_a_bot_that_may_not_write_goes_on(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    run(moderator(guard), ("message_create", payload(SCAM)), refuses=("DELETE", "POST"))
    assert "advice not posted in channel 200" in caplog.text
    assert "moderators 300 not told" in caplog.text


def test_a_message_that_another_bot_deleted_first_is_gone(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    calls = run(moderator(guard), ("message_create", payload(SCAM)), refuses=("DELETE",), error=discord.NotFound)
    assert "message_reference" not in calls[1][2], "there is nothing left to reply to"
    assert "not deleted" not in caplog.text


def test_without_moderators_only_the_channel_is_told(guard: Guard) -> None:
    calls = run(moderator(guard), ("message_create", payload(SCAM)), moderators=None)
    assert [call[:2] for call in calls] == [("DELETE", "/channels/200/messages/5000"), ("POST", "/channels/200/messages")]


def test_moderators_that_cannot_be_written_to_are_logged(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    calls = run(moderator(guard), ("message_create", payload(SCAM)), moderators=CATEGORY)
    assert [call[1] for call in calls] == ["/channels/200/messages/5000", "/channels/200/messages"]
    assert "moderators 400 is no channel that messages can be sent to" in caplog.text
    run(moderator(guard), ("message_create", payload(SCAM)), moderators=999, refuses=("GET",))
    assert "moderators 999 not told" in caplog.text
    assert not quotes(SCAM, caplog.text)


def test_a_direct_message_has_no_locale(guard: Guard) -> None:
    direct = payload(SCAM)
    del direct["guild_id"], direct["member"]
    chief = moderator(guard)
    calls = run(chief, ("message_create", direct), moderators=None)
    assert calls[1][1:] == ("/channels/200/messages", {**calls[1][2], "content": chief.decide(SCAM, []).notice("en")})
