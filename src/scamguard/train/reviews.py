"""Reviews: messages that the user has judged, one JSON object a line, in a file of the user's own, gzipped if it is named so.

Lines are only ever added; of several reviews of one message the last counts. The file is readable by its owner alone, and
nothing sends it anywhere.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import heapq
import json
import os
import re
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from scamguard.errors import DumpError, TrainingError, unknown
from scamguard.secrets import Certainty, Secret, find

from . import labelled
from .corpus import Message, check_asks, check_kind, check_strings, is_packed, lines, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Scored(NamedTuple):
    """A message of a file that ``scamguard scan --out`` wrote."""

    row: int  # the place in the dump that was scanned, from 1, as `scan` prints it
    text: str
    risk: float
    file: str  # that dump; "" if the file does not say


def review(  # noqa: PLR0913 - what a review says
    text: str, label: str, *, kind: str = "", asks: Sequence[str] = (), writer: str = "", lang: str = "und"
) -> Message:
    """Make a review of one message.

    Parameters
    ----------
    writer
        Who judged it; "" is the owner of the file.

    Raises
    ------
    TrainingError
        The message is empty, a label, kind or secret is unknown, the language is no tag, a benign message asks for something, or it
        holds a lasting secret.
    """
    if not text.strip():
        raise TrainingError("the message is empty; nothing can be learned from it")
    if label not in {"scam", "benign"}:
        raise TrainingError(unknown("label", label, ("scam", "benign")))
    try:
        if kind:
            check_kind(kind, scam=label == "scam")
        check_asks(asks)
    except (ValueError, TypeError) as error:
        raise TrainingError(str(error)) from None
    if not _TAG.fullmatch(lang):
        raise TrainingError(f"{lang!r} is no language tag; give one such as en or zh-TW, or leave --lang out")
    if asks and label == "benign":
        raise TrainingError("a benign message asks for no secret; leave --asks out, or label it scam")
    for finding in find(text):
        if finding.kind is not Secret.OTP and finding.certainty is Certainty.BLOCK:
            raise TrainingError(
                f"the message holds a secret ({finding.kind}, characters {finding.start} to {finding.stop}); replace it first"
            )
    return Message(_id(text), lang, text, label == "scam", kind or label, tuple(dict.fromkeys(asks)), writer)


def _id(text: str) -> str:
    """Name a review by its message, so that a later one replaces it."""
    return f"review-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def add(file: Path, one: Message) -> None:
    """Append a review on a line of its own; the file and its folder are made when they are missing.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    row = {
        "id": one.id, "lang": one.lang, "text": one.text, "label": "scam" if one.scam else "benign", "kind": one.kind,
        "asks": list(one.asks), "writer": one.writer,
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as out:
        line = (b"" if _is_ended(file, out) else b"\n") + _line(row)
        out.write(gzip.compress(line) if is_packed(file) else line)  # packed files may follow one another


def _is_ended(file: Path, opened: IO[bytes]) -> bool:
    """Say whether a file is empty or its last line has an end, which an editor may have taken."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(0 if is_packed(file) else max(0, size - 1))
    return unpacked(file, opened.read())[-1:] in {b"", b"\n"}


def _line(row: dict[str, Any]) -> bytes:
    try:
        return f"{json.dumps(row, ensure_ascii=False)}\n".encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can say
        return f"{json.dumps(row)}\n".encode()


def read(file: Path) -> list[Message]:
    """Read the reviews; of several of one message the last counts. None if there is no file yet.

    Raises
    ------
    DumpError
        A line is not a review.
    """
    if not file.exists() or not lines(file, file.read_bytes()):
        return []
    ours = (replace(message, id=_id(message.text)) for message in labelled.read([file]))  # whoever wrote it, and called it what
    return list({message.id: message for message in ours}.values())


def scored(file: Path) -> Iterator[Scored]:
    """Read the messages of a scored file (``SUFFIXES``) with their risks.

    Raises
    ------
    DumpError
        It is missing, of another kind, or holds no risks.
    """
    read = SUFFIXES.get(file.suffix.lower())
    if read is None:
        raise DumpError(f"{file}: can be reviewed as {', '.join(SUFFIXES)}; `scamguard scan FILE --out verdicts.jsonl` writes such a file")
    try:
        for row, text, risk, dump in read(file):
            yield _said(row, text, risk, dump)
    except FileNotFoundError as error:
        raise DumpError(f"{file}: no such file") from error
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError, csv.Error, pa.ArrowException) as error:
        raise DumpError(f"{file}: no scored file; `scamguard scan FILE --out verdicts.jsonl` writes one") from error


def _said(row: Any, text: Any, risk: Any, dump: Any) -> Scored:  # noqa: ANN401 - whatever a file holds
    """Raise what ``scored`` expects if this is no scored message."""
    one = Scored(int(row), "" if text is None else text, float(risk), "" if dump is None else dump)
    check_strings(one._asdict(), ("text", "file"))
    if (isinstance(row, float) and row != one.row) or not 0 <= one.risk <= 1:  # NaN is not between them either
        raise ValueError(f"row {row!r}, risk {risk!r}")
    return one


def least_certain(messages: Iterable[Scored], reviewed: Iterable[Message], most: int) -> list[Scored]:
    """Take the ``most`` messages whose risk is nearest to one half and that nobody has reviewed yet, each text once."""
    seen = {message.text for message in reviewed}

    def fresh() -> Iterator[Scored]:
        for one in messages:
            if one.text not in seen and one.text.strip():
                seen.add(one.text)
                yield one

    return heapq.nsmallest(most, fresh(), key=lambda one: (abs(one.risk - 0.5), one.row))


def _jsonl(file: Path) -> Iterator[Sequence[Any]]:
    with file.open(encoding="utf-8-sig") as opened:
        for line in opened:
            if line.strip():
                one = json.loads(line)
                yield one["row"], one["text"], one["risk"], one.get("file")


def _csv(file: Path) -> Iterator[Sequence[Any]]:
    csv.field_size_limit(1 << 30)  # a message may be long
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        _check_columns(rows.fieldnames or ())
        for one in rows:
            yield one["row"], one["text"], one["risk"], one.get("file")


def _parquet(file: Path) -> Iterator[Sequence[Any]]:
    with pq.ParquetFile(file) as opened:
        names = opened.schema_arrow.names
        _check_columns(names)
        wanted = [*_NEEDED, *({"file"} & {*names})]
        for batch in opened.iter_batches(columns=wanted):
            unsaid = [] if "file" in names else [[None] * len(batch)]
            yield from zip(*(batch[name].to_pylist() for name in wanted), *unsaid, strict=True)


def _check_columns(names: Sequence[str]) -> None:
    """Raise KeyError if a column is missing, of which a file without rows would say nothing."""
    if missing := set(_NEEDED) - set(names):
        raise KeyError(*missing)


_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP-47
_NEEDED: Final = ("row", "text", "risk")
SUFFIXES: Final = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv, ".parquet": _parquet}
