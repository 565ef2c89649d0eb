"""What a classifier may learn of links and names: one small yes or no a message for each thing worth telling it.

Two patterns, run over the whole column at once, say which messages hold a link or name a brand; only those are read.
Nothing here depends on which host a link leads to, only on what it is to a brand that is named or imitated.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .judge import called_by, home_of, lookalike, opened_by_anyone, shortens
from .links import anchors, links
from .names import LEAST_TYPO, names
from .value import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..brands import Brand
    from ..columns import TextBatch

NAMES: Final = (
    "link.lookalike",  # a link, domain or mailbox that imitates a brand
    "link.text_mismatch",  # shows a brand's domain and leads elsewhere
    "link.userinfo",  # something stands before the @ of a link
    "link.ip",  # a number in place of a host
    "link.shortener",
    "link.freeform_beside_brand",  # a page anyone may put up, in a message that names a brand
    "link.official_of_named_brand",
    "link.foreign_beside_brand",  # a brand is named, and no link is one of its own
    "name.brand",  # a brand is named
    "name.brand_support",  # a brand's name right beside a word for its staff
)
_LINK: Final = r"(?i)://|[a-z0-9_-]\.[a-z]{2,}|\]\(|<a[\s/]"
_STAFF: Final = (
    r"(?:support|help ?desk|help ?cent(?:er|re)|customer (?:care|service)|security team|service team|"
    r"客服|官方|サポート|고객센터|поддержк\w*|soporte|suporte|الدعم)"
)


class Link(NamedTuple):
    """What one link is, whatever message it stands in."""

    lookalike: bool
    userinfo: bool
    ip: bool
    shortener: bool
    free: bool
    brand: str  # whose own it is; empty if nobody's


def features(batch: TextBatch) -> NDArray[np.bool_]:
    """Describe the links and names of each message.

    Parameters
    ----------
    batch
        n messages

    Returns
    -------
    (n, len(NAMES)) bool, columns as in ``NAMES``

    >>> from scamguard.columns import pack
    >>> row = features(pack(["Kraken Support: log in at https://kraken-login.example/a"]))[0]
    >>> [name for name, is_so in zip(NAMES, row) if is_so]
    ['link.lookalike', 'link.foreign_beside_brand', 'name.brand', 'name.brand_support']
    """
    texts = _column(batch)
    out = np.zeros((len(batch), len(NAMES)), np.bool_)
    named = _matches(texts, _named())
    out[:, NAMES.index("name.brand")] = named
    out[named, NAMES.index("name.brand_support")] = _matches(texts.filter(pa.array(named)), _staffed())
    linked = np.flatnonzero(_matches(texts, _LINK))
    for row, text in zip(linked.tolist(), texts.take(pa.array(linked)).to_pylist(), strict=True):
        out[row, : NAMES.index("name.brand")] = _linked(text, named=bool(named[row]))
    return out


def _column(batch: TextBatch) -> pa.LargeStringArray:
    """View the batch in Arrow; what is no UTF-8 (a lone surrogate) is read as U+FFFD."""
    offsets = pa.py_buffer(np.ascontiguousarray(batch.offsets))
    texts = pa.LargeStringArray.from_buffers(len(batch), offsets, pa.py_buffer(np.ascontiguousarray(batch.data)))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        raw = texts.cast(pa.large_binary()).to_pylist()
        return pa.array([one.decode("utf-8", "replace") for one in raw], pa.large_string())
    return texts


def _matches(texts: pa.LargeStringArray, pattern: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found.astype(np.bool_)


@cache
def _called() -> str:
    """Write a pattern of every name and alias that is no ordinary word; RE2 reads them all at once."""
    plain = {brand.name for brand in _brands() if not (brand.common or brand.word) and len(brand.name) >= LEAST_TYPO - 1}
    plain |= {brand.name for brand in _brands() if brand.id == "kraken"}
    ascii_names = sorted(name for name in plain if name.isascii())
    others = sorted({alias for alias in names().aliases if not alias.isascii()})
    return rf"(?:\b(?:{'|'.join(map(re.escape, ascii_names))})\b|{'|'.join(map(re.escape, others))})"


def _brands() -> list[Brand]:
    return list({brand.id: brand for brand in names().homes.values()}.values())


@cache
def _named() -> str:
    return f"(?i){_called()}"


@cache
def _staffed() -> str:
    return rf"(?i){_called()}[\s\-_'’s]{{0,4}}{_STAFF}|{_STAFF}\s*(?:of|from|de|do|da|von)?\s*{_called()}"


def _linked(text: str, *, named: bool) -> list[bool]:
    found = [_facts(link) for link in _all_links(text)]
    owners = called_by(text) if named else set()
    official = any(one.brand in owners for one in found)
    hidden = any((bent := lookalike(f"[{shown}]({to})")) is not None and bent.kind == "text_mismatch" for shown, to in anchors(text))
    return [
        any(one.lookalike for one in found),
        hidden,
        any(one.userinfo for one in found),
        any(one.ip for one in found),
        any(one.shortener for one in found),
        bool(owners) and any(one.free for one in found),
        official,
        bool(owners) and bool(found) and not official,
    ]


def _all_links(text: str) -> Iterator[str]:
    yield from links(text)
    for _, target in anchors(text):
        yield target


@lru_cache(1 << 14)
def _facts(link: str) -> Link:
    value = read(link)
    found = lookalike(link)
    home = home_of(value.host)
    return Link(
        found is not None and found.kind not in ("bare_ip", "open_redirect"),
        value.kind == "url" and bool(value.user),
        bool(value.ip),
        shortens(value.host),
        value.free or opened_by_anyone(value.host),
        home.name if home else "",
    )
