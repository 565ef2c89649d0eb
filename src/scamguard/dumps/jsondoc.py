"""One JSON document that no known program wrote: an array of objects, an object that holds one, or an object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import jsonl, jsonstream
from .columns import TEXT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .jsonl import Record
    from .source import Source

_HOLDERS: Final = ("messages", "data", "items", "records", "results", "rows", "comments")
_VALUE: Final = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null"
_CLOSED: Final = r"\s*(?:[,\[\]{]|\Z)"  # what may follow an array or object
_BEGINS: Final = re.compile(
    rf'\s*(?=[\[{{])(?:\[\s*)*(?:\{{\s*(?:"|\Z|\}}{_CLOSED})|"|\Z|\]{_CLOSED}|(?:{_VALUE})\s*(?:,|\Z|\]{_CLOSED}))'
)
_WALK: Final = {(), *((name,) for name in _HOLDERS)}


def looks(head: Head) -> bool:
    """Say whether this may be JSON, by what stands behind its first brackets: `[section]`, `[12:30] Mia: hi` and `{{name}}` are none."""
    return _BEGINS.match(head.text) is not None


def is_page(found: Record, column: str | None) -> bool:
    """Say whether an object holds an array of messages, and is none itself.

    >>> is_page({"messages": [{"text": "hi"}]}, None), is_page({"text": "hi", "comments": []}, None)
    (True, False)
    """
    held = next((found[name] for name in _HOLDERS if isinstance(found.get(name), list)), None)
    says = column in found if column is not None else any(name.strip().lower() in TEXT_COLUMNS for name in found)
    return held is not None and not says and all(isinstance(one, dict) for one in held)


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read one message from each object of the array."""
    return jsonl.blocks(source, _records(source), column, "message")


def _records(source: Source) -> Iterator[tuple[int, Record, int]]:
    for number, value in jsonstream.records(source, _WALK):
        if isinstance(value, dict):
            yield number, value, max((len(field) for field in value.values() if isinstance(field, str)), default=0)
        else:
            source.notes.skip(f"{source.name}, message {number}", f"a JSON object is expected, not {type(value).__name__}")
