"""Labelled messages of anybody's: JSON lines with ``text`` and ``label`` ("scam" or "benign"), gzipped or not.

More lenient than the training corpus: whoever measures on messages of their own may know neither kind nor writer.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from scamguard.errors import DumpError, unknown

from .corpus import Message, check_asks, check_kind, check_strings, lines

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
        raise DumpError(f"no labelled message in {f'{lang!r}; there are: {known}' if known else ', '.join(map(str, paths))}")
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
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
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
    label, lang, asks = row["label"], row.get("lang") or "und", row.get("asks") or ()
    check_strings({**row, "lang": lang}, ("text", "lang"))
    if label not in ("scam", "benign"):  # what cannot be hashed is none of them either
        raise ValueError(unknown("label", label, ("scam", "benign")))
    kind = row.get("kind") or label
    if kind != label:  # as which a message stands whose kind nobody said
        check_kind(kind, scam=label == "scam")
    check_asks(asks)
    return Message(str(row.get("id", at)), lang, row["text"], label == "scam", kind, tuple(asks), str(row.get("writer", "")))


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
