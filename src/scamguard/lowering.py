"""Lowering: what Numba does not do by itself on the way from kernels to machine code.

Indices count from the start; lines of memory are fetched ahead; a kernel's code is handed out bare.
"""

from __future__ import annotations

import threading
from typing import Any

import llvmlite.ir as llvm
import numpy as np
from numba import typeof
from numba.core import ir, types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.extending import intrinsic, overload


@register_pass(mutates_CFG=False, analysis_only=False)
class _Upwards(FunctionPass):
    """Indices count from the start, never from the end: no kernel pays for the question, and loops become vector code."""

    _name = "indices_count_upwards"

    def __init__(self) -> None:
        super().__init__()

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


class Compiler(CompilerBase):
    """Numba's own passes, and ours as soon as types are known."""

    def define_pipelines(self) -> list[Any]:
        """Give the one way a kernel is compiled."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_Upwards, NopythonTypeInference)
        passes.finalize()
        return [passes]


def ahead(array: Any, at: Any) -> None:  # noqa: ANN401 - an array and an index in compiled code
    """Fetch the cache line of ``array[at]``, which will soon be read; a kernel goes on meanwhile.

    What bounds a look-up in a large table is how long its line takes to come; of many look-ups at once the lines come together.
    """


@overload(ahead, jit_options={"nogil": True, "_nrt": False, "forceinline": True})
def _ahead(array, at):  # noqa: ARG001 - their types
    return lambda array, at: _fetch(array, np.uint64(at))


@intrinsic
def _fetch(_context, array, at):
    def generate(context, builder, signature, given):
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        byte, count = llvm.IntType(8).as_pointer(), llvm.IntType(32)
        kind = llvm.FunctionType(llvm.VoidType(), [byte, count, count, count])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        builder.call(fetch, [builder.bitcast(builder.gep(data, [given[1]]), byte), count(0), count(3), count(1)])  # read, keep, data
        return context.get_dummy_value()

    return types.void(array, at), generate


def bare(kernel: Any, *given: Any) -> Any:  # noqa: ANN401 - Numba's own
    """Give a kernel's code for arguments of these types, to be called again and again: else their types are looked at each time."""
    if not hasattr(kernel, "overloads"):  # plain Python
        return kernel
    signature = tuple(typeof(argument) for argument in given)
    kernel.compile(signature)
    return kernel.overloads[signature].entry_point


class Bare(threading.local):
    """A kernel that is called bare: each thread keeps its code for one model, whose tables may be of other types than another's."""

    def __init__(self, kernel: Any) -> None:  # noqa: ANN401 - a Numba dispatcher
        self._kernel = kernel
        self._code: Any = None
        self._of: object = None

    def __call__(self, of: object, *given: Any) -> Any:  # noqa: ANN401
        """Call it with what is given; ``of`` stands for the model."""
        if self._code is None or self._of is not of:
            self._of, self._code = of, bare(self._kernel, *given)
        return self._code(*given)
