"""The tables of the fold are what the script draws from its packages."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from scamguard import kinds
from scamguard.train import foldtable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SIZE = 0x10000  # the first plane: all eleven take six times as long
# Packages may know more characters by now, or read a rare one otherwise: what has been in Unicode since 3.2 stays as it is.
OLD = np.array([unicodedata.ucd_3_2_0.category(chr(code)) != "Cn" for code in range(SIZE)])


@pytest.fixture(scope="module")
def built() -> dict[str, NDArray[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foldtable, "_MAX", SIZE)
        return foldtable.build()


@pytest.fixture(scope="module")
def kept() -> dict[str, NDArray[Any]]:
    return load_file(Path(kinds.__file__).with_name("fold.safetensors"))


def column(tables: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """Read a column code point by code point."""
    codes = np.arange(SIZE)
    found: NDArray[Any] = tables[name][(tables["page"][codes >> 8].astype(np.int64) << 8) | (codes & 255)]
    return found


def becomes(tables: Mapping[str, NDArray[Any]]) -> list[str | int]:
    """Say what each code point becomes, several letters written out."""
    letters, starts = tables["long"].tolist(), tables["long_start"].tolist()
    several = {kinds.LONG + i: "".join(map(chr, letters[a:b])) for i, (a, b) in enumerate(pairwise(starts))}
    return [several.get(delta, delta) for delta in column(tables, "delta").tolist()]


@pytest.mark.parametrize("name", ["kind", "script", "style", "twin"])
def test_a_code_point_has_the_kept_row(built: dict[str, NDArray[Any]], kept: dict[str, NDArray[Any]], name: str) -> None:
    assert np.flatnonzero(OLD & (column(built, name) != column(kept, name))).tolist() == []


def test_a_code_point_becomes_what_is_kept(built: dict[str, NDArray[Any]], kept: dict[str, NDArray[Any]]) -> None:
    both = zip(OLD.tolist(), becomes(built), becomes(kept), strict=True)
    assert [hex(code) for code, (old, new, was) in enumerate(both) if old and new != was] == []


def test_the_same_characters_sound_alike(built: dict[str, NDArray[Any]], kept: dict[str, NDArray[Any]]) -> None:
    """Syllables are numbered anew where there are fewer."""
    pairs = Counter(zip(column(built, "reading").tolist(), column(kept, "reading").tolist(), strict=True))
    named: dict[int, Counter[int]] = defaultdict(Counter)
    for (new, was), count in pairs.items():
        named[new][was] += count
    assert sum(counts.most_common(1)[0][1] for counts in named.values()) > 0.999 * SIZE
    assert named[0].most_common(1)[0][0] == 0
    number = {new: counts.most_common(1)[0][0] for new, counts in named.items()}
    rows = [[row[0], *(number[sound] if sound else 0 for sound in row[1:5]), *row[5:]] for row in built["heard"].tolist()]
    assert sorted(rows) == sorted(kept["heard"].tolist())


def test_a_heard_word_is_found_by_its_first_sound(built: dict[str, NDArray[Any]]) -> None:
    starts = built["heard_start"].tolist()
    for sound, (a, b) in enumerate(pairwise(starts)):
        assert set(built["heard"][a:b, 1].tolist()) <= {sound}
    assert (starts[0], starts[-1]) == (0, len(built["heard"]))


def test_a_word_people_put_after_a_missed_space_is_no_top_level(built: dict[str, NDArray[Any]]) -> None:
    tops = set(built["tops"].tolist())
    for top, listed in (("com", True), ("de", False), ("example", True), ("help", False), ("museum", True), ("accountant", False)):
        assert (kinds.packed(top[:8]) in tops) == listed
    assert built["tops"].tolist() == sorted(tops)
