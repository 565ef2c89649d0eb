"""Telegram: a handler for python-telegram-bot (20 or newer). Messages, edits, channel posts, captions, polls and hidden links.

Telegram gives a chat no language, only its users: advice is posted in the one of the sender's app unless ``Rules.lang`` is set.
The bot must be an administrator who may delete messages, or advice is all it can give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from telegram import MessageEntity
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, MessageHandler, filters

from scamguard.dumps.html import linked

from .moderator import log
from .policy import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telegram import Message, Update
    from telegram.ext import ContextTypes

    from .moderator import Moderator
    from .policy import Decision

_WORDED: Final = filters.TEXT | filters.CAPTION | filters.POLL


def handler(moderator: Moderator, *, moderators: int | str | None = None) -> MessageHandler[Any, Any]:
    """Give a handler that judges every message with words, new or edited.

    Add it before all others, ``application.add_handler(handler(moderator), group=-1)``: none of them sees a message that it deleted.

    Parameters
    ----------
    moderators
        The chat that is told of every flagged message, with a link and without its text.
    """

    async def judge(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None:
            return
        decision = await moderator.adecide(text_of(message), who(message))
        if decision.response is Response.PASS:
            return
        deleted = decision.response is Response.DELETE and await _deleted(message)
        if notice := decision.notice(message.from_user.language_code if message.from_user else None):
            await _post(message, notice, under=not deleted)
        if moderators is not None:
            await _tell(context, moderators, message, decision)
        if deleted:
            raise ApplicationHandlerStop

    return MessageHandler(_WORDED, judge)


def text_of(message: Message) -> str:
    """Give all that is read of a message: text or caption with hidden links shown, poll and buttons."""
    return "\n".join(filter(None, _parts(message)))


def who(message: Message) -> list[int]:
    """Give the account a message is from, and the chat in whose name it is sent."""
    return [sender.id for sender in (message.from_user, message.sender_chat) if sender is not None]


def _parts(message: Message) -> Iterator[str]:
    entities = message.parse_entities([MessageEntity.TEXT_LINK]) | message.parse_caption_entities([MessageEntity.TEXT_LINK])
    text = message.text or message.caption or ""
    for entity, words in entities.items():
        text = text.replace(words, linked(words, entity.url), 1)
    yield text
    if message.poll is not None:
        yield message.poll.question
        yield from (option.text for option in message.poll.options)
    for row in message.reply_markup.inline_keyboard if message.reply_markup else ():
        yield from (linked(button.text, button.url) for button in row)


async def _deleted(message: Message) -> bool:
    try:
        await message.delete()
    except TelegramError as error:
        log.warning("telegram: message %s in chat %s not deleted: %s", message.message_id, message.chat_id, error)
        return False
    return True


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
