"""Reviews: messages that the user has judged, one JSON object a line, in a file of the user's own.

Lines are only ever added; of several reviews of one message the last counts. The file is readable by its owner alone, and
nothing sends it anywhere.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from scamguard.errors import DumpError, TrainingError, unknown
from scamguard.lexicon import KINDS, SECRETS
from scamguard.secrets import Certainty, Secret, find

from . import labelled
from .corpus import BENIGN_KINDS, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Scored(NamedTuple):
    """A message of a file that ``scamguard scan --out`` wrote."""

    row: int  # the place in the dump that was scanned, from 1, as `scan` prints it
    text: str
    risk: float


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
        The message is empty, a label, kind or secret is unknown, a benign message asks for something, or it holds a lasting secret.
    """
    if not text.strip():
        raise TrainingError("the message is empty; nothing can be learned from it")
    if label not in {"scam", "benign"}:
        raise TrainingError(unknown("label", label, ("scam", "benign")))
    kinds = KINDS if label == "scam" else BENIGN_KINDS
    if kind and kind not in kinds:
        raise TrainingError(f"{unknown('kind', kind, kinds)} (of a {label} message)")
    if stray := set(asks) - set(SECRETS):
        raise TrainingError(unknown("secret", min(stray), SECRETS))
    if asks and label == "benign":
        raise TrainingError("a benign message asks for no secret; leave --asks out, or label it scam")
    for finding in find(text):
        if finding.kind is not Secret.OTP and finding.certainty is Certainty.BLOCK:
            raise TrainingError(
                f"the message holds a secret ({finding.kind}, characters {finding.start} to {finding.stop}); replace it first"
            )
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Message(f"review-{digest}", lang, text, label == "scam", kind or label, tuple(asks), writer)


def add(file: Path, one: Message) -> None:
    """Append a review; the file and its folder are made when they are missing.

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
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(_line(row))


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
    if not file.exists() or not file.stat().st_size:
        return []
    return list({message.id: message for message in labelled.read([file])}.values())


def scored(file: Path) -> Iterator[Scored]:
    """Read the messages of a scored file (.jsonl, .csv or .parquet) with their risks.

    Raises
    ------
    DumpError
        It is missing, of another kind, or holds no risks.
    """
    try:
        for row, text, risk in _SUFFIXES[file.suffix.lower()](file):
            yield Scored(int(row), text or "", float(risk))
    except FileNotFoundError as error:
        raise DumpError(f"{file}: no such file") from error
    except (KeyError, ValueError, TypeError, RecursionError, csv.Error) as error:
        raise DumpError(f"{file}: no scored file; `scamguard scan FILE --out verdicts.jsonl` writes one (or .csv, .parquet)") from error


def least_certain(messages: Iterable[Scored], reviewed: Iterable[Message], most: int) -> list[Scored]:
    """Take the ``most`` messages whose risk is nearest to one half and that nobody has reviewed yet, each text once."""
    seen = {message.text for message in reviewed}

    def fresh() -> Iterator[Scored]:
        for one in messages:
            if one.text not in seen and one.text.strip():
                seen.add(one.text)
                yield one

    return heapq.nsmallest(most, fresh(), key=lambda one: (abs(one.risk - 0.5), one.row))


def _jsonl(file: Path) -> Iterator[tuple[int, str, float]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            yield one["row"], one["text"], one["risk"]


def _csv(file: Path) -> Iterator[tuple[int, str, float]]:
    csv.field_size_limit(1 << 30)  # a message may be long
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for one in csv.DictReader(lines):
            yield int(one["row"]), one["text"], float(one["risk"])


def _parquet(file: Path) -> Iterator[tuple[int, str, float]]:
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(columns=["row", "text", "risk"]):
            yield from zip(*(batch[name].to_pylist() for name in ("row", "text", "risk")), strict=True)


_SUFFIXES = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
