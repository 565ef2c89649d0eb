"""What we ask of Numba: indices that count upwards, lines fetched ahead, bare code."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from scamguard.kernels import inlined
from scamguard.lowering import Bare, ahead, bare

# Kernels trust that no index is negative. As plain Python, over arrays that refuse one, they must read whatever comes.
STRICT = """
import warnings; warnings.simplefilter("ignore")
import numpy as np; np.seterr(all="ignore")

class Strict(np.ndarray):
    def checked(self, index):
        for part in index if isinstance(index, tuple) else (index,):
            for place in (part.start, part.stop) if isinstance(part, slice) else (part,):
                assert not isinstance(place, (int, np.integer)) or place >= 0, f"index {index}"
        return index
    def __getitem__(self, index): return super().__getitem__(self.checked(index))
    def __setitem__(self, index, value): super().__setitem__(self.checked(index), value)

def strict(given):
    if isinstance(given, np.ndarray): return given.view(Strict)
    return type(given)(*map(strict, given)) if hasattr(given, "_fields") else given

import scamguard
from scamguard import columns, engine, reader, slots, terms, trie, wordgraph
from scamguard.lexicon import Concept, Lexicon
from scamguard.parts import parts
def held(kernel): return lambda *given: kernel(*map(strict, given))
terms._exact_keys, trie._hang, wordgraph._merge = held(terms._exact_keys), held(trie._hang), held(wordgraph._merge)
wordgraph._mark, slots._insert = held(wordgraph._mark), held(slots._insert)
entry = Concept(name="password", lang="en", terms=("password", "(my|your|his) (pass*|pin) (now|)", "# words", "비밀번호", "密码"))
columns_of_terms = terms.compile_terms(Lexicon(("password",), (entry,), ()))
room = engine.room
engine.room = lambda *sizes: strict(room(*sizes))
guard = scamguard.load()
texts = [
    "", "a", "@", "@a", "...", "\\ud800", "a" * 50, "!!!!!!", "\\u0301", "\\u3099か", "к0шелек", "p a s s w o r d", "密*码",
    "[link]", "http://", "1", "１２３４５６", "12 345-678", "otp님", "www.kraken.com/a b@c.d", "\\n\\n\\n", "\\r\\n x", "don't",
    "<@x> hi @y", "s.e.e.d p.h.r.a.s.e", "\\x00", "💰💰", "请把验证码发给我们，助记词也要。" * 8,
    "Kraken support: send us your seed phrase now, 12 words. Code 482913 is yours; never share it.",
    "we walked along the harbour, and it rained; " * 9 + "give me your private key",
]
batch = columns.pack(texts)
logits = reader.read(parts(columns.TextBatch(batch.data.view(Strict), batch.offsets)), strict(guard.model.reader))
print([number for column in (*columns_of_terms, *logits) for number in column.tolist()])
"""


def test_no_kernel_counts_from_the_end() -> None:
    plain = dict(os.environ, NUMBA_DISABLE_JIT="1")
    said = subprocess.run([sys.executable, "-c", STRICT], env=plain, capture_output=True, text=True, check=False, timeout=300)
    assert said.returncode == 0, said.stderr
    compiled_says = subprocess.run([sys.executable, "-c", STRICT], capture_output=True, text=True, check=True, timeout=300)
    assert json.loads(said.stdout) == pytest.approx(json.loads(compiled_says.stdout), abs=1e-6)  # their logarithms differ by a bit


@inlined  # compiled anew in every process: what others keep on disk would not come here
def _twice(array, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - Numba infers what it takes
    for i in range(len(array)):
        ahead(array, i)
        out[i] = 2 * array[i]


def test_fetching_ahead_changes_nothing() -> None:
    out = np.zeros(5, np.int64)
    _twice(np.arange(5), out)
    assert out.tolist() == [0, 2, 4, 6, 8]


@inlined
def _behind(array, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rest = array[1:]
    for i in range(len(rest)):
        out[i] = rest[i]


def test_a_slice_is_no_index() -> None:
    out = np.zeros(2, np.int64)
    _behind(np.arange(3), out)
    assert out.tolist() == [1, 2]


def test_bare_code_does_what_the_kernel_does() -> None:
    out = np.zeros(3, np.int64)
    bare(_twice, np.arange(3), out)(np.arange(3), out)
    assert out.tolist() == [0, 2, 4]
    assert bare(max, 1) is max


def test_bare_code_is_found_anew_for_another_model() -> None:
    twice, models = Bare(_twice), [object(), object()]
    for model, kind in [*zip(models, (np.int64, np.float64), strict=True)] * 2:
        out = np.zeros(3, kind)
        twice(model, np.array([0.5, 1.5, 2.5]).astype(kind), out)
        assert out.tolist() == ([1, 3, 5] if kind is np.float64 else [0, 2, 4])
