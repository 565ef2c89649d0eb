"""Telegram: a handler for python-telegram-bot (22 or newer). Messages, edits, channel posts and whatever they show words in.

Telegram gives a chat no language, only its users: advice is posted in the one of the sender's app unless ``Rules.lang`` is set.
The bot must be an administrator who may delete messages, or advice is all it can give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from telegram import MessageEntity
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import ApplicationHandlerStop, MessageHandler, filters

from scamguard.dumps import filenames
from scamguard.dumps.inline import joined, link, linked
from scamguard.sender import Sender

from .moderator import LONGEST, TRIES, log
from .policy import Response
from .told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telegram import ExternalReplyInfo, InlineKeyboardButton, LinkPreviewOptions, Message, MessageOrigin, PollMedia, Update
    from telegram.ext import ContextTypes

    from .moderator import Moderator
    from .policy import Decision

_SHOWN: Final = {  # what a message, or the one of another chat that it answers, may hold beside its text, and which of its fields are words
    "poll": ("question", "description", "explanation"),
    "poll_option_added": ("option_text",),
    "poll_option_deleted": ("option_text",),
    "checklist": ("title",),
    "gift": ("text",),
    "suggested_post_declined": ("comment",),
    "contact": ("first_name", "last_name", "phone_number", "vcard"),
    "venue": ("title", "address"),
    "game": ("title", "description", "text"),
    "invoice": ("title", "description"),
    "document": ("file_name",),
    "audio": ("performer", "title", "file_name"),
    "video": ("file_name",),
    "animation": ("file_name",),
    "giveaway": ("prize_description",),
    "giveaway_winners": ("prize_description",),
    "forum_topic_created": ("name",),
    "forum_topic_edited": ("name",),
}
_RICH: Final = (  # fields of a rich message, and of its media, that are words
    "text", "summary", "caption", "credit", "expression", "title", "performer",
)  # fmt: skip
_FILE: Final = "file_name"
_SAID: Final = ("text", "alternative_text", "expression")  # the one of a piece of them
_SOON: Final = 1.0  # seconds after which to try again what Telegram did not answer


def handler(moderator: Moderator, *, moderators: int | str | None = None) -> MessageHandler[Any, Any]:
    """Give a handler that judges every message, new or edited, that shows words.

    Add it before all others, ``application.add_handler(handler(moderator), group=-1)``: none of them sees a message that it deleted.

    Parameters
    ----------
    moderators
        The chat that is told of every flagged message, with a link and without its text.
    """
    told = Told()

    async def judge(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None:
            return
        decision = await moderator.aworst(views(message), who(message), sender_of(message))
        if decision.response is Response.PASS:
            return
        deleted = decision.response is Response.DELETE and await _deleted(message)
        with told.once((message.chat_id, message.message_id), decision.response) as first:
            if first and (notice := decision.notice(message.from_user.language_code if message.from_user else None)):
                await _post(message, notice, under=not deleted)
            if first and moderators is not None:
                await _tell(context, moderators, message, decision)
        if deleted:
            raise ApplicationHandlerStop

    return MessageHandler(filters.ALL, judge)


def views(message: Message) -> list[str]:
    """Give what is judged by itself: the message, and what it shows of another chat, which a warning above it must not excuse.

    A date that takes the place of words is read in both ways: older apps show the words.

    What it quotes of this chat is part of a message that was judged here, and whoever asks about that is no scammer.
    """
    quoted = list[str]()
    if message.external_reply is not None:
        quoted = [_said(message.quote, "text"), *_origin(message.external_reply.origin), *_held(message.external_reply)]
        if message.external_reply.story is not None:
            quoted.append(message.external_reply.story.chat.title or "")
    said = (text_of(message), text_of(message, dated=True))
    return [*dict.fromkeys(said), *(["\n".join(words)] if (words := list(filter(None, quoted))) else [])]


def text_of(message: Message, *, dated: bool = False) -> str:
    """Give all that a message says itself: text or caption with hidden links shown, titles and names, poll, checklist and buttons.

    Above it stands whom it is forwarded from, as in a chat.
    """
    return "\n".join(filter(None, _parts(message, dated=dated)))


def who(message: Message) -> list[int]:
    """Give the account a message is from, and the chat in whose name it is sent."""
    return [sender.id for sender in (message.from_user, message.sender_chat) if sender is not None]


def sender_of(message: Message) -> Sender | None:
    """Give how its author looks to readers: a user or a bot, or the channel or group in whose name it is sent, signature and tag."""
    author = message.sender_chat or message.from_user
    if author is None:
        return None
    names = (getattr(author, "title", None) or author.full_name, message.author_signature, message.sender_tag)
    return Sender(" ".join(filter(None, names)) or None, f"@{author.username}" if author.username else None, platform="telegram")


def _parts(message: Message, *, dated: bool) -> Iterator[str]:
    yield from _origin(message.forward_origin)
    yield f"via @{message.via_bot.username}" if message.via_bot is not None and message.via_bot.username else ""
    text = _said(message, "text" if message.text else "caption", dated=dated)
    yield text
    yield _preview(message.link_preview_options, text)
    yield message.new_chat_title or ""
    yield from (user.full_name for user in (*message.new_chat_members, message.left_chat_member) if user is not None)
    yield from _held(message)
    if message.story is not None:
        yield message.story.chat.title or ""
    if message.checklist_tasks_added is not None:
        yield from (_said(task, "text") for task in message.checklist_tasks_added.tasks)
    for row in message.reply_markup.inline_keyboard if message.reply_markup else ():
        yield from (_button(button) for button in row)


def _origin(origin: MessageOrigin | None) -> Iterator[str]:
    """Give the names of whom a message is forwarded from."""
    for named in (getattr(origin, kind, None) for kind in ("sender_user", "sender_chat", "chat")):
        yield getattr(named, "title", None) or getattr(named, "full_name", None) or ""
    yield from (getattr(origin, name, None) or "" for name in ("sender_user_name", "author_signature"))


def _preview(options: LinkPreviewOptions | None, text: str) -> str:
    """Give the address of which a preview is shown, if the text does not."""
    url = options.url if options is not None and options.is_disabled is not True else None
    return url if isinstance(url, str) and url not in text else ""


def _said(holder: object, name: str, *, dated: bool = False) -> str:
    """Give a text that something holds, with its hidden links shown and, if ``dated``, dates in place of what stands for them."""
    entities = getattr(holder, f"{name}_entities", None) or getattr(holder, "entities", None) or ()
    kinds = {MessageEntity.TEXT_LINK, "date_time"} if dated else {MessageEntity.TEXT_LINK}
    return joined(_pieces(getattr(holder, name, None) or "", [entity for entity in entities if entity.type in kinds]))


def _pieces(text: str, entities: Sequence[MessageEntity]) -> Iterator[str]:
    """Give the pieces of a text: its hidden links and dates, and what stands between them."""
    units, at = text.encode("utf-16-le", "surrogatepass"), 0  # Telegram counts in UTF-16
    for entity in sorted(entities, key=lambda one: one.offset):
        start, stop = max(at, 2 * entity.offset), 2 * (entity.offset + entity.length)
        yield units[at:start].decode("utf-16-le", "surrogatepass")
        words = units[start:stop].decode("utf-16-le", "surrogatepass")
        if entity.type == MessageEntity.TEXT_LINK:
            yield from link(words, entity.url)
        else:
            yield str(entity.unix_time)[:10] if getattr(entity, "date_time_format", None) else words
        at = max(start, stop)
    yield units[at:].decode("utf-16-le", "surrogatepass")


def _held(holder: Message | ExternalReplyInfo | PollMedia) -> Iterator[str]:
    """Give the words of what is attached to a message, or to its poll."""
    rich = getattr(holder, "rich_message", None)  # of a Bot API that may be newer than the library
    yield from _rich(holder.api_kwargs.get("rich_message") if rich is None else rich.to_dict())
    for kind, names in _SHOWN.items():
        held = getattr(holder, kind, None)
        yield from (filenames.shown(_said(held, name)) if name == _FILE else _said(held, name) for name in names)
    if (poll := getattr(holder, "poll", None)) is not None:
        yield from (_said(option, "text") for option in poll.options)
        shown = ((poll, "media"), (poll, "explanation_media"), *((option, "media") for option in poll.options))
        for media in filter(None, (getattr(part, name, None) for part, name in shown)):
            yield from _held(media)
    checklist = getattr(holder, "checklist", None)
    for task in checklist.tasks if checklist is not None else ():
        yield _said(task, "text")


def _rich(part: object) -> Iterator[str]:
    """Give the lines of a rich message: blocks hold words, and blocks."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from _rich(one)
    if isinstance(part, Mapping) and "url" in part:  # a button
        yield joined(_run(part))
    elif isinstance(part, Mapping):
        for name, value in part.items():
            if name == _FILE:
                yield filenames.shown(value)
            elif name in _RICH:
                yield joined(_run(value))
            else:
                yield from _rich(value)


