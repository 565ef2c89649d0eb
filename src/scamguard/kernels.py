"""Kernels: how every compiled stage is compiled, and where the result is kept.

Numba keeps compiled code beside the source, or in the user's cache directory where that is read-only, and by itself
looks only at the file a function stands in. A kernel calls kernels of other files, so here a change of any of them counts.
Where nothing can be written, or what is kept is damaged, kernels are compiled anew: that costs a minute and no verdict.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

from .kinds import DIGIT, KIND, LETTER
from .lowering import Compiler

if TYPE_CHECKING:
    from collections.abc import Callable

# no interpreter lock; C's rules for division; arrays come from the caller, so references need no counting
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False, "pipeline_class": Compiler}


_MARKS: Final = b"kernels import", b"numba", b"Final = 0x"  # of a module that code depends on


@cache
def _stamp() -> str:
    """Digest the modules that hold kernels or their constants: what compiled code may depend on."""
    texts = [file.read_bytes() for file in sorted(Path(__file__).parent.rglob("*.py"))]
    return hashlib.sha256(b"".join(text for text in texts if any(mark in text for mark in _MARKS))).hexdigest()


class _Cache(FunctionCache):
    """A kernel's compiled code, good for as long as no module changes that holds kernels or their constants."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call] # Numba's own
        place = self._cache_path, self._impl.filename_base
        self._cache_file = IndexDataCacheFile(*place, _stamp())  # type: ignore[no-untyped-call]

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401 - Numba's own
        """Give what is kept; None if it is not there, or was cut short by a full disk or a loss of power.

        Numba readies everything it could compile with before it looks; that is most of a start, and what is kept needs none of it.
        """
        found = None
        try:
            with self._guard_against_spurious_io_errors():
                found = self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - damaged pickles raise anything
            with contextlib.suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
        if found is None and _to_tell:
            _to_tell.pop()()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401
        """Keep it; on a full disk it is not kept."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


_to_tell: list[Callable[[], object]] = []


def before_compiling(tell: Callable[[], object]) -> None:
    """Have ``tell`` called once, before anything is compiled that is not kept: whoever waits for a minute wants to know why."""
    _to_tell[:] = [tell]


@cache
def _told_that_nothing_is_kept() -> None:
    """Say it once, not for each kernel."""
    told = "nowhere to keep compiled kernels: every start compiles them for a minute; let NUMBA_CACHE_DIR name a folder that can be written"
    warnings.warn(told, RuntimeWarning, stacklevel=4)


def compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - a Numba dispatcher
    """Compile and keep the result on disk."""
    kernel: Any = njit(**_OPTIONS)(function)
    try:
        kernel._cache = _Cache(function)  # noqa: SLF001 - what `cache=True` does, with a stamp of our own
    except RuntimeError:  # neither beside the source nor in the user's cache
        _told_that_nothing_is_kept()
    return kernel


def inlined(function: Callable[..., Any]) -> Any:  # noqa: ANN401
    """Compile into every caller: an array is seven words and a count of references, dear to hand over for each word of text."""
    return njit(**_OPTIONS, forceinline=True)(function)


@inlined
def row_of(page: Any, code: Any) -> Any:  # noqa: ANN401 - an array and a code point in compiled code
    """Find the row of a code point in the two-level tables of the fold."""
    return np.int64(page[code >> 8]) << 8 | (np.int64(code) & 255)


@inlined
def is_wordlike(kind: Any) -> Any:  # noqa: ANN401 - a kind in compiled code
    """Say whether a kind is that of letters, of whatever script, or digits."""
    return (kind & KIND >= LETTER) & (kind & KIND <= DIGIT)


@inlined
def among(ordered: Any, value: Any) -> Any:  # noqa: ANN401 - an array and a number in compiled code
    """Say whether a sorted array holds a value. Numba's own search would load SciPy's linear algebra with it at every start."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) >> 1
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(ordered) and ordered[low] == value


PRIME: Final = np.uint64(0x100000001B3)  # FNV-1a, 64 bit
BASIS: Final = np.uint64(0xCBF29CE484222325)


@inlined
def finished(h: Any) -> Any:  # noqa: ANN401 - uint64 in compiled code
    """Finish a hash, best bits highest: those of FNV alone are poor (half of Murmur3's 64-bit finaliser)."""
    h ^= h >> np.uint64(33)
    return h * np.uint64(0xFF51AFD7ED558CCD)
