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

import llvmlite.ir as llvm
import numpy as np
from numba import njit, typeof
from numba.core import ir, types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable


@register_pass(mutates_CFG=False, analysis_only=False)
class _Upwards(FunctionPass):  # type: ignore[misc] # Numba is untyped
    """Indices count from the start, never from the end: no kernel pays for the question, and loops become vector code."""

    _name = "indices_count_upwards"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def run_pass(self, state: Any) -> bool:  # noqa: ANN401 - Numba's own
        """Give every index into an array an unsigned type, to which it is cast when it is compiled."""
        for block in state.func_ir.blocks.values():
            for statement in block.body:
                use = getattr(statement, "value", None) if isinstance(statement, ir.Assign) else statement
                if isinstance(use, ir.SetItem) or (isinstance(use, ir.Expr) and use.op == "getitem"):
                    state.calltypes[use] = _upwards(state.calltypes.pop(use))
        return True


def _upwards(use: Any) -> Any:  # noqa: ANN401 - a Numba signature
    array, index, *value = use.args
    parts = tuple(index) if isinstance(index, types.BaseTuple) else (index,)
    if not isinstance(array, types.Array) or not all(isinstance(part, types.Integer) for part in parts):
        return use
    places = types.UniTuple(types.uintp, len(parts)) if isinstance(index, types.BaseTuple) else types.uintp
    return use.replace(args=(array, places, *value))


class _Compiler(CompilerBase):  # type: ignore[misc] # Numba is untyped
    """Numba's own passes, and ours before code is made."""

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_Upwards, NopythonTypeInference)
        passes.finalize()
        return [passes]


# no interpreter lock; C's rules for division; arrays come from the caller, so references need no counting
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False, "pipeline_class": _Compiler}


@cache
def _stamp() -> str:
    """Digest the modules that hold kernels or their constants: what compiled code may depend on."""
    texts = [file.read_bytes() for file in sorted(Path(__file__).parent.rglob("*.py"))]
    return hashlib.sha256(b"".join(text for text in texts if b"kernels import" in text or b"Final = 0x" in text)).hexdigest()


class _Cache(FunctionCache):
    """A kernel's compiled code, good for as long as no module of the package changes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call] # Numba's own
        place = self._cache_path, self._impl.filename_base
        self._cache_file = IndexDataCacheFile(*place, _stamp())  # type: ignore[no-untyped-call]

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401 - Numba's own
        """Give what is kept; None if it is not there, or was cut short by a full disk or a loss of power."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - damaged pickles raise anything
            with contextlib.suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401
        """Keep it; on a full disk it is not kept."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


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


def entry(kernel: Any, *given: Any) -> Any:  # noqa: ANN401 - Numba's own
    """Give a kernel's code for arguments of these types, to call it again and again: Numba looks at the types of each of a hundred arrays."""
    signature = tuple(typeof(argument) for argument in given)
    kernel.compile(signature)
    return kernel.overloads[signature].entry_point if kernel.overloads else kernel


def inlined(function: Callable[..., Any]) -> Any:  # noqa: ANN401
    """Compile into every caller: an array is seven words and a count of references, dear to hand over for each word of text."""
    return njit(**_OPTIONS, forceinline=True)(function)


@intrinsic  # type: ignore[untyped-decorator] # Numba's own
def ahead(_context: Any, array: Any, at: Any) -> Any:  # noqa: ANN401 - in compiled code
    """Fetch the cache line of ``array[at]``, which will soon be read; the kernel goes on meanwhile.

    What bounds a look-up in a large table is how long its line takes to come; of many look-ups at once the lines come together.
    """

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
        shape = context.make_array(signature.args[0])(context, builder, given[0])
        byte, count = llvm.IntType(8).as_pointer(), llvm.IntType(32)
        kind = llvm.FunctionType(llvm.VoidType(), [byte, count, count, count])
        place = builder.bitcast(builder.gep(shape.data, [given[1]]), byte)
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        builder.call(fetch, [place, count(0), count(3), count(1)])  # to read, into every cache, data
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@inlined
def row_of(page: Any, code: Any) -> Any:  # noqa: ANN401 - an array and a code point in compiled code
    """Find the row of a code point in the two-level tables of the fold."""
    return np.int64(page[code >> 8]) << 8 | (np.int64(code) & 255)


PRIME: Final = np.uint64(0x100000001B3)  # FNV-1a, 64 bit
BASIS: Final = np.uint64(0xCBF29CE484222325)


@inlined
def finished(h: Any) -> Any:  # noqa: ANN401 - uint64 in compiled code
    """Finish a hash, best bits highest: those of FNV alone are poor (half of Murmur3's 64-bit finaliser)."""
    h ^= h >> np.uint64(33)
    return h * np.uint64(0xFF51AFD7ED558CCD)
