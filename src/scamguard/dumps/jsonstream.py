r"""One large JSON document, value by value: the few objects and arrays on the way to the messages are walked, each
message is parsed whole. So memory holds one message, and one that is broken does not take the rest with it.

A streaming parser (ijson) gives up at the first flaw and knows no ``\x1b``, which Telegram Desktop writes for control
characters (SerializeString in export_output_json.cpp). Here a flaw costs one message: the next one begins where the
indentation says so, or where the brackets close. Where a program joins the pages that it fetched, document follows upon
document; all are read.
"""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from scamguard.errors import DumpError

from .columns import label
from .names import told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .source import Source

Path = tuple[str | None, ...]  # names of fields; None: an element of an array

OPENED: Final = object()  # the value of an object that is walked, at its beginning
_CHUNK = 1 << 20  # characters
_LONGEST = 1 << 26  # characters of one value
_PARTIAL = 16  # characters at the end of the buffer that may be half a literal, an escape or a number
_LEADS_ON: Final = re.compile(r"(?: starting)? at$|: *$")
_decode = json.JSONDecoder(strict=False).raw_decode
_GAP = re.compile(r"[\s,]*")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|.)", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+("?)|[\[\]{}]', re.DOTALL)  # a string without an end is one too, else each quote in it were tried
_BRACKET = re.compile(r"[\[\]{}]")
_STRING_END = re.compile(r'(?<=")[,}\]\s]')
_LITERAL_END = re.compile(r"[,}\]]")
_MOST_FIELDS: Final = 1000  # of a document that is one object
_OVERLAP = 4096  # characters of a window that are looked at again, so that nothing is missed at its end


class Value(NamedTuple):
    """A value that was not walked into, and where it stands."""

    path: Path
    number: int  # of the elements so far in all arrays that are called like this one, from 1, broken ones too; 0: no array element
    value: Any


class _BrokenError(Exception):
    """A value that is none."""


class _EndError(Exception):
    """The document is over, or beyond repair."""


def values(source: Source, walk: Collection[Path], aside: Collection[Path] = ()) -> Iterator[Value]:
    """Give the values of a document in reading order.

    Parameters
    ----------
    source
        Holds the document; is told what is broken.
    walk
        The paths of objects and arrays to walk into; all others are given whole.
    aside
        Those of arrays that hold something else than messages: a document with no other is none of this format.

    Raises
    ------
    DumpError
        It is none.
    """
    walked: list[bool] = []
    yield from _values(source, walk, walked, aside)
    if not any(walked):
        raise _nothing(source)


def records(source: Source, walk: Collection[Path]) -> Iterator[tuple[int, Any]]:
    """Give the elements of the arrays that are walked with their numbers; of a document without one, the object that it is."""
    walked: list[bool] = []
    alone: dict[str, Any] = {}
    document, any_given = 0, False
    for path, number, value in _values(source, {(), *walk}, walked):
        if len(walked) > document:
            if alone and not walked[document - 1]:
                yield document, alone
                any_given = True
            document, alone = len(walked), {}
        if path[-1:] == (None,):
            yield number, value
        elif len(path) == 1 and value is not OPENED and len(alone) < _MOST_FIELDS:
            alone[str(path[0])] = value
    if alone and not walked[document - 1]:
        yield document, alone
    elif not any_given and not any(walked):
        raise _nothing(source)


def _nothing(source: Source) -> DumpError:
    return DumpError(f"{source.name}: no messages where this format has them; name another with --format")


def _values(source: Source, walk: Collection[Path], walked: list[bool], aside: Collection[Path] = ()) -> Iterator[Value]:
    """Give the values; ``walked`` says of each document so far whether it has an array of messages."""
    with source.text() as text:
        walker = _Walker(source, text, walk, aside)
        try:
            while not walked or walker.follows():
                walked.append(False)
                walker.found = False
                for value in walker.value(()):
                    walked[-1] = walker.found
                    yield value
                walked[-1] = walker.found
        except _EndError as error:
            source.notes.skip(source.name, f"{error}; read only up to there")
        except _BrokenError as error:
            raise DumpError(f"{source.name}: {error}") from error
        walked[-1] = walker.found


