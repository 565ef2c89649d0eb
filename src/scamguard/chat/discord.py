"""Discord: a cog for discord.py (2.5 or newer). Messages and edits, embeds, polls, components, names of files, of stickers
and of posts in forums, forwarded messages, webhooks.

Advice is in the server's preferred locale unless ``Rules.lang`` is set. The bot needs the message content intent, and the
permission to manage messages, or advice is all it can give; to take titles away, that to manage threads. Roles are exempted
as ``role:<id>``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import discord
from discord.ext import commands

from scamguard.dumps import filenames
from scamguard.dumps.inline import linked
from scamguard.dumps.markdown import shown
from scamguard.sender import Sender

from .moderator import log
from .policy import Response
from .told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .moderator import Moderator
    from .policy import Decision

_TITLE: Final = "⚠"  # in place of one that is gone
_WORDS: Final = ("label", "content", "placeholder", "description", "name")
_HOLD: Final = ("children", "options", "items", "accessory", "component")


class ScamguardCog(commands.Cog):
    """Judges every message that the bot can see, new or edited.

    Parameters
    ----------
    moderators
        The id of the channel that is told of every flagged message, with a link and without its text.
    """

    def __init__(self, bot: commands.Bot, moderator: Moderator, *, moderators: int | None = None) -> None:
        self.bot = bot
        self.moderator = moderator
        self.moderators = moderators
        self._told = Told()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Judge a new message."""
        await self._judge(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Judge an edited message, whether the bot remembers it or not."""
        before = payload.cached_message
        if before is None or text_of(before) != text_of(payload.message):  # that a preview was loaded is an edit too
            await self._judge(payload.message)

    async def _judge(self, message: discord.Message) -> None:
        if self.bot.user is not None and message.author.id == self.bot.user.id:
            return
        decision = await self.moderator.aworst(views(message), who(message), sender_of(message))
        if decision.response is Response.PASS:
            return
        locale = str(message.guild.preferred_locale) if message.guild else None
        deleted = decision.response is Response.DELETE and await _deleted(message)
        if decision.response is Response.DELETE and (thread := _titled(message)) is not None:
            await _untitled(thread)
        with self._told.once(message.id, decision.response) as first:
            if first and (notice := decision.notice(locale)):
                await _post(message, notice, under=not deleted)
            if first and self.moderators is not None:
                await self._tell(self.moderators, message, decision)

    async def _tell(self, moderators: int, message: discord.Message, decision: Decision) -> None:
        try:
            channel = self.bot.get_channel(moderators) or await self.bot.fetch_channel(moderators)
            if not isinstance(channel, discord.abc.Messageable):
                log.warning("discord: moderators %s is no channel that messages can be sent to", moderators)
                return
            await channel.send(f"{decision.summary()}\nfrom {message.author.id}: {message.jump_url}")
        except discord.DiscordException as error:
            log.warning("discord: moderators %s not told: %s", moderators, error)


def views(message: discord.Message) -> list[str]:
    """Give what is judged by itself: all that is read as it was written and, where that differs, as it is shown.

    Each part is shown by itself, so that no other one, however long, keeps its marks from being taken off.
    """
    parts = [*filter(None, _parts(message))]
    return [*dict.fromkeys(("\n".join(parts), "\n".join(map(shown, parts))))]


def text_of(message: discord.Message) -> str:
    """Give all that is read of a message, as it was written."""
    return "\n".join(filter(None, _parts(message)))


def _parts(message: discord.Message) -> Iterator[str]:
    """Give the title that a message opens a thread with, its words, what it shows, and what it forwards.

    That a thread is made of a message, or renamed, is a message of its own whose words are the title.
    """
    yield message.channel.name if isinstance(message.channel, discord.Thread) and message.channel.id == message.id else ""
    yield message.content
    yield from _shown(message)
    if message.poll is not None:
        yield from (message.poll.question, *(answer.text for answer in message.poll.answers))
    for snapshot in message.message_snapshots:
        yield from (snapshot.content, *_shown(snapshot))


def who(message: discord.Message) -> list[str]:
    """Give the account a message is from, and its roles."""
    roles = message.author.roles if isinstance(message.author, discord.Member) else []
    return [str(message.author.id), *(f"role:{role.id}" for role in roles)]


def sender_of(message: discord.Message) -> Sender:
    """Give how its author looks to readers: a member, a bot, or a webhook, whose name anyone who has it can choose."""
    author = message.author
    return Sender(author.display_name or None, None if message.webhook_id else author.name, platform="discord")


def _titled(message: discord.Message) -> discord.Thread | None:
    """Give the thread whose title a message says: the post that it begins, or what it tells the making or renaming of."""
    channel = message.channel
    if isinstance(channel, discord.Thread):
        return channel if channel.id == message.id or message.type is discord.MessageType.channel_name_change else None
    made = message.type is discord.MessageType.thread_created and message.guild is not None and message.reference is not None
    return message.guild.get_thread(message.reference.channel_id) if made else None  # type: ignore[union-attr] # see above


def _shown(message: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    yield from _embedded(message.embeds)
    for file in message.attachments:
        yield from (file.title or filenames.shown(file.filename), file.description or "")
    yield from (sticker.name for sticker in message.stickers)
    for component in message.components:
        yield from _component(component)


def _component(component: object) -> Iterator[str]:
    """Give the words of a button, a menu, a text or whatever holds them; new kinds name their parts alike."""
    said = [getattr(component, name, None) for name in _WORDS]
    words = "\n".join(word for word in said if isinstance(word, str))
    url = getattr(component, "url", None)
    yield linked(words, url if isinstance(url, str) else None) or (url if isinstance(url, str) else "")
    for name in _HOLD:
        held = getattr(component, name, None)
        for part in held if isinstance(held, list | tuple) else [held] if held is not None else []:
            yield from _component(part)


def _embedded(embeds: list[discord.Embed]) -> Iterator[str]:
    for embed in embeds:
        yield embed.provider.name or ""
        yield linked(embed.author.name or "", embed.author.url)
        yield linked(embed.title or "", embed.url)
        yield embed.description or ""
        yield from (f"{field.name}\n{field.value}" for field in embed.fields)
        yield embed.footer.text or ""


async def _deleted(message: discord.Message) -> bool:
    try:
        await message.delete()
    except discord.NotFound:
        return True  # somebody else was faster
    except discord.DiscordException as error:
        log.warning("discord: message %s in channel %s not deleted: %s", message.id, message.channel.id, error)
        return False
    return True


async def _untitled(thread: discord.Thread) -> None:
    """Put a sign in place of a title that should go: the thread itself stays, for others may have answered in it."""
    try:
        await thread.edit(name=_TITLE)
    except discord.DiscordException as error:
        log.warning("discord: title of thread %s not taken away: %s", thread.id, error)


async def _post(message: discord.Message, notice: str, *, under: bool) -> None:
    """Post advice beneath a message, or into its channel if it is gone; nobody is pinged."""
    quiet = discord.AllowedMentions.none()
    try:
        if under:
            await message.reply(notice, mention_author=False, allowed_mentions=quiet)
        else:
            await message.channel.send(notice, allowed_mentions=quiet)
    except discord.DiscordException as error:
        log.warning("discord: advice not posted in channel %s: %s", message.channel.id, error)
