"""SARIF 2.1.0 (OASIS), what code hosts and editors show beside the lines: one result for each flagged message.

Where the place of a message is a line, the result points at it; elsewhere it points at the file and names the record as a
logical location. No time and no path of the machine is in it, so that the same scan gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pyarrow.compute as pc

from scamguard import __version__
from scamguard.verdict import GIVEN_AWAY, Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Action.WARN: "warning", Action.BLOCK: "error"}
_WORDS: Final = "model.words"  # the rule of a message that is flagged by its words alone
_WHY_WORDS: Final = "The words of the message weigh so much; no rule of its own."
_MOST_CHARS = 500  # of a message or a name in a result
_TAIL: Final = '\n],\n"columnKind": "unicodeCodePoints"\n}\n]\n}\n'


class Sarif:
    """A SARIF log being written."""

    def __init__(self, file: IO[bytes], reasons: Mapping[str, str]) -> None:
        self._file, self._first = file, True
        rules = [{"id": rule, "shortDescription": {"text": why}} for rule, why in {**reasons, _WORDS: _WHY_WORDS}.items()]
        driver = {"name": "scamguard", "version": __version__, "semanticVersion": __version__, "rules": rules}
        head = {"$schema": _SCHEMA, "version": "2.1.0"}
        start = json.dumps(head, indent=0)[:-2] + ',\n"runs": [\n{\n"tool": ' + json.dumps({"driver": driver}, ensure_ascii=False)
        self._write(start + ',\n"results": [')

    def add(self, table: pa.Table) -> None:
        """Write a result for each flagged row."""
        flagged = table.filter(pc.not_equal(table["action"], str(Action.ALLOW)))
        for row in flagged.to_pylist():
            self._write(("\n" if self._first else ",\n") + json.dumps(result(row), ensure_ascii=False))
            self._first = False

    def close(self) -> None:
        """Close the brackets."""
        self._write(_TAIL)

    def _write(self, text: str) -> None:
        self._file.write(text.encode())


def result(row: dict[str, Any]) -> dict[str, Any]:
    """Tell of one flagged message."""
    asks = f", asks for {', '.join(secret.replace('_', ' ') for secret in row['asks'])}" if row["asks"] else ""
    own = row["kind"] == GIVEN_AWAY
    rule = row["rules"][0] if row["rules"] else _WORDS
    what = f"gives away {', '.join(sorted(set(row['rules'])))}" if own else f"{row['kind'].replace('_', ' ') or 'suspicious'}{asks}"
    about = {name: _short(row[name]) for name in ("id", "sender", "channel", "reply_to") if row[name]}
    return {
        "ruleId": rule,
        "level": _LEVELS[Action(row["action"])],
        "message": {"text": f"{row['action']}: {what} (risk {row['risk']:.3f}), {_place(row)}: {_literal(_short(row['text']))}"},
        "locations": [_location(row)],
        "partialFingerprints": {"scamguard/v1": _fingerprint(row, own=own)},
        "properties": {"risk": round(row["risk"], 6), "kind": row["kind"], "asks": row["asks"], "rules": row["rules"], **about},
    }


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else text[:_MOST_CHARS] + "…"


def _literal(text: str) -> str:
    """Write a text so that no viewer takes a part of it for an argument or a link (3.11.5 and 3.11.6 of the standard).

    >>> _literal("Open [kraken.com](https://a.example) {0}")
    'Open [kraken.com] (https://a.example) {{0}}'
    """
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _place(row: dict[str, Any]) -> str:
    return f"line {row['line']}" if row.get("line") else f"record {row['row']}"


def _location(row: dict[str, Any]) -> dict[str, Any]:
    """Point at a line, or at the first one and the record; code hosts show no result without a line."""
    physical = {"artifactLocation": _artifact(row["file"]), "region": {"startLine": row.get("line") or 1}}
    if row.get("line"):
        return {"physicalLocation": physical}
    record = {"name": str(row["row"]), "fullyQualifiedName": f"{row['file']}#{row['row']}"}
    return {"physicalLocation": physical, "logicalLocations": [record]}


def _artifact(name: str) -> dict[str, str]:
    """Name a file as seen from the root of the checkout, which is where the scan runs; one elsewhere in full."""
    path = Path(name)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}


def _fingerprint(row: dict[str, Any], *, own: bool) -> str:
    """Know a message again when lines before it move; a message that holds a secret is known by its place, not its words."""
    told = [row["file"], row["row"] if own else row["text"], row["id"]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

