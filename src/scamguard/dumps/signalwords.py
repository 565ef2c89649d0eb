"""What a message of Signal says beside its text: polls, contacts, notes with payments, titles of links, names and captions of files.

Signal's own backup (backup.proto of signalapp/libsignal) and signal-cli (org.asamk.signal.json) call the same things by other names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import filenames, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]
_NAME: Final = ("givenName", "given", "middleName", "middle", "familyName", "family", "nickname", "display")
_WAYS: Final = ("number", "phone", "email")  # to reach somebody
_UNNAMED: Final = ("image/", "video/", "audio/")  # of these nobody sees a name
_RENAMED: Final = {"groupNameUpdate": "newGroupName", "groupDescriptionUpdate": "newDescription"}


def of_item(item: Record) -> Iterator[str]:
    """Give the words of an item of a backup, but for its text."""
    said, poll, sent, payment = (item.get(name) for name in ("standardMessage", "poll", "contactMessage", "paymentNotification"))
    if isinstance(said, dict):
        yield from _links(said, "linkPreview")
        for attachment in guarded.objects(said, "attachments"):
            yield from _file(pointer, "fileName") if isinstance(pointer := attachment.get("pointer"), dict) else ()
    if isinstance(poll, dict):
        yield guarded.words(poll, "question")
        yield from (guarded.words(one, "option") for one in guarded.objects(poll, "options"))
    if isinstance(sent, dict):
        contact = sent.get("contact")
        for one in contact if isinstance(contact, list) else [contact]:  # of older exports it is a list
            yield from _contact(one) if isinstance(one, dict) else ()
    if isinstance(payment, dict):
        yield guarded.words(payment, "note")


def of_data(data: Record) -> Iterator[str]:
    """Give the words of what signal-cli receives, but for its text."""
    yield from _links(data, "previews")
    for attachment in guarded.objects(data, "attachments"):
        yield from _file(attachment, "filename")
    poll, payment = data.get("pollCreate"), data.get("payment")
    if isinstance(poll, dict):
        yield guarded.words(poll, "question")
        options = poll.get("options")
        yield from (one for one in options if isinstance(one, str)) if isinstance(options, list) else ()
    for contact in guarded.objects(data, "contacts"):
        yield from _contact(contact)
    if isinstance(payment, dict):
        yield guarded.words(payment, "note")


def renamed(item: Record) -> Iterator[tuple[str, object]]:
    """Give new names and descriptions of a group, each with the account of whoever gave it; it may be a lie like any message."""
    update = item.get("updateMessage")
    change = update.get("groupChange") if isinstance(update, dict) else None
    for one in guarded.objects(change, "updates") if isinstance(change, dict) else ():
        for kind, name in _RENAMED.items():
            if isinstance(told := one.get(kind), dict) and (words := guarded.words(told, name)):
                yield words, told.get("updaterAci")


def _links(said: Record, name: str) -> Iterator[str]:
    for link in guarded.objects(said, name):
        yield guarded.words(link, "title")
        yield guarded.words(link, "description")


def _file(file: Record, name: str) -> Iterator[str]:
    kind = file.get("contentType")
    if not (isinstance(kind, str) and kind.startswith(_UNNAMED)):
        yield filenames.shown(file.get(name))
    yield guarded.words(file, "caption")


def _contact(contact: Record) -> Iterator[str]:
    if isinstance(name := contact.get("name"), dict):
        yield " ".join(filter(None, (guarded.words(name, part) for part in _NAME)))
    yield guarded.words(contact, "organization")
    for way in _WAYS:
        yield from (guarded.words(one, "value") for one in guarded.objects(contact, way))
