"""Labelled messages of anybody's: JSON lines with ``text`` and ``label`` ("scam" or "benign"), gzipped or not.

More lenient than the training corpus: whoever measures on messages of their own may know neither kind nor writer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from scamguard.errors import DumpError, unknown

from .corpus import Message, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scamguard.guard import Guard


def read(paths: Iterable[Path], lang: str | None = None) -> list[Message]:
    """Read files, and the ``*.jsonl`` of folders; only messages in ``lang`` (a BCP-47 tag or its start) if given.

    Raises
    ------
    DumpError
        A path is missing, a line is not a labelled message, or no message is left.
    """
    messages = [message for file in _files(paths) for message in _file(file)]
    kept = [m for m in messages if lang is None or m.lang == lang or m.lang.startswith(f"{lang}-")]
    if not kept:
        known = ", ".join(sorted({m.lang for m in messages}))
        raise DumpError(f"no labelled message in {lang!r}; there are: {known}" if known else "no labelled message")
    return kept


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.jsonl"))
        elif path.exists():
            yield path
        else:
            raise DumpError(f"{path}: no such file")


def _file(file: Path) -> Iterator[Message]:
    try:
        rows = lines(file, file.read_bytes())
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DumpError(f"{file}: cannot be read: {error}") from error
    for number, line in rows:
        try:
            yield _message(f"{file.name}:{number}", json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DumpError(f"{file}, line {number}: not a labelled message: {error}") from error


def _message(at: str, row: dict[str, Any]) -> Message:
    for name in ("text", "label"):
        if name not in row:
            raise ValueError(f"it has no {name!r}; a message needs a text and a label, scam or benign")
    text, label = row["text"], row["label"]
    if not isinstance(text, str):
        raise TypeError(f"text is {type(text).__name__}, not a string")
    if label not in {"scam", "benign"}:
        raise ValueError(unknown("label", label, ("scam", "benign")))
    scam = label == "scam"
    kind, asks = row.get("kind") or row["label"], tuple(row.get("asks") or ())
    return Message(str(row.get("id", at)), row.get("lang") or "und", text, scam, kind, asks, str(row.get("writer", "")))


def evaluate(guard: Guard, messages: Sequence[Message]) -> dict[str, Any]:
    """Measure ``guard`` on ``messages``; needs scikit-learn.

    Returns
    -------
    The tables of ``scamguard.train.evaluate``: all, by language, by kind, by secret.
    """
    from .evaluate import Judged, tables  # noqa: PLC0415 - scikit-learn is an extra

    found = guard.scan([message.text for message in messages])
    flagged = np.array([action != "allow" for action in found["action"].to_pylist()])
    asks = [tuple(secrets) for secrets in found["asks"].to_pylist()]
    return tables(Judged(messages, found["risk"].to_numpy().astype(np.float64), flagged, asks))
