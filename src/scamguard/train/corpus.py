"""The corpus: labelled messages, one JSON object a line."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scamguard.errors import DumpError, unknown
from scamguard.lexicon import KINDS, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BENIGN_KINDS = ("advisory", "otp_notice", "service_notice", "support_legit", "user_question", "tech_talk", "chat", "news")


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message."""

    id: str
    lang: str  # BCP-47; "mixed" if code-switched
    text: str
    scam: bool
    kind: str
    asks: tuple[str, ...]
    writer: str
    pair: str | None = None  # messages of one contrast pair share it
    channel: str = ""
    evasion: tuple[str, ...] = field(default=())


def read(folder: Path) -> list[Message]:
    """Read every ``*.jsonl`` of ``folder``, in the order of their names.

    Raises
    ------
    DumpError
        A line is not a labelled message, a label is unknown, or two messages share an id.
    """
    messages = [message for file in sorted(folder.glob("*.jsonl")) for message in _file(file)]
    if not messages:
        raise DumpError(f"{folder}: holds no *.jsonl of labelled messages")
    ids: set[str] = set()
    for message in messages:
        if message.id in ids:
            raise DumpError(f"{folder}: id {message.id!r} is used twice")
        ids.add(message.id)
    return messages


def lines(file: Path, raw: bytes) -> list[tuple[int, str]]:
    """Number the lines of ``file``, whose bytes are ``raw``, from 1 and leave out the blank ones; ``.gz`` is unpacked.

    Raises
    ------
    DumpError
        It cannot be unpacked, or a line is not UTF-8.
    """
    # not splitlines: a JSON string may hold U+2028, which that cuts at
    numbered = enumerate(unpacked(file, raw).removeprefix(codecs.BOM_UTF8).split(b"\n"), 1)
    decoded = ((number, _decoded(file, number, line)) for number, line in numbered)
    return [(number, line) for number, line in decoded if line.strip()]


def unpacked(file: Path, raw: bytes) -> bytes:
    """Unpack the bytes of a file that is packed (``is_packed``).

    Raises
    ------
    DumpError
        They are damaged.
    """
    try:
        return gzip.decompress(raw) if is_packed(file) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise DumpError(f"{file}: cannot be read: {error}") from error


def is_packed(file: Path) -> bool:
    """Say whether a file is gzipped, by its name."""
    return file.suffix.lower() == ".gz"


def _decoded(file: Path, number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise DumpError(f"{file}, line {number}: not UTF-8: byte 0x{line[error.start]:02x} at {error.start + 1}") from error


def _file(file: Path) -> Iterator[Message]:
    for number, line in lines(file, file.read_bytes()):
        try:
            yield _message(json.loads(line))
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise DumpError(f"{file}, line {number}: not a labelled message: {error}") from error


def _message(row: dict[str, Any]) -> Message:
    check_strings(row, ("id", "lang", "text", "label", "writer"))
    for name in ("id", "lang", "writer"):
        row[name].encode()  # a lone surrogate has a meaning in a text alone, and no card could name it
    if row["label"] not in {"scam", "benign"}:
        raise ValueError(unknown("label", row["label"], ("scam", "benign")))
    scam = row["label"] == "scam"
    check_kind(row["kind"], scam=scam)
    check_asks(row["asks"])
    return Message(
        row["id"], row["lang"], row["text"], scam, row["kind"], tuple(row["asks"]), row["writer"],
        row.get("pair"), row.get("channel") or "", tuple(row.get("evasion") or ()),
    )  # fmt: skip


def check_strings(row: dict[str, Any], names: Iterable[str]) -> None:
    """Raise TypeError if one of these values of a row is no string."""
    for name in names:
        if not isinstance(row[name], str):
            raise TypeError(f"{name} is {type(row[name]).__name__}, not a string")


def check_kind(kind: object, *, scam: bool) -> None:
    """Raise ValueError if ``kind`` is none of a scam, or of an honest message."""
    kinds = KINDS if scam else BENIGN_KINDS
    if kind not in kinds:
        raise ValueError(f"{unknown('kind', kind, kinds)} (of a {'scam' if scam else 'benign'} message)")


def check_asks(asks: object) -> None:
    """Raise TypeError if ``asks`` is no list of strings, ValueError if one of them is no secret that is known."""
    if not isinstance(asks, list | tuple) or not all(isinstance(secret, str) for secret in asks):
        raise TypeError(f"asks is no list of strings: {asks!r}")
    if stray := set(asks) - set(SECRETS):
        raise ValueError(unknown("secret", min(stray), SECRETS))


@dataclass(frozen=True, slots=True)
class Ballast:
    """Public messages lent to training at a small weight."""

    name: str
    digest: str  # SHA-256 of the file
    texts: tuple[str, ...]


def lent(ballast: Sequence[Path], traffic: Sequence[Path], most: int) -> tuple[list[Ballast], list[Ballast]]:
    """Read what public sets lend: benign rows to learn from, and others to choose thresholds on.

    Of a set named as both, half of the texts go to each side. No text that is learned from chooses thresholds, whatever set it stands in.

    Parameters
    ----------
    ballast, traffic
        JSON lines, gzipped or not.
    most
        Rows taken of each file, evenly spread.

    Raises
    ------
    DumpError
        A file is no such set.
    """
    lenders, choosers = ([_benign(file) for file in files] for files in (ballast, traffic))
    both = {one.digest for one in lenders} & {one.digest for one in choosers}
    sets = [_share(one, most, 0 if one.digest in both else None) for one in lenders]
    learned = {text for one in sets for text in one.texts}
    ordinary = [_share(one, most, 1 if one.digest in both else None) for one in choosers]
    return sets, [replace(one, texts=tuple(text for text in one.texts if text not in learned)) for one in ordinary]


def _benign(file: Path) -> Ballast:
    """Read all benign rows of a public set."""
    raw, at, texts = file.read_bytes(), "", []
    try:
        for number, line in lines(file, raw):
            at = f"line {number}: "
            row = json.loads(line)
            if row["label"] == "benign":
                check_strings(row, ("text",))
                texts.append(row["text"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = error if isinstance(error, DumpError) else repr(error)
        raise DumpError(f'{file}: not JSON lines with "text" and "label": {at}{problem}') from error
    if not texts:
        raise DumpError(f"{file}: no message in it is labelled benign; it has nothing to lend")
    return Ballast(file.name.split(".")[0], hashlib.sha256(raw).hexdigest(), tuple(texts))


def _share(whole: Ballast, most: int, half: int | None) -> Ballast:
    """Take ``most`` evenly spread texts of a set, or of one half of it."""
    texts = whole.texts
    if half is not None:
        texts = tuple(text for text in texts if zlib.crc32(text.encode("utf-8", "surrogatepass")) & 1 == half)
    return replace(whole, texts=texts[:: max(1, len(texts) // most)][:most])


def groups(messages: Iterable[Message], folds: int) -> list[int]:
    """Assign each message to one of ``folds`` by writer, largest writers first, so that folds are even.

    A writer's messages stay together, and with them every contrast pair: a model that has seen
    one half of a pair has seen the other.
    """
    messages = list(messages)
    sizes: dict[str, int] = {}
    for message in messages:
        sizes[message.writer] = sizes.get(message.writer, 0) + 1
    load, home = [0] * folds, {}
    for writer in sorted(sizes, key=lambda w: (-sizes[w], w)):
        home[writer] = min(range(folds), key=lambda f: (load[f], f))
        load[home[writer]] += sizes[writer]
    return [home[message.writer] for message in messages]
