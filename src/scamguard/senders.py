"""Senders of a batch, column by column: distinct ones are judged once, and only those that a cheap pass lets through.

The cheap pass is vectorised: the compiled screen of ``imitation`` reads the distinct names and handles, Arrow looks for ticks,
mixed alphabets and brands' bare names. Most people are called nothing of the sort.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import regex

from .columns import first_step, is_missing, pack, says_nothing, unmasked
from .errors import InputError, unknown
from .imitation.called import ROLE as STAFF
from .imitation.screen import suspects
from .imitation.skeleton import plain
from .sender import FIELDS, NOBODY, ROLE, Identity, Sender, exact, judge, verified_handles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from .columns import TextBatch

_TYPES: Final = {
    "name": pa.large_string(), "handle": pa.large_string(), "platform": pa.large_string(),
    "verified": pa.bool_(), "official": pa.bool_(), "first_contact": pa.bool_(), "account_age_days": pa.float64(),
}  # fmt: skip
_FITS: Final = {
    pa.large_string(): (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    pa.bool_(): (pa.types.is_boolean,),
    pa.float64(): (pa.types.is_integer, pa.types.is_floating),
}
_LONE: Final = re.compile("[\ud800-\udfff]")
_ODD: Final = regex.compile(  # a tick, or alphabets that look alike in one word; some of these the judge lets go
    "[✓✔✅☑🗸🗹🔵🛡\u202e]"
    r"|\p{Latin}[\p{L}\p{M}]*[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}\p{Georgian}]"
    r"|[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}\p{Georgian}][\p{L}\p{M}]*\p{Latin}"
)
_BLANK: Final = re.compile(r"[\s@<>()\"',;|+%\[\]_]+")  # what parts words, and what the screen takes for a sign of something odd
_LETTER: Final = re.compile("[A-Za-z]")
_OTHER: Final = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Senders:
    """The senders of ``n`` messages."""

    identities: tuple[Identity, ...]
    who: NDArray[np.int64]  # (n,), places in ``identities``

    @property
    def nats(self) -> NDArray[np.float64]:
        """What they add to the log-odds, (n,)."""
        return np.array([one.nats for one in self.identities], np.float64)[self.who]

    def part(self, first: int, stop: int) -> Senders:
        """Give the senders of messages ``first:stop``."""
        return Senders(self.identities, self.who[first:stop])

    def joined(
        self, rows: NDArray[np.int64], kinds: list[str], asked: list[tuple[str, ...]], rules: list[list[str]]
    ) -> tuple[NDArray[np.int64], list[str], list[tuple[str, ...]], list[list[str]]]:
        """Put what is found of the senders before what the words of ``rows`` (k,) show, and let in rows that only a sender speaks of."""
        some = np.array([bool(one.rules) for one in self.identities], np.bool_)
        told = np.flatnonzero(some[self.who])
        if not len(told):
            return rows, kinds, asked, rules
        said = dict(zip(rows.tolist(), zip(kinds, asked, rules, strict=True), strict=True))
        every = np.union1d(rows, told)
        full = [said.get(row, ("", (), [])) for row in every.tolist()]
        ids = [[*self.identities[who].rules, *row[2]] for who, row in zip(self.who[every].tolist(), full, strict=True)]
        return every, [row[0] for row in full], [row[1] for row in full], ids


def along(batches: Iterable[TextBatch], senders: object) -> Iterator[tuple[TextBatch, Senders]]:
    """Go through batches of messages with their senders; None: nothing is known of them.

    Raises
    ------
    InputError
        See ``read``; or there are more or fewer senders than messages.
    """
    known = read(senders) if senders is not None else None
    at = 0
    for batch in batches:
        stop = at + len(batch)
        if known and stop > len(known.who):
            raise InputError(f"senders has {len(known.who):,} rows for {stop:,} messages or more; give one a message, null where unknown")
        yield batch, known.part(at, stop) if known else Senders((NOBODY,), np.zeros(len(batch), np.int64))
        at = stop
    if known and at != len(known.who):
        raise InputError(f"senders has {len(known.who):,} rows for {at:,} messages; give one a message, null where unknown")


def read(senders: object) -> Senders:
    """Judge a column of senders.

    Parameters
    ----------
    senders
        An Arrow or pandas or Polars table, or a mapping, of columns named as the fields of ``Sender``; or one column of
        display names; or a sequence of ``Sender`` and None.

    Raises
    ------
    InputError
        An unknown column, one that is there twice, columns of different lengths, or values of another type.
    """
    _check_rows("senders", senders)
    cells = _cells(senders)
    if cells is not None and any(isinstance(one, Sender) for one in cells):
        return _listed(cells)
    columns = _columns(senders if cells is None else cells)
    if not columns:
        raise InputError(f"senders has no column; give some of {', '.join(FIELDS)}")
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"senders: columns of different lengths: {', '.join(f'{name} {n}' for name, n in lengths.items())}")
    _check(columns)
    rows, who = _distinct(list(columns.values()))
    table = pa.table({name: column.take(pa.array(rows)) for name, column in columns.items()})
    identities = [NOBODY] * len(table)
    chosen = np.flatnonzero(_suspect(table))
    for place, row in zip(chosen.tolist(), table.take(pa.array(chosen)).to_pylist(), strict=True):
        identities[place] = judge(Sender(**row))
    return Senders(tuple(identities), who)


def _check_rows(what: str, given: object) -> None:
    if step := first_step(given):
        raise InputError(f"{what} is a {type(given).__name__}, which holds no rows yet; {step} first")


def _check(columns: Mapping[str, pa.Array]) -> None:
    """Refuse what ``Sender`` refuses, whoever it is said of: not only where the judge comes to it."""
    if (ages := columns.get("account_age_days")) is not None:
        wrong = ages.filter(pc.invert(pc.and_(pc.is_finite(ages), pc.greater_equal(ages, 0))))
        for age in wrong[:1].to_pylist():
            Sender(account_age_days=age)
    for place in pc.unique(columns["platform"]).to_pylist() if "platform" in columns else ():
        Sender(platform=place)


def _cells(senders: Any) -> Sequence[object] | None:  # noqa: ANN401 - whatever a user keeps senders in
    """List what any objects may be in, so ``Sender`` too; None of a table, of a column of one type, and of what has no order."""
    if isinstance(senders, list | tuple):
        return senders
    if isinstance(senders, str | bytes | Mapping | set | frozenset | pa.Array | pa.ChunkedArray) or _is_frame(senders):
        return None
    is_any = str(getattr(senders, "dtype", "object")) == "object"
    return list(unmasked(senders)) if is_any and isinstance(senders, Iterable) else None


def _listed(senders: Sequence[object]) -> Senders:
    places: dict[Sender, int] = {}
    who = []
    for i, one in enumerate(senders):
        if not isinstance(one, Sender) and not is_missing(one):
            raise InputError(f"senders[{i}] is {type(one).__name__}; give a Sender or None")
        who.append(places.setdefault(one if isinstance(one, Sender) else Sender(), len(places)))
    return Senders(tuple(judge(one) for one in places), np.array(who, np.int64))


def _is_frame(senders: object) -> bool:
    return hasattr(type(senders), "columns") and hasattr(senders, "__getitem__")  # asked for its columns, a lazy frame would compute


def _columns(senders: Any) -> dict[str, pa.Array]:  # noqa: ANN401 - whatever a user keeps columns in
    if isinstance(senders, Mapping):
        given = dict(senders)
    elif _is_frame(senders):
        given = _of_frame(senders)
    else:
        given = {"name": senders}
    for name in given:
        if name not in FIELDS:
            raise InputError(f"senders: {unknown('column', name, FIELDS)}")
    return {name: _array(name, column) for name, column in given.items()}


def _of_frame(frame: Any) -> dict[str, Any]:  # noqa: ANN401
    names = frame.schema.names if isinstance(frame, pa.Table | pa.RecordBatch) else list(frame.columns)
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise InputError(f"senders has two columns {str(twice[0])!r}; leave one out")
    return {str(name): frame[name] for name in names}


def _array(name: str, column: Any) -> pa.Array:  # noqa: ANN401
    kind = _TYPES[name]
    _check_rows(f"senders: {name}", column)
    if isinstance(column, str | bytes):
        raise InputError(f"senders: {name} is one text where a column is needed; use check(text, sender=Sender(…)) for one")
    if isinstance(column, set | frozenset | Mapping):
        raise InputError(f"senders: {name} is a {type(column).__name__}, whose order is not that of the messages; give a list")
    try:
        if not isinstance(column, pa.Array | pa.ChunkedArray):
            column = _packed(column)
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if says_nothing(column, pa):
            return pa.nulls(len(column), kind)
        is_coded = kind == pa.large_string() and pa.types.is_dictionary(column.type)
        inner = column.type.value_type if is_coded else column.type
        if not any(fits(inner) for fits in (pa.types.is_null, *_FITS[kind])):
            raise InputError(f"senders: {name} is a column of {column.type}; give one of {kind}")
        if is_coded:  # Arrow cannot take views by their codes
            return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(kind)).dictionary_decode()
        return pc.cast(column, kind)
    except (pa.ArrowException, TypeError, OverflowError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"senders: {name} is not a column of {kind}: {str(problem).splitlines()[0]}") from None


def _packed(column: Any) -> pa.Array:  # noqa: ANN401
    """Make an Arrow array; what is not Unicode text is replaced."""
    try:
        return pa.array(column, from_pandas=True)
    except UnicodeEncodeError:
        return pa.array([_LONE.sub("\ufffd", one) if isinstance(one, str) else one for one in column], from_pandas=True)


def _distinct(columns: list[pa.Array]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give a row of each distinct sender, (k,), and which of them each row is, (n,)."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes = pc.fill_null(column.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        _, key = np.unique(key * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    _, rows, who = np.unique(key, return_index=True, return_inverse=True)
    return rows.astype(np.int64), who.astype(np.int64)


def _suspect(table: pa.Table) -> NDArray[np.bool_]:
    """Mark the senders of whom the judge may find something; nobody else is looked at."""
    out = np.zeros(len(table), np.bool_)
    has = {*table.schema.names}
    for name in {"name", "handle"} & has:
        out |= _resembling(table[name]) | _marked(table[name], _is_odd)
    if "name" in has:
        out |= _marked(table["name"], _has_role if {"account_age_days", "first_contact"} & has else _has_foreign_role)
    if {"name", "handle"} <= has:
        out |= pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(table["name"])), value_set=pa.array(exact(), pa.large_string())).to_numpy()
    if {"handle", "platform"} <= has:
        bare = pc.utf8_lower(pc.utf8_ltrim(table["handle"], "@"))
        out |= pc.is_in(bare, value_set=pa.array(verified_handles(), pa.large_string())).to_numpy()
    return out


def _marked(column: pa.ChunkedArray, is_so: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Mark the values of which something is so, text by text: Arrow compiles a pattern anew for each block, in milliseconds."""
    return np.fromiter((text is not None and is_so(text) for text in column.to_pylist()), np.bool_, len(column))


def _is_odd(text: str) -> bool:
    return not text.isascii() and _ODD.search(text) is not None


def _has_role(text: str) -> bool:
    text = unicodedata.normalize("NFC", text).replace("_", " ")  # as the judge reads it
    return ROLE.search(text) is not None or STAFF.search(text) is not None


def _has_foreign_role(text: str) -> bool:
    return not text.isascii() and _has_role(text)


def _resembling(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Mark the values that resemble a brand's name.

    The compiled screen reads links and labels, so each value is given to it word by word and with its words joined by hyphens,
    all of it spelled in ASCII.
    """
    words: list[str] = []
    starts = []
    for text in column.to_pylist():
        starts.append(len(words))
        parts = [part for part in _BLANK.split(_ascii(text or "")) if _LETTER.search(part)]
        words += ["-".join(parts), *parts] if len(parts) != 1 else parts
    batch = pack([*words, ""])
    begins, ends = suspects(batch.data, batch.offsets)
    marked: NDArray[np.bool_] = np.logical_or.reduceat(ends > begins, starts) if starts else np.zeros(0, np.bool_)
    return marked


def _ascii(text: str) -> str:
    return text if text.isascii() else _OTHER.sub(" ", plain(text))
