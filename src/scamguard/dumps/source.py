"""Where a reader gets its bytes: a file, standard input or a member of an archive, unpacked and decoded on the way.

Gzip and Zstandard are known by their first bytes. Whatever is damaged ends the stream there and is noted, so that all
before it is scored. Nothing is read that is longer than a reader can hold: a line has a limit, and so has a JSON value,
and a file that is read from its end while it lies within another.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa

from scamguard.errors import DumpError

from . import encodings
from .block import Message, Notes, blocks
from .stdin import Beginning

try:
    from lzma import LZMAError
except ImportError:  # pragma: no cover - a Python that was built without, where zipfile refuses such members
    LZMAError = EOFError  # type: ignore[misc,assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from .block import Block

HEAD_BYTES: Final = 1 << 18  # what format and encoding are told from
LARGEST_HELD: Final = 1 << 26  # bytes of a file within another that is read from its end
LONGEST_LINE: Final = 1 << 24  # characters; longer is no message, and may be a bomb
OMITTED: Final = type("_Omitted", (str,), {})("\n")  # stands for a line that is longer; told by identity, for an empty line is equal
_BUFFER = 1 << 18
_SAMPLES = 16
_UNPACKED: Final = 1 << 17  # bytes at a time: what was unpacked before a damage within them is lost
_DAMAGE = (EOFError, zlib.error, LZMAError, gzip.BadGzipFile, pa.ArrowInvalid, zipfile.BadZipFile)
_BOTH_ORDERS: Final = {  # which one, a mark says
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_TOO_WIDE: Final = "too much memory"  # what Zstandard says of a window longer than 128 MB
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", *(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60)))  # RFC 8878; a frame may be one to skip


@dataclass(slots=True)
class Source:
    """Where a reader gets its bytes, and whom it tells about trouble."""

    name: str  # as users know it
    path: Path | None  # None: standard input, another pipe, or a member of an archive
    notes: Notes = field(default_factory=Notes)
    encoding: str | None = None  # None: told from the first bytes
    member: Callable[[], IO[bytes]] | None = None  # opens a member of an archive
    size: int = 0  # bytes of the member, unpacked
    packed: int = 0  # bytes it takes in the file on disk
    depth: int = 0  # archives around it
    format: str | None = None  # what the user says the members of an archive or folder are
    pipe: Path | None = None  # one with a name, which can be read once alone, as standard input can
    within: Callable[[float], None] | None = None  # told the share of this one that is read
    _share: float = 0.0
    _stdin: Beginning | None = None

    @property
    def share(self) -> float:
        """How much of it is read so far, 0 to 1."""
        return self._share

    @share.setter
    def share(self, share: float) -> None:
        self._share = share
        if self.within is not None:
            self.within(share)

    @contextlib.contextmanager
    def opened(self, *, ahead: bool = False) -> Iterator[IO[bytes]]:
        """Open the bytes, unpacked; ``ahead``: only to look at how they begin."""
        raw = self._open(ahead=ahead)
        try:
            yield io.BufferedReader(_Stream(self, raw, ahead=ahead), _BUFFER)
        finally:
            raw.close()

    @contextlib.contextmanager
    def seekable(self, what: str) -> Iterator[Any]:
        """Open what is read from its end: the file where it lies, or what is packed, within an archive or piped, held in memory.

        Raises
        ------
        DumpError
            It is too large to be held.
        """
        if self.path is not None and self.is_plain:
            with self.path.open("rb") as file:
                yield file
            return
        with self.opened() as raw:
            held = raw.read(LARGEST_HELD + 1)
        if len(held) > LARGEST_HELD:
            raise DumpError(
                f"{self.name}: {what} is read from its end, and here is more of it than can be held ({LARGEST_HELD >> 20} MB); "
                "unpack it and give the file's path"
            )
        self.packed = self.packed or (self.path.stat().st_size if self.path is not None else len(held))
        yield io.BytesIO(held)

    @property
    def is_plain(self) -> bool:
        """Whether it is a file on disk that is not packed."""
        if self.path is None:
            return False
        with self.path.open("rb") as raw:
            return not raw.read(4).startswith((_GZIP, *_ZSTD))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it; of a damaged file that cannot be said."""
        if self.path is not None and self.path.is_dir():
            return False
        with self.opened(ahead=True) as raw:
            return not raw.read(1) and not raw.raw.damaged  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def text(self, newline: str = "\n") -> Iterator[io.TextIOWrapper]:
        """Open as text; a byte order mark is dropped.

        Raises
        ------
        DumpError
            The encoding that the user named is unknown.
        """
        name = self.codec()
        mark = _mark(name)
        marked = bool(mark) and self.head().startswith(mark)
        with self.opened() as raw:
            raw.read(len(mark) if marked else 0)
            text = io.TextIOWrapper(raw, name, errors=encodings.errors(name), newline=newline)
            try:
                yield text
            finally:
                text.detach()

    @contextlib.contextmanager
    def lines(self, newline: str = "\n") -> Iterator[Iterator[str]]:
        r"""Open as text and give its lines with their ends.

        ``newline="\n"`` ends lines there only; ``newline=""`` is what the csv module wants. A line longer than
        ``LONGEST_LINE`` is noted and given as ``OMITTED``.
        """
        with self.text(newline) as text:
            yield self.bounded(text)

    def bounded(self, text: io.TextIOWrapper, before: int = 0) -> Iterator[str]:
        """Give the lines of a text that ``before`` lines precede; one that is too long is noted and given as ``OMITTED``."""
        read = functools.partial(text.readline, LONGEST_LINE)
        for number, line in enumerate(iter(read, ""), before + 1):
            if len(line) < LONGEST_LINE or line[-1] in "\r\n":
                yield line
                continue
            self.notes.skip(f"{self.name}, line {number}", f"longer than {LONGEST_LINE:,} characters")
            while (rest := read()) and rest[-1] not in "\r\n":
                pass
            yield OMITTED

    def head(self) -> bytes:
        """Give the first bytes, unpacked, without using them up."""
        with self.opened(ahead=True) as raw:
            return raw.read(HEAD_BYTES)

    def start(self) -> str:
        """Give the first characters, without a byte order mark, without using them up; none if the encoding is unknown."""
        raw = self.head()
        encoding = self.encoding or encodings.guess(raw, whole=len(raw) < HEAD_BYTES)
        if not _is_text(encoding):
            return ""  # the reader says so
        try:
            text = codecs.getincrementaldecoder(encoding)("replace").decode(raw)
        except UnicodeError:  # a byte order mark is missing, which the reader says too
            return ""
        return text.removeprefix("\ufeff")

    def codec(self) -> str:
        """Name the encoding: the one that the user names, else the one that the first bytes speak for."""
        if self.encoding is None:
            head = self.head()
            if len(head) < HEAD_BYTES:
                return encodings.guess(head, whole=True)
            return encodings.guess(self._further() if head.isascii() and encodings.wide(head) is None else head)
        if not _is_text(self.encoding):
            raise DumpError(f"{self.name}: unknown encoding {self.encoding!r}; say for example utf-8, gb18030 or shift_jis")
        name = codecs.lookup(self.encoding).name
        if name in _BOTH_ORDERS and not self.head().startswith(_BOTH_ORDERS[name]):
            raise DumpError(f"{self.name}: {name} without a byte order mark; say {name}-le or {name}-be")
        return "utf-8-sig" if name == "utf-8" else self.encoding

    def _further(self) -> bytes:
        """Give some lines from all over a file whose beginning is ASCII, which tells nothing of its encoding."""
        if self.path is None:
            return b""
        found = []
        size = self.path.stat().st_size if self.is_plain else 0
        with self.path.open("rb") as raw:
            for part in range(1, _SAMPLES if size else 0):
                raw.seek(size * part // _SAMPLES)
                raw.readline(HEAD_BYTES)  # half a line
                found.append(raw.read(HEAD_BYTES // _SAMPLES).rpartition(b"\n")[0])
        return b"\n".join(found)

    def blocks(self, messages: Iterable[Message]) -> Iterator[Block]:
        """Pack messages, a few thousand at a time."""
        return blocks(messages, self.notes)

    def _open(self, *, ahead: bool) -> Any:  # noqa: ANN401 - whatever has peek, read1 and close
        if self.member is not None:
            return self.member()
        if self.path is not None:
            return self.path.open("rb")
        if self._stdin is None:
            self._stdin = Beginning(HEAD_BYTES, self.pipe)
        return self._stdin.look() if ahead else self._stdin.open()


class _Stream(io.RawIOBase):
    """Unpacked bytes; damage is noted and ends them."""

    def __init__(self, source: Source, raw: Any, *, ahead: bool) -> None:  # noqa: ANN401
        self._source, self._raw, self._ahead = source, raw, ahead  # whoever only looks ahead notes nothing
        self._over = self.damaged = self._begun = False
        self._size = 0 if ahead else source.path.stat().st_size if source.path is not None else source.size
        self._packed = True
        self._inner: Any = raw
        try:
            start = raw.peek(4)
        except _DAMAGE as error:  # a member of an archive is unpacked to be looked at
            start = b""
            self._damaged(error)
        except OSError as error:
            if source.member is None or error.errno:  # bzip2 tells of damage without a number
                raise _unread(source, error) from error
            start = b""
            self._damaged(error)
        if start.startswith(_GZIP):
            self._inner = gzip.GzipFile(fileobj=raw)
        elif start.startswith(_ZSTD):
            self._inner = pa.CompressedInputStream(pa.PythonFile(_Lent(raw), "r"), "zstd")
        else:
            self._packed = source.member is not None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as the base class has it
        if self._over:
            return 0
        try:
            data = self._inner.read1(min(len(buffer), _UNPACKED) if self._packed else len(buffer))
        except _DAMAGE as error:
            return self._damaged(error)
        except OSError as error:
            if not self._packed or error.errno:
                raise _unread(self._source, error) from error
            if not self._begun and _TOO_WIDE in str(error):
                raise DumpError(
                    f"{self._source.name}: packed with a window too long to be held (zstd --long); unpack it, or pipe it: "
                    "zstd -dc --long=31 FILE | scamguard scan -"
                ) from error
            return self._damaged(error)
        if self._size:
            self._source.share = min(1.0, self._raw.tell() / self._size)
        self._begun = True
        buffer[: len(data)] = data
        return len(data)

    def _damaged(self, error: BaseException) -> int:
        self._over = self.damaged = True
        if not self._ahead:
            self._source.notes.skip(self._source.name, f"damaged, and read only up to there: {_line(error)}")
        return 0


def _unread(source: Source, error: OSError) -> DumpError:
    return DumpError(f"{source.name}: {error.strerror or error}")


def _is_text(encoding: str) -> bool:
    """Say whether there is such an encoding, and as one of text in files, which hex, rot13 and idna are not."""
    try:
        b"\n".decode(encoding, encodings.errors(encoding))
    except (LookupError, ValueError):
        return False
    return True


def _mark(encoding: str) -> bytes:
    """Give the byte order mark that Python leaves in a text of this encoding."""
    if codecs.lookup(encoding).name in {"utf-8-sig", *_BOTH_ORDERS}:
        return b""
    try:
        return "\ufeff".encode(encoding)
    except UnicodeError:
        return b""


def _line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "it ends early")


class _Lent:
    """A file for Arrow, which closes what it is given; this one is not its own."""

    closed = False

    def __init__(self, raw: Any) -> None:  # noqa: ANN401
        self.read = raw.read

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Leave it open."""


def without_columns(source: Source, column: str | None) -> None:
    """Refuse a column where there are none.

    Raises
    ------
    DumpError
        A column was named.
    """
    if column is not None:
        raise DumpError(f"{source.name}: an export whose fields are known has no --column; leave it out, or name the format with --format")
