"""One record at a time: whatever is wrong with one costs that record alone, and is told with its place.

Where a format has words, anything else than words breaks the record, so that nothing goes unread in silence. Where it has
an id, a name or a time, a value of another kind says nothing, and the words are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec

from .columns import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .block import Message
    from .source import Source

_Also = ParamSpec("_Also")
_BROKEN: Final = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)


class WrongKindError(ValueError):
    """A field that holds something else than its format has there; the message names it."""


def messages(
    source: Source,
    what: str,
    number: int,
    value: object,
    make: Callable[Concatenate[int, dict[str, Any], _Also], Iterable[Message]],
    *also: _Also.args,
    **named: _Also.kwargs,
) -> Sequence[Message]:
    """Give the messages of an object in JSON; one that cannot be read is noted and passed over.

    Parameters
    ----------
    what, number
        Where it stands: which message or line, from 1.
    value
        The object, or whatever stands in its place.
    make
        Makes messages of it, given ``number``, ``value``, and what follows here.
    """
    try:
        if isinstance(value, dict):
            return [_plain(message) for message in make(number, value, *also, **named)]
        problem = f"a JSON object is expected, not {type(value).__name__}"
    except WrongKindError as error:
        problem = str(error)
    except _BROKEN as error:  # what they say may be what stands in the record
        problem = f"a field is of another kind than this format has ({type(error).__name__})"
    source.notes.skip(f"{source.name}, {what} {number}", problem)
    return ()


def words(found: Mapping[str, Any], name: str) -> str:
    """Give a field that holds words; nothing where it is missing or null.

    Raises
    ------
    WrongKindError
        It holds something else.
    """
    value = found.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    raise WrongKindError(f"{name!r} is {type(value).__name__}, not a string")


def objects(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Give the objects of a field that holds an array of them; what else is in it has no words.

    Raises
    ------
    WrongKindError
        It holds no array.
    """
    value = found.get(name)
    if value is None or isinstance(value, list):
        return [one for one in value or () if isinstance(one, dict)]
    raise WrongKindError(f"{name!r} is {type(value).__name__}, not an array")


def dicts(values: object) -> list[dict[str, Any]]:
    """Give the objects in an array; nothing if it is none."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _plain(message: Message) -> Message:
    """Let nothing but strings and a time into the columns of ``ABOUT``.

    Raises
    ------
    WrongKindError
        The text is none.
    """
    if not isinstance(message.text, str):
        raise WrongKindError(f"the text is {type(message.text).__name__}, not a string")
    said = (message.id, message.sender, message.channel, message.reply_to)
    if all(one is None or isinstance(one, str) for one in said):
        return message
    id_, sender, channel, reply_to = map(label, said)
    return message._replace(id=id_, sender=sender, channel=channel, reply_to=reply_to)
