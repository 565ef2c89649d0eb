"""WeChat as text, of which there are three forms; a file is of one, that of its first message.

    小红(wxid_1) 05-01 18:00:00        chatlog, where 系统消息 tells what happened
    2026-05-01 18:00:00 '小红'         WeFlow
    2026-05-01 18:00:00 小红           MemoTrace (留痕); any log may look like that, so one has to say what it is

A reply in chatlog begins with the message that it answers, header and lines behind `> `. Somebody else said these, so they are left out
where that message stands before in the file; else anybody could hide words so.
"""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final

from . import times
from .block import Message
from .spoken import Heard, Spoken

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
_DEEPEST: Final = 3  # replies to replies


def looks(head: Head) -> bool:
    """Say whether this is chatlog's text or WeFlow's: by the first message, or another with an account where this one names none."""
    first = head.lines[0] if head.lines else ""
    if _WEFLOW.match(first):
        return len(head.lines) > 1 and not _WEFLOW.match(head.lines[1]) and _is_weflow(head.text)
    return _CHATLOG.match(first) is not None and any((found := _CHATLOG.match(line)) and _is_sure(found) for line in head.lines)


def _is_weflow(text: str) -> bool:
    """Say whether an empty line stands between messages, or behind the only one; in a log such lines stand among others."""
    lines = [line.strip() for line in text.lstrip("\ufeff \t\r\n").split("\n")]
    between = [not before for before, line in pairwise(lines) if _WEFLOW.match(line)]
    return any(between) if between else lines[-2:] == ["", ""]


def _is_sure(found: re.Match[str]) -> bool:
    return found["id"] is not None or found["alone"] == SYSTEM


def messages(source: Source) -> Iterator[Message]:
    """Read messages that begin with a line of who and when, and go on to the next such line, of the form of the first."""
    spoken, heard = Spoken(source), Heard()
    forms: list[re.Pattern[str]] = [*_FORMS]
    with source.lines() as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n").removeprefix("\ufeff")
            found = next((match for form in forms if (match := form.match(line))), None)
            if found:
                yield from _ended(spoken, heard)
                forms = [found.re]
                spoken.begin(_begun(number, found))
            elif not spoken.take(line) and line.strip():
                source.notes.skip(f"{source.name}, line {number}", "nobody and no time begins this line, and no message stands before it")
    yield from _ended(spoken, heard)


def _begun(number: int, found: re.Match[str]) -> Message:
    name = found["name"] or found["alone"] or None
    sender = "me" if "我" in {name, found["id"]} else None if found["alone"] == SYSTEM else name
    return Message(number, "", None, times.iso(found["time"]), sender, found["room"])


def _ended(spoken: Spoken, heard: Heard) -> Iterator[Message]:
    if (said := spoken.whole()) is not None:
        text = said.text.strip("\n")
        own = _own(text, heard)
        heard.add(text, own)
        yield said._replace(text=own)


def _own(text: str, heard: Heard, depth: int = 0) -> str:
    r"""Give what the sender of a message wrote himself; all of it, if there is nothing else, or what he repeats was never said.

    >>> heard, reply = Heard(), "> 小红(wxid_1) 05-01 18:00:00\n> 你好\n收到"
    >>> _own(reply, heard) == reply, heard.add("你好"), _own(reply, heard)
    (True, None, '收到')
    """
    first, _, rest = text.partition("\n")
    if first == _LOST:
        return rest or text
    if depth == _DEEPEST or not (first.startswith(_QUOTE) and _CHATLOG.match(first.removeprefix(_QUOTE))):
        return text
    lines = rest.split("\n")
    quoted = [line.removeprefix(_QUOTE) for line in takewhile(lambda line: line.startswith(_QUOTE), lines)]
    repeated = "\n".join(quoted)
    if heard.has(repeated) or heard.has(_own(repeated, heard, depth + 1)):
        return "\n".join(lines[len(quoted) :]) or text
    return text