class _Walker:
    """Reads a document through a window that slides over it."""

    def __init__(self, source: Source, file: IO[str], walk: Collection[Path], aside: Collection[Path]) -> None:
        self._source, self._file, self._walk, self._aside = source, file, frozenset(walk), frozenset(aside)
        self._text, self._at, self._before = "", 0, 0  # the window, where we are in it, what has slid out of it
        self._over = False
        self._start = (-1, "")  # where the value at hand begins, and the line end and indentation before it
        self.found = False  # an array of messages in this document
        self._numbers: dict[Path, int] = {}  # by the name of an array: the messages of all chats of an account are numbered through

    def value(self, path: Path) -> Iterator[Value]:
        """Walk into the value that begins here, or give it whole."""
        first = self._next()
        if path in self._walk and first == "{":
            self._at += 1
            yield Value(path, 0, OPENED)
            yield from self._fields(path)
        elif path in self._walk and first == "[":
            self._at += 1
            self.found = self.found or path not in self._aside
            yield from self._elements((*path, None))
        else:
            yield Value(path, self._numbers.get(path[-2:], 0) if path[-1:] == (None,) else 0, self._whole())

    def follows(self) -> bool:
        """Say whether another document follows.

        Raises
        ------
        _EndError
            Something else does.
        """
        while (gap := _GAP.match(self._text, self._at)) is not None and gap.end() == len(self._text):
            if not self._more():
                return False
        if self._next() not in "{[":
            raise _EndError(self._where("what follows the document is none"))
        return True

    def _fields(self, path: Path) -> Iterator[Value]:
        while (first := self._next()) != "}":
            name = self._name() if first == '"' else None
            if name is None or self._next() != ":":
                raise _EndError(self._where("a field's name is expected"))
            self._at += 1
            try:
                yield from self.value((*path, name))
            except _BrokenError as error:
                self._source.notes.skip(f"{self._source.name}, field {told([name])!r}", str(error))
                self._resync("}")
        self._at += 1

    def _name(self) -> str | None:
        try:
            return str(self._whole())
        except _BrokenError:
            return None

    def _elements(self, path: Path) -> Iterator[Value]:
        what = "entry" if path in self._walk else "message"  # an entry, such as a chat, holds messages
        while self._next() != "]":
            self._numbers[path[-2:]] = number = self._numbers.get(path[-2:], 0) + 1
            try:
                yield from self.value(path)
            except _BrokenError as error:
                self._source.notes.skip(f"{self._source.name}, {what} {number}", str(error))
                self._resync("]")
        self._at += 1

    def _next(self) -> str:
        """Skip white space and commas and look at what follows."""
        while True:
            gap = _GAP.match(self._text, self._at)
            end = gap.end() if gap else self._at
            if end < len(self._text):
                if end != self._start[0]:  # else it has been looked at before
                    line = self._text.rfind("\n", self._at, end)
                    self._start = (end, self._text[line:end] if line >= 0 else "")
                self._at = end
                return self._text[end]
            if not self._more():
                raise _EndError(self._where("the document ends early"))

    def _more(self) -> bool:
        """Slide the window on; False at the end of the document."""
        chunk = "" if self._over else self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._over = self._over or not chunk
        if chunk:
            self._before += self._at
            self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

    def _whole(self) -> Any:  # noqa: ANN401 - JSON
        """Parse the value that begins here, reading on as long as it may only be cut."""
        indent = self._start[1]
        while True:
            try:
                found, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if error.msg.startswith("Invalid \\escape") and self._text[error.pos : error.pos + 2] == "\\x" and self._mended(error.pos):
                    continue
                cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _PARTIAL
                if cut and len(self._text) - self._at < _LONGEST and self._more():
                    self._start = (0, indent)
                    continue
                self._start = (self._at, indent)
                raise _BrokenError(f"not JSON: {flaw(error)}") from None
            except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
                self._start = (self._at, indent)
                raise _BrokenError("not JSON that can be read: a number too long or nested too deep") from None
            if end >= len(self._text) - _PARTIAL and not isinstance(found, str | dict | list) and self._more():
                self._start = (0, indent)
                continue  # 12 may be the beginning of 123, or of 12e+16
            self._at, self._start = end, (-1, "")
            return found

    def _mended(self, pos: int) -> bool:
        r"""Make \x1b, which is not JSON, \u001b in all of the window; False if this one is only cut."""
        mended = _ESCAPE.sub(lambda found: f"\\u00{found[1]}" if found[1] else found[0], self._text[self._at :])
        changed = mended[pos - self._at : pos - self._at + 2] == "\\u"
        self._before += self._at
        self._text, self._at = mended, 0
        return changed

    def _resync(self, closing: str) -> None:
        """Go on behind a broken value: where a line is indented like its beginning, or where its brackets close."""
        self._at, indent = self._start
        first = self._text[self._at]
        if indent and closing == "]":
            outer = f"{{0,{len(indent) - 2}}}" if len(indent) > 1 else "{0}"
            self._to(re.compile(f'{re.escape(indent)}(?=[{{\\["\\d])|\\n[ \\t]{outer}(?=\\])'))
        elif first in "{[":
            self._to_balance()
        else:
            self._at += 1
            self._to(_STRING_END if first == '"' else _LITERAL_END)

    def _to(self, following: re.Pattern[str]) -> None:
        """Go to the beginning of what matches."""
        while (found := following.search(self._text, self._at)) is None:
            self._at = max(self._at, len(self._text) - _OVERLAP)
            if not self._more():
                raise _EndError(self._where("nothing that can be read follows a broken value"))
        self._at = found.start()

    def _to_balance(self) -> None:
        """Go behind the bracket that closes the one here; one that was left open is closed by the next outer one."""
        opened, tokens = bytearray(), _TOKEN
        while True:
            for token in tokens.finditer(self._text, self._at):
                if token[0][0] == '"' and not token[1]:
                    break  # it goes on
                self._at = token.end()
                if token[0] in "{[":
                    opened += token[0].encode()
                elif token[0] in "}]":
                    del opened[max(0, opened.rfind(b"{" if token[0] == "}" else b"[")) :]
                    if not opened:
                        return
            is_long = max(len(opened), len(self._text) - self._at) > _LONGEST
            if tokens is _TOKEN and (is_long or not self._more()):
                tokens = _BRACKET  # a quote is missing: let brackets close within the last string
            elif is_long or tokens is _BRACKET:
                raise _EndError(self._where("brackets do not close after a broken value"))

    def _where(self, problem: str) -> str:
        return f"{problem} at character {self._before + self._at + 1:,}"


def flaw(error: json.JSONDecodeError) -> str:
    """Say what is wrong, without the word that leads to where."""
    return _LEADS_ON.sub("", error.msg)


def first_of(found: dict[str, Any], *names: str) -> str | None:
    """Give the first of some fields that says anything."""
    return next((said for name in names if (said := label(found.get(name))) is not None), None)