def _run(part: object) -> Iterator[str]:
    """Give the pieces of a rich text: a string, a list of them, or one with a style, a link, a button or a credit."""
    if isinstance(part, str):
        yield part
    if isinstance(part, list | tuple):
        for one in part:
            yield from _run(one)
    if isinstance(part, Mapping):
        yield from link(joined(_run(next((part[name] for name in _SAID if name in part), None))), part.get("url"))
        yield from _run(part.get("button"))
        yield from ("\n", *_run(part["credit"])) if "credit" in part else ()


def _button(button: InlineKeyboardButton) -> str:
    """Give what a button says, where it leads, and what it puts into the clipboard."""
    leads = [button.url, button.login_url.url if button.login_url else None, button.web_app.url if button.web_app else None]
    said = linked(button.text, next(filter(None, leads), None))
    return f"{said} {button.copy_text.text}" if button.copy_text else said


async def _deleted(message: Message, tries: int = TRIES) -> bool:
    """Delete a message, at the third try if Telegram asks to wait or does not answer."""
    try:
        await message.delete()
    except TelegramError as error:
        if isinstance(error, BadRequest) and "not found" in error.message.lower():
            return True  # somebody else was faster, or an answer was lost
        if tries > 1 and (wait := _wait(error)) is not None:
            await asyncio.sleep(wait)
            return await _deleted(message, tries - 1)
        log.warning("telegram: message %s in chat %s not deleted: %s", message.message_id, message.chat_id, error)
        return False
    return True


def _wait(error: TelegramError) -> float | None:
    """Give the seconds after which to try again; None where that would change nothing."""
    if isinstance(error, RetryAfter):
        asked = error.retry_after
        return min(asked.total_seconds() if isinstance(asked, timedelta) else asked, LONGEST)
    return _SOON if isinstance(error, NetworkError) and not isinstance(error, BadRequest) else None


async def _post(message: Message, notice: str, *, under: bool) -> None:
    """Post advice beneath a message, or into its chat and topic if it is gone."""
    try:
        if under:
            await message.reply_text(notice)
        else:
            await message.get_bot().send_message(message.chat_id, notice, message_thread_id=_topic(message))
    except TelegramError as error:
        log.warning("telegram: advice not posted in chat %s: %s", message.chat_id, error)


def _topic(message: Message) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


async def _tell(context: ContextTypes.DEFAULT_TYPE, moderators: int | str, message: Message, decision: Decision) -> None:
    place = message.link or f"message {message.message_id} in chat {message.chat_id}"
    try:
        await context.bot.send_message(moderators, f"{decision.summary()}\nfrom {', '.join(map(str, who(message)))}: {place}")
    except TelegramError as error:
        log.warning("telegram: moderators %s not told: %s", moderators, error)
