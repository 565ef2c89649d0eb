"""JSON lines at Arrow's speed: only the columns that matter are built, and no Python object is made.

Arrow knows no lines, so a piece is taken only if every line begins and ends like an object and there are as many objects
as lines: then each line is one, for no object can go on with ``{`` after a line that ended with ``}``.

Columns that were not there before are not overlooked: what stands before a colon is compared with their names, by its last
letters. A name may stand within another object too; so Arrow is told that such a column holds nothing, and refuses if it does.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from . import tabled
from .columns import TEXT_COLUMNS, TITLED, awaited, stand_ins
from .source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .block import Block, Notes
    from .columns import Fields

_PLAIN: Final = {frozenset(): pa.string(), frozenset({str}): pa.string(), frozenset({int}): pa.int64()}


_TAIL: Final = 8  # bytes
_FOLD: Final = np.uint64(0x2020202020202020)  # makes capitals small
_STRIDE: Final = 1 << 17  # bytes looked through at a time, for which the allocator has room at hand
_SLOTS: Final = 1 << 16  # of a table in which names are looked up by their last three letters


def schema(fields: Fields, records: Sequence[dict[str, Any]], known: pa.Schema | None = None) -> pa.Schema | None:
    """Say what the columns hold that are not ``known``, by some records.

    None if any holds more than strings or whole numbers, a message is an object or has a title.
    """
    if fields.text.strip().lower() == TITLED or any(isinstance(record.get(fields.text), dict) for record in records):
        return None
    before = {} if known is None else dict(zip(known.names, known.types, strict=True))
    held: dict[str, set[type]] = {name: set() for name in fields.about if name is not None and name not in before}
    for record in records:
        for name, kinds in held.items():
            if (value := record.get(name)) is not None:
                kinds.add(type(value))
    types = {name: _PLAIN.get(frozenset(kinds)) for name, kinds in held.items()}
    return None if None in types.values() else pa.schema([*({fields.text: pa.large_string()} | before | types).items()])


def block(row: int, piece: bytes, fields: Fields, columns: pa.Schema, notes: Notes) -> Block | None:
    """Read whole lines; None if any is not one plain object of these columns."""
    lines = _objects(np.frombuffer(piece, np.uint8)) if len(piece) <= LONGEST_LINE else 0
    if not lines:
        return None
    late = named(piece, awaited(fields)) - {*columns.names}
    others = [name for name in late if name.strip().lower() in stand_ins(fields)]
    nothing = pa.schema([(name, pa.null()) for name in sorted(late.difference(others))])
    table = _read(piece, pa.unify_schemas([columns, nothing]))
    if table is not None and others and table[fields.text].null_count:
        table = _stood_in(piece, table, fields.text, others)
    if table is None or len(table) != lines:
        return None
    found = {name: table[name].combine_chunks() for name in columns.names}
    about = [None if name is None else found[name] for name in fields.about]
    rows = np.arange(row, row + lines)
    return tabled.of_arrays(pc.fill_null(found[fields.text], ""), rows, about, rows, notes)


def _read(piece: bytes, columns: pa.Schema) -> pa.Table | None:
    """Read some columns; None where they hold anything else."""
    try:
        table = pajson.read_json(
            pa.BufferReader(piece),
            pajson.ReadOptions(use_threads=False, block_size=len(piece)),
            pajson.ParseOptions(explicit_schema=columns, unexpected_field_behavior="ignore"),
        )
        table.validate(full=True)  # strings are UTF-8
    except pa.ArrowException:
        return None
    return table


def _stood_in(piece: bytes, table: pa.Table, text: str, others: list[str]) -> pa.Table | None:
    """Fill messages that are nothing with those of other columns; None if these are no plain strings of one spelling each."""
    ranked = sorted(others, key=lambda name: TEXT_COLUMNS.index(name.strip().lower()))
    if TITLED in ranked[-1].lower() or len({name.strip().lower() for name in ranked}) < len(ranked):
        return None
    more = _read(piece, pa.schema([(name, pa.large_string()) for name in ranked]))
    if more is None or len(more) != len(table):
        return None
    said = pc.coalesce(table[text], *(more[name] for name in ranked))
    return table.set_column(table.schema.get_field_index(text), text, said)


def named(piece: bytes, names: frozenset[str]) -> set[str]:
    r"""Find which of some names, in whatever case, stand in quotation marks before a colon, at any depth; as they are spelled there.

    >>> sorted(named(b'{"a": {"Text" : "id"}, "ID":1, "context": 2, "said": "\\"text\\":"}\n', frozenset({"text", "id"})))
    ['ID', 'Text']
    """
    padded = bytes(_TAIL) + piece  # so many bytes stand before every name
    longest = max(map(len, names), default=0)
    ends = (end for at in range(0, len(padded), _STRIDE) for end in _ends(padded, at, names))
    spelled = {padded[max(0, end - longest - 1) : end].rpartition(b'"')[2].decode("ascii", "replace") for end in ends}
    return {name for name in spelled if name.lower() in names}


def _ends(padded: bytes, start: int, names: frozenset[str]) -> list[int]:
    """Find where something ends that has the last bytes of a name, for the colons of one stride."""
    table, masks, tails = _endings(names)
    data = np.frombuffer(padded, np.uint8)
    ends = np.flatnonzero(data[start : start + _STRIDE] == ord(":")) + (start - 1)
    ends -= data[ends] == ord(" ")
    ends = ends[data[ends] == ord('"')]
    found = np.ndarray((len(padded) - _TAIL + 1,), "<u8", padded, strides=(1,))[ends - _TAIL] | _FOLD
    slots = table[_slot(found)]
    likely = np.flatnonzero(slots)
    ends, found = ends[likely], found[likely]
    same = np.zeros(len(ends), np.bool_)
    there = np.bincount(slots) > 0
    for mask, tail, slot in zip(masks, tails, table[_slot(tails)].tolist(), strict=True):
        if slot < len(there) and there[slot]:
            same |= found & mask == tail
    found_at: list[int] = ends[same].tolist()
    return found_at


@functools.lru_cache(64)
def _endings(names: frozenset[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint64]]:
    """Give a table of slots, in which those of names are not 0, and of each name its last bytes behind the mask that leaves them."""
    quoted = [f'"{name}'.encode()[-_TAIL:] for name in sorted(names)]
    masks = np.array([int.from_bytes((b"\xff" * len(one)).rjust(_TAIL, b"\0"), "little") for one in quoted], np.uint64)
    tails = (np.array([int.from_bytes(one.rjust(_TAIL, b"\0"), "little") for one in quoted], np.uint64) | _FOLD) & masks
    table = np.zeros(_SLOTS, np.uint8)
    table[_slot(tails)] = np.arange(1, len(tails) + 1)
    return table, masks, tails


def _slot(tails: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Place the last three bytes: even the shortest name, of two letters, has so many with its quotation mark."""
    slots: NDArray[np.uint64] = ((tails >> np.uint64(40)) * np.uint64(0x9E3779B1) >> np.uint64(12)) % np.uint64(_SLOTS)
    return slots


def _objects(data: NDArray[np.uint8]) -> int:
    """Count the lines if each begins with ``{`` and ends with ``}``; 0 if any does not."""
    if len(data) < len(b"{}\n"):
        return 0
    ends = np.flatnonzero(data == ord("\n"))
    last = data[ends - 1]  # of a line that is empty it is the end of the line before, and no brace
    closed = (last == ord("}")) | ((last == ord("\r")) & (data[ends - 2] == ord("}")))
    return len(ends) if closed.all() and data[0] == ord("{") and (data[ends[:-1] + 1] == ord("{")).all() else 0
