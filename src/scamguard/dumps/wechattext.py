"""WeChat as text, of which there are three forms; a file is of one, that of its first message.

    小红(wxid_1) 05-01 18:00:00        chatlog, where 系统消息 tells what happened
    2026-05-01 18:00:00 '小红'         WeFlow
    2026-05-01 18:00:00 小红           MemoTrace (留痕); any log may look like that, so one has to say what it is

A reply in chatlog begins with the message that it answers, header and lines behind `> `. Somebody else said these, so they are left out.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from . import times
from .block import Message
from .spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .detect import Head
    from .source import Source

SYSTEM: Final = "系统消息"  # whom chatlog has say what happened in a chat
_CHATLOG: Final = re.compile(
    rf"(?:(?!> )(?P<name>\S.{{0,99}}?)\((?P<id>[\w@.-]{{1,64}}|我)\)|(?P<alone>我|{SYSTEM}|[a-zA-Z0-9_@.-]{{1,64}})) "
    r"(?:\[(?P<room>.*?)(?:\([^()]*\))?\] )?(?P<time>(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d)$"
)
_WEFLOW: Final = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) '(?P<name>.*)'(?P<id>)(?P<alone>)(?P<room>(?!))?$")
_MEMOTRACE: Final = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<name>\S.*?)(?P<id>)(?P<alone>)(?P<room>(?!))?$")
_FORMS: Final = (_CHATLOG, _WEFLOW, _MEMOTRACE)
_QUOTE, _LOST = "> ", "> [引用]"  # of a message that is not there any more


def looks(head: Head) -> bool:
    """Say whether this is chatlog's text or WeFlow's: by the first message, or another with an account where this one names none."""
    first = head.lines[0] if head.lines else ""
    if _WEFLOW.match(first):
        return len(head.lines) > 1 and not _WEFLOW.match(head.lines[1])  # in a log such lines stand one below the other
    return _CHATLOG.match(first) is not None and any((found := _CHATLOG.match(line)) and _is_sure(found) for line in head.lines)


def _is_sure(found: re.Match[str]) -> bool:
    return found["id"] is not None or found["alone"] == SYSTEM


def messages(source: Source) -> Iterator[Message]:
    """Read messages that begin with a line of who and when, and go on to the next such line, of the form of the first."""
    spoken = Spoken(source)
    forms: list[re.Pattern[str]] = [*_FORMS]
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n").removeprefix("\ufeff")
            found = next((match for form in forms if (match := form.match(line))), None)
            if found:
                yield from _ended(spoken)
                forms = [found.re]
                spoken.begin(_begun(number, found))
            elif not spoken.take(line) and line.strip():
                source.notes.skip(f"{source.name}, line {number}", "nobody and no time begins this line, and no message stands before it")
    yield from _ended(spoken)


def _begun(number: int, found: re.Match[str]) -> Message:
    name = found["name"] or found["alone"] or None
    sender = "me" if "我" in {name, found["id"]} else None if found["alone"] == SYSTEM else name
    return Message(number, "", None, times.iso(found["time"]), sender, found["room"])


def _ended(spoken: Spoken) -> Iterator[Message]:
    if (said := spoken.whole()) is not None:
        yield said._replace(text=_own(said.text.strip("\n")))


def _own(text: str) -> str:
    r"""Give what the sender of a message wrote himself; all of it, if there is nothing else.

    >>> _own("> 小红(wxid_1) 05-01 18:00:00\n> 你好\n收到"), _own("> 你好\n收到")
    ('收到', '> 你好\n收到')
    """
    first, _, _ = text.partition("\n")
    if not (first == _LOST or (first.startswith(_QUOTE) and _CHATLOG.match(first.removeprefix(_QUOTE)))):
        return text
    lines = text.split("\n")
    quoted = sum(1 for _ in takewhile(lambda line: line.startswith(_QUOTE), lines))
    return "\n".join(lines[quoted:]) or text
